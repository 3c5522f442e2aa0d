"""Speaker labels of English pages: what stands before the colon, and whether it names anyone.

A colon does not make a label. A label is short, stands at the start of a paragraph and is a name (every word
capitalised but for a few joining words) or one of the generic words below.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pipelines.vocabularies import vocabulary

_LABEL = re.compile(r"^(?P<label>[^:：\n]{1,70}?)\s*[:：]\s*(?!\d\d\b)")
_QUESTION = re.compile(
    r"^(?:Q|Questions?|(?:Q|Question)\s?\d{1,2}|(?:The\s+)?(?:Journalist|Reporter|Correspondent)s?|Follow[- ]?up(?:\s+question)?|Ques)$"
    r"|^(?:The\s+)?(?:[Jj]ournalist|[Rr]eporter)\s+\w+(?:\s+\w+)?$|^Follow[- ]?up\b.{0,40}$",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"^(?:A|Answer|(?:A|Answer)\s?\d{1,2}|Spokes(?:person|man|woman|peron)(?:\s+[A-Z][\w-]+){0,3})$")
_FOLLOW_UP = re.compile(r"follow[- ]?up|clarif|explain|continu|ask(?:s|ed) (?:again|further)", re.IGNORECASE)
_JOINING = frozenset("of the and for de la el du di von van der des do da al in on & - – / à le les y et e with at".split())
_DISCOURSE = frozenset(
    "first second third fourth fifth sixth firstly secondly thirdly finally lastly fact facts lie lies truth reality note "
    "remarks introduction conclusion example moreover besides however therefore but so and also yes no well here today "
    "yesterday question answer point one two three four five six seven updated background summary myth claim allegation "
    "step part chapter section article photo caption source".split()
)  # fmt: skip
_CO_ASKERS = re.compile(
    r"[(\[（]\s*(?:A\s+|The\s+)?(?:Similar|Same)\s+questions?\s*(?:(?:was|were)\s+)?(?:also\s+)?(?:(?:asked|raised|put|posed)\s+)?(?:from|by)\s*:?\s*(?P<names>[^)\]）]{2,200})[)\]）]",
    re.IGNORECASE,
)


def split_label(paragraph: str) -> tuple[str, int] | None:
    """The label-like beginning of a paragraph: the words before its first colon, and where the text after it begins.

    None when there is no colon in reach or the colon belongs to a clock time ("Between 00:00 and 24:00").
    """
    match = _LABEL.match(paragraph)
    if not match:
        return None
    label = match["label"].strip().lstrip("<[(*\"'“").strip()
    return (label, match.end()) if label else None


def is_generic_question(label: str) -> bool:
    """Q, Question, Journalist, Follow-up, "Journalist clarifies"."""
    return bool(_QUESTION.match(label))


def is_generic_answer(label: str) -> bool:
    """A, Answer, Spokesperson, "Spokesperson Hua Chunying"."""
    return bool(_ANSWER.match(label))


def is_follow_up(label: str) -> bool:
    """Whether the label itself says that the question follows up."""
    return bool(_FOLLOW_UP.search(label))


def is_name_like(label: str) -> bool:
    """Whether a label could be the name of an outlet or person: one to eight words, all capitalised but joining words."""
    words = label.split()
    if not 1 <= len(words) <= 8 or not any(character.isalpha() for character in label):
        return False
    if any(character in label for character in '.!?;"“”') and not re.fullmatch(r"(?:[A-Za-z&]\.?)+|.*\b(?:[A-Z]\.)+.*", label):
        return False
    if "," in label or words[0].lower().strip("()") in _DISCOURSE and len(words) <= 2:
        return False
    plain = [word for word in words if word.lower().strip("()'’") not in _JOINING]
    return bool(plain) and all(word.lstrip("(‘'“\"@")[:1].isupper() or word[:1].isdigit() for word in plain)


@cache
def _known_outlets() -> frozenset[str]:
    try:
        outlets = vocabulary("outlets")
    except FileNotFoundError:
        return frozenset()
    names: set[str] = set()
    for column in ("name", "aliases", "zh_labels"):
        for cell in outlets[column].drop_nulls():
            names.update(name.strip().casefold() for name in cell.split("|"))
    return frozenset(names)


def is_known_outlet(label: str) -> bool:
    """Whether the outlet vocabulary holds the label, or each part of a joint label ("ITN & BBC")."""
    parts = joint_askers(label)
    return any(part.casefold() in _known_outlets() for part in parts)


def joint_askers(label: str) -> list[str]:
    """The outlets of a joint label: "ITN&BBC" and "Bloomberg/Macau Monthly" name two.

    A part must be a name of its own ("AT&T News" would stay whole: "AT" alone is not followed by a known outlet, but no
    outlet of the vocabulary is written so).
    """
    return [part for part in (piece.strip() for piece in re.split(r"\s*[/&]\s*", label)) if part] or [label]


def is_single_outlet(label: str) -> bool:
    """Whether the vocabulary holds the label as one outlet, or it has no joining sign at all."""
    return label.casefold() in _known_outlets() or len(joint_askers(label)) == 1


def similar_askers(text: str) -> list[str]:
    """Outlets of "(Similar question from X and Y)", in order."""
    names: list[str] = []
    for match in _CO_ASKERS.finditer(text):
        names.extend(n for name in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*[/&;]\s*", match["names"]) if (n := name.strip(" .")))
    return names


def only_similar_askers(text: str) -> bool:
    """Whether a paragraph is nothing but such a remark."""
    return bool(_CO_ASKERS.fullmatch(text.strip()))


def names_speaker(label: str, speakers: Sequence[str]) -> bool:
    """Whether a label is one of the page's speakers: full name or a part of it, case and spaces aside.

    Pages write "Kong" for Kong Quan, "Hua chunying", "Hong  Lei", and once a letter is missing or doubled; a label
    within one edit of the full name counts when it has as many words.
    """
    plain = _plain(label)
    for speaker in speakers:
        name = _plain(speaker)
        if not name:
            continue
        words = [_plain(word) for word in speaker.split()]
        if plain == name or plain in words or (len(words) > 2 and plain == "".join(words[:2])):
            return True
        if len(name) >= 6 and len(label.split()) in (len(speaker.split()), 1) and _within_one_edit(plain, name):
            return True
    return False


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalpha())


def _within_one_edit(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1:
        return False
    i = 0
    while i < min(len(a), len(b)) and a[i] == b[i]:
        i += 1
    return a[i + 1 :] == b[i + 1 :] or a[i + 1 :] == b[i:] or a[i:] == b[i + 1 :] or sorted(a) == sorted(b)
