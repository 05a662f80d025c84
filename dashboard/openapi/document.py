"""The description of the doors as one document, made of the routes that have a tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.routing import BaseRoute

from dashboard.openapi import open311, places, positions, reports
from dashboard.openapi.parts import ref

OWN = (positions, reports, open311, places)
DESCRIPTION = """What other systems and phones use. A token is made by `wangge token create`; it
stands in `Authorization: Bearer`, and where a door says so in the address, as the device id or as a
password. A row that is rejected is told in the answer, with its reason; it is no error of the
request. Times have an offset; longitude and latitude are WGS-84 unless the source has declared
another system. Errors speak the language of `Accept-Language`, Chinese or English."""
TAGS = (
    (positions.TAG, "Fixes of people."),
    (reports.TAG, "Reports and alerts."),
    (open311.TAG, "GeoReport v2."),
    (places.TAG, "Questions."),
)
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "User: the person's code; password: the token.",
    },
    "api_key": {"type": "apiKey", "in": "query", "name": "api_key"},
}


def document(
    routes: Sequence[BaseRoute], *, version: str, models: Mapping[str, type[BaseModel]]
) -> dict[str, Any]:
    """The document. `models` are bodies that routes check by a model, by name of their schema."""
    described = [one for one in iter_route_contexts(routes) if getattr(one, "tags", None)]
    made = get_openapi(
        title="Wangge 网格",
        version=version,
        description=DESCRIPTION,
        routes=described,
        tags=[{"name": name, "description": said} for name, said in TAGS],
    )
    schemas = {name: one for part in OWN for name, one in part.SCHEMAS.items()}
    for name, model in models.items():
        schemas[name] = model.model_json_schema()
    for path in made["paths"].values():
        for one in path.values():
            _without_unused(one)
    made["components"] = {"schemas": schemas, "securitySchemes": SECURITY}
    return made


def _without_unused(operation: dict[str, Any]) -> None:
    """FastAPI adds an answer of its own to whatever has a parameter; ours say it where it is so."""
    wrong = operation["responses"].get("422", {}).get("content", {})
    if wrong.get("application/json", {}).get("schema") == ref("HTTPValidationError"):
        del operation["responses"]["422"]
