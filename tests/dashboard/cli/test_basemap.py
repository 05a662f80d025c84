"""`wangge basemap`: what an administrator types, and what he is told of his tiles."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from dashboard.embedded import Store
from data.database import Database
from data.places import site
from data.tiles import basemap as basemaps
from data.tiles.basemap import Basemap, Origin
from data.tiles.pmtiles import tile_id
from tests import tile_service, tile_sets
from tests.factories import Town, make_town

MIDDLE = (112.91, 35.605)  # of the town
PARIS = (2.35, 48.85)


@pytest.fixture
async def town(database: Database, store: Store, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The commands find the test's store by the settings."""
    monkeypatch.setenv("DATABASE_URL", store.app_url)
    monkeypatch.setenv("DATABASE_ADMIN_URL", store.admin_url)
    monkeypatch.setenv("WANGGE_LANG", "en")
    monkeypatch.setenv("NO_PROXY", "*")
    return await make_town(database, store.admin_url)


async def wangge(*arguments: object) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ["basemap", *map(str, arguments)])


async def stored(town: Town) -> tuple[Basemap | None, Origin | None]:
    async with town.database.acting(town.system_id) as link:
        found = (await site.read(link)).basemap
        return found, await basemaps.read_origin(link)


def tiles_of(system: str, scheme: str = "mercator", zooms: range = range(11, 16)) -> dict[
    tuple[int, int, int], bytes
]:  # fmt: skip
    blank = tile_sets.plain((240, 240, 240))
    return tile_sets.painted(
        MIDDLE, zooms, system=system, scheme=scheme, reach=4, paint=lambda *_: blank
    )


async def test_sets_of_every_kind(town: Town, tmp_path: Path) -> None:
    gcj = tiles_of("GCJ02")
    places = {
        "xyz": tile_sets.folder(tmp_path / "folder", gcj),
        "mbtiles": tile_sets.mbtiles(tmp_path / "a.mbtiles", gcj, attribution="© 测绘"),
        "pmtiles": tile_sets.pmtiles(
            tmp_path / "a.pmtiles", {tile_id(*address): tile for address, tile in gcj.items()}
        ),
    }
    names = dict.fromkeys(gcj, tile_sets.lettering())
    over = {
        "xyz": tile_sets.folder(tmp_path / "names", names),
        "mbtiles": tile_sets.mbtiles(tmp_path / "names.mbtiles", names),
        "pmtiles": tile_sets.pmtiles(
            tmp_path / "names.pmtiles",
            {tile_id(*address): tile for address, tile in names.items() if address[0] > 12},
        ),
    }
    versions = set()
    for kind, where in places.items():
        done = await wangge(
            "set", kind, where, "--crs", "GCJ-02", "--max-zoom", 15, "--min-zoom", 11
        )
        assert done.exit_code == 0, done.output
        assert f"base map set: {kind}, GCJ02, zoom 11–15" in done.output
        assert "tiles of the town are there at zoom 15." in done.output and "!" not in done.output
        chosen, origin = await stored(town)
        assert chosen is not None and origin is not None
        assert (chosen.system, chosen.scheme, chosen.imagery) == ("GCJ02", "mercator", False)
        assert (chosen.min_zoom, chosen.max_zoom) == (11, 15)
        assert Path(origin.location) == where and where.name in (await wangge("show")).output
        assert origin.labels is None and chosen.labels_max_zoom is None
        versions.add(chosen.version)
        named = await wangge("set", kind, where, "--crs", "gcj02", "--labels", over[kind], "--dark")
        # The helper's PMTiles say that their zooms are 0 to 2, where the town has none.
        told = "! There are no labels in the town." if kind == "pmtiles" else "\nLabels: "
        assert named.exit_code == 0 and told in named.output, named.output
        chosen, origin = await stored(town)
        assert chosen is not None and origin is not None and origin.labels == str(over[kind])
        assert (chosen.labels_min_zoom, chosen.labels_max_zoom, chosen.dark) == (
            (0 if kind == "pmtiles" else 11, 2 if kind == "pmtiles" else 15, True)
        )
        assert over[kind].name in (await wangge("show")).output
        versions.add(chosen.version)
    assert len(versions) == 6
    again = await wangge("set", "mbtiles", places["mbtiles"], "--crs", "gcj02")
    assert again.exit_code == 0
    found = (await stored(town))[0]
    assert found is not None and found.attribution == "© 测绘"
    assert (found.min_zoom, found.max_zoom) == (11, 15)  # as the file has them
    own = await wangge("set", "none")
    assert own.exit_code == 0 and (await stored(town)) == (None, None)
    assert "own ground" in (await wangge("show")).output


async def test_what_does_not_fit_is_said(town: Town, tmp_path: Path) -> None:
    paris = tile_sets.painted(PARIS, [14], system="WGS84", reach=1)
    far = tile_sets.folder(tmp_path / "far", paris)
    said = await wangge("set", "xyz", far, "--crs", "wgs84")
    assert said.exit_code == 0 and "! It does not cover the town" in said.output
    south = tile_sets.folder(tmp_path / "south", tiles_of("WGS84"), tms=True)
    said = await wangge("set", "xyz", south, "--crs", "wgs84")
    assert "! Counted from the other side" in said.output and "--tms" in said.output
    said = await wangge("set", "xyz", south, "--crs", "wgs84", "--tms")
    assert said.exit_code == 0 and "!" not in said.output
    square = tile_sets.folder(tmp_path / "c", tiles_of("CGCS2000", "geographic"))
    said = await wangge("set", "xyz", square, "--crs", "CGCS2000", "--scheme", "geographic")
    assert said.exit_code == 0 and "!" not in said.output
    said = await wangge("set", "xyz", square, "--crs", "CGCS2000")
    assert "! It does not cover the town" in said.output


async def test_what_cannot_be_used_is_refused_in_words(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = tile_sets.folder(tmp_path / "good", tiles_of("WGS84", zooms=range(14, 15)))
    hidden = dict.fromkeys(tiles_of("WGS84", zooms=range(14, 15)), b"\x1f\x8b\x08 vector")
    vector = tile_sets.mbtiles(tmp_path / "vector.mbtiles", hidden)
    pbf = tile_sets.mbtiles(tmp_path / "pbf.mbtiles", hidden, format="pbf")
    cases = {
        ("xyz", good): ("--crs", "--crs"),  # its system is asked for, never guessed
        ("xyz", good, "--crs", "bd09"): ("Baidu", "百度"),
        ("xyz", good, "--crs", "EPSG:4547"): ("EPSG:4547", "EPSG:4547"),
        ("xyz", good, "--crs", "nonsense"): ("nonsense", "nonsense"),
        ("xyz", good, "--crs", "gcj02", "--scheme", "geographic"): ("mercator", "墨卡托"),
        ("xyz", tmp_path / "nothing", "--crs", "wgs84"): ("does not exist", "不存在"),
        ("mbtiles", good, "--crs", "wgs84"): ("no file", "不是文件"),
        ("mbtiles", vector, "--crs", "wgs84"): ("vector tiles", "矢量"),
        ("mbtiles", pbf, "--crs", "wgs84"): ("vector tiles", "矢量"),
        ("pmtiles", pbf, "--crs", "wgs84"): ("PMTiles", "PMTiles"),
        ("wmts", "https://h/{z}/{x}", "--crs", "wgs84"): ("{y}", "{y}"),
        ("xyz", good, "--crs", "wgs84", "--min-zoom", "9", "--max-zoom", "8"): ("--min", "--min"),
        ("xyz", good, "--crs", "wgs84", "--labels", good): ("hide the base map", "盖住底图"),
        ("xyz", good, "--crs", "wgs84", "--labels", tmp_path / "no"): ("not exist", "不存在"),
        ("xyz", good, "--crs", "wgs84", "--dark", "--imagery"): ("dark paper", "影像"),
        ("wmts", "https://h/vec_c/wmts", "--crs", "wgs84", "--labels", "https://h/cva_w/wmts"): (
            *("matrix set", "矩阵集"),
        ),
        ("xyz",): ("where", "在哪里"),
    }
    for (arguments, words), lang in itertools.product(cases.items(), ("en", "zh")):
        monkeypatch.setenv("WANGGE_LANG", lang)
        refused = await wangge("set", *arguments)
        assert refused.exit_code != 0, arguments
        assert words[lang == "zh"] in refused.output, refused.output
        assert "Traceback" not in refused.output and "{path}" not in refused.output
    assert await stored(town) == (None, None)


async def test_a_service_is_tried_and_its_key_never_printed(town: Town) -> None:
    key = tile_service.KEY
    made = tiles_of("WGS84", "geographic", range(12, 13))
    with tile_service.serving(made, dict.fromkeys(made, tile_sets.lettering())) as service:
        address = f"{service.url}/vec_c/wmts"
        done = await wangge("set", "wmts", address, "--crs", "cgcs2000", "--key", key)
        assert done.exit_code == 0 and "gave the tile in the middle" in done.output, done.output
        chosen, origin = await stored(town)
        assert chosen is not None and origin is not None
        assert (chosen.system, chosen.scheme, origin.key) == ("CGCS2000", "geographic", key)
        shown = await wangge("show")
        assert "key: ***" in shown.output and "9f7e" not in shown.output + done.output
        assert "9f7e" not in repr(origin)
        named = await wangge(
            *("set", "wmts", address, "--crs", "cgcs2000", "--key", key, "--labels", "cva")
        )
        assert "gave the labels in the middle" in named.output, named.output
        assert "/cva_c/" in service.asked[-1] and "tk=" in service.asked[-1]
        solid = await wangge(
            "set", "wmts", address, "--crs", "wgs84", "--key", key, "--labels", "vec"
        )
        assert solid.exit_code != 0 and "hide the base map" in solid.output
        wrong = await wangge("set", "wmts", address, "--crs", "cgcs2000", "--key", "wrong")
        assert wrong.exit_code == 0 and "! The service gave no tile (status 403)" in wrong.output
    later = await wangge("set", "wmts", address, "--crs", "cgcs2000")
    assert later.exit_code == 0 and "(ConnectError)" in later.output
