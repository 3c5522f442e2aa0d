"""On which days a ministry holds its press conference, and when the page of one is up. Pure: reads the vocabularies only.

The rule is that of ``dbt/models/intermediate/int_conference_days.sql``, which counts what is missing month by month; a test holds
the two equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.vocabularies import vocabulary

BEIJING = ZoneInfo("Asia/Shanghai")
"""No daylight saving time since 1991."""

PAGE_IS_UP_AFTER = {"zh": timedelta(days=1), "en": timedelta(days=2)}
"""Language -> time from the beginning of the day of a conference, in Beijing, until its page is up. All 108 Chinese pages of 2016 to
2024 that print an hour were published between 16:00 and 23:59 of the day itself; an earlier count of Chinese pages of 2017 to 2019 found
the same but for one page. English pages follow the same evening or in the course of the next day (seven that print an hour: from 19:13 to
the next day)."""

_SATURDAY = 6


@dataclass(frozen=True)
class ConferenceDay:
    """What the calendar says of a day.

    Attributes:
        reason: ``due``; else why no conference is: ``weekend``, ``no weekday of conferences``, ``recess`` or ``no schedule known``.
        recess: name of the recess or holiday; None when there is none.
        is_recess_recorded: whether every holiday and recess of that time is in the seed. Where not, a day that is due may be a public
            holiday.
    """

    day: date
    reason: str
    recess: str | None = None
    is_recess_recorded: bool = False

    @property
    def is_due(self) -> bool:
        """Whether a conference is due."""
        return self.reason == "due"

    def __str__(self) -> str:
        if self.recess:
            return f"recess: {self.recess}"
        return f"{self.reason}, unless it is a public holiday" if self.is_due and not self.is_recess_recorded else self.reason


@dataclass(frozen=True)
class _Span:
    first: date
    last: date
    name: str


@dataclass(frozen=True)
class _Schedule(_Span):
    weekdays: frozenset[int]
    is_recess_recorded: bool


def conference_day(day: date, state_iso3: str = "CHN") -> ConferenceDay:
    """What the calendar says of a day.

    Args:
        day: in Beijing.
        state_iso3: whose ministry; the calendar of holidays and recess is of China's.
    """
    schedule = next((row for row in _schedules(state_iso3) if row.first <= day <= row.last), None)
    if schedule is None:
        return ConferenceDay(day, "no schedule known")
    if day.isoweekday() not in schedule.weekdays:
        is_weekend = day.isoweekday() >= _SATURDAY
        return ConferenceDay(day, "weekend" if is_weekend else "no weekday of conferences", None, schedule.is_recess_recorded)
    recess = next((row.name for row in _recesses(state_iso3) if row.first <= day <= row.last), None)
    return ConferenceDay(day, "recess" if recess else "due", recess, schedule.is_recess_recorded)


def conference_days(first: date, last: date, state_iso3: str = "CHN") -> Iterator[ConferenceDay]:
    """Every day from the first to the last."""
    for n in range((last - first).days + 1):
        yield conference_day(first + timedelta(days=n), state_iso3)


def latest_day_up(now: datetime, language: str) -> date:
    """The last day of which a conference's page should be up.

    Args:
        now: with zone.
        language: of the page; for one that is not known the longer time is taken.
    """
    today = now.astimezone(BEIJING)
    midnight = datetime.combine(today.date(), time(), BEIJING)
    wait = PAGE_IS_UP_AFTER.get(language, max(PAGE_IS_UP_AFTER.values()))
    return (midnight - wait).date()


def last_due_day(now: datetime, language: str, state_iso3: str = "CHN") -> ConferenceDay | None:
    """The last day on which a conference was due whose page should be up.

    Args:
        now: with zone.

    Returns:
        The day; None before the first schedule.
    """
    day = latest_day_up(now, language)
    known_from = min((row.first for row in _schedules(state_iso3)), default=date.max)
    while day >= known_from:
        found = conference_day(day, state_iso3)
        if found.is_due:
            return found
        day -= timedelta(days=1)
    return None


def longest_break(year: int, state_iso3: str = "CHN") -> int:
    """So many due days in a row may pass without a conference where not every holiday is recorded.

    Of years of which the seed has rows, the summer recess is always among them: there it is the longest public holiday of the recorded
    years, else the longest break of any kind.
    """
    is_summer_recorded = any(row.first.year == year for row in _recesses(state_iso3))
    lengths = [
        sum(day.reason == "recess" for day in conference_days(row.first, row.last, state_iso3))
        for row in _recesses(state_iso3)
        if not (is_summer_recorded and row.name.startswith("Summer recess"))
    ]
    return max(lengths, default=0)


@cache
def _schedules(state_iso3: str) -> list[_Schedule]:
    rows = vocabulary("conference_schedule").filter(state_iso3=state_iso3)
    return [
        _Schedule(
            date.fromisoformat(row["from"]),
            date.fromisoformat(row["to"]) if row["to"] else date.max,
            row["iso_weekdays"],
            frozenset(map(int, row["iso_weekdays"].split("|"))),
            row["is_recess_recorded"] == "true",
        )
        for row in rows.iter_rows(named=True)
    ]


@cache
def _recesses(state_iso3: str) -> list[_Span]:
    """Without the rows that record what was no recess: February 2020, held online, and the summer of 2020, without a break."""
    if state_iso3 != "CHN":
        return []
    is_break = ~pl.col("status").str.contains("conferences exist", literal=True) & pl.col("resume").is_not_null()
    return [
        _Span(date.fromisoformat(row["from"]), date.fromisoformat(row["to"]), row["reason"])
        for row in vocabulary("recess").filter(is_break).iter_rows(named=True)
    ]
