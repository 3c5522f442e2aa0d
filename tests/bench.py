"""``make bench``: pages per second by stage, against plain reading of the same bytes, and a whole refresh.

Baselines of the same run: selectolax and BeautifulSoup just parse each page and take the text of its body. A figure of
seconds says something about the machine; the ratios say something about the code.

    python -m tests.bench [FOLDER]        a folder with pages; by default the project's sample
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest import mock

import polars as pl
import psutil
from bs4 import BeautifulSoup
from rich.console import Console
from rich.table import Table
from selectolax.lexbor import LexborHTMLParser

from pipelines.annotate import codebook
from pipelines.annotate.tables import annotate
from pipelines.extract.ingest import ingest
from pipelines.extract.raw_store import read_captures
from pipelines.lake import months, read_table
from pipelines.locking import writing
from pipelines.normalise.mentions import mentions_table
from pipelines.parse.model import UnparsablePageError
from pipelines.parse.page import parse_page
from pipelines.parse.readers import BODIES
from pipelines.parsed_pages import parse_and_keep
from pipelines.progress import SilentProgress
from pipelines.refresh import lake_stage
from pipelines.settings import CHECKOUT, PAGE_SUFFIXES, Home
from pipelines.vocabularies import vocabulary

ROUNDS = 3
"""Rounds of the reading and parsing figures; the median counts, as other work on the machine slows single rounds."""

SAMPLE_SECONDS = 0.05
"""How often the memory of a refresh is read."""


def read_selectolax(raw: bytes) -> int:
    """Characters of the body text, by selectolax."""
    tree = LexborHTMLParser(raw.decode("utf-8", "replace"))
    return sum(len(node.text()) for node in tree.css(BODIES))


def read_beautifulsoup(raw: bytes) -> int:
    """Characters of the body text, by BeautifulSoup with Python's own HTML parser, as the published scripts do it."""
    soup = BeautifulSoup(raw, "html.parser")
    return sum(len(node.get_text()) for node in soup.select(BODIES))


def parse(raw: bytes) -> int:
    """Turns of the page."""
    try:
        page = parse_page(raw)
    except UnparsablePageError:
        return 0
    return len(getattr(page, "turns", ()))


def seconds_of(work: Callable[[bytes], int], pages: Sequence[bytes]) -> float:
    """Median wall time over the rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for raw in pages:
            work(raw)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def reading_table(pages: Sequence[bytes]) -> Table:
    """Reading and parsing, one core."""
    table = Table(
        "reader", "pages/s", "ms a page", "times selectolax", title=f"{len(pages)} HTML pages, one core, median of {ROUNDS} rounds"
    )
    baseline = seconds_of(read_selectolax, pages)
    for name, seconds in (
        ("selectolax, body text only", baseline),
        ("BeautifulSoup, body text only", seconds_of(read_beautifulsoup, pages)),
        ("the parser: turns, dates, speakers", seconds_of(parse, pages)),
    ):
        table.add_row(name, f"{len(pages) / seconds:,.0f}", f"{1000 * seconds / len(pages):.2f}", f"{seconds / baseline:.1f}")
    return table


def stages_table(home: Home, folder: Path) -> Table:
    """Each stage by itself on the same pages."""
    table = Table("stage", "pages/s", "seconds", title="Stages, each by itself")
    start = time.perf_counter()
    ingest(home, [folder])
    captures = read_captures(home).filter(outcome="stored").unique("sha256")
    n_pages = captures.height

    def row(name: str, seconds: float) -> None:
        table.add_row(name, f"{n_pages / seconds:,.0f}", f"{seconds:.2f}")

    row("ingest", time.perf_counter() - start)
    with writing(home):
        start = time.perf_counter()
        parse_and_keep(home, list(captures.select("sha256", "url").iter_rows()), SilentProgress())
        row("parse (all cores)", time.perf_counter() - start)
        start = time.perf_counter()
        lake_stage(home, SilentProgress())
        row(f"normalise, annotate, write {len(months(home.lake))} months", time.perf_counter() - start)
    turns, exchanges, documents = (read_table(home.lake, name).collect() for name in ("turns", "exchanges", "documents"))
    start = time.perf_counter()
    mentions_table(turns, documents)
    row("of it: mentions", time.perf_counter() - start)
    once, twice = codebook_seconds(turns, exchanges, documents)
    row("of it: codebook", once)
    row(f"the codebook with every phrase twice ({twice / once:.2f} times)", twice)
    return table


def codebook_seconds(turns: pl.DataFrame, exchanges: pl.DataFrame, documents: pl.DataFrame) -> tuple[float, float]:
    """Wall time of coding all turns, with the codebook as it is and with every phrase a second time under another id."""
    rows = vocabulary("response_phrases")
    doubled = pl.concat([rows, rows.with_columns(pattern_id=pl.concat_str(pl.lit("X"), "pattern_id"))])
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for copies, phrases in ((1, rows), (2, doubled)):
            forget_annotations()
            names = {"response_phrases": phrases}
            with mock.patch.object(codebook, "vocabulary", lambda name, names=names: names.get(name, vocabulary(name))):
                start = time.perf_counter()
                annotate(turns, exchanges, documents)
                times[copies].append(time.perf_counter() - start)
    forget_annotations()
    return statistics.median(times[1]), statistics.median(times[2])


def forget_annotations() -> None:
    """Empty the caches of the annotator: a second run over the same sentences would find its work done."""
    for name, module in list(sys.modules.items()):
        if name.startswith("pipelines.annotate."):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def refresh_table(folder: Path, home: Path) -> Table:
    """A whole refresh of a new home by the command, and a second one that has nothing to do."""
    table = Table("command", "wall seconds", "peak memory, MB", title="Whole commands, processes and their children together")
    command = [sys.executable, "-m", "pipelines.cli", "--home", str(home)]
    for name, arguments in (("ingest", ["ingest", str(folder)]), ("refresh", ["refresh"]), ("refresh again", ["refresh"])):
        seconds, peak_bytes = run_measured([*command, *arguments])
        table.add_row(name, f"{seconds:.1f}", f"{peak_bytes / 1e6:,.0f}")
    return table


def run_measured(command: Sequence[str]) -> tuple[float, int]:
    """Wall time and the largest sum of resident memory (proportional set size, so that shared pages count once)."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak_bytes = 0

    def watch() -> None:
        nonlocal peak_bytes
        root = psutil.Process(process.pid)
        while process.poll() is None:
            total = 0
            try:
                for each in (root, *root.children(recursive=True)):
                    total += each.memory_full_info().pss
            except psutil.Error:
                pass
            peak_bytes = max(peak_bytes, total)
            time.sleep(SAMPLE_SECONDS)

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    watcher.join()
    if process.returncode not in (0, 1):
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.perf_counter() - start, peak_bytes


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", nargs="?", type=Path, default=CHECKOUT / "tests" / "fixtures" / "sample")
    folder = arguments.parse_args().folder
    html = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.suffix in PAGE_SUFFIXES and path.suffix != ".txt"]
    console = Console(width=100)
    with tempfile.TemporaryDirectory() as scratch:
        console.print(reading_table(html))
        console.print(stages_table(Home(Path(scratch, "stages")), folder))
        console.print(refresh_table(folder, Path(scratch, "whole")))


if __name__ == "__main__":
    main()
