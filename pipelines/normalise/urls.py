"""Addresses: one canonical form for a page that the ministry serves from several hosts and paths."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlsplit

from pipelines.vocabularies import vocabulary

_PAGE_ID = re.compile(r"/t(?:(?:19|20)\d{6}_)?(\d{4,})\.s?html?$")


def canonical_url(url: str | None) -> str | None:
    """https, the source's first host, no query or fragment; None for None or what is no web address.

    ``www.fmprc.gov.cn``, ``fmprc.gov.cn`` and ``www.mfa.gov.cn`` serve the same pages (seed sources, column hosts).
    """
    if not url:
        return None
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    host = parts.netloc.lower().split("@")[-1].split(":")[0]
    return f"https://{_hosts().get(host, host)}{parts.path or '/'}"


def page_id(url: str | None) -> str | None:
    """The ministry's own number of a page, from the end of its address; it survives moves between hosts and folders.

    ``…/2511_665403/t1558711.shtml`` and ``…/201805/t20180511_1558711.html`` are both 1558711.
    """
    match = _PAGE_ID.search(urlsplit(url).path) if url else None
    return match[1] if match else None


@cache
def _hosts() -> dict[str, str]:
    canonical: dict[str, str] = {}
    for hosts in vocabulary("sources")["hosts"].drop_nulls():
        first, *others = hosts.split("|")
        for host in (first, *others):
            canonical[host.lower()] = first.lower()
    return canonical
