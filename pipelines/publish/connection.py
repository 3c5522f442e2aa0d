"""How the published file is opened: read-only, and each time anew, so that no reader holds up a refresh or gets stale answers."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import BriefingsError
from pipelines.settings import Home

MEMORY_LIMIT = "400MB"
"""Of DuckDB alone, for a build and for a query: with Python, dbt and polars a whole refresh stays below 1 GB. More goes to disk."""

THREADS = 2

BUILD_FILE = "briefings.duckdb"
"""Name of the file in ``Home.build`` that a build makes; DuckDB calls the database by it, and views keep that name."""

CATALOG = "briefings"
"""Name of the published database inside DuckDB, the same as when a person opens ``briefings.duckdb``."""


@contextmanager
def reading(home: Home, *, may_use_files: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the published file, closed at the end.

    The file is attached to a database in memory: ``duckdb.connect(file)`` would give a process that has it open already
    the old file again after a swap. The configuration is locked, so that no query can widen what it may do.

    Args:
        home: whose published file.
        may_use_files: whether queries may read and write other files; only for queries that are not a user's.

    Raises:
        BriefingsError: there is no published file, or it is no file of ours.
    """
    connection = duckdb.connect(
        config={
            "memory_limit": MEMORY_LIMIT,
            "threads": THREADS,
            # Made when first needed, so it must lie in a folder that is there and writable for every reader.
            "temp_directory": str(Path(tempfile.gettempdir()) / f"briefings-{os.getpid()}-{secrets.token_hex(4)}"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        }
    )
    try:
        try:
            connection.execute(f"attach {literal(str(home.published))} as {CATALOG} (read_only)")
        except duckdb.Error as error:
            raise BriefingsError(_explain(home, error)) from None
        connection.execute(f"use {CATALOG}")
        if not may_use_files:
            connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection
    finally:
        connection.close()


def _explain(home: Home, error: duckdb.Error) -> str:
    if not home.published.exists():
        return f"Nothing is published in {home.root} yet. Type: briefings refresh"
    if "lock" in str(error).lower():
        return f"{home.published} is open for writing in another program. Close it there, or open it read-only there, and run the command again."
    return f"{home.published} cannot be read ({first_lines(error, 1)}). Move it away and run `briefings refresh`: it is made anew from what is stored."


def first_lines(error: duckdb.Error, limit: int = 8) -> str:
    """The beginning of DuckDB's message, with the line and the mark that show where a query went wrong."""
    lines = [line.rstrip() for line in str(error).splitlines() if line.strip()]
    return "\n".join(lines[:limit])


def literal(text: str) -> str:
    """Text as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
