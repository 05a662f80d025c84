"""The language of the command line: asked at every start, so nothing large is imported here."""

from __future__ import annotations

import os
from collections.abc import Mapping


def language(environment: Mapping[str, str] = os.environ) -> str:
    """zh or en, by WANGGE_LANG or else by the locale; English where neither says Chinese."""
    names = ("WANGGE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    said = next((environment[name] for name in names if environment.get(name)), "")
    return "zh" if said.lower().startswith("zh") else "en"
