"""Two codebooks on the same text: what the codes of one published file and another have in common, and what differs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.errors import BriefingsError
from pipelines.publish.connection import literal, reading
from pipelines.publish.query import to_polars
from pipelines.settings import Home

_CODED = {
    "pattern_hits": "pattern_id as code, '' as actors",
    "accusations": "accusation_type as code, concat_ws(' > ', accuser, accused) as actors",
    "topic_hits": "topic_id as code, '' as actors",
}
"""Coded tables: what a code is. Found in both files means: of the same turn, with the same code and actors."""


@dataclass(frozen=True)
class CodeComparison:
    """What two codebooks make of the same turns.

    Attributes:
        old_version: codebook of the older file.
        new_version: codebook of the newer file.
        n_turns: turns that both files hold word for word; others are left out.
        counts: a row a table, language and code: ``n_old``, ``n_new``, ``n_same``, ``n_gone``, ``n_added``; codes with changes first.
        changes: a row a code that only one file has: ``change`` (gone or added), ``table``, ``code``, ``actors``, ``quote``,
            ``briefing_date``, ``language``, ``title``, ``url``, ``turn_id``, ``exchange_id``.
    """

    old_version: str
    new_version: str
    n_turns: int
    counts: pl.DataFrame
    changes: pl.DataFrame


def compare_codes(home: Home, old: Path) -> CodeComparison:
    """Compare the codes of the published file with those of another one.

    Args:
        home: whose published file is the newer one.
        old: a DuckDB file that was published before.

    Raises:
        BriefingsError: nothing is published, or ``old`` is no file of ours.
    """
    with reading(home, may_use_files=True) as connection:
        try:
            connection.execute(f"attach {literal(str(old))} as old (read_only)")
            versions = [_version(connection, name) for name in ("old", "briefings")]
            have = {
                str(row[0]) for row in connection.execute("select table_name from duckdb_columns() where database_name = 'old'").fetchall()
            }
        except duckdb.Error as error:
            raise BriefingsError(f"{old} cannot be compared: it is no file that `briefings refresh` published ({error}).") from None
        connection.execute(
            "create temp table same_turns as select turn_id from old.core.turns semi join briefings.core.turns using (turn_id)"
        )
        tables = [table for table in _CODED if table in have]
        for name in ("old", "briefings"):
            parts = [_codes(name, table) for table in tables]
            connection.execute(f"create temp table codes_{name} as {' union all '.join(parts)}")
        connection.execute(_JOINED)
        return CodeComparison(
            versions[0],
            versions[1],
            int(connection.execute("select count(*) from same_turns").fetchall()[0][0]),
            to_polars(connection.sql(_COUNTS)),
            to_polars(connection.sql(_CHANGES)),
        )


def _version(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    rows = connection.execute(f"select codebook_version from {name}.core.build_info").fetchall()
    return str(rows[0][0])


def _codes(name: str, table: str) -> str:
    return f"""
        select '{table}' as "table", coded.turn_id, {_CODED[table]}, min(coded.quote) as quote, min(coded.exchange_id) as exchange_id
        from {name}.core.{table} as coded semi join same_turns using (turn_id)
        group by all
    """


_JOINED = """
    create temp table compared as
    select
        coalesce(new."table", old."table") as "table",
        coalesce(new.code, old.code) as code,
        coalesce(new.actors, old.actors) as actors,
        coalesce(new.turn_id, old.turn_id) as turn_id,
        coalesce(new.exchange_id, old.exchange_id) as exchange_id,
        coalesce(new.quote, old.quote) as quote,
        old.turn_id is not null as is_old,
        new.turn_id is not null as is_new
    from codes_old as old
    full join codes_briefings as new
        on old."table" = new."table" and old.turn_id = new.turn_id and old.code = new.code and old.actors = new.actors
"""
_COUNTS = """
    select
        "table", documents.language, code,
        count(*) filter (where is_old) as n_old,
        count(*) filter (where is_new) as n_new,
        count(*) filter (where is_old and is_new) as n_same,
        count(*) filter (where not is_new) as n_gone,
        count(*) filter (where not is_old) as n_added
    from compared
    join briefings.core.turns as turns using (turn_id)
    join briefings.core.documents as documents on documents.document_id = turns.document_id
    group by all
    order by n_gone + n_added desc, "table", language, code
"""
_CHANGES = """
    select
        case when is_new then 'added' else 'gone' end as change, "table", code, actors, quote,
        documents.briefing_date, documents.language, documents.title, documents.url, turn_id, compared.exchange_id
    from compared
    join briefings.core.turns as turns using (turn_id)
    join briefings.core.documents as documents on documents.document_id = turns.document_id
    where is_old != is_new
    order by "table", code, documents.briefing_date, documents.document_id, turns.turn_index, actors, change
"""
