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
def catalogue(lang: str, *parts: str) -> dict[str, str]:
    """All words of a language by their English; empty for English itself.

    The wall's words are always there; `parts` names the further catalogues of other pages.
    """
    if lang == "en":
        return {}
    files = [FOLDER / f"{lang}.po", *(FOLDER / f"{part}_{lang}.po" for part in parts)]
    return {key: word for file in files for key, word in _words(file, lang).items()}


@cache
def _words(file: Path, lang: str) -> dict[str, str]:
    with file.open("rb") as opened:
        return {
            str(message.id): str(message.string)
            for message in read_po(opened, locale=lang)
            if message.id and message.string
        }


def language(wanted: str | None) -> str:
    """One of LANGUAGES: the wanted one, or Chinese."""
    return wanted if wanted in LANGUAGES else "zh"


def translator(lang: str, *parts: str) -> Translate:
    """A function from English to `lang`; what has no translation stays English."""
    words = catalogue(lang, *parts)
    return lambda key: words.get(key, key)
