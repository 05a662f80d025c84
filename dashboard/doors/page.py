"""The sign-in page: one column, two fields, a button, no script; and what other doors say."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from dashboard.i18n import translator

STYLE = """
:root{color-scheme:dark;--bg:#0A0E13;--control:#212C38;--line-2:#3B4B5D;--text:#EEF3F8;
--text-2:#B4C0CD;--accent:#1F6FEB;--accent-text:#79B8FF;--red:#FF5B4D}
:root[data-theme=light]{color-scheme:light;--bg:#F3F5F8;--control:#FFFFFF;--line-2:#B4BFCB;
--text:#111820;--text-2:#46535F;--accent:#1559C7;--accent-text:#1559C7;--red:#C0271E}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:17px/24px "Inter","Noto Sans CJK SC",
"Noto Sans SC","Source Han Sans SC","Microsoft YaHei","PingFang SC","WenQuanYi Micro Hei",
sans-serif}
main{width:360px;max-width:calc(100vw - 32px);margin:16vh auto 0}
h1{font-size:30px;line-height:38px;font-weight:700;margin:0 0 32px}
h1 span{display:block;color:var(--text-2)}
label{display:block;color:var(--text-2);margin:0 0 4px}
input{width:100%;height:48px;padding:0 12px;margin:0 0 16px;font:inherit;color:inherit;
background:var(--control);border:1px solid var(--line-2);border-radius:4px}
button{width:100%;height:48px;margin:8px 0 0;font:inherit;font-weight:700;color:#fff;
background:var(--accent);border:0;border-radius:4px;cursor:pointer}
:focus-visible{outline:2px solid var(--accent-text);outline-offset:2px}
p[role=alert]{color:var(--red);margin:0 0 12px}
footer{margin:32px 0 0;color:var(--text-2)} a{color:var(--accent-text);margin-right:16px}
"""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the page shows. `next` is where to go after, already checked."""

    place: str
    lang: str = "zh"
    theme: str = "dark"
    next: str = "/screen"
    account: str = ""
    error: str = ""  # in English, a key of the catalogue


def render(page: SignIn) -> str:
    """The page's HTML."""

    translate = translator(page.lang)

    def t(key: str) -> str:
        return escape(translate(key))

    other = "en" if page.lang == "zh" else "zh"
    theme = "light" if page.theme == "dark" else "dark"
    words = {"en": "English", "zh": "中文", "light": "☀", "dark": "☾"}
    error = f'<p role="alert" id="error">{t(page.error)}</p>' if page.error else ""
    return f"""<!doctype html>
<html lang="{"zh-CN" if page.lang == "zh" else "en"}" data-theme="{page.theme}"><head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,">
<title>{t("Sign in")} · {t("Grid command")}</title><style>{STYLE}</style></head><body><main>
<h1>{t("Grid command")}<span>{escape(page.place)}</span></h1>
<form method="post" action="/sign-in?{_query(page)}">
<label for="account">{t("Account")}</label>
<input id="account" name="account" autocomplete="username" required autofocus maxlength="100"
 value="{escape(page.account)}">
<label for="password">{t("Password")}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 maxlength="200" aria-describedby="error">{error}
<button type="submit">{t("Sign in")}</button></form>
<footer><a href="/sign-in?{_query(page, lang=other)}">{words[other]}</a>
<a href="/sign-in?{_query(page, theme=theme)}">{words[theme]}</a></footer></main></body></html>"""


def _query(page: SignIn, **change: str) -> str:
    given = {"lang": page.lang, "theme": page.theme, "next": page.next, **change}
    return escape(urlencode(given))
