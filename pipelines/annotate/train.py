"""Train the linear filter on labelled exchanges: ``python -m pipelines.annotate.train ../shared/eval``.

Reads ``en_exchanges.json`` and ``en_gold.jsonl``, writes ``weights_en.csv`` beside this module: features (single words, names of
relations) and weights, no text. Prints what the rules alone and the filter reach, the filter always on pages that it was not trained on.
Training needs numpy; applying the weights does not.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.annotate.evidence import (
    DIRECTIONS,
    SENTENCE_OUTPUTS,
    Evidence,
    Pair,
    Scorer,
    brief_features,
    exchange_features,
    pair_features,
    proposals,
    sentence_features,
)
from pipelines.annotate.exchange import code_turns
from pipelines.annotate.linear import CONSTANT, FOLDER, Layer, build_layer
from pipelines.annotate.patterns import find_patterns
from pipelines.annotate.reading import Reading, read_turns
from pipelines.annotate.sentences import split_sentences
from pipelines.annotate.typology import TYPES, Typist, Typology, exchange_words, topic_features, word_features
from pipelines.annotate.weighing import accepted

LANGUAGE, HOME = "en", "CHN"
FOLDS = 4
LEAST_EXCHANGES = 5
"""A word counts from this many sentences or exchanges on; a rarer one teaches the page, not the wording."""
SENTENCE_PENALTY, EXCHANGE_PENALTY, PAIR_PENALTY, TYPE_PENALTY, TOPIC_PENALTY = 20.0, 20.0, 2.0, 5.0, 1.0
"""L2 penalties, chosen by cross-validation; the figures move by less than 0.01 from a quarter to four times of each."""
UNSURE = 0.3
"""Weight of a sentence of a question that holds an accusation when the labels quote another one: it may make the charge as well."""
LEAST_WEIGHT = {"sentence": 0.03, "exchange": 0.03, "pair": 0.01, "type": 0.06, "topic": 0.0}
"""Smaller weights are left out of the file."""

LABEL = re.compile(r"^\s*(?:[QA]|[^:：\n]{1,60}?)\s*[:：]\s*")
Matrix = NDArray[np.float32]


@dataclass
class Labelled:
    """A labelled exchange, read."""

    exchange_id: str
    texts: tuple[str, str]
    readings: list[Reading]
    features: list[set[str]]
    rules: dict[Pair, Any]
    patterns: frozenset[str]
    accusations: list[dict[str, str]]
    facts: list[str]
    evidence: Evidence | None = None
    wanted: set[Pair] = field(default_factory=set)

    @property
    def page(self) -> str:
        """The page that the exchange is from: exchanges of a page are never apart."""
        return self.exchange_id.split("#")[0]

    @property
    def whole(self) -> set[str]:
        """Features of the exchange."""
        return exchange_features(self.readings, self.features, self.patterns, self.rules)


def half_of(exchange_id: str) -> str:
    """``A`` or ``B`` by a hash of the page: rules are built on A, B is only scored."""
    return "AB"[hashlib.sha256(exchange_id.split("#")[0].encode()).digest()[0] & 1]


def _fold_of(exchange: Labelled) -> int:
    return hashlib.sha256(exchange.page.encode()).digest()[1] % FOLDS


def read_labelled(folder: Path) -> list[Labelled]:
    """The labelled English exchanges with what the rules find in them."""
    gold = {row["exchange_id"]: row for row in map(json.loads, (folder / f"{LANGUAGE}_gold.jsonl").read_text("utf-8").splitlines())}
    labelled = []
    for row in json.loads((folder / f"{LANGUAGE}_exchanges.json").read_text("utf-8")):
        question, answer = (LABEL.sub("", row[side], count=1) for side in ("question", "answer"))
        coded = code_turns([("question", question), ("answer", answer)], LANGUAGE, HOME, is_filtered=False)
        turns = [(is_answer, split_sentences(text, LANGUAGE)) for is_answer, text in ((False, question), (True, answer))]
        readings = [reading for of_turn in read_turns(turns, LANGUAGE, HOME) for reading in of_turn]
        accusations = gold[row["exchange_id"]]["accusations"]
        labelled.append(
            Labelled(
                row["exchange_id"],
                (question, answer),
                readings,
                [sentence_features(reading, HOME) for reading in readings],
                {hit.pair: hit for turn in coded for hit in turn.accusations},
                frozenset(hit.pattern_id for hit in find_patterns(answer, LANGUAGE, HOME)),
                accusations,
                [p["quote"] for p in gold[row["exchange_id"]]["patterns"] if p["id"] == "R38"],
                wanted={(a["accuser"], a["accused"], a["direction"]) for a in accusations},
            )
        )
    return labelled


# --- fitting -----------------------------------------------------------------------------------------------------------


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


# --- layers ------------------------------------------------------------------------------------------------------------


def _sentence_labels(exchange: Labelled) -> tuple[list[list[float]], list[list[float]]]:
    """For each sentence, whether the labels quote it for each of ``SENTENCE_OUTPUTS``, and how much it counts."""

    def quotes(side: str, *directions: str) -> tuple[str, list[str]]:
        return side, [a["quote"] for a in exchange.accusations if a["side"] == side and a["direction"] in directions]

    wanted = (
        quotes("answer", "OUT"),
        quotes("question", "IN", "THIRD"),
        quotes("question", "IN"),
        ("answer", exchange.facts),
        quotes("answer", "IN", "THIRD"),
    )
    labels, importance = [], []
    for reading in exchange.readings:
        side = "answer" if reading.is_answer else "question"
        text = exchange.texts[reading.is_answer][reading.sentence.start : reading.sentence.end]
        of_labels, of_importance = [], []
        for of_side, quoted in wanted:
            is_quoted = side == of_side and any(quote in text or text in quote for quote in quoted)
            of_labels.append(float(is_quoted))
            # Labels quote a charge once; other sentences of the exchange may make it, too.
            unsure = UNSURE if of_side == "question" else 0.0
            of_importance.append(0.0 if side != of_side else 1.0 if is_quoted or not quoted else unsure)
        labels.append(of_labels)
        importance.append(of_importance)
    return labels, importance


def train_sentences(exchanges: Sequence[Labelled]) -> Layer:
    """The layer that scores sentences."""
    rows = [features for exchange in exchanges for features in exchange.features]
    pairs = [_sentence_labels(exchange) for exchange in exchanges]
    labels = np.array([row for of, _ in pairs for row in of], np.float32)
    importance = np.array([row for _, of in pairs for row in of], np.float32)
    columns = Columns(rows, LEAST_EXCHANGES)
    weights = fit_logistic(columns.matrix(rows), labels, SENTENCE_PENALTY, importance)
    return columns.layer(weights, SENTENCE_OUTPUTS, LEAST_WEIGHT["sentence"])


def train_exchanges(exchanges: Sequence[Labelled]) -> Layer:
    """The layer that scores exchanges by direction."""
    rows = [exchange.whole for exchange in exchanges]
    labels = np.array([[float(any(p[2] == d for p in e.wanted)) for d in DIRECTIONS] for e in exchanges], np.float32)
    columns = Columns(rows, LEAST_EXCHANGES)
    return columns.layer(fit_logistic(columns.matrix(rows), labels, EXCHANGE_PENALTY), DIRECTIONS, LEAST_WEIGHT["exchange"])


def _weigh(exchanges: Sequence[Labelled], sentence_layer: Layer, exchange_layer: Layer) -> None:
    scorer = Scorer(sentence_layer, exchange_layer)
    for e in exchanges:
        e.evidence = scorer.weigh(e.readings, e.features, e.rules, e.patterns, HOME)


def weigh_unseen(exchanges: Sequence[Labelled]) -> None:
    """Give each exchange the evidence of layers trained on the other folds."""
    for fold in range(FOLDS):
        rest = [e for e in exchanges if _fold_of(e) != fold]
        if len(rest) < len(exchanges):
            _weigh([e for e in exchanges if _fold_of(e) == fold], train_sentences(rest), train_exchanges(rest))


def pair_rows(exchanges: Sequence[Labelled]) -> list[tuple[Labelled, Pair, dict[str, float]]]:
    """Every proposal with its features."""
    return [(e, pair, pair_features(pair, e.evidence)) for e in exchanges if e.evidence for pair in proposals(e.evidence)]


def train_pairs(exchanges: Sequence[Labelled]) -> Layer:
    """The layer that scores proposals, trained on evidence of layers that have not seen the exchange."""
    rows = pair_rows(exchanges)
    labels = np.array([[float(pair in e.wanted)] for e, pair, _ in rows], np.float32)
    columns = Columns([of for _, _, of in rows], LEAST_EXCHANGES)
    weights = fit_logistic(columns.matrix([of for _, _, of in rows]), labels, PAIR_PENALTY, rounds=200)
    return columns.layer(weights, ["pair"], LEAST_WEIGHT["pair"])


def train_brief(exchanges: Sequence[Labelled]) -> Layer:
    """The layer that decides whether an answer is a factual brief, its threshold at 0."""
    rows = [brief_features(e.evidence) for e in exchanges if e.evidence]
    labels = np.array([[float(bool(e.facts))] for e in exchanges], np.float32)
    columns = Columns(rows, 1)
    weights = fit_logistic(columns.matrix(rows), labels, 1.0, rounds=200)
    scores = (columns.matrix(rows) @ weights)[:, 0]

    def quality(threshold: float) -> float:
        got = scores > threshold
        return float(2 * (got & (labels[:, 0] > 0)).sum() / (got.sum() + labels.sum()))

    weights[-1] -= max(np.arange(-1.5, 0.6, 0.1), key=quality)
    return columns.layer(weights, ["brief"], 0.0)


def _sentence_of(exchange: Labelled, accusation: Mapping[str, str]) -> int | None:
    for i, reading in enumerate(exchange.readings):
        text = exchange.texts[reading.is_answer][reading.sentence.start : reading.sentence.end]
        if reading.is_answer == (accusation["side"] == "answer") and accusation["quote"] in text:
            return i
    return None


def train_types(exchanges: Sequence[Labelled]) -> tuple[Layer, Layer]:
    """The layers that choose the type: topics, words."""
    topics: list[dict[str, float]] = []
    words: list[set[str]] = []
    labels: list[list[float]] = []
    for e in exchanges:
        for accusation in e.accusations:
            number = _sentence_of(e, accusation)
            if number is not None:
                direction = accusation["direction"]
                topics += topic_features(direction, e.readings[number], e.texts, LANGUAGE).values()
                words.append(word_features(direction, e.features[number], exchange_words(e.features)))
                labels.append([float(accusation["type"] == t) for t in TYPES])
    of_topics, of_words = Columns(topics, 1), Columns(words, LEAST_EXCHANGES)
    weights = fit_types(of_topics.matrix(topics), of_words.matrix(words), np.array(labels, np.float32))
    return (
        of_topics.layer(weights[0], ["topic"], LEAST_WEIGHT["topic"]),
        of_words.layer(weights[1], TYPES, LEAST_WEIGHT["type"]),
    )


# --- deciding and scoring ----------------------------------------------------------------------------------------------

Scores = dict[str, dict[Pair, float]]


def unseen_scores(exchanges: Sequence[Labelled]) -> Scores:
    """Scores of the proposals of each exchange by models that were trained on other pages."""
    scores: Scores = {}
    for fold in range(FOLDS):
        rest, left = [e for e in exchanges if _fold_of(e) != fold], [e for e in exchanges if _fold_of(e) == fold]
        weigh_unseen(rest)
        pair_layer = train_pairs(rest)
        _weigh(left, train_sentences(rest), train_exchanges(rest))
        scores |= score_pairs(left, pair_layer)
    return scores


def score_pairs(exchanges: Sequence[Labelled], pair_layer: Layer) -> Scores:
    """Scores of the proposals of each exchange, which has its evidence."""
    scores: Scores = {e.exchange_id: {} for e in exchanges}
    for e, pair, features in pair_rows(exchanges):
        scores[e.exchange_id][pair] = pair_layer.score_values(features)
    return scores


def f1(exchanges: Sequence[Labelled], found: Mapping[str, Iterable[Pair]]) -> tuple[float, float]:
    """F1 of (accuser, accused, direction) and of "holds one of the direction", over exchanges."""
    wanted = {(e.exchange_id, pair) for e in exchanges for pair in e.wanted}
    got = {(e.exchange_id, pair) for e in exchanges for pair in found[e.exchange_id]}
    directions = [{(exchange_id, pair[2]) for exchange_id, pair in pairs} for pairs in (wanted, got)]
    return _overlap(wanted, got), _overlap(*directions)


def _overlap(wanted: set[Any], got: set[Any]) -> float:
    return 2 * len(wanted & got) / max(1, len(wanted) + len(got))


def _decision(values: Mapping[str, float]) -> Layer:
    return build_layer((name, CONSTANT, value) for name, value in sorted(values.items()))


def train_decision(exchanges: Sequence[Labelled], scores: Scores) -> Layer:
    """The thresholds with the best sum of both F1 on scores of models that have not seen the exchanges."""
    values = {f"{d}/{what}": start for d in DIRECTIONS for what, start in (("pair", 0.0), ("any", 1.0))}
    grids = {"pair": [round(-2 + 0.2 * i, 1) for i in range(16)], "any": [0.3, 0.4, 0.5, 0.6, 0.7, 1.0]}

    def quality(name: str, value: float) -> float:
        layer = _decision({**values, name: value})
        return sum(f1(exchanges, {i: accepted(of, layer) for i, of in scores.items()}))

    for _ in range(2):
        for name in values:
            values[name] = max(grids[name.split("/")[1]], key=lambda value, name=name: quality(name, value))  # type: ignore[misc]
    return _decision(values)


def train(exchanges: Sequence[Labelled]) -> dict[str, Layer]:
    """All layers."""
    scores = unseen_scores(exchanges)
    weigh_unseen(exchanges)
    topic, type_ = train_types(exchanges)
    return {
        "sentence": train_sentences(exchanges),
        "exchange": train_exchanges(exchanges),
        "pair": train_pairs(exchanges),
        "decision": train_decision(exchanges, scores),
        "brief": train_brief(exchanges),
        "topic": topic,
        "type": type_,
    }


def write_layers(layers: Mapping[str, Layer], path: Path) -> int:
    """Write the layers as rows of layer, output, feature and weight; returns the number of rows."""
    rows = []
    for name, layer in sorted(layers.items()):
        rows += [(name, output, CONSTANT, value) for output, value in zip(layer.outputs, layer.constants, strict=True)]
        rows += [(name, layer.outputs[k], feature, w) for feature in sorted(layer.weights) for k, w in layer.weights[feature]]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("layer", "output", "feature", "weight"), *((*row[:3], f"{row[3]:.3f}") for row in rows)])
    return len(rows)


def main() -> None:
    """Train, print figures on unseen pages, write the weights."""
    parser = argparse.ArgumentParser(description="Train the linear filter of accusations on labelled exchanges.")
    parser.add_argument("folder", type=Path, help="folder with en_exchanges.json and en_gold.jsonl")
    parser.add_argument("--output", type=Path, default=FOLDER / f"weights_{LANGUAGE}.csv")
    arguments = parser.parse_args()
    exchanges = read_labelled(arguments.folder)
    half_a, half_b = ([e for e in exchanges if half_of(e.exchange_id) == half] for half in "AB")
    print("rules alone            A {:.3f} {:.3f}   B {:.3f} {:.3f}".format(*f1(half_a, _rules(half_a)), *f1(half_b, _rules(half_b))))
    scores = unseen_scores(half_a)
    decision = train_decision(half_a, scores)
    on_a = f1(half_a, {i: accepted(of, decision) for i, of in scores.items()})
    weigh_unseen(half_a)
    pair_layer = train_pairs(half_a)
    _weigh(half_b, train_sentences(half_a), train_exchanges(half_a))
    on_b = f1(half_b, {i: accepted(of, decision) for i, of in score_pairs(half_b, pair_layer).items()})
    print("filter of A            A {:.3f} {:.3f}   B {:.3f} {:.3f}   (A by folds)".format(*on_a, *on_b))
    weigh_unseen(exchanges)
    brief = train_brief(exchanges)
    is_brief = {e.exchange_id: brief.score_values(brief_features(e.evidence)) > 0 for e in exchanges if e.evidence}
    right = sum(is_brief[e.exchange_id] and bool(e.facts) for e in exchanges)
    print(f"factual briefs by folds {2 * right / (sum(is_brief.values()) + sum(bool(e.facts) for e in exchanges)):.3f}")
    print(f"types by folds {_share_of_types(exchanges):.3f}")
    scores = unseen_scores(exchanges)
    decision = train_decision(exchanges, scores)
    found = {i: accepted(of, decision) for i, of in scores.items()}
    print(
        "filter of all by folds A {:.3f} {:.3f}   B {:.3f} {:.3f}   all {:.3f} {:.3f}".format(
            *f1(half_a, found), *f1(half_b, found), *f1(exchanges, found)
        )
    )
    print(write_layers(train(exchanges), arguments.output), "weights written to", arguments.output)


def _share_of_types(exchanges: Sequence[Labelled]) -> float:
    """Share of the labelled accusations of which layers trained on other pages find the type."""
    right = n = 0
    for fold in range(FOLDS):
        typology = Typology(*train_types([e for e in exchanges if _fold_of(e) != fold]))
        for e in (e for e in exchanges if _fold_of(e) == fold):
            typist = Typist(typology, e.features, e.texts, LANGUAGE)
            for accusation in e.accusations:
                number = _sentence_of(e, accusation)
                if number is not None:
                    n += 1
                    right += typist.choose(accusation["direction"], e.readings[number], e.features[number]) == accusation["type"]
    return right / n


def _rules(exchanges: Sequence[Labelled]) -> dict[str, Iterable[Pair]]:
    return {e.exchange_id: e.rules for e in exchanges}


if __name__ == "__main__":
    main()
