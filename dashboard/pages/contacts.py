"""/contacts: by what each of the staff can be called, and verifying it. The table and the chosen
person are filled by its script, which asks `/api/contacts`."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.attributes import aria
from dashboard.components.desk import Content
from dashboard.i18n import Translate


def body(t: Translate) -> Content:
    """Who is to be verified at the left, the chosen one at the right."""
    words = t("Name or code")
    search = dcc.Input(id="search", type="search", placeholder=words, debounce=False, maxLength=100)
    left = [
        html.Div(
            [search, html.Div(id="only")],
            className="strip search",
            role="search",
            **aria(label=words),
        ),
        html.Div(id="people", className="list"),
    ]
    columns = [html.Div(left, className="left"), html.Div(id="person", className="right")]
    return Content(main=html.Div(columns, className="two-columns"))
