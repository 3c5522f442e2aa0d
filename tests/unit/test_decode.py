"""Bytes to text: the bytes are trusted, not the header."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parse.decode import decode

TEXT = "<p>美里迪亚外交部发言人林禾：渡轮明天开航。</p><p>Ada Quill: “It sails.”</p>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
def test_charsets(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)) == TEXT


def test_byte_order_marks_of_both_ends() -> None:
    assert decode(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")) == TEXT
    assert decode(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")) == TEXT


def test_a_page_cut_within_a_character_stays_utf8() -> None:
    raw = TEXT.encode()
    cut = raw[: raw.index("开".encode()) + 1]
    assert decode(cut) == cut.decode("utf-8", "replace")
    assert decode(cut).startswith("<p>美里迪亚")


def test_a_few_damaged_bytes_do_not_change_the_charset() -> None:
    raw = (TEXT * 5).encode()
    assert "林禾" in decode(raw[:60] + b"\xff\xfe" + raw[60:])


@given(st.text(max_size=200))
def test_utf8_comes_back(text: str) -> None:
    assert decode(text.encode()) == text.removeprefix("\ufeff")


@given(st.binary(max_size=300))
def test_any_bytes_become_text(raw: bytes) -> None:
    assert isinstance(decode(raw), str)
