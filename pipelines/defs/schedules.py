"""The night: crawl what the ministry has put up, refresh what changed, check and publish."""

from datetime import UTC, date, datetime, timedelta

import dagster as dg

from pipelines.calendar import BEIJING, conference_day
from pipelines.defs.nights import SCHEDULE_STATUS
from pipelines.defs.raw_store import RAW_STORE
from pipelines.extract.sources import crawlable_sources

HOUR = "30 1 * * *"
"""Half past one in Beijing. Chinese transcripts of a day are up by midnight (see ``pipelines.calendar``), English ones the same evening or
in the course of the next day: these come in a night later. Every night, weekends and recess too, as remarks are published and pages are
edited then."""

MAX_RUNTIME_SECONDS = 12 * 3600
"""A first crawl may list thousands of pages, at two seconds and more a page (5,000 take five hours with the server's answers)."""


CRAWLING = {"ops": {RAW_STORE.to_python_identifier(): {"config": {"crawl": crawlable_sources(by_default_only=True)}}}}
"""Run configuration: the job's default in the launchpad; a scheduled run is given it, as it would have none."""

nightly_job = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    config=CRAWLING,
    tags={
        # A run that died with the machine begins again from the first step: what is done already costs next to nothing.
        "dagster/max_retries": "2",
        "dagster/retry_strategy": "ALL_STEPS",
        "dagster/max_runtime": str(MAX_RUNTIME_SECONDS),
    },
    description="Crawls the ministry's pages, then brings everything up to date: what the schedule starts every night. "
    "`briefings crawl` and `briefings refresh` do the same.",
)


@dg.schedule(
    name="every_night",
    job=nightly_job,
    cron_schedule=HOUR,
    execution_timezone="Asia/Shanghai",
    default_status=SCHEDULE_STATUS,
    description="Every night at 01:30 in Beijing, for the day that has just ended: Chinese transcripts are up by then, English ones follow "
    "within a day. Runs where `make nightly` was started; elsewhere it can be started here.",
)
def every_night(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """One run a day."""
    return night_of(day_that_ended(context.scheduled_execution_time or datetime.now(UTC)))


def day_that_ended(moment: datetime) -> date:
    """The last whole day in Beijing.

    Args:
        moment: with zone.
    """
    return moment.astimezone(BEIJING).date() - timedelta(days=1)


def night_of(day: date) -> dg.RunRequest:
    """The run after a day; its tags say whether a conference was due on that day, and if not why.

    Args:
        day: in Beijing.
    """
    known = conference_day(day)
    return dg.RunRequest(
        run_key=f"night-after-{day}",
        run_config=CRAWLING,
        tags={
            "briefings/day": str(day),
            "briefings/conference": "due" if known.is_due else "not due",
            "briefings/calendar": str(known),
        },
    )
