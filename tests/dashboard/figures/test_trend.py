"""Reports per hour: what is drawn is what was counted, and no hour that has not come."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import theme
from dashboard.figures.trend import RUNNING, trend

COUNTS = st.lists(st.integers(0, 500), min_size=24, max_size=24)


def drawn(**change: Any) -> Any:
    given: dict[str, Any] = {"by_hour": [1] * 24, "by_hour_median": [2.5] * 24, "hour": 9}
    return trend(**{**given, "unit": "h", **change})


@settings(max_examples=20)
@given(COUNTS, st.integers(0, 23))
def test_hours_to_come_are_empty_not_zero(counts: list[int], hour: int) -> None:
    bars, line = drawn(by_hour=counts, hour=hour).data
    assert list(bars.y[: hour + 1]) == counts[: hour + 1]
    assert all(n is None for n in bars.y[hour + 1 :])
    assert len(bars.x) == len(line.y) == 24


def test_the_running_hour_is_paler() -> None:
    bars, _ = drawn(hour=9).data
    opacity = list(bars.marker.opacity)
    assert opacity[9] == RUNNING and set(opacity[:9] + opacity[10:]) == {1.0}


def test_type_and_strokes_grow_with_the_wall() -> None:
    small, large = drawn(), drawn(scale=2)
    assert (small.layout.font.size, large.layout.font.size) == (24, 48)
    assert large.data[1].line.width == 2 * small.data[1].line.width


def test_the_axis_names_every_sixth_hour_and_its_unit() -> None:
    axis = drawn(unit="时").layout.xaxis
    assert list(axis.ticktext) == ["0", "6", "12", "18", "时"]
    assert list(axis.tickvals[:4]) == [0, 6, 12, 18]


@pytest.mark.parametrize("name", theme.THEMES)
def test_colours_come_from_the_theme(name: str) -> None:
    bars, line = drawn(theme=name).data
    tokens = theme.tokens(name)
    assert (bars.marker.color, line.line.color) == (tokens["c4"], tokens["text-2"])


def test_nothing_can_be_zoomed_or_toggled() -> None:
    layout = drawn().layout
    assert layout.showlegend is False
    assert layout.xaxis.fixedrange is True and layout.yaxis.fixedrange is True
