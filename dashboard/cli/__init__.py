"""`wangge`: each command is a file of its own, imported only when it is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

import click
import psycopg

from dashboard import settings
from dashboard.cli import helps
from dashboard.embedded.errors import HomeUnusable
from data.errors import WanggeError


class Entry(NamedTuple):
    """Where a command lives (`module:attribute` under dashboard.cli), and its line in the help."""

    target: str
    help: str


COMMANDS: dict[str, Entry] = {
    "demo": Entry("demo:demo", "Start the invented town: store, server, simulator."),
    "up": Entry("up:up", "Start the site that this store holds."),
    "serve": Entry("serve:serve", "Run one role: web, ingest or engine."),
    "simulate": Entry("simulate:simulate", "Let the invented town live on a server."),
    "boston": Entry("boston:boston", "Build a site from the files of Boston and start it."),
    "site": Entry("site:site", "Make the site and change what it is called."),
    "basemap": Entry("basemap:basemap", "Choose the picture under the town."),
    "areas": Entry("areas:areas", "Add and list areas and their levels."),
    "grids": Entry("areas:grids", "Add and list kinds of grids."),
    "types": Entry("types:types", "List types of events, and what is asked of who reports."),
    "drill": Entry("drill:drill", "Play calls that ring nobody."),
    "policies": Entry("policies:policies", "Say whom a call rings, step by step."),
    "contacts": Entry("contacts:contacts", "Say which contacts of staff are verified."),
    "import": Entry("import_:import_", "Put files of areas, grids, people, events on the map."),
    "recut": Entry("recut:recut", "Cut a kind of grids anew, with lineage."),
    "check": Entry("check:check", "Find gaps, overlaps and other faults of grids."),
    "replay": Entry("replay:replay", "Let past events or positions live again."),
    "source": Entry(
        "source:source", "List sources; say in which coordinate system and words they send."
    ),
    "token": Entry("token:token", "Make and revoke bearer tokens."),
    "kiosk": Entry("token:kiosk", "Make read-only links for wall screens."),
    "account": Entry("token:account", "Make accounts that sign in with a password."),
    "store": Entry("store:store", "Start, stop or look at the private database."),
}


class Lazy(click.Group):
    """A group that knows its commands' names, and imports one when it is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        command = getattr(import_module(f"dashboard.cli.{module}"), attribute)
        assert isinstance(command, click.Command)
        return helps.shown(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help needs no command's module."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, helps.line(one.help)) for name, one in COMMANDS.items()])

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What Wangge is, in the user's language."""
        with formatter.indentation():
            formatter.write_text(helps.line(self.help or ""))

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Our own errors are words for the user, never a traceback."""
        try:
            return super().main(args, *rest, **options)
        except WanggeError as error:
            _complain(error)
        except psycopg.errors.DiskFull:
            _complain(HomeUnusable(home=settings.home(), why="No space left on device"))


def _complain(error: WanggeError) -> NoReturn:
    from dashboard.cli.words import say_error  # it reads a catalogue: only when needed

    click.secho(f"wangge: {say_error(error)}", fg="red", err=True)
    sys.exit(1)


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wangge")
def main() -> None:
    """Wangge (网格): one screen shows the whole district, one click calls staff."""
