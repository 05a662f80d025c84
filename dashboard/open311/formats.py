"""One answer in JSON and in XML: the XML says each name, the JSON is its Spark convention."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson

JSON, XML = "json", "xml"
MEDIA = {JSON: "application/json; charset=utf-8", XML: "text/xml; charset=utf-8"}
DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'
ITEMS = {  # what stands in a list of this name
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # for XML 1.0


def write(name: str, value: Any, format: str) -> bytes:
    """A value of dictionaries, lists and scalars under the name of its root element."""
    if format == JSON:
        return orjson.dumps(value)
    root = Element(name)
    _fill(root, value)
    return DECLARATION + bytes(tostring(root, encoding="utf-8"))


def _fill(element: Element, value: Any) -> None:
    if isinstance(value, dict):
        for name, one in value.items():
            _fill(SubElement(element, name), one)
    elif isinstance(value, list):
        for one in value:
            _fill(SubElement(element, ITEMS[element.tag]), one)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = UNFIT.sub("\ufffd", str(value))


def split(path: str) -> tuple[str, str | None]:
    """What a path names and the format at its end; None where it says none of ours."""
    name, dot, ending = path.rpartition(".")
    return (name, ending) if dot and ending in MEDIA else (path, None)


def wanted(accept: str) -> str:
    """The format by an Accept header: XML, which everybody must know, unless it asks for JSON."""
    return JSON if "json" in accept and "xml" not in accept.partition("json")[0] else XML
