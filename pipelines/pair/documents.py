"""Which English and which Chinese document report one briefing.

A pair is of one state (seed ``sources``), one kind and, as a rule, one day. The words decide: a day has several remarks, a title may carry the day
before, and of a briefing only one version may be stored. How alike two documents are is the score of the best alignment of their exchanges
(``exchanges``), so that names, figures, words and order count together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from pipelines.pair.exchanges import likeness, share_of
from pipelines.pair.features import Passage

FAMILIES = {"press_conference": "press_conference", "remarks": "remarks", "statement": "remarks"}
"""Kinds that only their form tells apart: what one language calls remarks the other calls a statement. Articles have no counterpart."""

LINKED, SAME_DAY, CHOSEN, NEIGHBOURING = 1.0, 3.0, 8.0, 12.0
"""What a pair's likeness an exchange must reach. Of 80 briefings of 2018 to 2020 in both versions the lowest has 16; of 132 documents a day apart, which
speak of the same events, the highest has 8. A day has one regular press conference, so that little is asked of two on one day."""


class Document(NamedTuple):
    """What pairing needs to know of a document.

    Attributes:
        state: of which state's ministry it is.
        passages: its exchanges in page order; the whole body as one where it has none.
        number: the ministry's own number of the page; None when it has none.
        linked_numbers: numbers of the pages that it names as its versions in other languages.
        is_rival: whether another document claims the same briefing before it.
    """

    document_id: str
    state: str
    language: str
    kind: str
    briefing_date: date
    passages: Sequence[Passage]
    number: int | None = None
    linked_numbers: frozenset[int] = frozenset()
    is_rival: bool = False


@dataclass(frozen=True, slots=True)
class DocumentPair:
    """Two documents of one briefing.

    Attributes:
        rule: language_link (one page names the other), same_day (nothing else of that day and kind), chosen_of_day (the best of several) or
            neighbouring_day (a day apart, with the same words).
        confidence: 0 to 1.
    """

    en: Document
    zh: Document
    rule: str
    confidence: float


def pair_documents(documents: Sequence[Document]) -> list[DocumentPair]:
    """Pair the documents of both languages; each is in one pair at most. From the surest rule to the least sure: what one has paired is not looked
    at by the next.

    Returns:
        The pairs, by day and id.
    """
    free = {document.document_id: document for document in documents if document.kind in FAMILIES}
    found: list[DocumentPair] = []
    for is_candidate in (_is_linked, _is_same_day, _is_neighbouring_day):
        en, zh = ([document for document in free.values() if document.language == language] for language in ("en", "zh"))
        candidates = [(one, other) for one in en for other in zh if one.state == other.state and is_candidate(one, other)]
        for pair in _surest([_judged(one, other, candidates) for one, other in candidates]):
            if pair.en.document_id in free and pair.zh.document_id in free:
                found.append(pair)
                del free[pair.en.document_id], free[pair.zh.document_id]
    return sorted(found, key=lambda pair: (pair.en.briefing_date, pair.en.document_id))


def _surest(judged: Sequence[tuple[DocumentPair, float, float]]) -> list[DocumentPair]:
    """Pairs that reach what is asked of them: of a rule's pairs the likest first, documents that come second for their briefing last."""
    reached = [(pair, found) for pair, found, asked in judged if found >= asked]
    reached.sort(
        key=lambda entry: (entry[0].en.is_rival or entry[0].zh.is_rival, -entry[1], entry[0].en.document_id, entry[0].zh.document_id)
    )
    return [pair for pair, _ in reached]


def _judged(en: Document, zh: Document, candidates: Sequence[tuple[Document, Document]]) -> tuple[DocumentPair, float, float]:
    """A pair, its likeness, and what is asked of it."""
    total, fewest, most = likeness(en.passages, zh.passages), *sorted((len(en.passages), len(zh.passages)))
    if _is_linked(en, zh):
        rule, found, asked = "language_link", total / fewest, LINKED
    elif en.briefing_date != zh.briefing_date:
        # A remark of one day is often an exchange of the next day's conference: all of both has to fit.
        rule, found, asked = "neighbouring_day", total / most, NEIGHBOURING
    else:
        is_sole = sum(one is en or other is zh for one, other in candidates) == 1
        rule = "same_day" if is_sole else "chosen_of_day"
        found, asked = total / fewest, SAME_DAY if is_sole and en.kind == "press_conference" else CHOSEN
    return DocumentPair(en, zh, rule, share_of(found - asked)), found, asked


def _is_linked(en: Document, zh: Document) -> bool:
    return en.number in zh.linked_numbers or zh.number in en.linked_numbers


def _is_same_day(en: Document, zh: Document) -> bool:
    return FAMILIES[en.kind] == FAMILIES[zh.kind] and en.briefing_date == zh.briefing_date


def _is_neighbouring_day(en: Document, zh: Document) -> bool:
    return FAMILIES[en.kind] == FAMILIES[zh.kind] and abs(en.briefing_date - zh.briefing_date) == timedelta(days=1)
