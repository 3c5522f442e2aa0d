"""Questions to the published file: what they give, and that none of them can change anything."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import polars as pl
import pytest
from helpers.published import ANSWER, rows, write_published

from pipelines.errors import BriefingsError
from pipelines.publish import connection as connection_module
from pipelines.publish.connection import reading
from pipelines.publish.evidence import evidence
from pipelines.publish.fingerprint import published_fingerprint
from pipelines.publish.query import run_query
from pipelines.settings import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    write_published(home)
    return home


# --- sql ---------------------------------------------------------------------------------------------------------------


def test_rows_have_the_types_of_the_tables(home: Home) -> None:
    frame = run_query(home, "select document_id, briefing_date, published_at, spokespersons, n_turns from core.documents order by 1")
    assert frame.schema == pl.Schema(
        {
            "document_id": pl.String(),
            "briefing_date": pl.Date(),
            "published_at": pl.Datetime("us"),
            "spokespersons": pl.List(pl.String()),
            "n_turns": pl.Int64(),
        }
    )
    assert frame.height == 3


def test_sums_of_integers_are_integers_unless_they_are_too_large(home: Home) -> None:
    frame = run_query(
        home, "select sum(n_turns) as n, sum(n_turns::hugeint) * 10::hugeint ** 0 as same, 1::hugeint << 100 as large from core.documents"
    )
    assert frame.schema["n"] == pl.Int64()
    assert frame["n"].to_list() == [6]
    assert frame["large"].to_list() == [2**100]


def test_what_polars_lacks_comes_as_text(home: Home) -> None:
    frame = run_query(home, "select interval 3 day as span, union_value(a := 1) as either, '101'::bit as bits, 1 as x, 2 as x")
    assert frame.to_dicts() == [{"span": "3 days", "either": "1", "bits": "101", "x": 1, "x_1": 2}]


def test_the_last_of_several_statements_gives_the_rows(home: Home) -> None:
    frame = run_query(home, "create temp table mine as select 7 as n; select 1; from mine; -- the end")
    assert frame.to_dicts() == [{"n": 7}]


@pytest.mark.parametrize(
    "sql",
    [
        "create table core.mine as select 1",
        "create schema mine",
        "insert into core.documents from core.documents",
        "update core.turns set text = ''",
        "delete from core.turns",
        "drop table core.turns",
        "alter table core.turns drop column text",
        "comment on table core.turns is 'mine'",
        "copy core.turns to 'turns.csv'",
        "explain analyze copy core.turns to 'turns.csv'",
        "export database 'all'",
        "attach 'mine.duckdb'",
        "attach 'briefings.duckdb' as again",
        "set enable_external_access = true",
        "reset enable_external_access",
        "set temp_directory = '.'",
        "install fts",
        "load 'fts.duckdb_extension'",
        "from 'own.csv'",
        "from read_csv('own.csv')",
        "from read_text('/etc/hostname')",
        "from glob('*')",
    ],
)
def test_nothing_can_be_written_nor_another_file_read(home: Home, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    monkeypatch.chdir(home.root)
    (home.root / "own.csv").write_text("a,b\n1,2\n")
    before = {path: path.read_bytes() for path in home.root.rglob("*")}
    with pytest.raises(BriefingsError):
        run_query(home, f"{sql}; select 1")
    assert {path: path.read_bytes() for path in home.root.rglob("*")} == before


def test_refusals_say_what_to_do_instead(home: Home) -> None:
    with pytest.raises(BriefingsError, match="--output FILE"):
        run_query(home, "copy core.turns to 'turns.csv'")
    with pytest.raises(BriefingsError, match="can only be read"):
        run_query(home, "delete from core.turns")


def test_variables_of_the_program_are_no_tables(home: Home) -> None:
    secret = pl.DataFrame({"a": [1]})
    with pytest.raises(BriefingsError, match="secret does not exist"):
        run_query(home, "from secret")
    assert secret.height == 1


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("selec 1", r"syntax error at or near \"selec\"\nLINE 1: selec 1\n +\^"),
        ("from core.turn", "(?s)Did you mean .*turns.*show all tables"),
        ("select txt from core.turns", "(?s)txt.*Candidate bindings.*text"),
        ("select 'x'::int", "Could not convert"),
        ("", "empty"),
        (" ; -- nothing\n", "empty"),
        ("create temp table mine as select 1", "gives no rows"),
        ("select ?", "parameter"),
    ],
)
def test_mistakes_are_told_in_duckdbs_words(home: Home, sql: str, words: str) -> None:
    with pytest.raises(BriefingsError, match=words):
        run_query(home, sql)


def test_a_large_sort_goes_to_disk_and_leaves_nothing(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "MEMORY_LIMIT", "60MB")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    frame = run_query(
        home, "select count(*) as n from (select i, repeat('x', 100) || i as s from range(1000000) t(i) order by s limit 999999)"
    )
    assert frame["n"].to_list() == [999999]
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


# --- the file ----------------------------------------------------------------------------------------------------------


def test_without_a_published_file_it_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(BriefingsError, match="briefings refresh"):
        run_query(Home(tmp_path), "select 1")


@pytest.mark.parametrize("content", [b"", b"x" * 20_000])
def test_a_file_that_is_not_ours_is_named(tmp_path: Path, content: bytes) -> None:
    home = Home(tmp_path)
    home.published.write_bytes(content)
    with pytest.raises(BriefingsError, match=r"briefings\.duckdb cannot be read.*briefings refresh"):
        run_query(home, "select 1")
    assert published_fingerprint(home) is None


def test_the_published_fingerprint_of_odd_files_is_none(home: Home, tmp_path: Path) -> None:
    assert published_fingerprint(home) == "abc"
    whole = home.published.read_bytes()
    home.published.write_bytes(whole[: len(whole) // 2])
    assert published_fingerprint(home) is None
    home.published.write_bytes(whole[:5000] + bytes(len(whole) - 5000))
    assert published_fingerprint(home) is None
    home.published.unlink()
    assert published_fingerprint(home) is None
    home.published.mkdir()
    assert published_fingerprint(home) is None
    other = Home(tmp_path / "other")
    other.root.mkdir()
    with duckdb.connect(str(other.published)) as connection:
        connection.execute("create table mine as select 1")
    assert published_fingerprint(other) is None


def test_a_swap_while_the_file_is_open_in_the_same_process(home: Home) -> None:
    with reading(home) as session:
        assert session.execute("select count(*) from core.documents").fetchone() == (3,)
        tables = rows()
        tables["documents"] = tables["documents"][:1]
        write_published(home, home.root / "new.duckdb", tables).replace(home.published)
        assert run_query(home, "select count(*) as n from core.documents")["n"].to_list() == [1]
        assert session.execute("select count(*) from core.documents").fetchone() == (3,)


def test_a_program_that_writes_to_the_published_file_is_named_as_the_cause(home: Home) -> None:
    program = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(home.published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdin
        assert writer.stdout
        assert writer.stdout.readline() == "open\n"
        with pytest.raises(BriefingsError, match="open for writing in another program"):
            run_query(home, "select 1")
        writer.stdin.close()
    assert run_query(home, "select 1 as n")["n"].to_list() == [1]


# --- evidence ----------------------------------------------------------------------------------------------------------


def test_evidence_is_the_words_of_the_rows_that_fit(home: Home) -> None:
    frame = evidence(home, "place_counts", "year = 2019 and n_mentions > 1 -- both", 10)
    assert frame.select("quote", "place", "turn_id").rows() == [
        ("Meridia", "Meridia", "d2-t0"),
        ("Arendelle", "Arendelle", "d2-t0"),
        ("Meridia", "Meridia", "d2-t1"),
        ("Arendelle", "Arendelle", "d2-t1"),
    ]
    last = frame.to_dicts()[-1]
    assert ANSWER[last["start_char"] : last["end_char"]] == "Arendelle"
    assert (last["speaker"], last["title"], str(last["briefing_date"]), last["sha256"]) == (
        "Mo Wanli",
        "Briefing 2",
        "2019-03-04",
        "2" * 64,
    )
    assert frame.columns == [
        "quote", "briefing_date", "speaker", "outlet", "year", "place", "rule", "title", "url", "source_id", "turn_id", "exchange_id",
        "document_id", "start_char", "end_char", "sha256",
    ]  # fmt: skip


def test_evidence_comes_by_date_document_turn_and_offset(home: Home) -> None:
    frame = evidence(home, "marts.place_counts", None, 100)
    places = frame.select("briefing_date", "document_id", "turn_id", "start_char").rows()
    assert len(places) == 12
    assert places == sorted(places)
    assert evidence(home, "place_counts", None, 5).equals(frame.head(5))
    assert frame.filter(document_id="d1", quote="Meridia")["outlet"].to_list() == ["Arendelle Times"] * 2


@pytest.mark.parametrize(
    ("mart", "where", "words"),
    [
        ("gossip", None, r"no mart 'gossip'. Marts with evidence: place_counts\."),
        ("lonely", None, r"marts\.lonely are not tied to quotes. Marts with evidence: place_counts\."),
        ("place_counts", "country = 'X'", "(?s)country.*Columns of marts.place_counts: year, place, n_mentions"),
        ("place_counts", "quote = 'Meridia'", "(?s)quote.*Columns of marts.place_counts"),
        ("place_counts", "n_mentions", "is no condition.*year, place, n_mentions"),
        ("place_counts", "", "is no condition"),
        ("place_counts", "true, true", "is no condition"),
        ("place_counts", "true) from marts.place_counts; drop table core.turns; select (true", "is no condition"),
        ("place_counts", "year =", "(?s)syntax error.*Columns of"),
        ("place_counts", "year = 'last'", "(?s)Could not convert.*Columns of"),
        ("place_counts", "count(*) > 1", "(?s)aggregates.*Columns of"),
    ],
)
def test_evidence_says_what_it_cannot_do(home: Home, mart: str, where: str | None, words: str) -> None:
    with pytest.raises(BriefingsError, match=words):
        evidence(home, mart, where)
