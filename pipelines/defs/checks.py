"""The checks of ``findings`` as Dagster asset checks, between the lake and the warehouse."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import dagster as dg

from pipelines.defs.home import HomeResource
from pipelines.defs.lake_tables import lake_key
from pipelines.defs.parsed_pages import PARSED_PAGES
from pipelines.defs.previews import text_table
from pipelines.defs.published_file import PUBLISHED_FILE
from pipelines.defs.reporting import LogProgress, failures_explained
from pipelines.findings import CHECKS, COVERAGE, FRESHNESS, Check, Finding
from pipelines.progress import Progress
from pipelines.settings import Home


def _asset_of(check: Check) -> dg.AssetKey:
    if check is COVERAGE:
        return dg.AssetKey(["marts", check.table])
    if check is FRESHNESS:
        return PUBLISHED_FILE
    return PARSED_PAGES if check.table == "parsed_pages" else lake_key(check.table)


def _as_dagster_checks(name: str, checks: Sequence[Check]) -> dg.AssetChecksDefinition:
    """One step that makes several checks."""

    @dg.multi_asset_check(
        name=name,
        specs=[
            dg.AssetCheckSpec(check.name, asset=_asset_of(check), description=check.description, blocking=check.stops_publishing)
            for check in checks
        ],
        can_subset=True,
    )
    def look(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Iterator[dg.AssetCheckResult]:
        selected = {(key.asset_key, key.name) for key in context.selected_asset_check_keys}
        with failures_explained():
            yield from check_step(
                home.open(), LogProgress(context.log), [check for check in checks if (_asset_of(check), check.name) in selected]
            )

    return look


OF_PAGES = [check for check in CHECKS if check.table == "parsed_pages"]
OF_LAKE = [check for check in CHECKS if check.table != "parsed_pages"]

# Two steps: the lake waits for the first, and the second for the lake. In one step they would be a circle, which Dagster
# resolves by cutting steps in two, and dbt would run twice.
page_checks = _as_dagster_checks("check_parsed_pages", OF_PAGES)
lake_checks = _as_dagster_checks("check_lake", OF_LAKE)


@dg.asset_check(name=COVERAGE.name, asset=_asset_of(COVERAGE), description=COVERAGE.description, additional_deps=[PUBLISHED_FILE])
def coverage_check(home: HomeResource) -> dg.AssetCheckResult:
    """Compare what is published with calendar and published counts."""
    with failures_explained():
        return coverage_step(home.open())


def coverage_step(home: Home) -> dg.AssetCheckResult:
    """Compare what is published with calendar and published counts. A reader never waits: no lock."""
    return _result(COVERAGE, COVERAGE.look(home))


@dg.asset_check(name=FRESHNESS.name, asset=_asset_of(FRESHNESS), description=FRESHNESS.description)
def freshness_check(home: HomeResource) -> dg.AssetCheckResult:
    """Compare the latest briefings with the calendar, now."""
    with failures_explained():
        return _result(FRESHNESS, FRESHNESS.look(home.open()))


def check_step(home: Home, progress: Progress, checks: Iterable[Check]) -> Iterator[dg.AssetCheckResult]:
    """Look, while nobody writes, and tell what was found."""
    from pipelines.locking import writing

    with writing(home, progress):
        for check in checks:
            yield _result(check, check.look(home))


def _result(check: Check, finding: Finding) -> dg.AssetCheckResult:
    metadata: dict[str, Any] = dict(finding.figures)
    if not finding.examples.is_empty():
        metadata["look at"] = text_table(finding.examples)
    return dg.AssetCheckResult(
        asset_key=_asset_of(check),
        check_name=check.name,
        passed=finding.passed,
        severity=dg.AssetCheckSeverity.ERROR if finding.is_error else dg.AssetCheckSeverity.WARN,
        description=finding.summary,
        metadata=metadata,
    )
