"""Which pages of a process show what: the index says the same as a look at every page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard.channels.open_pages import OpenPages, Page

PEOPLE, ATTEMPTS = range(3), range(6)  # attempts 0–5 of sessions 0–2
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.sampled_from(PEOPLE)),
        st.tuples(st.just("close"), st.integers(0, 9)),
        st.tuples(st.just("show"), st.integers(0, 9), st.sampled_from(ATTEMPTS)),
        st.tuples(st.just("hide"), st.sampled_from(ATTEMPTS)),
    ),
    max_size=30,
)


async def nowhere(_: dict[str, Any]) -> None: ...


@given(STEPS)
def test_the_index_is_what_the_pages_show(steps: list[tuple[Any, ...]]) -> None:
    pages = OpenPages()
    made: list[Page] = []
    for step, *about in steps:
        if step == "open":
            made.append(Page(f"p{len(made)}", about[0], nowhere, datetime.now(UTC)))
            pages.add(made[-1])
        elif step == "close" and made:
            page = made[about[0] % len(made)]
            there = pages.get(page.key) is page
            assert (pages.remove(page.key) is page) == there and pages.get(page.key) is None
        elif step == "show" and made:  # perhaps on one that has just gone
            pages.show(made[about[0] % len(made)], about[1], about[1] // 2)
        elif step == "hide":
            showing = [page for page in pages if about[0] in page.shown]
            assert pages.hide(about[0]) == showing
            assert not any(about[0] in page.shown for page in pages)
        _same(pages)
    for page in made:
        pages.remove(page.key)
    assert not len(pages) and vars(pages) == vars(OpenPages()), "nothing is left of those who went"


def _same(pages: OpenPages) -> None:
    assert set(pages.people) == {page.person_id for page in pages}
    for person in PEOPLE:
        assert pages.of(person) == [page for page in pages if page.person_id == person]
    for sessions in (None, {0}, {1, 2}, {9}):
        shown = {
            a for page in pages for a, s in page.shown.items() if sessions is None or s in sessions
        }
        found = pages.attempts(sessions)
        assert set(found) == shown and len(found) == len(shown)
