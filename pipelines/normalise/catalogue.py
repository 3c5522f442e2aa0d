"""Which document each page is a version of, and on which day the briefing was.

Both need the other pages: a missing year comes from neighbours in the ministry's numbering or from an index page, and
one briefing arrives as text and as HTML, at an old and a new address, on either host, before and after an edit. What
comes out depends on the pages alone, not on their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import polars as pl

from pipelines.identifiers import digest, words_of
from pipelines.normalise.dating import agree_on_days, find_days, listed_days
from pipelines.normalise.facts import (
    BodyReader,
    PageFacts,
    Unions,
    is_same_text,
    is_same_title,
    page_facts,
    runs_of_words,
    same_numbers,
    sorted_by_freshness,
)

__all__ = ["PageFacts", "place_pages", "sorted_by_freshness"]


def place_pages(pages: pl.DataFrame, captures: pl.DataFrame, body_of: BodyReader) -> list[PageFacts]:
    """Give every page its day and its document.

    Args:
        pages: rows of PAGES with outcome ``document`` or ``index`` (body and turns are not needed).
        captures: columns sha256, url, fetched_at, media_type; a page may have several.
        body_of: reads the body text of a page by its hash; called only where pages compete for one briefing.

    Returns:
        One entry a document page, sorted by hash. ``briefing_date`` is None where no rule finds a day.
    """
    listed = listed_days(pages.filter(pl.col("outcome") == "index"))
    dated = agree_on_days(find_days(page_facts(pages, captures), listed), body_of)
    return sorted(_find_documents(dated, body_of), key=lambda page: page.sha256)


def _find_documents(pages: Sequence[PageFacts], body_of: BodyReader) -> list[PageFacts]:
    """Join captures of one number, pages of a day with the same words, and those with most of their words in common."""
    placed = [page for page in pages if page.briefing_date is not None]
    unions = Unions(len(placed))
    unions.join_equal(same_numbers(placed))
    unions.join_equal((i, (page.source_id, page.briefing_date, page.body_digest)) for i, page in enumerate(placed))
    for batch in _competing(placed, unions):
        bodies = body_of(sorted({placed[i].sha256 for group in batch for i in group}))
        runs = {sha256: runs_of_words(body) for sha256, body in bodies.items()}
        for group in batch:
            for i, j in combinations(group, 2):
                if unions.find(i) != unions.find(j) and is_same_text(runs[placed[i].sha256], runs[placed[j].sha256]):
                    unions.join(i, j)
    documents = [[placed[i] for i in group] for group in unions.groups()]
    return [*_named(documents), *(page for page in pages if page.briefing_date is None)]


def _briefing_of(page: PageFacts) -> tuple[str, str, str, str]:
    """Source, day, kind and what else names an item. There is one regular press conference a day; remarks and articles
    of a day are told apart by their titles."""
    what = page.language if page.kind == "press_conference" else words_of(page.title)
    return page.source_id, f"{page.briefing_date}", page.kind, what


def _competing(pages: Sequence[PageFacts], unions: Unions) -> Iterator[list[list[int]]]:
    """Groups of pages that may be one and are not joined yet, month by month, so that few bodies are in memory."""
    days: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for i, page in enumerate(pages):
        days[f"{page.briefing_date}", page.source_id, page.kind, page.language].append(i)
    months: dict[str, list[list[int]]] = defaultdict(list)
    for (day, _, kind, _), group in sorted(days.items()):
        for rivals in [group] if kind == "press_conference" else _alike_by_title(pages, group):
            if len({unions.find(i) for i in rivals}) > 1:
                months[day[:7]].append(rivals)
    yield from months.values()


def _alike_by_title(pages: Sequence[PageFacts], group: Sequence[int]) -> list[list[int]]:
    families = Unions(len(group))
    for i, j in combinations(range(len(group)), 2):
        if is_same_title(pages[group[i]], pages[group[j]]):
            families.join(i, j)
    return [[group[i] for i in family] for family in families.groups()]


def _named(documents: Iterable[Sequence[PageFacts]]) -> Iterator[PageFacts]:
    """Ids: the oldest version of known time names a document. Where several claim one briefing, the one with the lowest
    page number gets the plain id; the others are named by what is their own, and point to it."""
    claims: dict[tuple[str, str, str, str], list[tuple[int, str, Sequence[PageFacts]]]] = defaultdict(list)
    for versions in documents:
        namer = min(versions, key=lambda page: (page.fetched_at is None, page.freshness))
        number = min((number for page in versions for number in page.numbers), default=_NO_NUMBER)
        claims[_briefing_of(namer)].append((number, namer.body_digest, versions))
    for (source_id, day, kind, what), rivals in sorted(claims.items()):
        rivals.sort(key=lambda rival: rival[:2])
        plain_id = f"{source_id}-{day}-{digest(f'{kind}|{what}', 6)}"
        for n, (number, words, versions) in enumerate(rivals):
            own_mark = f"{number}" if number < _NO_NUMBER else words
            document_id = f"{source_id}-{day}-{digest(f'{kind}|{what}|{own_mark}', 6)}" if n else plain_id
            other = plain_id if n and kind == "press_conference" else None
            yield from (replace(page, document_id=document_id, shares_briefing_with=other) for page in versions)


_NO_NUMBER = 10**12
