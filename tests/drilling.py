"""Drills on the desk of tests/calling.py: started by the dispatcher, played by the engine."""

from __future__ import annotations

import secrets
from typing import Any

from data import engine
from data.access import Actor
from data.calls.drills import drills, report
from tests.calling import Desk


def scenario(*answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A scenario with one click on the grid in the west, where it says nothing else."""
    return {
        "code": "test",
        "name_zh": "测试",
        "name_en": "A test",
        "clicks": [{"grid": "W-1"}],
        "answers": list(answers) or [{"answer": "acknowledged", "after_s": 8}],
        **more,
    }


async def start(desk: Desk, said: dict[str, Any], actor: Actor | None = None) -> int:
    who = actor or desk.dispatcher
    async with desk.town.database.acting(who.id) as link:
        key = secrets.token_hex(4)
        return await drills.start(link, actor=who, request_key=key, said=said, when=desk.when)


async def tick(desk: Desk) -> None:
    """One pass of the engine over drills and calls."""
    for step in engine.STEPS:
        if step.name in ("drills", "call_timers"):
            while True:
                async with desk.town.database.acting(desk.town.system_id) as link:
                    if not await step.run(link, desk.when):
                        break


async def play(desk: Desk, seconds: float) -> None:
    """So much time goes by, with an engine that passes every second."""
    await tick(desk)
    for _ in range(int(seconds)):
        desk.advance(1)
        await tick(desk)


async def told(desk: Desk, drill: int, actor: Actor | None = None) -> dict[str, Any]:
    who = actor or desk.dispatcher
    async with desk.town.database.acting(who.id) as link:
        return await report.report(link, drill)
