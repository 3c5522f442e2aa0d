"""Mentions: every place, body, outlet, spokesperson and person named in a turn, with offsets and the rule that made it.

What counts as a mention, and what does not, stands in ``docs/decisions/0003-how-country-mentions-were-measured.md``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import polars as pl

from pipelines.contracts.lake import Mentions
from pipelines.identifiers import digest
from pipelines.normalise.mention_names import Found, Loose, lexicon
from pipelines.normalise.mention_persons import Holder, Introduced, bare_surnames, office_holders, office_holders_zh, slug
from pipelines.normalise.mention_short_forms import Pending, ShortForms, nearest, resolve

MENTION_ID_CHARS = 16

PEOPLE = ("person", "spokesperson")

NAMED_IN_FULL = frozenset({"name", "alias", "abbreviation", "adjective", "demonym", "side"})
"""Rules that tell which country is meant; short forms and surnames after them refer back to it."""


@dataclass
class Reader:
    """Reads the turns of one document in page order; what was named before decides what a short form or surname means.

    Attributes:
        language: ``en`` or ``zh``.
        source_id: source of the document; the sample's invented states exist in its own pages only.
        year: year of the briefing; None when not known.
    """

    language: str
    source_id: str
    year: int | None
    _earlier: dict[str, int] = field(default_factory=dict)
    _introduced: Introduced = field(default_factory=Introduced)
    _n_chars_read: int = 0

    def mentions(self, text: str) -> list[Found]:
        """Mentions in the document's next turn, by start. A person's office may hold places and bodies, nothing else overlaps."""
        found, loose = self.names(text)
        holders, found = self._holders(text, found)
        absorbed = {holder.absorbed for holder in holders}
        people = [_person(holder) for holder in holders]
        mentions = people + [item for item in found if item.entity_id and item.kind != "office" and item.start not in absorbed]
        if self.language == "en":
            mentions += bare_surnames(text, loose, [(m.start, m.end) for m in mentions], self._introduced)
        for item in found:
            if item.rule in NAMED_IN_FULL or item.kind in PEOPLE:
                self._earlier[item.entity_id] = self._n_chars_read + item.start
        self._n_chars_read += len(text) + 1
        return _without_overlaps(mentions)

    def office_holders(self, text: str) -> list[Holder]:
        """Persons named with an office in a text of its own."""
        return self._holders(text, self.names(text)[0])[0]

    def names(self, text: str) -> tuple[list[Found], list[Loose]]:
        """Names of the vocabularies in a text, offices among them, short forms resolved, by start; and the other capitalised words."""
        pending: list[Pending] = []
        found, loose = lexicon(self.language, self.source_id).scan(text, ShortForms(pending))
        named: dict[str, list[int]] = defaultdict(list)
        for item in found:
            if item.rule in NAMED_IN_FULL:
                named[item.entity_id].append(item.start)
        names = [self._told_apart(item, named) for item in found]
        for short, entity_id in resolve(text, pending, named, self._earlier):
            names.append(Found(short.start, short.end, entity_id, entity_id.split(":")[0], short.rule))
        return sorted(names), loose

    def _told_apart(self, item: Found, named: dict[str, list[int]]) -> Found:
        if item.rule != "ambiguous":
            return item
        candidates = tuple(item.entity_id.split("|"))
        entity_id = nearest(item.start, candidates, named, self._earlier) or candidates[0]
        return item._replace(entity_id=entity_id, kind=entity_id.split(":")[0])

    def _holders(self, text: str, found: list[Found]) -> tuple[list[Holder], list[Found]]:
        """Persons with an office, and the names without those that only an office would make a person's ("罗斯")."""
        if self.language == "en":
            return office_holders(text, found, self._introduced, self.year), found
        holders, confirmed = office_holders_zh(text, found)
        names = []
        for item in found:
            if item.rule != "needs_office":
                names.append(item)
            elif item.start in confirmed or item.entity_id in self._earlier:
                names.append(item._replace(rule="name"))
        return holders, names


def _without_overlaps(mentions: list[Found]) -> list[Found]:
    """By start; of two persons that overlap the one that begins first stays, the longer where both begin together."""
    kept: list[Found] = []
    people_end = 0
    for item in sorted(mentions, key=lambda m: (m.start, -m.end, m.entity_id)):
        if item.kind in PEOPLE:
            if item.start < people_end:
                continue
            people_end = item.end
        kept.append(item)
    return kept


def _person(holder: Holder) -> Found:
    entity_id = holder.entity_id or f"person:{slug(holder.name)}"
    return Found(holder.start, holder.end, entity_id, entity_id.split(":")[0], "office_holder")


def mentions_table(turns: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """All mentions in the turns.

    Args:
        turns: rows of contract Turns.
        documents: rows of contract Documents that hold these turns.

    Returns:
        Rows of contract Mentions, sorted by document, turn and start.
    """
    rows = turns.join(documents.select("document_id", "language", "source_id", "briefing_date"), on="document_id").sort(
        "document_id", "turn_index"
    )
    records: list[tuple[str, str, str, str, str, int, int, str]] = []
    reader: Reader | None = None
    current = None
    for turn_id, document_id, text, language, source_id, day in rows.select(
        "turn_id", "document_id", "text", "language", "source_id", "briefing_date"
    ).iter_rows():
        if document_id != current or reader is None:
            current, reader = document_id, Reader(language, source_id, day.year if day else None)
        for item in reader.mentions(text):
            key = f"{turn_id}|{item.entity_id}|{item.start}|{item.end}"
            records.append(
                (
                    digest(key, MENTION_ID_CHARS),
                    turn_id,
                    document_id,
                    item.entity_id,
                    text[item.start : item.end],
                    item.start,
                    item.end,
                    item.rule,
                )
            )
    return pl.DataFrame(records, schema=pl.Schema(Mentions), orient="row")  # type: ignore[arg-type]
