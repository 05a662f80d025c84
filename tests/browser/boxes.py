"""What stands where on a page, in what size and colour: computed in the browser."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
TEXTS = (HERE / "boxes_texts.js").read_text(encoding="utf-8")
CLIPPED = (HERE / "boxes_clipped.js").read_text(encoding="utf-8")


def contrast(colour: list[float], ground: list[float]) -> float:
    """The WCAG ratio of two sRGB colours of 0–255."""
    light, dark = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: list[float]) -> float:
    parts = [c / 255 for c in colour[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def overlapping(boxes: list[dict[str, float]], slack: float = 1.5) -> list[tuple[str, str]]:
    """Pairs of boxes that share more than `slack` pixels both ways."""
    found = []
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            wide = min(a["right"], b["right"]) - max(a["left"], b["left"])
            high = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
            if wide > slack and high > slack:
                found.append((str(a["text"]), str(b["text"])))
    return found
