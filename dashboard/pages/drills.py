"""/drills: calls that ring nobody: what may be played at the right, past and running drills with
what they showed at the left. Filled by its script, which asks `/api/drills`."""

from __future__ import annotations

from dash import html

from dashboard.components.desk import Content
from dashboard.i18n import Translate


def body(_: Translate) -> Content:
    """The drills and the report of the chosen one; beside them the scenarios."""
    left = html.Div([html.Div(id="drills"), html.Div(id="report")], className="left list")
    right = html.Div([html.Div(id="now"), html.Div(id="scenarios")], className="right")
    return Content(html.Div([left, right], className="two-columns"))
