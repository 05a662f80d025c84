"""Messages of the Common Alerting Protocol, as a weather office writes them."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.factories import NOON

WEST = "35.601,112.901 35.601,112.909 35.609,112.909 35.609,112.901 35.601,112.901"
BOTH = "35.5,112.8 35.5,113.0 35.7,113.0 35.7,112.8 35.5,112.8"
FAR = "10,10 10,11 11,11 11,10 10,10"
ENGLISH = """<info><language>en-US</language><category>Met</category><event>Rainstorm</event>
<urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>
<headline>Heavy rain</headline><description>50 mm</description></info>"""


def when(minutes: float, now: datetime = NOON) -> str:
    return (now + timedelta(minutes=minutes)).isoformat()


def message(
    identifier: str = "A1", *, kind: str = "Alert", status: str = "Actual", sent: float = -10,
    refs: str = "", area: str = f"<polygon>{WEST}</polygon>", expires: float | None = 120,
    event: str = "暴雨", headline: str = "暴雨橙色预警", more: str = "", sender: str = "w@x.cn",
    effective: float | None = None, now: datetime = NOON,
) -> str:  # fmt: skip
    """A message as a weather office writes it: English first, so that the order is ours."""
    ends = "" if expires is None else f"<expires>{when(expires, now)}</expires>"
    begins = "" if effective is None else f"<effective>{when(effective, now)}</effective>"
    named = " ".join(f"{sender},{one},{when(-60, now)}" for one in refs.split())
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{identifier}</identifier>
<sender>{sender}</sender><sent>{when(sent, now)}</sent><status>{status}</status>
<msgType>{kind}</msgType><scope>Public</scope><references>{named}</references>
{ENGLISH.replace("</info>", ends + begins + "</info>")}
<info><language>zh-CN</language><category>Met</category><event>{event}</event>
<urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>{begins}
{ends}<headline>{headline}</headline><description>未来三小时</description>
<instruction>减少外出</instruction><area><areaDesc>西片</areaDesc>{area}</area></info>{more}
</alert>"""
