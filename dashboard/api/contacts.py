"""Contacts of staff for those who administer: which are verified, and verifying one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from dashboard.api import bodies
from dashboard.api.errors import json_response
from dashboard.api.requests import NO_NUL, caller
from data.access import Permission
from data.staff import contacts

router = APIRouter()
PRIVATE = {"Cache-Control": "private, no-store"}
Search = Annotated[str, Query(max_length=100, pattern=NO_NUL)]
PersonId = Annotated[int, Path(ge=1, lt=2**31)]
Channel = Annotated[str, Path(max_length=100, pattern=NO_NUL)]


class Seen(BaseModel, extra="forbid"):
    """Whether it is verified, and of which address that was seen."""

    verified: bool
    address: str | None = Field(default=None, max_length=500, pattern=NO_NUL)


@router.get("/api/contacts")
async def listing(request: Request, q: Search = "", unverified: bool = False) -> Response:
    """People and their contacts that match, what is not verified first; how many of all are."""
    actor = caller(request, Permission.ADMINISTER)
    async with request.app.state.database.acting(actor.id) as connection:
        found = await contacts.listing(connection, search=q, unverified=unverified)
    zone = request.app.state.clock.site.timezone
    return json_response({"timezone": zone, **found}, headers=PRIVATE)


@router.post("/api/contacts/{person_id}/{channel}")
async def verify(request: Request, person_id: PersonId, channel: Channel) -> Response:
    """Somebody of the centre has seen to it, or takes that back. Recorded in the audit."""
    actor = caller(request, Permission.ADMINISTER)
    seen = await bodies.read(request, Seen)
    contact, now = contacts.Contact(person_id, channel), request.app.state.clock.now()
    desk = contacts.How.DESK
    async with request.app.state.database.acting(actor.id) as connection:
        if seen.verified:
            await contacts.verify(
                connection, actor, contact, how=desk, at=now, address=seen.address
            )
        else:
            await contacts.withdraw(connection, actor, contact, now)
    return json_response({"verified": seen.verified}, headers=PRIVATE)
