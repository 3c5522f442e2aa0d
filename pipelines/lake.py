"""The lake: Parquet files, a file a month and table, replaced one at a time by rename. The only code that writes them.

Every row is held against its contract on the way in; a row that breaks one goes to quarantine with the rule's name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import dataframely as dy
import polars as pl

from pipelines.contracts.lake import MONTHLY_TABLES, TABLES, Quarantine
from pipelines.identifiers import digest

_FINGERPRINT = "briefings.input_fingerprint"

REJECTED = "_rejected"
"""Folder of rows that broke a contract, a file a month; gathered into the quarantine table."""


def write_frame(frame: pl.DataFrame, path: Path, metadata: Mapping[str, str] | None = None) -> bool:
    """Write a Parquet file so that a reader sees the old file or the new one, whole.

    Returns:
        False when the file already holds exactly these bytes; then it is not touched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        frame.write_parquet(temporary, metadata=dict(metadata or {}), compression="zstd")
        if path.exists() and path.stat().st_size == temporary.stat().st_size and path.read_bytes() == temporary.read_bytes():
            return False
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def table_path(lake: Path, table: str, month: str = "all") -> Path:
    """``lake/<table>/<YYYY-MM>.parquet``; whole tables are in ``all.parquet``."""
    return lake / table / f"{month}.parquet"


def read_table(lake: Path, table: str) -> pl.LazyFrame:
    """All months of a table; no rows where the lake is empty."""
    files = sorted((lake / table).glob("[!.]*.parquet"))
    return pl.scan_parquet(files) if files else TABLES[table].create_empty(lazy=True)


def months(lake: Path) -> list[str]:
    """Months that the lake holds, in order."""
    return sorted(path.stem for path in (lake / "documents").glob("[!.]*.parquet"))


def month_fingerprint(lake: Path, month: str) -> str | None:
    """Fingerprint of the input that a month was made of; None when the month is not there or was left half-written."""
    path = table_path(lake, "documents", month)
    if not path.exists() or any(not table_path(lake, table, month).exists() for table in MONTHLY_TABLES):
        return None
    return pl.read_parquet_metadata(path).get(_FINGERPRINT)


def write_month(lake: Path, month: str, tables: Mapping[str, pl.DataFrame], fingerprint: str) -> int:
    """Check and write all tables of a month. ``documents`` comes last and carries the fingerprint: a month that a kill
    left half-written has none that fits, and is made again.

    Returns:
        Number of rows that broke a contract.
    """
    rejected = []
    for name in [*(name for name in MONTHLY_TABLES if name != "documents"), "documents"]:
        good, bad = checked(name, tables[name])
        rejected.append(bad)
        if name == "documents":
            write_frame(pl.concat(rejected), table_path(lake, REJECTED, month))
        write_frame(good, table_path(lake, name, month), {_FINGERPRINT: fingerprint} if name == "documents" else None)
    return sum(bad.height for bad in rejected)


def remove_month(lake: Path, month: str) -> None:
    """Take a month out of the lake, when no stored page belongs to it any more. The raw store keeps the pages."""
    for name in ("documents", *MONTHLY_TABLES, REJECTED):
        table_path(lake, name, month).unlink(missing_ok=True)


def write_whole(lake: Path, table: str, frame: pl.DataFrame) -> None:
    """Write a table that has one file. Raises dataframely's ValidationError: these are made by us, not by a page."""
    write_frame(TABLES[table].validate(frame, cast=True), table_path(lake, table))


def checked(table: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split a frame into the rows that keep the table's contract, and quarantine rows for those that don't."""
    schema = TABLES[table]
    good, failure = schema.filter(frame, cast=True)
    if not failure.counts():
        return good, Quarantine.create_empty()
    details = failure.details()
    rules = [column for column in details.columns if column not in frame.columns]
    rows = []
    for row in details.iter_rows(named=True):
        broken = sorted(rule for rule in rules if str(row[rule]) == "invalid")
        key = ", ".join(f"{column}={row[column]!r}" for column in _key_of(schema))
        detail = f"{table} row with {key} breaks {', '.join(broken)}"
        rows.append(
            {
                "quarantine_id": digest(f"contract|{table}|{detail}", 16),
                "raw_path": f"lake/{table}",
                "stage": "contract",
                "reason": broken[0] if broken else "unknown_rule",
                "detail": detail,
                "is_error": True,
            }
        )
    rejected = pl.DataFrame(rows, schema=pl.Schema(Quarantine)).unique("quarantine_id", keep="first", maintain_order=True)
    return good, rejected


def _key_of(schema: type[dy.Schema]) -> list[str]:
    return list(schema.primary_key())
