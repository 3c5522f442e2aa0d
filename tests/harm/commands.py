"""The command ``briefings`` in processes that are forked from one that has loaded the libraries: as in the shell, but sooner there.

Importing dbt, polars and typer takes half of the time of a refresh of a few pages, in which a kill can do no harm.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

LIBRARIES = ["pytest", "pipelines.cli.app", "pipelines.refresh", "pipelines.extract.ingest", "pipelines.publish.query", "dbt.cli.main"]
LIBRARIES += ["dbt.adapters.duckdb.connections", "dbt.task.build", "rich.progress"]

PATIENCE_SECONDS = 300.0
"""A command that takes longer hangs."""

_server = get_context("forkserver")
_server.set_forkserver_preload(LIBRARIES)


@dataclass
class Running:
    """A command at work, the leader of a process group of its own."""

    process: BaseProcess
    log: Path
    begun: float

    def kill(self) -> bool:
        """kill -9 to the whole group; whether it was still at work."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.join(PATIENCE_SECONDS)
        return self.process.exitcode == -signal.SIGKILL

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int | None:
        """Exit code; None when it is still at work after so many seconds."""
        self.process.join(seconds)
        return self.process.exitcode

    @property
    def said(self) -> str:
        """What it printed so far, on both streams."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def start(home: Path, arguments: Sequence[object], log: Path, file_limit_bytes: int | None = None) -> Running:
    """Start a command; returns when its process runs.

    Args:
        home: BRIEFINGS_HOME.
        arguments: of the command, as in the shell.
        log: file for what it prints.
        file_limit_bytes: no file that it writes may become larger; like a disk that fills up.
    """
    ours, theirs = _server.Pipe(duplex=False)
    process = _server.Process(target=_work, args=(str(home), [str(a) for a in arguments], str(log), file_limit_bytes, theirs))
    process.start()
    theirs.close()
    if not ours.poll(PATIENCE_SECONDS):
        raise TimeoutError(f"{arguments} did not begin")
    ours.recv()
    return Running(process, log, time.monotonic())


def _work(home: str, arguments: list[str], log: str, file_limit_bytes: int | None, begun: Connection) -> None:
    os.setsid()
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.environ["BRIEFINGS_HOME"] = home
    sys.argv = ["briefings", *arguments]
    if file_limit_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit_bytes, file_limit_bytes))
    begun.send(True)
    from pipelines.cli import main

    main()
