"""A small town to import into, and makers of small files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.embedded import Store
from data.database import Database
from data.importers.options import Options
from data.importers.report import Ledger
from data.importers.run import import_files
from data.importers.table import Reading
from data.places import site
from tests.factories import Town, make_town

AT = datetime(2026, 7, 14, 4, 0, tzinfo=UTC)
READING = ("encoding", "crs", "layer", "delimiter")


def say(sentence: str, fields: Mapping[str, Any]) -> str:
    return sentence.format(**fields)


@dataclass
class Importer:
    """Imports into a store and gives back the report, whose totals it checks each time."""

    database: Database
    actor_id: int
    ledger: Ledger | None = None
    progress: list[tuple[str, int, int]] = field(default_factory=list)

    async def __call__(self, noun: str, *files: Path, at: datetime = AT, **given: Any) -> Any:
        reading = Reading(**{one: given.pop(one, None) for one in READING})
        options = Options(reading=reading, **given)
        paths = [str(file) for file in files]
        self.ledger = await import_files(
            self.database, self.actor_id, noun, paths, options, at=at, progress=self.show
        )
        report = self.ledger.as_json(say)
        ends = ("rows_imported", "rows_merged", "rows_unchanged", "rows_rejected")
        assert report["rows"] == sum(report[end] for end in ends)
        assert len(report["rejected"]) == report["rows_rejected"]
        return report

    def show(self, stage: str, done: int, total: int) -> None:
        self.progress.append((stage, done, total))

    async def rows(self, sql: Any, parameters: Any = None) -> list[Any]:
        async with self.database.acting(self.actor_id) as link:
            return await (await link.execute(sql, parameters)).fetchall()


def reasons(report: Any) -> dict[int, str]:
    """Row number → reason of the rejected rows."""
    return {one["row"]: one["reason"] for one in report["rejected"]}


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


@pytest.fixture
async def importer(town: Town) -> Importer:
    """Into the town of two communities: west lon 112.90–112.91, east to 112.92, lat 35.60–35.61."""
    return Importer(town.database, town.system_id)


@pytest.fixture
async def empty(database: Database, store: Store) -> Importer:
    """Into a site without anything, in New York's time zone."""
    from data import actors

    await site.create(store.admin_url, name_zh="空", name_en="Bare", timezone="America/New_York")
    async with database.acting(None) as link:
        system = await actors.system_actor(link)
    return Importer(database, system.id)


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def write_geojson(path: Path, rows: Sequence[tuple[Mapping[str, Any], Any]], **more: Any) -> Path:
    features = [{"type": "Feature", "properties": p, "geometry": g} for p, g in rows]
    document = {"type": "FeatureCollection", "features": features, **more}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def write_csv(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join(lines).encode(encoding))
    return path
