"""The frame of the map: dash-leaflet's Map without tiles; our own layers draw on it."""

from __future__ import annotations

from typing import Any

import dash_leaflet as dl
from dash import html

from dashboard.components.attributes import aria
from dashboard.i18n import Translate


def view(t: Translate) -> Any:
    """The map with the chip of its place and layers, and the band for a lost link."""
    leaflet = dl.Map(
        id="map",
        center=[0, 0],
        zoom=12,
        zoomControl=False,
        attributionControl=False,
        preferCanvas=True,
        keyboard=False,
        doubleClickZoom=False,
        style={"height": "100%", "width": "100%"},
    )
    return html.Main(
        [
            leaflet,
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
