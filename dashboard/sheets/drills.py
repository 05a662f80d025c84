"""A drill's report as a table: CSV for a spreadsheet, columns for a terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from dashboard.i18n import ledger, translator
from dashboard.imports.telling import harmless
from data.calls.drills.report import rows

HEADINGS = {  # a column of the report and what it is called in a file
    "call": "Call no.",
    "click": "Click",
    "subject": "What was clicked",
    "about": "What is played",
    "policy": "Policy",
    "outcome": "Outcome",
    "step": "Step",
    "target": "Rule",
    "fired_s": "Began (s)",
    "called": "People called",
    "reached": "People reached",
    "confirmed": "People who confirmed",
    "first_ring_s": "First ring (s)",
    "first_ack_s": "First confirmation (s)",
    "left_out": "Left out",
    "who": "Who would have come",
    "distance_m": "Distance (m)",
    "total_s": "In total (s)",
}


def as_csv(report: Mapping[str, Any], lang: str) -> str:
    """A line a step, headings and words in `lang`; no spreadsheet computes a cell of it."""
    word = translator(lang, "desk", "calls", "drills")
    calls = {call["id"]: call for call in report["calls"]}
    file = io.StringIO()
    write = csv.writer(file)
    file.write("\ufeff")
    write.writerow([word(heading) for heading in HEADINGS.values()])
    for row in rows(dict(report)):
        said = row | _words(row, calls[row["call"]], lang)
        write.writerow([harmless(said[name]) for name in HEADINGS])
    return file.getvalue()


def _words(row: Mapping[str, Any], call: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What the report tells by its codes, as a reader says it."""
    outcome = ledger.OUTCOMES.get(row["outcome"], ledger.STATES.get(row["outcome"]))
    target = ledger.TARGETS.get(row["target"])
    return {
        "about": (call["about"] or {}).get(lang, ""),
        "policy": call["policy"][lang],
        "outcome": ledger.said(outcome)[lang] if outcome else row["outcome"],
        "target": ledger.said(target)[lang] if target else row["target"],
    }
