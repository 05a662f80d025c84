"""Files as they come: formats by content, encodings by bytes, archives within bounds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from data.importers import archives, errors
from data.importers.reading import read
from data.importers.table import Reading, Table
from tests.data.importers.conftest import Importer, box, reasons, write_csv, write_geojson
from tests.data.importers.makers import zipped

SQUARE = shapely.box(112.9, 35.6, 112.91, 35.61)
NAMES = ["渠头村", "巴公一村", "A-1"]


def load(path: Path | str, **reading: Any) -> Table:
    return read(str(path), reading=Reading(**reading))


def write_layer(
    path: Path,
    names: list[str],
    *,
    encoding: str | None = "UTF-8",
    crs: str | None = "EPSG:4326",
    **more: Any,
) -> Path:
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(SQUARE)] * len(names), dtype=object),
        [np.array(names, dtype=object), np.arange(len(names), dtype=np.float64)],
        np.array(["名称" if encoding != "latin" else "name", "no"], dtype=object),
        geometry_type="Polygon",
        crs=crs,
        encoding=encoding,
        **more,
    )
    return path


def shapefile(folder: Path, encoding: str, *, cpg: bool) -> Path:
    path = write_layer(folder / "grids.shp", NAMES, encoding=encoding)
    if not cpg:
        (folder / "grids.cpg").unlink(missing_ok=True)
    return path


@pytest.mark.parametrize("cpg", [True, False])
@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_a_shapefile_in_utf8_or_gbk(tmp_path: Path, encoding: str, cpg: bool) -> None:
    table = load(shapefile(tmp_path, encoding, cpg=cpg))
    assert list(table.columns["名称"]) == NAMES
    assert [reason for reason, _ in table.notes] == (
        ["guessed_encoding"] if encoding == "GBK" and not cpg else []
    )


def test_a_cpg_that_contradicts_the_bytes_is_not_believed(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "GBK", cpg=True)
    for lie in ("UTF-8", "ISO-8859-1", "1252"):
        path.with_suffix(".cpg").write_text(lie)
        assert list(load(path).columns["名称"]) == NAMES


def test_bytes_that_no_encoding_fits_are_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes(b"id,name\n1,caf\xe9 cr\xe8me\n")
    with pytest.raises(errors.AskEncoding):
        load(path)
    assert list(load(path, encoding="latin-1").columns["name"]) == ["café crème"]
    with pytest.raises(errors.AskEncoding):
        load(path, encoding="klingon")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_in_any_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = ["编号;名称", '1;"渠;头\n村"', "", "2;巴公一村"]
    lines = [line.replace(";", delimiter) for line in lines]
    table = load(write_csv(tmp_path / "a.csv", *lines, encoding=encoding))
    assert list(table.columns) == ["编号", "名称"]
    assert list(table.columns["名称"]) == [f"渠{delimiter}头\n村", "巴公一村"]


def test_ragged_rows_are_faults_of_their_own(tmp_path: Path) -> None:
    table = load(write_csv(tmp_path / "a.csv", "a,b,a", "1,2,3", "1,2", "1,2,3,4", "1,2,3,"))
    assert list(table.columns) == ["a", "b", "a_2"]
    assert sorted(table.faults) == [1, 2]


def test_a_quote_that_is_never_closed_costs_its_own_row_only(tmp_path: Path) -> None:
    lines = [
        "a,b",
        "1,x",
        '2,"never closed',
        *(f"{n},y" for n in range(3, 500)),
        '500,"two\nlines"',
    ]
    table = load(write_csv(tmp_path / "a.csv", *lines))
    assert (table.length, list(table.faults)) == (500, [1])
    assert table.columns["b"][-1] == "two\nlines"


def test_a_geopackage_and_its_layers(tmp_path: Path) -> None:
    path = write_layer(tmp_path / "a.gpkg", NAMES, layer="one", encoding=None)
    assert load(path).length == 3
    write_layer(path, NAMES[:1], layer="two", append=True, encoding=None)
    with pytest.raises(errors.ChooseLayer, match="one, two"):
        load(path)
    assert load(path, layer="two").length == 1
    with pytest.raises(errors.NoSuchLayer):
        load(path, layer="three")


def test_a_layer_without_coordinate_system_says_none(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="crs"):
        path = write_layer(tmp_path / "a.shp", ["a"], crs=None)
    assert load(path).crs is None
    topology = {
        "type": "Topology",
        "objects": {
            "x": {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "arcs": [[0]]}]}
        },
        "arcs": [[[0, 0], [1, 0], [1, 1], [0, 0]]],
    }
    path = tmp_path / "t.json"
    path.write_text(json.dumps(topology))
    table = load(path)
    assert (table.length, table.crs) == (1, None)


def test_geojson_of_every_outline(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    table = load(write_geojson(path, [({"a": 1}, box(0, 0, 1, 1))], crs=crs))
    assert table.crs is not None and table.crs.name == "EPSG:4547"
    path.write_text(json.dumps({"type": "Feature", "properties": None, "geometry": None, "id": 7}))
    assert load(path).columns == {"id": [7]}
    path.write_text(json.dumps(box(0, 0, 1, 1)))
    assert load(path).length == 1
    path.write_bytes(
        b"\xef\xbb\xbf" + json.dumps({"type": "FeatureCollection", "features": [1, None]}).encode()
    )
    assert load(path).length == 2


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"type": "FeatureCollection"}', '{"a": NaN}', "[" * 99999]
)
def test_broken_json_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(text)
    with pytest.raises(errors.Unreadable):
        load(path)


def parts(folder: Path, stem: str) -> dict[str, bytes]:
    shapefile(folder, "GBK", cpg=True)
    return {f"{stem}{p.suffix}": p.read_bytes() for p in sorted(folder.glob("grids.*"))}


def test_a_zipped_shapefile_whatever_its_names(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    upper = {name.upper(): data for name, data in parts(folder, "x/../../grids").items()}
    assert load(zipped(tmp_path / "a.zip", upper)).length == 3
    assert not list(tmp_path.parent.glob("GRIDS*"))
    gbk = zipped(tmp_path / "b.zip", parts(folder, "QQQQ/QQQQ"), gbk=True)
    assert list(load(gbk).columns["名称"]) == NAMES
    both = {
        **parts(folder, "one"),
        **parts(folder, "two"),
        "__MACOSX/._one.shp": b"",
        "readme.txt": b"",
    }
    with pytest.raises(errors.ChooseLayer, match="one, two"):
        load(zipped(tmp_path / "c.zip", both))
    assert load(tmp_path / "c.zip", layer="two").length == 3


def test_other_things_in_archives(tmp_path: Path) -> None:
    assert load(zipped(tmp_path / "a.zip", {"a.csv": b"a,b\n1,2\n"})).length == 1
    with pytest.raises(errors.UnknownFormat):
        load(zipped(tmp_path / "b.zip", {"a.exe": b"MZ"}))
    (tmp_path / "c.zip").write_bytes(b"PK\x03\x04 but nothing else")
    with pytest.raises(errors.Unreadable):
        load(tmp_path / "c.zip")


def test_a_zip_bomb_is_stopped_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILE", 5_000_000)
    bomb = zipped(tmp_path / "a.zip", {"a.csv": b"0," * 4_000_000})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(errors.TooLarge):
        load(bomb)
    monkeypatch.setattr(archives, "MAX_ENTRIES", 3)
    with pytest.raises(errors.TooLarge):
        load(zipped(tmp_path / "b.zip", {f"{n}.csv": b"" for n in range(5)}))


@pytest.mark.parametrize(
    "path",
    [
        *("/vsicurl/http://localhost/a.shp", "/VSIZIP/a.zip", "http://localhost/a.geojson"),
        *("file:///etc/passwd", "/nowhere/a.shp", "/tmp"),
    ],
)
def test_addresses_and_folders_are_no_files(path: str) -> None:
    with pytest.raises(errors.NotAFile):
        load(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gpkg", b"<OGRVRTDataSource/>"),
        ("a.shp", b"<OGRVRTDataSource/>"),
        ("a.dbf", b"\x03"),
        ("a.xlsx", b"nothing"),
    ],
)
def test_a_file_in_disguise_never_reaches_gdal(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(errors.UnknownFormat):
        load(path)


def test_a_shapefile_without_its_table_is_still_shapes(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "UTF-8", cpg=True)
    path.with_suffix(".dbf").unlink()
    assert load(path).length == 3
    path.with_suffix(".shx").unlink()
    assert load(path).length == 3
    assert not path.with_suffix(".shx").exists(), "the user's folder is left alone"


def test_more_columns_than_any_table_has_are_refused(tmp_path: Path) -> None:
    names = [f"c{n}" for n in range(100_000)]
    with pytest.raises(errors.TooManyColumns, match="100000 columns"):
        load(write_csv(tmp_path / "a.csv", ",".join(names), ",".join("1" for _ in names)))
    rows = [({name: 1}, None) for name in names[:2_000]]
    with pytest.raises(errors.TooManyColumns, match="2000 columns"):
        load(write_geojson(tmp_path / "a.geojson", rows))


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.geojson"])
@pytest.mark.parametrize("kept", [0.1, 0.6, 0.95])
def test_a_layer_cut_off_is_refused_or_says_which_rows(
    tmp_path: Path, name: str, kept: float
) -> None:
    names = [f"n{row:03}" for row in range(200)]
    path = write_layer(tmp_path / name, names)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole))])
    try:
        table = load(path)
    except errors.Unreadable:
        return
    assert table.geometry is not None and name == "a.shp"
    there = [row for row, one in enumerate(table.geometry) if one is not None]
    assert there == list(range(len(there))) and 0 < len(there) < len(names)
    assert table.length == len(names), "what is missing is still accounted for"


async def test_coordinates_that_are_no_numbers(importer: Importer, tmp_path: Path) -> None:
    bad = ["nan", "inf", "-inf", "NaN", "1e999"]
    rows = [f"{n},F{n},{value},35.605" for n, value in enumerate(bad)]
    path = write_csv(tmp_path / "a.csv", "code,name,lon,lat", *rows, "9,F9,112.905,35.605")
    report = await importer("facilities", path, group="station")
    assert reasons(report) == dict.fromkeys(range(1, 6), "bad_number")
    shapes = ["POINT (nan 35)", "POINT (inf 35)", "POLYGON ((112 35, 113 35, 113 nan, 112 35))"]
    rows = [f'{n},F{n},"{value}"' for n, value in enumerate(shapes)]
    path = write_csv(tmp_path / "b.csv", "code,name,wkt", *rows)
    report = await importer("facilities", path, group="station", crs="EPSG:4326")
    assert reasons(report) == dict.fromkeys(range(1, 4), "out_of_range")
