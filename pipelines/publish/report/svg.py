"""Charts: Vega-Lite specifications to SVG that stands inside a page, with links, in the page's colours, without scripts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import vl_convert

VEGALITE_VERSION = "6.4"
"""Named, so that a newer vl-convert draws the same picture."""

MANY_POINTS = 40
"""With more points than this the keyboard passes a chart by: its table has the same links in reading order."""

_NAMESPACES = re.compile(r' xmlns(?::\w+)?="[^"]*"')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_TAG = re.compile(r"<[^>]*>")
_POINT = re.compile(r"point:(\d+)$")
_DROPPED_ATTRIBUTES = (
    "role",
    "aria-label",
    "aria-roledescription",
    "aria-hidden",
    "pointer-events",
    "stroke-miterlimit",
    "class",
    "font-family",
)
"""What a page needs not: names for screen readers come from titles and tables, the font from the page."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Point:
    """A mark of a chart: what it says when pointed at or read aloud, and where its quotes stand (None without any)."""

    label: str
    href: str | None


def printable(text: str) -> str:
    """Text without characters that XML forbids or that turn the direction of what follows."""
    return _UNPRINTABLE.sub("�", text)


def draw(specification: Mapping[str, Any], points: Sequence[Point], *, label: str, kind: str) -> str:
    """Draw a chart.

    Args:
        specification: Vega-Lite. A mark whose ``description`` is ``point:N`` becomes a link to ``points[N]``.
        points: what the marks say and where they lead.
        label: what a screen reader says of the chart as a whole.
        kind: class of the picture, ``wide`` or ``narrow``.

    Returns:
        An ``<svg>`` element. Equal input gives equal bytes. Colours may be CSS variables of the page.
    """
    drawn: str = vl_convert.vegalite_to_svg(dict(specification), vl_version=VEGALITE_VERSION)
    root = ElementTree.fromstring(_NAMESPACES.sub("", drawn))
    _clean(root, points)
    width = root.attrib.pop("width")
    for name in ("height", "version"):
        root.attrib.pop(name, None)
    root.set("class", kind)
    root.set("style", f"max-width:{width}px")
    root.set("role", "group" if any(point.href for point in points) else "img")
    root.set("aria-label", printable(label))
    return _shortened(ElementTree.tostring(root, encoding="unicode"))


def _shortened(drawn: str) -> str:
    """Coordinates to a tenth of a pixel, inside tags only: a label may hold such a number, too."""
    return _TAG.sub(lambda tag: _LONG_NUMBER.sub(lambda found: f"{float(found.group()):.1f}", tag.group()), drawn)


def _clean(parent: ElementTree.Element, points: Sequence[Point]) -> None:
    is_axis = "role-axis" in parent.get("class", "") or "role-legend" in parent.get("class", "")
    for child in list(parent):
        _clean(child, points)
        found = _POINT.match(child.get("aria-label", ""))
        if child.get("class") in ("background", "foreground") and not child.get("fill") and not child.get("stroke"):
            parent.remove(child)
            continue
        for name in _DROPPED_ATTRIBUTES:
            child.attrib.pop(name, None)
        if child.get("opacity") == "1":
            del child.attrib["opacity"]
        if found:
            position = list(parent).index(child)
            parent.remove(child)
            parent.insert(position, _pointed(child, points[int(found[1])], is_passed_by=len(points) > MANY_POINTS))
        elif child.tag == "g" and not len(child):
            parent.remove(child)
    if is_axis:
        parent.set("aria-hidden", "true")


def _pointed(mark: ElementTree.Element, point: Point, *, is_passed_by: bool) -> ElementTree.Element:
    title = ElementTree.Element("title")
    title.text = printable(point.label)
    if point.href is None:
        mark.insert(0, title)
        return mark
    link = ElementTree.Element("a", {"href": point.href})
    if is_passed_by:
        link.set("tabindex", "-1")
    link.extend((title, mark))
    return link
