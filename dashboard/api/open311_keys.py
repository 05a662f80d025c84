"""Who asks at Open311: who has a key, or a receipt, or anybody, as far as the site lets him."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from dashboard.api.open311_errors import TooOften, WrongKey
from dashboard.api.requests import bearer, system_actor, system_id
from dashboard.doors.limits import Limit, address_of
from data.access import Actor, Permission
from data.events import reporters

TRIES, WITHIN_S = 6, 600.0  # reports without a key from one address


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose scope is read; `own_source` keeps to what it reported, `public` to what anybody may
    know: no texts, no exact places, only what came in by Open311."""

    actor_id: int
    own_source: int | None = None
    public: bool = False
    readonly: bool = False


async def holder(request: Request, said: str | None) -> Actor | None:
    """The actor of a key (said, or a bearer token), None where none is given. Raises WrongKey."""
    secret = said or bearer(request)
    if not secret:
        return None
    actor: Actor | None = await request.app.state.identities.secret(secret)
    if actor is None:
        raise WrongKey()
    return actor


async def reader(request: Request, receipt_of: str = "") -> Reader:
    """Who reads requests; a receipt opens the one request that it is of. Raises WrongKey."""
    given = request.query_params
    actor = await holder(request, given.get("api_key"))
    if actor is not None:
        if actor.may(Permission.VIEW):
            return Reader(actor.id, readonly=actor.readonly)
        if actor.source_id is not None:
            return Reader(actor.id, own_source=actor.source_id)
        raise WrongKey()
    receipt = given.get("token")
    if receipt and receipt_of and str(await event_of(request, receipt)) == receipt_of:
        return Reader(await system_id(request))
    if request.app.state.clock.site.open311_public:
        return Reader(await system_id(request), public=True)
    raise WrongKey()


async def event_of(request: Request, receipt: str) -> int | None:
    """The event that a receipt is of."""
    if "\0" in receipt:
        return None
    async with request.app.state.database.acting(await system_id(request)) as connection:
        return await reporters.by_token(connection, receipt)


async def resident(request: Request) -> Actor:
    """Who reports without a key, where the site lets him. Raises WrongKey, TooOften."""
    state = request.app.state
    if state.clock.site.open311_daily == 0:
        raise WrongKey()
    if not hasattr(state, "residents"):
        state.residents = Limit(TRIES, WITHIN_S)
    address = address_of(request)
    wait_s = state.residents.wait_s(address)
    if wait_s > 0:
        raise TooOften(minutes=max(1, round(wait_s / 60)))
    state.residents.tried(address)
    return await system_actor(request)
