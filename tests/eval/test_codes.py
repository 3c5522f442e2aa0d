"""Codes against the labelled exchanges of ``../shared/eval``: floors that a change must not fall under, and the golden cyber thread.

Labels of a page that a rule or weight was built on say less than those of a page it never saw. So the figures are printed for
both halves of the pages (rules are built on A, B is only scored), and the filter's figures on unseen pages stand in
docs/decisions/0004. Floors are what was measured on the day named, less 0.02.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from helpers.real_pages import scorer

from pipelines.annotate.exchange import code_turns
from pipelines.annotate.training.labels import half_of
from pipelines.parse.model import ParsedPage
from pipelines.parse.page import parse_page

Found = dict[str, set[str]]

# Measured on 25 November 2026, less 0.02.
FLOORS = {
    "en": {"patterns": 0.836, "patterns_macro": 0.832, "accusations": 0.767, "with_type": 0.654, "directions": 0.864},
    "zh": {"patterns": 0.806, "patterns_macro": 0.813, "accusations": 0.686, "with_type": 0.480, "directions": 0.759},
}
RULES_ALONE_FLOORS = {"accusations": 0.662, "directions": 0.757}
OFTEN = 5
"""Macro F1 is over patterns with so many labels or more, as in ``score_codes.py``."""


@dataclass(frozen=True)
class Coded:
    """Codes of an exchange, each as one string."""

    patterns: set[str]
    accusations: set[str]
    with_type: set[str]
    directions: set[str]


def of_labels(row: dict[str, list[dict[str, str]]]) -> Coded:
    pairs = [(a["accuser"], a["accused"], a["direction"], a["type"]) for a in row["accusations"]]
    return coded({p["id"] for p in row["patterns"]}, pairs)


def coded(patterns: set[str], pairs: Iterable[tuple[str, str, str, str]]) -> Coded:
    rows = list(pairs)
    return Coded(patterns, {" ".join(r[:3]) for r in rows}, {" ".join(r) for r in rows}, {r[2] for r in rows})


def read(folder: Path, language: str, *, is_filtered: bool = True) -> tuple[dict[str, Coded], dict[str, Coded]]:
    """Labels, and what the codebook finds, by exchange."""
    wanted = {
        row["exchange_id"]: of_labels(row) for row in map(json.loads, (folder / f"{language}_gold.jsonl").read_text("utf-8").splitlines())
    }
    found = {}
    for row in json.loads((folder / f"{language}_exchanges.json").read_text("utf-8")):
        turns = [(side, scorer("common").LABEL.sub("", row[side], count=1)) for side in ("question", "answer")]
        results = code_turns(turns, language, "CHN", is_filtered=is_filtered)
        for (_, text), result in zip(turns, results, strict=True):
            for hit in (*result.patterns, *result.accusations):
                assert text[hit.start : hit.end].strip()
        hits = [hit for result in results for hit in result.accusations]
        pairs = [(h.accuser, h.accused, h.direction, h.accusation_type) for h in hits]
        found[row["exchange_id"]] = coded({hit.pattern_id for result in results for hit in result.patterns}, pairs)
    return wanted, found


def f1(wanted: dict[str, Coded], found: dict[str, Coded], view: Callable[[Coded], set[str]], ids: Iterable[str]) -> float:
    counts: Counter[str] = Counter()
    for i in ids:
        want, got = view(wanted[i]), view(found[i])
        counts.update(right=len(want & got), all=len(want) + len(got))
    return 2 * counts["right"] / max(1, counts["all"])


def macro_f1(wanted: dict[str, Coded], found: dict[str, Coded], ids: list[str]) -> float:
    often = Counter(p for i in ids for p in wanted[i].patterns)
    scores = [f1(wanted, found, lambda c, p=code: c.patterns & {p}, ids) for code, n in often.items() if n >= OFTEN]  # type: ignore[misc]
    return sum(scores) / len(scores)


def figures(wanted: dict[str, Coded], found: dict[str, Coded], ids: list[str]) -> dict[str, float]:
    return {
        "patterns": f1(wanted, found, lambda c: c.patterns, ids),
        "patterns_macro": macro_f1(wanted, found, ids),
        "accusations": f1(wanted, found, lambda c: c.accusations, ids),
        "with_type": f1(wanted, found, lambda c: c.with_type, ids),
        "directions": f1(wanted, found, lambda c: c.directions, ids),
    }


def show(title: str, wanted: dict[str, Coded], found: dict[str, Coded]) -> dict[str, float]:
    """Print the figures of both halves and of all exchanges; returns those of all."""
    parts = {half: [i for i in wanted if half_of(i.split("#")[0]) == half] for half in "AB"} | {"all": list(wanted)}
    scores = {}
    for name, ids in parts.items():
        scores = figures(wanted, found, ids)
        print(f"{title} {name:3} {len(ids):4} " + "  ".join(f"{key} {value:.3f}" for key, value in scores.items()))
    return scores


@pytest.mark.parametrize("language", ["en", "zh"])
def test_codes_keep_their_floors(shared: Path, language: str) -> None:
    scores = show(language, *read(shared / "eval", language))
    assert {name: scores[name] for name, floor in FLOORS[language].items() if scores[name] < floor} == {}


def test_rules_alone_keep_their_floors(shared: Path) -> None:
    scores = show("en rules", *read(shared / "eval", "en", is_filtered=False))
    assert {name: scores[name] for name, floor in RULES_ALONE_FLOORS.items() if scores[name] < floor} == {}


# --- the cyber thread of the seeds, read row by row (issue 3) ----------------------------------------------------------


def seed(shared: Path, number: str) -> list[tuple[set[tuple[str, str, str, str]], set[str]]]:
    """Accusations and patterns of each exchange (or of the article) of a seed page."""
    (path,) = (shared / "seeds").glob(f"{number}_*.txt")
    page = parse_page(path.read_bytes())
    assert isinstance(page, ParsedPage)
    groups: dict[int | None, list[tuple[str, str]]] = {}
    for turn in page.turns:
        if turn.role in ("question", "answer", "narration"):
            groups.setdefault(turn.exchange_index, []).append((turn.role, turn.text))
    rows = []
    for turns in groups.values():
        results = code_turns(turns, "en", "CHN")
        pairs = {(h.accuser, h.accused, h.direction, h.accusation_type) for r in results for h in r.accusations}
        rows.append((pairs, {h.pattern_id for r in results for h in r.patterns}))
    return rows


@pytest.mark.parametrize(
    ("number", "exchange", "accuser", "accused", "direction", "types", "patterns"),
    [
        ("000", 1, "AUS", "CHN", "IN", {"A01"}, {"R05", "R09", "R11", "R33"}),
        ("000", 2, "USA", "CHN", "IN", {"A01"}, {"R33"}),
        ("001", 0, "CHN", "USA", "OUT", {"A01"}, {"R15", "R17", "R19"}),
        ("001", 3, "USA", "CHN", "IN", {"A00", "A14", "A03"}, {"R11", "R12"}),
        ("002", 0, "USA", "CHN", "IN", {"A02", "A09"}, {"R16", "R30"}),
        ("002", 1, "AUS", "CHN", "IN", {"A01"}, {"R09", "R12", "R25"}),
        ("003", 0, "USA", "CHN", "IN", {"A01"}, set()),
        ("004", 2, "NLD", "CHN", "IN", {"A01", "A02"}, {"R09", "R12", "R17"}),
        ("004", 7, "CHN", "USA", "OUT", {"A01", "A02"}, {"R15", "R25", "R26"}),
    ],
)
def test_the_cyber_thread(
    shared: Path, number: str, exchange: int, accuser: str, accused: str, direction: str, types: set[str], patterns: set[str]
) -> None:
    pairs, performed = seed(shared, number)[exchange]
    assert {pair[3] for pair in pairs if pair[:3] == (accuser, accused, direction)} & types, pairs
    assert patterns <= performed
