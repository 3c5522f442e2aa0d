"""Dates as titles, time stamps and prose write them, in English and Chinese."""

from __future__ import annotations

import re
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

_MONTH = r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"
_DAY = r"(?P<day>\d{1,2})\s?(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_MONTH_DAY = re.compile(rf"\b{_MONTH}\s*{_DAY}\b(?:\s*,?\s*{_YEAR}\b)?", re.IGNORECASE)
_DAY_MONTH = re.compile(rf"\b{_DAY}\s*(?:of\s+)?{_MONTH}\b(?:\s*,?\s*{_YEAR}\b)?", re.IGNORECASE)
_CHINESE = re.compile(r"(?:(?P<year>(?:19|20)\d{2})\s*年\s*)?(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日")
_NUMERIC = re.compile(r"\b(?P<year>(?:19|20)\d{2})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})\b")
_CLOCK = re.compile(r"\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)\b")


def _parts(match: re.Match[str]) -> tuple[int | None, int, int] | None:
    month_text = match["month"]
    month = int(month_text) if month_text.isdigit() else MONTHS[month_text.lower()]
    day = int(match["day"])
    year = int(match["year"]) if match["year"] else None
    try:
        date(year or 2000, month, day)
    except ValueError:
        return None
    return year, month, day


def find_dates(text: str) -> list[tuple[int | None, int, int]]:
    """All (year, month, day) written in a text, in order; year is None where it is not written."""
    found: list[tuple[int, int, tuple[int | None, int, int]]] = []
    for pattern in (_NUMERIC, _CHINESE, _MONTH_DAY, _DAY_MONTH):
        for match in pattern.finditer(text):
            parts = _parts(match)
            if parts and not any(start < match.end() and match.start() < end for start, end, _ in found):
                found.append((match.start(), match.end(), parts))
    return [parts for _, _, parts in sorted(found, key=lambda item: item[0])]


def find_stamp(text: str) -> datetime | None:
    """The first full date in a text, with the clock time that follows it, if any.

    ``2020-09-29 21:26``, ``October 17, 2024 19:24``, ``2018年05月11日 19:00``. Without a clock time it is midnight.
    """
    for pattern in (_NUMERIC, _CHINESE, _MONTH_DAY, _DAY_MONTH):
        for match in pattern.finditer(text):
            parts = _parts(match)
            if not parts or parts[0] is None:
                continue
            clock = _CLOCK.search(text, match.end())
            hour, minute = (int(clock["hour"]), int(clock["minute"])) if clock else (0, 0)
            return datetime(parts[0], parts[1], parts[2], hour, minute)
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
