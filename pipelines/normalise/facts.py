"""What is known of a page before it is placed, and what makes two pages one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from pipelines.identifiers import words_of
from pipelines.urls import canonical_url, issue_day, page_number, public_url

BodyReader = Callable[[Sequence[str]], dict[str, str]]
"""Reads body texts by page hash."""

SAME_TEXT_SHARE = 0.8
"""Share of the shorter text's runs of words from which two pages are one text. Renderings of a page share 0.95 and more,
also cut short or with a question removed; a briefing that the ministry issued a second time in other words (29 April
2019, t1659619 and t1660057) shares 0.65, two briefings share formulas only, up to 0.1, in Chinese with long standing
statements 0.45."""

COPY_SHARE = 0.95
"""The same for a page that is to be dated by its copy: an edit would not do, as short texts of other days come near it."""

RUN_WORDS = 5
RUN_CHARACTERS = 8
"""Length of a run; Chinese has no blanks, so characters are counted."""

_HAN = re.compile(r"[一-鿿]")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class PageFacts:
    """What is needed of a page to place it; ``briefing_date`` and ``document_id`` are filled in by ``place_pages``.

    Attributes:
        urls: canonical addresses that served the page or that it states, sorted.
        numbers: the ministry's numbers in those on its own hosts, sorted.
        serial_numbers: those in addresses without a day, which were given in order of issue; without any address those in the names
            of its files.
        fetched_at: first time that these bytes were fetched.
        shares_briefing_with: id of the document that is taken for the briefing of that day, when this one is another.
    """

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
    numbers: tuple[int, ...] = ()
    serial_numbers: tuple[int, ...] = ()
    fetched_at: datetime | None = None
    briefing_date: date | None = None
    document_id: str | None = None
    shares_briefing_with: str | None = None

    @property
    def stated_date(self) -> date | None:
        """The day that the page itself gives."""
        try:
            return date(self.year, self.month, self.day) if self.year and self.month and self.day else None
        except ValueError:  # 30 February
            return None

    @property
    def is_dated_by_title(self) -> bool:
        """Whether the title gives day, month and year."""
        return self.date_rule == "title" and self.stated_date is not None

    @property
    def language(self) -> str:
        """By the title's script, as the parser tells languages apart."""
        return "zh" if _HAN.search(self.title) else "en"

    @property
    def freshness(self) -> tuple[object, ...]:
        """Orders versions from old to current: by fetch time; where that is not known, HTML is better than pasted text.
        ``history`` looks at the words as well."""
        epoch = datetime(1970, 1, 1)
        return (self.fetched_at or epoch, self.is_html, self.published_at or epoch, self.urls, self.sha256)


def page_facts(pages: pl.DataFrame, captures: pl.DataFrame) -> list[PageFacts]:
    """Facts of the pages with outcome ``document``, sorted by hash.

    Args:
        pages: rows of PAGES (body and turns are not needed).
        captures: columns sha256, url, fetched_at, media_type, name_number; a page may have several.
    """
    urls: dict[str, set[str]] = defaultdict(set)
    fetched: dict[str, datetime] = {}
    name_numbers = dict(captures.group_by("sha256").agg(pl.col("name_number").drop_nulls().unique().sort()).iter_rows())
    html = set(captures.filter(pl.col("media_type") == "text/html")["sha256"])
    for sha256, url, fetched_at in captures.select("sha256", "url", "fetched_at").iter_rows():
        if canonical := canonical_url(url):
            urls[sha256].add(canonical)
        if fetched_at is not None and (sha256 not in fetched or fetched_at < fetched[sha256]):
            fetched[sha256] = fetched_at
    facts = []
    for row in pages.filter(pl.col("outcome") == "document").sort("sha256").iter_rows(named=True):
        if stated := public_url(row["own_url"], row["source_id"]):
            urls[row["sha256"]].add(stated)
        known = tuple(sorted(urls[row["sha256"]]))
        # Another site has numbers of its own.
        numbered = [url for url in known if public_url(url, row["source_id"])]
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
                numbers=_numbers(numbered),
                serial_numbers=_numbers(url for url in numbered if issue_day(url) is None) if known else tuple(name_numbers[row["sha256"]]),
                fetched_at=fetched.get(row["sha256"]),
            )
        )
    return facts


def _numbers(urls: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted({number for url in urls if (number := page_number(url)) is not None}))


def sorted_by_freshness(pages: Iterable[PageFacts]) -> list[PageFacts]:
    """Pages from the oldest version to the one that should be current."""
    return sorted(pages, key=lambda page: page.freshness)


# --- what belongs together ---------------------------------------------------------------------------------------------


class Unions:
    """Sets of pages that grow together (disjoint sets over positions 0 … n - 1)."""

    def __init__(self, n: int) -> None:
        self._parent = list(range(n))

    def find(self, i: int) -> int:
        """A position that stands for the set of ``i``."""
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        """Make the sets of ``i`` and ``j`` one."""
        low, high = sorted((self.find(i), self.find(j)))
        self._parent[high] = low

    def join_equal(self, keys: Iterable[tuple[int, Hashable]]) -> None:
        """Join all positions that have a key in common."""
        first: dict[Hashable, int] = {}
        for i, key in keys:
            self.join(first.setdefault(key, i), i)

    def groups(self) -> list[list[int]]:
        """The sets, each sorted, by their first position."""
        members: dict[int, list[int]] = defaultdict(list)
        for i in range(len(self._parent)):
            members[self.find(i)].append(i)
        return list(members.values())


def same_numbers(pages: Sequence[PageFacts]) -> Iterator[tuple[int, Hashable]]:
    """Keys for pages of one source with one number: captures of the same page."""
    return ((i, (page.source_id, number)) for i, page in enumerate(pages) for number in page.numbers)


def is_same_title(one: PageFacts, other: PageFacts) -> bool:
    """Whether two titles are equal, or one goes on where the other ends ("… — Ministry of Foreign Affairs")."""
    words, others = words_of(one.title), words_of(other.title)
    return words in others or others in words


def is_same_text(one: frozenset[str], other: frozenset[str], share: float = SAME_TEXT_SHARE) -> bool:
    """Whether two texts, as runs of words, are one: that share of the shorter one is in the longer one."""
    shorter = min(len(one), len(other))
    return shorter > 0 and len(one & other) >= share * shorter


def runs_of_words(body: str) -> frozenset[str]:
    """Runs of five words of a text, without case and marks; runs of eight characters where it is Chinese."""
    if len(_HAN.findall(body)) > len(body) * 0.3:
        letters = words_of(body)
        return frozenset(letters[i : i + RUN_CHARACTERS] for i in range(max(1, len(letters) - RUN_CHARACTERS + 1)))
    words = _WORD.findall(body.lower())
    return frozenset(" ".join(words[i : i + RUN_WORDS]) for i in range(max(1, len(words) - RUN_WORDS + 1)))
