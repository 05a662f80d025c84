"""The event types of the demo: classes, names, time limits and what people write about them.

Class and sub-class numbers follow CJ/T 214 where it has them (E = event, C = component); the
rest are local ones (L). Limits follow the published ones of some towns; `working` limits run
08-12 and 14-18 only, `natural` ones day and night.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.demo.plane import Floats


@dataclass(frozen=True, slots=True)
class EventClass:
    """A class of events with its share of all reports."""

    code: str
    name_zh: str
    name_en: str
    share: float


@dataclass(frozen=True, slots=True)
class EventType:
    """One event type; `limit_minutes` counts working or natural minutes as `mode` says.

    `weight` is its share within the class, `texts` what a report says ({s} = the street).
    """

    code: str
    class_code: str
    name_zh: str
    name_en: str
    limit_minutes: int
    mode: str
    weight: float
    texts: tuple[str, ...]
    urgent: bool = False


EVENT_CLASSES: tuple[EventClass, ...] = (
    EventClass("appearance", "市容环境", "Appearance", 0.34),
    EventClass("hazard", "安全隐患", "Hazards", 0.185),
    EventClass("street_order", "街面秩序", "Street order", 0.17),
    EventClass("facility", "部件设施", "Facilities", 0.08),
    EventClass("population", "人口房屋", "Population and housing", 0.06),
    EventClass("environment", "生态环境", "Environment", 0.05),
    EventClass("service", "便民服务", "Service request", 0.05),
    EventClass("dispute", "矛盾纠纷", "Dispute", 0.044),
    EventClass("market", "市场监管", "Market", 0.01),
    EventClass("emergency", "突发防汛", "Flood and emergency", 0.006),
    EventClass("other", "其他", "Other", 0.005),
)


def _types(class_code: str, *rows: tuple[str, str, str, int, str, float, str]) -> list[EventType]:
    """Rows: code, zh, en, minutes, w(orking) / n(atural) / u(rgent), weight, texts split by |."""
    return [
        EventType(
            code=code,
            class_code=class_code,
            name_zh=zh,
            name_en=en,
            limit_minutes=minutes,
            mode="working" if clock == "w" else "natural",
            weight=weight,
            texts=tuple(texts.split("|")),
            urgent=clock == "u",
        )
        for code, zh, en, minutes, clock, weight, texts in rows
    ]


EVENT_TYPES: tuple[EventType, ...] = (
    *_types(
        "appearance",
        ("E0102", "暴露垃圾", "Exposed refuse", 240, "w", 30,
         "{s}路边有暴露垃圾，请清理|{s}垃圾桶旁垃圾外溢|{s}绿化带内有散落垃圾"),
        ("E0103", "积存渣土", "Heaped spoil", 960, "w", 9,
         "{s}有装修渣土堆放未清运|{s}空地积存建筑垃圾约两方"),
        ("E0104", "道路不洁", "Dirty road", 120,
         "w", 18, "{s}路面有泥土和落叶|{s}路面油污，清扫不及时"),
        ("E0101", "私搭乱建", "Illegal construction", 4800, "w", 2,
         "{s}有人搭建彩钢棚|{s}屋顶正在加盖，未见手续"),
        ("E0201", "非法小广告", "Illegal flyers", 480,
         "w", 12, "{s}墙面张贴小广告|{s}电线杆上有喷涂广告"),
        ("E0106", "绿地脏乱", "Untidy green", 240, "w", 8, "{s}绿地内有白色垃圾|{s}绿地杂草过高"),
        ("E0110", "道路破损", "Damaged road", 2400,
         "w", 5, "{s}路面有坑洞，影响通行|{s}人行道砖破损"),
        ("E0105", "水域不洁", "Dirty water", 1440, "w", 3, "{s}旁水渠漂浮垃圾|河边有塑料瓶漂浮"),
        ("E0117", "动物尸体", "Dead animal", 120, "n", 2, "{s}路边有动物尸体，请处理"),
        ("E0115", "焚烧垃圾", "Burning refuse", 120, "n", 3, "{s}有人焚烧落叶|{s}垃圾点冒烟"),
    ),
    *_types(
        "hazard",
        ("L2101", "消防通道堵塞", "Blocked fire lane", 120, "n", 20,
         "{s}消防通道停放车辆|{s}楼道口被电动车堵住"),
        ("L2102", "飞线充电", "Unsafe charging", 240,
         "w", 17, "{s}楼上拉线给电动车充电|{s}楼道内充电"),
        ("L2103", "用电隐患", "Electrical hazard", 480, "w", 14, "{s}电线老化外露|{s}配电箱门未关"),
        ("L2104", "燃气隐患", "Gas hazard", 60,
         "u", 4, "{s}住户反映有燃气味|{s}商户气瓶摆放不规范"),
        ("L2105", "房屋隐患", "Unsafe building", 960, "w", 9, "{s}老房墙体开裂|{s}外墙皮有脱落"),
        ("L2106", "施工隐患", "Works hazard", 480, "w", 10, "{s}工地围挡缺失|{s}施工未设警示"),
        ("L2107", "易燃堆放", "Flammable heap", 240,
         "w", 15, "{s}屋旁堆放柴草|{s}门前堆放易燃杂物"),
        ("L2108", "出租房隐患", "Rental hazard", 480,
         "w", 11, "{s}出租房无灭火器|{s}群租房隔断过多"),
    ),
    *_types(
        "street_order",
        ("E0504", "占道经营", "Trading on the street", 120,
         "w", 26, "{s}店铺出店经营|{s}摊位占用人行道"),
        ("E0505", "机动车乱停", "Cars badly parked", 120,
         "w", 28, "{s}车辆占用人行道|{s}路口违停，影响通行"),
        ("E0506", "非机动车乱停", "Bikes badly parked", 120,
         "w", 16, "{s}电动车乱停放|{s}共享单车倒伏"),
        ("E0501", "无照游商", "Unlicensed pedlar", 120,
         "w", 9, "{s}有流动摊贩|{s}校门口有游商聚集"),
        ("E0507", "占道堆物", "Goods on the street", 240,
         "w", 13, "{s}堆放杂物占道|{s}门前堆放建材"),
        ("E0510", "露天烧烤", "Open-air barbecue", 120, "n", 4, "{s}露天烧烤油烟大"),
        ("E0511", "沿街晾挂", "Drying on the street", 240, "w", 4, "{s}沿街晾晒衣物"),
    ),
    *_types(
        "facility",
        ("C0101", "井盖缺失", "Missing manhole cover", 120,
         "u", 8, "{s}井盖缺失，已做围挡|{s}窨井无盖"),
        ("C0102", "井盖松动", "Loose manhole cover", 480, "w", 17, "{s}井盖松动有异响|{s}井盖下沉"),
        ("C0118", "路灯不亮", "Street lamp out", 960, "w", 27, "{s}路灯不亮|{s}连续三盏路灯熄灭"),
        ("C0204", "护栏损坏", "Damaged railing", 1440, "w", 10, "{s}护栏被撞坏|{s}护栏缺一段"),
        ("C0104", "雨水箅子堵塞", "Blocked drain", 480, "w", 16, "{s}雨水箅子被树叶堵住"),
        ("C0113", "消防栓损坏", "Damaged hydrant", 480, "w", 6, "{s}消防栓漏水|{s}消防栓箱门损坏"),
        ("C0206", "标志牌损坏", "Damaged road sign", 960, "w", 8, "{s}交通标志牌歪斜"),
        ("C0402", "行道树倒伏", "Fallen tree", 240, "n", 8, "{s}行道树倒伏挡路|{s}树枝折断悬空"),
    ),
    *_types(
        "population",
        ("L2201", "流动人口登记", "Newcomer to register", 1440, "w", 60, "{s}有新租户入住待登记"),
        ("L2202", "房屋信息变更", "Housing data changed", 2400, "w", 40, "{s}房屋出租信息变更"),
    ),
    *_types(
        "environment",
        ("E0302", "施工扬尘", "Construction dust", 240,
         "w", 28, "{s}工地扬尘，未洒水|{s}渣土车未覆盖"),
        ("E0116", "油烟污染", "Cooking fumes", 480, "w", 20, "{s}饭店油烟直排"),
        ("E0508", "噪声扰民", "Noise", 240, "n", 27, "{s}音响噪声扰民|{s}夜间施工噪声"),
        ("L2301", "污水乱排", "Sewage discharge", 480, "w", 19, "{s}污水外溢|{s}有污水排入水渠"),
        ("L2302", "秸秆焚烧", "Straw burning", 60, "u", 6, "{s}地里焚烧秸秆|田间有明火"),
    ),
    *_types(
        "service",
        ("L2401", "帮办代办", "Errand for a resident", 1440,
         "w", 45, "{s}老人请求代办医保|{s}居民请求代办证件"),
        ("L2402", "困难求助", "Household in need", 960, "w", 25, "{s}住户反映生活困难"),
        ("L2403", "独居老人探访", "Visit to an elderly person", 480,
         "w", 20, "{s}独居老人请求上门"),
        ("L2404", "停水停电", "Water or power cut", 240,
         "n", 10, "{s}停电，询问恢复时间|{s}自来水水压低"),
    ),
    *_types(
        "dispute",
        ("L2501", "邻里纠纷", "Neighbours' dispute", 1440,
         "w", 50, "{s}邻居因噪声争吵|{s}两户因排水起争执"),
        ("L2502", "家庭纠纷", "Family dispute", 1440, "w", 20, "{s}家庭纠纷，请求调解"),
        ("L2503", "土地权属", "Land dispute", 3360, "w", 14, "{s}地界有争议"),
        ("L2504", "劳资纠纷", "Wage dispute", 2400, "w", 16, "{s}工人反映拖欠工资"),
    ),
    *_types(
        "market",
        ("L2601", "无证经营", "Trading without licence", 2400, "w", 60, "{s}商户未见营业执照"),
        ("L2602", "食品卫生", "Food hygiene", 960, "w", 40, "{s}饭店后厨卫生差"),
    ),
    *_types(
        "emergency",
        ("E0406", "路面积水", "Standing water", 240,
         "u", 50, "{s}路面积水约二十厘米|{s}桥下积水，车辆绕行"),
        ("E0402", "水管破裂", "Burst water pipe", 240, "u", 28, "{s}自来水管破裂"),
        ("E0401", "路面塌陷", "Road collapse", 120, "u", 12, "{s}路面塌陷，已围挡"),
        ("E0403", "燃气泄漏", "Gas leak", 60, "u", 10, "{s}施工挖断燃气管"),
    ),
    *_types("other", ("L2999", "其他事项", "Other matter", 480, "w", 1, "{s}居民反映其他问题")),
)  # fmt: skip

# name, zh, en, share of all reports
SOURCES: tuple[tuple[str, str, str, float], ...] = (
    ("worker", "网格员上报", "Grid worker", 0.82), ("hotline", "12345热线", "Hotline 12345", 0.09),
    ("citizen", "居民随手拍", "Citizen app", 0.05), ("video", "视频巡查", "Video patrol", 0.02),
    ("sensor", "物联感知", "Sensor", 0.01), ("superior", "上级转办", "From above", 0.01),
)  # fmt: skip


def type_shares() -> Floats:
    """The share of each event type among all reports, in the order of EVENT_TYPES; sums to 1."""
    weight = {group.code: 0.0 for group in EVENT_CLASSES}
    for kind in EVENT_TYPES:
        weight[kind.class_code] += kind.weight
    group_share = {group.code: group.share for group in EVENT_CLASSES}
    share = np.array(
        [group_share[t.class_code] * t.weight / weight[t.class_code] for t in EVENT_TYPES]
    )
    total: Floats = share / share.sum()
    return total
