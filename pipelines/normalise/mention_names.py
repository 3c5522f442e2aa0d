"""Names of the vocabularies in running text: places, bodies, outlets, spokespersons, persons, offices.

Names are data (``dbt/seeds``: entity_names, places, bodies, outlets, spokespersons, persons, offices); what is decided
from the words around a name is here. ``docs/decisions/0003-how-country-mentions-were-measured.md`` says what counts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from pipelines.vocabularies import vocabulary

LEFT_CONTEXT_CHARS = 40
"""How much of the text before a name the expressions ``not_before`` and ``only_before`` see."""

_HAN_FROM = "⺀"
"""Characters from here on are Chinese (or Japanese, Korean, full-width marks): no blanks between words."""
_WORD_END = re.compile(r"[A-Za-zÀ-ɏ0-9]")
_FIRST_WORD = re.compile(r"[A-Za-zÀ-ɏ0-9]+|.", re.DOTALL)


class Name(NamedTuple):
    """A spelling of the vocabularies.

    ``entity_id`` is empty for what only looks like a name (a newspaper, a sea) and holds several ids, separated by ``|``,
    where the name alone does not tell. The expressions are compiled; None where the seed has none.
    """

    surface: str
    entity_id: str
    kind: str
    rule: str
    not_before: re.Pattern[str] | None = None
    not_after: re.Pattern[str] | None = None
    only_before: re.Pattern[str] | None = None
    only_after: re.Pattern[str] | None = None

    def fits(self, text: str, start: int, end: int) -> bool:
        """Whether the words around ``text[start:end]`` allow this reading."""
        before = text[max(0, start - LEFT_CONTEXT_CHARS) : start]
        return not (
            (self.not_before is not None and self.not_before.search(before))
            or (self.not_after is not None and self.not_after.match(text, end))
            or (self.only_before is not None and not self.only_before.search(before))
            or (self.only_after is not None and not self.only_after.match(text, end))
        )


class Found(NamedTuple):
    """A name in a text; offsets are the text's."""

    start: int
    end: int
    entity_id: str
    kind: str
    rule: str


class Loose(NamedTuple):
    """A capitalised word that is no name of the vocabularies: a surname, perhaps."""

    start: int
    word: str


@dataclass(frozen=True)
class Lexicon:
    """All spellings of a language, by first word (Chinese: first two characters), longest first."""

    token: re.Pattern[str]
    names: dict[str, tuple[Name, ...]]
    is_chinese: bool
    short_forms: frozenset[str] = field(default_factory=frozenset)

    def scan(self, text: str, short_form: Callable[[str, int], int]) -> tuple[list[Found], list[Loose]]:
        """Names from left to right, none inside another, the longest that fits where several begin.

        Args:
            text: a turn.
            short_form: called with a position where no name of the lexicon begins but a Chinese short form may; returns
                where the form ends, or the position itself.
        """
        found: list[Found] = []
        loose: list[Loose] = []
        position = 0
        for match in self.token.finditer(text):
            start = match.start()
            if start < position:
                continue
            word = match[0]
            for name in self.names.get(text[start : start + 2] if word >= _HAN_FROM else word, ()):
                end = start + len(name.surface)
                if not text.startswith(name.surface, start) or not _ends_here(text, end) or not name.fits(text, start, end):
                    continue
                rule = self._rule(name, text, start, end)
                if rule is None:
                    continue
                found.append(Found(start, end, name.entity_id, name.kind, rule))
                position = end
                break
            else:
                if word in self.short_forms:
                    position = short_form(text, start)
                elif not self.is_chinese:
                    loose.append(Loose(start, word))
        return found, loose

    def _rule(self, name: Name, text: str, start: int, end: int) -> str | None:
        """The rule of the mention; None where the name is none here."""
        is_latin = text[start].isascii() or not self.is_chinese
        if name.rule == "capital":
            return "capital" if (stands_for_government if is_latin else stands_for_government_zh)(text, start, end) else None
        if name.rule == "surname":
            return "surname" if stands_alone(text, start, end) else None
        if name.kind == "place" and is_latin:
            if name.surface in _TONGUES and _is_language(text, start, end):
                return None
            if text.startswith(" side", end):
                return "side"
        return name.rule


def _ends_here(text: str, end: int) -> bool:
    return end >= len(text) or not text[end - 1].isalnum() or text[end - 1] >= _HAN_FROM or not _WORD_END.match(text, end)


# --- what the words around a name tell --------------------------------------------------------------------------------

_TONGUES = frozenset(
    "Chinese French German Japanese Russian Spanish Korean Portuguese Italian Vietnamese Thai Dutch Polish Greek Turkish Swedish Czech Burmese Nepali Ukrainian".split()
)
_SPEAKING_OF_A_TONGUE = re.compile(r"\b(?:[Ii]n|into|[Ss]peak|[Ss]peaks|[Ss]poke|[Ss]peaking|[Ll]earn|learning) (?:both )?$")
_TONGUE_ENDS = re.compile(r"(?:[.,;:)?!]|$| and English| or English| as well)", re.MULTILINE)


def _is_language(text: str, start: int, end: int) -> bool:
    """ "in Chinese.", "speak French": the language, not the country."""
    return bool(_TONGUE_ENDS.match(text, end) and _SPEAKING_OF_A_TONGUE.search(text[max(0, start - 20) : start]))


# A capital stands for its government where it acts or is dealt with; where people are, go, meet or come from, it is a city.
_CITY_BEFORE = re.compile(
    r"\b(?:in|In|at|At|near|Near|outside|inside|around|via|through|downtown|central|visit\w*|leave|leaves|left|leaving|reach\w*|tour|toured|host|hosted|arriv\w+|travel\w*|go|goes|went|"
    r"going|fly|flew|flying|flights?|trains?|return\w*|came|come|coming|trips?|way|back|invited|sent|moved|University|Battle|[Mm]ayor|[Cc]ity|capital|citizens|residents|doctors|streets?|Port|"
    r"District|Bishop|Besides|besides|including)(?: (?:to|in|from|of|for|at|the|downtown|city|capital|central|home))*,? $"
)
_CITY_AFTER = re.compile(
    r" [A-Z0-9]|(?:['’]s)? (?:subway|metro|streets?|police|airport|summits?|meetings?|conference|time|municipal\w*|residents?|citizens?|suburbs?|office|hotel|hospital|university|square|"
    r"headquarters|region|area|city|urban|traffic|weather|flights?|marathon|schools?)\b|['’]s (?:Red Square|Forbidden City|Tian)|-(?:based|born|Tianjin)|,? D\.?C\b"
)
_DEALT_WITH = re.compile(
    r"\b(?:relations?|relationship|ties|links|talks?|negotiat\w+|dialogue|deals?|agreements?|differences?|disputes?|tensions?|contacts?|communications?|cooperation|alliance|pressure|sanctions|"
    r"tariffs|influence|control|push-?back|critici\w+|support|messages?|signals?|warnings?|calls?|responses?|reactions?|demands?|approval|orders|instructions?|concessions|complaints?|threats?|"
    r"impact|dependence|reliance|attitudes?|polic(?:y|ies)|positions?|stance|part|behalf|result|strategy|accus\w+|blam\w+|urg\w+|press\w*|ask\w*|told|warn\w*|push\w*|make|made|between|"
    r"both|against|anger\w*|critical|loyal|beholden|hostile|accountable|susceptib\w+)(?: (?:ties|relations|links|pressure|talks))?"
    r"(?: (?:with|to|on|of|from|by|for|between|against|towards?|in|over|both|the|that|[A-Z]{2,}|and))* $"
)
_ACTS = re.compile(
    r"(?:['’]s (?!\d)|['’] |-(?:backed|led|controlled|friendly|imposed|appointed|approved|run)\b|"
    r" (?:also |never |always |still |now |already |once |and [A-Z]\w+ )*"
    r"(?:says?|said|ha[sd]|have|will|would|should|must|can|could|may|might|does|did|do|is|was|are|were|wants?|wanted|hope[sd]?|listens?|enforces?|expects?|urge[sd]?|calls?|called|accuse[sd]?|"
    r"blame[sd]?|claim\w*|den(?:y|ies|ied)|agree[sd]?|refuse[sd]?|reject\w*|react\w*|respond\w*|insist\w*|warn\w*|threaten\w*|announce[sd]?|decide[sd]?|impose[sd]?|release[sd]?|instructed|"
    r"summon\w*|recall\w*|expel\w*|withdr\w+|sees?|saw|sought|seeks?|tr(?:y|ies|ied)|stop\w*|beg[ia]n\w*|continue[sd]?|keeps?|kept|makes?|made|takes?|took|puts?|gives?|gave|needs?|needed|"
    r"plans?|planned|intends?|think\w*|thought|believe[sd]?|regards?|considers?|knows?|knew|views?|recogni[sz]e[sd]?|officials?|leaders?|leadership|government|regime|administration|authorities|"
    r"counterparts?|policy|policies|politicians|lawmakers)\b)"
)
_PAIRED_BEFORE = re.compile(r"\b([A-Z][a-z]+(?: [A-Z][a-z]+)?)(?: and |-| or )$")


def stands_for_government(text: str, start: int, end: int) -> bool:
    """Whether a capital's name stands for the government that sits there (English)."""
    from_char = max(0, start - 60)
    before = text[from_char:start]
    if _CITY_AFTER.match(text, end) or _CITY_BEFORE.search(before):
        return False
    if _ACTS.match(text, end) or _DEALT_WITH.search(before):
        return True
    pair = _PAIRED_BEFORE.search(before)
    if pair is None or pair[1] not in _capitals_en():
        return False
    return stands_for_government(text, from_char + pair.start(1), from_char + pair.end(1))


_CAPITALS_ZH = "北京|华盛顿|莫斯科|东京|首尔|平壤|台北|布鲁塞尔|伦敦|德黑兰|新德里|基辅"
_CITY_BEFORE_ZH = re.compile(r"(?:在|于|赴|抵|抵达|到|到达|去|访问|飞往|前往|来|来到|从|离开|自|途经|经|首都|驻|飞|返回|回到|往|至)$")
_ACTS_ZH = re.compile(
    r"(?:方面|当局|政权|政府(?!大楼)|官员|高层|决策|(?:还|也|已|已经|正|将|会|应|应该|必须|如果|一直|一再|再次|曾)*"
    r"(?:表示|宣布|认为|指责|称|说|要求|呼吁|希望|警告|威胁|决定|采取|拒绝|同意|试图|企图|强调|回应|承诺|施压|制裁)|[和与同](?:"
    + _CAPITALS_ZH
    + ")(?:的)?(?:关系|之间|对话|会谈|谈判))"
)
_RELATION_BEFORE_ZH = re.compile(f"(?:(?:{_CAPITALS_ZH})[和与同、]|对|向)$")
_RELATION_AFTER_ZH = re.compile(r"(?:的)?(?:关系|之间|施压|提出|发出|表示|作出)")


def stands_for_government_zh(text: str, start: int, end: int) -> bool:
    """Whether a capital's name stands for the government that sits there (Chinese)."""
    before = text[max(0, start - 8) : start]
    if _CITY_BEFORE_ZH.search(before):
        return False
    return bool(_ACTS_ZH.match(text, end) or (_RELATION_BEFORE_ZH.search(before) and _RELATION_AFTER_ZH.match(text, end)))


_NAME_BEFORE = re.compile(r"(?:^|[^\w])([A-Z][\w'’-]*\.?) $")
_NO_FIRST_NAME = frozenset(
    "President Vice Secretary Minister Prime Chancellor Premier Chairman Director Ambassador Senator Congressman Representative Envoy Adviser Advisor General Governor Mayor "
    "Speaker Commissioner Leader Mr Mr. Ms Ms. Mrs Mrs. Miss Dr Dr. Madam Sir The When And But Did Does Do Has Have If As That In On At Is Was Will Would Can Could While After Before "
    "Since Because Although What Why How Who Where For With By From To Of Both Then Earlier Yesterday Today Monday Tuesday Wednesday Thursday Friday Saturday Sunday State Former "
    "According Recently Meanwhile Also So Like Under Does".split()
)
_NAME_AFTER = re.compile(r"(?:-[A-Z]| (?:Jr|Sr|II|III)\b| (?!(?:Administration|Government|Cabinet|White|Says|Has)\b)[A-Z][a-z]+)")


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a surname is all there is of the name: no first name before it, no further name after it."""
    before = _NAME_BEFORE.search(text[max(0, start - 25) : start])
    if before and before[1] not in _NO_FIRST_NAME:
        return False
    return not (_NAME_AFTER.match(text, end) or text[start - 1 : start] == "-")


# --- the lexicons -----------------------------------------------------------------------------------------------------


def _expression(fragment: str | None, *, before: bool) -> re.Pattern[str] | None:
    if not fragment:
        return None
    return re.compile(f"(?:{fragment})$" if before else f"(?:{fragment})")


def _listed(cell: str | None) -> list[str]:
    return [part for part in (cell or "").split("|") if part]


def _entity_names(language: str, source_id: str) -> Iterable[Name]:
    """Places, bodies and look-alikes of the seed entity_names."""
    for row in vocabulary("entity_names").filter(language=language).iter_rows(named=True):
        if row["source_id"] and row["source_id"] != source_id:
            continue
        entity_id = row["entity_id"] or ""
        yield Name(
            row["surface"],
            entity_id,
            entity_id.split(":")[0],
            row["rule"],
            _expression(row["not_before"], before=True),
            _expression(row["not_after"], before=False),
            _expression(row["only_before"], before=True),
            _expression(row["only_after"], before=False),
        )


def label_only() -> frozenset[str]:
    """Names of outlets that are ordinary words in running text ("Sky", "AIR"); they hold for labels only."""
    return frozenset(vocabulary("entity_names").filter(rule="label_only")["surface"])


_OUTLET_THE = re.compile(r"(?: (?:newspaper|reported|reports?|report|said|says|quoted|revealed|published|wrote|website)\b|['’]s? )")


def _outlets(language: str) -> Iterable[Name]:
    skipped = label_only()
    columns = ["name", "aliases"] if language == "en" else ["zh_labels"]
    for row in vocabulary("outlets").iter_rows(named=True):
        for column in columns:
            for surface in [row[column]] if column == "name" else _listed(row[column]):
                if surface and surface not in skipped:
                    # "The Australian" begins a sentence about the Australian side more often than it names the paper.
                    only_after = _OUTLET_THE if surface in ("The Australian", "The Hindu", "The Paper", "The Telegraph") else None
                    yield Name(surface, row["entity_id"], "outlet", "name" if column == "name" else "alias", only_after=only_after)


def _people(language: str) -> Iterable[Name]:
    for row in vocabulary("spokespersons").unique("entity_id", keep="first", maintain_order=True).iter_rows(named=True):
        for surface in [row["name"], *_listed(row["aliases"])] if language == "en" else [row["zh_name"]]:
            if surface:
                yield Name(surface, row["entity_id"], "spokesperson", "name")
    for row in vocabulary("persons").iter_rows(named=True):
        entity_id = row["entity_id"]
        if language == "en":
            yield Name(row["name"], entity_id, "person", "name")
            for alias in _listed(row["aliases"]):
                yield Name(alias, entity_id, "person", "alias")
            if row["surname_alone"] == "true":
                yield Name(row["surname"], entity_id, "person", "surname")
        else:
            rule = "needs_office" if row["zh_needs_office"] == "true" else "name"
            for alias in [row["zh_name"], *_listed(row["zh_aliases"])]:
                if alias:
                    yield Name(alias, entity_id, "person", rule)


def _offices(language: str) -> Iterable[Name]:
    for surface, office in vocabulary("offices").filter(language=language).select("surface", "office").iter_rows():
        yield Name(surface, office, "office", "office")


@cache
def _capitals_en() -> frozenset[str]:
    return frozenset(vocabulary("entity_names").filter(language="en", rule="capital")["surface"])


@cache
def short_form_letters() -> frozenset[str]:
    """First characters of the Chinese short forms."""
    return frozenset(form[0] for form in vocabulary("short_forms")["form"])


@cache
def lexicon(language: str, source_id: str) -> Lexicon:
    """The lexicon of a language; names of the sample's invented states hold for its own source only.

    A Chinese text also holds English names ("CNN", "G20"), so its lexicon has both.
    """
    is_chinese = language == "zh"
    names: list[Name] = []
    for tongue in ("zh", "en") if is_chinese else ("en",):
        names += [*_people(tongue), *_outlets(tongue), *_entity_names(tongue, source_id), *_offices(tongue)]
    names = [name for name in names if name.rule != "label_only"]
    first: dict[str, list[Name]] = defaultdict(list)
    for name in names:
        first[_first(name.surface)].append(name)
    # Longest first; among equals the one that asks most of its surroundings, then the order of the vocabularies.
    table = {
        word: tuple(sorted(group, key=lambda name: (-len(name.surface), not (name.only_before or name.only_after))))
        for word, group in first.items()
    }
    others = sorted(word for word in table if not word[0].isupper() and word.isascii())
    latin = rf"(?<![A-Za-zÀ-ɏ0-9])(?:[A-ZÀ-Þ][A-Za-zÀ-ɏ0-9]*|(?:{'|'.join(map(re.escape, others))})(?![A-Za-z0-9]))"
    han = "".join(sorted({word[0] for word in table if word >= _HAN_FROM} | short_form_letters()))
    token = re.compile(rf"[{han}]|{latin}" if is_chinese else latin)
    return Lexicon(token, table, is_chinese, short_form_letters() if is_chinese else frozenset())


def _first(surface: str) -> str:
    if surface[0] >= _HAN_FROM:
        return surface[:2]
    match = _FIRST_WORD.match(surface)
    return match[0] if match else surface[0]
