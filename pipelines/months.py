"""The monthly tables of the lake, made of the parsed pages of a month; many months at once where there are many."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import get_context

import polars as pl

from pipelines.annotate.tables import annotate
from pipelines.identifiers import digest
from pipelines.normalise.catalogue import PageFacts, sorted_by_freshness
from pipelines.normalise.faults import Frames, without_faulty
from pipelines.normalise.mentions import mentions_table
from pipelines.normalise.pages import PAGES
from pipelines.normalise.tables import month_tables
from pipelines.pair.tables import MonthFrames, pair_tables
from pipelines.parsed_pages import PARALLEL_FROM_PAGES, read_pages
from pipelines.settings import Home
from pipelines.versions import codebook_version, normaliser_version, pairing_version, parser_version

AHEAD = 3
"""Months that are made before they are wanted, for each worker: enough to keep all busy, few enough to fit into memory."""


@dataclass(frozen=True)
class Month:
    """What a month is made of.

    Attributes:
        name: YYYY-MM.
        pages: the facts of its pages.
        seen: its pages' sightings (``normalise.history``), gone ones too.
    """

    name: str
    pages: list[PageFacts]
    seen: pl.DataFrame

    @cached_property
    def fingerprint(self) -> str:
        """Hash over everything that the month's tables depend on."""
        versions = [parser_version(), normaliser_version(), codebook_version(), pairing_version()]
        return digest("\n".join([*versions, *map(repr, self.pages), *map(repr, self.seen.rows())]))


@dataclass(frozen=True)
class Made:
    """Tables of a month by name, not yet held against their contracts, and quarantine rows for documents on which our code failed."""

    rows: dict[str, pl.DataFrame]
    faults: pl.DataFrame


def made_months(home: Home, months: Sequence[Month], bucket_of: Mapping[str, str]) -> Iterator[tuple[Month, Made]]:
    """Make months, in the order given. Nothing is written: a worker that outlives a kill of this process does no harm.

    Args:
        home: holds the parsed pages.
        months: which ones.
        bucket_of: the file of each page, as ``parsed_pages.page_columns`` tells.
    """
    if len(months) < 2 or sum(len(month.pages) for month in months) < PARALLEL_FROM_PAGES:
        yield from ((month, make_month(home, month, bucket_of)) for month in months)
        return
    workers = max(2, os.cpu_count() or 1)
    # spawn, not fork: polars and the Dagster process run threads, and a fork of those can hang.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: list[tuple[Month, Future[Made]]] = []
        for month in months:
            own = {page.sha256: bucket_of[page.sha256] for page in month.pages}
            waiting.append((month, pool.submit(make_month, home, month, own)))
            if len(waiting) > workers * AHEAD:
                first, made = waiting.pop(0)
                yield first, made.result()
        for month, made in waiting:
            yield month, made.result()


def make_month(home: Home, month: Month, bucket_of: Mapping[str, str]) -> Made:
    """The tables of one month."""
    hashes = [page.sha256 for page in month.pages]
    frame = read_pages(home, hashes, bucket_of, [name for name in PAGES.names() if name != "links"])
    is_gone = pl.col("is_gone")
    tables = month_tables(frame, sorted_by_freshness(month.pages), month.seen.filter(~is_gone), month.seen.filter(is_gone))

    def name_entities(documents: pl.DataFrame) -> Frames:
        return [mentions_table(tables.turns, documents)]

    def apply_codebook(documents: pl.DataFrame) -> Frames:
        own = documents.select("document_id")
        coded = annotate(
            tables.turns.join(own, on="document_id", how="semi"), tables.exchanges.join(own, on="document_id", how="semi"), documents
        )
        return [coded.pattern_hits, coded.accusations, coded.topic_hits]

    (mentions,), unnamed = without_faulty(tables.documents, "normalise", name_entities)
    (pattern_hits, accusations, topic_hits), uncoded = without_faulty(tables.documents, "annotate", apply_codebook)
    named = frame.select("sha256", "language_links").drop_nulls().join(tables.documents.select("sha256", "document_id"), on="sha256")
    links = dict(named.select("document_id", "language_links").iter_rows())
    month_frames = MonthFrames(tables.documents, tables.exchanges, tables.turns, mentions, pattern_hits, accusations, topic_hits)

    def pair_languages(documents: pl.DataFrame) -> Frames:
        paired = pair_tables(month_frames, documents, links)
        return [paired.document_pairs, paired.exchange_pairs, paired.language_differences]

    english = tables.documents.filter(pl.col("language") == "en")
    (document_pairs, exchange_pairs, differences), unpaired = without_faulty(english, "normalise", pair_languages)
    rows = {
        "documents": tables.documents,
        "document_versions": tables.document_versions,
        "turn_changes": tables.turn_changes,
        "turns": tables.turns,
        "exchanges": tables.exchanges,
        "quotes": tables.quotes,
        "mentions": mentions,
        "pattern_hits": pattern_hits,
        "accusations": accusations,
        "topic_hits": topic_hits,
        "document_pairs": document_pairs,
        "exchange_pairs": exchange_pairs,
        "language_differences": differences,
    }
    return Made(rows, pl.concat([unnamed, uncoded, unpaired]))
