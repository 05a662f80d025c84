"""Files in the systems of the field: zones with and without number, GCJ-02, BD-09; what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import CRS, Transformer

from dashboard.imports.look import describe
from data import actors
from data.importers import errors, swapped, values
from data.importers.table import Reading, silent
from geo import shifted
from tests.data.importers.conftest import Importer, point, reasons, write_csv, write_geojson
from tests.factories import Town

WEST = 112.905, 35.605  # in the middle of the west community
NEAR = 112.9098, 35.605  # in the west one; its GCJ-02 numbers lie in the east one
STORED = (
    "SELECT e.source_key, ST_X(e.geom), ST_Y(e.geom), original_lon, original_lat, coord_sys,"
    " (SELECT array_agg(g.code) FROM grid g WHERE g.id = ANY (e.grid_ids)) AS grids"
    " FROM event e ORDER BY e.source_key"
)


def projected(epsg: int, lon: float, lat: float) -> tuple[float, float]:
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
    return round(x, 3), round(y, 3)


def gcj02(lon: float, lat: float) -> tuple[float, float]:
    x, y = shifted.wgs84_to_gcj02(np.array([lon]), np.array([lat]))
    return float(x[0]), float(y[0])


def bd09(lon: float, lat: float) -> tuple[float, float]:
    x, y = shifted.wgs84_to_bd09(np.array([lon]), np.array([lat]))
    return float(x[0]), float(y[0])


def events(path: Path, *places: tuple[Any, Any], names: str = "lon,lat") -> Path:
    rows = [f"{n},2026-07-01 08:00,{x},{y}" for n, (x, y) in enumerate(places, 1)]
    return write_csv(path, f"id,opened,{names}", *rows)


@pytest.mark.parametrize(
    ("name", "epsg"),
    [
        ("cgcs2000-gk3-cm114", 4547),
        ("cgcs2000-gk3-zone38", 4526),
        ("cgcs2000-gk6-cm111", 4508),
        ("cgcs2000-gk6-zone19", 4497),
        ("EPSG:4547", 4547),
        ("web-mercator", 3857),
    ],
)
async def test_points_of_every_projected_system_lie_where_postgis_puts_them(
    importer: Importer, tmp_path: Path, name: str, epsg: int
) -> None:
    (row,) = await importer.rows(
        "SELECT ST_X(p), ST_Y(p) FROM ST_Transform(ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s) p",
        [*WEST, epsg],
    )
    file = events(tmp_path / "e.csv", row, names="x,y")
    report = await importer("events", file, source="s", crs=name)
    assert report["rows_imported"] == 1, report["rejected"]
    ((_, lon, lat, x, y, system, grids),) = await importer.rows(STORED)
    assert (lon, lat) == pytest.approx(WEST, abs=1e-9)
    assert (x, y, system) == (*row, f"EPSG:{epsg}")
    assert "W-1" in grids


async def test_a_zone_with_and_without_its_number_is_the_same_place(
    importer: Importer, tmp_path: Path
) -> None:
    for number, (name, epsg) in enumerate(
        [("cgcs2000-gk3-cm114", 4547), ("cgcs2000-gk3-zone38", 4526)]
    ):
        spot = point(*projected(epsg, *WEST))
        file = write_geojson(tmp_path / "f.geojson", [({"code": f"F{number}", "name": "站"}, spot)])
        report = await importer("facilities", file, group="station", crs=name)
        assert report["rows_imported"] == 1, report["rejected"]
    ((far,),) = await importer.rows(
        "SELECT ST_Distance(a.geom::geography, b.geom::geography)"
        " FROM facility a, facility b WHERE a.code = 'F0' AND b.code = 'F1'"
    )
    assert far < 0.002


@pytest.mark.parametrize(
    ("name", "place", "reason", "fitting"),
    [
        ("cgcs2000-gk3-zone38", projected(4547, *WEST), "zone_missing", "cgcs2000-gk3-cm114"),
        ("cgcs2000-gk3-cm114", projected(4526, *WEST), "zone_other", "cgcs2000-gk3-zone38"),
        ("cgcs2000-gk3-cm114", projected(4547, *WEST)[::-1], "axes_exchanged", "--swap"),
        ("EPSG:4547", WEST, "degrees", "gcj02"),
        ("web-mercator", (3e7, 0), "outside_crs", "--crs"),
        ("gcj02", projected(4547, *WEST), "out_of_range", "--crs"),
        ("bd09", WEST[::-1], "swapped", "--swap"),
    ],
)
async def test_numbers_that_cannot_lie_in_the_system_say_what_to_do(
    importer: Importer,
    tmp_path: Path,
    name: str,
    place: tuple[float, float],
    reason: str,
    fitting: str,
) -> None:
    file = events(tmp_path / "e.csv", place, names="x,y")
    report = await importer("events", file, source="s", crs=name)
    assert reasons(report) == {1: reason}
    assert fitting in report["rejected"][0]["message"]
    assert await importer.rows(STORED) == []


async def test_what_the_message_says_helps(importer: Importer, tmp_path: Path) -> None:
    """Northing first, as surveyors write: exchanged by --map, as the message says."""
    x, y = projected(4526, *WEST)
    file = write_csv(tmp_path / "e.csv", "id,opened,X,Y", f"1,2026-07-01,{y},{x}")
    said = {"source": "s", "crs": "cgcs2000-gk3-zone38"}
    assert reasons(await importer("events", file, **said)) == {1: "axes_exchanged"}
    report = await importer("events", file, **said, maps={"x": "Y", "y": "X"})
    assert report["rows_imported"] == 1
    ((_, lon, lat, *_),) = await importer.rows(STORED)
    assert (lon, lat) == pytest.approx(WEST, abs=1e-7)


@pytest.mark.parametrize(("name", "forward"), [("GCJ02", gcj02), ("BD09", bd09)])
async def test_shifted_events_fall_into_the_right_grid_and_keep_their_numbers(
    importer: Importer, tmp_path: Path, name: str, forward: Any
) -> None:
    there = forward(*NEAR)
    file = events(tmp_path / "e.csv", there)
    await importer("events", file, source="s")
    ((*_, system, grids),) = await importer.rows(STORED)
    assert system == "WGS84" and "W-1" not in (grids or [])  # nobody said that it is shifted
    report = await importer("events", file, source="s", crs=name.lower())
    assert report["rows_imported"] == 1
    ((_, lon, lat, x, y, system, grids),) = await importer.rows(STORED)
    assert (lon, lat) == pytest.approx(NEAR, abs=1e-8)  # 1 mm
    assert (x, y, system) == (*there, name)
    assert "W-1" in grids
    again = await importer("events", file, source="s", crs=name.lower())
    assert again["rows_unchanged"] == 1


@pytest.mark.parametrize("name", ["gcj02", "bd09", "cgcs2000-gk3-zone38"])
async def test_the_zero_of_an_empty_form_is_no_place_in_any_system(
    importer: Importer, tmp_path: Path, name: str
) -> None:
    report = await importer(
        "events", events(tmp_path / "e.csv", (0, 0), ("", "")), source="s", crs=name
    )
    assert report["rows_imported"] == 2
    assert [row[1:6] for row in await importer.rows(STORED)] == [(None,) * 4 + ("WGS84",)] * 2


@pytest.mark.parametrize("name", [None, "gcj02", "cgcs2000-gk3-zone38"])
async def test_an_empty_point_is_one_rejected_row(
    importer: Importer, tmp_path: Path, name: str | None
) -> None:
    empty = {"type": "Point", "coordinates": []}
    file = write_geojson(tmp_path / "f.geojson", [({"code": "F", "name": "站"}, empty)])
    assert reasons(await importer("facilities", file, group="station", crs=name)) == {
        1: "empty_geometry"
    }


async def test_an_outline_in_gcj02_comes_back_to_its_place(
    importer: Importer, tmp_path: Path
) -> None:
    ring = [gcj02(*xy) for xy in shapely.box(112.901, 35.601, 112.909, 35.609).exterior.coords]
    shape = {"type": "Polygon", "coordinates": [ring]}
    file = write_geojson(tmp_path / "g.geojson", [({"code": "A", "name": "a"}, shape)])
    await importer("grids", file, group="k", crs="gcj02")
    ((wkb,),) = await importer.rows("SELECT ST_AsBinary(geom) FROM grid WHERE kind = 'k'")
    off = shapely.hausdorff_distance(
        shapely.from_wkb(bytes(wkb)), shapely.box(112.901, 35.601, 112.909, 35.609)
    )
    assert off < 1e-8


@pytest.mark.parametrize("epsg", [4526, 4547])
async def test_a_shapefile_says_its_zone_itself(
    importer: Importer, tmp_path: Path, epsg: int
) -> None:
    """As ArcGIS names it in the .prj; easting first, whatever EPSG says of the axes."""
    path = tmp_path / "s.shp"
    pyogrio.raw.write(
        path,
        np.array([shapely.Point(projected(epsg, *WEST)).wkb], dtype=object),
        [np.array(["F1"], dtype=object)],
        ["code"],
        geometry_type="Point",
        crs=CRS.from_epsg(epsg).to_wkt("WKT1_ESRI"),
    )
    report = await importer("facilities", path, group="station")
    assert report["rows_imported"] == 1, report["rejected"]
    ((lon, lat),) = await importer.rows("SELECT ST_X(geom), ST_Y(geom) FROM facility")
    assert (lon, lat) == pytest.approx(WEST, abs=1e-7)


async def test_an_unknown_system_names_those_that_are_known(
    importer: Importer, tmp_path: Path
) -> None:
    with pytest.raises(errors.AskCrs, match=r"cgcs2000-gk3-cm114.*cgcs2000-gk3-zone38"):
        await importer("events", events(tmp_path / "e.csv", WEST), source="s", crs="cgcs2000-gk5")


async def test_a_silent_file_is_in_the_system_of_its_source(
    importer: Importer, tmp_path: Path, town: Town
) -> None:
    """Its columns are called lon and lat, which alone would mean WGS 84; --crs beats both."""
    async with town.database.acting(town.system_id) as link:
        await actors.ensure_source(link, "s", coord_sys="GCJ02")
    file = events(tmp_path / "e.csv", gcj02(*NEAR))
    report = await importer("events", file, source="s")
    assert [one["reason"] for one in report["warnings"]][:1] == ["system_of_source"]
    ((_, lon, lat, *_, system, _),) = await importer.rows(STORED)
    assert (lon, lat) == pytest.approx(NEAR, abs=1e-8) and system == "GCJ02"
    await importer("events", file, source="s", crs="wgs84")
    ((_, lon, lat, *_, system, _),) = await importer.rows(STORED)
    assert (lon, lat) == gcj02(*NEAR) and system == "WGS84"


async def test_an_old_datum_is_refused_with_what_to_do(importer: Importer, tmp_path: Path) -> None:
    path = tmp_path / "s.shp"
    pyogrio.raw.write(
        path,
        np.array([shapely.Point(400_800, 3_942_000).wkb], dtype=object),
        [np.array(["F1"], dtype=object)],
        ["code"],
        geometry_type="Point",
        crs=CRS.from_epsg(2383).to_wkt("WKT1_ESRI"),
    )
    report = await importer("facilities", path, group="station")
    assert reasons(report) == {1: "old_datum"}
    assert "Xian 1980" in report["rejected"][0]["message"]
    with pytest.raises(errors.AskParameters, match="Xian 1980"):
        await importer("facilities", path, group="station", crs="EPSG:2383")
    own = "+proj=tmerc +lon_0=114 +k=1 +x_0=500000 +a=6378140 +rf=298.257 +towgs84=1,2,3 +units=m"
    assert (await importer("facilities", path, group="station", crs=own))["rows_imported"] == 1


async def test_a_silent_file_is_told_what_could_be_meant(
    importer: Importer, tmp_path: Path
) -> None:
    """By its numbers and where the town lies; nothing is taken unasked."""
    async with importer.database.acting(importer.actor_id) as link:
        words, town = await values.read(link), await swapped.extent(link)
    x, y = Transformer.from_crs(4490, 4547, always_xy=True).transform(*WEST)  # CM 114E
    metres = write_csv(tmp_path / "a.csv", "code,name,x,y", f"1,甲,{x},{y}", f"2,乙,{x},{y}")
    looked = describe(str(metres), Reading(), words, town, silent)
    assert looked["crs"] is None and looked["fitting"][0] == "cgcs2000-gk3-cm114"
    assert "cgcs2000-gk3-cm111" not in looked["fitting"]
    degrees = write_csv(tmp_path / "b.csv", "code,name,lon,lat", f"1,甲,{WEST[0]},{WEST[1]}")
    looked = describe(str(degrees), Reading(), words, town, silent)
    assert looked["fitting"] == ["wgs84", "cgcs2000", "gcj02", "bd09"]
