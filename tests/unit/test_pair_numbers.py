"""Figures and dates of both languages have one value, and weigh as much as a translation must repeat them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.pair.numbers import Figure, Weight, figures, shown


def only(text: str, language: str) -> Figure:
    """The figure of a text that has one."""
    (figure,) = figures(text, language)
    return figure


@pytest.mark.parametrize(
    ("english", "chinese", "value"),
    [
        ("3,000 lanterns", "3000盏灯笼", 3000),
        ("three thousand lanterns", "三千盏灯笼", 3000),
        ("30,000 lanterns", "3万盏灯笼", 30_000),
        ("1.5 billion crowns", "15亿克朗", 1.5e9),
        ("3.5 trillion crowns", "3.5万亿克朗", 3.5e12),
        ("150 million crowns", "1亿5000万克朗", 1.5e8),
        ("more than 3 million visitors", "300多万名游客", 3e6),
        ("two hundred and fifty boats", "二百五十艘船", 250),
        ("a hundred and five boats", "一百零五艘船", 105),
        ("twenty-one sailors", "二十一名水手", 21),
        ("the 78th place", "第78位", 78),
        ("20 percent of the catch", "20％的渔获", 20),
        ("20 per cent of the catch", "百分之二十的渔获", 20),
        ("2.5% of the catch", "百分之二点五的渔获", 2.5),
    ],
)
def test_one_value_in_both_languages(english: str, chinese: str, value: float) -> None:
    assert (only(english, "en").value, only(chinese, "zh").value) == (value, value)
    assert only(english, "en").weight == only(chinese, "zh").weight == Weight.FIRM


@pytest.mark.parametrize(
    ("english", "chinese", "dates"),
    [
        ("on March 4, 2019", "2019年3月4日", [(2019, "year"), (304, "date")]),
        ("from 2 to 5 September", "9月2日至5日", [(902, "date"), (905, "date")]),
        ("March 2, 3 and 4", "3月2日、3日和4日", [(302, "date"), (303, "date"), (304, "date")]),
        ("yesterday", "昨天", [(-1, "day_offset")]),
        ("next year", "明年", [(1, "year_offset")]),
        ("last month", "上个月", [(-1, "month_offset")]),
        ("on Wednesday", "周三", [(2, "weekday")]),
        ("in May 2021", "2021年5月", [(5, "month"), (2021, "year")]),
        ("in the 1990s", "上世纪90年代", [(1990, "number")]),
    ],
)
def test_dates_of_both_languages(english: str, chinese: str, dates: list[tuple[int, str]]) -> None:
    for text, language in ((english, "en"), (chinese, "zh")):
        assert sorted((figure.value, figure.kind) for figure in figures(text, language)) == sorted(dates), text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("both sides and a third country", "en"),
        ("COVID-19, G20, 5G, 2019-nCoV, F-35", "en"),
        ("call 0066-820367651", "en"),
        ("the early 21st century", "en"),
        ("1. The harbour.", "en"),
        ("“一带一路”倡议与两国关系进一步发展", "zh"),
        ("红十字会千方百计救援百姓", "zh"),
        ("21世纪的双边合作", "zh"),
        ("5G和G20", "zh"),
        ("10+3合作", "zh"),
    ],
)
def test_names_and_idioms_weigh_nothing(text: str, language: str) -> None:
    assert {figure.weight for figure in figures(text, language)} <= {Weight.LOOSE}


def test_a_number_after_a_date_is_no_second_day() -> None:
    assert [(f.value, f.kind) for f in figures("As of July 10, 75 sailors and, on July 11, 30 more", "en")] == [
        (710, "date"), (75, "number"), (711, "date"), (30, "number"),
    ]  # fmt: skip


def test_units_are_shown_and_converted() -> None:
    miles, kilometres = only("3.5 miles away", "en"), only("3.5公里处", "zh")
    assert miles.unit == kilometres.unit == "km"
    assert miles.value == pytest.approx(5.63, abs=0.01)
    assert (shown("3.5 miles away", miles, "en"), shown("3.5公里处", kilometres, "zh")) == ("3.5 miles", "3.5公里")


@given(
    st.text(alphabet="0123456789.,%- 年月日号第万亿千百十一二三两成点时分之零至、MayrchJuly,and", max_size=40),
    st.sampled_from(["en", "zh"]),
)
def test_any_text_is_read_and_offsets_lie_in_it(text: str, language: str) -> None:
    for figure in figures(text, language):
        assert 0 <= figure.start < figure.end <= len(text)
