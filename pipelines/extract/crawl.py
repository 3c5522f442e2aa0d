"""From a source's index pages to the raw store: what is new, and what is recent enough to have been edited.

Which indexes a source has, and which links on them are pages, are rows of the seed ``source_indexes``; a ministry is added
there, not here. A page enters the record only when its address serves something else than the record says: the raw store,
with the validators that the server gave, is the cache.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from pipelines.errors import BriefingsError
from pipelines.extract.crawl_memory import Memory, Record, State, page_key
from pipelines.extract.fetch import Answer, BrokenPageError, Fetcher, FetchError, Limits, Site, SiteDownError
from pipelines.extract.raw_store import Capture, DamagedStoreError, append_captures, read_object, store_bytes
from pipelines.extract.screening import GONE_STATUS, PASSING_TROUBLE, media_type, screen
from pipelines.extract.sources import crawlable_sources
from pipelines.identifiers import digest_bytes
from pipelines.locking import WAIT_SECONDS, crawling, writing
from pipelines.parse.index_page import listed_links
from pipelines.parse.readers import read_page
from pipelines.progress import Progress, SilentProgress
from pipelines.settings import REREAD_DAYS, Home
from pipelines.vocabularies import vocabulary

SEGMENT_CAPTURES = 20
SEGMENT_SECONDS = 60.0
"""Captures are recorded after so many, or so long; a kill loses the record of no more, and the next crawl fetches them again."""

INDEX_PAGES = 2_000
"""No index has more pages than that; one that seems to have has no end."""

INDEX_ROUNDS = 3
"""How often an index is read that changes while it is read."""


class UnknownSourceError(BriefingsError):
    """No index page is known for a source. The message names those for which one is."""


@dataclass
class SourceReport:
    """What became of a source.

    Attributes:
        n_index_pages: index pages that were read.
        n_listed: pages that they and earlier index pages list.
        n_new: pages stored for the first time.
        n_changed: known pages that serve other bytes than before, at a new address, or again.
        n_unchanged: known pages that were asked for and had not changed.
        n_gone: pages that the site says are not there (any more).
        n_saved: known pages that were not asked for.
        to_fetch: pages to ask for, in a dry run.
        failures: (address, message) of what could not be had; the next crawl tries again.
        notes: what a person should know; nothing failed.
    """

    source_id: str
    n_index_pages: int = 0
    n_listed: int = 0
    n_new: int = 0
    n_changed: int = 0
    n_unchanged: int = 0
    n_gone: int = 0
    n_saved: int = 0
    to_fetch: list[str] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class CrawlReport:
    """What a crawl did.

    Attributes:
        n_requests: requests sent, robots.txt, redirects and tries included.
        retries: reason -> number of tries that had to be made again.
    """

    sources: list[SourceReport] = field(default_factory=list)
    n_requests: int = 0
    retries: Counter[str] = field(default_factory=Counter)

    @property
    def n_requests_saved(self) -> int:
        """Known pages that were not asked for."""
        return sum(source.n_saved for source in self.sources)

    @property
    def n_retries(self) -> int:
        """Tries that had to be made again."""
        return self.retries.total()

    @property
    def failures(self) -> list[tuple[str, str]]:
        """Those of all sources."""
        return [failure for source in self.sources for failure in source.failures]


@dataclass(frozen=True)
class _Index:
    """A row of the seed ``source_indexes``."""

    source_id: str
    series: str
    first_url: str
    next_name: str
    link_pattern: str
    page_count_pattern: str | None
    is_required: bool
    in_use_until: str | None


def crawl(
    home: Home,
    sources: Sequence[str] = (),
    *,
    since: date | None = None,
    base_url: str | None = None,
    full: bool = False,
    reread_days: int = REREAD_DAYS,
    dry_run: bool = False,
    limits: Limits | None = None,
    progress: Progress | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> CrawlReport:
    """Store new pages of some sources, and what has changed on recent ones.

    Args:
        home: where the raw store lies; created when missing.
        sources: ids; none for all that are crawled by default.
        since: day of the oldest briefings that are wanted; None for all that the indexes list.
        base_url: a mirror that serves the sources' paths; addresses are recorded as the public ones all the same.
        full: read every index page, and ask for every known page again.
        reread_days: briefings of so many days are asked for again.
        dry_run: read index pages, but store nothing and fetch no page.
        limits: how patient and considerate to be.
        progress: told of every page.
        wait_seconds: how long to wait for another crawl, or for a run that writes.

    Returns:
        What was done, and what could not be had.

    Raises:
        UnknownSourceError: no index page is known for one of the sources.
        HomeBusyError: another crawl did not end in time.
        OSError: the home cannot be written. What was recorded before stays valid; the next crawl goes on from there.
    """
    progress = progress or SilentProgress()
    indexes = _indexes_of(sources or crawlable_sources(by_default_only=True))
    report = CrawlReport([SourceReport(source_id) for source_id in indexes])
    with ExitStack() as stack:
        if not dry_run:
            stack.enter_context(crawling(home, progress, wait_seconds))
        run = _Crawl(home, since, full, datetime.now(UTC).date() - timedelta(days=reread_days), dry_run, progress, wait_seconds)
        fetchers: dict[tuple[str, ...], Fetcher] = {}
        down: set[tuple[str, ...]] = set()
        try:
            for source in report.sources:
                hosts = _hosts(source.source_id)
                if hosts not in fetchers:
                    fetchers[hosts] = stack.enter_context(Fetcher(Site(hosts, base_url), limits, note=progress.note))
                if hosts in down:
                    source.failures.append((indexes[source.source_id][0].first_url, "The site is down; nothing was asked of it."))
                    continue
                try:
                    run.read(source, indexes, Site(hosts, base_url), fetchers[hosts])
                except SiteDownError as error:
                    down.add(hosts)
                    source.failures.append((f"https://{hosts[0]}/", str(error)))
        finally:
            run.close()
            for fetcher in fetchers.values():
                report.n_requests += fetcher.n_requests
                report.retries.update(fetcher.retries)
    return report


def _indexes_of(sources: Sequence[str]) -> dict[str, list[_Index]]:
    rows = vocabulary("source_indexes")
    found: dict[str, list[_Index]] = {source_id: [] for source_id in dict.fromkeys(sources)}
    for row in rows.iter_rows(named=True):
        if row["source_id"] in found:
            facts: dict[str, Any] = {name: row[name] for name in _Index.__dataclass_fields__}
            found[row["source_id"]].append(_Index(**facts | {"is_required": row["is_required"] == "true"}))
    for source_id, indexes in found.items():
        if not indexes:
            known = ", ".join(crawlable_sources())
            raise UnknownSourceError(f"No index page is known for the source {source_id!r}. Known sources: {known} (seed source_indexes).")
    return found


def _hosts(source_id: str) -> tuple[str, ...]:
    [cell] = vocabulary("sources").filter(source_id=source_id)["hosts"]
    return tuple(cell.lower().split("|"))


class _Crawl:
    """A crawl under way: what is known, what is to be recorded."""

    def __init__(
        self, home: Home, since: date | None, full: bool, recent_from: date, dry_run: bool, progress: Progress, wait_seconds: float
    ) -> None:
        self._home, self._since, self._full, self._recent_from = home, since, full, recent_from
        self._dry_run, self._progress, self._wait_seconds = dry_run, progress, wait_seconds
        self._record, self._memory = Record.read(home), Memory(home)
        self._waiting: list[Capture] = []
        self._flushed_at = time.monotonic()
        self._listed_now: set[str] = set()
        self._has_clock_note = False

    def read(self, source: SourceReport, indexes: dict[str, list[_Index]], site: Site, fetcher: Fetcher) -> None:
        """Index pages, then pages.

        Raises:
            SiteDownError: the site cannot be read now; what was read before it is kept.
        """
        self._read_indexes(source, indexes[source.source_id], site, fetcher)
        if not self._dry_run:
            self._memory.save()
        dates = self._memory.dates.setdefault(source.source_id, {})
        todo = self._to_ask(source, dates, indexes[source.source_id], site)
        if self._dry_run:
            source.to_fetch = todo
            return
        self._progress.stage(f"{source.source_id}: pages", len(todo))
        for url in todo:
            self._fetch(source, url, site, fetcher, indexes)
            self._progress.advance()

    # --- index pages ---------------------------------------------------------------------------------------------------

    def _read_indexes(self, source: SourceReport, indexes: list[_Index], site: Site, fetcher: Fetcher) -> None:
        """Each series at its present address, and at former ones as far as those are still there and reach further back."""
        for series in dict.fromkeys(index.series for index in indexes):
            forms = [index for index in indexes if index.series == series]
            missing: list[str] = []
            has_answered = False
            for form in forms:
                try:
                    is_enough = self._read_index(source, form, site, fetcher)
                except SiteDownError:
                    raise
                except _MissingIndexError as error:
                    missing.append(str(error))
                    continue
                except FetchError as error:
                    if has_answered and form.in_use_until:  # a former address leads anywhere, once the list has moved
                        source.notes.append(f"A former address of the list is of no use any more. {error}")
                        continue
                    source.failures.append((form.first_url, str(error)))
                    break
                has_answered = True
                if is_enough:
                    break
            if len(missing) == len(forms):
                message = (
                    f"No index page of the series {series} is where it was. Has the site moved? See the seed source_indexes. {missing[0]}"
                )
                if any(form.is_required for form in forms):
                    source.failures.append((forms[0].first_url, message))
                else:
                    source.notes.append(f"{source.source_id}: {message}")

    def _read_index(self, source: SourceReport, index: _Index, site: Site, fetcher: Fetcher) -> bool:
        """Read an index page by page; again when it has changed meanwhile, as an entry may then have slipped from one page to another.

        Returns:
            Whether nothing older is wanted, so that the index's former addresses need not be read.
        """
        self._progress.stage(f"{source.source_id}: index of {index.series.replace('_', ' ')}", None)
        is_enough = False
        for _ in range(INDEX_ROUNDS):
            n_before = source.n_index_pages
            # Until this reading has come to its end there may be pages that no reading has seen.
            was_complete = index.first_url in self._memory.complete
            self._memory.complete.discard(index.first_url)
            first, is_enough, is_whole = self._read_through(source, index, site, fetcher, was_complete)
            if is_whole:
                self._memory.complete.add(index.first_url)
            if source.n_index_pages == n_before + 1 or self._index_page(source, index, 0, site, fetcher) == first:
                break
        return is_enough

    def _read_through(
        self, source: SourceReport, index: _Index, site: Site, fetcher: Fetcher, was_complete: bool
    ) -> tuple[bytes | None, bool, bool]:
        """One reading.

        Args:
            was_complete: whether an earlier crawl has read every page; then it is enough to read down to what is known.

        Returns:
            Bytes of the first page; whether nothing older is wanted; whether every page has been read, now or earlier.
        """
        dates = self._memory.dates.setdefault(source.source_id, {})
        first, n_pages, n = None, None, 0
        missing: list[int] = []
        while n < (n_pages or INDEX_PAGES):
            raw = self._index_page(source, index, n, site, fetcher)
            if raw is None:
                if n_pages is None:
                    break  # the end of an index that does not say how long it is
                missing.append(n)
                n += 1
                continue
            if n == 0:
                first, n_pages = raw, _page_count(raw, index)
            links = self._links(raw, index, n, site)
            fresh = [url for url in links if url not in dates]
            if n and n_pages is None and not fresh and links and self._since is None and not was_complete:
                break  # some sites answer with the last page whatever number is asked for
            if not links:
                if n and n_pages is None:
                    break
                raise FetchError(
                    f"{_page_url(index, n)}: an index page without a link to a page. Has the layout changed? See link_pattern in the seed source_indexes."
                )
            dates.update({url: day or dates.get(url) for url, day in links.items()})
            self._listed_now.update(links)
            self._progress.advance()
            days = [day for day in links.values() if day]
            if self._since and days and max(days) < self._since:
                return first, True, was_complete
            is_known = all(self._record.knows(url) for url in links)
            if not self._full and was_complete and is_known and days and max(days) < self._recent_from:
                return first, True, not missing
            n += 1
        if missing:
            source.notes.append(f"{index.first_url}: {len(missing)} of {n_pages} index pages are not there; what they list is not known.")
        # Some lists say that they are a page longer than they are.
        is_end_missing = missing == list(range(n - len(missing), n))
        return first, False, is_end_missing

    def _index_page(self, source: SourceReport, index: _Index, n: int, site: Site, fetcher: Fetcher) -> bytes | None:
        """Bytes of an index page; None when there is none of that number.

        Raises:
            _MissingIndexError: the first page is not there.
            FetchError: it cannot be had.
        """
        url = site.public(_page_url(index, n)) or index.first_url
        state = self._record.state(url)
        kept = self._kept(state)
        try:
            answer = self._ask(fetcher, url, can_compare=kept is not None, is_index=True)
        except SiteDownError:
            raise
        except FetchError as error:
            if "none of the source's hosts" in str(error) and n == 0:
                raise _MissingIndexError(str(error)) from error
            raise
        if n == 0 and answer.status >= 400:
            raise _MissingIndexError(f"{url} answered with status {answer.status}.")
        if answer.status in GONE_STATUS or (answer.url != url and n > 0):
            return None
        if answer.status >= 400:
            raise FetchError(f"{url}: the server answered with status {answer.status}.")
        source.n_index_pages += 1
        if answer.status == 304 and kept is not None:
            return kept
        self._keep(answer, url)
        return answer.body

    def _kept(self, state: State | None) -> bytes | None:
        """The stored bytes of an address; None where they are not there to be used."""
        if state is None or not state.is_page or state.sha256 is None:
            return None
        try:
            return read_object(self._home, state.sha256)
        except (FileNotFoundError, DamagedStoreError):
            return None

    @staticmethod
    def _links(raw: bytes, index: _Index, n: int, site: Site) -> dict[str, date | None]:
        """Public address -> day of the pages that an index page lists; of two addresses of one page the first."""
        found: dict[str, tuple[str, date | None]] = {}
        for link in listed_links(raw, site.reached_at(site.public(_page_url(index, n)) or index.first_url), index.link_pattern):
            public = site.public(link.url)
            if public:
                found.setdefault(page_key(public), (public, link.date))
        return dict(found.values())

    # --- pages ---------------------------------------------------------------------------------------------------------

    def _to_ask(self, source: SourceReport, dates: dict[str, date | None], indexes: list[_Index], site: Site) -> list[str]:
        """New pages, then those that are asked for again; newest first, each page once, where it is listed now."""
        known = set(dates)
        if self._full:
            patterns = [re.compile(index.link_pattern) for index in indexes]
            known |= {url for url in self._record.urls() if site.public(url) and any(pattern.search(url) for pattern in patterns)}
        source.n_listed = len(dates)
        chosen: dict[str, str] = {}

        def rank(url: str) -> tuple[bool, int, bool, str]:
            return self._record.knows(url), -(dates.get(url) or date.min).toordinal(), url not in self._listed_now, url

        for url in sorted(known, key=rank):
            day = dates.get(url)
            is_wanted = not (self._since and day and day < self._since)
            is_again = self._full or (day is not None and day >= self._recent_from)
            if is_wanted and (is_again or not self._record.knows(url)):
                chosen.setdefault(page_key(url), url)
        source.n_saved = len({page_key(url) for url in known if self._record.knows(url)} - set(chosen))
        return list(chosen.values())

    def _fetch(self, source: SourceReport, url: str, site: Site, fetcher: Fetcher, indexes: dict[str, list[_Index]]) -> None:
        state = self._record.state(url)
        is_known = self._record.knows(url)
        try:
            answer = self._ask(fetcher, url, can_compare=state is not None and state.is_page)
        except SiteDownError as error:
            raise SiteDownError(f"{error} ({url})") from error
        except FetchError as error:
            source.failures.append((url, str(error)))
            return
        if answer.status == 304:
            source.n_unchanged += 1
            return
        if page_key(answer.url) != page_key(url) and not any(
            re.search(form.link_pattern, answer.url) for form in indexes[source.source_id]
        ):
            # Sites lead from a page that they took down to their front page.
            source.failures.append((url, f"{url} leads to {answer.url}, which is no page of the source."))
            return
        if answer.status >= 400 and answer.status not in GONE_STATUS:
            source.failures.append((url, f"{url}: the server answered with status {answer.status}."))
            return
        is_news = self._keep(answer, url)
        if answer.status in GONE_STATUS:
            source.n_gone += 1
        elif not is_news:
            source.n_unchanged += 1
        elif is_known:
            source.n_changed += 1
        else:
            source.n_new += 1
        if is_news and answer.status not in GONE_STATUS:
            self._follow_languages(source, answer, site, fetcher, indexes)

    def _follow_languages(
        self, source: SourceReport, answer: Answer, site: Site, fetcher: Fetcher, indexes: dict[str, list[_Index]]
    ) -> None:
        """Fetch the other language's version of a page, where the page links to it and no index has listed it."""
        for url in _language_versions(answer, site):
            for source_id, forms in indexes.items():
                if any(re.search(form.link_pattern, url) for form in forms) and not self._record.knows(url):
                    listed = self._memory.dates.setdefault(source_id, {})
                    if url not in listed:
                        listed[url] = None
                        self._fetch(source, url, site, fetcher, indexes)
                    break

    def _ask(self, fetcher: Fetcher, url: str, *, can_compare: bool, is_index: bool = False) -> Answer:
        """Ask for a page, with the validators of what is stored.

        An error page with status 200 is believed where it speaks of a page that was there, and not of a server in trouble. Other
        broken answers are believed when they came so on an earlier day.

        Raises:
            FetchError: it cannot be had, or is broken.
        """
        state = self._record.state(url)
        try:
            answer = fetcher.get(url, *((state.etag, state.last_modified) if state and can_compare else ()))
        except BrokenPageError as error:
            is_error_page = error.reason == "error_page"
            if is_error_page and is_index:
                raise
            refusal = screen(error.answer.body)
            if is_error_page and state is not None and refusal and not re.search(PASSING_TROUBLE, refusal.detail):
                return error.answer
            # Error pages tell the time and the like.
            what = error.reason if is_error_page else f"{error.reason} {digest_bytes(error.answer.body)}"
            if not self._memory.is_believed(url, what, datetime.now(UTC).date()):
                raise
            return error.answer
        self._memory.forget(url)
        return answer

    # --- the record ----------------------------------------------------------------------------------------------------

    def _keep(self, answer: Answer, asked: str) -> bool:
        """Record what an address serves, if it is something else than the record says.

        Returns:
            Whether it is.
        """
        refusal = screen(answer.body, answer.status)
        before = self._record.state(answer.url)
        if self._dry_run:
            return True
        sha256 = store_bytes(self._home, answer.body)
        if before is not None and before.is_page == (refusal is None):
            is_same_error = refusal is not None and before.http_status == answer.status and answer.status in GONE_STATUS
            if before.sha256 == sha256 or is_same_error:
                return False
        fetched_at = self._now(answer.url)
        capture = Capture(
            sha256=sha256,
            size_bytes=len(answer.body),
            media_type=media_type(answer.body),
            origin=asked,
            ingested_at=fetched_at,
            url=answer.url,
            fetched_at=fetched_at,
            http_status=answer.status,
            outcome="refused" if refusal else "stored",
            reason=refusal.reason if refusal else None,
            detail=refusal.detail if refusal else None,
            etag=answer.etag,
            last_modified=answer.last_modified,
        )
        self._waiting.append(capture)
        self._record.note(State(answer.url, refusal is None, sha256, answer.status, fetched_at, answer.etag, answer.last_modified), asked)
        if len(self._waiting) >= SEGMENT_CAPTURES or time.monotonic() - self._flushed_at > SEGMENT_SECONDS:
            self.flush()
        return True

    def _now(self, url: str) -> datetime:
        """The time, but never before what is recorded of the page: a clock that was set back must not turn versions round."""
        now = datetime.now(UTC).replace(tzinfo=None)
        last = self._record.last_fetch(url)
        if last is None or last < now:
            return now
        if not self._has_clock_note:
            self._has_clock_note = True
            self._progress.note(f"The clock says {now:%Y-%m-%d %H:%M} UTC, but {url} was fetched later than that. Set the clock right.")
        return last + timedelta(seconds=1)

    def close(self) -> None:
        """Record and remember what there is.

        Raises:
            OSError: the home cannot be written.
            HomeBusyError: another run did not end in time.
        """
        if not self._dry_run:
            self.flush()
            self._memory.save()

    def flush(self) -> None:
        """Append to the raw store's record what waits for it.

        Raises:
            OSError: the home cannot be written.
            HomeBusyError: another run did not end in time.
        """
        if self._waiting:
            with writing(self._home, self._progress, self._wait_seconds):
                append_captures(self._home, self._waiting)
            self._waiting.clear()
        self._flushed_at = time.monotonic()


class _MissingIndexError(FetchError):
    """The first page of an index is not at its address."""


def _page_url(index: _Index, n: int) -> str:
    return urljoin(index.first_url, index.next_name.format(n=n)) if n else index.first_url


def _page_count(raw: bytes, index: _Index) -> int | None:
    """How many pages an index says that it has; None where it does not say."""
    found = re.search(index.page_count_pattern.encode(), raw) if index.page_count_pattern else None
    number = next((group for group in found.groups() if group), None) if found else None
    return min(int(number), INDEX_PAGES) if number and int(number) else None


def _language_versions(answer: Answer, site: Site) -> Iterator[str]:
    """Public addresses of a page's versions in other languages."""
    for _, href in read_page(answer.body).language_links:
        try:
            public = site.public(urljoin(site.reached_at(answer.url), href))
        except ValueError:  # "http://[" and the like
            continue
        if public and urlsplit(public).path != "/":
            yield public
