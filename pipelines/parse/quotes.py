"""Who said what in a news article: direct and indirect quotes with their speaker, by the grammar of attribution.

English news prose attributes in few ways: subject and verb of saying before the words (``Smith said that …``), after
them (``"…," Smith said`` / ``said spokesman John Smith``), in the middle (``…, he noted, …``), by a participle that
keeps the subject (``…, adding that …``) or by ``according to``. The rules here are those; a quote carries the name of
the rule that tied it to its speaker:

================== ====================================================================================================
``after``          words in marks, then subject and verb: ``"…," Smith said``
``before``         subject and verb, then the words in marks: ``Smith said: "…"``, ``reiterated that X "…"``
``interrupted``    the second piece of a sentence in marks that an attribution splits
``continued``      a sentence in marks without a verb of saying, after one by the same speaker in the paragraph
``continued_paragraph``  the same across paragraphs, also after an unclosed opening mark
``subject``        partial words in marks in a sentence whose subject is a speaker, without a verb of saying
``unattributed``   words in marks that nobody is named for
``that_clause``    reported speech after subject, verb and ``that`` (or its comma-less equivalent)
``trailing``       reported speech before subject and verb: ``…, he added``
``parenthetical``  reported speech around subject and verb: ``What counts, she noted, is …``
``participle``     reported speech after ``adding``, ``saying``, ``stressing`` …
``according_to``   reported speech beside ``according to`` somebody
``speech_act``     an act done with words, without a clause: ``rejected the charges``, ``urged X to …``; the verb is part of the text
================== ====================================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

# --- vocabulary of attribution (closed classes of English, not names) ---------------------------------------------------

_SAYING = (
    "said|says|say|told|tells|added|adds|noted|notes|stressed|stresses|reiterated|emphasi[sz]ed|pointed out|explained|stated"
    "|claimed|argued|insisted|insists|warned|announced|confirmed|acknowledged|admitted|reaffirmed|underlined|underscored"
    "|revealed|remarked|asserted|declared|maintained|maintains|mentioned|indicated|recalled|commented|replied|answered"
    "|responded|vowed|pledged|promised|predicted|suggested|believes|believed|hopes|hoped|expressed|voiced|conveyed|complained"
    "|contended|alleged|cautioned|assured|informed|observed|disclosed|conceded|concluded|continued|went on|wrote|tweeted"
    "|posted|quipped|joked|highlighted|clarified|elaborated|made clear|made it clear|reported"
)
_DIRECTING = "urged|urges|called on|called upon|called for|calls on|calls for|asked|demanded|appealed|advised|requested|encouraged|exhorted|implored"
_JUDGING = (
    "rejected|rejects|denied|denies|refuted|refutes|dismissed|condemned|condemns|criticized|criticised|slammed|slams|blasted"
    "|denounced|denounces|lambasted|lashed out|accused|accuses|blamed|lauded|praised|hailed|welcomed|welcomes|applauded|opposed"
    "|opposes|protested|rebuked|defended|described|called|termed|labell?ed|branded|brushed off|deplored|thanked|congratulated"
    "|declined to|refused to|played down|downplayed|deflected|voiced|lodged|questioned|challenged|disputed|rebuffed|decried"
)
_PARTICIPLES = (
    "adding|saying|noting|stressing|emphasi[sz]ing|warning|insisting|pointing out|explaining|arguing|claiming|reiterating"
    "|stating|telling reporters|reaffirming|underlining|underscoring|acknowledging|asserting|vowing|pledging|suggesting"
    "|expressing|urging|calling on|calling for|calling|describing|accusing|citing|hoping|cautioning|demanding|alleging"
)
_VERB = re.compile(
    rf"(?<![\w-])(?:(?P<saying>{_SAYING})|(?P<directing>{_DIRECTING})|(?P<judging>{_JUDGING}))(?![\w-])"
)  # the longest alternatives stand first where one begins another
_PARTICIPLE = re.compile(rf",?\s(?:and\s|while\s|but\s)?(?P<verb>{_PARTICIPLES})(?![\w-])")
_ACCORDING = re.compile(r"(?<![\w-])[Aa]ccording to\s+")
_PASSIVE = re.compile(r"\b(?:was|were|is|are|been|be|being|gets?|got)\s+(?:\w+ly\s+|also\s+)?$")
_QUOTED_AS = re.compile(r"\b(?:was|were|has been|have been|is)\s+(?:also\s+|widely\s+)?(?:quoted|cited)\s+(?:by\b[^,]{0,60}?\s+)?as\s+saying\b|\b(?:was|were|is)\s+(?:quoted|cited)\s+(?:by\b[^,.]{0,60})?$")

_SPOKES = r"spokes(?:man|woman|person|men|women|people|persons)"
_OFFICE_NOUN = (
    rf"{_SPOKES}|press secretar(?:y|ies)|press officer|secretar(?:y|ies)(?:[- ]general)?|ministers?|presidents?|premier|chancellor"
    r"|chairman|chairwoman|chairperson|chair|chief|directors?(?:[- ]general)?|ambassadors?|commissioners?|commander|admiral|general"
    r"|lieutenant|colonel|major|captain|officials?|envoy|professors?|experts?|analysts?|researchers?|fellow|head|leader|lawmakers?"
    r"|senators?|representatives?|congressman|congresswoman|governors?|mayor|advisers?|advisors?|counsell?ors?|diplomats?|scholars?"
    r"|economists?|attorney general|coordinator|delegate|negotiator|consul|king|queen|prince|pope|officer|editor|managers?|executive|nominee"
)
_CAPITAL = r"(?:[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’.-]*\w|[A-Z]\.(?:[A-Z]\.)*|[A-Z])"
_PARTICLE = r"(?:al|bin|bint|ben|de|del|della|da|dos|du|el|la|le|van|von|der|den|ter|ibn|y)"
_NAME = rf"{_CAPITAL}(?:[ -](?:{_PARTICLE}[ -])*{_CAPITAL}){{0,4}}"
_FULL_NAME = rf"{_CAPITAL}(?:[ -](?:{_PARTICLE}[ -])*{_CAPITAL}){{1,3}}"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|March|April|May|June|July|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
_NO_NAMES = frozenset(
    "The A An This That These Those It He She They We I You His Her Their Its But And Or So As In On At For From With By After "
    "Before When While If Although Though Since Asked Also However Meanwhile Earlier Later Here There What Whether Who Which How "
    "Why Some Many Most All Both Several Other Others Another Any No Not Such Speaking Responding Commenting Regarding "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April June July August September October "
    "November December Mr Ms Mrs Dr Instead Moreover Besides Then Today Yesterday Now More Only To".split()
)
_GENERIC_SUBJECT = re.compile(
    r"(?:^|(?<=\s))(?P<phrase>(?:[\w.'’-]+\s){0,5}?(?:experts?|analysts?|observers?|officials?|diplomats?|sources?|scholars?|lawmakers?|critics|"
    r"(?:media\s)?reports?|media|residents?|police|authorities|witnesses|economists?|statement|communique|communiqué|report|document|"
    r"ministries|ministry|department|embassy|consulate|government|administration|office|agency|bureau|commission|council|committee|company|"
    r"side|sides|party|parties|" + _OFFICE_NOUN + r"))$"
)
_ORGANISATION = re.compile(
    r"\b(?:House|Ministry|Department|Office|Pentagon|Kremlin|Embassy|Consulate|Council|Commission|Committee|Union|Nations|Bank|Agency|"
    r"Organi[sz]ation|Bureau|Administration|Government|Parliament|Congress|Senate|Palace|Party|Court|Institute|University|Association|"
    r"Street|News|Times|Daily|Post|Journal|Center|Centre|Foundation|Group|Force|Army|Navy|Command|Fund|Forum|League|Corporation|Company|Inc|Corp|Ltd)$"
)
_TRAILING_ADVERBIAL = re.compile(
    rf"[\s,]+(?:(?:on\s|late\s|early\s)*(?:{_WEEKDAY})(?:\s(?:morning|afternoon|evening|night))?|(?:on\s)?{_MONTH}\s\d{{1,2}}|today|yesterday|earlier|later|"
    r"also|again|further|then|repeatedly|once again|has|have|had|will|would|strongly|firmly|flatly|categorically|sharply|openly|"
    r"publicly|clearly|reportedly|briefly|(?:\w{4,}ly)|too|once|never|always|long|just|previously|in turn|meanwhile|however|therefore|thus|for (?:his|her|its) part|"
    r"in (?:a|an|the|his|her|its|their)\s[^,]{3,90}|at (?:a|an|the|his|her|its)\s[^,]{3,90}|during (?:a|an|the|his|her)\s[^,]{3,90}|in [A-Z]\w+|did|does|do|not|who|sought to|went on to)$"
)
_ADDRESSEE = re.compile(
    rf"^(?:\s+(?:also\s|again\s|further\s)?(?:"
    rf"(?:on\s|late\s|early\s|late on\s)?{_WEEKDAY}(?:\s(?:morning|afternoon|evening|night))?(?=[\s,.:;]|$)|on\s{_MONTH}\s\d{{1,2}}(?:,\s\d{{4}})?|(?:earlier\s)?(?:today|yesterday|this week|last week|earlier|later|again|here|there|afterwards)(?=[\s,.:;]|$)"
    r"|(?:reporters|journalists|the press|media|the media|Xinhua|Reuters|AFP|AP|CNN|the BBC|China Daily|the Global Times|Global Times|the newspaper|lawmakers|the agency|them|him|her)(?=[\s,.:;]|$)(?:\s(?:correspondents|reporters|news agency))?"
    r"|(?:(?:to|in|at|during|after|via|on board|aboard|through|by|before|upon|following|from|en route|while|when|with|a|an|the)\s)[^,;:]{0,140}?"
    r"(?:briefings?|conferences?|statements?|interviews?|hearings?|press|reporters|gaggle|speech|address|tweet|post|remarks|call|meetings?|forum|Twitter|X|Facebook|Weibo|"
    r"visit|summit|ceremony|email|e-mail|telephone|website|program(?:me)?|show|event|release|seminar|talks|newspaper|session|session's|media|daily|questions?|Beijing|Washington|Moscow|Tokyo|Seoul|London)(?=[\s,.:;]|$)"
    r"))+"
)
_CUT = re.compile(
    r",\s+(?:referring to|in (?:an apparent )?(?:reference|response|reply) to|responding to|in response|when asked|commenting on|according to)\b"
)
_LABELLING = re.compile(r"\b(?:so-called|alleged|the|a|an|any|its|his|her|their|our|of|this|that|these|those|no|such|some|new|old|entitled|titled|named|dubbed|nicknamed)\s*$", re.IGNORECASE)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Ms|Mrs|Dr|Prof|Gen|Sen|Rep|Gov|Lt|Col|Maj|Capt|Adm|Sgt|St|Jr|Sr|No|vs|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Inc|Corp|Ltd|Co)|\b[A-Z](?:\.[A-Z])*)\.$"
)
_STATES = re.compile(r"\b(?:U\.S|U\.N|U\.K|D\.C|E\.U|p\.m|a\.m)\.$")

_OPENING, _CLOSING = "“", "”"
_MASK = "\x01"
_LETTERS = re.compile(r"[\w’'-]+")


# --- what is handed out -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks.

    Attributes:
        name: full name of a person as first written, or name of an organisation or country; None when only an office is given.
        office: what the person holds as the article words it; None for organisations and when it is not given.
    """

    name: str | None
    office: str | None


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


@dataclass(frozen=True, slots=True)
class _Person:
    """A named person of the article."""

    name: str
    office: str | None
    paragraph: int

    @property
    def is_spokesperson(self) -> bool:
        return bool(self.office and re.search(rf"{_SPOKES}|press secretary", self.office, re.IGNORECASE))


@dataclass(slots=True)
class _Cast:
    """The persons of an article, and who spoke last: what names and pronouns resolve against."""

    persons: list[_Person] = field(default_factory=list)
    last: Speaker | None = None
    last_person: Speaker | None = None
    organisation: str | None = None

    def by_word(self, name: str, paragraph: int | None = None) -> _Person | None:
        """The person whose name is, begins or ends with these words; of several the one introduced last before here."""
        wanted = name.casefold()
        found = None
        for person in self.persons:
            words = person.name.casefold().replace("’", "'").split()
            if wanted == person.name.casefold() or wanted in (words[0], words[-1]) or wanted == " ".join(words[1:]):
                if found is not None and paragraph is not None and person.paragraph > paragraph:
                    break
                found = person
        return found


def find_quotes(paragraphs: Sequence[str], title: str = "") -> tuple[list[FoundQuote], list[Speaker]]:
    """All quotes of an article.

    Args:
        paragraphs: body paragraphs without furniture.
        title: the headline; it can name a person before the body does, but holds no quotes of its own.

    Returns:
        The quotes in reading order (a direct quote inside reported speech follows it), and the named persons who
        speak, the one with most quotes first; spokespersons go before others.
    """
    cast = _Cast(persons=_persons(paragraphs))
    found: list[FoundQuote] = []
    is_open = False
    for number, paragraph in enumerate(paragraphs):
        spans, still_open = _marked(paragraph, is_open)
        found.extend(_paragraph_quotes(number, paragraph, spans, is_open, cast))
        is_open = still_open
    found.sort(key=lambda quote: (quote.paragraph, quote.start, -quote.end))
    return found, _speakers(found, cast)


def _speakers(quotes: Sequence[FoundQuote], cast: _Cast) -> list[Speaker]:
    counts: dict[Speaker, int] = {}
    for quote in quotes:
        if quote.speaker.name and any(person.name == quote.speaker.name for person in cast.persons):
            counts[quote.speaker] = counts.get(quote.speaker, 0) + 1
    is_spokesperson = {s: bool(s.office and re.search(rf"{_SPOKES}|press secretary", s.office, re.IGNORECASE)) for s in counts}
    order = list(counts)
    return sorted(counts, key=lambda s: (not is_spokesperson[s], -counts[s], order.index(s)))


# --- quotation marks ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Span:
    """Words in marks: ``[start, end)`` without them, ``[outer_start, outer_end)`` with them."""

    outer_start: int
    start: int
    end: int
    outer_end: int


def _marked(paragraph: str, is_open: bool) -> tuple[list[_Span], bool]:
    """The words in marks of a paragraph, and whether the last mark stays open for the next paragraph.

    A quote over several paragraphs opens each paragraph anew and closes only in the last; the mark that reopens is
    not a closing one.
    """
    spans: list[_Span] = []
    start: int | None = None
    mark = ""
    for at, character in enumerate(paragraph):
        if character not in '"“”„«»‘’\'':
            continue
        before = paragraph[at - 1] if at else " "
        after = paragraph[at + 1] if at + 1 < len(paragraph) else " "
        if character in "‘’'":
            # Single marks open only before a word and close only after one or its stop; elsewhere they are apostrophes.
            if start is None and character != "’" and before in " (—–-" and after.isalnum() and _closes_single(paragraph, at):
                start, mark = at, "'"
            elif start is not None and mark == "'" and character != "‘" and not after.isalnum() and (before in ".,?!" or at == _closing_single(paragraph, start)):
                spans.append(_Span(start, start + 1, at, at + 1))
                start = None
            continue
        if mark == "'" and start is not None:
            start = None
        opens = character in "“„«" or (character == '"' and (start is None or (before.isspace() and after.isalnum() and not _odd_left(paragraph, at))))
        if opens and start is None:
            start, mark = at, character
        elif opens and character == '"' and start is not None:
            # Two opening straight marks in a row: the first was left open.
            spans.append(_Span(start, start + 1, at, at))
            start = at
        elif not opens and start is not None:
            spans.append(_Span(start, start + 1, at, at + 1))
            start = None
    if start is not None and mark != "'":
        if start == 0 or paragraph[start + 1 :].strip():
            spans.append(_Span(start, start + 1, len(paragraph), len(paragraph)))
        return [span for span in spans if span.end > span.start], True
    return [span for span in spans if span.end > span.start], False


def _odd_left(paragraph: str, at: int) -> bool:
    """Whether, counted from here, a closing mark is due: an even number of straight marks lies behind."""
    return paragraph[at:].count('"') % 2 == 1


def _closing_single(paragraph: str, start: int) -> int:
    match = re.compile(r"['’](?![\w])").search(paragraph, start + 1)
    return match.start() if match else -1


def _closes_single(paragraph: str, start: int) -> bool:
    end = _closing_single(paragraph, start)
    return end > 0 and len(paragraph[start + 1 : end].split()) >= 2


def _mask(paragraph: str, spans: Sequence[_Span]) -> str:
    """The paragraph with all words in marks blanked, marks normalised and the stop before a closing mark kept: same length."""
    characters = list(paragraph)
    for span in spans:
        for at in range(span.start, span.end):
            characters[at] = _MASK
        last = paragraph[span.end - 1]
        if last in ".,?!;:…—-":
            characters[span.end - 1] = last
        characters[span.outer_start] = _OPENING
        if span.outer_end > span.end:
            characters[span.end] = _CLOSING
    return "".join(characters)


def _sentences(masked: str) -> list[tuple[int, int]]:
    """``[start, end)`` of each sentence of a masked paragraph."""
    bounds: list[tuple[int, int]] = []
    start = 0
    for match in re.finditer(rf"[.?!…][{_CLOSING}’')\]]*\s+(?=[\"“‘'(\[]*[A-Z0-9À-Þ“])", masked):
        head = masked[start : match.start() + 1]
        if _ABBREVIATION.search(head) and not (_STATES.search(head) and _starts_sentence(masked[match.end() :])):
            continue
        # "… ," he said. — a stop inside marks followed by lower case does not end the sentence (no match above).
        bounds.append((start, match.end()))
        start = match.end()
    if start < len(masked):
        bounds.append((start, len(masked)))
    return bounds


def _starts_sentence(rest: str) -> bool:
    """Whether what follows "U.S." begins a sentence: a function word written large."""
    word = _LETTERS.match(rest)
    return bool(word and word[0] in _NO_NAMES) or rest.startswith(_OPENING)


# --- persons ------------------------------------------------------------------------------------------------------------

_WORD = r"[\w.&'’/-]+"
_OFFICE_BEFORE = re.compile(
    rf"(?P<office>(?:(?:{_WORD})\s+){{0,9}}?(?i:(?:{_OFFICE_NOUN}))(?:\s+(?:of|for|to)\s+(?:the\s+)?(?:(?:State|Defen[cs]e|Foreign Affairs|Public Security|Commerce|Finance|"
    rf"Homeland Security|External Affairs|Health|Justice|Energy|Treasury|Agriculture|Education|Interior)(?:\s+Affairs)?))?)(?P<comma>,)?\s+"
    rf"(?:(?:Mr|Ms|Mrs|Dr|Gen|Sen|Rep|Adm|Lt|Col)\.?\s+)?(?P<name>{_FULL_NAME})"
)
_OFFICE_AFTER = re.compile(
    rf"(?P<name>{_FULL_NAME}),\s+(?P<office>(?:(?:a|an|the|our|its|his|her|one of)\s+)?(?:[\w.&'’/-]+\s+){{0,6}}?(?i:(?:{_OFFICE_NOUN}))\b(?:\s+(?:of|for|at|to|with|in|on)\s+[^,.;:“”\"]{{2,90}})?)(?=\s*[,.;]|$|\s+(?:said|told|added))"
)
_TITLE_WORD = re.compile(rf"^(?i:{_OFFICE_NOUN}|deputy|vice|assistant|acting|senior|former|chief|foreign|prime|press|state)$")


def _persons(paragraphs: Sequence[str]) -> list[_Person]:
    """Named persons with their office, in order of first mention; the fullest wording of the office wins."""
    persons: list[_Person] = []
    for number, paragraph in enumerate(paragraphs):
        hits: list[tuple[int, str, str]] = []
        for match in _OFFICE_BEFORE.finditer(paragraph):
            office, name = _office_and_name(match["office"], match["name"])
            if office and name:
                hits.append((match.start("name"), name, office))
        # The same words can introduce a second person; look again behind every office noun.
        for match in _OFFICE_AFTER.finditer(paragraph):
            name = _trim_name(match["name"])
            if name and not any(abs(match.start("name") - at) < 3 for at, _, _ in hits):
                hits.append((match.start("name"), name, _trim_office(match["office"])))
        for _, name, office in sorted(hits):
            _add_person(persons, name, office, number)
    return persons


def _add_person(persons: list[_Person], name: str, office: str, paragraph: int) -> None:
    for at, person in enumerate(persons):
        if person.name.casefold() == name.casefold():
            if not person.office or (len(person.office.split()) == 1 and len(office.split()) > 1):
                persons[at] = replace(person, office=office)
            return
    persons.append(_Person(name, office, paragraph))


def _office_and_name(office: str, name: str) -> tuple[str | None, str | None]:
    """Separate words of the office that are written large from the name: "Press Secretary Jane Roe" is one person."""
    words = name.split()
    while len(words) > 1 and _TITLE_WORD.match(words[0]):
        office, words = f"{office} {words[0]}", words[1:]
    trimmed = _trim_name(" ".join(words))
    return (_trim_office(office), trimmed) if trimmed and len(trimmed.split()) > 1 else (None, None)


def _trim_name(name: str) -> str | None:
    name = re.sub(r"['’]s?$", "", name.strip())
    words = name.split()
    if not words or words[0] in _NO_NAMES or re.fullmatch(_WEEKDAY, words[-1]):
        words = [word for word in words if word not in _NO_NAMES]
    if not words or any(_TITLE_WORD.match(word) for word in words[-1:]) or _ORGANISATION.search(" ".join(words)):
        return None
    return " ".join(words)


def _trim_office(office: str) -> str:
    """The office as a phrase of its own: what stands before it in the sentence is cut off at the last word that cannot belong to it."""
    words = office.split()
    last_capital_run = len(words) - 1
    begin = len(words) - 1
    # Walk left from the office noun: large words, their joints and a few small adjectives belong to the office.
    while begin > 0:
        word = words[begin - 1]
        bare = word.strip(",")
        if word.endswith((",", ".")) and not re.search(r"[A-Z]\.$", word):
            break
        if bare[:1].isupper() and bare not in _NO_NAMES - {"Foreign"}:
            begin -= 1
        elif bare.casefold() in _OFFICE_ADJECTIVES or re.fullmatch(_OFFICE_NOUN, bare, re.IGNORECASE):
            begin -= 1
        elif bare in ("of", "for", "and", "&") and begin > 1 and _continues_office(words[begin - 2]):
            begin -= 1
        else:
            break
    while begin < last_capital_run and words[begin].casefold() in ("and", "of", "for", "the", "a", "an"):
        begin += 1
    return re.sub(r"^(?:The|A|An|the|a|an)\s+", "", " ".join(words[begin:])).strip(" ,")


def _continues_office(word: str) -> bool:
    return bool(word[:1].isupper() and word not in _NO_NAMES) or bool(re.fullmatch(_OFFICE_NOUN, word, re.IGNORECASE))


_OFFICE_ADJECTIVES = frozenset(
    "foreign defense defence deputy vice senior chief former acting assistant state department ministry military commerce press "
    "principal executive top special presidential government national security trade police party embassy army navy prime cabinet "
    "interior finance health political general home affairs public council commission committee chinese american associate official ".split()
)


# --- quotes of a paragraph ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Attribution:
    """A verb of saying with its subject, as offsets into the paragraph.

    Attributes:
        start, end: from the subject to the verb and those addressed; reported words lie outside.
        verb_start: where the verb begins.
        speaker: who says it.
        kind: saying, directing, judging, participle or according.
        is_inverted: verb before subject.
    """

    start: int
    end: int
    verb_start: int
    speaker: Speaker
    kind: str
    is_inverted: bool = False


def _paragraph_quotes(number: int, paragraph: str, spans: list[_Span], was_open: bool, cast: _Cast) -> Iterator[FoundQuote]:
    masked = _mask(paragraph, spans)
    carried: Speaker | None = None
    for start, end in _sentences(masked):
        inside = [span for span in spans if start <= span.outer_start < end]
        attributions = _attributions(number, masked, paragraph, start, end, cast)
        for position, span in enumerate(inside):
            quote = _direct(number, paragraph, masked, (start, end), span, position, attributions, carried, was_open, cast)
            if quote is not None:
                yield quote
                if quote.speaker.name or quote.speaker.office:
                    carried = quote.speaker
        for quote in _indirect(number, paragraph, masked, (start, end), attributions):
            yield quote
        for attribution in attributions:
            carried = attribution.speaker
            cast.last = attribution.speaker
            if attribution.speaker.office or (attribution.speaker.name and cast.by_word(attribution.speaker.name)):
                cast.last_person = attribution.speaker
        if attributions and re.search(r"\b(?:made|makes) the (?:remarks?|comments?|statement)", masked[start:end]):
            carried = attributions[-1].speaker
        if not attributions:
            subject = _remark_maker(number, masked[start:end], cast)
            if subject is not None:
                cast.last = cast.last_person = carried = subject


def _remark_maker(number: int, sentence: str, cast: _Cast) -> Speaker | None:
    """The subject of "Smith made the remarks while …": no quote, but later pronouns mean him."""
    match = re.search(r"\b(?:made|gave|makes)\s+(?:the|these|those|his|her)\s+(?:remarks?|comments?|statements?)", sentence)
    return _subject_at_end(number, sentence[: match.start()], cast) if match else None


# --- attributions -------------------------------------------------------------------------------------------------------


def _attributions(number: int, masked: str, paragraph: str, start: int, end: int, cast: _Cast) -> list[_Attribution]:
    sentence = masked[start:end]
    found: list[_Attribution] = []
    for match in _VERB.finditer(sentence):
        if found and start + match.start() < found[-1].end:
            continue
        attribution = _attribution_of_verb(number, sentence, match, cast)
        if attribution is not None:
            found.append(replace(attribution, start=start + attribution.start, end=start + attribution.end, verb_start=start + attribution.verb_start))
    for match in _ACCORDING.finditer(sentence):
        rest = re.match(r"[^,.;“]+", sentence[match.end() :])
        if rest and (speaker := _source(number, rest[0], cast)) is not None:
            found.append(_Attribution(start + match.start(), start + match.end() + len(rest[0]), start + match.start(), speaker, "according"))
    found.sort(key=lambda a: a.verb_start)
    for match in _PARTICIPLE.finditer(sentence):
        at = start + match.start("verb")
        governing = [a for a in found if a.verb_start < at and a.kind != "according"]
        if governing:
            speaker = governing[-1].speaker
        else:
            subject = _main_subject(number, sentence[: match.start()], cast)
            if subject is None:
                continue
            speaker = subject
        if any(a.start <= at < a.end for a in found):
            continue
        found.append(_Attribution(start + match.start(), start + match.end("verb"), at, speaker, "participle"))
    return sorted(found, key=lambda a: a.verb_start)


def _main_subject(number: int, clause: str, cast: _Cast) -> Speaker | None:
    """The subject of a clause without a verb of saying: a name, office or organisation at its very beginning."""
    match = re.match(rf"(?:The\s+|A\s+|An\s+)?(?:{_NAME}|[Ss]pokes\w+|[Mm]inistry|[Hh]e|[Ss]he)(?=\s)", clause.lstrip(_OPENING))
    if not match:
        return None
    return _resolve(number, match[0], cast)


def _attribution_of_verb(number: int, sentence: str, match: re.Match[str], cast: _Cast) -> _Attribution | None:
    kind = match.lastgroup or "saying"
    left, right = sentence[: match.start()], sentence[match.end() :]
    quoted_as = _QUOTED_AS.search(sentence[: match.end()])
    if _PASSIVE.search(left) and not quoted_as:
        return None
    if re.search(r"\b(?:to|not to|must|should|can|could|may|might|the|a|an|its|his|their|of|and the)\s+$", left) and match[0] in ("say", "says", "notes", "claimed", "alleged", "reported", "answered", "report"):
        return None
    # Verb before subject: only right behind the words said ("…," said Smith).
    bare_left = left.rstrip()
    if kind == "saying" and (bare_left.endswith((_CLOSING, ",", "’", "'")) or not bare_left):
        inverted = _subject_at_start(number, right, cast)
        if inverted is not None:
            speaker, length = inverted
            after = match.end() + length
            addressee = _ADDRESSEE.match(sentence[after:])
            return _Attribution(match.start(), after + (addressee.end() if addressee else 0), match.start(), speaker, kind, True)
    subject_text, begin = _clause_before(left)
    speaker_found = _subject_at_end(number, subject_text, cast)
    if speaker_found is None:
        return None
    finish = match.end()
    if kind == "saying":
        addressee = _ADDRESSEE.match(right)
        if addressee:
            finish += addressee.end()
    return _Attribution(begin, finish, match.start(), speaker_found, kind)


_BOUNDARY = re.compile(
    rf"(?:{_CLOSING}|[;:(—–]|\s--\s|,\s(?:and|but|while|which|as|who|when|where|after|so|yet)\s|\s(?:but|while|because|although|when|after|before|as|if|that|which|whether|where)\s)"
)


def _clause_before(left: str) -> tuple[str, int]:
    """The clause that ends where the verb begins, and where it starts in the sentence."""
    begin = 0
    for match in _BOUNDARY.finditer(left):
        if match.end() < len(left):
            begin = match.end()
    clause = left[begin:]
    lead = len(clause) - len(clause.lstrip(" ,"))
    return clause[lead:], begin + lead


def _strip_adverbials(text: str) -> str:
    text = text.rstrip(" ,")
    for _ in range(8):
        match = _TRAILING_ADVERBIAL.search(text)
        if not match or match.start() == 0:
            break
        text = text[: match.start()].rstrip(" ,")
    return text


_PRONOUN = re.compile(r"(?:^|\s)(?P<pronoun>[Hh]e|[Ss]he|[Tt]hey|I|[Ii]t|[Ww]e|[Ww]ho)$")
_DEFINITE = re.compile(
    rf"(?:^|[\s,])(?P<the>[Tt]he|[Tt]his|[Tt]hat|[Aa]n?|[Aa]nother|[Oo]ne|[Ii]ts|[Hh]is)\s+(?P<phrase>(?:[\w.&'’/-]+\s+){{0,6}}?(?i:{_OFFICE_NOUN})(?:\s+(?:of|for|at|with|from|in)\s+[^,;]{{2,80}})?)$"
)
_BARE_OFFICE_NAME = re.compile(rf"(?P<office>(?:{_WORD}\s+){{0,9}}?(?i:{_OFFICE_NOUN})(?:\s+of\s+[A-Z]\w+)?),?\s+(?P<name>{_NAME})$")
_NAME_AT_END = re.compile(rf"(?:^|[\s,(])(?P<name>{_NAME}(?:\s+(?:of|for)\s+(?:the\s+)?(?:{_CAPITAL})(?:\s+{_CAPITAL})*)?)$")


def _subject_at_end(number: int, text: str, cast: _Cast) -> Speaker | None:
    """Who the clause before a verb of saying names as its subject; None when it names nobody."""
    text = _strip_adverbials(text)
    if not text:
        return None
    # "Jane Roe, spokeswoman for the council, said": the apposition is part of the subject.
    apposition = re.search(rf"(?P<name>{_NAME}),\s+(?P<office>(?:[\w.&'’/-]+\s+){{0,7}}?(?i:{_OFFICE_NOUN})\b[^;:“”]{{0,120}})$", text)
    if apposition:
        name = apposition["name"]
        person = cast.by_word(name, number)
        if person is not None:
            return Speaker(person.name, person.office)
    reduced = re.sub(r",\s+who\b.*$|,\s+(?:citing|quoting|referring|speaking|responding|asked|when)\b.*$", "", text)
    return _resolve(number, reduced, cast)


def _subject_at_start(number: int, text: str, cast: _Cast) -> tuple[Speaker, int] | None:
    """The subject behind an inverted verb, and how many characters it takes."""
    match = re.match(r"\s*(?P<subject>[^“”;:]*?)(?=[.;:“]?$|\.\s*$|,\s+(?:adding|saying|noting|stressing|referring|in|at|during|when|while|as|who|after|urging|calling|warning|citing|and|but|on|responding|speaking)\b|\s+(?:in|at|during|on|when|while|after|as|"
                     rf"told)\s|\s+{_WEEKDAY}|\s+yesterday|\s+today|[“])", text)
    if not match or not match["subject"].strip():
        return None
    subject = match["subject"].strip(" ,.")
    # "said Jane Roe, a spokeswoman for the council"
    name_first = re.match(rf"(?P<name>{_NAME}),\s+", subject)
    if name_first and (person := cast.by_word(name_first["name"], number)) is not None:
        return Speaker(person.name, person.office), match.end("subject")
    speaker = _resolve(number, subject, cast)
    return (speaker, match.end("subject")) if speaker is not None else None


def _source(number: int, text: str, cast: _Cast) -> Speaker | None:
    """Who stands behind ``according to``: a person, an office, an organisation, a report."""
    phrase = re.split(r"\s+(?:on|in|released|published|issued|by|that|which|who|from)\s+", text.strip(), maxsplit=1)[0]
    speaker = _resolve(number, phrase, cast)
    if speaker is not None:
        return speaker
    bare = re.sub(r"^(?:the|a|an|its|his|their)\s+", "", phrase.strip(), flags=re.IGNORECASE)
    return Speaker(None, bare) if 0 < len(bare.split()) <= 8 else None


def _resolve(number: int, text: str, cast: _Cast) -> Speaker | None:
    """A noun phrase to a speaker: pronoun, office with or without name, name, organisation, or a generic group."""
    text = text.strip(" ,")
    pronoun = _PRONOUN.search(text)
    if pronoun:
        return _by_pronoun(pronoun["pronoun"].casefold(), cast)
    office_name = _BARE_OFFICE_NAME.search(text)
    if office_name:
        office, name = _office_and_name(office_name["office"], office_name["name"])
        plain = _trim_name(office_name["name"])
        person = cast.by_word(name or plain or "", number) if (name or plain) else None
        if person is not None:
            return Speaker(person.name, person.office)
        if plain:
            return Speaker(plain, _trim_office(office or office_name["office"]))
    definite = _DEFINITE.search(text)
    if definite:
        return _by_office(definite["phrase"], definite["the"].casefold() in ("the", "this"), cast)
    organisation = re.search(r"(?:^|\s)[Tt]he\s+(?P<noun>ministry|department|embassy|commission|council|agency|office|government|union|consulate)$", text)
    if organisation:
        if cast.organisation and cast.organisation.casefold().endswith(organisation["noun"]):
            return Speaker(cast.organisation, None)
        return Speaker(organisation["noun"], None)
    named = _NAME_AT_END.search(text)
    if named:
        speaker = _by_name(number, named["name"], cast)
        if speaker is not None:
            return speaker
    mixed = re.search(rf"(?:^|\s)(?P<name>{_CAPITAL}(?:['’]s)?(?:\s+[\w'’.-]+){{0,4}}?\s+(?:ministry|department|embassy|government|side|council|commission|military|administration|authorities|police))$", text)
    if mixed:
        words = mixed["name"].split()
        while words and words[0] in _NO_NAMES:
            words = words[1:]
        if len(words) > 1:
            cast.organisation = " ".join(words)
            return Speaker(cast.organisation, None)
    group = _GENERIC_SUBJECT.search(text)
    if group:
        phrase = re.sub(r"^(?:the|a|an|some|many|several)\s+", "", group["phrase"], flags=re.IGNORECASE)
        return Speaker(None, phrase)
    if re.search(rf"(?i:\b{_OFFICE_NOUN})$", text):
        return _by_office(text, True, cast)
    return None


def _by_pronoun(pronoun: str, cast: _Cast) -> Speaker | None:
    if pronoun in ("it", "who", "we", "i"):
        return cast.last if pronoun == "it" and cast.last is not None and not cast.last.office else None
    if pronoun == "they":
        return cast.last
    last = cast.last_person
    wrong = {"he": re.compile(r"woman\b", re.IGNORECASE), "she": re.compile(r"(?<!wo)man\b", re.IGNORECASE)}[pronoun]
    if last is not None and not (last.office and wrong.search(last.office)):
        return last
    fitting = [p for p in cast.persons if p.is_spokesperson and not wrong.search(p.office or "")]
    if fitting:
        return Speaker(fitting[0].name, fitting[0].office)
    return last


def _by_office(phrase: str, is_definite: bool, cast: _Cast) -> Speaker:
    """ "The spokesman": the person with such an office who spoke last, else the only one; "a spokesman": the one the article names, if one."""
    office = re.sub(r"\s+(?:who|whose)\b.*$", "", phrase).strip(" ,")
    noun = re.search(rf"(?i:{_OFFICE_NOUN})", office)
    wanted = noun[0].casefold() if noun else office.casefold()
    is_spokes = bool(re.fullmatch(rf"{_SPOKES}|press secretary", wanted))

    def fits(other: str | None) -> bool:
        if not other:
            return False
        if is_spokes:
            if not re.search(rf"{_SPOKES}|press secretary", other, re.IGNORECASE):
                return False
            return not ((wanted.endswith("woman") and re.search(r"(?<!wo)man\b", other)) or (wanted == "spokesman" and "woman" in other))
        return wanted in other.casefold()

    # Words that tell offices apart: "Japanese Foreign Ministry spokesman" is not "White House spokesman".
    marks = {w.casefold() for w in _LETTERS.findall(office) if w[:1].isupper()} - {"spokesperson", "spokesman", "spokeswoman"}

    def agrees(other: str) -> bool:
        theirs = {w.casefold() for w in _LETTERS.findall(other) if w[:1].isupper()} - {"spokesperson", "spokesman", "spokeswoman"}
        return not marks or not theirs or bool(marks & theirs)

    if is_definite and cast.last_person is not None and fits(cast.last_person.office) and agrees(cast.last_person.office or ""):
        return cast.last_person
    persons = [p for p in cast.persons if fits(p.office) and agrees(p.office or "")]
    if len(persons) == 1 and (is_spokes or is_definite):
        return Speaker(persons[0].name, persons[0].office)
    return Speaker(None, _trim_office(office) or office)


def _by_name(number: int, name: str, cast: _Cast) -> Speaker | None:
    words = name.split()
    while words and words[0].strip(".,") in _NO_NAMES:
        words = words[1:]
    if not words:
        return None
    name = re.sub(r"['’]s$", "", " ".join(words))
    person = cast.by_word(name, number)
    if person is not None:
        return Speaker(person.name, person.office)
    if _ORGANISATION.search(name) and len(words) > 1:
        cast.organisation = name
    return Speaker(name, None)


# --- direct quotes ------------------------------------------------------------------------------------------------------


def _direct(
    number: int,
    paragraph: str,
    masked: str,
    sentence: tuple[int, int],
    span: _Span,
    position: int,
    attributions: Sequence[_Attribution],
    carried: Speaker | None,
    was_open: bool,
    cast: _Cast,
) -> FoundQuote | None:
    start, end = span.start, span.end
    while start < end and paragraph[start].isspace():
        start += 1
    while end > start and (paragraph[end - 1].isspace() or paragraph[end - 1] == ","):
        end -= 1
    if start >= end:
        return None
    words = len(_LETTERS.findall(paragraph[start:end]))
    is_whole = not masked[sentence[0] : span.outer_start].strip() and not masked[span.outer_end : sentence[1]].strip(" .")

    def quote(speaker: Speaker, rule: str) -> FoundQuote:
        return FoundQuote(number, start, end, True, speaker, rule)

    before = [a for a in attributions if a.verb_start < span.outer_start]
    after = [a for a in attributions if a.start >= span.outer_end]
    gap_after = masked[span.outer_end : after[0].start].strip(" ,") if after else None
    if words <= 2 and not is_whole and not _is_predicate(masked, span, attributions):
        return None
    ends_open = masked[span.end - 1] in ",?!—-" if span.end > span.start else False
    if after and gap_after == "" and (ends_open or not before):
        return quote(after[0].speaker, "after")
    if before:
        nearest = before[-1]
        rule = "before"
        if position and nearest.start >= sentence[0] and masked[nearest.start - 2 : nearest.start].strip().endswith(_CLOSING):
            rule = "interrupted"
        return quote(nearest.speaker, rule)
    if after and not is_whole:
        return quote(after[0].speaker, "after")
    if is_whole:
        if carried is not None:
            return quote(carried, "continued")
        if was_open or not masked[: span.outer_start].strip():
            following = _following_attribution(number, masked, sentence[1], cast)
            if following is not None and not was_open:
                return quote(following, "after")
            if cast.last is not None:
                return quote(cast.last_person or cast.last, "continued_paragraph")
        return quote(Speaker(None, None), "unattributed")
    if words < 4:
        return None
    subject = _main_subject(number, masked[sentence[0] : span.outer_start], cast)
    if subject is not None:
        return quote(subject, "subject")
    if _is_title_case(paragraph[start:end]):
        return None
    return quote(carried or Speaker(None, None), "continued" if carried else "unattributed")


def _following_attribution(number: int, masked: str, at: int, cast: _Cast) -> Speaker | None:
    """Speaker of the next sentence when the words in marks stand first: ``"… ." "…," Smith said.``"""
    for start, end in _sentences(masked[at:]):
        if not masked[at + start : at + end].startswith(_OPENING):
            return None
        attributions = _attributions(number, masked, masked, at + start, at + end, cast)
        if attributions:
            return attributions[0].speaker
    return None


def _is_predicate(masked: str, span: _Span, attributions: Sequence[_Attribution]) -> bool:
    """Whether one or two words in marks are what somebody says of something, and not a name or label for it.

    "called the report "groundless"" is said; "the "peace plan" that …" only keeps its distance.
    """
    if not any(a.verb_start < span.outer_start or a.start >= span.outer_end for a in attributions):
        return False
    left = masked[: span.outer_start].rstrip()
    right = masked[span.outer_end :]
    if re.match(r"\s+[\w“]", right) and not re.match(r"\s+(?:and|or|but|in|on|at|to|for|with|by|that|which|when|while|as|after|because|during|since|if)\b", right):
        return False
    return not _LABELLING.search(left + " ")


def _is_title_case(words: str) -> bool:
    """Whether the words are the name of a work or law: all long ones written large."""
    long_words = [word for word in _LETTERS.findall(words) if len(word) > 3]
    return bool(long_words) and all(word[:1].isupper() for word in long_words)


# --- indirect quotes ----------------------------------------------------------------------------------------------------


def _indirect(
    number: int, paragraph: str, masked: str, sentence: tuple[int, int], attributions: Sequence[_Attribution]
) -> Iterator[FoundQuote]:
    taken: list[tuple[int, int]] = []
    for index, attribution in enumerate(attributions):
        limit = min([a.start for a in attributions[index + 1 :] if a.start > attribution.end] or [sentence[1]])
        content = _content(masked, sentence, attribution, limit, taken)
        if content is None:
            continue
        start, end, rule = content
        start, end = _tidy(paragraph, masked, start, end)
        outside = _LETTERS.findall(masked[start:end].replace(_MASK, " "))
        least = 3 if rule in ("speech_act", "that_clause") else 4
        if len(outside) < least:
            continue
        taken.append((start, end))
        yield FoundQuote(number, start, end, False, attribution.speaker, rule)


def _content(
    masked: str, sentence: tuple[int, int], attribution: _Attribution, limit: int, taken: Sequence[tuple[int, int]]
) -> tuple[int, int, str] | None:
    """Where the reported words of an attribution lie, and by which rule."""
    right = masked[attribution.end : limit]
    left_start = max([sentence[0], *(end for _, end in taken if end <= attribution.start)])
    left = masked[left_start : attribution.start]
    if attribution.kind == "according":
        if not masked[sentence[0] : attribution.start].strip():
            comma = right.find(",")
            return (attribution.end + comma + 1, limit, "according_to") if comma >= 0 else None
        return sentence[0], attribution.start, "according_to"
    if attribution.kind in ("directing", "judging"):
        return attribution.verb_start, limit, "speech_act"
    if attribution.kind == "participle":
        verb = masked[attribution.verb_start : attribution.end]
        if re.match(r"(?:urging|calling|describing|accusing|citing|expressing|demanding)", verb):
            return attribution.verb_start, limit, "participle"
        clause = re.match(r"\s*(?:,\s*)?(?:that\s+)?", right)
        return attribution.end + (clause.end() if clause else 0), limit, "participle"
    stripped = right.strip(" .,")
    ends_here = not stripped or right.lstrip().startswith((".", ";")) or (right.lstrip().startswith(",") and left.strip(" ,"))
    if ends_here:
        words_left = left.strip(" ,")
        if not words_left:
            return None
        is_split = right.lstrip().startswith(",") and len(_LETTERS.findall(right)) >= 3 and re.match(r"\s*,\s+(?:is|are|was|were|has|have|had|will|would|can|could|should|must|may|does|do|did|not|but)\b", right)
        if is_split:
            return left_start, limit, "parenthetical"
        if _is_all_marked(words_left):
            return None
        return left_start, attribution.start, "trailing"
    verb = masked[attribution.verb_start : attribution.end]
    expressed = re.match(r"(?:expressed|voiced|conveyed)\b", verb)
    if expressed:
        hope = re.match(r"\s+(?:\w+['’]?s?\s+){0,4}?(?:hopes?|belief|view|confidence|conviction|expectation|concern|regret|opinion|understanding)\s+(?:that\s+)", right)
        if hope:
            return attribution.end + hope.end(), limit, "that_clause"
        return attribution.verb_start, limit, "speech_act"
    clause = re.match(r"\s*[,:]?\s*(?:that\s+)?", right)
    begin = attribution.end + (clause.end() if clause else 0)
    if masked[begin:limit].lstrip().startswith(_OPENING) and _is_all_marked(masked[begin:limit].strip(" .,")):
        return None
    return begin, limit, "that_clause"


def _is_all_marked(text: str) -> bool:
    """Whether a stretch holds nothing but words in marks."""
    return not _LETTERS.findall(re.sub(rf"{_OPENING}[^{_CLOSING}]*{_CLOSING}?", " ", text).replace(_MASK, " "))


def _tidy(paragraph: str, masked: str, start: int, end: int) -> tuple[int, int]:
    """Trim joints, stops and dangling conjunctions at both ends of reported words."""
    cut = _CUT.search(masked, start, end)
    if cut and cut.start() - start > 20:
        end = cut.start()
    changed = True
    while changed:
        changed = False
        while start < end and paragraph[start] in " ,;:—–.":
            start, changed = start + 1, True
        while end > start and paragraph[end - 1] in " ,;:—–.":
            end, changed = end - 1, True
        joint = re.compile(r"(?:and|but|while|that|as|so)\s+").match(masked, start, end)
        if joint and joint[0].strip() in ("and", "but", "that"):
            start, changed = joint.end(), True
        tail = re.compile(r"[\s,]+(?:and|but|while|as|when|after|which|who)$").search(masked[start:end])
        if tail:
            end, changed = start + tail.start(), True
    # A closing mark that the trim left without its opening one, or the other way round, belongs to the words.
    inside = masked[start:end]
    if inside.count(_OPENING) > inside.count(_CLOSING) and end < len(masked):
        closing = masked.find(_CLOSING, end)
        if 0 <= closing - end <= 1:
            end = closing + 1
    if inside.count(_CLOSING) > inside.count(_OPENING) and start and masked[start - 1] == _OPENING:
        start -= 1
    return start, end
