"""English questions and answers against the bold type of the real pages, as HTML and reduced to plain text in several ways."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from helpers.real_pages import as_plain_text, paragraphs, score
from selectolax.lexbor import LexborHTMLParser

from pipelines.parse.model import ParsedPage
from pipelines.parse.page import parse_page

FOLDER = "mfa-en-html"
HTML_EXACT_SHARE, PLAIN_EXACT_SHARE, HELD_SHARE = 0.995, 0.99, 0.999


def with_double_breaks(html: str) -> str:
    return "\n\n".join(as_plain_text(html).split("\n"))


def wrapped(html: str) -> str:
    """Hard-wrapped at 80 columns, without empty lines between paragraphs."""
    return "\n".join(textwrap.fill(line, 80) for line in as_plain_text(html).split("\n"))


def wrapped_below_the_title(html: str) -> str:
    title, *rest = as_plain_text(html).split("\n")
    return "\n".join([title, *(textwrap.fill(line, 80) for line in rest)])


def quoted(html: str) -> str:
    """Hard-wrapped and quoted, as in a mail."""
    return "\n".join("> " + line for line in wrapped(html).split("\n"))


def bulleted(html: str) -> str:
    title, *rest = as_plain_text(html).split("\n")
    return "\n".join([title, *("• " + line for line in rest)])


def as_markdown(html: str) -> str:
    """Labels in bold type as Markdown writes it."""
    return "\n\n".join(re.sub(r"^([^:：]{1,60}[:：])\s*", r"**\1** ", line) for line in as_plain_text(html).split("\n"))


def visible_text(html: str) -> str:
    """All text of the page, menus and footer included, with a line break wherever an element begins or ends."""
    tree = LexborHTMLParser(html)
    return tree.body.text(separator="\n") if tree.body is not None else ""


def without_tags(html: str) -> str:
    """What is left when tags are deleted; line breaks only where the source has them."""
    return unescape(re.sub(r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", "", html))


def on_one_line(html: str) -> str:
    return " ".join(as_plain_text(html).split("\n"))


@pytest.mark.parametrize(
    ("reduce", "floor", "held"),
    [
        (str, HTML_EXACT_SHARE, HELD_SHARE),
        (as_plain_text, PLAIN_EXACT_SHARE, HELD_SHARE),
        (with_double_breaks, PLAIN_EXACT_SHARE, HELD_SHARE),
        (wrapped, PLAIN_EXACT_SHARE, HELD_SHARE),
        (wrapped_below_the_title, PLAIN_EXACT_SHARE, HELD_SHARE),
        (quoted, PLAIN_EXACT_SHARE, HELD_SHARE),
        (bulleted, PLAIN_EXACT_SHARE, HELD_SHARE),
        (as_markdown, PLAIN_EXACT_SHARE, HELD_SHARE),
        (visible_text, PLAIN_EXACT_SHARE, HELD_SHARE),
        (without_tags, PLAIN_EXACT_SHARE, HELD_SHARE),
        (on_one_line, 0.985, 0.998),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_exact_exchanges(shared: Path, reduce: Callable[[str], str], floor: float, held: float) -> None:
    total = score(shared / "corpus" / FOLDER, reduce)
    assert total.wanted > 2000
    assert total.exact / total.wanted >= floor, "\n".join(total.missed)
    assert total.held / total.text >= held


def test_nothing_that_no_page_asks(shared: Path) -> None:
    """Hardly more exchanges than bold questions: what is too many are bold faults of the pages."""
    extra = wanted = 0
    for path in sorted((shared / "corpus" / FOLDER).glob("t*html")):
        page = parse_page(path.read_bytes())
        assert isinstance(page, ParsedPage), path.name
        n_bold = 0
        was_bold = False
        for _, is_bold in paragraphs(path.read_bytes().decode("utf-8", "replace")):
            n_bold += is_bold and not was_bold
            was_bold = is_bold
        extra += max(0, len({t.exchange_index for t in page.turns if t.exchange_index is not None}) - n_bold)
        wanted += n_bold
    assert extra <= 0.006 * wanted


def test_every_page_has_its_day_and_speaker(shared: Path) -> None:
    """The titles of September 2018 lack the year; everything else stands on the page."""
    for path in sorted((shared / "corpus" / FOLDER).glob("t*html")):
        page = parse_page(path.read_bytes())
        assert isinstance(page, ParsedPage), path.name
        assert page.spokespersons, path.name
        assert (
            page.page_date.date is not None
            or (page.page_date.month == 9 and page.page_date.rule == "title_without_year")
            or page.kind == "remarks"
        ), path.name
