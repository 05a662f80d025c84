"""The pages: a table, because Dash's own scan of a folder executes each file twice.

A page with a `place` stands in the top bar of the desk pages, for those who may open it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard import assets
from dashboard.components import desk
from dashboard.guards.auth import acting, standing
from dashboard.i18n import translator
from dashboard.pages import (
    basemaps,
    calls,
    contacts,
    drills,
    grids,
    import_,
    phones,
    policies,
    screen,
)
from data.access import Permission


@dataclass(frozen=True, slots=True)
class Page:
    """A page: where, what it is called, whose it is, what it shows, its callbacks, what it loads.

    `place` is its word in the top bar of desk pages, reached by the keys `g` and `letter`.
    """

    path: str
    name: str
    title: str
    permission: Permission
    layout: Callable[..., Any]
    register: Callable[[Any], None]
    assets: tuple[str, ...] = assets.WALL
    place: str = ""
    letter: str = ""


def no_callbacks(_: Any) -> None:
    """For pages whose scripts ask the API themselves."""


def desk_page(
    path: str,
    name: str,
    title: str,
    permission: Permission,
    body: desk.Body,
    *,
    place: str,
    letter: str,
    register: Callable[[Any], None] = no_callbacks,
) -> Page:
    """A page in the shell of desk pages; `body` makes its content from a translator."""

    def layout(**given: Any) -> Any:
        at = desk.visit(name, path, given, acting.get(), standing.get())
        return desk.shell(at, places(), body(at.t))

    loads = assets.of_desk(name)
    return Page(path, name, title, permission, layout, register, loads, place, letter)


def wall(**given: Any) -> Any:
    """The wall; over its layers stand the desk pages that one may open."""
    at = desk.visit("screen", "/screen", given, acting.get(), standing.get())
    others = [place for place in desk.open_to(at, places()) if place.path != at.path]
    t = translator(at.lang, "desk")
    desks = [(at.address(p.path), t(p.word)) for p in others]
    return screen.layout(**{**given, "desks": desks})


PAGES: tuple[Page, ...] = (
    Page(
        "/screen",
        "screen",
        "网格指挥 Grid command",
        Permission.VIEW,
        wall,
        screen.register,
        place="Wall",
        letter="s",
    ),
    desk_page(
        "/import",
        "import",
        "导入 Import",
        Permission.IMPORT,
        import_.body,
        place="Import",
        letter="i",
    ),
    desk_page(
        "/grids",
        "grids",
        "网格核查 Grid check",
        Permission.CHECK_GRIDS,
        grids.body,
        place="Grid check",
        letter="r",
    ),
    desk_page(
        "/calls",
        "calls",
        "呼叫台账 Call ledger",
        Permission.CALL,
        calls.body,
        place="Call ledger",
        letter="l",
    ),
    desk_page(
        "/policies",
        "policies",
        "呼叫策略 Call policies",
        Permission.ADMINISTER,
        policies.body,
        place="Call policies",
        letter="c",
    ),
    desk_page(
        "/drills",
        "drills",
        "演练 Drills",
        Permission.DRILL,
        drills.body,
        place="Drills",
        letter="d",
    ),
    desk_page(
        "/contacts",
        "contacts",
        "联系方式 Contacts",
        Permission.ADMINISTER,
        contacts.body,
        place="Contacts",
        letter="t",
    ),
    desk_page(
        "/phones",
        "phones",
        "手机接入 Phones",
        Permission.ADMINISTER,
        phones.body,
        place="Phones",
        letter="p",
    ),
    desk_page(
        "/basemaps",
        "basemaps",
        "底图 Base map",
        Permission.ADMINISTER,
        basemaps.body,
        place="Base map",
        letter="b",
    ),
)


def places() -> list[desk.Place]:
    """The top bar's links in their order."""
    return [desk.Place(p.path, p.place, p.letter, p.permission) for p in PAGES if p.place]
