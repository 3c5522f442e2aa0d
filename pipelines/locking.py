"""One writer at a time: the lock on ``BRIEFINGS_HOME`` that ingest, refresh and Dagster runs hold; and one crawl."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import BriefingsError
from pipelines.progress import Progress, SilentProgress
from pipelines.settings import Home

WAIT_SECONDS = 1800.0
"""How long a writer waits for the one before it; a first refresh of 30,000 pages takes about half as long."""


class HomeBusyError(BriefingsError):
    """Another run held the lock all the time. The message names the home and says what to do."""


def writing(home: Home, progress: Progress | None = None, wait_seconds: float = WAIT_SECONDS) -> AbstractContextManager[None]:
    """Hold the home's lock; the home is created when missing. The kernel frees the lock of a killed process.

    Args:
        home: what is written to.
        progress: told when another run has to end first.
        wait_seconds: how long to wait for it.

    Raises:
        HomeBusyError: the other run did not end in time.
        OSError: the home cannot be written.
    """
    return _holding(home.lock, f"Another run is writing to {home.root}", progress, wait_seconds)


def crawling(home: Home, progress: Progress | None = None, wait_seconds: float = WAIT_SECONDS) -> AbstractContextManager[None]:
    """Hold the lock of the one crawl that may run, which may take hours; others write meanwhile. As ``writing`` otherwise."""
    return _holding(home.crawl_lock, f"Another crawl is running for {home.root}", progress, wait_seconds)


@contextmanager
def _holding(path: Path, what: str, progress: Progress | None, wait_seconds: float) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        (progress or SilentProgress()).note(f"{what}; waiting for it to end.")
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout:
            raise HomeBusyError(
                f"{what}, and has not ended in {wait_seconds:,.0f} s. Nothing was changed; run the command again when it has ended."
            ) from None
    try:
        yield
    finally:
        lock.release()
