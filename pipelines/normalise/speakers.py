"""From a label as published to the outlet or spokesperson of the vocabulary; None for what it does not know."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from pipelines.parse import labels, mfa_zh_labels
from pipelines.vocabularies import vocabulary


class Named(NamedTuple):
    """An entity of a vocabulary: its id, and its name as the vocabulary spells it."""

    entity_id: str
    name: str


# --- outlets -----------------------------------------------------------------------------------------------------------

_ROLE = re.compile(r"(?:['’]s)?\s+(?:reporter|journalist|correspondent)s?$|\W*\bfollow[- ]?up\W*$", re.IGNORECASE)
_POSTED = re.compile(r"驻(?:华|京|北京)$")
_JOINT = re.compile(r"\s*[/&／＆、,，]\s*|\s+and\s+|[和与及]", re.IGNORECASE)


@cache
def outlet_of(label: str) -> Named | None:
    """The outlet that a label names; of a joint label ("ITN&BBC") the first, unless the vocabulary knows the whole."""
    known = _outlets()
    return known.get(_plain_outlet(label)) or known.get(_plain_outlet(_JOINT.split(label.strip(), maxsplit=1)[0]))


@cache
def _outlets() -> dict[str, Named]:
    """Every spelling of every outlet; a spelling that two outlets share belongs to the one that has it as its name."""
    rows = vocabulary("outlets").select("entity_id", "name", "aliases", "zh_labels").rows()
    known: dict[str, Named] = {}
    for entity_id, name, _, _ in rows:
        known.setdefault(_plain_outlet(name), Named(entity_id, name))
    for entity_id, name, *others in rows:
        for spelling in "|".join(filter(None, others)).split("|"):
            known.setdefault(_plain_outlet(spelling), Named(entity_id, name))
    known.pop("", None)
    return known


def _plain_outlet(label: str) -> str:
    """Letters and digits of an outlet's name without what labels add: "the", "correspondent", 记者, 追问."""
    name = _POSTED.sub("", _ROLE.sub("", mfa_zh_labels.plain_outlet(unicodedata.normalize("NFKC", label))))
    return "".join(c for c in re.sub(r"^the\s+", "", name.strip().casefold()) if c.isalnum())


# --- spokespersons -----------------------------------------------------------------------------------------------------

TERM_SLACK_DAYS = 31
"""How far outside the recorded term a surname alone may still name somebody: terms rest on first and last conferences."""

_OFFICE = re.compile(r"^spokes\w+\s+(?:(?:Mr|Ms|Mrs|Miss)\.?\s+)?|^.{0,8}发言人", re.IGNORECASE)


@cache
def spokesperson_of(name: str, day: date) -> Named | None:
    """The spokesperson whom a name means.

    Case, blanks and one wrong letter ("Hua chunying", "Geng Shaung") do not matter. One name alone ("Kong") is enough
    when exactly one spokesperson in office on that day has it; of a full name the term is not asked for, as a person
    who speaks outside of it is for a check to find.
    """
    name = _OFFICE.sub("", unicodedata.normalize("NFKC", name)).strip()
    plain = _plain_person(name)
    if exact := _spokespersons().get(plain):
        return exact
    if len(name.split()) > 1:
        return _only(person for person in _spokespersons().values() if labels.names_speaker(name, (person.name,)))
    return _only(person for person, first, last in _terms() if first <= day <= last and plain in _words(person.name))


def speaker_of(label: str | None, kind: str | None, speakers: Sequence[str], day: date) -> Named | None:
    """Who speaks a turn that is not a question.

    Args:
        label: as published, without the colon; None when the turn has none.
        kind: the parser's judgement of it: spokesperson, person, generic; None without a label.
        speakers: names of the page's speakers, main one first.
        day: of the briefing.

    Returns:
        The one whom the label names, else, for a label that names nobody, the main speaker; None for a name that the
        vocabulary does not know, when it is not the page's only speaker in another spelling.
    """
    main = spokesperson_of(speakers[0], day) if speakers else None
    if label is None or kind == "generic":
        return main
    meant = mfa_zh_labels.named_speaker(label, speakers) or next((s for s in speakers if _is_called(label, s)), None)
    if found := spokesperson_of(meant or label, day):
        return found
    return main if kind == "spokesperson" and len(speakers) == 1 else None


def _is_called(label: str, speaker: str) -> bool:
    name = _OFFICE.sub("", label)
    return labels.names_speaker(name, (speaker,)) or mfa_zh_labels.is_misspelt(name, (speaker,))


@cache
def _spokespersons() -> dict[str, Named]:
    """Every full name in every spelling, letters only."""
    known: dict[str, Named] = {}
    for entity_id, name, *others in vocabulary("spokespersons").select("entity_id", "name", "zh_name", "aliases").iter_rows():
        for spelling in (name, *"|".join(filter(None, others)).split("|")):
            known.setdefault(_plain_person(spelling), Named(entity_id, name))
    known.pop("", None)
    return known


@cache
def _terms() -> list[tuple[Named, date, date]]:
    """Each term of each person: first and last day in office, with some slack."""
    terms = []
    for row in vocabulary("spokespersons").iter_rows(named=True):
        first = _day(row["from"], is_end=False) - timedelta(TERM_SLACK_DAYS)
        last = _day(row["to"], is_end=True) + timedelta(TERM_SLACK_DAYS) if row["to"] else date.max
        terms.append((Named(row["entity_id"], row["name"]), first, last))
    return terms


def _day(text: str, *, is_end: bool) -> date:
    """A day of the vocabulary, which may be a year or a month alone."""
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    if day:
        return date(year, month, day)
    if not is_end:
        return date(year, month or 1, 1)
    return date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1) - timedelta(1)


def _plain_person(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalpha())


def _words(name: str) -> list[str]:
    return [_plain_person(word) for word in name.split()]


def _only(people: Iterable[Named]) -> Named | None:
    found = set(people)
    return found.pop() if len(found) == 1 else None
