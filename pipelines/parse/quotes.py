"""Who said what in a news article: direct and indirect quotes with their speaker, by the grammar of attribution.

English news prose attributes in few ways: subject and verb of saying before the words (``Smith said that …``), after
them (``"…," Smith said`` / ``said spokesman John Smith``), in the middle (``…, he noted, …``), by a participle that
keeps the subject (``…, adding that …``) or by ``according to``. The rules here are those; a quote carries the name of
the rule that tied it to its speaker:

======================= ===============================================================================================
``after``               words in marks, then subject and verb: ``"…," Smith said``
``before``              subject and verb, then the words in marks: ``Smith said: "…"``, ``reiterated that X "…"``
``continued``           a sentence in marks without a verb of saying, after one by the same speaker in the paragraph
``continued_paragraph`` the same across paragraphs
``subject``             words in marks in a sentence about a speaker, without a verb of saying
``repeated``            words in marks given to a body or nobody at first and to a person, within longer ones, later on
``unattributed``        words in marks that nobody is named for
``that_clause``         reported speech after subject, verb and ``that``, which is often left out
``trailing``            reported speech before subject and verb: ``…, he added``
``parenthetical``       reported speech around subject and verb: ``What counts, she noted, is …``
``participle``          reported speech after ``adding``, ``saying``, ``stressing`` …
``noun``                reported speech after somebody's ``remarks that``, ``claim that`` …
``according_to``        reported speech beside ``according to`` somebody
``speech_act``          a demand, charge or denial that tells what it is about: ``urged X to …``; the verb is part of it
======================= ===============================================================================================

An act whose words stay untold (``rejected the charges``, ``declined to comment``) is no quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

# --- vocabulary of attribution: closed classes of English, no names -----------------------------------------------------

_NEEDS_THAT = re.compile(r"(?:report(?:s|ed)|answered|replied|responded|maintain(?:s|ed)|began|continued)\b")
"""Verbs that take other objects too: they report a clause, known by ``that`` or a finite verb, or words in marks."""

_QUOTED_AS = r"(?:was|were|is|has been|have been)\s(?:also\s)?(?:quoted|cited)(?:\sby\s[^,“”]{2,60}?)?\sas\ssaying"
_SAYING = (
    "said|says|say|told|tells|added|adds|noted|notes|stressed|stresses|reiterated|reiterates|emphasi[sz]ed|pointed out|points out"
    "|explained|stated|states|claimed|argued|argues|insisted|insists|warned|warns|announced|confirmed|acknowledged|admitted"
    "|reaffirmed|underlined|underscored|revealed|remarked|asserted|declared|maintained|maintains|mentioned|indicated|recalled"
    "|specified|replied|answered|responded|predicted|complained|contended|alleged|cautioned|observed|disclosed|conceded"
    "|concluded|continued|began|countered|assured|reported|reports|wrote|tweeted|quipped|joked|highlighted|clarified|elaborated"
    r"|made clear|made it clear|went on(?!\sto\b)"
)
_DIRECTING = (
    "urged|urges|called on|called upon|called for|calls on|calls for|demanded|demands|vowed|vows|pledged|pledges|promised"
    "|threatened|encouraged|exhorted|implored|advised|warned against"
)
_CHARGING = (
    r"(?:accused|accuses)(?=\s[^,.;]{2,90}?\sof\s)|(?:denied|denies)(?=\s(?:that|\w+ing)\b)|(?:blamed|blames)(?=\s[^,.;]{2,90}?\sfor\s)"
)
_JUDGING = (
    "asked|appealed|rejected|rejects|denied|denies|refuted|refutes|dismissed|dismisses|condemned|condemns|criticized|criticised"
    "|criticizes|slammed|slams|blasted|denounced|denounces|lambasted|lashed out|accused|blamed|lauded|lauds|praised|praises|hailed"
    "|hails|welcomed|welcomes|applauded|opposed|opposes|protested|rebuked|defended|described|describes|called|calls|termed|labell?ed"
    "|branded|brushed off|deplored|thanked|congratulated|downplayed|played down|questioned|disputed|decried|expressed|expresses"
    "|voiced|shared|commented|conveyed|characterized|portrayed|spoke|referred to|hoped"
)
VERB_OF_SAYING = re.compile(
    rf"(?<![\w’'-])(?:(?P<quoted>{_QUOTED_AS})|(?P<directing>{_DIRECTING}|{_CHARGING})|(?P<saying>{_SAYING})|(?P<judging>{_JUDGING}))(?![\w-])"
)

_PARTICIPLE = re.compile(
    r"(?:(?:[,”]|\s(?:and|while|but))\s|\s(?=saying\b))(?P<verb>"
    r"(?P<directing>urging|calling (?:on|upon|for)|demanding|vowing|pledging|promising|threatening|accusing|warning(?=\s(?!that\b)[^,.;]{2,60}?\s(?:against|of|about)\b))"
    r"|(?P<saying>adding|saying|noting|stressing|emphasi[sz]ing|warning|insisting|pointing out|explaining|arguing|claiming|reiterating"
    r"|stating|telling reporters|reaffirming|underlining|underscoring|acknowledging|asserting|suggesting|cautioning|alleging)"
    r"|(?P<judging>calling|describing|labell?ing|branding|terming|expressing|dismissing|condemning|denouncing|praising|hailing)"
    r")(?![\w-])"
)
_ACCORDING = re.compile(r"(?<![\w-])[Aa]ccording to\s+(?P<source>[^,.;“”]+)")

_NOUN = re.compile(
    r"['’]s?\s(?:own\s)?(?:comments?|remarks?|claims?|statements?|assertions?|warnings?|announcement|words|view|belief)\s(?:[^\s,“”]+\s){0,3}?that\s"
    r"|\b(?:comments?|remarks?|claims?|statements?|assertions?|warnings?|announcement|words)\s(?:of|by|from)\s(?P<author>[^,;:“”]{2,90}?)\sthat\s"
)
_OCCASION_TOLD = re.compile(
    r"[,”]\s(?:referring to|in (?:an apparent )?(?:reference|response|reply) to|responding to|in response|(?:when )?asked|commenting on|citing|according to)\b"
)

_SPOKES = r"spokes(?:man|woman|person|men|women|people|persons)"
_SPOKES_OFFICE = re.compile(rf"{_SPOKES}|press secretary", re.IGNORECASE)
_OFFICE_NOUN = (
    rf"(?:{_SPOKES}|press secretar(?:y|ies)|press officer|(?:under-?)?secretar(?:y|ies)(?:[- ]general)?|attorney general|ministers?|presidents?|premier"
    r"|chancellor|chairman|chairwoman|chairperson|chair|chief|directors?(?:[- ]general)?|ambassadors?|commissioners?|commander"
    r"|admiral|general|lieutenant|colonel|major|captain|officials?|envoy|representatives?|professors?|experts?|analysts?|researchers?"
    r"|fellow|head|leader|lawmakers?|senators?|congressman|congresswoman|governors?|mayor|advis[eo]rs?|counc?sell?ors?|councill?ors?"
    r"|diplomats?|scholars?|economists?|coordinator|negotiator|consul(?:[- ]general)?|king|queen|prince|pope|speaker|officer|editor"
    r"|managers?|executive|nominee)"
)
_DEPARTMENTS = (
    r"(?:State|Defen[cs]e|Foreign Affairs|Public Security|State Security|Commerce|Finance|Homeland Security|External Affairs|Health|Justice"
    r"|Energy|Treasury|Agriculture|Education|Labou?r|Transport|Culture|Interior|the Interior|the Treasury|Trade|National Defen[cs]e)"
)
_GROUPS = (
    r"(?:sources?|observers?|critics|media|newspapers?|magazine|broadcaster|network|reports?|residents?|police|authorities|witnesses|statements?|communiqu[eé]|document|letter|study"
    r"|notice|paper|ministr(?:y|ies)|department|embassy|consulate|government|administration|agency|office|bureau|commission|council"
    r"|committee|company|sides?|part(?:y|ies)|military|army|palace|union|alliance|bloc|court|parliament|cabinet|republicans|democrats"
    r"|countries|nations|governments|companies|(?:reporter|journalist)s?|protesters|activists|groups?)"
)
_CAPITAL = r"(?<!\w)(?:(?:[A-Z]\.)+|[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’-]*)"
_NAME = rf"{_CAPITAL}(?: (?:(?:al|bin|ben|de|del|della|da|dos|du|el|la|le|van|von|der|den|ter|ibn)[ -]){{0,2}}{_CAPITAL}){{0,5}}"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|March|April|May|June|July|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
_NO_NAMES = frozenset(
    "The A An This That These Those It He She They We I You His Her Their Its Our My But And Or So As In On At For From With By After "
    "Before When While If Although Though Since Asked Also However Meanwhile Earlier Later Here There What Whether Who Which How Why "
    "Some Many Most All Both Several Other Others Another Any No Not Such Speaking Responding Commenting Regarding Instead Moreover "
    "Besides Then Today Yesterday Now More Only To Despite During Under Over Of Mr Ms Mrs Dr Monday Tuesday Wednesday Thursday "
    "Friday Saturday Sunday January February March April June July August September October November December".split()
)
_BODY = (
    r"(?:House|Ministry|Department|Office|Pentagon|Kremlin|Embassy|Consulate|Council|Commission|Committee|Union|Nations|Bank|Agency"
    r"|Organi[sz]ation|Bureau|Administration|Government|Parliament|Congress|Senate|Palace|Party|Court|Institute|University|Association"
    r"|Street|News|Times|Daily|Post|Journal|Branch|Cent(?:er|re)|Foundation|Group|Force|Army|Navy|Command|Fund|Forum|League|Corporation|Company"
    r"|Inc|Corp|Ltd|Ministries|Affairs)"
)
_BODY_WORD = re.compile(
    rf"(?:{_BODY}|Korea|States|Kingdom|Arabia|Zealand|Africa|Republic|Emirates|Delhi|Kong|Lanka|Rica|Verde|Faso|Guinea)"
)
_PLACE_BEGINS = frozenset("North South East West New Saudi United Great Hong Sri Costa El San".split())
_OFFICE_ADJECTIVES = frozenset(
    "foreign defense defence deputy vice senior chief former acting assistant associate state principal executive top special"
    " presidential prime public national affairs chinese american".split()
)
_NO_OFFICE_WORDS = frozenset(
    "a an the this that these those its his her their our my of for to in on at by with from as and or but when while who which whose"
    " said says say told tells added noted according quoted was were is are be been being has have had one another any some also than"
    " named called then reporters".split()
)

# What may stand between subject and verb: time, adverbs, auxiliaries, phrases of place and occasion.
_TIME = (
    rf"(?:(?:on|late|early|late on|early on)\s)?{_WEEKDAY}(?:\s(?:morning|afternoon|evening|night))?|on\s{_MONTH}\s\d{{1,2}}(?:,\s\d{{4}})?"
    r"|(?:earlier\s)?(?:today|yesterday|this week|this month|last week|last month)|earlier|later|recently"
)
_EVENT = (
    r"(?:briefings?|(?:press\s|news\s)?conferences?|statements?|interviews?|hearings?|press(?!\s(?:conference|briefing|release))|reporters|journalists|gaggle|speech|address|tweets?|posts?|remarks|call"
    r"|meetings?|forum|Twitter|X|Facebook|Weibo|visit|summit|ceremony|e-?mail|telephone|website|show|event|release|seminar|talks|session"
    r"|media|questions?|newspaper|agency|report|letter|trip|tour|response|reply|comments?|lawmakers|officials|leaders|members|[A-Z]\w+(?:\s[A-Z]\w+)*)"
)
_OCCASION = rf"(?:to|in|at|during|after|via|on|aboard|through|before|following|with|of|from|for)\s(?:[^,;:“”]{{0,80}}?\s)?{_EVENT}"
_FILL = re.compile(
    rf"(?:^|\s)(?:{_TIME}|also|again|further|then|repeatedly|once again|once|has|have|had|will|would|strongly|firmly|\w{{3,}}ly|too|never|always|long"
    r"|just|ever|in turn|for (?:his|her|its) part|here|there|did|does|do|not|who|however|therefore|thus|who (?:has|have|had))$"
)
_FINITE = r"(?:is|are|was|were|has|have|had|will|would|can|could|should|must|may|might|does|do|did|not|cannot|needs?|remains?)"
_ADDRESSEE = re.compile(rf"(?:\s(?:also\s|again\s)?(?:{_TIME}|(?:{_OCCASION}))(?=[\s,.:;“]|$))+")
_ANY_UNTIL_THAT = rf"(?:\s(?!that\b)(?!{_FINITE}\s)[^\s,.:;“”]+){{0,13}}(?=\sthat\s)"
_BEFORE_THAT = re.compile(
    rf"\s(?:to|in|at|on|over|during|after|before|via|through|with|last|this|late|early|earlier|here|yesterday|today|{_WEEKDAY})\b{_ANY_UNTIL_THAT}"
)
_TOLD_THAT = re.compile(rf"\s(?!that\b)[^\s,.:;“”]+{_ANY_UNTIL_THAT}")
_TOLD = re.compile(
    rf"\s(?:reporters|journalists|(?:the\s)?(?:press|media|lawmakers|newspaper|agency)|them|him|her|(?:a|an|the|his|her|its)\s[^,;:“”]{{0,70}}?{_EVENT}"
    rf"|{_NAME}(?:\s(?:correspondents?|reporters?|news agency|TV|television|radio))?)(?=[\s,.:;“]|$)"
)
_BOUNDARY = re.compile(
    r"[“”;:()—–,]|\s--\s|\s-\s|\b(?:that|but|while|whereas|because|although|though|if|when|after|before|as|which|whose|where|whether|than|so|yet)\s"
    r"|\band\s(?=(?:he|she|it|they)\b)"
)
_COORDINATION = re.compile(r"(?:^|[\s,”])(?:and|but|then|or)$")

_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Ms|Mrs|Dr|Prof|Gen|Sen|Rep|Gov|Lt|Col|Maj|Capt|Adm|Sgt|St|Jr|Sr|No|vs|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Inc|Corp|Ltd|Co)|\b[A-Z](?:\.[A-Z])*)\.$"
)
_OPENING, _CLOSING, _MASK = "“", "”", "\x01"
_LETTERS = re.compile(r"[^\W_][\w’'-]*")

LONGEST_PARAGRAPH = 5000
"""Characters from which a paragraph is no news prose (the longest seen have 2,000) and is not searched."""

LONGEST_PHRASE = 200
"""Characters of a noun phrase that are looked at; the longest office with its complement has about 120."""

WINDOW = 400
"""Characters before a verb in which its subject is looked for; the longest subject with apposition in real articles
takes about 250. It bounds the work on pages that hold no sentences."""


# --- what is handed out -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks.

    Attributes:
        name: a person's name in the fullest form that the article gives; None when it names no person.
        office: the person's office as the article words it; without a name, the office, body, country or group that speaks.
    """

    name: str | None
    office: str | None


NOBODY = Speaker(None, None)


@dataclass(frozen=True, slots=True)
class FoundQuote:
    """A quote within one paragraph.

    ``paragraphs[paragraph][start:end]`` are its words; marks of direct quotes stand outside.
    """

    paragraph: int
    start: int
    end: int
    is_direct: bool
    speaker: Speaker
    rule: str


def find_quotes(paragraphs: Sequence[str]) -> list[FoundQuote]:
    """All quotes of an article.

    Args:
        paragraphs: body paragraphs without furniture and dateline.

    Returns:
        The quotes in reading order; a direct quote inside reported speech follows it. No two have the same place.
    """
    paragraphs = [paragraph if len(paragraph) <= LONGEST_PARAGRAPH else "" for paragraph in paragraphs]
    cast = _Cast(_persons(paragraphs))
    found: dict[tuple[int, int, int], FoundQuote] = {}
    is_open = False
    for number, paragraph in enumerate(paragraphs):
        spans, is_open = _marked(paragraph, is_open)
        for quote in _paragraph_quotes(number, paragraph, spans, cast):
            found.setdefault((quote.paragraph, quote.start, -quote.end), quote)
    quotes = [found[place] for place in sorted(found)]
    full = [(_plain(paragraphs[q.paragraph][q.start : q.end]), q.speaker) for q in quotes if q.is_direct and q.speaker.name]
    return [_as_repeated(quote, paragraphs[quote.paragraph][quote.start : quote.end], full) for quote in quotes]


def _as_repeated(quote: FoundQuote, text: str, full: Sequence[tuple[str, Speaker]]) -> FoundQuote:
    """The lead often gives to a body the words that a person says in full further down."""
    if not quote.is_direct or quote.speaker.name:
        return quote
    words = _plain(text)
    speaker = next((speaker for said, speaker in full if words in said), None)
    return replace(quote, speaker=speaker, rule="repeated") if speaker is not None else quote


def _plain(text: str) -> str:
    """Its words alone, with a blank on either side of each."""
    return f" {' '.join(_LETTERS.findall(text.casefold()))} "


# --- quotation marks ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Span:
    """Words in marks: ``[start, end)`` without them, ``[outer_start, outer_end)`` with them."""

    outer_start: int
    start: int
    end: int
    outer_end: int


_MARK = re.compile(r"''|``|’’|‘‘|[\"“”„«»]")
_SINGLE_MARKED = re.compile(r"(?<![\w’'])['‘](?=[^\W\d_])(?P<words>(?:[^'’‘\"“”]|['’](?=\w)){8,}?)['’](?!\w)")


def _marked(paragraph: str, is_open: bool) -> tuple[list[_Span], bool]:
    """The words in marks of a paragraph, and whether the last mark stays open.

    A quote over several paragraphs opens each of them anew and closes only in the last.
    """
    spans: list[_Span] = []
    begin: re.Match[str] | None = None
    for match in _MARK.finditer(paragraph):
        mark = match[0]
        behind, ahead = paragraph[: match.start()][-1:], paragraph[match.end() :][:1]
        opens = mark in ("“", "„", "«", "``", "‘‘") or (
            mark in ('"', "''", "’’") and (begin is None or (behind.isspace() and ahead.isalnum()))
        )
        if opens:
            if begin is not None:  # the mark before was left open
                spans.append(_Span(begin.start(), begin.end(), match.start(), match.start()))
            begin = match
        elif begin is not None:
            spans.append(_Span(begin.start(), begin.end(), match.start(), match.end()))
            begin = None
        elif is_open and not spans:
            spans.append(_Span(0, 0, match.start(), match.end()))
    if begin is not None:
        spans.append(_Span(begin.start(), begin.end(), len(paragraph), len(paragraph)))
    if not spans:
        spans = [
            _Span(m.start(), m.start() + 1, m.end() - 1, m.end()) for m in _SINGLE_MARKED.finditer(paragraph) if " " in m["words"].strip()
        ]
    return [span for span in spans if paragraph[span.start : span.end].strip()], begin is not None


def _mask(paragraph: str, spans: Sequence[_Span]) -> str:
    """The paragraph with all words in marks blanked but for the stop at their end, marks made alike: same length."""
    characters = list(paragraph)
    for span in spans:
        stop = paragraph[span.end - 1]
        for at in range(span.outer_start, span.outer_end):
            characters[at] = _MASK
        if stop in ".,?!;:…—-":
            characters[span.end - 1] = stop
        if span.start > span.outer_start:
            characters[span.outer_start] = _OPENING
        if span.outer_end > span.end:
            characters[span.outer_end - 1] = _CLOSING
    return "".join(characters)


def _sentences(masked: str) -> list[tuple[int, int]]:
    """``[start, end)`` of each sentence of a masked paragraph."""
    bounds: list[tuple[int, int]] = []
    start = 0
    for match in re.finditer(rf"[.?!…]{_MASK}*[{_CLOSING}’')\]]*\s+(?=[“‘'(\[]*[A-Z0-9À-Þ“{_MASK}])", masked):
        abbreviation = _ABBREVIATION.search(masked[max(start, match.start() - 12) : match.start() + 1])
        if abbreviation and not _begins_sentence(masked[match.end() : match.end() + 20]):
            continue
        bounds.append((start, match.end()))
        start = match.end()
    if start < len(masked):
        bounds.append((start, len(masked)))
    return bounds


def _begins_sentence(rest: str) -> bool:
    """Whether what follows "U.S." begins a sentence: a function word written large."""
    word = _LETTERS.match(rest)
    return bool(word and word[0] in _NO_NAMES and word[0] not in ("Mr", "Ms", "Mrs", "Dr"))


# --- persons ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Cast:
    """The persons of an article, and who spoke last: what names and pronouns resolve against."""

    persons: list[Speaker]
    last: Speaker = field(default=NOBODY)
    last_person: Speaker | None = None

    def heard(self, speaker: Speaker) -> None:
        """Remember who spoke."""
        self.last = speaker
        if speaker.name:
            self.last_person = speaker

    def named(self, words: str) -> Speaker | None:
        """The person of that name or surname; Chinese surnames come first."""
        wanted = _name_key(words)
        exact = [p for p in self.persons if p.name and _name_key(p.name) == wanted]
        return next(iter(exact), None) or next((p for p in self.persons if p.name and wanted in _surnames(p.name)), None)


def _name_key(name: str) -> str:
    return re.sub(r"['’]s?$", "", name).replace("’", "'").casefold()


def _surnames(name: str) -> tuple[str, ...]:
    words = _name_key(name).split()
    return (words[0], words[-1], " ".join(words[1:]))


_AFTER_OFFICE = re.compile(
    rf"(?i:(?P<noun>\b{_OFFICE_NOUN}))(?P<of>\s(?:of|for|in|at)\s(?:the\s)?(?:(?i:{_DEPARTMENTS})|(?:[A-Z][\w.]*\s(?:of\s|for\s|and\s)?){{0,5}}?{_BODY})(?:\sAffairs)?)?(?P<comma>,)?\s(?:(?:Mr|Ms|Mrs|Dr|Gen|Adm)\.?\s)?(?P<name>{_NAME})(?P<next>,)?"
)
_APPOSITION = re.compile(
    rf"(?P<name>{_CAPITAL}(?: {_CAPITAL}){{1,3}}),\s(?:(?:a|an|the|its|our|his|her|their|one of)\s)?(?P<office>(?:[\w.&'’/-]+\s){{0,6}}?(?i:{_OFFICE_NOUN})\b(?:\s(?:of|for|at|to|with|in|on)\s[^,.;:“”\"]{{2,90}}?)?)(?=[,.;]|$|\s(?:said|told|added|says)\b)"
)
_MORE_OFFICE = re.compile(rf"\s(?:\w+\s)?(?i:{_OFFICE_NOUN})\b")
_TITLE_WORD = re.compile(rf"(?i:{_OFFICE_NOUN}|deputy|vice|assistant|acting|senior|former|foreign|prime|press|state)")


def _persons(paragraphs: Sequence[str]) -> list[Speaker]:
    """Named persons with their office, in order of first mention."""
    offices: dict[str, str] = {}
    anonymous: list[str] = []
    for paragraph in paragraphs:
        hits: list[tuple[int, str, str]] = []
        for match in _AFTER_OFFICE.finditer(paragraph):
            if match["comma"] and not match["next"]:
                continue
            words = match["name"].split()
            # "Chief Cabinet Secretary Jane Roe": the office goes on to its last noun.
            goes_to = max((i + 1 for i, word in enumerate(words[:-1]) if _TITLE_WORD.fullmatch(word)), default=0)
            tail, words = " ".join([match["noun"] + (match["of"] or ""), *words[:goes_to]]), words[goes_to:]
            name = _person_name(words)
            is_no_title = (
                match["noun"].endswith("s")
                or paragraph[: match.start()].endswith(" of ")
                or _MORE_OFFICE.match(paragraph, match.end("name"))
            )
            if name and not (is_no_title and " " not in name):
                hits.append((match.start("name"), name, _office_ending(paragraph, match.start("noun"), tail)))
        for match in _APPOSITION.finditer(paragraph):
            name = _person_name([w for w in match["name"].split() if not _TITLE_WORD.fullmatch(w)])
            if name and " " in name:
                hits.append((match.start(), name, match["office"]))
        for match in re.finditer(rf"(?i:\b{_OFFICE_NOUN})", paragraph):
            anonymous.append(_office_ending(paragraph, match.start(), match[0]))
        for _, name, office in sorted(hits):
            known = offices.get(name)
            if known is None or (" " not in known and " " in office):
                offices[name] = office
    for name, office in offices.items():
        if _SPOKES_OFFICE.fullmatch(office):  # "Spokesman Hong Lei" is the "Foreign Ministry spokesman" of the lead
            offices[name] = next((a for a in anonymous if " " in a and a.casefold().endswith(" " + office.casefold())), office)
    full = {part for name in offices if " " in name for part in _surnames(name)}
    return [Speaker(name, office) for name, office in offices.items() if " " in name or _name_key(name) not in full]


def _person_name(words: Sequence[str]) -> str | None:
    """A name without what the sentence adds to it; None when the words are no person's."""
    kept = list(words)
    while kept and (kept[-1] in _NO_NAMES or (kept[-1].endswith((".", "'s", "’s")) and len(kept[-1].rstrip(".")) > 1)):
        kept[-1] = re.sub(r"['’]s$|\.$", "", kept[-1])
        if kept[-1] in _NO_NAMES:
            kept.pop()
    if not kept or kept[0] in _NO_NAMES or any(_BODY_WORD.fullmatch(word) for word in kept) or _TITLE_WORD.fullmatch(kept[-1]):
        return None
    return " ".join(kept)


def _office_ending(paragraph: str, noun_at: int, tail: str) -> str:
    """The whole office that ends in ``tail``: words written large, their joints and a few small words before the noun."""
    before = paragraph[max(0, noun_at - 120) : noun_at].split()
    kept: list[str] = []
    for at in range(len(before) - 1, -1, -1):
        word = before[at]
        if word.endswith((",", ";", ":", '"', "”", "“", ")", "-", "—")) or (word.endswith(".") and not re.fullmatch(r"(?:[A-Z]\.)+", word)):
            break
        is_large = word[:1].isupper() and word not in _NO_NAMES
        is_first = (
            not kept
            and tail[:1].islower()
            and word.casefold() not in _NO_OFFICE_WORDS
            and re.fullmatch(r"[^\W\d_]+(?:['’]s)?", word)
            and not VERB_OF_SAYING.fullmatch(word)
        )
        is_joint = at > 0 and (
            (word in ("of", "for") and bool(kept) and before[at - 1][:1].isupper() and before[at - 1] not in _NO_NAMES)
            or (word in ("and", "&") and re.fullmatch(_OFFICE_NOUN, before[at - 1], re.IGNORECASE) is not None)
        )
        if not (is_large or is_first or is_joint or word.casefold() in _OFFICE_ADJECTIVES):
            break
        kept.insert(0, word)
    return " ".join([*kept, tail]).strip("\"'“”‘’")


# --- who a noun phrase means --------------------------------------------------------------------------------------------

_PRONOUN = re.compile(r"(?:^|\s)(?P<pronoun>[Hh]e|[Ss]he|[Tt]hey|[Ii]t)$")
_HEADED = re.compile(
    rf"(?:^|\s)(?:(?P<determiner>[Tt]he|[Tt]his|[Tt]hat|[Aa]n?|[Aa]nother|[Oo]ne|[Ii]ts|[Hh]is|[Hh]er|[Ss]ome|[Mm]any|[Ss]everal|[Tt]wo|[Bb]oth)\s)?"
    rf"(?P<head>(?:(?!{_FINITE}\s)[\w.&'’/-]+\s){{0,6}}?(?i:(?P<office>{_OFFICE_NOUN})|{_GROUPS}))(?P<rest>\s(?:of|for|at|with|from|in|on|by|to)\s.{{2,120}})?$"
)
_NAME_AT_END = re.compile(rf"(?:^|[\s,(])(?P<the>[Tt]he\s)?(?P<name>{_NAME})(?:['’]s)?$")


_LEAD_IN = re.compile(r"^(?:(?:and|but|while|\w+ing)\s)+")


def _resolve(phrase: str, cast: _Cast) -> Speaker | None:
    """Who a noun phrase means; None when it means nobody who can speak."""
    phrase = _LEAD_IN.sub("", phrase.strip(" ,.")[-LONGEST_PHRASE:])
    if pronoun := _PRONOUN.search(phrase):
        return _by_pronoun(pronoun["pronoun"].casefold(), cast)
    named = _NAME_AT_END.search(phrase)
    if named:
        words = named["name"].split()
        for at in range(len(words)):
            person = cast.named(" ".join(words[at:]))
            if person is not None and not (at == 0 and named["the"]):
                return person
    headed = _HEADED.search(phrase)
    if headed:
        office = re.sub(r"\s(?:who|whose|which)\b.*$", "", headed["head"] + (headed["rest"] or ""))
        if headed["office"]:
            is_definite = (headed["determiner"] or "the").casefold() in ("the", "this", "that")
            return _by_office(office, headed["office"].casefold(), is_definite, cast)
        return Speaker(None, office if len(office.split()) <= 10 else headed["head"])
    if named and not phrase[: named.start("name")].removeprefix("the ").removeprefix("The ").strip():
        words = named["name"].split()
        while words and words[0] in _NO_NAMES:
            words.pop(0)
        if words:
            name = re.sub(r"['’]s$", "", " ".join(words))
            is_body = len(words) == 1 or named["the"] or words[0].isupper() or words[0] in _PLACE_BEGINS or _person_name(words) is None
            return Speaker(None, name) if is_body else Speaker(name, None)
    return None


def _by_pronoun(pronoun: str, cast: _Cast) -> Speaker | None:
    if pronoun == "they":
        return cast.last
    if pronoun == "it":
        return cast.last if cast.last.name is None and cast.last.office else None
    wrong = re.compile(r"woman\b" if pronoun == "he" else r"(?<!wo)man\b", re.IGNORECASE)
    last = cast.last_person
    if last is not None and not wrong.search(last.office or ""):
        return last
    fitting = [p for p in cast.persons if _SPOKES_OFFICE.search(p.office or "") and not wrong.search(p.office or "")]
    return next(iter(fitting), cast.last)


def _by_office(office: str, noun: str, is_definite: bool, cast: _Cast) -> Speaker:
    """ "The spokesman" is the one who spoke last, else the only one; "a ministry spokesman" the one whom the article names later."""
    is_plain = office in ("diplomat", "official", "spokesperson", "minister")
    if cast.last_person is not None and is_definite and (is_plain or _holds(cast.last_person, office, noun)):
        return cast.last_person
    holders = [person for person in cast.persons if _holds(person, office, noun)]
    if len(holders) == 1 and (is_definite or _SPOKES_OFFICE.search(office)):
        return holders[0]
    return Speaker(None, office)


def _holds(person: Speaker, office: str, noun: str) -> bool:
    """Whether the person may be meant by an office: same noun, and no word written large that tells them apart."""
    theirs = (person.office or "").casefold()
    if _SPOKES_OFFICE.fullmatch(noun):
        other_sex = {"spokesman": "spokeswoman", "spokeswoman": "spokesman"}.get(noun)
        if not _SPOKES_OFFICE.search(theirs) or (other_sex and other_sex in theirs):
            return False
    elif not re.search(rf"\b{re.escape(noun)}\b", theirs):
        return False
    initials = "".join(word[0] for word in _LETTERS.findall(person.office or "") if word[0].isupper())
    wanted = {mark.casefold() for mark in _marks(office) if not (mark.isupper() and mark in initials)}  # "the MEA spokesman"
    held = {mark.casefold() for mark in _marks(person.office or "")}
    return wanted <= held or held <= wanted


def _marks(office: str) -> set[str]:
    """The words of an office that tell it from others of its kind: those written large but for the noun itself."""
    words = re.sub(r"\bU\.?\s?S\.?(?!\w)", "United States", office)
    return {word for word in _LETTERS.findall(words) if word[:1].isupper() and not re.fullmatch(_OFFICE_NOUN, word, re.IGNORECASE)}


# --- attributions -------------------------------------------------------------------------------------------------------

_Kind = Literal["saying", "directing", "judging", "according", "noun"]


@dataclass(frozen=True, slots=True)
class _Attribution:
    """A verb of saying with its subject, as offsets into the paragraph.

    Attributes:
        start, end: from the subject to the verb and those addressed; reported words lie outside.
        verb_start: where the verb begins.
        speaker: who says it.
        kind: saying takes a clause, directing tells a demand or charge, judging only carries words in marks; "according to
            her" and the noun of "her claim that …" stand in a clause of their own.
        is_participle: the words that it tells follow it, and end what the attribution before it tells.
        is_coordinated: a second verb of the subject before: "Smith criticised the plan and said …".
    """

    start: int
    end: int
    verb_start: int
    speaker: Speaker
    kind: _Kind
    is_participle: bool = False
    is_coordinated: bool = False


def _attributions(masked: str, start: int, end: int, cast: _Cast) -> list[_Attribution]:
    """Attributions of the sentence ``masked[start:end]``, in order of their verbs."""
    found: list[_Attribution] = []
    for match in VERB_OF_SAYING.finditer(masked, start, end):
        if found and match.start() < found[-1].end:
            continue
        attribution = _of_verb(masked, start, end, match, found, cast)
        if attribution is not None:
            found.append(attribution)
    for match in _ACCORDING.finditer(masked, start, end):
        source = re.split(r"\s(?:on|released|published|issued|that|which|who)\s", match["source"], maxsplit=1)[0]
        speaker = _resolve(source, cast)
        if speaker is not None:
            found.append(_Attribution(match.start(), match.end(), match.start(), speaker, "according"))
    for match in _NOUN.finditer(masked, start, end):
        owner = match["author"] or masked[max(start, match.start() - WINDOW) : match.start()]
        speaker = _resolve(owner[_phrase_start(owner, len(owner)) :], cast)
        if speaker is not None:
            found.append(_Attribution(match.start(), match.end(), match.end() - 1, speaker, "noun", True))
    for match in _PARTICIPLE.finditer(masked, start, end):
        at = match.start("verb")
        governing = [a for a in found if a.verb_start < at and a.kind not in ("according", "noun")]
        main = _main(masked, start, governing)
        speaker = main.speaker if main else _main_subject(masked[start : match.start()], cast)
        if speaker is not None and not any(a.start <= at < a.end for a in found):
            kind: _Kind = "saying" if match["saying"] else "directing" if match["directing"] else "judging"
            found.append(_Attribution(match.start(), match.end(), at, speaker, kind, True))
        found.sort(key=lambda a: a.verb_start)
    return sorted(found, key=lambda a: a.verb_start)


_NOT_SAID = re.compile(r"(?:\b(?:was|were|is|are|been|be|being|to|not|never|cannot)|n[’']t)(?:\s\w+ly|\salso)?$")


def _of_verb(masked: str, start: int, end: int, match: re.Match[str], earlier: Sequence[_Attribution], cast: _Cast) -> _Attribution | None:
    kind: _Kind = "saying" if match["saying"] or match["quoted"] else "directing" if match["directing"] else "judging"
    base = max(start, match.start() - WINDOW)
    left = masked[base : match.start()].rstrip()
    right = masked[match.end() : min(end, match.end() + WINDOW)]
    if _NOT_SAID.search(left):
        return None
    subject = _subject_before(left, earlier, cast)
    inverted = _subject_after(right, cast) if kind == "saying" and (not left or left[-1] in f"{_CLOSING},’'") else None
    # "Smith, who …, said the talks …" also has a comma before its verb: there the known person before it is the subject.
    if inverted is not None and not (subject is not None and subject[0].name and left.endswith(",")):
        speaker, length = inverted
        finish = match.end() + length
        adjunct = _ADDRESSEE.match(masked, finish, end)
        return _Attribution(match.start(), adjunct.end() if adjunct else finish, match.start(), speaker, kind)
    if subject is None:
        return None
    finish = match.end()
    if kind == "saying":
        if match[0] in ("told", "tells", "assured", "warned") and (
            told := _TOLD_THAT.match(masked, finish, end) or _TOLD.match(masked, finish, end)
        ):
            finish = told.end()
        if adjunct := _BEFORE_THAT.match(masked, finish, end) or _ADDRESSEE.match(masked, finish, end):
            finish = adjunct.end()
    is_coordinated = subject[1] == len(left)
    return _Attribution(base + subject[1], finish, match.start(), subject[0], kind, is_coordinated=is_coordinated)


def _subject_before(left: str, earlier: Sequence[_Attribution], cast: _Cast) -> tuple[Speaker, int] | None:
    """The subject that ends where ``left`` ends, and where in ``left`` it begins."""
    for _ in range(8):
        left = left.rstrip()
        if left.endswith(","):
            # A parenthesis between subject and verb: "Jane Roe, spokeswoman for the council, said".
            for name in reversed(list(re.finditer(rf"(?<![\w’'-]){_NAME}(?=,)", left))):
                words = name[0].split()
                is_new = name.end() == len(left) - 1 and len(words) > 1 and _person_name(words) == name[0]
                person = cast.named(name[0]) or cast.named(words[-1]) or (Speaker(name[0], None) if is_new else None)
                if person is not None:
                    return person, _phrase_start(left, name.start())
            comma = left.rfind(",", 0, len(left) - 1)
            if comma < 0:
                return None
            left = left[:comma]
            continue
        fill = _FILL.search(left)
        if fill is None:
            break
        left = left[: fill.start()]
    if earlier and (not left or _COORDINATION.search(left)):
        return earlier[-1].speaker, len(left)
    begin = _phrase_start(left, len(left))
    if begin == len(left):
        return None
    speaker = _resolve(left[begin:], cast)
    return (speaker, begin + len(left[begin:]) - len(left[begin:].lstrip())) if speaker is not None else None


def _phrase_start(left: str, limit: int) -> int:
    return max((match.end() for match in _BOUNDARY.finditer(left, 0, limit) if match.end() < limit), default=0)


_OFFICE_APPOSED = re.compile(rf",\s(?:(?:a|an|the|its|his|her)\s)?(?:[\w.&'’/-]+\s){{0,6}}?(?i:{_OFFICE_NOUN})\b[^,.;“”]*")
_AFTER_VERB = re.compile(
    rf"\s+(?P<subject>[^“”;:,]+?)(?=[,.;:“]?\s*$|[,.;:“”]|\s(?:in|at|during|on|when|while|after|as|to|last|this|early|late|earlier|yesterday|today|adding|{_WEEKDAY})\b)"
)


def _subject_after(right: str, cast: _Cast) -> tuple[Speaker, int] | None:
    """The subject behind its verb, and how many characters it takes with its apposition."""
    match = _AFTER_VERB.match(right)
    if match is None:
        return None
    speaker = _resolve(match["subject"], cast)
    if speaker is None:
        return None
    apposition = _OFFICE_APPOSED.match(right, match.end())
    return speaker, apposition.end() if apposition else match.end()


def _main_subject(clause: str, cast: _Cast) -> Speaker | None:
    """The subject of a clause without a verb of saying: a person, body or pronoun that begins it."""
    match = re.match(rf"[“\s]*(?P<subject>(?:(?:The|A|An)\s)?(?:{_NAME}|(?:[\w-]+\s)?{_SPOKES}|[Hh]e|[Ss]he|{_GROUPS}))(?=[\s,])", clause)
    return _resolve(match["subject"], cast) if match else None


# --- quotes of a paragraph ----------------------------------------------------------------------------------------------

_REMARKS = re.compile(r"\b(?:made|makes|gave)\s(?:known\b|(?:the|these|those|his|her)\s(?:remarks?|comments?|statements?|announcement))")


def _paragraph_quotes(number: int, paragraph: str, spans: Sequence[_Span], cast: _Cast) -> Iterator[FoundQuote]:
    masked = _mask(paragraph, spans)
    sentences = _sentences(masked)
    carried: Speaker | None = None
    for at, (start, end) in enumerate(sentences):
        attributions = _attributions(masked, start, end, cast)
        for span in spans:
            if not start <= span.outer_start < end:
                continue
            following = sentences[at + 1] if at + 1 < len(sentences) else None
            found = _speaker_of(paragraph, masked, (start, end), following, span, attributions, carried, cast)
            if found is not None:
                first, last = _trimmed(paragraph, span.start, span.end)
                yield FoundQuote(number, first, last, True, *found)
                carried = found[0] if found[0] != NOBODY else carried
        for first, last, speaker, rule in _reported(paragraph, masked, (start, end), attributions):
            yield FoundQuote(number, first, last, False, speaker, rule)
        main = _main(masked, start, attributions)
        if main is not None:
            carried = main.speaker
            cast.heard(main.speaker)
        if remarks := _REMARKS.search(masked, start, end):
            subject = _subject_before(masked[max(start, remarks.start() - WINDOW) : remarks.start()], (), cast)
            if subject is not None:
                carried = subject[0]
                cast.heard(carried)


def _main(masked: str, start: int, attributions: Sequence[_Attribution]) -> _Attribution | None:
    """The attribution of the main clause: later pronouns mean its speaker, not whom he tells of."""
    main = None
    for attribution in attributions:
        before = masked[start : attribution.start].rstrip()
        is_aside = attribution.kind == "noun" or masked.startswith("who ", attribution.verb_start - 4)
        if not is_aside and (
            main is None or before.endswith((",", ";", _CLOSING)) or attribution.is_participle or attribution.is_coordinated
        ):
            main = attribution
    return main


def _trimmed(paragraph: str, start: int, end: int) -> tuple[int, int]:
    words = paragraph[start:end]
    start += len(words) - len(words.lstrip())
    return start, start + len(words.strip().rstrip(",").rstrip())


def _speaker_of(
    paragraph: str,
    masked: str,
    sentence: tuple[int, int],
    following: tuple[int, int] | None,
    span: _Span,
    attributions: Sequence[_Attribution],
    carried: Speaker | None,
    cast: _Cast,
) -> tuple[Speaker, str] | None:
    """Speaker and rule of words in marks; None when the marks only keep a distance or name a work."""
    count = len(_LETTERS.findall(paragraph[span.start : span.end]))
    outside = masked[sentence[0] : span.outer_start] + masked[span.outer_end : sentence[1]]
    is_whole = not _LETTERS.search(outside.replace(_MASK, " "))
    if count == 0 or (
        not is_whole and (_is_name(paragraph[span.start : span.end]) or (count <= 2 and not _is_predicate(masked, span, attributions)))
    ):
        return None
    before = [a for a in attributions if a.verb_start < span.outer_start]
    if before and not masked[before[-1].end : span.outer_start].strip(" ,:"):
        return before[-1].speaker, "before"
    after = [a for a in attributions if a.start >= span.outer_end]
    is_adjacent = bool(after) and not masked[span.outer_end : after[0].start].strip(" ,")
    if after and (not before or (is_adjacent and masked[span.end - 1] in ",?!—-")):
        return after[0].speaker, "after"
    if before:
        is_occasion = _OCCASION_TOLD.search(masked, before[-1].end, span.outer_start) is not None
        return (NOBODY, "unattributed") if is_occasion else (before[-1].speaker, "before")
    if is_whole:
        if carried is not None:
            return carried, "continued"
        if following is not None and masked[following[0]] == _OPENING:
            ahead = _attributions(masked, *following, cast)
            if ahead:
                return ahead[0].speaker, "after"
        return (cast.last_person or cast.last, "continued_paragraph") if cast.last != NOBODY else (NOBODY, "unattributed")
    if count <= 3:  # nobody speaks here: a label
        return None
    subject = _main_subject(masked[sentence[0] : span.outer_start], cast)
    if subject is not None and subject.name:
        return subject, "subject"
    return (carried, "continued") if carried is not None else (subject or NOBODY, "subject" if subject else "unattributed")


_NOUN_FOLLOWS = re.compile(r"\s+(?!(?:and|or|but|in|on|at|to|for|with|by|that|which|when|while|as|after|because|during|since|if)\b)[\w“]")
_LABELLING = re.compile(
    r"\b(?:so-called|alleged|the|a|an|any|its|his|her|their|our|of|this|that|these|those|no|such|some|new|old|entitled|titled|named|dubbed|nicknamed)\s*$",
    re.IGNORECASE,
)


def _is_predicate(masked: str, span: _Span, attributions: Sequence[_Attribution]) -> bool:
    """Whether a few words in marks are what somebody says of something, and not a name for it.

    "called the report "groundless"" is said; the "peace plan" that … only keeps its distance.
    """
    is_attributed = any(a.verb_start < span.outer_start or a.start >= span.outer_end for a in attributions)
    goes_on = masked[span.end - 1] not in ".,?!;" and _NOUN_FOLLOWS.match(masked, span.outer_end)
    return is_attributed and not goes_on and not _LABELLING.search(masked[max(0, span.outer_start - 20) : span.outer_start])


def _is_name(words: str) -> bool:
    """Whether the words are the name of a work, law or day: two or more long words, all written large."""
    long_words = [word for word in _LETTERS.findall(words) if len(word) > 3]
    return len(long_words) > 1 and all(word[:1].isupper() for word in long_words)


# --- reported speech ----------------------------------------------------------------------------------------------------

_EXPRESSED = re.compile(
    r"(?:expressed|expresses|voiced|expressing|shared)(?:\s\w+){0,3}?"
    r"\s(?:hope|belief|view|confidence|conviction|expectation|concern|regret|observation|opinion)s?\sthat\s"
)

MINIMUM_WORDS = 3
"""Words outside of marks that reported speech has; fewer are a verb's complement ("said in Beijing")."""


def _reported(
    paragraph: str, masked: str, sentence: tuple[int, int], attributions: Sequence[_Attribution]
) -> Iterator[tuple[int, int, Speaker, str]]:
    for index, attribution in enumerate(attributions):
        # Somebody's words may tell of what others said; they end where the speaker goes on or an attribution closes the sentence.
        ends = (
            a.start
            for a in attributions[index + 1 :]
            if a.start >= attribution.end and (a.is_participle or a.is_coordinated or not _LETTERS.search(masked, a.end, sentence[1]))
        )
        limit = next(ends, sentence[1])
        content = _content(masked, sentence, attribution, limit)
        if content is not None:
            start, end = _tidy(paragraph, masked, content[0], content[1])
            if len(_LETTERS.findall(masked[start:end].replace(_MASK, " "))) >= MINIMUM_WORDS:
                yield start, end, attribution.speaker, content[2]


def _content(masked: str, sentence: tuple[int, int], attribution: _Attribution, limit: int) -> tuple[int, int, str] | None:
    """Where the reported words of an attribution lie, and by which rule."""
    right = masked[attribution.end : limit]
    left = masked[sentence[0] : attribution.start]
    if attribution.kind == "according":
        if left.strip():
            return sentence[0], attribution.start, "according_to"
        comma = right.find(",")
        return (attribution.end + comma + 1, limit, "according_to") if comma >= 0 else None
    if attribution.kind == "judging":
        expressed = _EXPRESSED.match(masked, attribution.verb_start, limit)
        return (expressed.end(), limit, "that_clause") if expressed else None
    if attribution.kind == "directing":
        return attribution.verb_start, limit, "participle" if attribution.is_participle else "speech_act"
    if attribution.is_participle:
        return attribution.end, limit, "noun" if attribution.kind == "noun" else "participle"
    has_that = re.match(r"[,:]?\s*that\s", right) is not None
    is_bare_front = not left.strip(" ,") or _ADJUNCT.fullmatch(left.strip()) is not None
    if _NEEDS_THAT.match(masked, attribution.verb_start) and not has_that and not re.match(rf"[^,“”]*\b{_FINITE}\b", right):
        return None
    if is_bare_front and re.match(r",\s(?!\w+ing\b)\w", right):  # "Smith said, the talks went on"
        return attribution.end + 1, limit, "that_clause"
    # Behind a sentence in marks only the occasion is told; behind a part of one ("Calling it "late," Smith said …") the rest.
    opening = masked.rfind(_OPENING, sentence[0], attribution.start)
    has_words_in_front = bool(_LETTERS.search(masked[sentence[0] : max(sentence[0], opening)].replace(_MASK, " ")))
    is_behind_quote = left.rstrip().endswith(_CLOSING) and not has_words_in_front
    if has_that or (right.strip(" .;") and right[:1] != "," and not is_behind_quote):
        return attribution.end, limit, "that_clause"
    if re.match(rf",\s{_FINITE}\b", right):
        return sentence[0], limit, "parenthetical"
    return (sentence[0], attribution.start, "trailing") if not is_bare_front and not is_behind_quote else None


_ADJUNCT = re.compile(
    r"(?i:(?:when\s|while\s)?(?:asked|commenting|speaking|responding|referring|answering|briefing|addressing|in (?:response|reply|answer) to|regarding|as (?:to|for)))\b.*"
    rf"|(?i:\w+ing|\w+ed|in|on|at|during|after|before|for|by|with|from|to|meanwhile|earlier|later|however|also)\b(?:(?!\b{_FINITE}\b)[^,“”])*,?"
)
"""A phrase of time, place or occasion in front of a sentence: "Briefing the media,", "In an interview,"."""


_STOPS = " ,;:—–."
_JOINT = re.compile(r"(?:and|but|that)\s")
_DANGLING = re.compile(r"[\s,](?:and|but|while|as|when|after|which|who|that|before)$")


def _tidy(paragraph: str, masked: str, start: int, end: int) -> tuple[int, int]:
    """Trim stops and joints at both ends of reported words, and what only tells the occasion."""
    occasion = _OCCASION_TOLD.search(masked, start, end)
    if occasion and occasion.start() - start > 20:
        end = occasion.start() + (masked[occasion.start()] == _CLOSING)
    while True:
        while start < end and paragraph[start] in _STOPS:
            start += 1
        while start < end and paragraph[end - 1] in _STOPS:
            end -= 1
        joint = _JOINT.match(masked, start, end)
        tail = _DANGLING.search(masked, max(start, end - 12), end)
        if joint:
            start = joint.end()
        elif tail:
            end = tail.start()
        else:
            break
    # A closing mark that the trim cut off belongs to the words, as does an opening one.
    if masked[start:end].count(_OPENING) > masked[start:end].count(_CLOSING) and end < len(masked):
        closing = masked.find(_CLOSING, end, end + 3)
        end = closing + 1 if closing >= 0 else end
    return start, end
