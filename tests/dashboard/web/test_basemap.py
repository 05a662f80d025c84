"""What the page of base maps asks: files of one folder, services by key, and no key comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import tile_service, tile_sets
from tests.dashboard.web.conftest import Bearer
from tests.serving import Served
from tests.tile_service import KEY
from tests.waiting import until

MIDDLE = (112.91, 35.605)  # of the town


def tiles_of(zoom: int, scheme: str = "mercator") -> dict[tuple[int, int, int], bytes]:
    paint = tile_sets.plain((240, 240, 240))
    return tile_sets.painted(
        MIDDLE, [zoom], system="WGS84", scheme=scheme, reach=6, paint=lambda *_: paint
    )


async def test_files_of_the_folder_are_checked_and_set(
    web: Served, bearer: Bearer, tmp_path: Path
) -> None:
    made = tiles_of(13)
    folder = web.app.state.basemap_files
    folder.mkdir()
    tile_sets.mbtiles(folder / "town.mbtiles", made, attribution="© 测绘")
    tile_sets.folder(folder / "names", dict.fromkeys(made, tile_sets.lettering()))
    tile_sets.mbtiles(folder / "names.mbtiles", dict.fromkeys(made, tile_sets.lettering()))
    tile_sets.mbtiles(tmp_path / "elsewhere.mbtiles", made)
    headers = {**await bearer("administrator"), "Accept-Language": "en"}
    async with web.client(headers=headers) as admin:
        first = (await admin.get("/api/basemap")).json()
        assert first["basemap"] is None
        assert first["files"] == ["names", "names.mbtiles", "town.mbtiles"]
        wish = {"file": "town.mbtiles", "labels": "names.mbtiles", "crs": "cgcs2000"}
        tried = (await admin.post("/api/basemap/check", json=wish)).json()["remarks"]
        assert [one["good"] for one in tried] == [True, True], tried
        assert (await admin.get("/api/basemap")).json()["basemap"] is None
        answer = await admin.post("/api/basemap", json={**wish, "look": "dark", "strength": 60})
        assert answer.status_code == 200
        told = (await admin.get("/api/basemap")).json()
        assert (told["place"], told["labels"], told["key"]) == (
            "town.mbtiles",
            "names.mbtiles",
            False,
        )
        set_ = told["basemap"]
        assert (set_["system"], set_["dark"], set_["strength"]) == ("CGCS2000", True, 60)
        assert set_["attribution"] == "© 测绘" and told["remarks"] == tried
        await until(lambda: web.app.state.clock.site.basemap is not None)
        page = await admin.get("/basemaps")
        assert page.status_code == 200
        for file in ("../elsewhere.mbtiles", "/etc", "", ".", "gone.mbtiles"):
            refused = await admin.post("/api/basemap", json={"file": file, "crs": "wgs84"})
            assert refused.status_code == 400, file
            assert "no tiles" in refused.json()["error"]["message"]
        asked = await admin.post("/api/basemap", json={"file": "town.mbtiles"})
        assert asked.status_code == 400 and "coordinate system" in asked.json()["error"]["message"]
        bad = await admin.post("/api/basemap", json={**wish, "strength": 1})
        assert bad.status_code == 422
        (folder / "town.mbtiles").unlink()
        gone = (await admin.get("/api/basemap")).json()["remarks"]
        assert [one["good"] for one in gone] == [False]
        assert (await admin.post("/api/basemap/none", json={})).status_code == 200
        assert (await admin.get("/api/basemap")).json()["basemap"] is None


async def test_a_key_goes_in_and_never_comes_out(
    web: Served, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    made = tiles_of(12, "geographic")
    with tile_service.serving(made, dict.fromkeys(made, tile_sets.lettering())) as service:
        address = f"{service.url}/vec_c/wmts"
        wish = {"address": address, "labels": "cva", "crs": "cgcs2000"}
        async with web.client(headers=await bearer("administrator")) as admin:
            first = await admin.post("/api/basemap", json={**wish, "key": KEY})
            assert [one["good"] for one in first.json()["remarks"]] == [True, True]
            told = await admin.get("/api/basemap")
            assert told.json()["key"] is True and told.json()["place"] == address
            assert "9f7e" not in first.text + told.text
            again = await admin.post("/api/basemap", json=wish)  # the key that is set
            assert [one["good"] for one in again.json()["remarks"]] == [True, True]
            with tile_service.serving(made) as stranger:  # is not told it
                elsewhere = {**wish, "address": f"{stranger.url}/vec_c/wmts"}
                answer = await admin.post("/api/basemap/check", json=elsewhere)
                assert [one["good"] for one in answer.json()["remarks"]] == [False, False]
                named = {**wish, "labels": f"{stranger.url}/cva_c/wmts"}
                answer = await admin.post("/api/basemap/check", json=named)
                assert not answer.json()["remarks"][-1]["good"]
                assert len(stranger.asked) > 1
                assert not any("tk=" in one for one in stranger.asked)
