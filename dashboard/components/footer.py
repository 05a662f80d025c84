"""The wall's footer: the balance line. Each mark stands beside its count, and sums are shown."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.attributes import aria, data
from dashboard.i18n import Translate

# `lost` = offline with a last place: offline itself includes those never seen this shift.
PEOPLE = (
    ("fresh", "Fresh"),
    ("ageing", "Ageing"),
    ("stale", "Stale"),
    ("lost", "Offline"),
    ("no_position", "No position"),
)
PERSON_MARKS = {"lost": "person offline", "no_position": ""}
LIGHTS = (
    ("red", "overdue", "Overdue"),
    ("yellow", "yellow", "Due soon"),
    ("green", "green", "Within limit"),
    ("no-limit", "no_limit", "No limit"),
)


def footer(t: Translate) -> Any:
    """People by state = on duty; events by light = open; the key of the load; the link."""
    people = [
        _count(PERSON_MARKS.get(state, f"person {state}"), t(word), f"people.{state}", state)
        for state, word in PEOPLE
    ]
    lights = [_count(mark, t(word), f"events.{path}", path) for mark, path, word in LIGHTS]
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
    sign = [html.I(className=f"mark {mark}")] if mark else []
    value = html.B("–", **data(figure=path))
    return html.Span([*sign, html.Span(word), value], **data(count=name))


def _sum(path: str, unit: str) -> Any:
    return html.Span(
        [html.Span("="), html.B("–", **data(figure=path)), html.Span(unit, className="unit")]
    )
