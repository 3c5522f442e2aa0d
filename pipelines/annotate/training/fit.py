"""Fitting linear models: features as columns, logistic regression, a choice among types. Needs numpy; applying the weights does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.annotate.linear import CONSTANT, Layer, build_layer

TYPE_PENALTY, TOPIC_PENALTY = 5.0, 1.0
"""L2 penalties of the choice of a type."""

Matrix = NDArray[np.float32]


class Columns:
    """Features as columns of a matrix; the last column is the constant."""

    def __init__(self, rows: Iterable[Iterable[str]], least: int) -> None:
        counts = Counter(feature for row in rows for feature in row)
        self.names = sorted(feature for feature, n in counts.items() if n >= least)
        self.number = {name: i for i, name in enumerate(self.names)}

    def matrix(self, rows: Sequence[Iterable[str] | Mapping[str, float]]) -> Matrix:
        """One row a set of features (value 1) or mapping of features to values."""
        values = np.zeros((len(rows), len(self.names) + 1), np.float32)
        values[:, -1] = 1
        for i, row in enumerate(rows):
            for feature in row:
                if feature in self.number:
                    values[i, self.number[feature]] = row[feature] if isinstance(row, Mapping) else 1
        return values

    def layer(self, weights: Matrix, outputs: Sequence[str], least: float) -> Layer:
        """The fitted weights as a layer; those smaller than ``least`` are left out."""
        return build_layer(
            (output, name, float(round(float(weight), 3)))
            for k, output in enumerate(outputs)
            for name, weight in zip([*self.names, CONSTANT], weights[:, k], strict=True)
            if name == CONSTANT or abs(weight) >= least
        )


def fit_logistic(features: Matrix, labels: Matrix, penalty: float, importance: Matrix | None = None, rounds: int = 80) -> Matrix:
    """L2-penalised logistic regression, an output a column of ``labels``; the constant (last row of weights) is not penalised."""

    def slope(weights: list[Matrix]) -> list[Matrix]:
        error = 1 / (1 + np.exp(-np.clip(features @ weights[0], -30, 30))) - labels
        if importance is not None:
            error *= importance
        of_weights = features.T @ error
        of_weights[:-1] += np.float32(penalty) * weights[0][:-1]
        return [of_weights]

    start = np.zeros((features.shape[1], labels.shape[1]), np.float32)
    return _descend(slope, [start], 1 / (0.25 * _norm(features) + penalty), rounds)[0]


def fit_types(topics: Matrix, words: Matrix, labels: Matrix, rounds: int = 150) -> list[Matrix]:
    """Softmax over the types.

    Args:
        topics: (accusations x types) x features, the weights of which all types share.
        words: accusations x features, with weights by type.
        labels: accusations x types.

    Returns:
        Weights of the topic features, weights of the words.
    """
    n, n_types = labels.shape

    def slope(weights: list[Matrix]) -> list[Matrix]:
        scores = (topics @ weights[0]).reshape(n, n_types) + words @ weights[1]
        error = np.exp(scores - scores.max(axis=1, keepdims=True))
        error = error / error.sum(axis=1, keepdims=True) - labels
        return [
            topics.T @ error.reshape(-1, 1) + np.float32(TOPIC_PENALTY) * weights[0],
            words.T @ error + np.float32(TYPE_PENALTY) * weights[1],
        ]

    start = [np.zeros((topics.shape[1], 1), np.float32), np.zeros((words.shape[1], n_types), np.float32)]
    return _descend(slope, start, 1 / (0.5 * (_norm(topics) + _norm(words)) + TYPE_PENALTY), rounds)


def _norm(matrix: Matrix) -> float:
    """The largest eigenvalue of the matrix's square, by power iteration."""
    vector = np.ones(matrix.shape[1], np.float32)
    for _ in range(20):
        vector = matrix.T @ (matrix @ vector)
        vector /= np.linalg.norm(vector)
    return float(np.linalg.norm(matrix.T @ (matrix @ vector)))


def _descend(slope: Callable[[list[Matrix]], list[Matrix]], start: list[Matrix], step: float, rounds: int) -> list[Matrix]:
    """Nesterov's accelerated gradient descent."""
    weights, ahead, momentum = start, start, 1.0
    for _ in range(rounds):
        new = [at - np.float32(step) * of for at, of in zip(ahead, slope(ahead), strict=True)]
        following = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = [w + np.float32((momentum - 1) / following) * (w - old) for w, old in zip(new, weights, strict=True)]
        weights, momentum = new, following
    return weights
