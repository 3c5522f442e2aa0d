"""Topics are found by their words, each turn once, at the first word."""

from __future__ import annotations

import re

import pytest

from pipelines.annotate.sentences import split_sentences
from pipelines.annotate.topics import find_topics
from pipelines.vocabularies import vocabulary


def topics_of(text: str, language: str = "en") -> dict[str, str]:
    return {hit.topic_id: text[hit.start : hit.end] for hit in find_topics(split_sentences(text, language), language)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Two hackers from the port were named.", {"T10": "hackers"}),
        ("The shack by the harbour is open.", {}),
        ("The 5G masts of the island are ready.", {"T09": "5G"}),
        ("Meridia's cross-Strait ferry is late. The ferry to Taiwan, too.", {"T02": "cross-Strait"}),
        ("Talks on the South China Sea, tariffs and the South China Sea.", {"T05": "South China Sea", "T08": "tariffs"}),
        ("The sea in the south of China is calm.", {}),
    ],
)
def test_words_lead_to_topics(text: str, found: dict[str, str]) -> None:
    assert topics_of(text) == found


def test_chinese_words_lead_to_topics() -> None:
    assert topics_of("记者问到关税和黑客问题。再问关税。", "zh") == {"T08": "关税", "T10": "黑客"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_of_the_vocabulary_is_found(language: str) -> None:
    for topic_id, listed in vocabulary("topics").select("topic_id", f"words_{language}").iter_rows():
        for word in listed.split("|"):
            written = re.sub(r"\*$", "s", word)
            text = f"It is about {written} today." if language == "en" else f"关于{written}的问题。"
            assert topic_id in topics_of(text, language), word
