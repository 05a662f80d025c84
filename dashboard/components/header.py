"""The wall's header: what place this is, eight figures, the clock."""

from __future__ import annotations

from typing import Any, NamedTuple

from dash import html

from dashboard.components.attributes import data
from dashboard.i18n import Translate


class Figure(NamedTuple):
    """One figure: its label, where it stands in the summary message, its unit, its mark."""

    label: str
    path: str
    unit: str = ""
    mark: str = ""


FIGURES = (
    Figure("Open", "events.open", "cases"),
    Figure("Overdue", "events.overdue", "", "red"),
    Figure("Due soon", "events.yellow", "", "yellow"),
    Figure("Closed", "today.closed"),
    Figure("On time", "today.on_time_rate", "%"),
    Figure("In grid", "today.in_grid_rate", "%"),
    Figure("Satisfied", "today.satisfied_rate", "%"),
    Figure("Online", "people.online", "people.on_duty"),
)


def header(t: Translate, *, readonly: bool) -> Any:
    """All values are filled in by the feed; until then they are dashes."""
    return html.Header(
        [
            html.Div(
                [
                    html.H1(t("Grid command"), id="place"),
                    html.P(t("Read-only wall") if readonly else "–", id="scope"),
                ],
                className="title",
            ),
            html.Div([_figure(figure, t) for figure in FIGURES], className="figures"),
            html.Div(
                [
                    html.Div("--:--:--", className="value", id="clock"),
                    html.Div("–", className="label", id="day"),
                ],
                className="clock",
            ),
        ],
        className="header",
    )


def _figure(figure: Figure, t: Translate) -> Any:
    marks = [html.I(className=f"mark {figure.mark}")] if figure.mark else []
    second = figure.unit.startswith("people.")
    unit = html.Small(
        "/–" if second else t(figure.unit),
        **(data(over=figure.unit) if second else {}),
    )
    value = html.B("–", **data(figure=figure.path, unit=figure.unit))
    return html.Div(
        [
            html.Div([*marks, html.Span(t(figure.label))], className="label"),
            html.Div([value, unit], className="value"),
        ],
        className=f"figure {figure.mark}",
        **(data(two="yes") if second else {}),
    )
