"""Frames of accusing: words of wrong, blame, claim and opposition in a sentence, and what an accusation is about.

A frame is a row of ``dbt/seeds/accusation_frames.csv``. Its kind says which roles the words around it play:

* ``wrong``: an act that is a wrong when the speaker says that somebody does it ("smears", "violates", "bullying");
* ``claim``: an act that is a charge when somebody is reported to say that another does it ("spied on", "debt trap");
* ``blame``: a verb or noun with accuser and accused as arguments ("accused of", "criticism of");
* ``oppose``: what the speaker's opposition is directed at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import polars as pl

from pipelines.annotate.codebook import PREFIX, AnchorIndex, PrefixTable, alternatives
from pipelines.vocabularies import vocabulary

EXCLUSION_BEFORE, EXCLUSION_AFTER = 60, 40
"""How far around a frame its exclusions are looked for, in characters."""


class Frame(NamedTuple):
    """One row of the frame vocabulary, compiled.

    Attributes:
        is_counter: the wrong is a concrete one (not only a smear or interference), which makes it response pattern R15.
    """

    kind: str
    accusation_type: str | None
    is_counter: bool
    expression: re.Pattern[str]
    exclude: re.Pattern[str] | None


class FrameMatch(NamedTuple):
    """``words[start:end]`` of a sentence is the frame."""

    frame: Frame
    start: int
    end: int


@cache
def _frames(language: str) -> tuple[tuple[Frame, ...], AnchorIndex]:
    frames, index = [], AnchorIndex(language)
    rows = vocabulary("accusation_frames").filter(language=language)
    for number, row in enumerate(rows.iter_rows(named=True)):
        index.add(row["anchors"].split("|"), number, row["expression"])
        exclude = row["exclude"] and (rf"\b(?:{row['exclude']})" if language == "en" else row["exclude"])
        frames.append(
            Frame(
                row["frame"],
                row["accusation_type"],
                row["is_counter"] == "true",
                re.compile(row["expression"], re.IGNORECASE),
                re.compile(exclude, re.IGNORECASE) if exclude else None,
            )
        )
    return tuple(frames), index


def find_frames(words: str, language: str) -> tuple[FrameMatch, ...]:
    """Frames in a sentence in order of place, those left out that an exclusion beside them turns down.

    Args:
        words: straightened text of the sentence (see ``sentences``).
        language: ``en`` or ``zh``.
    """
    frames, index = _frames(language)
    found = []
    for number in index.candidates(words):
        frame = frames[number]
        for match in frame.expression.finditer(words):
            start, end = match.span()
            if frame.exclude and frame.exclude.search(words, max(0, start - EXCLUSION_BEFORE), min(len(words), end + EXCLUSION_AFTER)):
                continue
            found.append(FrameMatch(frame, start, end))
    return tuple(sorted(found, key=lambda m: (m.start, -m.end)))  # the longer of two at one place says more


_WORD_START = re.compile(rf"\b(?=(\w.{{0,{PREFIX - 1}}}))")


@cache
def _topics(language: str) -> tuple[PrefixTable, tuple[str, ...]]:
    """The subject words with their type, and the types by rank."""
    rows = vocabulary("accusation_types").filter(pl.col("topic_rank").is_not_null()).sort(pl.col("topic_rank").cast(pl.Int64))
    table = PrefixTable()
    for type_id, words in rows.select("type_id", f"topic_{language}").iter_rows():
        for word in alternatives(words):
            if language == "zh":
                table.add(type_id, word, re.compile(word))
            else:
                # What the vocabulary writes small may stand at the beginning of a sentence; "WHO" is not "who".
                first = f"[{word[0]}{word[0].upper()}]" if word[0].islower() else word[0]
                table.add(type_id, word, re.compile(rf"{first}{word[1:]}\b" if word[0].isalnum() else rf"(?:{word})\b"))
    return table, tuple(rows["type_id"])


@lru_cache(maxsize=512)
def topic_counts(text: str, language: str) -> dict[str, int]:
    """How many subject words of each accusation type stand in a text; in order of the types' rank, types without any left out."""
    table, types = _topics(language)
    counts: dict[str, int] = defaultdict(int)
    ends: dict[str, int] = defaultdict(int)
    for place in (table.places if language == "zh" else _WORD_START).finditer(text):
        letters = place[1]
        rows = table.known.get(letters)
        if rows is None:
            rows = table.at(letters)
        for type_id, word in rows:
            if place.start() >= ends[type_id]:
                match = word.match(text, place.start())
                if match:
                    counts[type_id] += 1
                    ends[type_id] = match.end()
    return {type_id: counts[type_id] for type_id in types if type_id in counts}


def topic_type(texts: Sequence[str], language: str) -> str:
    """The type with the most subject words in the first of the texts that holds any, then the first by rank; A00 where none does."""
    for text in texts:
        counts = topic_counts(text, language)
        if counts:
            return max(counts, key=lambda type_id: counts[type_id])
    return "A00"


def or_history(accusation_type: str, sentence: str, language: str) -> str:
    """A16 for a war (A14) of which the sentence speaks as past: "militarists", "war criminals", "history of aggression". Else the type.

    Labels with A16 are too few (one of 692) for the filter to learn it.
    """
    return "A16" if accusation_type == "A14" and "A16" in topic_counts(sentence, language) else accusation_type
