"""Speaker labels of Chinese pages: what stands before the colon, and whom it names.

A colon does not make a label: "还是那句话：" begins a sentence. A label names somebody who asks (问, 追问, an outlet's
记者) or answers (答, 发言人, a spokesperson's name, "name + 表示").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pipelines.parse import labels
from pipelines.vocabularies import vocabulary

_LABEL = re.compile(r"^(?P<label>[^:：。？！；?!;\n]{1,40}?)\s*(?:(?<!\d)[:：]|[:：](?!\d\d))\s*")
_NUMBER = r"[一二三四五六七八九十\d]{0,2}"
_ASKED = r"(?:追问|再问|补充提问|补充|继续追问|继续提问|再次追问|进一步追问|提问|问道|问及|问|解释)"
_QUESTION = re.compile(rf"^(?:问|Q|提问|问题|追问|再问|记者|(?:有|另有)?记者{_ASKED}){_NUMBER}$")
_ASKER = re.compile(rf"^(?:有|另有)?(?P<outlet>[^，,]{{1,36}}?)(?:等)?记者们?{_ASKED}?{_NUMBER}$")
_ASKED_IN_BRACKETS = re.compile(rf"[（(]({_ASKED}{_NUMBER})[）)]$")
"""甲社记者（追问） is 甲社记者追问."""
_ANSWER = re.compile(rf"^(?:答|A|回答|答复|(?:[^，。：:]{{0,8}}外交部)?(?:新闻)?发言人){_NUMBER}$")
_SAID = r"(?:(?:当日|今天|随后)?(?:应询|回应|笑着|补充|进一步)?(?:表示|说|回答|答复|答道|答|宣布|指出|强调|介绍说|介绍|称))"
_OFFICE = r"(?:[^，。：:]{0,8}外交部)?(?:新闻司)?(?:副?司长|部长助理)?(?:发言人)?"
_TITLE_AFTER = r"(?:发言人|副?司长|先生|女士|[（(][^（）()]{0,16}(?:发言人|司长)[）)])?"
_PERSON = re.compile(r"^[\u4e00-\u9fff]{2,4}$|^[\u4e00-\u9fff]{1,8}·[\u4e00-\u9fff]{1,8}$")
_NOT_AN_ASKER = re.compile(
    r"^(?:据|来自|我|你|您|他|她|它|这|那|各|对|向|请|在|当|就|关于|至于|针对|刚才|今天|昨天|前天|上周|此前|谈到|正如|很多|许多|一些|不少|首先|最后|第|如果|除了|面对)"
    r"|的$|[“”‘’（(]|注意到|希望|认为|表示"
)
_OUTLET_ENDING = re.compile(
    r"(?:社|报|电视台|电台|广播公司|电视总台|总台|卫视|日报|晚报|时报|邮报|周刊|月刊|杂志|新闻|新闻网|新闻台|中文网|网|CNN|BBC|NHK|CGTN)$"
)
_FOLLOW_UP = re.compile(r"追问|再问|补充|解释|继续提问")
_ALSO = r"(?:也|亦|还|均|都|同时|此前)"
_SAME = r"(?:一个|的)?(?:类似|相同|同样|同一)的?(?:问题|提问)"
_CO_ASKERS = re.compile(
    rf"[（(\[]\s*(?P<names>[^（）()\[\]。？！：:]{{2,80}}?)(?:记者)?(?:{_ALSO}+(?:提问|询问|提出|提到|问及|问到|关注|提|问)(?:了|过|到)?(?:{_SAME})?"
    rf"|(?:提问|询问|提出|提到|问及|问到|提|问)(?:了|过)?{_SAME})。?\s*[）)\]]"
    rf"|[（(\[]\s*{_SAME}{_ALSO}?(?:来自|由|[:：])\s*(?P<others>[^（）()\[\]。？！]{{2,80}}?)(?:记者)?(?:提出|提问)?。?\s*[）)\]]"
)


def split_label(paragraph: str) -> tuple[str, int] | None:
    """The words before a paragraph's first colon, and where the text after it begins; None without a colon in reach.

    A colon inside a clock time (14:30) ends no label.
    """
    match = _LABEL.match(paragraph)
    return (match["label"].strip(), match.end()) if match else None


def is_generic_question(label: str) -> bool:
    """问, 追问, 追问一, 记者, 有记者问, 记者追问: somebody asks who is not named."""
    return bool(_QUESTION.match(_ASKED_IN_BRACKETS.sub(r"\1", label)))


def is_asker(label: str) -> bool:
    """Whether a label names reporters of one or more outlets, in the form "…记者", "…记者追问"."""
    label = _ASKED_IN_BRACKETS.sub(r"\1", label)
    match = _ASKER.match(label)
    return bool(match) and not _NOT_AN_ASKER.search(label)


def names_no_outlet(label: str) -> bool:
    """Whether a reporter's label has no outlet: "有俄罗斯记者问及" says only where the reporter comes from."""
    return is_generic_question(label) or label.startswith(("有", "另有"))


def is_outlet_name(label: str) -> bool:
    """Whether a label without 记者 could be an outlet: the vocabulary holds it, or it ends like one (社, 报, 电视台 …)."""
    if len(label) > 24 or "，" in label or _NOT_AN_ASKER.search(label):
        return False
    return all(_is_known_outlet(part) or _OUTLET_ENDING.search(part) is not None for part in _split_joint(label))


def is_generic_answer(label: str) -> bool:
    """答, 发言人, 外交部发言人: the answer's label without a name."""
    return bool(_ANSWER.match(label))


def named_speaker(label: str, speakers: Sequence[str]) -> str | None:
    """The one of ``speakers`` whom an answer's label names: "林禾", "外交部发言人林禾", "林禾发言人",
    "林禾（外交部发言人）", "林禾表示"; None if none."""
    for speaker in speakers:
        if re.fullmatch(rf"{_OFFICE}{re.escape(speaker)}{_TITLE_AFTER}(?:{_SAID})?", label):
            return speaker
    return None


def begins_reply(paragraph: str, speakers: Sequence[str]) -> bool:
    """Whether a paragraph begins "name + 表示，": a reply told in the third person, as after a conference."""
    return any(re.match(rf"{_OFFICE}{re.escape(speaker)}{_SAID}[，,：:“]", paragraph) for speaker in speakers)


def is_person(label: str) -> bool:
    """Whether a label has the form of a Chinese or a transcribed name."""
    return bool(_PERSON.match(label))


def is_misspelt(label: str, speakers: Sequence[str]) -> bool:
    """Whether a name differs from a speaker's in one character; the family name of a name of two must be right."""
    return any(
        len(label) == len(speaker) >= 2
        and sum(a != b for a, b in zip(label, speaker, strict=True)) == 1
        and (len(label) > 2 or label[0] == speaker[0])
        for speaker in speakers
    )


@cache
def known_spokespersons() -> frozenset[str]:
    """Chinese names of all spokespersons of the vocabulary."""
    return frozenset(vocabulary("spokespersons")["zh_name"].drop_nulls())


def is_follow_up(label: str | None, text: str) -> bool:
    """Whether the page itself calls a question a follow-up: by its label, or because it opens with 追问."""
    return bool(label and _FOLLOW_UP.search(label)) or "追问" in text[:15]


def co_askers(label: str | None, text: str) -> tuple[str, ...]:
    """Further outlets of a joint label ("甲社记者/乙报记者") and of a remark "（丙台记者问了类似问题）", in order."""
    found = [plain_outlet(part) for part in _split_joint(label)[1:]] if label and is_asker(label) else []
    for match in _CO_ASKERS.finditer(text):
        found.extend(plain_outlet(part) for part in _split_joint(match["names"] or match["others"]))
    return tuple(dict.fromkeys(name for name in found if name))


def only_co_askers(paragraph: str) -> bool:
    """Whether a paragraph is nothing but such a remark."""
    return bool(_CO_ASKERS.fullmatch(paragraph.strip()))


def plain_outlet(label: str) -> str:
    """An outlet's name without 记者 and title marks: "《甲报》记者追问" is 甲报."""
    label = _ASKED_IN_BRACKETS.sub(r"\1", label.strip())
    return re.sub(rf"记者们?{_ASKED}?{_NUMBER}$|[《》]", "", re.sub(rf"记者们?{_ASKED}?{_NUMBER}$", "", label.strip())).strip()


def _split_joint(label: str) -> list[str]:
    """Outlets of a joint label. 和 and 与 join only what ends like an outlet on both sides, as they occur in names."""
    parts = [part.strip() for part in re.split(r"\s*[/／、&]\s*", label) if part.strip()]
    split: list[str] = []
    for part in parts:
        for match in re.finditer(r"[和与及]", part):
            left, right = part[: match.start()], part[match.end() :]
            if _looks_like_outlet(left) and _looks_like_outlet(right):
                split.extend((left, right))
                break
        else:
            split.append(part)
    return split or [label]


def _looks_like_outlet(name: str) -> bool:
    plain = plain_outlet(name)
    return _is_known_outlet(plain) or _OUTLET_ENDING.search(plain) is not None


def _is_known_outlet(name: str) -> bool:
    return labels.is_known_outlet(plain_outlet(name))
