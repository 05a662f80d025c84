"""The wall's skeleton: every figure names a place that the feed's summary has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboard.components.footer import LIGHTS, PEOPLE, footer
from dashboard.components.header import FIGURES, header
from dashboard.components.panels import panels
from dashboard.guards.auth import acting
from dashboard.i18n import LANGUAGES, translator
from dashboard.map.layers import LAYERS
from dashboard.map.view import view
from dashboard.pages import screen, wall
from data.access import ROLES, Actor, Permission

EVENTS = {"open", "overdue", "yellow", "green", "no_limit", "located", "unlocated"}
PEOPLE_KEYS = {
    *("on_duty", "rostered", "online", "fresh", "ageing", "stale", "offline", "no_position"),
    "lost",  # offline with a last position: reckoned by the page
}
TODAY = {"reported", "closed", "on_time_rate", "in_grid_rate", "satisfied_rate"}
PLACES = (
    {f"events.{key}" for key in EVENTS}
    | {f"people.{key}" for key in PEOPLE_KEYS}
    | {f"today.{key}" for key in TODAY}
)


def walk(component: Any) -> Iterator[dict[str, Any]]:
    """Every component's properties, from Dash's own JSON."""
    if isinstance(component, list):
        for one in component:
            yield from walk(one)
    elif isinstance(component, dict) and "props" in component:
        yield component["props"]
        yield from walk(component["props"].get("children"))


def parts(component: Any) -> list[dict[str, Any]]:
    return list(walk(json.loads(json.dumps(component, cls=PlotlyJSONEncoder))))


def figures(component: Any) -> list[str]:
    return [p["data-figure"] for p in parts(component) if "data-figure" in p]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_name_places_of_the_summary(lang: str) -> None:
    t = translator(lang)
    shown = figures(header(t, readonly=False)) + figures(footer(t))
    assert set(shown) <= PLACES
    assert len(figures(header(t, readonly=False))) == len(FIGURES) == 8


def test_the_footer_shows_both_sums() -> None:
    shown = figures(footer(translator("zh")))
    people = [f"people.{state}" for state, _ in PEOPLE]
    lights = [f"events.{path}" for _, path, _ in LIGHTS]
    assert shown == [*people, "people.on_duty", *lights, "events.open"]


def test_no_id_stands_twice() -> None:
    t = translator("zh")
    everything = [header(t, readonly=False), view(t), panels(t), footer(t)]
    ids = [p["id"] for one in everything for p in parts(one) if "id" in p]
    assert len(ids) == len(set(ids))


def test_a_chart_without_data_shows_no_axes() -> None:
    charts = [p for p in parts(panels(translator("zh"))) if p.get("id") in ("types", "trend")]
    assert len(charts) == 2
    for chart in charts:
        layout = chart["figure"]["layout"]
        assert not layout["xaxis"]["visible"]
        assert not layout["yaxis"]["visible"]


def actor(role: str) -> Actor:
    return Actor(
        id=1, kind="kiosk" if role == "kiosk" else "account", name="x", role=role, area_id=1
    )


@pytest.mark.parametrize("role", sorted(role for role in ROLES if Permission.VIEW in ROLES[role]))
def test_the_page_knows_who_may_call(role: str) -> None:
    token = acting.set(actor(role))
    try:
        page = screen.layout().to_plotly_json()["props"]
    finally:
        acting.reset(token)
    assert (page["data-readonly"] == "no") == (Permission.CALL in ROLES[role])


def test_the_wall_leads_to_the_desk_pages_that_one_may_open() -> None:
    def desks(role: str, **given: str) -> list[list[str]]:
        token = acting.set(actor(role))
        try:
            page = wall(**given).to_plotly_json()["props"]
        finally:
            acting.reset(token)
        found: list[list[str]] = json.loads(page["data-desks"])
        return found

    assert ["/import?lang=zh&theme=dark", "导入"] in desks("administrator")
    assert desks("administrator", lang="en", theme="light", desks="x")[0] == [
        "/import?lang=en&theme=light",
        "Import",
    ]
    calls = [["/calls?lang=zh&theme=dark", "呼叫台账"], ["/drills?lang=zh&theme=dark", "演练"]]
    assert desks("commander") == [["/grids?lang=zh&theme=dark", "网格核查"], *calls]
    assert (desks("duty_officer"), desks("kiosk")) == (calls, [])


@pytest.mark.parametrize(
    ("given", "lang", "theme"),
    [
        ({}, "zh-CN", "dark"),
        ({"lang": "en", "theme": "light"}, "en", "light"),
        ({"lang": "<b>", "theme": "<b>", "event": "7"}, "zh-CN", "dark"),
    ],
)
def test_the_url_chooses_language_and_theme(given: dict[str, str], lang: str, theme: str) -> None:
    page = screen.layout(**given).to_plotly_json()["props"]
    assert (page["data-lang"], page["data-theme"]) == (lang, theme)
    assert list(json.loads(page["data-layers"])) == list(LAYERS)
    assert bool(json.loads(page["data-words"])) == (lang == "zh-CN")
    assert page["data-readonly"] == "yes"  # nobody is signed in here
