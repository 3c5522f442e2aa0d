"""Dates in titles, stamps and prose. All sentences are invented."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parse.dates import find_dates, find_stamp, full_dates, without_dates, year_near


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("on December 2, 2015", [(2015, 12, 2)]),
        ("on June11, 2018", [(2018, 6, 11)]),
        ("on April 6,2004", [(2004, 4, 6)]),
        ("on April 22 , 2003", [(2003, 4, 22)]),
        ("on April 27 2004", [(2004, 4, 27)]),
        ("on 8 January 2004", [(2004, 1, 8)]),
        ("on 15 January, 2004", [(2004, 1, 15)]),
        ("on 18th March", [(None, 3, 18)]),
        ("on the 3rd of May 2005", [(2005, 5, 3)]),
        ("on Sept. 5, 2006", [(2006, 9, 5)]),
        ("on 25 September 2003/09/25", [(2003, 9, 25)]),
        ("from March 19 to 25, 2004, and on 20 -21 April", [(2004, 3, 19), (None, 4, 20)]),
        ("2021年3月2日 and 8月9日", [(2021, 3, 2), (None, 8, 9)]),
        ("2020-09-29 21:26", [(2020, 9, 29)]),
        ("2020/9/29", [(2020, 9, 29)]),
        ("February 30, 2020", []),
        ("version 2.2020-09", []),
        ("at 10:30 in May", []),
        ("the May 2004 talks", []),
        ("page 12 of March", [(None, 3, 12)]),
        ("resolution 1701 and 2375", []),
    ],
)
def test_dates_as_they_are_written(text: str, found: list[tuple[int | None, int, int]]) -> None:
    assert find_dates(text) == found


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2020-09-29 21:26", datetime(2020, 9, 29, 21, 26)),
        ("Updated: October 17, 2024 19:24", datetime(2024, 10, 17, 19, 24)),
        ("2018年05月11日 19:00", datetime(2018, 5, 11, 19, 0)),
        ("Updated: Sep 30, 2019 Print", datetime(2019, 9, 30)),
        ("2006-09-15 00:00 |", datetime(2006, 9, 15)),
        ("March 3", None),
        ("", None),
    ],
)
def test_stamps(text: str, stamp: datetime | None) -> None:
    assert find_stamp(text) == stamp


def test_the_year_is_the_one_that_brings_the_day_nearest() -> None:
    assert year_near(12, 30, [date(2005, 1, 3)]) == 2004
    assert year_near(3, 18, [date(1997, 7, 1), date(2004, 4, 2)]) == 2004
    assert year_near(3, 18, [date(2004, 9, 1)]) is None
    assert year_near(2, 29, [date(2005, 3, 1)]) is None
    assert year_near(3, 18, []) is None


def test_full_dates_are_those_with_a_year() -> None:
    text = "Talks begin on May 3. " + "The cable was laid on 4 June 1999, the pier between April 19 and 25, 2004. " * 2
    assert set(full_dates(text)) == {date(1999, 6, 4), date(2004, 4, 19)}


def test_without_dates() -> None:
    assert without_dates("Updated: October 17, 2024 19:24") == "Updated:  19:24"


@given(
    st.dates(min_value=date(1950, 1, 1), max_value=date(2049, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%B %d, %Y", "%d %B %Y", "%b %d, %Y", "%Y年%m月%d日"]),
)
def test_every_day_is_read_back(day: date, form: str) -> None:
    text = f"held on {day.strftime(form)}."
    assert find_dates(text) == [(day.year, day.month, day.day)]
    assert full_dates(text) == [day]


@given(st.text(max_size=300))
def test_any_text_is_read_without_error(text: str) -> None:
    assert all(date(year or 2000, month, day) for year, month, day in find_dates(text))
    find_stamp(text)
