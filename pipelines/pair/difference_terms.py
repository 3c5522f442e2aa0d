"""Which words of one language speak for which of the other: a glossary that tells a translation from another sentence.

The glossary was learnt by ``difference_training`` from briefings in both languages. It holds single words and pairs of Chinese characters, with
how often the counterpart stands in the translation, and how often in any other sentence.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

GLOSSARY = Path(__file__).with_name("difference_glossary.csv")

_WORD = re.compile(r"[a-z]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_ENDINGS = (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("ly", ""))
SHORTEST_STEM = 3
_GRAMMAR = frozenset(
    """the and for that with this has have are was were been will would should can could not from its our their they you your his her
    she him who whom which what when where how why all any some more also than then there these those into out over about other such
    only very just being both does did doing had may might must each""".split()
)


def terms(text: str, language: str) -> frozenset[str]:
    """Word stems of an English text; pairs of neighbouring characters of a Chinese one, which need no dictionary."""
    if language == "en":
        return frozenset(_stem(word) for word in _WORD.findall(text.lower()) if len(word) >= SHORTEST_STEM and word not in _GRAMMAR)
    return frozenset(run[at : at + 2] for run in _HAN.findall(text) for at in range(len(run) - 1))


def _stem(word: str) -> str:
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: -len(ending)] + instead
    return word


@dataclass(frozen=True, slots=True)
class Term:
    """A word that the glossary knows.

    Attributes:
        counterparts: terms of the other language that translate it.
        in_translation: share of its sentences in whose translation a counterpart stands.
        by_chance: share of other sentences in which one stands.
        found: logarithm of how much likelier a counterpart is in a translation than elsewhere.
        missed: the same for its absence; below 0.
    """

    counterparts: frozenset[str]
    in_translation: float
    by_chance: float
    found: float
    missed: float

    @classmethod
    def of(cls, counterparts: Iterable[str], in_translation: float, by_chance: float) -> Term:
        """A term from its shares, both above 0 and below 1."""
        found, missed = math.log(in_translation / by_chance), math.log((1 - in_translation) / (1 - by_chance))
        return cls(frozenset(counterparts), in_translation, by_chance, found, missed)


Glossary = dict[str, Term]


@cache
def glossary(path: Path = GLOSSARY) -> Glossary:
    """The glossary by term, both languages."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["term"]: Term.of(row["counterparts"].split("|"), float(row["in_translation"]), float(row["by_chance"]))
            for row in csv.DictReader(file)
        }


def likeness(own: Iterable[Term], other: frozenset[str]) -> float:
    """How much the terms of a text speak for (above 0) or against (below) its translation being among ``other``, in natural logarithms."""
    return sum(term.missed if term.counterparts.isdisjoint(other) else term.found for term in own)
