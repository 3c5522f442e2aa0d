"""Actors of an accusation in a sentence: states and their organs, blocs, unnamed others, and the home state as "we"."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import polars as pl

from pipelines.annotate.codebook import PREFIX, PrefixTable, alternatives, home_words, prefixes
from pipelines.vocabularies import vocabulary

UNNAMED = "UNNAMED"

_SPEAKER = frozenset({"we", "We", "our", "Our", "us", "I", "my", "My", "我们", "我国", "我方"})
# "with the US side", "on Iran", "against China": an actor behind one of these is not the subject of what follows.
_PREPOSITION = re.compile(
    r"\b(?:on|against|to|in|with|for|of|toward|towards|into|from|at|over|about|between|among|including|like|than|around|within|across)"
    r"(?: (?:the|some|certain|its|their|other|all|both|this|former|those))*\W*$",
    re.IGNORECASE,
)
_POSSESSOR_OF_ACT = re.compile(
    r"\b(?:part|side|people|individuals|politicians|officials|government|media|practices?|acts?|moves?|behavior|attempts?|call\w*|advice) (?:of|in|on|from|by)(?: the)?\W*$",
    re.IGNORECASE,
)


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


class _Names:
    """Names of actors, with their code as value, and the places of a text at which one may begin."""

    def __init__(self, language: str, home: str) -> None:
        own = home_words(home, language)
        rows = [(home, word) for word in (*_SPEAKER, *map(re.escape, own.names + own.adjectives))]
        for code, expression in vocabulary("accusation_actors").filter(language=language).select("actor", "expression").iter_rows():
            rows += [(code, alternative) for alternative in alternatives(expression)]
        if language == "en":
            rows += _other_states(language, {code for code, _ in rows})
        self.table = PrefixTable()
        small = set()
        for code, name in rows:
            flags = re.NOFLAG if name in _SPEAKER else re.IGNORECASE
            self.table.add(code, name, re.compile(f"(?:{name})(?![A-Za-z])" if language == "en" else name, flags))
            small |= {re.escape(prefix[:2]) for prefix in prefixes(name) if prefix[:1].islower()}
        # Names begin with a capital; only what the vocabulary writes small ("certain countries") may also stand small in a text.
        begins = rf"(?<![A-Za-z])(?=((?:[A-Z0-9\"]|{'|'.join(sorted(small))}).{{0,3}}))"
        self.places = re.compile(begins if language == "en" else r"(?=(.{1,4}))")


@cache
def _names(language: str, home: str) -> _Names:
    return _Names(language, home)


def _other_states(language: str, covered: set[str]) -> list[tuple[str, str]]:
    """Names, demonyms and adjectives of the sovereign states that the vocabulary of actors has no row for."""
    places = vocabulary("places").filter(place_status="sovereign").select("entity_id", "iso3")
    names = vocabulary("entity_names").filter(pl.col("rule").is_in(["name", "alias", "demonym", "adjective"]), language=language)
    rows = names.join(places, on="entity_id").filter(~pl.col("iso3").is_in(list(covered)), pl.col("surface").str.len_chars() > 1)
    longest_first = rows.sort(pl.col("surface").str.len_chars(), "surface", descending=[True, False])
    case = "(?-i:{})" if language == "en" else "{}"
    return [
        (iso3, case.format(re.escape(surface).replace("\\ ", " ")) + (f"(?!{not_after})" if not_after else ""))
        for iso3, surface, not_after in longest_first.select("iso3", "surface", "not_after").iter_rows()
    ]


def find_actors(sentence: str, language: str, home: str) -> tuple[Actor, ...]:
    """Actors in a sentence, in order.

    Args:
        sentence: straightened text (see ``sentences``).
        language: ``en`` or ``zh``.
        home: ISO code of the state whose spokesperson speaks; "we" stands for it.
    """
    names = _names(language, home)
    known = names.table.known
    actors: list[Actor] = []
    end = 0
    for place in names.places.finditer(sentence):
        letters = place[1][:PREFIX]
        rows = known.get(letters)
        if rows is None:
            rows = names.table.at(letters)
        start = place.start()
        if not rows or start < end:
            continue
        for code, expression in rows:
            match = expression.match(sentence, start)
            if match:
                before = sentence[max(0, start - 40) : start]
                is_subject = language == "zh" or not _PREPOSITION.search(before) or bool(_POSSESSOR_OF_ACT.search(before))
                end = match.end()
                actors.append(Actor(start, end, code, match.group(), is_subject, match.group() in _SPEAKER))
                break
    return tuple(actors)
