"""Small linear models over named features: weights in a data file beside the code, no library at run time.

The file ``weights_<language>.csv`` has a row a feature, layer and output. ``pipelines.annotate.train`` writes it from labelled exchanges;
it holds names of features (single words and names of relations) and numbers, no text.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
CONSTANT = "(constant)"


def probability(score: float) -> float:
    """The logistic function of a score."""
    return 1 / (1 + math.exp(-score)) if score > -500 else 0.0


@dataclass(frozen=True)
class Layer:
    """Weights of features for one or more outputs.

    Attributes:
        outputs: names, in the order of the scores.
        constants: score of each output without any feature.
        weights: feature -> (number of the output, weight).
    """

    outputs: tuple[str, ...]
    constants: tuple[float, ...]
    weights: Mapping[str, tuple[tuple[int, float], ...]]

    def only(self, outputs: frozenset[str], prefix: str = "") -> Layer:
        """The layer without the weights of other outputs, and of features that begin with the prefix, which is cut off."""
        wanted = {number for number, name in enumerate(self.outputs) if name in outputs}
        weights = {
            feature.removeprefix(prefix): kept
            for feature, of in self.weights.items()
            if feature.startswith(prefix) and (kept := tuple((k, w) for k, w in of if k in wanted))
        }
        return Layer(self.outputs, self.constants, weights)

    def score(self, features: Iterable[str]) -> list[float]:
        """Scores of the outputs for a set of features that are there or not."""
        return self.add(list(self.constants), features)

    def add(self, scores: list[float], features: Iterable[str]) -> list[float]:
        """Add the weights of the different features to scores, which are changed and returned."""
        weights = self.weights
        for feature in weights.keys() & features:
            for number, weight in weights[feature]:
                scores[number] += weight
        return scores

    def add_values(self, scores: list[float], features: Mapping[str, float]) -> list[float]:
        """Add the weights of the features times their values to scores, which are changed and returned."""
        weights = self.weights
        for feature, value in features.items():
            for number, weight in weights.get(feature, ()):
                scores[number] += weight * value
        return scores

    def score_values(self, features: Mapping[str, float]) -> float:
        """Score of the only output for features with values."""
        score = self.constants[0]
        for feature, value in features.items():
            for _, weight in self.weights.get(feature, ()):
                score += weight * value
        return score


def build_layer(rows: Iterable[tuple[str, str, float]]) -> Layer:
    """A layer of (output, feature, weight)."""
    table: dict[str, dict[str, float]] = defaultdict(dict)
    outputs: dict[str, float] = {}
    for output, feature, exact in rows:
        # Multiples of 1/1024 add up without rounding, so a score does not depend on the order of a set's members.
        weight = round(exact * 1024) / 1024
        outputs.setdefault(output, 0.0)
        if feature == CONSTANT:
            outputs[output] = weight
        else:
            table[feature][output] = weight
    names = tuple(sorted(outputs))
    number = {name: i for i, name in enumerate(names)}
    weights = {feature: tuple((number[o], w) for o, w in of.items()) for feature, of in table.items()}
    return Layer(names, tuple(outputs[name] for name in names), weights)


@cache
def layers(language: str) -> dict[str, Layer] | None:
    """The trained layers of a language by name; None for a language without any."""
    path = FOLDER / f"weights_{language}.csv"
    if not path.exists():
        return None
    rows: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows[row["layer"]].append((row["output"], row["feature"], float(row["weight"])))
    return {name: build_layer(of_layer) for name, of_layer in rows.items()}
