"""``python -m tests.volume FOLDER --pages N``: write pages and their truth."""

from __future__ import annotations

import argparse
import time
from datetime import date
from pathlib import Path

from tests.volume.generate import Plan, write_pages
from tests.volume.ministries import MINISTRIES


def main() -> None:
    """Read the arguments, write the pages, say how fast."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.volume", description="Invented pages in the ministry's layouts, with known truth."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, required=True, help="number of pages")
    parser.add_argument("--first", type=int, default=0, help="number of the first page, to add to what an earlier call wrote (default 0)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sources", default="sample", help=f"some of {', '.join(MINISTRIES)}, with commas (default sample)")
    parser.add_argument("--languages", default="en,zh", help="en, zh or both (default en,zh)")
    parser.add_argument("--from", dest="since", type=date.fromisoformat, default=date(2002, 1, 1), help="first day (default 2002-01-01)")
    given = parser.parse_args()
    sources, languages = tuple(given.sources.split(",")), tuple(given.languages.split(","))
    if unknown := [*({*sources} - {*MINISTRIES}), *({*languages} - {"en", "zh"})]:
        parser.error(f"unknown: {', '.join(unknown)}")
    start = time.perf_counter()
    try:
        n_bytes = write_pages(given.folder, Plan(given.seed, sources, languages, given.since), given.pages, given.first)
    except IndexError:
        parser.error("The calendar ends before so many pages. Name more sources, or an earlier first day.")
    seconds = time.perf_counter() - start
    print(f"{given.pages:,} pages, {n_bytes / 1e6:,.1f} MB, in {seconds:.1f} s ({given.pages / seconds:,.0f} pages/s)")


if __name__ == "__main__":
    main()
