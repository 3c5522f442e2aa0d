"""Index pages: which pages are lists, and what they list. All are invented."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.parse.index_page import MINIMUM_LINKS, parse_index
from pipelines.parse.model import IndexPage, ParsedPage
from pipelines.parse.page import parse_page

NAME = "Meridian Foreign Ministry Spokesperson Ada Quill's Regular Press Conference on"


def listing(*items: str, title: str = "Regular Press Conference", above: str = "") -> bytes:
    lines = "".join(f"<li>{item}</li>" for item in items)
    return (
        f"<html><head><title>{title}</title></head><body>{above}<ul>{lines}</ul><a href='default_2.shtml'>Next</a></body></html>".encode()
    )


def english(*days: int) -> list[str]:
    return [f'<a href="./t8170{day:02}.shtml">{NAME} August{day}, 2019</a>' for day in days]


def test_links_titles_and_days() -> None:
    index = parse_index(listing(*english(19, 20, 21)), "https://www.mfa.meridia.example/eng/default_1.shtml")
    assert index is not None
    assert [link.date for link in index.links] == [date(2019, 8, 19), date(2019, 8, 20), date(2019, 8, 21)]
    assert index.links[0].url == "https://www.mfa.meridia.example/eng/t817019.shtml"
    assert index.links[0].title == f"{NAME} August19, 2019"


def test_the_day_beside_a_link_counts_when_its_title_has_none() -> None:
    links = [f'<a href="./t80020{n}.shtml">美里迪亚外交部发言人林禾就7月{n}日渡轮事故答记者问</a>(2019-03-0{n})' for n in (1, 2, 3)]
    index = parse_index(listing(*links))
    assert index is not None
    assert [link.date for link in index.links] == [date(2019, 3, 1), date(2019, 3, 2), date(2019, 3, 3)]
    assert index.links[0].url == "./t800201.shtml"


@pytest.mark.parametrize(
    "items",
    [
        english(19, 20)[: MINIMUM_LINKS - 1],
        ['<a href="/about.html">About the ministry</a>'] * 9,
        [f'<a href="/search?q=1">{NAME} May 1, 2019</a>'] * 9,
        ['<a href="./t123456.shtml">CV of Foreign Ministry Spokesperson Ada Quill</a>'] * 9,
    ],
)
def test_what_is_no_index(items: list[str]) -> None:
    assert parse_index(listing(*items)) is None


def test_a_list_is_told_from_a_briefing_that_links_to_others() -> None:
    assert isinstance(parse_page(listing(*english(19, 20, 21))), IndexPage)
    assert isinstance(parse_page(listing(*english(19, 20, 21), title="Foreign Ministry Spokesperson's Remarks")), IndexPage)
    briefing = f'<div class="content"><p>Q: When?</p><p>A: Soon.</p></div><div>{"".join(english(19, 20, 21))}</div>'
    page = parse_page(listing(*english(1, 2, 3), title=f"{NAME} May 1, 2019", above=briefing))
    assert isinstance(page, ParsedPage)
    assert page.title == f"{NAME} May 1, 2019"
    assert len(page.turns) == 2
