"""Index pages: lists of links to briefings. No documents, but they date pages whose title does not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date as day
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.parse.dates import find_dates
from pipelines.parse.decode import decode
from pipelines.parse.mfa_zh import title_zh
from pipelines.parse.model import IndexLink, IndexPage
from pipelines.parse.readers import squeeze
from pipelines.parse.titles import is_briefing_title, read_title

MINIMUM_LINKS = 3
"""Links to briefings from which a page without a headline of its own counts as an index. Real ones list 7 to 30."""

_LISTED_DATE = re.compile(r"[(（]?\s*((?:19|20)\d{2}-\d{1,2}-\d{1,2})")


def parse_index(raw: bytes, url: str | None = None) -> IndexPage | None:
    """The links of an index page, in page order; None when the page is no index.

    Args:
        raw: bytes of an HTML page.
        url: its address; links stay relative where it is not known.

    ``source_id`` is left empty for the dispatcher to set. A link's date is the one in its title, else the one that the list prints beside it.
    """
    tree = LexborHTMLParser(decode(raw))
    links = []
    for anchor in tree.css("a[href]"):
        title = squeeze(anchor.text())
        href = (anchor.attributes.get("href") or "").strip()
        if not is_briefing_title(title) or not re.search(r"t?\d{5,}\.s?html?$|tN?\d+_\d+\.", href):
            continue
        links.append(IndexLink(urljoin(url or "", href), title, _date(anchor, title)))
    if len(links) < MINIMUM_LINKS:
        return None
    return IndexPage("", tuple(links))


def listed_links(raw: bytes, url: str, link_pattern: str) -> list[IndexLink]:
    """The pages that an index page lists, whatever they are called; in page order, each address once.

    Args:
        raw: bytes of an HTML page.
        url: its address.
        link_pattern: regular expression that the whole address of a listed page fits somewhere (seed source_indexes).

    Returns:
        Links with absolute addresses. One without a date has that of the link before it, else of the one after it, as
        lists are in order of days; None where no link has any.
    """
    pattern, found = re.compile(link_pattern), dict[str, IndexLink]()
    for anchor in LexborHTMLParser(decode(raw)).css("a[href]"):
        try:
            address = urljoin(url, (anchor.attributes.get("href") or "").strip())
        except ValueError:  # "http://[" and the like
            continue
        title = squeeze(anchor.text())
        if pattern.search(address) and (address not in found or not found[address].title):
            found[address] = IndexLink(address, title, _date(anchor, title))
    return _dated_by_neighbours(list(found.values()))


def _dated_by_neighbours(links: list[IndexLink]) -> list[IndexLink]:
    dates = [link.date for link in links]
    for n in range(1, len(dates)):
        dates[n] = dates[n] or dates[n - 1]
    for n in range(len(dates) - 2, -1, -1):
        dates[n] = dates[n] or dates[n + 1]
    return [replace(link, date=date) for link, date in zip(links, dates, strict=True)]


def _date(anchor: LexborNode, title: str) -> day | None:
    """The day in a link's title, else the one that the list prints beside it."""
    date = (title_zh(title)[1] if "发言人" in title else read_title(title).page_date).date if title else None
    if date is None and anchor.parent is not None:
        listed = _LISTED_DATE.search(squeeze(anchor.parent.text()))
        dates = [d for d in find_dates(listed[1]) if d[0]] if listed else []
        if dates:
            date = day(dates[0][0] or 0, dates[0][1], dates[0][2])
    return date
