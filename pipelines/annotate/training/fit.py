"""Fitting linear models by scikit-learn, and their weights as layers. Applying the weights needs no library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipelines.annotate.linear import CONSTANT, Layer, build_layer

Features = Iterable[str] | Mapping[str, float]
"""A set of features (value 1), or features with values."""

_ROUNDS = 300


class Columns:
    """Features as columns of a sparse matrix; those in fewer than ``least`` rows are left out."""

    def __init__(self, rows: Sequence[Features], least: int) -> None:
        counts = Counter(feature for row in rows for feature in row)
        self.names = sorted(feature for feature, n in counts.items() if n >= least)
        self._number = {name: i for i, name in enumerate(self.names)}

    def matrix(self, rows: Sequence[Features]) -> csr_matrix:
        """Rows x features."""
        values: list[float] = []
        columns: list[int] = []
        ends = [0]
        for row in rows:
            known = [feature for feature in row if feature in self._number]
            columns += [self._number[feature] for feature in known]
            values += [row[feature] if isinstance(row, Mapping) else 1.0 for feature in known]
            ends.append(len(columns))
        return csr_matrix((values, columns, ends), shape=(len(rows), len(self.names)), dtype=np.float64)

    def layer(self, weights: Mapping[str, tuple[NDArray[np.float64], float]], least_weight: float) -> Layer:
        """Weights and constant of each output as a layer; smaller weights are left out."""
        return build_layer(
            (output, name, float(round(float(weight), 3)))
            for output, (of_features, constant) in weights.items()
            for name, weight in zip([*self.names, CONSTANT], [*of_features, constant], strict=True)
            if name == CONSTANT or abs(weight) >= least_weight
        )


def fit_outputs(
    rows: Sequence[Features],
    labels: Mapping[str, Sequence[bool]],
    *,
    strength: float,
    least: int,
    least_weight: float,
    importance: Mapping[str, Sequence[float]] | None = None,
) -> Layer:
    """A logistic regression for each output.

    Args:
        rows: features of each case.
        labels: output -> whether each case has it.
        strength: how far the weights may follow the labels (``C`` of scikit-learn).
        least: features of fewer cases are left out.
        least_weight: smaller weights are left out.
        importance: output -> weight of each case; 1 without it.
    """
    columns = Columns(rows, least)
    matrix = columns.matrix(rows)
    weights = {}
    for output, wanted in labels.items():
        of_cases = np.asarray(importance[output]) if importance else np.ones(len(rows))
        counted = of_cases > 0
        model = LogisticRegression(C=strength, max_iter=_ROUNDS)
        model.fit(matrix[counted], np.asarray(wanted, dtype=bool)[counted], sample_weight=of_cases[counted])
        weights[output] = (model.coef_[0], float(model.intercept_[0]))
    return columns.layer(weights, least_weight)


def fit_choice(rows: Sequence[Features], chosen: Sequence[str], *, strength: float, least: int, least_weight: float) -> Layer:
    """A choice of one among three or more outputs (softmax).

    Args:
        rows: features of each case.
        chosen: the output of each case.
        strength: how far the weights may follow the labels (``C`` of scikit-learn).
        least: features of fewer cases are left out.
        least_weight: smaller weights are left out.
    """
    columns = Columns(rows, least)
    model = LogisticRegression(C=strength, max_iter=_ROUNDS)
    model.fit(columns.matrix(rows), np.asarray(chosen))
    by_output = zip(model.classes_, model.coef_, model.intercept_, strict=True)
    return columns.layer({str(output): (of, float(constant)) for output, of, constant in by_output}, least_weight)
