"""What a process is told from outside: by the environment, and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from data.errors import Invalid
from data.importers.limits import WHOLE_MB

DEFAULT_PORT = 8050


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's settings. The URLs hold passwords: never log them.

    `ingest_port` 0 means any free port.
    """

    home: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    ingest_port: int = 0
    tls_cert: Path | None = None
    tls_key: Path | None = None
    mqtt_url: str = field(default="", repr=False)
    app_url: str = field(default="", repr=False)
    readonly_url: str = field(default="", repr=False)
    import_mb: int = WHOLE_MB

    @property
    def base_url(self) -> str:
        """The address of the web role as this machine sees it."""
        scheme = "https" if self.tls_cert else "http"
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"{scheme}://{host}:{self.port}"

    def with_store(self, *, app_url: str, readonly_url: str) -> Settings:
        """The same settings on a store."""
        return replace(self, app_url=app_url, readonly_url=readonly_url)

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read WANGGE_HOME, WANGGE_HOST, PORT, INGEST_PORT, WANGGE_TLS_CERT and _KEY, MQTT_URL,
        WANGGE_IMPORT_MB and the database's URLs.

        Raises Invalid for a number or a broker's address that is none, or a certificate without
        key.
        """
        port = _port(environment, "PORT", DEFAULT_PORT)
        cert, key = (_path(environment, f"WANGGE_TLS_{part}") for part in ("CERT", "KEY"))
        if (cert is None) != (key is None):
            raise Invalid(what="TLS", why="a certificate and its key go together, give both")
        mqtt_url = environment.get("MQTT_URL", "")
        if mqtt_url and not mqtt_url.startswith(("mqtt://", "mqtts://")):
            why = "write mqtt://HOST or mqtts://USER:PASSWORD@HOST:8883"
            raise Invalid(what="MQTT_URL", why=why)
        app_url = environment.get("DATABASE_URL", "")
        return cls(
            home=home(environment),
            host=environment.get("WANGGE_HOST", "127.0.0.1"),
            port=port,
            ingest_port=_port(environment, "INGEST_PORT", 0),
            tls_cert=cert,
            tls_key=key,
            mqtt_url=mqtt_url,
            app_url=app_url,
            readonly_url=environment.get("DATABASE_READONLY_URL", app_url),
            import_mb=import_mb(environment),
        )


def home(environment: Mapping[str, str] = os.environ) -> Path:
    """WANGGE_HOME as an absolute path, ~/.local/share/wangge when it is not set."""
    return Path(environment.get("WANGGE_HOME") or "~/.local/share/wangge").expanduser().absolute()


def import_mb(environment: Mapping[str, str] = os.environ) -> int:
    """WANGGE_IMPORT_MB: how large a file may be that an import holds as a whole. Raises Invalid."""
    text = environment.get("WANGGE_IMPORT_MB") or str(WHOLE_MB)
    if not text.isdecimal() or int(text) < 1:
        why = "write a number of megabytes, at least 1"
        raise Invalid(what=f"WANGGE_IMPORT_MB={text}", why=why)
    return int(text)


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    return Path(environment[name]).expanduser() if environment.get(name) else None


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name)
    if not text:
        return default
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Invalid(what=f"{name}={text}", why="a port is a number from 1 to 65535")
    return int(text)
