"""Broken and hostile pages in any number: what the parser, the normaliser and the codebook make of them, and how long it takes."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from pipelines import lake
from pipelines.extract.ingest import ingest
from pipelines.extract.raw_store import read_captures
from pipelines.locking import writing
from pipelines.parse.decode import decode
from pipelines.progress import SilentProgress
from pipelines.refresh import lake_stage, parse_stage, refresh
from pipelines.settings import CHECKOUT, Home
from tests.unit.test_parse_fuzz import MUTATIONS as BROKEN
from tests.unit.test_parse_fuzz import check, lost, real_pages

Mutation = Callable[[bytes, random.Random], bytes]

SECONDS_A_PAGE = 0.25
SECONDS_A_MEGABYTE = 4.0
"""Longest processor time for a page to parse. Real pages of 30 to 100 kB take 2 ms; work that grows with the square of the
length shows at a megabyte."""

LAKE_SECONDS_A_PAGE = 0.3
"""Longest processor time to normalise and annotate, on the average of many pages; real pages take 20 to 40 ms."""

PUBLISHED_PAGES = 200
"""Of the mutated pages so many go through a whole refresh."""

INJECTIONS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'; drop table core.turns; --", "{{ 1/0 }}{% raw %}", "[x](javascript:alert(1))",
    "![x](http://meridia.example/x.png)", "[red]bold[/red]", "\x1b[31m\x1b]0;title\x07", "=cmd|' /C calc'!A0", "%s%n%x", "../../etc/passwd",
    "\u202eevil\u202c", "|a|b|\n|---|", "\\N\\x00", "$(id)`id`",
)  # fmt: skip
"""What could do harm where it is shown, put into a query, a template, a path or a table."""


def swap_tags(raw: bytes, dice: random.Random) -> bytes:
    tags = re.findall(rb"<[^>]*>", raw)
    dice.shuffle(tags)
    share = dice.random()
    return re.sub(rb"<[^>]*>", lambda tag: tags.pop() if dice.random() < share else tag.group(), raw) if tags else raw


def declare_another_charset(raw: bytes, dice: random.Random) -> bytes:
    name = dice.choice(["gb2312", "iso-8859-1", "utf-16", "shift_jis", "utf-7", "nonsense", ""])
    return re.sub(rb"(?i)charset=[\"']?[\w-]*", f"charset={name}".encode(), raw)


def encode_otherwise(raw: bytes, dice: random.Random) -> bytes:
    return decode(raw).encode(dice.choice(["gb18030", "utf-16", "utf-8-sig", "big5", "latin-1"]), "replace")


def nest(raw: bytes, dice: random.Random) -> bytes:
    tag = dice.choice([b"div", b"p", b"strong", b"table", b"span", b"ul", b"td", b"b", b"font"])
    return _insert(raw, dice, b"<%s>" % tag * dice.choice([3, 50, 2_000]), dice.randrange(1, 4))


def insert_control_characters(raw: bytes, dice: random.Random) -> bytes:
    characters = [
        "\x00",
        "\x01",
        "\x08",
        "\x0b",
        "\x1b",
        "\x7f",
        "\u200b",
        "\u202e",
        "\ufeff",
        "\ufffe",
        "\u2028",
        "\x85",
        "\U000e0041",
        "\u0301",
    ]
    for _ in range(dice.randrange(1, 40)):
        raw = _insert(raw, dice, dice.choice(characters).encode() * dice.choice([1, 1, 30]), 1)
    return raw


def give_a_huge_attribute(raw: bytes, dice: random.Random) -> bytes:
    return _insert(raw, dice, b'<p style="%s">' % (dice.choice([b"a", b"'", b"&lt;", b"\n"]) * dice.choice([1_000, 300_000])), 1)


def repeat_a_line(raw: bytes, dice: random.Random) -> bytes:
    line = dice.choice(raw.split(b"\n"))[:2_000]
    return _insert(raw, dice, (line + b"\n") * dice.choice([2, 20, 300]), 1)


def mix_up_labels(raw: bytes, dice: random.Random) -> bytes:
    labels = [
        b"Q:",
        b"A:",
        "问：".encode(),
        "答：".encode(),
        b"AFP:",
        b"Ada Quill:",
        b"Follow-up:",
        b":",
        b"Q&amp;A:",
        "林禾：".encode(),
        b"****",
    ]
    return re.sub(rb"(?<=>)[^<>:]{1,40}:", lambda label: dice.choice(labels) if dice.random() < 0.5 else label.group(), raw)


def inject(raw: bytes, dice: random.Random) -> bytes:
    """Hostile text, as text and as markup, in title, labels and paragraphs."""
    for _ in range(dice.randrange(1, 6)):
        text = dice.choice(INJECTIONS)
        if dice.random() < 0.7:
            text = text.replace("&", "&amp;").replace("<", "&lt;")
        place = dice.choice([rb"(?i)<title>", rb"(?i)<strong>", rb"(?i)<p[^>]*>", rb"(?i)</title>", rb"(?i)Conference", rb": "])
        raw = re.sub(place, partial(_appended, text), raw, count=dice.randrange(1, 4))
    return raw


def _appended(text: str, found: re.Match[bytes]) -> bytes:
    return found.group() + text.encode()


def _insert(raw: bytes, dice: random.Random, what: bytes, times: int) -> bytes:
    for _ in range(times):
        at = dice.randrange(len(raw) + 1)
        raw = raw[:at] + what + raw[at:]
    return raw


MUTATIONS: Sequence[Mutation] = (
    *BROKEN, swap_tags, declare_another_charset, encode_otherwise, nest, insert_control_characters, give_a_huge_attribute, repeat_a_line,
    mix_up_labels, inject,
)  # fmt: skip


def originals(has_real: bool = True) -> list[Path]:
    """The sample, and the real pages that lie beside the checkout."""
    sample = [path for folder in ("sample", "bad") for path in sorted((CHECKOUT / "tests/fixtures" / folder).iterdir())]
    own = [path for path in sample if path.suffix in (".html", ".shtml", ".txt") and path.stat().st_size > 200]
    return own + [path for path in real_pages() if has_real and path not in own]


@dataclass
class Outcome:
    """What came of mutated pages.

    Attributes:
        outcomes: document, index or the reason why not -> pages.
        faults: page and mutations -> what must not be: another exception than the parser's own, wrong offsets, lost letters, a
            fault in a later stage, too long a time.
        slowest_seconds: parsing one page.
        lake_seconds: processor time of normalising and annotating all.
        names: file -> page and mutations.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_seconds: float = 0.0
    lake_seconds: float = 0.0
    n_bytes: int = 0
    n_published: int = 0
    names: dict[str, str] = field(default_factory=dict)


def mutate(n: int, seed: int, has_real: bool = True) -> Iterator[tuple[str, bytes]]:
    """So many mutated pages, each with the name of the page and of what was done to it (once to three times)."""
    dice = random.Random(seed)
    paths = originals(has_real)
    for _ in range(n):
        path = dice.choice(paths)
        raw = path.read_bytes()
        chosen = dice.choices(MUTATIONS, k=dice.choice([1, 1, 2, 3]))
        for mutation in chosen:
            raw = mutation(raw, dice) if raw else raw
        yield f"{path.name}, {', '.join(mutation.__name__ for mutation in chosen)}", raw


def parse_and_write(folder: Path, pages: Iterable[tuple[str, bytes]], outcome: Outcome) -> None:
    """The parser by itself: its own error or a page in which every letter has its place, and in good time. Pages go into the folder."""
    folder.mkdir(parents=True)
    for name, raw in pages:
        path = folder / f"{len(outcome.names):05}.html"
        path.write_bytes(raw)
        outcome.names[str(path)] = name
        outcome.n_bytes += len(raw)
        start = time.process_time()
        try:
            page = check(raw)
            seconds = time.process_time() - start
            outcome.slowest_seconds = max(outcome.slowest_seconds, seconds)
            if seconds > SECONDS_A_PAGE + SECONDS_A_MEGABYTE * len(raw) / 1e6:
                outcome.faults.append(f"{name}: {seconds:.1f} s for {len(raw):,} bytes")
            if page is not None and (letters := lost(raw, page)):
                outcome.faults.append(f"{name}: lost {dict(list(letters.items())[:8])}")
        except Exception as error:
            outcome.faults.append(f"{name}: {type(error).__name__}: {str(error)[:200]}")


def take(home: Home, folder: Path, outcome: Outcome) -> None:
    """Ingest, parse, normalise and annotate; every page must be a document, an index, or refused with a reason that is no fault of ours."""
    ingest(home, [folder])
    with writing(home):
        parse_stage(home, SilentProgress())
        start = time.process_time()
        lake_stage(home, SilentProgress())
        outcome.lake_seconds += time.process_time() - start
    captures = read_captures(home)
    quarantine = lake.read_table(home.lake, "quarantine").collect()
    versions = lake.read_table(home.lake, "document_versions").collect()
    outcome.outcomes = Counter(dict(quarantine["reason"].value_counts().iter_rows()) | {"document": versions["sha256"].n_unique()})
    known = set(quarantine["sha256"]) | set(versions["sha256"]) | set(quarantine["raw_path"])
    of_hash = {sha256: outcome.names[origin] for sha256, origin in captures.select("sha256", "origin").iter_rows()}
    missing = captures.filter(~pl.col("sha256").is_in(list(known)) & ~pl.col("origin").is_in(list(known)))
    outcome.faults += [f"{outcome.names[origin]}: neither a document nor quarantined" for origin in missing["origin"]]
    is_ours = pl.col("reason").is_in(["parser_fault", "unreadable"]) | pl.col("stage").is_in(["normalise", "annotate", "contract"]) & (
        pl.col("reason") != "no_date"
    )
    for reason, detail, sha256 in quarantine.filter(is_ours).select("reason", "detail", "sha256").iter_rows():
        outcome.faults.append(f"{of_hash.get(sha256)}: {reason}: {detail[:200]}")
    if outcome.lake_seconds > 5 + LAKE_SECONDS_A_PAGE * len(outcome.names):
        outcome.faults.append(f"{outcome.lake_seconds:.0f} s to normalise and annotate")


def publish(home: Home, folder: Path, outcome: Outcome) -> None:
    """Refresh a new home with some of the pages. Not with all: one in ten has labels of askers from years in which the ministry
    published none, and a check stops what looks like that in bulk."""
    ingest(home, sorted(folder.iterdir())[:PUBLISHED_PAGES])
    report = refresh(home)
    if not report.published:
        outcome.faults.append(f"not published: {report.message[:500]}")
    outcome.n_published = report.rows["documents"]
