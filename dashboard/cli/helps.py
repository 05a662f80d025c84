"""The help of the command line in the user's language, paragraph by paragraph."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import click

from dashboard.cli.tongue import language

CATALOGUE = Path(__file__).with_name("help_zh.po")


def shown(command: click.Command) -> click.Command:
    """The command, its options and all commands below it, with the help that the user reads."""
    if language() != "zh":
        return command
    if command.help:
        command.help = chinese(command.help)
        command.short_help = command.short_help and chinese(command.short_help)
        command.short_help = command.short_help or command.help.partition("。")[0]
    for one in command.params:
        if isinstance(one, click.Option) and one.help:
            one.help = chinese(one.help)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            shown(below)
    return command


def line(text: str) -> str:
    """One line of the list of commands."""
    return chinese(text) if language() == "zh" else text


def chinese(text: str) -> str:
    """A help text in Chinese; a paragraph that the catalogue lacks stays English."""
    return "\n\n".join(_paragraph(" ".join(part.split())) for part in text.strip().split("\n\n"))


def _paragraph(text: str) -> str:
    word, colon, fields = text.partition(": ")
    if colon and word == "Fields":
        return f"{_catalogue()[word]}：{fields}"
    return _catalogue().get(text, text)


@cache
def _catalogue() -> dict[str, str]:
    from babel.messages.pofile import read_po  # a tenth of a second, and only for a Chinese help

    with CATALOGUE.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="zh") if one.id}
