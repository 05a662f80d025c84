"""What to type into each phone app, and the link behind its QR code: pure.

Traccar Client (version 9 on) takes a scanned address apart: origin and path are its server URL,
`id` and `interval` its settings. OwnTracks opens `owntracks:///config?inline=` with an .otrc file
in base64. OsmAnd reads no such code: its address is to be copied.
"""

from __future__ import annotations

import base64
import ipaddress
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import segno

INTERVAL_S = 30
OSMAND = (
    "lat={0}&lon={1}&timestamp={2}&accuracy={3}&altitude={4}&speed={5}&bearing={6}&speed_unit=mps"
)


@dataclass(frozen=True, slots=True)
class App:
    """An app's settings as (word of the catalogue, value), and what its QR code says."""

    name: str
    fields: tuple[tuple[str, str], ...]
    link: str
    scans: bool  # whether the app itself reads the code

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "fields": [{"word": word, "value": value} for word, value in self.fields],
            "link": self.link,
            "scans": self.scans,
            "qr": qr(self.link),
        }


def apps(base_url: str, code: str, token: str) -> list[App]:
    """The settings of a person's own token, app by app."""
    door = f"{base_url}/api/positions"
    server = f"{door}/osmand/{token}"
    scanned = f"{server}?{urlencode({'id': code, 'interval': INTERVAL_S}, quote_via=quote)}"
    osmand = f"{server}?id={quote(code, safe='')}&{OSMAND}"
    return [
        App("Traccar Client", (("Server URL", server), ("Device identifier", code)), scanned, True),
        App("OwnTracks", _owntracks(door, code, token), _otrc(door, code, token), True),
        App("OsmAnd", (("Online tracking web address", osmand),), osmand, False),
    ]


def _owntracks(door: str, code: str, token: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Mode", "HTTP"),
        ("URL", f"{door}/owntracks"),
        ("User name", code),
        ("Password", token),
    )


def _otrc(door: str, code: str, token: str) -> str:
    """The configuration as a link; percent-encoded, since `+` would be read as a space."""
    given = {
        "_type": "configuration",
        "mode": 3,  # HTTP
        "url": f"{door}/owntracks",
        "auth": True,
        "username": code,
        "password": token,
        "deviceId": "phone",
        "tid": code[-2:],
    }
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    packed = base64.b64encode(text.encode()).decode()
    return f"owntracks:///config?inline={quote(packed, safe='')}"


def qr(text: str) -> str:
    """A QR code as the address of an SVG picture, dark on light with its quiet zone."""
    made = segno.make(text, error="m", micro=False)
    return str(made.svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))


def doubts(base_url: str, *, said: bool) -> list[str]:
    """What is amiss with an address for phones: guessed, http, loopback."""
    parts = urlsplit(base_url)
    found = {
        "loopback": _loopback(parts.hostname or ""),
        "http": parts.scheme != "https",
        "guessed": not said,
    }
    return [name for name, shown in found.items() if shown]


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "") or host.endswith(".localhost")
