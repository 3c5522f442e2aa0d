"""What could not be used, gathered from every stage into one table. Frames in, frame out."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from pipelines.contracts.lake import Quarantine
from pipelines.extract.raw_store import object_paths
from pipelines.extract.screening import GONE_STATUS
from pipelines.identifiers import digest

_INDEX_DETAIL = ("A list of ", " briefings, no document; it dates those that it lists.")
_UNDATED_DETAIL = (
    "No day in the title '",
    "', on the page, in an index or from neighbours. Ingest it with its URL, or the index page that lists it.",
)


def quarantine_table(captures: pl.DataFrame, pages: pl.DataFrame, undated: Collection[str], rejected: pl.DataFrame) -> pl.DataFrame:
    """Make the table.

    Args:
        captures: every capture of the raw store, in CAPTURES columns.
        pages: columns sha256, outcome, reason, detail, nearest_layout, title, links, layout of every parsed page.
        undated: hashes of documents that no rule finds a day for.
        rejected: rows of the contract ``Quarantine`` that ``lake.checked`` made of rows that broke a contract.

    Returns:
        Rows of the contract ``Quarantine``, sorted by key: refused files, pages that fit no layout, index pages (no
        errors), pages without a day, and the rejected rows.
    """
    keyed = pl.concat([_refused(captures), _unused(captures, pages, undated)]).with_columns(
        quarantine_id=pl.struct("stage", "reason", "raw_path", "url", "sha256").map_elements(
            lambda row: digest("|".join(str(value) for value in row.values()), 16), return_dtype=pl.String
        )
    )
    schema = pl.Schema(Quarantine)
    frames = [frame.select(schema.names()).cast(schema) for frame in (keyed, rejected)]  # type: ignore[arg-type]
    return pl.concat(frames).unique("quarantine_id", keep="first", maintain_order=True).sort("quarantine_id")


def _refused(captures: pl.DataFrame) -> pl.DataFrame:
    """What ``ingest`` or a crawl refused. ``raw_path`` is the file's own place when its bytes were not read.

    That a page is not there is no error of ours; what became of a known page is told by ``document_versions``.
    """
    return captures.filter(pl.col("outcome") == "refused").select(
        raw_path=pl.coalesce(object_paths(), "origin"),
        file_name=_file_name(),
        stage=pl.lit("extract"),
        reason="reason",
        detail="detail",
        nearest_layout=pl.lit(None, pl.String),
        sha256="sha256",
        url="url",
        is_error=~pl.col("http_status").is_in(GONE_STATUS).fill_null(value=False),
        first_seen=pl.coalesce("fetched_at", "file_modified_at"),
    )


def _unused(captures: pl.DataFrame, pages: pl.DataFrame, undated: Collection[str]) -> pl.DataFrame:
    is_index = pl.col("outcome") == "index"
    is_undated = pl.col("sha256").is_in(sorted(undated))
    seen = (
        captures.filter(pl.col("outcome") == "stored")
        .group_by("sha256")
        .agg(
            url=pl.col("url").sort(nulls_last=True).first(),
            first_seen=pl.coalesce("fetched_at", "file_modified_at").min(),
            file_name=_file_name().sort_by("file_modified_at", "origin", nulls_last=True).first(),
        )
    )
    return (
        pages.filter((pl.col("outcome") != "document") | is_undated)
        .join(seen, on="sha256", how="inner")
        .select(
            raw_path=object_paths(),
            file_name="file_name",
            stage=pl.when(is_undated).then(pl.lit("normalise")).otherwise(pl.lit("parse")),
            reason=pl.when(is_index).then(pl.lit("index_page")).when(is_undated).then(pl.lit("no_date")).otherwise("reason"),
            detail=pl.when(is_index)
            .then(pl.concat_str(pl.lit(_INDEX_DETAIL[0]), pl.col("links").list.len(), pl.lit(_INDEX_DETAIL[1])))
            .when(is_undated)
            .then(pl.concat_str(pl.lit(_UNDATED_DETAIL[0]), "title", pl.lit(_UNDATED_DETAIL[1])))
            .otherwise("detail"),
            nearest_layout=pl.coalesce("nearest_layout", "layout"),
            sha256="sha256",
            url="url",
            is_error=~is_index,
            first_seen="first_seen",
        )
    )


def _file_name() -> pl.Expr:
    return pl.col("origin").str.extract(r"([^/\\]*)$")
