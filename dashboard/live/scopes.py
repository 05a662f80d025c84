"""One view per scope: what its screens see, encoded once for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np

from dashboard.live import people as people_
from dashboard.live.calls import Card
from dashboard.live.clients import Client
from dashboard.live.events import Change, Shown
from dashboard.live.protocol import DELTA, FULL, Rows, State, dumps, encode
from dashboard.live.world import Stage, Standing
from data.events.sla import Light
from data.query.summary import RANKING_ROWS

LIGHTS = {
    Light.RED: "overdue",
    Light.YELLOW: "yellow",
    Light.GREEN: "green",
    Light.NO_LIMIT: "no_limit",
}


class View:
    """The scope of one area: its people, open events, loads and figures, and who looks at them.

    `seq` grows by one with each message to all clients, `number` with each frame of positions.
    """

    def __init__(self, root: int, stage: Stage, calls: Mapping[int, Card] | None = None) -> None:
        self.root = root
        self.calls = {} if calls is None else calls  # of the whole site, as they stand now
        self.clients: set[Client] = set()
        self.seq = 1000  # a snapshot's parts count down from here and stay positive
        self.number = 0
        self.idle = 0  # ticks without clients
        self.day: dict[str, Any] = {}
        self.day_read_at = float("-inf")
        self.figures: dict[str, int] = {}
        self.now = datetime.min
        self.events: dict[int, Shown] = {}
        self.reset(stage, [])

    def reset(self, stage: Stage, events: Sequence[Shown]) -> None:
        """Begin anew with other places or people."""
        self.stage = stage
        self.areas = stage.places.descendants.get(self.root, frozenset())
        self.members = np.flatnonzero(np.isin(stage.people.area, list(self.areas)))
        grids = stage.places.grids.values()
        self.here = frozenset(grid.id for grid in grids if grid.area_id in self.areas)
        self.events = {}
        self.lights: Counter[str] = Counter()
        self.open_in: Counter[int] = Counter()
        self.red_in: Counter[int] = Counter()
        self._rows: Rows | None = None
        self._people_json = self._people()
        self._snapshot: tuple[tuple[int, int], list[str | bytes]] | None = None
        self.apply([Change(None, shown) for shown in events])

    # -- events and grids

    def apply(self, changes: Sequence[Change]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Take over what concerns this scope; the bodies of an events and a grids message."""
        upsert: dict[int, Shown] = {}
        remove: set[int] = set()
        touched: set[int] = set()
        for change in changes:
            for shown, sign in ((change.before, -1), (change.after, 1)):
                if shown is None or shown.event.area_id not in self.areas:
                    continue
                self._count(shown, sign)
                touched.update(shown.event.grid_ids)
                if sign < 0:
                    remove.add(shown.event.id)
                    self.events.pop(shown.event.id, None)
                    upsert.pop(shown.event.id, None)
                else:
                    upsert[shown.event.id] = self.events[shown.event.id] = shown
        if not upsert and not remove:
            return None
        gone = sorted(remove - upsert.keys())
        events = {"full": False, "upsert": [s.as_json() for s in upsert.values()], "remove": gone}
        return events, {"full": False, "loads": self._loads(touched), "red": self._red()}

    def _count(self, shown: Shown, sign: int) -> None:
        self.lights[LIGHTS[shown.light]] += sign
        self.lights["located" if shown.event.lon is not None else "unlocated"] += sign
        for grid_id in shown.event.grid_ids:
            self.open_in[grid_id] += sign
            if shown.light is Light.RED:
                self.red_in[grid_id] += sign

    def event_figures(self) -> dict[str, int]:
        """Open = overdue + yellow + green + no limit = located + unlocated."""
        return {
            "open": len(self.events),
            **{name: self.lights[name] for name in LIGHTS.values()},
            "located": self.lights["located"],
            "unlocated": self.lights["unlocated"],
        }

    def load(self, grid_id: int) -> float:
        """Open events per grid worker; a grid without workers counts as having one."""
        workers = max(1, self.stage.places.grids[grid_id].workers)
        return (200 * self.open_in[grid_id] + workers) // (2 * workers) / 100  # as SQL rounds

    def ranking(self) -> list[dict[str, Any]]:
        """The most loaded grids of the site's load kind, as `data.query.summary.ranking`."""
        kind = self.stage.site.load_kind
        loaded = [id_ for id_, n in self.open_in.items() if n and id_ in self.here]
        grids = [self.stage.places.grids[id_] for id_ in loaded]
        rows: list[dict[str, Any]] = [
            {
                "grid_id": grid.id,
                "name": grid.name,
                "load": self.load(grid.id),
                "overdue": self.red_in[grid.id],
                "open": self.open_in[grid.id],
                "workers": grid.workers,
            }
            for grid in grids
            if grid.kind == kind
        ]
        rows.sort(key=lambda row: (-row["load"], -row["overdue"], row["grid_id"]))
        return rows[:RANKING_ROWS]

    def _loads(self, grid_ids: set[int]) -> dict[int, float]:
        return {id_: self.load(id_) for id_ in sorted(grid_ids & self.here)}

    def _red(self) -> list[int]:
        return sorted(id_ for id_, n in self.red_in.items() if n > 0 and id_ in self.here)

    # -- people

    def people(self, standing: Standing) -> Rows | None:
        """Take over the people's rows; those that changed, None if none did."""
        states, rostered = standing.states[self.members], standing.rostered[self.members]
        self.figures = people_.count(states, rostered)
        mine = standing.rows[self.members]
        mine["index"] = np.arange(len(mine))
        before, self._rows = self._rows, mine
        if before is None:
            return mine
        changed = mine[before != mine]
        return changed if len(changed) else None

    def send_delta(self, rows: Rows) -> None:
        """Send the next frame of the scope to all clients."""
        self.number += 1
        site_ms = self.now.timestamp() * 1000
        frame = encode(kind=DELTA, number=self.number, site_ms=site_ms, rows=rows)
        for client in self.clients:
            client.frame(frame)

    def full_frame(self) -> bytes | None:
        """All people with a place or at least on duty, None before the first tick."""
        if self._rows is None:
            return None
        here = self._rows[self._rows["state"] < State.OFF_DUTY]
        site_ms = self.now.timestamp() * 1000
        return encode(kind=FULL, number=self.number, site_ms=site_ms, rows=here)

    def _people(self) -> list[dict[str, Any]]:
        return [
            {
                "i": i,
                "id": p.id,
                "code": p.code,
                "name": p.name,
                "role": p.role,
                "area_id": p.area_id,
            }
            for i, p in enumerate(self.stage.people.people[m] for m in self.members)
        ]

    # -- messages

    def broadcast(self, kind: str, body: dict[str, Any]) -> None:
        """Send a message to all clients, in sequence."""
        self.seq += 1
        message = self._message(kind, self.seq, body).decode()
        for client in self.clients:
            client.text(message)

    def summary(self) -> dict[str, Any]:
        """The body of a summary message."""
        clock = self.stage.site.clock
        return {
            "now": self.now.isoformat(),
            "speed": clock.speed,
            "mode": clock.mode,
            "events": self.event_figures(),
            "people": self.figures,
            "ranking": self.ranking(),
            **self.day,
        }

    def snapshot(self) -> list[str | bytes]:
        """Everything a page needs to begin: its parts count up to the scope's present `seq`."""
        key = (self.seq, self.number)
        if self._snapshot is None or self._snapshot[0] != key:
            self._snapshot = (key, self._build_snapshot())
        return self._snapshot[1]

    def _build_snapshot(self) -> list[str | bytes]:
        events = [shown.as_json() for shown in self.events.values()]
        loads = self._loads({i for i, n in self.open_in.items() if n > 0})
        bodies: list[tuple[str, dict[str, Any]]] = [
            ("hello", self._hello()),
            ("events", {"full": True, "upsert": events, "remove": []}),
            ("grids", {"full": True, "loads": loads, "red": self._red()}),
            ("calls", {"sessions": self._calls()}),
            ("summary", self.summary()),
        ]
        first = self.seq - len(bodies) + 1
        parts: list[str | bytes] = [
            self._message(kind, first + i, body).decode() for i, (kind, body) in enumerate(bodies)
        ]
        frame = self.full_frame()
        return parts if frame is None else [*parts, frame]

    def _calls(self) -> list[dict[str, Any]]:
        real = datetime.now(UTC)
        cards = [self.calls[id_] for id_ in sorted(self.calls)]
        return [card.as_json(real) for card in cards if card.body["area_id"] in self.areas]

    def _hello(self) -> dict[str, Any]:
        site = self.stage.site
        return {
            "now": self.now.isoformat(),
            "speed": site.clock.speed,
            "mode": site.clock.mode,
            "box": self.stage.box,
            "extent": self.stage.places.boxes.get(self.root, self.stage.box),
            "area_id": self.root,
            "version": self.version,
            "settings": {
                "fresh_s": site.fresh_s,
                "ageing_s": site.ageing_s,
                "offline_s": site.offline_s,
                "load_kind": site.load_kind,
                "timezone": site.timezone,
                "name_zh": site.name_zh,
                "name_en": site.name_en,
                "basemap": None if site.basemap is None else asdict(site.basemap),
            },
            "people": self._people_json,
        }

    @property
    def version(self) -> str:
        """Of the places in this scope: part of the URL of the map's layers."""
        return f"{self.stage.places.version}-{self.root}"

    def _message(self, kind: str, seq: int, body: dict[str, Any]) -> bytes:
        return dumps({"type": kind, "epoch": self.stage.epoch, "seq": seq, **body})
