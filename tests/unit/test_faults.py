"""A document on which our code breaks is left out and named; the others are as if it had not been there."""

from __future__ import annotations

import polars as pl

from pipelines.normalise.faults import without_faulty

DOCUMENTS = pl.DataFrame(
    {"document_id": ["a", "b", "c"], "sha256": ["1" * 64, "2" * 64, "3" * 64], "url": [None, "https://x.example/b", None]}
)


def breaking_on(name: str | None, documents: pl.DataFrame) -> list[pl.DataFrame]:
    if name in documents["document_id"]:
        raise IndexError("list index out of range")
    return [documents.select("document_id"), documents.select(n=pl.col("sha256").str.len_chars())]


def test_without_a_fault_all_are_worked_on_together() -> None:
    calls = []

    def work(documents: pl.DataFrame) -> list[pl.DataFrame]:
        calls.append(documents.height)
        return breaking_on(None, documents)

    (ids, lengths), faults = without_faulty(DOCUMENTS, "annotate", work)
    assert (ids["document_id"].to_list(), lengths.height, faults.height, calls) == (["a", "b", "c"], 3, 0, [3])


def test_a_fault_costs_its_document_alone() -> None:
    (ids, lengths), faults = without_faulty(DOCUMENTS, "annotate", lambda documents: breaking_on("b", documents))
    assert (ids["document_id"].to_list(), lengths.height) == (["a", "c"], 2)
    fault = faults.row(0, named=True)
    assert (faults.height, fault["stage"], fault["reason"], fault["url"], fault["is_error"]) == (
        1,
        "annotate",
        "program_fault",
        "https://x.example/b",
        True,
    )
    assert "IndexError: list index out of range" in fault["detail"]
