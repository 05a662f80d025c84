"""The rejected rows of an import as a table in a file: those that the report does not list, too."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from dashboard import settings
from dashboard.cli.tongue import language
from dashboard.imports import telling
from data.importers.report import Ledger

KEPT = 10  # files that were not asked for; the oldest go


def write(ledger: Ledger, wanted: Path | None) -> Path | None:
    """Write them where it is wanted; else, if they are too many for the report, under the home.

    Returns where they are, None where nothing was written. Raises OSError.
    """
    if wanted is None and not ledger.rejected.untold(len(ledger.rejected.told)):
        return None
    path = wanted or _place(ledger)
    lines = telling.as_csv(
        ledger.stored(len(ledger.rejected.told)), language(), ledger.stored_rest()
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)
    return path


def _place(ledger: Ledger) -> Path:
    """A file in a folder that others cannot read: rows may name people."""
    folder = settings.home() / "rejected"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = sorted(folder.glob("*.csv"), key=lambda one: one.stat().st_mtime)
    for old in known[: -KEPT + 1]:
        with suppress(OSError):
            old.unlink()
    return folder / ("trial.csv" if ledger.run is None else f"import-{ledger.run}.csv")
