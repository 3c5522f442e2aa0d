"""The turns of an exchange (or of an article) coded together: what one turn leaves open, another tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.annotate.accusations import AccusationHit, Side, Situation, accusations_in_answer, accusations_in_report, main_other
from pipelines.annotate.actors import UNNAMED
from pipelines.annotate.patterns import PatternHit, factual_brief, find_patterns
from pipelines.annotate.sentences import Sentence, split_sentences


REBUTTALS = frozenset({"R10", "R11", "R12"})
"""Patterns that turn down what was said."""


@dataclass(frozen=True, slots=True)
class CodedTurn:
    """What was found in one turn.

    Attributes:
        patterns: response patterns, for answers only.
        accusations: one a pair of actors and direction in the whole exchange.
        sole_pattern: the pattern that is all there is in the exchange's answer, if there is such a one.
    """

    patterns: list[PatternHit]
    accusations: list[AccusationHit]
    sole_pattern: str | None = None


def code_turns(turns: Sequence[tuple[str, str]], language: str, home: str) -> list[CodedTurn]:
    """Code the turns of one exchange or one article.

    Args:
        turns: (role, text without label) in page order; roles are question, answer and narration.
        language: ``en`` or ``zh``.
        home: ISO code of the state whose spokesperson speaks.

    Returns:
        One result a turn, in the same order.
    """
    questions = " ".join(text for role, text in turns if role != "answer")
    answers = " ".join(text for role, text in turns if role == "answer")
    split = [split_sentences(text, language) for _, text in turns]
    asked = [s for (role, _), sentences in zip(turns, split, strict=True) if role != "answer" for s in sentences]
    answered = [s for (role, _), sentences in zip(turns, split, strict=True) if role == "answer" for s in sentences]
    other, label = main_other((asked, answered), language, home)
    pairs: set[tuple[str, str, str]] = set()
    coded: list[CodedTurn] = []
    phrases = [find_patterns(text, language, home, s) if role == "answer" else [] for (role, text), s in zip(turns, split, strict=True)]
    is_rebutted = any(hit.pattern_id in REBUTTALS for hits in phrases for hit in hits)
    adversaries: tuple[str, ...] = ()
    for (role, text), sentences, said in zip(turns, split, phrases, strict=True):
        situation = Situation(home, language, adversaries[0] if adversaries else other, label, adversaries, (questions, answers))
        if role == "answer":
            found = accusations_in_answer(text, situation, sentences)
            patterns = _with_derived(sentences, said, found, language)
        else:
            side: Side = "question" if role == "question" else "narration"
            found, patterns = accusations_in_report(text, situation, side, sentences, is_rebutted=is_rebutted), []
        fresh = [hit for hit in found if (hit.accuser, hit.accused, hit.direction) not in pairs]
        adversaries += tuple(hit.accuser for hit in fresh if hit.direction == "IN" and hit.accuser != UNNAMED)
        pairs |= {(hit.accuser, hit.accused, hit.direction) for hit in fresh}
        coded.append(CodedTurn(patterns, fresh))
    sole = _sole_pattern([(s, c.patterns) for (role, _), s, c in zip(turns, split, coded, strict=True) if role == "answer"])
    return [CodedTurn(c.patterns, c.accusations, sole) for c in coded]


def _with_derived(sentences: list[Sentence], said: list[PatternHit], found: list[AccusationHit], language: str) -> list[PatternHit]:
    """Phrases, the counter-accusation that the answer's accusations make, and the facts that it gives without a stance."""
    patterns = list(said)
    counter = next((hit for hit in found if hit.is_counter and hit.direction == "OUT" and hit.modality == "asserted"), None)
    if counter:
        patterns.append(PatternHit(counter.start, counter.end, "R15"))
    fact = factual_brief(sentences, patterns, language)
    if fact:
        patterns.append(fact)
    return sorted(patterns)


def _sole_pattern(answers: list[tuple[list[Sentence], list[PatternHit]]]) -> str | None:
    """The only pattern of an answer of which every sentence performs it."""
    patterns = {hit.pattern_id for _, hits in answers for hit in hits}
    if len(patterns) != 1:
        return None
    for sentences, hits in answers:
        if not all(any(s.start <= hit.start < s.end for hit in hits) for s in sentences):
            return None
    return next(iter(patterns))
