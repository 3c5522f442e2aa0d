"""One writer at a time: the lock on ``BRIEFINGS_HOME`` that ingest, refresh and Dagster runs hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from pipelines.errors import BriefingsError
from pipelines.progress import Progress, SilentProgress
from pipelines.settings import Home

WAIT_SECONDS = 1800.0
"""How long a writer waits for the one before it; a first refresh of 30,000 pages takes about half as long."""


class HomeBusyError(BriefingsError):
    """Another run held the lock all the time. The message names the home and says what to do."""


@contextmanager
def writing(home: Home, progress: Progress | None = None, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the home's lock; the home is created when missing. The kernel frees the lock of a killed process.

    Args:
        home: what is written to.
        progress: told when another run has to end first.
        wait_seconds: how long to wait for it.

    Raises:
        HomeBusyError: the other run did not end in time.
        OSError: the home cannot be written.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        (progress or SilentProgress()).note(f"Another run is writing to {home.root}; waiting for it to end.")
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout:
            raise HomeBusyError(
                f"Another run has been writing to {home.root} for {wait_seconds:,.0f} s. Nothing was changed; run the command again when it has ended."
            ) from None
    try:
        yield
    finally:
        lock.release()
