"""What kind of file lies at a path, by its content; archives are unpacked here, within bounds."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from data.importers import archives
from data.importers.errors import (
    ArchiveInArchive,
    NotAFile,
    OldWorkbook,
    TooLarge,
    TooLargeWhole,
    UnknownFormat,
)
from data.importers.table import Reading

MAX_FILE = 1 << 30  # bytes of one file
TEXTS = (".csv", ".tsv", ".txt")  # may be read in blocks, whatever their size
XML = re.compile(rb"<(?:\w+:)?(gpx|kml)[\s>]")


@dataclass(frozen=True, slots=True)
class Found:
    """A file that can be read: `path` on disk, `format`, and `name` as the user knows it."""

    path: Path
    format: str  # shapefile, geopackage, json, gpx, kml, xlsx, csv
    name: str
    layer: str | None  # what of --layer is to be chosen within the file


def find(path: str, *, work: Path, reading: Reading) -> Found:
    """Look at a path and unpack it under `work` if need be. Raises ImportRefused."""
    found = _find(path, work, reading.layer)
    if found.format in ("json", "gpx", "kml"):
        check_whole(found.path, found.name, reading)
    return found


def check_whole(path: Path, name: str, reading: Reading) -> None:
    """Raises TooLargeWhole for a file that would take too much memory."""
    size = path.stat().st_size
    if size > reading.whole_mb << 20:
        said = {"size": f"{size / (1 << 20):.0f}", "limit": reading.whole_mb}
        raise TooLargeWhole(path=name, **said)


def _find(path: str, work: Path, layer: str | None) -> Found:
    file = _checked(path)
    head = _head(file)
    if archives.is_archive(head) and not archives.is_workbook(file):
        taken = archives.take(file, work, layer)
        if archives.is_archive(_head(taken.path)) and not archives.is_workbook(taken.path):
            raise ArchiveInArchive(path=file.name)
        return Found(taken.path, _format(taken.path, taken.name), file.name, taken.layer)
    return Found(_aside(file, work), _format(file, file.name), file.name, layer)


def _checked(path: str) -> Path:
    if "://" in path or path.lower().startswith("/vsi"):
        raise NotAFile(path=path, why="it is an address, not a file")
    file = Path(path)
    try:
        if file.is_dir():
            raise NotAFile(path=path, why="it is a folder")
        size = file.stat().st_size
    except OSError as error:
        raise NotAFile(path=path, why=(error.strerror or str(error)).lower()) from error
    if size > MAX_FILE and file.suffix.lower() not in TEXTS:
        raise TooLarge(path=path, limit=f"{MAX_FILE >> 20} MB")
    return file.absolute()


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(4096)
    except OSError as error:
        raise NotAFile(path=str(file), why=(error.strerror or str(error)).lower()) from error


def _format(file: Path, name: str) -> str:
    """By content, so that nothing reaches GDAL under another driver's disguise."""
    head = _head(file)
    if head.startswith(b"\x00\x00\x27\x0a"):
        return "shapefile"
    if head.startswith(b"SQLite format 3\x00"):
        return "geopackage"
    if archives.is_archive(head):
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise OldWorkbook(path=name)
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    suffix = Path(name).suffix.lower()
    if bare[:1] in (b"{", b"[") or suffix in (".geojson", ".json", ".topojson"):
        return "json"
    if suffix in (".gpx", ".kml"):
        return suffix[1:]
    if (root := XML.search(head)) and bare[:1] == b"<":
        return root[1].decode()
    if suffix in TEXTS:
        return "csv"
    raise UnknownFormat(path=name)


def _aside(file: Path, work: Path) -> Path:
    """A shapefile's parts under plain names, whatever the case of theirs; else the file itself."""
    if file.suffix.lower() != ".shp":
        return file
    for sibling in file.parent.iterdir():
        suffix = sibling.suffix.lower()
        if sibling.stem.lower() == file.stem.lower() and suffix in archives.SHAPEFILE_PARTS:
            link = work / f"layer{suffix}"
            if not link.exists():
                link.symlink_to(sibling)
    return work / "layer.shp"


def forget(work: Path) -> None:
    """Remove what was unpacked."""
    shutil.rmtree(work, ignore_errors=True)
