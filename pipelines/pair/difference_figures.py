"""When a figure or date of one language may be the same as one of the other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from pipelines.pair.numbers import Figure, Weight

NEAREST_DAYS = 8
"""A weekday, or a day without its month, is one of the days within a week around the briefing."""

Reading = tuple[str, float]
"""``("date", 304)``, ``("number", 3000)``."""


class Readings(NamedTuple):
    """What a figure says, and what else it may be called: "March 4" is a Monday, a 4th and a day of March."""

    own: frozenset[Reading]
    also: frozenset[Reading]


def readings(figure: Figure, day: date) -> Readings:
    """Everything that a figure may stand for.

    Args:
        figure: of either language.
        day: of the briefing, from which "yesterday" and "last year" count.
    """
    value = _plain(figure.value)
    match figure.kind:
        case "date":
            month, of_month = divmod(int(value), 100)
            weekdays = {("weekday", float(weekday)) for weekday in _weekdays(month, of_month, day)}
            return _readings({("date", value)}, {("day", float(of_month)), ("month", float(month))} | weekdays)
        case "day_offset":
            meant = day + timedelta(days=value)
            return _readings({("date", _as_date(meant))}, {("day", float(meant.day)), ("weekday", float(meant.weekday()))})
        case "weekday":
            return _readings({("weekday", value)}, {("date", _as_date(near)) for near in _near(day) if near.weekday() == value})
        case "day":
            near_days = {("weekday", float(near.weekday())) for near in _near(day) if near.day == value}
            return _readings({("day", value)}, {("number", value)} | near_days)
        case "year" | "year_offset":
            year = value if figure.kind == "year" else day.year + value
            return _readings({("year", float(year))}, {("number", float(year)), ("short_year", year % 100.0)})
        case "month" | "month_offset":
            number = float(value if figure.kind == "month" else (day.month - 1 + value) % 12 + 1)
            return _readings({("month", number)}, {("number", number)})
        case "percent":
            return _readings({("percent", value)}, {("number", value)})
        case "fraction":
            return _readings({("percent", value)}, {("number", _plain(value / 100))})
        case "hour":
            return _readings({("number", value)}, {("number", value % 12), ("number", value % 12 + 12)})
    own, also = {("number", value)}, {("percent", value)}
    if value == 0.5:
        own.add(("percent", 50.0))
    if value == int(value) and 1 <= value <= 31:
        also.add(("day", value))
    if 1800 <= value < 2100:
        also.add(("year", value))
    if figure.weight == Weight.LOOSE and 10 <= value < 100:
        own.add(("short_year", value))
    if figure.unit in _SMALLER_UNITS:
        own.add(("number", _SMALLER_UNITS[figure.unit] * value))
    return _readings(own, also)


_SMALLER_UNITS = {"week": 7, "decade": 10}
"""Two weeks are 14 days, four decades 40 years."""


def _readings(own: Iterable[Reading], also: Iterable[Reading]) -> Readings:
    return Readings(frozenset(own), frozenset(also))


def _plain(value: float) -> float:
    """Without the noise of multiplications: 133.3 times 1e8 is 13.33 times 1e9."""
    return float(f"{value:.9g}")


def _as_date(day: date) -> float:
    return float(day.month * 100 + day.day)


def _near(day: date) -> list[date]:
    return [day + timedelta(days=n) for n in range(-NEAREST_DAYS, NEAREST_DAYS + 1)]


def _weekdays(month: int, of_month: int, day: date) -> Iterable[int]:
    for year in (day.year - 1, day.year, day.year + 1):
        try:
            other = date(year, month, of_month)
        except ValueError:
            continue
        if abs((other - day).days) <= NEAREST_DAYS:
            yield other.weekday()


ROUNDING, ROUNDED_FROM = 0.03, 10_000
"""Large figures of two or more digits agree when the one is the other, rounded: 1.39 and 1.4 billion."""


def agree(one: Readings, other: Readings) -> bool:
    """Whether two figures may be the same."""
    if one.own & (other.own | other.also) or one.also & other.own:
        return True
    return any(
        kind == kind2 and kind in {"number", "percent"} and value >= ROUNDED_FROM and _is_rounded(value, value2)
        for kind, value in one.own
        for kind2, value2 in other.own
    )


def _is_rounded(one: float, other: float) -> bool:
    """13.9 and 14: the one is the other with fewer digits, two at least."""
    if abs(one - other) > ROUNDING * max(one, other):
        return False
    few, many = sorted((one, other), key=_n_digits)
    digits = _n_digits(few)
    return 2 <= digits < _n_digits(many) and float(f"{many:.{digits - 1}e}") == few


def _n_digits(value: float) -> int:
    """Digits that a number is given with: 2 for 1,400."""
    return len(f"{value:.9g}".split("e")[0].replace(".", "").strip("0")) or 1
