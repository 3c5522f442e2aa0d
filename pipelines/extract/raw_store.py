"""The raw store: bytes under their SHA-256, and the append-only record of where and when each was captured.

Nothing here is ever overwritten or deleted. Bytes and records are written aside, forced to disk and renamed, so that a
kill at any moment leaves a store that opens. No parsing, no judgement of content: that is ``screening``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.identifiers import digest, digest_bytes
from pipelines.settings import Home

CAPTURES = pl.Schema(
    {
        "sha256": pl.String,
        "url": pl.String,
        "fetched_at": pl.Datetime("us"),
        "http_status": pl.Int64,
        "size_bytes": pl.Int64,
        "media_type": pl.String,
        "origin": pl.String,
        "file_modified_at": pl.Datetime("us"),
        "ingested_at": pl.Datetime("us"),
        "outcome": pl.String,
        "reason": pl.String,
        "detail": pl.String,
    }
)


@dataclass(frozen=True, slots=True)
class Capture:
    """That certain bytes were seen at a place and time. Times are UTC without zone.

    Attributes:
        sha256: of the bytes; None when the file was refused unread.
        fetched_at: only where a manifest or an archive states it, never the time of the ingest.
        origin: the file that the bytes came from.
        outcome: ``stored``, or ``refused`` with reason and detail.
    """

    sha256: str | None
    size_bytes: int
    media_type: str
    origin: str
    ingested_at: datetime
    url: str | None = None
    fetched_at: datetime | None = None
    http_status: int | None = None
    file_modified_at: datetime | None = None
    outcome: Literal["stored", "refused"] = "stored"
    reason: str | None = None
    detail: str | None = None

    @property
    def identity(self) -> tuple[str | None, ...]:
        """Captures that agree in this are one: the same bytes, address, fetch time and status."""
        fetched_at = self.fetched_at.isoformat() if self.fetched_at else None
        unread = self.origin if self.sha256 is None else None
        return (self.sha256, self.url, fetched_at, str(self.http_status), self.outcome, unread)


def object_path(sha256: str) -> Path:
    """Where bytes lie, relative to ``BRIEFINGS_HOME``."""
    return Path("raw", "objects", sha256[:2], sha256)


def store_bytes(home: Home, raw: bytes) -> str:
    """Put bytes into the store, unless they are there already.

    Returns:
        Their SHA-256.

    Raises:
        OSError: the disk is full or the home cannot be written; then nothing half-written is left under the name.
    """
    sha256 = digest_bytes(raw)
    path = home.root / object_path(sha256)
    if not (path.exists() and path.stat().st_size == len(raw)):
        _write_aside(path, raw)
    return sha256


def read_object(home: Home, sha256: str) -> bytes:
    """The stored bytes.

    Raises:
        FileNotFoundError: the store does not hold them.
    """
    return (home.root / object_path(sha256)).read_bytes()


def append_captures(home: Home, captures: Iterable[Capture]) -> None:
    """Add a segment to the record; its name comes from its content."""
    lines = [json.dumps({k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(c).items()}, ensure_ascii=False) for c in captures]
    if lines:
        text = "\n".join(lines) + "\n"
        _write_aside(home.raw / "manifest" / f"{digest(text, 24)}.jsonl", text.encode())


def read_captures(home: Home) -> pl.DataFrame:
    """All captures ever recorded, in CAPTURES columns: one row an identity, the same whatever the order of arrival."""
    records = []
    for path in sorted((home.raw / "manifest").glob("*.jsonl")):
        records.extend(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)
    texts = pl.Schema({name: pl.String if kind == pl.Datetime("us") else kind for name, kind in CAPTURES.items()})
    captures = pl.DataFrame(records, schema=texts).with_columns(
        pl.col(name).str.to_datetime(time_unit="us") for name, kind in CAPTURES.items() if kind == pl.Datetime("us")
    )
    unread = pl.when(pl.col("sha256").is_null()).then(pl.col("origin"))
    order = ["sha256", "url", "fetched_at", "http_status", "file_modified_at", "origin", "ingested_at"]
    return (
        captures.with_columns(unread=unread)
        .sort(order, nulls_last=True)
        .unique(["sha256", "url", "fetched_at", "http_status", "outcome", "unread"], keep="first", maintain_order=True)
        .drop("unread")
    )


def known_identities(home: Home) -> set[tuple[str | None, ...]]:
    """Identities of all captures in the record."""
    known = set()
    for row in read_captures(home).iter_rows(named=True):
        known.add(Capture(**row).identity)
    return known


def _write_aside(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
