"""Response patterns in an answer: which codes of the codebook its sentences perform, each with the words that do it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.annotate.codebook import response_phrases
from pipelines.annotate.sentences import Sentence, is_within, long_quotations, split_sentences
from pipelines.annotate.subject import is_own_act

EXCLUSION_BEFORE, EXCLUSION_AFTER = 80, 60
"""How far around a phrase its exclusions are looked for, in characters: about a clause to each side."""


@dataclass(frozen=True, slots=True, order=True)
class PatternHit:
    """``text[start:end]`` performs the pattern."""

    start: int
    end: int
    pattern_id: str


def find_patterns(text: str, language: str, home: str = "CHN", sentences: list[Sentence] | None = None) -> list[PatternHit]:
    """Response patterns that phrases of the vocabulary find, at most one hit a sentence and pattern.

    Args:
        text: an answer, without the speaker's label.
        language: ``en`` or ``zh``.
        home: ISO code of the state whose spokesperson speaks.
        sentences: the text's sentences, where they are known already.

    Returns:
        Hits in order of place, then pattern.
    """
    compiled = response_phrases(language, home)
    quotations = long_quotations(text, language)
    hits: list[PatternHit] = []
    for sentence in split_sentences(text, language) if sentences is None else sentences:
        seen: set[str] = set()
        for number in compiled.index.candidates(sentence.words):
            phrase = compiled.phrases[number]
            if phrase.code in seen:
                continue
            for match in phrase.expression.finditer(sentence.words):
                start, end = match.span()
                if is_within(quotations, sentence.start + start, sentence.start + end):
                    continue
                if phrase.exclude and phrase.exclude.search(
                    sentence.words, max(0, start - EXCLUSION_BEFORE), min(len(sentence.words), end + EXCLUSION_AFTER)
                ):
                    continue
                if phrase.needs_speaker and not is_own_act(sentence.words, start, home, language):
                    continue
                seen.add(phrase.code)
                hits.append(PatternHit(sentence.start + start, sentence.start + end, phrase.code))
                break
    return sorted(hits)


_FIGURE = re.compile(
    r"\b(?:\d[\d,.]*(?: percent| million| billion|%)?|(?:January|February|March|April|May|June|July|August|September|October|November|December) \d+|"
    r"two|three|four|five|six|seven|eight|nine|ten|yesterday|today|tomorrow|this (?:morning|afternoon|week|month|year)|last (?:week|month|year)|"
    r"first|second|third|\d+(?:st|nd|rd|th))\b",
)
_EVENT = re.compile(
    r"\b(?:will|to) (?:be held|visit|attend|hold|meet|lead|host|chair|pay|travel|arrive|exchange views|co-chair|deliver)\b|"
    r"\b(?:met|visited|attended|held|signed|hosted|launched|reached|issued|announced|sent|donated|co-chaired|arrived|established|completed|opened|took place|"
    r"was held|were held|was signed|injured|killed|rescued|confirmed|provided|conducted|adopted|released|informed|reported|agreed|dispatched|carried out|notified|"
    r"has been held|purchased|registered|scheduled|grew|consists|contains|attend)\b",
    re.IGNORECASE,
)
_EVENT_ZH = re.compile(
    r"(?:将|会)(?:于|在|同|率|会见|出席|访问|举行|主持|应邀)|应[^，。]{2,30}邀请|\d+(?:月|日|名|人|年|亿|万|个|%|％|届|次|项)|签署了?|举行了?|率团|会见|出席|访华|访问|启动|抵达|启程"
)
_STANCE = re.compile(
    r"\b(?:should|must|urge|hope|oppos\w+|believe|firmly|interfer\w+|smear\w*|wrong|groundless)\b|敦促|希望|反对|应当|必须|错误|抹黑|干涉",
    re.IGNORECASE,
)

FACTUAL_LEAST_SENTENCES, FACTUAL_LEAST_SHARE = 2, 0.34
"""A factual brief has at least two sentences of facts, or one that is a third of the answer (chosen on the half that rules are built on)."""


def brief_by_rule(sentences: list[Sentence], hits: list[PatternHit], language: str) -> Sentence | None:
    """The first sentence of facts (dates, figures, visits, casualties, measures), where they are a sizeable part of an answer.

    Args:
        sentences: of the answer.
        hits: its response patterns; a sentence that takes a stance gives no mere facts.
        language: ``en`` or ``zh``.
    """
    stance = [hit for hit in hits if hit.pattern_id not in ("R33", "R32", "R04", "R05", "R19")]
    facts = [
        s
        for s in sentences
        if _is_fact(s.words, language) and not any(s.start <= hit.start < s.end for hit in stance) and not _STANCE.search(s.words)
    ]
    if not facts:
        return None
    share = sum(len(s.words) for s in facts) / sum(len(s.words) for s in sentences)
    is_sizeable = share >= FACTUAL_LEAST_SHARE or (len(facts) >= FACTUAL_LEAST_SENTENCES and share >= FACTUAL_LEAST_SHARE / 2)
    return facts[0] if is_sizeable else None


BRIEF_WORDS, BRIEF_CHARACTERS_ZH = 15, 40
"""How much of a sentence of facts is quoted: the coding guide's limit for a pattern's quote."""


def brief_hit(sentence: Sentence, language: str) -> PatternHit:
    """R38 on the beginning of a sentence of facts."""
    if language == "zh":
        return PatternHit(sentence.start, min(sentence.end, sentence.start + BRIEF_CHARACTERS_ZH), "R38")
    words = list(re.finditer(r"\S+", sentence.words))[:BRIEF_WORDS]
    return PatternHit(sentence.start + words[0].start(), sentence.start + words[-1].end(), "R38")


def _is_fact(words: str, language: str) -> bool:
    if language == "zh":
        return bool(_EVENT_ZH.search(words))
    return bool(_FIGURE.search(words) and _EVENT.search(words))
