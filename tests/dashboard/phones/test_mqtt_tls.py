"""OwnTracks over TLS: a real mosquitto with a CA of its own making is believed by that CA alone."""

from __future__ import annotations

import asyncio
import logging
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.phones.mqtt import Broker, Subscriber
from dashboard.roles.mqtt import subscribed
from data.errors import Invalid
from data.places import site as site_
from tests.factories import NOON, Town, make_town
from tests.mosquitto import Mosquitto
from tests.waiting import LONGEST_S


def _certify(folder: Path, name: str) -> None:
    """A CA, and by it a certificate of 127.0.0.1."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    ca, signed = f"{name}-ca", ("-CA", f"{name}-ca.pem", "-CAkey", f"{name}-ca.key")
    for made, subject, more in (
        (ca, f"/CN={name} CA", ("-addext", "keyUsage=critical,keyCertSign")),
        (name, "/CN=127.0.0.1", ("-addext", "subjectAltName=IP:127.0.0.1", *signed)),
    ):
        out = ("-keyout", f"{made}.key", "-out", f"{made}.pem", "-days", "2")
        command = ("openssl", "req", "-x509", *key, *out, "-subj", subject, *more)
        subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    for name in ("own", "other"):
        _certify(tmp_path, name)
    lines = (
        "allow_anonymous true", f"cafile {tmp_path}/own-ca.pem",
        f"certfile {tmp_path}/own.pem", f"keyfile {tmp_path}/own.key",
    )  # fmt: skip
    broker = Mosquitto(tmp_path, lines)
    await broker.start()
    yield broker.port
    await broker.stop()


@pytest.fixture
async def town(database: Any, store: Any) -> Town:
    return await make_town(database, store.admin_url)


@asynccontextmanager
async def listening(town: Town, url: str) -> AsyncIterator[Subscriber]:
    async with town.database.acting(None) as link:
        site = await site_.read(link)
    clock: Any = SimpleNamespace(now=lambda: NOON, site=site)
    async with subscribed(town.database, clock, Broker.parse(url)) as subscriber:
        yield subscriber


# paho leaves the socket of a connection that TLS refused to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket")
async def test_a_broker_is_believed_by_its_own_ca_alone(
    town: Town,
    port: int,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the right one we are connected; with another one it is said why, in both languages."""
    url = f"mqtts://127.0.0.1:{port}?ca={tmp_path}"
    async with listening(town, f"{url}/own-ca.pem") as subscriber:
        async with asyncio.timeout(LONGEST_S):
            await subscriber.connected.wait()
    caplog.set_level(logging.WARNING)
    for lang, words in (("zh", "的证书不受信任"), ("en", "a certificate that is not trusted")):
        monkeypatch.setenv("WANGGE_LANG", lang)
        async with listening(town, f"{url}/other-ca.pem") as subscriber:
            async with asyncio.timeout(LONGEST_S):
                while words not in caplog.text:
                    await asyncio.sleep(0.05)
            assert not subscriber.connected.is_set()
    (tmp_path / "none.pem").write_text("no certificate")
    for name in ("missing.pem", "none.pem"):
        with pytest.raises(Invalid, match=r"no file of certificates"):
            async with listening(town, f"{url}/{name}"):
                pass
