"""Parse: what the parser made of every stored page."""

from collections.abc import Iterator, Sequence

import dagster as dg
import polars as pl
from pydantic import Field

from pipelines.contracts.lake import Documents
from pipelines.defs.home import HomeResource
from pipelines.defs.previews import text_table
from pipelines.defs.raw_store import RAW_STORE
from pipelines.defs.reporting import Event, LogProgress, failures_explained, frame_columns, size_on_disk
from pipelines.normalise.pages import PAGES
from pipelines.progress import Progress
from pipelines.settings import Home
from pipelines.versions import parser_version

PARSED_PAGES = dg.AssetKey("parsed_pages")

_DESCRIPTIONS = {name: column.description for name, column in Documents.columns().items()} | {
    "sha256": "SHA-256 of the page's bytes.",
    "outcome": "document, index (a list of briefings) or unparsable.",
    "reason": "Why it is unparsable: a short code.",
    "detail": "The same as a sentence: what was found, what was missed.",
    "nearest_layout": "Layout that came closest, for a page that fits none.",
    "year": "Year that the page states; null when it does not.",
    "month": "Month that the page states.",
    "day": "Day that the page states.",
    "is_cut_off": "Whether the bytes end before the page does.",
    "own_url": "Address that the page states for itself.",
    "body_digest": "Hash of the body's words: equal for equal words.",
    "turns": "Turns in page order, with offsets into body_text.",
    "quotes": "Quotes of a news article, with their speakers.",
    "links": "Briefings that an index page lists.",
}


class ParseConfig(dg.Config):
    """What to parse besides new pages and those that an older parser read."""

    full: bool = Field(default=False, description="Parse every stored page again.")
    months: list[str] = Field(default=[], description="Parse the pages of these months again, written as 2020-09.")


@dg.asset(
    key=PARSED_PAGES,
    deps=[RAW_STORE],
    group_name="parse",
    kinds={"python", "parquet"},
    code_version=parser_version(),
    description="""
One row per stored page: title, date, speakers, body text and turns, or why it could not be read. A page is parsed once;
again only when the parser or one of its vocabularies has changed.

**To parse a month again** run the job `reparse_month`, which has a partition a month, or name `months` in the launchpad
(Shift + click on *Materialize*).
""".strip(),
)
def parsed_pages(context: dg.AssetExecutionContext, config: ParseConfig, home: HomeResource) -> Iterator[Event]:
    """Parse what is new."""
    with failures_explained():
        yield from parse_step(home.open(), LogProgress(context.log), full=config.full, months=config.months)


def parse_step(home: Home, progress: Progress, *, full: bool = False, months: Sequence[str] = ()) -> Iterator[Event]:
    """Parse what is new, or asked for, and tell what the parser made of all pages."""
    from pipelines.locking import writing
    from pipelines.parsed_pages import FOLDER, page_columns
    from pipelines.refresh import parse_stage

    with writing(home, progress):
        n_parsed = parse_stage(home, progress, full=full, months=months)
        pages = page_columns(home, ["outcome", "layout", "reason"])
        size = size_on_disk((home.lake / FOLDER).glob("[!.]*.parquet"))
    by_outcome = pages.group_by("outcome", pl.coalesce("layout", "reason").alias("layout or reason")).agg(n_pages=pl.len())
    yield dg.MaterializeResult(
        asset_key=PARSED_PAGES,
        metadata={
            "dagster/row_count": pages.height,
            "dagster/column_schema": frame_columns(PAGES, _DESCRIPTIONS),
            "pages parsed in this run": n_parsed,
            "pages by outcome": text_table(by_outcome.sort("outcome", "n_pages", "layout or reason", descending=[False, True, False])),
            "parser version": parser_version(),
            "size": size,
            "folder": dg.MetadataValue.path(str(home.lake / FOLDER)),
        },
    )
