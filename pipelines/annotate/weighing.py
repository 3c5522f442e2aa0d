"""The learned filter: which proposals of an exchange are accusations, of which type, and whether an answer is a factual brief."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from pipelines.annotate.accusations import UNTYPED, AccusationHit, modality_in_answer, quote_span
from pipelines.annotate.actors import UNNAMED
from pipelines.annotate.evidence import (
    CHARGE,
    CLAIM,
    FACT,
    Evidence,
    Pair,
    Scorer,
    brief_features,
    pair_features,
    proposals,
    sentence_features,
)
from pipelines.annotate.linear import Layer, layers, probability
from pipelines.annotate.reading import Reading
from pipelines.annotate.sentences import Sentence
from pipelines.annotate.typology import Typist, Typology


class Filter:
    """The trained layers of a language, ready to weigh exchanges.

    Args:
        models: layers ``sentence``, ``exchange``, ``pair``, ``decision``, ``type`` and ``brief`` by name (see ``training``).
        language: that they were trained on.
    """

    def __init__(self, models: Mapping[str, Layer], language: str) -> None:
        self.sentence, self.pair, self.decision, self.brief = (models[name] for name in ("sentence", "pair", "decision", "brief"))
        self.scorer = Scorer(models["sentence"], models["exchange"], language)
        self.typology = Typology(models["type"])


@cache
def trained_filter(language: str) -> Filter | None:
    """The filter that the package ships for a language; None where it has none."""
    models = layers(language)
    return Filter(models, language) if models else None


class Weighing:
    """An exchange weighed by the trained layers of its language.

    Args:
        readings: sentences of each turn.
        by_grammar: accusations that the rules find in each turn.
        patterns: response patterns that phrases of the answer perform.
        texts: all questions, all answers.
        judge: the trained layers.
        language: of the exchange.
        home: ISO code of the state whose spokesperson speaks.
    """

    def __init__(
        self,
        readings: Sequence[Sequence[Reading]],
        by_grammar: Sequence[Sequence[AccusationHit]],
        patterns: frozenset[str],
        texts: tuple[str, str],
        judge: Filter,
        language: str,
        home: str,
    ) -> None:
        self._n_turns = len(readings)
        self._readings = [reading for of_turn in readings for reading in of_turn]
        self._features = [sentence_features(reading, home, language) for reading in self._readings]
        self._turn_of = {hit.pair: turn for turn, hits in enumerate(by_grammar) for hit in hits}
        self._rules = {hit.pair: hit for hits in by_grammar for hit in hits}
        self._judge = judge
        self._language = language
        self._typist = Typist(judge.typology, self._features, texts, language)
        self._evidence = judge.scorer.weigh(self._readings, self._features, self._rules, patterns, home)

    def accusations(self) -> list[list[AccusationHit]]:
        """Accusations a turn, each pair of actors and direction once: the rules' and what else the sentences propose, as far as it holds."""
        found: list[list[AccusationHit]] = [[] for _ in range(self._n_turns)]
        scores = {pair: self._judge.pair.score_values(pair_features(pair, self._evidence)) for pair in proposals(self._evidence)}
        for pair in accepted(scores, self._judge.decision):
            hit = self._rules.get(pair)
            if hit:
                turn, start = self._turn_of[pair], hit.start
                number = next(i for i, r in enumerate(self._readings) if r.turn == turn and r.sentence.start <= start < r.sentence.end)
            else:
                number = _best_sentence(pair, self._evidence)
                hit, turn = self._proposed(pair, number), self._readings[number].turn
            chosen = self._typist.choose(pair, self._readings[number], self._features[number])
            found[turn].append(replace(hit, accusation_type=chosen))
        return [sorted(hits) for hits in found]

    def brief(self) -> tuple[int, Sentence] | None:
        """Turn and sentence that give facts, where an answer is a factual brief (R38)."""
        features = brief_features(self._evidence)
        if not features or self._judge.brief.score_values(features) <= 0:
            return None
        scored = zip(self._readings, self._evidence.sentence_scores, strict=True)
        best = max((r for r in scored if r[0].is_answer), key=lambda r: r[1][FACT])[0]
        return best.turn, best.sentence

    def _proposed(self, pair: Pair, number: int) -> AccusationHit:
        """A hit for a proposal that no rule made: the clause around the sentence's frame, else around its weightiest word."""
        accuser, accused, direction = pair
        reading = self._readings[number]
        words = reading.words
        kinds = ("wrong", "oppose") if reading.is_answer else ("blame", "claim", "wrong")
        match = next((m for m in reading.frames if m.frame.kind in kinds), None)
        start, end = (match.start, match.end) if match else self._weightiest_word(number)
        start, end = quote_span(words, start, end, self._language)
        labels = {a.code: a.label for r in reversed(self._readings) for a in reversed(r.actors)}
        labels |= {a.code: a.label for a in reversed(reading.actors)}
        labels.pop(UNNAMED, None)
        return AccusationHit(
            reading.sentence.start + start,
            reading.sentence.start + end,
            accuser,
            accused,
            None if direction == "OUT" else labels.get(accuser),
            labels.get(accused),
            UNTYPED,
            direction,
            modality_in_answer(words, start) if direction == "OUT" else "reported",
            "answer" if reading.is_answer else "question",
            bool(match and match.frame.is_counter),
        )

    def _weightiest_word(self, number: int) -> tuple[int, int]:
        reading = self._readings[number]
        output = CHARGE if reading.is_answer else CLAIM
        weights = self._judge.sentence.weights
        lower = reading.words.lower()
        weighed = [(sum(w for k, w in weights.get(f, ()) if k == output), f) for f in self._features[number] if f[0] not in "@#"]
        word = max(weighed, default=(0.0, ""))[1]
        start = max(lower.find(word), 0)
        return start, start + len(word)


def accepted(scores: Mapping[Pair, float], decision: Layer) -> list[Pair]:
    """Proposals over the threshold of their direction; where none is, the best, if it is likely that one of them holds.

    Args:
        scores: of each proposal.
        decision: constants ``<direction>/pair`` (least score) and ``<direction>/any`` (least probability of any).
    """
    least = dict(zip(decision.outputs, decision.constants, strict=True))
    by_direction: dict[str, list[Pair]] = defaultdict(list)
    for pair in scores:
        by_direction[pair[2]].append(pair)
    chosen: list[Pair] = []
    for direction, pairs in by_direction.items():
        over = [pair for pair in pairs if scores[pair] > least[f"{direction}/pair"]]
        if not over:
            none = math.prod(1 - probability(scores[pair]) for pair in pairs)
            over = [max(pairs, key=lambda p: (scores[p], p))] if 1 - none > least[f"{direction}/any"] else []
        chosen += over
    return chosen


def _best_sentence(pair: Pair, evidence: Evidence) -> int:
    """Number of the sentence that looks most like this charge: a likely one that names the other actor, or speaks of it."""
    accuser, accused, direction = pair
    other = accuser if direction == "IN" else accused
    best, number = -math.inf, 0
    for i, (reading, scores) in enumerate(zip(evidence.readings, evidence.sentence_scores, strict=True)):
        if reading.is_answer != (direction == "OUT"):
            continue
        score = scores[CHARGE if direction == "OUT" else CLAIM]
        if any(a.code == other for a in reading.actors) or (reading.source and reading.source[0] == other):
            score += 2
        elif reading.last_subject == other or (reading.carried_source and reading.carried_source[0] == other):
            score += 1
        if score > best:
            best, number = score, i
    return number
