"""What all sources of tiles share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Facts:
    """What a source says of itself; zooms are those that have tiles, both included."""

    min_zoom: int
    max_zoom: int
    attribution: str = ""


class Source(Protocol):
    """Tiles by zoom, column from the west and row from the north. Reading blocks: use a thread."""

    facts: Facts

    def read(self, zoom: int, column: int, row: int) -> bytes | None:
        """A tile's bytes, None where there is none. Raises OSError when the source is gone."""
        ...

    def close(self) -> None:
        """Give its file back."""
        ...


def plain(text: object) -> str:
    """An attribution without the markup that tile files carry."""
    return " ".join(re.sub(r"<[^<>]*>", "", str(text or "")).split())[:200]
