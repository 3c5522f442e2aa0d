"""``python -m tests.volume.compare FOLDER HOME``: what a refresh made of the pages, held against their truth.

Documents and turns have to be exact. Codes are statistical: what was written on purpose is reported as recall and precision, phrase by phrase, and the
codes of each exchange are kept (``--codes FILE``), so that a larger run can be held against a small one's (``--reference FILE``): the same words have
to get the same codes at every size.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

import polars as pl

from pipelines import lake
from pipelines.identifiers import digest
from pipelines.settings import Home
from tests.volume.generate import TRUTH

SHOWN = 10
TABLES = ("document_versions", "documents", "turns", "exchanges", "pattern_hits", "accusations")

CODES_SCHEMA: dict[str, pl.DataType] = {
    "path": pl.String(),
    "exchange": pl.Int64(),
    "text_id": pl.String(),
    "words": pl.String(),
    "codes": pl.List(pl.String()),
}
"""One row an exchange. ``words`` is a hash of its source, language and words; ``codes`` has patterns and ``accuser>accused type direction``, sorted."""


@dataclass
class Agreement:
    """What agrees and what does not.

    Attributes:
        faults: differences that must not be, a sentence each; all are counted, the first few are kept.
        patterns, accusations: (intended and found, intended, found).
        missed: phrase -> exchanges in which its pattern or accusation was not found.
        phrases: phrase -> exchanges that hold it.
        codes: rows of ``CODES_SCHEMA``.
    """

    n_pages: int = 0
    n_turns: int = 0
    n_exchanges: int = 0
    n_faults: int = 0
    faults: list[str] = field(default_factory=list)
    patterns: list[int] = field(default_factory=lambda: [0, 0, 0])
    accusations: list[int] = field(default_factory=lambda: [0, 0, 0])
    missed: Counter[str] = field(default_factory=Counter)
    phrases: Counter[str] = field(default_factory=Counter)
    codes: list[tuple[str, int, str, str, list[str]]] = field(default_factory=list)

    def fault(self, text: str) -> None:
        """Count a difference that must not be."""
        self.n_faults += 1
        if len(self.faults) < SHOWN:
            self.faults.append(text)


def compare(folder: Path, home: Home) -> Agreement:
    """Hold a refreshed lake against the truth, month by month.

    Raises:
        FileNotFoundError: the folder has no truth.
    """
    files = sorted((folder / TRUTH).glob("*.parquet"))
    if not files:
        raise FileNotFoundError(f"{folder / TRUTH} holds no truth: write pages there first.")
    truth = pl.scan_parquet(files)
    months = truth.select(pl.col("briefing_date").dt.strftime("%Y-%m").unique()).collect().to_series().sort().to_list()
    agreement = Agreement()
    for month in months:
        expected = truth.filter(pl.col("briefing_date").dt.strftime("%Y-%m") == month).sort("page").collect()
        found = {table: path for table in TABLES if (path := lake.table_path(home.lake, table, month)).exists()}
        if len(found) < len(TABLES):
            for path in expected["path"]:
                agreement.fault(f"{path}: the lake has no month {month}.")
            continue
        _compare_month(expected, {table: pl.read_parquet(path) for table, path in found.items()}, agreement)
    return agreement


def _compare_month(expected: pl.DataFrame, tables: dict[str, pl.DataFrame], agreement: Agreement) -> None:
    document_of = dict(tables["document_versions"].filter("is_current").select("sha256", "document_id").iter_rows())
    documents = {row["document_id"]: row for row in tables["documents"].iter_rows(named=True)}
    order = tables["exchanges"].sort("document_id", "exchange_index")
    exchanges = _by_document(order.select("document_id", "exchange_id", "question_text", "answer_text"))
    place = dict(order.select("exchange_id", "exchange_index").iter_rows())
    columns = ("document_id", "role", "speaker_label", "text", "exchange_id")
    turns = _by_document(tables["turns"].sort("document_id", "turn_index").select(columns))
    patterns: dict[str, set[str]] = {}
    for exchange_id, pattern in tables["pattern_hits"].select("exchange_id", "pattern_id").iter_rows():
        patterns.setdefault(exchange_id, set()).add(pattern)
    accusations: dict[str, list[tuple[str, ...]]] = {}
    for exchange_id, *code in tables["accusations"].select(
        "exchange_id", "accuser", "accused", "accusation_type", "direction", "quote"
    ).iter_rows():  # fmt: skip
        accusations.setdefault(exchange_id, []).append(tuple(code))
    for page in expected.iter_rows(named=True):
        agreement.n_pages += 1
        document_id = document_of.get(page["sha256"])
        if document_id is None:
            agreement.fault(f"{page['path']}: it is not the current version of any document.")
            continue
        _compare_document(page, documents[document_id], agreement)
        said = [(role, label, digest(text, 16), place.get(exchange)) for role, label, text, exchange in turns.get(document_id, [])]
        wanted = [(turn["role"], turn["label"], turn["text"], turn["exchange"]) for turn in page["turns"]]
        agreement.n_turns += len(wanted)
        for n, (one, other) in enumerate(zip_longest(wanted, said)):
            if one != other:
                agreement.fault(f"{page['path']}, turn {n}: {one} is expected, {other} was found.")
        own = exchanges.get(document_id, [])
        agreement.n_exchanges += len(page["exchanges"])
        if len(own) != len(page["exchanges"]):
            agreement.fault(f"{page['path']}: {len(page['exchanges'])} exchanges are expected, {len(own)} were found.")
            continue
        for n, (wanted_exchange, (exchange_id, question, answer)) in enumerate(zip(page["exchanges"], own, strict=True)):
            codes = (patterns.get(exchange_id, set()), accusations.get(exchange_id, []))
            _compare_codes(wanted_exchange, *codes, agreement)
            words = digest(f"{page['source_id']}|{page['language']}|{question}|{answer}", 16)
            shown = sorted({*codes[0], *(f"{code[0]}>{code[1]} {code[2]} {code[3]}" for code in codes[1])})
            agreement.codes.append((page["path"], n, wanted_exchange["text_id"], words, shown))


def _by_document(frame: pl.DataFrame) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for document_id, *rest in frame.iter_rows():
        found.setdefault(document_id, []).append(tuple(rest))
    return found


def _compare_document(page: dict[str, object], document: dict[str, object], agreement: Agreement) -> None:
    for name in ("source_id", "kind", "language", "briefing_date", "title"):
        if page[name] != document[name]:
            agreement.fault(f"{page['path']}: {name} is {document[name]!r}, {page[name]!r} is expected.")


def _compare_codes(
    wanted: dict[str, list[dict[str, str]]], patterns: set[str], found: Sequence[tuple[str, ...]], agreement: Agreement
) -> None:
    intended = set(wanted["patterns"])
    _add(agreement.patterns, len(intended & patterns), len(intended), len(patterns))
    for phrase in set(str(wanted["text_id"]).split("+")):
        if phrase.startswith("a-R"):
            agreement.phrases[phrase] += 1
            agreement.missed[phrase] += phrase[2:5] not in patterns
    codes = Counter(code[:4] for code in found)
    meant: Counter[tuple[str, ...]] = Counter(
        (one["accuser"], one["accused"], one["type"], one["direction"]) for one in wanted["accusations"]
    )
    _add(agreement.accusations, (codes & meant).total(), meant.total(), codes.total())
    for one in wanted["accusations"]:
        name = f"{one['direction']} {one['type']}"
        agreement.phrases[name] += 1
        quotes = [code[4] for code in found if code[:4] == (one["accuser"], one["accused"], one["type"], one["direction"])]
        agreement.missed[name] += not any(quote in one["quote"] or one["quote"] in quote for quote in quotes)


def _add(sums: list[int], *numbers: int) -> None:
    for n, number in enumerate(numbers):
        sums[n] += number


def codes_frame(agreement: Agreement) -> pl.DataFrame:
    """Rows of ``CODES_SCHEMA``."""
    return pl.DataFrame(agreement.codes, schema=CODES_SCHEMA, orient="row")


def differing_codes(codes: pl.DataFrame, reference: pl.DataFrame) -> tuple[int, list[str]]:
    """Exchanges with the same words that got other codes than in a reference run.

    Returns:
        Number of exchanges that both runs hold, and a sentence for each that differs.
    """
    own = codes.unique("words", keep="first", maintain_order=True)
    both = own.join(reference.unique("words", keep="first", maintain_order=True), on="words", suffix="_before")
    differing = both.filter(pl.col("codes") != pl.col("codes_before"))
    rows = differing.select("path", "exchange", "codes", "codes_before").iter_rows()
    return both.height, [f"{path}, exchange {n}: {', '.join(now)} instead of {', '.join(before)}" for path, n, now, before in rows]


def report(agreement: Agreement) -> Iterator[str]:
    """Lines for a person."""
    yield f"{agreement.n_pages:,} pages, {agreement.n_turns:,} turns, {agreement.n_exchanges:,} exchanges: {agreement.n_faults:,} differences"
    yield from agreement.faults
    for name, (both, meant, found) in (("patterns", agreement.patterns), ("accusations", agreement.accusations)):
        if meant and found:
            yield f"{name}: {meant:,} written, {found:,} found; recall {both / meant:.1%}, precision {both / found:.1%}"
    worst = [(agreement.missed[name] / n, name, n) for name, n in agreement.phrases.items() if agreement.missed[name]]
    for share, name, n in sorted(worst, reverse=True)[:SHOWN]:
        yield f"  {name}: not found in {share:.0%} of {n:,} exchanges"


def main() -> int:
    """Compare, print, and return 1 where pages, turns or codes differ."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.volume.compare", description="A refreshed home held against the truth of generated pages."
    )
    parser.add_argument("folder", type=Path, help="where the pages were written")
    parser.add_argument("home", type=Path, help="the home that they were ingested into, refreshed")
    parser.add_argument("--codes", type=Path, help="write the codes of each exchange to this Parquet file")
    parser.add_argument("--reference", type=Path, help="codes of a small run: the same words must have the same codes")
    given = parser.parse_args()
    agreement = compare(given.folder, Home(given.home.resolve()))
    print("\n".join(report(agreement)))
    codes = codes_frame(agreement)
    n_differing = 0
    if given.codes:
        codes.write_parquet(given.codes)
    if given.reference:
        n_both, differing = differing_codes(codes, pl.read_parquet(given.reference))
        n_differing = len(differing)
        print(f"{n_both:,} exchanges are in the reference, too: {n_differing:,} have other codes there", *differing[:SHOWN], sep="\n")
        n_differing += n_both == 0
    return int(bool(agreement.n_faults or n_differing))


if __name__ == "__main__":
    sys.exit(main())
