"""The questions to start from: each runs on any home, is written in one form, and gives what can be counted in another way.

Every file of ``warehouse/queries`` has two things here: rows that it must give on the sample, read from the pages by a person, and
a check that holds on any home, the real pages too. A new file without them fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest
import sqlfluff
from helpers.command import run_command

from pipelines.publish.query import run_query
from pipelines.settings import CHECKOUT, DBT_PROJECT, Home

pytestmark = pytest.mark.slow

FOLDER = CHECKOUT / "warehouse" / "queries"
QUERIES = sorted(path.stem for path in FOLDER.glob("*.sql"))

EN, ZH = {"source_id": "sample", "language": "en"}, {"source_id": "sample", "language": "zh"}

KNOWN: dict[str, list[dict[str, Any]]] = {
    "accusations_of_hacking": [
        {"briefing_date": date(2012, 6, 28), "accuser": "USA", "accused": "XMD", "direction": "IN", "asked_by": None},
        {"briefing_date": date(2025, 9, 30), "accuser": "USA", "accused": "XMD", "direction": "IN", "asked_by": "Reuters"},
    ],
    "accusations_per_year": [
        EN | {"year": 2004, "direction": "IN", "n_exchanges": 2, "n_exchanges_total": 6, "share_of_exchanges": 0.333},
        EN | {"year": 2007, "direction": "IN", "n_exchanges": 0, "n_exchanges_total": 4, "share_of_exchanges": 0.0},
    ],
    "accusations_turned_round": [
        EN | {"accuser": "NAT", "n_charged": 1, "n_turned_round": 1, "share_turned_round": 1.0},
        EN | {"accuser": "JPN", "n_charged": 1, "n_turned_round": 0, "share_turned_round": 0.0},
    ],
    "changes_to_the_record": [
        {
            "basis": "seen", "briefing_date": date(2024, 10, 16), "page_change": "edited", "turn_change": "removed", "role": "question",
            "is_question_removed": True, "n_reread_documents": 3,
        },
        {"basis": "reported", "briefing_date": date(2011, 4, 7), "is_question_removed": True},
    ],
    "countries_asked_about": [
        EN | {"year": 2025, "place": "United States", "n_questions": 2, "n_questions_total": 9},
        ZH | {"year": 2023, "place": "Japan", "n_questions": 1, "n_questions_total": 5},
    ],
    "coverage_by_year": [EN | {"year": 2004, "n_briefings": 2, "n_exchanges": 6}, EN | {"year": 2005, "n_briefings": 0, "n_exchanges": 0}],
    "find_words": [
        {"briefing_date": date(2012, 6, 28), "role": "question", "n_turns_with_words": 2},
        {"briefing_date": date(2025, 9, 30), "role": "question", "speaker": "Reuters"},
    ],
    "formulas_by_spokesperson": [EN | {"spokesperson": "Ada Quill", "pattern_id": "R12", "n_with_pattern": 3, "n_answers": 16}],
    "hard_questions_hard_answers": [EN | {"question": "with a charge", "n_answers": 9}, EN | {"question": "other", "n_answers": 46}],
    "how_accusations_are_answered": [EN | {"accusation": "Cyber", "pattern": "Points to missing evidence", "n_accusations": 2}],
    "latest_briefings": [
        EN | {"briefing_date": date(2025, 9, 30), "spokesperson": "Ada Quill", "n_exchanges": 5, "n_accusations_in": 1},
        EN | {"briefing_date": date(2021, 11, 9), "kind": "news_article", "spokesperson": None, "n_exchanges": 0},
    ],
    "phrase_over_time": [
        EN | {"quarter": date(2019, 1, 1), "n_with_phrase": 1, "n_answers": 5, "share_of_answers": 0.2},
        EN | {"quarter": date(2004, 1, 1), "n_with_phrase": 0, "n_answers": 3},
    ],
    "tone_over_time": [
        EN | {"year": 2007, "n_answers": 4, "n_confrontational": 1, "share_confrontational": 0.25},
        EN | {"year": 2014, "n_answers": 3, "n_confrontational": 0, "share_cooperative": 1.0},
    ],
    "warnings_and_their_targets": [
        EN | {"accused": "USA", "n_answers": 4, "n_urged": 4, "n_protested": 1},
        EN | {"accused": "XSR", "n_answers": 1, "n_protested": 1, "n_warned": 1, "highest_rung": 9},
    ],
    "what_is_asked_about_more_than_before": [
        EN | {"month": date(2025, 4, 1), "topic": "Myanmar", "n_exchanges": 1, "n_exchanges_total": 3, "lift": None},
    ],
    "what_one_language_leaves_out": [
        {"briefing_date": date(2019, 3, 4), "gap": "only_en", "side": "en", "zh_quote": None, "n_paired_exchanges": 10},
        {"briefing_date": date(2021, 11, 9), "gap": "only_zh", "side": "zh", "en_quote": None},
    ],
    "who_accuses_whom": [
        EN | {"accuser": "USA", "accused": "XMD", "direction": "IN", "n_accusations": 4, "n_accusations_total": 19},
        EN | {"accuser": "GBR", "accused": "XMD", "mostly_of": "Trade (1)", "first_date": date(2004, 9, 16)},
    ],
    "who_asks_about_what": [
        EN | {"outlet_group": "hong_kong_macao_taiwan", "topic": "Myanmar", "n_questions": 1, "n_questions_of_group": 1},
        ZH | {"outlet_group": "western_wire", "topic": "Sanctions", "n_questions": 1, "n_questions_of_group": 3},
    ],
    "who_gets_no_reply": [
        EN | {"outlet_group": "western_wire", "n_answers": 8, "n_non_reply": 1, "share_non_reply": 0.125},
        ZH | {"outlet_group": "western_wire", "n_answers": 3, "n_non_reply": 0, "share_non_reply": 0.0},
    ],
    "who_speaks_how": [
        EN | {"spokesperson": "Ada Quill", "n_answers": 16, "share_of_years_answers": 0.727},
        ZH | {"spokesperson": "Mirela Osk", "n_answers": 5, "confrontational_difference": 0.0},
    ],
}  # fmt: skip
"""Rows of the sample by query, as far as the columns here; counted on the pages of tests/fixtures/sample."""

Check = Callable[[Home, pl.DataFrame], None]
CHECKS: dict[str, Check] = {}


def check(run: Check) -> Check:
    """Register what must hold of the query with the function's name, on any home."""
    CHECKS[run.__name__] = run
    return run


def value(home: Home, sql: str) -> Any:
    """The one value of a query."""
    return run_query(home, sql).item()


def n_groups(frame: pl.DataFrame, *keys: str) -> int:
    """How many different values there are."""
    return frame.select(keys).n_unique()


@check
def accusations_of_hacking(home: Home, rows: pl.DataFrame) -> None:
    assert rows.height == value(home, "select count(*) from core.accusations where accusation_type = 'A01'")
    assert not rows["quote"].is_null().any()
    assert rows.filter(pl.col("asked_by").is_not_null())["briefing_date"].min() >= date(2020, 3, 24)  # type: ignore[operator]


@check
def accusations_per_year(home: Home, rows: pl.DataFrame) -> None:
    assert rows.group_by("year", "source_id", "language").agg(pl.col("direction").n_unique())["direction"].unique().to_list() == [3]
    both = "select count(distinct (exchange_id, direction)) from core.accusations where exchange_id is not null"
    assert rows["n_exchanges"].sum() == value(home, both)
    assert rows["n_exchanges_total"].sum() == 3 * value(home, "select count(*) from core.exchanges")


@check
def accusations_turned_round(home: Home, rows: pl.DataFrame) -> None:
    charged = (
        "select count(distinct (exchange_id, accuser)) from core.accusations inner join core.exchanges using (exchange_id)"
        " where direction = 'IN' and accuser <> 'UNNAMED' and answer_turn_id is not null"
    )
    assert rows["n_charged"].sum() == value(home, charged)
    assert (rows["n_turned_round"] <= rows["n_charged"]).all()
    assert rows["n_turned_round"].sum() > 0


@check
def changes_to_the_record(home: Home, rows: pl.DataFrame) -> None:
    assert rows.filter(pl.col("basis") == "seen").height == value(home, "select count(*) from marts.page_changes")
    assert rows.filter(pl.col("basis") == "reported").height == value(home, "select count(*) from vocabulary.omission_reports")
    assert rows["n_reread_documents"].n_unique() == 1


@check
def countries_asked_about(home: Home, rows: pl.DataFrame) -> None:
    held = run_query(home, "select year(briefing_date) as year, language, count(question_turn_id) as n from core.exchanges group by all")
    assert rows.join(held, on=["year", "language"]).filter(pl.col("n_questions_total") > pl.col("n")).is_empty()
    assert rows.group_by("year", "source_id", "language").len()["len"].max() <= 10  # type: ignore[operator]
    assert set(rows["iso3"]).isdisjoint({"XMD"} if "sample" in rows["source_id"] else {"CHN"})


@check
def coverage_by_year(home: Home, rows: pl.DataFrame) -> None:
    assert n_groups(rows, "year", "source_id", "language") == rows.height
    conferences = "from core.documents where kind = 'press_conference'"
    assert rows["n_briefings"].sum() == value(home, f"select count(*) {conferences}")
    assert rows["n_exchanges"].sum() == value(home, f"select sum(n_exchanges) {conferences}")
    assert (rows["published_ratio"].is_null() == rows["published_exchanges"].is_null()).all()


@check
def find_words(home: Home, rows: pl.DataFrame) -> None:
    assert rows["words_around"].str.to_lowercase().str.contains("hackers").all()
    assert rows["turn_id"].n_unique() == rows.height == min(rows["n_turns_with_words"][0], 50)
    assert rows["n_turns_total"][0] == value(home, "select count(*) from core.turns")


@check
def formulas_by_spokesperson(home: Home, rows: pl.DataFrame) -> None:
    assert rows.group_by("source_id", "language", "spokesperson").len()["len"].max() <= 5  # type: ignore[operator]
    answers = rows.unique(["source_id", "language", "spokesperson"])["n_answers"].sum()
    assert answers <= value(home, "select count(*) from core.exchanges where answer_turn_id is not null and spokesperson_id is not null")
    assert (rows["n_with_pattern"] > 0).all()


@check
def hard_questions_hard_answers(home: Home, rows: pl.DataFrame) -> None:
    whole = "select count(*) from core.exchanges where answer_turn_id is not null and question_turn_id is not null"
    assert rows["n_answers"].sum() == value(home, whole)
    contrast = rows.pivot("question", index=["source_id", "language"], values="share_confrontational")
    assert (contrast["with a charge"] > contrast["other"]).all(), "as Yang & Yang (2025) found"


@check
def how_accusations_are_answered(home: Home, rows: pl.DataFrame) -> None:
    assert (rows["lift"] >= 1).all()
    assert (rows["n_with_pattern"] <= rows["n_accusations"]).all()
    types = rows.unique(["source_id", "language", "accusation"])
    answered = (
        "select count(*) from core.accusations inner join core.exchanges using (exchange_id)"
        " where direction = 'IN' and answer_turn_id is not null"
    )
    assert 0.9 * value(home, answered) <= types["n_accusations"].sum() <= value(home, answered)


@check
def latest_briefings(home: Home, rows: pl.DataFrame) -> None:
    assert rows["briefing_date"].is_sorted(descending=True)
    assert rows["briefing_date"][0] == value(home, "select max(briefing_date) from core.documents")
    assert (rows["n_without_reply"] <= rows["n_exchanges"]).all()


@check
def phrase_over_time(home: Home, rows: pl.DataFrame) -> None:
    assert rows["n_answers"].sum() == value(home, "select count(*) from core.exchanges where answer_turn_id is not null")
    holds = "select count(*) from core.exchanges where answer_turn_id is not null and answer_text ilike '%noted%'"
    assert rows["n_with_phrase"].sum() == value(home, holds)


@check
def tone_over_time(home: Home, rows: pl.DataFrame) -> None:
    assert rows["n_answers"].sum() == value(home, "select count(*) from core.exchanges where answer_turn_id is not null")
    marts = value(home, "select sum(n_confrontational) from marts.spokesperson_activity")
    assert rows["n_confrontational"].sum() == marts
    shares = rows.select("share_confrontational", "share_cooperative", "share_no_stance").sum_horizontal()
    assert shares.max() <= 1.002  # type: ignore[operator]


@check
def warnings_and_their_targets(home: Home, rows: pl.DataFrame) -> None:
    accused = (
        "select count(distinct (exchange_id, accused)) from core.accusations inner join core.exchanges using (exchange_id)"
        " where direction = 'OUT' and side = 'answer' and answer_turn_id is not null"
    )
    assert rows["n_answers"].sum() == value(home, accused)
    assert rows.select(pl.max_horizontal("n_urged", "n_protested", "n_warned") <= pl.col("n_answers")).to_series().all()
    assert rows["highest_rung"].drop_nulls().is_between(0, 9).all()
    assert rows.filter(pl.col("n_warned") > 0)["highest_rung"].min() >= 7  # type: ignore[operator]


@check
def what_is_asked_about_more_than_before(home: Home, rows: pl.DataFrame) -> None:
    assert (rows["n_more_than_expected"] >= 0).all()
    assert rows["n_more_than_expected"].is_sorted(descending=True)
    assert (rows["share_of_exchanges"] >= rows["share_year_before"]).all()
    assert (rows["lift"].is_null() == (rows["share_year_before"] == 0)).all()


@check
def what_one_language_leaves_out(home: Home, rows: pl.DataFrame) -> None:
    assert rows["confidence"].is_sorted(descending=True)
    assert rows.height == value(home, "select count(*) from marts.language_gaps where gap not in ('accusation', 'pattern')")
    assert rows.filter((pl.col("side") == "en") & pl.col("en_quote").is_null()).is_empty()
    assert rows.filter((pl.col("side") == "zh") & pl.col("zh_quote").is_null()).is_empty()


@check
def who_accuses_whom(home: Home, rows: pl.DataFrame) -> None:
    assert rows["n_accusations"].sum() == value(home, "select count(*) from core.accusations")
    totals = rows.unique(["source_id", "language"])
    assert totals["n_accusations_total"].sum() == rows["n_accusations"].sum()
    assert rows.filter(pl.col("accuser") == pl.col("accused"), pl.col("accuser") != "UNNAMED").is_empty()


@check
def who_asks_about_what(home: Home, rows: pl.DataFrame) -> None:
    assert (rows["n_questions"] <= rows["n_questions_of_group"]).all()
    named = value(home, "select count(*) from core.exchanges where outlet_id is not null and question_turn_id is not null")
    assert rows.unique(["source_id", "language", "outlet_group"])["n_questions_of_group"].sum() <= named
    assert rows.group_by("source_id", "language", "outlet_group").len()["len"].max() <= 3  # type: ignore[operator]


@check
def who_gets_no_reply(home: Home, rows: pl.DataFrame) -> None:
    named = value(home, "select count(*) from core.exchanges where outlet_id is not null and answer_turn_id is not null")
    assert rows["n_answers"].sum() == named
    assert rows["first_date"].min() >= date(2020, 3, 24)  # type: ignore[operator]
    assert set(rows["outlet_group"]).isdisjoint({"not_published", "no_label", "generic_label", "unknown_label"})


@check
def who_speaks_how(home: Home, rows: pl.DataFrame) -> None:
    known = value(home, "select count(*) from core.exchanges where answer_turn_id is not null and spokesperson_id is not null")
    assert rows["n_answers"].sum() == known
    for measure in ("confrontational", "non_reply"):
        difference = rows[f"share_{measure}"] - rows[f"expected_{measure}"] - rows[f"{measure}_difference"]
        assert difference.abs().max() <= 0.002  # type: ignore[operator]
    alone = rows.filter(pl.col("share_of_years_answers") == 1)
    assert (alone["confrontational_difference"] == 0).all()


def rows_of(home: Home, name: str) -> pl.DataFrame:
    """What a query gives."""
    return run_query(home, (FOLDER / f"{name}.sql").read_text(encoding="utf-8"))


def test_there_are_twenty_and_each_is_checked() -> None:
    assert len(QUERIES) == 20
    assert set(KNOWN) == set(CHECKS) == set(QUERIES)


@pytest.mark.parametrize("name", QUERIES)
def test_a_file_says_what_it_asks_and_how_to_narrow_it(name: str) -> None:
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    comment = re.match(r"(?:--.*\n)+", text)
    assert comment
    assert re.match(r"-- [A-Z][^\n]*\?\n", comment[0]), "it begins with its question, in a line"
    assert "\n-- Narrow it" in comment[0]
    assert text.rstrip().endswith(";")
    assert text[comment.end() :].count(";\n") == 1, "one query"
    for other in re.findall(r"\b(\w+)\.sql\b", comment[0]):
        assert other in QUERIES


def test_they_are_written_in_one_form() -> None:
    config = str(DBT_PROJECT / ".sqlfluff")
    found = {
        name: problems
        for name in QUERIES
        if (problems := sqlfluff.lint((FOLDER / f"{name}.sql").read_text(encoding="utf-8"), dialect="duckdb", config_path=config))
    }
    assert found == {}


@pytest.mark.parametrize("name", QUERIES)
def test_the_sample_gives_what_a_reader_counts(sample_home: Home, name: str) -> None:
    rows = rows_of(sample_home, name)
    assert rows.equals(rows_of(sample_home, name)), "in the same order every time"
    for known in KNOWN[name]:
        same = [row for row in rows.iter_rows(named=True) if all(row[column] == held for column, held in known.items())]
        assert same, f"{known} is not in\n{rows}"
    makes_sense(sample_home, name, rows)


def makes_sense(home: Home, name: str, rows: pl.DataFrame) -> None:
    """Hold a query's rows against its own check and against what is true of all shares."""
    assert rows.height > 0
    assert rows.is_duplicated().sum() == 0
    for column in rows.columns:
        if re.match(r"(?:share_|base_share|expected_(?:conf|non)|precision|recall|confidence)", column) or column.endswith(
            ("precision", "recall")
        ):
            assert rows[column].drop_nulls().is_between(0, 1).all(), column
        if column.startswith("n_") and column != "n_more_than_expected":
            assert (rows[column] >= 0).all(), column
            assert rows[column].null_count() == 0 or column == "n_expected_days", column
    CHECKS[name](home, rows)


def test_the_command_reads_a_file_from_standard_input(sample_home: Home) -> None:
    done = run_command(sample_home.root, "sql", "--format", "csv", stdin=(FOLDER / "coverage_by_year.sql").read_text(encoding="utf-8"))
    assert done.code == 0
    assert done.stdout.startswith("year,source_id,language,n_briefings,")


@pytest.mark.parametrize(
    ("name", "word", "other", "column"),
    [("find_words", "hackers", "里港", "turn_id"), ("phrase_over_time", "noted", "坚决反对", "n_with_phrase")],
)
def test_other_words_go_into_the_first_line(sample_home: Home, name: str, word: str, other: str, column: str) -> None:
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    assert text.count(f"'{word}'") == 1
    rows = run_query(sample_home, text.replace(f"'{word}'", f"'{other}'"))
    found = rows.filter(pl.col(column) > 0) if rows[column].dtype.is_numeric() else rows
    assert found["language"].unique().to_list() == ["zh"]


NARROWED = [
    ("accusations_of_hacking", "= 'A01'", "= 'A01' and accusations.accused = 'USA' and documents.briefing_date >= '2020-01-01'"),
    ("accusations_per_year", "where exchange_id is not null", "where exchange_id is not null and accusation_type = 'A04'"),
    ("accusations_turned_round", "!= 'UNNAMED'", "!= 'UNNAMED' and accusations.accusation_type = 'A01'"),
    ("accusations_turned_round", "where exchanges.has_answer", "where exchanges.has_answer and exchanges.year >= 2018"),
    ("countries_asked_about", "attention.side = 'question'", "attention.side = 'answer'"),
    ("coverage_by_year", "group by", "where source_id = 'sample' group by"),
    ("find_words", "order by", "where documents.briefing_date >= '2020-01-01' order by"),
    ("formulas_by_spokesperson", "is not null", "is not null and family = 'non_reply' and year = 2020"),
    ("hard_questions_hard_answers", "and exchanges.has_question", "and exchanges.has_question and exchanges.outlet_group = 'western_wire'"),
    ("how_accusations_are_answered", "direction = 'IN'", "direction = 'OUT' and accusation_type = 'A01'"),
    (
        "latest_briefings",
        "order by documents",
        "where documents.source_id = 'sample' and documents.kind = 'press_conference' order by documents",
    ),
    ("phrase_over_time", "where exchanges.has_answer", "where exchanges.has_answer and exchanges.source_id = 'sample'"),
    ("tone_over_time", "where has_answer", "where has_answer and kind = 'press_conference'"),
    ("warnings_and_their_targets", "and exchanges.has_answer", "and exchanges.has_answer and exchanges.year >= 2020"),
    ("what_is_asked_about_more_than_before", "order by", "and month >= '2020-01-01' and share_of_expected_days > 0.01 order by"),
    ("what_one_language_leaves_out", "order by", "and confidence >= 0.9 and gap = 'only_en' order by"),
    ("who_accuses_whom", "where n_accusations > 0", "where n_accusations > 0 and direction = 'OUT' and year >= 2018"),
    ("who_asks_about_what", "exchanges.outlet_group,", "exchanges.outlet as outlet_group,"),
    ("who_asks_about_what", "and exchanges.has_question", "and exchanges.has_question and exchanges.year = 2022"),
    ("who_gets_no_reply", "group by", "and year = 2020 and language = 'en' group by"),
    ("who_speaks_how", "where n_answers_total > 0", "where n_answers_total > 0 and year >= 2018 and language = 'en'"),
    ("changes_to_the_record", "order by\n    changes.basis", "where basis = 'seen' and source_id = 'sample' order by\n    changes.basis"),
]
"""What the comments offer under "Narrow it": query, its text, what a reader makes of it."""


@pytest.mark.parametrize(("name", "old", "new"), NARROWED, ids=[f"{name}-{n}" for n, (name, _, _) in enumerate(NARROWED)])
def test_it_can_be_narrowed_as_its_comment_says(sample_home: Home, name: str, old: str, new: str) -> None:
    query = re.sub(r"\A(?:--.*\n)+", "", (FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
    assert old in query
    narrowed = run_query(sample_home, query.replace(old, new))
    assert narrowed.height > 0
    assert not narrowed.equals(rows_of(sample_home, name)) or "sample" in new, "it changes something"


def test_every_query_was_narrowed() -> None:
    assert {name for name, _, _ in NARROWED} == set(QUERIES)


def test_the_real_pages_give_rows_that_make_sense(real_home: Home) -> None:
    for name in QUERIES:
        makes_sense(real_home, name, rows_of(real_home, name))
