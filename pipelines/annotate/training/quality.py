"""How well each code is found: counts for the seed ``codebook_quality``, which the mart ``codebook`` shows beside the definitions."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pipelines.annotate.training.measure import Codes, Pairs
from pipelines.settings import SEEDS

PATH = SEEDS / "codebook_quality.csv"
LABELS, READING = "labels", "reading"
"""What was measured: finds against labels, by filters that were trained on other pages; or hits of the corpus, by reading them."""

_COLUMNS = ("basis", "language", "code", "n_labelled", "n_found", "n_right")


class Counts(NamedTuple):
    """Of one code: labelled (None for reading), found, right."""

    labelled: int | None
    found: int
    right: int


def counts_by_code(pairs: Pairs) -> dict[str, Counts]:
    """Counts of patterns, types, directions, ``actors`` and ``actors_and_type`` over labelled exchanges."""
    labelled: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for of_labels, of_finds in ((_sorted_by_code(wanted), _sorted_by_code(got)) for wanted, got in pairs):
        labelled.update({code: len(of) for code, of in of_labels.items()})
        found.update({code: len(of) for code, of in of_finds.items()})
        right.update({code: len(of & of_finds.get(code, set())) for code, of in of_labels.items()})
    return {code: Counts(labelled[code], found[code], right[code]) for code in sorted(labelled | found)}


def _sorted_by_code(codes: Codes) -> dict[str, set[str]]:
    """The codes of an exchange under the code that they count for; an accusation counts for its type, where actors and direction are right, too."""
    found: dict[str, set[str]] = {code: {code} for code in codes.patterns | codes.directions}
    for accusation in codes.with_type:
        found.setdefault(accusation.split()[-1], set()).add(accusation)
    return found | {"actors": set(codes.actors), "actors_and_type": set(codes.with_type)}


def write_quality(counts: Mapping[str, Counts], basis: str, language: str) -> None:
    """Replace the rows of a basis and language in the seed."""
    with PATH.open(encoding="utf-8", newline="") as file:
        kept: Iterable[tuple[str, ...]] = [
            tuple(row[name] for name in _COLUMNS) for row in csv.DictReader(file) if (row["basis"], row["language"]) != (basis, language)
        ]
    fresh = [
        (basis, language, code, "" if n.labelled is None else str(n.labelled), str(n.found), str(n.right)) for code, n in counts.items()
    ]
    with PATH.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(sorted([*kept, *fresh]))
