"""The words on the screens: gettext catalogues whose keys are the English words.

English needs no catalogue. A test holds that every key used has its Chinese.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
LANGUAGES = ("zh", "en")
Translate = Callable[[str], str]


@cache
def catalogue(lang: str) -> dict[str, str]:
    """All words of a language by their English; empty for English itself."""
    if lang == "en":
        return {}
    with (FOLDER / f"{lang}.po").open("rb") as file:
        return {
            str(message.id): str(message.string)
            for message in read_po(file, locale=lang)
            if message.id and message.string
        }


def language(wanted: str | None) -> str:
    """One of LANGUAGES: the wanted one, or Chinese."""
    return wanted if wanted in LANGUAGES else "zh"


def translator(lang: str) -> Translate:
    """A function from English to `lang`; what has no translation stays English."""
    words = catalogue(lang)
    return lambda key: words.get(key, key)
