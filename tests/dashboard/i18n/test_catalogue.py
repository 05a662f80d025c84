"""The wall's words: each that is used has its Chinese, and none is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import i18n
from dashboard.assets import WALL
from dashboard.components import footer, header
from dashboard.map.layers import LAYERS
from dashboard.pages import PAGES
from data.calls.lifecycle import AttemptState
from data.calls.model import SubjectKind
from data.importers.people import ROLES

DASHBOARD = Path(i18n.__file__).parent.parent
STRING = r'"((?:[^"\\]|\\.)*)"'
CHINESE = re.compile(r"[\u3400-\u9fff]")
PERSON_STATES = {"fresh", "ageing", "stale", "offline", "no_position", "off_duty"}

DESKS = tuple(page.name for page in PAGES if page.assets != WALL)
OF_OTHER_LEVELS = {"sector_leader", "contact_cadre"}  # posts above the grid


def scripts() -> str:
    """All of the wall's own scripts as one text."""
    assets = DASHBOARD / "assets"
    files = [assets / "core.js", assets / "live.js", *assets.glob("map/*.js")]
    return "\n".join(f.read_text("utf-8") for f in [*files, *assets.glob("wall/*.js")])


def modules() -> Iterator[ast.AST]:
    """Those of the wall and the doors; duty and the desk pages have catalogues of their own."""
    others = ("duty", "desk", *DESKS)
    for folder in ("components", "map", "figures", "pages", "doors"):
        for file in (DASHBOARD / folder).glob("*.py"):
            if not file.name.startswith(others):
                yield ast.parse(file.read_text("utf-8"))


def said_by_python() -> set[str]:
    """Literal arguments of t(…), and the tables whose words are translated one by one."""
    found = {word for _, word in footer.PEOPLE} | {word for *_, word in footer.LIGHTS}
    found |= {figure.label for figure in header.FIGURES}
    found |= {part for layer in LAYERS.values() for part in layer}
    found |= {f.unit for f in header.FIGURES if f.unit not in ("", "%") and "." not in f.unit}
    for tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "t":
                found |= {a.value for a in node.args if isinstance(a, ast.Constant)}
    return {word for word in found if word}


def said_by_scripts() -> set[str]:
    """Arguments of t(…), of the helpers that translate, and of the tables they go through."""
    text = scripts()
    found = set(re.findall(r"\bt\(" + STRING + r"\)", text))
    for choice in re.findall(r"\bt\(([^()\"]*\?[^()]*)\)", text):
        found |= set(re.findall(STRING, choice))
    found |= set(re.findall(r"\bsection\(" + STRING, text))
    behind = r'(?:w\.|today|summary|"running|"good|""|p\.|called|reached|confirmed)'
    found |= set(re.findall(r'\["([A-Z][^"]+)", ' + behind, text))
    tables = r"const (?:OUTCOMES|GROUP_OUTCOMES|SEVERITIES|LEDGER|TARGETS) = \{(.*?)\};"
    for table in re.findall(tables, text, re.S):
        found |= set(re.findall(r":\s*" + STRING, table))
    return {word for word in found if word}


def said_of_data() -> set[str]:
    """States, kinds and posts: what the store calls them is the key."""
    posts = set(ROLES.values()) | OF_OTHER_LEVELS
    kinds = {kind.value for kind in SubjectKind}
    return {state.value for state in AttemptState} | kinds | posts | PERSON_STATES


def test_the_words_are_found_at_all() -> None:
    assert {"Open", "Overdue", "Grid load", "Types today"} <= said_by_python()
    assert {"Call now", "Link lost", "Nobody on duty", "Reported", "Responsible"} <= (
        said_by_scripts()
    )


@pytest.mark.parametrize("words", [said_by_python, said_by_scripts, said_of_data])
def test_every_word_has_its_chinese(words: object) -> None:
    chinese = i18n.catalogue("zh")
    assert callable(words)
    assert not sorted(word for word in words() if word not in chinese)


def test_no_word_is_left_over() -> None:
    literals = set(re.findall(STRING, scripts())) | said_of_data()
    for tree in modules():
        literals |= {str(n.value) for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    assert not sorted(word for word in i18n.catalogue("zh") if word not in literals)


def test_chinese_is_chinese_and_says_something() -> None:
    assert all(CHINESE.search(text) for text in i18n.catalogue("zh").values())


def test_both_languages_keep_the_same_gaps() -> None:
    for english, chinese in i18n.catalogue("zh").items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", chinese))


def test_an_unknown_language_is_chinese_and_an_unknown_word_stays() -> None:
    assert i18n.language("fr") == i18n.language(None) == "zh"
    assert i18n.translator("zh")("Overdue") == "超期"
    assert i18n.translator("zh")("a new word") == "a new word"
    assert i18n.translator("en")("Overdue") == "Overdue"


def test_the_scripts_hold_no_chinese_words_of_their_own() -> None:
    allowed = {" 天", "，", "："}
    strings = {s for s in re.findall(STRING, scripts()) if CHINESE.search(s)}
    assert strings <= allowed
