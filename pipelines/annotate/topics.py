"""What a turn is about: topics of ``dbt/seeds/topics.csv`` by their words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pipelines.annotate.codebook import AnchorIndex, words_of_sentence
from pipelines.annotate.sentences import Sentence
from pipelines.vocabularies import vocabulary


@dataclass(frozen=True, slots=True, order=True)
class TopicHit:
    """``text[start:end]`` is a word of the topic."""

    start: int
    end: int
    topic_id: str


def find_topics(sentences: Sequence[Sentence], language: str) -> list[TopicHit]:
    """Topics of a turn, each at the first of its words.

    Args:
        sentences: of the turn.
        language: ``en`` or ``zh``.

    Returns:
        Hits in order of place, then topic.
    """
    ids, expressions, index = _topics(language)
    hits: dict[str, TopicHit] = {}
    for sentence in sentences:
        for number in index.candidates(sentence.words):
            if ids[number] not in hits and (match := expressions[number].search(sentence.words)):
                hits[ids[number]] = TopicHit(sentence.start + match.start(), sentence.start + match.end(), ids[number])
    return sorted(hits.values())


@cache
def _topics(language: str) -> tuple[list[str], list[re.Pattern[str]], AnchorIndex]:
    """Ids, expressions and index of the topics. A word that ends with ``*`` stands for all words that begin with it."""
    index = AnchorIndex(language)
    ids, expressions = [], []
    rows = vocabulary("topics").select("topic_id", f"words_{language}").iter_rows()
    for number, (topic_id, listed) in enumerate(rows):
        words = listed.split("|")
        expression = "|".join(re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words)
        # Of several words one leads to them; words that are left open are found by their stems.
        anchors = words if language == "zh" else [min(words_of_sentence(word), key=word.lower().find) for word in words]
        index.add(dict.fromkeys(anchors), number, expression.lower())
        ids.append(topic_id)
        expressions.append(re.compile(expression if language == "zh" else rf"\b(?:{expression})\b", _flags(language)))
    return ids, expressions, index


def _flags(language: str) -> re.RegexFlag:
    return re.IGNORECASE if language == "en" else re.RegexFlag(0)
