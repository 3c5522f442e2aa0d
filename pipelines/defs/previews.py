"""What the UI shows of the marts: their first rows as a table, and a small chart of each, beside the run that made them.

Charts are plain Vega-Lite, drawn by vl-convert without a browser or a network; Altair would say the same and takes a second and a
half to import and check, which every run would pay. They are kept as SVG in the run's record, some ten kilobytes each.
"""

from __future__ import annotations

import base64
import re
from textwrap import wrap
from typing import Any

import dagster as dg
import polars as pl

from pipelines.publish.connection import literal
from pipelines.publish.query import run_query
from pipelines.settings import Home

PREVIEW_ROWS = 10
PREVIEW_CHARACTERS = 80
"""A cell of a preview is cut here: the tables hold whole answers."""

BARS = 10
"""A chart has so many bars: it shows what a mart is about, and is no finding."""

CHART_WIDTH_PIXELS, TITLE_CHARACTERS, LABEL_CHARACTERS = 460, 64, 40
BLUE, ORANGE, GREY = "#2f6690", "#d1603d", "#8a8f98"
"""Told apart by people who see colours differently, and on a white ground."""

# One row per bar or point: label, value, series. Each chart shows one source and language, the one with most documents: counts of the
# English and of the Chinese page of a briefing must not be added up.
_CHARTS: dict[str, tuple[str, str]] = {
    "accusations_by_country": (
        "Accusations a year: against the speaker's state (IN), by it (OUT)",
        "select year as label, sum(n_accusations) as value, direction as series from scope group by all having direction <> 'THIRD'",
    ),
    "accusation_responses": (
        "Answers to accusations against the speaker's state: share that shows a pattern",
        "select pattern as label, sum(n_with_pattern) / sum(n_accusations) as value, null as series from scope where direction = 'IN'"
        " group by pattern having sum(n_with_pattern) > 0",
    ),
    "codebook": (
        "Codes that occur most in the labels: F1 on pages that the rules' weights were not trained on",
        "select label, f1 as value, null as series from scope where code_kind = 'response_pattern' and f1 is not null"
        f" order by n_labelled desc, code limit {BARS}",
    ),
    "country_attention": (
        "Questions that name another state",
        "select place as label, sum(n_exchanges) as value, null as series from scope left join vocabulary.sources using (source_id)"
        " where side = 'question' and place_status = 'sovereign' and iso3 is distinct from state_iso3 group by place",
    ),
    "coverage": (
        "Days with a press conference here, as a share of the days on which one was due",
        "select year as label, sum(n_expected_days_held) / nullif(sum(n_expected_days), 0) as value, null as series from scope group by year",
    ),
    "language_gaps": (
        "Gaps between the English and the Chinese version, by kind",
        "select gap as label, count(*) as value, null as series from scope group by gap",
    ),
    "outlet_activity": (
        "Questions by outlet, where it is published (since 24 March 2020)",
        "select outlet as label, sum(n_exchanges) as value, null as series from scope where outlet is not null group by outlet",
    ),
    "page_changes": (
        "Changes to the published record, by year of the briefing",
        "select year as label, count(*) as value, page_change as series from scope group by all",
    ),
    "response_by_outlet_group": (
        "Answers that are non-replies, as a share of the answers to each group of outlets (since 24 March 2020)",
        "select outlet_group as label, sum(n_answers) filter (primary_response = 'non_reply') / sum(n_answers) as value, null as series"
        " from scope where outlet_group in (select outlets.outlet_group from vocabulary.outlets) group by outlet_group"
        " having sum(n_answers) > 0",
    ),
    "response_pattern_counts": (
        "Answers that show a pattern, as a share of all answers",
        "select pattern as label, sum(n_answers) / sum(n_answers_total) as value, null as series from scope group by pattern",
    ),
    "spokesperson_activity": (
        "Answers by spokesperson",
        "select spokesperson as label, sum(n_answers) as value, null as series from scope where spokesperson is not null group by spokesperson",
    ),
    "topic_trends": (
        "Exchanges that speak of a topic",
        "select topic as label, sum(n_exchanges) as value, null as series from scope group by topic",
    ),
}
"""mart -> title (what is counted, of what), query."""

_WHOLE, _BY_LANGUAGE = frozenset({"language_gaps", "page_changes"}), frozenset({"codebook"})
"""Marts whose chart is of all sources; those that have no source."""


def mart_previews(place: Home) -> dict[str, dict[str, dg.MarkdownMetadataValue]]:
    """First rows and a chart of every mart in a file.

    Args:
        place: whose ``briefings.duckdb`` is read; a build that is not published yet will do.

    Returns:
        mart -> what to show: ``first rows``, and ``chart`` where the mart has one and something to draw.
    """
    marts = run_query(place, "select table_name from duckdb_tables() where schema_name = 'marts' order by 1").to_series()
    shown = {mart: {"first rows": text_table(run_query(place, f'from marts."{mart}" limit {PREVIEW_ROWS}'))} for mart in marts}
    largest = run_query(
        place, "select source_id, language from core.documents group by all order by count(*) desc, source_id, language limit 1"
    )
    drawn = [mart for mart in _CHARTS if mart in shown]
    if drawn and not largest.is_empty():
        source, language = largest.row(0)
        rows = run_query(place, " union all ".join(_chart_query(mart, source, language) for mart in drawn))
        for mart in rows["mart"].unique():
            scope = "all sources" if mart in _WHOLE else language if mart in _BY_LANGUAGE else f"{source}, {language}"
            shown[mart]["chart"] = chart(rows.filter(pl.col("mart") == mart), _CHARTS[mart][0], scope)
    return shown


def _chart_query(mart: str, source: str, language: str) -> str:
    """A mart's label, value and series, with ``scope`` as its rows of one source and language."""
    columns = {} if mart in _WHOLE else {"language": language} if mart in _BY_LANGUAGE else {"source_id": source, "language": language}
    condition = " and ".join(["true", *(f"{column} = {literal(value)}" for column, value in columns.items())])
    return (
        f"select '{mart}' as mart, cast(label as varchar) as label, cast(value as double) as value, cast(series as varchar) as series"
        f" from (with scope as (from marts.{mart} where {condition}) {_CHARTS[mart][1]}) where value is not null"
    )


def chart(rows: pl.DataFrame, title: str, scope: str) -> dg.MarkdownMetadataValue:
    """A small bar chart as a picture in Markdown.

    Args:
        rows: label, value, series (all null where there is one). Labels that are years become a time axis with all years, of others
            the ``BARS`` largest are shown.
        title: what is counted, and of what.
        scope: which sources and language.
    """
    is_time = rows["label"].str.contains(r"^\d{4}$").all()
    rows = rows.sort("label", "series") if is_time else rows.sort("value", "label", descending=[True, False]).head(BARS)
    value = {"field": "value", "type": "quantitative", "title": None, "axis": _value_axis(rows)}
    label: dict[str, Any] = {"field": "label", "type": "ordinal" if is_time else "nominal", "title": None, "sort": None}
    label["axis"] = {"labelAngle": 0, "labelOverlap": True} if is_time else {"labelLimit": 0}
    encoding: dict[str, Any] = {"x": label, "y": value} if is_time else {"x": value, "y": label}
    if rows["series"].null_count() < rows.height:
        encoding["color"] = {"field": "series", "type": "nominal", "title": None, "scale": {"range": [BLUE, ORANGE, GREY, "#3a7d44"]}}
        encoding["xOffset" if is_time else "yOffset"] = {"field": "series"}
    specification = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "white",
        "padding": {"left": 32, "top": 12, "right": 32, "bottom": 12},  # letters of the reader's font may be wider
        "width": CHART_WIDTH_PIXELS,
        "height": 160 if is_time else {"step": 18},
        "title": {"text": wrap(title, TITLE_CHARACTERS), "subtitle": scope, "anchor": "start", "fontSize": 12, "subtitleColor": "#5a6068"},
        # Cut here: where the library cuts within a character of four bytes it fails.
        "data": {"values": rows.select(pl.col("label").map_elements(_label, pl.String), "value", "series").to_dicts()},
        "mark": {"type": "bar", "color": BLUE},
        "encoding": encoding,
        "config": {"view": {"stroke": None}, "font": "sans-serif"},
    }
    import vl_convert  # a fifth of a second, and only a run that builds needs it

    picture = base64.b64encode(vl_convert.vegalite_to_svg(specification).encode()).decode()
    figures = text_table(rows.select("label", *([] if rows["series"].is_null().all() else ["series"]), "value"))
    return dg.MetadataValue.md(f"![{_escaped(title)}](data:image/svg+xml;base64,{picture})\n\n{figures.value}")


def _value_axis(rows: pl.DataFrame) -> dict[str, Any]:
    """Ticks of shares as percentages, of counts as whole numbers."""
    is_share = (rows["value"] % 1 != 0).any()
    return {"tickCount": 5, "format": ".0%"} if is_share else {"tickCount": 5, "format": ",d", "tickMinStep": 1}


def text_table(frame: pl.DataFrame) -> dg.MarkdownMetadataValue:
    """A small frame as a table in Markdown; every cell shows its text and nothing else, whatever it holds.

    Addresses of pages (http, https) are links.
    """
    if frame.is_empty():
        return dg.MetadataValue.md("none")
    lines = [
        [_escaped(name) for name in frame.columns],
        ["---:" if kind.is_numeric() else "---" for kind in frame.dtypes],
        *(map(_cell, line) for line in frame.iter_rows()),
    ]
    return dg.MetadataValue.md("\n".join("| " + " | ".join(line) + " |" for line in lines))


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:.4g}" if isinstance(value, float) else " ".join(str(value).split())
    if re.fullmatch(r"https?://[\w./%~=&?+-]+", text, re.ASCII):
        return f"[{_escaped(_cut(text))}]({text})"
    return _escaped(_cut(text))


def _cut(text: str, n_characters: int = PREVIEW_CHARACTERS) -> str:
    return text if len(text) <= n_characters else text[: n_characters - 1] + "…"


def _label(text: str) -> str:
    return _cut(text, LABEL_CHARACTERS)


def _escaped(text: str) -> str:
    """Markdown that shows exactly this text: all ASCII punctuation may be escaped (CommonMark 2.4), so that nothing in it is markup, an
    entity or an address to be linked."""
    return re.sub(r"([!-/:-;=-@\[-`{-~])", r"\\\1", text).replace("<", "&lt;")
