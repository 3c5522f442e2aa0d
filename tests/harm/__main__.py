"""The long versions: harm without end, and figures of what came of it.

python -m tests.harm kills [--n 100] [--seed 1] [--also "COMMAND"]     ingest, refresh, and crawl of a local server
python -m tests.harm disks [--n 10] [--seed 1]            needs the right to mount a small file system
python -m tests.harm mutations [--n 10000] [--seed 1]     with the real pages beside the checkout, where there are any
python -m tests.harm memory [--n 10000]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.settings import Home

CRAWLED_PAGES = 60

console = Console(width=160, highlight=False)


def kills(scratch: Path, n: int, seed: int, also: Sequence[str]) -> bool:
    from tests.harm.kills import kill_at_random
    from tests.helpers.replay import ReplayServer
    from tests.helpers.replay_site import INDEX, invented_site

    with ReplayServer(invented_site(INDEX, CRAWLED_PAGES)) as server:
        # Read again in full, so that a crawl has as much to do the tenth time as the first.
        crawl = f"crawl --source sample --full --delay 0 --base-url {server.url}"
        found = kill_at_random(scratch, n, seed, [crawl, *also], tell)
    rows = [
        ("kills", f"{found.kills.total()} ({', '.join(f'{name} {count}' for name, count in sorted(found.kills.items()))})"),
        ("commands that ended before their kill", found.n_too_late),
        ("published file opened and answered after a kill", found.n_opened),
        ("nothing was published yet", found.n_unpublished),
        ("the next refresh completed, and another had nothing to do", found.is_settled),
        ("rows compared with an undisturbed home", f"{found.difference.n_rows:,}"),
        ("rows lost", found.difference.n_lost),
        ("rows double", found.difference.n_double),
        ("files left over", len(found.left_over)),
        ("undisturbed, seconds", ", ".join(f"{name} {seconds:.1f}" for name, seconds in found.seconds.items())),
    ]
    return show(f"kill -9, seed {seed}", rows, [*found.faults, *found.difference.tables, *found.left_over])


def disks(scratch: Path, n: int, seed: int) -> bool:
    from tests.harm.disks import fill_at_random

    found = fill_at_random(scratch, n, seed, tell)
    ended = [f"{command} {code}" for _, command, code, _ in found.found]
    rows = [
        ("full disks", len(found.found)),
        ("command and exit code", ", ".join(f"{end}: {ended.count(end)}" for end in sorted(set(ended)))),
        ("completed once there was room, tables as undisturbed", found.n_recovered),
        ("rows compared", f"{found.difference.n_rows:,}"),
        ("rows lost", found.difference.n_lost),
        ("rows double", found.difference.n_double),
    ]
    return show(f"disk full, seed {seed}", rows, [*found.faults, *found.difference.tables]) and found.n_recovered == n


def mutations(scratch: Path, n: int, seed: int) -> bool:
    from tests.harm.mutations import PUBLISHED_PAGES, Outcome, mutate, parse_and_write, publish, take

    found, home = Outcome(), Home(scratch / "home")
    parse_and_write(scratch / "pages", mutate(n, seed), found)
    tell(f"parsed, {len(found.faults)} faults")
    take(home, scratch / "pages", found)
    tell(f"normalised and annotated, {len(found.faults)} faults")
    publish(Home(scratch / "published"), scratch / "pages", found)
    outcomes = ", ".join(f"{name} {count:,}" for name, count in found.outcomes.most_common())
    rows = [
        ("mutated pages", f"{n:,} ({found.n_bytes / 1e6:,.0f} MB)"),
        ("different bytes", outcomes),
        (f"documents published from the first {PUBLISHED_PAGES}", f"{found.n_published:,}"),
        ("slowest page to parse, seconds", f"{found.slowest_seconds:.2f}"),
        ("normalise and annotate, ms a page", f"{1000 * found.lake_seconds / n:.1f}"),
    ]
    return show(f"mutations, seed {seed}", rows, found.faults)


def memory(scratch: Path, n: int) -> bool:
    from tests.harm.memory import LIMIT_BYTES, measure

    found = measure(scratch, n)
    rows = [
        (name, f"{seconds:,.1f} s, {peak / 1e6:,.0f} MB at the most (all processes), {largest / 1e6:,.0f} MB (largest process so far)")
        for name, seconds, peak, largest in found
    ]
    over = [f"{name}: more than {LIMIT_BYTES / 1e6:,.0f} MB" for name, _, peak, largest in found if max(peak, largest) > LIMIT_BYTES]
    return show(f"memory, {n:,} pages", rows, over)


def tell(line: str) -> None:
    """A line on standard error."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def show(title: str, rows: Sequence[tuple[str, object]], faults: Sequence[str]) -> bool:
    """Print figures and faults; whether there are none of the latter."""
    table = Table("harm and recovery", "", title=title)
    for name, value in rows:
        table.add_row(name, str(value))
    table.add_row("faults", str(len(faults)))
    console.print(table)
    for fault in faults[:50]:
        console.print(f"FAULT {fault}", markup=False)
    return not faults


def main() -> int:
    """Run what was asked for; 1 when something was not recovered."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["kills", "disks", "mutations", "memory"])
    parser.add_argument("--n", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--also", action="append", default=[], help="a further command that writes, to be killed as well")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        works: dict[str, Callable[[], bool]] = {
            "kills": lambda: kills(scratch, given.n or 100, given.seed, given.also),
            "disks": lambda: disks(scratch, given.n or 10, given.seed),
            "mutations": lambda: mutations(scratch, given.n or 10_000, given.seed),
            "memory": lambda: memory(scratch, given.n or 10_000),
        }
        return 0 if works[given.what]() else 1


if __name__ == "__main__":
    sys.exit(main())
