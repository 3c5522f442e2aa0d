"""The raw store: bytes under their SHA-256, and the append-only record of where and when each was captured.

Nothing here is ever overwritten or deleted. Bytes and records are written aside, forced to disk and renamed, so that a
kill at any moment leaves a store that opens. No parsing, no judgement of content: that is ``screening``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.errors import BriefingsError
from pipelines.files import written_aside
from pipelines.identifiers import digest, digest_bytes
from pipelines.settings import Home

CAPTURES = pl.Schema(
    {
        "sha256": pl.String(),
        "url": pl.String(),
        "fetched_at": pl.Datetime("us"),
        "http_status": pl.Int64(),
        "size_bytes": pl.Int64(),
        "media_type": pl.String(),
        "origin": pl.String(),
        "file_modified_at": pl.Datetime("us"),
        "ingested_at": pl.Datetime("us"),
        "outcome": pl.String(),
        "reason": pl.String(),
        "detail": pl.String(),
        "etag": pl.String(),
        "last_modified": pl.String(),
    }
)


class DamagedStoreError(BriefingsError):
    """A file of the raw store was changed by something else. The message names it and says what to do."""


_TIMES = [name for name, kind in CAPTURES.items() if kind == pl.Datetime("us")]
_IDENTITY = ["sha256", "url", "fetched_at", "http_status", "outcome", "_unread"]


@dataclass(frozen=True, slots=True)
class Capture:
    """That certain bytes were seen at a place and time. Times are UTC without zone.

    Attributes:
        sha256: of the bytes; None when the file was refused unread.
        size_bytes: of the file; 0 when even that could not be read.
        fetched_at: only where a manifest or an archive states it, never the time of the ingest.
        origin: the file that the bytes came from.
        outcome: ``stored``, or ``refused`` with reason and detail.
        etag, last_modified: what the server gave to ask with whether the page has changed; None where it gave none.
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
    etag: str | None = None
    last_modified: str | None = None

    @property
    def identity(self) -> tuple[object, ...]:
        """Captures that agree in this are one: the same bytes, address, fetch time and status.

        The outcome is part of it, so that bytes which an older version refused can still come in; of a file that was
        never read, only its place is known.
        """
        unread = self.origin if self.sha256 is None else None
        return (self.sha256, self.url, self.fetched_at, self.http_status, self.outcome, unread)

    @property
    def rank(self) -> tuple[str, str]:
        """Which of the equal captures stands for all: the oldest file, then the first name. Not the first to arrive,
        or the order in which folders are ingested would show in the tables."""
        return (self.file_modified_at.isoformat() if self.file_modified_at else "unknown", self.origin)


_OBJECTS = "raw/objects"


def object_path(sha256: str) -> Path:
    """Where bytes lie, relative to ``BRIEFINGS_HOME``."""
    return Path(_OBJECTS, sha256[:2], sha256)


def object_paths() -> pl.Expr:
    """``object_path`` for frames: of the column ``sha256``; null where that is null."""
    return pl.concat_str(pl.lit(f"{_OBJECTS}/"), pl.col("sha256").str.slice(0, 2), pl.lit("/"), "sha256")


def store_bytes(home: Home, raw: bytes) -> str:
    """Put bytes into the store, unless they are there already. An object that something else has damaged is made whole.

    Returns:
        Their SHA-256.

    Raises:
        OSError: the disk is full or the home cannot be written; then nothing half-written is left under the name.
    """
    sha256 = digest_bytes(raw)
    path = home.root / object_path(sha256)
    if not path.exists() or path.read_bytes() != raw:
        _write(path, raw)
    return sha256


def read_object(home: Home, sha256: str) -> bytes:
    """The stored bytes.

    Raises:
        FileNotFoundError: the store does not hold them.
        DamagedStoreError: the file holds other bytes than were stored.
    """
    path = home.root / object_path(sha256)
    raw = path.read_bytes()
    if digest_bytes(raw) != sha256:
        raise DamagedStoreError(f"{path} holds other bytes than were stored.")
    return raw


def append_captures(home: Home, captures: Iterable[Capture]) -> None:
    """Add a segment to the record; its name comes from its content. The caller holds the home's lock.

    Raises:
        OSError: the disk is full or the home cannot be written; the record is then as it was.
    """
    lines = [json.dumps({name: _plain(value) for name, value in asdict(c).items()}, ensure_ascii=False) for c in captures]
    if lines:
        text = "\n".join(lines) + "\n"
        folder = home.raw / "manifest"
        for left_over in folder.glob(".*.tmp"):  # of a kill: after it, the same captures have other times and another name
            left_over.unlink(missing_ok=True)
        _write(folder / f"{digest(text, 24)}.jsonl", text.encode())


def read_captures(home: Home) -> pl.DataFrame:
    """All captures ever recorded, in CAPTURES columns: one row an identity, the same whatever the order of arrival.

    That a file could not be read is left out once it has been read.

    Raises:
        DamagedStoreError: a segment of the record is no JSON.
    """
    records: list[dict[str, object]] = []
    for path in sorted((home.raw / "manifest").glob("[!.]*.jsonl")):
        try:
            # Not splitlines(): a title or address may hold U+2028 or U+0085, which end a line there but not in JSON.
            records.extend(json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line)
        except ValueError as error:
            raise DamagedStoreError(
                f"{path} is damaged ({error}). Restore it from a copy; without one, delete it and ingest its pages again: "
                "their bytes are still in raw/objects."
            ) from error
    as_written = pl.Schema(dict(CAPTURES) | dict.fromkeys(_TIMES, pl.String()))
    is_unread = pl.col("sha256").is_null()
    return (
        pl.DataFrame(records, schema=as_written)
        .with_columns(pl.col(_TIMES).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us"))
        .with_columns(_unread=pl.when(is_unread).then("origin"), _read_at=pl.col("ingested_at").filter(~is_unread).max().over("origin"))
        .filter((is_unread & (pl.col("_read_at") >= pl.col("ingested_at"))).fill_null(value=False).not_())
        .sort("file_modified_at", "origin", "ingested_at", nulls_last=True)
        .unique(_IDENTITY, keep="first", maintain_order=True)
        .sort(_IDENTITY, nulls_last=True)
        .drop("_unread", "_read_at")
    )


def known_captures(home: Home) -> dict[tuple[object, ...], tuple[str, str]]:
    """Identity -> rank of every capture in the record."""
    captures = [Capture(**row) for row in read_captures(home).iter_rows(named=True)]
    return {capture.identity: capture.rank for capture in captures}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as temporary:
        temporary.write_bytes(raw)
