"""The scenarios that come with the product: files beside this one."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from data.errors import NotFound

FOLDER = Path(__file__).with_name("scenarios")


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """By their codes, as JSON."""
    read = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json")))
    return {one["code"]: one for one in read}


def scenario(code: str) -> dict[str, Any]:
    """One of them. Raises NotFound."""
    if code not in shipped():
        raise NotFound(what="scenario", key=code)
    return shipped()[code]
