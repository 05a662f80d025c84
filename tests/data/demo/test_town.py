"""The demo town: the right number of everything, borders shared exactly, two planted faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from data.demo.layout import DISTRICT_CODE, TOWN_CODE
from data.demo.model import Area, Grid, Town
from data.demo.plane import to_metres
from data.demo.town import make_town


def metres(geometry: Any) -> Any:
    return shapely.transform(geometry, lambda xy: to_metres(lonlat=xy))


def tiles(town: Town) -> list[Grid]:
    return [grid for grid in town.grids if grid.kind in ("service", "zone")]


def test_counts_are_those_of_the_specification(town: Town) -> None:
    levels = Counter(area.level for area in town.areas)
    kinds = Counter(grid.kind for grid in town.grids)
    forces = Counter(person.force_type for person in town.people)
    roles = Counter(post.role for post in town.posts)
    assert levels == {"district": 1, "town": 1, "sector": 8, "community": 38}
    assert kinds == {"administrative": 38, "zone": 167, "service": 214, "micro": 60, "dedicated": 4}
    assert forces["grid_worker"] == 316
    assert forces["grid_helper"] == 1263
    assert (roles["grid_chief"], roles["micro_grid_head"]) == (38, 60)
    assert (len(town.teams), len(town.buildings)) == (12, 9_500)
    assert Counter(f.kind for f in town.facilities)["key_place"] == 150
    assert sum(a.firms for a in town.areas if a.level == "community") == 120
    assert sum(a.population for a in town.areas if a.level == "community") == 86_000


def test_the_tree_has_parents_before_children_and_invented_codes(town: Town) -> None:
    seen: set[str | None] = {None}
    for area in town.areas:
        assert area.parent_code in seen
        assert len(area.code) == 12
        assert area.code.startswith("140599")
        seen.add(area.code)
    assert {DISTRICT_CODE, TOWN_CODE} <= seen
    assert len(seen) == len(town.areas) + 1
    assert len({grid.code for grid in town.grids}) == len(town.grids)


def test_the_town_is_where_and_as_large_as_it_should_be(town: Town) -> None:
    whole = metres(next(a.geometry for a in town.areas if a.level == "town"))
    west, south, east, north = whole.bounds
    assert 100e6 < whole.area < 130e6
    assert 13_500 < east - west < 16_000
    assert 8_500 < north - south < 10_000
    assert len(whole.geoms) == 1


def test_every_geometry_is_valid_and_in_place(town: Town) -> None:
    everything = [
        *(a.geometry for a in town.areas),
        *(g.geometry for g in town.grids),
        *(r.geometry for r in town.roads),
        *(b.geometry for b in town.buildings),
        *(f.geometry for f in town.features),
    ]
    shapes = np.array(everything, dtype=object)
    assert shapely.is_valid(shapes).all()
    assert not shapely.is_empty(shapes).any()
    west, south, east, north = shapely.total_bounds(shapes)
    assert 112.7 < west < east < 113.1
    assert 35.5 < south < north < 35.75


def test_children_add_up_to_their_parents(town: Town) -> None:
    by_code = {area.code: area for area in town.areas}
    administrative = {g.area_code: g for g in town.grids if g.kind == "administrative"}
    faulty = {code for defect in town.planted_defects for code in defect.grid_codes}
    for area in town.areas:
        children: list[Area | Grid] = [c for c in town.areas if c.parent_code == area.code]
        if area.level == "community":
            own = [g for g in tiles(town) if g.area_code == area.code]
            if faulty & {g.code for g in own}:
                continue
            children = [*own]
            assert administrative[area.code].geometry.equals(area.geometry)
        union = shapely.union_all([child.geometry for child in children])
        missing = shapely.symmetric_difference(union, by_code[area.code].geometry).area
        assert missing <= 1e-9 * area.geometry.area
        assert sum(c.geometry.area for c in children) - area.geometry.area <= 1e-9


def test_neighbours_share_edges_and_only_the_planted_grids_do_not(town: Town) -> None:
    own = tiles(town)
    shapes = np.array([grid.geometry for grid in own], dtype=object)
    wrong = {
        grid.code
        for grid, edges in zip(own, shapely.coverage_invalid_edges(shapes), strict=True)
        if not edges.is_empty
    }
    planted = {code for defect in town.planted_defects for code in defect.grid_codes}
    assert wrong
    assert wrong <= planted
    assert {defect.kind for defect in town.planted_defects} == {"gap", "overlap"}
    clean = np.array([g.geometry for g in own if g.code not in planted], dtype=object)
    assert shapely.coverage_is_valid(clean)


def test_planted_defects_are_exactly_the_missing_and_the_doubled_land(town: Town) -> None:
    whole = next(a.geometry for a in town.areas if a.level == "town")
    shapes = [grid.geometry for grid in tiles(town)]
    union = shapely.union_all(shapes)
    gap, overlap = sorted(town.planted_defects, key=lambda d: d.kind)
    missing = metres(shapely.difference(whole, union))
    assert abs(missing.area - gap.area_m2) < 0.2  # 0.1 mm over a border of a kilometre
    doubled = metres(shapely.GeometryCollection(shapes)).area - metres(union).area
    assert abs(doubled - overlap.area_m2) < 0.2
    assert 100 < gap.area_m2 < 20_000
    assert 100 < overlap.area_m2 < 20_000


def test_micro_grids_tile_their_service_grid(town: Town) -> None:
    by_code = {grid.code: grid for grid in town.grids}
    parents = {g.parent_code for g in town.grids if g.kind == "micro"}
    for code in parents:
        assert code is not None
        micro = [g.geometry for g in town.grids if g.parent_code == code]
        assert len(micro) == 3
        assert shapely.coverage_is_valid(np.array(micro, dtype=object))
        difference = shapely.symmetric_difference(shapely.union_all(micro), by_code[code].geometry)
        assert difference.area <= 1e-15


def test_grids_are_drawn_shapes_not_squares(town: Town) -> None:
    shapes = np.array([g.geometry for g in tiles(town)], dtype=object)
    corners = shapely.get_num_coordinates(shapes) - 1
    box = shapely.area(shapely.envelope(shapes))
    assert np.median(corners) > 15
    assert np.median(shapely.area(shapes) / box) < 0.75


def test_buildings_lie_in_their_service_grid_apart_from_each_other(town: Town) -> None:
    grids = {g.code: g for g in town.grids}
    shapes = np.array([b.geometry for b in town.buildings], dtype=object)
    homes = np.array([grids[b.grid_code].geometry for b in town.buildings], dtype=object)
    assert shapely.contains_properly(homes, shapes).all()
    assert all(b.area_code == grids[b.grid_code].area_code for b in town.buildings)
    assert {grids[b.grid_code].kind for b in town.buildings} == {"service"}
    tree = shapely.STRtree(shapes)
    a, b = tree.query(shapes, predicate="intersects")
    assert (a == b).all()
    roads = [r.geometry for r in town.roads]
    assert len(tree.query(roads, predicate="intersects")[0]) == 0
    assert 30_000 < sum(b.dwellings for b in town.buildings) < 32_000


def test_roads_meet_only_at_their_ends_and_all_hang_together(town: Town) -> None:
    graph = town.graph
    ends = np.array([e.coords[k] for e in graph.edges for k in (0, -1)]).reshape(-1, 2, 2)
    assert np.allclose(graph.nodes_m[graph.start], ends[:, 0], atol=0.011)
    assert np.allclose(graph.nodes_m[graph.end], ends[:, 1], atol=0.011)
    tree = shapely.STRtree(list(graph.edges))
    assert len(tree.query(list(graph.edges), predicate="crosses")[0]) == 0
    reached = np.zeros(len(graph.nodes_m), dtype=bool)
    a, b = graph.start[graph.walkable], graph.end[graph.walkable]
    reached[a[0]] = True
    while True:
        before = reached.sum()
        reached[b[reached[a]]] = True
        reached[a[reached[b]]] = True
        if reached.sum() == before:
            break
    assert reached[a].all()
    assert reached[b].all()


def test_the_same_seed_makes_the_same_town_to_the_last_vertex(town: Town) -> None:
    again = make_town(seed=7)
    picks: list[Callable[[Town], Any]] = [
        lambda t: t.areas,
        lambda t: t.grids,
        lambda t: t.buildings,
        lambda t: t.facilities,
        lambda t: t.roads,
    ]
    for pick in picks:
        first = np.array([x.geometry for x in pick(town)], dtype=object)
        second = np.array([x.geometry for x in pick(again)], dtype=object)
        assert (shapely.to_wkb(first) == shapely.to_wkb(second)).all()
    assert town.people == again.people
    assert town.posts == again.posts
    assert town.teams == again.teams
