"""Turns to the lake tables ``pattern_hits``, ``accusations`` and ``topic_hits``: frames in, frames out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.annotate.accusations import AccusationHit
from pipelines.annotate.exchange import CodedTurn, code_turns
from pipelines.annotate.patterns import PatternHit
from pipelines.annotate.topics import TopicHit
from pipelines.contracts.lake import Accusations, PatternHits, TopicHits
from pipelines.identifiers import digest
from pipelines.versions import codebook_version
from pipelines.vocabularies import vocabulary

DEFAULT_HOME = "CHN"
"""State that direction is relative to where the source speaks for none: news articles are about China's briefings."""

CODED_ROLES = ("question", "answer", "narration")


@dataclass(frozen=True)
class Annotated:
    """What the codebook finds.

    Attributes:
        pattern_hits: frame of the contract ``PatternHits``, sorted by document, turn and place.
        accusations: frame of the contract ``Accusations``, sorted alike.
        topic_hits: frame of the contract ``TopicHits``, sorted alike.
    """

    pattern_hits: pl.DataFrame
    accusations: pl.DataFrame
    topic_hits: pl.DataFrame


def annotate(turns: pl.DataFrame, exchanges: pl.DataFrame, documents: pl.DataFrame) -> Annotated:
    """Apply the codebook: patterns to answers; accusations and topics to questions, answers and paragraphs of articles.

    Args:
        turns: frame of the contract ``Turns``.
        exchanges: frame of the contract ``Exchanges``; turns of others than these are coded by themselves.
        documents: frame of the contract ``Documents``; gives language and source.

    Returns:
        The three tables; every quote is ``text[start_char:end_char]`` of its turn.
    """
    states = dict(vocabulary("sources").select("source_id", "state_iso3").iter_rows())
    facts = {
        document_id: (language, states.get(source_id) or DEFAULT_HOME)
        for document_id, language, source_id in documents.select("document_id", "language", "source_id").iter_rows()
    }
    known = set(exchanges["exchange_id"])
    version = codebook_version()
    pattern_rows: list[dict[str, Any]] = []
    accusation_rows: list[dict[str, Any]] = []
    topic_rows: list[dict[str, Any]] = []
    for document_id, exchange_id, group in _groups(turns, known):
        language, home = facts[document_id]
        coded = code_turns([(turn["role"], turn["text"]) for turn in group], language, home)
        for turn, result in zip(group, coded, strict=True):
            keys = {"turn_id": turn["turn_id"], "exchange_id": exchange_id, "document_id": document_id, "codebook_version": version}
            pattern_rows += [_pattern_row(turn["text"], hit, result, keys) for hit in result.patterns]
            accusation_rows += [_accusation_row(turn["text"], hit, keys) for hit in result.accusations]
            topic_rows += [_topic_row(turn["text"], hit, keys) for hit in result.topics]
    return Annotated(_frame(pattern_rows, PatternHits), _frame(accusation_rows, Accusations), _frame(topic_rows, TopicHits))


def _groups(turns: pl.DataFrame, known: set[str]) -> Iterator[tuple[str, str | None, Sequence[dict[str, Any]]]]:
    """Coded turns of each exchange together; of an article, its paragraphs together; other turns are not coded."""
    rows = turns.filter(pl.col("role").is_in(CODED_ROLES)).sort("document_id", "turn_index")
    groups: dict[tuple[str, str | None], list[dict[str, Any]]] = defaultdict(list)
    for row in rows.select("turn_id", "document_id", "role", "text", "exchange_id").iter_rows(named=True):
        exchange_id = row["exchange_id"] if row["exchange_id"] in known else None
        groups[row["document_id"], exchange_id].append(row)
    for (document_id, exchange_id), group in groups.items():
        yield document_id, exchange_id, group


def _pattern_row(text: str, hit: PatternHit, coded: CodedTurn, keys: dict[str, Any]) -> dict[str, Any]:
    return {
        **keys,
        "pattern_id": hit.pattern_id,
        "start_char": hit.start,
        "end_char": hit.end,
        "quote": text[hit.start : hit.end],
        "sole_content": hit.pattern_id == coded.sole_pattern,
    }


def _accusation_row(text: str, hit: AccusationHit, keys: dict[str, Any]) -> dict[str, Any]:
    identity = (keys["turn_id"], hit.accuser, hit.accused, hit.accusation_type, hit.start, hit.end)
    return {
        **keys,
        "accusation_id": digest("\n".join(map(str, identity)), 16),
        "accuser": hit.accuser,
        "accused": hit.accused,
        "accuser_label": hit.accuser_label,
        "accused_label": hit.accused_label,
        "accusation_type": hit.accusation_type,
        "direction": hit.direction,
        "modality": hit.modality,
        "side": hit.side,
        "quote": text[hit.start : hit.end],
        "start_char": hit.start,
        "end_char": hit.end,
    }


def _topic_row(text: str, hit: TopicHit, keys: dict[str, Any]) -> dict[str, Any]:
    return {
        **keys,
        "topic_id": hit.topic_id,
        "quote": text[hit.start : hit.end],
        "start_char": hit.start,
        "end_char": hit.end,
    }


_CODES = {PatternHits: "pattern_id", Accusations: "accusation_id", TopicHits: "topic_id"}


def _frame(rows: list[dict[str, Any]], contract: type[PatternHits] | type[Accusations] | type[TopicHits]) -> pl.DataFrame:
    if not rows:
        return contract.create_empty()
    by = ["document_id", "turn_id", "start_char", "end_char", _CODES[contract]]
    return pl.DataFrame(rows, schema=pl.Schema(contract)).sort(by)
