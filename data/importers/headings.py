"""The names that columns have in files, for each field: English, Chinese, pinyin.

Each field has tiers of names. A name of an earlier tier wins; two of one tier compete, and are
asked about. What a file is about changes what a name means: 社区名称 is the name of a community,
and the parent of a grid.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

Tiers = tuple[tuple[str, ...], ...]

# Words for a level's areas, besides its own names, as they begin the names of columns.
STEMS: Mapping[str, tuple[str, ...]] = {
    "district": ("区县", "区", "县", "县区", "qx", "district"),
    "subdistrict": ("街道", "镇街", "街镇", "jiedao", "subdistrict", "street"),
    "town": ("乡镇", "镇", "镇街", "街镇", "xz", "zhen", "town"),
    "sector": ("片区", "pq", "sector"),
    "community": ("社区", "村社", "村居", "社区村", "村", "sq", "shequ", "community"),
    "village": ("村", "行政村", "cun", "village"),
}
GRID_STEMS = ("网格", "wg", "wangge", "grid", "单元网格")
NAME_ENDS = ("名称", "名", "mc", "mingcheng", "name")
CODE_ENDS = ("编码", "代码", "编号", "bm", "dm", "bh", "bianma", "daima", "code", "no", "id")

PARENT: Tiers = (
    ("上级编码", "上级代码", "上级区域编码", "父级编码", "sjbm", "parentcode", "parentid", "pid"),
    (
        "上级",
        "上级区域",
        "上级名称",
        "父级",
        "父节点",
        "所属区域",
        "所属辖区",
        "parentname",
        "shangji",
    ),
)
GENERAL: Mapping[str, Tiers] = {
    "code": (("编码", "代码", "编号", "区划代码", "bm", "dm", "bh", "bianma", "daima"), ("id",)),
    "id": (
        ("事件编号", "工单编号", "案件编号", "事件编码", "工单号", "案件号", "任务号", "eventid"),
        ("编号", "编码", "bh", "bianhao"),
    ),
    "name": (("名称", "mc", "mingcheng", "区划名称"), ("名字", "title")),
    "level": (
        ("层级", "级别", "行政级别", "区域层级", "区划级别", "cengji", "jibie", "adminlevel"),
    ),
    "kind": (("类型", "类别", "种类", "leixing", "leibie", "type", "category"),),
    "parent": PARENT,
    "population": (("人口", "人口数", "总人口", "rk", "rks", "renkou"), ("常住人口", "户籍人口")),
    "households": (("户数", "总户数", "hs", "hushu", "household"),),
    "lon": (("lng", "long", "longitude", "经度", "jingdu", "东经"),),
    "lat": (("latitude", "纬度", "weidu", "北纬"),),
    "x": (("x坐标", "东坐标", "pointx"),),
    "y": (("y坐标", "北坐标", "pointy"),),
    "wkt": (("geometrywkt", "geomwkt", "thegeom"),),
    "address": (("地址", "详细地址", "dz", "dizhi", "addr"), ("位置", "所在位置", "地点")),
    "service_radius_m": (("radiusm", "服务半径", "半径", "radius"),),
    "phone": (
        ("手机", "手机号", "手机号码", "mobile", "sj", "shouji"),
        ("联系电话", "电话", "电话号码", "联系方式", "lxdh", "dianhua", "telephone", "tel"),
    ),
    "role": (("岗位", "角色", "职务", "人员类型", "gangwei", "zhiwu", "position", "post"),),
    "force_type": (("力量类型", "队伍类型", "liliangleixing"),),
    "team": (("队伍", "班组", "duiwu"),),
    "type": (
        ("事件类型", "事件小类", "小类", "小类名称", "案件类型", "xiaolei", "eventtype"),
        ("类型", "类别", "leixing", "category"),
    ),
    "class": (("大类", "大类名称", "事件大类", "dalei", "eventclass"),),
    "opened": (
        ("上报时间", "openedat", "opentime", "发现时间", "受理时间", "发生时间", "shangbaoshijian"),
        ("time", "时间", "创建时间", "登记时间", "日期", "date", "datetime", "created", "shijian"),
    ),
    "due": (("dueat", "截止时间", "办理时限", "处置时限", "应办结时间", "jiezhishijian"),),
    "closed": (("closedat", "办结时间", "结案时间", "完成时间", "关闭时间", "banjieshijian"),),
    "settled_at": (("settled", "办结层级"),),
    "satisfied": (("满意度", "是否满意", "评价"),),
    "text": (
        ("事件描述", "问题描述", "案件描述", "描述", "description", "desc", "miaoshu"),
        ("内容", "事件内容", "诉求内容", "详情", "details", "neirong"),
        ("备注", "remark"),
    ),
}
PEOPLE: Mapping[str, Tiers] = {
    "code": (
        ("工号", "人员编号", "人员编码", "网格员编号", "gonghao", "staffid"),
        ("编号", "编码", "id"),
    ),
    "name": (("姓名", "人员姓名", "xm", "xingming", "fullname"), ("名称",)),
    "grid": (
        (
            "所在网格编码",
            "所属网格编码",
            "网格编码",
            "网格编号",
            "网格代码",
            "gridcode",
            "wgbm",
            "wgbh",
        ),
        ("所在网格", "所属网格", "责任网格", "网格", "suoshuwangge"),
    ),
    "grid_kind": (("网格类型", "wglx"),),
}
GROUND: Mapping[str, Tiers] = {
    "code": (("osmid",), *GENERAL["code"]),
    "name": (
        ("道路名称", "路名", "河流名称", "水系名称", "建筑名称", "楼名", "roadname"),
        *GENERAL["name"],
    ),
    "kind": (("要素类型", "要素类别", "地物类型", "地类"), *GENERAL["kind"]),
    "class": (
        ("道路等级", "公路等级", "等级", "道路类型", "dldj", "roadclass"),
        ("技术等级", "行政等级"),
        ("fclass",),
        ("highway",),
        ("railway",),
    ),
    "dwellings": (("户数", "住户数", "总户数", "套数", "hs", "hushu", "households"),),
}
CHIEFS = ("网格长", "网格员", "微网格长", "楼栋长", "网格指导员")  # a column of persons, so called
FACILITY_STEMS = ("阵地", "设施", "站点", "场所", "机构")
TRUNCATED = 10  # bytes of a name in a DBF
_NOISE = re.compile(r"\([^)]*\)|\[[^\]]*\]|[\s_\-·.:*/]")


def fold(name: str) -> str:
    """A column's name without what does not tell: case, width, blanks, marks, units in brackets."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name).strip().casefold())


def cut(name: str) -> set[str]:
    """What a Shapefile leaves of a name, in UTF-8 and in GBK; nothing where it leaves it whole."""
    found = set()
    for codec in ("utf-8", "gb18030"):
        data = name.encode(codec)
        if len(data) > TRUNCATED:
            found.add(data[:TRUNCATED].decode(codec, errors="ignore"))
    return found


def tiers(noun: str, field: str, level: str | None, *, bare: bool) -> list[list[str]]:
    """The names for a field of a noun (areas, grids, …), strongest first, folded.

    `level` is that of all rows of a file of areas where it is said. `bare` says that the rows
    have no place, so that the names of coarser areas beside them must say where they belong.
    """
    if noun == "people":
        found = PEOPLE.get(field, GENERAL.get(field, ()))
        found = (*found, CHIEFS) if field == "name" else found
        found = (*found, *_above(None, bare=True)) if field == "parent" else found
    elif noun == "ground" and field in GROUND:
        found = GROUND[field]
    elif field in ("name", "code"):
        ends = NAME_ENDS if field == "name" else CODE_ENDS
        found = (*_own(noun, level, ends), *GENERAL[field])
        if noun == "areas":
            found = (
                *found,
                tuple(f"{stem}{e}" for s in STEMS.values() for stem in s for e in ends),
            )
        if field == "name":
            found = (*found, GRID_STEMS if noun == "grids" else STEMS.get(level or "", ()))
    elif field == "parent":
        found = (*PARENT, *_above(level, bare=bare))
    elif field == "kind":
        stems = FACILITY_STEMS if noun == "facilities" else GRID_STEMS
        found = (tuple(f"{s}{e}" for s in stems for e in ("类型", "类别", "种类", "lx")),)
        found = (*found, *GENERAL["kind"])
    else:
        found = GENERAL.get(field, ())
    return [[fold(name) for name in tier] for tier in found]


def _own(noun: str, level: str | None, ends: tuple[str, ...]) -> Tiers:
    """社区名称 in a file of communities, 网格名称 in one of grids."""
    stems = {"grids": GRID_STEMS, "facilities": FACILITY_STEMS}.get(
        noun, STEMS.get(level or "", ())
    )
    return (tuple(f"{stem}{end}" for stem in stems for end in ends),)


def _above(level: str | None, *, bare: bool) -> Tiers:
    """所属社区 before 所属街道: the finest area above; its plain name only where nothing else
    says where a row belongs."""
    order = list(STEMS)
    finer = order.index(level) if level is not None and level in STEMS else len(order)
    found: list[tuple[str, ...]] = []
    for one in reversed(order[:finer]):
        stems = STEMS[one]
        found.append(tuple(f"所属{stem}{end}" for stem in stems for end in ("编码", "代码")))
        found.append(tuple(f"所属{stem}{end}" for stem in stems for end in ("", "名称")))
    if bare:
        for one in reversed(order[:finer]):
            found.append(tuple(f"{stem}{end}" for stem in STEMS[one] for end in CODE_ENDS))
            found.append(tuple(f"{stem}{end}" for stem in STEMS[one] for end in (*NAME_ENDS, "")))
    return tuple(found)
