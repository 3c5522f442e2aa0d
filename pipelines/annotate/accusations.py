"""Accusations: who lays which wrong on whom, in a question, an answer or a paragraph of an article, with the words that do it.

An answer speaks for the home state: a wrong act that it lays on another actor is an accusation OUT. A question (or an
article) reports: its accuser is the subject of the verb of saying or blaming, its accused the agent of the wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from pipelines.annotate.actors import UNNAMED, Actor, find_actors
from pipelines.annotate.codebook import AnchorIndex
from pipelines.annotate.sentences import Sentence, is_within, long_quotations, split_sentences
from pipelines.vocabularies import vocabulary

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


class Frame(NamedTuple):
    """One row of the frame vocabulary, compiled."""

    kind: str
    accusation_type: str | None
    is_counter: bool
    expression: re.Pattern[str]
    exclude: re.Pattern[str] | None


@cache
def _frames(language: str) -> tuple[tuple[Frame, ...], AnchorIndex]:
    frames, index = [], AnchorIndex(language)
    rows = vocabulary("accusation_frames").filter(language=language)
    for number, row in enumerate(rows.iter_rows(named=True)):
        index.add(row["anchors"].split("|"), number)
        exclude = row["exclude"] and (rf"\b(?:{row['exclude']})" if language == "en" else row["exclude"])
        frames.append(
            Frame(
                row["frame"],
                row["accusation_type"],
                row["is_counter"] == "true",
                re.compile(row["expression"], re.IGNORECASE),
                re.compile(exclude, re.IGNORECASE) if exclude else None,
            )
        )
    return tuple(frames), index


@cache
def _topics(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = vocabulary("accusation_types")
    ranked = sorted((int(r["topic_rank"]), r["type_id"], r[f"topic_{language}"]) for r in rows.iter_rows(named=True) if r["topic_rank"])
    return tuple((type_id, re.compile(words)) for _, type_id, words in ranked)


def topic_type(texts: Sequence[str], language: str) -> str:
    """The accusation type whose subject words stand in the first of the texts that holds any; A00 where none does."""
    return next((topic for text in texts if (topic := _topic(text, language))), "A00")


@lru_cache(maxsize=512)
def _topic(text: str, language: str) -> str | None:
    """The type with the most subject words in the text, then the first by rank."""
    counts = [(len(words.findall(text)), -rank, type_id) for rank, (type_id, words) in enumerate(_topics(language))]
    n, _, type_id = max(counts)
    return type_id if n else None


class _Match(NamedTuple):
    frame: Frame
    start: int
    end: int


def _matches(sentence: Sentence, language: str, kinds: frozenset[str]) -> list[_Match]:
    frames, index = _frames(language)
    found = []
    for number in index.candidates(sentence.words):
        frame = frames[number]
        if frame.kind not in kinds:
            continue
        for match in frame.expression.finditer(sentence.words):
            start, end = match.span()
            if frame.exclude and frame.exclude.search(sentence.words, max(0, start - 60), min(len(sentence.words), end + 40)):
                continue
            found.append(_Match(frame, start, end))
    return sorted(found, key=lambda m: (m.start, m.end))


@dataclass(frozen=True)
class Situation:
    """What an exchange is about, for references that the sentence itself leaves open.

    Attributes:
        home: the state whose spokesperson speaks.
        other: the actor that "it", "they" or a bare wrong most likely means; None when nobody is named.
        other_label: how the text names it.
        adversaries: actors that the question shows to accuse the home state.
        texts: the texts that may tell the type, the closest first.
    """

    home: str
    language: str
    other: str | None
    other_label: str | None
    adversaries: tuple[str, ...]
    texts: tuple[str, ...]


def main_other(sides: Sequence[Sequence[Sentence]], language: str, home: str) -> tuple[str | None, str | None]:
    """The actor that is named most, neither the home state nor unnamed, with its first label.

    Args:
        sides: sentences of the question, then of the answer; the question's count twice.
    """
    counts: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for weight, sentences in zip((2, 1), sides, strict=True):
        for sentence in sentences:
            for actor in find_actors(sentence.words, language, home):
                if actor.code not in (home, UNNAMED, *BYSTANDERS):
                    counts[actor.code] += weight * (2 if actor.is_subject else 1)
                    labels.setdefault(actor.code, actor.label)
    if not counts:
        return None, None
    code = min(counts, key=lambda c: (-counts[c], c))
    return code, labels[code]


# --- answers -----------------------------------------------------------------------------------------------------------

_PRONOUN = re.compile(r"\b(?:it|they|he|she|them|its|their|his|her|this|that|these|those|such|who|which)\b", re.IGNORECASE)
_AGENT = re.compile(r"\b(?:by|from|of|in|on)(?: the| some| certain| a few)?\W*$", re.IGNORECASE)
_JOINED = re.compile(r"(?:'s)?\W*(?:,|、|和|与|,? ?\b(?:and|or)\b)\W*(?:the )?(?:'s)?", re.IGNORECASE)
BYSTANDERS = frozenset({"UNO"})
"""In an answer the United Nations are the stage on which wrongs are named, hardly ever the accused (none of 360 labelled)."""
_VAGUE_STATE = re.compile(r"countr|国家", re.IGNORECASE)
_GENERAL = re.compile(r"\b(?:all forms|any form|any country|no country|all countries|any attempt|whoever|anyone|whichever|any (?:act|kind))\b", re.IGNORECASE)
_HYPOTHETICAL = re.compile(r"\b(?:if|should (?:the|it|they) \w+|were to)\b|如果|倘若|一旦", re.IGNORECASE)
_STANCE_ZH = re.compile(r"反对|敦促|要求|希望|呼吁")
_DENIED_BEFORE = re.compile(r"\b(?:no|not|never|n't|without|denied|deny|refut\w+|nothing|neither|nor)\b(?:\W+\w+){0,3}\W*$", re.IGNORECASE)
_DENIED_BEFORE_ZH = re.compile(r"(?:从不|不搞|没有|从未|不会|绝不|从来|不存在|反对任何|不是)[^，。]{0,8}$")


def accusations_in_answer(text: str, situation: Situation, sentences: list[Sentence] | None = None) -> list[AccusationHit]:
    """Wrongs that the speaker lays on others, and accusations against the home state that the answer reports.

    Args:
        text: the answer, without the label.
        situation: of the exchange.
        sentences: the text's sentences, where they are known already.
    """
    language, home = situation.language, situation.home
    quotations = long_quotations(text, language)
    hits: list[AccusationHit] = []
    last = (situation.other, situation.other_label)
    for sentence in split_sentences(text, language) if sentences is None else sentences:
        matches = _matches(sentence, language, frozenset({"wrong", "blame", "oppose"}))
        actors = find_actors(sentence.words, language, home)
        for match in matches:
            if is_within(quotations, sentence.start + match.start, sentence.start + match.end):
                continue
            if match.frame.kind == "blame":
                hits += _blame(sentence, match, actors, situation, "answer", None)
                continue
            if match.frame.kind == "oppose":
                after = [a for a in actors if a.start >= match.end and a.code not in (home, UNNAMED, *BYSTANDERS)]
                for a in after[:1]:
                    hits.append(_hit(sentence, match, situation, home, None, a.code, a.label, "asserted", "answer"))
                continue
            adversaries = situation.adversaries + tuple(hit.accused for hit in hits if hit.direction == "OUT" and hit.accused != UNNAMED)
            accused = _accused_in_answer(sentence.words, match, actors, home, language, last, adversaries)
            for code, label in accused:
                modality = "hypothetical" if _HYPOTHETICAL.search(sentence.words[: match.start]) else "asserted"
                hits.append(_hit(sentence, match, situation, home, None, code, label, modality, "answer"))
        subjects = [a for a in actors if a.code not in (home, UNNAMED, *BYSTANDERS) and a.is_subject]
        if subjects:
            last = (subjects[0].code, subjects[0].label)
    return _one_a_pair(hits)


def _accused_in_answer(
    words: str, match: _Match, actors: Sequence[Actor], home: str, language: str, last: tuple[str | None, str | None],
    adversaries: tuple[str, ...],
) -> list[tuple[str, str | None]]:
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
    return [(last[0], last[1])] if last[0] else []


def _named(actor: Actor, last: tuple[str | None, str | None], adversaries: tuple[str, ...]) -> tuple[str, str | None]:
    """Code and label. "Certain countries" are those that accuse or are charged already, "some politicians" else those last spoken of."""
    if actor.code == UNNAMED:
        if adversaries:
            return adversaries[-1], actor.label
        if last[0] and not _VAGUE_STATE.search(actor.label):
            return last[0], actor.label
    return actor.code, actor.label


# --- questions and articles --------------------------------------------------------------------------------------------

_SAYING = re.compile(
    r"\b(?:said|says?|saying|claim(?:s|ed|ing)?|alleg(?:e[sd]?|ing|ations?|edly)|stated|warn(?:s|ed|ing)?|suggest(?:s|ed|ing)?|told|tweeted|wrote|writes?|"
    r"argu(?:e[sd]?|ing)|believes?|believed|reported(?:ly)?|reports?|according to|announced|declared|assert(?:s|ed|ing)?|insist(?:s|ed)?|disclosed|"
    r"call(?:s|ed|ing)|urg(?:e[sd]?|ing)|describ(?:es?|ed|ing)|expressed|voiced|concerns?|released|issued|shows?|found|revealed|quoted|noted|think|thinks|"
    r"accus\w+|charg(?:e[sd]?|ing)|indict\w*|sanction(?:s|ed)?|detected|attribut\w+|adding|published|indicat\w+|statement|speech|letter|report|evidence|pointing)\b",
    re.IGNORECASE,
)
_SAYING_ZH = re.compile(r"称|表示|说|认为|报道|声称|指出|宣布|发表|报告|声明|指控|警告|批评|指责|谴责")
_ANONYMOUS = re.compile(r"^\W*(?:(?:according to|some|there (?:are|were|have been)|we(?:'ve| have)? (?:seen|heard)|media|it (?:is|was|has been|'s been) )?\s*(?:\w+ ){0,2}(?:reported|reports?|reportedly|media reports?|sources))\b|^\W*据报道|^\W*有报道", re.IGNORECASE)
_CONTINUES = re.compile(r"^\W*(?:and |but |also,? )?(?:he|she|they|it|the (?:statement|report|spokesperson|letter|official|minister|senator))\b|^\W*(?:他|她|其)", re.IGNORECASE)
_ASKING = re.compile(
    r"\b(?:what(?:'s| is| are)? (?:is )?(?:your|china's|the (?:chinese|foreign)) (?:\w+ )?(?:comments?|response|view|reaction|take|position|opinion)|do you have (?:any|a)|"
    r"could you|can you|how (?:do|does|would|will) (?:you|china)|would you|i wonder|does china|will china|has china|is china)\b",
    re.IGNORECASE,
)


def accusations_in_report(
    text: str, situation: Situation, side: Side, sentences: list[Sentence] | None = None, *, is_rebutted: bool = False
) -> list[AccusationHit]:
    """Accusations that a question or an article reports.

    Args:
        text: the question or paragraph, without the label.
        situation: of the exchange or article.
        side: ``question`` or ``narration``.
        is_rebutted: the answer turns something down as false, groundless or a smear. Then what somebody is reported to say
            about the home state was a charge, whatever its words.
        sentences: the text's sentences, where they are known already.
    """
    language, home = situation.language, situation.home
    hits: list[AccusationHit] = []
    rebutted: list[AccusationHit] = []
    carried: tuple[str, str | None] | None = None
    for sentence in split_sentences(text, language) if sentences is None else sentences:
        actors = [a for a in find_actors(sentence.words, language, home) if not a.is_speaker]
        accuser = _attribution(sentence.words, actors, language, home, carried)
        for match in _matches(sentence, language, frozenset({"claim", "blame"})):
            if match.frame.kind == "blame":
                hits += _blame(sentence, match, actors, situation, side, accuser)
            elif accuser:
                hits += _claim(sentence, match, actors, situation, side, accuser)
        if accuser:
            carried = accuser
            if is_rebutted and accuser[0] not in (home, UNNAMED):
                rebutted += _rebutted(sentence, actors, situation, side, accuser)
    if not any(hit.direction == "IN" for hit in hits):
        hits += rebutted[:1]
    return _one_a_pair(hits)


def _rebutted(
    sentence: Sentence, actors: Sequence[Actor], situation: Situation, side: Side, accuser: tuple[str, str | None]
) -> list[AccusationHit]:
    saying = (_SAYING_ZH if situation.language == "zh" else _SAYING).search(sentence.words)
    told = [a for a in actors if a.code == situation.home and saying and a.start >= saying.end()]
    if not told or _ASKING.search(sentence.words[: told[0].start]):
        return []
    frame = _Match(Frame("claim", None, False, _SAYING, None), told[0].start, told[0].end)
    return [_hit(sentence, frame, situation, accuser[0], accuser[1], situation.home, told[0].label, "reported", side)]


def _attribution(
    words: str, actors: Sequence[Actor], language: str, home: str, carried: tuple[str, str | None] | None
) -> tuple[str, str | None] | None:
    """Who says what the sentence reports: (code, label)."""
    if _CONTINUES.search(words) and carried:
        return carried
    saying = (_SAYING_ZH if language == "zh" else _SAYING).search(words)
    if not saying:
        return carried if words.lstrip()[:1] in "\"'" and carried else None
    named = [a for a in actors if a.code not in (home, UNNAMED)]
    before = [a for a in named if a.start < saying.end()]
    if before:
        return before[0].code, before[0].label
    if saying.group().lower() == "according to" or "report" in saying.group().lower() or _ANONYMOUS.search(words):
        source = [a for a in named if a.start - saying.end() < 40]
        return (source[0].code, source[0].label) if source and saying.group().lower() == "according to" else (UNNAMED, None)
    if [a for a in actors if a.code == home and a.start < saying.start()]:
        return None
    return None


def _claim(
    sentence: Sentence, match: _Match, actors: Sequence[Actor], situation: Situation, side: Side, accuser: tuple[str, str | None]
) -> list[AccusationHit]:
    words, home = sentence.words, situation.home
    candidates = [a for a in actors if a.code not in (accuser[0], UNNAMED)]
    before = [a for a in candidates if a.end <= match.start + 1]
    near = [a for a in candidates if a.start >= match.start and a.start - match.end < 50]
    subjects = [a for a in before if a.is_subject]
    if subjects:
        accused = subjects[-1]
    elif before:
        accused = before[-1]
    elif near:
        accused = near[0]
    else:
        return []
    if accused.code != home and any(a.code == home for a in before) and not accused.is_subject:
        accused = next(a for a in before if a.code == home)
    if _ASKING.search(words[: match.start]) and not accuser[1]:
        return []
    return [
        _hit(sentence, match, situation, accuser[0], accuser[1], actor.code, actor.label, "reported", side)
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


def _blame(
    sentence: Sentence, match: _Match, actors: Sequence[Actor], situation: Situation, side: Side, attribution: tuple[str, str | None] | None
) -> list[AccusationHit]:
    """Accuser and accused of a verb or noun of blame by its grammar: "X accused Y", "Y was accused (by X)", "X's criticism of Y"."""
    words, home = sentence.words, situation.home
    before = [a for a in actors if a.end <= match.start + 1]
    after = [a for a in actors if a.start >= match.end - 1]
    subjects = [a for a in before if a.is_subject] or before
    if _PASSIVE.search(words[: match.start]):
        if not subjects:
            return []
        accused = subjects[-1]
        by = [a for a in after if re.search(r"\bby(?: the)?\W*$", words[match.end : a.start])]
        accuser = (by[0].code, by[0].label) if by else (UNNAMED, None)
    else:
        if not after:
            return []
        accused = after[0]
        if subjects:
            accuser = (subjects[-1].code, subjects[-1].label)
        elif attribution:
            accuser = attribution
        elif side == "answer":
            return []
        else:
            accuser = (UNNAMED, None)
    if accuser[0] == accused.code or accused.code == UNNAMED:
        return []
    if side == "answer" and (accused.code != home or accuser[0] in (home, UNNAMED)):
        return []
    return [_hit(sentence, match, situation, accuser[0], accuser[1], accused.code, accused.label, "reported", side)]


# --- both --------------------------------------------------------------------------------------------------------------


def _direction(accuser: str, accused: str, home: str) -> str:
    if accused == home:
        return "IN"
    return "OUT" if accuser == home else "THIRD"


def _hit(
    sentence: Sentence, match: _Match, situation: Situation, accuser: str, accuser_label: str | None, accused: str, accused_label: str | None,
    modality: str, side: Side,
) -> AccusationHit:  # fmt: skip
    own_type = match.frame.accusation_type
    topic = topic_type((sentence.words, *situation.texts), situation.language)
    chosen = own_type if own_type and own_type not in ("A00",) else topic
    if chosen == "A00" and match.frame.kind == "wrong" and not match.frame.is_counter:
        chosen = "A03"
    start, end = _quote_span(sentence.words, match.start, match.end, situation.language)
    return AccusationHit(
        sentence.start + start, sentence.start + end, accuser, accused, accuser_label, accused_label, chosen,
        _direction(accuser, accused, situation.home), modality, side, match.frame.is_counter,
    )  # fmt: skip


QUOTE_WORDS = 20
"""The coding guide's limit for a quote of an accusation."""


def _quote_span(words: str, start: int, end: int, language: str) -> tuple[int, int]:
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


def _one_a_pair(hits: list[AccusationHit]) -> list[AccusationHit]:
    """One hit a pair and direction: the first concrete wrong, else the first; an asserted one before a reported one."""
    best: dict[tuple[str, str, str], AccusationHit] = {}
    for hit in hits:
        if hit.accuser == hit.accused:
            continue
        pair = (hit.accuser, hit.accused, hit.direction)
        if pair not in best or (hit.is_counter and not best[pair].is_counter):
            best[pair] = hit
    return sorted(best.values())
