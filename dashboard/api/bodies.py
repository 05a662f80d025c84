"""Small JSON bodies as typed values."""

from __future__ import annotations

from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from dashboard.api.errors import InvalidBody, fault
from dashboard.api.requests import read_object

Model = TypeVar("Model", bound=BaseModel)
SMALL_BYTES = 4096


async def read(request: Request, model: type[Model], *, limit_bytes: int = SMALL_BYTES) -> Model:
    """The body as a model. Raises TooLarge before it is all read, InvalidBody with the reason."""
    value = await read_object(request, limit_bytes=limit_bytes)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidBody(why=fault(error.errors()[0])) from None
