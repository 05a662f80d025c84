"""From drawn roads to a graph whose edges meet only at their ends. Metres throughout."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from data.demo.ground import Ground
from data.demo.plane import Floats, Ints

_NODE_GRID_M = 0.01
_LONGEST_EDGE_M = 420.0
CLASSES = ("highway", "main", "ring", "county", "street", "lane", "field")


@dataclass(frozen=True, slots=True)
class RoadLine:
    """A drawn road before it is cut at the crossings."""

    name: str
    road_class: str
    place: int | None
    geometry: shapely.LineString


@dataclass(frozen=True, slots=True)
class RoadGraph:
    """Edges cut at every crossing.

    `nodes_m` is (n, 2); `start`, `end`, `rank` (index into CLASSES), `name` (index into `names`)
    and `length_m` run parallel to `edges`. Every node of `walkable` edges can be reached from
    every other.
    """

    nodes_m: Floats
    edges: tuple[shapely.LineString, ...]
    start: Ints
    end: Ints
    rank: Ints
    name: Ints
    names: tuple[str, ...]
    length_m: Floats
    walkable: NDArray[np.bool_]


def make_graph(lines: list[RoadLine], ground: Ground) -> RoadGraph:
    """Cut the roads at every crossing; keep what hangs together, and main roads beyond."""
    noded = shapely.unary_union([line.geometry for line in lines], grid_size=_NODE_GRID_M)
    edges = shapely.get_parts(shapely.line_merge(noded))
    edges = _short(edges[shapely.length(edges) > 0.5])
    owner = _owners(edges, lines)
    ends = np.vstack([shapely.get_coordinates(shapely.get_point(edges, i)) for i in (0, -1)])
    nodes, index = np.unique(np.round(ends, 2), axis=0, return_inverse=True)
    start, end = index[: len(edges)], index[len(edges) :]
    inside = shapely.contains_properly(shapely.buffer(ground.outline, 80.0), edges)
    walkable = inside & _largest_part(len(nodes), start, end, inside)
    rank = np.array([CLASSES.index(line.road_class) for line in lines])[owner]
    keep = walkable | (rank <= CLASSES.index("main"))
    names = tuple(dict.fromkeys(line.name for line in lines))
    name = np.array([names.index(line.name) for line in lines])[owner]
    return RoadGraph(
        nodes_m=nodes,
        edges=tuple(edges[keep]),
        start=start[keep],
        end=end[keep],
        rank=rank[keep],
        name=name[keep],
        names=names,
        length_m=shapely.length(edges[keep]),
        walkable=walkable[keep],
    )


def _short(edges: NDArray[np.object_]) -> NDArray[np.object_]:
    """Cut long edges into stretches: a round or a map tile then takes what it needs."""
    out: list[shapely.LineString] = []
    for edge in edges:
        count = int(np.ceil(edge.length / _LONGEST_EDGE_M))
        cuts = np.linspace(0.0, edge.length, count + 1)
        parts = [edge] if count < 2 else [substring(edge, a, b) for a, b in pairwise(cuts)]
        out += parts
    rounded: NDArray[np.object_] = shapely.transform(
        np.array(out, dtype=object), lambda xy: np.round(xy, 2)
    )
    return rounded


def _owners(edges: NDArray[np.object_], lines: list[RoadLine]) -> Ints:
    """For each edge the drawn road it came from; the higher class wins where roads share it."""
    tree = shapely.STRtree([line.geometry for line in lines])
    middle = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    edge, line = tree.query(middle, predicate="dwithin", distance=0.3)
    rank = np.array([CLASSES.index(road.road_class) for road in lines])
    order = np.lexsort((line, rank[line], edge))
    first = np.unique(edge[order], return_index=True)
    owner: Ints = tree.nearest(middle)
    owner[first[0]] = line[order][first[1]]
    return owner


def _largest_part(n: int, start: Ints, end: Ints, usable: Ints) -> Ints:
    """Mark the edges of the largest connected part, by repeated label spreading."""
    label = np.arange(n)
    a, b = start[usable], end[usable]
    while True:
        low = np.minimum(label[a], label[b])
        before = label.copy()
        np.minimum.at(label, a, low)
        np.minimum.at(label, b, low)
        label = label[label]
        if (label == before).all():
            break
    winner = np.bincount(label[a]).argmax()
    largest: Ints = label[start] == winner
    return largest
