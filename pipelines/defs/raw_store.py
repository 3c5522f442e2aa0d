"""Extract: the raw store, and what is put into it from the UI, by the nightly run and out of ``landing/``."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from pipelines.defs.home import HomeResource
from pipelines.defs.previews import text_table
from pipelines.defs.reporting import Event, LogProgress, failures_explained, frame_columns
from pipelines.progress import Progress
from pipelines.settings import CHECKOUT, CRAWL_DELAY_SECONDS, Home

if TYPE_CHECKING:
    from pipelines.extract.crawl import CrawlReport
    from pipelines.extract.ingest import IngestReport

RAW_STORE = dg.AssetKey("raw_store")
CRAWL_COMPLETE = "crawl_complete"

SAMPLE = CHECKOUT / "tests" / "fixtures" / "sample"
"""Pages of an invented ministry, one of every layout."""

INPUT_VARIABLE = "BRIEFINGS_INPUT"
MIRROR_VARIABLE = "BRIEFINGS_BASE_URL"

RETRIES = dg.RetryPolicy(max_retries=2, delay=600, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""When pages could not be fetched: again after 0 to 20 minutes, and after 20 to 40 more. The crawler itself has asked five times by
then; what helps is time. Of all assets this alone is tried again: the others do the same on the same files."""

_DESCRIPTIONS = {
    "sha256": "SHA-256 of the bytes; null for a file that was refused unread.",
    "url": "Address, where a manifest, an archive or the crawler tells it.",
    "fetched_at": "When the bytes were fetched, UTC, where one of these tells it.",
    "http_status": "Status of the response, where one of these tells it.",
    "size_bytes": "Size of the file.",
    "media_type": "Judged from the bytes.",
    "origin": "The file that the bytes came from, or the address that was asked for.",
    "file_modified_at": "Time of that file, UTC.",
    "ingested_at": "When it was ingested, UTC.",
    "outcome": "stored or refused.",
    "reason": "Why it was refused: a short code.",
    "detail": "The same as a sentence.",
    "etag": "What the server gave to ask later whether the page has changed.",
    "last_modified": "The same, as a time.",
}


class StoreConfig(dg.Config):
    """What to put into the raw store before anything else."""

    paths: list[str] = Field(
        default=[],
        description="Files or folders with pages (.html .htm .shtml .txt) or web archives (.warc .warc.gz), read with everything below them. "
        f"Empty: what {INPUT_VARIABLE} names; without it nothing is added, unless the store is empty: then the project's own sample comes in.",
    )
    crawl: list[str] = Field(
        default=[], description="Sources to crawl first, e.g. mfa-en and mfa-zh. Empty: none, so that nothing needs a network."
    )
    base_url: str = Field(
        default="", description=f"A mirror that serves the sources' paths. Empty: what {MIRROR_VARIABLE} names; without it the real sites."
    )
    delay_seconds: float = Field(
        default=CRAWL_DELAY_SECONDS, ge=0, description="Time between two requests; less only for a mirror of your own."
    )


@dg.asset(
    key=RAW_STORE,
    group_name="extract",
    kinds={"python", "file"},
    retry_policy=RETRIES,
    check_specs=[
        dg.AssetCheckSpec(
            CRAWL_COMPLETE,
            asset=RAW_STORE,
            description="Every page and index page that the crawl asked for could be had. What could not is tried again: twice in the same run, "
            "then by the next one. Only warns: what came in is refreshed and published all the same.",
        )
    ],
    description=f"""
The pages as they came, byte for byte, with where and when each was captured. Nothing in it is ever overwritten or deleted.

**To add pages** name files or folders in `paths` (Shift + click on *Materialize* opens the form), or start the UI with
`{INPUT_VARIABLE}=folder`, or type `briefings ingest FOLDER`. Pages that are known already are skipped.

**To fetch pages** name sources in `crawl`, or run the job `nightly`, or type `briefings crawl`. Only this step is tried again when the
site cannot be reached.

**On a fresh clone** nothing is stored: then the project's sample comes in, some thirty pages of an invented ministry. They have the source
`sample`, so that nobody takes them for the record. For real pages alone, name a folder before the first run.
""".strip(),
)
def raw_store(context: dg.AssetExecutionContext, config: StoreConfig, home: HomeResource) -> Iterator[Event]:
    """Crawl and ingest what is named, then say what is stored."""
    with _tried_again_when_asked():
        yield from store_step(
            home.open(),
            LogProgress(context.log),
            [Path(path).expanduser() for path in config.paths],
            crawl=config.crawl,
            base_url=config.base_url,
            delay_seconds=config.delay_seconds,
            is_last_try=context.retry_number >= RETRIES.max_retries,
        )


@contextmanager
def _tried_again_when_asked() -> Iterator[None]:
    """Let the retry policy act where ``store_step`` asks for it, and nowhere else: a full disk or a fault of ours stays one."""
    try:
        with failures_explained():
            yield
    except (dg.Failure, GeneratorExit):
        raise
    except Exception as error:
        raise dg.Failure(description=f"{type(error).__name__}: {error}", allow_retries=False) from error


def store_step(
    home: Home,
    progress: Progress,
    paths: Sequence[Path] = (),
    *,
    crawl: Sequence[str] = (),
    base_url: str = "",
    delay_seconds: float = CRAWL_DELAY_SECONDS,
    is_last_try: bool = True,
) -> Iterator[Event]:
    """Crawl the sources; ingest the paths, else BRIEFINGS_INPUT, else the sample when there is nothing else; tell what is stored.

    Raises:
        NothingToIngestError: a path is missing or holds no pages.
        UnknownSourceError: a source cannot be crawled.
        dagster.Failure: something could not be fetched, and this is not the last try. What was fetched is stored.
    """
    import polars as pl

    from pipelines.extract.raw_store import CAPTURES, read_captures

    crawled = _crawled(home, progress, crawl, base_url, delay_seconds) if crawl else None
    if crawled is not None and crawled.failures and not is_last_try:
        raise dg.Failure(
            description=f"{len(crawled.failures):,} pages or index pages could not be fetched; they are tried again.",
            metadata={"could not be fetched": _failures(crawled)},
        )

    named = list(paths) or [Path(path).expanduser() for path in [os.environ.get(INPUT_VARIABLE)] if path]
    if not named and not crawl and not _has_captures(home):
        progress.note(f"Nothing is stored in {home.root} yet: the project's sample comes in, pages of an invented ministry.")
        named = [SAMPLE]
    report = _ingested(home, progress, named)

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
            **(_crawl_figures(crawled) if crawled is not None else {}),
            "ingested from": ", ".join(map(str, named)) or "nothing: only what was stored before",
            "new pages": report.n_new + sum(source.n_new for source in crawled.sources) if crawled is not None else report.n_new,
            "known pages": report.n_known,
            "pages stored": pages.height,
            "captures (page, address, time)": stored.height,
            "size of the pages": f"{int(pages['size_bytes'].sum()) / 1e6:,.1f} MB",
            "refused files": text_table(refused),
            "folder": dg.MetadataValue.path(str(home.raw)),
        },
    )
    yield _crawl_check(crawled)


def _crawled(home: Home, progress: Progress, sources: Sequence[str], base_url: str, delay_seconds: float) -> "CrawlReport":
    from pipelines.extract.crawl import crawl
    from pipelines.extract.fetch import Limits

    mirror = base_url or os.environ.get(MIRROR_VARIABLE) or None
    report = crawl(home, sources, base_url=mirror, limits=Limits(delay_seconds=delay_seconds), progress=progress)
    for source in report.sources:
        for note in source.notes:
            progress.note(note)
        for url, message in source.failures:
            progress.note(message if url in message else f"{url}: {message}")
    return report


def _ingested(home: Home, progress: Progress, named: Sequence[Path]) -> "IngestReport":
    """Files of ``landing/`` are moved aside once they are stored."""
    from pipelines.extract.ingest import IngestReport, ingest
    from pipelines.extract.landing import is_landed, take_in

    landed = [path for path in named if is_landed(home, path)]
    others = [path for path in named if path not in landed]
    report = IngestReport()
    for part in (take_in(home, landed, progress) if landed else None, ingest(home, others, progress) if others else None):
        if part is not None:
            report.n_new += part.n_new
            report.n_known += part.n_known
            report.refused += part.refused
            report.unreadable += part.unreadable
            report.skipped += part.skipped
    for path, reason, detail in report.refused:
        progress.note(f"{path} was refused: {reason}. {detail}")
    for name, message in report.unreadable:
        progress.note(f"{name}: {message}")
    return report


def _crawl_figures(crawled: "CrawlReport") -> dict[str, dg.MetadataValue | int]:  # type: ignore[type-arg]
    import polars as pl

    by_source = pl.DataFrame(
        [
            (s.source_id, s.n_index_pages, s.n_listed, s.n_new, s.n_changed, s.n_gone, s.n_unchanged, s.n_saved, len(s.failures))
            for s in crawled.sources
        ],
        schema=["source", "index pages read", "listed", "new", "changed", "vanished", "unchanged", "not asked for", "failed"],
        orient="row",
    )
    return {
        "crawled": text_table(by_source),
        "requests made": crawled.n_requests,
        "requests saved": crawled.n_requests_saved,
        "requests repeated": crawled.n_retries,
        "could not be fetched": _failures(crawled),
    }


def _failures(crawled: "CrawlReport") -> dg.MarkdownMetadataValue:
    import polars as pl

    # The address stands in its own column; messages begin with it, and a cell is cut.
    rows = [
        (source.source_id, url, message.removeprefix(url).lstrip(": ")) for source in crawled.sources for url, message in source.failures
    ]
    return text_table(pl.DataFrame(rows, schema=["source", "address", "why"], orient="row"))


def _crawl_check(crawled: "CrawlReport | None") -> dg.AssetCheckResult:
    n_failed = len(crawled.failures) if crawled is not None else 0
    if crawled is None:
        description = "No crawl was asked for in this run."
    elif n_failed:
        description = (
            f"{n_failed:,} pages or index pages could not be fetched, the last of {RETRIES.max_retries + 1} times just now. The next crawl asks "
            "for them again. If they stay away, look at the site in a browser and at the seed source_indexes."
        )
    else:
        description = f"Everything that {', '.join(source.source_id for source in crawled.sources)} lists and that was asked for is here."
    return dg.AssetCheckResult(
        asset_key=RAW_STORE,
        check_name=CRAWL_COMPLETE,
        passed=not n_failed,
        severity=dg.AssetCheckSeverity.WARN,
        description=description,
        metadata={"could not be fetched": _failures(crawled)} if crawled is not None and n_failed else {},
    )


def _has_captures(home: Home) -> bool:
    return any((home.raw / "manifest").glob("[!.]*.jsonl"))
