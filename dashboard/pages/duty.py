"""/duty, the phone page: plain HTML and small scripts, since a phone is on a slow network
and a grid worker needs none of Dash's routes."""

from __future__ import annotations

import hashlib
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import orjson
from babel.messages.pofile import read_po
from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from dashboard.guards.auth import current_actor
from data.access import Permission

router = APIRouter(include_in_schema=False)
ASSETS = Path(__file__).parent.parent / "assets"
CATALOGUE = Path(__file__).parent.parent / "i18n" / "duty_zh.po"
SCRIPTS = (
    "duty_words.js",
    "duty_map.js",
    "duty_bell.js",
    "duty_ring.js",
    "duty_tabs.js",
    "duty_check.js",
    "duty.js",
)
LANG = "wangge_lang"
YEAR_S = 365 * 24 * 3600

ICONS = {
    "Duty": "M6.6 2.8c.5-.2 1.1 0 1.4.5l2 3.3c.3.4.2 1-.1 1.4L8.3 9.9c.9 2 3.3 4.5 5.7 5.7l1.9-1.6"
    "c.4-.3 1-.4 1.4-.1l3.3 2c.5.3.7.9.5 1.4-.6 1.7-2.1 3.4-4 3.4C9.9 20.7 3.3 14 3.3 6.9c0-1.9 1.6"
    "-3.5 3.3-4.1Z",
    "To do": "M9 6h11M9 12h11M9 18h11M4 6h1M4 12h1M4 18h1",
    "Report": "M12 5v14M5 12h14",
    "Me": "M12 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8ZM4 21c1-5 4-6 8-6s7 1 8 6",
}


@router.get("/duty")
async def duty(request: Request) -> Response:
    """The page of the signed-in person; words for an account that belongs to nobody."""
    lang = _language(request)
    actor = current_actor(request)
    if actor is None or not actor.may(Permission.ANSWER) or actor.person_id is None:
        return HTMLResponse(_stranger(lang), 403, headers={"Cache-Control": "no-store"})
    answer = HTMLResponse(_page(lang), headers={"Cache-Control": "no-store"})
    https = request.url.scheme == "https"
    answer.set_cookie(LANG, lang, max_age=YEAR_S, samesite="lax", path="/", secure=https)
    return answer


@router.get("/duty-worker.js")
async def worker() -> Response:
    """The service worker of notices: beside the page, since its scope is its own folder."""
    headers = {"Cache-Control": "no-cache"}
    return FileResponse(ASSETS / "duty_worker.js", media_type="text/javascript", headers=headers)


def _language(request: Request) -> str:
    wanted = request.query_params.get("lang") or request.cookies.get(LANG)
    return "en" if wanted == "en" else "zh"


@cache
def words(lang: str) -> dict[str, str]:
    """All words of the page by their English."""
    with CATALOGUE.open("rb") as file:
        found = {str(one.id): str(one.string) for one in read_po(file, locale="zh") if one.id}
    return found if lang == "zh" else {key: key for key in found}


@cache
def _version(name: str) -> str:
    return hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:12]


def _head(lang: str, title: str) -> str:
    return f"""<!doctype html>
<html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover">
<meta name="theme-color" content="#F3F5F8"><link rel="icon" href="data:,">
<title>{escape(title)}</title>
<link rel="stylesheet" href="/assets/duty.css?m={_version("duty.css")}"></head>"""


def _stranger(lang: str) -> str:
    say = words(lang)
    text = say[
        "This page is for people who are called. Your account belongs to nobody in the town."
    ]
    return f"""{_head(lang, say["Duty"])}<body class="duty" data-theme="light">
<main class="stranger"><h1>{escape(say["Duty"])}</h1><section class="card"><p>{escape(text)}</p>
</section><section class="card rows"><div><a href="/screen">{escape(say["To the wall"])}</a></div>
<form method="post" action="/sign-out"><button>{escape(say["Sign in as somebody else"])}</button>
</form></section></main></body></html>"""


def _page(lang: str) -> str:
    say = words(lang)
    scripts = "".join(
        f'<script defer src="/assets/{name}?m={_version(name)}"></script>' for name in SCRIPTS
    )
    return f"""{_head(lang, say["Duty"])}<body class="duty" data-theme="light">
<header><div class="who"><h1 id="name">–</h1><p id="post">–</p></div>
<p id="link" class="link off" role="status"></p></header>
<p id="replay" class="replay" hidden></p>
{_duty_tab(say)}
<main id="tab-todo" class="tab" hidden></main>
<main id="tab-report" class="tab" hidden></main>
<main id="tab-mine" class="tab" hidden></main>
{_tabs(say)}
<div id="ring" class="ring" role="alertdialog" aria-modal="true" aria-labelledby="ring-what"
 hidden></div>
<script type="application/json" id="duty-words">{_json({"lang": lang, "words": say})}</script>
{scripts}</body></html>"""


def _duty_tab(say: dict[str, str]) -> str:
    """My shift, how I can be reached, my grid; what the call says first."""

    def _(key: str) -> str:
        return escape(say[key])

    return f"""<main id="tab-duty" class="tab">
<button id="notice" class="notice" hidden></button>
<section class="card shift"><div><h2 id="shift-title">–</h2><p id="shift-text">–</p></div>
<button id="shift" role="switch" aria-checked="false" aria-label="{_("On shift")}"><i></i></button>
</section>
<section class="card reach"><div class="line head"><b>{_("I can be reached by")}</b>
<span id="reach-sum"></span></div>
{_reach(say)}</section>
<section class="card grid" id="grid-card"><div id="grid-map" class="map" aria-hidden="true"></div>
<div class="under"><div><b>{_("My grid")}</b><p id="grid-text">–</p></div>
<button class="text" data-go="todo">{_("Look")}</button></div></section>
<section class="card first" id="first" hidden></section>
</main>"""


def _reach(say: dict[str, str]) -> str:
    """One line for each way to be reached; the page fills in how it stands."""
    lines = (
        ("page", "Call on this page"),
        ("position", "Share position"),
        ("bell", "Bell and notice"),
        ("screen", "Screen"),
        ("test", "Self-test call"),
    )
    return "".join(
        f'<div class="line" id="reach-{key}"><span class="mark"></span>'
        f"<span>{escape(say[name])}</span>"
        f'<span class="state"></span></div>'
        for key, name in lines
    )


def _tabs(say: dict[str, str]) -> str:
    buttons = "".join(
        f'<button data-go="{key}" {"aria-current=page" if key == "duty" else ""}>'
        f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{ICONS[name]}"/></svg>'
        f"<span>{escape(say[name])}</span></button>"
        for key, name in (
            ("duty", "Duty"),
            ("todo", "To do"),
            ("report", "Report"),
            ("mine", "Me"),
        )
    )
    return f'<nav class="tabs">{buttons}</nav>'


def _json(value: Any) -> str:
    """JSON that cannot end its script element."""
    return orjson.dumps(value).decode().replace("<", "\\u003c")
