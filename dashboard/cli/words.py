"""Sentences of the command line in the user's language; the screens have words of their own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from dashboard.cli.tongue import language
from dashboard.i18n import sentences
from dashboard.i18n.sentences import Reword, tell
from data.errors import WanggeError

CATALOGUE = Path(__file__).with_name("zh.po")


@cache
def chinese() -> dict[str, str]:
    """The Chinese sentences by their English."""
    with CATALOGUE.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="zh") if one.id}


def say(sentence: str, fields: Mapping[str, Any] | None = None) -> str:
    """A sentence in the user's language with its fields filled in."""
    return fill(sentence, fields or {}, language())


def fill(sentence: str, fields: Mapping[str, Any], lang: str, reword: Reword = str) -> str:
    """A sentence in zh or en with its fields; the field `reference` is a word of ours, and so is
    `what` beside a `key` that nothing has. `reword` changes how it is said."""
    said = dict(fields)
    if lang == "zh":
        sentence = chinese().get(sentence, sentence)
        if "reference" in said:
            said["reference"] = chinese().get(said["reference"], said["reference"])
        if "key" in said and "what" in said:
            said["what"] = sentences.chinese().get(said["what"], said["what"])
    return reword(sentence).format(**said)


def say_error(error: WanggeError) -> str:
    """An error in the user's language: its class's docstring is the sentence."""
    return tell(error.said, language())
