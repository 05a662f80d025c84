"""Tests wait as long as a busy machine needs: whatever they wait for has one bound."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.waiting import LONGEST_S, PORTS, free_port

TESTS = Path(__file__).parent
WAITS = ("timeout", "wait_for", "wait", "notifies")
SHORTER = {  # here silence is what is waited for
    ("faults/test_live_returns.py", 1.2),
    ("data/test_engine.py", 0.2),
    ("data/calls/test_preview.py", 0.0),
}


def bounds(tree: ast.AST) -> list[float]:
    """The literal seconds given to what waits."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given: list[ast.expr] = []
    for call in calls:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        given += call.args if name in WAITS else []
        given += [keyword.value for keyword in call.keywords if keyword.arg == "timeout"]
    numbers = [one.value for one in given if isinstance(one, ast.Constant)]
    return [float(n) for n in numbers if isinstance(n, int | float) and n < LONGEST_S]


def test_nothing_is_given_up_before_a_slow_machine_is_done() -> None:
    short = set()
    for path in TESTS.rglob("*.py"):
        name = path.relative_to(TESTS).as_posix()
        if not name.startswith("benchmarks/"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            short |= {(name, seconds) for seconds in bounds(tree)}
    assert short == SHORTER


def test_a_port_is_given_once() -> None:
    given = [free_port() for _ in range(50)]
    assert len(set(given)) == 50 and set(given) <= set(PORTS)
