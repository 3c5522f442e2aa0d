"""The flow, stage after stage: parse what is new, remake the months that it touches, build, check, publish.

The command line calls ``refresh``; the Dagster assets call the stages one by one. State is what lies in
``BRIEFINGS_HOME``, nothing else, so that both continue each other's work and a kill at any moment is made good by the
next call. A stage expects its caller to hold the home's lock (``pipelines.locking.writing``).
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from pipelines import lake
from pipelines.contracts.lake import TABLES, Quarantine
from pipelines.extract.raw_store import read_captures
from pipelines.findings import CHECKS
from pipelines.locking import writing
from pipelines.months import Month, made_months
from pipelines.normalise.catalogue import PageFacts, place_pages
from pipelines.normalise.entities import entities_table
from pipelines.normalise.history import sightings, sightings_of
from pipelines.normalise.quarantine import quarantine_table
from pipelines.parsed_pages import LOST, page_columns, parse_and_keep, read_pages
from pipelines.progress import Progress, SilentProgress
from pipelines.publish.build import BuildResult, build_warehouse
from pipelines.publish.fingerprint import input_fingerprint, published_fingerprint
from pipelines.publish.search_index import has_index
from pipelines.publish.swap import publish
from pipelines.settings import Home
from pipelines.urls import page_number
from pipelines.versions import codebook_version, parser_version
from pipelines.vocabularies import vocabulary_version

TROUBLES = 5
"""Quarantined things that a report names; ``core.quarantine`` has all."""


@dataclass
class RefreshReport:
    """What a refresh did.

    Attributes:
        n_pages_parsed: pages that the parser read in this run.
        months_written: months remade in this run, as YYYY-MM.
        rows: rows of every lake table after the run.
        quarantined: reason -> number of quarantined things that are errors.
        troubles: (file or path, reason, detail) of the first of them.
        failed_checks: what was found by checks of pages and lake that stop publishing; empty when all is well.
        build: result of dbt; None when nothing had changed or a check failed before.
        published: whether a new file was swapped in.
        message: lines for a person: which check failed, why nothing was published; empty when all went well.
        is_unchanged: whether there was nothing to do at all.
        seconds: stage -> wall time.
    """

    n_pages_parsed: int = 0
    months_written: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)
    troubles: list[tuple[str, str, str]] = field(default_factory=list)
    failed_checks: list[str] = field(default_factory=list)
    build: BuildResult | None = None
    published: bool = False
    is_unchanged: bool = False
    message: str = ""
    seconds: dict[str, float] = field(default_factory=dict)


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
        with _timed(report, "parse"):
            report.n_pages_parsed = parse_stage(home, progress, full=full, months=months)
        with _timed(report, "lake"):
            report.months_written = lake_stage(home, progress)
        if unpublished_input(home):
            with _timed(report, "checks"):
                report.failed_checks = check_stage(home, progress)
        if not report.failed_checks:
            with _timed(report, "build"):
                report.build = build_stage(home, progress)
        if report.build and report.build.success:
            with _timed(report, "publish"):
                publish_stage(home, progress)
            report.published = True
    summarise(home, report)
    report.is_unchanged = not (report.n_pages_parsed or report.months_written or report.build or report.failed_checks)
    return report


@contextmanager
def _timed(report: RefreshReport, stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    report.seconds[stage] = time.perf_counter() - start


def summarise(home: Home, report: RefreshReport) -> None:
    """Fill in rows per table, quarantined errors by reason, and what a person should know of the outcome."""
    report.rows = {name: lake.read_table(home.lake, name).select(pl.len()).collect().item() for name in TABLES}
    errors = lake.read_table(home.lake, "quarantine").filter("is_error").collect()
    report.quarantined = dict(errors.group_by("reason").len().sort("reason").iter_rows())
    what = pl.coalesce(pl.concat_str("file_name", pl.lit(" ("), "raw_path", pl.lit(")")), "raw_path")
    report.troubles = errors.sort("reason", "raw_path").select(what, "reason", "detail").head(TROUBLES).rows()
    if not report.rows["documents"]:
        report.message = "No page became a document: nothing to publish. `briefings status` shows why."
    failures = list(report.failed_checks)
    if report.build and not report.build.success:
        failures.append(report.build.log)
    if failures:
        report.message = "\n".join([*failures, "The file published before stays as it was."])


# --- parse -------------------------------------------------------------------------------------------------------------


def parse_stage(home: Home, progress: Progress, *, full: bool = False, months: Sequence[str] = ()) -> int:
    """Parse the stored pages that no parsed page of the present parser version stands for.

    Returns:
        Number of pages parsed.
    """
    for path in lake.remove_damaged(home.lake):
        progress.note(f"{path} is damaged; it is made anew.")
    captures = _stored(home)
    kept = page_columns(home, ["sha256", "parser_version", "bucket", "reason"])
    is_read = (pl.col("parser_version") == parser_version()) & pl.col("reason").ne_missing(LOST)
    fresh = set() if full else set(kept.filter(is_read)["sha256"])
    if months:
        fresh -= set(kept.filter(pl.col("bucket").is_in(list(months)))["sha256"]) | _hashes_of_months(home, months)
    urls = captures.sort("sha256", "url", nulls_last=True).unique("sha256", keep="first", maintain_order=True)
    todo = [(sha256, url) for sha256, url in urls.select("sha256", "url").iter_rows() if sha256 not in fresh]
    # Numbers rise with time, so that a batch of pages touches the files of few months.
    todo.sort(key=lambda page: (page_number(page[1]) or 0, page[1] or "", page[0]))
    progress.stage("parse", len(todo))
    parse_and_keep(home, todo, progress)
    return len(todo)


def _hashes_of_months(home: Home, months: Sequence[str]) -> set[str]:
    files = [path for month in months if (path := lake.table_path(home.lake, "document_versions", month)).exists()]
    return set(pl.scan_parquet(files).select("sha256").collect()["sha256"]) if files else set()


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
    recorded = read_captures(home)
    seen = sightings(recorded)
    captures = seen.filter(~pl.col("is_gone"))
    catalogue = page_columns(home, [*_CATALOGUE, "bucket"])
    catalogue = catalogue.filter(pl.col("sha256").is_in(captures["sha256"].to_list()))
    bucket_of = dict(catalogue.select("sha256", "bucket").iter_rows())

    def body_of(hashes: Sequence[str]) -> dict[str, str]:
        return dict(read_pages(home, hashes, bucket_of, ["sha256", "body_text"]).iter_rows())

    placed = place_pages(catalogue, captures, body_of)
    by_month: dict[str, list[PageFacts]] = defaultdict(list)
    for page in placed:
        if page.briefing_date is not None:
            by_month[f"{page.briefing_date:%Y-%m}"].append(page)
    named = {name: Month(name, pages, sightings_of(seen, pages)) for name, pages in sorted(by_month.items())}
    stale = [month for month in named.values() if lake.month_fingerprint(home.lake, month.name) != month.fingerprint]
    progress.stage("normalise and annotate", len(stale))
    for month, made in made_months(home, stale, bucket_of):
        lake.write_month(home.lake, month.name, made.rows, month.fingerprint, faults=made.faults)
        progress.advance()
    for name in set(lake.months(home.lake)) - set(by_month):
        lake.remove_month(home.lake, name)
    lake.write_whole(home.lake, "entities", entities_table(lake.read_table(home.lake, "mentions").collect()))
    lake.write_whole(home.lake, "quarantine", _quarantine(home, recorded, placed))
    return [month.name for month in stale]


def _quarantine(home: Home, recorded: pl.DataFrame, placed: Sequence[PageFacts]) -> pl.DataFrame:
    undated = {page.sha256 for page in placed if page.briefing_date is None}
    pages = page_columns(home, ["sha256", "outcome", "reason", "detail", "nearest_layout", "title", "links", "layout"])
    files = sorted((home.lake / lake.REJECTED).glob("[!.]*.parquet"))
    rejected = pl.concat([pl.read_parquet(file) for file in files]) if files else Quarantine.create_empty()
    return quarantine_table(recorded, pages, undated, rejected)


# --- warehouse ---------------------------------------------------------------------------------------------------------


def unpublished_input(home: Home) -> str | None:
    """Fingerprint of what a build would be made of; None when the published file was made of it, or the lake holds no document."""
    if not lake.months(home.lake):
        return None
    fingerprint = input_fingerprint(home)
    return fingerprint if fingerprint != published_fingerprint(home) or not has_index(home) else None


def check_stage(home: Home, progress: Progress) -> list[str]:
    """Look at parsed pages and lake before anything is built of them.

    Returns:
        What was found, a sentence each, where it is bad enough to stop publishing.
    """
    progress.stage("check pages and lake", len(CHECKS))
    failed = []
    for check in CHECKS:
        finding = check.look(home)
        if finding.is_error and not finding.passed:
            failed.append(f"Check {check.name} of {check.table} failed: {finding.summary}")
        progress.advance()
    return failed


def build_stage(home: Home, progress: Progress) -> BuildResult | None:
    """Build the DuckDB file aside, with every check, when its input differs from the published file's.

    Returns:
        What dbt did; None when the published file is up to date or the lake holds nothing to publish.
    """
    fingerprint = unpublished_input(home)
    if fingerprint is None:
        return None
    progress.stage("build and check marts", None)
    return build_warehouse(
        home,
        {
            "input_fingerprint": fingerprint,
            "parser_version": parser_version(),
            "codebook_version": codebook_version(),
            "vocabulary_version": vocabulary_version(),
        },
    )


def publish_stage(home: Home, progress: Progress) -> None:
    """Swap the file in that passed every check. Raises BriefingsError when there is none."""
    progress.stage("publish", None)
    publish(home)
