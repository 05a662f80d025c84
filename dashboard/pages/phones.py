"""/phones: whose phone sends what, and how to connect one. The table and the settings are filled by
its scripts, which ask `/api/phones`."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.attributes import aria
from dashboard.components.desk import Content
from dashboard.i18n import Translate


def body(t: Translate) -> Content:
    """Who has sent at the left, the chosen one and his settings at the right."""
    words = t("Name or code")
    search = dcc.Input(id="search", type="search", placeholder=words, debounce=False, maxLength=100)
    left = [
        html.Div(search, className="strip search", role="search", **aria(label=words)),
        html.Div(id="phones", className="list"),
    ]
    right = html.Div(id="phone")
    columns = [html.Div(left, className="left"), html.Div(right, className="right")]
    return Content(main=html.Div(columns, className="two-columns"))
