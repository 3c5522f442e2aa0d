"""The full-text index: an SQLite FTS5 database of all exchanges, kept inside the published file.

It lies there as bytes in ``search.word_index``, so that it is swapped in together with what it indexes and nobody can read
an index of another file. Why this engine: docs/decisions/0009-search.md.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import threading
from collections import OrderedDict
from dataclasses import dataclass

import duckdb

from pipelines.errors import BriefingsError
from pipelines.publish.connection import reading
from pipelines.settings import Home

TABLE = "search.word_index"

PART_BYTES = 1_000_000
"""The database is kept in rows of this size."""

KEPT_INDEXES = 2
"""A process keeps so many indexes in memory: the published one, and the one before while a session still reads it."""

_TEXTS_OF_MONTH = """
    select
        e.exchange_id,
        coalesce(string_agg(t.text, chr(10) order by t.turn_index) filter (t.role = 'question'), ''),
        coalesce(string_agg(t.text, chr(10) order by t.turn_index) filter (t.role <> 'question'), '')
    from core.exchanges as e
    left join core.turns as t on t.exchange_id = e.exchange_id
    where date_trunc('month', e.briefing_date) = ?
    group by e.exchange_id, e.briefing_date, e.document_id, e.exchange_index
    order by e.briefing_date desc, e.document_id, e.exchange_index, e.exchange_id
"""

_HAN = "\u2e80-\u2fd5\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
IS_HAN = re.compile(f"[{_HAN}]")
_HAN_AND_NEXT = re.compile(f"([{_HAN}])(?=([{_HAN}])?)")

_EVEN = (
    dict.fromkeys((*range(9), *range(11, 13), *range(14, 32), 127), " ")  # FTS5 ends at a NUL; two others mark what it found
    | {0x3000: " "}
    | {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full-width letters and digits
)


def evened(text: str) -> str:
    """Text with full-width letters and digits as ordinary ones and without control characters; as long as before."""
    return text.translate(_EVEN)


def indexed(text: str) -> str:
    """Text as FTS5 gets it: in runs of Chinese characters every character stands with the next one, as a word.

    Chinese writes no spaces. The commonest words have two characters, so overlapping pairs find them exactly and longer ones
    as a phrase of pairs; the last character of a run stands alone, so that a single one is found as the beginning of a word.
    """
    return _HAN_AND_NEXT.sub(r" \1\2 ", evened(text))


def indexed_with_offsets(text: str) -> tuple[str, list[int]]:
    """As ``indexed``, with the offset in ``text`` from which each character comes; added spaces have that of their neighbour."""
    made: list[str] = []
    offsets: list[int] = []
    even, end = evened(text), 0
    for found in _HAN_AND_NEXT.finditer(even):
        at = found.start()
        made.append(even[end:at])
        offsets += range(end, at)
        pair = found.group(1) + (found.group(2) or "")
        made.append(f" {pair} ")
        offsets += [at, *range(at, at + len(pair)), at + len(pair) - 1]
        end = at + 1
    made.append(even[end:])
    offsets += range(end, len(even))
    return "".join(made), offsets


def create_words(connection: sqlite3.Connection, *, keeps_text: bool) -> None:
    """Make the table ``words``. English words are found in all their forms (Porter's stems), accents do not matter.

    Raises:
        BriefingsError: this Python's SQLite has no FTS5.
    """
    content = "" if keeps_text else "content='', "
    try:
        connection.execute(
            f"create virtual table words using fts5(question, answer, {content}tokenize='porter unicode61 remove_diacritics 2')"
        )
    except sqlite3.OperationalError as error:
        raise BriefingsError(f"This Python's SQLite cannot search ({error}). Use a Python whose SQLite has FTS5.") from None


def write_index(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``search.word_index`` from the turns of ``core.exchanges``; equal rows give equal bytes.

    Labels of speakers are left out: who spoke is a filter, and the name of every answer's speaker would be found in all.

    Args:
        connection: on the file that is being built.
    """
    with sqlite3.connect(":memory:", isolation_level=None) as words:
        create_words(words, keeps_text=False)
        words.execute("create table exchanges (number integer primary key, exchange_id text not null)")
        words.execute("begin")
        months = connection.execute(
            "select distinct date_trunc('month', briefing_date) as month from core.exchanges order by month desc"
        ).fetchall()
        number = 0
        for (month,) in months:  # all texts at once would be held twice in memory
            for exchange_id, question, answer in connection.execute(_TEXTS_OF_MONTH, [month]).fetchall():
                number += 1
                words.execute("insert into exchanges values (?, ?)", (number, exchange_id))
                words.execute("insert into words (rowid, question, answer) values (?, ?, ?)", (number, indexed(question), indexed(answer)))
        words.execute("insert into words (words) values ('optimize')")
        words.execute("commit")
        content = words.serialize()
    words.close()
    sha256 = hashlib.sha256(content).hexdigest()
    connection.execute("create schema if not exists search")
    connection.execute(f"create or replace table {TABLE} (part bigint not null, sha256 varchar not null, content blob not null)")
    for part, start in enumerate(range(0, len(content), PART_BYTES)):
        connection.execute(f"insert into {TABLE} values (?, ?, ?)", [part, sha256, content[start : start + PART_BYTES]])
    connection.execute(f"comment on table {TABLE} is 'Index of `briefings search`: an SQLite FTS5 database in parts, for programs only.'")
    for column, text in (
        ("part", "Number of the part, from 0."),
        ("sha256", "SHA-256 of the whole index."),
        ("content", "Bytes of the part."),
    ):
        connection.execute(f"comment on column {TABLE}.{column} is '{text}'")


@dataclass(frozen=True)
class WordIndex:
    """An index in memory. Threads share it, one after the other.

    Attributes:
        connection: on the SQLite database, read-only.
        lock: to be held while it is used.
    """

    connection: sqlite3.Connection
    lock: threading.Lock


_kept: OrderedDict[str, WordIndex] = OrderedDict()
_keeping = threading.Lock()


def has_index(home: Home) -> bool:
    """Whether the published file can be searched; one that an earlier version of the project published cannot."""
    try:
        with reading(home) as connection:
            return connection.execute(f"select count(*) from {TABLE}").fetchone() not in (None, (0,))
    except (duckdb.Error, BriefingsError):
        return False


def read_index(connection: duckdb.DuckDBPyConnection) -> WordIndex:
    """The index of the file that a connection reads; from memory when this process has read it before.

    Raises:
        BriefingsError: the file was published without one.
    """
    try:
        row = connection.execute(f"select sha256 from {TABLE} limit 1").fetchone()
    except duckdb.CatalogException:
        row = None
    if row is None:
        raise BriefingsError("The published file has no index of words; an earlier version made it. Type: briefings refresh")
    sha256 = str(row[0])
    with _keeping:
        if sha256 not in _kept:
            parts = connection.execute(f"select content from {TABLE} order by part").fetchall()
            words = sqlite3.connect(":memory:", check_same_thread=False)
            words.deserialize(b"".join(part for (part,) in parts))
            words.execute("pragma query_only = on")
            _kept[sha256] = WordIndex(words, threading.Lock())
            while len(_kept) > KEPT_INDEXES:
                _kept.popitem(last=False)
        _kept.move_to_end(sha256)
        return _kept[sha256]
