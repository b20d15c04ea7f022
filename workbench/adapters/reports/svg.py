"""A figure of matplotlib made fit to stand in a page: no style of its own, no id of another figure.

A strict content policy forbids style elements and style attributes, so both become presentation
attributes; the colours it was drawn in become variables of the page, for light, dark and print.
"""

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_DROPPED = {f"{{{SVG}}}metadata", f"{{{SVG}}}style"}
_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_FONT = re.compile(r"(?:(\w+) )?([\d.]+)px .*")


def clean_svg(source: str, key: str, title: str, colours: Mapping[str, str]) -> str:
    """The svg element as text; `key` begins its ids, `title` is read out by a screen reader.

    `colours` maps what it was drawn in (lower case, #rrggbb) to variables of the page.
    """
    ET.register_namespace("", SVG)
    root = ET.fromstring(source)  # noqa: S314 - matplotlib wrote it
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in _DROPPED]:
            parent.remove(child)
    for node in root.iter():
        _clean(node, key, colours)
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    root.attrib |= {"role": "img", "aria-labelledby": f"{key}-title"}
    name = ET.Element(f"{{{SVG}}}title", {"id": f"{key}-title"})
    name.text = title
    root.insert(0, name)
    return ET.tostring(root, encoding="unicode")


def _clean(node: ET.Element, key: str, colours: Mapping[str, str]) -> None:
    for part in node.attrib.pop("style", "").split(";"):
        name, sign, value = (piece.strip() for piece in part.partition(":"))
        if name == "font":
            node.attrib |= _read_font(value)
        elif sign and not name.startswith("-"):
            node.set(name, value)
    if link := node.attrib.pop(_LINK, ""):
        node.set("href", f"#{key}-{link.removeprefix('#')}")
    for name, value in node.attrib.items():
        if name == "id":
            node.set(name, f"{key}-{value}")
        elif value in colours:
            node.set(name, f"var({colours[value]})")
        else:
            node.set(name, _REFERENCE.sub(rf"url(#{key}-\1)", value))


def _read_font(value: str) -> dict[str, str]:
    """`bold 9px 'DejaVu Sans'`: its size and weight; the family is the page's."""
    match = _FONT.fullmatch(value)
    if not match:
        return {}
    weight = {"font-weight": match[1]} if match[1] else {}
    return {"font-size": match[2], **weight}
