"""What happens in the wall's town: kinds and types, and the events that are open at the start."""

from __future__ import annotations

from typing import Any

import psycopg

CLASSES = (
    ("appearance", 1, "市容", "Appearance"),
    ("hazard", 2, "隐患", "Hazards"),
    ("street", 3, "街面", "Street order"),
    ("component", 4, "部件", "Facilities"),
    ("dispute", 5, "纠纷", "Disputes"),
)
TYPES = (
    ("waterlogging", "hazard", "路面积水", "Waterlogged road"),
    ("refuse", "appearance", "暴露垃圾", "Exposed refuse"),
    ("cover", "component", "井盖缺失", "Missing manhole cover"),
    ("peddler", "street", "占道经营", "Street peddling"),
    ("exit", "hazard", "消防通道堵塞", "Blocked fire exit"),
    ("quarrel", "dispute", "邻里纠纷", "Quarrel of neighbours"),
)
# type, minutes open, limit in minutes or None, community, settled
OPEN = (
    ("waterlogging", 132, 60, 1),
    ("refuse", 276, 240, 0),
    ("cover", 128, 120, 4),
    ("peddler", 109, 120, 5),
    ("exit", 101, 120, 8),
    ("refuse", 213, 240, 9),
    *(("refuse", 5 + 7 * i, 600, i % 12) for i in range(20)),
    ("quarrel", 300, None, 3),
    ("quarrel", 200, None, 10),
)
INSERT_EVENT = (
    "INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, geom, text, address,"
    " opened_at, due_at, closed_at, settled_at, satisfied) SELECT (SELECT id FROM source LIMIT 1),"
    " %(key)s, t.id, %(area)s, %(grids)s, ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), 4326), %(text)s,"
    " %(address)s, %(opened)s, %(due)s, %(closed)s, %(settled)s, %(satisfied)s"
    " FROM event_type t WHERE t.code = %(type)s RETURNING id"
)


def catalogue(link: psycopg.Connection[Any]) -> None:
    """Write the kinds of grids, stations and events, and the source of events."""
    link.execute("INSERT INTO grid_kind VALUES ('service', 1, '服务网格', 'Service grid', true)")
    link.execute("INSERT INTO facility_kind VALUES ('station', '党群服务站', 'Service station')")
    for row in CLASSES:
        link.execute("INSERT INTO event_class VALUES (%s, %s, %s, %s)", row)
    for code, class_, zh, en in TYPES:
        link.execute(
            "INSERT INTO event_type (code, class, name_zh, name_en, limit_s)"
            " VALUES (%s, %s, %s, %s, 7200)",
            [code, class_, zh, en],
        )
    link.execute("INSERT INTO source (name, area_id) SELECT '热线', id FROM area")
