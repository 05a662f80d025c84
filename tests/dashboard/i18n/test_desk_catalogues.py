"""The words of desk pages: the shell's and each page's have Chinese, and none is left over."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from dashboard import i18n
from dashboard.pages import PAGES
from tests.dashboard.i18n.test_catalogue import CHINESE, DASHBOARD, DESKS, STRING

SHELL = "desk"
BESIDE = {  # modules that say words of a page, but stand elsewhere
    "import": ("imports/wording.py",),
    "calls": ("i18n/ledger.py", "sheets/calls.py"),
    "drills": ("sheets/drills.py",),
}
WORDS = re.compile(r"\b(?:w\.|\.)?(?:t|say)\(\s*" + STRING)


def python_of(name: str) -> list[Path]:
    """A page's modules: `pages/NAME*.py`, and what names its controls; the shell is a component."""
    if name == SHELL:
        return [DASHBOARD / "components" / "desk.py"]
    own = [DASHBOARD / path for path in BESIDE.get(name, ())]
    return own + sorted((DASHBOARD / "pages").glob(f"{name}*.py"))


def scripts_of(name: str) -> str:
    folder = DASHBOARD / "assets" / "desk" / ("_shell" if name == SHELL else name)
    return "\n".join(file.read_text("utf-8") for file in sorted(folder.glob("*.js")))


def literals(name: str) -> set[str]:
    """All strings of a page, whether they are words or not."""
    found = set(re.findall(STRING, scripts_of(name)))
    for file in python_of(name):
        tree = ast.parse(file.read_text("utf-8"))
        found |= {str(n.value) for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    if name == SHELL:
        found |= {page.place for page in PAGES}
    return found


def said(name: str) -> set[str]:
    """Arguments of t(…) and say(…)."""
    found = set(WORDS.findall(scripts_of(name)))
    for file in python_of(name):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("t", "self._t", "said"):
                found |= {a.value for a in node.args if isinstance(a, ast.Constant)}
    if name == SHELL:
        found |= {page.place for page in PAGES if page.place}
    return found


@pytest.mark.parametrize("name", (SHELL, *DESKS))
def test_every_word_has_its_chinese_and_none_is_left_over(name: str) -> None:
    assert said(name) or name != SHELL
    parts = (SHELL,) if name == SHELL else (SHELL, name)
    known = i18n.catalogue("zh", *parts)
    assert sorted(said(name) - set(known)) == []
    own = {key for key in known if key not in i18n.catalogue("zh", *parts[:-1])}
    assert sorted(own - literals(name)) == []
    assert all(CHINESE.search(known[key]) for key in own)
    for english in own:
        gaps = [sorted(re.findall(r"\{\w+\}", text)) for text in (english, known[english])]
        assert gaps[0] == gaps[1], english


def test_desk_scripts_hold_no_chinese_of_their_own() -> None:
    for name in (SHELL, *DESKS):
        assert not [s for s in re.findall(STRING, scripts_of(name)) if CHINESE.search(s)], name
