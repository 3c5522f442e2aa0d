"""Which document each page is a version of, and on which day the briefing was.

Both need the other pages: a missing year comes from neighbours in the ministry's numbering or from an index page, and
one briefing arrives as text and as HTML, at an old and a new address, on either host, before and after an edit.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import polars as pl

from pipelines.identifiers import digest, words_of
from pipelines.normalise.urls import canonical_url, page_id

NEIGHBOUR_DAYS = 45
"""How far apart the two dated neighbours of an undated page may lie. The ministry numbers pages in order of issue, about
a dozen a day over all columns; only pages issued anew in 2024 break the order, and their neighbours lie years apart."""

BodyReader = Callable[[Sequence[str]], dict[str, str]]
"""Reads body texts by page hash."""

SAME_TEXT_SHARE = 0.4
"""Share of the shorter text's five-word runs that two pages of one briefing have in common. Versions and renderings of a
page share 0.9 and more, also when a question was cut; two different briefings share formulas only, 0.05 at the most."""


@dataclass(frozen=True)
class PageFacts:
    """What is needed of a page to place it; ``briefing_date`` and ``document_id`` are filled in by ``place_pages``."""

    sha256: str
    source_id: str
    kind: str
    title: str
    year: int | None
    month: int | None
    day: int | None
    date_rule: str
    published_at: datetime | None
    is_html: bool
    body_digest: str
    urls: tuple[str, ...] = ()
    fetched_at: datetime | None = None
    briefing_date: date | None = None
    document_id: str | None = None
    shares_briefing_with: str | None = None
    page_ids: frozenset[str] = field(default_factory=frozenset)


def place_pages(pages: pl.DataFrame, captures: pl.DataFrame, body_of: BodyReader) -> list[PageFacts]:
    """Give every page its day and its document.

    Args:
        pages: rows of PAGES with outcome ``document`` or ``index`` (body and turns are not needed).
        captures: columns sha256, url, fetched_at, media_type; a page may have several.
        body_of: reads the body text of a page by its hash; called only where pages compete for one briefing.

    Returns:
        One entry a document page, sorted by hash. ``briefing_date`` is None where no rule finds a day.
    """
    urls: dict[str, set[str]] = defaultdict(set)
    fetched: dict[str, datetime] = {}
    html = set(captures.filter(pl.col("media_type") == "text/html")["sha256"])
    for sha256, url, fetched_at in captures.select("sha256", "url", "fetched_at").iter_rows():
        if canonical := canonical_url(url):
            urls[sha256].add(canonical)
        if fetched_at is not None and (sha256 not in fetched or fetched_at < fetched[sha256]):
            fetched[sha256] = fetched_at
    facts = []
    for row in pages.filter(pl.col("outcome") == "document").iter_rows(named=True):
        if own := canonical_url(row["own_url"]):
            urls[row["sha256"]].add(own)
        known = tuple(sorted(urls[row["sha256"]]))
        facts.append(
            PageFacts(
                sha256=row["sha256"],
                source_id=row["source_id"],
                kind=row["kind"],
                title=row["title"],
                year=row["year"],
                month=row["month"],
                day=row["day"],
                date_rule=row["date_rule"],
                published_at=row["published_at"],
                is_html=row["sha256"] in html,
                body_digest=row["body_digest"],
                urls=known,
                fetched_at=fetched.get(row["sha256"]),
                page_ids=frozenset(i for url in known if (i := page_id(url))),
            )
        )
    facts.sort(key=lambda page: page.sha256)
    dated = _find_dates(facts, _listed_dates(pages))
    return _find_documents(_agree_on_dates(dated), body_of)


# --- dates -------------------------------------------------------------------------------------------------------------


def _listed_dates(pages: pl.DataFrame) -> dict[str, date]:
    """Page number -> the day that an index page prints beside the link (Chinese index pages do)."""
    listed: dict[str, date] = {}
    for links in pages.filter(pl.col("outcome") == "index").sort("sha256")["links"]:
        for link in links:
            number = page_id(canonical_url(link["url"]) or "/" + link["url"].rsplit("/", 1)[-1])
            if number and link["date"] is not None:
                listed[number] = min(link["date"], listed.get(number, link["date"]))
    return listed


def _find_dates(pages: list[PageFacts], listed: dict[str, date]) -> list[PageFacts]:
    anchors: dict[str, list[tuple[int, date]]] = defaultdict(list)
    for page in pages:
        if page.year and page.month and page.day and page.date_rule == "title":
            anchors[page.source_id].extend((int(i), date(page.year, page.month, page.day)) for i in page.page_ids)
    for known in anchors.values():
        known.sort()
    return [_with_date(page, anchors[page.source_id], listed) for page in pages]


def _with_date(page: PageFacts, anchors: list[tuple[int, date]], listed: dict[str, date]) -> PageFacts:
    if page.year and page.month and page.day and page.date_rule == "title":
        return replace(page, briefing_date=date(page.year, page.month, page.day))
    from_index = min((listed[i] for i in page.page_ids if i in listed), default=None)
    before, after = _neighbours(page, anchors)
    if page.month and page.day and page.date_rule in ("title_without_year", "title_year_from_body"):
        for rule, near in (("index_page", [from_index]), ("neighbours", [before, after])):
            days = [day for day in near if day]
            if days and (found := _nearest(page.month, page.day, days)):
                return replace(page, briefing_date=found, date_rule=f"title_year_from_{rule}")
    if page.year and page.month and page.day:
        return replace(page, briefing_date=date(page.year, page.month, page.day))
    if page.month and page.day:
        return replace(page, briefing_date=None, date_rule="none")
    if from_index:
        return replace(page, briefing_date=from_index, date_rule="index_page")
    if before and after and (after - before).days <= NEIGHBOUR_DAYS:
        # Issued after the one before it; the day before is right unless it came out first thing in the morning.
        return replace(page, briefing_date=before, date_rule="neighbours")
    return page


def _neighbours(page: PageFacts, anchors: list[tuple[int, date]]) -> tuple[date | None, date | None]:
    """Days of the nearest dated pages below and above in the ministry's numbering."""
    if not page.page_ids or not anchors:
        return None, None
    number = min(int(i) for i in page.page_ids)
    at = bisect.bisect_left(anchors, (number, date.min))
    return (anchors[at - 1][1] if at else None), (anchors[at][1] if at < len(anchors) else None)


def _nearest(month: int, day: int, days: Iterable[date]) -> date | None:
    best: tuple[int, date] | None = None
    for other in days:
        for year in (other.year - 1, other.year, other.year + 1):
            try:
                candidate = date(year, month, day)
            except ValueError:
                continue
            distance = abs(candidate - other)
            if distance <= timedelta(days=NEIGHBOUR_DAYS) and (best is None or (distance.days, candidate) < best):
                best = (distance.days, candidate)
    return best[1] if best else None


def _agree_on_dates(pages: list[PageFacts]) -> list[PageFacts]:
    """One day for all captures of a page number: a corrected title moves the whole page, not a copy of it."""
    latest: dict[tuple[str, str], PageFacts] = {}
    for page in sorted(pages, key=_freshness):
        if page.briefing_date:
            for number in page.page_ids:
                latest[page.source_id, number] = page
    agreed = []
    for page in pages:
        best = max((latest[key] for i in page.page_ids if (key := (page.source_id, i)) in latest), key=_freshness, default=page)
        rule = page.date_rule if page.briefing_date == best.briefing_date else best.date_rule
        agreed.append(replace(page, briefing_date=best.briefing_date, date_rule=rule))
    return agreed


def _freshness(page: PageFacts) -> tuple[object, ...]:
    """Orders versions from old to current: by fetch time; where that is not known, HTML is better than pasted text."""
    epoch = datetime(1970, 1, 1)
    return (page.fetched_at or epoch, page.is_html, page.published_at or epoch, page.urls, page.sha256)


# --- documents ---------------------------------------------------------------------------------------------------------


def _find_documents(pages: list[PageFacts], body_of: BodyReader) -> list[PageFacts]:
    groups: dict[tuple[str, str, date, str], list[PageFacts]] = defaultdict(list)
    unplaced = []
    for page in pages:
        if page.briefing_date is None:
            unplaced.append(page)
            continue
        # There is one regular press conference a day; remarks and articles of one day are told apart by their titles.
        title = "" if page.kind == "press_conference" else words_of(page.title)
        groups[page.source_id, page.kind, page.briefing_date, title].append(page)
    placed = list(unplaced)
    by_number: dict[tuple[str, str], str] = {}
    for key in sorted(groups):
        placed.extend(_split_group(key, groups[key], body_of))
    # The same page number under two titles (an edited headline) is one document: the older title names it.
    for page in sorted((p for p in placed if p.document_id), key=_freshness):
        for number in page.page_ids:
            by_number.setdefault((page.source_id, number), page.document_id or "")
    united = []
    for page in placed:
        ids = sorted(by_number[key] for i in page.page_ids if (key := (page.source_id, i)) in by_number)
        united.append(replace(page, document_id=ids[0]) if ids and page.document_id else page)
    return sorted(united, key=lambda page: page.sha256)


def _split_group(key: tuple[str, str, date, str], pages: list[PageFacts], body_of: BodyReader) -> list[PageFacts]:
    source_id, kind, day, title = key
    clusters = _clusters(pages, body_of)
    clusters.sort(key=lambda cluster: min((min((int(i) for i in p.page_ids), default=10**12), p.body_digest) for p in cluster))
    name = f"{source_id}-{day.isoformat()}"
    first_id = f"{name}-{digest('|'.join((kind, title)), 6)}"
    result = []
    for n, cluster in enumerate(clusters):
        others = first_id if n else None
        own = first_id
        if n:
            own = f"{name}-{digest('|'.join((kind, title, min(p.body_digest for p in cluster))), 6)}"
        result.extend(replace(p, document_id=own, shares_briefing_with=others) for p in cluster)
    return result


def _clusters(pages: list[PageFacts], body_of: BodyReader) -> list[list[PageFacts]]:
    """Pages that are versions of one another: same number, same words, or most of the words in common."""
    if len({page.body_digest for page in pages}) == 1:
        return [pages]
    bodies = body_of([page.sha256 for page in pages])
    runs = {sha256: _runs(body) for sha256, body in bodies.items()}
    clusters: list[list[PageFacts]] = []
    for page in sorted(pages, key=lambda p: p.sha256):
        near = [cluster for cluster in clusters if any(_is_same(page, other, runs) for other in cluster)]
        merged = [page]
        for cluster in near:
            merged = cluster + merged
            clusters.remove(cluster)
        clusters.append(merged)
    return clusters


def _is_same(a: PageFacts, b: PageFacts, runs: dict[str, frozenset[str]]) -> bool:
    if a.body_digest == b.body_digest or a.page_ids & b.page_ids:
        return True
    smaller = min(len(runs[a.sha256]), len(runs[b.sha256]))
    return bool(smaller) and len(runs[a.sha256] & runs[b.sha256]) / smaller >= SAME_TEXT_SHARE


def _runs(body: str) -> frozenset[str]:
    """Five-word runs of a text; for Chinese, which has no blanks, runs of eight characters."""
    if sum(character > "\u2e80" for character in body[:2000]) > 200:
        letters = words_of(body)
        return frozenset(letters[i : i + 8] for i in range(len(letters) - 7))
    words = body.lower().split()
    return frozenset(" ".join(words[i : i + 5]) for i in range(max(1, len(words) - 4)))


def sorted_by_freshness(pages: Iterable[PageFacts]) -> list[PageFacts]:
    """Pages from the oldest version to the one that should be current."""
    return sorted(pages, key=_freshness)
