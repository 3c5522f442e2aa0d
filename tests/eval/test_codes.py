"""Codes against labelled exchanges: floors that a change must not fall under, and the golden cyber thread.

``tests/eval/baseline.csv`` holds the floors; `make eval` prints the same figures and records a rise. Figures on pages that no weight was trained on are
printed by `make train` and stand in docs/decisions/0004.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.real_pages import scorer

from pipelines.annotate.exchange import code_turns
from pipelines.annotate.training.labels import read_shared
from pipelines.annotate.training.measure import figures, labelled_codes
from pipelines.parse.model import ParsedPage
from pipelines.parse.page import parse_page
from tests.evaluate import ROUNDING, invented, read_floors
from tests.evaluate import shared as score_shared

FLOORS = read_floors()


def below_floors(labels: str, found: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Figures that fell, each with its floor."""
    floors = {figure: floor for (of, figure), floor in FLOORS.items() if of == labels}
    assert set(floors) == set(found)
    return {figure: (found[figure], floor) for figure, floor in floors.items() if found[figure] < floor - ROUNDING}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_codes_keep_their_floors(shared: Path, language: str) -> None:
    assert below_floors(f"shared_{language}", figures(score_shared(shared / "eval", language))) == {}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_codes_of_invented_exchanges_keep_their_floors(language: str) -> None:
    assert below_floors(f"invented_{language}", figures(invented(language))) == {}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_are_those_of_the_scorer(shared: Path, language: str) -> None:
    """The project's measure and the scorer beside the labels agree on what an F1 is: of labels from which some are taken away."""
    exchanges = read_shared(shared / "eval", language)
    spoilt = [
        replace(e, patterns=dict(list(e.patterns.items())[1:])) if number % 2 else replace(e, accusations=())
        for number, e in enumerate(exchanges)
    ]
    own = figures([(labelled_codes(e), labelled_codes(worse)) for e, worse in zip(exchanges, spoilt, strict=True)])
    lines = (shared / "eval" / f"{language}_gold.jsonl").read_text("utf-8").splitlines()
    gold = {row["exchange_id"]: row for row in map(json.loads, lines)}
    got = {
        e.exchange_id: {
            "patterns": [{"id": code} for code in e.patterns],
            "accusations": gold[e.exchange_id]["accusations"] if e.accusations else [],
        }
        for e in spoilt
    }
    codes = scorer("score_codes")
    theirs = codes.compare({k: codes.sets(v) for k, v in gold.items()}, {k: codes.sets(v) for k, v in got.items()})
    assert own["patterns"] == pytest.approx(theirs["patterns"]["f1"], abs=1e-4)
    assert own["macro"] == pytest.approx(theirs["patterns_macro_f1"], abs=1e-4)
    assert own["actors"] == pytest.approx(theirs["accusation_actors"]["f1"], abs=1e-4)
    assert own["with_type"] == pytest.approx(theirs["accusation_actors_type"]["f1"], abs=1e-4)
    assert own["directions"] == pytest.approx(theirs["accusation_direction"]["f1"], abs=1e-4)


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
