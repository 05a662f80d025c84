"""The figures of the bars, with their references measured in the same run.

`python -m tests.benchmarks [--json] [--only P1 …]`: a table, or JSON on stdout and nothing else.
Each file of this folder without a leading underscore has `async def run() -> list[Figure]`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
NOT_A_BENCH = {"run", "__main__"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `limit` is the bar: at least, or at most where `at_most` is set."""

    bar: str
    what: str
    value: float
    unit: str
    limit: float | None = None
    at_most: bool = False
    reference: float | None = None
    reference_what: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Value to reference, both in the same unit and of the same run."""
        return None if not self.reference else self.value / self.reference

    @property
    def met(self) -> bool | None:
        """Whether the bar is reached; None where there is none."""
        if self.limit is None:
            return None
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


def benches(only: list[str]) -> dict[str, Callable[[], Awaitable[list[Figure]]]]:
    """The files by name; `only` keeps those whose name or BAR is in it."""
    found = {}
    for path in sorted(HERE.glob("*.py")):
        if path.stem in NOT_A_BENCH or path.stem.startswith("_"):
            continue
        module = import_module(f"tests.benchmarks.{path.stem}")
        if not only or path.stem in only or getattr(module, "BAR", "") in only:
            found[path.stem] = module.run
    return found


async def measure(only: list[str], say: Callable[[str], None]) -> tuple[list[Figure], list[str]]:
    """All figures, and the names of the benches that failed."""
    figures: list[Figure] = []
    failed = []
    for name, run in benches(only).items():
        say(f"measuring {name} …")
        try:
            figures += await run()
        except Exception:
            traceback.print_exc()
            failed.append(name)
    return figures, failed


def table(figures: list[Figure]) -> Table:
    """Value, bar and reference side by side."""
    made = Table("bar", "what", "value", "limit", "met", "reference", "ratio", "note")
    for one in figures:
        sign = "≤" if one.at_most else "≥"
        made.add_row(
            one.bar,
            one.what,
            f"{one.value:,.6g} {one.unit}",
            "" if one.limit is None else f"{sign} {one.limit:,g}",
            {None: "", True: "yes", False: "[red]NO[/red]"}[one.met],
            "" if one.reference is None else f"{one.reference:,.6g} {one.reference_what}",
            "" if one.ratio is None else f"{one.ratio:.3g}",
            one.note,
        )
    return made


def main() -> None:
    """Exit code 1 when a bench failed or a bar is not met."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--json", action="store_true", help="JSON on stdout and nothing else")
    parser.add_argument("--only", nargs="+", default=[], help="bars (P1) or files (membership)")
    options = parser.parse_args()

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    figures, failed = asyncio.run(measure(options.only, say))
    if options.json:
        print(json.dumps([one.as_json() for one in figures], ensure_ascii=False, indent=1))
    else:
        Console(width=None if sys.stdout.isatty() else 180).print(table(figures))
    for name in failed:
        say(f"{name} failed, see above")
    sys.exit(1 if failed or any(one.met is False for one in figures) else 0)
