"""A drill's report as a table: CSV for a spreadsheet, columns for a terminal."""

from __future__ import annotations

import csv
import io
from typing import Any

from dashboard.imports.telling import harmless
from data.calls.drills.report import COLUMNS, rows


def as_csv(report: dict[str, Any]) -> str:
    """A line a step; no spreadsheet computes a cell of it."""
    file = io.StringIO()
    write = csv.writer(file)
    file.write("\ufeff")
    write.writerow(COLUMNS)
    for row in rows(report):
        write.writerow([harmless(row[name]) for name in COLUMNS])
    return file.getvalue()
