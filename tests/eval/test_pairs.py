"""English and Chinese versions of real briefings: paired, aligned as they run, and found out when one of them is altered.

A fourth of the briefings of 2018 to 2020; ``python -m tests.eval.pair_alterations`` measures on all of them, and with ``--glossary`` with words that were
learnt on other pages.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipelines.pair.tables import MonthFrames, aligned
from pipelines.settings import Home
from tests.eval.pair_alterations import TABLE_NAMES, Result, alter_and_score, lake_of, pages_in_both_languages, restricted

pytestmark = pytest.mark.slow

PAIRED_SHARE, IN_ORDER_SHARE, LEAST = 0.98, 0.99, 0.95
EVERY = 4
ALTERATIONS, SEED = 500, 4

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def tables(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Tables of every fourth day and kind with both versions."""
    both = list(pages_in_both_languages(shared / "corpus").values())
    files = (path for found in both[::EVERY] for language in ("en", "zh") for path in found[language])
    return lake_of(Home(tmp_path_factory.mktemp("pairs")), files)


@pytest.fixture(scope="module")
def found(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pairs of documents and of exchanges, unaltered, all in one frame as if of one month."""
    return aligned(MonthFrames(**{name: tables[name] for name in TABLE_NAMES}))


def test_briefings_with_both_versions_are_paired(tables: Tables, found: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    days = (
        tables["documents"]
        .group_by("briefing_date", "kind")
        .agg(en=(pl.col("language") == "en").sum(), zh=(pl.col("language") == "zh").sum())
    )
    n_wanted = int(days.select(pl.min_horizontal("en", "zh").sum()).item())
    assert n_wanted >= 20
    pairs = found[0]
    assert pairs.height >= PAIRED_SHARE * n_wanted
    dates = tables["documents"].select("document_id", "briefing_date")
    placed = pairs.join(dates, left_on="en_document_id", right_on="document_id", suffix="_en").join(
        dates, left_on="zh_document_id", right_on="document_id", suffix="_zh"
    )
    assert (placed["briefing_date_en"] == placed["briefing_date_zh"]).all()


def test_exchanges_are_aligned_as_they_run(tables: Tables, found: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    equal = found[0].filter(pl.col("n_en_exchanges") == pl.col("n_zh_exchanges"))
    places = dict(tables["exchanges"].select("exchange_id", "exchange_index").iter_rows())
    rows = found[1].join(equal.select("document_pair_id"), on="document_pair_id", how="semi").filter(relation="both")
    n_right = sum(places[en] == places[zh] for en, zh in rows.select("en_exchange_id", "zh_exchange_id").iter_rows())
    assert n_right >= IN_ORDER_SHARE * equal["n_en_exchanges"].sum() > 100


@pytest.fixture(scope="module")
def altered(tables: Tables, found: tuple[pl.DataFrame, pl.DataFrame]) -> Result:
    """What comes of altered briefings."""
    equal = found[0].filter(pl.col("n_en_exchanges") == pl.col("n_zh_exchanges"))
    briefings = list(equal.select("en_document_id", "zh_document_id").iter_rows())
    own = restricted(tables, [document_id for pair in briefings for document_id in pair])
    return alter_and_score(own, briefings, ALTERATIONS, SEED)


@pytest.mark.parametrize("what", ["pairs", "one-sided"])
def test_alterations_are_found_out(altered: Result, what: str) -> None:
    assert altered.n_alterations >= ALTERATIONS
    assert altered.n_briefings_paired >= PAIRED_SHARE * altered.n_briefings
    assert altered.total.precision(what) >= LEAST, altered.mistakes
    assert altered.total.recall(what) >= LEAST, altered.mistakes


def test_confidence_means_something(altered: Result) -> None:
    """What the table is sure of is right; claims that one version lacks something hurt most when they are false."""
    sure = [is_right for _, confidence, is_right in altered.confidences if confidence >= 0.95]
    claims = [is_right for what, confidence, is_right in altered.confidences if what == "one-sided" and confidence >= 0.9]
    assert sum(sure) >= 0.99 * len(sure) > 0
    assert sum(claims) >= LEAST * len(claims) > 0
