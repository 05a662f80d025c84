"""/import: files into the town, for managers. Dash lays out the frame; scripts ask /api/imports."""

from __future__ import annotations

from dash import html

from dashboard.components import desk
from dashboard.components.attributes import aria
from dashboard.i18n import Translate

BONES = {"file": 2, "meaning": 8, "log": 3}


def body(t: Translate) -> desk.Content:
    """The map with its key at the left; file, meaning, report and log at the right."""
    key = [
        html.Span([html.I(className="accepted"), t("Goes in"), " ", html.B("–", id="key-in")]),
        html.Span([html.I(className="refused"), t("Rejected"), " ", html.B("–", id="key-out")]),
        html.Span(id="key-note"),
    ]
    left = html.Div(
        [desk.map_view(t), html.Div(key, className="strip", id="import-key")], className="left"
    )
    steps = [
        html.Section(waiting(name), id=f"import-{name}", className="panel", **aria(label=word))
        for name, word in (
            ("file", t("File")),
            ("meaning", t("What it is")),
            ("report", t("Report")),
            ("log", t("Imports so far")),
        )
    ]
    right = html.Div(steps, className="right", id="import-steps")
    return desk.Content(html.Div([left, right], className="two-columns"))


def waiting(name: str) -> list[html.Div]:
    """Bars where words will stand, until the scripts know what there is."""
    return [html.Div(className="bone") for _ in range(BONES.get(name, 0))]
