"""Labelled exchanges: those beside the checkout, with their texts, and the project's own, which point into the lake.

The project's own labels (``labels_<language>.csv``) hold codes, offsets and a hash of the quoted words, no text: the words are read from a home in which
the pages have been refreshed. They were made by readers who worked apart, by the same coding guide; docs/decisions/0007 says how, and how far they agree.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines import lake
from pipelines.identifiers import digest
from pipelines.settings import Home

FOLDER = Path(__file__).parent
SHARED, OWN = "shared", "own"
_LABEL = re.compile(r"^\s*(?:[QA]|问|答|[^:：\n]{1,60}?)\s*[:：]\s*")


@dataclass(frozen=True)
class Accusation:
    """A labelled accusation; ``quote`` is in the text of its side."""

    accuser: str
    accused: str
    accusation_type: str
    direction: str
    side: str
    quote: str


@dataclass(frozen=True)
class LabelledExchange:
    """An exchange with its labels.

    Attributes:
        exchange_id: page#n for shared ones, else that of the lake.
        page: the page that it is from: exchanges of a page are never apart, whoever labelled them.
        origin: ``shared`` or ``own``.
        question, answer: without the speaker's label.
        patterns: pattern -> quote in the answer.
        accusations: one a (accuser, accused, type).
    """

    exchange_id: str
    page: str
    origin: str
    question: str
    answer: str
    patterns: dict[str, str]
    accusations: tuple[Accusation, ...]


def without_label(text: str) -> str:
    """The text without the speaker's label that begins it."""
    return _LABEL.sub("", text, count=1)


def half_of(page: str) -> str:
    """``A`` or ``B`` by a hash of the page: rules are built on A, B is only scored."""
    return "AB"[hashlib.sha256(page.encode()).digest()[0] & 1]


def fold_of(page: str, folds: int) -> int:
    """The fold of a page, from 0."""
    return hashlib.sha256(page.encode()).digest()[1] % folds


def read_shared(folder: Path, language: str) -> list[LabelledExchange]:
    """The exchanges of ``<language>_exchanges.json`` with the labels of ``<language>_gold.jsonl``."""
    gold = {row["exchange_id"]: row for row in map(json.loads, (folder / f"{language}_gold.jsonl").read_text("utf-8").splitlines())}
    return [
        LabelledExchange(
            row["exchange_id"],
            row["exchange_id"].split("#")[0],
            SHARED,
            without_label(row["question"]),
            without_label(row["answer"]),
            {p["id"]: p["quote"] for p in gold[row["exchange_id"]]["patterns"]},
            tuple(
                Accusation(a["accuser"], a["accused"], a["type"], a["direction"], a["side"], a["quote"])
                for a in gold[row["exchange_id"]]["accusations"]
            ),
        )
        for row in json.loads((folder / f"{language}_exchanges.json").read_text("utf-8"))
    ]


def read_own(home: Home, language: str, home_state: str = "CHN") -> list[LabelledExchange]:
    """The project's own labels with the texts of a home.

    Labels of pages that the home does not hold, and those whose words are not where they were (the page was parsed otherwise), are left out.

    Args:
        home: refreshed with the labelled pages.
        language: ``en`` or ``zh``.
        home_state: ISO code of the state whose spokesperson speaks.
    """
    texts = {
        exchange_id: {"question": question, "answer": answer}
        for exchange_id, question, answer in lake.read_table(home.lake, "exchanges")
        .select("exchange_id", "question_text", "answer_text")
        .collect()
        .iter_rows()
    }
    rows = pl.read_csv(FOLDER / f"labels_{language}.csv", schema_overrides={"words": pl.String, "code": pl.String})
    by_exchange: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        by_exchange[row["exchange_id"], row["page"]].append(row)
    return [
        _own(exchange_id, page, labels, texts[exchange_id], home_state)
        for (exchange_id, page), labels in by_exchange.items()
        if exchange_id in texts and texts[exchange_id]["answer"] is not None
    ]


def _own(exchange_id: str, page: str, labels: Iterable[dict[str, str]], texts: dict[str, str], home_state: str) -> LabelledExchange:
    patterns: dict[str, str] = {}
    accusations: list[Accusation] = []
    for row in labels:
        if not row["code"]:
            continue
        quote = texts[row["side"]][int(row["start_char"]) : int(row["end_char"])]
        if digest(quote, 8) != row["words"]:
            continue
        if row["code"].startswith("R"):
            patterns[row["code"]] = quote
        else:
            direction = "IN" if row["accused"] == home_state else "OUT" if row["accuser"] == home_state else "THIRD"
            accusations.append(Accusation(row["accuser"], row["accused"], row["code"], direction, row["side"], quote))
    return LabelledExchange(
        exchange_id, page, OWN, without_label(texts["question"]), without_label(texts["answer"]), patterns, tuple(accusations)
    )
