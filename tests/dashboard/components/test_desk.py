"""The shell of desk pages: who sees which place, links that keep what one has chosen, assets."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard import assets
from dashboard.components import desk
from dashboard.components.desk import Content, Place, shell, visit
from data.access import Actor, Permission

PLACES = (
    Place("/screen", "Wall", "s", Permission.VIEW),
    Place("/import", "Import", "i", Permission.IMPORT),
)


def actor(role: str) -> Actor:
    return Actor(1, "account", "zhao", role, 1)


def found(tree: Any, kind: str) -> list[Any]:
    """All elements of a kind, in order."""
    hit = [tree] if type(tree).__name__ == kind else []
    children = getattr(tree, "children", None)
    inside = children if isinstance(children, list | tuple) else [children]
    return hit + [one for child in inside if child is not None for one in found(child, kind)]


def page(role: str, **given: str) -> Any:
    at = visit("desk", "/import", given, actor(role), None)
    return shell(at, PLACES, Content("content"))


def links(tree: Any) -> list[str]:
    return [a.href for nav in found(tree, "Nav") for a in found(nav, "A")]


@pytest.mark.parametrize(
    ("role", "seen"), [("administrator", ["/screen", "/import"]), ("duty_officer", ["/screen"])]
)
def test_a_place_is_shown_to_whom_it_is_open(role: str, seen: list[str]) -> None:
    assert [link.split("?")[0] for link in links(page(role))] == seen


def test_language_and_theme_go_along_and_the_page_keeps_its_own_address() -> None:
    tree = page("administrator", lang="en", theme="light", kind="service", next='"><b>')
    assert links(tree) == ["/screen?lang=en&theme=light", "/import?lang=en&theme=light"]
    by_id = {getattr(a, "id", None): a for a in found(tree, "A")}
    assert by_id["lang"].href == ("/import?kind=service&next=%22%3E%3Cb%3E&lang=zh&theme=light")
    assert by_id["theme"].href.endswith("lang=en&theme=dark")
    assert found(tree, "H1")[0].children == "Import"


def test_what_no_page_knows_falls_back() -> None:
    at = visit("desk", "/import", {"lang": "fr", "theme": "pink"}, None, None)
    assert (at.lang, at.theme) == ("zh", "dark")
    assert links(shell(at, PLACES, Content("x"))) == []  # nobody is signed in
    assert desk.shell(at, PLACES, Content("x")).to_plotly_json()["props"]["data-lang"] == "zh-CN"


def test_a_page_loads_its_own_assets_only() -> None:
    names = ("core.js", "live.js", "map/00_map.js", "desk/_shell/01_shell.js", "desk/grids/a.js")
    html = "<head>\n" + "\n".join(
        [
            '<link rel="stylesheet" href="/assets/css/tokens.css?m=1">',
            '<link rel="stylesheet" href="/assets/css/wall.css?m=1">',
            '<script src="/_dash-component-suites/dash/deps/react.js"></script>',
            *(f'<script src="/assets/{name}?m=17.5"></script>' for name in names),
        ]
    )

    def kept(wanted: tuple[str, ...]) -> list[str]:
        every = ("css/tokens.css", "css/wall.css", "react.js", *names)
        return [name for name in every if name in assets.only(html, wanted)]

    shared = ["css/tokens.css", "react.js", "core.js"]
    assert kept(assets.of_desk("import")) == [*shared, "desk/_shell/01_shell.js"]
    assert kept(assets.of_desk("grids")) == [*shared, "desk/_shell/01_shell.js", "desk/grids/a.js"]
    assert kept(assets.WALL) == [
        *shared[:1],
        "css/wall.css",
        *shared[1:],
        "live.js",
        "map/00_map.js",
    ]
