"""OwnTracks over MQTT: what a broker has for us goes through the phones' door, and is
acknowledged when it is committed.

The session is persistent (QoS 1, one client id a site), so the broker keeps what comes while
nobody listens, as far as its own limits go. Unacknowledged messages come again; the store knows
them as duplicates.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from dashboard import tasks
from dashboard.cli.tongue import language
from dashboard.i18n.sentences import tell
from dashboard.intake.queue import IntakeFull
from dashboard.phones import owntracks
from dashboard.phones.door import PhoneDoor
from dashboard.phones.reading import Read
from data.access import Actor
from data.errors import Invalid, NoSite, Said, StoreUnavailable, WanggeError

LOG = logging.getLogger("wangge.mqtt")
TOPIC = "owntracks/+/+"
PORTS = {"mqtt": 1883, "mqtts": 8883}
MOST_BYTES = 64 * 2**10
MOST_AT_ONCE = 200
LONGEST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are there; the password never shows."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: str | None = None  # a file of certificates, None: those of the system
    client_id: str | None = None

    @classmethod
    def parse(cls, url: str) -> Broker:
        """mqtt[s]://[USER:PASSWORD@]HOST[:PORT][?ca=FILE&client_id=NAME]. Raises Invalid."""
        try:
            parts = urlsplit(url)
            port, known = parts.port, PORTS.get(parts.scheme)
        except ValueError:
            parts, port, known = urlsplit(""), None, None
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if not parts.hostname or known is None or set(query) - {"ca", "client_id"}:
            why = "write mqtt://HOST or mqtts://USER:PASSWORD@HOST:8883"
            raise Invalid(what="MQTT_URL", why=why)
        return cls(
            host=parts.hostname,
            port=port or known,
            tls=parts.scheme == "mqtts",
            user=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
            ca=query.get("ca"),
            client_id=query.get("client_id"),
        )


class NotTrusted(WanggeError):
    """The broker {host} shows a certificate that is not trusted: {why}. Give its CA as ?ca=FILE."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came; `round` counts connections, since an acknowledgement means the
    message of its own connection only."""

    topic: str
    payload: bytes
    retained: bool
    mid: int
    qos: int
    round: int


class Subscriber:
    """Takes from the broker and hands to the door as `actor`, until stopped."""

    def __init__(self, broker: Broker, door: PhoneDoor, actor: Actor, *, client_id: str) -> None:
        self._broker, self._door, self._actor = broker, door, actor
        self._queue: asyncio.Queue[Message] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._round = 0
        self._task: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client_id or client_id,
            clean_session=False,
            manual_ack=True,
        )
        if broker.user is not None:
            client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            _trust(client, broker)
        client.on_connect, client.on_message = self._connected, self._heard
        client.on_disconnect, client.on_subscribe = self._disconnected, self._subscribed
        client.on_connect_fail = self._failed

    async def __aenter__(self) -> Subscriber:
        self._task = asyncio.create_task(self._take_for_ever(), name="mqtt-take")
        self._spread()
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=30)
        self._client.loop_start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        await tasks.end([self._task] if self._task else [])

    # What the network's thread calls.

    def _connected(self, client: paho.Client, _: Any, flags: Any, reason: Any, __: Any) -> None:
        if reason.is_failure:
            LOG.warning("the broker refuses: %s", reason)
            return
        self._round += 1
        client.subscribe(TOPIC, qos=1)
        LOG.info("connected to %s, session kept: %s", self._broker.host, flags.session_present)

    def _failed(self, *_: Any) -> None:
        """Each attempt; the next one follows. paho calls it while it handles the error."""
        error = sys.exc_info()[1]
        if isinstance(error, ssl.SSLCertVerificationError):
            said = NotTrusted(host=self._broker.host, why=error.verify_message).said
        else:
            said = Said("The broker {host} does not answer.", host=self._broker.host)
        LOG.warning("%s", tell(said, language()))

    def _subscribed(self, *_: Any) -> None:
        self._call(self.connected.set)

    def _disconnected(self, _: paho.Client, __: Any, ___: Any, reason: Any, ____: Any) -> None:
        LOG.info("disconnected: %s", reason)
        self._spread()
        self._call(self.connected.clear)

    def _heard(self, _: paho.Client, __: Any, heard: paho.MQTTMessage) -> None:
        message = Message(
            heard.topic, bytes(heard.payload), heard.retain, heard.mid, heard.qos, self._round
        )
        self._call(self._queue.put_nowait, message)

    def _call(self, what: Callable[..., object], *given: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(what, *given)
        except RuntimeError:
            LOG.debug("stopped while a message came; it comes again")

    def _spread(self) -> None:
        """Sites that lost one broker together shall not come back in one instant."""
        self._client.reconnect_delay_set(random.randint(1, 3), random.randint(20, 40))

    # What runs in the loop.

    async def _take_for_ever(self) -> None:
        while True:
            messages = [await self._queue.get()]
            while len(messages) < MOST_AT_ONCE and not self._queue.empty():
                messages.append(self._queue.get_nowait())
            await self._take(messages)
            for one in messages:
                if one.qos and one.round == self._round:
                    self._client.ack(one.mid, one.qos)

    async def _take(self, messages: Sequence[Message]) -> None:
        """Hand over; what cannot be taken now is tried again for ever, and the broker waits."""
        wait_s = 0.5
        while True:
            try:
                await self._submit(messages)
                return
            except (StoreUnavailable, IntakeFull, NoSite) as error:
                LOG.warning("%s", error)
                await asyncio.sleep(wait_s * random.uniform(0.5, 1.5))
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            except Exception:
                if len(messages) > 1:
                    for one in messages:
                        await self._take([one])
                else:
                    LOG.exception("a message on %s cannot be taken", messages[0].topic)
                    await self._count_failed(messages[0])
                return

    async def _count_failed(self, message: Message) -> None:
        """For ever too: what is counted nowhere is not acknowledged."""
        while True:
            try:
                await self._door.fail(self._actor, message.topic.split("/")[1])
                return
            except Exception as error:
                LOG.warning("a message that failed cannot be counted yet: %s", error)
                await asyncio.sleep(LONGEST_WAIT_S * random.uniform(0.05, 0.15))

    async def _submit(self, messages: Sequence[Message]) -> None:
        fixes: list[Read] = []
        others: dict[str, int] = {}
        for message in messages:
            read_, ignored = read(message)
            fixes += read_
            if ignored:
                user = message.topic.split("/")[1]
                others[user] = others.get(user, 0) + ignored
        if fixes:
            await self._door.submit(self._actor, fixes, None)
        for user, n in others.items():
            await self._door.ignore(self._actor, n, user)


def _trust(client: paho.Client, broker: Broker) -> None:
    """Raises Invalid where the file of certificates cannot be read."""
    try:
        client.tls_set(ca_certs=broker.ca)
    except (OSError, ValueError):
        why = Said("{path} is no file of certificates (PEM)", path=broker.ca)
        raise Invalid(what="MQTT_URL", why=why) from None


def read(message: Message) -> tuple[list[Read], int]:
    """The fixes of a message and the number of other messages in it. One that the broker kept for
    who comes late is no news; one that is no JSON is a fix that cannot be read."""
    if message.retained:
        return [], 1
    _, user, device = message.topic.split("/")
    try:
        if len(message.payload) > MOST_BYTES:
            raise ValueError
        body = orjson.loads(message.payload) if message.payload else []
    except ValueError:
        return [Read({}, user or None, "payload")], 0
    fixes, others = owntracks.read(body, user or None, device)
    return fixes, others + (not message.payload)
