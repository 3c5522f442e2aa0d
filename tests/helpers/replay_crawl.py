"""Crawls of a replayed site: quick limits, what a home holds afterwards, and a crawl as a process that may be killed or measured.

``python -m tests.helpers.replay_crawl HOME URL [SOURCE]…`` prints what it did, as JSON.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.extract.crawl import CrawlReport, crawl
from pipelines.extract.fetch import Limits
from pipelines.extract.raw_store import read_captures
from pipelines.settings import CHECKOUT, Home
from tests.helpers.replay import ReplayServer

QUICK = Limits(
    delay_seconds=0,
    tries=3,
    backoff_seconds=0.002,
    longest_wait_seconds=2,
    connect_seconds=1,
    read_seconds=2,
    request_seconds=3,
    page_bytes=4 << 20,
)
"""Impatient; the body limit is still ten times a real page."""

State = tuple[str, str, str]


def run_crawl(home: Home, server: ReplayServer, *sources: str, **options: Any) -> CrawlReport:
    """``crawl`` against the server, with quick limits unless others are given."""
    return crawl(home, sources, base_url=server.url, **({"limits": QUICK} | options))


def run_until_done(home: Home, server: ReplayServer, *sources: str, rounds: int = 60, **options: Any) -> int:
    """Crawl, with whatever faults are injected, until a crawl has no failure.

    Returns:
        Number of crawls. The last may still have failures when so many rounds are over.
    """
    for n in range(1, rounds + 1):
        if not run_crawl(home, server, *sources, **options).failures:
            return n
    return rounds


def captured(home: Home) -> list[State]:
    """Address, bytes and outcome of all that the record holds, sorted; a thing recorded twice is in it twice."""
    rows = read_captures(home).select("url", "sha256", "outcome").rows()
    return sorted((str(url), str(sha256), str(outcome)) for url, sha256, outcome in rows)


def captured_pages(home: Home) -> list[State]:
    """The same without index pages."""
    return [state for state in captured(home) if re.search(r"/t[\d_]+\.s?html?$", state[0])]


# --- what the process does besides -----------------------------------------------------------------------------------------

_TOUCHED: list[tuple[str, str]] | None = None
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    touched = _TOUCHED
    if touched is None:
        return
    if event == "socket.connect":
        touched.append(("connect", f"{arguments[1][0]}:{arguments[1][1]}" if isinstance(arguments[1], tuple) else str(arguments[1])))
    elif event == "socket.getaddrinfo":
        touched.append(("look up", str(arguments[0])))
    elif event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        mode, flags = arguments[1] or "", arguments[2] or 0
        if set(str(mode)) & set("wax+") or (isinstance(flags, int) and flags & _WRITING):
            touched.append(("write", os.fsdecode(arguments[0])))
        else:
            touched.append(("read", os.fsdecode(arguments[0])))
    elif event in ("os.rename", "os.link", "os.symlink"):
        touched.append(("write", os.fsdecode(arguments[1])))
    elif event in ("os.mkdir", "os.remove", "os.rmdir", "os.truncate") and isinstance(arguments[0], str | bytes | os.PathLike):
        touched.append(("write", os.fsdecode(arguments[0])))
    elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        touched.append(("start", str(arguments[0])))


sys.addaudithook(_note)


@contextmanager
def touching() -> Iterator[list[tuple[str, str]]]:
    """Everything that this process connects to, looks up, writes and starts meanwhile: (what, name). Python's audit events tell."""
    global _TOUCHED
    touched: list[tuple[str, str]] = []
    _TOUCHED = touched
    try:
        yield touched
    finally:
        _TOUCHED = None


def strangers(touched: Sequence[tuple[str, str]], home: Home, server: ReplayServer) -> set[tuple[str, str]]:
    """What of it is neither the server nor the home."""
    own = {("connect", f"127.0.0.1:{server.port}"), ("look up", "127.0.0.1")}
    root = str(home.root)
    return {
        (what, name)
        for what, name in touched
        if (what, name) not in own
        and not (what == "write" and (name == root or name.startswith(f"{root}/") or name == os.devnull or "__pycache__" in name))
        and not (what == "read" and not name.startswith("/etc/passwd"))
    }


# --- as a process ----------------------------------------------------------------------------------------------------------


def start_crawl(home: Home, url: str, *sources: str) -> subprocess.Popen[str]:
    """A crawl as a process of its own; its standard output is JSON."""
    command = [sys.executable, "-m", "tests.helpers.replay_crawl", str(home.root), url, *sources]
    return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def peak_memory_bytes() -> int:
    """The most memory that this process has held (VmHWM: unlike ru_maxrss it leaves out what the parent held)."""
    match = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    return int(match[1]) * 1024 if match else 0


def main() -> None:
    """Crawl as the arguments say, and print what came of it."""
    root, url, *sources = sys.argv[1:]
    # The body limit of a real crawl; bigger than any page, and what bounds memory.
    limits = replace(QUICK, page_bytes=Limits().page_bytes, request_seconds=20, read_seconds=5, tries=2)
    report = crawl(Home(Path(root)), sources, base_url=url, limits=limits)
    print(json.dumps({"requests": report.n_requests, "failures": report.failures, "peak_memory_bytes": peak_memory_bytes()}))


if __name__ == "__main__":
    main()
