"""The HTTP API: one file per resource, each with a `router`; ROUTERS is all of them, in order."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard.api import (
    basemap,
    call_ledger,
    calls,
    cap,
    cards,
    checks,
    clock,
    description,
    drills,
    duty,
    events,
    grids,
    health,
    hooks,
    imports,
    layers,
    open311,
    people,
    phone_list,
    phones,
    policies,
    positions,
    summary,
    tiles,
)

ROUTERS: tuple[APIRouter, ...] = (
    positions.router,
    phones.router,
    events.router,
    open311.router,
    hooks.router,
    cap.router,
    grids.router,
    checks.router,
    health.router,
    description.router,
    clock.router,
    summary.router,
    layers.router,
    tiles.router,
    basemap.router,
    cards.router,
    people.router,
    phone_list.router,
    call_ledger.router,
    calls.router,
    policies.router,
    drills.router,
    duty.router,
    imports.router,
)
