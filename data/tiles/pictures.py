"""What a tile is, by its first bytes: names and headers lie."""

from __future__ import annotations

SIGNS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)
MOST_BYTES = 4 * 2**20  # a tile larger than this is none


def content_type(tile: bytes) -> str | None:
    """The media type of a picture, None for anything else (vector tiles, pages of errors)."""
    if tile[:4] == b"RIFF" and tile[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for sign, kind in SIGNS if tile.startswith(sign)), None)
