"""What a file's times leave open: which of day and month comes first, what a bare number counts.

Neither is guessed: a file that does not tell is asked about, a number is rejected with what it
may mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from data.importers.batch import Batch
from data.importers.errors import AskDateOrder
from data.importers.options import Options
from data.importers.report import Ledger
from data.importers.table import text
from data.importers.times import ORDERED, Times

OUR_DAYS = range(1980, 2080)
NUMBER = re.compile(r"^\d+(\.\d+)?$")
LAST_MONTH = 12


@dataclass(slots=True)
class Order:
    """What the dates of a file like 03/04/2011 say of day and month: an example each of those
    that can only be day first, only month first, or either; "" where there is none."""

    day: str = ""
    month: str = ""
    either: str = ""

    def see(self, text: str) -> None:
        """Take note of one value."""
        match = ORDERED.match(text)
        if match is None:
            return
        one, two = int(match["one"]), int(match["two"])
        if one > LAST_MONTH >= two:
            self.day = self.day or text
        elif two > LAST_MONTH >= one:
            self.month = self.month or text
        elif one != two:
            self.either = self.either or text


def number_form(text: str) -> tuple[str, datetime] | None:
    """The form in which a bare number would be a time of our days, and that time; else None."""
    if not NUMBER.match(text):
        return None
    for form in ("excel", "epoch", "epoch_ms"):
        try:
            found = Times(ZoneInfo("UTC"), form).read(text)
        except (ValueError, OverflowError):
            continue
        if found.year in OUR_DAYS:
            return form, found
    return None


def day_first(batch: Batch, fields: Sequence[str], options: Options) -> bool | None:
    """Whether dates like 03/04/2011 have the day first: as the user says, else as those dates of
    the file say that can be read one way only. Raises AskDateOrder where they leave it open."""
    if options.day_first is not None or options.time_format is not None:
        return options.day_first
    order = Order()
    for field in fields:
        for value in batch.fields.get(field, ()):
            if value is not None and not str(value)[:4].isdigit():
                order.see(text(value))
    if (order.day and order.month) or (order.either and not (order.day or order.month)):
        names = ", ".join(name for name, _ in batch.ledger.files)
        like = [one for one in (order.day, order.month) if one] or [order.either]
        raise AskDateOrder(path=names, like=", ".join(like))
    if order.either:
        batch.ledger.warn("day_first" if order.day else "month_first", value=order.either)
    return bool(order.day) if order.day or order.month else None


def reject(ledger: Ledger, row: int, field: str, value: str) -> None:
    """End a row whose time cannot be read; a bare number is told what it may mean."""
    form = number_form(value)
    if form is None:
        ledger.reject(row, "bad_time", field=field, value=value[:40])
    else:
        said = {"form": form[0], "meant": f"{form[1]:%Y-%m-%d %H:%M}"}
        ledger.reject(row, "time_number", field=field, value=value[:40], **said)
