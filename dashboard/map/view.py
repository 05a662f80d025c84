"""The frame of the map: dash-leaflet's Map without tiles; our own layers draw on it."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.attributes import aria
from dashboard.i18n import Translate
from dashboard.map.leaflet import leaflet


def view(t: Translate) -> Any:
    """The map with the chip of its place and layers, and the band for a lost link."""
    return html.Main(
        [
            leaflet("map", doubleClickZoom=False),
            html.Div(id="lost", className="band", hidden=True, role="alert"),
            html.Div(
                [
                    html.Nav(id="path", className="path"),
                    html.Button(
                        [t("Layers"), " ", html.B("–", id="layers-count")], id="layers-open"
                    ),
                ],
                className="chip",
            ),
            html.Div(id="attribution", className="attribution", hidden=True),
            html.Div(id="spoken", className="spoken", **aria(live="polite")),
        ],
        className="map",
        **aria(label=t("Map of the town with people, events and grids")),
    )
