"""The wall's footer: the balance line. Each mark stands beside its count, and sums are shown."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.attributes import aria, data
from dashboard.i18n import Translate

PEOPLE = (("fresh", "Fresh"), ("ageing", "Ageing"), ("stale", "Stale"), ("offline", "Offline"))
LIGHTS = (
    ("red", "overdue", "Overdue"),
    ("yellow", "yellow", "Due soon"),
    ("green", "green", "Within limit"),
    ("no-limit", "no_limit", "No limit"),
)


def footer(t: Translate) -> Any:
    """People by state = on duty; events by light = open; the key of the load; the link."""
    people = [
        _count(f"person {state}", t(word), f"people.{state}", f"people-{state}")
        for state, word in PEOPLE
    ]
    lights = [
        _count(mark, t(word), f"events.{path}", f"events-{path}") for mark, path, word in LIGHTS
    ]
    return html.Footer(
        [
            html.Span(
                [
                    html.I(className="mark link"),
                    html.Span(t("Live"), id="link-word"),
                    html.B("–", id="link-age"),
                ],
                id="link",
            ),
            html.U(),
            html.Div([*people, _sum("people.on_duty", t("people"))], className="group"),
            html.U(),
            html.Div([*lights, _sum("events.open", t("cases"))], className="group"),
            html.Div(id="key", className="key", **aria(label=t("Load"))),
        ],
        className="footer",
    )


def _count(mark: str, word: str, path: str, name: str) -> Any:
    return html.Span(
        [html.I(className=f"mark {mark}"), html.Span(word), html.B("–", **data(figure=path))],
        **data(count=name),
    )


def _sum(path: str, unit: str) -> Any:
    return html.Span([html.Span("="), html.B("–", **data(figure=path)), html.Span(unit)])
