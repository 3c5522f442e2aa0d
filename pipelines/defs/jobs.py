"""Jobs: everything, and one month again."""

from collections.abc import Iterator

import dagster as dg

from pipelines import lake
from pipelines.defs.checks import OF_LAKE, OF_PAGES, check_step, coverage_step
from pipelines.defs.home import HomeResource
from pipelines.defs.lake_tables import lake_step
from pipelines.defs.parsed_pages import parse_step
from pipelines.defs.published_file import publish_step
from pipelines.defs.report_page import report_step
from pipelines.defs.reporting import Event, LogProgress, failures_explained
from pipelines.defs.warehouse import build_step
from pipelines.progress import Progress
from pipelines.settings import Home

MONTHS = dg.MonthlyPartitionsDefinition(start_date="2002-01", fmt="%Y-%m", timezone="Asia/Shanghai", end_offset=1)
"""Months of briefings, as dated in Beijing, the present one included. Regular briefings are online from 2002 on."""

refresh_job = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    description="Everything that has changed, from pages to the published file: what *Materialize all* and `briefings refresh` do.",
)


@dg.op(
    description="Parses the pages of the partition's month again, then remakes, checks and publishes what changed by it; reports to the same "
    "assets and checks as a refresh."
)
def reparse(context: dg.OpExecutionContext, home: HomeResource) -> None:
    """Run the whole flow with one month parsed again."""
    if not context.has_partition_key:
        raise dg.Failure(
            description="Choose a month: on the job's tab Partitions, or in the launchpad's field Partition.", allow_retries=False
        )
    with failures_explained():
        for event in _flow(home.open(), LogProgress(context.log), context.partition_key):
            _record(context, event)


@dg.job(
    partitions_def=MONTHS,
    description="Parses one month's pages again, whatever their parser version, and brings everything after them up to date. "
    "On the tab *Partitions* click *Launch backfill…* and choose one month or more; or type `briefings refresh --month 2020-09`.",
)
def reparse_month() -> None:
    """One partition a month."""
    reparse()


def _flow(home: Home, progress: Progress, month: str) -> Iterator[Event]:
    yield from parse_step(home, progress, months=[month])
    yield from _unless_stopped(check_step(home, progress, OF_PAGES))
    yield from lake_step(home, progress)
    yield from _unless_stopped(check_step(home, progress, OF_LAKE))
    yield from build_step(home, progress)
    if lake.months(home.lake):
        yield from publish_step(home, progress)
        yield coverage_step(home)
        yield from report_step(home)


def _unless_stopped(checks: Iterator[dg.AssetCheckResult]) -> Iterator[Event]:
    """Pass the checks on; when one of them has failed that stops publishing, end the run after the last."""
    failed = []
    for check in checks:
        yield check
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
            failed.append(f"{check.asset_key.to_user_string() if check.asset_key else ''}: {check.check_name}. {check.description}")
    if failed:
        raise dg.Failure(description="\n".join([*failed, "The file published before stays as it was."]), allow_retries=False)


def _record(context: dg.OpExecutionContext, event: Event) -> None:
    """Log what an asset would have yielded."""
    assert event.asset_key is not None
    if isinstance(event, dg.MaterializeResult):
        context.log_event(dg.AssetMaterialization(event.asset_key, metadata=event.metadata))
        return
    assert event.check_name is not None
    evaluation = dg.AssetCheckEvaluation(
        asset_key=event.asset_key,
        check_name=event.check_name,
        passed=event.passed,
        metadata=event.metadata,
        severity=event.severity,
        description=event.description,
    )
    context.log_event(evaluation)  # type: ignore[arg-type]  # logged as well, though the annotation leaves it out
