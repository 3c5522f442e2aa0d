"""How well the codebook does on pages that its weights do not come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.annotate.exchange import CodedTurn, code_turns
from pipelines.annotate.training.labels import LabelledExchange
from pipelines.annotate.weighing import Filter

OFTEN = 5
"""Macro F1 is over patterns with so many labels or more, as in the scorer of the labels."""


@dataclass(frozen=True)
class Codes:
    """Codes of an exchange, each as one string.

    Attributes:
        patterns: response patterns.
        actors: accuser, accused and direction.
        with_type: the same with the type.
        directions: of which the exchange holds an accusation.
    """

    patterns: frozenset[str]
    actors: frozenset[str]
    with_type: frozenset[str]
    directions: frozenset[str]


def codes_of(patterns: Iterable[str], accusations: Iterable[tuple[str, str, str, str]]) -> Codes:
    """Codes of patterns and of accusations as (accuser, accused, direction, type)."""
    rows = list(accusations)
    return Codes(
        frozenset(patterns), frozenset(" ".join(r[:3]) for r in rows), frozenset(" ".join(r) for r in rows), frozenset(r[2] for r in rows)
    )


def labelled_codes(exchange: LabelledExchange) -> Codes:
    """What the labels say."""
    return codes_of(exchange.patterns, ((a.accuser, a.accused, a.direction, a.accusation_type) for a in exchange.accusations))


def found_codes(exchange: LabelledExchange, language: str, home: str, judge: Filter | None = None, *, is_filtered: bool = True) -> Codes:
    """What the codebook finds."""
    turns = [("question", exchange.question), ("answer", exchange.answer)]
    return coded(code_turns(turns, language, home, judge=judge, is_filtered=is_filtered))


def coded(turns: Sequence[CodedTurn]) -> Codes:
    """Codes of coded turns."""
    hits = [hit for turn in turns for hit in turn.accusations]
    return codes_of(
        (hit.pattern_id for turn in turns for hit in turn.patterns),
        ((hit.accuser, hit.accused, hit.direction, hit.accusation_type) for hit in hits),
    )


View = Callable[[Codes], frozenset[str]]
Pairs = Sequence[tuple[Codes, Codes]]
"""Labels and finds of each exchange."""


def f1(pairs: Pairs, view: View) -> float:
    """Micro F1 of what a view shows."""
    right = sum(len(view(wanted) & view(found)) for wanted, found in pairs)
    return 2 * right / max(1, sum(len(view(wanted)) + len(view(found)) for wanted, found in pairs))


def figures(pairs: Pairs) -> dict[str, float]:
    """The five figures of the issue: patterns micro and macro, actors, with type, directions."""
    often = Counter(p for wanted, _ in pairs for p in wanted.patterns)
    each = [f1(pairs, lambda c, p=code: c.patterns & {p}) for code, n in often.items() if n >= OFTEN]  # type: ignore[misc]
    return {
        "patterns": f1(pairs, lambda c: c.patterns),
        "macro": sum(each) / max(1, len(each)),
        "actors": f1(pairs, lambda c: c.actors),
        "with_type": f1(pairs, lambda c: c.with_type),
        "directions": f1(pairs, lambda c: c.directions),
    }


def show(title: str, scores: Mapping[str, float]) -> str:
    """One line of figures."""
    return f"{title:34} " + "  ".join(f"{name} {value:.3f}" for name, value in scores.items())
