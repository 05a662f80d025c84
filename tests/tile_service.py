"""A service of tiles on this machine, as 天地图 answers: by key, with pictures or with words."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "9f7e secret/+"


@dataclass
class Service:
    """`tiles` by (zoom, column, row), `labels` of the layer cva; `fails` makes it answer that
    status, `asked` is what came."""

    tiles: Mapping[tuple[int, int, int], bytes]
    labels: Mapping[tuple[int, int, int], bytes] = field(default_factory=dict)
    fails: int = 0
    asked: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(
    tiles: Mapping[tuple[int, int, int], bytes],
    labels: Mapping[tuple[int, int, int], bytes] | None = None,
) -> Iterator[Service]:
    """A service until the block ends."""
    service = Service(tiles, labels or {})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service.asked.append(self.path)
            status, kind, body = _answer(service, self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing on the console."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(service: Service, path: str) -> tuple[int, str, bytes]:
    if service.fails:
        return service.fails, "application/json", b'{"msg": "busy"}'
    asked = {name.upper(): values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    if asked.get("TK") != KEY:
        return 403, "application/json", '{"msg": "非法Key"}'.encode()
    address = tuple(int(asked[name]) for name in ("TILEMATRIX", "TILECOL", "TILEROW"))
    layer = service.labels if asked.get("LAYER") == "cva" else service.tiles
    tile = layer.get(address)  # type: ignore[call-overload]
    if tile is None:
        return 404, "text/html", b"<html>none</html>"
    return 200, "image/png", tile
