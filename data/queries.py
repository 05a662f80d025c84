"""Named SQL beside its noun: `x.py` loads `x.sql`, where each query starts with `-- name: it`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import LiteralString, cast

_NAME = re.compile(r"^--\s*name:\s*(\w+)\s*$", re.MULTILINE)


class Queries:
    """The queries of one file as attributes; an unknown name raises and lists those there are."""

    def __init__(self, path: Path) -> None:
        self.path = path
        parts = _NAME.split(path.read_text(encoding="utf-8"))[1:]
        self.by_name = dict(zip(parts[::2], (text.strip() for text in parts[1::2]), strict=True))

    def __getattr__(self, name: str) -> LiteralString:
        try:
            return cast(LiteralString, self.by_name[name])
        except KeyError:
            raise AttributeError(
                f"{self.path.name} has no query {name!r}, only {sorted(self.by_name)}"
            ) from None


@cache
def load(module_file: str) -> Queries:
    """Load the `.sql` that stands beside a module (pass its `__file__`)."""
    return Queries(Path(module_file).with_suffix(".sql"))
