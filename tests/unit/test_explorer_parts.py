"""The explorer's addresses and marked texts."""

from __future__ import annotations

import random
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest

from pipelines.explorer.address import LIMIT_CHARACTERS, LIMIT_VALUES, Address, read_address
from pipelines.explorer.app import shown
from pipelines.explorer.marks import KINDS, Span, excerpt, pieces
from pipelines.publish.selection import Selection


def again(address: Address) -> Address:
    """What the address of a page is read as."""
    return read_address(parse_qsl(urlsplit(address.url()).query))


@pytest.mark.parametrize(
    "address",
    [
        Address(),
        Address(words='tariff & "ferry" 关税 🛳', order="best", page=3),
        Address(words="ferry", order="oldest"),
        Address(selection=Selection(since=date(2020, 3, 24), until=date(2021, 1, 1), outlets=("outlet:afp", "Ünknown & Co=?#")), page=2),
        Address(selection=Selection(patterns=("R01", "R02"), directions=("IN",), accused=("XMD",)), exchange="sample-2004#1"),
    ],
)
def test_an_address_leads_to_the_page_it_was_made_for(address: Address) -> None:
    assert again(address) == address
    assert not again(address).troubles


def test_what_cannot_be_read_is_named_and_left_out() -> None:
    address = read_address(
        [("since", "yesterday"), ("until", "2020-01-01"), ("page", "-4"), ("order", "best"), ("nonsense", "1"), ("pattern", "  ")]
    )
    assert address.selection == Selection(until=date(2020, 1, 1))
    assert (address.page, address.order) == (1, "newest")
    assert [trouble for trouble in address.troubles if "yesterday" in trouble]
    assert read_address([("since", "2021-01-01"), ("until", "2020-01-01")]).troubles
    assert read_address([("page", "9" * 400)]).page == 1
    assert read_address([("page", "²")]).page == 1


def test_an_address_has_limits() -> None:
    address = read_address([("words", "a" * 5000), *(("pattern", f"R{i}") for i in range(500))])
    assert len(address.words) == LIMIT_CHARACTERS
    assert len(address.selection.patterns) == LIMIT_VALUES


def test_filters_are_taken_away_one_by_one() -> None:
    address = Address(
        selection=Selection(patterns=("R01", "R02"), since=date(2020, 1, 1)), words="ferry", order="best", page=4, exchange="x"
    )
    assert address.without("patterns", "R01").selection.patterns == ("R02",)
    assert address.without("patterns").selection == Selection(since=date(2020, 1, 1))
    assert address.without("since").selection.since is None
    without = address.without("words")
    assert (without.words, without.order, without.page, without.exchange) == ("", "newest", 1, None)


def test_pieces_are_the_text_and_stand_under_their_spans() -> None:
    source = random.Random(5)
    for _ in range(200):
        text = "".join(source.choice("ab é关🛳\n") for _ in range(source.randrange(30)))
        spans = [
            Span(start, start + source.randrange(-1, 9), source.choice(KINDS), str(number))
            for number, start in enumerate(source.randrange(-3, 33) for _ in range(source.randrange(6)))
        ]
        cut = pieces(text, spans)
        assert "".join(piece.text for piece in cut) == text
        at = 0
        for piece in cut:
            over = {span.label for span in spans if span.start <= at and span.end >= at + len(piece.text)}
            assert {span.label for span in piece.spans} == over
            at += len(piece.text)
        ends = [span.label for piece in cut for span in piece.ends]
        assert sorted(ends) == sorted(span.label for span in spans if max(0, span.start) < min(len(text), span.end))


def test_an_excerpt_shows_the_found_words() -> None:
    text = f"{'herring ' * 100}tariff {'mackerel ' * 100}"
    place = text.index("tariff")
    shown_pieces = excerpt(text, 120, [(place, place + 6)])
    assert [piece.text for piece in shown_pieces if piece.kinds == ["word"]] == ["tariff"]
    whole = "".join(piece.text for piece in shown_pieces)
    assert whole.startswith("… herring ")
    assert whole.endswith("mackerel …")
    assert len(whole) <= 120 + len("…  …")
    assert "".join(piece.text for piece in excerpt("short", 120)) == "short"
    assert excerpt("", 120) == []
    assert len("".join(piece.text for piece in excerpt("关" * 500, 120))) <= 125


def test_control_characters_become_visible() -> None:
    assert shown("a\x00b\x1b[31m\x85c\ud800\td\n关🛳") == "a�b�[31m�c�\td\n关🛳"
