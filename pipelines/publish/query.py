"""Questions to the published file."""

from __future__ import annotations

import re

import duckdb
import polars as pl

from pipelines.errors import BriefingsError
from pipelines.publish.connection import first_lines, identifier, reading
from pipelines.settings import Home

_NOT_IN_POLARS = ("INTERVAL", "UNION", "BIT", "TIME WITH TIME ZONE", "VARINT", "BIGNUM")


_WRITES_ELSEWHERE = re.compile(r"(?i)\benable_(?:logging|profiling)\b")
"""DuckDB 1.5 aborts the process when a log is sent to a file to which access is off, and prints profiles into the output."""


def run_query(home: Home, sql: str) -> pl.DataFrame:
    """Run SQL on the published file and give the rows of its last statement.

    Nothing that a query says can change the published file or touch another one: the file is attached read-only, and
    DuckDB's access to other files (read_csv, COPY, ATTACH, extensions) is off. Temporary tables are allowed. A type that
    polars lacks (intervals, unions, bits) comes as text.

    Args:
        home: whose published file.
        sql: one or more statements; the last one must give rows.

    Raises:
        BriefingsError: nothing is published, the SQL is wrong, or it asks for what is refused; with DuckDB's own words.
    """
    with reading(home) as connection:
        if found := _WRITES_ELSEWHERE.search(sql):
            raise BriefingsError(f"{found.group()} is refused: it writes beside the query's own rows.")
        try:
            statements = connection.extract_statements(sql)
            relation = None
            for statement in statements:
                relation = connection.sql(statement.query)
            if relation is not None:
                return to_polars(relation)
        except duckdb.Error as error:
            raise BriefingsError(explain(home, error)) from None
    raise BriefingsError(
        "The query is empty." if not statements else "The last statement gives no rows. End with a query, e.g. from core.documents"
    )


def to_polars(relation: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    """Rows of a relation. Columns of a type that polars lacks come as text, sums of integers as Int64 where they fit; of equal
    column names the second gets ``_1``.
    """
    kinds = [str(kind) for kind in relation.types]
    odd = [any(name in kind for name in _NOT_IN_POLARS) for kind in kinds]
    if any(odd):
        names = [identifier(name) for name in relation.columns]
        columns = [f"#{i}{'::varchar' if is_odd else ''} as {name}" for i, (name, is_odd) in enumerate(zip(names, odd, strict=True), 1)]
        relation = relation.select(", ".join(columns))
    frame = relation.pl()
    sums = [name for name, kind in zip(frame.columns, kinds, strict=True) if kind == "HUGEINT"]
    narrow = frame.select(pl.col(sums).cast(pl.Int64, strict=False))
    return frame.with_columns(column for column in narrow if column.null_count() == frame[column.name].null_count())


def explain(home: Home, error: duckdb.Error) -> str:
    """DuckDB's message, and what to do where it alone does not help."""
    message = first_lines(error)
    if "read-only mode" in message:
        return (
            f"{message}\nThe published file can only be read; what it holds changes by `briefings refresh`. Temporary tables are allowed."
        )
    if isinstance(error, duckdb.PermissionException) or "configuration has been locked" in message:
        return (
            f"{message}\n`briefings sql` reads the published file and nothing else. To keep a result, add --output FILE; "
            f"to join files of your own, open {home.published} read-only in a DuckDB of your own."
        )
    if isinstance(error, duckdb.CatalogException) and "Table with name" in message:
        return f'{message}\n`briefings sql "show all tables"` lists the tables.'
    return message
