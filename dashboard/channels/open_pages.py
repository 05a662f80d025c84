"""The duty pages that are open on one process, found by key, by person and by what they show."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SEND_WITHIN_S = 3.0

Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(eq=False, slots=True)
class Page:
    """One open duty page of a person on this process."""

    key: str
    person_id: int
    send: Send
    heard_at: datetime  # real: its last word
    shown: dict[int, int] = field(default_factory=dict)  # attempt → session

    async def sent(self, message: dict[str, Any]) -> bool:
        """Whether it took a message in time; its socket ends by its own silence."""
        try:
            await asyncio.wait_for(self.send(message), SEND_WITHIN_S)
        except Exception:  # a socket may fail in many ways, all mean: not sent
            return False
        return True


class OpenPages:
    """Thousands may be open, and each notice is about a few: nothing here goes over all of them
    but `__iter__` and `attempts(None)`."""

    def __init__(self) -> None:
        self._pages: dict[str, Page] = {}
        self._of_person: dict[int, list[Page]] = {}
        self._showing: dict[int, list[Page]] = {}  # by attempt
        self._of_session: dict[int, set[int]] = {}  # attempts that are shown

    def __len__(self) -> int:
        return len(self._pages)

    def __iter__(self) -> Iterator[Page]:
        return iter(self._pages.values())

    def get(self, key: str) -> Page | None:
        return self._pages.get(key)

    @property
    def people(self) -> Collection[int]:
        """Who has a page here, as it is whenever it is asked."""
        return self._of_person.keys()

    def of(self, person_id: int) -> list[Page]:
        """The pages of a person."""
        return list(self._of_person.get(person_id, ()))

    def attempts(self, session_ids: Collection[int] | None) -> list[int]:
        """What is shown on any page of these sessions (None = of all)."""
        if session_ids is None:
            return list(self._showing)
        return [a for s in session_ids for a in self._of_session.get(s, ())]

    def add(self, page: Page) -> None:
        self._pages[page.key] = page
        self._of_person.setdefault(page.person_id, []).append(page)

    def remove(self, key: str) -> Page | None:
        """The page that was there, with what it showed last; None without one."""
        page = self._pages.pop(key, None)
        if page is None:
            return None
        _drop(self._of_person, page.person_id, page)
        for attempt_id in page.shown:
            self._hidden(page, attempt_id, page.shown[attempt_id])
        return page

    def show(self, page: Page, attempt_id: int, session_id: int) -> None:
        """A page shows an attempt from now on; one that has gone meanwhile shows nothing."""
        if self._pages.get(page.key) is not page or attempt_id in page.shown:
            return
        page.shown[attempt_id] = session_id
        self._showing.setdefault(attempt_id, []).append(page)
        self._of_session.setdefault(session_id, set()).add(attempt_id)

    def hide(self, attempt_id: int) -> list[Page]:
        """Nothing shows it any more; the pages that did."""
        pages = list(self._showing.get(attempt_id, ()))
        for page in pages:
            self._hidden(page, attempt_id, page.shown.pop(attempt_id))
        return pages

    def _hidden(self, page: Page, attempt_id: int, session_id: int) -> None:
        if not _drop(self._showing, attempt_id, page):
            attempts = self._of_session[session_id]
            attempts.discard(attempt_id)
            if not attempts:
                del self._of_session[session_id]


def _drop(where: dict[int, list[Page]], key: int, page: Page) -> bool:
    """Take a page out of a list; whether any is left in it."""
    where[key].remove(page)
    if not where[key]:
        del where[key]
    return key in where
