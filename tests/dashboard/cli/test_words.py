"""The command line speaks Chinese and English."""

from __future__ import annotations

import ast
import os
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dashboard.cli import COMMANDS, helps, main, tongue, words
from dashboard.imports import telling
from data.errors import Invalid
from data.importers import errors
from data.importers.reasons import REASONS, WARNINGS

CLI = Path(words.__file__).parent


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def said_in_code() -> Iterator[str]:
    """The first argument of every say(…) in the commands."""
    for path in CLI.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and " " in str(first.value):
                    yield str(first.value)


def all_sentences() -> set[str]:
    return {*REASONS.values(), *WARNINGS.values()}


def test_every_sentence_has_its_chinese_with_the_same_fields() -> None:
    chinese = words.chinese()
    for sentence in all_sentences():
        assert sentence in chinese, sentence
    for english, translated in chinese.items():
        assert fields(english) == fields(translated), english
        assert re.search(r"[\u4e00-\u9fff：]", translated), english


def test_sentences_of_the_commands_have_their_chinese() -> None:
    translated = words.chinese()
    own = {s for s in said_in_code() if "{" in s or s.endswith(".")}
    assert own and not {s for s in own if s not in translated}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "WANGGE_LANG": "zh"}, "zh"),
    ],
)
def test_the_language_is_that_of_the_locale(environment: dict[str, str], expected: str) -> None:
    assert tongue.language(environment) == expected


def test_an_error_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    error = errors.NoSuchColumn(path="a.csv", column="x", columns="a, b")
    monkeypatch.setenv("WANGGE_LANG", "en")
    assert words.say_error(error) == str(error)
    monkeypatch.setenv("WANGGE_LANG", "zh")
    assert words.say_error(error) == "a.csv 没有列 x。现有：a, b。"
    assert words.say_error(Invalid(what="{x}", why="y")) == "{x}：y。"


def test_the_guards_reference_is_a_word_in_both_languages_and_on_the_page() -> None:
    said = {"n": "600", "reference": "roads", "before": "4"}
    one = {"reason": "shift_fits", "fields": said}
    assert "道路" in telling.remark(one, "zh") and "roads" not in telling.remark(one, "zh")
    assert "roads" in telling.remark(one, "en")
    told = telling.report({"warnings": [one]}, "zh")
    assert "道路" in told["warnings"][0]["message"]


def all_helps(command: click.Command, context: click.Context) -> Iterator[str]:
    """The help of a command, of its options and of all commands below it."""
    yield from (text for text in (command.help, command.short_help) if text)
    yield from (one.help for one in command.params if isinstance(one, click.Option) and one.help)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from all_helps(below, context)


def test_the_help_is_chinese_for_those_who_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_LANG", "en")
    texts = {*all_helps(main, click.Context(main)), *(one.help for one in COMMANDS.values())}
    assert len(texts) > 80
    for text in texts:
        for paragraph in helps.chinese(text).split("\n\n"):
            assert re.search(r"[\u4e00-\u9fff]", paragraph), text


def test_help_as_it_is_printed() -> None:
    told = {"WANGGE_LANG": "zh", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "dashboard.cli", "import", "--help"]
    chinese = subprocess.run(command, env=told, capture_output=True, text=True, check=True).stdout
    assert "把文件导入地图" in chinese
    assert "行政区域：--level" in chinese
    assert "Put files" not in chinese
    english = subprocess.run(
        command, env=told | {"WANGGE_LANG": "en"}, capture_output=True, text=True, check=True
    ).stdout
    assert "Put files on the map" in english
