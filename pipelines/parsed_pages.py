"""Parsed pages kept in the lake (``lake/_pages``, a file a month), so that no page is read twice by the same parser."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from pipelines import lake
from pipelines.extract.raw_store import DamagedStoreError, object_path, read_object
from pipelines.normalise.pages import PAGES, Outcome, is_cut_off, pages_frame
from pipelines.parse.model import UnparsablePageError
from pipelines.parse.page import parse_page
from pipelines.progress import Progress
from pipelines.settings import Home
from pipelines.versions import parser_version

FOLDER = "_pages"

BATCH_PAGES = 500
"""Pages held in memory at a time while parsing: about 50 MB of text and turns."""

PARALLEL_FROM_PAGES = 300
"""Below this many pages a second process costs more (1 to 2 s to start) than it saves."""

_CHUNK_PAGES = 25

LOST = "unreadable"
"""Reason of a page whose stored bytes are gone or damaged."""

StoredPage = tuple[str, str | None]
"""Hash of a page's bytes, and an address that served them, where one is known."""

ReadPage = tuple[str, Outcome, bool]
"""Hash of a page's bytes, what the parser returned or raised, and whether the bytes are cut off."""


def parse_and_keep(home: Home, pages: Sequence[StoredPage], progress: Progress) -> None:
    """Parse pages of the raw store and keep what came of them, batch by batch; older readings of the same pages go.

    Args:
        home: holds the raw store and the lake.
        pages: which ones; their order does not show in the files.
        progress: told of every page.
    """
    buckets = dict(page_columns(home, ["sha256", "bucket"]).iter_rows())
    outcomes: list[ReadPage] = []
    for sha256, outcome, is_cut in _parse(home, pages):
        progress.advance()
        if isinstance(outcome, UnparsablePageError) and outcome.reason == LOST and sha256 in buckets:
            progress.note(f"{outcome.detail} Until then its earlier reading stays.")
            continue
        outcomes.append((sha256, outcome, is_cut))
        if len(outcomes) >= BATCH_PAGES:
            _keep(home, outcomes, buckets)
            outcomes = []
    if outcomes:
        _keep(home, outcomes, buckets)


def page_columns(home: Home, columns: Sequence[str]) -> pl.DataFrame:
    """Columns of PAGES, one row a kept page; ``bucket`` is the month or ``undated``, the name of the file that holds it.

    A kill can leave an older reading of a page in a second file; the present parser's reading goes before it.
    """
    files = sorted((home.lake / FOLDER).glob("[!.]*.parquet"))
    if not files:
        return pl.DataFrame(schema={name: PAGES.get(name, pl.String()) for name in columns})
    pages = _scan(files, include_file_paths="bucket").with_columns(pl.col("bucket").str.extract(r"([^/\\]+)\.parquet$"))
    wanted = pages.select(*columns, _is_older=pl.col("parser_version") != parser_version(), _key="sha256")
    return wanted.collect().sort("_is_older", maintain_order=True).unique("_key", keep="first", maintain_order=True).select(columns)


def read_pages(home: Home, hashes: Iterable[str], bucket_of: Mapping[str, str], columns: Sequence[str]) -> pl.DataFrame:
    """Columns of PAGES for some pages.

    Args:
        hashes: at least one.
        bucket_of: the file of each page, as ``page_columns`` tells.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    for sha256 in hashes:
        wanted[bucket_of[sha256]].append(sha256)
    files = [(lake.table_path(home.lake, FOLDER, bucket), own) for bucket, own in sorted(wanted.items())]
    return pl.concat([_scan([file]).filter(pl.col("sha256").is_in(own)).select(columns) for file, own in files]).collect()


def _scan(files: list[Path], include_file_paths: str | None = None) -> pl.LazyFrame:
    """Kept pages in the columns of PAGES; a column that an older parser did not know is null."""
    return pl.scan_parquet(files, schema=PAGES, missing_columns="insert", extra_columns="ignore", include_file_paths=include_file_paths)


def _parse(home: Home, pages: Sequence[StoredPage]) -> Iterator[ReadPage]:
    if len(pages) < PARALLEL_FROM_PAGES:
        yield from (_parse_one(home, page) for page in pages)
        return
    workers = max(2, os.cpu_count() or 1)
    # spawn, not fork: polars and the Dagster process run threads, and a fork of those can hang.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: list[Future[list[ReadPage]]] = []
        for chunk in _chunks(pages):
            waiting.append(pool.submit(_parse_chunk, home, chunk))
            # A few chunks ahead keep the workers busy; more would pile up texts in memory.
            if len(waiting) > workers * 4:
                yield from waiting.pop(0).result()
        for future in waiting:
            yield from future.result()


def _chunks(pages: Sequence[StoredPage]) -> Iterator[list[StoredPage]]:
    for start in range(0, len(pages), _CHUNK_PAGES):
        yield list(pages[start : start + _CHUNK_PAGES])


def _parse_chunk(home: Home, pages: Sequence[StoredPage]) -> list[ReadPage]:
    return [_parse_one(home, page) for page in pages]


def _parse_one(home: Home, page: StoredPage) -> ReadPage:
    sha256, url = page
    try:
        raw = read_object(home, sha256)
        outcome = parse_page(raw, url)
        return sha256, outcome, is_cut_off(raw, outcome)
    except UnparsablePageError as error:
        return sha256, error, False
    except (OSError, DamagedStoreError) as error:
        where = home.root / object_path(sha256)
        lost = UnparsablePageError(LOST, f"{where} cannot be read ({error}). Restore it from a copy, or ingest the page again.")
        return sha256, lost, False
    except Exception as error:  # a fault of ours must cost one page, not the night's run; the check names it
        fault = UnparsablePageError("parser_fault", f"{type(error).__name__}: {error}. This is a fault of the parser; please report it.")
        return sha256, fault, False


def _keep(home: Home, outcomes: Sequence[ReadPage], buckets: dict[str, str]) -> None:
    month = pl.concat_str(pl.col("year").cast(pl.String), pl.lit("-"), pl.col("month").cast(pl.String).str.zfill(2))
    cut_off = {sha256 for sha256, _, is_cut in outcomes if is_cut}
    parsed = pages_frame(((sha256, outcome) for sha256, outcome, _ in outcomes), parser_version(), cut_off).with_columns(
        bucket=pl.coalesce(pl.when(pl.col("outcome") == "document").then(month), pl.lit("undated"))
    )
    hashes = parsed["sha256"].to_list()
    # The files that pages move into are written first: a kill in between leaves a page in two files, never in none.
    into = sorted(parsed["bucket"].unique())
    out_of = sorted({buckets[sha256] for sha256 in hashes if sha256 in buckets} - set(into))
    for bucket in into + out_of:
        path = lake.table_path(home.lake, FOLDER, bucket)
        rows = parsed.filter(pl.col("bucket") == bucket).drop("bucket")
        if path.exists():
            rows = pl.concat([_scan([path]).filter(~pl.col("sha256").is_in(hashes)).collect(), rows])
        lake.write_frame(rows.sort("sha256"), path)
    buckets.update(parsed.select("sha256", "bucket").iter_rows())
