"""A disk that fills up while a command writes: a small file system with so much room and no more."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.settings import Home
from tests.harm import homes
from tests.harm.commands import start
from tests.harm.pages import pages, write_pages

N_PAGES = 40
NEEDED_BYTES = 40 * 2**20
"""Room in which the whole work fits."""


class NoSmallDiskError(Exception):
    """This user may not mount a file system."""


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    """An empty file system of that size in a folder that is made for it."""
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "briefings-harm", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        raise NoSmallDiskError(mounted.stderr.decode())
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def leave_room(disk: Path, room_bytes: int) -> Path:
    """Fill the disk up to so many bytes; the file that does it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for _ in range(max(0, shutil.disk_usage(disk).free - room_bytes) // 4096):
            file.write(bytes(4096))
    return filler


@dataclass
class Outcome:
    """What came of full disks: rooms -> (command that ran into it, exit code, last line of what it said)."""

    found: list[tuple[int, str, int | None, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    n_recovered: int = 0
    difference: homes.Difference = field(default_factory=homes.Difference)


def fill_at_random(scratch: Path, n: int, seed: int, tell: Callable[[str], object] = lambda _: None) -> Outcome:
    """Ingest and refresh with random room, make room, and do it again.

    Raises:
        NoSmallDiskError: see there.
    """
    dice = random.Random(seed)
    outcome = Outcome()
    folder = scratch / "pages"
    write_pages(folder, pages(N_PAGES))
    undisturbed = Home(scratch / "undisturbed")
    for command in (["ingest", folder], ["refresh"]):
        start(undisturbed.root, command, scratch / "log").wait()
    for number in range(n):
        # Many commands fail within the first megabyte, and the build file wants more than ten.
        room_bytes = int(dice.choice([2**20, 4 * 2**20, 16 * 2**20]) * dice.random())
        with small_disk(scratch / f"disk{number}", NEEDED_BYTES) as disk:
            home = Home(disk / "home")
            filler = leave_room(disk, room_bytes)
            full = run_into(home, folder, scratch / "log")
            outcome.found.append((room_bytes, *full))
            outcome.faults += [f"with {room_bytes:,} bytes: {fault}" for fault in faults_of(home, full)]
            filler.unlink()
            again = run_into(home, folder, scratch / "log")
            found = homes.difference(home, undisturbed)
            outcome.n_recovered += again[1] == 0 and not found.tables
            outcome.difference.n_rows += found.n_rows
            outcome.difference.n_lost += found.n_lost
            outcome.difference.n_double += found.n_double
            outcome.difference.tables += found.tables
        tell(f"{room_bytes:>10,} bytes of room: {full[0]} ended with {full[1]}: {full[2][:110]}")
    return outcome


def run_into(home: Home, folder: Path, log: Path) -> tuple[str, int | None, str]:
    """Ingest and refresh, up to the command that fails: its name, exit code and message."""
    for command in (["ingest", folder], ["refresh"]):
        running = start(home.root, command, log)
        code = running.wait()
        if code != 0:
            break
    return str(command[0]), code, " ".join(running.said.split("─┘")[-1].split())


def faults_of(home: Home, full: tuple[str, int | None, str]) -> list[str]:
    """Whether the command ended as it should where the disk is full, and left a home that opens."""
    command, code, said = full
    faults, _ = homes.faults_of(home)
    if code not in (0, 1, 2) or "Traceback" in said or "fault of the program" in said:
        faults.append(f"{command} ended with {code}: {said[-300:]}")
    elif code and not ("ace left on" in said or "disk is full" in said.lower()):
        faults.append(f"{command} does not say that the disk is full: {said[-300:]}")
    elif code and not ("again" in said or "briefings refresh" in said):
        faults.append(f"{command} does not say what to do: {said[-300:]}")
    return faults
