"""Addresses: one canonical form for a page that the ministry serves from several hosts and paths, and what they tell."""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache
from urllib.parse import urlsplit

import polars as pl

from pipelines.vocabularies import vocabulary

_PAGE = re.compile(r"/t(?:(?P<day>(?:19|20)\d{6})_)?(?P<number>\d{4,})\.s?html?$")


@lru_cache(1 << 16)
def canonical_url(url: str | None) -> str | None:
    """https, the source's first host, no query or fragment; None for None or what is no web address.

    ``www.fmprc.gov.cn``, ``fmprc.gov.cn`` and ``www.mfa.gov.cn`` serve the same pages (seed sources, column hosts).
    """
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # "http://[" and the like
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    host = parts.netloc.lower().split("@")[-1].split(":")[0]
    return f"https://{_hosts().get(host, host)}{parts.path or '/'}"


def with_canonical_urls(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """A frame with ``canonical_url`` of each address of a column in its place."""
    canonical = {url: canonical_url(url) for url in frame[column].unique() if url}
    return frame.with_columns(pl.col(column).replace_strict(canonical, default=None, return_dtype=pl.String))


def page_number(url: str | None) -> int | None:
    """The ministry's own number of a page, from the end of its address; it survives moves between hosts and folders.

    ``…/2511_665403/t1558711.shtml`` and ``…/201805/t20180511_1558711.html`` are both 1558711. Only a page that was
    issued anew (spring 2024) has got another one.
    """
    match = _page(url)
    return int(match["number"]) if match else None


def public_url(url: str | None, source_id: str) -> str | None:
    """The canonical form of an address of a page, unless it is on a host that is none of its source's.

    Pages of 2020 to 2022 say that they are on the ministry's test system, which nobody can reach.
    """
    canonical = canonical_url(url)
    state = state_of_source(source_id)
    return canonical if state is None or state_of_host(canonical) == state else None


def issue_day(url: str | None) -> date | None:
    """The day in a page's address (since October 2021): when it was put there, which for a page issued anew is years
    after the briefing. Never the day of a briefing."""
    match = _page(url)
    day = match["day"] if match else None
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:])) if day else None
    except ValueError:
        return None


def state_of_host(url: str | None) -> str | None:
    """ISO 3166 code of the state whose source (seed sources) has the address's host; None for an unknown host."""
    canonical = canonical_url(url)
    return _states_of_hosts().get(urlsplit(canonical).netloc) if canonical else None


def state_of_source(source_id: str) -> str | None:
    """ISO 3166 code of a source's state; None for a source that the vocabulary does not know."""
    return _states_of_sources().get(source_id)


@lru_cache(1 << 16)
def _page(url: str | None) -> re.Match[str] | None:
    canonical = canonical_url(url)
    return _PAGE.search(canonical) if canonical else None


@cache
def _hosts() -> dict[str, str]:
    canonical: dict[str, str] = {}
    for hosts in vocabulary("sources")["hosts"].drop_nulls():
        first, *others = hosts.lower().split("|")
        for host in (first, *others):
            canonical[host] = first
    return canonical


@cache
def _states_of_hosts() -> dict[str, str]:
    """Host -> state. The ministry's sources of all languages share hosts, and number their pages in one series."""
    sources = vocabulary("sources").drop_nulls("hosts").select("state_iso3", "hosts")
    return {host: state for state, hosts in sources.iter_rows() for host in hosts.lower().split("|")}


@cache
def _states_of_sources() -> dict[str, str | None]:
    return dict(vocabulary("sources").select("source_id", "state_iso3").iter_rows())
