"""kill -9 of whole process groups at random moments of commands that write; the next run must make it good."""

from __future__ import annotations

import random
import shlex
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.settings import Home
from tests.harm import homes
from tests.harm.commands import start
from tests.harm.pages import Page, page, write_pages

REFRESH = {"refresh": ["refresh"]}

OF_THE_CLOCK = ("fetched_at", "old_fetched_at", "new_fetched_at", "first_seen", "quarantine_id", "input_fingerprint")
"""Columns that tell when something was fetched, or are made of it."""

REFRESHES_OF_FOUR = 3
"""Of four kills so many hit a refresh, which writes more files than an ingest."""


@dataclass
class Outcome:
    """What came of the kills.

    Attributes:
        kills: command -> times that it was killed.
        n_too_late: commands that ended before their kill.
        n_opened: checks after kills in which the published file was there, opened and answered.
        n_unpublished: checks before the first file was published.
        faults: what did not open, hung, or got lost; empty when all is well.
        difference: from a home that was never disturbed.
        is_settled: whether one refresh at the end completed the work and another one had nothing to do.
        left_over: files that a kill left and no later run removed.
        seconds: wall time of the last undisturbed command, from when its libraries are loaded.
    """

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    n_too_late: int = 0
    n_opened: int = 0
    n_unpublished: int = 0
    faults: list[str] = field(default_factory=list)
    difference: homes.Difference = field(default_factory=homes.Difference)
    is_settled: bool = False
    left_over: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def is_harmless(self) -> bool:
        return self.is_settled and not (self.faults or self.difference.tables or self.left_over)


def kill_at_random(
    scratch: Path, n_kills: int, seed: int, also: Sequence[str] = (), tell: Callable[[str], object] = lambda _: None
) -> Outcome:
    """Let pages arrive one by one, ingest and refresh them, and kill the commands until there are enough kills.

    Args:
        scratch: an empty folder.
        n_kills: how many.
        seed: of the moments and of the order.
        also: further commands that write, as typed after ``briefings`` (a crawl of a server that is up); killed in turn with ingest.
        tell: told after every kill.
    """
    dice = random.Random(seed)
    outcome = Outcome(seed)
    arriving = _arriving(n_kills)
    everything, folder = scratch / "everything", scratch / "pages"
    write_pages(everything, arriving)
    home, undisturbed = Home(scratch / "home"), Home(scratch / "undisturbed")
    commands = {"ingest": ["ingest", str(folder)]} | {line: shlex.split(line) for line in also}
    _complete(undisturbed, commands | {"ingest": ["ingest", str(everything)]} | REFRESH, scratch, outcome)
    if outcome.faults:
        return outcome
    n_documents, waiting = 0, list(arriving)
    while outcome.kills.total() < n_kills and outcome.kills.total() + outcome.n_too_late < 5 * n_kills:
        if waiting:
            write_pages(folder, [waiting.pop(0)])
        name = "refresh" if dice.randrange(4) < REFRESHES_OF_FOUR else dice.choice(list(commands))
        if name == "refresh":
            # Without new pages a refresh has nothing to do.
            _complete(home, {"ingest": commands["ingest"]}, scratch, outcome)
        moment = dice.uniform(0, outcome.seconds[name])
        running = start(home.root, (commands | REFRESH)[name], scratch / "killed.log")
        ended = running.wait(max(0.0, running.begun + moment - time.monotonic()))
        if ended is None and running.kill():
            outcome.kills[name] += 1
        else:
            # As quick as that it is now: other work on the machine comes and goes.
            outcome.seconds[name] = time.monotonic() - running.begun
            outcome.n_too_late += 1
        faults, n_documents = homes.faults_of(home, n_documents)
        outcome.faults += [f"{name} killed after {moment:.2f} s: {fault}" for fault in faults]
        outcome.n_opened += home.published.exists() and not faults
        outcome.n_unpublished += not home.published.exists()
        tell(f"{outcome.kills.total():>4} kills, last: {name} after {moment:.2f} s; {n_documents} documents published")
    write_pages(folder, waiting)
    _complete(home, commands | REFRESH, scratch, outcome)
    said = _complete(home, REFRESH, scratch, outcome)
    outcome.is_settled = "Nothing has changed" in said
    outcome.difference = homes.difference(home, undisturbed, OF_THE_CLOCK if also else ())
    outcome.left_over = sorted(str(path.relative_to(home.root)) for path in home.root.rglob("*") if path.name.endswith((".tmp", ".wal")))
    return outcome


def _arriving(n: int) -> list[Page]:
    """Pages of one summer, every third of them once more in other words."""
    given = []
    for number in range(n):
        given.append(page(7_000 + number))
        if number % 3 == 2:
            given.append(page(7_000 + number - 1, version=2))
    return given[:n]


def _complete(home: Home, commands: Mapping[str, Sequence[str]], scratch: Path, outcome: Outcome) -> str:
    """Run commands one after another; what the last one said."""
    said = ""
    for name, command in commands.items():
        running = start(home.root, command, scratch / "complete.log")
        code = running.wait()
        said = running.said
        outcome.seconds.setdefault(name, time.monotonic() - running.begun)  # not of a refresh that has nothing to do
        if code != 0 or "Traceback" in said:
            outcome.faults.append(f"{name}: exit code {code}: {said[-500:]}")
            running.kill()
    return said
