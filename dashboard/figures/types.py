"""What is reported today by class, each bar with a tick where the seven-day median stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard import theme as theme_

ROWS = 5


def folded(classes: Sequence[dict[str, Any]], *, other: str, name: str) -> list[dict[str, Any]]:
    """The four largest classes and the rest as one, so that the rows add up to the day's total."""
    ordered = sorted(
        (c for c in classes if c["class"] != "other"), key=lambda c: (-c["n"], -c["median"])
    )
    first, rest = ordered[: ROWS - 1], ordered[ROWS - 1 :]
    rest += [c for c in classes if c["class"] == "other"]
    rows = [{"name": c[name], "n": c["n"], "median": c["median"]} for c in first]
    if rest:
        n, median = sum(c["n"] for c in rest), sum(c["median"] for c in rest)
        rows.append({"name": other, "n": n, "median": median})
    return rows


def types(rows: Sequence[dict[str, Any]], *, theme: str = "dark", scale: float = 1) -> go.Figure:
    """Horizontal bars for rows of {name, n, median}, the first on top."""
    tokens = theme_.tokens(theme)
    y = list(range(len(rows)))
    figure = go.Figure(layout=theme_.layout(theme, size=24 * scale))
    figure.add_bar(
        x=[row["n"] for row in rows],
        y=y,
        orientation="h",
        width=0.36,
        marker={"color": tokens["c4"], "line": {"width": 0}},
        customdata=[row["name"] for row in rows],
        hovertemplate="%{customdata} <b>%{x}</b><extra></extra>",
    )
    figure.add_scatter(
        x=[row["median"] for row in rows],
        y=y,
        mode="markers",
        marker={
            "symbol": "line-ns",
            "size": 11 * scale,  # a line-ns is twice its size long
            "line": {"color": tokens["text"], "width": 2 * scale},
        },
        hoverinfo="skip",
    )
    most = max([1.0, *(max(row["n"], row["median"]) for row in rows)])
    figure.update_layout(_bare(most))
    return figure


def _bare(most: float) -> dict[str, Any]:
    """No axes, no margins: the words stand beside the chart, in the page."""
    hidden = {"showticklabels": False, "linecolor": "rgba(0,0,0,0)"}
    return {
        "hovermode": "closest",
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "xaxis": {**hidden, "range": [0, most * 1.04]},
        "yaxis": {
            "showticklabels": False,
            "automargin": False,
            "range": [ROWS - 0.5, -0.5],
            "showgrid": False,
        },
    }
