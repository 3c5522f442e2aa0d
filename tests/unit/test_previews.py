"""What the UI shows of a mart: text stays text, and a chart is a picture of the rows."""

from __future__ import annotations

import base64
import re
from html import unescape

import polars as pl
import pytest
from markdown_it import MarkdownIt

from pipelines.defs.previews import BARS, PREVIEW_CHARACTERS, chart, text_table

HOSTILE = [
    "<script>alert(1)</script>",
    "a | b || c",
    "`code` ``more``",
    "**bold** _slanted_ ~~gone~~",
    "[link](javascript:alert(1))",
    "![picture](https://evil.example/a.png)",
    "<https://evil.example> www.evil.example https://evil.example/a b",
    "&lt;b&gt; &#x3c;i&#x3e;",
    "back\\slash \\| \\`",
    "‮right to left",
    "😀 四字节 = + - @",
    "# heading",
    "--- | ---",
]


def cells(markdown: object) -> list[list[str]]:
    """The text that a reader sees in the cells of a table in Markdown, rendered by a library."""
    html = MarkdownIt("commonmark").enable("table").render(str(markdown))
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    assert not any("<" in cell for row in found for cell in row if "href" not in cell), "markup in a cell"
    return [[unescape(cell) for cell in row] for row in found]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_shows_as_it_is(text: str) -> None:
    shown = cells(text_table(pl.DataFrame({"words": [text], "n": [3]})).value)
    assert shown == [["words", "n"], [text, "3"]]


def test_hostile_names_of_columns_show_as_they_are() -> None:
    assert cells(text_table(pl.DataFrame({text: ["x"] for text in HOSTILE})).value)[0] == HOSTILE


def test_lines_stay_in_their_cell_and_long_text_is_cut() -> None:
    shown = cells(text_table(pl.DataFrame({"words": ["one\ntwo\r\n\n| three", "x" * 500, None]})).value)
    assert [row[0] for row in shown[1:]] == ["one two | three", "x" * (PREVIEW_CHARACTERS - 1) + "…", ""]


def test_addresses_of_pages_are_links_and_no_others_are() -> None:
    page = "https://www.mfa.meridia.example/web/wjdt_2001/t_1.html?a=b&c=~d"
    addresses = [page, "javascript:alert(1)", "http://a.example/<script>", "https://a.example/) [x", "data:text/html,x"]
    rows = cells(text_table(pl.DataFrame({"url": addresses})).value)
    assert [row[0].startswith(f'<a href="{page}"') for row in rows[1:]] == [True, False, False, False, False]


def test_a_frame_without_rows_is_said_to_be_none() -> None:
    assert text_table(pl.DataFrame({"a": []})).value == "none"


def picture(markdown: object) -> str:
    found = re.search(r"^!\[[^\n]*\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)\n", str(markdown))
    assert found
    return base64.b64decode(found[1]).decode()


def rows(*bars: tuple[str, float, str | None]) -> pl.DataFrame:
    return pl.DataFrame(bars, schema={"label": pl.String, "value": pl.Float64, "series": pl.String}, orient="row")


def test_a_chart_has_its_title_scope_largest_bars_and_figures() -> None:
    shown = chart(rows(*((f"Place {n}", float(n), None) for n in range(1, 40))), "Questions that name a place", "sample, en")
    svg = picture(shown.value)
    assert "Questions that name a place" in svg
    assert "sample, en" in svg
    labels = [f"Place {n}" for n in range(39, 39 - BARS, -1)]
    assert [label for label in labels if f">{label}<" in svg] == labels
    assert ">Place 1<" not in svg
    assert [row[0] for row in cells(shown.value)[1:]] == labels


def test_years_are_a_time_axis_with_a_bar_a_series() -> None:
    shown = chart(rows(("2020", 5.0, "IN"), ("2019", 1.0, "IN"), ("2020", 2.0, "OUT")), "Accusations a year", "sample, en")
    svg = picture(shown.value)
    assert all(f">{text}<" in svg for text in ("2019", "2020", "IN", "OUT"))
    assert cells(shown.value)[1:] == [["2019", "IN", "1"], ["2020", "IN", "5"], ["2020", "OUT", "2"]]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_chart_is_text(text: str) -> None:
    shown = chart(rows((text, 1.0, None), ("b", 0.5, None)), f"Title {text}", text)
    svg = picture(shown.value)
    assert "<script" not in svg
    assert "evil.example" not in re.sub(r">[^<]*<|aria-label=\"[^\"]*\"", "", svg)
    assert cells(shown.value)[1][0] == text
