"""The codebook compiled: phrases of ``dbt/seeds/response_phrases.csv`` behind a literal prefilter.

A phrase names its anchors: words of which one stands in every text that it matches. A text is read once for anchors; only
phrases whose anchor stands in a sentence are tried there. So the cost follows the words of the text, hardly the number of phrases.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import add
from typing import NamedTuple

from pipelines.vocabularies import vocabulary

_WORD = re.compile(r"[a-z][a-z-]*[a-z]|[a-z]")


class Phrase(NamedTuple):
    """One row of the phrase vocabulary, compiled for a home state.

    Attributes:
        code: the pattern, or the frame for accusations.
        needs_speaker: the act must be the speaker's own (subject ``self``), not reported of others.
    """

    code: str
    needs_speaker: bool
    expression: re.Pattern[str]
    exclude: re.Pattern[str] | None


@lru_cache(maxsize=2048)
def words_of_sentence(sentence: str) -> frozenset[str]:
    """The different words of an English sentence in lower case. Several indexes ask for those of the same sentence."""
    return frozenset(_WORD.findall(sentence.lower()))


@lru_cache(maxsize=2048)
def pairs_of_sentence(sentence: str) -> frozenset[str]:
    """The different pairs of neighbouring characters. Several indexes ask for those of the same sentence."""
    return frozenset(map(add, sentence, sentence[1:]))


@lru_cache(maxsize=2048)
def word_features_of(sentence: str, language: str) -> frozenset[str]:
    """What stands for the words of a sentence in the trained layers: its words; in Chinese, which is written without spaces, its pairs of characters."""
    if language == "zh":
        return frozenset(filter(str.isalpha, pairs_of_sentence(sentence)))
    return words_of_sentence(sentence)


_STEM = re.compile(r"([a-z]{4,})\\w[*+]")
_STEM_LETTERS = 4

_REMEMBERED_WORDS = 100_000
"""An index forgets what it knows of words beyond so many; twenty years of briefings have half as many."""


@dataclass
class AnchorIndex:
    """Finds the phrases that may match a sentence: by whole words, and in English also by the stems that an expression leaves open."""

    language: str
    by_anchor: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _by_stem: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    _zh_by_start: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _of_word: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)

    def add(self, anchors: Iterable[str], number: int, expression: str = "") -> None:
        """Register a phrase under each of its anchors, and under each stem in its expression ("conceal" of ``conceal\\w*``)."""
        for anchor in anchors:
            if self.language == "zh" and anchor not in self._zh_by_start[anchor[:2]]:
                self._zh_by_start[anchor[:2]].append(anchor)
            self.by_anchor[anchor].append(number)
        for stem in _STEM.findall(expression):
            self._by_stem[stem[:_STEM_LETTERS]].append((stem, number))

    def candidates(self, sentence: str) -> list[int]:
        """Numbers of the phrases with an anchor in the sentence, ascending."""
        found: set[int] = set()
        if self.language == "zh":
            for pair in self._zh_by_start.keys() & pairs_of_sentence(sentence):
                for anchor in self._zh_by_start[pair]:
                    if len(anchor) == len(pair) or anchor in sentence:
                        found.update(self.by_anchor[anchor])
        else:
            for word in words_of_sentence(sentence) - self._silent:
                found.update(self._numbers_of(word))
        return sorted(found)

    def _numbers_of(self, word: str) -> tuple[int, ...]:
        """Numbers of the phrases that the word may begin; remembered, as texts repeat their words."""
        numbers = self._of_word.get(word)
        if numbers is None:
            by_stem = (number for stem, number in self._by_stem.get(word[:_STEM_LETTERS], ()) if word.startswith(stem))
            numbers = tuple({*self.by_anchor.get(word, ()), *by_stem})
            if len(self._silent) + len(self._of_word) > _REMEMBERED_WORDS:
                self._silent.clear()
                self._of_word.clear()
            if numbers:
                self._of_word[word] = numbers
            else:
                self._silent.add(word)
        return numbers


@dataclass(frozen=True)
class HomeWords:
    """How texts name the state whose spokesperson speaks.

    Attributes:
        iso3: its code.
        names: names, forms with "side" and "government", seat of power; the longest first.
        adjectives: demonyms.
    """

    iso3: str
    names: tuple[str, ...]
    adjectives: tuple[str, ...]

    @property
    def alternatives(self) -> str:
        """A regular expression that matches any of the names as a subject."""
        return "|".join(re.escape(name) for name in self.names)


@cache
def home_words(iso3: str, language: str) -> HomeWords:
    """Names of a home state from the seed ``home_names``; a state without rows is only ever "we"."""
    rows = vocabulary("home_names").filter(state_iso3=iso3, language=language)
    by_kind: dict[str, list[str]] = defaultdict(list)
    for name, kind in rows.select("name", "kind").iter_rows():
        by_kind[kind].append(name)
    names, adjectives = by_kind["name"], by_kind["adjective"]
    if language == "en":
        names = names + [f"{a} {noun}" for a in adjectives for noun in ("side", "government", "people", "authorities", "embassy")]
    return HomeWords(iso3, tuple(sorted(names, key=lambda n: (-len(n), n))), tuple(adjectives))


@dataclass(frozen=True)
class CompiledPhrases:
    """All phrases of a language for a home state, with their index."""

    phrases: tuple[Phrase, ...]
    index: AnchorIndex


@cache
def response_phrases(language: str, home: str) -> CompiledPhrases:
    """The phrases of the response patterns.

    Args:
        language: ``en`` or ``zh``.
        home: ISO code of the state whose spokesperson speaks.
    """
    words = home_words(home, language)
    phrases, index = [], AnchorIndex(language)
    rows = vocabulary("response_phrases").filter(language=language)
    for number, row in enumerate(rows.iter_rows(named=True)):
        index.add(row["anchors"].split("|"), number, row["expression"])
        phrases.append(
            Phrase(
                code=row["pattern_id"],
                needs_speaker=row["subject"] == "self",
                expression=_compiled(row["expression"], words),
                exclude=_compiled(rf"\b(?:{row['exclude']})" if language == "en" else row["exclude"], words) if row["exclude"] else None,
            )
        )
    return CompiledPhrases(tuple(phrases), index)


def _compiled(expression: str, home: HomeWords) -> re.Pattern[str]:
    return re.compile(expression.replace("{home}", home.alternatives or r"(?!)"), re.IGNORECASE)


_GROUPING = re.compile(r"^(?:\(\?-i:|\(\?:|\(|《\?)+")
_LITERAL = re.compile(r"(?:[^\W_]| |\"|“)+(?![?*{])")

PREFIX = 4
"""Expressions are looked up by up to this many letters: most words then meet none or one."""


def alternatives(expression: str) -> list[str]:
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


def prefixes(expression: str) -> list[str]:
    """Beginnings as written, at most ``PREFIX`` letters, one of which everything that the expression matches begins with.

    A group of alternatives at the start gives one each; an expression that begins with no letter gives the empty prefix.
    """
    if expression.startswith("(?:"):
        end, depth = 3, 1
        while depth:
            depth += {"(": 1, ")": -1}.get(expression[end], 0)
            end += 1
        rest = expression[end:]
        if not rest.startswith(("?", "*", "{")):
            return sorted({prefix for part in alternatives(expression[3 : end - 1]) for prefix in prefixes(part)})
    literal = _LITERAL.match(_GROUPING.sub("", expression))
    return [literal.group()[:PREFIX]] if literal else [""]


class PrefixTable:
    """Expressions with a value each, looked up by the letters at a place of a text."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, re.Pattern[str]]] = []
        self._by_prefix: dict[str, list[int]] = defaultdict(list)
        self.known: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {}
        self._places: re.Pattern[str] | None = None

    def add(self, value: str, expression: str, compiled: re.Pattern[str]) -> None:
        """Register an expression, compiled, under the beginnings of what it may match."""
        for prefix in prefixes(expression):
            self._by_prefix[prefix.lower()].append(len(self._rows))
        self._rows.append((value, compiled))

    @property
    def places(self) -> re.Pattern[str]:
        """Finds every place of a text that begins with the first letter of an expression, with the letters there as a group."""
        if self._places is None:
            firsts = {prefix[:1] for prefix in self._by_prefix}
            begin = "." if "" in firsts else f"[{''.join(re.escape(c) for first in sorted(firsts) for c in {first, first.upper()})}]"
            self._places = re.compile(rf"(?=({begin}.{{0,{PREFIX - 1}}}))")
        return self._places

    def at(self, letters: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """Value and expression of what may begin with the letters, in the order of registration; ``known`` remembers it."""
        numbers = {n for end in range(PREFIX + 1) for n in self._by_prefix.get(letters[:end].lower(), ())}
        self.known[letters] = tuple(self._rows[number] for number in sorted(numbers))
        return self.known[letters]
