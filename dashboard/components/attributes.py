"""HTML's `data-…` and `aria-…` attributes, whose names are no Python names."""

from __future__ import annotations

from typing import Any


def data(**values: str) -> dict[str, Any]:
    """`data(figure="x")` is `data-figure="x"`: what the scripts look for."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}


def aria(**values: str) -> dict[str, Any]:
    """`aria(label="x")` is `aria-label="x"`: what screen readers say."""
    return {f"aria-{name.replace('_', '-')}": value for name, value in values.items()}
