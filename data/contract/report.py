"""The report about grids as JSON: GeoJSON geometry (EPSG:4326) and m² of each finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
import shapely

from data.contract.model import Defect, Finding, Report, Unit
from data.errors import Said

Tell = Callable[[Said], str]  # a sentence in the reader's language


def as_json(report: Report, tell: Tell, *, lang: str) -> dict[str, Any]:
    """{"grids", "areas", "limits", "ignored", "not_tiling", "counts", "findings"}."""
    counts = Counter(finding.defect for finding in report.findings)
    return {
        "grids": report.grids,
        "areas": report.areas,
        "limits": {"tolerance_m": report.limits.tolerance_m, "sliver_m": report.limits.sliver_m},
        "ignored": {"pieces": report.ignored, "m2": round(report.ignored_m2, 2)},
        "not_tiling": [name.said(lang) for name in report.not_tiling],
        "counts": {defect.value: counts[defect] for defect in Defect if counts[defect]},
        "findings": [finding_as_json(finding, tell) for finding in report.findings],
    }


def finding_as_json(finding: Finding, tell: Tell) -> dict[str, Any]:
    """One finding; `point` lies in its ground, `box` is (west, south, east, north)."""
    shape = finding.geometry
    placed = shape is not None and not shape.is_empty
    return {
        "id": finding.id,
        "defect": finding.defect.value,
        "kinds": list(finding.kinds),
        "narrow": finding.narrow,
        "m2": round(finding.m2, 2),
        "width_m": round(finding.width_m, 2),
        "message": tell(finding.message),
        "repair": tell(finding.repair),
        "parties": [
            {**_unit(unit), "share": round(share, 4) if share is not None else None}
            for unit, share in zip(finding.parties, _padded(finding), strict=True)
        ],
        "area": None if finding.area is None else _unit(finding.area),
        "point": _point(shape) if placed else None,
        "box": list(shape.bounds) if placed else None,
        "geometry": orjson.loads(shapely.to_geojson(shape)) if placed else None,
    }


def _padded(finding: Finding) -> list[float | None]:
    return [*finding.shares, *[None] * (len(finding.parties) - len(finding.shares))]


def _unit(unit: Unit) -> dict[str, Any]:
    said = {"type": unit.type, "id": unit.id, "kind": unit.kind}
    return {**said, "code": unit.code, "name": unit.name}


def _point(shape: Any) -> list[float]:
    at = shapely.point_on_surface(shape)
    return [round(float(at.x), 7), round(float(at.y), 7)]
