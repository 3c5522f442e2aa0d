"""Texts into sentences and quotations, with offsets. Nothing here knows the codebook."""

from __future__ import annotations

import re
from typing import NamedTuple

STRAIGHTEN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u3000": " ", "–": "-", "—": "-", "\n": " "})
"""One character for one, so that offsets in the straightened text are offsets in the text."""

_ENGLISH_END = re.compile(r"[.!?][\"”’')\]]*\s+(?=[A-Z\"“'‘(\[0-9])|\n+")
_ABBREVIATION = re.compile(r"\b(?:Mr|Ms|Mrs|Dr|St|No|vs|Gen|Sen|Rep|Prof|Gov|Jr|[A-Z])$")
_CHINESE_END = re.compile(r"(?<=[。！？；])[”’」』）]*|\n+")
_ENGLISH_QUOTATION = re.compile(r"[“\"]([^“”\"]{2,1500})[”\"]")
_CHINESE_QUOTATION = re.compile(r"[“]([^“”]{2,500})[”]")

QUOTATION_WORDS = 7
"""From this many words on, words in quotation marks are somebody else's statement; shorter ones are terms ("long-arm jurisdiction")."""
QUOTATION_CHARACTERS_ZH = 20


class Sentence(NamedTuple):
    """``text[start:end]`` of the turn; ``words`` is the same stretch with quotation marks and spaces straightened."""

    start: int
    end: int
    words: str


def split_sentences(text: str, language: str) -> list[Sentence]:
    """Sentences of a turn, in order; white space between them belongs to none.

    Args:
        text: the turn's text.
        language: ``en`` or ``zh``.
    """
    plain = text.translate(STRAIGHTEN)
    ends = _CHINESE_END if language == "zh" else _ENGLISH_END
    sentences, start = [], 0
    for match in ends.finditer(text):
        if match.group()[:1] == "." and _ABBREVIATION.search(text, max(0, match.start() - 5), match.start()):
            continue
        # A closing quotation mark after the full stop still belongs to the sentence before it.
        end = match.start() + len(match.group().rstrip())
        sentences.append((start, end))
        start = match.end()
    sentences.append((start, len(text)))
    return [Sentence(a, b, plain[a:b]) for a, b in sentences if plain[a:b].strip()]


def long_quotations(text: str, language: str) -> list[tuple[int, int]]:
    """(start, end) of quotations long enough to be somebody else's statement."""
    if language == "zh":
        return [m.span() for m in _CHINESE_QUOTATION.finditer(text) if m.end() - m.start() > QUOTATION_CHARACTERS_ZH]
    return [m.span() for m in _ENGLISH_QUOTATION.finditer(text) if m.group(1).count(" ") >= QUOTATION_WORDS]


def is_within(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether ``start`` to ``end`` lies inside one of the spans."""
    return any(a <= start and end <= b for a, b in spans)
