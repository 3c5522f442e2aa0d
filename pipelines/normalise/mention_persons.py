"""Persons named with their office, and by surname once they have been named.

"US Vice President Mike Pence", "President of Meridia Oriel Tamsin", 美国国务卿蓬佩奥, 王毅国务委员: the office tells that a name
follows (in Chinese also that one went before), the country beside it whose office it is. A surname alone counts for
whom the same document has named in full before; a surname that fits nobody, or several, is left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from pipelines.normalise.mention_names import Found, Loose
from pipelines.vocabularies import vocabulary

LONGEST_LINK_CHARS = 45
"""How far a country may stand from an office or name ("of the Federal Democratic Republic of …")."""

SURNAME_FIRST = frozenset({"CHN", "HKG", "MAC", "TWN", "KOR", "PRK", "VNM"})

_COMMON_WORDS = frozenset(
    "May He Law Rice Park Ban Son Song Long Brown Young White Black Li Hu Wu Ma Xi An To Dar Ho Le Sun Han Bush Minister Kim Lee Wang Zhang Liu Chen Yang".split()
)
"""Surnames that are ordinary words, or too frequent to tell whom they mean: they need an office."""


class Holder(NamedTuple):
    """A person with an office in a text.

    Attributes:
        start, end: the mention with office and country.
        name: as written; empty when the vocabulary knows the person.
        entity_id: empty when the vocabulary does not know the person.
        office: in English, as the vocabulary writes it; several are joined by " and ".
        place_id: entity of the country or body named with the office; None when none is.
        absorbed: start of the plain mention of the same person that this one replaces; None when there is none.
    """

    start: int
    end: int
    name: str
    entity_id: str
    office: str
    place_id: str | None
    absorbed: int | None


@dataclass
class Introduced:
    """Persons that a document has named so far: surname -> entity ids."""

    surnames: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, surname: str, entity_id: str) -> None:
        """Note that a person has been named; the last one named comes last."""
        known = self.surnames[surname]
        if entity_id in known:
            known.remove(entity_id)
        known.append(entity_id)


def slug(name: str) -> str:
    """A name as part of an id: "António Guterres" -> ``antonio-guterres``; Chinese characters stay."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).lower()
    return re.sub(r"[^\w一-鿿]+|_", "-", re.sub(r"['’.]", "", plain)).strip("-")


# --- English ----------------------------------------------------------------------------------------------------------

_NO_NAME = frozenset(
    "The This That These Those It He She We They I You In On At And But Or For Of To By With From As If When While After Before Since What Why How Who Where Will Would Can Could "
    "Do Does Did Is Are Was Were Has Have Had Not No Yes Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September "
    "October November December Mr Mr. Ms Ms. Mrs Mrs. Miss Dr Dr. Sir Lord Lady Madam Department Ministry Minister Ministers Secretary President Presidents Council Committee Office "
    "House Party Court Affairs Assembly Parliament Senate Congress Commission Bureau Agency Government Administration Embassy Consulate University Institute Conference Summit Forum "
    "Meeting Dialogue Statement Act Bill Treaty Agreement Declaration Charter Convention Republic Kingdom State States Foreign National Security Defense Defence Trade Commerce "
    "Finance Energy Health Justice Home Interior Political Communist Central Standing General Deputy Vice Prime First Second Third Special High Representative Representatives Envoy "
    "Ambassador Director Chairman Spokesperson Spokesman Spokeswoman Union Organization Association Federation League Bank Fund Group Company Corporation Army Navy Force Forces Air "
    "Royal Imperial Cabinet Chief Executive Emeritus Elect Day Week Year Today Yesterday Tomorrow Pacific Atlantic Command Fleet Nuclear Power Chamber Federal Network Foundation Population "
    "Officer Provincial Local Municipal Regional World Global New Supreme People Research Center Centre Museum Association Industry Public Affairs Commissioner Delegation Mission".split()
)
_WORD = r"[A-ZÀ-Þ][A-Za-zÀ-ɏ]*(?:-[A-Za-zÀ-ɏ]+)*(?:['’](?!s\b)[A-Za-zÀ-ɏ]+)*"
_PARTICLE = r"(?:bin|ibn|al|el|von|van|der|den|de|da|dos|del|di|la|le|du|Bin|Al)"
_NEXT_WORD = re.compile(rf"[ ](?:({_PARTICLE}(?:[- ]{_PARTICLE})?[- ](?:{_WORD}))|((?:[A-ZÀ-Þ]\.)+(?=[ ]))|({_WORD}))")
_TITLE = re.compile(r" (?:Mr|Mrs|Ms|Dr|Sir|Lord|Dame|Madam|H\.E)\.?(?= [A-Z])")
_OF_PLACE = re.compile(
    r"(?:['’]s)? (?:of|for|to|at|in|from) (?:the )?(?:(?:Democratic |Islamic |Federal |Federative |Plurinational |Arab |United )*(?:Republic|Kingdom|State|Commonwealth|Union|Principality|Sultanate) of (?:the )?)?$"
)
_PORTFOLIO = re.compile(
    r"(?: (?:of|for|on|and|&|in|to|the)|,? (?:Foreign|External|International|Regional|Affairs|Cooperation|Co-operation|Trade|Defen[cs]e|National|Security|Finance|Economy|Economic|Commerce|"
    r"Interior|Home|Health|Justice|Education|Culture|Tourism|Energy|Agriculture|Transport|Transportation|Environment|Labou?r|Industry|Industries|Planning|Development|Investment|Science|"
    r"Technology|Public|Integration|Immigration|Worship|Religious|Diaspora|Nationals?|Abroad|Policy|Human|Rights|Services|Communications?|Digital|Infrastructure|Water|Resources|Mines|"
    r"Petroleum|Gender|Youth|Sports?|Social|Welfare|Homeland|Political|Peace|Climate|Change|Arms|Control|Nonproliferation|Non-proliferation|East|Asian|Pacific|Peninsula|Issue|Issues|"
    r"Reconciliation|House|Representatives|Senate|Assembly|Parliament|Europe|Committee|Ministry|Office|Council)(?![a-z]))*"
)
_TITLES_ALONE = frozenset({"Mr", "Ms", "Mrs", "Madam", "Mr.", "Ms.", "Mrs."})
_BETWEEN_COUNTRY_AND_OFFICE = re.compile(
    r"(?:['’]s?)? (?:(?:former|then|then-|new|newly elected|current|visiting|outgoing|incoming|acting|late|ex-|top|senior|the|Former|Republican|Democratic|Democrat|State|Federal|Senate|House|"
    r"government|Government|Navy|Army|Air Force|special|Special|Deputy|deputy|first|First|Trade|trade|economic|Health|Treasury|Justice|Foreign|Defense|Defence|State Department|Department of \w+) ?)*$"
)
_CHAIN = re.compile(r" (?:and|&) $|, (?:and )?$")


def office_holders(text: str, found: Sequence[Found], introduced: Introduced, year: int | None) -> list[Holder]:
    """Persons whose name follows an office (English).

    Args:
        text: a turn.
        found: everything that the lexicon found in it, offices included, from left to right.
        introduced: persons named before; the persons found here are added.
        year: year of the document, to tell two presidents of one surname apart; None when not known.
    """
    starts = {item.start: item for item in found}
    ends = {item.end: item for item in found if item.kind in ("place", "body", "office")}
    holders: list[Holder] = []
    for office in found:
        if office.kind != "office":
            if office.kind in ("person", "spokesperson"):
                introduce(introduced, office.entity_id)
            continue
        at, place = _after_office(text, office.end, starts)
        known = starts.get(at + 1) if text[at : at + 1] == " " else None
        title = _TITLE.match(text, at)
        if title:
            at = title.end()
            known = starts.get(at + 1)
        if known is not None and known.kind in ("person", "spokesperson"):
            name, name_end = "", known.end
        else:
            name, name_end = _name_at(text, at, starts)
            known = None
            if not name:
                continue
        start, offices, before = _before_office(text, office, ends)
        place = before or place
        end = name_end
        if place is None:
            after = _place_after(text, name_end, starts)
            if after is not None:
                place, end = after, after.end
        place_id = place.entity_id if place else None
        joined = " and ".join(dict.fromkeys(offices))
        if known is not None:
            holders.append(Holder(start, end, "", known.entity_id, joined, place_id, known.start))
            introduce(introduced, known.entity_id)
            continue
        entity_id = ""
        if " " not in name and "-" not in name:
            entity_id = by_surname(name, introduced, joined, place_id, year) or ""
            if not entity_id:
                continue
        holders.append(Holder(start, end, name, entity_id, joined, place_id, None))
        if not entity_id:
            introduced.add(surname_of(name, place_id), f"person:{slug(name)}")
    return holders


def _after_office(text: str, end: int, starts: dict[int, Found]) -> tuple[int, Found | None]:
    """Where the name should follow: behind a portfolio ("for Trade") or a country ("of the Republic of Meridia")."""
    portfolio = _PORTFOLIO.match(text, end)
    stop = portfolio.end() if portfolio else end
    for begin in range(end + 1, min(stop + LONGEST_LINK_CHARS, len(text))):
        item = starts.get(begin)
        if item is None or item.kind == "office":
            continue
        is_linked = (
            _OF_PLACE.fullmatch(text, end, begin) or _OF_PLACE.fullmatch(text, stop, begin) or (stop > end and text[stop:begin] == " ")
        )
        if item.kind in ("place", "body") and is_linked:
            return item.end + (2 if text.startswith(("'s", "’s"), item.end) else 0), item
        break
    is_whole = portfolio is not None and portfolio[0].split()[-1:] and portfolio[0].split()[-1] not in _LINKS
    return (stop if is_whole else end), None


_LINKS = frozenset({"of", "for", "on", "and", "&", "in", "to", "the"})


def _name_at(text: str, at: int, starts: dict[int, Found]) -> tuple[str, int]:
    """Up to five capitalised words that are no names of something else and no common nouns of institutions."""
    begin, end = at + 1, at
    for _ in range(5):
        match = _NEXT_WORD.match(text, end)
        if not match:
            break
        if match.start() + 1 in starts or match[0].strip() in _NO_NAME:
            break
        end = match.end()
    name = text[begin:end].strip()
    if not name or (len(name) < 2) or name.isupper():
        return "", at
    return name, end


def _before_office(text: str, office: Found, ends: dict[int, Found]) -> tuple[int, list[str], Found | None]:
    """Start of the whole mention, the offices from left to right, and the country before them."""
    start, offices = office.start, [office.entity_id]
    while True:
        chained = next(
            (
                ends[end]
                for end in (start - 5, start - 2, start - 6, start - 3)
                if end in ends and ends[end].kind == "office" and _CHAIN.fullmatch(text[end:start])
            ),
            None,
        )
        if chained is None:
            break
        start = chained.start
        offices.insert(0, chained.entity_id)
    for end in range(start - 1, max(-1, start - LONGEST_LINK_CHARS), -1):
        item = ends.get(end)
        if item is None:
            continue
        if item.kind in ("place", "body") and _BETWEEN_COUNTRY_AND_OFFICE.fullmatch(text[end:start]):
            return item.start, offices, item
        break
    return start, offices, None


def _place_after(text: str, end: int, starts: dict[int, Found]) -> Found | None:
    for begin in range(end + 4, min(end + LONGEST_LINK_CHARS, len(text))):
        item = starts.get(begin)
        if item is not None:
            is_linked = text.startswith(" of ", end) and _OF_PLACE.fullmatch(text, end, begin)
            return item if item.kind in ("place", "body") and is_linked else None
    return None


# --- whom a surname means ----------------------------------------------------------------------------------------------


class _Known(NamedTuple):
    entity_id: str
    iso3: str
    offices: tuple[str, ...]
    from_year: int
    to_year: int


@cache
def _by_surname() -> dict[str, list[_Known]]:
    table: dict[str, list[_Known]] = defaultdict(list)
    for row in vocabulary("persons").iter_rows(named=True):
        if row["surname"]:
            offices = tuple(part.lower() for part in (row["office"] or "").split("|"))
            table[row["surname"]].append(
                _Known(row["entity_id"], row["iso3"] or "", offices, int(row["from"] or 0), int(row["to"] or 9999))
            )
    return table


@cache
def _surnames() -> dict[str, str]:
    """Entity -> surname, for persons and spokespersons of the vocabularies."""
    known = {row["entity_id"]: row["surname"] or "" for row in vocabulary("persons").iter_rows(named=True)}
    for entity_id, name, state in vocabulary("spokespersons").select("entity_id", "name", "source_id").iter_rows():
        known[entity_id] = name.split()[0] if state == "mfa" else name.split()[-1]
    return known


def introduce(introduced: Introduced, entity_id: str) -> None:
    """Note that a person of the vocabularies has been named."""
    surname = _surnames().get(entity_id, "")
    if surname:
        introduced.add(surname, entity_id)


def surname_of(name: str, place_id: str | None) -> str:
    """Last word of a name, the first where names begin with the surname (China, Korea, Viet Nam)."""
    words = name.split()
    return words[0] if (place_id or "").removeprefix("place:") in SURNAME_FIRST else words[-1]


def by_surname(surname: str, introduced: Introduced, office: str, place_id: str | None, year: int | None) -> str | None:
    """The one person whom a surname with an office means: named before, or the only holder in the vocabulary; else None."""
    iso3 = (place_id or "").removeprefix("place:") if (place_id or "").startswith("place:") else ""
    named = introduced.surnames.get(surname)
    known = [k for k in _by_surname().get(surname, ()) if not iso3 or k.iso3 == iso3]
    if named:
        if len(named) == 1 or not known:
            return named[-1]
        fits = [k.entity_id for k in known if k.entity_id in named]
        return fits[-1] if fits else named[-1]
    in_office = [k for k in known if year is None or k.from_year <= year <= k.to_year + 1]
    plain = office.lower()
    exact = [k for k in in_office if any(part.startswith(plain) for part in k.offices)] if plain else []
    for fits_ in (exact, in_office):
        ids = {k.entity_id for k in fits_}
        if len(ids) == 1:
            return ids.pop()
    return None


def bare_surnames(text: str, loose: Iterable[Loose], taken: Sequence[tuple[int, int]], introduced: Introduced) -> list[Found]:
    """Surnames standing alone of persons whom the document has named before.

    Args:
        text: a turn.
        loose: its capitalised words that are no names of the vocabularies.
        taken: spans of persons already found in it.
        introduced: persons named before this turn or in it.
    """
    result: list[Found] = []
    for item in loose:
        ids = introduced.surnames.get(item.word)
        if not ids or len(ids) != 1 or item.word in _COMMON_WORDS or len(item.word) < 3:
            continue
        end = item.start + len(item.word)
        if any(start <= item.start < stop for start, stop in taken):
            continue
        before = text[max(0, item.start - 12) : item.start]
        if re.search(r"[A-Z][\w'’-]* $", before) and not re.search(
            r"\b(?:Mr|Ms|Mrs|Dr|President|Minister|Secretary|Madam|But|And|When|If|As|That|Did|Does|Has|Will|Is)\.? $", before
        ):
            continue
        if re.match(r"[- ][A-Z][a-z]", text[end : end + 3]) or text[item.start - 1 : item.start] == "-":
            continue
        result.append(Found(item.start, end, ids[0], "spokesperson" if ids[0].startswith("spokesperson:") else "person", "surname"))
    return result


# --- Chinese ----------------------------------------------------------------------------------------------------------

_FOREIGN = "阿埃艾爱安昂奥巴白柏拜班邦保鲍贝本比彼毕宾波博勃伯布查昌达戴丹道德邓迪蒂丁杜敦多顿恩尔法范菲费芬丰夫弗福富盖甘冈戈哥格根古瓜哈海汉豪赫亨洪胡华怀惠霍基吉纪加贾简杰金久卡凯坎康考科柯克肯孔库夸拉莱赖兰朗劳勒雷黎李利丽莉林琳龙隆卢鲁路伦罗洛吕马玛迈麦曼芒毛梅门蒙孟米密敏摩莫墨默姆木穆纳娜奈尼倪宁纽努诺欧帕潘庞培佩蓬皮平珀普齐奇恰钱乔切钦琼丘屈荣茹瑞萨赛桑森沙莎尚绍舍申沈圣施史什斯思苏索塔泰坦唐特滕提田廷图托陀瓦旺威韦维魏温翁沃乌武希夏香肖谢辛欣休许雪雅亚延扬杨耶叶伊依因英尤约云扎詹张哲珍朱兹佐茨"
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎武乔贺赖龚文乐习栗耿华陆翟丛廉肖解冉"
_AFTER_NAME = r"(?=[，。、；：？！“”（）《》\s]|$|表示|表态|说|称|将|在|和|与|同|的|对|就|会见|会谈|会晤|访|于|日前|今|昨|以|是|为|及|还|已|曾|也|宣布|指出|发表|出席|抵|举行|一行|阁下|先生|女士|夫妇|应|率|主持|强调|认为|通|本|当|重申|讲话|接受|代表|回应|谈|发|有关|作|被|共|分别|此|近|下|上|前|后|致|参|来|赴|离|一|不|向|从|把|由)"
_FOREIGN_NAME = re.compile(rf"(?:[{_FOREIGN}]{{2,7}}?(?:[·•‧][{_FOREIGN}]{{1,7}}?){{0,4}}){_AFTER_NAME}")
_CHINESE_NAME = re.compile(rf"[{_SURNAMES}][一-鿿]{{1,2}}?{_AFTER_NAME}")
_CHINESE_OFFICES = re.compile(r"外交部|部长助理|国务委员|国务院|驻|中国|特使|特别代表|大使|司长")
_TITLE_AFTER = re.compile(r"(?:总统|总理|首相|主席|外长|部长|国务卿|大臣|特使|大使|秘书长|先生|女士|阁下|议员|州长|市长|殿下|委员长|国王)")


def office_holders_zh(text: str, found: Sequence[Found]) -> tuple[list[Holder], set[int]]:
    """Persons named with an office (Chinese).

    Returns:
        The persons, and the starts of those plain mentions that count only with an office ("罗斯") and have one.
    """
    starts = {item.start: item for item in found}
    ends = {item.end: item for item in found if item.kind in ("place", "body", "office")}
    holders: list[Holder] = []
    confirmed: set[int] = set()
    for office in found:
        if office.kind != "office":
            if office.rule == "needs_office" and _TITLE_AFTER.match(text, office.end):
                confirmed.add(office.start)
            continue
        if office.end in starts and starts[office.end].kind == "office":
            continue
        start, offices, place = _chain_zh(text, office, ends)
        known = starts.get(office.end)
        if known is not None and known.kind in ("person", "spokesperson"):
            holders.append(
                Holder(
                    start,
                    known.end,
                    "",
                    known.entity_id,
                    " and ".join(dict.fromkeys(offices)),
                    place.entity_id if place else None,
                    known.start,
                )
            )
            confirmed.add(known.start)
            continue
        before = next((item for item in found if item.end == start and item.kind in ("person", "spokesperson")), None)
        if before is not None and place is None and not (office.entity_id in _SENT_BY and _leads(before.entity_id)):
            begin = before.start
            country = ends.get(before.start)
            if country is not None and country.kind == "place":
                begin, place = country.start, country
            holders.append(
                Holder(
                    begin,
                    office.end,
                    "",
                    before.entity_id,
                    " and ".join(dict.fromkeys(offices)),
                    place.entity_id if place else None,
                    before.start,
                )
            )
            confirmed.add(before.start)
            continue
        if known is not None:
            continue
        is_chinese = place is None or place.entity_id == "place:CHN"
        if is_chinese and not _CHINESE_OFFICES.search(text[max(0, start - 4) : office.end]):
            continue
        match = (_CHINESE_NAME if is_chinese else _FOREIGN_NAME).match(text, office.end)
        if match:
            entity_id = _known_zh().get(re.split("[·•‧]", match[0])[-1], "") if _FIRST_NAME_MARK.search(match[0]) else ""
            holders.append(
                Holder(
                    start, match.end(), match[0], entity_id, " and ".join(dict.fromkeys(offices)), place.entity_id if place else None, None
                )
            )
    return holders, confirmed


_SENT_BY = frozenset({"Special Envoy", "Special Representative", "Presidential Envoy", "Spokesperson", "Adviser"})
"""习近平主席特使: the envoy of the president, not his office."""


@cache
def _leads(entity_id: str) -> bool:
    offices = dict(vocabulary("persons").select("entity_id", "office").iter_rows())
    return (offices.get(entity_id) or "").startswith(("President", "Prime Minister", "Leader", "Premier"))


_FIRST_NAME_MARK = re.compile("[·•‧]")


@cache
def _known_zh() -> dict[str, str]:
    """Chinese name -> person of the vocabulary; names that two persons share are left out."""
    names: dict[str, set[str]] = defaultdict(set)
    for entity_id, name in vocabulary("persons").select("entity_id", "zh_name").drop_nulls().iter_rows():
        names[name.split("·")[-1]].add(entity_id)
    return {name: ids.pop() for name, ids in names.items() if len(ids) == 1}


def _chain_zh(text: str, office: Found, ends: dict[int, Found]) -> tuple[int, list[str], Found | None]:
    """Start of the whole mention, the offices, and the country or body before them: 俄罗斯外长, 美国白宫国家安全顾问, 驻华大使."""
    start, offices = office.start, [office.entity_id]
    while True:
        gap = 1 if text[start - 1 : start] in ("兼", "、", "和") else 0
        item = ends.get(start - gap)
        if item is None or item.kind != "office":
            break
        start = item.start
        offices.insert(0, item.entity_id)
    for middle in (
        "",
        "前",
        "代",
        "新任",
        "候任",
        "时任",
        "现任",
        "国会",
        "联邦",
        "常驻",
        "临时政府",
        "政府",
        "国家",
        "国防部",
        "外交部",
        "国务院",
        "的",
    ):
        if middle and not text.endswith(middle, 0, start):
            continue
        item = ends.get(start - len(middle))
        if item is not None and item.kind in ("place", "body"):
            return item.start, offices, item
    return start, offices, None
