"""Which exchanges of two language versions are the same, and which only one version has.

Both versions run in one order, as a rule. So the alignment is a path through the table of all English and Chinese exchanges; a step pairs one with
one, one with two or three (an exchange that a page tears in two, or two that it runs together), or leaves one out. Every step has a score in natural
logarithms: how much likelier the cues of the one make the other (``features``), and how rare the step is. Leaving out costs less where the other
version has the exchange in another place. What the path leaves out is then held against everything once more, whatever the order.

The confidence of a pair is the share that paths through it have among all paths, each weighed by its score; so an exchange without names and figures
is as sure as its neighbours and its length make it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from pipelines.pair.features import Cue, Passage

CHARACTERS_RATIO = math.exp(1.235)
"""English letters for one Chinese character: median of 719 exchanges of 2018 to 2020."""
RATIO_SPREAD = 0.2
"""Standard deviation of the logarithm of that ratio: 0.13 in those exchanges, wider here as short ones vary more."""
EXTRA_LETTERS = 12
"""Added to both lengths, so that a few letters in a short exchange weigh little."""
LENGTH_EQUAL, MOST_MISFIT = 1.0, 6.0
"""Evidence of lengths that fit; what lengths that don't fit take from it at most."""

WEIGHTS = {"word": 0.12, "name": 0.40, "home": 0.0, "figure": 0.45, "latin": 0.30, "topic": 0.15, "pattern": 0.30}
"""Cues of a kind hang together, so that many say less than one by one (from a logistic regression on one half of the briefings)."""
PRIOR_EXCHANGES = 4.0
"""How many unseen exchanges the share by chance of a cue counts for, against those of the page."""
SENTENCES = 6
"""Sentences of an exchange; the glossary's shares by chance are of single sentences."""
LEAST_MISSING = 0.02
"""Nothing is in every translation."""

OUTLET_EQUAL, OUTLET_DIFFERENT = 3.0, -6.0
"""For and against a pair when both versions name who asked."""

STEPS = ((1, 1), (1, 0), (0, 1), (1, 2), (2, 1), (1, 3), (3, 1))
"""(English, Chinese) exchanges of a step of the path. Scores are beside that of one with one."""
ASKED_PART, UNASKED_PART = -8.0, -1.5
"""Every part of an exchange but the first, when it begins with a question and when it does not: a torn-off part has none."""
LEFT_OUT, UNASKED_LEFT_OUT = -4.5, -10.0
"""An exchange that one version lacks; what does not begin with a question is a part of something, as a rule."""
MARKS_EQUAL, MARKS_DIFFERENT, MOST_MARKS = 0.3, -0.5, 6
"""For as many question marks on both sides; against for each more on one, so many at most."""
ELSEWHERE = -10.0
"""A pair of exchanges that stand in another place, beside the plain step."""
PART_ELSEWHERE = -8.0
"""A part of an exchange that stands apart from the rest."""


@dataclass(frozen=True, slots=True)
class Link:
    """A pair of exchanges, or an exchange that only one version has.

    Attributes:
        en, zh: places in the sequences that were aligned; None for what the version lacks.
        confidence: 0 to 1, that this is so.
        is_in_order: whether it keeps to the order of its neighbours; True for what one version lacks.
    """

    en: int | None
    zh: int | None
    confidence: float
    is_in_order: bool = True


def align(en: Sequence[Passage], zh: Sequence[Passage]) -> list[Link]:
    """Align the exchanges of two versions of one briefing, both in page order.

    Returns:
        Every exchange in at least one link, in English order; what only the Chinese version has stands after its predecessor there. An exchange
        that answers to two has two links.
    """
    table = Table(en, zh)
    left_out = _left_out(table)
    steps = list(_steps(table, left_out.en, left_out.zh))
    shares = _shares(len(en), len(zh), steps)
    groups: list[Group] = []
    lone_en, lone_zh = set(range(len(en))), set(range(len(zh)))
    for step in _best_path(len(en), len(zh), steps):
        if step.en:
            groups.append(Group(step.en, step.zh))
            lone_en.difference_update(groups[-1].en)
            lone_zh.difference_update(groups[-1].zh)
    elsewhere = {
        (i, j): min(shares[i, None] * (1 - left_out.is_nowhere_en[i]), shares[None, j] * (1 - left_out.is_nowhere_zh[j]))
        for i, j in left_out.elsewhere
    }
    links = [Link(i, j, min(1.0, shares[i, j] + elsewhere.get((i, j), 0.0))) for group in groups for i, j in product(*group)]
    while (move := max(_moves(table, groups, lone_en, lone_zh), default=None)) is not None and move.gain > 0:
        old, new = move.old, move.new
        for i, j in set(product(*new)) - set(product(*old)):
            is_out = min(shares[i, None] if i in lone_en else 1.0, shares[None, j] if j in lone_zh else 1.0)
            in_order = shares.get((i, j), 0.0) if (i, j) in elsewhere else 0.0
            links.append(Link(i, j, min(1.0, is_out * share_of(move.gain) + in_order), is_in_order=False))
        groups = [group for group in groups if group != old] + [new]
        lone_en.difference_update(new.en)
        lone_zh.difference_update(new.zh)
    for i, j in left_out.elsewhere:
        # Better a pair than a claim that a version lacks what its other part answers to.
        if (i in lone_en and left_out.is_nowhere_en[i] < 0.5) or (j in lone_zh and left_out.is_nowhere_zh[j] < 0.5):
            is_out = min(shares[i, None] if i in lone_en else 1.0, shares[None, j] if j in lone_zh else 1.0)
            links.append(Link(i, j, is_out / 2, is_in_order=False))
            lone_en.discard(i)
            lone_zh.discard(j)
    rivals = {(side, at): 0.0 for side, lone in (("en", lone_en), ("zh", lone_zh)) for at in lone}
    for move in _moves(table, groups, lone_en, lone_zh):
        for side, at in (*(("en", i) for i in move.new.en), *(("zh", j) for j in move.new.zh)):
            if (side, at) in rivals:
                rivals[side, at] = max(rivals[side, at], share_of(move.gain))
    links += [Link(i, None, shares[i, None] * left_out.is_nowhere_en[i] * (1 - rivals["en", i])) for i in lone_en]
    links += [Link(None, j, shares[None, j] * left_out.is_nowhere_zh[j] * (1 - rivals["zh", j])) for j in lone_zh]
    return _sorted(links)


def likeness(en: Sequence[Passage], zh: Sequence[Passage]) -> float:
    """How much likelier two documents are to report one briefing than two that have nothing to do with each other, in natural logarithms: the
    score of the best path in order, above that of leaving everything out."""
    table = Table(en, zh)
    path = _best_path(len(en), len(zh), list(_steps(table, [LEFT_OUT] * len(en), [LEFT_OUT] * len(zh))))
    return sum(step.score for step in path) - LEFT_OUT * (len(en) + len(zh))


def share_of(score: float) -> float:
    """A logarithm of odds as a share, 0 to 1."""
    return 1 / (1 + math.exp(-max(-500.0, min(500.0, score))))


def _sorted(links: Sequence[Link]) -> list[Link]:
    """In English order; a Chinese exchange without counterpart follows the one before it on its own page."""
    place: dict[int, int] = {}
    for link in links:
        if link.zh is not None and link.en is not None:
            place[link.zh] = max(place.get(link.zh, -1), link.en)

    def key(link: Link) -> tuple[int, int, int]:
        if link.en is not None:
            return link.en, 0, -1 if link.zh is None else link.zh
        before = [place[j] for j in range(link.zh or 0) if j in place]
        return (before[-1] if before else -1), 1, link.zh or 0

    return sorted(links, key=key)


# --- out of order ------------------------------------------------------------------------------------------------------


class Group(NamedTuple):
    """Exchanges that answer to each other, by place."""

    en: tuple[int, ...]
    zh: tuple[int, ...]


class Move(NamedTuple):
    """What an exchange without counterpart may belong to: the gain in score, the group as it is, and with it."""

    gain: float
    old: Group
    new: Group


NOTHING = Group((), ())


def _moves(table: Table, groups: Sequence[Group], lone_en: set[int], lone_zh: set[int]) -> Iterator[Move]:
    """Everything that the exchanges without counterpart may belong to, wherever it stands."""
    for i, j in product(sorted(lone_en), sorted(lone_zh)):
        yield Move(table.score((i,), (j,)) + ELSEWHERE - table.left_out_en[i] - table.left_out_zh[j], NOTHING, Group((i,), (j,)))
    for old in groups:
        wider = [(table.left_out_en[i], Group(tuple(sorted((*old.en, i))), old.zh)) for i in sorted(lone_en) if len(old.zh) == 1]
        wider += [(table.left_out_zh[j], Group(old.en, tuple(sorted((*old.zh, j))))) for j in sorted(lone_zh) if len(old.en) == 1]
        for left_out, new in wider:
            yield Move(table.score(*new) - table.score(*old) + PART_ELSEWHERE - left_out, old, new)


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """Scores of leaving exchanges out of the path, and the share in which an exchange that is left out stands nowhere else; pairs that are each
    other's best."""

    en: list[float]
    zh: list[float]
    is_nowhere_en: list[float]
    is_nowhere_zh: list[float]
    elsewhere: list[tuple[int, int]]


def _left_out(table: Table) -> _LeftOut:
    """Leaving out a pair that is each other's best costs what standing elsewhere costs, half of it on each side."""
    en, zh = table.left_out_en, table.left_out_zh
    mutual: list[tuple[int, int]] = []
    elsewhere_en, elsewhere_zh = [-math.inf] * table.n_en, [-math.inf] * table.n_zh
    pairs = {(i, j): table.score((i,), (j,)) for i, j in product(range(table.n_en), range(table.n_zh))}
    best_of_zh = {j: max(range(table.n_en), key=lambda i: pairs[i, j]) for j in range(table.n_zh) if table.n_en}
    for i in range(table.n_en if table.n_zh else 0):
        j = max(range(table.n_zh), key=lambda j: pairs[i, j])
        if best_of_zh[j] == i:
            mutual.append((i, j))
            elsewhere_en[i] = elsewhere_zh[j] = (pairs[i, j] + ELSEWHERE) / 2
    totals_en = [_sum_of_logarithms(out, moved) for out, moved in zip(en, elsewhere_en, strict=True)]
    totals_zh = [_sum_of_logarithms(out, moved) for out, moved in zip(zh, elsewhere_zh, strict=True)]
    return _LeftOut(
        totals_en,
        totals_zh,
        [math.exp(out - total) for out, total in zip(en, totals_en, strict=True)],
        [math.exp(out - total) for out, total in zip(zh, totals_zh, strict=True)],
        mutual,
    )


# --- paths -------------------------------------------------------------------------------------------------------------


class _Step(NamedTuple):
    """From exchange ``i`` and ``j`` on, ``n_en`` and ``n_zh`` of them at once: ``en`` with ``zh``; what else lies between is left out."""

    i: int
    j: int
    n_en: int
    n_zh: int
    score: float
    en: tuple[int, ...] = ()
    zh: tuple[int, ...] = ()

    @property
    def lone(self) -> list[tuple[int | None, int | None]]:
        """Exchanges that it leaves out, with None for their counterpart."""
        out_en = [(i, None) for i in range(self.i, self.i + self.n_en) if i not in self.en]
        return [*out_en, *((None, j) for j in range(self.j, self.j + self.n_zh) if j not in self.zh)]


def _steps(table: Table, left_out_en: Sequence[float], left_out_zh: Sequence[float]) -> Iterator[_Step]:
    """All steps from all places, in the order of the places."""
    for i, j in product(range(table.n_en + 1), range(table.n_zh + 1)):
        for n, m in STEPS:
            if i + n > table.n_en or j + m > table.n_zh:
                continue
            if not n or not m:
                yield _Step(i, j, n, m, left_out_en[i] if n else left_out_zh[j])
                continue
            en, zh = tuple(range(i, i + n)), tuple(range(j, j + m))
            yield _Step(i, j, n, m, table.score(en, zh), en, zh)
            if n == 3:
                yield _Step(i, j, n, m, table.score((i, i + 2), zh) + left_out_en[i + 1], (i, i + 2), zh)
            if m == 3:
                yield _Step(i, j, n, m, table.score(en, (j, j + 2)) + left_out_zh[j + 1], en, (j, j + 2))


def _best_path(n_en: int, n_zh: int, steps: Sequence[_Step]) -> list[_Step]:
    best: dict[tuple[int, int], tuple[float, _Step | None]] = {(0, 0): (0.0, None)}
    for step in steps:
        total, end = best[step.i, step.j][0] + step.score, (step.i + step.n_en, step.j + step.n_zh)
        if end not in best or total > best[end][0]:
            best[end] = total, step
    path, at = [], (n_en, n_zh)
    while step_here := best[at][1]:
        path.append(step_here)
        at = step_here.i, step_here.j
    return path[::-1]


def _shares(n_en: int, n_zh: int, steps: Sequence[_Step]) -> dict[tuple[int | None, int | None], float]:
    """Share of the paths through each pair, and through leaving each exchange out (with None for its counterpart)."""
    forward: dict[tuple[int, int], float] = {(0, 0): 0.0}
    for step in steps:
        end = step.i + step.n_en, step.j + step.n_zh
        forward[end] = _sum_of_logarithms(forward.get(end, -math.inf), forward[step.i, step.j] + step.score)
    backward: dict[tuple[int, int], float] = {(n_en, n_zh): 0.0}
    for step in reversed(steps):
        start, end = (step.i, step.j), (step.i + step.n_en, step.j + step.n_zh)
        backward[start] = _sum_of_logarithms(backward.get(start, -math.inf), backward[end] + step.score)
    shares: dict[tuple[int | None, int | None], float] = {}
    for step in steps:
        through = forward[step.i, step.j] + step.score + backward[step.i + step.n_en, step.j + step.n_zh]
        for pair in (*product(step.en, step.zh), *step.lone):
            shares[pair] = min(1.0, shares.get(pair, 0.0) + math.exp(through - forward[n_en, n_zh]))
    return shares


def _sum_of_logarithms(one: float, other: float) -> float:
    """Logarithm of the sum of what two logarithms stand for."""
    high, low = max(one, other), min(one, other)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))


# --- scores ------------------------------------------------------------------------------------------------------------


class Table:
    """How much cues and lengths of exchanges speak for (above 0) or against their being the same, in natural logarithms."""

    def __init__(self, en: Sequence[Passage], zh: Sequence[Passage]) -> None:
        """Take the exchanges of both versions, in page order."""
        self._en, self._zh = en, zh
        self.n_en, self.n_zh = len(en), len(zh)
        self._from_en = [_Evidence(passage, zh) for passage in en]
        self._from_zh = [_Evidence(passage, en) for passage in zh]
        self.left_out_en, self.left_out_zh = ([LEFT_OUT if passage.is_asked else UNASKED_LEFT_OUT for passage in own] for own in (en, zh))
        self._known: dict[tuple[tuple[int, ...], tuple[int, ...]], float] = {}

    def score(self, en: tuple[int, ...], zh: tuple[int, ...]) -> float:
        """Of English exchanges, as if they were one, with Chinese exchanges, as if they were one."""
        if (en, zh) not in self._known:
            bits_en, bits_zh = sum(1 << i for i in en), sum(1 << j for j in zh)
            cues = sum(self._from_en[i].of(bits_zh) for i in en) + sum(self._from_zh[j].of(bits_en) for j in zh)
            own, other = [self._en[i] for i in en], [self._zh[j] for j in zh]
            self._known[en, zh] = (
                cues + _lengths(own, other) + _question_marks(own, other) + _outlets(own, other) + _parts(own) + _parts(other)
            )
        return self._known[en, zh]


class _Evidence:
    """What the cues of an exchange say of the exchanges of the other version; sets of exchanges are numbers, a bit for each."""

    def __init__(self, passage: Passage, others: Sequence[Passage]) -> None:
        self._cues: list[tuple[int, float]] = []
        self._nothing_answers = 0.0
        self._known: dict[int, float] = {}
        for cue in passage.cues:
            hits = sum(1 << at for at, other in enumerate(others) if not cue.answers.isdisjoint(other.keys))
            found, missed = _of_cue(cue, hits.bit_count(), len(others))
            weight = WEIGHTS[cue.kind]
            self._nothing_answers += weight * missed
            if hits and weight:
                self._cues.append((hits, weight * (found - missed)))

    def of(self, others: int) -> float:
        """For a set of exchanges, as if they were one."""
        if others not in self._known:
            self._known[others] = self._nothing_answers + sum(gain for hits, gain in self._cues if hits & others)
        return self._known[others]


def _of_cue(cue: Cue, n_hits: int, n_others: int) -> tuple[float, float]:
    """What it says when a cue is answered, and when it is not, given how many exchanges of the other version answer it."""
    by_chance = 1 - (1 - cue.by_chance) ** SENTENCES if cue.kind == "word" else cue.by_chance
    unseen, n = PRIOR_EXCHANGES * by_chance, n_others - 1 + PRIOR_EXCHANGES
    when_hit, when_missed = min((max(n_hits - 1, 0) + unseen) / n, cue.in_translation), min((n_hits + unseen) / n, cue.in_translation)
    missing = max(1 - cue.in_translation, LEAST_MISSING)
    return math.log(cue.in_translation / when_hit), math.log(missing / max(1 - when_missed, missing))


def _lengths(en: Sequence[Passage], zh: Sequence[Passage]) -> float:
    n_en, n_zh = (sum(passage.n_letters for passage in own) for own in (en, zh))
    distance = math.log((n_en + EXTRA_LETTERS) / (CHARACTERS_RATIO * n_zh + EXTRA_LETTERS)) / RATIO_SPREAD
    return LENGTH_EQUAL - min(distance * distance / 2, MOST_MISFIT)


def _question_marks(en: Sequence[Passage], zh: Sequence[Passage]) -> float:
    distance = abs(sum(passage.n_question_marks for passage in en) - sum(passage.n_question_marks for passage in zh))
    return MARKS_EQUAL + MARKS_DIFFERENT * min(distance, MOST_MARKS)


def _parts(passages: Sequence[Passage]) -> float:
    """How rare it is that these are parts of one exchange."""
    return sum(ASKED_PART if passage.is_asked else UNASKED_PART for passage in passages[1:])


def _outlets(en: Sequence[Passage], zh: Sequence[Passage]) -> float:
    asking_en, asking_zh = ({passage.outlet_id for passage in own} - {None} for own in (en, zh))
    if not asking_en or not asking_zh:
        return 0.0
    return OUTLET_DIFFERENT if asking_en.isdisjoint(asking_zh) else OUTLET_EQUAL
