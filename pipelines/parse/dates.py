"""Dates as titles, time stamps and prose write them, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_MONTH = "(?i:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
_DAY = r"\d{1,2}"
_TH = r"\s?(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d{2}"
_RANGE = rf"(?:\s*(?:-|–|—|&|and|to)\s*{_DAY}{_TH})?"
"""A visit "from March 19 to 25, 2004" names its year at the end only."""

_DATE = re.compile(
    rf"(?<![\d.])(?P<y1>{_YEAR})(?P<sign>[-/.])(?P<m1>\d{{1,2}})(?P=sign)(?P<d1>\d{{1,2}})(?!\d)"
    rf"|(?:(?P<y2>{_YEAR})\s*年\s*)?(?P<m2>\d{{1,2}})\s*月\s*(?P<d2>\d{{1,2}})\s*日"
    rf"|\b(?P<m3>{_MONTH})\.?\s*(?P<d3>{_DAY}){_TH}(?!\d|:\d\d){_RANGE}(?:\s*,?\s*(?P<y3>{_YEAR})(?!\d))?"
    rf"|(?<![\d.,:])(?P<d4>{_DAY}){_TH}{_RANGE}\s*(?:of\s+)?(?P<m4>{_MONTH})\b\.?(?:\s*,?\s*(?P<y4>{_YEAR})(?!\d))?"
)
_YEAR_ANYWHERE = re.compile(_YEAR)
LONGEST_DATE = 44
"""Characters within which a date stands around its year: "28th of September to 30th of September, 2004" has 44."""

_CLOCK = re.compile(r"(?<!\d)(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?!\d)")


def _dates(text: str) -> Iterator[tuple[int | None, int, int, int]]:
    """Year (None where it is not written), month, day and end of every date in a text."""
    for match in _DATE.finditer(text):
        form = next(n for n in "1234" if match["d" + n])
        month_text = match["m" + form]
        month = int(month_text) if month_text.isdigit() else MONTHS[month_text.lower()]
        day = int(match["d" + form])
        year = int(match["y" + form]) if match["y" + form] else None
        try:
            date(year or 2000, month, day)
        except ValueError:
            continue
        yield year, month, day, match.end()


def find_dates(text: str) -> list[tuple[int | None, int, int]]:
    """All (year, month, day) written in a text, in order; year is None where it is not written."""
    return [(year, month, day) for year, month, day, _ in _dates(text)]


def full_dates(text: str) -> list[date]:
    """All dates of a long text that are written with their year; much faster than ``find_dates`` on prose."""
    found: list[date] = []
    for match in _YEAR_ANYWHERE.finditer(text):
        around = text[max(0, match.start() - LONGEST_DATE) : match.end() + LONGEST_DATE]
        found.extend(date(year, month, day) for year, month, day in find_dates(around) if year)
    return found


def without_dates(text: str) -> str:
    """A text with its dates cut out."""
    return _DATE.sub("", text)


def find_stamp(text: str) -> datetime | None:
    """The first full date in a text, with the clock time that follows it, if any.

    ``2020-09-29 21:26``, ``October 17, 2024 19:24``, ``2018年05月11日 19:00``. Without a clock time it is midnight.
    """
    for year, month, day, end in _dates(text) if _YEAR_ANYWHERE.search(text) else ():
        if year is not None:
            clock = _CLOCK.search(text, end)
            hour, minute = (int(clock["hour"]), int(clock["minute"])) if clock else (0, 0)
            return datetime(year, month, day, hour, minute)
    return None


def year_near(month: int, day: int, full_dates: list[date], days: int = 60) -> int | None:
    """The year that puts (month, day) closest to one of the full dates, None when none comes within ``days``.

    A briefing talks about visits and events of the weeks around it, while "July 1, 1997" lies years away.
    """
    best: tuple[int, int] | None = None
    for other in full_dates:
        for year in (other.year - 1, other.year, other.year + 1):
            try:
                distance = abs((date(year, month, day) - other).days)
            except ValueError:
                continue
            if distance <= days and (best is None or (distance, year) < best):
                best = (distance, year)
    return best[1] if best else None
