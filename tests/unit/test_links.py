"""Links: only to the web, with a fragment that a browser can read, and ids that are safe in a page."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.publish.links import anchor, explorer_link, report_link, source_link

PAGE = "https://www.mfa.meridia.example/briefings/t1.html"


@pytest.mark.parametrize(
    "url",
    [
        None, "", "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,<script>", "file:///etc/passwd",
        "//www.mfa.meridia.example/t1", "t1.html", "http://", "https:///t1", "http://[bad", "https://a.example/x\ny", "https://a.example/a b",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_no_link(url: str | None) -> None:
    assert source_link(url) is None
    assert source_link(url, "Meridia does not comment.") is None


def test_an_address_stays_as_it_is() -> None:
    assert source_link(PAGE) == PAGE
    assert source_link(PAGE + "?a=1&b=%20#top") == PAGE + "?a=1&b=%20#top"


def test_an_address_cannot_end_the_attribute_that_it_stands_in() -> None:
    link = source_link(f"{PAGE}?q=\"onclick='x'<b>")
    assert link == f"{PAGE}?q=%22onclick=%27x%27%3Cb%3E"


def test_a_short_quote_is_the_fragment_with_its_own_syntax_escaped() -> None:
    assert source_link(PAGE, "Yes, well-known & true") == f"{PAGE}#:~:text=Yes%2C%20well%2Dknown%20%26%20true"
    assert source_link(PAGE + "#part", "Yes") == f"{PAGE}#part:~:text=Yes"
    assert source_link(PAGE, "  \n ") == PAGE


def test_a_long_quote_is_named_by_its_first_and_last_whole_words() -> None:
    quote = "Meridia has taken note of the reports about glass from Arendelle and will answer them in due course, as it always did."
    first, last = [unquote(part) for part in str(source_link(PAGE, quote)).split(":~:text=")[1].split(",")]
    assert quote.startswith(first + " ")
    assert quote.endswith(" " + last)
    assert len(first) <= 30 >= len(last)


def test_a_quote_over_two_paragraphs_is_named_by_its_ends() -> None:
    assert str(source_link(PAGE, "First words.\n\nLast words.")).endswith("#:~:text=First%20words.,Last%20words.")


def test_chinese_is_cut_between_characters() -> None:
    quote = "美里迪亚外交部注意到有关报道" * 8
    first, last = [unquote(part) for part in str(source_link(PAGE, quote)).split(":~:text=")[1].split(",")]
    assert (quote.startswith(first), quote.endswith(last), len(first), len(last)) == (True, True, 30, 30)


@given(st.text(min_size=1))
def test_any_quote_gives_an_address_of_the_page_and_nothing_that_html_reads(quote: str) -> None:
    try:
        quote.encode()
    except UnicodeEncodeError:
        return
    link = source_link(PAGE, quote)
    assert link is not None
    assert link.split("#")[0] == PAGE
    assert re.fullmatch(r"[\x21-\x7e]+", link)
    assert not set("<>\"'` ") & set(link)


def test_the_explorer_is_addressed_by_the_exchange() -> None:
    link = urlsplit(explorer_link("mfa-en-1&x=<2>", port=9000))
    assert (link.hostname, link.port, link.query) == ("127.0.0.1", 9000, "exchange=mfa-en-1%26x%3D%3C2%3E")


@given(st.text())
def test_anchors_are_safe_and_plain_ids_stay(name: str) -> None:
    assert anchor("mfa-en-2024-03-18-ab-x1_2") == "mfa-en-2024-03-18-ab-x1_2"
    assert re.fullmatch(r"[A-Za-z0-9_-]*", anchor(name))
    assert report_link("countries/A B.html", "a<b") == "countries/A%20B.html#a_3c_b"
