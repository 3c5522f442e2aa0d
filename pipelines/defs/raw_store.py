"""Extract: the raw store, and what is put into it from the UI."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg
from pydantic import Field

from pipelines.defs.home import HomeResource
from pipelines.defs.reporting import Event, LogProgress, failures_explained, frame_columns, markdown_table
from pipelines.progress import Progress
from pipelines.settings import CHECKOUT, Home

RAW_STORE = dg.AssetKey("raw_store")

SAMPLE = CHECKOUT / "tests" / "fixtures" / "sample"
"""Pages of an invented ministry, one of every layout."""

INPUT_VARIABLE = "BRIEFINGS_INPUT"

_DESCRIPTIONS = {
    "sha256": "SHA-256 of the bytes; null for a file that was refused unread.",
    "url": "Address, where a manifest tells it.",
    "fetched_at": "When the bytes were fetched, UTC, where a manifest tells it.",
    "http_status": "Status of the response, where a manifest tells it.",
    "size_bytes": "Size of the file.",
    "media_type": "Judged from the bytes.",
    "origin": "The file that the bytes came from.",
    "file_modified_at": "Time of that file, UTC.",
    "ingested_at": "When it was ingested, UTC.",
    "outcome": "stored or refused.",
    "reason": "Why it was refused: a short code.",
    "detail": "The same as a sentence.",
}


class StoreConfig(dg.Config):
    """What to put into the raw store before anything else."""

    paths: list[str] = Field(
        default=[],
        description=f"Files or folders with pages (.html .htm .shtml .txt), read with everything below them. Empty: what {INPUT_VARIABLE} "
        "names; without it nothing is added, unless the store is empty: then the project's own sample comes in.",
    )


@dg.asset(
    key=RAW_STORE,
    group_name="extract",
    kinds={"python", "file"},
    description=f"""
The pages as they came, byte for byte, with where and when each was captured. Nothing in it is ever overwritten or deleted.

**To add pages** name files or folders in `paths` (Shift + click on *Materialize* opens the form), or start the UI with
`{INPUT_VARIABLE}=folder`, or type `briefings ingest FOLDER`. Pages that are known already are skipped.

**On a fresh clone** nothing is stored: then the project's sample comes in, some thirty pages of an invented ministry. They have the source
`sample`, so that nobody takes them for the record. For real pages alone, name a folder before the first run.
""".strip(),
)
def raw_store(context: dg.AssetExecutionContext, config: StoreConfig, home: HomeResource) -> Iterator[Event]:
    """Ingest what is named, then say what is stored."""
    with failures_explained():
        yield from store_step(home.open(), LogProgress(context.log), [Path(path).expanduser() for path in config.paths])


def store_step(home: Home, progress: Progress, paths: Sequence[Path] = ()) -> Iterator[Event]:
    """Ingest the paths, else BRIEFINGS_INPUT, else the sample when the store is empty; tell what is stored.

    Raises:
        NothingToIngestError: a path is missing or holds no pages.
    """
    import polars as pl

    from pipelines.extract.ingest import IngestReport, ingest
    from pipelines.extract.raw_store import CAPTURES, read_captures

    named = list(paths) or [Path(path).expanduser() for path in [os.environ.get(INPUT_VARIABLE)] if path]
    if not named and not _has_captures(home):
        progress.note(f"Nothing is stored in {home.root} yet: the project's sample comes in, pages of an invented ministry.")
        named = [SAMPLE]
    report = ingest(home, named, progress) if named else IngestReport()
    for path, reason, detail in report.refused:
        progress.note(f"{path} was refused: {reason}. {detail}")
    for path, message in report.unreadable:
        progress.note(f"{path}: {message}")

    captures = read_captures(home)
    stored = captures.filter(pl.col("outcome") == "stored")
    pages = stored.unique("sha256")
    refused = (
        captures.filter(pl.col("outcome") == "refused")
        .group_by("reason")
        .agg(n_files=pl.len())
        .sort("n_files", "reason", descending=[True, False])
    )
    yield dg.MaterializeResult(
        asset_key=RAW_STORE,
        metadata={
            "dagster/row_count": pages.height,
            "dagster/column_schema": frame_columns(CAPTURES, _DESCRIPTIONS),
            "ingested from": ", ".join(map(str, named)) or "nothing: only what was stored before",
            "new pages": report.n_new,
            "known pages": report.n_known,
            "pages stored": pages.height,
            "captures (page, address, time)": stored.height,
            "size of the pages": f"{int(pages['size_bytes'].sum()) / 1e6:,.1f} MB",
            "refused files": markdown_table(refused),
            "folder": dg.MetadataValue.path(str(home.raw)),
        },
    )


def _has_captures(home: Home) -> bool:
    return any((home.raw / "manifest").glob("[!.]*.jsonl"))
