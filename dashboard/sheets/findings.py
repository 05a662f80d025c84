"""The findings about grids as files: GeoJSON for a GIS, CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from dashboard.imports.telling import harmless

COLUMNS = ("id", "defect", "m2", "width_m", "codes", "message", "repair", "lon", "lat")


def as_geojson(said: Mapping[str, Any]) -> dict[str, Any]:
    """The report's findings as features in EPSG:4326; one without ground has no geometry."""
    features = [
        {
            "type": "Feature",
            "id": one["id"],
            "geometry": one["geometry"],
            "properties": dict(zip(COLUMNS[:-2], _cells(one), strict=False)),
        }
        for one in said["findings"]
    ]
    return {"type": "FeatureCollection", "features": features}


def as_csv(said: Mapping[str, Any]) -> str:
    """A line a finding, with a point in its ground; no spreadsheet computes a cell of it."""
    file = io.StringIO()
    write = csv.writer(file)
    file.write("\ufeff")
    write.writerow(COLUMNS)
    for one in said["findings"]:
        point = one["point"] or ("", "")
        write.writerow([*map(harmless, _cells(one)), *point])
    return file.getvalue()


def _cells(one: Mapping[str, Any]) -> tuple[Any, ...]:
    codes = " ".join(party["code"] for party in one["parties"])
    numbers = one["m2"], one["width_m"]
    return (one["id"], one["defect"], *numbers, codes, one["message"], one["repair"])
