"""When figures of two languages may be the same."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.pair.difference_figures import agree, readings
from pipelines.pair.numbers import figures

TUESDAY = date(2024, 3, 5)


def same(english: str, chinese: str) -> bool:
    """Whether the only figures of two texts agree."""
    (one,), (other,) = figures(english, "en"), figures(chinese, "zh")
    assert agree(readings(one, TUESDAY), readings(other, TUESDAY)) == agree(readings(other, TUESDAY), readings(one, TUESDAY))
    return agree(readings(one, TUESDAY), readings(other, TUESDAY))


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("yesterday", "3月4日"), ("on March 4", "4日"), ("on Monday", "3月4日"), ("on Monday", "4日"), ("in 2023", "去年"),
        ("in March", "本月"), ("two weeks", "14天"), ("for decades", "10年"), ("half", "50%"), ("two-thirds", "三分之二"),
        ("1.39 billion", "14亿"), ("8 p.m.", "20时"), ("three quarters", "75%"),
    ],
)  # fmt: skip
def test_two_ways_to_say_one_thing(english: str, chinese: str) -> None:
    assert same(english, chinese)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("on March 4", "3月5日"), ("yesterday", "3月5日"), ("on Monday", "3月5日"), ("in 2023", "今年"), ("3.5 miles", "3.5公里"),
        ("1.3 billion", "14亿"), ("123", "120"), ("20 percent", "百分之二十五"), ("60", "90"), ("in March", "4月"), ("1,394", "1,391"),
    ],
)  # fmt: skip
def test_two_things(english: str, chinese: str) -> None:
    assert not same(english, chinese)


def test_the_last_digits_of_a_year_name_it() -> None:
    (year,) = figures("the accord of 1992", "en")
    assert any(agree(readings(year, TUESDAY), readings(other, TUESDAY)) for other in figures("九二协议", "zh"))
