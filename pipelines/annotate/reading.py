"""A sentence read for accusations: its actors, its frames, and whose words a reported sentence passes on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.annotate.actors import UNNAMED, Actor, find_actors
from pipelines.annotate.frames import FrameMatch, find_frames
from pipelines.annotate.sentences import Sentence

BYSTANDERS = frozenset({"UNO"})
"""In an answer the United Nations are the stage on which wrongs are named, hardly ever the accused (none of 360 labelled)."""

Source = tuple[str, str | None]
"""Code and label of whoever says what a sentence reports; no label where the text names nobody."""

SAYING = {
    "en": re.compile(
        r"\b(?:said|says?|saying|claim(?:s|ed|ing)?|alleg(?:e[sd]?|ing|ations?|edly)|stated|warn(?:s|ed|ing)?|suggest(?:s|ed|ing)?|told|tweeted|wrote|"
        r"writes?|argu(?:e[sd]?|ing)|believes?|believed|reported(?:ly)?|reports?|according to|announced|declared|assert(?:s|ed|ing)?|insist(?:s|ed)?|"
        r"disclosed|call(?:s|ed|ing)|urg(?:e[sd]?|ing)|describ(?:es?|ed|ing)|expressed|voiced|concerns?|released|issued|shows?|found|revealed|quoted|"
        r"noted|think|thinks|accus\w+|charg(?:e[sd]?|ing)|indict\w*|sanction(?:s|ed)?|detected|attribut\w+|adding|published|indicat\w+|statement|speech|"
        r"letter|report|evidence|pointing)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"称|表示|说|认为|报道|声称|指出|宣布|发表|报告|声明|指控|警告|批评|指责|谴责"),
}
_ANONYMOUS = re.compile(
    r"^\W*(?:(?:according to|some|there (?:are|were|have been)|we(?:'ve| have)? (?:seen|heard)|media|it (?:is|was|has been|'s been) )?\s*"
    r"(?:\w+ ){0,2}(?:reported|reports?|reportedly|media reports?|sources))\b|^\W*据报道|^\W*有报道",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^\W*(?:and |but |also,? )?(?:he|she|they|it|the (?:statement|report|spokesperson|letter|official|minister|senator))\b|^\W*(?:他|她|其)",
    re.IGNORECASE,
)
_CITING = re.compile(r"\b(?:citing|quoting)\b|援引|引述")
_HEARSAY_ZH = re.compile(r"^\W*据[^，。]{0,16}报道称?，")
_LISTED_ZH = re.compile(r"[、和与]$")
ASKING = re.compile(
    r"\b(?:what(?:'s| is| are)? (?:is )?(?:your|the (?:foreign|ministry)|\w+'s) (?:\w+ )?(?:comments?|response|view|reaction|take|position|opinion)|"
    r"do you have (?:any|a)|could you|can you|how (?:do|does|would|will) (?:you|\w+) (?:\w+ )?(?:respond|comment|view|see|react)|would you|i wonder)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence says about actors.

    Attributes:
        turn: number of the turn that holds it.
        is_answer: it is the spokesperson's.
        actors: in order of place; in what is not the spokesperson's, without "we" and "our".
        frames: in order of place.
        source: who says it, for reported sentences; None where the sentence shows nobody.
        carried_source: the last source before this sentence in the same turn.
        last_subject: code of the other actor that was the last subject before this sentence.
    """

    turn: int
    sentence: Sentence
    is_answer: bool
    actors: tuple[Actor, ...]
    frames: tuple[FrameMatch, ...]
    source: Source | None
    carried_source: Source | None
    last_subject: str | None

    @property
    def words(self) -> str:
        """The sentence's straightened text."""
        return self.sentence.words


def read_turns(turns: Sequence[tuple[bool, Sequence[Sentence]]], language: str, home: str) -> list[list[Reading]]:
    """Read the sentences of an exchange or an article.

    Args:
        turns: (is an answer, sentences) in page order.
        language: ``en`` or ``zh``.
        home: ISO code of the state whose spokesperson speaks.
    """
    readings: list[list[Reading]] = []
    subject: str | None = None
    for number, (is_answer, sentences) in enumerate(turns):
        of_turn: list[Reading] = []
        carried: Source | None = None
        for sentence in sentences:
            actors = find_actors(sentence.words, language, home)
            if not is_answer:
                actors = tuple(a for a in actors if not a.is_speaker)
            source = None if is_answer else _source(sentence.words, actors, language, home, carried)
            frames = find_frames(sentence.words, language)
            of_turn.append(Reading(number, sentence, is_answer, actors, frames, source, carried, subject))
            carried = source or carried
            subject = next((a.code for a in actors if a.is_subject and a.code not in (home, UNNAMED, *BYSTANDERS)), subject)
        readings.append(of_turn)
    return readings


def _source(words: str, actors: Sequence[Actor], language: str, home: str, carried: Source | None) -> Source | None:
    """Who says what the sentence reports."""
    if carried and _CONTINUES.search(words):
        return carried
    saying = SAYING[language].search(words)
    if not saying:
        return carried if not ASKING.search(words) else None
    named = [a for a in actors if a.code not in (home, UNNAMED)]
    citing = _CITING.search(words)
    cited = next((a for a in named if citing and 0 <= a.start - citing.end() < (12 if language == "zh" else 30)), None)
    if cited:
        return cited.code, cited.label
    hearsay = _HEARSAY_ZH.search(words) if language == "zh" else None
    if hearsay:
        # "据报道，X称…": not the paper but X says it.
        told = SAYING["zh"].search(words, hearsay.end())
        tellers = [a for a in named if told and hearsay.end() <= a.start < told.start() and a.is_subject]
        tellers = [a for a in tellers if not _LISTED_ZH.search(words[: a.start])]
        if tellers:
            return tellers[-1].code, tellers[-1].label
    before = next((a for a in named if a.start < saying.end()), None)
    if before:
        return before.code, before.label
    verb = saying.group().lower()
    if verb == "according to":
        after = next((a for a in named if a.start - saying.end() < 40), None)
        return (after.code, after.label) if after else (UNNAMED, None)
    if "report" in verb or _ANONYMOUS.search(words):
        return UNNAMED, None
    return None
