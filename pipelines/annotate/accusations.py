"""Accusations by grammar alone: who lays which wrong on whom, in a question, an answer or a paragraph of an article.

An answer speaks for the home state: a wrong act that it lays on another actor is an accusation OUT. A question (or an
article) reports: its accuser is the subject of the verb of saying or blaming, its accused the agent of the wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from pipelines.annotate.actors import UNNAMED, Actor
from pipelines.annotate.frames import Frame, FrameMatch, or_history, topic_type
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
        friends: actors that the answer speaks of as friends.
    """

    home: str
    language: str
    other: str | None
    other_label: str | None
    adversaries: tuple[str, ...]
    friends: frozenset[str]


# Whom the speaker thanks, praises, pities or calls a partner is not whom an unnamed wrong is laid on.
_FRIENDLY = re.compile(
    r"\b(?:appreciat\w+|applaud\w*|commend\w*|thank(?:s|ed|ful)?|friend(?:s|ly|ship)|strategic (?:\w+ )?partner\w*|congratulat\w+|condolences?|"
    r"sympath\w+|objective and (?:just|fair|impartial))\b|赞赏|感谢|友好|友谊|祝贺|慰问|哀悼|客观公正|有道理|公道话|高度评价|战略协作|伙伴关系|仗义执言|坚定支持|相互支持",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)
def _is_friendly(words: str) -> bool:
    """Whether a sentence has a word of friendship; remembered, as rules and filter ask for the same sentences."""
    return _FRIENDLY.search(words) is not None


def friends(readings: Sequence[Reading], home: str) -> frozenset[str]:
    """Codes of the actors that a sentence of the answer without any wrong speaks of as friends."""
    friendly = [
        r for r in readings if r.is_answer and r.actors and _is_friendly(r.words) and not any(m.frame.kind == "wrong" for m in r.frames)
    ]
    return frozenset(a.code for r in friendly for a in r.actors) - {home, UNNAMED}


def main_other(readings: Sequence[Reading], home: str, language: str, befriended: frozenset[str]) -> tuple[str | None, str | None]:
    """The actor that is named most, with its first label; a question counts twice, so does a subject.

    Neither friends nor victims count, nor in Chinese what is only a topic or an object.
    """
    counts: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for reading in readings:
        for actor in others(reading.actors, home, reading.words):
            if actor.code not in (UNNAMED, *befriended) and (actor.is_subject or language == "en"):
                counts[actor.code] += (1 if reading.is_answer else 2) * (2 if actor.is_subject else 1)
                labels.setdefault(actor.code, actor.label)
    if not counts:
        return None, None
    code = min(counts, key=lambda c: (-counts[c], c))
    return code, labels[code]


def others(actors: Sequence[Actor], home: str, words: str) -> list[Actor]:
    """Actors that may be charged: neither the home state nor a bystander, nor named in one breath with it ("China and Russia"), nor
    the object of a wrong ("sanctions on Iran").
    """
    beside: set[Actor] = set()
    chain: list[Actor] = []
    for actor in actors:
        if chain and not _JOINED.fullmatch(words[chain[-1].end : actor.start]):
            chain = []
        chain.append(actor)
        if any(a.code == home for a in chain):
            beside.update(chain)
    return [
        a
        for a in actors
        if a not in beside and a.code not in (home, *BYSTANDERS) and not _VICTIM.search(words[max(0, a.start - 50) : a.start])
    ]


# --- answers -----------------------------------------------------------------------------------------------------------

_PRONOUN = re.compile(r"\b(?:it|they|he|she|them|its|their|his|her|this|that|these|those|such|who|which)\b", re.IGNORECASE)
_AGENT = re.compile(r"\b(?:by|from|of|in|on the part of)(?: the| some| certain| a few)?\W*$", re.IGNORECASE)
_OBJECT = re.compile(r"\b(?:on|against|to|toward|towards|into|for|over|about|at|with)(?: the| all)?\W*$", re.IGNORECASE)
_VICTIM = re.compile(
    r"\b(?:sanction(?:s|ed|ing)?|pressure|wars?|smear\w*|slander\w*|attack\w*|interfer\w+|meddl\w+|aggression|blockade|embargo|tariffs|accusations?|"
    r"threats?|invasion|surveillance|hostility|bullying)(?: \w+)? (?:on|against|in|into|towards?|upon)(?: the| all)?\W*$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"(?:'s)?\W*(?:,|、|和|与|,? ?\b(?:and|or)\b)\W*(?:the )?(?:'s)?", re.IGNORECASE)
_VAGUE_STATE = re.compile(r"countr|国家|那些|势力|媒体|有人", re.IGNORECASE)
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
_DENIED_BEFORE_ZH = re.compile(r"(?:从不|不搞|没有|从未|不会|绝不|从来|不存在|反对任何|不是)[^，。]{0,8}$|反$")
_DENIED_AFTER_ZH = re.compile(r"[^，。]{0,12}的(?:抵制|反对|对冲|回应|回击|谴责)")

# Whoever opposes a wrong does not do it: "we oppose X", "Putin objects to X". Up to the next comma nobody else must be named.
_OPPOSED = re.compile(
    r"\b(?:oppos\w+|against|object(?:s|ed|ing|ions?)? to|reject\w*|resist\w*|condemn\w*|criticiz\w+)(?! (?:this|these|such|that|those|the relevant|its|their))\b",
    re.IGNORECASE,
)
_OPPOSED_ZH = re.compile(r"(?:反对|抵制|谴责|反驳|批评)(?!此|这|该|有关|上述|其|类似)")
_AVOIDED_ZH = re.compile(r"避免|防止|预防|制止|摒弃|不应|不得|不能|也不|更不|如果|倘若")
_GNOMIC_ZH = re.compile(r"[^。]{0,16}(?:只会|只能|无助于|不可能|没有出路|都不|不可接受|不得人心|解决不了)")
_DONE_TO_LAST = re.compile(r"(?: \w+)? (?:on|against|towards?) (?:them|it|him|her)\b", re.IGNORECASE)
# What is opposed whoever does it, and a wrong that is only asked back about.
_GENERAL_ZH = re.compile(
    r"(?:反对|不容|不允许|抵制)[^，。；]{0,4}(?:任何|一切|一国|其他国家)|(?:任何|一切)[^，。；]{0,30}(?:行为|做法|企图|图谋|行径)"
)
_ASKED_BACK_ZH = re.compile(r"(?:你|您)?(?:是指|是不是指|指的是)[^。]*[吗？?]")
# "作为危机的始作俑者，美国…": who is meant follows the comma.
_APPOSITION = re.compile(r"(?:^|[，。；])\W*作为[^，。；]*$|(?:^|[,.;:] )\W*as (?:the|a|an)\b[^,;:]*$", re.IGNORECASE)
_REPORTS = re.compile(
    r"\b(?:sa(?:ys?|id)|claim\w*|alleg\w+|evidence|accus\w+|believ\w+|suggest\w*|assert\w*)\b[^,;:.]{0,20}$|(?:称|表示|声称|妄称|诬称|认为|指责|宣称|说)，?[“\"]?$",
    re.IGNORECASE,
)


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
        subjects = [a for a in others(reading.actors, home, reading.words) if a.code not in (UNNAMED, *situation.friends) and a.is_subject]
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
    clause = max(words.rfind(mark, 0, match.start) for mark in ";:，；") + 1
    denied = _DENIED_BEFORE_ZH if language == "zh" else _DENIED_BEFORE
    charged = others(actors, home, words)
    general = _GENERAL.search(words) if language == "en" else _is_general_in_chinese(words, clause, match, charged)
    if general or denied.search(words[: match.start]) or _is_reported_of_home(words, match.start, actors, home):
        return []
    opposed = list((_OPPOSED if language == "en" else _OPPOSED_ZH).finditer(words, clause, match.start))
    if opposed:
        charged = [a for a in charged if a.start >= opposed[-1].start()]
    elif _APPOSITION.search(words[: match.start]):
        charged = [a for a in charged if a.start >= match.end and a.is_subject][:1]
        return [_named(a, last, adversaries) for a in charged]
    before = [a for a in charged if a.end <= match.start + 1]
    subjects = [a for a in before if a.is_subject]
    if language == "zh":
        charged = [a for a in charged if a.is_subject]
    possessors = [
        a
        for a in before
        if match.start - a.end < 25 and not re.search(r"[,;:]", words[a.end : match.start]) and not _OBJECT.search(words[: a.start])
    ]
    inside = [a for a in charged if match.start <= a.start < match.end and not _OBJECT.search(words[: a.start])]
    following = [a for a in charged if match.end - 1 <= a.start < match.end + 60]
    agents = [a for a in following if _AGENT.search(words[max(match.end - 1, a.start - 14) : a.start])]
    own = [a for a in actors if a.code == home and a.end <= match.start + 1 and a.is_subject]
    if subjects:
        return [_named(a, last, adversaries) for a in _with_joined(subjects[-1], subjects, words)]
    for found in (inside, agents, possessors):
        if found:
            return [_named(found[-1] if found is possessors else found[0], last, adversaries)]
    if not adversaries and (opposed or (language == "zh" and not charged and _is_principle(words, match))):
        return []
    if _DONE_TO_LAST.match(words, match.end):
        return []
    if own and language == "en" and not _PRONOUN.search(words[own[-1].end : match.start]):
        return []
    if own and language == "zh" and not _STANCE_ZH.search(words[clause : match.start]) and own[-1].start >= clause:
        return []
    return [last] if last[0] else []


def _is_general_in_chinese(words: str, clause: int, match: FrameMatch, charged: Sequence[Actor]) -> bool:
    """Whether the wrong is "any act of any state", one that others turn down, or one that is only asked back about."""
    general = _GENERAL_ZH.search(words, clause)
    if general and not any(general.start() <= a.start < general.end() for a in charged):
        return True
    return bool(_DENIED_AFTER_ZH.match(words, match.end) or _ASKED_BACK_ZH.search(words))


def _is_principle(words: str, match: FrameMatch) -> bool:
    """Whether a wrong that nobody is named for is only said to be avoided, or to lead nowhere."""
    return bool(_AVOIDED_ZH.search(words, 0, match.start) or _GNOMIC_ZH.match(words, match.end))


def _is_reported_of_home(words: str, start: int, actors: Sequence[Actor], home: str) -> bool:
    """Whether the wrong is the home state's in the words of another: "he said that China is sabotaging the harbour"."""
    before = [a for a in actors if a.end <= start + 1 and a.is_subject]
    if len(before) < 2 or before[-1].is_speaker or re.search(r"[,;:，；。]", words[before[-1].end : start]):
        return False
    chain = _with_joined(before[-1], before, words)
    if all(a.code != home for a in chain):
        return False
    does = re.match(r"(?: \w+)? (?:is|was|has|had|are|were|will|would|\w+ed|\w+s)\b|[^的]{0,12}$", words[before[-1].end : start])
    return bool(does) and bool(_REPORTS.search(words[: chain[0].start]))


def passes_on_a_charge(reading: Reading, home: str) -> bool:
    """Whether every wrong in the sentence is one that another is reported to lay on the home state."""
    wrongs = [m for m in reading.frames if m.frame.kind in ("wrong", "claim")]
    return bool(wrongs) and all(_is_reported_of_home(reading.words, m.start, reading.actors, home) for m in wrongs)


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
    if situation.language == "zh":
        # Objects of a verb and topics are no agents; the home state may be named as "China's policy".
        before, near = ([a for a in actors if a.is_subject or a.code == home] for actors in (before, near))
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
# "China refused to condemn", "will China condemn", "中方是否会谴责": a charge that is missing, or asked for.
_NOT_BLAMED = re.compile(
    r"\b(?:refus\w+|declin\w+|fail\w*|not|n't|never|without)(?: \w+){0,2} (?:to )?$|(?:拒绝|没有|并未|从未|不愿|不会|避免|为什么|为何)[^，。；]{0,10}$",
    re.IGNORECASE,
)
_ASKED_TO_BLAME = re.compile(
    r"^\W*(?:will|would|does|do|has|have|is|should|can)\b|\b(?:whether|will|would)\b|是否|会否|能否|会不会", re.IGNORECASE
)
_OF_THEM_ZH = re.compile(r"^(?:其|他|她|它)")
_NOUN_OF_BLAME_ZH = re.compile(r"(?:的[^，。的]{0,4}|提出(?:正式|严重|无端)?)$")
_BY = re.compile(r"\bby(?: the)?\W*$")


def _blame(reading: Reading, match: FrameMatch, situation: Situation, side: Side, source: Source | None) -> list[AccusationHit]:
    """Accuser and accused of a verb or noun of blame by its grammar: "X accused Y", "Y was accused (by X)", "X's criticism of Y"."""
    words, home = reading.words, situation.home
    before = [a for a in reading.actors if a.end <= match.start + 1]
    after = [a for a in reading.actors if a.start >= match.end - 1]
    subjects = [a for a in before if a.is_subject] or before
    if _NOT_BLAMED.search(words[: match.start]):
        return []
    if side != "answer" and subjects and subjects[-1].code == home and _ASKED_TO_BLAME.search(words[: match.start]):
        return []
    if situation.language == "zh":
        opening = re.search(r"(?:^|[，；。、])(?:并|还|再次|又)*$", words[: match.start])
        if opening and subjects:
            # A clause that begins with its verb goes on with the subject of the clause before.
            subjects = subjects[:1]
        objects = [a for a in before if subjects and a.start > subjects[0].start and not a.is_subject]
        if _OF_THEM_ZH.match(words[match.end :]) and len(before) > 1:
            after = objects[:1] or before[1:2]
        elif _NOUN_OF_BLAME_ZH.search(words[: match.start]) and objects:
            after, subjects = objects[-1:], [a for a in subjects if a.start < objects[-1].start]
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
    """The hit with the type that the subject words of the closest text tell, unless its frame told one; a war of the past is history.

    Args:
        hit: of the rules.
        texts: its sentence, then wider ones.
        language: ``en`` or ``zh``.
    """
    if hit.accusation_type != UNTYPED:
        return replace(hit, accusation_type=or_history(hit.accusation_type, texts[0], language))
    topic = topic_type(texts, language)
    if topic == UNTYPED and hit.direction == "OUT" and not hit.is_counter:
        topic = "A03"  # A smear or an interference without a content of its own (coding guide).
    return replace(hit, accusation_type=or_history(topic, texts[0], language))


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


LEAST_QUOTE_CHARACTERS_ZH = 6
"""A shorter clause in Chinese is quoted with the one that follows."""

QUOTE_WORDS = 20
"""The coding guide's limit for a quote of an accusation."""


_CLAUSE_END = re.compile(r"(?<!\d)[;,:]|[;,:](?!\d)|\.(?=\W*$)")
"""No comma of 10,696, and no stop of "U.S." or 3.5: sentences are split already, so that only the last stop ends one."""
_CLAUSE_END_ZH = re.compile(r"[，；。]")


def quote_span(words: str, start: int, end: int, language: str) -> tuple[int, int]:
    """The clause around the words that decide, at most 20 words (40 characters in Chinese), never cutting a word."""
    marks = [mark.start() for mark in (_CLAUSE_END_ZH if language == "zh" else _CLAUSE_END).finditer(words)]
    left = max((mark for mark in marks if mark < start), default=-1) + 1
    right = min((mark for mark in marks if mark >= end), default=len(words))
    while left < start and words[left].isspace():
        left += 1
    right = max(right, end)
    if language == "zh":
        if right - left < LEAST_QUOTE_CHARACTERS_ZH:
            # "据报道" alone says nothing: the clause that follows belongs to it.
            right = min((mark for mark in marks if mark > right), default=len(words))
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
