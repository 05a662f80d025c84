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


def sees_through(tile: bytes) -> bool:
    """Whether a picture can show what lies below it, by its head; of a JPEG never."""
    kind = content_type(tile)
    if kind == "image/png":
        return tile[25:26] in (b"\x04", b"\x06") or b"tRNS" in tile
    if kind == "image/webp":
        return tile[12:16] == b"VP8L" or (
            tile[12:16] == b"VP8X" and len(tile) > 20 and bool(tile[20] & 0x10)
        )
    return kind == "image/gif"
