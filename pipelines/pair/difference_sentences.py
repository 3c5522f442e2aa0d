"""Sentences of two versions aligned, and those to which nothing in the other version answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.annotate.sentences import split_sentences
from pipelines.pair.difference_figures import Readings, agree, readings
from pipelines.pair.difference_terms import Glossary, Term, likeness, terms
from pipelines.pair.numbers import Figure, Weight, figures

CHARACTERS_RATIO = 3.9
"""English characters for one Chinese character: median of 423 answers of 150 and more Chinese characters, 2018 to 2020 (5th to 95th
percentile 3.2 to 4.6)."""
RATIO_SPREAD = 0.35
"""Standard deviation of the logarithm of that ratio for single sentences."""

SHAPES = {(1, 1): 0.0, (1, 2): 1.5, (2, 1): 1.5, (1, 3): 3.0, (3, 1): 3.0, (2, 2): 3.0, (1, 4): 4.5, (4, 1): 4.5, (1, 0): 3.0, (0, 1): 3.0}
"""Cost of a bead of so many English and Chinese sentences (after Gale and Church 1993), in natural logarithms."""
LIKENESS_WEIGHT = 0.5
"""Words of one sentence depend on each other: together they say less than one by one."""
LONGEST_LENGTH_COST = 8.0
FURTHEST_SENTENCES = 10
"""How many sentences a counterpart may stand before or after its proportional place: no more than that are missing at one place."""
SHARED_FIGURE, MISSED_FIGURE = 3.0, -1.0
SHARED_NAME, MISSED_NAME = 2.0, -0.5
"""Like ``Term.found`` and ``Term.missed``. A pronoun stands for a name more often than a figure is left out."""


@dataclass(frozen=True)
class Unit:
    """A sentence: ``passages[passage][start:end]``, its terms, names (entity ids) and figures with what each may stand for."""

    passage: int
    start: int
    end: int
    words: str
    terms: frozenset[str]
    names: frozenset[str]
    figures: tuple[tuple[Figure, Readings], ...]


@dataclass(frozen=True, slots=True)
class Bead:
    """Numbers of the English and the Chinese sentences that say the same; one of the two may be empty."""

    en: tuple[int, ...]
    zh: tuple[int, ...]

    def of(self, language: str) -> tuple[int, ...]:
        """The numbers of one language."""
        return self.en if language == "en" else self.zh


def units(passages: Sequence[str], language: str, day: date, names: Sequence[Iterable[tuple[int, str]]] = ()) -> list[Unit]:
    """Sentences of the turns of one side of an exchange, in order.

    Args:
        passages: texts of the turns.
        language: ``en`` or ``zh``.
        day: of the briefing.
        names: for each passage (start, entity id) of the names in it; none by default.
    """
    found = []
    for passage, text in enumerate(passages):
        all_figures = figures(text, language)
        for sentence in split_sentences(text, language):
            held = [figure for figure in all_figures if sentence.start <= figure.start < sentence.end]
            named = frozenset(name for start, name in (names[passage] if names else ()) if sentence.start <= start < sentence.end)
            found.append(
                Unit(
                    passage, sentence.start, sentence.end, sentence.words, terms(sentence.words, language), named,
                    tuple((figure, readings(figure, day)) for figure in held),
                )
            )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Span:
    """Sentences taken together, ready to be compared.

    Attributes:
        terms: of all of them.
        known: those that the glossary knows.
        names: of all of them.
        firm: what each firm figure may stand for.
        said: what each figure may stand for.
        n_characters: of all of them.
    """

    terms: frozenset[str]
    known: tuple[Term, ...]
    names: frozenset[str]
    firm: tuple[Readings, ...]
    said: tuple[Readings, ...]
    n_characters: int


def span(own: Sequence[Unit], known: Glossary) -> Span:
    """Sentences taken together."""
    of_all = frozenset[str]().union(*(unit.terms for unit in own))
    held = [pair for unit in own for pair in unit.figures]
    return Span(
        terms=of_all,
        known=tuple(known[term] for term in sorted(of_all) if term in known),
        names=frozenset[str]().union(*(unit.names for unit in own)),
        firm=tuple(readings_of for figure, readings_of in held if figure.weight == Weight.FIRM),
        said=tuple(readings_of for _, readings_of in held),
        n_characters=sum(len(unit.words) for unit in own),
    )


def alike(own: Span, other: Span) -> float:
    """How much words, names and figures of ``own`` speak for or against being said in ``other``, in natural logarithms."""
    total = likeness(own.known, other.terms)
    for name in own.names:
        total += SHARED_NAME if name in other.names else MISSED_NAME
    for figure in own.firm:
        total += SHARED_FIGURE if any(agree(figure, theirs) for theirs in other.said) else MISSED_FIGURE
    return total


def _misfit(n_en: int, n_zh: int) -> float:
    """How far lengths in characters are from each other, in standard deviations; above 0 where English is too long."""
    return math.log((n_en + 1) / (CHARACTERS_RATIO * n_zh + 1)) / RATIO_SPREAD


class _Evidence:
    """``alike`` of neighbouring sentences to any set of sentences of the other language; sets are numbers, a bit for each sentence.

    A path looks at some ten thousand pairs of sets, most words of which have no counterpart in the other text at all.
    """

    def __init__(self, own: Sequence[Unit], other: Sequence[Unit], known: Glossary) -> None:
        terms_at, names_at = _places(unit.terms for unit in other), _places(unit.names for unit in other)
        said = [(1 << at, reading) for at, unit in enumerate(other) for _, reading in unit.figures]
        self._units: list[tuple[dict[str, tuple[int, float, float]], list[tuple[int, float, float]]]] = []
        self._lengths = [len(unit.words) for unit in own]
        self._known: dict[tuple[int, int], tuple[float, list[tuple[int, float]]]] = {}
        for unit in own:
            words = {}
            for word in unit.terms & known.keys():
                entry = known[word]
                words[word] = _union(terms_at.get(counterpart, 0) for counterpart in entry.counterparts), entry.found, entry.missed
            words |= {f"name {name}": (names_at.get(name, 0), SHARED_NAME, MISSED_NAME) for name in unit.names}
            firm = [
                (_union(bit for bit, theirs in said if agree(reading, theirs)), SHARED_FIGURE, MISSED_FIGURE)
                for figure, reading in unit.figures
                if figure.weight == Weight.FIRM
            ]
            self._units.append((words, firm))

    def n_characters(self, start: int, n: int) -> int:
        """Of sentences."""
        return sum(self._lengths[start : start + n])

    def of(self, start: int, n: int, others: int) -> float:
        """For ``n`` sentences from ``start`` on, taken together, and a set of the others."""
        if (start, n) not in self._known:
            words: dict[str, tuple[int, float, float]] = {}
            firm: list[tuple[int, float, float]] = []
            for own_words, own_firm in self._units[start : start + n]:
                words |= own_words
                firm += own_firm
            cues = [*words.values(), *firm]
            gains = [(places, found - missed) for places, found, missed in cues if places]
            self._known[start, n] = math.fsum(missed for _, _, missed in cues), gains
        nothing_answers, gains = self._known[start, n]
        return nothing_answers + sum([gain for places, gain in gains if places & others])


def _places(held: Iterable[Iterable[str]]) -> dict[str, int]:
    """Thing -> the sentences that hold it."""
    found: dict[str, int] = {}
    for at, things in enumerate(held):
        for thing in things:
            found[thing] = found.get(thing, 0) | 1 << at
    return found


def _union(sets: Iterable[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found


def _bits(start: int, n: int) -> int:
    return (1 << n) - 1 << start


def align(en: Sequence[Unit], zh: Sequence[Unit], known: Glossary) -> list[Bead]:
    """The cheapest way to read both versions as translations of each other, in order.

    Args:
        en: English sentences of one side (question or answer) of an exchange.
        zh: Chinese sentences of the same side.
        known: the glossary.
    """
    longest = max(len(en), len(zh), 1)
    # Where one text is many times the other, a sentence of the shorter one stands for more than that many.
    furthest = max(FURTHEST_SENTENCES, longest / max(min(len(en), len(zh)), 1))
    for_en, for_zh = _Evidence(en, zh, known), _Evidence(zh, en, known)

    def cost(i: int, j: int, n: int, m: int) -> float:
        if not n or not m:
            return SHAPES[n, m]
        speaks_for = for_en.of(i, n, _bits(j, m)) + for_zh.of(j, m, _bits(i, n))
        length_cost = _misfit(for_en.n_characters(i, n), for_zh.n_characters(j, m)) ** 2 / 2
        return SHAPES[n, m] + min(length_cost, LONGEST_LENGTH_COST) - LIKENESS_WEIGHT * speaks_for

    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(en) + 1):
        for j in range(len(zh) + 1):
            if abs(i / max(len(en), 1) - j / max(len(zh), 1)) * longest > furthest:
                continue
            ways = [(best[i - n, j - m][0] + cost(i - n, j - m, n, m), (n, m)) for n, m in SHAPES if (i - n, j - m) in best]
            if ways:
                best[i, j] = min(ways)
    beads, i, j = [], len(en), len(zh)
    while i or j:
        n, m = best[i, j][1]
        beads.append(Bead(tuple(range(i - n, i)), tuple(range(j - m, j))))
        i, j = i - n, j - m
    return beads[::-1]


# --- missing sentences -------------------------------------------------------------------------------------------------

NEIGHBOURS = 2
"""Beads before and after in which a counterpart may hide."""
SHORTEST = {"en": 80, "zh": 22}
"""Characters; shorter sentences ("What is your comment?") come and go in translation."""
FEWEST_KNOWN_TERMS = 5
MOST_EXPLAINED, MOST_EXPLAINED_PER_TERM = 2.0, 0.2
"""A sentence has no counterpart nearby when nothing there needs it: what it explains is already explained by its neighbours."""
LEAST_ALIKE_PER_TERM = 0.8
"""Nor has it one elsewhere (the other part of the exchange, opening or closing) when no sentence there is so much like it: of sentences that
translate each other 80 in 100 are, of any other two 5 (997 and as many pairs of 2020, glossary learnt before)."""
LEAST_SURPLUS = 0.5
"""Share of its own length by which the neighbourhood, and the whole part, must be too long with it."""


COUNTERPART_LENGTH, LEAST_EXPLAINED_PER_TERM = 0.25, 0.3
"""A sentence of the other language that is long enough (proverbs are short in Chinese) and that no neighbour explains may be a free translation."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A sentence of one language that the other lacks.

    Attributes:
        language: that has it.
        unit: number of the sentence.
        after: number of the sentence of the other language after which it should stand; None at the beginning.
    """

    language: str
    unit: int
    after: int | None


def missing(
    en: Sequence[Unit], zh: Sequence[Unit], beads: Sequence[Bead], elsewhere: Mapping[str, Sequence[Sequence[Unit]]], known: Glossary
) -> list[Missing]:
    """Sentences that have no counterpart, clear cases only.

    Args:
        en: English sentences.
        zh: Chinese sentences.
        beads: how they align.
        elsewhere: other places where a counterpart may stand, by language: the other part of the exchange, the closing speech.
        known: the glossary.
    """
    if not en or not zh:
        return []
    whole = {"en": span(en, known), "zh": span(zh, known)}
    found = []
    for at, bead in enumerate(beads):
        if bead.en and bead.zh:
            continue
        language, other = ("en", "zh") if bead.en else ("zh", "en")
        own_units, other_units = (en, zh) if language == "en" else (zh, en)
        (number,) = bead.of(language)
        unit = own_units[number]
        own = span([unit], known)
        if own.n_characters < SHORTEST[language] or len(own.known) < FEWEST_KNOWN_TERMS or not _has_substance(unit):
            continue
        window = beads[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1]
        near = [own_units[i] for b in window for i in b.of(language)]
        theirs = [other_units[i] for b in window for i in b.of(other)]
        near_span, their_span = span(near, known), span(theirs, known)
        neighbours = span([neighbour for neighbour in near if neighbour is not unit], known)
        # Where the whole part is wordier than others its sentences are, too.
        usual = CHARACTERS_RATIO if language == "en" else 1 / CHARACTERS_RATIO
        ratio = max(usual, (whole[language].n_characters - own.n_characters) / whole[other].n_characters)
        surplus = min(
            near_span.n_characters - ratio * their_span.n_characters, whole[language].n_characters - usual * whole[other].n_characters
        )
        explained = alike(their_span, near_span) - alike(their_span, neighbours)
        long_enough = COUNTERPART_LENGTH * own.n_characters * (1 / CHARACTERS_RATIO if language == "en" else CHARACTERS_RATIO)
        single = [span([sentence], known) for sentence in theirs]
        if (
            surplus >= LEAST_SURPLUS * own.n_characters
            and explained <= max(MOST_EXPLAINED, MOST_EXPLAINED_PER_TERM * len(own.known))
            and not any(_is_free(sentence, neighbours) for sentence in single if sentence.n_characters > long_enough)
            and not any(_is_translation(own, span([sentence], known)) for place in elsewhere[other] for sentence in place)
        ):
            before = [i for b in beads[:at] for i in b.of(other)]
            found.append(Missing(language, number, before[-1] if before else None))
    return found


def _has_substance(unit: Unit) -> bool:
    """Whether a sentence names anybody or gives a figure: others ("We will see.") come and go in translation."""
    return bool(unit.names) or any(figure.weight != Weight.LOOSE for figure, _ in unit.figures)


def _is_free(theirs: Span, neighbours: Span) -> bool:
    """Whether a sentence of the other language is no translation of the neighbours, so that it may be one of the sentence in question."""
    return alike(theirs, neighbours) < LEAST_EXPLAINED_PER_TERM * max(len(theirs.known), FEWEST_KNOWN_TERMS)


def _is_translation(own: Span, theirs: Span) -> bool:
    """Whether two sentences may be translations of each other, wherever they stand."""
    n_known = max(len(own.known) + len(theirs.known), FEWEST_KNOWN_TERMS)
    return alike(own, theirs) + alike(theirs, own) >= LEAST_ALIKE_PER_TERM * n_known
