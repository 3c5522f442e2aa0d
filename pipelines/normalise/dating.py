"""On which day a briefing was: what the page says, repaired from index pages, neighbours and its other versions.

Until October 2021 the ministry numbered the pages of all its columns and languages in one series, in order of issue: of
500 pages dated by their titles (2016 to 2020) none is out of order. Then the pages of the year before got new numbers, and
some were issued anew in spring 2024; since then addresses hold a day, pages a time stamp, and numbers mean nothing here.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from pipelines.normalise.facts import COPY_SHARE, BodyReader, PageFacts, Unions, is_same_text, is_same_title, runs_of_words, same_numbers
from pipelines.urls import canonical_url, page_number, state_of_host, state_of_source

INDEX_DAYS = 45
"""How far the day that an index page lists may lie from the day in a title without a year."""

NEIGHBOUR_DAYS = 14
"""How far apart the two dated neighbours of an undated page may lie: the longest break is a recess of two weeks. Each
dated English page of 2018 to 2020, dated by its neighbours, came out right for 75 % and a day off for 24 %."""

NEAR_NUMBERS = 10_000
"""How near a page's only neighbour must be to tell its year: about a month, as 330 numbers were given a day from 2018 to 2020."""

SLACK_DAYS = 3
"""How long after the briefing a page may come out."""

Listed = Mapping[tuple[str, int], date]
Anchors = Sequence[tuple[int, date]]


def listed_days(indexes: pl.DataFrame) -> Listed:
    """(State, page number) -> the day that an index page gives it, in the title or beside it.

    Args:
        indexes: rows of PAGES with outcome ``index``.
    """
    listed: dict[tuple[str, int], date] = {}
    for source_id, links in indexes.select("source_id", "links").iter_rows():
        for link in links or ():
            # Without its own address an index page gives relative links.
            number = page_number(canonical_url(link["url"]) or f"https://index/{link['url'].rsplit('/', 1)[-1]}")
            state = state_of_host(link["url"]) or _series(source_id)
            if number is not None and link["date"] is not None:
                key = (state, number)
                listed[key] = min(link["date"], listed.get(key, link["date"]))
    return listed


def _series(source_id: str) -> str:
    """The series that a source's page numbers belong to: all sources of a state share one."""
    return state_of_source(source_id) or source_id


def find_days(pages: Sequence[PageFacts], listed: Listed) -> list[PageFacts]:
    """Give each page the day that it states, or that index pages and neighbours give it."""
    anchors: dict[str, set[tuple[int, date]]] = defaultdict(set)
    for page in pages:
        day = page.stated_date
        if day and page.is_dated_by_title:
            anchors[_series(page.source_id)].update((number, day) for number in page.serial_numbers)
    in_order = {series: sorted(known) for series, known in anchors.items()}
    return [_with_day(page, in_order.get(_series(page.source_id), []), listed) for page in pages]


def _with_day(page: PageFacts, anchors: Anchors, listed: Listed) -> PageFacts:
    if page.is_dated_by_title:
        return replace(page, briefing_date=page.stated_date)
    from_index = min((listed[key] for number in page.numbers if (key := (_series(page.source_id), number)) in listed), default=None)
    if page.month and page.day and page.date_rule in ("title_without_year", "title_year_from_body"):
        near = (from_index - timedelta(INDEX_DAYS), from_index + timedelta(INDEX_DAYS)) if from_index else None
        for rule, span in (("index_page", near), ("neighbours", _span(page.serial_numbers, anchors))):
            if span and (found := _only_day_in(page.month, page.day, *span)):
                return replace(page, briefing_date=found, date_rule=f"title_year_from_{rule}")
    if page.stated_date:
        return replace(page, briefing_date=page.stated_date)
    if page.month and page.day:
        return replace(page, date_rule="none")
    if from_index:
        return replace(page, briefing_date=from_index, date_rule="index_page")
    if between := _between(page.serial_numbers, anchors):
        return replace(page, briefing_date=between, date_rule="neighbours")
    return replace(page, date_rule="none")


def _neighbours(number: int, anchors: Anchors) -> tuple[tuple[int, date] | None, tuple[int, date] | None]:
    """The nearest dated pages below and above in the numbering."""
    at = bisect.bisect_left(anchors, (number, date.min))
    return (anchors[at - 1] if at else None), (anchors[at] if at < len(anchors) else None)


def _span(numbers: Sequence[int], anchors: Anchors) -> tuple[date, date] | None:
    """First and last day that a page can be of, by its neighbours; a near one bounds it on both sides."""
    if not numbers:
        return None
    number = numbers[0]
    before, after = _neighbours(number, anchors)
    near = [other[1] for other in (before, after) if other and abs(other[0] - number) <= NEAR_NUMBERS]
    firsts = [day - timedelta(INDEX_DAYS) for day in near] + ([before[1] - timedelta(SLACK_DAYS)] if before else [])
    lasts = [day + timedelta(INDEX_DAYS) for day in near] + ([after[1] + timedelta(SLACK_DAYS)] if after else [])
    return (max(firsts), min(lasts)) if firsts and lasts else None


def _only_day_in(month: int, day: int, first: date, last: date) -> date | None:
    """The one day with that month and day in a span; None when there are several or none."""
    found = []
    for year in range(first.year, last.year + 1):
        try:
            candidate = date(year, month, day)
        except ValueError:  # 29 February
            continue
        if first <= candidate <= last:
            found.append(candidate)
    return found[0] if len(found) == 1 else None


def _between(numbers: Sequence[int], anchors: Anchors) -> date | None:
    """The day of an undated page, by how far its number lies between its neighbours'."""
    if not numbers:
        return None
    before, after = _neighbours(numbers[0], anchors)
    if not before or not after or not 0 <= (after[1] - before[1]).days <= NEIGHBOUR_DAYS:
        return None
    share = (numbers[0] - before[0]) / max(1, after[0] - before[0])
    return before[1] + timedelta(days=round((after[1] - before[1]).days * share))


# --- one day for all versions ------------------------------------------------------------------------------------------


def agree_on_days(pages: Sequence[PageFacts], body_of: BodyReader) -> list[PageFacts]:
    """One day for all captures of a page number, and for a page that cannot tell its day the one of the same words.

    Args:
        pages: after ``find_days``.
        body_of: reads the body text of a page by its hash; called only for pages that have no day yet.
    """
    unions = Unions(len(pages))
    unions.join_equal(same_numbers(pages))
    agreed = list(pages)
    for group in unions.groups():
        best = _best(agreed[i] for i in group)
        for i in group:
            agreed[i] = _dated_like(agreed[i], best)
    by_words: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, page in enumerate(agreed):
        by_words[page.source_id, page.body_digest].append(i)
    for group in by_words.values():
        best = _best_of_copies([agreed[i] for i in group])
        for i in group:
            if not agreed[i].is_dated_by_title:
                agreed[i] = _dated_like(agreed[i], best)
    return _dated_by_text(agreed, body_of)


def _rank(page: PageFacts) -> int:
    """How sure a page's day is: 0 its title says it, 1 its title lacks the year, 2 the page or an index page says it,
    3 its neighbours do."""
    if page.is_dated_by_title:
        return 0
    return 3 if page.date_rule in ("neighbours", "none") else 1 if page.date_rule.startswith("title_year") else 2


def _best(pages: Iterable[PageFacts]) -> PageFacts | None:
    """The page whose day holds for all: of those sure of it the freshest title (a corrected one moves the whole page),
    else the earliest day, as a page can be issued anew but not before it was first issued."""
    dated = [page for page in pages if page.briefing_date]
    if not dated:
        return None
    best_rank = min(map(_rank, dated))
    surest = [page for page in dated if _rank(page) == best_rank]
    if best_rank == 0:
        return max(surest, key=lambda page: page.freshness)
    return min(surest, key=lambda page: (page.briefing_date, page.freshness))


def _best_of_copies(pages: Sequence[PageFacts]) -> PageFacts | None:
    """The page whose day holds for all that have the same words; None when their titles give several days."""
    titles = {page.briefing_date for page in pages if page.is_dated_by_title}
    return _best(pages) if len(titles) <= 1 else None


def _dated_like(page: PageFacts, best: PageFacts | None) -> PageFacts:
    if best is None or page.briefing_date == best.briefing_date:
        return page
    return replace(page, briefing_date=best.briefing_date, date_rule=best.date_rule)


def _dated_by_text(pages: Sequence[PageFacts], body_of: BodyReader) -> list[PageFacts]:
    """A page without a day gets the one of a page with the same day of the year or the same title, and most of its words."""
    dated: dict[tuple[str, str], list[PageFacts]] = defaultdict(list)
    for page in pages:
        if page.briefing_date:
            dated[page.source_id, page.kind].append(page)
    return [
        page if page.briefing_date else _dated_like(page, _best_of_copies(_copies(page, dated[page.source_id, page.kind], body_of)))
        for page in pages
    ]


def _copies(page: PageFacts, dated: Iterable[PageFacts], body_of: BodyReader) -> list[PageFacts]:
    alike = [other for other in dated if _is_same_day_of_year(page, other) or is_same_title(page, other)]
    if not alike:
        return []
    runs = {sha256: runs_of_words(body) for sha256, body in body_of([page.sha256, *(other.sha256 for other in alike)]).items()}
    return [other for other in alike if is_same_text(runs[page.sha256], runs[other.sha256], COPY_SHARE)]


def _is_same_day_of_year(page: PageFacts, other: PageFacts) -> bool:
    day = other.briefing_date
    return day is not None and (page.month, page.day) == (day.month, day.day)
