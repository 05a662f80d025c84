"""Who may do what: every route and every Dash callback × every role × both communities."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from data.access import ROLES
from tests.dashboard.web.conftest import Bearer
from tests.dashboard.web.rights import ANYBODY, OPEN, ROUTES, P
from tests.factories import Town, value
from tests.serving import Served

ROLE_NAMES = sorted(set(ROLES) - {"system"})
CONCRETE = {
    "{layer}": "grids",
    "{kind}": "grid",
    "{id}": "1",
    "{session_id}": "1",
    "{drill_id}": "1",
    "{session_id:int}": "1",
    "{path:path}": "unknown",
    "{token}": "none",
    "{name}": "none",
    "{person_id}": "1",
    "{version}": "none",
    "{zoom}": "0",
    "{column}": "0",
    "{row}": "0",
    "{code}": "none",
    "{upload}": "AAAAAAAAAAAAAAAA",
    "{run}": "1",
    "{format}": "json",
}
QUERY = {"/api/grids/at": "?lon=112.905&lat=35.605"}
QUERY["/api/people/nearest"] = QUERY["/api/grids/at"]
QUERY["/api/imports/uploads"] = "?name=a.csv"
QUERY["/api/grids/diff"] = "?kind=service&from=2026-01-01"
QUERY["/api/duty/ground"] = "?west=112.9&south=35.6&east=112.91&north=35.61"
BODIES: dict[str, Any] = {
    "/api/positions": {"positions": []},
    "/api/events": {"id": "1", "type": "t", "time": "2026-01-01T00:00:00Z"},
    "/api/calls": {"request_key": "k", "grid_id": 1},
    "/api/calls/preview": {"grid_id": 1},
    "/api/drills": {"scenario": "flood", "request_key": "k"},
    "/api/calls/{session_id}/escalate": {"step": 0},
    "/api/calls/{session_id}/add": {"person_id": 1},
    "/api/calls/{session_id}/note": {"text": "n"},
    "/api/duty/shift": {"on": True},
    "/api/duty/acknowledge": {"attempt_id": 1},
    "/api/duty/ringing": {"attempt_id": 1},
    "/api/duty/test": {"request_key": "t"},
    "/api/duty/decline": {"attempt_id": 1, "reason": "far"},
}
UNTOUCHED = (  # what a write would change
    *("area", "grid", "facility", "person", "post", "shift", "source", "event", "event_log"),
    *("latest_position", "position_history", "call_session", "call_attempt", "call_event"),
    *("actor", "login_session", "audit"),
)


def routes(found: Any) -> set[tuple[str, str]]:
    """All routes of an application, also those of routers included in it."""
    names = set()
    for route in found:
        inner = getattr(route, "original_router", None)
        methods = getattr(route, "methods", None)
        if inner is not None:
            names |= routes(inner.routes)
        elif methods and len(methods) > 4:
            names.add(("*", route.path))
        elif methods:
            names |= {(method, route.path) for method in methods if method != "HEAD"}
        else:
            kind = "WEBSOCKET" if "WebSocket" in type(route).__name__ else "MOUNT"
            names.add((kind, route.path))
    return names


def test_every_route_stands_in_the_table(web: Served) -> None:
    assert routes(web.app.routes) == set(ROUTES)


async def ask(client: httpx.AsyncClient, method: str, path: str, **given: Any) -> httpx.Response:
    """One request with a body that is well-formed, so that only the right decides."""
    address = path
    for name, concrete in CONCRETE.items():
        address = address.replace(name, concrete)
    body = BODIES.get(path, {}) if method == "POST" else None
    return await client.request(method, address + QUERY.get(path, ""), json=body, **given)


def needs(method: str, path: str) -> Any:
    """What the table says of a route; some take all methods."""
    return ROUTES.get((method, path), ROUTES.get(("*", path), ANYBODY))


def _http() -> list[tuple[str, str]]:
    return sorted(
        ("GET" if method == "*" else method, path)
        for method, path in ROUTES
        if method not in ("MOUNT", "WEBSOCKET")
    )


async def test_nobody_gets_past_the_doors_without_a_name(web: Served) -> None:
    async with web.client() as client:
        for method, path in _http():
            needed = needs(method, path)
            answer = await ask(client, method, path)
            if needed != OPEN:
                assert answer.status_code == 401, f"{method} {path}"
                assert answer.json()["error"]["code"] == "unauthenticated"
        for path in ("/docs", "/redoc", "/openapi.json", "/_reload-hash", "/nothing"):
            assert (await client.get(path)).status_code == 401


@pytest.mark.parametrize("role", ROLE_NAMES)
async def test_each_role_does_what_the_table_says(
    web: Served, bearer: Bearer, town: Town, role: str
) -> None:
    person = town.people["west_worker"] if P.ANSWER in ROLES[role] else None
    async with web.client(headers=await bearer(role, person_id=person, name=role)) as client:
        for method, path in _http():
            needed = needs(method, path)
            if needed == OPEN:
                continue
            answer = await ask(client, method, path)
            wanted = needed if isinstance(needed, tuple) else (needed,)
            allowed = needed == ANYBODY or any(p in ROLES[role] for p in wanted)
            if path == "/_dash-update-component":
                allowed = P.VIEW in ROLES[role]
            if path in ("/{path:path}", "/duty"):
                continue
            status = answer.status_code
            assert status < 500 or path.startswith("/_dash"), f"{method} {path}: {answer.text}"
            assert (status == 403) == (not allowed), f"{role}: {method} {path}: {status}"
            assert status != 401


async def test_a_kiosk_changes_nothing(web: Served, bearer: Bearer, town: Town) -> None:
    async def counts() -> dict[str, Any]:
        async with town.database.acting(town.system_id) as link:
            return {
                table: await value(
                    link, f"SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), ''))"
                    f" FROM {table} t"
                )
                for table in UNTOUCHED
            }  # fmt: skip

    headers = await bearer("kiosk")
    before = await counts()
    async with web.client(headers=headers) as client:
        for method, path in _http():
            if method != "GET" and needs(method, path) != OPEN:
                answer = await ask(client, method, path)
                if path != "/_dash-update-component":
                    assert answer.status_code == 403, path
        for method in ("PUT", "PATCH", "DELETE", "POST"):
            answer = await client.request(method, "/api/card/grid/1")
            assert answer.status_code in (404, 405)
    assert await counts() == before


async def test_every_callback_needs_a_role(web: Served, bearer: Bearer) -> None:
    callbacks = web.app.state.dash.callback_map
    assert callbacks
    router = [output for output in callbacks if "_pages_" in output]
    assert router
    for role in (None, "source", "intake", "grid_worker", "kiosk", "duty_officer"):
        headers = {} if role is None else await bearer(role, name=f"c-{role}")
        async with web.client(headers=headers) as client:
            for output in callbacks:
                body = {"output": output, "inputs": [], "changedPropIds": []}
                answer = await client.post("/_dash-update-component", json=body)
                if role is None:
                    assert answer.status_code == 401
                elif role == "source" or (role == "grid_worker" and output not in router):
                    assert answer.status_code == 403, f"{role} {output}"
                else:
                    assert answer.status_code not in (401, 403), f"{role} {output}"


async def test_unknown_api_paths_are_a_404_in_json(web: Served, bearer: Bearer) -> None:
    async with web.client(headers=await bearer("duty_officer")) as client:
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            answer = await client.request(method, "/api/nope/at/all")
            assert answer.status_code == 404
            assert answer.json()["error"]["code"] == "not_found"


async def test_a_known_path_says_which_methods_are_wrong(web: Served, bearer: Bearer) -> None:
    async with web.client(headers=await bearer("administrator")) as client:
        for method, path in _http():
            wrong = "POST" if method == "GET" else "GET"
            if path.startswith("/api/") and not {("*", path), (wrong, path)} & set(ROUTES):
                answer = await ask(client, wrong, path)
                assert answer.status_code == 405, f"{wrong} {path}: {answer.text}"
                assert answer.json()["error"]["code"] == "method_not_allowed"
        for path in ("/api/calls", "/api/positions/osmand", "/api/positions/osmand/none"):
            assert (await client.put(path)).status_code == 405
