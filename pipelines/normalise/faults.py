"""A fault of our code must cost one document, not the night's run: what it breaks on is left out and named."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from pipelines.contracts.lake import Quarantine
from pipelines.extract.raw_store import object_path
from pipelines.identifiers import digest

Frames = Sequence[pl.DataFrame]


def without_faulty(documents: pl.DataFrame, stage: str, work: Callable[[pl.DataFrame], Frames]) -> tuple[Frames, pl.DataFrame]:
    """Work on all documents together; when that raises, on each by itself, leaving out those on which it does.

    Args:
        documents: rows of the contract ``Documents``.
        stage: what the work is, as ``core.quarantine`` calls it.
        work: makes frames of some of the documents.

    Returns:
        The frames, and a quarantine row for each document that was left out.
    """
    try:
        return work(documents), Quarantine.create_empty()
    except Exception:  # which document it was is found below
        made, faults = [work(documents.clear())], []
    for document in documents.iter_slices(1):
        try:
            made.append(work(document))
        except Exception as error:  # any fault at all: the row below tells which
            faults.append(_fault(document, stage, error))
    return [pl.concat(frames) for frames in zip(*made, strict=True)], pl.DataFrame(faults, schema=pl.Schema(Quarantine))


def _fault(document: pl.DataFrame, stage: str, error: Exception) -> dict[str, object]:
    row = document.row(0, named=True)
    detail = f"{row['document_id']}: {type(error).__name__}: {error}. The document stays, without these rows. This is a fault of the program; please report it."
    return {
        "quarantine_id": digest(f"{stage}|{detail}", 16),
        "raw_path": object_path(row["sha256"]).as_posix(),
        "stage": stage,
        "reason": "program_fault",
        "detail": detail,
        "sha256": row["sha256"],
        "url": row["url"],
        "is_error": True,
    }
