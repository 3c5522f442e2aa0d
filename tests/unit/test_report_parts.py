"""The report's pure parts: caps, shares, years, specifications, drawn charts, templates."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.publish.report import charts
from pipelines.publish.report.model import Edition, Quote, most_a_cell, percent
from pipelines.publish.report.pages import environment, relative
from pipelines.publish.report.svg import Point, draw, printable

HOSTILE = "</text><script>alert(\"x\")</script>' onload='x & \u202e\U0001f600 شرق"


@given(st.lists(st.integers(min_value=1, max_value=300), max_size=40), st.integers(min_value=1, max_value=2000))
def test_a_cap_is_the_largest_that_fits(counts: list[int], budget: int) -> None:
    cap = most_a_cell(counts, budget)

    def shown(limit: int) -> int:
        return sum(min(count, limit) for count in counts)

    assert cap == 1 or shown(cap) <= budget
    assert cap >= max(counts, default=1) or shown(cap + 1) > budget


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.0, "0%"), (0.004, "0.4%"), (0.0994, "9.9%"), (0.0996, "10%"), (0.256, "26%"), (1.0, "100%")]
)
def test_shares_as_people_read_them(value: float | None, text: str) -> None:
    assert percent(value) == text


def rows(**numbers: int) -> list[dict[str, Any]]:
    return [{"year": int(year[1:]), "n": n, "share": 0.5} for year, n in numbers.items()]


def test_no_line_is_drawn_through_a_missing_or_a_thin_year() -> None:
    found = charts.with_runs(rows(y2018=400, y2019=300, y2021=12, y2022=3, y2023=100), [2018, 2019, 2020, 2021, 2022, 2023])
    assert [row["kind"] for row in found] == ["solid", "solid", "gap", "few", "gap", "solid"]
    runs = {row["year"]: row["run"] for row in found if row["kind"] == "solid"}
    assert runs[2018] == runs[2019] != runs[2023]
    assert [row["year"] for row in found if "share" in row] == [2018, 2019, 2021, 2023]


def test_a_small_collection_is_drawn_all_the_same() -> None:
    found = charts.with_runs(rows(y2018=4, y2020=2), [2018, 2019, 2020])
    assert [row["kind"] for row in found] == ["few", "gap", "few"]


def test_thin_years_at_the_ends_are_left_out_of_the_axis() -> None:
    years = list(range(2004, 2026))
    assert charts.drawn_years(rows(y2004=2, y2018=600, y2020=500, y2024=18, y2025=8), years) == list(range(2018, 2025))
    assert charts.drawn_years(rows(y2004=2, y2006=3), years) == [2004, 2005, 2006]
    assert charts.drawn_years([], years) == years


def test_a_chart_writes_hostile_names_as_text_and_links_its_points() -> None:
    points = charts.Points(lambda target: f"../{target}")
    values = [
        {"label": HOSTILE, "value": 3, "text": "3", "point": points.add(HOSTILE, "mfa-en/country-USA.html#USA-CHN")},
        {"label": "Arendelle", "value": 1, "text": "1", "point": points.add("Arendelle: 1", None)},
    ]
    drawn = draw(charts.bars(values, "var(--in)", is_wide=True), points.all, label=HOSTILE, kind="wide")
    root = ElementTree.fromstring(drawn)
    assert {element.tag for element in root.iter()} <= {"svg", "g", "a", "title", "path", "line", "text", "tspan", "rect"}
    links = list(root.iter("a"))
    assert [link.get("href") for link in links] == ["../mfa-en/country-USA.html#USA-CHN"]
    assert [title.text for title in root.iter("title")] == [printable(HOSTILE), "Arendelle: 1"]
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    assert root.get("aria-label") == printable(HOSTILE)
    assert "\u202e" not in drawn
    assert drawn == draw(charts.bars(values, "var(--in)", is_wide=True), points.all, label=HOSTILE, kind="wide")


def test_a_chart_has_a_mark_for_every_point() -> None:
    points = charts.Points(str)
    found = charts.with_runs(rows(y2018=400, y2019=300, y2021=12), [2018, 2019, 2020, 2021])
    values = [
        {**row, "series": "a", **({"point": points.add(f"{row['year']}", f"p.html#y{row['year']}")} if "share" in row else {})}
        for row in found
    ]
    for is_wide in (True, False):
        drawn = draw(charts.over_time(values, {"a": "var(--in)"}, is_wide=is_wide), points.all, label="", kind="wide")
        assert [link.get("href") for link in ElementTree.fromstring(drawn).iter("a")] == ["p.html#y2018", "p.html#y2019", "p.html#y2021"]


def test_a_chart_of_many_points_is_passed_by_the_keyboard() -> None:
    for n, is_passed_by in ((40, False), (41, True)):
        points = [Point(str(number), f"#p{number}") for number in range(n)]
        values = [{"label": str(number), "value": 1, "text": "", "point": f"point:{number}"} for number in range(n)]
        root = ElementTree.fromstring(draw(charts.bars(values, "var(--in)", is_wide=True), points, label="", kind="wide"))
        assert {link.get("tabindex") for link in root.iter("a")} == {"-1" if is_passed_by else None}


@pytest.mark.parametrize(
    ("target", "page", "address"),
    [
        ("mfa-en/year-2020.html#in", "index.html", "mfa-en/year-2020.html#in"),
        ("mfa-en/year-2020.html#in", "mfa-en/country-USA.html", "year-2020.html#in"),
        ("mfa-en/year-2020.html#in", "mfa-zh/index.html", "../mfa-en/year-2020.html#in"),
        ("index.html", "mfa-zh/year-2020.html", "../index.html"),
        ("index.html#latest", "index.html", "#latest"),
        ("index.html", "index.html", "index.html"),
    ],
)
def test_links_are_relative(target: str, page: str, address: str) -> None:
    assert relative(target, page) == address


def test_quotes_are_escaped_and_say_what_is_known() -> None:
    template = environment().from_string('{% import "parts.html" as parts %}{{ parts.quote(one, new_set()) }}')
    quote = Quote("a1", HOSTILE, HOSTILE, "", date(2024, 3, 18), HOSTILE, HOSTILE, "en", "A01", HOSTILE, None, None, 't"1')
    text = template.render(one=quote)
    assert "<script" not in text
    assert "onload='" not in text
    assert "\u202e" not in text
    assert "\U0001f600" in text
    assert "شرق" in text
    assert text.count("&lt;script&gt;") == 5
    assert "address not known" in text
    assert "18 March 2024" in text


def test_an_edition_has_a_folder_of_its_own() -> None:
    def slug(source: str, language: str) -> str:
        return Edition(source, "", language, None, "", date(2020, 1, 1), date(2020, 1, 1), 1, 1, 1, None, None).slug

    assert [slug("mfa-en", "en"), slug("sample", "en"), slug("sample", "zh")] == ["mfa-en", "sample-en", "sample-zh"]


@pytest.mark.parametrize(
    "label", ["Environment, resources, drugs, debt", "Taiwan", "x" * 80, "", "Technology and intellectual property rights and more"]
)
def test_row_labels_take_two_lines_on_a_phone(label: str) -> None:
    lines = charts.wrapped(label, is_wide=False).split("\n")
    assert len(lines) <= 2
    assert all(len(line) <= charts.NARROW_LETTERS for line in lines)
    assert charts.wrapped(label, is_wide=True, pixels=1000) == label


def test_long_names_are_cut_between_characters() -> None:
    # Cut by the drawing program, a character of four bytes would be torn in two, and drawing fail.
    for name in ("\U0001f600" * 60, "外交部" * 30, "Arendelle " * 20):
        cut = charts.fitted(name, 150)
        assert cut.endswith("…")
        assert name.startswith(cut[:-1].rstrip())
        values = [{"label": name, "value": 1, "text": "1", "point": "point:0"}]
        for is_wide in (True, False):
            root = ElementTree.fromstring(
                draw(charts.bars(values, "var(--in)", is_wide=is_wide), [Point(name, None)], label="", kind="wide")
            )
            assert root.find(".//title") is not None
    assert charts.fitted("Arendelle", 150) == "Arendelle"
