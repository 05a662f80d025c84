"""/screen: the wall. Dash lays it out; the feed's scripts fill in what moves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dash import Input, Output, dcc, html

from dashboard.components.attributes import data
from dashboard.components.footer import footer
from dashboard.components.header import header
from dashboard.components.panels import panels
from dashboard.figures.trend import trend
from dashboard.figures.types import folded, types
from dashboard.guards.auth import acting
from dashboard.i18n import catalogue, language, translator
from dashboard.map.layers import LAYERS
from dashboard.map.view import view
from dashboard.theme import THEMES
from data.access import Permission

SCALES = (0.6, 1.0, 2.0)  # a phone, 1080p, 4K


def layout(
    lang: str | None = None,
    theme: str | None = None,
    desks: Sequence[tuple[str, str]] = (),
    **_: Any,
) -> Any:
    """The whole wall in one language and theme; what else the URL says, the scripts read.

    `desks` are address and word of the pages beside it.
    """
    lang = language(lang)
    t = translator(lang)
    actor = acting.get()
    readonly = actor is None or not actor.may(Permission.CALL)
    return html.Div(
        [
            header(t, readonly=readonly),
            view(t),
            panels(t),
            footer(t),
            dcc.Store(id="day-store"),
        ],
        id="wall",
        className="wall-page",
        **data(
            lang="en" if lang == "en" else "zh-CN",
            theme=theme if theme in THEMES else "dark",
            readonly="yes" if readonly else "no",
            words=json.dumps(catalogue(lang), ensure_ascii=False),
            desks=json.dumps(desks, ensure_ascii=False),
            layers=json.dumps({key: [t(part) for part in layer] for key, layer in LAYERS.items()}),
        ),
    )


def register(app: Any) -> None:
    """The one callback: the day's figures become two charts and their rows of words."""

    @app.callback(  # type: ignore[untyped-decorator]
        Output("trend", "figure"),
        Output("types", "figure"),
        Output("types-names", "children"),
        Output("types-numbers", "children"),
        Input("day-store", "data"),
        prevent_initial_call=True,
    )
    async def draw(day: dict[str, Any] | None) -> tuple[Any, Any, Any, Any]:
        return charts(day or {})


def charts(day: dict[str, Any]) -> tuple[Any, Any, Any, Any]:
    """Trend, types, and the names and numbers beside the types' bars.

    `day` is the summary's `today` with `hour` (of the site), `lang`, `theme` and `scale`.
    """
    lang, theme = language(day.get("lang")), str(day.get("theme", "dark"))
    scale = next((s for s in SCALES if s == day.get("scale")), 1.0)
    t = translator(lang)
    rows = folded(day.get("by_class", []), other=t("Other events"), name=f"name_{lang}")
    line = trend(
        by_hour=day.get("by_hour", [0] * 24)[:24],  # plotly takes seconds over what is not a day
        by_hour_median=day.get("by_hour_median", [0.0] * 24)[:24],
        hour=int(day.get("hour", 23)),
        unit=t("h"),
        theme=theme,
        scale=scale,
    )
    names = [html.Div(row["name"], title=row["name"]) for row in rows]
    if not rows:  # just after midnight
        names = [html.Div(t("No reports yet today"), className="nothing")]
    numbers = [html.Div([html.B(row["n"]), f" /{row['median']:.0f}"]) for row in rows]
    return line, types(rows, theme=theme, scale=scale), names, numbers
