"""Who is next: what one actor has sent waits behind his own alone, so that others go on while a
source floods."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from dashboard.intake.rounds import Submission


@dataclass(slots=True)
class Turns:
    """Submissions that wait, in a row for each actor; `size` counts their fixes."""

    size: int = 0
    _rows: OrderedDict[int, deque[Submission]] = field(default_factory=OrderedDict)

    def put(self, submission: Submission) -> None:
        """To the end of its actor's row."""
        self._rows.setdefault(submission.actor.id, deque()).append(submission)
        self.size += submission.count

    def empty(self) -> bool:
        """Whether nobody waits."""
        return not self._rows

    def take(self) -> Submission:
        """The first of whoever has waited longest for his turn. Raises KeyError if nobody waits."""
        actor_id, row = self._rows.popitem(last=False)
        submission = row.popleft()
        if row:
            self._rows[actor_id] = row
        self.size -= submission.count
        return submission
