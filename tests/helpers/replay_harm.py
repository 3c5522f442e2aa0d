"""How many random faults the crawler gets over: ``python -m tests.helpers.replay_harm [--faults 1000] [--seed 1] [--pages FOLDER]``.

The pages of a folder with manifest.csv (by default the real corpus beside the checkout) are crawled once in peace. Then, again and
again into a new home, they are crawled under faults for some rounds and once after these are over; what the record then holds is
compared with the one made in peace. A fault is lost when the address that it struck is recorded otherwise, recovered when not.
Exit code 0 when nothing was lost.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

from pipelines.settings import CHECKOUT, Home
from tests.helpers import replay_faults as faults
from tests.helpers.replay import ReplayServer
from tests.helpers.replay_crawl import QUICK, State, captured, run_crawl, strangers, touching
from tests.helpers.replay_site import corpus_site

SOURCES = ("mfa-en", "mfa-zh")
SHARE = 0.2
"""Of the requests struck by a fault of the moment, and of the addresses struck by one that stays for a round."""

ROUNDS = 3
LIMITS = replace(QUICK, read_seconds=0.5, request_seconds=0.6)


def main() -> int:
    """Do the harm that the arguments ask for, and print what came of it."""
    parser = argparse.ArgumentParser(description="Crawl under random faults, and count what was lost.")
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=Path, default=CHECKOUT.parent / "shared" / "corpus")
    arguments = parser.parse_args()
    if not (arguments.pages / "manifest.csv").exists():
        print(f"{arguments.pages} has no manifest.csv. Give a folder of pages that has one.", file=sys.stderr)
        return 2
    site = corpus_site(arguments.pages)
    injected: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    outside: set[tuple[str, str]] = set()
    n_trapped = n_requests = n_crawls = n_homes = 0
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        peace = Home(Path(folder) / "peace")
        with ReplayServer(site) as server:
            run_crawl(peace, server, *SOURCES)
        expected = _by_url(captured(peace))
        n_addresses = len(expected)
        while injected.total() < arguments.faults:
            home = Home(Path(folder) / str(n_homes))
            n_homes += 1
            with ReplayServer(site) as server, touching() as touched:
                for n in range(ROUNDS):
                    server.lift()
                    storm = [*faults.MOMENTARY, *faults.HARMLESS]
                    seed = arguments.seed * 1000 + n_homes * 10 + n
                    chosen = [fault for fault in storm if fault.name != "redirect_chain"]
                    server.inject(chosen, share=SHARE, seed=seed, is_sticky=True)
                    server.inject(chosen, share=SHARE, seed=seed)
                    run_crawl(home, server, *SOURCES, limits=LIMITS)
                server.lift()
                run_crawl(home, server, *SOURCES)
                found = _by_url(captured(home))
                for request in server.requests:
                    if request.fault:
                        injected[request.fault] += 1
                        url = f"https://www.mfa.gov.cn{request.path}"
                        lost[request.fault] += found[url] != expected[url]
                outside |= strangers(touched, home, server)
                n_trapped += server.n_trapped
                n_requests += len(server.requests)
                n_crawls += ROUNDS + 1
    print(f"{'fault':<24}{'injected':>10}{'recovered':>11}{'lost':>6}")
    for name in sorted(injected):
        print(f"{name:<24}{injected[name]:>10}{injected[name] - lost[name]:>11}{lost[name]:>6}")
    print(f"{'all':<24}{injected.total():>10}{injected.total() - lost.total():>11}{lost.total():>6}")
    print(
        f"{n_addresses} addresses, {n_homes} homes, {n_crawls} crawls, {n_requests} requests, {time.monotonic() - started:.0f} s, seed {arguments.seed}"
    )
    print(f"Requests to another host or port: {n_trapped + len(outside)} {sorted(outside) if outside else ''}".rstrip())
    return int(bool(lost.total() or n_trapped or outside))


def _by_url(states: list[State]) -> defaultdict[str, list[State]]:
    found: defaultdict[str, list[State]] = defaultdict(list)
    for state in states:
        found[state[0]].append(state)
    return found


if __name__ == "__main__":
    sys.exit(main())
