"""Both clocks at once: what a call needs, whose ledger is in site time while phones ring really."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from data.calls.model import Moment


class SiteTime(Protocol):
    """Whatever knows the site's time; `dashboard.clock.SiteClock` does."""

    def now(self) -> datetime: ...


def moment(clock: SiteTime) -> Moment:
    """Now, on the site's clock and on the wall's."""
    return Moment(site=clock.now(), real=datetime.now(UTC))
