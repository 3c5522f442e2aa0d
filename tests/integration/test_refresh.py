"""A whole refresh of the sample: what it makes, that it repeats itself exactly, and that readers are never in its way."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.contracts.lake import TABLES
from pipelines.extract.ingest import ingest
from pipelines.extract.raw_store import object_path
from pipelines.lake import months, read_table, table_path, write_frame
from pipelines.refresh import refresh
from pipelines.settings import PAGE_SUFFIXES, Home

pytestmark = pytest.mark.slow


def bytes_of(home: Home) -> dict[str, str]:
    """Hash of every file of lake and warehouse."""
    files = [*home.lake.rglob("*.parquet"), home.published]
    return {str(file.relative_to(home.root)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def tables_of(home: Home) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every published table, rows in the order that they lie in."""
    with duckdb.connect(str(home.published), read_only=True) as connection:
        names = connection.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name <> 'main' order by all"
        ).fetchall()
        for schema, name in names:
            yield f"{schema}.{name}", connection.execute(f'from {schema}."{name}"').pl()


def test_every_table_of_the_design_is_there_and_filled(sample_home: Home) -> None:
    rows = {name: frame.height for name, frame in tables_of(sample_home)}
    marts = {
        "accusations_by_country", "response_pattern_counts", "outlet_activity", "spokesperson_activity", "country_attention", "coverage",
        "page_changes",
    }  # fmt: skip
    assert {f"core.{name}" for name in TABLES} | {f"marts.{name}" for name in marts} <= set(rows)
    assert [name for name, n in rows.items() if not n and name != "intermediate.int_unknown_labels"] == []


def test_a_second_refresh_changes_no_byte(sample_home: Home) -> None:
    before = bytes_of(sample_home)
    report = refresh(sample_home)
    assert report.is_unchanged
    assert bytes_of(sample_home) == before


def test_a_rebuild_from_the_same_raw_store_gives_equal_tables(sample_home: Home, tmp_path: Path) -> None:
    again = Home(tmp_path)
    again.raw.symlink_to(sample_home.raw)
    assert refresh(again).published
    for (name, one), (other_name, other) in zip(tables_of(sample_home), tables_of(again), strict=True):
        assert name == other_name
        assert one.equals(other), name


def test_the_order_of_ingest_and_refreshes_in_between_do_not_show(sample_home: Home, sample: Path, tmp_path: Path) -> None:
    files = sorted(path for path in sample.iterdir() if path.suffix in PAGE_SUFFIXES)
    home = Home(tmp_path / "home")
    for number, part in enumerate((files[2::3], files[1::3], files[::3])):
        folder = tmp_path / str(number)
        folder.mkdir()
        for path in (*part, sample / "manifest.csv"):
            shutil.copy2(path, folder)
        ingest(home, [folder])
        refresh(home)
    for name in TABLES:
        assert read_table(home.lake, name).collect().equals(read_table(sample_home.lake, name).collect()), name


def test_lost_text_stops_publishing_and_is_told(sample_home: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(sample_home.root, home.root)
    before = home.published.read_bytes()
    month = months(home.lake)[-1]
    path = table_path(home.lake, "turns", month)
    whole, metadata = pl.read_parquet(path), pl.read_parquet_metadata(path)
    write_frame(whole.filter(pl.col("role") != "answer"), path, {name: text for name, text in metadata.items() if name != "ARROW:schema"})
    report = refresh(home)
    assert not report.published
    assert "text_held" in report.message
    assert home.published.read_bytes() == before
    # The month is made again when it is asked for, and all is well.
    path.unlink()
    assert refresh(home).message == ""
    assert pl.read_parquet(path).equals(whole)


@pytest.fixture
def own_home(sample_home: Home, tmp_path: Path) -> Home:
    """A copy of the refreshed sample, to be damaged."""
    home = Home(tmp_path / "own")
    shutil.copytree(sample_home.root, home.root)
    return home


@pytest.mark.parametrize("table", ["turns", "document_versions", "entities", "_pages"])
def test_a_damaged_file_of_the_lake_is_made_anew(own_home: Home, table: str) -> None:
    path = sorted((own_home.lake / table).glob("*.parquet"))[0]
    whole = path.read_bytes()
    path.write_bytes(b"junk")
    report = refresh(own_home)
    assert not report.message
    assert path.read_bytes() == whole


@pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted", "overwritten"])
def test_lost_bytes_cost_no_document_and_come_back_with_the_next_ingest(own_home: Home, sample: Path, is_deleted: bool) -> None:
    path = own_home.root / object_path(hashlib.sha256((sample / "en-f-2024-03-18.html").read_bytes()).hexdigest())
    whole = path.read_bytes()
    documents = read_table(own_home.lake, "documents").collect()
    path.unlink() if is_deleted else path.write_bytes(b"junk")
    assert refresh(own_home, full=True).message == ""
    assert read_table(own_home.lake, "documents").collect().equals(documents)
    ingest(own_home, [sample])
    assert path.read_bytes() == whole


_SESSION = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print(connection.execute("select count(*) from core.documents").fetchone()[0], flush=True)
for line in sys.stdin:
    print(connection.execute("select count(*) from core.documents").fetchone()[0], flush=True)
"""


def test_an_open_session_keeps_its_answers_and_a_new_one_sees_the_new_data(sample: Path, tmp_path: Path) -> None:
    home = Home(tmp_path)
    ingest(home, [sample / "en-d-2019-03-04.shtml"])
    assert refresh(home).published
    command = [sys.executable, "-c", _SESSION, str(home.published)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
        assert session.stdin
        assert session.stdout
        assert session.stdout.readline() == "1\n"
        ingest(home, [sample])
        assert refresh(home).published
        session.stdin.write("again\n")
        session.stdin.flush()
        assert session.stdout.readline() == "1\n"
        session.stdin.close()
    with duckdb.connect(str(home.published), read_only=True) as connection:
        row = connection.execute("select count(*) from core.documents").fetchone()
    assert row
    assert row[0] > 20


def test_every_quote_is_the_words_at_its_place(sample_home: Home) -> None:
    with duckdb.connect(str(sample_home.published), read_only=True) as connection:
        for table, words in (
            ("mentions", "surface"),
            ("pattern_hits", "quote"),
            ("accusations", "quote"),
            ("topic_hits", "quote"),
            ("quotes", "text"),
        ):
            rows = connection.execute(
                f"select count(*), count(*) filter (substr(t.text, x.start_char + 1, x.end_char - x.start_char) <> x.{words})"
                f" from core.{table} x join core.turns t using (turn_id)"
            ).fetchone()
            assert rows
            assert rows[0] > 0, table
            assert rows[1] == 0, table
        rows = connection.execute(
            "select count(*) filter (substr(d.body_text, t.start_char + 1, t.end_char - t.start_char) <> t.text)"
            " from core.turns t join core.documents d using (document_id)"
        ).fetchone()
        assert rows == (0,)
