"""What kind of file lies at a path, by its content; archives are unpacked here, within bounds."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data.importers.errors import (
    ChooseLayer,
    NoSuchLayer,
    NotAFile,
    TooLarge,
    UnknownFormat,
    Unreadable,
)

MAX_FILE = 1 << 30  # bytes of one file
MAX_JSON = 400 << 20  # GeoJSON is read as a whole and grows tenfold in memory
MAX_ENTRIES = 2_000
CHUNK = 1 << 20
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
LAYERS = (".shp", ".geojson", ".json", ".gpkg", ".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True)
class Found:
    """A file that can be read: `path` on disk, `format`, and `name` as the user knows it."""

    path: Path
    format: str  # shapefile, geopackage, json, csv
    name: str


def find(path: str, *, work: Path, layer: str | None = None) -> Found:
    """Look at a path and unpack it under `work` if need be. Raises ImportRefused."""
    file = _checked(path)
    head = _head(file)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        inner = _unpack(file, work, layer)
        return Found(inner.path, _format(inner.path, inner.name), file.name)
    return Found(_aside(file, work), _format(file, file.name), file.name)


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
    if size > MAX_FILE:
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
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    suffix = Path(name).suffix.lower()
    if bare[:1] in (b"{", b"[") or suffix in (".geojson", ".json"):
        if file.stat().st_size > MAX_JSON:
            raise TooLarge(path=name, limit=f"{MAX_JSON >> 20} MB")
        return "json"
    if suffix in (".csv", ".tsv", ".txt"):
        return "csv"
    raise UnknownFormat(path=name)


def _aside(file: Path, work: Path) -> Path:
    """A shapefile's parts under plain names, whatever the case of theirs; else the file itself."""
    if file.suffix.lower() != ".shp":
        return file
    for sibling in file.parent.iterdir():
        suffix = sibling.suffix.lower()
        if sibling.stem.lower() == file.stem.lower() and suffix in SHAPEFILE_PARTS:
            link = work / f"layer{suffix}"
            if not link.exists():
                link.symlink_to(sibling)
    return work / "layer.shp"


def _unpack(file: Path, work: Path, layer: str | None) -> Found:
    """The one layer in an archive, written under a name of ours: theirs are not trusted."""
    try:
        with zipfile.ZipFile(file) as archive:
            chosen, parts = _choose(archive, file.name, layer)
            budget = MAX_FILE
            for entry in parts:
                suffix = PurePosixPath(_name(entry)).suffix.lower()
                budget = _extract(archive, entry, work / f"layer{suffix}", file.name, budget)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        why = "it is encrypted" if isinstance(error, RuntimeError) else str(error)
        raise Unreadable(path=file.name, format="zip", why=why) from error
    return Found(work / f"layer{PurePosixPath(chosen).suffix.lower()}", "", chosen)


def _choose(
    archive: zipfile.ZipFile, path: str, layer: str | None
) -> tuple[str, list[zipfile.ZipInfo]]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_ENTRIES:
        raise TooLarge(path=path, limit=f"{MAX_ENTRIES} files")
    named = {_name(e): e for e in entries if not PurePosixPath(_name(e)).name.startswith(".")}
    named = {name: e for name, e in named.items() if "__MACOSX" not in name}
    layers = [name for name in named if PurePosixPath(name).suffix.lower() in LAYERS]
    shapes = [name for name in layers if name.lower().endswith(".shp")]
    layers = shapes or [n for n in layers if not n.lower().endswith(".txt")] or layers
    if layer is not None:
        layers = [n for n in layers if layer in (n, PurePosixPath(n).name, PurePosixPath(n).stem)]
        if not layers:
            raise NoSuchLayer(path=path, layer=layer, layers=", ".join(named))
    if not layers:
        raise UnknownFormat(path=path)
    if len(layers) > 1:
        stems = ", ".join(sorted(PurePosixPath(name).stem for name in layers))
        raise ChooseLayer(path=path, layers=stems)
    stem = str(PurePosixPath(layers[0]).with_suffix("")).lower()
    suffixes = SHAPEFILE_PARTS if layers[0].lower().endswith(".shp") else LAYERS
    parts = {
        PurePosixPath(name).suffix.lower(): entry
        for name, entry in named.items()
        if str(PurePosixPath(name).with_suffix("")).lower() == stem
        and PurePosixPath(name).suffix.lower() in suffixes
    }
    return layers[0], list(parts.values())


def _name(entry: zipfile.ZipInfo) -> str:
    """An entry's name; without the UTF-8 flag, Chinese archivers mean GBK."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.filename


def _extract(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, path: str, budget: int
) -> int:
    """Unpack one entry and return what is left of the budget; the header's size is not believed."""
    with archive.open(entry) as source, target.open("wb") as sink:
        while chunk := source.read(CHUNK):
            budget -= len(chunk)
            if budget < 0:
                raise TooLarge(path=path, limit=f"{MAX_FILE >> 20} MB")
            sink.write(chunk)
    return budget


def forget(work: Path) -> None:
    """Remove what was unpacked."""
    shutil.rmtree(work, ignore_errors=True)
