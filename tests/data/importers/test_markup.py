"""GPX, KML and KMZ: what they hold, and what strangers put into XML."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely

from data.importers import errors, markup
from tests.data.importers.conftest import Importer
from tests.data.importers.makers import zipped
from tests.data.importers.test_reading import load

GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="t">
<wpt lat="35.605" lon="112.905"><name>井盖</name><desc>破损</desc><time>2026-07-14T01:00:00Z</time>
<extensions><x:level xmlns:x="u">3</x:level></extensions></wpt>
<wpt lat="NaN" lon="112.915"><name>b</name></wpt>
<wpt lat="35.605" lon="inf"><name>c</name></wpt>
<wpt lon="112.915"><name>d</name></wpt>
<trk><name>P001</name><trkseg>
<trkpt lat="35.601" lon="112.901"><time>2026-07-14T01:00:00Z</time></trkpt>
<trkpt lat="35.602" lon="112.901"><time>2026-07-14T01:00:10Z</time></trkpt></trkseg></trk></gpx>"""
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>镇</name>
<NetworkLink><Link><href>http://localhost/x.kml</href></Link></NetworkLink>
<Folder><name>西片</name><Placemark id="p1"><name>渠头村</name>
<ExtendedData><Data name="code"><value>W1</value></Data><Data name="name"><value>别名</value></Data>
<SchemaData><SimpleData name="户数">12</SimpleData></SchemaData></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>
112.90,35.60,0 112.91,35.60,0 112.91,35.61,0 112.90,35.61,0 112.90,35.60,0
</coordinates></LinearRing></outerBoundaryIs><innerBoundaryIs><LinearRing><coordinates>
112.902,35.602 112.904,35.602 112.904,35.604 112.902,35.602</coordinates></LinearRing>
</innerBoundaryIs></Polygon></Placemark>
<Folder><name>内</name><Placemark><name>点</name><TimeStamp><when>2026-07-14</when></TimeStamp>
<Point><coordinates> 112.905,35.605,7 </coordinates></Point></Placemark></Folder></Folder>
<Placemark><name>多</name><MultiGeometry><Point><coordinates>1,2</coordinates></Point>
<LineString><coordinates>1,2 3,4</coordinates></LineString></MultiGeometry></Placemark>
<Placemark><name>空</name></Placemark>
<Placemark><name>坏</name><Point><coordinates>NaN,35</coordinates></Point></Placemark>
<Placemark><name>坏</name><Point><coordinates>Infinity,35</coordinates></Point></Placemark>
<Placemark><name>坏</name><Point><coordinates></coordinates></Point></Placemark>
<Placemark><name>轨迹</name><gx:Track><gx:coord>1 2 3</gx:coord></gx:Track></Placemark>
</Document></kml>"""


def write(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def test_waypoints_are_rows(tmp_path: Path) -> None:
    table = load(write(tmp_path / "a.gpx", GPX))
    assert table.crs is not None and table.crs.name == "WGS84"
    assert table.columns["name"] == ["井盖", "b", "c", "d"]
    assert (table.columns["level"][0], table.columns["desc"][0]) == ("3", "破损")
    assert table.geometry is not None and table.geometry[0] == shapely.Point(112.905, 35.605)
    assert {row: reason for row, (reason, _) in table.faults.items()} == dict.fromkeys(
        (1, 2, 3), "bad_number"
    )


def test_tracks_only_where_they_are_asked_for(tmp_path: Path) -> None:
    table = load(write(tmp_path / "a.gpx", GPX), layer="tracks")
    assert (table.length, table.columns["track"]) == (2, ["P001", "P001"])
    path = write(tmp_path / "b.gpx", GPX.replace("wpt", "xxx"))
    with pytest.raises(errors.Unreadable, match=r"tracks \(2\); take them with --layer"):
        load(path)
    with pytest.raises(errors.NoSuchLayer, match="waypoints, routes, tracks"):
        load(path, layer="lakes")


TRACKS = Path(__file__).parents[3].parent / "shared" / "realdata" / "tracks"


@pytest.mark.skipif(not TRACKS.exists(), reason="the real tracks are not here")
def test_real_gpx_good_and_broken() -> None:
    told = {}
    for path in sorted(TRACKS.glob("*.gpx")):
        with pytest.raises(errors.Unreadable) as refused:
            load(path)
        told[path.stem] = str(refused.value)
    empty = {stem for stem, words in told.items() if "there is no point" in words}
    assert empty == {"gpx_no_trk", "gpx_no_trkpt", "gpx_no_trkseg"}
    assert load(TRACKS / "gpx_gpxv1_0.gpx", layer="tracks").length > 5
    assert all("tracks (" in told[stem] for stem in set(told) - empty)


def test_placemarks_are_rows_with_their_folders(tmp_path: Path) -> None:
    table = load(write(tmp_path / "a.kml", KML))
    assert table.geometry is not None
    assert table.columns["folder"][:3] == ["西片", "西片/内", None]
    assert [table.columns[c][0] for c in ("id", "code", "name", "name_2", "户数")] == [
        *("p1", "W1", "渠头村", "别名", "12")
    ]
    assert table.columns["time"][1] == "2026-07-14"
    assert table.geometry[0].area == pytest.approx(1e-4 - 2e-6)
    assert table.geometry[1] == shapely.Point(112.905, 35.605)
    assert (table.geometry[2].geom_type, table.geometry[3]) == ("GeometryCollection", None)
    assert list(table.faults) == [4, 5, 6, 7]
    assert table.notes == [("not_followed", {"file": "a.kml", "n": 1})]


def test_a_kmz_and_the_documents_in_it(tmp_path: Path) -> None:
    small = KML.encode()
    path = zipped(tmp_path / "a.kmz", {"doc.kml": small, "files/x.kml": b"", "files/x.png": b""})
    assert load(path).length == 8
    path = zipped(tmp_path / "b.kmz", {"QQQQ/a.kml": small, "QQQQ/b.kml": small}, gbk=True)
    with pytest.raises(errors.ChooseLayer, match="a, b"):
        load(path)
    assert load(path, layer="b").length == 8


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("said", ['encoding="UTF-8"', 'encoding="GB2312"', ""])
def test_xml_in_any_encoding_whatever_it_declares(tmp_path: Path, encoding: str, said: str) -> None:
    if encoding == "utf-16":
        said = 'encoding="UTF-16"'
    content = KML.replace('encoding="UTF-8"', said)
    table = load(write(tmp_path / "a.kml", content, encoding))
    assert table.columns["name"][0] == "渠头村"


BOMB = """<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><kml><Placemark><name>&b;</name></Placemark></kml>"""
OUTSIDE = """<!DOCTYPE gpx SYSTEM "file:///etc/passwd"><gpx><wpt lat="1" lon="1"/></gpx>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("content", [BOMB, OUTSIDE])
@pytest.mark.parametrize("name", ["a.kml", "a.gpx"])
def test_entities_are_refused(tmp_path: Path, name: str, content: str, encoding: str) -> None:
    with pytest.raises(errors.Unreadable, match="DOCTYPE"):
        load(write(tmp_path / name, content, encoding))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GPX[: len(GPX) // 2], "cut off in line"),
        ("", "cut off in line"),
        ("no XML at all", "cut off in line"),
        ("<a/>", "there is no"),
        ("<a>" * 5_000, "nested too deeply"),
    ],
)
@pytest.mark.parametrize("suffix", ["gpx", "kml"])
def test_broken_xml_is_refused_in_words(
    tmp_path: Path, suffix: str, content: str, words: str
) -> None:
    with pytest.raises(errors.Unreadable, match=words):
        load(write(tmp_path / f"a.{suffix}", content))


def test_elements_without_end_are_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MAX_ELEMENTS", 100)
    with pytest.raises(errors.TooLarge):
        load(write(tmp_path / "a.kml", "<kml>" + "<a/>" * 200 + "</kml>"))


def test_by_content_where_the_name_says_nothing(tmp_path: Path) -> None:
    assert load(write(tmp_path / "a.xml", GPX)).length == 4
    assert load(write(tmp_path / "b", KML)).length == 8


async def test_facilities_and_events_from_waypoints(importer: Importer, tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpx", GPX)
    report = await importer("facilities", path, group="well", key=("name",))
    assert (report["rows_imported"], report["rows_rejected"]) == (1, 3)
    report = await importer("events", path, source="walk", key=("name",))
    assert report["rows_imported"] == 1
    (event,) = await importer.rows("SELECT text, opened_at FROM event")
    assert tuple(event) == ("破损", datetime(2026, 7, 14, 1, tzinfo=UTC))
