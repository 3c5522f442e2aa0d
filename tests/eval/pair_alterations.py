"""Altered briefings for the aligner of language pairs: real pages with a known truth.

    python -m tests.eval.pair_alterations [--alterations 500] [--seed 1] [--half A|B]

On the real pages of 2018 to 2020 both versions have the same exchanges in the same order, so that a mere count would align them. Here one version is
altered at random, as pages are in fact: an exchange is left out, two neighbours run together, two change places, one is torn in two. What the aligner
says of the altered pair is held against what was done.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.annotate.sentences import split_sentences
from pipelines.contracts.lake import TABLES
from pipelines.extract.ingest import ingest
from pipelines.lake import read_table
from pipelines.pair.difference_terms import Glossary, glossary
from pipelines.pair.tables import MonthFrames, aligned
from pipelines.parse.model import ParsedPage, UnparsablePageError
from pipelines.parse.page import parse_page
from pipelines.progress import SilentProgress
from pipelines.refresh import lake_stage, parse_stage
from pipelines.settings import CHECKOUT, Home

FOLDERS = ("mfa-en-html", "mfa-zh-html", "mfa-zh-html-2020-2024", "mfa-en-recent", "mfa-en-old-excerpts")
TABLE_NAMES = ("documents", "exchanges", "turns", "mentions", "pattern_hits", "accusations", "topic_hits")
HITS = ("mentions", "pattern_hits", "accusations", "topic_hits")
Row = dict[str, Any]
Pairs = set[tuple[str, str]]


# --- real pages --------------------------------------------------------------------------------------------------------


def pages_in_both_languages(corpus: Path) -> dict[tuple[date, str], dict[str, list[Path]]]:
    """(day, kind) -> language -> files, of days and kinds that both languages have."""
    found: dict[tuple[date, str], dict[str, list[Path]]] = defaultdict(lambda: {"en": [], "zh": []})
    for path in (path for folder in FOLDERS for path in sorted((corpus / folder).iterdir())):
        try:
            page = parse_page(path.read_bytes())
        except UnparsablePageError:
            continue
        if isinstance(page, ParsedPage) and page.page_date.date:
            found[page.page_date.date, page.kind][page.language].append(path)
    return {key: files for key, files in sorted(found.items()) if files["en"] and files["zh"]}


def lake_of(home: Home, files: Iterable[Path]) -> dict[str, pl.DataFrame]:
    """Tables of the lake, made of pages."""
    ingest(home, list(files))
    parse_stage(home, SilentProgress())
    lake_stage(home, SilentProgress())
    return {name: read_table(home.lake, name).collect() for name in TABLE_NAMES}


def restricted(tables: dict[str, pl.DataFrame], document_ids: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Rows of some documents."""
    return {name: frame.filter(pl.col("document_id").is_in(list(document_ids))) for name, frame in tables.items()}


# --- alterations -------------------------------------------------------------------------------------------------------


@dataclass
class Version:
    """One language's version of a briefing as rows, exchanges in page order; alterations change it in place.

    Attributes:
        origins: exchange id -> ids of the exchanges of the unaltered page that it holds.
        removed: ids of unaltered exchanges that are gone.
    """

    tables: dict[str, list[Row]]
    origins: dict[str, list[str]] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)

    @property
    def exchanges(self) -> list[Row]:
        return self.tables["exchanges"]

    def turns_of(self, exchange_id: str) -> list[Row]:
        return [turn for turn in self.tables["turns"] if turn["exchange_id"] == exchange_id]

    def frames(self) -> dict[str, pl.DataFrame]:
        """The rows as tables of the lake."""
        for index, exchange in enumerate(self.exchanges):
            exchange["exchange_index"] = index
        for document in self.tables["documents"]:
            document["n_exchanges"] = len(self.exchanges)
        return {name: pl.DataFrame(rows, schema=pl.Schema(TABLES[name])) for name, rows in self.tables.items()}


def version_of(tables: dict[str, pl.DataFrame], document_id: str) -> Version:
    """A document as it is."""
    own = {name: frame.filter(document_id=document_id) for name, frame in tables.items()}
    rows = {name: (frame.sort("exchange_index") if name == "exchanges" else frame).to_dicts() for name, frame in own.items()}
    return Version(rows, {row["exchange_id"]: [row["exchange_id"]] for row in rows["exchanges"]})


def remove(version: Version, choice: random.Random) -> bool:
    """Leave an exchange out."""
    if len(version.exchanges) < 2:
        return False
    gone = version.exchanges.pop(choice.randrange(len(version.exchanges)))["exchange_id"]
    version.removed |= set(version.origins.pop(gone))
    turn_ids = {turn["turn_id"] for turn in version.turns_of(gone)}
    for name in ("turns", *HITS):
        version.tables[name] = [row for row in version.tables[name] if row["turn_id"] not in turn_ids]
    return True


def merge(version: Version, choice: random.Random) -> bool:
    """Run two neighbours together, as where the label between them is missing."""
    if len(version.exchanges) < 2:
        return False
    at = choice.randrange(len(version.exchanges) - 1)
    first, second = version.exchanges[at], version.exchanges.pop(at + 1)
    first["answer_text"] = "\n".join(filter(None, [first["answer_text"], second["question_text"], second["answer_text"]]))
    first["closing_text"] = second["closing_text"]
    for turn in version.turns_of(second["exchange_id"]):
        turn["exchange_id"] = first["exchange_id"]
    version.origins[first["exchange_id"]] += version.origins.pop(second["exchange_id"])
    return True


def swap(version: Version, choice: random.Random) -> bool:
    """Let two exchanges change places, neighbours as often as not."""
    n = len(version.exchanges)
    if n < 2:
        return False
    one = choice.randrange(n - 1)
    other = one + 1 if choice.random() < 0.5 else choice.choice([at for at in range(n) if at != one])
    version.exchanges[one], version.exchanges[other] = version.exchanges[other], version.exchanges[one]
    return True


def split(version: Version, choice: random.Random) -> bool:
    """Tear an answer in two between two sentences; every other time the sentence after the tear passes for a question."""
    language = version.tables["documents"][0]["language"]
    torn = []
    for exchange in version.exchanges:
        answers = [turn for turn in version.turns_of(exchange["exchange_id"]) if turn["role"] == "answer"]
        longest = max(answers, key=lambda turn: len(turn["text"]), default=None)
        if longest is not None and len(sentences := split_sentences(longest["text"], language)) > 1:
            torn.append((exchange, longest, sentences))
    if not torn:
        return False
    exchange, turn, sentences = choice.choice(torn)
    after = choice.randrange(1, len(sentences))
    cut = sentences[after].start
    tail_id = f"{exchange['exchange_id']}-tail"
    tail_turn = turn | {
        "turn_id": f"{turn['turn_id']}-tail", "exchange_id": tail_id, "text": turn["text"][cut:], "start_char": turn["start_char"] + cut,
        "speaker_label": None, "label_start_char": None,
    }  # fmt: skip
    for name in HITS:
        kept = []
        for hit in version.tables[name]:
            if hit["turn_id"] == turn["turn_id"] and hit["start_char"] >= cut:
                hit = hit | {"turn_id": tail_turn["turn_id"], "start_char": hit["start_char"] - cut, "end_char": hit["end_char"] - cut}
            elif hit["turn_id"] == turn["turn_id"] and hit["end_char"] > cut:
                continue
            kept.append(hit)
        version.tables[name] = kept
    for later in version.turns_of(exchange["exchange_id"]):
        if later["turn_index"] > turn["turn_index"]:
            later["exchange_id"] = tail_id
    head_text, tail_text = exchange["answer_text"].rsplit(turn["text"][cut:], 1)
    tail_text = turn["text"][cut:] + tail_text
    asks = choice.random() < 0.5 and after + 1 < len(sentences)
    question = turn["text"][cut : sentences[after].end] if asks else ""
    turn["text"], turn["end_char"] = turn["text"][: sentences[after - 1].end], turn["start_char"] + sentences[after - 1].end
    tail = exchange | {"exchange_id": tail_id, "question_text": question, "answer_text": tail_text[len(question) :].strip()}
    exchange["answer_text"], exchange["closing_text"] = head_text.rstrip(), None
    at = version.exchanges.index(exchange)
    version.exchanges.insert(at + 1, tail)
    version.tables["turns"].append(tail_turn)
    version.origins[tail_id] = list(version.origins[exchange["exchange_id"]])
    return True


ALTERATIONS: dict[str, Callable[[Version, random.Random], bool]] = {"remove": remove, "merge": merge, "swap": swap, "split": split}
"""Each returns whether it could be done."""


# --- score -------------------------------------------------------------------------------------------------------------


@dataclass
class Score:
    """Pairs and one-sided exchanges: wanted, found, and found rightly."""

    wanted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def add(self, what: str, wanted: set[Any], found: set[Any]) -> None:
        self.wanted[what] += len(wanted)
        self.found[what] += len(found)
        self.right[what] += len(wanted & found)

    def precision(self, what: str) -> float:
        return self.right[what] / self.found[what] if self.found[what] else 1.0

    def recall(self, what: str) -> float:
        return self.right[what] / self.wanted[what] if self.wanted[what] else 1.0

    def __str__(self) -> str:
        return "; ".join(
            f"{what}: precision {self.precision(what):.4f}, recall {self.recall(what):.4f} ({self.wanted[what]} wanted, {self.found[what]} found)"
            for what in sorted(self.wanted | self.found)
        )


@dataclass
class Result:
    """What came of altered briefings: the score, by alteration for briefings with one, the mistakes, and (confidence, is right) of every row."""

    total: Score = field(default_factory=Score)
    by_alteration: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    n_alterations: int = 0
    n_briefings: int = 0
    n_briefings_paired: int = 0
    mistakes: list[str] = field(default_factory=list)
    confidences: list[tuple[str, float, bool]] = field(default_factory=list)


def true_pairs(altered: Version, counterpart: dict[str, str], *, is_english: bool) -> tuple[Pairs, set[str]]:
    """Pairs (English, Chinese), and exchanges that only one version has."""
    pairs = {(own, counterpart[origin]) for own, origins in altered.origins.items() for origin in origins}
    # Of an exchange that was torn in two, one part may be left.
    lone = {counterpart[gone] for gone in altered.removed} - {other for _, other in pairs}
    return {pair if is_english else (pair[1], pair[0]) for pair in pairs}, lone


def alter_and_score(
    tables: dict[str, pl.DataFrame], briefings: Sequence[tuple[str, str]], n_alterations: int, seed: int, known: Glossary | None = None
) -> Result:
    """Alter briefings at random until so many alterations are made, and score what the pipeline says of each.

    Args:
        tables: tables of the lake.
        briefings: (English, Chinese) documents whose exchanges run one to one.
        known: another glossary than the package's.
    """
    choice, result = random.Random(seed), Result()
    while result.n_alterations < n_alterations:
        ids = choice.choice(briefings)
        versions = [version_of(tables, document_id) for document_id in ids]
        if len(versions[0].exchanges) < 3:
            continue
        side = choice.randrange(2)
        names = [list(version.origins) for version in versions]
        counterpart = dict(zip(names[side], names[1 - side], strict=True))
        wanted_kinds = choice.choices(list(ALTERATIONS), k=choice.choice([1, 1, 2, 3]))
        done = [kind for kind in wanted_kinds if ALTERATIONS[kind](versions[side], choice)]
        result.n_alterations += len(done)
        wanted, lone = true_pairs(versions[side], counterpart, is_english=side == 0)
        frames = [version.frames() for version in versions]
        rows = aligned(MonthFrames(**{name: pl.concat([frame[name] for frame in frames]) for name in TABLE_NAMES}), known=known)[1]
        found = {(en, zh): confidence for en, zh, confidence in rows.select("en_exchange_id", "zh_exchange_id", "confidence").iter_rows()}
        found_pairs = {pair for pair in found if None not in pair}
        found_lone = {en or zh for en, zh in found if en is None or zh is None}
        result.n_briefings += 1
        result.n_briefings_paired += bool(found)
        scores = [result.total, *([result.by_alteration[done[0]]] if len(done) == 1 else [])]
        for score in scores:
            score.add("pairs", wanted, found_pairs)
            score.add("one-sided", lone, found_lone)
        for (en, zh), confidence in found.items():
            is_right = (en, zh) in wanted if en and zh else (en or zh) in lone
            result.confidences.append(("pairs" if en and zh else "one-sided", confidence, is_right))
        for what, things in (
            ("missed", wanted - found_pairs),
            ("false", found_pairs - wanted),
            ("missed one-sided", lone - found_lone),
            ("false one-sided", found_lone - lone),
        ):
            result.mistakes += [
                f"{what} {thing} after {'+'.join(done)} of {ids[side]} ({found.get(thing) if isinstance(thing, tuple) else ''})"
                for thing in sorted(things)
            ]
    return result


def reliability(confidences: Iterable[tuple[str, float, bool]]) -> Iterator[str]:
    """Per class of confidence: how many rows, and which share is right."""
    edges = [0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01]
    rows = list(confidences)
    for what in ("pairs", "one-sided"):
        for low, high in pairwise(edges):
            own = [is_right for kind, confidence, is_right in rows if kind == what and low <= confidence < high]
            if own:
                yield f"{what} {low:.2f} to {min(high, 1.0):.2f}: {len(own)} rows, {sum(own) / len(own):.3f} right"


def main() -> None:
    """Measure on the real pages beside the checkout."""
    parser = argparse.ArgumentParser(description="Score the aligner on altered real briefings.")
    parser.add_argument("--alterations", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=["A", "B"], help="every other briefing: A for tuning, B for proof")
    parser.add_argument("--lake", type=Path, help="a lake made of the pages before; made anew when left out")
    parser.add_argument("--glossary", type=Path, help="another glossary than the package's, such as one that has not seen the pages")
    parser.add_argument("--mistakes", action="store_true", help="list them")
    arguments = parser.parse_args()
    known = glossary(arguments.glossary) if arguments.glossary else None
    with tempfile.TemporaryDirectory() as folder:
        if arguments.lake:
            tables = {name: read_table(arguments.lake, name).collect() for name in TABLE_NAMES}
        else:
            both = pages_in_both_languages(CHECKOUT.parent / "shared" / "corpus")
            tables = lake_of(Home(Path(folder)), (path for files in both.values() for paths in files.values() for path in paths))
    briefings, summary = as_they_run(tables, known)
    print(summary)
    if arguments.half:
        briefings = briefings[arguments.half == "B" :: 2]
    result = alter_and_score(tables, briefings, arguments.alterations, arguments.seed, known)
    print(f"{result.n_alterations} alterations of {result.n_briefings} briefings, {result.n_briefings_paired} of them paired")
    print(result.total)
    for kind, score in sorted(result.by_alteration.items()):
        print(f"  {kind}: {score}")
    print("\n".join(reliability(result.confidences)))
    if arguments.mistakes:
        print("\n".join(result.mistakes))


def as_they_run(tables: dict[str, pl.DataFrame], known: Glossary | None = None) -> tuple[list[tuple[str, str]], str]:
    """Briefings of both languages with equally many exchanges, as the pipeline pairs them, and how it aligns them unaltered."""
    documents = tables["documents"].with_columns(month=pl.col("briefing_date").dt.strftime("%Y-%m"))
    pairs, rows = [], []
    for _, own in documents.sort("month").group_by("month", maintain_order=True):
        found = aligned(MonthFrames(**restricted(tables, own["document_id"].to_list())), known=known)
        pairs.append(found[0])
        rows.append(found[1])
    document_pairs, exchanges = pl.concat(pairs), pl.concat(rows)
    index = tables["exchanges"].select("exchange_id", "exchange_index")
    equal = document_pairs.filter(pl.col("n_en_exchanges") == pl.col("n_zh_exchanges"))
    placed = (
        exchanges.join(equal.select("document_pair_id"), on="document_pair_id", how="semi")
        .join(index.rename({"exchange_id": "en_exchange_id"}), on="en_exchange_id", how="left")
        .join(index.rename({"exchange_id": "zh_exchange_id", "exchange_index": "zh_index"}), on="zh_exchange_id", how="left")
    )
    n_right = placed.filter(pl.col("exchange_index") == pl.col("zh_index")).height
    n_wanted = int(equal["n_en_exchanges"].sum())
    summary = f"{document_pairs.height} pairs of documents, {equal.height} with equally many exchanges: {n_right} of {n_wanted} exchanges aligned as they run"
    return list(
        equal.filter(pl.col("n_en_exchanges") > 0).select("en_document_id", "zh_document_id").sort("en_document_id").iter_rows()
    ), summary


if __name__ == "__main__":
    main()
