"""What speaks for an accusation in an exchange: proposals of high recall, and the features by which a linear filter decides.

Three layers: a sentence is scored for being a charge, by its words, frames and kinds of actors; an exchange for holding one
of each direction; a proposal (accuser, accused) by how its actors stand in the sentences that look like charges. Names of actors
are left out of the words, so that what is learned is how charges are worded.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.annotate.accusations import AccusationHit, friends, others, passes_on_a_charge
from pipelines.annotate.actors import UNNAMED, Actor
from pipelines.annotate.codebook import word_features_of
from pipelines.annotate.linear import Layer, probability
from pipelines.annotate.reading import ASKING, SAYING, Reading

Pair = tuple[str, str, str]
"""Accuser, accused, direction."""

DIRECTIONS = ("IN", "OUT", "THIRD")
SENTENCE_OUTPUTS = ("charge", "claim", "claim_home", "fact", "reported")
"""In an answer: a charge by the speaker, facts without a stance, a claim of others; in a question: a claim, a claim against the home state."""
CHARGE, CLAIM, CLAIM_HOME, FACT, REPORTED = range(5)

UNLIKELY = 0.06
"""A direction is not looked into where the exchange layer gives it less than this and the rules find none: saves a fifth of the directions, and
loses 15 of 692 labelled accusations, most of which the filter would not take anyhow."""

_FLOOR = -4.0
"""Score of evidence that is not there."""

SPECIAL = frozenset({UNNAMED, "WST", "EUU", "UNO", "NAT", "G7", "FVE"})
"""Codes that are no state."""
PATTERNS = frozenset("R01 R03 R05 R09 R10 R11 R12 R13 R16 R18 R25 R26 R27 R29 R30 R33 R35 R36".split())


def sentence_features(reading: Reading, home: str, language: str) -> set[str]:
    """Words (without the names of actors), kinds of actors and frames of a sentence."""
    names: set[str] = set()
    features: set[str] = set()
    for actor in reading.actors:
        names |= word_features_of(actor.label, language)
        kind = "home" if actor.code == home else "unnamed" if actor.code == UNNAMED else "other"
        features.add(f"@{kind}")
        if actor.is_subject:
            features.add(f"@{kind}_subject")
    features |= word_features_of(reading.words, language) - names
    for frame, _, _ in reading.frames:
        features.add(f"#{frame.kind}")
        features.add(f"#{frame.kind}/{frame.accusation_type}/{frame.is_counter}")
    return features


def exchange_features(
    readings: Sequence[Reading], of_sentences: Sequence[set[str]], patterns: Iterable[str], rules: Iterable[Pair]
) -> set[str]:
    """Features of the sentences by side, the answer's patterns, and the directions that the rules find."""
    sides = _by_side(readings, of_sentences)
    found = {f"{QUESTION}{feature}" for feature in sides[0]} | {f"{ANSWER}{feature}" for feature in sides[1]}
    return found | _found(patterns, rules)


QUESTION, ANSWER = "q:", "a:"


def _by_side(readings: Sequence[Reading], of_sentences: Sequence[set[str]]) -> tuple[set[str], set[str]]:
    sides: tuple[set[str], set[str]] = (set(), set())
    for reading, features in zip(readings, of_sentences, strict=True):
        sides[reading.is_answer].update(features)
    return sides


def _found(patterns: Iterable[str], rules: Iterable[Pair]) -> set[str]:
    return {f"pattern:{p}" for p in patterns} | {f"rule:{pair[2]}" for pair in rules}


class Scorer:
    """The sentence and exchange layers of a language, taken apart by side so that a word costs only what its side needs."""

    def __init__(self, sentence_layer: Layer, exchange_layer: Layer, language: str) -> None:
        self._language = language
        self._of_question = sentence_layer.only(frozenset({"claim", "claim_home"}))
        self._of_answer = sentence_layer.only(frozenset({"charge", "fact", "reported"}))
        self._exchange = exchange_layer
        everything = frozenset(DIRECTIONS)
        self._sides = (exchange_layer.only(everything, QUESTION), exchange_layer.only(everything, ANSWER))

    def weigh(
        self,
        readings: Sequence[Reading],
        of_sentences: Sequence[set[str]],
        rules: Mapping[Pair, AccusationHit],
        patterns: frozenset[str],
        home: str,
    ) -> Evidence:
        """Score the sentences and the exchange; ``of_sentences`` holds the sentences' features."""
        scores = [
            (self._of_answer if reading.is_answer else self._of_question).score(features)
            for reading, features in zip(readings, of_sentences, strict=True)
        ]
        whole = self._exchange.score(_found(patterns, rules))
        for layer, features in zip(self._sides, _by_side(readings, of_sentences), strict=True):
            layer.add(whole, features)
        return Evidence(
            readings,
            scores,
            dict(zip(self._exchange.outputs, whole, strict=True)),
            rules,
            patterns,
            home,
            self._language,
            friends(readings, home),
        )


@dataclass(frozen=True)
class Evidence:
    """An exchange with its scores.

    Attributes:
        readings: of all sentences, in order.
        sentence_scores: of each sentence, in the order of ``SENTENCE_OUTPUTS``.
        direction_scores: that the exchange holds an accusation of the direction.
        rules: what the grammar finds.
        patterns: of the answer.
        home: ISO code of the state whose spokesperson speaks.
        language: of the exchange.
        befriended: codes of the actors that the answer speaks of as friends.
        ranks: of the named actors, by how often they are named, the most frequent 0.
        shared: features that all proposals have.
        asked, answered: how often each code is named on the side.
    """

    readings: Sequence[Reading]
    sentence_scores: Sequence[Sequence[float]]
    direction_scores: Mapping[str, float]
    rules: Mapping[Pair, AccusationHit]
    patterns: frozenset[str]
    home: str
    language: str
    befriended: frozenset[str] = frozenset()
    ranks: dict[str, int] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    _chargeable: dict[int, Sequence[Actor] | None] = field(default_factory=dict)

    def chargeable(self, reading: Reading) -> Sequence[Actor] | None:
        """Actors that a sentence of the answer may charge; None where it only passes a charge on."""
        key = id(reading)
        if key not in self._chargeable:
            passes_on = passes_on_a_charge(reading, self.home)
            self._chargeable[key] = None if passes_on else others(reading.actors, self.home, reading.words)
        return self._chargeable[key]

    def __post_init__(self) -> None:
        for reading in self.readings:
            side = self.answered if reading.is_answer else self.asked
            side.update(actor.code for actor in reading.actors)
        counts = {c: n for c, n in (self.asked + self.answered).items() if c not in (self.home, UNNAMED, "UNO")}
        self.ranks.update({code: rank for rank, code in enumerate(sorted(counts, key=lambda c: (-counts[c], c)))})
        found = Counter(pair[2] for pair in self.rules)
        self.shared.extend([f"named={min(len(counts), 4)}", *(f"rules_{d}={min(found[d], 2)}" for d in DIRECTIONS)])
        self.shared.extend(f"pattern:{p}" for p in sorted(self.patterns & PATTERNS))


def proposals(evidence: Evidence) -> list[Pair]:
    """Pairs of actors that may accuse each other: the rules' and every pair that sentences of the exchange bring together."""
    home = evidence.home
    wanted = {
        direction
        for direction in DIRECTIONS
        if probability(evidence.direction_scores[direction]) > UNLIKELY or any(pair[2] == direction for pair in evidence.rules)
    }
    others = {code for code in evidence.asked | evidence.answered if code != home} | {UNNAMED}
    pairs = set(evidence.rules)
    if "IN" in wanted:
        pairs |= {(code, home, "IN") for code in others if not _is_only_suffered(code, evidence)}
    if "OUT" in wanted:
        pairs |= {(home, code, "OUT") for code in others}
    if "THIRD" in wanted:
        for reading in evidence.readings:
            here = {actor.code for actor in reading.actors} - {home}
            if reading.is_answer:
                accusers = here - {UNNAMED} if any(match.frame.kind == "blame" for match in reading.frames) else set()
            else:
                accusers = here | {UNNAMED} | {source[0] for source in (reading.source, reading.carried_source) if source}
            pairs |= {(a, b, "THIRD") for b in here - {UNNAMED} for a in accusers - {home, b}}
    return sorted(pairs)


# "西北大学遭受美国攻击", "遭到来自某国的窃密": who is named behind it did it, and accuses nobody.
_SUFFERED_ZH = re.compile(r"遭(?:受|到)?了?(?:来自)?$")


def _is_only_suffered(code: str, evidence: Evidence) -> bool:
    """Whether all that the question says of the actor is that somebody suffered from it."""
    places = [(r.words, a.start) for r in evidence.readings if not r.is_answer for a in r.actors if a.code == code]
    return bool(places) and all(_SUFFERED_ZH.search(words[max(0, start - 6) : start]) for words, start in places)


def pair_features(pair: Pair, evidence: Evidence) -> dict[str, float]:
    """Features of a proposal with their values; each name begins with the direction, as each direction has weights of its own."""
    accuser, accused, direction = pair
    home = evidence.home
    other = accuser if direction == "IN" else accused
    found: dict[str, float] = {}
    rule = evidence.rules.get(pair)
    if rule:
        found["rule"] = found[f"rule/{rule.side}/{rule.is_counter}"] = 1.0
    rank = evidence.ranks.get(other, 5)
    mirrored = (home, other, "OUT") if direction == "IN" else (other, home, "IN")
    found |= dict.fromkeys(evidence.shared, 1.0)
    found[f"rank={min(rank, 3)}"] = found[f"is={other}"] = 1.0
    found[f"asked={min(evidence.asked[other], 2)}"] = found[f"answered={min(evidence.answered[other], 3)}"] = 1.0
    if mirrored in evidence.rules:
        found["mirrored"] = 1.0
    if other not in SPECIAL:
        found["is_state"] = 1.0
    score = evidence.direction_scores[direction]
    found["exchange"], found["exchange_p"] = score / 2 + 2, probability(score)
    if direction == "THIRD":
        best = _third_evidence(pair, evidence, found)
        found[f"accuser={accuser}"] = 1.0
    else:
        best = _in_evidence(other, evidence, found) if direction == "IN" else _out_evidence(other, evidence)
        if direction == "OUT" and other in evidence.befriended:
            found["friend"] = 1.0
        if other == UNNAMED:
            found["unnamed_charge"] = probability(best["any"])
            found["unnamed_alone"] = float(not evidence.ranks)
    whole = probability(best["any"])
    if rank == 0:
        found["first_exchange"], found["first_charge"] = probability(score), whole
    if rule:
        found["rule_charge"] = whole
    for name, value in best.items():
        found[f"max:{name}"], found[f"p:{name}"] = value / 2 + 2, probability(value)
    return {f"{direction}:{name}": value for name, value in found.items()}


def brief_features(evidence: Evidence) -> dict[str, float]:
    """What speaks for an answer being a factual brief (R38): facts among its sentences, few acts besides, and its length."""
    facts = [
        (probability(scores[FACT]), len(reading.words))
        for reading, scores in zip(evidence.readings, evidence.sentence_scores, strict=True)
        if reading.is_answer
    ]
    if not facts:
        return {}
    return {
        "most": max(p for p, _ in facts),
        "share": sum(p * length for p, length in facts) / sum(length for _, length in facts),
        "number": min(sum(p for p, _ in facts), 3.0),
        f"sentences={min(len(facts), 6)}": 1.0,
        f"patterns={min(len(evidence.patterns), 4)}": 1.0,
    }


def _best() -> dict[str, float]:
    return defaultdict(lambda: _FLOOR)


def _out_evidence(other: str, evidence: Evidence) -> dict[str, float]:
    """The highest score of a charge among the answer's sentences, by how ``other`` stands in them."""
    best = _best()
    for reading, scores in zip(evidence.readings, evidence.sentence_scores, strict=True):
        if not reading.is_answer:
            best["question"] = max(best["question"], scores[CLAIM])
            continue
        chargeable = evidence.chargeable(reading)
        if chargeable is None:
            continue
        here = [a for a in chargeable if a.code == other]
        rivals = any(a.code not in (evidence.home, other, UNNAMED) for a in reading.actors)
        ways = ["any"]
        if here:
            ways.append("named")
            ways += ["subject"] if any(a.is_subject for a in here) else []
            ways += [] if rivals else ["only"]
            ways += ["first"] if reading.actors[0].code == other else []
            if any(m.frame.kind == "wrong" and here[0].end <= m.start + 1 for m in reading.frames):
                ways.append("before")
        elif reading.last_subject == other:
            ways += ["last"] if rivals else ["last", "last_only"]
        elif not rivals:
            ways.append("open")
        for way in ways:
            best[way] = max(best[way], scores[CHARGE])
    return best


def _in_evidence(other: str, evidence: Evidence, found: dict[str, float]) -> dict[str, float]:
    """The highest score of a claim among the question's sentences, by how ``other`` stands in them."""
    best = _best()
    home = evidence.home
    for reading, scores in zip(evidence.readings, evidence.sentence_scores, strict=True):
        here = [a for a in reading.actors if a.code == other]
        if reading.is_answer:
            for way in ("answer", "answer_named") if here else ("answer",):
                best[way] = max(best[way], scores[REPORTED])
            continue
        is_source = reading.source is not None and reading.source[0] == other
        ways = ["any"]
        if is_source:
            ways.append("source")
            best["source_home"] = max(best["source_home"], scores[CLAIM_HOME])
        elif reading.carried_source and reading.carried_source[0] == other:
            ways.append("carried")
        if here:
            ways.append("named")
            ways += ["with_home"] if any(a.code == home for a in reading.actors) else []
            ways += ["subject"] if any(a.is_subject for a in here) else []
            ways += ["first"] if reading.actors[0].code == other else []
        if other == UNNAMED and all(a.code in (home, UNNAMED) for a in reading.actors):
            ways.append("nobody_else")
        for way in ways:
            best[way] = max(best[way], scores[CLAIM])
        best["home"] = max(best["home"], scores[CLAIM_HOME])
        if is_source and _says_of(reading, home, evidence.language):
            found["says_of_home_asking" if ASKING.search(reading.words) else "says_of_home"] = 1.0
    return best


def _says_of(reading: Reading, code: str, language: str) -> bool:
    """Whether the actor is named behind the sentence's verb of saying."""
    saying = SAYING[language].search(reading.words)
    return saying is not None and any(a.code == code and a.start >= saying.end() for a in reading.actors)


def _third_evidence(pair: Pair, evidence: Evidence, found: dict[str, float]) -> dict[str, float]:
    """The highest score of a claim among the sentences that name the accused, by how both stand in them."""
    best = _best()
    accuser, accused, _ = pair
    for reading, scores in zip(evidence.readings, evidence.sentence_scores, strict=True):
        here = [a for a in reading.actors if a.code == accused]
        if not here:
            continue
        codes = {a.code for a in reading.actors}
        if reading.is_answer:
            for way in ("answer_named", "answer_both") if accuser in codes else ("answer_named",):
                best[way] = max(best[way], scores[REPORTED])
            continue
        ways = ["any", "with_home" if evidence.home in codes else "without_home"]
        if reading.source and reading.source[0] == accuser:
            ways += ["source", "source_says"] if _says_of(reading, accused, evidence.language) else ["source"]
        elif reading.carried_source and reading.carried_source[0] == accuser:
            ways.append("carried")
        elif accuser == UNNAMED and not reading.source:
            ways.append("unnamed")
        ways += ["both"] if accuser in codes else []
        ways += ["accuser_first"] if reading.actors[0].code == accuser else ["accused_first"] if reading.actors[0].code == accused else []
        ways += ["subject"] if any(a.is_subject for a in here) else []
        for way in ways:
            best[way] = max(best[way], scores[CLAIM])
        for match in reading.frames:
            if match.frame.kind == "blame" and here[-1].start >= match.end - 1:
                found["blamed"] = 1.0
            if match.frame.kind in ("claim", "wrong") and here[0].end <= match.start + 1:
                found["did"] = 1.0
    best["any"] = best["any"]
    return best
