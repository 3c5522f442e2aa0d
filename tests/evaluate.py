"""``make eval``: score the codebook on labelled exchanges, hold the figures to their floors, and record what rose.

Two kinds of labels: those of ``../shared/eval`` (left out where they are not there) and invented exchanges of this repository.
``tests/eval/baseline.csv`` keeps a floor a set and figure. A figure below its floor fails; one above it is written down as the new floor.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pipelines.annotate.exchange import code_turns
from pipelines.annotate.training.labels import read_shared
from pipelines.annotate.training.measure import Pairs, coded, codes_of, figures, found_codes, labelled_codes

FOLDER = Path(__file__).parent / "eval"
BASELINE = FOLDER / "baseline.csv"
LANGUAGES = ("en", "zh")
ROUNDING = 0.0005
"""Floors have three decimals."""

Figures = dict[tuple[str, str], float]
"""(set, figure) -> value."""


def invented(language: str) -> Pairs:
    """Labels and finds of the invented exchanges, in which Meridia has the place of China."""
    pairs = []
    for row in map(json.loads, (FOLDER / f"invented_{language}.jsonl").read_text("utf-8").splitlines()):
        wanted = codes_of(
            row["patterns"], ((accuser, accused, direction, kind) for accuser, accused, kind, direction in row["accusations"])
        )
        turns = [(side, row[side]) for side in ("question", "answer") if row[side]]
        pairs.append((wanted, coded(code_turns(turns, language, "XMD"))))
    return pairs


def shared(folder: Path, language: str) -> Pairs:
    """Labels and finds of the exchanges of ``../shared/eval``, whose pages the filter was trained on."""
    return [(labelled_codes(exchange), found_codes(exchange, language, "CHN")) for exchange in read_shared(folder, language)]


def measure(folder: Path | None) -> Iterator[tuple[str, dict[str, float]]]:
    """The figures of each set; those of ``folder`` only where it is there."""
    for language in LANGUAGES:
        yield f"invented_{language}", figures(invented(language))
        if folder:
            yield f"shared_{language}", figures(shared(folder, language))


def read_floors() -> Figures:
    """The floors of the baseline file."""
    with BASELINE.open(encoding="utf-8", newline="") as file:
        return {(row["labels"], row["figure"]): float(row["floor"]) for row in csv.DictReader(file)}


def write_floors(floors: Figures) -> None:
    """Write the baseline file."""
    with BASELINE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("labels", "figure", "floor"))
        writer.writerows((*key, f"{value:.3f}") for key, value in floors.items())


def main() -> int:
    """Print figures beside their floors; 1 when one fell."""
    parser = argparse.ArgumentParser(description="Score the codebook on labelled exchanges.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/eval"))
    folder: Path | None = parser.parse_args().folder
    if folder and not folder.is_dir():
        print(f"{folder} is not there: only the invented exchanges are scored.")
        folder = None
    floors = read_floors() if BASELINE.exists() else {}
    fell = False
    for labels, of_set in measure(folder):
        for figure, value in of_set.items():
            floor = floors.get((labels, figure))
            note = ""
            if floor is None or round(value, 3) > floor:
                note, floors[labels, figure] = "recorded", round(value, 3)
            elif value < floor - ROUNDING:
                note, fell = "FELL", True
            print(f"{labels:12} {figure:10} {value:.3f}  floor {'none' if floor is None else f'{floor:.3f}'}  {note}".rstrip())
    write_floors(floors)
    return int(fell)


if __name__ == "__main__":
    sys.exit(main())
