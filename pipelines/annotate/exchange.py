"""The turns of an exchange (or of an article) coded together: what one turn leaves open, another tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.annotate.accusations import (
    AccusationHit,
    Side,
    Situation,
    accusations_in_answer,
    accusations_in_report,
    friends,
    main_other,
    typed,
)
from pipelines.annotate.actors import UNNAMED
from pipelines.annotate.patterns import PatternHit, brief_by_rule, brief_hit, find_patterns
from pipelines.annotate.reading import BYSTANDERS, Reading, read_turns
from pipelines.annotate.sentences import Sentence, long_quotations, split_sentences
from pipelines.annotate.topics import TopicHit, find_topics
from pipelines.annotate.weighing import Filter, Weighing, trained_filter

REBUTTALS = frozenset({"R10", "R11", "R12"})
"""Patterns that turn down what was said."""


@dataclass(frozen=True, slots=True)
class CodedTurn:
    """What was found in one turn.

    Attributes:
        patterns: response patterns, for answers only.
        accusations: one a pair of actors and direction in the whole exchange.
        topics: what the turn is about.
        sole_pattern: the pattern that is all there is in the exchange's answer, if there is such a one.
    """

    patterns: list[PatternHit]
    accusations: list[AccusationHit]
    topics: list[TopicHit]
    sole_pattern: str | None = None


def code_turns(
    turns: Sequence[tuple[str, str]], language: str, home: str, *, is_filtered: bool = True, judge: Filter | None = None
) -> list[CodedTurn]:
    """Code the turns of one exchange or one article.

    Args:
        turns: (role, text without label) in page order; roles are question, answer and narration.
        language: ``en`` or ``zh``.
        home: ISO code of the state whose spokesperson speaks.
        is_filtered: let the trained filter decide on accusations, where the language has one; else the rules stand alone.
        judge: another filter than the one that the package ships.

    Returns:
        One result a turn, in the same order.
    """
    split = [split_sentences(text, language) for _, text in turns]
    readings = read_turns([(role == "answer", s) for (role, _), s in zip(turns, split, strict=True)], language, home)
    said = [find_patterns(text, language, home, s) if role == "answer" else [] for (role, text), s in zip(turns, split, strict=True)]
    by_grammar = _by_grammar(turns, readings, said, language, home)
    texts = (
        " ".join(text for role, text in turns if role != "answer"),
        " ".join(text for role, text in turns if role == "answer"),
    )
    judge = judge or trained_filter(language)
    if is_filtered and texts[1] and judge:
        performed = frozenset(hit.pattern_id for hits in said for hit in hits)
        weighing = Weighing(readings, by_grammar, performed, texts, judge, language, home)
        accusations, brief = weighing.accusations(), weighing.brief()
        patterns = [_with_counter(*of_turn) for of_turn in zip(said, accusations, strict=True)]
    else:
        accusations = [
            [typed(hit, (_sentence_of(hit, of_turn), *texts), language) for hit in hits]
            for hits, of_turn in zip(by_grammar, readings, strict=True)
        ]
        patterns = [_with_counter(*of_turn) for of_turn in zip(said, accusations, strict=True)]
        briefs = (brief_by_rule(*of_turn, language) for of_turn in zip(split, patterns, strict=True))
        brief = next(((turn, s) for turn, s in enumerate(briefs) if s and turns[turn][0] == "answer"), None)
    if brief:
        turn, sentence = brief
        patterns[turn] = sorted([*patterns[turn], brief_hit(sentence, language)])
    sole = _sole_pattern([(s, p) for (role, _), s, p in zip(turns, split, patterns, strict=True) if role == "answer"])
    topics = [find_topics(sentences, language) for sentences in split]
    return [CodedTurn(p, a, t, sole) for p, a, t in zip(patterns, accusations, topics, strict=True)]


def _by_grammar(
    turns: Sequence[tuple[str, str]], readings: list[list[Reading]], said: list[list[PatternHit]], language: str, home: str
) -> list[list[AccusationHit]]:
    """Accusations that the rules find, a list a turn; each pair of actors and direction once, where it comes first."""
    every = [reading for of_turn in readings for reading in of_turn]
    befriended = friends(every, home)
    other, label = main_other(every, home, language, befriended)
    allies = {UNNAMED, *BYSTANDERS, *befriended}
    is_rebutted = any(hit.pattern_id in REBUTTALS for hits in said for hit in hits)
    adversaries: tuple[str, ...] = ()
    pairs: set[tuple[str, str, str]] = set()
    found: list[list[AccusationHit]] = []
    for (role, text), of_turn in zip(turns, readings, strict=True):
        situation = Situation(home, language, adversaries[0] if adversaries else other, label, adversaries, befriended)
        if role == "answer":
            hits = accusations_in_answer(of_turn, long_quotations(text, language), situation)
        else:
            side: Side = "question" if role == "question" else "narration"
            hits = accusations_in_report(of_turn, situation, side, is_rebutted=is_rebutted)
        fresh = [hit for hit in hits if hit.pair not in pairs]
        adversaries += tuple(hit.accuser for hit in fresh if hit.direction == "IN" and hit.accuser not in allies)
        pairs |= {hit.pair for hit in fresh}
        found.append(fresh)
    return found


def _sentence_of(hit: AccusationHit, readings: list[Reading]) -> str:
    return next(reading.words for reading in readings if reading.sentence.start <= hit.start < reading.sentence.end)


def _with_counter(said: list[PatternHit], found: list[AccusationHit]) -> list[PatternHit]:
    """What phrases find, and the counter-accusation (R15) that an answer's accusations make."""
    counter = next((hit for hit in found if hit.is_counter and hit.direction == "OUT" and hit.side == "answer"), None)
    if not counter or counter.modality != "asserted":
        return said
    return sorted([*said, PatternHit(counter.start, counter.end, "R15")])


def _sole_pattern(answers: list[tuple[list[Sentence], list[PatternHit]]]) -> str | None:
    """The only pattern of an answer of which every sentence performs it."""
    patterns = {hit.pattern_id for _, hits in answers for hit in hits}
    if len(patterns) != 1:
        return None
    for sentences, hits in answers:
        if not all(any(s.start <= hit.start < s.end for hit in hits) for s in sentences):
            return None
    return next(iter(patterns))
