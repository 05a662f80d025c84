"""/calls: the call ledger. A list with its figures; a call that is opened has its map and lines.

Filled by its scripts in `assets/desk/calls/`, which ask `/api/calls`.
"""

from __future__ import annotations

from dash import html

from dashboard.components.attributes import aria
from dashboard.components.desk import Content, map_view
from dashboard.i18n import Translate


def body(t: Translate) -> Content:
    """The ledger, and beside it, hidden until a call is opened, its story."""
    ledger = html.Div(
        [
            html.Form(id="filters", **aria(label=t("Filter"))),
            html.Div(id="wrong"),
            html.Div(id="figures"),
            html.Div(id="bars"),
            html.Div(id="calls"),
        ],
        id="ledger",
    )
    left = html.Div([map_view(t), html.Div(id="replay")], className="left")
    right = html.Div(id="story", className="right")
    opened = html.Div([left, right], id="opened", className="two-columns", hidden=True)
    return Content(html.Div([ledger, opened]), [html.Span(id="export")])
