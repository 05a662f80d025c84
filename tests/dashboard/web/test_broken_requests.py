"""What is too large, broken or held by no store is refused in words, in the one shape of errors."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.api import imports
from dashboard.imports import spool
from tests.dashboard.web.conftest import Bearer
from tests.serving import Served


async def test_a_callbacks_body_is_bounded(web: Served, bearer: Bearer) -> None:
    async with web.client(headers=await bearer("duty_officer")) as client:
        answer = await client.post("/_dash-update-component", content=b"x" * 70_000)
        assert answer.status_code == 413


async def test_dash_errs_in_the_shape_of_the_house(
    web: Served, bearer: Bearer, caplog: pytest.LogCaptureFixture
) -> None:
    async def code(body: bytes | dict[str, Any]) -> tuple[int, str]:
        given: Any = {"content": body} if isinstance(body, bytes) else {"json": body}
        answer = await client.post("/_dash-update-component", **given)
        return answer.status_code, answer.json()["error"]["code"]

    async with web.client() as anybody:
        for path in ("nothing/x.js", "os/path.py", "dash/%00"):
            answer = await anybody.get(f"/_dash-component-suites/{path}")
            assert answer.status_code == 404, answer.text
            assert answer.json()["error"]["code"] == "not_found"
    async with web.client(headers=await bearer("kiosk")) as client:
        for junk in (b"", b"[]", b"null", b"\xff", b"[" * 5_000, b'{"output": ["a"]}', b"{}"):
            assert await code(junk) == (422, "invalid_body"), junk
        assert await code({"output": "nothing.here"}) == (422, "invalid_body")
        output = next(name for name in web.app.state.dash.callback_map if "trend" in name)
        assert not caplog.records
        assert await code({"output": output, "inputs": 7}) == (500, "internal")
        assert "_dash-update-component failed" in caplog.text


async def test_what_no_store_can_hold_is_refused_in_words(web: Served, bearer: Bearer) -> None:
    async with web.client(headers=await bearer("administrator")) as client:
        for path in (
            *("/api/calls/9223372036854775808", "/api/calls/" + "9" * 400, "/api/calls/0"),
            *(f"/api/layers/grids.geojson?{key}=a%00" for key in ("kind", "area", "v")),
            "/api/summary?area=%00",
            *(f"/api/summary?at={year}-01-05T00:00:00Z" for year in ("0001", "1969", "9999")),
            "/api/summary?at=9999-12-31T23:59:59Z",
        ):
            answer = await client.get(path)
            assert answer.status_code == 422, f"{path}: {answer.text}"
            assert answer.json()["error"]["code"] in ("invalid", "invalid_parameter")
        assert (await client.post("/api/calls/9223372036854775808/end")).status_code == 422


async def test_no_body_is_read_without_end(web: Served, bearer: Bearer) -> None:
    async def endless() -> Any:
        for _ in range(200):
            yield b" " * 100_000

    async with web.client(headers=await bearer("duty_officer")) as client:
        for path in ("/api/calls", "/api/events", "/sign-in"):
            answer = await client.post(path, content=b" " * 9_000_000)
            assert answer.status_code in (401, 413), path
            answer = await client.post(path, content=endless())
            assert 400 <= answer.status_code < 500, path


async def test_who_goes_away_while_sending_leaves_no_line_in_the_log(
    web: Served, bearer: Bearer, caplog: pytest.LogCaptureFixture
) -> None:
    """A line of 10 KB for each would let anybody fill the disk."""
    (header,) = (await bearer("administrator")).values()
    keys = [(b"host", b"x"), (b"authorization", header.encode())]
    open_to_all = ("/api/hooks/x", "/api/positions/osmand", "/open311/v2/requests.json", "/sign-in")
    for path in (*open_to_all, "/api/positions", "/api/imports/uploads", "/api/events"):
        said: Any = iter(({"type": "http.request", "body": b"{", "more_body": True},))

        async def receive(said: Any = said) -> Any:
            return next(said, {"type": "http.disconnect"})

        async def send(message: Any) -> None:
            assert message.get("status") != 500

        scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode()}
        scope |= {"query_string": b"name=a.csv", "headers": [] if path in open_to_all else keys}
        scope |= {"scheme": "http", "http_version": "1.1", "server": ("x", 80), "app": web.app}
        await web.app({**scope, "client": ("127.0.0.1", 1), "root_path": ""}, receive, send)
    assert not caplog.records


async def test_an_upload_ends_before_the_disk_is_full(
    web: Served, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There was room when it began; others came in meanwhile. The store needs the rest."""
    free = iter((spool.RESERVE_BYTES,))
    monkeypatch.setattr(imports, "LOOK_EVERY_BYTES", 100)
    monkeypatch.setattr(spool.shutil, "disk_usage", lambda _: SimpleNamespace(free=next(free, 0)))

    async def file() -> Any:
        for _ in range(9):
            yield b"x" * 100

    async with web.client(headers=await bearer("administrator")) as client:
        url, name = "/api/imports/uploads", {"name": "a.csv"}
        assert (await client.post(url, params=name, content=file())).status_code == 507
        assert not (await client.get("/api/imports")).json()["uploads"]
    assert not list((web.app.state.settings.home / "imports").iterdir())
