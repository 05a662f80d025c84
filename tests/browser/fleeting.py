"""What lasts some seconds only: words are noted by the page itself, however late the test looks,
and what must be pressed twice within a time waits for a slow machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

NOTE = """(selector) => {
  const noted = (window.noted ||= new Set());
  const look = () => document.querySelectorAll(selector).forEach((e) => noted.add(e.textContent));
  new MutationObserver(look)
    .observe(document, { childList: true, subtree: true, characterData: true }); }"""
SAID = "(words) => [...(window.noted || [])].some((one) => one.includes(words))"
STILL = "() => { const now = Date.now(); window.dateNow = Date.now; Date.now = () => now; }"
ON = "() => { Date.now = window.dateNow || Date.now; }"


def note(page: Page, selector: str) -> None:
    """From now on, until the page is left, whatever these elements say is noted."""
    page.evaluate(NOTE, selector)


def said(page: Page, words: str) -> None:
    """One of them says, or has said, these words."""
    page.wait_for_function(SAID, arg=words)


@contextmanager
def unhurried(page: Page) -> Iterator[None]:
    """The page's calendar clock, by which it waits for a second press, stands still meanwhile."""
    page.evaluate(STILL)
    yield
    page.evaluate(ON)
