"""The HTTP API: one file per resource, each with a `router`; ROUTERS is all of them, in order."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard.api import positions

ROUTERS: tuple[APIRouter, ...] = (positions.router,)
