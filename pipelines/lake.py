"""The lake: Parquet files, a file a month and table, replaced one at a time by rename. The only code that writes them.

Every row is held against its contract on the way in; a row that breaks one goes to quarantine with the rule's name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import dataframely as dy
import polars as pl

from pipelines.contracts.lake import MONTHLY_TABLES, TABLES, Quarantine
from pipelines.files import written_aside
from pipelines.identifiers import digest

_FINGERPRINT = "briefings.input_fingerprint"

REJECTED = "_rejected"
"""Folder of rows that broke a contract, a file a month; gathered into the quarantine table."""


def write_frame(frame: pl.DataFrame, path: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write a Parquet file so that a reader sees the old file or the new one, whole. A file of equal bytes is not touched.

    Raises:
        OSError: the disk is full or the lake cannot be written; the file is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path, keep_if_equal=True) as temporary:
        frame.write_parquet(temporary, metadata=dict(metadata or {}), compression="zstd")


def table_path(lake: Path, table: str, month: str = "all") -> Path:
    """``lake/<table>/<YYYY-MM>.parquet``; whole tables are in ``all.parquet``."""
    return lake / table / f"{month}.parquet"


def read_table(lake: Path, table: str) -> pl.LazyFrame:
    """All months of a table; no rows where the lake is empty."""
    files = sorted((lake / table).glob("[!.]*.parquet"))
    return pl.scan_parquet(files) if files else TABLES[table].create_empty(lazy=True)


def months(lake: Path) -> list[str]:
    """Months of which the lake holds any file, in order; after a refresh these are the months with documents."""
    files = (path for table in (*MONTHLY_TABLES, REJECTED) for path in (lake / table).glob("[!.]*.parquet"))
    return sorted({path.stem for path in files})


def month_fingerprint(lake: Path, month: str) -> str | None:
    """Fingerprint of the input that all tables of a month were made of; None when the month is not there, or when a kill
    left some of its tables as they were before."""
    paths = [table_path(lake, table, month) for table in (*MONTHLY_TABLES, REJECTED)]
    if not all(path.exists() for path in paths):
        return None
    found = {pl.read_parquet_metadata(path).get(_FINGERPRINT) for path in paths}
    return found.pop() if len(found) == 1 else None


def remove_damaged(lake: Path) -> list[Path]:
    """Take files that are no Parquet any more out of the lake, so that they are made anew; their paths."""
    damaged = []
    for path in sorted(lake.glob("*/[!.]*.parquet")):
        try:
            pl.read_parquet_metadata(path)
        except pl.exceptions.PolarsError:
            path.unlink()
            damaged.append(path)
    return damaged


def write_month(lake: Path, month: str, tables: Mapping[str, pl.DataFrame], fingerprint: str, faults: pl.DataFrame | None = None) -> int:
    """Check and write all tables of a month. Each carries the fingerprint of the input: a month that a kill left
    half-written has two, and is made again.

    Args:
        tables: all of MONTHLY_TABLES.
        faults: rows of the contract ``Quarantine`` that belong to the month already.

    Returns:
        Number of quarantine rows.
    """
    good, rejected = _checked_together(tables)
    if faults is not None:
        rejected = pl.concat([rejected, faults])
    for name, frame in (*good.items(), (REJECTED, rejected)):
        write_frame(frame, table_path(lake, name, month), {_FINGERPRINT: fingerprint})
    return rejected.height


def remove_month(lake: Path, month: str) -> None:
    """Take a month out of the lake, when no stored page belongs to it any more. The raw store keeps the pages."""
    for name in (*MONTHLY_TABLES, REJECTED):
        table_path(lake, name, month).unlink(missing_ok=True)


def write_whole(lake: Path, table: str, frame: pl.DataFrame) -> None:
    """Write a table that has one file. Raises dataframely's ValidationError: these are made by us, not by a page."""
    write_frame(TABLES[table].validate(frame, cast=True), table_path(lake, table))


# --- contracts ---------------------------------------------------------------------------------------------------------

_WHOLE = ("documents", "document_versions", "turns", "exchanges")
"""Tables of which a document is held back whole when a row of one breaks its contract: a page with a turn missing would
say something that was not said. Of the other tables only the row goes."""


def _checked_together(tables: Mapping[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Hold a month's tables against their contracts; what hangs on a document that is held back goes with it."""
    good: dict[str, pl.DataFrame] = {}
    rejected: list[pl.DataFrame] = []
    held: dict[str, list[str]] = defaultdict(list)
    for name in MONTHLY_TABLES:
        good[name], bad = checked(name, tables[name])
        rejected.append(bad)
        if bad.height and name in _WHOLE:
            n_kept = dict(good[name]["document_id"].value_counts().iter_rows())
            for document_id, n in tables[name]["document_id"].value_counts().iter_rows():
                if document_id is not None and n_kept.get(document_id, 0) < n:
                    held[document_id].append(name)
    if held:
        is_held = pl.col("document_id").is_in(list(held))
        rejected.append(_held_back(good["documents"].filter(is_held), held))
        good = {name: _without_held(frame, list(held)) for name, frame in good.items()}
        pairs = good["exchange_pairs"].select("exchange_pair_id")
        good["language_differences"] = good["language_differences"].join(pairs, on="exchange_pair_id", how="semi")
    return good, pl.concat(rejected).unique("quarantine_id", keep="first", maintain_order=True)


def _without_held(frame: pl.DataFrame, held: Sequence[str]) -> pl.DataFrame:
    """Rows without those of documents that are held back; a pair goes with either of its documents."""
    columns = [column for column in ("document_id", "en_document_id", "zh_document_id") if column in frame.columns]
    return frame.filter(~pl.col(column).is_in(held) for column in columns) if columns else frame


def _held_back(documents: pl.DataFrame, held: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    rows = []
    for document_id, sha256, url in documents.select("document_id", "sha256", "url").iter_rows():
        because = " and ".join(held[document_id])
        detail = f"documents row with document_id={document_id!r} is held back whole, as rows of {because} break their contract"
        rows.append(_quarantined("documents", "held_back", detail) | {"sha256": sha256, "url": url})
    return pl.DataFrame(rows, schema=pl.Schema(Quarantine))


def checked(table: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split a frame into the rows that keep the table's contract, and quarantine rows for those that don't."""
    if frame.is_empty():
        return TABLES[table].create_empty(), Quarantine.create_empty()
    good, failure = TABLES[table].filter(frame, cast=True)
    if not failure.counts():
        return good, Quarantine.create_empty()
    details = failure.details()
    rules = [column for column in details.columns if column not in frame.columns]
    broken = [sorted(rule for rule in rules if str(row[rule]) == "invalid") for row in details.select(rules).iter_rows(named=True)]
    return good, _rejections(table, details, broken)


def _rejections(table: str, frame: pl.DataFrame, broken: Sequence[Sequence[str]]) -> pl.DataFrame:
    """Quarantine rows for rows of a table, each with the rules that it breaks; equal rows (same key) give one."""
    rows = []
    for row, rules in zip(frame.iter_rows(named=True), broken, strict=True):
        key = ", ".join(f"{column}={row[column]!r}" for column in _key_of(TABLES[table]))
        detail = f"{table} row with {key} breaks {', '.join(rules)}"
        rows.append(_quarantined(table, rules[0] if rules else "unknown_rule", detail))
    return pl.DataFrame(rows, schema=pl.Schema(Quarantine)).unique("quarantine_id", keep="first", maintain_order=True)


def _quarantined(table: str, reason: str, detail: str) -> dict[str, object]:
    return {
        "quarantine_id": digest(f"contract|{table}|{detail}", 16),
        "raw_path": f"lake/{table}",
        "stage": "contract",
        "reason": reason,
        "detail": detail,
        "is_error": True,
    }


def _key_of(schema: type[dy.Schema]) -> list[str]:
    return list(schema.primary_key())
