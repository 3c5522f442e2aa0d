"""How long a reader waits for the explorer: its first view, and each filter, in a browser, as medians.

The published file of a home is multiplied (new ids, the days moved on by one a copy) until it has so many exchanges; one
that has them already is read as it is. Needs Chromium.

    python -m tests.bench_explorer [--home FOLDER] [--exchanges 40000] [--rounds 7]
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import duckdb
from playwright.sync_api import Page, sync_playwright

from pipelines.publish.search_index import write_index
from pipelines.settings import Home

FIRST_VIEW_LIMIT_SECONDS, FILTER_LIMIT_SECONDS = 2.0, 0.3

TABLES = (
    "core.documents", "core.document_versions", "core.turns", "core.exchanges", "core.mentions", "core.pattern_hits", "core.accusations",
    "core.topic_hits", "core.document_pairs", "core.exchange_pairs", "core.language_differences", "marts.language_gaps",
)  # fmt: skip
KEPT_IDS = ("entity_id", "outlet_id", "spokesperson_id", "source_id", "pattern_id", "topic_id")


def multiplied(source: Path, target: Path, n_exchanges: int) -> int:
    """Copy a published file with at least so many exchanges; gives their number."""
    shutil.copy(source, target)
    with duckdb.connect(str(target), config={"memory_limit": "1GB", "preserve_insertion_order": False}) as connection:

        def count() -> int:
            row = connection.execute("select count(*) from core.exchanges").fetchone()
            return int(row[0]) if row else 0

        n = count()
        if not n:
            raise SystemExit(f"{source} has no exchange to multiply.")
        copies = -(-n_exchanges // n) - 1
        for table in TABLES if copies > 0 else ():
            schema, name = table.split(".")
            rows = connection.execute(
                "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ? order by column_index",
                [schema, name],
            ).fetchall()
            columns = ", ".join(
                f"{column} || '-' || copy" if column.endswith("_id") and column not in KEPT_IDS and kind == "VARCHAR"
                else f"{column} + copy::int" if column == "briefing_date"
                else column
                for column, kind in rows
            )  # fmt: skip
            connection.execute(f"insert into {table} select {columns} from {table}, range(1, {copies + 1}) as copies(copy)")
        if copies > 0:
            write_index(connection)
        return count()


def filters(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Query parameters by name: of each filter the value that most exchanges have, and searches."""

    def most(sql: str) -> str:
        row = connection.execute(
            f"select value from ({sql}) as t(value) where value is not null group by 1 order by count(*) desc, 1 limit 1"
        ).fetchone()
        return str(row[0]) if row else ""

    days = connection.execute("select quantile_disc(briefing_date, [0.4, 0.6]) from core.exchanges").fetchone()
    assert days
    found = {
        "date": {"since": days[0][0], "until": days[0][1]},
        "language": {"language": most("select language from core.exchanges")},
        "source": {"source": most("select source_id from core.documents")},
        "outlet": {"outlet": most("select outlet_id from core.exchanges")},
        "spokesperson": {"spokesperson": most("select spokesperson_id from core.exchanges")},
        "country": {"country": most("select entity_id from core.mentions where starts_with(entity_id, 'place:')")},
        "pattern": {"pattern": most("select pattern_id from core.pattern_hits")},
        "accuser": {"accuser": most("select accuser from core.accusations")},
        "accused": {"accused": most("select accused from core.accusations")},
        "accusation": {"accusation": most("select accusation_type from core.accusations")},
        "direction": {"direction": "IN"},
        "search, one word": {"words": "cooperation"},
        "search, in Chinese": {"words": "合作"},
        "search and filters": {"words": "trade", "language": "en", "direction": "IN"},
    }
    return {name: urlencode(parameters) for name, parameters in found.items()}


def seconds_of(action: Callable[[], object]) -> float:
    """Wall time of an action."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def opened(page: Page, address: str) -> None:
    """Go to an address and wait until its list is laid out and painted."""
    page.goto(address, wait_until="load")
    page.wait_for_selector("main h1")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def measured(home: Home, rounds: int) -> bool:
    """Print the medians; whether all keep the limits."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    site = f"http://127.0.0.1:{port}/"
    started = time.perf_counter()
    command = [sys.executable, "-m", "pipelines.cli", "--home", str(home.root), "explore", "--port", str(port), "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            server.stdout.readline()
            print(f"{'start of the command':24} {time.perf_counter() - started:6.2f} s")
            print(f"{'first answer':24} {seconds_of(lambda: urllib.request.urlopen(site).read()):6.3f} s")
            with duckdb.connect(str(home.published), read_only=True) as connection:
                queries = filters(connection)
            browser_path = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
                firsts = []
                for _ in range(rounds):
                    context = browser.new_context()
                    page = context.new_page()
                    firsts.append(seconds_of(lambda page=page: opened(page, site)))  # type: ignore[misc]  # a default binds it
                    context.close()
                print(f"{'first view, browser':24} {statistics.median(firsts):6.3f} s (slowest {max(firsts):.3f})")
                is_kept = statistics.median(firsts) < FIRST_VIEW_LIMIT_SECONDS
                page = browser.new_page()
                for name, query in queries.items():
                    times = [seconds_of(lambda query=query: opened(page, f"{site}?{query}")) for _ in range(rounds)]  # type: ignore[misc]
                    print(f"{name:24} {statistics.median(times):6.3f} s (slowest {max(times):.3f})   {page.inner_text('main h1')}")
                    is_kept &= statistics.median(times) < FILTER_LIMIT_SECONDS
                browser.close()
        finally:
            server.terminate()
    return is_kept


def main() -> None:
    """Read the arguments, measure; exit code 1 when a limit is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench_explorer", description="Waiting times of the explorer.")
    parser.add_argument("--home", type=Path, default=Home.from_environment().root, help="folder with a published file")
    parser.add_argument("--exchanges", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        seconds = time.perf_counter()
        n = multiplied(given.home / "briefings.duckdb", home.published, given.exchanges)
        print(f"{n:,} exchanges, {home.published.stat().st_size / 1e6:,.0f} MB (made in {time.perf_counter() - seconds:.0f} s)")
        if not measured(home, given.rounds):
            print(f"Over a limit: first view {FIRST_VIEW_LIMIT_SECONDS} s, each filter {FILTER_LIMIT_SECONDS} s.")
            sys.exit(1)


if __name__ == "__main__":
    main()
