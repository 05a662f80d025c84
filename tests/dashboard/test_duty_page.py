"""The phone page's words: each that is used has its Chinese, and none is left over."""

from __future__ import annotations

import re
from pathlib import Path

from dashboard.pages import duty

DASHBOARD = Path(duty.__file__).parent.parent
STRING = r'"((?:[^"\\]|\\.)*)"'


def used() -> set[str]:
    scripts = "\n".join((duty.ASSETS / name).read_text("utf-8") for name in duty.SCRIPTS)
    found = set(re.findall(r"\bsay\(\s*" + STRING, scripts))
    for whole in re.findall(r"\bsay\(([^()]*\?[^()]*)\)", scripts):
        found |= set(re.findall(STRING, whole.split("?", 1)[1]))
    for table in re.findall(r"const (?:ROLES|REASONS) = \{(.*?)\};", scripts, re.S):
        found |= set(re.findall(r":\s*" + STRING, table))
    found |= set(re.findall(STRING, re.findall(r"const reasons = \[(.*?)\]", scripts)[0]))
    found |= {"h", "min", "d"}  # chosen by size in `span`
    return found | set(duty.ICONS) | set(re.findall(r'_\("(.*?)"\)', _python()))


def _python() -> str:
    return Path(duty.__file__).read_text("utf-8")


def test_every_word_has_its_chinese() -> None:
    chinese = duty.words("zh")
    missing = {word for word in used() if word and word not in chinese}
    assert not missing
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in chinese.values())


def test_no_word_is_left_over() -> None:
    source = _python() + "".join((duty.ASSETS / name).read_text("utf-8") for name in duty.SCRIPTS)
    assert not {word for word in duty.words("zh") if f'"{word}"' not in source}


def test_both_languages_keep_the_same_gaps() -> None:
    for english, chinese in duty.words("zh").items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", chinese))


def test_the_english_page_has_no_chinese_of_its_own() -> None:
    assert not re.search(r"[\u4e00-\u9fff]", duty._page("en").replace("中文", ""))
