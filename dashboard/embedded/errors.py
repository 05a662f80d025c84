"""What can go wrong before there is a store. A class's docstring is its message."""

from __future__ import annotations

from data.errors import WanggeError


class EmbeddedError(WanggeError):
    """The private database cannot be used."""


class NoPostgis(EmbeddedError):
    """No PostgreSQL 15 or newer with PostGIS was found, and it could not be brought here: {why}.
    Do one of these, then try again:
      Debian or Ubuntu:  apt-get install postgresql-postgis (as root)
      macOS:             brew install postgresql@17 postgis
      a server of yours: set DATABASE_URL (the application's role) and DATABASE_ADMIN_URL (owner)
    """


class HomeUnusable(EmbeddedError):
    """WANGGE_HOME is {home}, and it cannot be used: {why}.
    Free some space there, or set WANGGE_HOME to a directory that you may write to.
    """


class StartFailed(EmbeddedError):
    """The private database did not {action}: {why}
    Its log is {log}.
    """


class SameRole(EmbeddedError):
    """DATABASE_URL and DATABASE_ADMIN_URL sign in as the same role, {role}.
    The application must not own the tables: give it a role without SUPERUSER or BYPASSRLS.
    """


class TooPowerful(EmbeddedError):
    """DATABASE_URL signs in as {role}, which is superuser or may bypass row-level security.
    The application would see every area's rows: give it a plain LOGIN role of its own.
    """


class NoAnswer(EmbeddedError):
    """The server that {name} names cannot be used: {why}"""


class AdminUrlMissing(EmbeddedError):
    """{given} is set but {missing} is not.
    Both are needed: DATABASE_URL for the application's role, DATABASE_ADMIN_URL for the migrator.
    """
