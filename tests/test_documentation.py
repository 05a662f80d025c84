"""The documents stay true: what they name exists, and nothing points at a machine."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import click
import pytest

from dashboard.cli import main
from data.demo.event_types import EVENT_TYPES

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(ROOT.glob("*.md"))


def _tracked() -> list[Path]:
    """What git holds; in an unpacked archive, or without git, the source files."""
    try:
        asked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
        names = asked.stdout.split("\n") if asked.returncode == 0 else []
    except FileNotFoundError:
        names = []
    if not names:
        patterns = ("*", "dashboard/**/*.py", "data/**/*.*", "geo/**/*.py", "tests/**/*.py")
        names = [str(p.relative_to(ROOT)) for pattern in patterns for p in ROOT.glob(pattern)]
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_every_make_target_that_is_named_exists(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make (\w+)", path.read_text(encoding="utf-8")):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_every_file_that_is_named_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:dashboard|data|geo|tests)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), name


def commands(text: str) -> set[str]:
    """Each `wangge …` of a document, in its blocks of code and in its sentences."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    found = {line.partition("  #")[0] for line in lines if line.startswith("wangge ")}
    return found | set(re.findall(r"`(wangge [^`]+)`", text))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_every_command_that_is_named_has_these_options(path: Path) -> None:
    """`a|b` are two commands; what is written in capitals or after `…` is the reader's."""
    for line in commands(path.read_text(encoding="utf-8")):
        words = re.sub(r"'[^']*'|\"[^\"]*\"", "x", line).split()[1:]
        command: click.Command = main
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            names = [name for name in words.pop(0).split("|") if name.islower()]
            for name in names:
                known = command.get_command(click.Context(command), name)
                assert known is not None, line
            if not names:
                break
            command = known
        options = {o for one in command.params for o in (*one.opts, *one.secondary_opts)}
        named = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert isinstance(command, click.Group) or named <= options | {"--help"}, line


def test_glossary_names_are_those_of_the_code() -> None:
    code = "\n".join(
        p.read_text(encoding="utf-8")
        for room in ("data", "dashboard", "geo")
        for p in (ROOT / room).rglob("*")
        if p.suffix in {".py", ".sql"}
    )
    for line in (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines():
        cells = line.split("|")
        if len(cells) == 5 and "`" in cells[3]:
            for name in re.findall(r"`(\w+)", cells[3]):
                assert re.search(rf"\b{name}\b", code), name


def test_no_committed_file_names_a_machine_or_a_registry() -> None:
    hosts = "|".join((r"pypi\.org", r"pythonhosted", r"registry\.npmjs", r"deb\.debian\.org"))
    paths = "|".join(("/work" + "/", "/tmp/" + "bash_jobs"))
    for path in _tracked():
        if path.suffix in {".png", ".woff2", ".mo", ".ico"}:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found = re.search(f"{hosts}|{paths}", text)
        assert not found or path == Path(__file__), f"{path.relative_to(ROOT)}: {found}"


def test_the_readmes_event_is_one_that_the_demo_takes() -> None:
    """Its type exists, and its source is the token's own."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    source = re.search(r"wangge token create --role source --source (\w+)", text)
    sent = re.search(r"-d '(\{.*\})' \S+/api/events", text)
    assert source and sent
    event = json.loads(sent[1])
    assert event.get("source", source[1]) == source[1]
    assert event["type"] in {one.code for one in EVENT_TYPES} | {one.name_en for one in EVENT_TYPES}
