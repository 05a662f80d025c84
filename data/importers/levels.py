"""What files call a level of areas, or a grid: names in Chinese, English and pinyin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from data.places.areas import Level

WORDS: Mapping[str, tuple[str, ...]] = {
    "district": ("区", "县", "区县", "县区", "市辖区", "区级", "县级", "区县级", "qu", "county"),
    "subdistrict": ("街道", "街道办", "街道办事处", "街道级", "jiedao", "street", "sub-district"),
    "town": ("镇", "乡", "乡镇", "镇街", "街镇", "镇级", "乡镇级", "zhen", "township"),
    "sector": ("片区", "片", "pianqu"),
    "community": ("社区", "村社", "村居", "村社区", "居委会", "社区级", "村居级", "shequ"),
    "village": ("村", "行政村", "村委会", "村级", "cun"),
}
GRID = ("网格", "基础网格", "网格级", "wangge", "grid", "grids", "wg")  # of no certain kind
_BY_WORD = {word: level for level, words in WORDS.items() for word in (*words, level)}


def meant(word: str | None) -> str | None:
    """The level's code for a word that files use; None for any other word."""
    return None if word is None else _BY_WORD.get(word.strip().casefold())


def says_grid(word: str) -> bool:
    """Whether the word says no more than that this is a grid: not of which kind."""
    return word.strip().casefold() in GRID


def names_grid(word: str) -> bool:
    """Whether the word is for grids, of some kind or of none: 网格, 综合网格, micro grid."""
    folded = word.strip().casefold()
    return folded in GRID or folded.endswith(("网格", "grid", "grids"))


class Names:
    """The levels of a site by all their names; the site's own names go before the common words."""

    def __init__(self, known: Iterable[Level]) -> None:
        self.by_code = {level.code: level for level in known}
        self._by_name: dict[str, Level] = {}
        for level in self.by_code.values():
            for name in (level.name_zh, level.name_en, level.code):
                self._by_name.setdefault(name.casefold(), level)

    def find(self, word: str) -> Level | None:
        """The level that a word means here, None where there is none."""
        own = self._by_name.get(word.strip().casefold())
        return own or self.by_code.get(meant(word) or "")
