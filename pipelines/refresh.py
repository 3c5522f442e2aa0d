"""The flow, stage after stage: parse what is new, remake the months that it touches, build, check, publish.

The command line calls ``refresh``; the Dagster assets call the stages one by one. State is what lies in
``BRIEFINGS_HOME``, nothing else, so that both continue each other's work and a kill at any moment is made good by the
next call.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context

import polars as pl
from filelock import FileLock

from pipelines import lake
from pipelines.annotate.tables import annotate
from pipelines.contracts.lake import TABLES, Quarantine
from pipelines.extract.raw_store import read_captures, read_object
from pipelines.identifiers import digest
from pipelines.normalise.catalogue import PageFacts, place_pages, sorted_by_freshness
from pipelines.normalise.entities import entities_table
from pipelines.normalise.mentions import mentions_table
from pipelines.normalise.pages import PAGES, Outcome, pages_frame
from pipelines.normalise.tables import month_tables
from pipelines.normalise.urls import canonical_url
from pipelines.parse.model import UnparsablePage
from pipelines.parse.page import parse_page
from pipelines.progress import Progress, SilentProgress
from pipelines.publish.build import BuildResult, build_warehouse
from pipelines.publish.fingerprint import input_fingerprint, published_fingerprint
from pipelines.publish.swap import publish
from pipelines.settings import Home
from pipelines.versions import codebook_version, normaliser_version, parser_version
from pipelines.vocabularies import vocabulary_version

BATCH_PAGES = 500
"""Pages held in memory at a time while parsing: about 50 MB of text and turns."""

PARALLEL_FROM_PAGES = 300
"""Below this many pages a second process costs more (1 to 2 s to start) than it saves."""

PAGES_FOLDER = "_pages"
"""Folder of parsed pages in the lake: what the parser made of each page, so that no page is read twice."""


@dataclass
class RefreshReport:
    """What a refresh did.

    Attributes:
        n_pages_parsed: pages that the parser read in this run.
        months_written: months remade in this run, as YYYY-MM.
        rows: rows of every lake table after the run.
        quarantined: reason -> number of quarantined things that are errors.
        build: result of dbt; None when nothing had changed.
        published: whether a new file was swapped in.
        is_unchanged: whether there was nothing to do at all.
        seconds: stage -> wall time.
    """

    n_pages_parsed: int = 0
    months_written: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)
    build: BuildResult | None = None
    published: bool = False
    is_unchanged: bool = False
    message: str = ""
    seconds: dict[str, float] = field(default_factory=dict)


@contextmanager
def writing(home: Home, progress: Progress | None = None) -> Iterator[None]:
    """Hold the home's lock: one writer at a time, be it a command or a Dagster run. A second one waits and says so."""
    home.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.lock)
    if progress is not None and not _is_free(lock):
        progress.note(f"Another run is writing to {home.root}; waiting for it to end.")
    with lock:
        yield


def _is_free(lock: FileLock) -> bool:
    try:
        with lock.acquire(timeout=0):
            return True
    except TimeoutError:
        return False


def refresh(home: Home, *, full: bool = False, months: Sequence[str] = (), progress: Progress | None = None) -> RefreshReport:
    """Bring lake and published file up to date with the raw store.

    Args:
        home: where everything lies.
        full: parse every page again, whatever its version.
        months: parse the pages of these months (YYYY-MM) again.
        progress: told about stages and steps; silent by default.

    Returns:
        What was done. Failed checks are in ``build``; then the old file stays published.
    """
    progress = progress or SilentProgress()
    report = RefreshReport()
    with writing(home, progress):
        report.n_pages_parsed = _timed(report, "parse", lambda: parse_stage(home, progress, full=full, months=months))
        report.months_written = _timed(report, "lake", lambda: lake_stage(home, progress))
        _timed(report, "warehouse", lambda: warehouse_stage(home, progress, report))
    summarise(home, report)
    report.is_unchanged = not (report.n_pages_parsed or report.months_written or report.build)
    return report


def _timed(report: RefreshReport, name: str, work):  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    result = work()
    report.seconds[name] = time.perf_counter() - start
    return result


def summarise(home: Home, report: RefreshReport) -> None:
    """Fill in rows per table and quarantined errors by reason."""
    report.rows = {name: lake.read_table(home.lake, name).select(pl.len()).collect().item() for name in TABLES}
    errors = lake.read_table(home.lake, "quarantine").filter("is_error").group_by("reason").len().sort("reason").collect()
    report.quarantined = dict(errors.iter_rows())


# --- parse -------------------------------------------------------------------------------------------------------------


def parse_stage(home: Home, progress: Progress, *, full: bool = False, months: Sequence[str] = ()) -> int:
    """Parse the stored pages that no parsed page of the present parser version stands for.

    Returns:
        Number of pages parsed.
    """
    captures = _stored(home)
    known = _page_columns(home, ["sha256", "parser_version"])
    fresh = set() if full else set(known.filter(pl.col("parser_version") == parser_version())["sha256"])
    if months:
        fresh -= set(known.filter(pl.col("bucket").is_in(list(months)))["sha256"]) | _hashes_of_months(home, months)
    urls = dict(captures.sort("sha256", "url", nulls_last=True).unique("sha256", keep="first").select("sha256", "url").iter_rows())
    todo = sorted(sha256 for sha256 in urls if sha256 not in fresh)
    buckets = dict(known.select("sha256", "bucket").iter_rows())
    progress.stage("parse", len(todo))
    for start in range(0, len(todo), BATCH_PAGES):
        batch = todo[start : start + BATCH_PAGES]
        outcomes = []
        for outcome in _parse_all(home, [(sha256, urls[sha256]) for sha256 in batch], n_total=len(todo)):
            outcomes.append(outcome)
            progress.advance()
        _store_pages(home, pages_frame(outcomes, parser_version()), buckets)
    return len(todo)


def _hashes_of_months(home: Home, months: Sequence[str]) -> set[str]:
    versions = [pl.read_parquet(path) for m in months if (path := lake.table_path(home.lake, "document_versions", m)).exists()]
    return set(pl.concat(versions)["sha256"]) if versions else set()


def _parse_all(home: Home, pages: list[tuple[str, str | None]], n_total: int) -> Iterator[tuple[str, Outcome]]:
    if n_total < PARALLEL_FROM_PAGES:
        yield from (_parse_one(home, page) for page in pages)
        return
    # spawn, not fork: polars and the Dagster process run threads, and a fork of those can hang.
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        chunks = [pages[i : i + 25] for i in range(0, len(pages), 25)]
        for parsed in pool.map(_parse_chunk, [home] * len(chunks), chunks):
            yield from parsed


def _parse_chunk(home: Home, pages: list[tuple[str, str | None]]) -> list[tuple[str, Outcome]]:
    return [_parse_one(home, page) for page in pages]


def _parse_one(home: Home, page: tuple[str, str | None]) -> tuple[str, Outcome]:
    sha256, url = page
    try:
        return sha256, parse_page(read_object(home, sha256), url)
    except UnparsablePage as error:
        return sha256, error
    except Exception as error:  # a fault of ours must cost one page, not the night's run; the check names it
        return sha256, UnparsablePage("parser_fault", f"{type(error).__name__}: {error}. This is a fault of the parser; please report it.")


def _store_pages(home: Home, parsed: pl.DataFrame, buckets: dict[str, str]) -> None:
    """Put parsed pages into the files of their months, taking older readings of the same pages out."""
    month = pl.concat_str(pl.col("year").cast(pl.String), pl.lit("-"), pl.col("month").cast(pl.String).str.zfill(2))
    parsed = parsed.with_columns(bucket=pl.coalesce(pl.when(pl.col("outcome") == "document").then(month), pl.lit("undated")))
    touched = set(parsed["bucket"]) | {buckets[s] for s in parsed["sha256"] if s in buckets}
    for bucket in sorted(touched):
        path = lake.table_path(home.lake, PAGES_FOLDER, bucket)
        rows = parsed.filter(pl.col("bucket") == bucket).drop("bucket")
        if path.exists():
            old = pl.read_parquet(path)
            rows = pl.concat([old.filter(~pl.col("sha256").is_in(parsed["sha256"].implode())), rows])
        lake.write_frame(rows.sort("sha256"), path)
    buckets.update(parsed.select("sha256", "bucket").iter_rows())


def _page_columns(home: Home, columns: list[str]) -> pl.DataFrame:
    """Some columns of all parsed pages, with the file ("bucket") that holds each."""
    files = sorted((home.lake / PAGES_FOLDER).glob("[!.]*.parquet"))
    if not files:
        schema = {name: PAGES[name] for name in columns} | {"bucket": pl.String()}
        return pl.DataFrame(schema=schema)
    return pl.concat([pl.scan_parquet(f).select(*columns, bucket=pl.lit(f.stem)) for f in files]).collect()


def _stored(home: Home) -> pl.DataFrame:
    return read_captures(home).filter(pl.col("outcome") == "stored")


# --- lake --------------------------------------------------------------------------------------------------------------

_CATALOGUE = [
    "sha256", "outcome", "source_id", "kind", "title", "year", "month", "day", "date_rule", "published_at", "own_url",
    "body_digest", "links",
]  # fmt: skip


def lake_stage(home: Home, progress: Progress) -> list[str]:
    """Remake the months whose pages, places or rules have changed, then entities and quarantine.

    Returns:
        The months that were remade.
    """
    captures = _captures_with_paths(home)
    catalogue = _page_columns(home, _CATALOGUE)
    catalogue = catalogue.filter(pl.col("sha256").is_in(captures["sha256"].implode()))
    bucket_of = dict(catalogue.select("sha256", "bucket").iter_rows())

    def body_of(hashes: Sequence[str]) -> dict[str, str]:
        return dict(_read_pages(home, hashes, bucket_of, ["sha256", "body_text"]).iter_rows())

    placed = place_pages(catalogue, captures, body_of)
    by_month: dict[str, list[PageFacts]] = defaultdict(list)
    for page in placed:
        if page.briefing_date is not None:
            by_month[f"{page.briefing_date:%Y-%m}"].append(page)
    by_hash = {key[0]: rows for key, rows in captures.group_by("sha256")}
    stale = []
    fingerprints = {month: _month_fingerprint(pages, by_hash) for month, pages in by_month.items()}
    for month in sorted(by_month):
        if lake.month_fingerprint(home.lake, month) != fingerprints[month]:
            stale.append(month)
    progress.stage("normalise and annotate", len(stale))
    for month in stale:
        _write_month(home, month, by_month[month], captures, bucket_of, fingerprints[month])
        progress.advance()
    for month in set(lake.months(home.lake)) - set(by_month):
        lake.remove_month(home.lake, month)
    if by_month:
        lake.write_whole(home.lake, "entities", entities_table(lake.read_table(home.lake, "mentions").collect()))
        lake.write_whole(home.lake, "quarantine", _quarantine(home, placed))
    return stale


def _captures_with_paths(home: Home) -> pl.DataFrame:
    captures = _stored(home)
    canonical = {url: canonical_url(url) for url in captures["url"].unique() if url}
    return captures.with_columns(
        url=pl.col("url").replace_strict(canonical, default=None, return_dtype=pl.String),
        raw_path=pl.concat_str(pl.lit("raw/objects/"), pl.col("sha256").str.slice(0, 2), pl.lit("/"), "sha256"),
    )


def _read_pages(home: Home, hashes: Sequence[str], bucket_of: dict[str, str], columns: list[str]) -> pl.DataFrame:
    buckets = sorted({bucket_of[sha256] for sha256 in hashes})
    wanted = pl.Series(list(hashes), dtype=pl.String).implode()
    frames = [
        pl.scan_parquet(lake.table_path(home.lake, PAGES_FOLDER, bucket)).filter(pl.col("sha256").is_in(wanted)).select(columns)
        for bucket in buckets
    ]
    return pl.concat(frames).collect()


def _month_fingerprint(pages: list[PageFacts], captures: dict[object, pl.DataFrame]) -> str:
    """Everything that a month's tables depend on."""
    versions = [parser_version(), normaliser_version(), codebook_version()]
    facts = []
    for page in pages:
        seen = captures[page.sha256].select("url", "fetched_at", "http_status").sort("url", "fetched_at", nulls_last=False).rows()
        facts.append(repr((page, seen)))
    return digest("\n".join([*versions, *sorted(facts)]))


def _write_month(
    home: Home, month: str, pages: list[PageFacts], captures: pl.DataFrame, bucket_of: dict[str, str], fingerprint: str
) -> None:
    hashes = [page.sha256 for page in pages]
    frame = _read_pages(home, hashes, bucket_of, [name for name in PAGES.names() if name != "links"])
    own = captures.filter(pl.col("sha256").is_in(pl.Series(hashes, dtype=pl.String).implode()))
    tables = month_tables(frame, sorted_by_freshness(pages), own)
    annotated = annotate(tables.turns, tables.exchanges, tables.documents)
    lake.write_month(
        home.lake,
        month,
        {
            "documents": tables.documents,
            "document_versions": tables.document_versions,
            "turn_changes": tables.turn_changes,
            "turns": tables.turns,
            "exchanges": tables.exchanges,
            "quotes": tables.quotes,
            "mentions": mentions_table(tables.turns, tables.documents),
            "pattern_hits": annotated.pattern_hits,
            "accusations": annotated.accusations,
        },
        fingerprint,
    )


def _quarantine(home: Home, placed: Sequence[PageFacts]) -> pl.DataFrame:
    """Gather what could not be used: refused files, unparsable pages, pages without a day, rows that broke a contract."""
    captures = read_captures(home)
    refused = captures.filter(pl.col("outcome") == "refused").select(
        raw_path=pl.col("origin"), stage=pl.lit("extract"), reason="reason", detail="detail", nearest_layout=pl.lit(None, pl.String),
        sha256="sha256", url="url", is_error=pl.lit(value=True), first_seen=pl.coalesce("fetched_at", "file_modified_at"),
    )  # fmt: skip
    undated = {page.sha256 for page in placed if page.briefing_date is None}
    pages = _page_columns(home, ["sha256", "outcome", "reason", "detail", "nearest_layout", "title", "links", "layout"])
    is_index, is_undated = pl.col("outcome") == "index", pl.col("sha256").is_in(pl.Series(sorted(undated), dtype=pl.String).implode())
    unused = pages.filter((pl.col("outcome") != "document") | is_undated).select(
        "sha256",
        stage=pl.when(is_undated).then(pl.lit("normalise")).otherwise(pl.lit("parse")),
        reason=pl.when(is_index).then(pl.lit("index_page")).when(is_undated).then(pl.lit("no_date")).otherwise("reason"),
        detail=pl.when(is_index)
        .then(pl.concat_str(pl.lit("A list of "), pl.col("links").list.len(), pl.lit(" briefings, no document; it dates those that it lists.")))
        .when(is_undated)
        .then(pl.concat_str(pl.lit("No day in the title '"), "title", pl.lit("', on the page, in an index or from neighbours. Ingest it with its URL, or the index page that lists it.")))
        .otherwise("detail"),
        nearest_layout=pl.coalesce("nearest_layout", "layout"),
        is_error=~is_index,
    )
    seen = (
        captures.filter(pl.col("outcome") == "stored")
        .group_by("sha256")
        .agg(url=pl.col("url").sort(nulls_last=True).first(), first_seen=pl.coalesce("fetched_at", "file_modified_at").min())
    )
    unused = unused.join(seen, on="sha256", how="inner").with_columns(
        raw_path=pl.concat_str(pl.lit("raw/objects/"), pl.col("sha256").str.slice(0, 2), pl.lit("/"), "sha256")
    )
    keyed = pl.concat([refused, unused.select(refused.columns)]).with_columns(
        quarantine_id=pl.struct("stage", "reason", "raw_path", "url", "sha256").map_elements(
            lambda row: digest("|".join(str(value) for value in row.values()), 16), return_dtype=pl.String
        )
    )
    rejected = sorted((home.lake / lake.REJECTED).glob("[!.]*.parquet"))
    frames = [keyed.select(Quarantine.column_names())] + [pl.read_parquet(path) for path in rejected]
    schema = pl.Schema(Quarantine)
    return pl.concat([f.cast(schema) for f in frames]).unique("quarantine_id", keep="first", maintain_order=True).sort("quarantine_id")  # type: ignore[arg-type]


# --- warehouse ---------------------------------------------------------------------------------------------------------


def warehouse_stage(home: Home, progress: Progress, report: RefreshReport) -> None:
    """Build the DuckDB file aside when its input has changed, and publish it when every check has passed."""
    if not lake.months(home.lake):
        report.message = "No documents in the lake: nothing to publish. Add pages with `briefings ingest PATH`."
        return
    fingerprint = input_fingerprint(home)
    if fingerprint == published_fingerprint(home):
        return
    progress.stage("build marts", None)
    report.build = build_warehouse(
        home,
        {
            "input_fingerprint": fingerprint,
            "parser_version": parser_version(),
            "codebook_version": codebook_version(),
            "vocabulary_version": vocabulary_version(),
        },
    )
    if not report.build.success:
        report.message = "A check failed; the file published before stays as it was."
        return
    progress.stage("publish", None)
    publish(home)
    report.published = True


