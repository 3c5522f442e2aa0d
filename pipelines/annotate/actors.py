"""Actors of an accusation in a sentence: states and their organs, blocs, unnamed others, and the home state as "we"."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import polars as pl

from pipelines.annotate.codebook import PREFIX, PrefixTable, alternatives, home_words, prefixes
from pipelines.vocabularies import vocabulary

UNNAMED = "UNNAMED"

_SPEAKER = frozenset({"we", "We", "our", "Our", "us", "I", "my", "My", "我们", "我国", "我方"})
# "with the US side", "on Iran", "against China": an actor behind one of these is not the subject of what follows.
_PREPOSITION = re.compile(
    r"\b(?:on|against|to|in|with|for|of|toward|towards|into|from|at|over|about|between|among|including|like|than|around|within|across)"
    r"(?: (?:the|some|certain|its|their|other|all|both|this|former|those))*\W*$",
    re.IGNORECASE,
)
_POSSESSOR_OF_ACT = re.compile(
    r"\b(?:part|side|people|individuals|politicians|officials|government|media|practices?|acts?|moves?|behavior|attempts?|call\w*|advice) (?:of|in|on|from|by)(?: the)?\W*$",
    re.IGNORECASE,
)

# "对伊朗实施", "入侵乌克兰", "赞赏巴方", "涉俄罗斯": the object of an act. "对美方的干涉表示不满" names the one who acts, so what follows decides.
_TOWARDS_ZH = re.compile(r"(?:针对|(?<![反面应绝相敌])对于?|向|给)(?:包括|所有|[一二两三四五六七八九十多几数\d]*[名个家位艘项些])?$")
_PATIENT_ZH = re.compile(
    r"(?:入侵|侵略|轰炸|制裁|打压|遏制|围堵|攻击|抹黑|支持|帮助|协助|援助|赞赏|感谢|祝贺|尊重|声援|涉|关于|赴|抵|访问|接受|会见)(?:包括|了)?《?$"
)
_WITH_ZH = re.compile(r"(?:同|与|跟)$")
_DONE_TO_ZH = re.compile(
    r"^[^，。；]{0,14}?(?:的(?:大规模|非法|单边|无理|有关)*(?:制裁|封锁|指责|抹黑|污蔑)|实施|施加|进行|采取|发动|发起|滥施|施压|极限施压|动武|加征|出售|"
    r"提供|挑起|军售|单边制裁|非法制裁)"
)
_STANCE_ZH = re.compile(
    r"表示[^，。]{0,6}(?:不满|反对|谴责|关切|遗憾|失望|愤慨)|坚决反对|强烈谴责|深表|(?:提出|进行)了?(?:严正|强烈)?(?:交涉|抗议)|表明|表达"
)
_TOPIC_ZH = re.compile(r"^核?(?:问题|危机|局势|半岛|战争|冲突|战场|人民|民众|难民|平民|核)")

_CONTRAST_ZH = re.compile(r"^[^。；]*(?:对照|对比|反差|截然不同|完全不同)")
_LISTED_ZH = re.compile(r"(?:、[^，。、的]{1,5})*(?:、|和|及|以及|与)")


class Actor(NamedTuple):
    """An actor in a sentence; offsets are the sentence's.

    Attributes:
        code: ISO 3166 alpha-3 or one of the special codes.
        is_subject: False where a preposition makes it the object or a circumstance.
        is_speaker: named by "we" or "our", not by the state's name.
    """

    start: int
    end: int
    code: str
    label: str
    is_subject: bool
    is_speaker: bool


class _Names:
    """Names of actors, with their code as value, and the places of a text at which one may begin."""

    def __init__(self, language: str, home: str) -> None:
        own = home_words(home, language)
        rows = [(home, word) for word in (*_SPEAKER, *map(re.escape, own.names + own.adjectives))]
        for code, expression in vocabulary("accusation_actors").filter(language=language).select("actor", "expression").iter_rows():
            rows += [(code, alternative) for alternative in alternatives(expression)]
        rows += _other_states(language, {code for code, _ in rows})
        self.table = PrefixTable()
        small = set()
        for code, name in rows:
            flags = re.NOFLAG if name in _SPEAKER else re.IGNORECASE
            self.table.add(code, name, re.compile(f"(?:{name})(?![A-Za-z])" if language == "en" else name, flags))
            small |= {re.escape(prefix[:2]) for prefix in prefixes(name) if prefix[:1].islower()}
        # Names begin with a capital; only what the vocabulary writes small ("certain countries") may also stand small in a text.
        begins = rf"(?<![A-Za-z])(?=((?:[A-Z0-9\"]|{'|'.join(sorted(small))}).{{0,3}}))"
        self.places = re.compile(begins) if language == "en" else self.table.places


@cache
def _names(language: str, home: str) -> _Names:
    return _Names(language, home)


def _other_states(language: str, covered: set[str]) -> list[tuple[str, str]]:
    """Names, demonyms and adjectives of the states (the invented ones of the sample, too) that the vocabulary of actors has no row for."""
    places = vocabulary("places").filter(pl.col("place_status").is_in(["sovereign", "invented"])).select("entity_id", "iso3")
    names = vocabulary("entity_names").filter(pl.col("rule").is_in(["name", "alias", "demonym", "adjective"]), language=language)
    rows = names.join(places, on="entity_id").filter(~pl.col("iso3").is_in(list(covered)), pl.col("surface").str.len_chars() > 1)
    longest_first = rows.sort(pl.col("surface").str.len_chars(), "surface", descending=[True, False])
    case = "(?-i:{})" if language == "en" else "{}"
    return [
        (iso3, case.format(re.escape(surface).replace("\\ ", " ")) + (f"(?!{not_after})" if not_after else ""))
        for iso3, surface, not_after in longest_first.select("iso3", "surface", "not_after").iter_rows()
    ]


def find_actors(sentence: str, language: str, home: str) -> tuple[Actor, ...]:
    """Actors in a sentence, in order.

    Args:
        sentence: straightened text (see ``sentences``).
        language: ``en`` or ``zh``.
        home: ISO code of the state whose spokesperson speaks; "we" stands for it.
    """
    names = _names(language, home)
    known = names.table.known
    actors: list[Actor] = []
    end = 0
    for place in names.places.finditer(sentence):
        letters = place[1][:PREFIX]
        rows = known.get(letters)
        if rows is None:
            rows = names.table.at(letters)
        start = place.start()
        if not rows or start < end:
            continue
        for code, expression in rows:
            match = expression.match(sentence, start)
            if match:
                before = sentence[max(0, start - 40) : start]
                end = match.end()
                if language == "zh":
                    is_subject = _acts_in_chinese(sentence, start, end, actors, code, home)
                else:
                    is_subject = not _PREPOSITION.search(before) or bool(_POSSESSOR_OF_ACT.search(before))
                actors.append(Actor(start, end, code, match.group(), is_subject, match.group() in _SPEAKER))
                break
    return tuple(actors)


def _acts_in_chinese(sentence: str, start: int, end: int, earlier: list[Actor], code: str, home: str) -> bool:
    """Whether the actor at ``sentence[start:end]`` may be the one who acts: neither topic nor object of the words around it.

    Args:
        sentence: straightened text.
        start, end: place of the actor.
        earlier: actors before it.
        code: of the actor.
        home: ISO code of the state whose spokesperson speaks.
    """
    before, after = sentence[max(0, start - 12) : start], sentence[end : end + 60]
    if earlier and earlier[-1].end == start:
        return earlier[-1].is_subject  # one name of two parts, "联合国人权理事会"
    if earlier and not earlier[-1].is_subject and _LISTED_ZH.fullmatch(sentence[earlier[-1].end : start]):
        return False
    if before.endswith("在") and code != home:
        return False
    if _TOPIC_ZH.search(after) or _PATIENT_ZH.search(before):
        return False
    if _WITH_ZH.search(before):
        if _CONTRAST_ZH.search(after):
            return True
        # "美国与英国": two subjects. "中方同俄方", "愿与各方": company.
        return bool(earlier) and earlier[-1].end == start - 1 and earlier[-1].is_subject and earlier[-1].code != home
    if _TOWARDS_ZH.search(before):
        agent = next((a for a in reversed(earlier) if a.is_subject), None)
        if agent and agent.code != home:
            return False
        return bool(_STANCE_ZH.search(after.split("对此")[0])) or not _DONE_TO_ZH.search(after)
    return True
