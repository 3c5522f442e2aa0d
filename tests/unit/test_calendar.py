"""Days on which a conference is due, and when its page should be up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.calendar import BEIJING, conference_day, conference_days, last_due_day, latest_day_up, longest_break


def days(first: str, last: str) -> list[date]:
    return [day.day for day in conference_days(date.fromisoformat(first), date.fromisoformat(last))]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("2018-02-15", "2018-02-21", "Spring Festival"),
        ("2019-02-04", "2019-02-10", "Spring Festival"),
        ("2022-01-31", "2022-02-06", "Spring Festival"),
        ("2024-02-09", "2024-02-18", "Spring Festival"),
        ("2018-08-06", "2018-08-17", "Summer recess"),
        ("2019-08-05", "2019-08-16", "Summer recess"),
        ("2021-08-02", "2021-08-13", "Summer recess"),
        ("2022-08-22", "2022-08-26", "Summer recess (one week)"),
        ("2026-08-03", "2026-08-14", "Summer recess; 'Remarks' pages on 8 days"),
    ],
)
def test_no_conference_is_due_in_recess_and_one_is_on_the_working_days_around_it(first: str, last: str, name: str) -> None:
    for day in days(first, last):
        known = conference_day(day)
        assert (known.reason, known.recess) == (("weekend", None) if day.isoweekday() > 5 else ("recess", name)), day
    before, after = date.fromisoformat(first) - timedelta(days=1), date.fromisoformat(last) + timedelta(days=1)
    while before.isoweekday() > 5:
        before -= timedelta(days=1)
    while after.isoweekday() > 5:
        after += timedelta(days=1)
    assert conference_day(before).is_due
    assert conference_day(after).is_due


def test_what_was_recorded_as_no_recess_is_none() -> None:
    """February 2020 was held online; the summer of 2020 went without a break."""
    assert all(conference_day(day).is_due for day in days("2020-02-03", "2020-02-21") if day.isoweekday() <= 5)
    assert all(conference_day(day).is_due for day in days("2020-08-03", "2020-08-31") if day.isoweekday() <= 5)


def test_conferences_were_on_tuesdays_and_thursdays_once() -> None:
    week = [conference_day(day).reason for day in days("2007-06-04", "2007-06-10")]
    other = "no weekday of conferences"
    assert week == [other, "due", other, "due", other, "weekend", "weekend"]


def test_the_calendar_says_where_holidays_are_not_recorded() -> None:
    assert str(conference_day(date(2024, 5, 6))) == "due"
    assert str(conference_day(date(2026, 5, 6))) == "due, unless it is a public holiday"
    assert str(conference_day(date(2024, 2, 12))) == "recess: Spring Festival"
    assert str(conference_day(date(1990, 1, 1))) == "no schedule known"


def test_the_calendar_of_another_ministry_has_no_recess_of_this_one() -> None:
    assert conference_day(date(2024, 2, 12), "XMD").is_due
    assert not conference_day(date(2024, 2, 12), "CHN").is_due


@pytest.mark.parametrize(
    ("now", "language", "day"),
    [
        ("2024-03-19T01:30", "zh", "2024-03-18"),  # the night after a Monday
        ("2024-03-19T01:30", "en", "2024-03-17"),
        ("2024-03-20T00:00", "en", "2024-03-18"),
        ("2024-03-18T23:59", "zh", "2024-03-17"),
        ("2024-03-19T01:30", "", "2024-03-17"),  # a language that is not known: the longer time
    ],
)
def test_chinese_pages_are_up_at_midnight_english_ones_a_day_later(now: str, language: str, day: str) -> None:
    assert latest_day_up(at(now), language).isoformat() == day


def test_the_day_is_that_of_beijing() -> None:
    assert latest_day_up(datetime(2024, 3, 18, 15, 59, tzinfo=UTC), "zh") == date(2024, 3, 17)
    assert latest_day_up(datetime(2024, 3, 18, 16, 0, tzinfo=UTC), "zh") == date(2024, 3, 18)


@pytest.mark.parametrize(
    ("now", "zh", "en"),
    [
        ("2024-03-18T01:30", "2024-03-15", "2024-03-15"),  # the night after a Sunday
        ("2024-03-19T01:30", "2024-03-18", "2024-03-15"),
        ("2024-02-19T01:30", "2024-02-08", "2024-02-08"),  # the last night of the Spring Festival
        ("2024-02-20T01:30", "2024-02-19", "2024-02-08"),
        ("2023-08-14T12:00", "2023-07-28", "2023-07-28"),  # the summer recess ends
        ("2023-08-16T01:30", "2023-08-15", "2023-08-14"),
    ],
)
def test_the_last_due_day_looks_back_over_weekends_and_recess(now: str, zh: str, en: str) -> None:
    found = [last_due_day(at(now), language) for language in ("zh", "en")]
    assert [str(day.day) for day in found if day] == [zh, en]


def test_there_is_no_last_due_day_before_the_first_schedule() -> None:
    assert last_due_day(at("1994-06-01T00:00"), "zh") is None
    assert last_due_day(at("2024-06-01T00:00"), "zh", "ATL") is None


def test_the_longest_break_is_a_public_holiday_where_the_summer_is_recorded() -> None:
    """Six working days: Spring Festival 2018 had five, National Day 2023 six. The summer recess has ten."""
    assert longest_break(2026) == 6
    assert longest_break(2031) == 10
    assert longest_break(2026, "XMD") == 0
