"""How a process that serves others looks for its garbage.

Most of what ends is freed at once, by counting; the collector is for cycles. By default it goes
over everything whenever the process has grown by a quarter, and with 2,000 pages open nothing else
happens for half a second or more: that was one click in a hundred.
"""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 10_000, 10, 10  # Python's own: 700, 10, 10


def settle_in() -> None:
    """Once, when all is loaded: what is there stays for good and is never looked at again, and
    everything is gone over after a million new objects instead of 70,000."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
