"""The base map's pictures come from this server alone, to those who may look at the map."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.basemaps import remote as remote_tiles
from data.tiles import basemap as basemaps
from data.tiles.basemap import Basemap, Origin
from data.tiles.pmtiles import tile_id
from tests import tile_service, tile_sets
from tests.dashboard.web.conftest import Bearer
from tests.factories import Town
from tests.serving import Screen, Served
from tests.tile_service import KEY
from tests.waiting import LONGEST_S, until

RED, GREEN = tile_sets.plain((200, 0, 0)), tile_sets.plain((0, 200, 0))
SMALL = {(0, 0, 0): RED, (1, 0, 1): GREEN}
NAMES = {(1, 0, 1): tile_sets.lettering(), (2, 0, 0): tile_sets.lettering()}


async def put(
    web: Served,
    town: Town,
    kind: str,
    where: object,
    key: str | None = None,
    labels: str | None = None,
) -> Basemap:
    """Set a base map and wait until the web process has heard of it."""
    version = f"v-{kind}"
    chosen = Basemap(kind, "WGS84", "mercator", False, "© 测绘", 0, 2, version)
    if labels:
        chosen = replace(chosen, labels_min_zoom=1, labels_max_zoom=1)
    async with town.database.acting(town.system_id) as link:
        await basemaps.write(link, chosen, Origin(kind, str(where), key, False, version, labels))
    await until(lambda: web.app.state.clock.site.basemap == chosen)
    return chosen


async def on(screen: Screen, chosen: Basemap) -> None:
    """Read until this page shows it: the hub takes a changed site over by its next tick."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            await screen.until("hello")
            told = screen.hello["settings"]["basemap"]
            if told is not None and told["version"] == chosen.version:
                return


async def test_tiles_of_folders_and_files(
    web: Served, town: Town, bearer: Bearer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    places = {
        "xyz": tile_sets.folder(tmp_path / "folder", SMALL),
        "mbtiles": tile_sets.mbtiles(tmp_path / "a.mbtiles", SMALL),
        "pmtiles": tile_sets.pmtiles(
            tmp_path / "a.pmtiles", {tile_id(*address): tile for address, tile in SMALL.items()}
        ),
    }
    (tmp_path / "secret.png").write_bytes(GREEN)
    kiosk = await bearer("kiosk", name="wall", area="code-west")
    async with web.client(headers=kiosk) as wall, web.screen(**kiosk) as screen:
        await screen.until("hello")
        assert screen.hello["settings"]["basemap"] is None
        assert (await wall.get("/tiles/v-xyz/0/0/0")).status_code == 204  # none is set
        names = tile_sets.mbtiles(tmp_path / "names.mbtiles", NAMES)
        for kind, where in places.items():
            labels = str(names) if kind == "mbtiles" else None
            chosen = await put(web, town, kind, where, labels=labels)
            over = await wall.get(f"/tiles/{chosen.version}/labels/1/0/1")
            assert (over.status_code, over.content) == (
                (200, NAMES[1, 0, 1]) if labels else (204, b"")
            )
            finer = await wall.get(f"/tiles/{chosen.version}/labels/2/0/0")
            assert finer.status_code == 204  # beyond the labels' own zooms
            assert (await wall.get(f"/tiles/{chosen.version}/labels/1/2/0")).status_code == 404
            await on(screen, chosen)  # open pages change to it by themselves
            assert str(where) not in str(screen.hello)
            for (z, x, y), tile in SMALL.items():
                answer = await wall.get(f"/tiles/{chosen.version}/{z}/{x}/{y}")
                assert (answer.status_code, answer.content) == (200, tile), kind
                assert answer.headers["content-type"] == "image/png"
                assert "immutable" in answer.headers["cache-control"]
            missing = await wall.get(f"/tiles/{chosen.version}/1/1/1")
            assert (missing.status_code, missing.content) == (204, b"")
            assert "max-age=3600" in missing.headers["cache-control"]
            finer = await wall.get(f"/tiles/{chosen.version}/3/0/0")
            assert finer.status_code == 204
            assert (await wall.get("/tiles/other/0/0/0")).status_code == 204
        for bad in (
            *("0/0/1", "1/2/0", "25/0/0", "-1/0/0", "0/-1/0", "99999999999999999999/0/0"),
            *("0/0/..%2f..%2fsecret", "..%2f..%2f/0/0", "0/0/0.png", "0/%00/0", "NaN/0/0"),
        ):
            answer = await wall.get(f"/tiles/v-pmtiles/{bad}")
            assert answer.status_code in (404, 422), bad
            assert GREEN not in answer.content and b"Traceback" not in answer.content
    async with web.client(headers=await bearer("source", name="gps")) as other:
        assert (await other.get("/tiles/v-pmtiles/0/0/0")).status_code == 403
        assert (await other.get("/tiles/v-pmtiles/labels/0/0/0")).status_code == 403
    async with web.client() as nobody:
        assert (await nobody.get("/tiles/v-pmtiles/0/0/0")).status_code == 401
    async with web.client(headers=kiosk) as wall:
        chosen = await put(web, town, "xyz", places["xyz"])
        assert (await wall.get(f"/tiles/{chosen.version}/0/0/0")).status_code == 200
        places["xyz"].rename(tmp_path / "elsewhere")  # what is gone leaves a blank map
        for _ in range(3):
            answer = await wall.get(f"/tiles/{chosen.version}/0/0/0")
            assert answer.status_code == 204 and answer.headers["cache-control"] == "no-store"
        assert sum("base map" in record.message for record in caplog.records) == 1
        async with town.database.acting(town.system_id) as link:
            await basemaps.remove(link)
        await until(lambda: web.app.state.clock.site.basemap is None)
        assert (await wall.get(f"/tiles/{chosen.version}/0/0/0")).status_code == 204


async def test_a_service_is_asked_by_the_server_and_its_key_stays_there(
    web: Served,
    town: Town,
    bearer: Bearer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    caplog.set_level(logging.DEBUG, "wangge")
    with tile_service.serving(SMALL, NAMES) as service:
        address = f"{service.url}/vec_w/wmts?tk=other"
        pattern = remote_tiles.template(address)
        labels = remote_tiles.labels_template(address, "cva")
        chosen = await put(web, town, "wmts", pattern, KEY, labels)
        where = f"/tiles/{chosen.version}/"
        async with web.client(headers=await bearer("duty_officer")) as wall:
            answers = await asyncio.gather(*(wall.get(where + "1/0/1") for _ in range(6)))
            assert {answer.content for answer in answers} == {GREEN}
            assert len(service.asked) == 1  # six walls, one request
            assert "LAYER=vec" in service.asked[0] and "TILEMATRIXSET=w" in service.asked[0]
            assert (await wall.get(where + "1/0/0")).status_code == 204
            assert (await wall.get(where + "labels/1/0/1")).content == NAMES[1, 0, 1]
            assert "LAYER=cva" in service.asked[-1]  # by the same key, or it would be 403
            service.fails = 503
            assert (await wall.get(where + "1/0/1")).content == GREEN  # kept
            assert (await wall.get(where + "labels/1/0/1")).content == NAMES[1, 0, 1]
            gone = await wall.get(where + "0/0/0")
            assert (gone.status_code, gone.headers["cache-control"]) == (204, "no-store")
            asked = len(service.asked)
            assert (await wall.get(where + "2/0/0")).status_code == 204
            assert len(service.asked) == asked  # it is left in peace for a while
            monkeypatch.setattr(remote_tiles, "FRESH_S", -1.0)
            assert (await wall.get(where + "1/0/1")).content == GREEN  # old, but there
            page = await wall.get("/screen")
        async with web.screen(**await bearer("duty_officer", name="b")) as screen:
            await on(screen, chosen)
        told = page.text + str(page.headers) + str(screen.hello) + caplog.text
        assert KEY not in told and "9f7e" not in told and service.url not in told
        kept = [file for file in (tmp_path / "tiles").rglob("*") if file.is_file()]
        assert {file.read_bytes() for file in kept} == {GREEN, NAMES[1, 0, 1]} and len(kept) == 2


async def test_a_wrong_key_is_no_picture(caplog: pytest.LogCaptureFixture) -> None:
    with tile_service.serving(SMALL) as service:
        pattern = remote_tiles.template(
            service.url + "/map?TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}"
        )
        for key, said in ((None, "status 403"), ("wrong", "status 403")):
            remote = remote_tiles.Remote(pattern, key, kept=None)
            with pytest.raises(remote_tiles.Unreachable, match=said):
                await remote.fetch(0, 0, 0)
            assert await remote.read(0, 0, 0) is None
            assert await remote.read(0, 0, 0) is None
            await remote.close()
        assert len(service.asked) == 4
    remote = remote_tiles.Remote(pattern, KEY, kept=None)  # nobody listens there now
    with pytest.raises(remote_tiles.Unreachable, match="ConnectError"):
        await remote.fetch(0, 0, 0)
    await remote.close()
