"""Reports per hour today beside the median of the last seven days."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from dashboard import theme as theme_

RUNNING = 0.55  # opacity of the hour that is not over


def trend(
    *,
    by_hour: list[int],
    by_hour_median: list[float],
    hour: int,
    unit: str,
    theme: str = "dark",
    scale: float = 1,
) -> go.Figure:
    """Bars for today's 24 hours (the running one paler), dashes for the reference.

    `hour` is the running hour of the site; `scale` multiplies type and strokes (2 on a 4K wall).
    """
    tokens = theme_.tokens(theme)
    shown = [n if i <= hour else None for i, n in enumerate(by_hour)]
    opacity = [RUNNING if i == hour else 1.0 for i in range(24)]
    figure = go.Figure(layout=_layout(theme, scale, unit))
    figure.add_bar(
        x=list(range(24)),
        y=shown,
        marker={"color": tokens["c4"], "opacity": opacity, "line": {"width": 0}},
        hovertemplate="%{x}:00  <b>%{y}</b><extra></extra>",
    )
    figure.add_scatter(
        x=list(range(24)),
        y=by_hour_median,
        mode="lines",
        line={
            "color": tokens["text-2"],
            "width": 2 * scale,
            "dash": f"{4 * scale}px {4 * scale}px",
        },
        hovertemplate="%{y:.0f}<extra></extra>",
    )
    return figure


def _layout(theme: str, scale: float, unit: str) -> dict[str, Any]:
    layout = theme_.layout(theme, size=24 * scale)
    ticks = [0, 6, 12, 18]
    layout["xaxis"] |= {
        "tickvals": [*ticks, 22.4],
        "ticktext": [*map(str, ticks), unit],
        "range": [-0.8, 23.8],
        "tickangle": 0,
    }
    return layout
