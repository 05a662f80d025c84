"""What errors say has its Chinese, whichever class it is, and the web says it as it is asked."""

from __future__ import annotations

import importlib.util
import inspect
import pkgutil
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import dashboard
import data
from dashboard.api.errors import FAULTS, HTTP_WORDS, InvalidBody, TooLarge
from dashboard.i18n.sentences import accepted, chinese, tell
from data.access import ROLES, Permission
from data.calls.model import SubjectKind
from data.errors import Invalid, NotAllowed, NotFound, Said, WanggeError

CHINESE = re.compile(r"[\u3400-\u9fff：]")


def classes() -> Iterator[type[WanggeError]]:
    """All error classes of the house, in whatever module they stand."""
    for room in (dashboard, data):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    waiting: list[type[WanggeError]] = [WanggeError]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.partition(".")[0] in ("dashboard", "data"):
            yield one


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_error_has_its_chinese() -> None:
    found = {one: inspect.cleandoc(one.__doc__ or "") for one in classes()}
    assert len(found) > 40
    assert not [one for one, said in found.items() if said not in chinese()]


def said_in_code() -> set[str]:
    """The sentences of every Said("…"), and of the words that fill a field what, why or action."""
    found = set(FAULTS.values()) | set(HTTP_WORDS.values()) | set(ROLES) | set(SubjectKind)
    found |= {permission.value for permission in Permission}
    for room in (dashboard, data):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            spec = importlib.util.find_spec(module.name)
            assert spec is not None and spec.origin is not None
            source = Path(spec.origin).read_text(encoding="utf-8")
            found |= set(re.findall(r'Said\(\s*"((?:[^"\\]|\\.)*)"', source))
    return found - {"{why}"}


def test_every_said_sentence_has_its_chinese() -> None:
    assert "{n} migrations applied" in said_in_code()
    assert not sorted(one for one in said_in_code() if one not in chinese())


def test_both_languages_keep_the_same_fields() -> None:
    for english, translated in chinese().items():
        assert fields(english) == fields(translated), english
        assert CHINESE.search(translated), english


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "zh"),
        ("*", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9", "en"),
        ("en;q=0.5,zh-TW;q=0.6", "zh"),
        ("fr-FR,en;q=0.3", "en"),
        ("en;q=x", "zh"),
    ],
)
def test_the_language_that_a_request_wants(header: str, lang: str) -> None:
    assert accepted(header) == lang


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotFound(what="call", key=7), "这里没有呼叫“7”。"),
        (NotAllowed(role="kiosk", action="call"), "角色“只读大屏”无权呼叫，请向管理员申请权限。"),
        (TooLarge(limit=Said("{n} bytes", n=4096)), "请求过大：最多 4096 字节。"),
        (Invalid(what="lon/lat", why="give both or none"), "lon/lat：请同时给出，或都不给。"),
        (InvalidBody(why="a {brace}"), "请求内容不符合要求：a {brace}。"),
    ],
)
def test_fields_that_are_words_are_said_too(error: WanggeError, said: str) -> None:
    assert tell(error.said, "zh") == said
    assert tell(error.said, "en") == str(error)


def test_a_sentence_in_a_sentence_does_not_end() -> None:
    inner = Invalid(what="sent", why="this is missing").said
    said = Said("The request's body is not as expected: {why}.", why=inner)
    assert str(said) == "The request's body is not as expected: sent: this is missing."
    assert tell(said, "zh").count("。") == 1
