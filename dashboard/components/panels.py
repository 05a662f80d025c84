"""The wall's panels: titles with their basis, and boxes that the feed fills."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.i18n import Translate
from dashboard.theme import BLANK

TALL = {"height": "calc(170 * var(--u))"}
STILL: Any = {"displayModeBar": False, "responsive": True}


def panels(t: Translate) -> Any:
    """Events, the day's bars, types and trend, ranking and duty."""
    return html.Aside(
        [
            html.Div([_events(t), _bars(t), _day(t), _people(t)], id="panels"),
            html.Div(id="card", className="card", hidden=True, tabIndex="-1", role="dialog"),
            html.Div(id="layers", className="layers", hidden=True),
        ],
        className="aside",
    )


def _section(title: str, basis: Any, *body: Any, name: str) -> Any:
    heading = html.H2([title, html.Em(basis, id=f"{name}-basis")])
    return html.Section([heading, *body], className=f"panel {name}")


def _events(t: Translate) -> Any:
    return _section(
        t("Open events"),
        "–",
        html.Div(id="hot"),
        html.Div(id="list", role="list"),
        name="events",
    )


def _bars(t: Translate) -> Any:
    return _section(
        t("Today"),
        t("reports and closings since midnight"),
        html.Div(id="bars"),
        name="today",
    )


def _day(t: Translate) -> Any:
    types = html.Div(
        [
            html.Div(id="types-names"),
            dcc.Graph(id="types", figure=BLANK, config=STILL, style=TALL),
            html.Div(id="types-numbers"),
        ],
        className="types",
    )
    return html.Div(
        [
            _section(t("Types today"), "/" + t("7-day"), types, name="mix"),
            _section(
                t("Reports per hour"),
                t("per hour"),
                dcc.Graph(id="trend", figure=BLANK, config=STILL, style=TALL),
                name="trend",
            ),
        ],
        className="two",
    )


def _people(t: Translate) -> Any:
    return html.Div(
        [
            _section(
                t("Load per worker"), t("cases/person"), html.Div(id="ranking"), name="ranking"
            ),
            _section(t("Duty and vacancies"), "", html.Div(id="duty"), name="duty"),
        ],
        className="two",
    )
