"""The day's classes: four and the rest, which add up to the day."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.types import ROWS, folded, types
from dashboard.pages.screen import charts


def classes(counts: list[int]) -> list[dict[str, Any]]:
    return [
        {"class": f"k{i}", "name_zh": f"类{i}", "name_en": f"k{i}", "n": n, "median": n / 2}
        for i, n in enumerate(counts)
    ]


def rows(counts: list[int], *, more: int | None = None) -> list[dict[str, Any]]:
    given = classes(counts)
    if more is not None:
        other = {"class": "other", "name_zh": "其他", "name_en": "Other", "n": more, "median": 0}
        given.append(other)
    return folded(given, other="其他", name="name_zh")


@given(st.lists(st.integers(0, 999), max_size=12), st.none() | st.integers(0, 999))
def test_rows_add_up_and_never_exceed_their_place(counts: list[int], more: int | None) -> None:
    shown = rows(counts, more=more)
    assert sum(row["n"] for row in shown) == sum(counts) + (more or 0)
    assert sum(row["median"] for row in shown) == sum(counts) / 2
    assert len(shown) <= ROWS
    named = [row["n"] for row in shown if row["name"] != "其他"]
    assert named == sorted(named, reverse=True)


def test_other_stands_last_even_when_it_is_the_largest() -> None:
    shown = rows([5, 9], more=50)
    assert [row["name"] for row in shown] == ["类1", "类0", "其他"]


def test_a_day_without_reports_draws_nothing() -> None:
    assert rows([]) == []
    bars, ticks = types([]).data
    assert len(bars.x) == len(ticks.x) == 0


def test_bars_and_medians_stand_on_the_same_rows() -> None:
    figure = types(rows([4, 8]))
    bars, ticks = figure.data
    assert list(bars.x) == [8, 4] and list(ticks.x) == [4, 2]
    assert list(bars.y) == list(ticks.y) == [0, 1]
    assert figure.layout.xaxis.range[1] > 8  # the longest bar ends inside
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]  # the first on top


def test_the_page_draws_what_the_feed_says() -> None:
    day = {"by_hour": [3] * 24, "by_hour_median": [1.0] * 24, "hour": 5, "lang": "en", "scale": 2}
    line, bars, names, numbers = charts({**day, "by_class": classes([7, 2]), "theme": "light"})
    assert sum(n or 0 for n in line.data[0].y) == 18
    assert list(bars.data[0].x) == [7, 2]
    assert [name.children for name in names] == ["k0", "k1"]
    assert [number.children[0].children for number in numbers] == [7, 2]
    assert line.layout.font.size == 48


def test_a_page_without_a_day_is_empty_not_broken_and_says_so() -> None:
    line, bars, (name,), _ = charts({})
    assert name.className == "nothing" and name.children
    assert len(bars.data[0].x) == 0 and len(line.data[0].x) == 24


def test_a_day_has_no_more_hours_than_a_day() -> None:
    line, *_ = charts({"by_hour": [1] * 30_000, "by_hour_median": [1.0] * 30_000})
    assert [len(part.y) for part in line.data] == [24, 24]
