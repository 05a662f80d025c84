"""/basemaps: which base map is set, and another one. Filled by its scripts, which ask
`/api/basemap`; the map at the left shows it with the grids' borders over it."""

from __future__ import annotations

from dash import html

from dashboard.components.desk import Content, map_view
from dashboard.i18n import Translate


def body(t: Translate) -> Content:
    """The map, and beside it what is set and what could be."""
    left = html.Div(map_view(t), className="left")
    right = html.Div([html.Div(id="present"), html.Div(id="wish")], className="right")
    return Content(html.Div([left, right], className="two-columns"))
