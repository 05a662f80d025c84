"""Events are written in parts, each made ready while the one before is written: nothing tells."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.embedded import Store
from data.importers import events
from tests.data.importers.conftest import Importer
from tests.data.importers.deliveries import undo
from tests.data.importers.test_undo import picture

# What COPY would take for its own marks, what is not ASCII, what is longer than a line should be.
TEXTS = (
    *("a\tb", "back\\slash", "\\N", "\\.", "two\nlines", "end\r", "雨水箅子堵塞", "🚲", "null"),
    *("{1,2}", '"quoted"', "", " \\t not a tab", "x" * 5_000),
)


def write(path: Path, rows: list[tuple[str, str, str | None]]) -> Path:
    """Events as GeoJSON: key, text, closed; each third one lies nowhere."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": key,
                "type": f"type {n % 3}",
                "opened": f"2026-07-0{1 + n % 9} 08:00:0{n % 7}.{n:06}",
                "closed": closed,
                "address": text or None,
                "text": text,
            },
            "geometry": {"type": "Point", "coordinates": [112.9001 + n * 1e-4, 35.605]}
            if n % 3
            else None,
        }
        for n, (key, text, closed) in enumerate(rows)
    ]
    document = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


async def stored(importer: Importer) -> list[Any]:
    return await importer.rows("SELECT source_key, text, address FROM event ORDER BY id")


async def log(importer: Importer) -> list[Any]:
    return await importer.rows(
        "SELECT e.source_key, l.action FROM event_log l JOIN event e ON e.id = l.event_id"
        " ORDER BY l.id"
    )


async def test_parts_are_written_in_order_and_undone_as_one(
    importer: Importer, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New events, then the same file again, then some of them changed: three to a part."""
    monkeypatch.setattr(events, "PART", 3)
    rows = [(f"k{n}", text, "2026-07-12 09:00" if n % 2 else None) for n, text in enumerate(TEXTS)]
    file = write(tmp_path / "one.geojson", rows)
    report = await importer("events", file, source="s")
    assert report["rows_imported"] == len(rows)
    clean = [(key, text.strip(), text.strip() or None) for key, text, _ in rows]
    assert await stored(importer) == clean
    happened = [
        (key, action)
        for key, _, closed in rows
        for action in ("report", *(("close",) if closed else ()))
    ]
    assert await log(importer) == happened
    done = [n for stage, n, of in importer.progress if stage == "write" and of == len(rows)]
    assert done == [*range(0, len(rows), 3), len(rows)]
    (moment,) = await importer.rows("SELECT opened_at FROM event WHERE source_key = 'k4'")
    assert moment == (datetime(2026, 7, 5, 0, 0, 4, 4, tzinfo=UTC),)
    before = picture(store)

    again = await importer("events", file, source="s")
    assert (again["rows_unchanged"], await log(importer)) == (len(rows), happened)
    changed = [(key, "new" if n in (1, 7) else text, c) for n, (key, text, c) in enumerate(rows)]
    later = write(tmp_path / "two.geojson", [*changed, ("k99", "one more", None)])
    report = await importer("events", later, source="s")
    assert (report["rows_imported"], report["rows_unchanged"]) == (3, len(rows) - 2)
    news = [("k1", "update"), ("k7", "update"), ("k99", "report")]
    assert await log(importer) == [*happened, *news]
    assert [row[1] for row in await stored(importer)][-1] == "one more"

    await undo(importer)
    await undo(importer)
    assert picture(store) == before


async def test_a_part_that_cannot_be_made_leaves_nothing(
    importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third part breaks, while the second is written."""
    monkeypatch.setattr(events, "PART", 2)
    rows = [(f"k{n}", f"text {n}", None) for n in range(9)]
    whole, made = events._part, []

    def break_off(part: Any, *rest: Any, **given: Any) -> Any:
        made.append(part)
        if len(made) == 3:
            raise OSError("the disk is gone")
        return whole(part, *rest, **given)

    monkeypatch.setattr(events, "_part", break_off)
    with pytest.raises(OSError, match="the disk is gone"):
        await importer("events", write(tmp_path / "one.geojson", rows), source="s")
    assert len(made) == 3
    assert await stored(importer) == []
    assert await importer.rows("SELECT FROM import_run") == []
