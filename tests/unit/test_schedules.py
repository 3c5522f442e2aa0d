"""The nightly schedule: when it ticks, and what it knows of the day that has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
import time_machine
from dagster._utils.schedules import schedule_execution_time_iterator

from pipelines.calendar import BEIJING
from pipelines.defs.schedules import every_night, night_of, nightly_job


def ticks() -> Iterator[datetime]:
    """The times at which Dagster's scheduler would evaluate the schedule from now on."""
    assert isinstance(every_night.cron_schedule, str)
    return schedule_execution_time_iterator(
        datetime.now(UTC).timestamp(), every_night.cron_schedule, every_night.execution_timezone, ascending=True
    )


def runs_of(first: str, n: int) -> list[tuple[str | None, dict[str, str]]]:
    """What the first ticks after a moment in Beijing ask for: run key and tags."""
    with time_machine.travel(datetime.fromisoformat(first).replace(tzinfo=BEIJING), tick=False):
        requested = []
        for tick in islice(ticks(), n):
            with time_machine.travel(tick, tick=False):
                context = dg.build_schedule_context(scheduled_execution_time=tick)
                [request] = every_night.evaluate_tick(context).run_requests or []
                requested.append((request.run_key, dict(request.tags)))
    return requested


def calendar_of(first: str, n: int) -> dict[str, str]:
    """Day -> what the run after it says of it."""
    return {tags["briefings/day"]: tags["briefings/calendar"] for _, tags in runs_of(first, n)}


def test_it_ticks_once_a_night_at_half_past_one_in_beijing() -> None:
    with time_machine.travel(datetime(2024, 3, 1, tzinfo=UTC), tick=False):
        found = list(islice(ticks(), 366))
    assert {tick.astimezone(BEIJING).strftime("%H:%M") for tick in found} == {"01:30"}
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(days=1)}


def test_the_clocks_of_other_countries_do_not_move_it() -> None:
    """The night on which Europe's clocks change: the machine may stand there."""
    with time_machine.travel(datetime(2024, 3, 30, 12, tzinfo=ZoneInfo("Europe/Berlin")), tick=False):
        found = [tick.astimezone(UTC).strftime("%d %H:%M") for tick in islice(ticks(), 3)]
    assert found == ["30 17:30", "31 17:30", "01 17:30"]


def test_a_week_with_its_weekend() -> None:
    assert calendar_of("2024-03-14T12:00", 5) == {
        "2024-03-14": "due",
        "2024-03-15": "due",
        "2024-03-16": "weekend",
        "2024-03-17": "weekend",
        "2024-03-18": "due",
    }


@pytest.mark.parametrize(
    ("start", "last_due", "n_nights", "first_due", "name"),
    [
        ("2018-02-14T12:00", "2018-02-14", 7, "2018-02-22", "Spring Festival"),
        ("2019-02-01T12:00", "2019-02-01", 9, "2019-02-11", "Spring Festival"),
        ("2021-02-10T12:00", "2021-02-10", 7, "2021-02-18", "Spring Festival"),
        ("2024-02-08T12:00", "2024-02-08", 10, "2024-02-19", "Spring Festival"),
        ("2018-08-03T12:00", "2018-08-03", 16, "2018-08-20", "Summer recess"),
        ("2019-08-02T12:00", "2019-08-02", 16, "2019-08-19", "Summer recess"),
        ("2022-08-19T12:00", "2022-08-19", 9, "2022-08-29", "Summer recess (one week)"),
        ("2023-07-28T12:00", "2023-07-28", 16, "2023-08-14", "Summer recess"),
    ],
)
def test_it_runs_through_spring_festival_and_summer_recess_and_says_so(
    start: str, last_due: str, n_nights: int, first_due: str, name: str
) -> None:
    found = calendar_of(start, n_nights + 2)
    assert next(iter(found)) == last_due
    assert list(found)[-1] == first_due
    assert found.pop(last_due) == found.pop(first_due) == "due"
    assert len(found) == n_nights
    assert {said for day, said in found.items() if date.fromisoformat(day).isoweekday() <= 5} == {f"recess: {name}"}
    assert {said for day, said in found.items() if date.fromisoformat(day).isoweekday() > 5} <= {"weekend"}


def test_beyond_what_is_recorded_it_says_so() -> None:
    assert calendar_of("2026-02-17T12:00", 1) == {"2026-02-17": "due, unless it is a public holiday"}
    assert runs_of("2026-08-05T12:00", 1)[0][1]["briefings/conference"] == "not due"


def test_a_day_has_one_run() -> None:
    keys = [key for key, _ in runs_of("2024-02-01T12:00", 40)]
    assert len(set(keys)) == 40
    assert keys == [key for key, _ in runs_of("2024-02-01T12:00", 40)]


def test_the_run_crawls_what_the_seed_says_and_may_be_tried_again() -> None:
    for config in (nightly_job.config, night_of(date(2024, 3, 18)).run_config):
        assert config == {"ops": {"raw_store": {"config": {"crawl": ["mfa-en", "mfa-zh"]}}}}
    assert nightly_job.tags is not None
    assert nightly_job.tags["dagster/max_retries"] == "2"
