"""Roads, waters, woods and buildings from files: the ground of a town that has no base map."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from data import actors
from data.database import Connection
from data.importers import units as units_
from data.importers.batch import Batch
from data.importers.groups import need
from data.importers.options import Options
from data.importers.places import assigned, content_hashes, settle
from data.importers.report import Ledger
from data.importers.units import Shape, Unit
from data.places import ground
from data.places.ground import BUILDING, CLASSES, KINDS, ROAD, WATER, WOOD

FIELDS = ("code", "name", "kind", "class", "parent", "dwellings")
MINOR = "minor"  # what a road is of which nothing is known
RAIL = ("rail", "railway", "subway", "tram", "铁路", "地铁", "轻轨", "高铁")
SHAPES = {
    ROAD: Shape("line", required=True, texts=("class",), named=False),
    WATER: Shape("water", required=True, named=False),
    WOOD: Shape("polygon", required=True, named=False),
    BUILDING: Shape(
        "polygon", required=True, texts=("parent",), numbers=("dwellings",), named=False
    ),
}
_KINDS: Mapping[str, tuple[str, ...]] = {
    ROAD: ("roads", "street", "highway", "道路", "公路", "道路中心线", "路网", *RAIL),
    WATER: (
        *("waters", "waterway", "river", "stream", "canal", "lake", "reservoir", "pond"),
        *("水", "水系", "水域", "水面", "水体", "河", "河道", "河流"),
        *("湖泊", "水库", "沟渠", "坑塘"),
    ),
    WOOD: ("woods", "forest", "park", "林", "林地", "森林", "绿地", "公园", "植被"),
    BUILDING: ("buildings", "house", "建筑", "建筑物", "房屋", "楼栋", "居民地", "房屋面"),
}
# OpenStreetMap's highway and railway, and the ranks of Chinese roads in town and country.
_CLASSES: Mapping[str, tuple[str, ...]] = {
    "trunk": (
        *("motorway", "motorway_link", "trunk_link", "expressway"),
        *("高速", "高速公路", "国道", "快速路", "城市快速路", "一级公路"),
    ),
    "main": (
        *("primary", "primary_link", "secondary", "secondary_link", "major"),
        *("主干路", "主干道", "主路", "次干路", "次干道", "省道", "县道", "二级公路", "三级公路"),
    ),
    MINOR: (
        *("tertiary", "tertiary_link", "residential", "unclassified", "living_street", "service"),
        *("road", "street", "pedestrian"),
        *("支路", "街道", "街巷", "巷", "乡道", "村道", "乡村道路", "四级公路", "小区道路"),
    ),
    "track": (
        *("path", "footway", "cycleway", "bridleway", "steps"),
        *("track_grade1", "track_grade2", "track_grade3", "track_grade4", "track_grade5"),
        *("小路", "人行道", "步行道", "机耕路", "田间路", "便道"),
    ),
    "rail": (*RAIL, "light_rail", "narrow_gauge", "monorail", "轨道交通"),
}
KIND_OF = {word: kind for kind, words in _KINDS.items() for word in (kind, *words)}
CLASS_OF = {word: one for one, words in _CLASSES.items() for word in (one, *words)}


async def import_ground(
    connection: Connection, batch: Batch, options: Options, _: datetime
) -> None:
    """Write the roads, waters, woods and buildings of a batch. Raises MissingOption."""
    words = _set_kinds(batch, options)
    _set_classes(batch, options, words)
    if options.source is not None:
        await actors.ensure_source(connection, options.source, kind="file")
    for kind, shape in SHAPES.items():
        units = await asyncio.to_thread(units_.gather, batch, shape, group_field="kind", group=kind)
        if kind == BUILDING and units:
            units = await assigned(connection, units, options, batch.ledger)
        if units:
            await _write(connection, kind, units, options, batch.ledger)


async def _write(
    connection: Connection, kind: str, units: list[Unit], options: Options, ledger: Ledger
) -> None:
    hashes = await asyncio.to_thread(content_hashes, units)
    made = [_new(u, digest, options) for u, digest in zip(units, hashes, strict=True)]
    settle(ledger, units, await ground.write(connection, kind, made))


def _new(unit: Unit, digest: str, options: Options) -> ground.NewGround:
    """As it is written: files of several sources may number their rows alike."""
    code = unit.code if options.source is None else f"{options.source}:{unit.code}"
    dwellings = unit.values.get("dwellings")
    return ground.NewGround(
        *(code, unit.name or None, unit.geometry, digest),
        road_class=unit.values.get("class"),
        area_id=unit.area_id or None,
        dwellings=None if dwellings is None else round(dwellings),
    )


def _set_kinds(batch: Batch, options: Options) -> list[str]:
    """Put its kind into each row; a row of no known kind is rejected. The words that said it."""
    need(batch, options, "kind", "--kind")
    known = ", ".join(KINDS)
    words, found = ([""] * batch.ledger.rows for _ in range(2))
    for row in batch.ledger.open_rows():
        word = words[row] = options.group or _said(batch, "kind", row, options.values)
        found[row] = KIND_OF.get(word.casefold(), "")
        if word and not found[row]:
            batch.ledger.reject(row, "unknown_ground", value=word[:40], known=known)
        elif not word:
            batch.ledger.reject(row, "no_group", column=batch.chosen.get("kind", "kind"))
    batch.fields["kind"] = found
    return words


def _set_classes(batch: Batch, options: Options, kinds: list[str]) -> None:
    """Put its class into each road; where its class does not tell, the word for its kind may say
    that it is rail. What no class can be told of is a minor road, and said."""
    rows = [row for row in batch.ledger.open_rows() if batch.text("kind", row) == ROAD]
    if "class" not in batch.fields and any(kinds[row].casefold() not in RAIL for row in rows):
        batch.ledger.warn("no_class")
    unknown: Counter[str] = Counter()
    found = [""] * batch.ledger.rows
    for row in rows:
        word = _said(batch, "class", row, options.classes)
        kind = kinds[row].casefold()
        found[row] = CLASS_OF.get(word.casefold()) or CLASS_OF.get(kind, MINOR)
        if word and word.casefold() not in CLASS_OF and kind not in RAIL:
            unknown[word[:40]] += 1
    batch.fields["class"] = found
    if unknown:
        values = ", ".join(f"{word} {n}" for word, n in unknown.most_common(10))
        known = ", ".join(CLASSES)
        batch.ledger.warn("unknown_class", n=unknown.total(), values=values, known=known)


def _said(batch: Batch, field: str, row: int, means: Mapping[str, str]) -> str:
    word = batch.text(field, row)
    return means.get(word, word)
