"""The layers of the filter, trained on labelled exchanges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.annotate.accusations import AccusationHit
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
from pipelines.annotate.linear import Layer
from pipelines.annotate.patterns import find_patterns
from pipelines.annotate.reading import Reading, read_turns
from pipelines.annotate.sentences import split_sentences
from pipelines.annotate.training.fit import fit_choice, fit_outputs
from pipelines.annotate.training.labels import Accusation, LabelledExchange, fold_of
from pipelines.annotate.typology import exchange_words, type_features

FOLDS = 4
LEAST_CASES = 5
"""A word counts from this many sentences or exchanges on; a rarer one teaches the page, not the wording."""
SENTENCE_STRENGTH, EXCHANGE_STRENGTH, PAIR_STRENGTH, TYPE_STRENGTH = 0.05, 0.05, 0.5, 0.3
"""How far weights may follow the labels, chosen by cross-validation; the figures move by less than 0.01 from a quarter to four times of each."""
UNSURE = 0.3
"""Weight of a sentence of a question that holds an accusation when the labels quote another one: it may make the charge as well."""
LEAST_WEIGHT = {"sentence": 0.05, "exchange": 0.05, "pair": 0.01, "type": 0.05}
"""Smaller weights are left out of the file."""


@dataclass
class Example:
    """A labelled exchange, read by the rules.

    Attributes:
        labelled: texts and labels.
        readings: of all sentences, question first.
        features: of each sentence.
        rules: what the grammar finds.
        patterns: of the answer, by phrases.
        evidence: the exchange as weighed by layers; None before it was weighed.
    """

    labelled: LabelledExchange
    language: str
    home: str
    readings: list[Reading]
    features: list[set[str]]
    rules: dict[Pair, AccusationHit]
    patterns: frozenset[str]
    evidence: Evidence | None = None

    @property
    def exchange_id(self) -> str:
        """Its id."""
        return self.labelled.exchange_id

    @property
    def texts(self) -> tuple[str, str]:
        """Question, answer."""
        return self.labelled.question, self.labelled.answer

    @property
    def wanted(self) -> set[Pair]:
        """The labelled accusations, without types."""
        return {(a.accuser, a.accused, a.direction) for a in self.labelled.accusations}

    @property
    def facts(self) -> list[str]:
        """The labelled quote of a factual brief, if it is one."""
        return [self.labelled.patterns["R38"]] if "R38" in self.labelled.patterns else []

    @property
    def whole(self) -> set[str]:
        """Features of the exchange."""
        return exchange_features(self.readings, self.features, self.patterns, self.rules)


def read_example(labelled: LabelledExchange, language: str, home: str) -> Example:
    """A labelled exchange with what the rules find in it."""
    texts = labelled.question, labelled.answer
    coded = code_turns([("question", texts[0]), ("answer", texts[1])], language, home, is_filtered=False)
    turns = [(bool(is_answer), split_sentences(text, language)) for is_answer, text in enumerate(texts)]
    readings = [reading for of_turn in read_turns(turns, language, home) for reading in of_turn]
    return Example(
        labelled,
        language,
        home,
        readings,
        [sentence_features(reading, home, language) for reading in readings],
        {hit.pair: hit for turn in coded for hit in turn.accusations},
        frozenset(hit.pattern_id for hit in find_patterns(texts[1], language, home)),
    )


def _sentence_labels(exchange: Example) -> tuple[list[list[float]], list[list[float]]]:
    """For each sentence, whether the labels quote it for each of ``SENTENCE_OUTPUTS``, and how much it counts."""

    def quotes(side: str, *directions: str) -> tuple[str, list[str]]:
        return side, [a.quote for a in exchange.labelled.accusations if a.side == side and a.direction in directions]

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


def train_sentences(exchanges: Sequence[Example]) -> Layer:
    """The layer that scores sentences."""
    rows = [features for exchange in exchanges for features in exchange.features]
    of_exchanges = [_sentence_labels(exchange) for exchange in exchanges]
    labels, importance = (
        {output: [row[k] for of in of_exchanges for row in of[which]] for k, output in enumerate(SENTENCE_OUTPUTS)} for which in (0, 1)
    )
    return fit_outputs(
        rows,
        {output: [value > 0 for value in values] for output, values in labels.items()},
        strength=SENTENCE_STRENGTH,
        least=LEAST_CASES,
        least_weight=LEAST_WEIGHT["sentence"],
        importance=importance,
    )


def train_exchanges(exchanges: Sequence[Example]) -> Layer:
    """The layer that scores exchanges by direction."""
    labels = {d: [any(pair[2] == d for pair in e.wanted) for e in exchanges] for d in DIRECTIONS}
    rows = [exchange.whole for exchange in exchanges]
    return fit_outputs(rows, labels, strength=EXCHANGE_STRENGTH, least=LEAST_CASES, least_weight=LEAST_WEIGHT["exchange"])


def weigh(exchanges: Sequence[Example], sentence_layer: Layer, exchange_layer: Layer) -> None:
    """Give each exchange the evidence of these layers."""
    scorer = Scorer(sentence_layer, exchange_layer, exchanges[0].language)
    for e in exchanges:
        e.evidence = scorer.weigh(e.readings, e.features, e.rules, e.patterns, e.home)


def weigh_unseen(exchanges: Sequence[Example]) -> None:
    """Give each exchange the evidence of layers trained on the other folds."""
    for fold in range(FOLDS):
        rest = [e for e in exchanges if fold_of(e.labelled.page, FOLDS) != fold]
        if len(rest) < len(exchanges):
            weigh([e for e in exchanges if fold_of(e.labelled.page, FOLDS) == fold], train_sentences(rest), train_exchanges(rest))


def pair_rows(exchanges: Sequence[Example]) -> list[tuple[Example, Pair, dict[str, float]]]:
    """Every proposal with its features."""
    return [(e, pair, pair_features(pair, e.evidence)) for e in exchanges if e.evidence for pair in proposals(e.evidence)]


def train_pairs(exchanges: Sequence[Example]) -> Layer:
    """The layer that scores proposals, trained on evidence of layers that have not seen the exchange."""
    rows = pair_rows(exchanges)
    labels = {"pair": [pair in e.wanted for e, pair, _ in rows]}
    return fit_outputs([of for _, _, of in rows], labels, strength=PAIR_STRENGTH, least=LEAST_CASES, least_weight=LEAST_WEIGHT["pair"])


def train_brief(exchanges: Sequence[Example]) -> Layer:
    """The layer that decides whether an answer is a factual brief, its threshold at 0."""
    weighed = [e for e in exchanges if e.evidence]
    rows = [brief_features(e.evidence) for e in weighed if e.evidence]
    labels = [bool(e.facts) for e in weighed]
    layer = fit_outputs(rows, {"brief": labels}, strength=1.0, least=1, least_weight=0.0)
    scores = [layer.score_values(row) for row in rows]

    def quality(threshold: float) -> float:
        found = [score > threshold for score in scores]
        return 2 * sum(a and b for a, b in zip(found, labels, strict=True)) / max(1, sum(found) + sum(labels))

    return replace(layer, constants=(layer.constants[0] - max((i / 10 for i in range(-15, 6)), key=quality),))


def sentence_of(exchange: Example, accusation: Accusation) -> int | None:
    """Number of the sentence that the label quotes; None where the quote goes over several."""
    for i, reading in enumerate(exchange.readings):
        text = exchange.texts[reading.is_answer][reading.sentence.start : reading.sentence.end]
        if reading.is_answer == (accusation.side == "answer") and accusation.quote in text:
            return i
    return None


def train_types(exchanges: Sequence[Example]) -> Layer:
    """The layer that chooses the type."""
    rows: list[dict[str, float]] = []
    types: list[str] = []
    for e in exchanges:
        words = exchange_words(e.features)
        for accusation in e.labelled.accusations:
            number = sentence_of(e, accusation)
            if number is not None:
                pair = (accusation.accuser, accusation.accused, accusation.direction)
                rows.append(type_features(pair, e.readings[number], e.features[number], words, e.texts, e.language))
                types.append(accusation.accusation_type)
    return fit_choice(rows, types, strength=TYPE_STRENGTH, least=LEAST_CASES, least_weight=LEAST_WEIGHT["type"])
