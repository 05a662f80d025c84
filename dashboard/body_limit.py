"""No request's body is larger than this, whoever reads it; routes may have smaller limits."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.errors import TooLarge, describe, language
from data.errors import Said

MOST_BYTES = 8 * 2**20


class BodyLimit:
    """Refuses by the declared length at once, and stops reading where nothing was declared."""

    def __init__(self, app: ASGIApp, *, most_bytes: int = MOST_BYTES) -> None:
        self.app = app
        self._most = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > self._most:
            await describe(self._too_large(), language(scope))(scope, receive, send)
            return
        read = 0

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise self._too_large()
            return message

        await self.app(scope, bounded, send)

    def _too_large(self) -> TooLarge:
        return TooLarge(limit=Said("{n} bytes", n=self._most))
