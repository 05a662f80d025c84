"""A process that has settled in: what was loaded is not gone over again, and garbage still goes."""

from __future__ import annotations

import subprocess
import sys

STORY = """
import gc, weakref
from dashboard import memory

class Page: ...

kept = [Page() for _ in range(50_000)]
memory.settle_in()
assert gc.get_freeze_count() > 50_000, gc.get_freeze_count()
assert not gc.get_objects(generation=2), "nothing that was there is gone over"
seen = []
gc.callbacks.append(lambda phase, about: seen.append(about["generation"]))
pages = []
for _ in range(200_000):  # 2,000 pages open: more than twice what was there
    pages.append(Page())
assert seen and 2 not in seen, seen
page = Page()
page.itself, gone = page, weakref.ref(page)
del page
while gone() is not None:  # a cycle goes by itself, when enough has come
    pages.append(Page())
"""


def test_what_was_loaded_is_not_gone_over_and_cycles_still_go() -> None:
    done = subprocess.run([sys.executable, "-c", STORY], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
