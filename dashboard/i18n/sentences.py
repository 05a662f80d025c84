"""Sentences for people in their language: what errors say, and what is said at the start.

A field of a sentence may itself be a sentence, or one of the words of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from data.errors import Named, Said

Reword = Callable[[str], str]
CATALOGUE = Path(__file__).with_name("sentences_zh.po")
OF_OURS = frozenset({"what", "why", "action", "role", "limit"})  # fields that we fill with words


@cache
def chinese() -> dict[str, str]:
    """The Chinese by the English."""
    with CATALOGUE.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="zh") if one.id}


def tell(said: Said, lang: str, reword: Reword = str) -> str:
    """A sentence in zh or en, with its fields filled in; `reword` changes how it is said."""
    told = chinese().get(said.sentence, said.sentence) if lang == "zh" else said.sentence
    known = {name: _word(name, one, lang, reword) for name, one in said.fields.items()}
    return reword(told).format(**known)


def _word(name: str, value: Any, lang: str, reword: Reword) -> Any:
    if isinstance(value, Said):
        return tell(value, lang, reword).removesuffix("。" if lang == "zh" else ".")
    if lang != "zh":
        return value
    if isinstance(value, Named):
        return value.zh
    return chinese().get(value, value) if name in OF_OURS and isinstance(value, str) else value


def accepted(header: str) -> str:
    """zh or en by an Accept-Language; Chinese unless English is wanted more."""
    best = {"zh": 0.0, "en": 0.0}
    for part in header.split(","):
        tag, _, weight = part.partition(";q=")
        main = tag.strip().lower().split("-")[0]
        if main in best:
            best[main] = max(best[main], _weight(weight))
    return "en" if best["en"] > best["zh"] else "zh"


def _weight(text: str) -> float:
    try:
        return float(text) if text.strip() else 1.0
    except ValueError:
        return 0.0
