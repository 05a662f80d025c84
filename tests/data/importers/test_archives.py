"""Archives from strangers: names in GBK and in folders, and every bound."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.importers import archives, errors
from tests.data.importers.makers import workbook, zipped
from tests.data.importers.test_reading import NAMES, load, parts


def test_names_in_gbk_in_subfolders_are_asked_about_and_chosen(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    both = {**parts(folder, "2026/QQQQ/a"), **parts(folder, "2025/QQQQ/a")}
    path = zipped(tmp_path / "a.zip", both, gbk=True)
    with pytest.raises(errors.ChooseLayer, match="2025/网格/a, 2026/网格/a"):
        load(path)
    assert list(load(path, layer="2026/网格/a").columns["名称"]) == NAMES
    with pytest.raises(errors.NoSuchLayer, match="2025/网格/a"):
        load(path, layer="b")


def test_a_layer_may_be_one_of_the_only_file_in_an_archive(tmp_path: Path) -> None:
    book = workbook(tmp_path / "b.xlsx", one=[["code"], ["1"]], two=[["code"], ["2"]])
    path = zipped(tmp_path / "a.zip", {"网格/b.xlsx": book.read_bytes()})
    assert load(path, layer="two").columns == {"code": ["2"]}
    with pytest.raises(errors.ChooseLayer, match="one, two"):
        load(path)


def test_names_that_climb_out_are_only_names(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("../../out.csv", "/etc/out.csv", "..\\..\\out.csv", "C:\\out.csv"):
        path = zipped(folder / "a.zip", {name: b"code\n1\n"})
        assert load(path).columns == {"code": ("1",)}
        assert list(tmp_path.rglob("out.csv")) == []
    assert not Path("/etc/out.csv").exists()


def test_an_archive_of_archives_says_what_to_do(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "in.zip", {"a.csv": b"code\n1\n"}).read_bytes()
    for name in ("in.zip", "x/in.ZIP", "in.rar", "disguised.csv"):
        with pytest.raises(errors.ArchiveInArchive, match="Unpack it"):
            load(zipped(tmp_path / "out.zip", {name: inner}))


def test_an_archive_whose_entries_make_no_sense_is_damaged(tmp_path: Path) -> None:
    """One without a name, one packed in a way that nobody knows."""
    whole = zipped(tmp_path / "a.zip", {"doc.csv": b"code\n1\n"}).read_bytes()
    entry = whole.index(b"PK\x01\x02")
    for at, change in ((28, b"\x00\x00\x07\x00"), (10, b"\x63\x00")):
        start = entry + at
        (tmp_path / "b.zip").write_bytes(whole[:start] + change + whole[start + len(change) :])
        with pytest.raises(errors.Unreadable, match="damaged or cut off"):
            load(tmp_path / "b.zip")


def test_a_ratio_that_no_data_has_is_stopped_on_the_way(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "a.zip", {"a.csv": b"code\n" + b"0" * (archives.SMALL * 2)})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(errors.TooLarge, match="packed size"):
        load(bomb)
    book = workbook(tmp_path / "b.xlsx", one=[["code"]]).read_bytes()
    (tmp_path / "b.zip").write_bytes(book)  # by content a workbook, whatever its name
    assert load(tmp_path / "b.zip").length == 0


def test_a_workbook_is_no_larger_than_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "b.xlsx", one=[["code"], ["1"]])
    monkeypatch.setattr(archives, "MAX_WORKBOOK", 1_000)
    with pytest.raises(errors.TooLarge):
        load(path)


@pytest.mark.parametrize("kept", [40, 0.5, 0.99])
def test_an_archive_cut_off_is_refused_in_words(tmp_path: Path, kept: float) -> None:
    whole = zipped(tmp_path / "a.zip", {"a.csv": b"code\n1\n" * 500}).read_bytes()
    (tmp_path / "b.zip").write_bytes(whole[: int(kept if kept > 1 else kept * len(whole))])
    with pytest.raises(errors.Unreadable, match="fetch it again"):
        load(tmp_path / "b.zip")


def test_damage_inside_an_archive_is_refused_in_words(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": bytes(range(32, 127)) * 500})
    data = bytearray(path.read_bytes())
    data[50:60] = b"\xff" * 10
    path.write_bytes(data)
    with pytest.raises(errors.Unreadable, match="fetch it again"):
        load(path)
