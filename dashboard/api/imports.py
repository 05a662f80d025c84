"""/api/imports: files brought in by managers, checked, imported and undone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dashboard.api.errors import InvalidBody, TooLarge, fault, json_response, language
from dashboard.api.requests import NO_NUL, caller, read_object
from dashboard.imports import jobs, stopping, telling
from dashboard.imports.jobs import Jobs
from dashboard.imports.spool import MOST_BYTES, Spool, Upload
from dashboard.imports.wording import Page
from data.access import Actor, Permission
from data.errors import NotFound, Said
from data.importers import journal
from data.importers.options import PARENT_BY
from data.importers.run import NOUNS
from data.places import areas, facilities, grids
from geo import crs

MOST_OPTIONS_BYTES = 100_000
FRESH = {"Cache-Control": "no-store"}
LOOK_EVERY_BYTES = 16 << 20  # of an upload: whether the disk has room for more
SHOWN_RUNS = 20
SHOWN_ROWS = 200
OURS = ("actor_id", "pid", "number")  # of an upload's state: nobody else's business
router = APIRouter(prefix="/api/imports")
Id = Annotated[str, Path(max_length=16, pattern=r"^[A-Za-z0-9_-]+$")]
Run = Annotated[int, Path(ge=1, lt=2**31)]
Format = Literal["json", "csv"]
Word = Annotated[str, Field(max_length=200, pattern=NO_NUL)]


class Start(BaseModel):
    """A job: what to do, with what a file means."""

    model_config = ConfigDict(extra="forbid")
    task: Literal["look", "check", "run"]
    noun: Literal["areas", "grids", "facilities", "ground", "people", "events"] = "grids"
    encoding: Word | None = None
    crs: Word | None = None
    layer: Word | None = None
    delimiter: Word | None = None
    maps: dict[Word, Word] = Field(default_factory=dict, max_length=40)
    key: list[Word] = Field(default_factory=list, max_length=10)
    group: Word | None = None
    group_zh: Word | None = None
    group_en: Word | None = None
    values: dict[Word, Word] = Field(default_factory=dict, max_length=100)
    classes: dict[Word, Word] = Field(default_factory=dict, max_length=100)
    tiles: bool = False
    swap: bool | None = None
    parent: Word | None = None
    parent_by: Literal["code", "name", "location"] | None = None
    parent_level: Word | None = None
    source: Word | None = None
    ending_missing: bool = False
    timezone: Word | None = None
    time_format: Word | None = None
    day_first: bool | None = None
    strict: bool = False


def manager(request: Request) -> Actor:
    """The caller, who may import. Raises Unauthenticated, NotAllowed."""
    return caller(request, Permission.IMPORT)


@router.get("")
async def overview(request: Request) -> Response:
    """The last imports, one's own uploads, and what can be chosen."""
    actor = manager(request)
    state = request.app.state
    async with state.database.acting(actor.id) as link:
        runs = await journal.runs(link, limit=SHOWN_RUNS)
        last = next(
            (run.id for run in runs if run.undone_at is None and run.stopped_at is None), None
        )
        levels = [(one.code, one.name_zh, one.name_en) for one in await areas.levels(link)]
        kinds = [(one.kind, one.name_zh, one.name_en) for one in await grids.kinds(link)]
        places = [tuple(row.values()) for row in await facilities.kinds(link)]
    uploads = await asyncio.to_thread(_spool(request).mine, actor.id)
    lang = language(request.scope)
    return json_response(
        {
            "runs": [_line(run, last=last) for run in runs],
            "uploads": [_told(one, lang) for one in uploads if one["state"] != "uploading"],
            "levels": levels[1:],
            "grid_kinds": kinds,
            "facility_kinds": places,
            "fields": {name: noun.fields for name, noun in NOUNS.items()},
            "field_names": {name: Page(lang, name).field_names() for name in NOUNS},
            "systems": list(crs.NAMES),
            "parent_by": PARENT_BY,
            "timezone": state.clock.site.timezone,
            "most_bytes": MOST_BYTES,
        },
        headers=FRESH,
    )


@router.post("/uploads")
async def upload(
    request: Request, name: Annotated[str, Query(min_length=1, max_length=300, pattern=NO_NUL)]
) -> Response:
    """The body is the file, written to disk as it comes. 413 past the limit, 507 without room."""
    actor = manager(request)
    now = datetime.now(UTC)
    spool = _spool(request)
    await asyncio.to_thread(spool.tidy, actor.id, now)
    one = spool.make(actor_id=actor.id, name=name, at=now)
    try:
        size = await _receive(request, one)
    except BaseException:
        await asyncio.to_thread(one.remove)
        raise
    return json_response(
        _told(one.change(state="uploaded", size=size), language(request.scope)), 201
    )


async def _receive(request: Request, one: Upload) -> int:
    size = 0
    with one.file.open("wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > MOST_BYTES:
                raise TooLarge(limit=Said("{n} MB", n=MOST_BYTES >> 20))
            if size % LOOK_EVERY_BYTES < len(chunk):
                _spool(request).spare()
            await asyncio.to_thread(file.write, chunk)
    return size


@router.get("/uploads/{upload}")
async def read(request: Request, upload: Id) -> Response:
    """How an upload stands: asked again and again while a job runs."""
    one = _spool(request).find(upload, manager(request).id)
    state = await asyncio.to_thread(one.read)
    return json_response(_told(state, language(request.scope)), headers=FRESH)


@router.delete("/uploads/{upload}")
async def forget(request: Request, upload: Id) -> Response:
    """Remove an upload. Refused while a job runs on it."""
    one = _spool(request).find(upload, manager(request).id)
    await jobs.forget(one)
    return json_response({})


@router.post("/uploads/{upload}/start")
async def start(request: Request, upload: Id) -> Response:
    """Look at the file, check it (a trial), or import it, in a process of its own: 202."""
    one = _spool(request).find(upload, manager(request).id)
    body = await read_object(request, limit_bytes=MOST_OPTIONS_BYTES)
    try:
        wanted = Start.model_validate(body)
    except ValidationError as error:
        raise InvalidBody(why=fault(error.errors()[0])) from None
    options = wanted.model_dump(exclude={"task", "noun"})
    jobs: Jobs = request.app.state.jobs
    begun = await jobs.start(one, task=wanted.task, noun=wanted.noun, options=options)
    return json_response(_told(begun, language(request.scope)), 202)


@router.post("/uploads/{upload}/stop")
async def stop(request: Request, upload: Id) -> Response:
    """End what runs on an upload; nothing of it stays. Answers with how it stands: an import that
    was final already is `done`, and can be undone."""
    actor = manager(request)
    state = request.app.state
    one = _spool(request).find(upload, actor.id)
    real, at = datetime.now(UTC), state.clock.now()
    ended = await stopping.stop(one, state.database, actor, at=at, real=real)
    return json_response(_told(ended, language(request.scope)))


@router.get("/uploads/{upload}/preview.geojson")
async def preview(request: Request, upload: Id) -> Response:
    """What the last check or import would put where, with why rows are rejected."""
    one = _spool(request).find(upload, manager(request).id)
    page = _page(request, (await asyncio.to_thread(one.read)).get("noun"))
    drawn = await asyncio.to_thread(_load, one.preview)
    for feature in drawn["features"]:
        about = feature["properties"]
        if "reason" in about:
            about["message"] = telling.remark(about, page.lang, page)
            del about["fields"]
    return json_response(drawn, headers=FRESH)


@router.get("/uploads/{upload}/report.{format}")
async def report(request: Request, upload: Id, format: Format) -> Response:
    """The whole report of the last check or import; the CSV has all rejected rows."""
    one = _spool(request).find(upload, manager(request).id)
    stored = await asyncio.to_thread(_load, one.report)
    noun = (await asyncio.to_thread(one.read)).get("noun")
    return _download(stored, format, _page(request, noun), f"report-{upload}", rest=one.rest)


@router.get("/{run}/report.{format}")
async def run_report(request: Request, run: Run, format: Format) -> Response:
    """The report of an import, as the log keeps it."""
    actor = manager(request)
    async with request.app.state.database.acting(actor.id) as link:
        found = await journal.runs(link, run=run)
    if not found:
        raise NotFound(what="import", key=run)
    page = _page(request, found[0].noun)
    return _download(found[0].report, format, page, f"import-{run}")


@router.post("/{run}/undo")
async def undo(request: Request, run: Run) -> Response:
    """Put back what an import changed. 409 in words when something rests on it."""
    actor = manager(request)
    state = request.app.state
    real = datetime.now(UTC)
    number, counts = await journal.undo(
        state.database, actor.id, run, at=state.clock.now(), real=real
    )
    return json_response({"run": number, "rows": counts})


def _page(request: Request, noun: str | None) -> Page:
    return Page(language(request.scope), noun)


def _spool(request: Request) -> Spool:
    return Spool(request.app.state.settings.home / "imports")


def _load(path: Any) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except OSError:
        raise NotFound(what="report", key=path.parent.name) from None


def _told(state: dict[str, Any], lang: str) -> dict[str, Any]:
    """An upload's state in words, without whose it is or which process works on it."""
    told = {key: value for key, value in state.items() if key not in OURS}
    page = Page(lang, state.get("noun"))
    if told.get("error"):
        about = {k: str(v) for k, v in told["error"]["fields"].items() if not isinstance(v, dict)}
        told["error"] = telling.error(told["error"], page)
        told["error_fields"] = about
    if told.get("report"):
        told["report"] = telling.report(told["report"], lang, most=SHOWN_ROWS, page=page)
    return told


def _line(run: journal.Run, *, last: int | None) -> dict[str, Any]:
    counts = {name: one for name, one in run.report.items() if isinstance(one, int)}
    return {
        **counts,
        "rows_left": telling.left(run.report),
        "id": run.id,
        "noun": run.noun,
        "files": run.files,
        "actor": run.actor,
        "at": run.at.isoformat(),
        "recorded_at": run.recorded_at.isoformat(),
        "undone_at": None if run.undone_at is None else run.undone_at.isoformat(),
        "stopped_by": run.stopped_by,
        "can_undo": run.id == last and not run.forgotten,
    }


def _lines(rest: FilePath) -> Iterator[dict[str, Any]]:
    """The rejected rows that a report does not list."""
    if rest.exists():
        with rest.open("rb") as file:
            yield from map(orjson.loads, file)


def _download(
    stored: dict[str, Any],
    format: str,
    page: Page,
    name: str,
    *,
    rest: FilePath | None = None,
) -> Response:
    headers = {**FRESH, "Content-Disposition": f'attachment; filename="{name}.{format}"'}
    if format == "csv":
        lines = telling.as_csv(stored, page.lang, _lines(rest) if rest else None, page)
        return StreamingResponse(lines, headers=headers, media_type="text/csv; charset=utf-8")
    return json_response(telling.report(stored, page.lang, page=page), headers=headers)
