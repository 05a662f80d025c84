"""Sentences of the command line in the user's language."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any


def language(environment: Mapping[str, str] = os.environ) -> str:
    """ "zh" or "en", by WANGGE_LANG or else by the locale; English where neither says Chinese."""
    names = ("WANGGE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    said = next((environment[name] for name in names if environment.get(name)), "")
    return "zh" if said.lower().startswith("zh") else "en"


def say(sentence: str, fields: Mapping[str, Any] | None = None) -> str:
    """A sentence in the user's language with its fields filled in."""
    return sentence.format(**(fields or {}))
