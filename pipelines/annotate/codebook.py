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


@dataclass
class AnchorIndex:
    """Finds the phrases that may match a sentence."""

    language: str
    by_anchor: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _zh_by_start: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, anchors: Iterable[str], number: int) -> None:
        """Register a phrase under each of its anchors."""
        for anchor in anchors:
            if self.language == "zh" and anchor not in self._zh_by_start[anchor[:2]]:
                self._zh_by_start[anchor[:2]].append(anchor)
            self.by_anchor[anchor].append(number)

    def candidates(self, sentence: str) -> list[int]:
        """Numbers of the phrases with an anchor in the sentence, ascending."""
        found: set[int] = set()
        if self.language == "zh":
            starts = self._zh_by_start
            for i in range(len(sentence) - 1):
                for anchor in starts.get(sentence[i : i + 2], ()):
                    if sentence.startswith(anchor, i):
                        found.update(self.by_anchor[anchor])
        else:
            anchors = self.by_anchor
            for word in words_of_sentence(sentence):
                if word in anchors:
                    found.update(anchors[word])
        return sorted(found)


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
        index.add(row["anchors"].split("|"), number)
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
