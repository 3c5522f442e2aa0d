"""The tables of language pairs, made of the sample: two briefings in both languages, each with an exchange that one version lacks."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.contracts.lake import DocumentPairs, ExchangePairs, LanguageDifferences
from pipelines.lake import read_table
from pipelines.pair.tables import MonthFrames, PairTables, pair_tables
from pipelines.settings import Home

NAMES = ("documents", "exchanges", "turns", "mentions", "pattern_hits", "accusations", "topic_hits")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def frames(sample_home: Home) -> MonthFrames:
    return MonthFrames(**{name: read_table(sample_home.lake, name).collect() for name in NAMES})


@pytest.fixture(scope="module")
def made(frames: MonthFrames) -> PairTables:
    return pair_tables(frames)


def test_the_tables_keep_their_contracts(made: PairTables) -> None:
    assert DocumentPairs.is_valid(made.document_pairs)
    assert ExchangePairs.is_valid(made.exchange_pairs)
    assert LanguageDifferences.is_valid(made.language_differences)


def test_both_briefings_are_paired(made: PairTables) -> None:
    columns = ("briefing_date", "rule", "n_en_exchanges", "n_zh_exchanges", "n_only_en", "n_only_zh")
    assert [(f"{day}", *rest) for day, *rest in made.document_pairs.select(columns).iter_rows()] == [
        ("2019-03-04", "same_day", 5, 4, 1, 0),
        ("2021-11-09", "same_day", 4, 5, 0, 1),
    ]


def test_the_exchange_that_one_version_lacks_is_named(made: PairTables, frames: MonthFrames) -> None:
    lone = made.exchange_pairs.filter(pl.col("relation") != "both")
    assert lone["relation"].to_list() == ["only_en", "only_zh"]
    assert lone["confidence"].min() > 0.9  # type: ignore[operator]
    words = dict(frames.exchanges.select("exchange_id", "question_text").iter_rows())
    assert "Kind weather" in words[lone["en_exchange_id"][0]]
    assert "欧盟" in words[lone["zh_exchange_id"][1]]


def test_every_exchange_of_the_documents_is_there(made: PairTables, frames: MonthFrames) -> None:
    for language in ("en", "zh"):
        ours = made.document_pairs[f"{language}_document_id"]
        exchanges = frames.exchanges.filter(pl.col("document_id").is_in(ours.to_list()))["exchange_id"]
        assert set(made.exchange_pairs[f"{language}_exchange_id"].drop_nulls()) == set(exchanges)


def test_names_and_figures_that_both_have_are_the_evidence(made: PairTables) -> None:
    first = made.exchange_pairs.row(0, named=True)
    assert "United States" in first["shared_names"]
    assert "two hundred" in first["shared_figures"]


def test_only_the_english_documents_asked_for_are_paired(made: PairTables, frames: MonthFrames) -> None:
    one = made.document_pairs["en_document_id"][:1]
    some = pair_tables(frames, frames.documents.filter(pl.col("document_id").is_in(one.to_list())))
    assert some.document_pairs.equals(made.document_pairs[:1])
    assert some.exchange_pairs.equals(made.exchange_pairs.filter(pl.col("en_document_id").is_in(one.to_list())))


def test_nothing_makes_empty_tables(frames: MonthFrames) -> None:
    empty = pair_tables(MonthFrames(**{name: getattr(frames, name).clear() for name in NAMES}))
    assert empty.document_pairs.is_empty()
    assert empty.exchange_pairs.is_empty()
    assert empty.language_differences.is_empty()
    assert ExchangePairs.is_valid(empty.exchange_pairs)


def test_a_link_pairs_documents_of_different_days(frames: MonthFrames, made: PairTables) -> None:
    en, zh = made.document_pairs.select("en_document_id", "zh_document_id").row(0)
    address = "https://www.mfa.meridia.example/t20190304_1234567.shtml"
    documents = frames.documents.with_columns(
        briefing_date=pl.when(document_id=zh).then(pl.col("briefing_date").dt.offset_by("3d")).otherwise("briefing_date"),
        url=pl.when(document_id=zh).then(pl.lit(address)).otherwise("url"),
    )
    moved = MonthFrames(**{name: documents if name == "documents" else getattr(frames, name) for name in NAMES})
    assert en not in pair_tables(moved).document_pairs["en_document_id"].to_list()
    linked = pair_tables(moved, links={en: [address]}).document_pairs.filter(en_document_id=en)
    assert linked.select("zh_document_id", "rule").row(0) == (zh, "language_link")
