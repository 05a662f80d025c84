"""Tiles from folders and files: the right one for an address, and clear words for what is none."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.tiles.errors import BasemapRefused, NoTiles, VectorTiles
from data.tiles.folder import Folder
from data.tiles.mbtiles import MBTiles
from data.tiles.pictures import content_type, sees_through
from data.tiles.pmtiles import PMTiles, tile_id, varints
from data.tiles.source import Facts
from tests import tile_sets

PLACE = (112.9, 35.6)
RED, GREEN, BLUE = (tile_sets.plain(c) for c in ((200, 0, 0), (0, 200, 0), (0, 0, 200)))
SMALL = {(0, 0, 0): RED, (1, 0, 1): GREEN, (2, 3, 0): BLUE}


def test_a_folder_gives_its_tiles(tmp_path: Path) -> None:
    root = tile_sets.folder(tmp_path / "north", SMALL)
    source = Folder(root)
    assert source.facts == Facts(0, 2)
    assert {address: source.read(*address) for address in SMALL} == SMALL
    assert source.read(1, 0, 0) is None and source.read(9, 400, 300) is None
    south = Folder(tile_sets.folder(tmp_path / "south", SMALL, tms=True), tms=True)
    assert {address: south.read(*address) for address in SMALL} == SMALL
    mixed = tile_sets.folder(root, {(3, 1, 1): b"\xff\xd8\xff"}, suffix=".jpg")
    assert Folder(mixed).read(3, 1, 1) == b"\xff\xd8\xff"
    assert {address: Folder(mixed).read(*address) for address in SMALL} == SMALL


def test_nothing_beside_the_folder_is_given(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(RED)
    root = tile_sets.folder(tmp_path / "tiles", SMALL)
    (root / "2" / "1").mkdir()
    (root / "2" / "1" / "1.png").symlink_to(secret)
    (root / "2" / "2.png").mkdir()
    (root / "2" / "0").write_text("no folder")
    source = Folder(root)
    assert source.read(2, 1, 1) is None and source.read(2, 0, 0) is None
    for file in sorted(root.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() and not file.is_symlink() else file.unlink()
    root.rmdir()
    with pytest.raises(OSError):
        source.read(0, 0, 0)


def test_what_is_no_folder_of_tiles_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "12").mkdir()
    for path in (tmp_path / "nothing", tmp_path / "file", tmp_path):
        with pytest.raises(NoTiles, match=path.name):
            Folder(path)


def test_an_mbtiles_file_gives_its_tiles(tmp_path: Path) -> None:
    file = tile_sets.mbtiles(tmp_path / "a?b#c.mbtiles", SMALL, attribution="<b>© 测绘</b> 1号")
    source = MBTiles(file)
    assert source.facts == Facts(0, 2, "© 测绘 1号")
    assert {address: source.read(*address) for address in SMALL} == SMALL
    assert source.read(1, 1, 1) is None
    with sqlite3.connect(file) as link:  # the file is not ours: nothing may be written to it
        link.execute("DROP TABLE tiles")
    link.close()
    with pytest.raises(OSError):
        source.read(0, 0, 0)
    source.close()


def test_what_is_no_mbtiles_is_told(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database at all" * 100)
    (tmp_path / "empty").write_bytes(b"")
    for name in ("text", "empty", "nothing"):
        with pytest.raises(NoTiles):
            MBTiles(tmp_path / name)
    with pytest.raises(NoTiles, match="empty"):
        MBTiles(tile_sets.mbtiles(tmp_path / "none.mbtiles", {}))
    with pytest.raises(VectorTiles, match="pbf"):
        MBTiles(tile_sets.mbtiles(tmp_path / "vector.mbtiles", SMALL, format="pbf"))


def test_tile_ids_are_those_of_the_specification() -> None:
    assert [tile_id(*a) for a in ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0))] == [
        *(0, 1, 2, 3, 4)
    ]
    assert tile_id(2, 0, 0) == 5 and tile_id(12, 3423, 1763) == 19078479


@given(st.integers(0, 9))
def test_each_tile_of_a_zoom_has_an_id_of_its_own(zoom: int) -> None:
    side = range(min(16, 2**zoom))
    ids = {tile_id(zoom, x, y) for x in side for y in side}
    assert len(ids) == len(side) ** 2
    assert min(ids) == sum(4**z for z in range(zoom))


@pytest.mark.parametrize("leaves", [False, True], ids=["root", "leaf"])
@pytest.mark.parametrize("packed", [1, 2], ids=["plain", "gzip"])
def test_a_pmtiles_file_gives_its_tiles(tmp_path: Path, packed: int, leaves: bool) -> None:
    by_id = {tile_id(*address): tile for address, tile in SMALL.items()}
    file = tile_sets.pmtiles(tmp_path / "a.pmtiles", by_id, packed=packed, leaves=leaves)
    source = PMTiles(file)
    assert source.facts == Facts(0, 2, "© Surveyors")
    assert {address: source.read(*address) for address in SMALL} == SMALL
    assert source.read(1, 1, 1) is None and source.read(20, 5, 5) is None
    source.close()
    with pytest.raises(OSError):
        source.read(0, 0, 0)


def test_what_is_no_pmtiles_is_told(tmp_path: Path) -> None:
    good = tile_sets.pmtiles(tmp_path / "good", {0: RED}).read_bytes()
    broken = {
        "text": b"no tiles" * 100,
        "short": good[:100],
        "version": good[:7] + b"\x02" + good[8:],
        "zstd": good[:97] + b"\x04" + good[98:],
        "cut": good[:130],
        "endless": good[:16] + b"\xff" * 8 + good[24:],
    }
    for name, content in broken.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(NoTiles):
            PMTiles(tmp_path / name)
    with pytest.raises(NoTiles):
        PMTiles(tmp_path / "nothing")
    with pytest.raises(NoTiles):
        PMTiles(tmp_path)
    with pytest.raises(VectorTiles, match="mvt"):
        PMTiles(tile_sets.pmtiles(tmp_path / "vector", {0: RED}, kind=1))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for name in broken:
        with pytest.raises(NoTiles):
            PMTiles(tmp_path / name)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@settings(max_examples=80)
@given(at=st.integers(0, 200), bytes_=st.binary(min_size=1, max_size=24))
def test_a_damaged_pmtiles_never_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, at: int, bytes_: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "damaged.pmtiles"
    by_id = {tile_id(*address): tile for address, tile in SMALL.items()}
    whole = tile_sets.pmtiles(file, by_id, leaves=True).read_bytes()
    file.write_bytes(whole[:at] + bytes_ + whole[at + len(bytes_) :])
    try:
        source = PMTiles(file)
    except BasemapRefused:
        return
    for address in SMALL:
        try:
            source.read(*address)
        except OSError:
            continue
    source.close()


def test_a_number_without_end_is_refused() -> None:
    assert varints(b"\x00\x7f\x80\x01") == [0, 127, 128]
    with pytest.raises(ValueError):
        varints(b"\xff" * 20)


def test_a_picture_is_known_by_its_first_bytes() -> None:
    assert content_type(RED) == "image/png" and content_type(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert content_type(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
    for none in (b"", b"\x1f\x8b\x08", b"<html>", b'{"msg": "key"}', b"RIFF\x00\x00\x00\x00WAVE"):
        assert content_type(none) is None


def test_whether_a_picture_lets_something_through_is_seen_by_its_head() -> None:
    assert sees_through(tile_sets.lettering()) and not sees_through(RED)
    head = tile_sets.plain((1, 2, 3))
    palette = head[:25] + b"\x03" + head[26:]
    assert not sees_through(palette) and sees_through(palette + b"\x00\x00\x00\x01tRNS\x00")
    riff = b"RIFF\x00\x00\x00\x00WEBP"
    assert sees_through(riff + b"VP8L") and sees_through(riff + b"VP8X\x0a\x00\x00\x00\x10")
    assert not sees_through(riff + b"VP8 ") and not sees_through(riff + b"VP8X\x0a\x00\x00\x00\x00")
    assert not sees_through(riff + b"VP8X")  # cut off
    assert not sees_through(b"\xff\xd8\xff\xe0") and sees_through(b"GIF89a")
