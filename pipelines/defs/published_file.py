"""Publish: the file that readers open."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import polars as pl

from pipelines.defs.home import HomeResource
from pipelines.defs.previews import text_table
from pipelines.defs.reporting import Event, LogProgress, failures_explained
from pipelines.defs.warehouse import tables_of, warehouse
from pipelines.progress import Progress
from pipelines.settings import CHECKOUT, Home

PUBLISHED_FILE = dg.AssetKey("briefings_duckdb")


@dg.asset(
    key=PUBLISHED_FILE,
    deps=sorted(spec.key for spec in warehouse.specs if spec.key.path[0] in ("core", "marts")),
    group_name="publish",
    kinds={"duckdb"},
    description="""
`briefings.duckdb`, the file that readers open: `core.*` (one row per document, turn, exchange, …), `marts.*` (counts that lead back to
quotes) and `vocabulary.*`.

It is swapped in by rename, and only when every check that can stop it has passed; else the file published before stays. Whoever has
it open keeps his answers and sees the new file when he opens it anew.

To read it: `briefings sql "from marts.coverage limit 10"`, `briefings evidence coverage`, or any DuckDB client. What each table and column
holds is in `warehouse/README.md` (the data dictionary) and, in DuckDB, in its comments. For people who look rather than ask: the report page
(`briefings report`) and the explorer (`make explore`). dbt's own documentation of the models: `make docs`.

New here? `docs/tutorial.md` goes from nothing to a chart of one's own; `docs/method.md` says how words become counts, and how far to trust them.
""".strip(),
)
def briefings_duckdb(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[Event]:
    """Swap the checked build in."""
    with failures_explained():
        yield from publish_step(home.open(), LogProgress(context.log))


def publish_step(home: Home, progress: Progress) -> Iterator[Event]:
    """Publish the build that passed its checks, unless the published file is up to date; tell what readers now see.

    Raises:
        BriefingsError: there is no build that passed its checks. The old file stays.
    """
    from pipelines.locking import writing
    from pipelines.publish.fingerprint import input_fingerprint, published_fingerprint
    from pipelines.refresh import publish_stage

    with writing(home, progress):
        is_new = published_fingerprint(home) != input_fingerprint(home)
        if is_new:
            publish_stage(home, progress)
        tables = tables_of(home).filter(pl.col("schema").is_in(["core", "marts"]))
        facts = home.published.stat()
    yield dg.MaterializeResult(
        asset_key=PUBLISHED_FILE,
        metadata={
            "swapped in by this run": is_new,
            "built": f"{datetime.fromtimestamp(facts.st_mtime, UTC):%Y-%m-%d %H:%M} UTC",
            "file": dg.MetadataValue.path(str(home.published)),
            "size": f"{facts.st_size / 1e6:,.1f} MB",
            "tables": text_table(tables),
            "data dictionary": dg.MetadataValue.path(str(CHECKOUT / "warehouse" / "README.md")),
            "questions to start from": dg.MetadataValue.path(str(CHECKOUT / "warehouse" / "queries")),
            "documentation": dg.MetadataValue.path(str(CHECKOUT / "docs")),
        },
    )
