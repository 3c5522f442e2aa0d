"""Normalise and annotate: the tables of the lake, a Parquet file a month, made in one step."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from pipelines.contracts.lake import TABLES
from pipelines.defs.home import HomeResource
from pipelines.defs.parsed_pages import PARSED_PAGES
from pipelines.defs.previews import text_table
from pipelines.defs.reporting import Event, LogProgress, contract_columns, failures_explained, size_on_disk
from pipelines.progress import Progress
from pipelines.settings import Home
from pipelines.versions import codebook_version, normaliser_version, pairing_version

_SOURCES = {
    "turns": ["documents"],
    "exchanges": ["turns"],
    "document_versions": ["documents"],
    "turn_changes": ["document_versions"],
    "quotes": ["turns"],
    "mentions": ["turns"],
    "entities": ["mentions"],
    "pattern_hits": ["exchanges", "turns"],
    "accusations": ["exchanges", "turns"],
    "topic_hits": ["exchanges", "turns"],
    "document_pairs": ["documents", "exchanges", "mentions", "pattern_hits", "topic_hits"],
    "exchange_pairs": ["document_pairs"],
    "language_differences": ["exchange_pairs", "accusations"],
}
"""Which tables of the lake a table is made of; the others come from the parsed pages alone."""

_ANNOTATED = {"pattern_hits", "accusations", "topic_hits"}
_PAIRED = {"document_pairs", "exchange_pairs", "language_differences"}

_NOTES = {
    "documents": "The same briefing as text and HTML, or at an old and a new address, is one document.",
    "entities": "Countries and places, outlets, spokespersons, international bodies, and persons named with an office.",
    "mentions": "Offsets lead to the words: turn.text[start_char:end_char] is the surface.",
    "pattern_hits": "Found by the codebook (dbt/seeds/response_phrases.csv).",
    "accusations": "Found by the codebook (dbt/seeds/accusation_frames.csv).",
    "topic_hits": "Found by the codebook (dbt/seeds/topics.csv).",
    "document_pairs": "Found by page links, day, and what both say.",
    "exchange_pairs": "Aligned by names, figures, words, codes, length and order; filter on confidence before quoting what one version lacks.",
    "language_differences": "Quotes of both versions stand side by side.",
    "quarantine": "Nothing is lost: what is here is still in the raw store, and says what to do.",
}


_ABOUT = """

**A table of the lake**: Parquet files, most of them one a month, remade when a page or a rule of that month changes. Nothing is counted here
yet. Readers find the same rows as `core.{table}` in `briefings.duckdb`: `briefings sql "from core.{table} limit 20"`"""


def lake_key(table: str) -> dg.AssetKey:
    """Key of a table of the lake; dbt's source of that name has the same."""
    return dg.AssetKey(["lake", table])


def _spec(table: str) -> dg.AssetSpec:
    group = "annotate" if table in _ANNOTATED else "pair" if table in _PAIRED else "normalise"
    return dg.AssetSpec(
        lake_key(table),
        deps=[lake_key(source) for source in _SOURCES.get(table, [])] or [PARSED_PAGES],
        group_name=group,
        kinds={"polars", "parquet"},
        code_version={"annotate": codebook_version, "pair": pairing_version, "normalise": normaliser_version}[group](),
        description=f"{TABLES[table].__doc__} {_NOTES.get(table, '')}".strip() + _ABOUT.format(table=table),
        metadata={"dagster/column_schema": contract_columns(TABLES[table])},
    )


@dg.multi_asset(name="lake", specs=[_spec(table) for table in TABLES])
def lake_tables(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[Event]:
    """Remake the months whose pages or rules have changed."""
    with failures_explained():
        yield from lake_step(home.open(), LogProgress(context.log))


def lake_step(home: Home, progress: Progress) -> Iterator[Event]:
    """Remake what has changed, and tell of every table what it holds."""
    from pipelines import lake
    from pipelines.locking import writing
    from pipelines.refresh import lake_stage

    with writing(home, progress):
        remade = lake_stage(home, progress)
        for table in TABLES:
            files = sorted((home.lake / table).glob("[!.]*.parquet"))
            rows = lake.read_table(home.lake, table)
            metadata: dict[str, Any] = {
                "dagster/row_count": rows.select(pl.len()).collect().item(),
                "months remade in this run": ", ".join(remade) if 0 < len(remade) <= 12 else len(remade),
                "files": len(files),
                "size": size_on_disk(iter(files)),
                "folder": dg.MetadataValue.path(str(home.lake / table)),
            }
            if table == "quarantine":
                reasons = rows.group_by("stage", "reason", "is_error").agg(n=pl.len()).collect()
                metadata["by reason"] = text_table(reasons.sort("is_error", "n", "stage", "reason", descending=[True, True, False, False]))
            yield dg.MaterializeResult(asset_key=lake_key(table), metadata=metadata)
