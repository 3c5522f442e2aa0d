"""Accusations by grammar alone: who lays which wrong on whom, in a question, an answer or a paragraph of an article.

An answer speaks for the home state: a wrong act that it lays on another actor is an accusation OUT. A question (or an
article) reports: its accuser is the subject of the verb of saying or blaming, its accused the agent of the wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipelines.annotate.actors import UNNAMED, Actor
from pipelines.annotate.frames import Frame, FrameMatch, topic_type
from pipelines.annotate.reading import ASKING, BYSTANDERS, SAYING, Reading, Source
from pipelines.annotate.sentences import is_within

Side = Literal["question", "answer", "narration"]


@dataclass(frozen=True, slots=True, order=True)
class AccusationHit:
    """``text[start:end]`` lays a wrong on ``accused``.

    Attributes:
        is_counter: the wrong is a concrete one (not only a smear or interference), which makes it response pattern R15.
    """

    start: int
    end: int
    accuser: str
    accused: str
    accuser_label: str | None
    accused_label: str | None
    accusation_type: str
    direction: str
    modality: str
    side: Side
    is_counter: bool

    @property
    def pair(self) -> tuple[str, str, str]:
        """Accuser, accused and direction: what an exchange holds once."""
        return self.accuser, self.accused, self.direction


@dataclass(frozen=True)
class Situation:
    """What an exchange is about, for references that the sentence itself leaves open.

    Attributes:
        home: the state whose spokesperson speaks.
        other: the actor that "it", "they" or a bare wrong most likely means; None when nobody is named.
        other_label: how the text names it.
        adversaries: actors that the question shows to accuse the home state.
    """

    home: str
    language: str
    other: str | None
    other_label: str | None
    adversaries: tuple[str, ...]


def main_other(readings: Sequence[Reading], home: str) -> tuple[str | None, str | None]:
    """The actor that is named most, neither the home state nor unnamed, with its first label; a question counts twice, so does a subject."""
    counts: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for reading in readings:
        for actor in reading.actors:
            if actor.code not in (home, UNNAMED, *BYSTANDERS):
                counts[actor.code] += (1 if reading.is_answer else 2) * (2 if actor.is_subject else 1)
                labels.setdefault(actor.code, actor.label)
    if not counts:
        return None, None
    code = min(counts, key=lambda c: (-counts[c], c))
    return code, labels[code]


# --- answers -----------------------------------------------------------------------------------------------------------

_PRONOUN = re.compile(r"\b(?:it|they|he|she|them|its|their|his|her|this|that|these|those|such|who|which)\b", re.IGNORECASE)
_AGENT = re.compile(r"\b(?:by|from|of|in|on)(?: the| some| certain| a few)?\W*$", re.IGNORECASE)
_JOINED = re.compile(r"(?:'s)?\W*(?:,|、|和|与|,? ?\b(?:and|or)\b)\W*(?:the )?(?:'s)?", re.IGNORECASE)
_VAGUE_STATE = re.compile(r"countr|国家", re.IGNORECASE)
_GENERAL = re.compile(
    r"\b(?:all forms|any form|any country|no country|all countries|any attempt|whoever|anyone|whichever|any (?:act|kind))\b", re.IGNORECASE
)
_HYPOTHETICAL = re.compile(r"\b(?:if|should (?:the|it|they) \w+|were to)\b|如果|倘若|一旦", re.IGNORECASE)
_STANCE_ZH = re.compile(r"反对|敦促|要求|希望|呼吁")
_UNTRUE = re.compile(
    r"\b(?:no|not any) so-called\b|\bso-called\b[^.;]{0,80}\b(?:not exist|untrue|not true|groundless|baseless|false|nothing but|fabricat\w+)|"
    r"\b(?:false|groundless|baseless|fabricated|untrue) (?:accus|alleg|claim|report|charg|rumou?r)\w*|(?:不存在|没有)(?:任何)?所谓",
    re.IGNORECASE,
)
_DENIED_BEFORE = re.compile(r"\b(?:no|not|never|n't|without|denied|deny|refut\w+|nothing|neither|nor)\b(?:\W+\w+){0,3}\W*$", re.IGNORECASE)
_DENIED_BEFORE_ZH = re.compile(r"(?:从不|不搞|没有|从未|不会|绝不|从来|不存在|反对任何|不是)[^，。]{0,8}$")


def accusations_in_answer(readings: Sequence[Reading], quotations: list[tuple[int, int]], situation: Situation) -> list[AccusationHit]:
    """Wrongs that the speaker lays on others, and accusations against the home state that the answer reports.

    Args:
        readings: the answer's sentences.
        quotations: places of long quotations in it: words of others, in which nothing is the speaker's charge.
        situation: of the exchange.
    """
    language, home = situation.language, situation.home
    hits: list[AccusationHit] = []
    last: Source | tuple[None, None] = (situation.other, situation.other_label) if situation.other else (None, None)
    for reading in readings:
        sentence = reading.sentence
        for match in reading.frames:
            kind = match.frame.kind
            if kind == "claim":
                hits += _denied(reading, match, situation)
            elif is_within(quotations, sentence.start + match.start, sentence.start + match.end):
                continue
            elif kind == "blame":
                hits += _blame(reading, match, situation, "answer", None)
            elif kind == "oppose":
                after = [a for a in reading.actors if a.start >= match.end and a.code not in (home, UNNAMED, *BYSTANDERS)]
                hits += [make_hit(reading, match, situation, (home, None), (a.code, a.label), "asserted", "answer") for a in after[:1]]
            else:
                adversaries = situation.adversaries + tuple(h.accused for h in hits if h.direction == "OUT" and h.accused != UNNAMED)
                modality = modality_in_answer(sentence.words, match.start)
                for accused in _accused_in_answer(sentence.words, match, reading.actors, home, language, last, adversaries):
                    hits.append(make_hit(reading, match, situation, (home, None), accused, modality, "answer"))
        subjects = [a for a in reading.actors if a.code not in (home, UNNAMED, *BYSTANDERS) and a.is_subject]
        if subjects:
            last = (subjects[0].code, subjects[0].label)
    return one_a_pair(hits)


def _denied(reading: Reading, match: FrameMatch, situation: Situation) -> list[AccusationHit]:
    """A charge against the home state that is mentioned only to be denied, when nobody is named as laying it."""
    home = situation.home
    if situation.adversaries or any(a.code not in (home, UNNAMED, *BYSTANDERS) for a in reading.actors):
        return []
    named = next((a for a in reading.actors if a.code == home and not a.is_speaker), None)
    if not named or not _UNTRUE.search(reading.words):
        return []
    return [make_hit(reading, match, situation, (UNNAMED, None), (home, named.label), "denied", "answer")]


def modality_in_answer(words: str, start: int) -> str:
    """``hypothetical`` for a wrong behind an "if", else ``asserted``: a denied one is no accusation."""
    return "hypothetical" if _HYPOTHETICAL.search(words[:start]) else "asserted"


def _accused_in_answer(
    words: str,
    match: FrameMatch,
    actors: Sequence[Actor],
    home: str,
    language: str,
    last: Source | tuple[None, None],
    adversaries: tuple[str, ...],
) -> list[Source]:
    """Who did the wrong at ``match``: its subject, its possessor, whoever follows with "by" or "from", else whom the text last spoke of."""
    denied = _DENIED_BEFORE_ZH if language == "zh" else _DENIED_BEFORE
    if denied.search(words[: match.start]) or (language == "en" and _GENERAL.search(words)):
        return []
    charged = [a for a in actors if a.code not in (home, *BYSTANDERS)]
    before = [a for a in charged if a.end <= match.start + 1]
    subjects = [a for a in before if a.is_subject]
    possessors = [a for a in before if match.start - a.end < 25 and not re.search(r"[,;:]", words[a.end : match.start])]
    inside = [a for a in charged if match.start <= a.start < match.end]
    following = [a for a in charged if match.end - 1 <= a.start < match.end + 60]
    agents = [a for a in following if _AGENT.search(words[max(match.end - 1, a.start - 14) : a.start])]
    own = [a for a in actors if a.code == home and a.end <= match.start + 1 and a.is_subject]
    if subjects:
        return [_named(a, last, adversaries) for a in _with_joined(subjects[-1], subjects, words)]
    for found in (inside, agents, possessors):
        if found:
            return [_named(found[-1] if found is possessors else found[0], last, adversaries)]
    clause = max(words.rfind(mark, 0, match.start) for mark in ";:，；") + 1
    if own and language == "en" and not _PRONOUN.search(words[own[-1].end : match.start]):
        return []
    if own and language == "zh" and not _STANCE_ZH.search(words[clause : match.start]) and own[-1].start >= clause:
        return []
    return [last] if last[0] else []


def _named(actor: Actor, last: Source | tuple[None, None], adversaries: tuple[str, ...]) -> Source:
    """Code and label. "Certain countries" are those that accuse or are charged already, "some politicians" else those last spoken of."""
    if actor.code == UNNAMED:
        if adversaries:
            return adversaries[-1], actor.label
        if last[0] and not _VAGUE_STATE.search(actor.label):
            return last[0], actor.label
    return actor.code, actor.label


# --- questions and articles --------------------------------------------------------------------------------------------


def accusations_in_report(
    readings: Sequence[Reading], situation: Situation, side: Side, *, is_rebutted: bool = False
) -> list[AccusationHit]:
    """Accusations that a question or an article reports.

    Args:
        readings: the sentences of the question or paragraph.
        situation: of the exchange or article.
        side: ``question`` or ``narration``.
        is_rebutted: the answer turns something down as false, groundless or a smear. Then what somebody is reported to say
            about the home state was a charge, whatever its words.
    """
    hits: list[AccusationHit] = []
    rebutted: list[AccusationHit] = []
    for reading in readings:
        for match in reading.frames:
            if match.frame.kind == "blame":
                hits += _blame(reading, match, situation, side, reading.source)
            elif match.frame.kind == "claim" and reading.source:
                hits += _claim(reading, match, situation, side, reading.source)
        if is_rebutted and reading.source and reading.source[0] not in (situation.home, UNNAMED):
            rebutted += _rebutted(reading, situation, side, reading.source)
    if not any(hit.direction == "IN" for hit in hits):
        hits += rebutted[:1]
    return one_a_pair(hits)


def _rebutted(reading: Reading, situation: Situation, side: Side, source: Source) -> list[AccusationHit]:
    saying = SAYING[situation.language].search(reading.words)
    told = [a for a in reading.actors if a.code == situation.home and saying and a.start >= saying.end()]
    if not told or ASKING.search(reading.words[: told[0].start]):
        return []
    match = FrameMatch(Frame("claim", None, False, SAYING[situation.language], None), told[0].start, told[0].end)
    return [make_hit(reading, match, situation, source, (situation.home, told[0].label), "reported", side)]


def _claim(reading: Reading, match: FrameMatch, situation: Situation, side: Side, source: Source) -> list[AccusationHit]:
    words, home = reading.words, situation.home
    candidates = [a for a in reading.actors if a.code not in (source[0], UNNAMED)]
    before = [a for a in candidates if a.end <= match.start + 1]
    near = [a for a in candidates if a.start >= match.start and a.start - match.end < 50]
    subjects = [a for a in before if a.is_subject]
    accused = next(iter(subjects[-1:] or before[-1:] or near[:1]), None)
    if not accused or (ASKING.search(words[: match.start]) and not source[1]):
        return []
    if accused.code != home and not accused.is_subject:
        accused = next((a for a in before if a.code == home), accused)
    return [
        make_hit(reading, match, situation, source, (actor.code, actor.label), "reported", side)
        for actor in _with_joined(accused, candidates, words)
    ]


def _with_joined(actor: Actor, actors: Sequence[Actor], words: str) -> list[Actor]:
    """The actor and those joined to it by commas and "and": "Russia, Iran and China"."""
    joined = [actor]
    for other in reversed([a for a in actors if a.end <= actor.start]):
        if other.code in {a.code for a in joined} or not _JOINED.fullmatch(words[other.end : joined[0].start]):
            break
        joined.insert(0, other)
    return joined


_PASSIVE = re.compile(r"\b(?:is|are|was|were|been|being|be)(?: \w+ly)? $", re.IGNORECASE)
_BY = re.compile(r"\bby(?: the)?\W*$")


def _blame(reading: Reading, match: FrameMatch, situation: Situation, side: Side, source: Source | None) -> list[AccusationHit]:
    """Accuser and accused of a verb or noun of blame by its grammar: "X accused Y", "Y was accused (by X)", "X's criticism of Y"."""
    words, home = reading.words, situation.home
    before = [a for a in reading.actors if a.end <= match.start + 1]
    after = [a for a in reading.actors if a.start >= match.end - 1]
    subjects = [a for a in before if a.is_subject] or before
    if _PASSIVE.search(words[: match.start]):
        accused = subjects[-1] if subjects else None
        agent = next((a for a in after if _BY.search(words[match.end : a.start])), None)
        accuser: Source | None = (agent.code, agent.label) if agent else (UNNAMED, None)
    else:
        accused = after[0] if after else None
        named = (subjects[-1].code, subjects[-1].label) if subjects else source
        accuser = named or (None if side == "answer" else (UNNAMED, None))
    if not accused or not accuser or accuser[0] == accused.code or accused.code == UNNAMED:
        return []
    if side == "answer" and (accused.code != home or accuser[0] in (home, UNNAMED)):
        return []
    return [make_hit(reading, match, situation, accuser, (accused.code, accused.label), "reported", side)]


# --- both --------------------------------------------------------------------------------------------------------------


def direction_of(accuser: str, accused: str, home: str) -> str:
    """IN where the home state is accused, OUT where it accuses, else THIRD."""
    if accused == home:
        return "IN"
    return "OUT" if accuser == home else "THIRD"


UNTYPED = "A00"


def typed(hit: AccusationHit, texts: Sequence[str], language: str) -> AccusationHit:
    """The hit with the type that the subject words of the closest text tell, unless its frame told one.

    Args:
        hit: of the rules.
        texts: its sentence, then wider ones.
        language: ``en`` or ``zh``.
    """
    if hit.accusation_type != UNTYPED:
        return hit
    topic = topic_type(texts, language)
    # A smear or an interference without a content of its own is A03 (coding guide).
    return replace(hit, accusation_type="A03" if topic == UNTYPED and hit.direction == "OUT" and not hit.is_counter else topic)


def make_hit(
    reading: Reading, match: FrameMatch, situation: Situation, accuser: Source, accused: Source, modality: str, side: Side
) -> AccusationHit:
    """The accusation that the frame makes, quoted; of the frame's type, where it has one of its own."""
    frame = match.frame
    start, end = quote_span(reading.words, match.start, match.end, situation.language)
    offset = reading.sentence.start
    direction = direction_of(accuser[0], accused[0], situation.home)
    return AccusationHit(
        offset + start,
        offset + end,
        accuser[0],
        accused[0],
        accuser[1],
        accused[1],
        frame.accusation_type or UNTYPED,
        direction,
        modality,
        side,
        frame.is_counter,
    )


QUOTE_WORDS = 20
"""The coding guide's limit for a quote of an accusation."""


def quote_span(words: str, start: int, end: int, language: str) -> tuple[int, int]:
    """The clause around the words that decide, at most 20 words (40 characters in Chinese), never cutting a word."""
    marks = "，；。" if language == "zh" else ";,:"
    left = max(words.rfind(mark, 0, start) for mark in marks) + 1
    rights = [i for i in (words.find(mark, end) for mark in marks + ".") if i >= 0]
    right = min(rights) if rights else len(words)
    while left < start and words[left].isspace():
        left += 1
    right = max(right, end)
    if language == "zh":
        left, right = max(left, start - 20), min(right, max(end, start + 40))
    else:
        tokens = [m.span() for m in re.finditer(r"\S+", words[left:right])]
        inside = [i for i, (a, b) in enumerate(tokens) if left + b > start and left + a < end]
        if len(tokens) > QUOTE_WORDS and inside:
            first = max(0, min(inside[0] - 6, len(tokens) - QUOTE_WORDS))
            stop = max(min(first + QUOTE_WORDS, len(tokens)), inside[-1] + 1)
            left, right = left + tokens[first][0], left + tokens[stop - 1][1]
    return left, right


def one_a_pair(hits: list[AccusationHit]) -> list[AccusationHit]:
    """One hit a pair and direction, in order of place: the first concrete wrong, else the first."""
    best: dict[tuple[str, str, str], AccusationHit] = {}
    for hit in hits:
        if hit.accuser != hit.accused and (hit.pair not in best or (hit.is_counter and not best[hit.pair].is_counter)):
            best[hit.pair] = hit
    return sorted(best.values())
