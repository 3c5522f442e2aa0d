"""The command as a person types it: what it prints, where, and its exit code."""

from __future__ import annotations

import csv
import io
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from helpers.command import Done, run_command, run_process

from pipelines.locking import writing
from pipelines.settings import CHECKOUT, Home

Run = Callable[..., Done]

PAGE = "<html><body><p>Arendelle Times: Will the port open{}?</p><p>Mo Wanli: It will.</p></body></html>"


@pytest.fixture
def briefings(tmp_path: Path) -> Run:
    """The command on a home of the test's own."""

    def run(*arguments: object, **more: object) -> Done:
        return run_command(tmp_path / "home", *arguments, **more)  # type: ignore[arg-type]

    return run


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.html").write_text(PAGE.format(name))
    return folder


@pytest.fixture(scope="module")
def filled(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample in it, refreshed by the command."""
    home = tmp_path_factory.mktemp("filled")
    ingested = run_command(home, "ingest", sample)
    assert ingested.code in (0, 1), ingested.stderr
    refreshed = run_command(home, "refresh")
    assert refreshed.code in (0, 1), refreshed.stdout + refreshed.stderr
    assert (home / "briefings.duckdb").exists(), refreshed.stdout + refreshed.stderr
    return home


# --- usage -------------------------------------------------------------------------------------------------------------


def test_help_names_every_command_without_loading_the_libraries() -> None:
    program = """
import sys
from pipelines.cli.app import app
try:
    app(["--help"], prog_name="briefings")
except SystemExit:
    pass
print(sorted({"polars", "duckdb", "dagster", "dbt", "dataframely", "selectolax", "rich"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=CHECKOUT)
    assert done.stdout.splitlines()[-1] == "[]"
    for command in ("ingest", "refresh", "sql", "status", "evidence", "export", "tour"):
        assert f"\n  {command} " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "nonsense"),
        (["ingest"], "PATH"),
        (["ingest", ""], "empty"),
        (["ingest", "--colour", "x"], "--colour"),
        (["sql", ""], "empty"),
        (["sql", "--format", "xlsx", "select 1"], "xlsx"),
        (["refresh", "--month", "September"], "September"),
        (["export", "--format", "xlsx"], "xlsx"),
        (["status", "--format", "csv"], "table and json"),
        (["evidence"], "mart"),
        (["evidence", "coverage", "--limit", "0"], "limit"),
    ],
)
def test_bad_usage_is_exit_code_2(briefings: Run, arguments: list[str], words: str) -> None:
    done = briefings(*arguments)
    assert done.code == 2
    assert words in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments", [["sql", "select 1"], ["evidence", "coverage"], ["export"], ["tour"], ["refresh"]], ids=lambda arguments: arguments[0]
)
def test_an_empty_home_says_what_to_type(briefings: Run, arguments: list[str]) -> None:
    done = briefings(*arguments)
    assert done.code == 2
    assert "briefings ingest PATH" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_stored_but_not_published_says_refresh(briefings: Run, pages: Path) -> None:
    briefings("ingest", pages)
    done = briefings("sql", "select 1")
    assert (done.code, done.stderr.strip().endswith("Type: briefings refresh")) == (2, True)


def test_home_may_be_named_before_or_after_the_command(tmp_path: Path, pages: Path) -> None:
    unused = tmp_path / "unused"
    assert run_command(unused, "--home", tmp_path / "one", "ingest", pages).code == 0
    assert run_command(unused, "ingest", pages, "--home", tmp_path / "two").code == 0
    assert (tmp_path / "one/raw").is_dir()
    assert (tmp_path / "two/raw").is_dir()
    assert not unused.exists()


# --- ingest ------------------------------------------------------------------------------------------------------------


def test_ingest_counts_new_and_known(briefings: Run, pages: Path) -> None:
    first, second = briefings("ingest", pages), briefings("ingest", pages)
    assert (first.code, second.code) == (0, 0)
    assert first.figures == {"new pages": "2", "known pages": "0"}
    assert second.figures == {"new pages": "0", "known pages": "2"}
    assert "briefings refresh" in first.stderr


def test_ingest_names_refused_files(briefings: Run, pages: Path) -> None:
    (pages / "c.html").write_bytes(b"")
    (pages / "[red]d.html").write_bytes(bytes(range(256)))
    done = briefings("ingest", pages)
    assert done.code == 1
    assert done.figures == {"new pages": "2", "known pages": "0", "refused: binary": "1", "refused: empty": "1"}
    assert f"{pages}/c.html: empty. " in done.stderr
    assert f"{pages}/[red]d.html: binary. " in done.stderr


@pytest.mark.parametrize("name", ["gone", "empty"])
def test_ingest_without_input_is_exit_code_2(briefings: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    done = briefings("ingest", tmp_path / name)
    assert done.code == 2
    assert name in done.stderr
    assert ".shtml" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_ingest_from_another_folder_gives_the_same_origin(tmp_path: Path, pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pages)
    done = run_command(tmp_path / "home", "ingest", ".")
    assert done.code == 0
    assert run_command(tmp_path / "home", "ingest", pages).figures["known pages"] == "2"
    assert len(list((tmp_path / "home/raw/manifest").iterdir())) == 1


def test_full_disk_is_one_clear_line(tmp_path: Path, pages: Path) -> None:
    (pages / "c.html").write_text(PAGE.format("x" * 100_000))

    def limit_file_size() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    done = run_process(tmp_path / "home", "ingest", pages, before=limit_file_size)
    assert done.code == 2
    assert "too large" in done.stderr.lower()
    assert "run the command again" in done.stderr
    assert not list((tmp_path / "home/raw").rglob("*.tmp"))
    again = run_command(tmp_path / "home", "ingest", pages)
    assert (again.code, again.figures) == (0, {"new pages": "1", "known pages": "2"})


def test_home_that_cannot_be_written_is_one_clear_line(tmp_path: Path, pages: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = run_command(tmp_path / "file/home", "ingest", pages)
    assert done.code == 2
    assert str(tmp_path / "file") in done.stderr
    assert "mend this" in done.stderr


def test_a_waiting_ingest_says_so(tmp_path: Path, pages: Path) -> None:
    home = Home(tmp_path / "home")
    with writing(home):
        process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", "--home", str(home.root), "ingest", str(pages)],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
        )
        assert process.stderr is not None
        assert "waiting for it to end" in process.stderr.readline()
        assert process.poll() is None
    output, errors = process.communicate(timeout=60)
    assert Done(process.returncode, output, errors).figures["new pages"] == "2"


# --- status ------------------------------------------------------------------------------------------------------------


def test_status_of_an_empty_home(briefings: Run) -> None:
    done = briefings("status")
    assert done.code == 0
    assert "briefings ingest PATH" in done.stderr


def test_status_before_the_first_refresh(briefings: Run, pages: Path) -> None:
    (pages / "c.html").write_bytes(b"")
    briefings("ingest", pages)
    facts = json.loads(briefings("status", "--format", "json").stdout)
    assert (facts["n_pages"], facts["n_waiting"], facts["refused"], facts["published_at"]) == (2, 2, {"empty": 1}, None)
    shown = briefings("status").figures
    assert (shown["files refused: empty"], shown["up to date"]) == ("1", "nothing published")


# --- a filled home -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_second_refresh_says_that_nothing_changed(filled: Path) -> None:
    before = {path: path.read_bytes() for path in filled.rglob("*") if path.is_file()}
    done = run_command(filled, "refresh")
    assert "Nothing has changed" in done.stderr
    assert {path: path.read_bytes() for path in filled.rglob("*") if path.is_file()} == before


@pytest.mark.slow
def test_status_of_a_filled_home(filled: Path) -> None:
    facts = json.loads(run_command(filled, "status", "--format", "json").stdout)
    assert facts["n_pages"] > 0
    assert facts["n_waiting"] == 0
    assert facts["is_up_to_date"] is True
    n_documents = json.loads(run_command(filled, "sql", "select count(*) as n from core.documents", "--format", "json").stdout)[0]["n"]
    assert sum(row["n_documents"] for row in facts["documents"]) == n_documents > 0
    assert "sample" in run_command(filled, "status").stdout


@pytest.mark.slow
def test_sql_formats_hold_the_same_rows(filled: Path, tmp_path: Path) -> None:
    query = "select document_id, title, briefing_date, n_turns, spokespersons from core.documents order by 1"
    as_json = json.loads(run_command(filled, "sql", query, "--format", "json").stdout)
    as_csv = list(csv.DictReader(io.StringIO(run_command(filled, "sql", query, "--format", "csv").stdout)))
    as_table = run_command(filled, "sql", query).stdout
    written = run_command(filled, "sql", query, "--output", tmp_path / "documents.parquet")
    as_parquet = pl.read_parquet(tmp_path / "documents.parquet")
    assert written.stdout == ""
    assert [row["document_id"] for row in as_json] == [row["document_id"] for row in as_csv] == as_parquet["document_id"].to_list()
    assert [row["briefing_date"] for row in as_json] == [row["briefing_date"] for row in as_csv]
    assert [row["spokespersons"] for row in as_json] == [json.loads(row["spokespersons"]) for row in as_csv]
    for row in as_json:
        assert row["document_id"] in as_table


@pytest.mark.slow
def test_sql_reads_standard_input(filled: Path) -> None:
    done = run_command(filled, "sql", "--format", "csv", stdin="select 1 as one;\n")
    assert (done.code, done.stdout) == (0, "one\n1\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("selec 1", "syntax error"),
        ("select * from core.nothing", "nothing"),
        ("create table core.mine as select 1", "read"),
        ("delete from core.documents", "read"),
    ],
)
def test_sql_errors_show_the_message_of_duckdb(filled: Path, query: str, words: str) -> None:
    done = run_command(filled, "sql", query)
    assert done.code == 2
    assert words in done.stderr
    assert done.stdout == ""


@pytest.mark.slow
def test_output_that_cannot_be_written(filled: Path, tmp_path: Path) -> None:
    done = run_command(filled, "sql", "select 1", "--output", tmp_path / "no/such/folder.csv")
    assert done.code == 2
    assert "no/such" in done.stderr


@pytest.mark.slow
def test_evidence_leads_to_words(filled: Path) -> None:
    done = run_command(filled, "evidence", "response_pattern_counts", "--limit", "3", "--format", "json")
    rows = json.loads(done.stdout)
    assert 0 < len(rows) <= 3
    assert all(row["quote"] for row in rows)


@pytest.mark.slow
def test_evidence_of_an_unknown_mart_names_those_there_are(filled: Path) -> None:
    done = run_command(filled, "evidence", "gossip")
    assert done.code == 2
    assert "gossip" in done.stderr
    assert "response_pattern_counts" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("form", ["parquet", "csv", "cmfa"])
def test_export_names_the_files_that_it_wrote(filled: Path, form: str) -> None:
    done = run_command(filled, "export", "--format", form)
    assert done.code == 0
    files = [Path(line) for line in done.stdout.splitlines()]
    assert files
    assert all(path.is_file() and path.is_relative_to(filled / "exports") for path in files)


@pytest.mark.slow
def test_tour_shows_every_mart(filled: Path) -> None:
    done = run_command(filled, "tour")
    assert done.code == 0
    for mart in ("outlet_activity", "coverage", "accusations_by_country"):
        assert f"marts.{mart}" in done.stdout
    assert "briefings sql" in done.stdout


@pytest.mark.slow
def test_refresh_of_a_month_that_is_not_there(filled: Path) -> None:
    done = run_command(filled, "refresh", "--month", "1999-01")
    assert done.code == 2
    assert "1999-01" in done.stderr
