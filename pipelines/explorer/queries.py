"""What the pages show, read from the published file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb  # noqa: TID251 - its type only; the file is opened by pipelines.publish

from pipelines.explorer.address import Address
from pipelines.explorer.marks import Piece, Span, pieces
from pipelines.explorer.published import NAMED_IN, Edition, rows
from pipelines.publish.links import source_link
from pipelines.publish.search import found_spans, ranked_ids
from pipelines.publish.selection import NAMED, Selection, condition

PAGE_ROWS = 25

Row = dict[str, object]

LANGUAGES = {"en": "English", "zh": "Chinese"}

NO_OUTLET = {
    "not_published": "outlet not published (before 24 March 2020)",
    "generic_label": "outlet not named on the page",
}
"""Values of ``core.exchanges.outlet_reason`` in words."""


def narrowed(selection: Selection) -> tuple[str, list[object]]:
    """The selection as SQL over ``core.exchanges as e``; countries come from the table that is kept in memory."""
    sql, values = condition(replace(selection, countries=()))
    if not selection.countries:
        return sql, values
    marks = ", ".join("?" * len(selection.countries))
    named = f"e.exchange_id in (select exchange_id from {NAMED_IN} where entity_id in ({marks}) or iso3 in ({marks}))"
    return f"{sql} and {named}", [*values, *selection.countries, *selection.countries]


def count(connection: duckdb.DuckDBPyConnection, selection: Selection) -> int:
    """Number of exchanges of a selection."""
    sql, values = narrowed(selection)
    return _number(connection, f"select count(*) as n from core.exchanges as e where {sql}", values)


def _number(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()) -> int:
    return int(str(rows(connection, sql, list(values))[0]["n"]))


@dataclass(frozen=True)
class Results:
    """A page of the list: its exchanges, how many there are in all, and which page it is (a page too far becomes the last one)."""

    exchanges: list[Row]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """Number of pages, at least 1."""
        return max(1, -(-self.total // PAGE_ROWS))


def ids_found(connection: duckdb.DuckDBPyConnection, address: Address) -> list[str] | None:
    """Ids of the exchanges that a search finds within the filters, best first; None without a search."""
    if not address.words:
        return None
    sql, values = narrowed(address.selection)
    return ranked_ids(connection, address.words, sql, values)


def results(connection: duckdb.DuckDBPyConnection, address: Address) -> Results:
    """The exchanges of a page: ``exchange_id, briefing_date, outlet, outlet_reason, spokesperson, language, source_id, kind, title,
    question_text, answer_text``, and what is coded in them (``patterns``: codes; ``accusations``: accuser, accused, type).
    """
    found = ids_found(connection, address)
    total = count(connection, address.selection) if found is None else len(found)
    page = min(address.page, max(1, -(-total // PAGE_ROWS)))
    if found is not None and address.order == "best":
        shown = found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    else:
        sql, values = narrowed(address.selection) if found is None else ("e.exchange_id in (select unnest(?))", [found])
        direction = "asc" if address.order == "oldest" else "desc"
        shown = [
            str(row["exchange_id"])
            for row in rows(
                connection,
                f"select e.exchange_id from core.exchanges as e where {sql}"
                f" order by e.briefing_date {direction}, e.document_id, e.exchange_index limit {PAGE_ROWS} offset {(page - 1) * PAGE_ROWS}",
                values,
            )
        ]
    return Results(_listed(connection, shown), total, page)


def _listed(connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> list[Row]:
    if not ids:
        return []
    given = [list(ids)]
    found = rows(connection, f"{_EXCHANGE} where e.exchange_id in (select unnest(?))", given)
    patterns = rows(
        connection,
        "select exchange_id, pattern_id as code, min((start_char, turn_id)) as place from core.pattern_hits"
        " where exchange_id in (select unnest(?)) group by all order by place",
        given,
    )
    accusations = rows(
        connection,
        "select distinct exchange_id, accuser, accused, accusation_type from core.accusations where exchange_id in (select unnest(?)) order by all",
        given,
    )
    for row in found:
        row["patterns"] = [each["code"] for each in patterns if each["exchange_id"] == row["exchange_id"]]
        row["accusations"] = [each for each in accusations if each["exchange_id"] == row["exchange_id"]]
    place = {exchange_id: i for i, exchange_id in enumerate(ids)}
    return sorted(found, key=lambda row: place[str(row["exchange_id"])])


_EXCHANGE = """
select
    e.exchange_id, e.document_id, e.exchange_index, e.briefing_date, e.question_turn_id, e.answer_turn_id, e.outlet, e.outlet_reason,
    coalesce(s.name, d.spokesperson) as spokesperson, e.language, d.source_id, d.kind, d.title, d.url, d.sha256, d.fetched_at,
    d.parser_version, d.n_exchanges, e.question_text, e.answer_text, e.is_follow_up, e.after_conference
from core.exchanges as e
join core.documents as d on d.document_id = e.document_id
left join core.entities as s on s.entity_id = e.spokesperson_id
"""


def loosened(connection: duckdb.DuckDBPyConnection, address: Address) -> list[tuple[str, int, Address]]:
    """For a list without results: each filter that, taken away alone, gives some; with their number, most first.

    Returns:
        (field of ``Selection`` or ``words``, number of exchanges, address without it).
    """
    names = [name for name in ("since", "until", *NAMED) if getattr(address.selection, name)]
    found: list[tuple[str, int, Address]] = []
    for name in [*names, *(["words"] if address.words else [])]:
        there = address.without(name)
        ids = ids_found(connection, there)
        n = count(connection, there.selection) if ids is None else len(ids)
        if n:
            found.append((name, n, there))
    return sorted(found, key=lambda each: -each[1])


# --- one exchange ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Evidence:
    """A coded stretch of words: an entry of the list beside the text.

    Attributes:
        identifier: anchor in the page.
        kind: ``pattern``, ``accusation`` or ``difference``.
        code, label: of the codebook.
        quote: the words.
        detail: what else is known of it.
        quality: measured precision and recall of the code in this language, in words; empty where nothing was measured.
        link: address of the source, at the words.
    """

    identifier: str
    kind: str
    code: str
    label: str
    quote: str
    detail: str
    quality: str
    link: str | None


@dataclass(frozen=True)
class TurnShown:
    """A turn of an exchange: its row, and its text in pieces."""

    row: Row
    pieces: list[Piece]


@dataclass(frozen=True)
class ExchangeShown:
    """An exchange with its evidence."""

    row: Row
    turns: list[TurnShown]
    evidence: list[Evidence]
    named: list[Row]
    version: Row | None
    has_differences: bool


def exchange(
    connection: duckdb.DuckDBPyConnection, edition: Edition, exchange_id: str, words: str = "", prefix: str = ""
) -> ExchangeShown | None:
    """An exchange with its turns, codes and the stored version it comes from; None when there is none of that id.

    Args:
        connection: on the published file.
        edition: of that file.
        exchange_id: which one.
        words: of a search, to be marked.
        prefix: goes before the anchors, so that two exchanges can stand on one page.
    """
    found = rows(connection, f"{_EXCHANGE} where e.exchange_id = ?", [exchange_id])
    if not found:
        return None
    row = found[0]
    language, url = str(row["language"]), row["url"]
    spans: dict[str, list[Span]] = {}
    evidence: list[Evidence] = []
    patterns = rows(
        connection,
        "select h.turn_id, h.pattern_id, h.quote, h.start_char, h.end_char, h.sole_content from core.pattern_hits as h"
        " join core.turns as t using (turn_id) where h.exchange_id = ? order by t.turn_index, h.start_char, h.pattern_id",
        [exchange_id],
    )
    accusations = rows(
        connection,
        "select a.* from core.accusations as a join core.turns as t using (turn_id) where a.exchange_id = ?"
        " order by t.turn_index, a.start_char, a.accusation_id",
        [exchange_id],
    )
    for number, hit in enumerate(accusations, 1):
        code = str(hit["accusation_type"])
        who = f"{edition.name('accusers', str(hit['accuser']))} → {edition.name('accused', str(hit['accused']))}"
        label = f"{who}: {_label(edition, code, language)}"
        detail = f"{_DIRECTIONS.get(str(hit['direction']), hit['direction'])}; {hit['modality']}, in the {hit['side']}"
        identifier = f"{prefix}accusation-{number}"
        evidence.append(
            Evidence(
                identifier, "accusation", code, label, str(hit["quote"]), detail, _quality(edition, code, language), _at(url, hit["quote"])
            )
        )
        _mark(spans, hit, Span(0, 0, "accusation", code, f"Accusation {code}: {label}", identifier))
    for number, hit in enumerate(patterns, 1):
        code = str(hit["pattern_id"])
        label = _label(edition, code, language)
        detail = "the answer says nothing else" if hit["sole_content"] else ""
        identifier = f"{prefix}pattern-{number}"
        evidence.append(
            Evidence(
                identifier, "pattern", code, label, str(hit["quote"]), detail, _quality(edition, code, language), _at(url, hit["quote"])
            )
        )
        _mark(spans, hit, Span(0, 0, "pattern", code, f"Response pattern {code}: {label}", identifier))
    own = "zh" if language == "zh" else "en"
    differences = rows(
        connection,
        f"select {own}_turn_id as turn_id, {own}_start_char as start_char, {own}_end_char as end_char, kind, detail from core.language_differences"
        f" where {own}_exchange_id = ? and kind not in ('pattern', 'accusation') and {own}_turn_id is not null and {own}_start_char is not null",
        [exchange_id],
    )
    for hit in differences:
        _mark(
            spans, hit, Span(0, 0, "difference", "≠", f"Differs between the versions: {hit['kind']}. {hit['detail'] or ''}", "twin-heading")
        )
    mentions = rows(
        connection,
        "select m.turn_id, m.entity_id, m.start_char, m.end_char, n.name, n.kind, n.place_status from core.mentions as m"
        " join core.turns as t on t.turn_id = m.turn_id join core.entities as n on n.entity_id = m.entity_id where t.exchange_id = ?",
        [exchange_id],
    )
    for hit in mentions:
        _mark(spans, hit, Span(0, 0, "mention", "", f"{hit['name']} ({hit['kind']})"))
    turns = rows(
        connection,
        "select t.turn_id, t.turn_index, t.role, t.speaker_label, t.text, n.name as outlet, s.name as spokesperson from core.turns as t"
        " left join core.entities as n on n.entity_id = t.outlet_id left join core.entities as s on s.entity_id = t.spokesperson_id"
        " where t.exchange_id = ? order by t.turn_index",
        [exchange_id],
    )
    versions = rows(
        connection,
        "select version, count(*) over () as n_versions, fetched_at, http_status, change, raw_path, sha256, is_current"
        " from core.document_versions where document_id = ? qualify is_current or version = max(version) over ()"
        " order by is_current desc, version desc limit 1",
        [row["document_id"]],
    )
    named = rows(
        connection,
        f"select n.entity_id, n.name, n.place_status from {NAMED_IN} as x join core.entities as n using (entity_id) where x.exchange_id = ?"
        " order by n.name",
        [exchange_id],
    )
    for turn in turns if words else ():
        spans.setdefault(str(turn["turn_id"]), []).extend(
            Span(a, b, "word", title="found") for a, b in found_spans(words, str(turn["text"]))
        )
    shown = [TurnShown(turn, pieces(str(turn["text"]), spans.get(str(turn["turn_id"]), ()))) for turn in turns]
    return ExchangeShown(row, shown, evidence, named, versions[0] if versions else None, bool(differences))


_DIRECTIONS = {"IN": "against the ministry's state", "OUT": "by the ministry's state", "THIRD": "between others"}


def _mark(spans: dict[str, list[Span]], hit: Row, span: Span) -> None:
    placed = replace(span, start=int(str(hit["start_char"])), end=int(str(hit["end_char"])))
    spans.setdefault(str(hit["turn_id"]), []).append(placed)


def _label(edition: Edition, code: str, language: str) -> str:
    entry = edition.codebook.get((code, language)) or edition.codebook.get((code, "en"))
    return str(entry["label"]) if entry else code


def _quality(edition: Edition, code: str, language: str) -> str:
    entry = edition.codebook.get((code, language))
    if not entry or entry["precision"] is None:
        return "not measured" if not entry or entry["read_precision"] is None else _percent("read: precision", entry["read_precision"])
    parts = [_percent("precision", entry["precision"])]
    if entry["recall"] is not None:
        parts.append(_percent("recall", entry["recall"]))
    return f"{', '.join(parts)} on {entry['n_labelled']} labelled"


def _percent(name: str, share: object) -> str:
    return f"{name} {float(str(share)):.2f}"


def _at(url: object, quote: object) -> str | None:
    return source_link(str(url) if url else None, str(quote))


@dataclass(frozen=True)
class Neighbours:
    """Ids of the exchanges before and after one on its page, in the page's order; None at the ends."""

    before: str | None
    after: str | None


def neighbours(connection: duckdb.DuckDBPyConnection, row: Row) -> Neighbours:
    """The exchanges beside one on the page."""
    found = rows(
        connection,
        "select max_by(exchange_id, exchange_index) filter (where exchange_index < ?) as before,"
        " min_by(exchange_id, exchange_index) filter (where exchange_index > ?) as after from core.exchanges where document_id = ?",
        [row["exchange_index"], row["exchange_index"], row["document_id"]],
    )[0]
    return Neighbours(*(str(value) if value else None for value in (found["before"], found["after"])))


@dataclass(frozen=True)
class Twin:
    """The same exchange in the other language.

    Attributes:
        other_language: its language in words.
        exchange_id: None where the other version lacks the exchange, or none is held.
        document: the other version's ``document_id, title, url``; None where none is held.
        confidence: of the alignment, 0 to 1.
        gaps: rows of ``marts.language_gaps`` of the pair.
    """

    other_language: str
    exchange_id: str | None
    document: Row | None
    confidence: float | None
    gaps: list[Row]


def twin(connection: duckdb.DuckDBPyConnection, row: Row) -> Twin:
    """What is known of an exchange's version in the other language."""
    own, other = ("en", "zh") if row["language"] == "en" else ("zh", "en")
    language = LANGUAGES[other]
    pairs = rows(connection, f"select * from core.exchange_pairs where {own}_exchange_id = ?", [row["exchange_id"]])
    gaps = rows(
        connection,
        f"select gap, side, part, code, detail, confidence, en_quote, zh_quote from marts.language_gaps where {own}_exchange_id = ?"
        " order by confidence desc, gap, code, gap_id",
        [row["exchange_id"]],
    )
    if pairs:
        pair = pairs[0]
        document_id, exchange_id, confidence = pair[f"{other}_document_id"], pair[f"{other}_exchange_id"], pair["confidence"]
    else:
        held = rows(
            connection, f"select {other}_document_id as id from core.document_pairs where {own}_document_id = ?", [row["document_id"]]
        )
        document_id, exchange_id, confidence = (held[0]["id"] if held else None), None, None
    documents = (
        rows(connection, "select document_id, title, url from core.documents where document_id = ?", [document_id]) if document_id else []
    )
    return Twin(
        language,
        str(exchange_id) if exchange_id else None,
        documents[0] if documents else None,
        float(str(confidence)) if confidence is not None else None,
        gaps,
    )
