"""Whose pages are written: the invented ministry of the fixtures, or pages that read like those of China's ministry.

Only the frame of the second is real: title, address and the spokespersons of the seed, so that its sources, calendar and terms are exercised. Every
such page says in a comment that it was invented for a benchmark.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from pipelines.calendar import conference_days
from pipelines.vocabularies import vocabulary

LABELS_FROM = date(2020, 3, 24)
"""The day from which the ministry publishes who asks."""

LAST_DAY = date(2099, 12, 31)
"""Titles have years of the 20th and 21st century only."""

REMARKS_EVERY = 4
"""Every so many-th page of a language is remarks with one exchange: 80,000 exchanges in 12,000 pages are 6.7 a page, a conference has 9."""


@dataclass(frozen=True)
class Spokesperson:
    """Name in both languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Ministry:
    """A ministry whose pages can be written.

    Attributes:
        name: what ``--sources`` calls it, and its ``source_id`` in the seed of spokespersons.
        since: day before which no briefing is written.
    """

    name: str
    state_iso3: str
    site: str
    title_en: str
    title_zh: str
    home_en: str
    home_zh: str
    side_en: str
    side_zh: str
    source_ids: dict[str, str] = field(hash=False)
    since: date = date(2002, 1, 1)

    def occasion(self, number: int, since: date) -> tuple[date, bool]:
        """Day of the ``number``-th briefing from a day on, and whether it is a press conference; remarks follow the conference of the same day.

        Raises:
            IndexError: the calendar ends before.
        """
        is_conference = number % REMARKS_EVERY < REMARKS_EVERY - 1
        n_before = number - number // REMARKS_EVERY
        return _due_days(self.state_iso3, max(since, self.since))[n_before if is_conference else n_before - 1], is_conference

    def spokesperson(self, day: date, seed: int) -> Spokesperson:
        """Who speaks on a day: one of those in office, for a week."""
        in_office = [person for first, last, person in _terms(self.name) if first <= day <= last]
        monday = day - timedelta(days=day.weekday())
        return in_office[zlib.crc32(f"{seed}|{monday}".encode()) % len(in_office)]

    def names_outlets(self, day: date) -> bool:
        """Whether pages of that day say who asks."""
        return day >= LABELS_FROM


@cache
def _due_days(state_iso3: str, since: date) -> list[date]:
    return [found.day for found in conference_days(since, LAST_DAY, state_iso3) if found.is_due]


@cache
def _terms(source_id: str) -> list[tuple[date, date, Spokesperson]]:
    """Terms as (first day, last day, who); what is known by the year or month is taken to its end."""
    rows = vocabulary("spokespersons").filter(source_id=source_id).select("from", "to", "name", "zh_name").iter_rows()
    return [(_first(begin), _last(end), Spokesperson(name, zh_name)) for begin, end, name, zh_name in rows]


def _first(text: str) -> date:
    return date.fromisoformat(text + "-01-01"[len(text) - 4 :])


def _last(text: str | None) -> date:
    if text is None:
        return date.max
    if len(text) == len("2024"):
        return date(int(text), 12, 31)
    if len(text) == len("2024-05"):
        return (date.fromisoformat(f"{text}-28") + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return date.fromisoformat(text)


MINISTRIES = {
    "sample": Ministry(
        "sample", "XMD", "https://www.mfa.meridia.example", "Meridian Foreign Ministry", "美里迪亚外交部", "Meridia", "美里迪亚", "the Meridian side",
        "里方", {"en": "sample", "zh": "sample"}, date(2004, 1, 1),
    ),
    "mfa": Ministry(
        "mfa", "CHN", "https://www.fmprc.gov.cn", "Foreign Ministry", "外交部", "China", "中国", "the Chinese side", "中方",
        {"en": "mfa-en", "zh": "mfa-zh"},
    ),
}  # fmt: skip
"""What ``--sources`` names -> the ministry."""
