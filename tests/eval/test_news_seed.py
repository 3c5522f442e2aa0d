"""Golden test of seed 003: a news article about a White House briefing, pasted without its address."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from pipelines.parse.model import ParsedPage
from pipelines.parse.news_article import parse_news_article
from pipelines.parse.readers import read_page

EARNEST = ("Josh Earnest", "White House spokesman")

DIRECT = {
    0: ["an important step"],
    1: ["The fact that", "Being able to"],
    8: ["The issue of"],
    9: ["a forum for"],
    10: ["catalyzed commitments"],
    12: ["welcomes a rising"],
}
"""Paragraph -> first words of each direct quote."""

REPORTED = {7: ["Obama and Xi"], 9: ["those important conversations"], 10: ["the substantial commitments"], 11: ["This represents what"]}
"""The same of reported speech."""


@pytest.fixture(scope="module")
def page(shared: Path) -> ParsedPage:
    (path,) = (shared / "seeds").glob("003_*.txt")
    return parse_news_article(read_page(path.read_bytes()))


def test_document(page: ParsedPage) -> None:
    assert (page.kind, page.layout, page.language) == ("news_article", "news_article", "en")
    assert page.title.startswith("China-US cyber dialogue")
    assert (page.byline, page.dateline) == ("Xinhua", "WASHINGTON")
    assert page.published_at == datetime(2015, 12, 3, 8, 55)
    assert (str(page.page_date.date), page.page_date.rule) == ("2015-12-02", "weekday")
    assert page.spokespersons == ()


def test_every_line_is_a_narration_turn_or_named_furniture(page: ParsedPage, shared: Path) -> None:
    (path,) = (shared / "seeds").glob("003_*.txt")
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert sorted(lines) == sorted([turn.text for turn in page.turns] + [text for _, text in page.boilerplate])
    assert {turn.role for turn in page.turns} == {"narration"}
    assert len(page.turns) == 13
    assert [rule for rule, _ in page.boilerplate] == ["before_title", "title", "byline", "below_body", "below_body"]
    assert page.turns[5].text.startswith("The US has repeatedly")
    assert "China has flatly" in page.turns[5].text


@pytest.mark.parametrize(("is_direct", "expected"), [(True, DIRECT), (False, REPORTED)], ids=["direct", "reported"])
def test_every_quote_is_the_spokesmans(page: ParsedPage, is_direct: bool, expected: dict[int, list[str]]) -> None:
    quotes = [quote for quote in page.quotes if quote.is_direct is is_direct]
    found: dict[int, list[str]] = {}
    for quote in quotes:
        starts = next((s for s in expected.get(quote.turn_index, ()) if quote.text.startswith(s)), quote.text)
        found.setdefault(quote.turn_index, []).append(starts)
    assert found == expected
    assert {(quote.speaker, quote.office) for quote in quotes} == {EARNEST}


def test_each_quote_ends_where_its_sentence_or_mark_does(page: ParsedPage) -> None:
    for quote in page.quotes:
        following = page.body_text[quote.end_char : quote.end_char + 2]
        assert following[:1] in ('"', ",", ".", "\n") or following == ""
