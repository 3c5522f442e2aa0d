"""What the crawler takes from an index page: every link whose address fits, whatever it is called."""

from __future__ import annotations

from datetime import date

from pipelines.parse.index_page import listed_links

URL = "https://www.mfa.meridia.example/press/index.html"
PATTERN = r"/press/\d{6}/t\d{8}_\d+\.html$"


def page(*entries: str) -> bytes:
    return f"<html><body><ul>{''.join(entries)}</ul></body></html>".encode()


def link(number: int, title: str, beside: str = "") -> str:
    return f'<li><a href="./202405/t20240530_{number}.html">{title}</a> {beside}</li>'


def test_links_are_absolute_and_each_is_there_once_with_its_title() -> None:
    picture = '<li><a href="./202405/t20240530_1001.html"><img src="a.jpg"></a></li>'
    [found] = listed_links(page(picture, link(1001, "Spokesperson Ada Quill's Regular Press Conference on May 30, 2024")), URL, PATTERN)
    assert found.url == "https://www.mfa.meridia.example/press/202405/t20240530_1001.html"
    assert "Ada Quill" in found.title
    assert found.date == date(2024, 5, 30)


def test_other_links_are_left_out() -> None:
    others = '<a href="/about.html">About</a><a href="https://[">broken</a><a href="javascript:next()">Next</a><a>none</a>'
    assert [found.title for found in listed_links(page(others, link(1, "A")), URL, PATTERN)] == ["A"]


def test_a_single_link_with_any_title_counts() -> None:
    assert len(listed_links(page(link(7, "Weekly notes")), URL, PATTERN)) == 1


def test_a_link_without_a_date_has_that_of_its_neighbour() -> None:
    dated = link(2, "Regular Press Conference on May 29, 2024")
    found = listed_links(page(link(1, "Remarks on the ferry"), dated, link(3, "Remarks on the bridge")), URL, PATTERN)
    assert [one.date for one in found] == [date(2024, 5, 29)] * 3


def test_the_day_beside_the_title_counts() -> None:
    [found] = listed_links(page(link(1, "Remarks on the ferry", "(2024-05-28)")), URL, PATTERN)
    assert found.date == date(2024, 5, 28)
