"""What a home holds, and how two homes differ: row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import duckdb
import polars as pl

from pipelines import lake
from pipelines.contracts.lake import TABLES
from pipelines.extract.raw_store import read_captures, read_object
from pipelines.publish.query import run_query
from pipelines.settings import Home


@dataclass
class Difference:
    """Rows of all tables of lake and published file: how many were compared, and how many are missing, too many or elsewhere."""

    n_rows: int = 0
    n_lost: int = 0
    n_double: int = 0
    tables: list[str] = field(default_factory=list)


def published_tables(home: Home) -> dict[str, pl.DataFrame]:
    """Every table of the published file, rows in the order that they lie in."""
    with duckdb.connect(str(home.published), read_only=True) as connection:
        names = connection.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name <> 'main' order by all"
        ).fetchall()
        return {f"{schema}.{name}": connection.execute(f'from {schema}."{name}"').pl() for schema, name in names}


def difference(home: Home, undisturbed: Home, ignored: Collection[str] = ()) -> Difference:
    """Compare lake and published file of two homes.

    Args:
        ignored: columns that may differ.
    """
    found = Difference()
    both = [
        published_tables(each) | {f"lake.{name}": lake.read_table(each.lake, name).collect() for name in TABLES}
        for each in (home, undisturbed)
    ]
    for name in sorted(set(both[0]) | set(both[1])):
        one, other = (tables.get(name, pl.DataFrame()).drop(ignored, strict=False) for tables in both)
        found.n_rows += other.height
        if not one.equals(other):
            rows, wanted = (Counter(map(repr, frame.iter_rows())) for frame in (one, other))
            found.n_lost += (wanted - rows).total()
            found.n_double += (rows - wanted).total()
            found.tables.append(name)
    return found


def faults_of(home: Home, n_documents_before: int = 0) -> tuple[list[str], int]:
    """What of a home does not open or has got lost, and how many documents the published file answers with (0 without one)."""
    faults = []
    n_documents = n_documents_before
    try:
        for sha256 in read_captures(home)["sha256"].drop_nulls().unique():
            read_object(home, sha256)
    except Exception as error:
        faults.append(f"raw store: {type(error).__name__}: {error}")
    if home.published.exists():
        try:
            facts = run_query(
                home,
                "select count(*) as n, (select count(*) from core.build_info) as n_facts, (select count(*) from core.turns) as n_turns from core.documents",
            ).row(0)
            n_documents = facts[0]
            if facts[1] != 1 or facts[0] < n_documents_before or facts[2] < facts[0]:
                faults.append(f"published file: {facts} after {n_documents_before} documents")
        except Exception as error:
            faults.append(f"published file: {type(error).__name__}: {error}")
    elif n_documents_before:
        faults.append("published file: gone")
    return faults, n_documents
