"""What makes a whole file unusable; what makes a row unusable is in `reasons`."""

from __future__ import annotations

from data.errors import WanggeError


class ImportRefused(WanggeError):
    """The import was refused."""


class NotAFile(ImportRefused):
    """{path} cannot be read: {why}. Give the path of a local file."""


class UnknownFormat(ImportRefused):
    """{path} is no GeoJSON, TopoJSON, GeoPackage, Shapefile (.shp, .zip), KML, GPX, XLSX or CSV."""


class ArchiveInArchive(ImportRefused):
    """{path} is an archive that holds archives. Unpack it and import what is inside."""


class OldWorkbook(ImportRefused):
    """{path} is an old Excel file (.xls) or has a password. Save it as .xlsx without password."""


class Unreadable(ImportRefused):
    """{path} cannot be read as {format}: {why}."""


class TooLarge(ImportRefused):
    """{path} is too large: more than {limit}. Split it, or unpack it and import the parts."""


class TooLargeWhole(TooLarge):
    """{path} has {size} MB, at most {limit} can be used. Split it, or raise WANGGE_IMPORT_MB."""


class ChooseLayer(ImportRefused):
    """{path} holds several layers: {layers}. Choose one with --layer NAME."""


class NoSuchLayer(ImportRefused):
    """{path} has no layer {layer}. It holds: {layers}."""


class TooManyColumns(ImportRefused):
    """{path} has {n} columns, more than {limit}. Leave out those that are not needed."""


class AskEncoding(ImportRefused):
    """The encoding of {path} cannot be told from its bytes. Say it: --encoding GB18030."""


class AskCrs(ImportRefused):
    """{text} is no coordinate system that can be used. Give EPSG:NUMBER or one of {names}."""


class AskParameters(ImportRefused):
    """{text}: {datum} has no constant shift to WGS 84. Use CGCS2000 or PROJ with +towgs84."""


class NoSuchColumn(ImportRefused):
    """{path} has no column {column}. It has: {columns}."""


class CompetingColumns(ImportRefused):
    """{path} has several columns that may be {field}: {columns}. Say --map {field}=COLUMN."""


class NotConfirmed(ImportRefused):
    """Nothing was imported. Say which column holds which field with --map FIELD=COLUMN."""


class AskDateOrder(ImportRefused):
    """{path} has dates like {like}, day or month first: say --day-first or --month-first."""


class NoSuchField(ImportRefused):
    """There is no field {field} to map to here. There are: {fields}."""


class MissingColumn(ImportRefused):
    """{path} has no column for {field}. Say which with --map {field}=COLUMN. It has: {columns}."""


class MissingOption(ImportRefused):
    """Say {option}: {why}."""


class CannotUndo(ImportRefused):
    """The import cannot be undone."""


class AlreadyUndone(CannotUndo):
    """Import {run} has been undone already."""


class WasStopped(CannotUndo):
    """Import {run} was stopped: it wrote nothing, so there is nothing to undo."""


class ForgottenRun(CannotUndo):
    """Import {run} is too old to be undone: only the newest {kept} can be."""


class OtherSchema(CannotUndo):
    """Import {run} was made by an older version of this program and cannot be undone any more."""


class ChangedSince(CannotUndo):
    """Import {run} cannot be undone: {n} of its {what} were changed later. Undo that first."""


class DependedOn(CannotUndo):
    """Import {run} cannot be undone: {what} refer to what it brought."""


class NothingToUndo(CannotUndo):
    """There is no import that could be undone."""
