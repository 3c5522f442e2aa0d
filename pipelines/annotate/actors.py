"""Actors of an accusation in a sentence: states and their organs, blocs, unnamed others, and the home state as "we"."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from pipelines.annotate.codebook import home_words
from pipelines.vocabularies import vocabulary

UNNAMED = "UNNAMED"

_SPEAKER = frozenset({"we", "We", "our", "Our", "us", "I", "my", "My", "我们", "我国", "我方"})
# "with the US side", "on Iran", "against China": an actor behind one of these is not the subject of what follows.
_PREPOSITION = re.compile(
    r"\b(?:on|against|to|in|with|for|of|toward|towards|into|from|at|over|about|between|among|including|like|than|around|within|across)"
    r"(?: (?:the|some|certain|its|their|other|all|both|this|former|those))*\W*$",
    re.IGNORECASE,
)
_POSSESSOR_OF_ACT = re.compile(r"\b(?:part|side|people|individuals|politicians|officials|government|media|practices?|acts?|moves?|behavior|attempts?|call\w*|advice) (?:of|in|on|from|by)(?: the)?\W*$", re.IGNORECASE)


class Actor(NamedTuple):
    """An actor in a sentence; offsets are the sentence's.

    Attributes:
        code: ISO 3166 alpha-3 or one of the special codes.
        is_subject: False where a preposition makes it the object or a circumstance.
        is_speaker: named by "we" or "our", not by the state's name.
    """

    start: int
    end: int
    code: str
    label: str
    is_subject: bool
    is_speaker: bool


_WORD_START = re.compile(r"(?<![A-Za-z])[A-Za-z0-9\"].?")
_GROUPING = re.compile(r"^(?:\(\?-i:|\(\?:|\(|《\?|\[(?=[A-Z][a-z]))+")


def _alternatives(expression: str) -> list[str]:
    """The alternatives of an expression at its top level."""
    parts, depth, start = [], 0, 0
    for i, character in enumerate(expression):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "|" and depth == 0:
            parts.append(expression[start:i])
            start = i + 1
    return [*parts, expression[start:]]


@cache
def _expressions(language: str, home: str) -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """First letters (two in English, one in Chinese) -> (code, expression), in the order of the vocabulary."""
    own = home_words(home, language)
    rows = [(home, word) for word in (*_SPEAKER, *map(re.escape, own.names + own.adjectives))]
    for code, expression in vocabulary("accusation_actors").filter(language=language).select("actor", "expression").iter_rows():
        rows += [(code, alternative) for alternative in _alternatives(expression)]
    table: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for code, alternative in rows:
        for first in _first_letters(alternative, language):
            is_word = language == "en"
            flags = re.NOFLAG if alternative in _SPEAKER else re.IGNORECASE
            table.setdefault(first, []).append((code, re.compile(f"(?:{alternative})(?![A-Za-z])" if is_word else alternative, flags)))
    return table


def _first_letters(alternative: str, language: str) -> list[str]:
    literal = _GROUPING.sub("", alternative).replace("\\", "")
    if language == "zh":
        return [literal[0]]
    if literal.startswith("d+"):
        return [f"{digit}{other}" for digit in "0123456789" for other in "0123456789 "]
    if alternative.startswith("(?:"):
        inside = alternative[3 : alternative.index(")")]
        return sorted({part[:2].lower() for part in inside.split("|")})
    # "UK" and "U.S." are written with and without what follows the first letter.
    return sorted({literal[:2].lower(), "u."} if literal.startswith("U.") else {literal[:2].lower()}) if len(literal) > 1 else [
        f"{literal.lower()}{mark}" for mark in " ',"
    ]


@lru_cache(maxsize=2048)
def find_actors(sentence: str, language: str, home: str) -> tuple[Actor, ...]:
    """Actors in a sentence, in order.

    Args:
        sentence: straightened text (see ``sentences``).
        language: ``en`` or ``zh``.
        home: ISO code of the state whose spokesperson speaks; "we" stands for it.
    """
    table = _expressions(language, home)
    starts = range(len(sentence)) if language == "zh" else [m.start() for m in _WORD_START.finditer(sentence)]
    width = 1 if language == "zh" else 2
    actors: list[Actor] = []
    for start in starts:
        if actors and start < actors[-1].end:
            continue
        for code, expression in table.get(sentence[start : start + width].lower(), ()):
            match = expression.match(sentence, start)
            if match:
                before = sentence[max(0, start - 40) : start]
                is_subject = language == "zh" or not _PREPOSITION.search(before) or bool(_POSSESSOR_OF_ACT.search(before))
                actors.append(Actor(start, match.end(), code, match.group(), is_subject, match.group() in _SPEAKER))
                break
    return tuple(actors)
