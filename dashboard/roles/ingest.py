"""The doors of positions alone in its own process, so that heavy traffic never slows a screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from dashboard.api import clock as clock_
from dashboard.api import errors, health, phones, positions
from dashboard.clock import SiteClock
from dashboard.guards.auth import AuthMiddleware
from dashboard.guards.identities import Identities
from dashboard.settings import Settings
from data.database import Database


def create_app(settings: Settings) -> FastAPI:
    """Positions, the clock and /healthz with the same sign-in; any other path is a JSON 404."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Database(settings.app_url, settings.readonly_url, size=4) as database:
            clock = SiteClock(database)
            await clock.start()
            app.state.database, app.state.clock = database, clock
            app.state.identities = Identities(database, lambda: clock.site)
            try:
                yield
            finally:
                await clock.stop()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.role = "ingest"
    app.include_router(positions.router)
    app.include_router(phones.router)
    app.include_router(clock_.router)
    app.include_router(health.router)
    app.add_middleware(AuthMiddleware, identities=lambda: app.state.identities)
    errors.install(app)
    return app
