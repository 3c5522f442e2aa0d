"""Ids and keys depend on content alone."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pipelines.identifiers import digest, digest_bytes, words_of


def test_renderings_of_the_same_words_are_equal() -> None:
    assert words_of("Q:“Yesterday,  the\xa0minister’s car …”") == words_of('Q: "Yesterday, the minister\'s\ncar..."')
    assert words_of("答：中方　对此有何评论？") == words_of("答:中方对此有何评论?")
    assert words_of("Türkiye") == words_of("Tu\u0308rkiye") != words_of("Turkiye")
    assert words_of("****\n（…）") == ""


def test_other_words_are_not() -> None:
    assert words_of("the new talks") != words_of("a new talks")
    assert words_of("18") != words_of("19")


@given(st.text())
def test_words_have_letters_and_digits_only_and_are_final(text: str) -> None:
    words = words_of(text)
    assert all(c.isalnum() for c in words)
    assert words_of(words) == words
    assert words_of(unicodedata.normalize("NFD", text)) == words


@given(st.text(), st.integers(1, 64))
def test_a_digest_is_cut_to_its_length_and_takes_any_text(text: str, length: int) -> None:
    assert digest(text, length) == digest(text)[:length]


def test_digests_are_sha256() -> None:
    assert digest("abc") == digest_bytes(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len(digest("\ud800")) == 64
