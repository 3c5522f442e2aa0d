"""What a home holds: read from the raw store's record, the lake's Parquet files and the published file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from pipelines.extract.raw_store import read_captures
from pipelines.settings import Home
from pipelines.versions import codebook_version, parser_version
from pipelines.vocabularies import vocabulary_version


@dataclass
class Status:
    """Facts about a home. Times are UTC.

    Attributes:
        n_pages: different pages (bytes) in the raw store.
        n_waiting: stored pages that this version of the parser has not read yet.
        refused: reason -> files that ``ingest`` refused.
        documents: a row per source and kind: source_id, kind, n_documents, first_date, last_date.
        quarantine: a row per stage and reason: stage, reason, is_error, n.
        latest_fetch: when the newest page was fetched; None when no page came with its fetch time.
        published_at: when ``briefings.duckdb`` was last swapped in; None when there is none.
        is_up_to_date: whether it holds what the lake holds; None when there is none.
    """

    home: str
    n_pages: int
    n_captures: int
    size_bytes: int
    n_waiting: int
    refused: dict[str, int]
    latest_fetch: datetime | None
    documents: list[dict[str, object]] = field(default_factory=list)
    quarantine: list[dict[str, object]] = field(default_factory=list)
    n_months: int = 0
    first_month: str | None = None
    last_month: str | None = None
    latest_briefing: date | None = None
    published_at: datetime | None = None
    published_bytes: int | None = None
    is_up_to_date: bool | None = None
    parser_version: str = ""
    codebook_version: str = ""
    vocabulary_version: str = ""


def read_status(home: Home) -> Status:
    """Gather the facts; a home that is empty or missing gives zeros.

    Raises:
        OSError: a file of the home cannot be read.
    """
    captures = read_captures(home)
    stored = captures.filter(pl.col("outcome") == "stored").unique("sha256")
    refused = captures.filter(pl.col("outcome") == "refused").group_by("reason").len().sort("reason")
    status = Status(
        home=str(home.root),
        n_pages=stored.height,
        n_captures=captures.filter(pl.col("outcome") == "stored").height,
        size_bytes=int(stored["size_bytes"].sum()),
        n_waiting=_waiting(home, stored["sha256"]),
        refused=dict(refused.iter_rows()),
        latest_fetch=captures["fetched_at"].max(),  # type: ignore[arg-type]
        parser_version=parser_version(),
        codebook_version=codebook_version(),
        vocabulary_version=vocabulary_version(),
    )
    if files := _files(home, "documents"):
        documents = pl.scan_parquet(files).select("source_id", "kind", "briefing_date").collect()
        by_kind = documents.group_by("source_id", "kind").agg(
            n_documents=pl.len(), first_date=pl.col("briefing_date").min(), last_date=pl.col("briefing_date").max()
        )
        status.documents = by_kind.sort("source_id", "kind").to_dicts()
        status.latest_briefing = documents["briefing_date"].max()  # type: ignore[assignment]
        months = [file.stem for file in files]
        status.n_months, status.first_month, status.last_month = len(months), months[0], months[-1]
    if files := _files(home, "quarantine"):
        reasons = pl.scan_parquet(files).group_by("stage", "reason", "is_error").agg(n=pl.len()).collect()
        status.quarantine = reasons.sort("is_error", "n", "stage", "reason", descending=[True, True, False, False]).to_dicts()
    if home.published.exists():
        from pipelines.publish.fingerprint import input_fingerprint, published_fingerprint

        facts = home.published.stat()
        status.published_at = datetime.fromtimestamp(facts.st_mtime, UTC).replace(tzinfo=None)
        status.published_bytes = facts.st_size
        status.is_up_to_date = status.n_waiting == 0 and published_fingerprint(home) == input_fingerprint(home)
    return status


def months_known(home: Home) -> set[str]:
    """Months (YYYY-MM) of which the home holds pages."""
    return {file.stem for table in ("documents", "_pages") for file in _files(home, table)}


def _waiting(home: Home, stored: pl.Series) -> int:
    read: Sequence[str] = ()
    if files := _files(home, "_pages"):
        read = pl.scan_parquet(files).filter(parser_version=parser_version()).select("sha256").collect()["sha256"].to_list()
    return len(set(stored) - set(read))


def _files(home: Home, table: str) -> list[Path]:
    """The lake's files of a table, in order of months. ``pipelines.lake`` does the same but loads the contracts for it (1 s)."""
    return sorted((home.lake / table).glob("[!.]*.parquet"))
