"""How an event ended, as files write it: which level settled it, whether people were content.

The satisfaction rate is (very satisfied + satisfied) / asked, so a middling answer counts as asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

_SETTLED: Mapping[str, tuple[str, ...]] = {
    "grid": ("grid", "网格", "格内", "网格内", "网格级", "格内办结", "自行处置"),
    "community": ("community", "village", "社区", "村", "村社", "村社区", "社区级", "村级"),
    "town": ("town", "subdistrict", "镇", "乡镇", "街道", "镇街", "镇级", "街道级"),
    "district": ("district", "county", "区", "县", "区县", "区级", "县级"),
}
_SATISFIED: Mapping[bool, tuple[str, ...]] = {
    True: (
        *("true", "t", "yes", "y", "1", "satisfied", "very satisfied"),
        *("是", "满意", "很满意", "非常满意", "基本满意"),
    ),
    False: (
        *("false", "f", "no", "n", "0", "neutral", "dissatisfied", "very dissatisfied"),
        *("否", "一般", "不满意", "很不满意", "非常不满意"),
    ),
}
_NOT_ASKED = ("", "-", "—", "未评价", "未回访", "none", "null", "n/a")
SETTLED: dict[str, str | None] = {
    **{word: level for level, words in _SETTLED.items() for word in words},
    **dict.fromkeys(_NOT_ASKED, None),
}
SATISFIED: dict[str, bool | None] = {
    **{word: content for content, words in _SATISFIED.items() for word in words},
    **dict.fromkeys(_NOT_ASKED, None),
}


def settled_at(text: str) -> str | None:
    """The level, None where nothing is said. Raises ValueError."""
    return _of(SETTLED, text)


def satisfied(text: str) -> bool | None:
    """Whether people were content, None where nobody was asked. Raises ValueError."""
    return _of(SATISFIED, text)


def _of(known: Mapping[str, T], text: str) -> T:
    try:
        return known[text.strip().lower()]
    except KeyError:
        raise ValueError(text) from None
