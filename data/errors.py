"""The errors of the town. A class's docstring is its message, with the fields filled in."""

from __future__ import annotations

from typing import Any


class WanggeError(Exception):
    """Something went wrong."""

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        super().__init__((type(self).__doc__ or "").strip().format(**fields))


class NotFound(WanggeError):
    """There is no {what} "{key}" here."""


class NotAllowed(WanggeError):
    """The role {role} may not {action}. Ask an administrator for the right."""


class Invalid(WanggeError):
    """{what}: {why}."""


class NoSite(WanggeError):
    """This store has no site yet. Create one with: wangge site create --name NAME."""


class StoreUnavailable(WanggeError):
    """The database does not answer. What was accepted is safe; try again in a moment."""
