"""``make picture``: the beginning of the sample's report, as README shows it.

    python -m tests.picture [TARGET.png]

The sample is made anew in a folder of its own, so that everybody gets the same page; only the machine's fonts differ.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from pipelines.extract.ingest import ingest
from pipelines.publish.report import build_report
from pipelines.refresh import refresh
from pipelines.settings import CHECKOUT, Home
from tests.helpers.browser import browser_page

TARGET = CHECKOUT / "docs" / "report.png"
WIDTH_PIXELS, HEIGHT_PIXELS = 1000, 860


def main() -> int:
    """Make the picture, and say where it is."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        ingest(home, [CHECKOUT / "tests" / "fixtures" / "sample"])
        refresh(home)
        index = build_report(home).index
        with browser_page(WIDTH_PIXELS, HEIGHT_PIXELS) as opened:
            opened.page.goto(index.as_uri())
            opened.page.screenshot(path=target)
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
