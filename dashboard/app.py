"""The web role: screens, API and live feed in one ASGI application. Wiring only."""

from __future__ import annotations

import inspect
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import dash as untyped_dash
from dash.backends import _fastapi as untyped_backend
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match

from dashboard import assets
from dashboard.api import ROUTERS, errors
from dashboard.basemaps.tiles import Basemaps
from dashboard.channels.page import PageChannel
from dashboard.clock import SiteClock
from dashboard.doors import routes as door_routes
from dashboard.guards import pages as guards
from dashboard.guards.auth import AuthMiddleware, acting
from dashboard.guards.body_limit import BodyLimit
from dashboard.guards.headers import HeadersMiddleware, script_hash
from dashboard.guards.identities import Identities
from dashboard.imports.jobs import Jobs
from dashboard.imports.spool import MOST_BYTES
from dashboard.listener import Listener
from dashboard.live import socket as live_socket
from dashboard.live.hub import Hub
from dashboard.pages import PAGES, Page, duty
from dashboard.settings import Settings
from data.access import Permission
from data.database import Database
from data.errors import Said

TO_SCREEN = 'history.replaceState(null,"","/screen"+location.search)'
HERE = Path(__file__).parent
dash: Any = untyped_dash  # its annotations are wrong about servers and titles
backend: Any = untyped_backend


def create_app(settings: Settings) -> FastAPI:
    """The application for uvicorn. The store is opened when it starts, not here."""
    server = FastAPI(lifespan=_lifespan(settings), docs_url=None, redoc_url=None, openapi_url=None)
    server.state.settings = settings
    server.state.role = "web"
    server.state.jobs = Jobs(settings)
    server.state.doors = door_routes.Doors()
    server.state.dash = app = _create_dash(server)
    server.state.wall = partial(_behind_a_door, app)
    _leave_out(server, "/", "/_dash-ws-callback", "/_reload-hash")
    errors.install(server)
    for router in (*ROUTERS, door_routes.router, duty.router, live_socket.router):
        server.include_router(router)
    server.add_api_route("/", _home, methods=["GET"])
    server.add_api_route("/api/{path:path}", _no_such_route, methods=_METHODS)
    server.add_api_route("/{path:path}", _page_or_404(app), methods=["GET"])
    server.add_middleware(BodyLimit, larger={"/api/imports/uploads": MOST_BYTES})
    server.user_middleware.append(Middleware(guards.DashErrors))  # innermost: inside of Dash
    server.add_middleware(guards.CallbackGuard, outputs=lambda: app.callback_map)
    server.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=4)
    server.add_middleware(AuthMiddleware, identities=lambda: server.state.identities)
    server.add_middleware(HeadersMiddleware, script_hashes=lambda: server.state.script_hashes)
    return server


_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def _create_dash(server: FastAPI) -> Any:
    app = dash.Dash(
        "wangge",
        server=server,
        backend="fastapi",
        use_pages=True,
        pages_folder="",
        assets_folder=str(HERE / "assets"),
        assets_ignore=r"duty.*",  # the phone page loads its own
        title="网格指挥 Grid command",
        update_title=None,
        include_pages_meta=False,  # it would print the address, which holds a link's secret
        suppress_callback_exceptions=True,
        compress=False,
    )
    for page in PAGES:
        dash.register_page(page.name, path=page.path, title=page.title, layout=guards.guarded(page))
        page.register(app)
    app.layout = dash.html.Div(dash.page_container)
    return app


def _leave_out(server: FastAPI, *paths: str) -> None:
    """Routes that Dash brings and this product does not need: the fewer doors the better."""
    routes = server.router.routes
    routes[:] = [route for route in routes if getattr(route, "path", "") not in paths]


async def _home() -> Response:
    """Everybody begins where his role does."""
    return RedirectResponse("/screen" if guards.may(Permission.VIEW, acting.get()) else "/duty")


def _lifespan(settings: Settings) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(server: FastAPI) -> AsyncIterator[None]:
        await _finish_dash(server)
        async with Database(settings.app_url, settings.readonly_url) as database:
            parts = _parts(server.state, settings, database)
            for part in parts:
                await part.start()
            try:
                yield
            finally:
                await server.state.jobs.stop()
                for part in reversed(parts):
                    await part.stop()
                await server.state.basemaps.stop()

    return lifespan


def _parts(state: Any, settings: Settings, database: Database) -> tuple[Any, ...]:
    """What lives as long as the store is open, put into the state; what is to be started, in its
    order."""
    listener = Listener(database)
    state.database = database
    state.process = f"web-{socket.gethostname()}-{os.getpid()}"
    state.clock = clock = SiteClock(database, listener)
    state.identities = Identities(database, lambda: clock.site)
    state.hub = Hub(database, now=clock.now, site=lambda: clock.site, process=state.process)
    state.desk = PageChannel(database, clock, process=state.process)
    state.basemaps = Basemaps(database, site=lambda: clock.site, kept=settings.home / "tiles")
    state.basemap_files = settings.home / "basemaps"
    state.hub.listen(listener)
    state.desk.follow(listener)
    listener.on("wangge_actor", lambda _: state.identities.forget())
    listener.on_connect(state.identities.forget)
    listener.on("wangge_actor", state.hub.doubt)
    return clock, listener, state.hub, state.desk


async def _finish_dash(server: FastAPI) -> None:
    """What Dash does at its first request: without it, pages that were open while the server was
    restarted never recover, and the first page misses its inline scripts."""
    app = server.state.dash
    for prepare in app.backend._before_request_funcs:
        done = prepare()
        if inspect.isawaitable(done):
            await done
    _leave_out(server, "{path:path}")  # Dash's own catch-all, added at start: ours knows 404
    server.state.script_hashes = [*app.csp_hashes(), script_hash(TO_SCREEN)]


async def _index(
    app: Any,
    request: Request,
    loads: tuple[str, ...],
    *,
    leave_address: bool = False,
    ahead: Sequence[str] = (),
) -> Response:
    """Dash's page. `leave_address` makes the browser forget a link that holds a secret; what
    lies at `ahead` it fetches before its scripts have come."""
    token = backend.set_current_request(request)
    try:
        html = assets.ahead(assets.only(str(app.index()), loads), ahead)
    finally:
        backend.reset_current_request(token)
    if leave_address:
        html = html.replace("<head>", f"<head><script>{TO_SCREEN}</script>", 1)
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})


async def _behind_a_door(app: Any, request: Request, area_id: int | None) -> Response:
    """The wall at an address that holds a secret; `area_id` is that of who it lets in."""
    ahead = _ahead(request, area_id)
    return await _index(app, request, assets.WALL, leave_address=True, ahead=ahead)


def _ahead(request: Request, area_id: int | None) -> Sequence[str]:
    """The largest that a wall of this area fetches; of a part of it another is fetched."""
    if area_id is None or "area" in request.query_params:
        return ()
    hub: Hub = request.app.state.hub
    return hub.grids_of(area_id)


def _page_or_404(app: Any) -> Callable[[Request], Any]:
    pages: dict[str, Page] = {page.path: page for page in PAGES}

    async def page_or_404(request: Request) -> Response:
        page = pages.get("/" + request.path_params["path"])
        actor, loads = acting.get(), page.assets if page else assets.SHARED
        ahead = _ahead(request, actor.area_id if actor and loads is assets.WALL else None)
        response = await _index(app, request, loads, ahead=ahead)
        if page is None:
            response.status_code = 404
        elif not guards.may(page.permission, acting.get()):
            response.status_code = 403
        return response

    return page_or_404


async def _no_such_route(request: Request) -> Response:
    """404, and 405 for a path that another method knows; this route itself takes them all."""
    found = (route.matches(request.scope)[0] for route in request.app.router.routes[:-1])
    if Match.PARTIAL in found:
        raise HTTPException(405)
    said = Said("There is no {path} here.", path=request.url.path)
    return errors.error_response(404, "not_found", said, errors.language(request.scope))
