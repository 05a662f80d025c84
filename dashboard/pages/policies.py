"""/policies: whom a call rings, step by step: the policies at the left, the chosen one with its dry
run at the right. Filled by its scripts, which ask `/api/policies`."""

from __future__ import annotations

from dash import html

from dashboard.components.desk import Content
from dashboard.i18n import Translate


def body(t: Translate) -> Content:
    """The list, and beside it the form and what a click would do by it."""
    left = html.Div([html.Div(id="policies"), html.Div(id="file")], className="left list")
    right = html.Div([html.Div(id="policy"), html.Div(id="trial")], className="right")
    return Content(html.Div([left, right], className="two-columns"), [_new(t)])


def _new(t: Translate) -> html.Button:
    return html.Button(t("New policy"), id="new", type="button", className="button main")
