"""The house keeps its walls: what each room may import, where SQL stands, how large files grow."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("dashboard", "data", "geo")
PYTHON = sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))
FORBIDDEN = {
    "geo": {
        *("dashboard", "data", "psycopg", "psycopg_pool", "fastapi", "starlette", "dash"),
        *("plotly", "socket", "subprocess", "urllib", "http", "time", "asyncio", "os"),
    },
    "data": {
        *("dashboard", "socket", "subprocess", "urllib", "http", "time", "httpx"),
        *("fastapi", "starlette", "dash", "dash_leaflet", "plotly", "uvicorn"),
    },
}
RULES = ("lifecycle.py", "sla.py", "policy.py", "model.py", "access.py")
INNER = ("pages", "api", "channels", "voice")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_each_room_imports_only_what_it_may(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    tops = {name.split(".")[0] for name in _imports(path)}
    assert not tops & FORBIDDEN.get(room, set())
    if room == "data" and path.name in RULES:
        assert not tops & {"psycopg", "psycopg_pool"}, "a rule needs no database"


@pytest.mark.parametrize("path", [p for p in PYTHON if "dashboard" in p.parts], ids=_name)
def test_pages_api_and_channels_do_not_know_each_other(path: Path) -> None:
    parts = path.relative_to(ROOT).parts
    if parts[1] not in INNER:
        return
    for name in _imports(path):
        other = name.split(".")[1:2]
        foreign = name.startswith("dashboard.") and other[0] in INNER and other[0] != parts[1]
        assert not foreign, f"{name} belongs to another part of the dashboard"


SQL = re.compile(r"\b(SELECT\s+.+\s+FROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b", re.S)


def _texts(path: Path) -> Iterator[str]:
    """String literals that are not docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if text and id(node) not in documents:
            yield node.value


@pytest.mark.parametrize("path", [p for p in PYTHON if "dashboard" in p.parts], ids=_name)
def test_the_dashboard_holds_no_sql(path: Path) -> None:
    for text in _texts(path):
        assert not SQL.search(text), f"SQL in {_name(path)}: {text[:60]!r}"


def test_files_stay_small() -> None:
    """No file past 300 lines, of tests neither: a larger one is two things."""
    files = [*PYTHON, *(ROOT / "tests").rglob("*.py")]
    large = {_name(p): n for p in files if (n := len(p.read_text("utf-8").splitlines())) > 300}
    assert not large


LONGER = {  # more than 28 lines, each because it reads better whole
    "dashboard/imports/job.py:work": "what a child process does, from its task to its last word",
    "data/importers/markup.py:tree": "a parser's handlers, which share their counts",
    "data/importers/run.py:_write": "one transaction from its lock to its account",
}


def _body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its head and its docstring."""
    first = function.body[min(ast.get_docstring(function) is not None, len(function.body) - 1)]
    return (function.end_lineno or 0) - first.lineno + 1


def test_functions_stay_short() -> None:
    """Nine functions in ten are under 25 lines, and none is past 28 without a reason."""
    lengths = [
        (f"{_name(path)}:{node.name}", _body(node))
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    short = sum(1 for _, length in lengths if length <= 25)
    assert short >= 0.9 * len(lengths)
    assert {name for name, length in lengths if length > 28} <= set(LONGER)


def test_public_functions_say_what_they_do() -> None:
    """Every public function and class of geo and data has a docstring, or says it by its name."""
    missing = []
    for path in PYTHON:
        if "dashboard" in path.relative_to(ROOT).parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert path.name == "__init__.py" or ast.get_docstring(tree), f"{_name(path)} says nothing"
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                long = (node.end_lineno or 0) - node.lineno > 6
                if not node.name.startswith("_") and long and not ast.get_docstring(node):
                    missing.append(f"{_name(path)}:{node.name}")
    assert not missing
