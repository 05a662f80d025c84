"""The ground of an alert as CAP writes it: what is wrong is mended or left out, and said."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.events import grounds, notice
from data.events.grounds import MOST_CORNERS, MOST_FLAWS, WORDS, Fault

SQUARE = "35,112 35,113 36,113 36,112 35,112"


def read(inner: str) -> tuple[Any, list[tuple[str, str]]]:
    ground, flaws = grounds.read([fromstring(f"<area>{inner}</area>")])
    return ground, [(flaw.part, flaw.fault.value) for flaw in flaws]


def polygon(corners: str) -> tuple[Any, list[tuple[str, str]]]:
    return read(f"<polygon>{corners}</polygon>")


def test_what_is_well_drawn_has_no_flaws() -> None:
    ground, flaws = polygon(SQUARE)
    assert flaws == [] and ground.bounds == (112, 35, 113, 36) and ground.area == 1
    ground, flaws = read("<circle>35.6,112.9 0</circle>")
    assert flaws == [] and (ground.x, ground.y) == (112.9, 35.6)


def test_what_several_languages_repeat_is_read_once() -> None:
    area = fromstring(f"<area><polygon>{SQUARE}</polygon><polygon>1 2</polygon></area>")
    ground, flaws = grounds.read([area, area, area])
    assert ground is not None and ground.area == 1
    assert [flaw.as_json() for flaw in flaws] == [{"part": "polygon 2", "fault": "unreadable"}]


@pytest.mark.parametrize(
    ("corners", "fault", "area"),
    [
        ("35,112 35,113 36,113 36,112", "unclosed", 1),
        ("35,112 36,113 35,113 36,112 35,112", "self_crossing", 0.5),
        ("10,179 10,-179 12,-179 12,179 10,179", "antimeridian", 4),
        ("10,179 12,179 12,-179 10,-179 10,179", "antimeridian", 4),
        ("10,-179 10,179 12,179 12,-179 10,-179", "antimeridian", 4),
    ],
)
def test_what_is_mended(corners: str, fault: str, area: float) -> None:
    ground, flaws = polygon(corners)
    assert flaws == [("polygon 1", fault)]
    assert ground.is_valid and ground.area == pytest.approx(area)


def test_ground_across_the_antimeridian_lies_on_both_sides() -> None:
    """A bow tie across it, too; nothing runs round the world."""
    ground, flaws = polygon("10,179 12,-179 10,-179 12,179 10,179")
    assert [fault for _, fault in flaws] == ["self_crossing", "antimeridian"]
    assert ground.area == pytest.approx(2)
    west, east = sorted(part.bounds for part in ground.geoms)
    assert (west[0], west[2]) == (-180, -179) and (east[0], east[2]) == (179, 180)
    for lon in (179.9, -179.9):
        ground, flaws = read(f"<circle>-17,{lon} 100</circle>")
        assert flaws == [("circle 1", "antimeridian")]
        sides = sorted(part.bounds for part in ground.geoms)
        assert sides[0][0] == -180 and sides[1][2] == 180
        widths = [side[2] - side[0] for side in sides]
        assert sum(widths) == pytest.approx(
            2 * np.degrees(100 / 6371) / np.cos(np.radians(17)), rel=0.01
        )
        assert max(widths) - min(widths) == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize(
    ("inner", "fault"),
    [
        ("<polygon>80,0 80,90 80,180 80,-90 80,0</polygon>", Fault.POLE),
        ("<polygon>-80,0 -80,-120 -80,120 -80,0</polygon>", Fault.POLE),
        ("<circle>89,10 200</circle>", Fault.POLE),
        ("<circle>-90,0 1</circle>", Fault.POLE),
        ("<circle>35,112 2001</circle>", Fault.TOO_WIDE),
        ("<polygon>0,0 0,100 20,100 20,0 0,0</polygon>", Fault.TOO_WIDE),
        ("<polygon>-90,0 -90,170 90,170 90,0 -90,0</polygon>", Fault.TOO_WIDE),
        ("<polygon>-90,-180 -90,180 90,180 90,-180 -90,-180</polygon>", Fault.NO_AREA),
        ("<polygon>1,1 2,2 3,3 1,1</polygon>", Fault.NO_AREA),
        ("<polygon>1,2 3</polygon>", Fault.UNREADABLE),
        ("<polygon></polygon>", Fault.UNREADABLE),
        ("<polygon>95,1 95,2 96,2 95,1</polygon>", Fault.UNREADABLE),
        ("<polygon>1,181 1,182 2,182 1,181</polygon>", Fault.UNREADABLE),
        ("<polygon>nan,1 1,inf 2,2 nan,1</polygon>", Fault.UNREADABLE),
        ("<circle>35,112</circle>", Fault.UNREADABLE),
        ("<circle>35,112 -1</circle>", Fault.UNREADABLE),
        ("<circle>35,112 nan</circle>", Fault.UNREADABLE),
    ],
)
def test_what_is_left_out(inner: str, fault: Fault) -> None:
    """Alone it leaves no ground; beside a good part that part stays."""
    kind = inner[1 : inner.index(">")]
    ground, flaws = read(inner)
    assert ground is None and flaws == [(f"{kind} 1", fault.value)]
    assert "left out" in str(WORDS[fault])
    ground, flaws = read(f"<polygon>{SQUARE}</polygon>" + inner)
    assert ground.area == 1 and [fault for _, fault in flaws] == [fault.value]


def test_an_outline_that_crosses_itself_everywhere_is_its_hull() -> None:
    """Mending a star of 20,000 corners took minutes and a core: one message did it."""
    turn = np.arange(20_000) * 2.5
    corners = zip(35 + 0.1 * np.sin(turn), 112 + 0.1 * np.cos(turn), strict=True)
    ground, flaws = polygon(" ".join(f"{lat:.5f},{lon:.5f}" for lat, lon in corners))
    assert flaws[-1] == ("polygon 1", "too_detailed")
    assert ground.is_valid and ground.area == pytest.approx(np.pi * 0.01, rel=0.01)
    ground, flaws = polygon(" ".join(f"{35 + i % 2},112" for i in range(3_000)))
    assert ground is None, "two places are no ground, however often"


def test_a_coast_of_too_many_corners_is_simplified() -> None:
    """Its shape stays; a thousand circles and more are bounded too."""
    turn = np.linspace(0, 2 * np.pi, 4 * MOST_CORNERS)
    radius = 0.3 + 0.0001 * np.sin(turn * 900)
    corners = zip(35 + radius * np.sin(turn), 112 + radius * np.cos(turn), strict=True)
    ground, flaws = polygon(" ".join(f"{lat:.7f},{lon:.7f}" for lat, lon in corners))
    assert ("ground", "too_detailed") in flaws and ground.is_valid
    assert len(ground.exterior.coords) <= MOST_CORNERS
    assert ground.area == pytest.approx(np.pi * 0.09, rel=0.01)
    many = "".join(f"<circle>{30 + i // 40},{110 + i % 40} 5</circle>" for i in range(1_100))
    ground, flaws = read(many)
    assert flaws == [("ground", "too_detailed"), ("ground", "too_many")]
    assert len(ground.geoms) == 1_000
    ground, flaws = read("".join(f"<polygon>{i}</polygon>" for i in range(100)))
    assert ground is None and len(flaws) == MOST_FLAWS


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=3, max_size=12))
def test_whatever_is_drawn_lies_on_the_map(corners: list[tuple[float, float]]) -> None:
    """Or nothing of it is kept, with a reason."""
    ground, flaws = polygon(" ".join(f"{lat},{lon}" for lat, lon in corners))
    if ground is None:
        assert flaws
    else:
        assert ground.is_valid and ground.area > 0
        west, south, east, north = ground.bounds
        assert -180 <= west <= east <= 180 and -90 <= south <= north <= 90


ZH = {"language": "zh-CN", "event": "暴雨", "headline": "橙色", "description": "大", "area": "西"}
EN = {"language": "en-US", "event": "Rain", "headline": "", "instruction": "Stay in", "area": ""}
FR = {"language": "fr-FR", "event": "Pluie", "headline": "Fortes pluies"}


def test_each_language_reads_its_own_words() -> None:
    """An alert in one language says that to both; one in none of ours says what there is."""
    both = notice.full({"infos": [ZH, EN], "severity": "Severe", "senderName": "台"})
    assert both["zh"] == {"headline": "橙色", "area": "西", "text": "大"}
    assert both["en"] == {"headline": "Rain", "area": "", "text": "Stay in"}
    assert (both["severity"], both["sender"], both["flaws"]) == ("severe", "台", [])
    for infos in ([ZH], [EN], [FR]):
        said = notice.brief({"infos": infos})
        assert said["zh"] == said["en"] and said["severity"] == "unknown"
        assert said["zh"]["headline"] == infos[0]["headline"] or infos[0]["event"]
    assert notice.brief({"severity": "Worst"})["zh"]["headline"] == ""
    assert notice.full({})["en"]["text"] == ""
