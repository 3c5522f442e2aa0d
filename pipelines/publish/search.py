"""Full-text search in questions and answers, best first (BM25), in English and Chinese, without network."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.errors import BriefingsError
from pipelines.publish.connection import reading
from pipelines.publish.query import to_polars
from pipelines.publish.search_index import IS_HAN, create_words, evened, indexed, indexed_with_offsets, read_index
from pipelines.publish.selection import Selection, condition
from pipelines.settings import Home

MARKS = ("⟦", "⟧")
"""What stands around found words in a snippet; in the text itself these characters become ordinary brackets."""

SNIPPET_CHARACTERS = {"en": 150, "zh": 75}
"""About so much of a turn is shown around the found words; a table's cell has room for it. A Chinese character is two wide."""

QUERY_CHARACTERS = 1_000
QUERY_TERMS = 50

_PREFIX = '" *'
_OPEN, _CLOSE = "\x01", "\x02"
_UNMARKED = str.maketrans(dict(zip(MARKS, "[]", strict=True)))

_QUOTED = re.compile(r"[\"“”„«「『＂]([^\"“”„«»「」『』＂]*)[\"“”»」』＂]")


@dataclass(frozen=True)
class Query:
    """What is looked for.

    Attributes:
        match: the expression for FTS5: all terms must occur.
        characters: Chinese characters looked for as single ones, as the beginning of an indexed pair.
    """

    match: str
    characters: frozenset[str]


def parse_query(words: str) -> Query:
    """Read what a user typed. Words are parted by spaces and must all occur; what stands in quotation marks is a phrase.

    Any other sign is text, not syntax. A stretch of Chinese without spaces is a phrase.

    Raises:
        BriefingsError: there is no word in it, or too many.
    """
    if len(words) > QUERY_CHARACTERS:
        raise BriefingsError(f"A search may have {QUERY_CHARACTERS:,} characters; this one has {len(words):,}.")
    typed: list[str] = []
    end = 0
    for found in _QUOTED.finditer(words):
        typed += [*words[end : found.start()].split(), found.group(1)]
        end = found.end()
    typed += words[end:].split()
    terms = {term: match for term in typed if (match := _phrase(term))}
    if not terms:
        raise BriefingsError(f"There is no word to look for in '{words}'. Write words, or a \"phrase in quotation marks\".")
    if len(terms) > QUERY_TERMS:
        raise BriefingsError(f"A search may have {QUERY_TERMS} words; this one has {len(terms)}.")
    single = frozenset(match[-4] for match in terms.values() if match.endswith(_PREFIX))
    return Query(" AND ".join(dict.fromkeys(terms.values())), single)


def _is_word_character(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


def _phrase(term: str) -> str | None:
    """A term as a phrase of FTS5; None when it has no word."""
    text = evened(term)
    while text and not _is_word_character(text[-1]):
        text = text[:-1]
    if not any(_is_word_character(character) for character in text):
        return None
    made, is_prefix = indexed(text).rstrip(), False
    if IS_HAN.match(text[-1]):
        if len(text) > 1 and IS_HAN.match(text[-2]):
            made = made[:-1].rstrip()  # the last character alone: in the page another one may follow
        else:
            is_prefix = True
    escaped = made.replace('"', " ")
    return f'"{escaped}"' if not is_prefix else f'"{escaped}{_PREFIX}'


def search(home: Home, words: str, selection: Selection = Selection(), limit: int = 20) -> pl.DataFrame:  # noqa: B008 - immutable
    """Find exchanges whose question and answer hold all words.

    Args:
        home: whose published file.
        words: words and "phrases", English or Chinese.
        selection: which exchanges to look in.
        limit: number of rows at most.

    Returns:
        A row per exchange, best first: see ``search_in``.

    Raises:
        BriefingsError: nothing is published, the file has no index, or there is no word to look for.
    """
    with reading(home) as connection:
        return search_in(connection, words, selection, limit)


def search_in(
    connection: duckdb.DuckDBPyConnection,
    words: str,
    selection: Selection = Selection(),  # noqa: B008 - immutable
    limit: int = 20,
    offset: int = 0,
) -> pl.DataFrame:
    """As ``search``, on an open connection to the published file.

    Returns:
        A row per exchange, best first: ``score`` (BM25; higher is better, comparable within one search only), ``briefing_date``,
        ``exchange_id``, ``document_id``, ``turn_id`` (where the snippet stands), ``outlet``, ``spokesperson``, ``language``,
        ``title``, ``snippet`` (with the found words between ``MARKS``), ``url``, ``source_id``, ``start_char``, ``end_char``
        (offsets of the first found words into the turn's text).
    """
    query = parse_query(words)
    chosen = matches(connection, words, selection).slice(offset, limit)
    return _described(connection, query, chosen)


def matches(connection: duckdb.DuckDBPyConnection, words: str, selection: Selection = Selection()) -> pl.DataFrame:  # noqa: B008
    """All exchanges of a selection that hold all words; its height is how many there are.

    Returns:
        ``exchange_id`` and ``score``, best first; of equal scores the newest first.
    """
    return _ranked(connection, words, *condition(selection), is_all=selection.is_empty)


def ranked_ids(connection: duckdb.DuckDBPyConnection, words: str, wanted: str, values: Sequence[object]) -> list[str]:
    """Ids of the exchanges that hold all words and meet a condition, best first.

    Args:
        connection: on the published file.
        words: as for ``search``.
        wanted: SQL over ``core.exchanges as e`` with ``?`` parameters, as ``selection.condition`` makes it.
        values: of the parameters.
    """
    return _ranked(connection, words, wanted, values, is_all=wanted == "true")["exchange_id"].to_list()


def _ranked(connection: duckdb.DuckDBPyConnection, words: str, wanted: str, values: Sequence[object], *, is_all: bool) -> pl.DataFrame:
    query = parse_query(words)
    index = read_index(connection)
    with index.lock:
        rows = index.connection.execute(
            "select e.exchange_id, -w.score from (select rowid, bm25(words) as score from words where words match ?) as w"
            " join exchanges as e on e.number = w.rowid order by w.score, e.number",
            (query.match,),
        ).fetchall()
    found = pl.DataFrame(rows, schema={"exchange_id": pl.String, "score": pl.Float64}, orient="row")
    if is_all or found.is_empty():
        return found
    allowed = to_polars(connection.sql(f"select e.exchange_id from core.exchanges as e where {wanted}", params=list(values)))
    return found.join(allowed, on="exchange_id", how="semi", maintain_order="left")


_FACTS = {
    "exchange_id": pl.String, "briefing_date": pl.Date, "document_id": pl.String, "outlet": pl.String, "spokesperson": pl.String,
    "language": pl.String, "title": pl.String, "url": pl.String, "source_id": pl.String,
}  # fmt: skip
_PLACES = {"exchange_id": pl.String, "turn_id": pl.String, "snippet": pl.String, "start_char": pl.Int64, "end_char": pl.Int64}
_COLUMNS = (
    "score", "briefing_date", "exchange_id", "document_id", "turn_id", "outlet", "spokesperson", "language", "title", "snippet", "url",
    "source_id", "start_char", "end_char",
)  # fmt: skip


def _described(connection: duckdb.DuckDBPyConnection, query: Query, chosen: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``search_in`` for exchanges found."""
    ids = chosen["exchange_id"].to_list()
    listed = f"({', '.join('?' * len(ids)) or 'null'})"
    facts = connection.execute(
        f"""
        select e.exchange_id, e.briefing_date, e.document_id, e.outlet, coalesce(s.name, d.spokesperson), e.language, d.title, d.url, d.source_id
        from core.exchanges as e
        join core.documents as d on d.document_id = e.document_id
        left join core.entities as s on s.entity_id = e.spokesperson_id
        where e.exchange_id in {listed}
        """,
        ids,
    ).fetchall()
    turns = connection.execute(
        f"select exchange_id, turn_id, role, text from core.turns where exchange_id in {listed} order by exchange_id, turn_index", ids
    ).fetchall()
    places = _places(query, [(str(exchange), str(turn), str(role), str(text)) for exchange, turn, role, text in turns])
    return (
        chosen.join(pl.DataFrame(facts, schema=_FACTS, orient="row"), on="exchange_id", how="left", maintain_order="left")
        .join(pl.DataFrame(places, schema=_PLACES, orient="row"), on="exchange_id", how="left", maintain_order="left")
        .select(_COLUMNS)
    )


def found_spans(words: str, text: str) -> list[tuple[int, int]]:
    """Offsets of the words of a search in a text, for highlighting: by the engine's own reading, so stems and accents count."""
    return _spans(parse_query(words), [text])[0]


def _spans(query: Query, texts: list[str]) -> list[list[tuple[int, int]]]:
    made = [indexed_with_offsets(text) for text in texts]
    either = query.match.replace(" AND ", " OR ")
    spans: list[list[tuple[int, int]]] = [[] for _ in texts]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as words:
        create_words(words, keeps_text=True)
        words.executemany("insert into words (rowid, question) values (?, ?)", [(number, text) for number, (text, _) in enumerate(made)])
        found = words.execute("select rowid, highlight(words, 0, ?, ?) from words where words match ?", (_OPEN, _CLOSE, either)).fetchall()
    for number, marked in found:
        offsets, at, start = made[number][1], 0, 0
        merged: list[tuple[int, int]] = []
        for character in marked:
            if character == _OPEN:
                start = at
            elif character == _CLOSE:
                first, last = offsets[start], offsets[at - 1] + 1
                if last == first + 2 and texts[number][first] in query.characters:
                    last = first + 1
                if merged and first <= merged[-1][1]:  # pairs of Chinese characters overlap
                    merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
                else:
                    merged.append((first, last))
            else:
                at += 1
        spans[number] = merged
    return spans


def _places(query: Query, turns: list[tuple[str, str, str, str]]) -> list[tuple[str, str, str, int | None, int | None]]:
    """For each exchange the turn that shows most of the found words, and the words there."""
    best: dict[str, tuple[int, tuple[str, str, str, int | None, int | None]]] = {}
    spans = _spans(query, [text for *_, text in turns])
    for (exchange, turn, _, text), found in zip(turns, spans, strict=True):
        kinds = len({evened(text[start:end]).casefold() for start, end in found})
        if exchange in best and best[exchange][0] >= kinds:
            continue
        first, last = found[0] if found else (None, None)
        best[exchange] = (kinds, (exchange, turn, _snippet(text, found), first, last))
    return [place for _, place in best.values()]


def _snippet(text: str, spans: list[tuple[int, int]]) -> str:
    """The stretch of a text that shows most of the spans, marked, on one line, with … where it is cut."""
    length = SNIPPET_CHARACTERS["zh" if IS_HAN.search(text) else "en"]
    start = _start(text, spans, length)
    end = min(len(text), start + length)
    if end < len(text) and " " in text[end - 20 : end]:
        end = text.rindex(" ", end - 20, end)
    pieces, at = [], start
    for first, last in spans:
        if first < start or last > end:
            continue
        pieces += [text[at:first].translate(_UNMARKED), MARKS[0], text[first:last].translate(_UNMARKED), MARKS[1]]
        at = last
    pieces.append(text[at:end].translate(_UNMARKED))
    shown = " ".join("".join(pieces).split())
    return f"{'…' if start else ''}{shown}{'…' if end < len(text) else ''}"


def _start(text: str, spans: list[tuple[int, int]], length: int) -> int:
    """Where a snippet begins: before the span from which most different words follow within its length."""
    if not spans:
        return 0

    def worth(first: int) -> int:
        end = first + length * 4 // 5
        return len({text[start:stop].casefold() for start, stop in spans if start >= first and stop <= end})

    first = max((start for start, _ in spans), key=lambda start: (worth(start), -start))
    start = max(0, min(first - length // 5, len(text) - length))
    if start > 0 and " " in text[start : start + 20]:
        start = min(text.index(" ", start) + 1, first)
    return start
