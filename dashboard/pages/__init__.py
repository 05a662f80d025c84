"""The pages: a table, because Dash's own scan of a folder executes each file twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.pages import screen
from data.access import Permission


@dataclass(frozen=True, slots=True)
class Page:
    """A page: where, what it is called, whose it is, what it shows, and its callbacks."""

    path: str
    name: str
    title: str
    permission: Permission
    layout: Callable[..., Any]
    register: Callable[[Any], None]


PAGES: tuple[Page, ...] = (
    Page(
        "/screen",
        "screen",
        "网格指挥 Grid command",
        Permission.VIEW,
        screen.layout,
        screen.register,
    ),
)
