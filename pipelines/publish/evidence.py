"""The words behind a mart's rows."""

from __future__ import annotations

import duckdb
import polars as pl

from pipelines.errors import BriefingsError
from pipelines.publish.connection import identifier, literal, reading
from pipelines.publish.query import explain, to_polars
from pipelines.settings import Home

_SHOWN = {
    "quote", "briefing_date", "speaker", "outlet", "title", "url", "source_id", "turn_id", "exchange_id", "document_id", "start_char",
    "end_char", "sha256",
}  # fmt: skip
"""Columns that every list of quotes has. Those that an evidence relation shares with its mart tie the quotes to its rows."""


def evidence(home: Home, mart: str, where: str | None = None, limit: int = 20) -> pl.DataFrame:
    """List the quotes that the rows of a mart count, each with the page that it stands on.

    Args:
        home: whose published file.
        mart: name of a mart, with or without ``marts.``.
        where: a SQL condition on the mart's columns; all rows without one.
        limit: number of quotes at most.

    Returns:
        A row per quote, by date, document, turn and offset: ``quote``, ``briefing_date``, ``speaker`` (who says the quoted
        words), ``outlet`` (who asked), the mart's columns that the quote has and what else is known of it, ``title``, ``url``,
        ``source_id``, ``turn_id``, ``exchange_id``, ``document_id``, ``start_char``, ``end_char`` (offsets into the turn's
        text) and ``sha256`` of the stored page.

    Raises:
        BriefingsError: there is no such mart, its rows are not tied to quotes, or the condition is none.
    """
    mart = mart.removeprefix("marts.")
    with reading(home) as connection:
        columns = _columns(connection, "marts", mart)
        held = _columns(connection, "intermediate", f"evidence_{mart}")
        if not columns or not held:
            raise BriefingsError(_no_evidence(connection, mart, is_mart=bool(columns)))
        if where is not None:
            _check_condition(home, connection, mart, columns, where)
        try:
            return to_polars(connection.sql(_query(mart, columns, held, where, limit)))
        except duckdb.Error as error:
            raise BriefingsError(explain(home, error)) from None


def _query(mart: str, columns: list[str], held: list[str], where: str | None, limit: int) -> str:
    # The condition ends in a line of its own: it may end with a comment.
    condition = f"where ({where}\n)" if where is not None else ""
    keys = [identifier(name) for name in held if name in columns]
    same = " and ".join(f"chosen.{key} is not distinct from held.{key}" for key in keys)
    more = [f"held.{identifier(name)}" for name in held if name not in _SHOWN]
    order = [
        "documents.briefing_date", "held.document_id", "turns.turn_index", "held.start_char", "held.end_char", "held.quote", *more,
    ]  # fmt: skip
    return f"""
        with chosen as (select distinct {", ".join(keys)} from marts.{identifier(mart)} {condition})
        select
            held.quote, documents.briefing_date, coalesce(speakers.name, turns.speaker_label) as speaker, exchanges.outlet,
            {"".join(f"{column}, " for column in more)}
            documents.title, documents.url, documents.source_id,
            held.turn_id, held.exchange_id, held.document_id, held.start_char, held.end_char, documents.sha256
        from intermediate.{identifier(f"evidence_{mart}")} as held
        semi join chosen on {same}
        left join core.documents as documents on documents.document_id = held.document_id
        left join core.turns as turns on turns.turn_id = held.turn_id
        left join core.entities as speakers on speakers.entity_id = turns.spokesperson_id
        left join core.exchanges as exchanges on exchanges.exchange_id = held.exchange_id
        order by {", ".join(order)}
        limit {int(limit)}
    """


def _columns(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[str]:
    rows = connection.execute(
        f"select column_name from duckdb_columns() where schema_name = {literal(schema)} and table_name = {literal(table)} order by column_index"
    ).fetchall()
    return [str(row[0]) for row in rows]


def _no_evidence(connection: duckdb.DuckDBPyConnection, mart: str, *, is_mart: bool) -> str:
    rows = connection.execute(
        "select distinct substr(held.table_name, 10) from duckdb_columns() as held join duckdb_columns() as mart"
        " on mart.schema_name = 'marts' and mart.table_name = substr(held.table_name, 10)"
        " where held.schema_name = 'intermediate' and starts_with(held.table_name, 'evidence_') order by 1"
    ).fetchall()
    names = ", ".join(str(row[0]) for row in rows) or "none"
    what = f"The rows of marts.{mart} are not tied to quotes" if is_mart else f"There is no mart '{mart}'"
    return f"{what}. Marts with evidence: {names}."


def _check_condition(home: Home, connection: duckdb.DuckDBPyConnection, mart: str, columns: list[str], where: str) -> None:
    listed = f"Columns of marts.{mart}: {', '.join(columns)}."
    none = f"--where '{where}' is no condition. Write one as after WHERE in SQL, e.g. \"year = 2020\". {listed}"
    if not where.strip():
        raise BriefingsError(none)
    try:
        # Alone it must be one statement of one column, true or false; the second query finds what only rows can tell.
        statements = connection.extract_statements(f"select ({where}\n) from marts.{identifier(mart)}")
        relation = connection.sql(statements[0].query) if len(statements) == 1 else None
        if relation is None or [str(kind) for kind in relation.types] != ["BOOLEAN"]:
            raise BriefingsError(none)
        connection.execute(f"select count(*) from marts.{identifier(mart)} where ({where}\n)")
    except duckdb.Error as error:
        raise BriefingsError(f"--where: {explain(home, error)}\n{listed}") from None
