"""What every answer says to the browser: load from here only, be framed by nobody, tell nobody."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?")
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer a form's POST says "Origin: null"
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(self)",
}


def script_hash(script: str) -> str:
    """The source expression that allows one inline script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def content_security_policy(*, host: str, script_hashes: Iterable[str]) -> str:
    """The policy for a page served as `host`: nothing leaves this server."""
    socket = f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' " + " ".join(script_hashes),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            f"connect-src 'self'{socket}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class HeadersMiddleware:
    """`script_hashes` are those of the page's inline scripts, asked for when a page is served."""

    def __init__(self, app: ASGIApp, *, script_hashes: Callable[[], Iterable[str]]) -> None:
        self.app = app
        self._script_hashes = script_hashes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        # Dash adds the time of its last change to the address of each asset.
        versioned = scope["path"].startswith("/assets/") and b"m=" in scope["query_string"]

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in FIXED.items():
                    headers.setdefault(name, value)
                if versioned and message["status"] == 200:
                    headers["Cache-Control"] = "public, max-age=31536000, immutable"
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Content-Security-Policy"] = content_security_policy(
                        host=host, script_hashes=self._script_hashes()
                    )
            await send(message)

        await self.app(scope, receive, with_headers)
