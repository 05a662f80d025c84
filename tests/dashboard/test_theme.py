"""The tokens of the style sheet: enough contrast in every theme, and one truth for the charts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard import theme
from data.events.notice import SEVERITIES, UNKNOWN

CSS = Path(theme.__file__).parent / "assets" / "css"
TEXTS = ("text", "text-2", "text-3", "red", "yellow", "accent-text")
GROUNDS = ("bg", "surface", "raised")
MARKS = ("people", "green", "yellow-mark", "red", "stale", "offline", "select", "drill")
ALERTS = tuple(f"alert-{name}" for name in (*SEVERITIES, UNKNOWN))
ON_FILL = (("on-accent", "accent"), ("on-lost", "lost"))


def themes() -> dict[str, dict[str, str]]:
    """The tokens of each theme; what a theme does not name falls back to dark."""
    text = (CSS / "tokens.css").read_text("utf-8")
    found: dict[str, dict[str, str]] = {}
    for name, body in re.findall(r'\[data-theme="(\w+)"\] \{(.*?)\n\}', text, re.S):
        named = dict(re.findall(r"--([\w-]+):\s*([^;]+);", body))
        found[name] = {**found.get("dark", {}), **named}
    return found


def rgb(colour: str) -> tuple[float, float, float]:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    return tuple(int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))  # type: ignore[return-value]


def luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2: 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_the_most() -> None:
    assert contrast("#000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_can_be_read(name: str, text: str, ground: str) -> None:
    tokens = themes()[name]
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize(("text", "fill"), ON_FILL)
def test_text_on_fills_can_be_read(name: str, text: str, fill: str) -> None:
    tokens = themes()[name]
    assert contrast(tokens[text], tokens[fill]) >= 4.5


@pytest.mark.parametrize("name", theme.THEMES)
def test_flags_of_overdue_events_can_be_read(name: str) -> None:
    assert contrast("#fff", themes()[name]["red-fill"]) >= 4.5  # drawn on the canvas


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("mark", (*MARKS, *ALERTS))
def test_marks_stand_out_from_the_land(name: str, mark: str) -> None:
    """By their fill or, as yellow on light land, by their edge."""
    tokens = themes()[name]
    edge = tokens["yellow-edge"] if mark == "yellow-mark" else tokens[mark]
    best = max(contrast(tokens[mark], tokens["map-land"]), contrast(edge, tokens["map-land"]))
    assert best >= 3


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_classes_of_load_are_told_apart_in_order(name: str) -> None:
    tokens = themes()[name]
    steps = [luminance(tokens[f"c{i}"]) for i in range(5)]
    assert steps == sorted(steps, reverse=name == "light")
    assert contrast(tokens["c0"], tokens["c4"]) >= 3


@pytest.mark.parametrize("name", theme.TOKENS)
def test_charts_have_the_style_sheet_s_colours(name: str) -> None:
    tokens = themes()[name]
    assert {key: tokens[key] for key in theme.TOKENS[name]} == theme.TOKENS[name]


def test_every_token_used_exists() -> None:
    used = set()
    for file in CSS.parent.rglob("*.css"):
        used |= set(re.findall(r"var\(--([\w-]+)", file.read_text("utf-8")))
    for file in [CSS.parent / "core.js", *CSS.parent.glob("map/*.js")]:
        used |= set(re.findall(r'colour\("([\w-]+)"\)', file.read_text("utf-8")))
    text = (CSS / "tokens.css").read_text("utf-8")
    assert used <= set(re.findall(r"--([\w-]+):", text))


def test_the_layout_has_no_ornament() -> None:
    layout = theme.layout("dark", size=48)
    assert layout["font"]["size"] == 48 and layout["font"]["family"] == theme.FONT
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert layout["showlegend"] is False
