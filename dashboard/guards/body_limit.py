"""No request's body is larger than this, whoever reads it; routes may have smaller limits."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.errors import TooLarge, describe, language
from data.errors import Said

MOST_BYTES = 8 * 2**20
NONE: Mapping[str, int] = {}


class BodyLimit:
    """Refuses by the declared length at once, and stops reading where nothing was declared.

    `larger` are paths with a limit of their own, whose routes write to disk what comes.
    """

    def __init__(
        self, app: ASGIApp, *, most_bytes: int = MOST_BYTES, larger: Mapping[str, int] = NONE
    ) -> None:
        self.app = app
        self._most = most_bytes
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self._larger.get(scope["path"], self._most)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > most:
            await describe(_too_large(most), language(scope))(scope, receive, send)
            return
        read = 0

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise _too_large(most)
            return message

        await self.app(scope, bounded, send)


def _too_large(most: int) -> TooLarge:
    return TooLarge(limit=Said("{n} bytes", n=most))
