"""Masses of pages: the peak memory of ingest, refresh and crawl, each a command of its own with all its processes."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from tests.bench import run_measured
from tests.harm.pages import pages, write_pages
from tests.helpers.replay import ReplayServer
from tests.helpers.replay_site import INDEX, invented_site

LIMIT_BYTES = 1_000_000_000
"""Peak of a command and its children together, with 10,000 pages (issue 4)."""


def measure(scratch: Path, n_pages: int) -> list[tuple[str, float, int, int]]:
    """Make pages, ingest and refresh them in a new home; crawl as many from a local server into another one.

    Returns:
        For each command its name, wall seconds, the largest sum of proportional set sizes of its processes in bytes, and the
        largest resident set of a single process of all commands so far, in bytes.
    """
    folder, home = scratch / "pages", scratch / "home"
    write_pages(folder, pages(n_pages))
    found = []
    with ReplayServer(invented_site(INDEX, n_pages)) as server:
        crawl = ["crawl", "--source", "sample", "--delay", "0", "--base-url", server.url]
        commands = [("ingest", home, ["ingest", str(folder)]), ("refresh", home, ["refresh"]), ("refresh again", home, ["refresh"])]
        for name, at, arguments in [*commands, ("crawl", scratch / "crawled", crawl), ("crawl again", scratch / "crawled", crawl)]:
            seconds, peak_bytes = run_measured([sys.executable, "-m", "pipelines.cli", "--home", str(at), *arguments])
            found.append((name, seconds, peak_bytes, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024))
    return found
