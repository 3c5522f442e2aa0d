"""The tables of core, marts and vocabulary, a file each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipelines.progress import Progress
from pipelines.publish.connection import identifier, literal
from pipelines.publish.dictionary import render_table, table_keys
from pipelines.publish.exports.datapackage import Column, DataFile

SCHEMAS = ("core", "marts", "vocabulary")

_FORMULA = r"^'*[=+\-@\t\r\n＝＋－＠]"
"""How a text begins that a spreadsheet may run as a formula when it opens a CSV file (OWASP, "CSV Injection"). Apostrophes
before it count, so that taking one apostrophe away always gives the text back."""


def write(connection: duckdb.DuckDBPyConnection, folder: Path, form: str, progress: Progress) -> list[DataFile]:
    """Write every table as ``<schema>/<table>.<form>`` below a folder.

    Args:
        connection: to the published file; may write files.
        folder: is there.
        form: ``parquet`` or ``csv``.
        progress: is told about every table.
    """
    keys = table_keys()
    found = connection.execute(
        "select schema_name, table_name, comment from duckdb_tables() where not internal"
        " union all select schema_name, view_name, comment from duckdb_views() where not internal order by 1, 2"
    ).fetchall()
    found = [row for row in found if row[0] in SCHEMAS]
    progress.stage(f"Tables as {form}", len(found))
    files = []
    for schema, table, comment in found:
        columns = _columns(connection, schema, table)
        key = keys.get(f"{schema}.{table}")
        # The file may have been published by another version of the project.
        is_there = key is not None and set(key.columns) <= {column.name for column in columns}
        file = DataFile(
            path=f"{schema}/{table}.{form}",
            name=f"{schema}.{table}",
            description=comment or "",
            columns=columns,
            primary_key=key.columns if key and is_there and not key.may_be_null else (),
            unique_key=key.columns if key and is_there and key.may_be_null else (),
        )
        (folder / schema).mkdir(parents=True, exist_ok=True)
        source = f"{identifier(schema)}.{identifier(table)}"
        if form == "parquet":
            copy(connection, f"from {source}", folder / file.path, "format parquet, compression zstd")
        else:
            cells = ", ".join(_csv_column(column) for column in columns)
            copy(connection, f"select {cells} from {source}", folder / file.path, _csv_options(columns))
        files.append(file)
        progress.advance()
    return files


def _columns(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> tuple[Column, ...]:
    rows = connection.execute(
        "select column_name, data_type, comment from duckdb_columns() where schema_name = ? and table_name = ? order by column_index",
        [schema, table],
    ).fetchall()
    return tuple(Column(name, kind, comment or "") for name, kind, comment in rows)


def copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path, options: str) -> None:
    """Write a query's rows, in their order, to a file."""
    connection.execute(f"copy ({query}) to {literal(str(path))} ({options})")


def _csv_options(columns: Iterable[Column]) -> str:
    # DuckDB guesses from the first 20,480 rows whether cells are quoted at all; in core.mentions the first that must be comes later.
    quoted = ", ".join(identifier(column.name) for column in columns if column.kind == "VARCHAR" or column.is_nested)
    return "format csv, header, nullstr ''" + (f", force_quote ({quoted})" if quoted else "")


def _csv_column(column: Column) -> str:
    name = identifier(column.name)
    if column.kind == "VARCHAR":
        return f"{defused(name)} as {name}"
    return f"to_json({name})::varchar as {name}" if column.is_nested else name


def defused(expression: str) -> str:
    """SQL for a text that no spreadsheet runs as a formula: an apostrophe is put before one that could be."""
    return f"case when regexp_matches({expression}, {literal(_FORMULA)}) then '''' || {expression} else {expression} end"


def dictionary(files: Iterable[DataFile]) -> str:
    """The columns of every file, as Markdown."""
    return "\n".join(
        render_table(file.path, file.description, [(column.name, column.kind.lower(), column.description) for column in file.columns])
        for file in files
    )


def readme(files: Iterable[DataFile], form: str) -> str:
    """What stands beside the tables of an export."""
    return "\n".join([_README[form], dictionary(files)])


CSV_NOTES = """\
UTF-8 (choose it when a spreadsheet asks), comma, header, texts in double quotes, also over several lines. An
empty cell is null, an empty text is `""`; most readers take both as missing. Lists and structures are JSON. Times are without
zone: what a page prints is Beijing time, fetch times are UTC.

Only an empty cell is missing: `NA` is a text, and blanks at the ends of a text belong to it. Readers that think otherwise
have to be told, and `datapackage.json` has every column's type:

- pandas: `pandas.read_csv(path, keep_default_na=False, na_values=[""])`
- R: `readr::read_csv(path, na = "", trim_ws = FALSE)`
- DuckDB: `from read_csv('path', header = true, quote = '"', sample_size = -1)`

A text that begins with `= + - @`, their full-width forms, a tab or a line break could be run as a formula by a spreadsheet.
It has an apostrophe before it here: take away one apostrophe from a text that begins with apostrophes and one of these to
have the text as published. The Parquet files have every text as it is.
"""

_README = {
    "parquet": """\
# Tables of briefings.duckdb as Parquet
Written by `briefings export --format parquet`; all files come from one published file, core/build_info.parquet says which
versions made it. Null is null. Times are without zone: what a page prints is Beijing time, fetch times are UTC.
""",
    "csv": f"""\
# Tables of briefings.duckdb as CSV
Written by `briefings export --format csv`; all files come from one published file, core/build_info.csv says which versions
made it. {CSV_NOTES}""",
}
