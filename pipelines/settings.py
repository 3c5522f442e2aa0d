"""Paths, limits and versions: the one place where they are set."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
DBT_PROJECT = CHECKOUT / "dbt"
SEEDS = DBT_PROJECT / "seeds"

PARSER_VERSION = "1"
"""Raise it when a page may parse differently than before: a refresh then re-reads every page."""

CODEBOOK_VERSION = "1"
"""Raise it when a code's rules change: a refresh then annotates every month again."""

PAGE_LIMIT_BYTES = 20 * 1024 * 1024
"""A briefing page has 20 to 400 kB; over this limit a file is refused without being read."""

CRAWL_DELAY_SECONDS = 2.0
"""Between the end of a request and the next; a reader clicks no faster."""

REREAD_DAYS = 30
"""Briefings of the last so many days are fetched again on every crawl, to see edits; older ones on request (`--full`)."""

PAGE_SUFFIXES = (".html", ".htm", ".shtml", ".txt")

ARCHIVE_SUFFIXES = (".warc", ".warc.gz")


def user_agent() -> str:
    """How the crawler introduces itself; ``BRIEFINGS_CONTACT`` adds an address at which its operator can be reached."""
    contact = " ".join(os.environ.get("BRIEFINGS_CONTACT", "").split())
    return f"briefings/0.1 (research crawler of published press briefings{'; ' + contact if contact else ''})"


@dataclass(frozen=True)
class Home:
    """The folder that holds the data, and the names of what lies in it (``BRIEFINGS_HOME``)."""

    root: Path

    @classmethod
    def from_environment(cls) -> Home:
        """The folder named by ``BRIEFINGS_HOME``; by default ``warehouse/`` of the checkout. Always absolute."""
        return cls(Path(os.environ.get("BRIEFINGS_HOME") or CHECKOUT / "warehouse").expanduser().resolve())

    @property
    def raw(self) -> Path:
        """Pages as they were fetched, and the record of where and when."""
        return self.root / "raw"

    @property
    def lake(self) -> Path:
        """Parquet tables, a file a month."""
        return self.root / "lake"

    @property
    def published(self) -> Path:
        """The DuckDB file that readers open."""
        return self.root / "briefings.duckdb"

    @property
    def earlier_codebook(self) -> Path:
        """The last file that was published with another codebook, kept to compare with."""
        return self.root / "briefings.earlier_codebook.duckdb"

    @property
    def build(self) -> Path:
        """Scratch space of a build; may be deleted when nothing runs."""
        return self.root / ".build"

    @property
    def exports(self) -> Path:
        """What ``briefings export`` writes."""
        return self.root / "exports"

    @property
    def landing(self) -> Path:
        """Where people drop files that the nightly service takes in."""
        return self.root / "landing"

    @property
    def crawl(self) -> Path:
        """What the crawler remembers of index pages; may be deleted, then the next crawl reads all of them."""
        return self.root / "crawl"

    @property
    def lock(self) -> Path:
        """Held by whoever writes."""
        return self.root / ".lock"

    @property
    def crawl_lock(self) -> Path:
        """Held by the one crawl that may run."""
        return self.root / ".crawl.lock"
