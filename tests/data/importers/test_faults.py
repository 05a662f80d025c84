"""What strangers and accidents do to an import: broken bytes, too many columns, kill -9."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.embedded import Store
from data.importers.errors import ImportRefused, TooManyColumns
from data.importers.reading import read
from data.importers.table import Reading
from tests.data.importers.conftest import Importer, box, write_csv
from tests.data.importers.makers import workbook, zipped

FORMATS = ("csv", "geojson", "topojson", "gpx", "kml", "kmz", "xlsx", "gpkg", "shp", "zip")


@cache
def good(format: str) -> dict[str, bytes]:
    """A file of each format that can be read, with what belongs beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"good.{format}"
        texts = {
            "csv": '编码,名称,经度,纬度\n1,甲,112.9,35.6\n2,"乙\n丙",112.9,35.6\n',
            "geojson": json.dumps(
                {
                    "type": "FeatureCollection",
                    "features": [
                        {"type": "Feature", "properties": {"a": 1}, "geometry": box(0, 0, 1, 1)}
                    ],
                }
            ),
            "topojson": json.dumps(
                {
                    "type": "Topology",
                    "transform": {"scale": [1, 1], "translate": [0, 0]},
                    "arcs": [[[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]]],
                    "objects": {
                        "o": {
                            "type": "GeometryCollection",
                            "geometries": [
                                {"type": "Polygon", "arcs": [[0]], "properties": {"a": 1}}
                            ],
                        }
                    },
                }
            ),
            "gpx": "<gpx><wpt lat='1' lon='2'><name>一</name></wpt></gpx>",
            "kml": "<kml><Placemark><name>一</name><Point><coordinates>1,2</coordinates>"
            "</Point></Placemark></kml>",
        }
        if format in texts:
            path.write_text(texts[format], encoding="utf-8")
        elif format == "kmz":
            zipped(path, {"doc.kml": texts["kml"].encode()})
        elif format == "zip":
            zipped(path, {"一/a.geojson": texts["geojson"].encode()})
        elif format == "xlsx":
            workbook(path, 表=[["编码", "名称"], ["1", "甲"]])
        else:
            write_layer(path, ["a", "b"])
        return {one.name: one.read_bytes() for one in Path(folder).iterdir()}


def write_layer(path: Path, columns: list[str]) -> Path:
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(shapely.box(0, 0, 1, 1))], dtype=object),
        [np.array([1], dtype=np.int32) for _ in columns],
        np.array(columns, dtype=object),
        geometry_type="Polygon",
        crs="EPSG:4326",
    )
    return path


@st.composite
def damage(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with some changed, cut out, put in or put twice."""
    found = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(found) - 1)))
        length = draw(st.sampled_from([1, 1, 2, 8, 64]))
        what = draw(st.sampled_from(["change", "cut", "insert", "repeat", "end"]))
        if what == "change":
            found[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        elif what == "insert":
            found[at:at] = draw(st.binary(max_size=length))
        elif what == "repeat":
            found[at:at] = found[at : at + length] * 3
        else:
            del found[at : at + length if what == "cut" else len(found)]
    return bytes(found)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("format", FORMATS)
def test_damaged_files_are_tables_or_refused_in_words(format: str) -> None:
    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        files = dict(good(format))
        main = f"good.{format}"
        name = data.draw(st.sampled_from(sorted(files)))
        files[name] = data.draw(st.one_of(damage(files[name]), st.binary(max_size=200)))
        with tempfile.TemporaryDirectory() as folder:
            for one, content in files.items():
                (Path(folder) / one).write_bytes(content)
            try:
                table = read(str(Path(folder) / main), reading=Reading())
            except ImportRefused as error:
                assert str(error)
            else:
                assert all(len(column) == table.length for column in table.columns.values())

    tried()


@pytest.mark.filterwarnings("ignore")  # of the writer: few programs read so many fields
def test_a_million_columns_are_refused_in_words(tmp_path: Path) -> None:
    """By every format that can hold more than anybody has."""
    names = [f"c{n}" for n in range(1_001)]
    csv = write_csv(tmp_path / "a.csv", ",".join(f"c{n}" for n in range(1_000_000)), "1")
    kml = tmp_path / "a.kml"
    data = "".join(f"<Data name='{n}'><value>1</value></Data>" for n in names)
    kml.write_text(f"<kml><Placemark><ExtendedData>{data}</ExtendedData></Placemark></kml>")
    files = [
        csv,
        kml,
        workbook(tmp_path / "a.xlsx", s=[names, ["1"]]),
        write_layer(tmp_path / "a.gpkg", names),
        write_layer(tmp_path / "a.shp", names),
    ]
    for file in files:
        with pytest.raises(TooManyColumns, match=r"more than 1000\. Leave out"):
            read(str(file), reading=Reading())


KILLED = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from data.database import Database
from data.importers.options import Options
from data.importers.run import import_files

def die(stage, done, total):
    if stage == "write" and done == total:
        os.kill(os.getpid(), signal.SIGKILL)

async def main(app_url, readonly_url, actor_id, file):
    async with Database(app_url, readonly_url) as database:
        await import_files(
            database, int(actor_id), "events", [file], Options(source="killed"),
            at=datetime(2026, 7, 14, tzinfo=UTC), progress=die,
        )

asyncio.run(main(*sys.argv[1:]))
"""


async def test_an_import_killed_half_way_leaves_nothing(
    importer: Importer, store: Store, tmp_path: Path
) -> None:
    """All rows were written when the process was killed; none had been committed."""
    file = write_csv(tmp_path / "e.csv", "id,opened,type", "1,2026-07-01,new type", "2,2026-07-01,")
    given = store.app_url, store.readonly_url, str(importer.actor_id), str(file)
    ended = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, *given)
    assert await ended.wait() == -signal.SIGKILL
    counts = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM event_type),"
    counts += " (SELECT count(*) FROM source WHERE name = 'killed')"
    before = await importer.rows(counts)
    assert before[0][0] == before[0][2] == 0
    report = await importer("events", file, source="killed")
    assert report["rows_imported"] == 2, "and nothing is locked"
    assert (await importer.rows(counts))[0] == (2, before[0][1] + 2, 1)
