"""Publish: the report page for people who look rather than ask."""

from collections.abc import Iterator

import dagster as dg

from pipelines.defs.home import HomeResource
from pipelines.defs.published_file import PUBLISHED_FILE
from pipelines.defs.reporting import Event, failures_explained
from pipelines.settings import Home

REPORT_PAGE = dg.AssetKey("report_page")


@dg.asset(
    key=REPORT_PAGE,
    deps=[PUBLISHED_FILE],
    group_name="publish",
    kinds={"html"},
    description="""
`report/index.html`, the page for people who look rather than ask: who accuses whom, how it is answered, who gets no reply, what is held
and what is missing. Each point of a chart leads to the quotes behind it, and each quote to its source. There is a page for every country, year
and type of accusation.

It opens from disk, without a server, a network or scripts. `briefings report` makes it, too.
""".strip(),
)
def report_page(home: HomeResource) -> Iterator[Event]:
    """Make the report of the published file."""
    with failures_explained():
        yield from report_step(home.open())


def report_step(home: Home) -> Iterator[Event]:
    """Make the report, and tell where it is and what it cost.

    Raises:
        BriefingsError: nothing is published, or the disk is full. An earlier report stays.
    """
    from pipelines.publish.report import build_report

    built = build_report(home)
    yield dg.MaterializeResult(
        asset_key=REPORT_PAGE,
        metadata={
            "report": dg.MetadataValue.path(str(built.index)),
            "open": dg.MetadataValue.url(built.index.as_uri()),
            "pages": built.n_pages,
            "size": f"{built.size_bytes / 1e6:,.1f} MB",
            "seconds": round(built.seconds, 1),
        },
    )
