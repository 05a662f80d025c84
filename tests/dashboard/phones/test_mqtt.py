"""OwnTracks through a real mosquitto: nothing is lost while we are away, nothing is taken twice."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import paho.mqtt.client as paho
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from dashboard.embedded import Store
from dashboard.phones.door import PhoneDoor
from dashboard.phones.mqtt import Broker, Message, read
from dashboard.roles import launch
from dashboard.roles.mqtt import subscribed
from dashboard.settings import Settings
from data import counters
from data.errors import Invalid, StoreUnavailable
from data.places import site as site_
from data.staff import phones
from tests.dashboard.api.phone_requests import counted, message, stored
from tests.factories import NOON, Town, make_town
from tests.mosquitto import Mosquitto
from tests.waiting import LONGEST_S

USER, PASSWORD = "wangge", "p@ss:word/"
WEST = "owntracks/west_worker/phone"


class Guarded(Mosquitto):
    """A broker that keeps its queues on disk, with one user."""

    @property
    def url(self) -> str:
        return f"mqtt://{USER}:p%40ss%3Aword%2F@127.0.0.1:{self.port}"

    async def publish(self, *messages: tuple[str, Any], retain: bool = False) -> None:
        """As phones do, with QoS 1; returns when the broker has them all."""
        await asyncio.to_thread(self._publish, messages, retain)

    def _publish(self, messages: tuple[tuple[str, Any], ...], retain: bool) -> None:
        client = paho.Client(CallbackAPIVersion.VERSION2)
        client.username_pw_set(USER, PASSWORD)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        for topic, body in messages:
            payload = body if isinstance(body, bytes) else json.dumps(body).encode()
            client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(LONGEST_S)
        client.disconnect()
        client.loop_stop()


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Guarded]:
    salt = b"0123456789ab"
    digest = hashlib.pbkdf2_hmac("sha512", PASSWORD.encode(), salt, 101)
    line = "$".join(("", "7", "101", *(base64.b64encode(x).decode() for x in (salt, digest))))
    (tmp_path / "users").write_text(f"{USER}:{line}\n")
    (tmp_path / "users").chmod(0o600)
    lines = (
        "allow_anonymous false", f"password_file {tmp_path}/users", "persistence true",
        f"persistence_location {tmp_path}/", "max_queued_messages 0",
    )  # fmt: skip
    made = Guarded(tmp_path, lines)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def town(database: Any, store: Any) -> Town:
    return await make_town(database, store.admin_url)


@asynccontextmanager
async def listening(town: Town, mosquitto: Guarded) -> AsyncIterator[None]:
    """The role's own parts, at noon, once they are connected."""
    async with town.database.acting(None) as link:
        site = await site_.read(link)
    clock: Any = SimpleNamespace(now=lambda: NOON, site=site)
    async with subscribed(town.database, clock, Broker.parse(mosquitto.url)) as subscriber:
        async with asyncio.timeout(LONGEST_S):
            await subscriber.connected.wait()
        yield


async def until(town: Town, **wanted: int) -> None:
    """Until the counters say so; they are written with the fixes. What was committed and not yet
    acknowledged when a broker goes comes again, and is a duplicate."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            found = await counted(town)
            again = {} if "duplicate" in wanted else {"duplicate": found.get("duplicate", 0)}
            if {**found, **again} == {**wanted, **again}:
                return
            assert all(found.get(key, 0) <= n for key, n in wanted.items()), found
            await asyncio.sleep(0.05)


async def test_what_phones_publish_comes_in(town: Town, mosquitto: Guarded) -> None:
    """By the topic's user, whatever the message says; other messages are counted; what is no JSON
    is a rejected fix; what the broker kept for late comers is no news."""
    await mosquitto.publish((WEST, message(-70, lon=112.9)), retain=True)
    async with listening(town, mosquitto):
        await mosquitto.publish(
            (WEST, message(-60)),
            (WEST, message(-60)),
            (WEST, {"_type": "lwt", "tst": 1}),
            (WEST, b"{"),
            ("owntracks/east_worker/phone", [message(-50, topic=WEST), message(-40, lat="no")]),
            ("owntracks/west_worker/phone/event", message(-30)),  # another topic
            ("owntracks/nobody/phone", message(-20)),
        )
        await until(town, accepted=2, duplicate=1, invalid=2, unknown_person=1, ignored=2)
    rows = await stored(town)
    assert [(row["code"], row["source"]) for row in rows] == [
        ("west_worker", "mqtt"),
        ("east_worker", "mqtt"),
    ]


async def test_what_comes_while_we_are_down_waits(town: Town, mosquitto: Guarded) -> None:
    """More than the broker sends at once, and through a restart of the broker itself."""
    async with listening(town, mosquitto):
        pass  # the session begins
    await mosquitto.publish(*((WEST, message(-600 + n)) for n in range(100)))
    await mosquitto.stop()
    await mosquitto.start()
    async with listening(town, mosquitto):
        await until(town, accepted=100)
        await mosquitto.stop()  # and it comes back while we listen
        await mosquitto.start()
        await mosquitto.publish((WEST, message(-10)))
        await until(town, accepted=101)


async def test_what_is_not_committed_is_not_acknowledged(
    town: Town, mosquitto: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is away when we are stopped: the broker gives the message to who comes next."""
    tried = asyncio.Event()

    async def away(*_: Any) -> None:
        tried.set()
        raise StoreUnavailable()

    with monkeypatch.context() as patch:
        patch.setattr(PhoneDoor, "submit", away)
        async with listening(town, mosquitto):
            await mosquitto.publish((WEST, message()))
            async with asyncio.timeout(LONGEST_S):
                await tried.wait()
    assert await stored(town) == []
    async with listening(town, mosquitto):
        await until(town, accepted=1)


PLANTED = """
CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'planted'; END $$;
CREATE TRIGGER planted BEFORE INSERT ON position_history FOR EACH ROW
WHEN (new.speed_mps = 50) EXECUTE FUNCTION planted();
"""


async def test_a_message_that_fails_by_a_fault_of_ours_is_counted(
    town: Town, store: Any, mosquitto: Guarded
) -> None:
    """One that the store chokes on is given up, counted and seen on its phone; the others that
    came with it go in, and the account adds up."""
    async with await psycopg.AsyncConnection.connect(store.admin_url) as link:
        await link.execute(PLANTED)
    async with listening(town, mosquitto):
        await mosquitto.publish(
            (WEST, message(-60)),
            ("owntracks/east_worker/phone", message(-50, vel=180)),  # km/h
            (WEST, message(-40)),
        )
        async with asyncio.timeout(LONGEST_S):
            while (counts := await positions(town)).rejected.get("failed") != 1:
                await asyncio.sleep(0.05)
            while counts.received - counts.rejected.get("duplicate", 0) < 3:
                await asyncio.sleep(0.05)
                counts = await positions(town)
    counts = await positions(town)
    assert counts.accepted == len(await stored(town)) == 2
    assert counts.received == counts.accepted + sum(counts.rejected.values())
    async with town.database.acting(town.system_id) as link:
        site = await site_.read(link)
        listed = await phones.listing(link, site=site, at=NOON, search="east_worker")
    assert listed[0]["rejected"] == {"failed": 1}


async def positions(town: Town) -> counters.Counts:
    async with town.database.acting(None) as link:
        return await counters.read(link, door="positions")


def test_the_brokers_address() -> None:
    assert Broker.parse("mqtt://hub") == Broker("hub", 1883, False)
    found = Broker.parse("mqtts://u%40x:p%2F@hub:9000?ca=/etc/ca.pem&client_id=two")
    assert found == Broker("hub", 9000, True, "u@x", "p/", "/etc/ca.pem", "two")
    assert "p/" not in repr(found)
    assert "secret" not in repr(Settings.load({"MQTT_URL": "mqtt://u:secret@hub"}))


@pytest.mark.parametrize(
    "url", ["", "hub", "http://hub:1883", "mqtt://", "mqtt://h:x", "mqtt://h?a=1"]
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(Invalid, match="mqtts://USER"):
        Broker.parse(url)


def test_a_site_with_a_broker_has_the_role() -> None:
    store = Store("", "", "")
    plain = launch.roles(Settings.load({}), store)
    assert [role.name for role in plain] == ["web", "ingest", "engine"]
    (*_, role) = launch.roles(Settings.load({"MQTT_URL": "mqtt://hub"}), store)
    assert (role.name, role.environment["MQTT_URL"]) == ("mqtt", "mqtt://hub")
    assert "hub" not in repr(role)
    with pytest.raises(Invalid, match="mqtts://USER"):
        Settings.load({"MQTT_URL": "http://hub"})


def test_a_message_that_is_too_large_is_a_fix_that_cannot_be_read() -> None:
    huge = Message(WEST, b'{"a":"' + b"x" * 70_000 + b'"}', False, 1, 1, 1)
    (fix,), ignored = read(huge)
    assert (fix.named, fix.wrong, ignored) == ("west_worker", "payload", 0)
