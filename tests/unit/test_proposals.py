"""What the filter may decide on: pairs of actors, and how a charge is quoted."""

from __future__ import annotations

import pytest

from pipelines.annotate.accusations import quote_span
from pipelines.annotate.evidence import DIRECTIONS, SENTENCE_OUTPUTS, Evidence, Pair, proposals
from pipelines.annotate.reading import read_turns
from pipelines.annotate.sentences import split_sentences


def proposed(question: str, answer: str, language: str) -> list[Pair]:
    """Proposals where every sentence and direction looks likely."""
    turns = [(False, split_sentences(question, language)), (True, split_sentences(answer, language))]
    readings = [reading for of_turn in read_turns(turns, language, "XMD") for reading in of_turn]
    scores = [[5.0] * len(SENTENCE_OUTPUTS)] * len(readings)
    return proposals(Evidence(readings, scores, dict.fromkeys(DIRECTIONS, 5.0), {}, frozenset(), "XMD", language))


@pytest.mark.parametrize(
    ("question", "is_accuser"),
    [
        ("里方港口遭受美国网络攻击。发言人有何评论？", False),
        ("里方港口遭到来自美国的网络攻击。发言人有何评论？", False),
        ("美国称里方攻击了其港口。发言人有何评论？", True),
        ("里方港口遭受美国网络攻击。美国称此事与其无关。", True),
    ],
)
def test_who_is_only_said_to_have_attacked_accuses_nobody(question: str, *, is_accuser: bool) -> None:
    pairs = proposed(question, "我们反对这种攻击。", "zh")
    assert (("USA", "XMD", "IN") in pairs) == is_accuser
    assert ("XMD", "USA", "OUT") in pairs


def test_a_clause_that_says_nothing_is_quoted_with_the_next() -> None:
    words = "据报道，美国称里方的黑客入侵了港口，损失巨大。"
    start, end = quote_span(words, 0, 3, "zh")
    assert words[start:end] == "据报道，美国称里方的黑客入侵了港口"
    start, end = quote_span(words, words.index("黑客"), words.index("黑客") + 2, "zh")
    assert words[start:end] == "美国称里方的黑客入侵了港口"


@pytest.mark.parametrize(
    ("words", "decides", "quote"),
    [
        ("As we said, Velland seized 10,696 of our nets, and sold them.", "seized", "Velland seized 10,696 of our nets"),
        ("The U.S. side has smeared our looms for 3.5 years.", "smeared", "The U.S. side has smeared our looms for 3.5 years"),
        ("Since 2019, Velland has hacked 30 ports; nobody else did.", "hacked", "Velland has hacked 30 ports"),
        ('They say: "Velland stole the clocks."', "stole", '"Velland stole the clocks'),
    ],
)
def test_an_english_quote_is_the_clause_and_cuts_no_number_or_abbreviation(words: str, decides: str, quote: str) -> None:
    at = words.index(decides)
    start, end = quote_span(words, at, at + len(decides), "en")
    assert words[start:end] == quote
