"""The page of the grid contract: what is wrong with the grids, and what changed between two days.

Its scripts in `assets/desk/grids/` ask the API; here stands the frame that they fill.
"""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.attributes import aria
from dashboard.components.desk import Content, map_view
from dashboard.i18n import Translate


def body(t: Translate) -> Content:
    """A map with its key at the left, findings or changes at the right."""
    left = html.Div(
        [map_view(t), html.Div(id="key", className="strip")],
        className="left",
    )
    right = html.Div(
        [html.Div(id="findings"), html.Div(id="changes", hidden=True)],
        className="right",
    )
    return Content(html.Div([left, right], className="two-columns"), _tools(t))


def _tools(t: Translate) -> list[Any]:
    tabs = html.Div(
        [
            html.Button(t("Findings"), id="tab-findings", type="button", role="tab"),
            html.Button(t("Two versions"), id="tab-changes", type="button", role="tab"),
        ],
        className="tabs",
        role="tablist",
        **aria(label=t("What is shown")),
    )
    return [tabs, html.Span(id="kinds")]
