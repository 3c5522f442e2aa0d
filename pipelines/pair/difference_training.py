"""Learns ``difference_glossary.csv`` from briefings in both languages.

    python -m pipelines.pair.difference_training PAIRS.parquet

``PAIRS.parquet`` has a row per aligned exchange and side, with columns ``en`` and ``zh`` (texts). Words are tied together by IBM model 1, first
in whole texts, then in the sentences that align with what was learnt.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.pair.difference_sentences import align, units
from pipelines.pair.difference_terms import GLOSSARY, Glossary, Term, terms

ANY_DAY = date(2020, 1, 1)
"""Relative days are of no weight here."""
ROUNDS = 6
"""Of expectation and maximisation; the likelihood hardly rises afterwards."""
FEWEST_SENTENCES = 4
FEWEST_TOGETHER = 3
"""A pair seen together once or twice is chance."""
SMALLEST_PROBABILITY = 0.15
MOST_COUNTERPARTS = 6
LEAST_RISE = 3.0
"""A term is kept when its counterpart is so many times likelier in the translation than elsewhere."""

Sides = list[tuple[frozenset[str], frozenset[str]]]


def train(texts: Sequence[tuple[str, str]], rounds: int = 2) -> Glossary:
    """A glossary learnt from (English, Chinese) texts that say the same."""
    known = _glossary([(terms(en, "en"), terms(zh, "zh")) for en, zh in texts])
    for _ in range(rounds):
        beads: Sides = []
        for en_text, zh_text in texts:
            en, zh = units([en_text], "en", ANY_DAY), units([zh_text], "zh", ANY_DAY)
            for bead in align(en, zh, known):
                if bead.en and bead.zh:
                    beads.append((frozenset().union(*(en[i].terms for i in bead.en)), frozenset().union(*(zh[j].terms for j in bead.zh))))
        known = _glossary(beads)
    return known


def _glossary(beads: Sides) -> Glossary:
    turned = [(zh, en) for en, zh in beads]
    forth, back = _translations(beads), _translations(turned)
    return _entries(beads, forth, back) | _entries(turned, back, forth)


def _translations(beads: Sides) -> dict[str, dict[str, float]]:
    """IBM model 1: term -> term of the other language -> probability."""
    n_own, n_other = Counter(t for own, _ in beads for t in own), Counter(t for _, other in beads for t in other)
    kept = [
        ([t for t in sorted(own) if n_own[t] >= FEWEST_SENTENCES] + [""], [t for t in sorted(other) if n_other[t] >= FEWEST_SENTENCES])
        for own, other in beads
    ]
    table: dict[str, dict[str, float]] = {}
    for turn in range(ROUNDS):
        counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for own, other in kept:
            for target in other:
                weights = [1.0] * len(own) if not turn else [table[source].get(target, 0.0) for source in own]
                total = sum(weights)
                if total:
                    for source, weight in zip(own, weights, strict=True):
                        if weight > total / 1000:
                            counts[source][target] += weight / total
        table = {}
        for source, row in counts.items():
            total = sum(row.values())
            table[source] = {target: n / total for target, n in row.items() if n > total / 10000}
    return table


def _entries(beads: Sides, forth: dict[str, dict[str, float]], back: dict[str, dict[str, float]]) -> Glossary:
    found: Glossary = {}
    holders: dict[str, list[int]] = defaultdict(list)
    for at, (own, _) in enumerate(beads):
        for term in own:
            holders[term].append(at)
    standing: dict[str, set[int]] = defaultdict(set)
    for at, (_, other) in enumerate(beads):
        for term in other:
            standing[term].add(at)
    for term in sorted(set(forth) - {""}):
        strength = {other: p + back.get(other, {}).get(term, 0.0) for other, p in forth[term].items()}
        held = set(holders[term])
        strong = [
            other
            for other, sum_of_both in strength.items()
            if sum_of_both >= SMALLEST_PROBABILITY and len(held & standing[other]) >= FEWEST_TOGETHER
        ]
        best = sorted(strong, key=lambda other: (-strength[other], other))[:MOST_COUNTERPARTS]
        if not best:
            continue
        with_counterpart = set().union(*(standing[other] for other in best))
        n, n_hit = len(holders[term]), sum(at in with_counterpart for at in holders[term])
        n_elsewhere, n_chance = len(beads) - n, len(with_counterpart) - n_hit
        # Half a sentence is added to each side: nothing is impossible after a few sentences.
        entry = Term.of(best, round((n_hit + 0.5) / (n + 1), 3), max(round((n_chance + 0.5) / (n_elsewhere + 1), 4), 0.0005))
        if entry.in_translation >= LEAST_RISE * entry.by_chance:
            found[term] = entry
    return found


def write(known: Glossary, path: Path = GLOSSARY) -> None:
    """Write a glossary as CSV, sorted by term."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows: Iterable[tuple[object, ...]] = (
            (term, "|".join(sorted(entry.counterparts)), entry.in_translation, entry.by_chance) for term, entry in sorted(known.items())
        )
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["term", "counterparts", "in_translation", "by_chance"])
        writer.writerows(rows)


if __name__ == "__main__":
    write(train(pl.read_parquet(sys.argv[1]).select("en", "zh").rows()))
