"""Specifications of the charts: rows in, Vega-Lite out. Nothing here asks the published file, and nothing draws.

Plain Vega-Lite, as the previews in the UI: Altair would say the same and takes seconds to import and check. Colours are variables of the
page (``report.css``), so that one picture serves light and dark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from textwrap import wrap
from typing import Any
from unicodedata import east_asian_width

from pipelines.publish.report.svg import Point, printable

Specification = dict[str, Any]
Row = Mapping[str, Any]

WIDE_PIXELS, NARROW_PIXELS = 660, 250
"""Width of the plot without its axis; with it a chart fills the column of a desktop page and the 390 pixels of a phone."""

FEW = 30
"""A share of fewer exchanges is shown hollow and takes no part in a line: one exchange moves it by more than three points."""

COLUMN_LABEL_PIXELS = 150
NARROW_LABEL_PIXELS = 160
NARROW_LETTERS = 22
"""Letters of a line of a row's label on a phone."""

TOO_FEW = 10
"""A share of fewer exchanges says nothing and is not drawn; the table has it."""

_LETTER_PIXELS = 7.2
"""Width of a letter of an axis in the widest of the usual fonts. The reader's font is not known when the chart is drawn."""

_CONFIG: Specification = {
    "background": "transparent",
    "font": "sans-serif",
    "padding": 2,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)", "titleColor": "var(--muted)", "gridColor": "var(--line)", "domainColor": "var(--line)",
        "tickColor": "var(--line)", "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelOverlap": "greedy",
        "labelPadding": 6, "ticks": False,
    },
    "header": {"labelColor": "var(--ink)", "labelFontSize": 13, "labelFontWeight": 600, "titleColor": "var(--muted)", "labelPadding": 4},
    "text": {"color": "var(--ink)", "fontSize": 12},
}  # fmt: skip


class Points:
    """Collects what the marks of one chart say and where they lead."""

    def __init__(self, to_href: Callable[[str], str]) -> None:
        self._to_href = to_href
        self.all: list[Point] = []

    def add(self, label: str, href: str | None) -> str:
        """Take in a mark; gives the description by which ``svg.draw`` finds it."""
        self.all.append(Point(label, self._to_href(href) if href else None))
        return f"point:{len(self.all) - 1}"


def _specification(values: Sequence[Row], **parts: Any) -> Specification:
    clean = [{key: printable(value) if isinstance(value, str) else value for key, value in row.items()} for row in values]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "config": _CONFIG,
        "data": {"values": clean},
        **parts,
    }


def _only(kind: str) -> list[Specification]:
    return [{"filter": f"datum.kind === '{kind}'"}]


def _pixels(text: str) -> float:
    return sum(_LETTER_PIXELS * (2 if east_asian_width(letter) in "WF" else 1) for letter in text)


def fitted(text: str, pixels: int) -> str:
    """Text that takes no more room than that; what was longer ends in dots.

    Not left to the drawing program: it measures with another font than the reader has, and fails where it cuts a character of
    four bytes in two (vl-convert 1.9).
    """
    if _pixels(text) <= pixels:
        return text
    while text and _pixels(text) + _LETTER_PIXELS > pixels:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _label_room(labels: Sequence[str]) -> Specification:
    """Axis settings that keep room for labels, of one line or two."""
    longest = max((_pixels(line) for label in labels for line in label.split("\n")), default=0)
    return {
        "minExtent": round(longest) + 8,
        "labelLimit": 0,
        "labelExpr": r"split(datum.label, '\n')",
        # The program puts the first of two lines beside the row, and not the middle of both.
        "labelOffset": {"condition": {"test": r"indexof(datum.value, '\n') > 0", "value": -7}, "value": 0},
    }


def wrapped(label: str, *, is_wide: bool, pixels: int = 210) -> str:
    """A label of a row, cut to ``pixels``; on a phone in two lines where it is long."""
    if is_wide:
        return fitted(" ".join(label.split()), pixels)
    lines = wrap(label, NARROW_LETTERS, max_lines=2, placeholder=" …") or [label]
    return "\n".join(fitted(line, NARROW_LABEL_PIXELS) for line in lines)


def least_drawn(rows: Sequence[Row]) -> int:
    """The smallest ``n`` that is drawn: ``TOO_FEW``, but anything where no row has so many, as in a small collection."""
    return TOO_FEW if any(row["n"] >= TOO_FEW for row in rows) else 1


def drawn_years(rows: Sequence[Row], years: Sequence[int]) -> list[int]:
    """Years from the first to the last of which enough is held to draw anything, with the gaps between; all where there is none.

    Args:
        rows: ``year`` and ``n``, the number of exchanges or answers.
        years: every year of the record.
    """
    least = least_drawn(rows)
    enough = [row["year"] for row in rows if row["n"] >= least]
    return [year for year in years if min(enough) <= year <= max(enough)] if enough else list(years)


def _line_layers(values: Sequence[Row], colour: Specification, point_size: int, width: int) -> list[Specification]:
    """Missing years as grey bands, a line that breaks there, full points, and hollow ones where the number is small."""
    years = sorted({row["year"] for row in values})
    every = -(-len(years) * 44 // width)
    shown = years[(len(years) - 1) % every :: every] if years else []
    year = {
        "field": "year",
        "type": "ordinal",
        "title": None,
        "axis": {"labelAngle": 0, "grid": False, "values": shown, "labelOverlap": False},
    }
    value = {
        "field": "share", "type": "quantitative", "title": None, "axis": {"format": ".1~%", "tickCount": 4, "domain": False, "minExtent": 40},
        "scale": {"zero": True, "nice": True},
    }  # fmt: skip
    described = {"description": {"field": "point", "type": "nominal"}}
    return [
        {
            "transform": _only("gap"),
            "mark": {"type": "rect", "fill": "var(--gap)", "stroke": "var(--gap)"},
            "encoding": {"x": year},
        },
        {
            "transform": _only("solid"),
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {"x": year, "y": value, "color": colour, "detail": {"field": "run", "type": "nominal"}},
        },
        {
            "transform": _only("solid"),
            "mark": {"type": "point", "filled": True, "size": point_size, "opacity": 1},
            "encoding": {"x": year, "y": value, "color": colour, **described},
        },
        {
            "transform": _only("few"),
            "mark": {"type": "point", "filled": True, "fill": "var(--page)", "size": point_size * 0.7, "opacity": 1, "strokeWidth": 1.5},
            "encoding": {"x": year, "y": value, "stroke": {**colour}, **described},
        },
    ]


def with_runs(rows: Sequence[Row], years: Sequence[int]) -> list[dict[str, Any]]:
    """Rows of one series, as a line chart wants them.

    Args:
        rows: ``year``, ``n`` (what the share is of), ``share`` and whatever else a mark has; years with nothing are left out.
        years: every year of the axis.

    Returns:
        A row for every year: ``kind`` is ``gap`` (fewer than ``least_drawn``, or nothing), ``few`` (fewer than ``FEW``) or ``solid``; ``run`` numbers the
        stretches of solid years that follow each other, so that no line is drawn through others.
    """
    by_year = {row["year"]: row for row in rows if row["n"]}
    least = least_drawn(rows)
    found: list[dict[str, Any]] = []
    run = 0
    for year in years:
        row = by_year.get(year)
        kind = "gap" if row is None or row["n"] < least else "few" if row["n"] < FEW else "solid"
        run += kind != "solid"
        found.append({**(row if row and kind != "gap" else {}), "year": year, "kind": kind, "run": run})
    return found


def over_time(values: Sequence[Row], series: Mapping[str, str], *, is_wide: bool) -> Specification:
    """Lines of shares over years. Values as of ``with_runs``, with ``series``; ``series`` gives each its colour."""
    colour = {
        "field": "series", "type": "nominal", "legend": None,
        "scale": {"domain": list(series), "range": list(series.values())},
    }  # fmt: skip
    width = WIDE_PIXELS if is_wide else NARROW_PIXELS + 50
    return _specification(
        [{**row, "run": f"{row.get('series')}{row['run']}"} for row in values],
        width=width,
        height=260 if is_wide else 190,
        layer=_line_layers(values, colour, 70, width),
    )


def small_multiples(values: Sequence[Row], order: Sequence[str], *, is_wide: bool) -> Specification:
    """A small line chart for each value of ``series``, in the order given, on one scale."""
    colour = {"value": "var(--out)"}
    columns = 3 if is_wide else 1
    width = 188 if is_wide else NARROW_PIXELS + 50
    inner = {"width": width, "height": 90 if is_wide else 80, "layer": _line_layers(values, colour, 45, width)}
    return _specification(
        [{**row, "run": f"{row.get('series')}{row['run']}"} for row in values],
        columns=columns,
        bounds="flush",
        spacing={"row": 34 if is_wide else 40, "column": 18},
        facet={
            "field": "series", "type": "nominal", "title": None, "sort": list(order),
            "header": {"labelAnchor": "start", "labelOrient": "top"},
        },
        spec=inner,
    )  # fmt: skip


def bars(values: Sequence[Row], colour: str, *, form: str = "n", is_wide: bool) -> Specification:
    """Horizontal bars. Values: ``label``, ``value``, ``text`` (written at the end), ``is_few`` (pale), ``point``; in the order given."""
    values = [{**row, "label": wrapped(row["label"], is_wide=is_wide)} for row in values]
    encoding: Specification = {
        "y": {
            "field": "label", "type": "nominal", "title": None, "sort": None,
            "axis": {**_label_room([row["label"] for row in values]), "domain": False, "labelColor": "var(--ink)", "labelOverlap": False},
        },
        "x": {
            "field": "value", "type": "quantitative", "title": None,
            "axis": {"format": ".1~%" if form == "share" else ",.0f", "tickCount": 4 if is_wide else 2, "tickMinStep": 1 if form == "n" else None, "domain": False},
        },
    }  # fmt: skip
    return _specification(
        values,
        width=(WIDE_PIXELS - 170) if is_wide else NARROW_PIXELS - 135,
        height={"step": 24 if is_wide else 32},
        layer=[
            {
                "mark": {"type": "bar", "color": colour, "height": {"band": 0.68}},
                "encoding": {
                    **encoding,
                    "description": {"field": "point", "type": "nominal"},
                    "fillOpacity": {"condition": {"test": "datum.is_few", "value": 0.45}, "value": 1},
                },
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "fill": "var(--ink)"},
                "encoding": {**encoding, "text": {"field": "text"}},
            },
        ],
    )


def cells(
    values: Sequence[Row],
    columns: Sequence[str],
    rows: Sequence[str],
    *,
    colours: Sequence[str],
    inks: Sequence[str],
    column_pixels: int,
    row_pixels: int = 24,
    label_angle: int = -40,
) -> Specification:
    """A grid. Values: ``column``, ``row``, ``step`` (index into ``colours``), ``text`` (written in the cell), ``point``."""
    encoding: Specification = {
        "x": {
            "field": "column", "type": "nominal", "title": None, "sort": list(columns), "scale": {"domain": list(columns)},
            "axis": {
                "orient": "top", "labelAngle": label_angle, "domain": False, "labelColor": "var(--ink)", "labelOverlap": False,
                "labelLimit": 0, **({"labelAlign": "left"} if label_angle else {}),
            },
        },
        "y": {
            "field": "row", "type": "nominal", "title": None, "sort": list(rows), "scale": {"domain": list(rows)},
            "axis": {
                "domain": False, "labelColor": "var(--ink)", "labelOverlap": False,
                **_label_room(rows),
            },
        },
    }  # fmt: skip
    steps = list(range(len(colours)))
    return _specification(
        values,
        width={"step": column_pixels},
        height={"step": row_pixels},
        layer=[
            {
                "mark": {"type": "rect", "stroke": "var(--page)", "strokeWidth": 2},
                "encoding": {
                    **encoding,
                    "color": {
                        "field": "step", "type": "ordinal", "legend": None,
                        "scale": {"domain": steps, "range": list(colours)},
                    },
                    "description": {"field": "point", "type": "nominal"},
                },
            },
            {
                "transform": [{"filter": "datum.text"}],
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {
                    **encoding,
                    "text": {"field": "text"},
                    "color": {"field": "step", "type": "ordinal", "legend": None, "scale": {"domain": steps, "range": list(inks)}},
                },
            },
        ],
        resolve={"scale": {"color": "independent"}},
        # Slanted labels reach over the last column.
        padding={"left": 2, "top": 2, "bottom": 2, "right": 40 if label_angle else 2},
    )  # fmt: skip


def dots(values: Sequence[Row], series: Mapping[str, str], rows: Sequence[str], *, is_wide: bool) -> Specification:
    """A row of dots on one scale for each ``label``, joined by a thin line. Values: ``label``, ``series``, ``share``, ``point``."""
    values = [{**row, "label": wrapped(row["label"], is_wide=is_wide)} for row in values]
    rows = [wrapped(row, is_wide=is_wide) for row in rows]
    y = {
        "field": "label", "type": "nominal", "title": None, "sort": list(rows),
        "axis": {**_label_room(rows), "domain": False, "labelColor": "var(--ink)", "labelOverlap": False, "grid": False},
    }  # fmt: skip
    x = {
        "field": "share", "type": "quantitative", "title": None,
        "axis": {"format": ".1~%", "tickCount": 5 if is_wide else 3, "domain": False},
    }  # fmt: skip
    return _specification(
        values,
        width=(WIDE_PIXELS - 170) if is_wide else NARROW_PIXELS - 75,
        height={"step": 26 if is_wide else 36},
        layer=[
            {"mark": {"type": "line", "stroke": "var(--line)", "strokeWidth": 2}, "encoding": {"y": y, "x": x, "detail": {"field": "label"}}},
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {
                    "y": y,
                    "x": x,
                    "color": {
                        "field": "series", "type": "nominal", "legend": None,
                        "scale": {"domain": list(series), "range": list(series.values())},
                    },
                    "description": {"field": "point", "type": "nominal"},
                },
            },
        ],
    )  # fmt: skip
