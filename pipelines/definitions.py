"""The Dagster code location: what `make ui`, `make nightly` and `dagster dev` load.

The parts are named one by one: `load_from_defs_folder` would find them itself, but takes 2.6 s more at every load, and
every run loads them anew.
"""

from __future__ import annotations

import dagster as dg

from pipelines.defs.alerts import failed_checks, failed_runs
from pipelines.defs.checks import coverage_check, freshness_check, lake_checks, page_checks
from pipelines.defs.home import HomeResource
from pipelines.defs.jobs import refresh_job, reparse_month
from pipelines.defs.lake_tables import lake_tables
from pipelines.defs.parsed_pages import parsed_pages
from pipelines.defs.published_file import briefings_duckdb
from pipelines.defs.raw_store import raw_store
from pipelines.defs.report_page import report_page
from pipelines.defs.schedules import every_night, nightly_job
from pipelines.defs.sensors import landing_sensor
from pipelines.defs.warehouse import warehouse

defs = dg.Definitions(
    assets=[raw_store, parsed_pages, lake_tables, warehouse, briefings_duckdb, report_page],
    asset_checks=[page_checks, lake_checks, coverage_check, freshness_check],
    jobs=[refresh_job, nightly_job, reparse_month],
    schedules=[every_night],
    sensors=[landing_sensor, failed_runs, failed_checks],
    resources={"home": HomeResource()},
    # In one process: starting one a step took 45 s where the steps together take 10, and stages use both cores themselves.
    executor=dg.in_process_executor,
)
