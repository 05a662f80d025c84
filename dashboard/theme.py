"""The theme where CSS does not reach: plotly's layout, from the tokens of the style sheet."""

from __future__ import annotations

from typing import Any

FONT = '"Inter","Noto Sans CJK SC","Noto Sans SC","WenQuanYi Micro Hei",sans-serif'
THEMES = ("dark", "light", "contrast")
TOKENS = {
    "dark": {
        "text": "#EEF3F8",
        "text-2": "#B4C0CD",
        "text-3": "#8A99A8",
        "line": "#243140",
        "line-2": "#3B4B5D",
        "c4": "#7471C9",
        "raised": "#17202A",
        "people": "#4CC3FF",
    },
    "light": {
        "text": "#111820",
        "text-2": "#46535F",
        "text-3": "#65727E",
        "line": "#DCE2E9",
        "line-2": "#B4BFCB",
        "c4": "#6A6BC2",
        "raised": "#F7F9FB",
        "people": "#0A6FC2",
    },
}


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme; contrast draws its charts as dark does."""
    return TOKENS.get(theme, TOKENS["dark"])


def layout(theme: str, *, size: float = 24) -> dict[str, Any]:
    """The plotly layout of all charts: no legend, no toolbar, no motion, three grid lines."""
    t = tokens(theme)
    return {
        "font": {"family": FONT, "size": size, "color": t["text-2"]},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 0, "r": 0, "t": 4, "b": 34 * size // 24},
        "showlegend": False,
        "bargap": 0.34,
        "hovermode": "x",
        "separators": ". ",
        "colorway": [t["c4"], t["text-2"], t["people"], t["text-3"]],
        "hoverlabel": {
            "bgcolor": t["raised"],
            "bordercolor": t["line-2"],
            "font": {"color": t["text"]},
        },
        **_axes(t),
    }


def _axes(t: dict[str, str]) -> dict[str, Any]:
    axis = {
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "fixedrange": True,
        "tickfont": {"color": t["text-3"]},
    }
    lines = {"showgrid": True, "gridcolor": t["line"], "nticks": 3}
    return {
        "xaxis": {**axis, "linecolor": t["line"], "automargin": True},
        "yaxis": {**axis, **lines, "rangemode": "tozero", "showticklabels": False},
    }


# A chart before its data: nothing at all, not plotly's own axes.
BLANK: dict[str, Any] = {
    "layout": {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
    }
}
