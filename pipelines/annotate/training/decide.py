"""All layers of the filter together: scores on unseen pages, thresholds, and filters by folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.annotate.evidence import DIRECTIONS, Pair
from pipelines.annotate.linear import CONSTANT, Layer, build_layer
from pipelines.annotate.training.labels import fold_of
from pipelines.annotate.training.layers import (
    FOLDS,
    Example,
    pair_rows,
    train_brief,
    train_exchanges,
    train_pairs,
    train_sentences,
    train_types,
    weigh,
    weigh_unseen,
)
from pipelines.annotate.weighing import accepted

Scores = dict[str, dict[Pair, float]]
"""Score of each proposal of each exchange."""

Models = dict[str, Layer]


def train_by_folds(examples: Sequence[Example]) -> tuple[list[Models], Models]:
    """Layers for each fold, trained on the other folds, and layers trained on all.

    The thresholds are the same everywhere: six numbers, settled on scores of layers that have not seen the page that they score.
    """
    scores: Scores = {}
    by_fold = []
    for fold in range(FOLDS):
        rest, left = [e for e in examples if not _is_in(e, fold)], [e for e in examples if _is_in(e, fold)]
        weigh_unseen(rest)
        models = {
            "pair": train_pairs(rest),
            "brief": train_brief(rest),
            "sentence": train_sentences(rest),
            "exchange": train_exchanges(rest),
        }
        models["type"] = train_types(rest)
        weigh(left, models["sentence"], models["exchange"])
        scores |= score_pairs(left, models["pair"])
        by_fold.append(models)
    decision = train_decision(examples, scores)
    # Every example now has evidence of layers that have not seen it.
    whole = {
        "pair": train_pairs(examples),
        "brief": train_brief(examples),
        "sentence": train_sentences(examples),
        "exchange": train_exchanges(examples),
    }
    whole["type"] = train_types(examples)
    return [{**models, "decision": decision} for models in by_fold], {**whole, "decision": decision}


def _is_in(example: Example, fold: int) -> bool:
    return fold_of(example.labelled.page, FOLDS) == fold


def score_pairs(exchanges: Sequence[Example], pair_layer: Layer) -> Scores:
    """Scores of the proposals of each exchange, which has its evidence."""
    scores: Scores = {e.exchange_id: {} for e in exchanges}
    for e, pair, features in pair_rows(exchanges):
        scores[e.exchange_id][pair] = pair_layer.score_values(features)
    return scores


def _quality(exchanges: Sequence[Example], found: Mapping[str, Sequence[Pair]]) -> float:
    """Sum of the F1 of (accuser, accused, direction) and of "holds one of the direction"."""
    wanted = {(e.exchange_id, pair) for e in exchanges for pair in e.wanted}
    got = {(e.exchange_id, pair) for e in exchanges for pair in found[e.exchange_id]}
    directions = [{(exchange_id, pair[2]) for exchange_id, pair in pairs} for pairs in (wanted, got)]
    return sum(2 * len(a & b) / max(1, len(a) + len(b)) for a, b in ((wanted, got), directions))


def _decision(values: Mapping[str, float]) -> Layer:
    return build_layer((name, CONSTANT, value) for name, value in sorted(values.items()))


def train_decision(exchanges: Sequence[Example], scores: Scores) -> Layer:
    """The thresholds with the best sum of both F1 on scores of models that have not seen the exchanges."""
    values = {f"{d}/{what}": start for d in DIRECTIONS for what, start in (("pair", 0.0), ("any", 1.0))}
    grids = {"pair": [round(-2 + 0.2 * i, 1) for i in range(16)], "any": [0.3, 0.4, 0.5, 0.6, 0.7, 1.0]}

    def quality(name: str, value: float) -> float:
        layer = _decision({**values, name: value})
        return _quality(exchanges, {i: accepted(of, layer) for i, of in scores.items()})

    for _ in range(2):
        for name in values:
            values[name] = max(grids[name.split("/")[1]], key=lambda value, name=name: quality(name, value))  # type: ignore[misc]
    return _decision(values)
