"""Call policies for those who administer: read, write, remove, take and give as a file, try."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from dashboard.api import bodies
from dashboard.api.clicks import Clicked
from dashboard.api.errors import faults_response, json_response
from dashboard.api.requests import NO_NUL, caller, read_object, system_id
from dashboard.i18n.reasons import previewed
from dashboard.moment import moment
from data import actors
from data.access import Actor, Permission
from data.calls import policies as stored
from data.calls import policy_file
from data.calls import preview as dry
from data.calls.policy import DEFAULT_RULES, DEFAULT_STEPS
from data.calls.policy_check import CHANNELS, TARGETS, Policy
from data.errors import Invalid

router = APIRouter()
FILE_BYTES = 1024 * 1024
Code = Annotated[str, Path(max_length=100, pattern=NO_NUL)]


class Trial(BaseModel, extra="forbid"):
    """A policy that is not stored, and what would be clicked."""

    policy: dict[str, Any]
    clicked: Clicked


@router.get("/api/policies")
async def listing(request: Request) -> Response:
    """All policies, the product's own for what none fits, and what a policy may choose from."""
    actor = _administrator(request)
    async with request.app.state.database.acting(actor.id) as connection:
        found = await stored.read_all(connection)
        choices = await stored.choices(connection)
    default = policy_file.as_json(Policy(DEFAULT_RULES, DEFAULT_STEPS))
    answer = {"policies": [policy_file.as_json(one) for one in found], "default": default}
    return json_response({**answer, **choices, "targets": TARGETS, "channels": CHANNELS})


@router.get("/api/policies/export")
async def export(request: Request) -> Response:
    """All policies as a file that `import` takes."""
    actor = _administrator(request)
    async with request.app.state.database.acting(actor.id) as connection:
        found = await stored.read_all(connection)
    headers = {"Content-Disposition": 'attachment; filename="policies.json"'}
    return json_response({"policies": [policy_file.as_json(one) for one in found]}, headers=headers)


@router.post("/api/policies/import")
async def import_(request: Request) -> Response:
    """Take a file as a whole, or answer every fault of it."""
    actor = _administrator(request)
    said = await read_object(request, limit_bytes=FILE_BYTES)
    try:
        async with request.app.state.database.acting(actor.id) as connection:
            taken = [one.rules.code for one in await policy_file.take(connection, actor, said)]
            await actors.record(
                connection, actor.id, datetime.now(UTC), "import_policies", "", codes=taken
            )
    except policy_file.WrongFile as wrong:
        return faults_response(request, wrong.found)
    return json_response({"taken": taken})


@router.post("/api/policies/preview")
async def preview(request: Request) -> Response:
    """Whom a policy that is not stored yet would call."""
    actor = _administrator(request)
    trial = await bodies.read(request, Trial, limit_bytes=FILE_BYTES)
    policy, wrong = policy_file.read(trial.policy)
    if policy is None or wrong:
        return faults_response(request, wrong)
    state, system = request.app.state, await system_id(request)
    async with state.database.acting(actor.id) as connection:
        found = await dry.preview(
            connection,
            actor=actor,
            system_id=system,
            subject=trial.clicked.subject(),
            when=moment(state.clock),
            urgent=trial.clicked.urgent,
            by=(policy.steps, policy.rules),
        )
    return json_response({"preview": previewed(found.as_json())})


@router.put("/api/policies/{code}")
async def write(request: Request, code: Code) -> Response:
    """Make or replace a policy; each fault has the control that it belongs to."""
    actor = _administrator(request)
    said = await read_object(request, limit_bytes=FILE_BYTES)
    if said.get("code") != code:
        raise Invalid(what="code", why="it is not that of the address")
    policy, wrong = policy_file.read(said)
    if policy is None or wrong:
        return faults_response(request, wrong)
    async with request.app.state.database.acting(actor.id) as connection:
        await stored.write(connection, actor, policy)
        await actors.record(connection, actor.id, datetime.now(UTC), "set_policy", code)
    return json_response({"policy": policy_file.as_json(policy)})


@router.delete("/api/policies/{code}")
async def remove(request: Request, code: Code) -> Response:
    """Take a policy away; calls that run keep it."""
    actor = _administrator(request)
    async with request.app.state.database.acting(actor.id) as connection:
        await stored.remove(connection, actor, code)
        await actors.record(connection, actor.id, datetime.now(UTC), "remove_policy", code)
    return json_response({"removed": code})


def _administrator(request: Request) -> Actor:
    actor = caller(request, Permission.ADMINISTER)
    return actor
