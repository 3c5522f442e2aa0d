"""The published file as a long-running reader holds it: open once, and anew as soon as another file has been published."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import duckdb  # noqa: TID251 - its type only; the file is opened by pipelines.publish
import polars as pl

from pipelines.publish.connection import reading
from pipelines.publish.selection import NAMED, choices
from pipelines.settings import Home

NAMED_IN = "memory.main.named_in"
"""Which places, bodies and groups an exchange names, kept in memory: the join behind it takes longer than a page may."""

_NAMED_IN = f"""
create table {NAMED_IN} as
select distinct t.exchange_id, n.entity_id, n.iso3
from core.mentions as m
join core.turns as t on t.turn_id = m.turn_id
join core.entities as n on n.entity_id = m.entity_id
where t.exchange_id is not null and n.kind in ('place', 'body', 'group')
"""

_QUALITY = "select code, language, label, definition, code_kind, precision, recall, n_labelled, read_precision, n_read from marts.codebook"


@dataclass(frozen=True)
class Edition:
    """What is the same for every page of one published file.

    Attributes:
        options: field of ``Selection`` -> its values: ``code``, ``name``, ``name_zh``, ``n``.
        codebook: (code, language) -> label, definition, measured precision and recall.
        n_exchanges: number of exchanges in the file.
        first, last: days of its first and last exchange, ISO; None in an empty file.
        build: parser, codebook and vocabulary version.
    """

    options: dict[str, list[dict[str, object]]]
    codebook: dict[tuple[str, str], dict[str, object]]
    n_exchanges: int
    first: str | None
    last: str | None
    build: dict[str, object]

    def name(self, field_name: str, code: str) -> str:
        """How a filter's value is called; the code itself when the file does not have it."""
        return self._names.get((field_name, code), code)

    @property
    def _names(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = self.__dict__.get("_all_names") or {
            (key, str(option["code"])): str(option["name"]) for key, rows in self.options.items() for option in rows
        }
        self.__dict__["_all_names"] = found
        return found


@dataclass
class _Open:
    stack: ExitStack
    connection: duckdb.DuckDBPyConnection
    mark: tuple[int, int, int] | None
    edition: Edition
    n_readers: int = 0
    is_superseded: bool = False


@dataclass
class Published:
    """The file of a home, for readers in several threads."""

    home: Home
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: _Open | None = None

    @contextmanager
    def reading(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, Edition]]:
        """A connection for one page, and the edition it reads. A page that has begun keeps its file when another is published.

        Raises:
            BriefingsError: nothing is published, or the file cannot be read.
        """
        with self._lock:
            opened = self._current()
            cursor = opened.connection.cursor()
            opened.n_readers += 1
        try:
            cursor.execute("use briefings")
            yield cursor, opened.edition
        finally:
            cursor.close()
            with self._lock:
                opened.n_readers -= 1
                _close_unread(opened)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._forget()

    def _current(self) -> _Open:
        mark = self._mark()
        if self._open is None or mark is None or self._open.mark != mark:
            self._forget()
            stack = ExitStack()
            try:
                connection = stack.enter_context(reading(self.home))
                connection.execute(_NAMED_IN)
                self._open = _Open(stack, connection, mark, _edition(connection))
            except BaseException:
                stack.close()
                raise
        return self._open

    def _mark(self) -> tuple[int, int, int] | None:
        try:
            stat = self.home.published.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def _forget(self) -> None:
        if self._open is not None:
            self._open.is_superseded = True
            _close_unread(self._open)
            self._open = None


def _close_unread(opened: _Open) -> None:
    """Closing a connection ends the queries of its cursors, so the last reader of a superseded file does it."""
    if opened.is_superseded and not opened.n_readers:
        opened.stack.close()


def rows(connection: duckdb.DuckDBPyConnection, sql: str, values: object = None) -> list[dict[str, object]]:
    """Rows of a query as dictionaries."""
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _edition(connection: duckdb.DuckDBPyConnection) -> Edition:
    options = {name: _by_use(choices(connection, name)) for name in NAMED if name != "countries"}
    options["countries"] = rows(
        connection,
        f"select n.entity_id as code, n.name, n.name_zh, count(*) as n from {NAMED_IN} join core.entities as n using (entity_id)"
        " group by all order by n.name, code",
    )
    sources = {str(row["source_id"]): row["name"] for row in rows(connection, "select source_id, name from vocabulary.sources")}
    for option in options["sources"]:
        option["name"] = sources.get(str(option["code"]), option["name"])
    [total] = rows(
        connection, "select count(*) as n, min(briefing_date)::varchar as first, max(briefing_date)::varchar as last from core.exchanges"
    )
    return Edition(
        options=options,
        codebook={(str(row["code"]), str(row["language"])): row for row in rows(connection, _QUALITY)},
        n_exchanges=int(str(total["n"])),
        first=str(total["first"]) if total["first"] else None,
        last=str(total["last"]) if total["last"] else None,
        build=rows(connection, "select * exclude (input_fingerprint) from core.build_info")[0],
    )


def _by_use(found: pl.DataFrame) -> list[dict[str, object]]:
    return found.filter(pl.col("n") > 0).to_dicts()
