"""What the crawler knows before it asks: what the record holds of each address, and what index pages have listed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

import polars as pl

from pipelines.extract.raw_store import read_captures
from pipelines.files import written_aside
from pipelines.settings import Home
from pipelines.urls import canonical_url, page_number

LISTED = pl.Schema({"source_id": pl.String(), "url": pl.String(), "date": pl.Date()})


def page_key(url: str) -> str:
    """What a page is known by: site and the ministry's own number, which survives a move between hosts and folders, else its address."""
    canonical, number = canonical_url(url) or url, page_number(url)
    return f"{urlsplit(canonical).netloc}#{number}" if number else canonical


@dataclass(frozen=True, slots=True)
class State:
    """What an address served when the record last noted something of it.

    Attributes:
        sha256: of the bytes; None when they were not kept.
        is_page: whether these were a page; False for an error.
        http_status: of that answer; None where the record does not tell.
    """

    url: str
    is_page: bool
    sha256: str | None
    http_status: int | None
    fetched_at: datetime | None
    etag: str | None
    last_modified: str | None


class Record:
    """The last state of every address in the raw store's record."""

    def __init__(self) -> None:
        self._states: dict[str, State] = {}
        self._latest: dict[str, datetime | None] = {}
        """Page key -> time of the last fetch of the page, at whichever address."""

    @classmethod
    def read(cls, home: Home) -> Record:
        """Of the captures with an address, in order of their times of fetch.

        Raises:
            DamagedStoreError: the record cannot be read.
        """
        captures = read_captures(home).filter(pl.col("url").is_not_null()).sort("fetched_at", "ingested_at", nulls_last=False)
        columns = ("origin", "url", "outcome", "sha256", "http_status", "fetched_at", "etag", "last_modified")
        record = cls()
        for origin, url, outcome, *facts in captures.select(columns).iter_rows():
            if canonical := canonical_url(url):
                record.note(State(canonical, outcome == "stored", *facts), asked=canonical_url(origin))
        return record

    def note(self, state: State, asked: str | None = None) -> None:
        """Take in what an address serves now; ``asked`` is the address that led there, where it is another."""
        self._states[state.url] = state
        for url in filter(None, (state.url, asked)):
            key = page_key(url)
            times = [time for time in (self._latest.get(key), state.fetched_at) if time]
            self._latest[key] = max(times, default=None)

    def state(self, url: str) -> State | None:
        """Of that very address."""
        return self._states.get(url)

    def knows(self, url: str) -> bool:
        """Whether anything is recorded of the page, at this address or another."""
        return page_key(url) in self._latest

    def last_fetch(self, url: str) -> datetime | None:
        """When the page was last recorded, UTC; None when it is not known or no time is."""
        return self._latest.get(page_key(url))

    def urls(self) -> Iterator[str]:
        """Every address."""
        return iter(self._states)


class Memory:
    """What index pages have listed, with dates, and which indexes were read to their end. Lies in ``crawl/`` of the home.

    It spares requests and keeps what an interrupted crawl had still to fetch. Without it the next crawl reads all index pages.
    """

    def __init__(self, home: Home) -> None:
        self._listed_path, self._complete_path = home.crawl / "listed.parquet", home.crawl / "complete.json"
        self._doubtful_path = home.crawl / "doubtful.json"
        self.dates: dict[str, dict[str, date | None]] = {}
        """Source -> address -> day of the briefing, as its index page tells it."""
        self.complete: set[str] = set()
        """First pages of the indexes that were read to their end."""
        self._doubtful: dict[str, tuple[str, str]] = {}
        try:
            for source_id, url, day in pl.read_parquet(self._listed_path).select(LISTED.names()).iter_rows():
                self.dates.setdefault(source_id, {})[url] = day
            self.complete = set(json.loads(self._complete_path.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError, pl.exceptions.PolarsError):
            self.complete = set()

        with suppress(FileNotFoundError, ValueError, TypeError, AttributeError):
            read = json.loads(self._doubtful_path.read_text(encoding="utf-8"))
            self._doubtful = {str(url): (str(what), str(day)) for url, (what, day) in read.items()}

    def is_believed(self, url: str, what: str, today: date) -> bool:
        """Whether an address served the same broken thing on an earlier day already; else it is remembered from today.

        A server or a proxy in trouble does not break a page at the same byte on two days; a page that really is so, is.

        Args:
            url: public address.
            what: the kind of damage, and the hash of the bytes where these have to be the same.
            today: in UTC.
        """
        before = self._doubtful.get(url)
        if before is None or before[0] != what or before[1] > str(today):
            self._doubtful[url] = (what, str(today))
            return False
        return before[1] < str(today)

    def forget(self, url: str) -> None:
        """The address serves a whole page."""
        self._doubtful.pop(url, None)

    def save(self) -> None:
        """Write it down; the listed pages first, so that no index counts as read whose pages are forgotten.

        Raises:
            OSError: the home cannot be written.
        """
        self._listed_path.parent.mkdir(parents=True, exist_ok=True)
        rows = [(source_id, url, day) for source_id, dates in self.dates.items() for url, day in dates.items()]
        with written_aside(self._listed_path, keep_if_equal=True) as temporary:
            pl.DataFrame(rows, schema=LISTED, orient="row").sort("source_id", "url").write_parquet(temporary)
        with written_aside(self._complete_path, keep_if_equal=True) as temporary:
            temporary.write_text(json.dumps(sorted(self.complete), indent=1), encoding="utf-8")
        with written_aside(self._doubtful_path, keep_if_equal=True) as temporary:
            temporary.write_text(json.dumps(self._doubtful, indent=1, sort_keys=True), encoding="utf-8")
