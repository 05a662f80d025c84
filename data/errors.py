"""The errors of the town. A class's docstring is its message, with the fields filled in."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, ClassVar


class Said:
    """A sentence and its fields, kept apart so that it can be said in another language."""

    __slots__ = ("fields", "sentence")

    def __init__(self, sentence: str, **fields: Any) -> None:
        self.sentence, self.fields = sentence, fields

    def __str__(self) -> str:
        return self.sentence.format(**{name: _within(one) for name, one in self.fields.items()})


def _within(value: Any) -> Any:
    """A sentence in a sentence does not end."""
    return str(value).removesuffix(".") if isinstance(value, Said) else value


@dataclass(frozen=True, slots=True)
class Named:
    """What the site calls something in both languages; a field of a sentence."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en

    def said(self, lang: str) -> str:
        """In zh or en."""
        return self.zh if lang == "zh" else self.en


class WanggeError(Exception):
    """Something went wrong."""

    told: ClassVar[tuple[str, ...]] = ()  # fields that programs are told too

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        self.said = Said(inspect.cleandoc(type(self).__doc__ or ""), **fields)
        super().__init__(str(self.said))


class NotFound(WanggeError):
    """There is no {what} "{key}" here."""


class NotAllowed(WanggeError):
    """The role {role} may not {action}. Ask an administrator for the right."""


class Invalid(WanggeError):
    """{what}: {why}."""


class NoSite(WanggeError):
    """This store has no site yet. Create one with: wangge site create --name NAME."""


class StoreUnavailable(WanggeError):
    """The database does not answer. What was accepted is safe; try again in a moment."""
