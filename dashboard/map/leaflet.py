"""The Leaflet map of every page, as Dash lays it out; each page's scripts draw on it."""

from __future__ import annotations

from typing import Any

import dash_leaflet as dl


def leaflet(id: str, **more: Any) -> Any:
    """A map without controls of its own that fills its box; `more` are Leaflet's options."""
    return dl.Map(
        id=id,
        center=[0, 0],
        zoom=12,
        zoomControl=False,
        attributionControl=False,
        preferCanvas=True,
        keyboard=False,
        style={"height": "100%", "width": "100%"},
        **more,
    )
