"""Which sources can be crawled: those of which the seed ``source_indexes`` knows an index page."""

from __future__ import annotations

import polars as pl

from pipelines.vocabularies import vocabulary


def crawlable_sources(*, by_default_only: bool = False) -> list[str]:
    """Sources of which an index page is known (seed ``source_indexes``), in the order of the seed."""
    rows = vocabulary("source_indexes").filter(pl.col("is_crawled_by_default").eq("true") | (not by_default_only))
    return rows["source_id"].unique(maintain_order=True).to_list()
