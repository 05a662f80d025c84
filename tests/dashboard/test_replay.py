"""Past positions through the door: order, pace, and an account that adds up."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from dashboard import replay
from data.importers.errors import MissingColumn
from data.importers.reading import read
from data.importers.table import Reading

NOW = datetime(2026, 7, 14, 4, 0, tzinfo=UTC)


def fixes(tmp_path: Path, *lines: str, **more: Any) -> tuple[list[replay.Fix], replay.Account]:
    path = tmp_path / "p.csv"
    path.write_text("\n".join(lines))
    account = replay.Account()
    given = {"maps": {}, "person": None, "zone": ZoneInfo("UTC"), **more}
    return replay.read_fixes(read(str(path), reading=Reading()), account=account, **given), account


def test_rows_become_fixes_in_order(tmp_path: Path) -> None:
    found, account = fixes(
        tmp_path,
        "who,LON,Lat,at,accuracy_m",
        "a,112.9,35.6,2008-10-23 02:53:10,5",
        "b,112.9,35.6,2008-10-23 02:53:04,",
        "c,east,35.6,2008-10-23 02:53:04,",
        "d,112.9,35.6,later,",
        maps={"person": "who"},
    )
    assert [fix.body["person"] for fix in found] == ["b", "a"]
    assert found[1].body == {"person": "a", "lon": 112.9, "lat": 35.6, "accuracy_m": 5.0}
    assert account.unreadable == 2
    with pytest.raises(MissingColumn):
        fixes(tmp_path, "lon,lat,at", "1,2,2008-10-23")
    found, _ = fixes(tmp_path, "lon,lat,at", "1,2,2008-10-23", person="x")
    assert found[0].body["person"] == "x"


def test_the_points_of_a_track_become_fixes(tmp_path: Path) -> None:
    path = tmp_path / "a.gpx"
    path.write_text(
        "<gpx><wpt lat='1' lon='1'/><trk><name>P1</name><trkseg>"
        "<trkpt lat='35.6' lon='112.9'><time>2026-07-14T01:00:00Z</time></trkpt>"
        "<trkpt lat='x' lon='112.9'><time>2026-07-14T01:00:01Z</time></trkpt></trkseg></trk></gpx>"
    )
    account = replay.Account()
    (fix,) = replay.read_fixes(
        replay.read_file(str(path)),
        maps={"at": "time", "person": "track"},
        person=None,
        zone=ZoneInfo("UTC"),
        account=account,
    )
    assert fix.body == {"person": "P1", "lon": 112.9, "lat": 35.6}
    assert account.unreadable == 1


class Door:
    """A server's side of the door that keeps what it was sent."""

    def __init__(self, *answers: int) -> None:
        self.bodies: list[Any] = []
        self.answers = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        status = self.answers.pop(0) if self.answers else 200
        if status == 0:
            raise httpx.ConnectError("refused")
        if status != 200:
            return httpx.Response(status, text="no", headers={"Retry-After": "0"})
        assert request.headers["Authorization"] == "Bearer secret"
        if request.url.path == "/api/clock":
            return httpx.Response(200, json={"now": NOW.isoformat(), "speed": 1.0})
        rows = json.loads(request.content)["positions"]
        self.bodies += rows
        return httpx.Response(
            200,
            json={"accepted": len(rows) - 1, "rejected": [{"index": 0, "reason": "off_duty"}]},
        )


async def send(
    door: Door, monkeypatch: pytest.MonkeyPatch, found: list[replay.Fix], **more: Any
) -> replay.Account:
    client = httpx.AsyncClient
    transport = httpx.MockTransport(door)
    monkeypatch.setattr(
        replay.httpx, "AsyncClient", lambda **given: client(transport=transport, **given)
    )
    account = replay.Account()
    given = {"url": "http://x", "token": "secret", "speed": 1e6, "shift_to_now": False, **more}
    await replay.send(found, account=account, show=lambda done: None, **given)
    return account


def many(count: int) -> list[replay.Fix]:
    start = datetime(2008, 10, 23, tzinfo=UTC)
    body = {"person": "a", "lon": 1.0, "lat": 2.0}
    return [replay.Fix(start + timedelta(seconds=n), body) for n in range(count)]


async def test_all_are_sent_and_accounted_for(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door(0, 503)
    account = await send(door, monkeypatch, many(1200))
    assert len(door.bodies) == account.sent == 1200
    assert account.accepted + sum(account.rejected.values()) == 1200
    assert door.bodies[0]["at"] == "2008-10-23T00:00:00+00:00"


async def test_shifted_to_now_they_follow_at_the_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door()
    await send(door, monkeypatch, many(30), shift_to_now=True, speed=10_000.0)
    times = [datetime.fromisoformat(body["at"]) for body in door.bodies]
    assert times[0] == NOW and times[-1] == NOW + timedelta(seconds=29) / 10_000


async def test_a_refusal_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(replay.Refused, match="401"):
        await send(Door(401), monkeypatch, many(3))
