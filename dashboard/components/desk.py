"""The shell of desk pages: the top bar with the places, the context bar, and what a page fills in.

A desk page gives its `Content`; `shell` puts it into the frame that all of them share.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboard.components.attributes import aria, data
from dashboard.i18n import Translate, catalogue, language, translator
from dashboard.i18n.sentences import chinese
from dashboard.map.leaflet import leaflet
from data.access import Actor, Permission
from data.places.site import Site

THEMES = ("dark", "light")


@dataclass(frozen=True, slots=True)
class Place:
    """A link of the top bar: `letter` after `g` goes there; shown to whom `permission` is given."""

    path: str
    word: str
    letter: str
    permission: Permission


@dataclass(frozen=True, slots=True)
class Content:
    """What a page puts into the shell: `context` at the right of the context bar, `main` below."""

    main: Any
    context: Sequence[Any] = ()


Body = Callable[[Translate], Content]


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at which page how: `query` is what else stands in the address."""

    page: str  # the page's name, which is also its folder of scripts and its catalogue
    path: str
    lang: str
    theme: str
    query: Mapping[str, str]
    actor: Actor | None
    site: Site | None

    @property
    def t(self) -> Translate:
        return translator(self.lang, "desk", self.page)

    def address(self, path: str | None = None, **change: str) -> str:
        """A link that keeps language and theme; to this page, also what else its address says."""
        given = {} if path else dict(self.query)
        kept = {**given, "lang": self.lang, "theme": self.theme, **change}
        return f"{path or self.path}?{urlencode(kept)}"


def visit(page: str, path: str, given: Mapping[str, Any], actor: Actor | None, site: Any) -> Visit:
    """A visit from the arguments that Dash gives a layout: the address's query."""
    rest = {k: str(v) for k, v in given.items() if k not in ("lang", "theme")}
    theme = given.get("theme")
    return Visit(
        page=page,
        path=path,
        lang=language(given.get("lang")),
        theme=theme if theme in THEMES else "dark",
        query=rest,
        actor=actor,
        site=site,
    )


def shell(at: Visit, places: Sequence[Place], content: Content) -> Any:
    """The whole page."""
    t = at.t
    here = next((place.word for place in places if place.path == at.path), "")
    return html.Div(
        [
            html.A(t("To the content"), href="#content", className="skip"),
            _bar(at, t, places),
            _context(at, t(here), content),
            html.Main(content.main, id="content", tabIndex="-1"),
            html.Div(id="spoken", className="spoken", **aria(live="polite")),
        ],
        id="desk",
        **data(
            lang="en" if at.lang == "en" else "zh-CN",
            theme=at.theme,
            title=f"{t(here)} · {_name(at, t)}",
            words=json.dumps(catalogue(at.lang, "desk", at.page), ensure_ascii=False),
            page=at.page,
            basemap=json.dumps(asdict(at.site.basemap) if at.site and at.site.basemap else None),
        ),
    )


def _context(at: Visit, here: str, content: Content) -> Any:
    """Where one is, and what can be chosen there."""
    crumbs = [html.Span(_name(at, at.t)), html.Span("/"), html.H1(here)]
    tools = html.Div(list(content.context), className="tools")
    return html.Div([html.Nav(crumbs, className="crumbs"), tools], className="context")


def _name(at: Visit, t: Translate) -> str:
    if at.site is None:
        return t("Grid command")
    return at.site.name_en if at.lang == "en" else at.site.name_zh


def open_to(at: Visit, places: Sequence[Place]) -> list[Place]:
    """The places that who looks may open."""
    return [p for p in places if at.actor is not None and at.actor.may(p.permission)]


def _bar(at: Visit, t: Translate, places: Sequence[Place]) -> Any:
    links = [
        html.A(
            t(place.word),
            href=at.address(place.path),
            **data(letter=place.letter),
            **(aria(current="page") if place.path == at.path else {}),
        )
        for place in open_to(at, places)
    ]
    return html.Header(
        [
            html.B(_name(at, t), className="name"),
            html.Nav(links, className="places", **aria(label=t("Places"))),
            html.Div([*_switches(at, t), *_who(at, t)], className="who"),
        ],
        className="bar",
    )


def _switches(at: Visit, t: Translate) -> list[Any]:
    other = "zh" if at.lang == "en" else "en"
    theme = "light" if at.theme == "dark" else "dark"
    said = t("Light theme") if theme == "light" else t("Dark theme")
    return [
        html.A("中文" if other == "zh" else "English", href=at.address(lang=other), id="lang"),
        html.A(
            "☀" if theme == "light" else "☾",
            href=at.address(theme=theme),
            id="theme",
            title=said,
            **aria(label=said),
        ),
    ]


def _who(at: Visit, t: Translate) -> list[Any]:
    if at.actor is None:
        return []
    words = chinese() if at.lang == "zh" else {}
    role = words.get(at.actor.role, at.actor.role.replace("_", " "))
    out = html.Button(t("Sign out"), type="submit")
    return [
        html.Span([html.Span(role, className="role"), " ", at.actor.name], id="who"),
        html.Form(out, method="post", action="/sign-out"),
    ]


def map_view(t: Translate) -> Any:
    """The map of a desk page; `wangge.desk.map` of its scripts draws on it."""
    return html.Div(leaflet("desk-map"), className="map", role="group", **aria(label=t("Map")))
