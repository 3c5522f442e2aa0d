"""Turns to the lake tables: keys, offsets, sole content, direction by source, and the contracts."""

from __future__ import annotations

from typing import Any

import dataframely as dy
import polars as pl

from pipelines.annotate.tables import Annotated, annotate
from pipelines.contracts.lake import Accusations, PatternHits, TopicHits


def frame(contract: type[dy.Schema], rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema_overrides=pl.Schema(contract))


QUESTION = "The United States accused Meridia of hacking a grain ministry. What is your response?"
ANSWER = "The accusation is groundless. The United States is the biggest perpetrator of cyber attacks."


def run(texts: list[tuple[str, str, str | None]], source_id: str = "sample", known: tuple[str, ...] = ("x1", "x2")) -> Annotated:
    turns = [
        {"turn_id": f"t{i}", "document_id": "d1", "turn_index": i, "role": role, "text": text, "exchange_id": exchange}
        for i, (role, text, exchange) in enumerate(texts)
    ]
    exchanges = pl.DataFrame({"exchange_id": list(known)}, schema={"exchange_id": pl.String})
    documents = pl.DataFrame({"document_id": ["d1"], "language": ["en"], "source_id": [source_id]})
    return annotate(pl.DataFrame(turns), exchanges, documents)


def test_rows_carry_keys_quotes_and_offsets() -> None:
    texts = [("question", QUESTION, "x1"), ("answer", ANSWER, "x1")]
    found = run(texts)
    text_of = {f"t{i}": text for i, (_, text, _) in enumerate(texts)}
    assert found.pattern_hits.height
    assert found.accusations.height == 2
    assert found.topic_hits.height
    for row in (row for table in (found.pattern_hits, found.accusations, found.topic_hits) for row in table.iter_rows(named=True)):
        assert row["quote"] == text_of[row["turn_id"]][row["start_char"] : row["end_char"]]
        assert (row["exchange_id"], row["document_id"]) == ("x1", "d1")
        assert row["codebook_version"]


def test_tables_keep_their_contracts() -> None:
    found = run([("question", QUESTION, "x1"), ("answer", ANSWER, "x1")])
    assert PatternHits.is_valid(found.pattern_hits)
    assert Accusations.is_valid(found.accusations)
    assert TopicHits.is_valid(found.topic_hits)
    empty = run([("closing", "Thank you all.", None)])
    assert PatternHits.is_valid(empty.pattern_hits)
    assert Accusations.is_valid(empty.accusations)
    assert TopicHits.is_valid(empty.topic_hits)
    assert empty.pattern_hits.is_empty()


def test_direction_follows_the_source() -> None:
    texts = [("question", QUESTION, "x1"), ("answer", ANSWER, "x1")]
    of_sample = set(run(texts, "sample").accusations.select("accuser", "accused", "direction").rows())
    assert of_sample == {("USA", "XMD", "IN"), ("XMD", "USA", "OUT")}
    of_china = set(run([(role, text.replace("Meridia", "China"), x) for role, text, x in texts], "mfa-en").accusations["direction"])
    assert of_china == {"IN", "OUT"}


def test_an_article_has_no_exchange_and_is_about_china() -> None:
    found = run([("narration", "The United States has accused China of hacking.", None)], "chinadaily")
    (row,) = found.accusations.iter_rows(named=True)
    assert (row["accused"], row["direction"], row["side"], row["exchange_id"]) == ("CHN", "IN", "narration", None)


def test_exchanges_are_coded_apart() -> None:
    texts = [
        ("question", QUESTION, "x1"),
        ("answer", ANSWER, "x1"),
        ("question", "And the ferry?", "x2"),
        ("answer", "I am not aware of it.", "x2"),
    ]
    found = run(texts)
    sole = dict(found.pattern_hits.select("exchange_id", "sole_content").rows())
    assert sole["x2"] is True
    assert sole["x1"] is False
    assert set(found.accusations["exchange_id"]) == {"x1"}


def test_an_exchange_that_is_not_known_leaves_the_key_empty() -> None:
    found = run([("answer", "I am not aware of it.", "gone")], known=())
    assert found.pattern_hits["exchange_id"].to_list() == [None]


def test_ids_do_not_depend_on_the_order_of_rows() -> None:
    texts = [("question", QUESTION, "x1"), ("answer", ANSWER, "x1")]
    first, second = run(texts), run(texts)
    assert first.accusations.equals(second.accusations)
    assert first.accusations["accusation_id"].is_unique().all()
