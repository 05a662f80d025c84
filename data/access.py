"""Who may do what: roles and their permissions. The table is the documentation.

Area scope is PostgreSQL's business (row-level security); this table only says which kinds of
action a role has at all. `SEES_CONTACTS` is also written in migration 0004; a test compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from data.errors import NotAllowed


class Permission(StrEnum):
    """One kind of action."""

    VIEW = "view"  # screens, feed, summary, grids: whatever lies in the scope
    SEE_CONTACTS = "see_contacts"  # phone numbers in clear
    REPORT_POSITIONS = "report_positions"
    REPORT_EVENTS = "report_events"
    CALL = "call"
    DRILL = "drill"  # play calls that ring nobody
    ANSWER = "answer"  # have a duty page, be called
    IMPORT = "import"
    CHECK_GRIDS = "check_grids"  # what is wrong with the grids, and what a new cut changed
    ADMINISTER = "administer"  # tokens, kiosks, accounts, site


P = Permission
ROLES: dict[str, frozenset[Permission]] = {
    "system": frozenset(P),
    "administrator": frozenset(P) - {P.ANSWER},
    "commander": frozenset(
        {P.CHECK_GRIDS, P.VIEW, P.SEE_CONTACTS, P.CALL, P.DRILL, P.REPORT_EVENTS}
    ),
    "duty_officer": frozenset({P.VIEW, P.SEE_CONTACTS, P.CALL, P.DRILL, P.REPORT_EVENTS}),
    "intake": frozenset({P.VIEW, P.REPORT_EVENTS}),
    "community_officer": frozenset({P.VIEW, P.SEE_CONTACTS, P.CALL, P.REPORT_EVENTS}),
    "grid_worker": frozenset({P.ANSWER, P.REPORT_POSITIONS, P.REPORT_EVENTS}),
    "source": frozenset({P.REPORT_POSITIONS, P.REPORT_EVENTS}),
    "kiosk": frozenset({P.VIEW}),
}
SEES_CONTACTS = frozenset(role for role, may in ROLES.items() if P.SEE_CONTACTS in may)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: an account, token, kiosk link or the system, with its role and area."""

    id: int
    kind: str
    name: str
    role: str
    area_id: int
    person_id: int | None = None
    source_id: int | None = None
    expires_at: datetime | None = None

    def may(self, permission: Permission) -> bool:
        return permission in ROLES.get(self.role, frozenset())

    def good(self, at: datetime) -> bool:
        """Whether what he came with has not expired at a real time."""
        return self.expires_at is None or self.expires_at > at

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless the role has the permission."""
        if not self.may(permission):
            raise NotAllowed(role=self.role, action=permission.value)

    @property
    def readonly(self) -> bool:
        """Kiosks read through the read-only role and READ ONLY transactions."""
        return self.kind == "kiosk"
