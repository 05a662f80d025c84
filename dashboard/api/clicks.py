"""What may be clicked to call: one thing, one group, or a drawn area."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from dashboard.api.requests import NO_NUL
from data.calls.model import Crowd, Subject, SubjectKind
from geo.circles import circle

Id = Annotated[int, Field(gt=0, lt=2**31)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Text = Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]
MOST_METRES = 50_000


class Circle(BaseModel, extra="forbid"):
    """A drawn circle: EPSG:4326 degrees and metres."""

    lon: Lon
    lat: Annotated[float, Field(ge=-85, le=85)]
    radius_m: Annotated[float, Field(gt=0, le=MOST_METRES)]


class Group(BaseModel, extra="forbid"):
    """Of a group call: those with one of these posts (none = any), or of a team."""

    roles: list[Text] = Field(default=[], max_length=20)
    team: Text | None = None


class Clicked(BaseModel, extra="forbid"):
    """What was clicked: one of its fields.

    `ground` is a ring of [lon, lat] in degrees (EPSG:4326). With `group`, or of an area or a drawn
    one, everybody on duty is called; else who answers for the place.
    """

    event_id: Annotated[int, Field(gt=0, lt=2**63)] | None = None
    grid_id: Id | None = None
    person_id: Id | None = None
    facility_id: Id | None = None
    area_id: Id | None = None
    ground: list[tuple[Lon, Lat]] | None = Field(default=None, min_length=3, max_length=500)
    circle: Circle | None = None
    group: Group | None = None
    urgent: bool = False

    @model_validator(mode="after")
    def _one_subject(self) -> Clicked:
        names = [*(f"{kind}_id" for kind in _KINDS), "ground", "circle"]
        if sum(getattr(self, name) is not None for name in names) != 1:
            raise ValueError(f"give one of {', '.join(names)}")
        if self.group is not None and (self.person_id is not None or self.facility_id is not None):
            raise ValueError("a group is called of an event's grid, a grid, an area or a ground")
        return self

    def subject(self) -> Subject:
        """The one that is given."""
        crowd = None
        if self.group is not None or not (self.area_id is None and self._drawn is None):
            group = self.group or Group()
            crowd = Crowd(tuple(group.roles), group.team)
        if self._drawn is not None:
            return Subject(SubjectKind.GROUND, ring=self._drawn, crowd=crowd)
        found = ((kind, getattr(self, f"{kind}_id")) for kind in _KINDS)
        return next(Subject(kind, id_, crowd=crowd) for kind, id_ in found if id_ is not None)

    @property
    def _drawn(self) -> tuple[tuple[float, float], ...] | None:
        if self.circle is not None:
            shape = circle(self.circle.lon, self.circle.lat, self.circle.radius_m)
            return tuple((x, y) for x, y in shape.exterior.coords)
        return None if self.ground is None else tuple(self.ground)


class Click(Clicked, extra="forbid"):
    """A click, with its own key: the same key again is the same call. `confirmed` above five."""

    request_key: Text
    confirmed: bool = False


_KINDS = [kind for kind in SubjectKind if kind is not SubjectKind.GROUND]
