"""Archives from strangers: one data set is taken out of one, within bounds; never a second layer.

No name of theirs becomes a path: what is taken out is written under a name of ours.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data.errors import Said
from data.importers.errors import (
    ArchiveInArchive,
    ChooseLayer,
    NoSuchLayer,
    TooLarge,
    UnknownFormat,
    Unreadable,
)

MAX_FILE = 1 << 30  # bytes of one data set, unpacked
MAX_WORKBOOK = 300 << 20  # a workbook's XML grows tenfold in memory
MAX_ENTRIES = 2_000
MAX_RATIO = 200  # unpacked to packed, of what is larger than SMALL
SMALL = 20 << 20
CHUNK = 1 << 20
DAMAGED = (  # what zipfile raises of archives that are none, or have entries without a name
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
    *(ValueError, LookupError, struct.error),
)
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
LAYERS = (
    *(".shp", ".geojson", ".json", ".topojson", ".gpkg", ".kml", ".gpx"),
    *(".xlsx", ".csv", ".tsv", ".txt"),
)
PACKED = (".zip", ".kmz", ".rar", ".7z", ".tar", ".gz", ".tgz")


@dataclass(frozen=True, slots=True)
class Taken:
    """A data set on disk, the name of its entry, and what of `--layer` is still to be chosen."""

    path: Path
    name: str
    layer: str | None


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so is a zip."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_workbook(file: Path) -> bool:
    """Whether a zip is an Excel workbook. Raises Unreadable, TooLarge."""
    with _opened(file, file.name) as archive:
        names = set(archive.namelist())
        if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
            return False
        sizes = [(entry.file_size, entry.compress_size) for entry in archive.infolist()]
    if sum(size for size, _ in sizes) > MAX_WORKBOOK:
        raise TooLarge(path=file.name, limit=f"{MAX_WORKBOOK >> 20} MB")
    for size, packed in sizes:  # zipfile gives no more than these sizes say
        _check_ratio(size, packed, file.name)
    return True


def take(file: Path, work: Path, layer: str | None) -> Taken:
    """The one data set in a zip, unpacked under `work`. Raises ImportRefused."""
    with _opened(file, file.name) as archive:
        chosen, parts, rest = _choose(_named(archive), file.name, layer)
        budget = MAX_FILE
        for entry in parts:
            suffix = PurePosixPath(_name(entry)).suffix.lower()
            budget = _extract(archive, entry, work / f"layer{suffix}", file.name, budget)
    return Taken(work / f"layer{PurePosixPath(chosen).suffix.lower()}", chosen, rest)


@contextmanager
def _opened(file: Path, path: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            if len(archive.infolist()) > MAX_ENTRIES:
                limit = Said("{n} files", n=MAX_ENTRIES)
                raise TooLarge(path=path, limit=limit)
            yield archive
    except DAMAGED as error:
        why = "the archive is damaged or cut off; fetch it again"
        raise Unreadable(path=path, format="zip", why=why) from error
    except RuntimeError as error:  # of zipfile: a password is needed
        raise Unreadable(path=path, format="zip", why="it is encrypted") from error
    except OSError as error:
        raise Unreadable(path=path, format="zip", why=str(error)) from error


def _named(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files by their names, without what the Mac adds."""
    named = {_name(entry): entry for entry in archive.infolist() if not entry.is_dir()}
    return {
        name: entry
        for name, entry in named.items()
        if not PurePosixPath(name).name.startswith(".") and "__MACOSX" not in name
    }


def _name(entry: zipfile.ZipInfo) -> str:
    """An entry's name; without the UTF-8 flag, Chinese archivers mean GBK."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        with suppress(UnicodeEncodeError, UnicodeDecodeError):
            name = entry.filename.encode("cp437").decode("gb18030")
    return name.replace("\\", "/")


def _choose(
    named: dict[str, zipfile.ZipInfo], path: str, layer: str | None
) -> tuple[str, list[zipfile.ZipInfo], str | None]:
    """The data set's name, its entries, and the layer to be chosen within it."""
    layers = _data_sets(named)
    if not layers and any(PurePosixPath(name).suffix.lower() in PACKED for name in named):
        raise ArchiveInArchive(path=path)
    if not layers:
        raise UnknownFormat(path=path)
    rest = None
    if layer is not None:
        fitting = [name for name in layers if layer in _called(name)]
        if not fitting and len(layers) == 1:
            rest = layer  # of the one file's own layers
        elif not fitting:
            raise NoSuchLayer(path=path, layer=layer, layers=_list(layers))
        else:
            layers = fitting
    if len(layers) > 1:
        raise ChooseLayer(path=path, layers=_list(layers))
    return layers[0], _parts(named, layers[0]), rest


def _data_sets(named: dict[str, zipfile.ZipInfo]) -> list[str]:
    """What can be imported: Shapefiles before all else, a text only where there is nothing else."""
    if "doc.kml" in named:  # a KMZ: what else lies in it belongs to this document
        return ["doc.kml"]
    layers = [name for name in named if PurePosixPath(name).suffix.lower() in LAYERS]
    shapes = [name for name in layers if name.lower().endswith(".shp")]
    return shapes or [name for name in layers if not name.lower().endswith(".txt")] or layers


def _called(name: str) -> tuple[str, ...]:
    """The ways to name an entry: in full, without its suffix, without its folders."""
    path = PurePosixPath(name)
    return name, str(path.with_suffix("")), path.name, path.stem


def _list(layers: list[str]) -> str:
    """The choices, as short as they stay different."""
    paths = [PurePosixPath(name) for name in layers]
    for short in (
        [path.stem for path in paths],
        [path.name for path in paths],
        [str(path.with_suffix("")) for path in paths],
    ):
        if len(set(short)) == len(layers):
            return ", ".join(sorted(short))
    return ", ".join(sorted(layers))


def _parts(named: dict[str, zipfile.ZipInfo], chosen: str) -> list[zipfile.ZipInfo]:
    """The entries of a data set: one, or the parts of a Shapefile whatever the case of theirs."""
    if not chosen.lower().endswith(".shp"):
        return [named[chosen]]
    stem = str(PurePosixPath(chosen).with_suffix("")).lower()
    parts = {
        PurePosixPath(name).suffix.lower(): entry
        for name, entry in named.items()
        if str(PurePosixPath(name).with_suffix("")).lower() == stem
        and PurePosixPath(name).suffix.lower() in SHAPEFILE_PARTS
    }
    return list(parts.values())


def _extract(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, path: str, budget: int
) -> int:
    """Unpack one entry and return what is left of the budget; the header's size is not believed."""
    size = 0
    with archive.open(entry) as source, target.open("wb") as sink:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > budget:
                raise TooLarge(path=path, limit=f"{MAX_FILE >> 20} MB")
            _check_ratio(size, entry.compress_size, path)
            sink.write(chunk)
    return budget - size


def _check_ratio(size: int, packed: int, path: str) -> None:
    if size > SMALL and size > MAX_RATIO * packed:
        raise TooLarge(path=path, limit=Said("{n} times its packed size", n=MAX_RATIO))
