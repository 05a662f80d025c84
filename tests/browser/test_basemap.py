"""Marks and base map agree: what is painted into a tile at a place lies under that place's mark.

The tiles are painted by the test's own arithmetic; what the screen shows is read from its pixels.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from data import actors
from data.database import Database
from data.tiles import basemap as basemaps
from data.tiles.basemap import Basemap, Origin
from geo.shifted import gcj02_to_wgs84, wgs84_to_gcj02
from tests import tile_sets
from tests.browser.boxes import contrast
from tests.browser.conftest import Wall
from tests.browser.wall_town import apart
from tests.tile_sets import Place

ZOOM = 18
OFF = "load,light,vacancy,borders,circles,facilities,clusters,labels"
PIXELS = Path(__file__).with_name("pixels.js").read_text(encoding="utf-8")
SET = "(version) => wangge.map.based && wangge.map.basemap().version === version"
DRAWN = """() => {  // each tile is there, or known to be missing
  const all = [...wangge.map.leaflet.getPane('basemap').querySelectorAll('.leaflet-tile')];
  const there = all.filter((tile) => tile.classList.contains('leaflet-tile-loaded'));
  const none = all.filter((tile) => (tile.src || '').startsWith('data:'));
  return there.length > 0 && there.length + none.length === all.length;
}"""
MARK = """(id) => wangge.map.hits.flatMap((offer) => offer())
  .filter((hit) => hit.kind === 'event' && hit.id === id).map((hit) => [hit.x, hit.y])[0]"""
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
OWN = "() => Boolean(wangge.map.ground) && wangge.map.leaflet.hasLayer(wangge.map.ground)"
BOX = (
    "() => { const box = wangge.map.leaflet.getBounds(); return [box.getWest(), box.getNorth()]; }"
)


@contextmanager
def base(wall: Wall, where: Path, **given: Any) -> Iterator[Basemap]:
    """The wall's site has this folder as its base map as long as the block lasts."""
    chosen = Basemap(
        kind="xyz",
        system=given.get("system", "WGS84"),
        scheme=given.get("scheme", "mercator"),
        imagery=given.get("imagery", False),
        attribution="© 测绘院 GS(2026)1号",
        min_zoom=12,
        max_zoom=given.get("max_zoom", ZOOM),
        version=where.name,
        dark=given.get("dark", False),
    )
    labels = given.get("labels")
    if labels:
        chosen = replace(chosen, labels_min_zoom=12, labels_max_zoom=chosen.max_zoom)
    write(wall, chosen, Origin("xyz", str(where), None, False, chosen.version, labels))
    try:
        yield chosen
    finally:
        write(wall, None, None)


def write(wall: Wall, chosen: Basemap | None, origin: Origin | None) -> None:
    async def work() -> None:
        store = wall.web.store
        async with Database(store.app_url, store.readonly_url, size=1) as database:
            async with database.acting(None) as link:
                system = await actors.system_actor(link)
            async with database.acting(system.id) as link:
                if chosen is None or origin is None:
                    await basemaps.remove(link)
                else:
                    await basemaps.write(link, chosen, origin)

    apart(work)


def event_at(wall: Wall) -> Place:
    """Where the first event lies, as the store has it."""
    with closing(wall.web.client()) as client:
        card = client.get(f"/api/card/event/{wall.town.events[0]}").json()
    return float(card["lon"]), float(card["lat"])


def go(page: Page, place: Place, zoom: float) -> None:
    page.evaluate(
        "([lon, lat, zoom]) => { wangge.map.leaflet.setView([lat, lon], zoom, {animate: false}); }",
        [*place, zoom],
    )


def on_screen(page: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the map as a point of the page."""
    box = page.locator(".map .leaflet-container").bounding_box()
    assert box is not None
    return box["x"] + x, box["y"] + y


def pixels(page: Page, clip: Any, step: int = 1) -> NDArray[np.float64]:
    """What the screen shows in a box: height × width × 3."""
    picture = base64.b64encode(page.screenshot(clip=clip)).decode()
    across, down, *colours = page.evaluate(PIXELS, [picture, step])
    return np.array(colours, dtype=np.float64).reshape(down, across, 3)


def off_by_m(page: Page, at: tuple[float, float], lat: float) -> float:
    """How far the dot on the tiles lies from a point of the page, in metres, as it is shown."""
    page.add_style_tag(content="canvas.marks, .leaflet-choropleth-pane { visibility: hidden }")
    left, top = round(at[0]) - 40, round(at[1]) - 40
    tone = pixels(page, {"x": left, "y": top, "width": 80, "height": 80}).sum(axis=2)
    differs = np.abs(tone - np.median(tone))
    rows, columns = np.nonzero(differs > 0.7 * differs.max())
    assert differs.max() > 60 and 4 <= len(rows) <= 60, "no dot is to be seen"
    x, y = left + columns.mean() + 0.5 - at[0], top + rows.mean() + 0.5 - at[1]
    return math.hypot(x, y) * 40_075_016.7 * math.cos(math.radians(lat)) / 256 / 2**ZOOM


SETS = (("GCJ02", "mercator"), ("WGS84", "mercator"), ("CGCS2000", "geographic"))


def test_marks_lie_on_the_base_map(wall: Wall, tmp_path: Path) -> None:
    """≤ 2 m at zoom 18, for our marks and for what Leaflet draws, and a click comes back."""
    place, event = event_at(wall), wall.town.events[0]
    shifted = wgs84_to_gcj02(np.array([place[0]]), np.array([place[1]]))
    assert abs(shifted[0][0] - place[0]) * 90_000 > 100  # else the test would prove nothing
    page = wall.open(f"/screen?off={OFF}")
    shift_as_python_does(page)
    for system, scheme in SETS:
        made = tile_sets.painted(place, [ZOOM], system=system, scheme=scheme, dots=[place])
        root = tile_sets.folder(tmp_path / f"{system}-{scheme}", made)
        with base(wall, root, system=system, scheme=scheme) as chosen:
            page.wait_for_function(SET, arg=chosen.version)
            go(page, place, ZOOM)
            page.wait_for_function(DRAWN)
            page.evaluate(FRAMES)
            x, y = page.evaluate(MARK, event)
            assert off_by_m(page, on_screen(page, x, y), place[1]) <= 2, system
            at = page.evaluate("(at) => wangge.map.leaflet.latLngToContainerPoint(at)", place[::-1])
            assert math.dist((at["x"], at["y"]), (x, y)) <= 1.5
            back = page.evaluate("(at) => wangge.map.leaflet.containerPointToLatLng(at)", [x, y])
            east = (back["lng"] - place[0]) * math.cos(math.radians(place[1]))
            assert 111_320 * math.hypot(east, back["lat"] - place[1]) <= 1
            page.mouse.click(*on_screen(page, x, y))
            page.wait_for_function("(id) => wangge.state.selection?.id === id", arg=event)
            page.keyboard.press("Escape")


def shift_as_python_does(page: Page) -> None:
    """≤ 0.1 m at many places, there and back; what lies outside China stays."""
    random = np.random.default_rng(3)
    lon, lat = random.uniform(65, 145, 4000), random.uniform(-5, 60, 4000)
    given = np.column_stack([lon, lat])
    for name, function in (("toGcj02", wgs84_to_gcj02), ("toWgs84", gcj02_to_wgs84)):
        got = page.evaluate(
            "([name, points]) => points.map(([lon, lat]) => {"
            " const out = wangge.shifted[name](lon, lat, {}); return [out.lon, out.lat]; })",
            [name, given.tolist()],
        )
        wanted = np.column_stack(function(lon, lat))
        assert np.hypot(*((np.array(got) - wanted) * 111_320).T).max() <= 0.1
        moved = np.hypot(*((wanted - given) * 111_320).T)
        assert (moved > 50).mean() > 0.3 and (moved == 0).mean() > 0.2


def test_the_base_map_is_a_choice_and_comes_without_a_reload(wall: Wall, tmp_path: Path) -> None:
    """Set and taken away while the wall is open; own ground and base map take turns."""
    place = event_at(wall)
    page = wall.open()
    page.wait_for_function(OWN)
    expect(page.locator("#layers-count")).to_have_text("12")
    before = page.evaluate(BOX)
    made = tile_sets.painted(place, range(12, 16), system="GCJ02", reach=2)
    with base(wall, tile_sets.folder(tmp_path / "one", made), system="GCJ02", max_zoom=15):
        page.wait_for_function(DRAWN)
        assert not page.evaluate(OWN)
        expect(page.locator("#attribution")).to_have_text("© 测绘院 GS(2026)1号")
        expect(page.locator("#layers-count")).to_have_text("13")
        assert np.allclose(before, page.evaluate(BOX), atol=0.002)  # the same part of the earth
        go(page, place, 20)  # past their finest zoom the tiles are enlarged, not gone
        page.wait_for_function(DRAWN)
        page.keyboard.press("l")
        page.locator("input[name=basemap]").uncheck()
        page.wait_for_function(OWN)
        expect(page.locator("#attribution")).to_be_hidden()
        assert "basemap" in page.url
        page.locator("input[name=basemap]").check()
        page.wait_for_function(DRAWN)
    page.wait_for_function(OWN)
    expect(page.locator("#layers-count")).to_have_text("12")
    keep_their_contrast(wall, page, tmp_path)


PAPERS = [(255, 255, 255), (0, 0, 0), (250, 220, 120), (170, 211, 223), (120, 200, 120)]


def keep_their_contrast(wall: Wall, page: Page, folder: Path) -> None:
    """Dark theme: people, overdue and due soon stand out from black, white and coloured tiles."""
    place = event_at(wall)
    sheets = [tile_sets.plain(paper) for paper in PAPERS]
    made = tile_sets.painted(
        place, [ZOOM], system="WGS84", paint=lambda _, x, y: sheets[(x + 2 * y) % len(sheets)]
    )
    hidden = ".leaflet-choropleth-pane, .leaflet-borders-pane, canvas.marks { visibility: hidden }"
    page.add_style_tag(content=hidden)
    for look in ("paper", "imagery", "dark"):
        root = tile_sets.folder(folder / f"papers-{look}", made)
        with base(wall, root, imagery=look == "imagery", dark=look == "dark") as chosen:
            page.wait_for_function(SET, arg=chosen.version)
            go(page, place, ZOOM)
            page.wait_for_function(DRAWN)
            clip = {"x": 100, "y": 240, "width": 1100, "height": 700}
            shown = pixels(page, clip, step=8).reshape(-1, 3)
            grounds = np.unique(shown, axis=0).tolist()
            # Pale colours are few on dark paper, and all become its lightest tone.
            assert len(grounds) >= (2 if look == "dark" else len(PAPERS))
            for name in ("people", "red", "yellow-mark"):
                colour = page.evaluate("(name) => wangge.colour(name)", name)
                rgb = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
                assert min(contrast(rgb, ground) for ground in grounds) >= 3, (name, look)


def test_labels_lie_over_the_pictures_and_under_our_marks(wall: Wall, tmp_path: Path) -> None:
    """On the wall in both themes, and on the map of a desk page: they stand out from the map."""
    place = event_at(wall)
    made = tile_sets.painted(place, range(12, 17), system="WGS84", reach=3)
    names = dict.fromkeys(made, tile_sets.lettering())
    root, over = tile_sets.folder(tmp_path / "named", made), tile_sets.folder(tmp_path / "n", names)
    with base(wall, root, max_zoom=16, labels=str(over)) as chosen:
        for path, account in (
            *((f"/screen?theme={theme}", "dora") for theme in ("dark", "light")),
            ("/grids", "carla"),
        ):
            page = wall.open(path, account=account, wait=path != "/grids")
            page.wait_for_function(LABELLED)
            page.wait_for_function(OPAQUE)
            below = page.evaluate(ORDER)
            assert below["pictures"] < below["labels"] < below["marks"]
            page.add_style_tag(content=ALONE)
            x, y, bare = page.evaluate(BAR)
            bar = pixels(page, {"x": x - 2, "y": y - 2, "width": 4, "height": 4}).mean(axis=(0, 1))
            paper = pixels(page, {"x": bare[0] - 2, "y": bare[1] - 2, "width": 4, "height": 4})
            assert contrast(bar, paper.mean(axis=(0, 1))) >= 3, path
            whose = page.locator(".attribution")
            expect(whose).to_have_text(chosen.attribution)
            page.close()


LABELLED = """() => { const pane = document.querySelector('.leaflet-basemap-labels-pane');
  const all = [...(pane ? pane.querySelectorAll('.leaflet-tile') : [])];
  return all.length && all.every((tile) => tile.classList.contains('leaflet-tile-loaded')
    || (tile.src || '').startsWith('data:')); }"""
OPAQUE = """() => [...document.querySelectorAll('.leaflet-tile-loaded')]
  .every((tile) => getComputedStyle(tile).opacity === '1')"""
ORDER = """() => {
  const z = (name) => Number(getComputedStyle(document.querySelector(name)).zIndex);
  return { pictures: z('.leaflet-basemap-pane'), labels: z('.leaflet-basemap-labels-pane'),
    marks: z('.leaflet-borders-pane') }; }"""
ALONE = """.leaflet-pane canvas, canvas.marks, .leaflet-overlay-pane, .leaflet-drawn-pane,
  .leaflet-choropleth-pane, .leaflet-borders-pane { visibility: hidden }"""
BAR = """() => { /* the middle of the bar of a tile near the map's middle, and a place beside it */
  const box = document.querySelector('.leaflet-container').getBoundingClientRect();
  const mid = [box.x + box.width / 2, box.y + box.height / 2];
  const tiles = [...document.querySelectorAll('.leaflet-basemap-labels-pane .leaflet-tile-loaded')]
    .map((tile) => tile.getBoundingClientRect());
  const far = (one) => Math.hypot(one.x + one.width / 2 - mid[0], one.y + one.height / 2 - mid[1]);
  const one = tiles.sort((a, b) => far(a) - far(b))[0];
  return [one.x + one.width / 4, one.y + one.height * 0.46,
    [one.x + one.width / 4, one.y + one.height * 0.7]]; }"""
