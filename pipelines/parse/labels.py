"""Speaker labels of English pages: what stands before the colon, and whether it names anyone.

A colon does not make a label. A label is short, stands at the start of a paragraph and is a name (every word
capitalised but for a few joining words) or one of the generic words below.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pipelines.parse.titles import SPOKESPERSON
from pipelines.vocabularies import vocabulary

LABEL_CHARACTERS = 70
"""Longest label looked for; the longest published ones have some 50 ("Bloomberg / China Review News / The Paper")."""

_NUMBER = re.compile(r"^\W{0,3}\d{1,2}\s?[.、)）\]]\s*")
_ASKER = r"(?:journalist|reporter|correspondent)s?"
_QUESTION = re.compile(
    rf"(?:Q|Ques|Questions?|(?:Q|Question)\s?\(?\d{{1,2}}\)?|(?:The\s+|A\s+|One\s+|Another\s+)?{_ASKER}(?:\s+\w+){{0,2}}|Follow[- ]?up\b.{{0,40}})",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    rf"(?:A|Ans|Answer|(?:A|Answer)\s?\(?\d{{1,2}}\)?|(?:(?:(?:Chinese\s+)?Foreign\s+Ministry|MFA|FM)(?:['’]s)?\s+)?{SPOKESPERSON}(?:\s+[A-Z][\w-]+){{0,3}})"
)
_FOLLOW_UP = re.compile(r"follow[- ]?up|clarif|explain|continu|ask(?:s|ed) (?:again|further)", re.IGNORECASE)
_JOINING = frozenset(
    "of the and for de la el du di von van der des do da al in on & - – / à le les y et e with at reporter journalist correspondent".split()
)
_DISCOURSE = frozenset(
    "first second third fourth fifth sixth firstly secondly thirdly finally lastly fact facts lie lies truth reality note "
    "remarks introduction conclusion example moreover besides however therefore but so and also yes no well here today "
    "yesterday question answer point one two three four five six seven updated background summary myth claim allegation "
    "step part chapter section article photo caption source rumor rumour falsehood response".split()
)  # fmt: skip
_ABBREVIATION = re.compile(r"(?:[A-Za-z&]\.?)+|.*\b(?:[A-Z]\.)+.*")
_CO_ASKERS = re.compile(
    r"""[(\[（]\s*(?:
      (?:A\s+|The\s+)?(?:Similar|Same)\s+questions?\s*(?:(?:was|were)\s+)?(?:also\s+)?(?:(?:asked|raised|put|posed)\s+)?(?:from|by)\s*:?\s*
        (?P<names>[^)\]）]{2,200})
     |(?P<askers>[^()\[\]（）]{2,200}?)\s+(?:have\s+|has\s+)?(?:also\s+)?(?:asked|raised|put|posed|had)\s+(?:also\s+)?(?:a\s+|the\s+)?
        (?:similar|same)\s+questions?\s*\.?\s*
    )[)\]）]\s*\.?""",
    re.IGNORECASE | re.VERBOSE,
)
_HONORIFIC = re.compile(r"(?:Mr|Ms|Mrs|Mme|Miss)\.?\s+(?=[A-Z])")
_OFFICE = re.compile(rf"\s*(?:[(（][^()（）]*{SPOKESPERSON}[^()（）]*[)）]|,[^,]*{SPOKESPERSON}[^,]*)$", re.IGNORECASE)


def split_label(paragraph: str) -> tuple[str, int] | None:
    """The label-like beginning of a paragraph: the words before its first colon, and where the text after it begins.

    None when there is no colon in reach or the colon belongs to a clock time ("Between 00:00 and 24:00").
    """
    colon = paragraph.find(":", 0, LABEL_CHARACTERS + 3)
    if colon < 0 or "：" in paragraph[:colon]:
        colon = paragraph.find("：", 0, LABEL_CHARACTERS + 3)
    if colon < 1 or (paragraph[colon - 1].isdigit() and paragraph[colon + 1 : colon + 3].isdigit()):
        return None
    label = _NUMBER.sub("", paragraph[:colon]).strip().lstrip("<[(*\"'“").strip()
    return (label, colon + 1) if label else None


@lru_cache(4096)
def is_generic_question(label: str) -> bool:
    """Q, Question 2, Journalist, Follow-up, "Journalist clarifies"."""
    return _QUESTION.fullmatch(label) is not None


@lru_cache(4096)
def is_generic_answer(label: str) -> bool:
    """A, Answer, Spokesperson, "Foreign Ministry Spokesperson Hua Chunying"."""
    return _ANSWER.fullmatch(label) is not None


@lru_cache(4096)
def is_follow_up(label: str) -> bool:
    """Whether the label itself says that the question follows up."""
    return _FOLLOW_UP.search(label) is not None


@lru_cache(4096)
def is_name_like(label: str) -> bool:
    """Whether a label could be the name of an outlet or person: one to eight words, all capitalised but joining words."""
    words = label.split()
    if not 1 <= len(words) <= 8 or "," in label or not any(character.isalpha() for character in label):
        return False
    if any(character in label for character in '.!?;"“”') and not _ABBREVIATION.fullmatch(label):
        return False
    if len(words) <= 2 and words[0].lower().strip("()") in _DISCOURSE:
        return False
    plain = [word for word in words if word.lower().strip("()'’") not in _JOINING]
    return bool(plain) and all(word.lstrip("(‘'“\"@")[:1].isupper() or word[:1].isdigit() for word in plain)


def without_office(label: str) -> str:
    """A name without "Mr." before it and "(Foreign Ministry Spokesperson)" after it."""
    return _OFFICE.sub("", _HONORIFIC.sub("", label, count=1) if _HONORIFIC.match(label) else label)


@lru_cache(4096)
def is_list_of_names(label: str) -> bool:
    """Whether a label could name several outlets with commas in between: "AFP, Foghorn Review"."""
    parts = re.split(r"\s*,\s*(?:and\s+)?", label)
    return len(parts) > 1 and all(is_name_like(part) for part in parts)


def is_person_like(label: str) -> bool:
    """Whether a label could be a person's name: two or three words of letters that are no outlet of the vocabulary."""
    words = label.split()
    return len(words) in (2, 3) and all(word.replace("-", "").isalpha() for word in words) and not is_known_outlet(label)


@cache
def _known_outlets() -> frozenset[str]:
    outlets = vocabulary("outlets")
    cells = [cell for column in ("name", "aliases", "zh_labels") for cell in outlets[column].drop_nulls()]
    return frozenset(name.strip().casefold() for cell in cells for name in cell.split("|"))


@cache
def _known_spokespersons() -> frozenset[str]:
    people = vocabulary("spokespersons")
    cells = [cell for column in ("name", "aliases") for cell in people[column].drop_nulls()]
    return frozenset(_plain(name) for cell in cells for name in cell.split("|"))


@lru_cache(4096)
def is_known_outlet(label: str) -> bool:
    """Whether the outlet vocabulary holds the label, or a part of a joint label ("ITN & BBC")."""
    return any(part.casefold() in _known_outlets() for part in (label, *joint_askers(label)))


@lru_cache(4096)
def is_known_spokesperson(label: str) -> bool:
    """Whether the vocabulary holds the label as the full name of a spokesperson."""
    return _plain(label) in _known_spokespersons()


@lru_cache(4096)
def joint_askers(label: str) -> tuple[str, ...]:
    """The outlets of a joint label: "ITN&BBC", "AFP, CNN" and "Bloomberg/Macau Monthly" name two; one that the vocabulary holds is one."""
    if label.casefold() in _known_outlets():
        return (label,)
    return tuple(part for piece in re.split(r"[/&,]" if is_list_of_names(label) else r"[/&]", label) if (part := piece.strip())) or (label,)


def similar_askers(text: str) -> list[str]:
    """Outlets of "(Similar question from X and Y)" and "(X and Y asked a similar question)", in order."""
    names: list[str] = []
    if "(" not in text and "[" not in text and "（" not in text:
        return names
    for match in _CO_ASKERS.finditer(text):
        listed = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*[/&;]\s*", match["names"] or match["askers"])
        names.extend(n for name in listed if (n := name.strip(" .")))
    return names


def only_similar_askers(text: str) -> bool:
    """Whether a paragraph is nothing but such a remark."""
    return _CO_ASKERS.fullmatch(text.strip()) is not None


@lru_cache(4096)
def names_speaker(label: str, speakers: tuple[str, ...]) -> bool:
    """Whether a label is one of the page's speakers: full name or a part of it, case and spaces aside.

    Pages write "Kong" for Kong Quan, "Hua chunying", "Hong  Lei", and once a letter is missing, doubled or out of
    place; a label within one such slip of the full name counts when it has as many words.
    """
    label = without_office(label)
    plain = _plain(label)
    for speaker in speakers:
        name = _plain(speaker)
        if plain == name or plain in [_plain(word) for word in speaker.split()]:
            return True
        if len(name) >= 6 and len(label.split()) in (1, len(speaker.split())) and _is_one_slip_away(plain, name):
            return True
    return False


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalpha())


def _is_one_slip_away(a: str, b: str) -> bool:
    """Whether one letter was changed, left out, added, or swapped with its neighbour."""
    if abs(len(a) - len(b)) > 1:
        return False
    i = 0
    while i < min(len(a), len(b)) and a[i] == b[i]:
        i += 1
    swapped = a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :]
    return a[i + 1 :] == b[i + 1 :] or a[i + 1 :] == b[i:] or a[i:] == b[i + 1 :] or swapped
