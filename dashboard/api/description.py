"""GET /api/openapi.json: what the doors take and answer, for programs that make clients of it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dashboard.api import events, health
from dashboard.api.errors import json_response
from dashboard.openapi.document import document

PATH = "/api/openapi.json"
router = APIRouter()


@router.get(PATH)
async def read(request: Request) -> Response:
    """The document; it says what this product is, and nothing of this site."""
    state = request.app.state
    if not hasattr(state, "description"):
        models = {"Report": events.Body}
        routes = request.app.router.routes
        state.description = document(routes, version=health.version(), models=models)
    # An answer of its own each time: what packs one for a client changes its headers for good.
    return json_response(state.description, headers={"Cache-Control": "no-cache"})
