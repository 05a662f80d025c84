"""What the description says of the doors is so: asked of the running application by schemathesis,
with what fits it and with what does not. The same questions each time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from data.database import fetch_one
from data.events import hooks
from tests.dashboard.web.conftest import Bearer
from tests.factories import Town
from tests.serving import Served

CASES = 10  # of an operation, fitting and not
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]
# Of a whole that is judged as one; elsewhere what does not fit is told row by row, in a 200.
STRICT = ("/api/grids/at", "/api/people/nearest", "/api/events", "/api/clock")
PLAIN = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
EVENT = {"id": "e-1", "type": "t", "lon": 112.905, "lat": 35.605}
ALERT = {"sender": "bureau", "status": "Actual", "msgType": "Alert", "identifier": "a-1"}
Plant = Callable[[Any], None]


async def test_anybody_may_read_it(web: Served) -> None:
    """It is valid, names every door and no other host, and says nothing of this site."""
    async with web.client() as client:
        reply = await client.get("/api/openapi.json")
        plain = await client.get("/api/openapi.json", headers={"Accept-Encoding": "identity"})
    assert reply.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert plain.content == reply.content, "who reads it packed leaves it whole for the next one"
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert "://" not in reply.text and "示范镇" not in reply.text
    openapi.from_dict(reply.json()).validate()
    doors = ("positions", "events", "cap", "hooks", "people", "grids/at")
    paths = set(reply.json()["paths"])
    assert all(any(path.startswith(f"/api/{door}") for path in paths) for door in doors)
    assert sum(path.startswith("/open311/v2/") for path in paths) == 8


async def test_doors_keep_their_word(town: Town, web: Served, bearer: Bearer) -> None:
    """No 5xx, no status, type or field of an answer that is not described; of half of what fits,
    some values are those of the town, so that it is also taken."""
    source = await bearer("source", source="gps")
    officer = await bearer("duty_officer")
    async with town.database.acting(town.system_id) as link:
        row = await fetch_one(link, "SELECT id FROM source WHERE name = 'gps'")
        assert row is not None
        await hooks.set_mapping(link, row["id"], {"map": {"id": "id", "type": "type"}})
    async with web.client() as client:
        schema = openapi.from_dict((await client.get("/api/openapi.json")).json())
    found: dict[str, Counter[int]] = {}
    for one in schema.get_all_operations():
        operation = one.ok()
        asks = officer if operation.path in STRICT[:2] else source
        asking = _Asking(web.url, asks, _planted(operation.path))
        found[operation.label] = await asyncio.to_thread(asking.all_of, operation)
        assert not asking.wrong, asking.wrong[0]
    refused = {name for name, said in found.items() if not said.keys() & {200, 201}}
    assert refused == {"GET /open311/v2/tokens/{name}"}  # of receipts there are none
    assert found["POST /api/events"][201] and found["POST /api/cap"][201]
    assert found["POST /open311/v2/requests"][201]


class _Asking:
    """Asks one operation, as one caller."""

    def __init__(self, url: str, headers: dict[str, str], plant: Plant) -> None:
        self._url, self._headers, self._plant = url, headers, plant
        self._secret = headers["Authorization"].removeprefix("Bearer ")
        self._session = requests.Session()
        self._found = Counter[int]()
        self.wrong: list[str] = []

    def all_of(self, operation: Any) -> Counter[int]:
        """How often each status was answered; what is wrong is in `wrong`."""
        few = CASES // 2 if "{format}" in operation.path else CASES
        strict = operation.path in STRICT
        own = [checks.negative_data_rejection] if strict else []
        with self._session:
            self._some(operation, GenerationMode.POSITIVE, few, [])
            if operation.path not in ("/healthz", "/api/hooks/{name}"):  # where everything fits
                self._some(operation, GenerationMode.NEGATIVE, few, own)
        return self._found

    def _some(self, operation: Any, mode: GenerationMode, n: int, own: list[Any]) -> None:
        path = {"token": self._secret, "name": self._secret}
        fixed = {name: path[name] for name in path if f"{{{name}}}" in operation.path}
        if "open311" in operation.path:
            fixed = {}
        cases = operation.as_strategy(generation_mode=mode, path_parameters=fixed)

        @settings(PLAIN, max_examples=n)
        @given(cases, st.booleans() if mode is GenerationMode.POSITIVE else st.just(False))
        def ask(case: Any, planted: bool) -> None:
            if planted:
                self._plant(case)
            sent = {"session": self._session, "headers": self._headers}
            try:
                reply = case.call_and_validate(base_url=self._url, checks=CHECKS + own, **sent)
                self._found[reply.status_code] += 1
            except FailureGroup as error:  # not raised here: a second time the answer is another
                self.wrong.append(str(error))

        ask()


def _planted(path: str) -> Plant:
    """What puts values of the town into a case."""

    def plant(case: Any) -> None:
        now = datetime.now(UTC)
        at = (now - timedelta(seconds=now.microsecond % 1000)).isoformat()
        if path == "/api/positions":
            here = {"person": "west_worker", "lon": 112.905, "lat": 35.605, "at": at}
            case.body = {"positions": [{**one, **here} for one in [*case.body["positions"], {}]]}
        elif path == "/api/events":
            case.body = {**case.body, **EVENT, "time": at, "due": None, "closed": None}
            case.body |= {"source": "gps", "updated": None, "settled": None, "satisfied": None}
        elif path.startswith("/api/hooks"):
            case.body = [EVENT, case.body]
        elif path.startswith("/api/cap"):
            case.body = {**case.body, **ALERT, "sent": at, "info": [{"event": "t"}]}
            case.body["info"][0]["area"] = [{"areaDesc": "x", "circle": ["35.605,112.905 0.2"]}]
        elif path.startswith("/open311/v2/requests") and case.method == "POST":
            case.body = {"service_code": "t", "lat": "35.605", "long": "112.905", "email": at}
            case.query = {}
        elif path.startswith("/open311/v2/"):
            case.query = {}
            if "{name}" in path:
                case.path_parameters = {"name": "t" if "services" in path else "1"}

    return plant
