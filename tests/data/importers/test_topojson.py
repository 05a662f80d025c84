"""TopoJSON: arcs put together, layers asked about, broken objects one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from data.importers import errors, topojson
from tests.data.importers.conftest import Importer, reasons
from tests.data.importers.test_reading import load

# Two squares beside each other: the border between them is one arc, named once backwards.
SQUARES: dict[str, Any] = {
    "arcs": [
        [[1, 1], [0, -1]],
        [[1, 0], [-1, 0], [0, 1], [1, 0]],
        [[1, 1], [1, 0], [0, -1], [-1, 0]],
    ],
    "transform": {"scale": [0.01, 0.01], "translate": [112.9, 35.6]},
    "objects": {
        "grids": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "id": 7, "properties": {"code": "W"}},
                {"type": "MultiPolygon", "arcs": [[[2, -1]]], "properties": {"code": "E"}},
                {"type": "Point", "coordinates": [1, 1], "properties": {"code": "P"}},
                {"type": "LineString", "arcs": [1, 0], "properties": {"code": "L"}},
                {"type": None, "properties": {"code": "N"}},
                {"type": "Polygon", "arcs": [[99]], "properties": {"code": "B"}},
            ],
        }
    },
    "type": "Topology",
}


def write(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_arcs_become_outlines(tmp_path: Path) -> None:
    table = load(write(tmp_path / "a.topojson", SQUARES))
    assert table.geometry is not None and table.crs is None
    west, east, point, line, none, broken = table.geometry
    assert west.normalize().equals_exact(shapely.box(112.9, 35.6, 112.91, 35.61).normalize(), 1e-9)
    other = shapely.multipolygons([shapely.box(112.91, 35.6, 112.92, 35.61)])
    assert east.normalize().equals_exact(other.normalize(), 1e-9)
    assert point.equals_exact(shapely.Point(112.91, 35.61), 1e-9)
    assert line.is_closed and line.length == pytest.approx(0.04)
    assert none is broken is None
    assert table.columns["code"] == ["W", "E", "P", "L", "N", "B"]
    assert table.columns["id"][:2] == [7, None]
    assert list(table.faults) == [5]


def test_what_rounding_has_shrunk_is_left_out(tmp_path: Path) -> None:
    arcs = [*SQUARES["arcs"], [[0, 0], [0, 0]]]
    kinds = [("Polygon", [[0, 1], [3]]), ("MultiPolygon", [[[3]], [[0, 1]]]), ("Polygon", [[3]])]
    shapes = [{"type": kind, "arcs": outline} for kind, outline in kinds]
    objects = {"a": {"type": "GeometryCollection", "geometries": shapes}}
    table = load(write(tmp_path / "a.json", {**SQUARES, "arcs": arcs, "objects": objects}))
    assert table.geometry is not None
    assert [one.area for one in table.geometry[:2]] == pytest.approx([1e-4, 1e-4])
    assert list(table.faults) == [2]


def test_layers_are_asked_about(tmp_path: Path) -> None:
    two = {**SQUARES, "objects": {"a": SQUARES["objects"]["grids"], "b": {"type": "Point"}}}
    path = write(tmp_path / "a.json", two)
    with pytest.raises(errors.ChooseLayer, match="a, b"):
        load(path)
    assert load(path, layer="a").length == 6
    assert list(load(path, layer="b").faults) == [0]
    with pytest.raises(errors.NoSuchLayer):
        load(path, layer="c")


@pytest.mark.parametrize(
    "change",
    [
        {"objects": {}},
        {"objects": None},
        {"arcs": [[["a", "b"]]]},
        {"arcs": 7},
        {"transform": {"scale": [1]}},
        {"transform": []},
        {"transform": {"scale": [1e999, 1], "translate": [0, 0]}},
    ],
)
def test_a_broken_topology_is_refused_in_words(tmp_path: Path, change: dict[str, Any]) -> None:
    text = json.dumps({**SQUARES, **change}).replace("Infinity", "1e999")
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(errors.Unreadable):
        load(tmp_path / "a.json")


def test_one_arc_named_without_end_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topojson, "MAX_POINTS", 1_000)
    many = {"type": "MultiLineString", "arcs": [[0, 1]] * 200}
    path = write(tmp_path / "a.json", {**SQUARES, "objects": {"a": many}})
    with pytest.raises(errors.TooLarge):
        load(path)


def test_collections_in_collections_have_an_end(tmp_path: Path) -> None:
    deep: Any = {"type": "Point", "coordinates": [1, 1]}
    for _ in range(100):
        deep = {"type": "GeometryCollection", "geometries": [deep]}
    table = load(write(tmp_path / "a.json", {**SQUARES, "objects": {"a": deep}}))
    assert list(table.faults) == [0]


async def test_grids_go_in_once_the_system_is_said(importer: Importer, tmp_path: Path) -> None:
    path = write(tmp_path / "a.topojson", SQUARES)
    given = {"group": "service", "parent_by": "location", "key": ("code",)}
    refused = reasons(await importer("grids", path, **given))
    assert set(refused.values()) == {"unknown_crs", "no_geometry", "invalid_geometry"}
    report = await importer("grids", path, crs="EPSG:4326", **given)
    assert (report["rows_imported"], report["rows_rejected"]) == (2, 4)
