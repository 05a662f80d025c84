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
        state.description = json_response(
            document(request.app.router.routes, version=health.version(), models=models),
            headers={"Cache-Control": "no-cache"},
        )
    response: Response = state.description
    return response
