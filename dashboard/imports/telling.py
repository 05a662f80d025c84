"""Reports and errors of imports in words: what a job wrote down knows no language."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dashboard.cli.words import fill
from dashboard.i18n.sentences import tell
from dashboard.imports.wording import Page
from data.errors import Said
from data.importers.reasons import REASONS, WARNINGS
from data.importers.report import ELSEWHERE

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # wide ones in East Asia


def packed(said: Said) -> dict[str, Any]:
    """A sentence as JSON."""
    fields = {
        key: packed(one) if isinstance(one, Said) else str(one) for key, one in said.fields.items()
    }
    return {"sentence": said.sentence, "fields": fields}


def error(kept: Mapping[str, Any], page: Page) -> str:
    """A packed sentence in the page's words."""
    return tell(_unpacked(kept, page), page.lang, page.sentence)


def _unpacked(kept: Mapping[str, Any], page: Page) -> Said:
    fields = {
        key: _unpacked(one, page) if isinstance(one, dict) else one
        for key, one in page.fields(kept["fields"]).items()
    }
    return Said(kept["sentence"], **fields)


def remark(one: Mapping[str, Any], lang: str, page: Page | None = None) -> str:
    """Why a row was rejected, or what is to be said of all; in the words of the command line, or
    in those of the page."""
    return _say(REASONS.get(one["reason"]) or WARNINGS[one["reason"]], one, lang, page)


def _say(sentence: str, one: Mapping[str, Any], lang: str, page: Page | None) -> str:
    if page is None:
        return fill(sentence, one["fields"], lang)
    return fill(sentence, page.fields(one["fields"]), lang, page.sentence)


def report(
    stored: Mapping[str, Any], lang: str, *, most: int | None = None, page: Page | None = None
) -> dict[str, Any]:
    """A stored report with its messages; at most `most` rows of those that were rejected."""
    told = dict(stored)
    told["rejected"] = [
        {**one, "message": remark(one, lang, page)} for one in stored.get("rejected", [])[:most]
    ]
    # The strict stop is both a warning and a reason; of warnings the warning counts.
    told["warnings"] = [
        {**one, "message": _say(WARNINGS[one["reason"]], one, lang, page)}
        for one in stored.get("warnings", [])
    ]
    return told


def left(stored: Mapping[str, Any]) -> int:
    """How many of the rejected rows are for another import."""
    warned = stored.get("warnings", ())
    return sum(int(one["fields"]["n"]) for one in warned if one["reason"] in ELSEWHERE)


def as_csv(
    stored: Mapping[str, Any],
    lang: str,
    rest: Iterable[Mapping[str, Any]] | None = None,
    page: Page | None = None,
) -> Iterator[str]:
    """Rejected and repaired rows and warnings as a table for a spreadsheet, which must take no
    cell for a formula; line by line. `rest` are the rejected rows that `stored` does not list,
    None where they are not kept."""
    write = csv.writer(_Echo())
    told = report(stored, lang, page=page)
    yield "\ufeff" + write.writerow(["state", "file", "row", "reason", "message"])
    for one in told["rejected"]:
        yield write.writerow(_line("rejected", one, one["reason"], one["message"]))
    for other in rest or ():
        yield write.writerow(_line("rejected", other, other["reason"], remark(other, lang, page)))
    for one in told.get("repaired", []):
        yield write.writerow(_line("repaired", one, "repaired", one["how"]))
    for one in told["warnings"]:
        if rest is None or one["reason"] != "untold":
            yield write.writerow(_line("warning", {}, one["reason"], one["message"]))


class _Echo:
    """A file for csv.writer that gives back each line."""

    def write(self, line: str) -> str:
        return line


def _line(state: str, where: Mapping[str, Any], reason: str, message: str) -> list[str]:
    cells = state, where.get("file", ""), where.get("row", ""), reason, message
    return [harmless(cell) for cell in cells]


def harmless(cell: Any) -> str:
    """A cell that no spreadsheet computes."""
    text = str(cell)
    return f"'{text}" if text.startswith(RISKY) else text
