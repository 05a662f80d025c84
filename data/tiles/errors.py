"""What may be wrong with a base map, in words for the administrator."""

from __future__ import annotations

from data.errors import WanggeError


class BasemapRefused(WanggeError):
    """This base map cannot be used."""


class NoTiles(BasemapRefused):
    """There are no tiles in {path}: {why}."""


class VectorTiles(BasemapRefused):
    """{path} holds vector tiles ({kind}). Wangge shows pictures only: make PNG, JPEG or WebP tiles
    of it."""


class AskSystem(BasemapRefused):
    """Say in which coordinate system the tiles are drawn: --crs wgs84, cgcs2000 or gcj02 (Amap,
    Tencent). It cannot be seen from them, and a wrong one puts every mark in the wrong street."""


class BaiduTiles(BasemapRefused):
    """Baidu's tiles (BD-09) have a scheme of their own and are not supported. Take a base map in
    gcj02, wgs84 or cgcs2000."""


class SystemRefused(BasemapRefused):
    """Tiles in {system} are not supported: wgs84, cgcs2000, web-mercator and gcj02 are."""


class SchemeRefused(BasemapRefused):
    """Tiles in GCJ-02 are drawn in the mercator scheme; there is no geographic one."""


class BadAddress(BasemapRefused):
    """{address} is no address of tiles: it begins with http:// or https://, and names {missing}."""


class ZoomsRefused(BasemapRefused):
    """The coarsest zoom (--min-zoom {least}) is finer than the finest (--max-zoom {most})."""


class LookRefused(BasemapRefused):
    """Photographs are not drawn on dark paper: say one of --imagery and --dark."""


class OpaqueLabels(BasemapRefused):
    """The tiles of the labels let nothing through, and would hide the base map. Take a layer of
    names alone, as transparent PNG (for 天地图: cva over vec, cia over img)."""


class LabelsElsewhere(BasemapRefused):
    """The labels are drawn in matrix set {labels}, the base map in {base}: take both of one."""
