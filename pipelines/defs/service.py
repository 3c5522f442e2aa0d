"""The nightly service: Dagster's web server and its daemon, which schedules and sensors need. They start and stop together.

``make nightly``, the systemd unit and the container run ``python -m pipelines.defs.service``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from dagster import DagsterInstance

from pipelines.settings import Home

MODULE = "pipelines.definitions"
CONFIGURATION = Path(__file__).with_name("dagster.yaml")
NIGHTLY_VARIABLE = "BRIEFINGS_NIGHTLY"

STOP_SECONDS = 20.0
"""A process that has not stopped by then is killed. Whatever a run was doing, the next one completes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both until one ends or a signal comes.

    Returns:
        0 when a person stopped it, 1 when one of the two ended by itself.
    """
    parser = argparse.ArgumentParser(prog="make nightly", description="Dagster's web server and daemon, with schedule and sensors running.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; by default only this machine can connect")
    parser.add_argument("--port", type=int, default=3000)
    options = parser.parse_args(arguments)
    environment = service_environment(Home.from_environment())
    prepare_storage(Path(environment["DAGSTER_HOME"]))
    stopped_by: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopped_by.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    web = ["-m", "dagster_webserver", "--host", options.host, "--port", str(options.port), "--module-name", MODULE]
    daemon = ["-m", "dagster._daemon", "run", "--module-name", MODULE]
    # Sessions of their own, so that Ctrl-C comes to them once, from here.
    processes = {
        name: subprocess.Popen([sys.executable, *command], env=environment, start_new_session=True)
        for name, command in (("web server", web), ("daemon", daemon))
    }
    print(f"Nightly service: http://{options.host}:{options.port} (Ctrl-C ends it)", file=sys.stderr, flush=True)
    while not stopped_by and all(process.poll() is None for process in processes.values()):
        time.sleep(0.25)
    for name, process in processes.items():
        if process.poll() is not None:
            print(f"The {name} has ended with exit code {process.returncode}; the other is stopped, too.", file=sys.stderr, flush=True)
    _stop(list(processes.values()))
    return 0 if stopped_by else 1


def service_environment(home: Home) -> dict[str, str]:
    """The environment of both. Dagster's folder (DAGSTER_HOME, else ``.dagster`` of the home) and ``landing/`` are made."""
    folder = Path(os.environ.get("DAGSTER_HOME") or home.root / ".dagster")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(CONFIGURATION, folder / CONFIGURATION.name)
    home.landing.mkdir(parents=True, exist_ok=True)
    return os.environ | {"BRIEFINGS_HOME": str(home.root), "DAGSTER_HOME": str(folder), NIGHTLY_VARIABLE: "1", "DO_NOT_TRACK": "1"}


def prepare_storage(folder: Path) -> None:
    """Make Dagster's databases, where they are not there yet: two processes that make them at the same moment spoil them for good."""
    with DagsterInstance.from_config(str(folder)):
        pass


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    end = time.monotonic() + STOP_SECONDS
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, end - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its code server and runs, which are of its session


if __name__ == "__main__":
    sys.exit(main())
