"""Build aside, check, swap in: with dbt and DuckDB as they are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
import pytest
from helpers.published import frames, write_published

from pipelines import lake
from pipelines.contracts.lake import TABLES
from pipelines.errors import BriefingsError
from pipelines.publish import build as build_module
from pipelines.publish.build import BUILD_INFO, BuildResult, build_warehouse, ensure_manifest
from pipelines.publish.connection import BUILD_FILE
from pipelines.publish.dictionary import sources_yaml
from pipelines.publish.evidence import evidence
from pipelines.publish.fingerprint import input_fingerprint, published_fingerprint
from pipelines.publish.query import run_query
from pipelines.publish.swap import publish
from pipelines.settings import CHECKOUT, DBT_PROJECT, Home

pytestmark = pytest.mark.slow

FACTS = {name: f"a {name}" for name in BUILD_INFO}
QUERIES = sorted((CHECKOUT / "warehouse/queries").glob("*.sql"))


def built_file(home: Home) -> Path:
    return home.build / BUILD_FILE


def names_below(folder: Path) -> set[Path]:
    """Files and folders."""
    return set(folder.rglob("*"))


def tables_of(path: Path) -> dict[str, pl.DataFrame]:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select schema_name || '.' || table_name from duckdb_tables() order by 1").fetchall()
        return {name: connection.execute(f"from {name}").pl() for (name,) in names}


def ask_in_another_process(path: Path, sql: str) -> str:
    program = "import duckdb, sys; print(duckdb.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])"
    done = subprocess.run([sys.executable, "-c", program, str(path), sql], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# --- the project, on the sample ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample_lake(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake of the sample pages."""
    from pipelines.extract.ingest import ingest
    from pipelines.progress import SilentProgress
    from pipelines.refresh import lake_stage, parse_stage

    home = Home(tmp_path_factory.mktemp("lake"))
    ingest(home, [sample])
    parse_stage(home, SilentProgress())
    lake_stage(home, SilentProgress())
    return home.lake


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dbt project, as it stood when the tests began."""
    return Path(shutil.copytree(DBT_PROJECT, tmp_path_factory.mktemp("project") / "dbt", ignore=shutil.ignore_patterns("target", "logs")))


@pytest.fixture(scope="module")
def built(sample_lake: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, BuildResult]:
    """A home with the sample's lake, built by the project and not published."""
    home = Home(tmp_path_factory.mktemp("built"))
    shutil.copytree(sample_lake, home.lake)
    result = build_warehouse(home, FACTS, project)
    assert result.success, result.log
    return home, result


@pytest.fixture(scope="module")
def published(built: tuple[Home, BuildResult], tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("published"))
    home.build.mkdir()
    shutil.copy(built_file(built[0]), built_file(home))
    publish(home)
    return home


def test_every_node_is_told_with_its_rows(built: tuple[Home, BuildResult]) -> None:
    home, result = built
    assert {node.resource_type for node in result.nodes} == {"model", "seed", "test"}
    assert {node.status for node in result.nodes} <= {"success", "pass", "warn"}
    assert [node.name for node in result.nodes if node.resource_type == "test" and node.n_failures is None] == []
    rows = {node.name: node.n_rows for node in result.nodes}
    for name in TABLES:
        assert rows[f"stg_{name}"] == lake.read_table(home.lake, name).select(pl.len()).collect().item(), name


def test_the_file_holds_what_went_in_with_facts_and_descriptions(built: tuple[Home, BuildResult]) -> None:
    home, _ = built
    with duckdb.connect(str(built_file(home)), read_only=True) as connection:
        assert connection.execute(f"select {', '.join(FACTS)} from core.build_info").fetchall() == [tuple(FACTS.values())]
        without = "comment is null and schema_name in ('core', 'marts')"
        assert connection.execute(f"select table_name from duckdb_tables() where {without}").fetchall() == []
        assert connection.execute(f"select table_name, column_name from duckdb_columns() where {without}").fetchall() == []
        for name, schema in TABLES.items():
            comments = dict(
                connection.execute(
                    f"select column_name, comment from duckdb_columns() where schema_name = 'core' and table_name = '{name}'"
                ).fetchall()
            )
            assert comments == {column: kind.description for column, kind in schema.columns().items()}, name
            frame = connection.execute(f"from core.{name}").pl()
            key = schema.primary_key()
            assert frame.sort(key).equals(lake.read_table(home.lake, name).collect().sort(key)), name


def test_every_mart_row_leads_to_words(published: Home) -> None:
    marts = run_query(published, "select table_name from duckdb_tables() where schema_name = 'marts'")["table_name"].to_list()
    assert len(marts) >= 9
    for mart in marts:
        rows = evidence(published, mart, None, 1_000_000)
        assert rows.height > 0, mart
        assert rows["quote"].null_count() == rows["document_id"].null_count() == rows["title"].null_count() == 0, mart
    located = evidence(published, "response_pattern_counts", None, 1_000_000).join(
        run_query(published, "select turn_id, text from core.turns"), on="turn_id", how="left"
    )
    assert all(row["text"][row["start_char"] : row["end_char"]] == row["quote"] for row in located.iter_rows(named=True))


@pytest.mark.parametrize("path", QUERIES, ids=[path.stem for path in QUERIES])
def test_the_queries_to_start_from_give_rows(published: Home, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(r"-- [A-Z].*\?", text), "a query begins with its question"
    assert run_query(published, text).height > 0
    assert run_query(published, text).equals(run_query(published, text))


def test_there_are_queries_and_the_readme_names_one() -> None:
    assert len(QUERIES) >= 20
    named = re.findall(r"warehouse/queries/(\w+)\.sql", (CHECKOUT / "warehouse/README.md").read_text(encoding="utf-8"))
    assert named
    assert set(named) <= {path.stem for path in QUERIES}


def test_a_second_build_from_another_thread_gives_equal_tables(
    built: tuple[Home, BuildResult], project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, first = built
    kept = shutil.copy(built_file(home), tmp_path / "first.duckdb")
    monkeypatch.setenv("DBT_TARGET", "nowhere")
    monkeypatch.setenv("DBT_PROFILES_DIR", "/nowhere")
    environment, folder, names = dict(os.environ), Path.cwd(), names_below(project)
    results: list[BuildResult] = []
    thread = threading.Thread(target=lambda: results.append(build_warehouse(home, FACTS, project)))
    thread.start()
    thread.join()
    assert [result.success for result in results] == [True], results
    assert [(node.unique_id, node.status, node.n_rows) for node in sorted(results[0].nodes, key=lambda node: node.unique_id)] == [
        (node.unique_id, node.status, node.n_rows) for node in sorted(first.nodes, key=lambda node: node.unique_id)
    ]
    for (name, one), (other_name, other) in zip(tables_of(kept).items(), tables_of(built_file(home)).items(), strict=True):
        assert name == other_name
        assert one.equals(other), name
    # Quiet, and nothing of the process or the project is left changed.
    assert tuple(capfd.readouterr()) == ("", "")
    assert (dict(os.environ), Path.cwd(), names_below(project)) == (environment, folder, names)
    # Nobody holds the file: another process may even write to it.
    assert ask_in_another_process(built_file(home), "select count(*) from core.build_info") == "1"


def test_a_failed_check_keeps_the_published_file_and_names_itself(built: tuple[Home, BuildResult], project: Path, tmp_path: Path) -> None:
    home = Home(tmp_path)
    shutil.copytree(built[0].lake, home.lake)
    shutil.copytree(built[0].build / "dbt", home.build / "dbt")
    shutil.copy(built_file(built[0]), home.published)
    before = home.published.read_bytes()
    # The same document in two months, as no single file's contract can see.
    month, other = lake.months(home.lake)[:2]
    source, target = (lake.table_path(home.lake, "documents", name) for name in (month, other))
    pl.concat([pl.read_parquet(target), pl.read_parquet(source)]).write_parquet(target)
    result = build_warehouse(home, FACTS, project)
    assert not result.success
    failed = {node.name: node.n_failures for node in result.nodes if node.status == "fail"}
    assert failed["unique_stg_documents_document_id"] == pl.read_parquet(source).height
    assert result.log.startswith("Check ")
    assert f"Check unique_stg_documents_document_id failed: {failed['unique_stg_documents_document_id']} rows." in result.log.splitlines()
    assert {node.status for node in result.nodes if node.name == "coverage"} == {"skipped"}
    with pytest.raises(BriefingsError, match=r"passed every check.*stays"):
        publish(home)
    assert home.published.read_bytes() == before
    assert run_query(home, "select count(*) as n from core.documents")["n"].item() > 0


# --- the machinery, on a project of one model --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dbt project with the real profile and sources, one model and one test."""
    project = tmp_path_factory.mktemp("small") / "dbt"
    (project / "models").mkdir(parents=True)
    for name in ("dbt_project.yml", "profiles.yml", "macros"):
        copy = shutil.copytree if (DBT_PROJECT / name).is_dir() else shutil.copy
        copy(DBT_PROJECT / name, project / name)
    (project / "models/_sources.yml").write_text(sources_yaml(), encoding="utf-8")
    (project / "models/turns.sql").write_text(
        "{{ config(schema='core', materialized='table', contract={'enforced': false}) }} select * from {{ source('lake', 'turns') }}"
    )
    (project / "models/_models.yml").write_text(
        "version: 2\nmodels:\n- name: turns\n  columns:\n  - {name: turn_id, data_tests: [unique]}\n"
    )
    return project


@pytest.fixture
def small_home(tmp_path: Path) -> Home:
    return fill(Home(tmp_path / "home"))


def fill(home: Home) -> Home:
    """Give a home the lake of two invented briefings."""
    for name, frame in frames().items():
        lake.write_frame(frame, lake.table_path(home.lake, name, "2024-03"))
    return home


def build_and_publish(home: Home, project: Path, fact: str) -> None:
    result = build_warehouse(home, FACTS | {"input_fingerprint": fact}, project)
    assert result.success, result.log
    publish(home)


def test_an_open_session_keeps_its_answers_and_a_new_one_sees_the_new_data(small_home: Home, small_project: Path) -> None:
    build_and_publish(small_home, small_project, "one")
    program = (
        "import duckdb, sys\n"
        "connection = duckdb.connect(sys.argv[1], read_only=True)\n"
        "for line in sys.stdin: print(connection.execute(line).fetchone()[0], flush=True)\n"
    )
    sql = "select string_agg(distinct input_fingerprint || (select count(*) from core.turns), '') from core.build_info\n"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(small_home.published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as session:
        assert session.stdin
        assert session.stdout

        def ask() -> str:
            assert session.stdin
            assert session.stdout
            session.stdin.write(sql)
            session.stdin.flush()
            return session.stdout.readline()

        assert ask() == "one6\n"
        path = lake.table_path(small_home.lake, "turns", "2024-03")
        lake.write_frame(pl.read_parquet(path).head(4), path)
        build_and_publish(small_home, small_project, "two")
        assert ask() == "one6\n"
        assert ask_in_another_process(small_home.published, sql) == "two4"
        assert published_fingerprint(small_home) == "two"
        session.stdin.close()
    assert not built_file(small_home).exists()


def test_what_a_killed_build_left_does_not_matter(small_home: Home, small_project: Path) -> None:
    build_and_publish(small_home, small_project, "one")
    built_file(small_home).write_bytes(b"half a file")
    built_file(small_home).with_name(f"{BUILD_FILE}.wal").write_bytes(b"half a journal")
    built_file(small_home).with_name(f"{BUILD_FILE}.tmp").mkdir()
    (small_home.build / "dbt/target/partial_parse.msgpack").write_bytes(b"half")
    (small_home.build / "dbt/target/manifest.json").write_bytes(b"{")
    build_and_publish(small_home, small_project, "two")
    assert published_fingerprint(small_home) == "two"
    assert [path.name for path in small_home.build.iterdir()] == ["dbt"]


@pytest.mark.parametrize("name", ["with space", "o'brien", "[2024] {x}", "year=2024", "a*b", "北京"])
def test_a_home_may_have_any_name_but(tmp_path: Path, small_project: Path, name: str) -> None:
    home = fill(Home(tmp_path / name))
    lake.write_frame(frames()["turns"], home.lake / "turns/.2024-03.parquet.1.tmp")
    (home.lake / "turns/.2024-04.parquet").write_bytes(b"is being written")
    build_and_publish(home, small_project, name)
    assert run_query(home, "from core.turns").equals(frames()["turns"])


def test_paths_may_be_relative_to_the_working_folder(tmp_path: Path, small_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(Home(tmp_path / "home"))
    project = Path(shutil.copytree(small_project, tmp_path / "dbt"))
    before = names_below(project)
    monkeypatch.chdir(tmp_path)
    build_and_publish(Home(Path("home")), Path("dbt"), "one")
    assert ensure_manifest(Path("dbt"), Path("manifest")).is_file()
    assert published_fingerprint(Home(tmp_path / "home")) == "one"
    assert names_below(project) == before
    assert {path.name for path in tmp_path.iterdir()} == {"home", "dbt", "manifest"}


def test_a_name_that_dbt_cannot_read_is_refused_in_words(tmp_path: Path, small_project: Path) -> None:
    with pytest.raises(BriefingsError, match=r"why\?.*dbt reads"):
        build_warehouse(Home(tmp_path / "why?"), FACTS, small_project)


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("models/turns.sql", "select nothing from nowhere", r"^Model turns broke: .*nowhere"),
        ("models/turns.sql", "select {{ nothing(", "turns"),
        ("models/_models.yml", "version: 2\nmodels: [", "_models.yml"),
        ("profiles.yml", "briefings: {}", "profile"),
    ],
)
def test_a_fault_in_the_project_is_a_result_that_names_it(
    small_home: Home, small_project: Path, tmp_path: Path, path: str, text: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = Path(shutil.copytree(small_project, tmp_path / "broken"))
    (broken / path).write_text(text)
    result = build_warehouse(small_home, FACTS, broken)
    assert not result.success
    assert re.search(words, result.log)
    assert tuple(capfd.readouterr()) == ("", "")
    with pytest.raises(BriefingsError, match="stays"):
        publish(small_home)


def test_an_interrupt_is_passed_on(small_home: Home, small_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dbt.cli.main import dbtRunner, dbtRunnerResult

    monkeypatch.setattr(dbtRunner, "invoke", lambda *_: dbtRunnerResult(success=False, exception=KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        build_warehouse(small_home, FACTS, small_project)


# --- swap --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "words"), [(28, "No space left on device.*Make room"), (18, "same file system"), (13, "Permission denied")]
)
def test_a_swap_that_fails_keeps_both_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str) -> None:
    home = Home(tmp_path)
    before = write_published(home).read_bytes()
    write_published(home, built_file(home))

    def fail(self: Path, target: Path) -> Path:
        raise OSError(number, os.strerror(number), str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(BriefingsError, match=f"{words}"):
        publish(home)
    assert home.published.read_bytes() == before
    assert built_file(home).exists()


def test_only_a_whole_build_is_published(tmp_path: Path) -> None:
    home = Home(tmp_path)
    before = write_published(home).read_bytes()
    for content in (None, b"", b"x" * 9000):
        home.build.mkdir(exist_ok=True)
        if content is not None:
            built_file(home).write_bytes(content)
        with pytest.raises(BriefingsError, match="stays"):
            publish(home)
    built_file(home).unlink()
    with duckdb.connect(str(built_file(home))) as connection:
        connection.execute("create schema core; create table core.turns as select 1 as turn_id")
    with pytest.raises(BriefingsError, match="stays"):
        publish(home)
    # Killed while it wrote the facts: they are in the journal only, which a rename would leave behind.
    write_published(home, built_file(home))
    built_file(home).with_name(f"{BUILD_FILE}.wal").write_bytes(b"")
    with pytest.raises(BriefingsError, match="stays"):
        publish(home)
    assert home.published.read_bytes() == before


def test_the_journal_of_a_writer_that_died_does_not_reach_the_new_file(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_published(home)
    program = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute('delete from core.turns'); os._exit(0)"
    subprocess.run([sys.executable, "-c", program, str(home.published)], check=True)
    assert home.published.with_name("briefings.duckdb.wal").exists()
    write_published(home, built_file(home))
    publish(home)
    assert run_query(home, "select count(*) as n from core.turns")["n"].item() == 6


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "briefings-test", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill_up(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_full_disk_keeps_the_published_file_and_the_next_build_completes_the_work(
    tmp_path: Path, small_project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with small_disk(tmp_path / "disk", "24m"):
        home = fill(Home(tmp_path / "disk/home"))
        build_and_publish(home, small_project, "one")
        before = home.published.read_bytes()
        filler = tmp_path / "disk/filler"
        with pytest.raises(OSError, match="No space"):
            fill_up(filler)
        result = build_warehouse(home, FACTS | {"input_fingerprint": "two"}, small_project)
        assert not result.success
        assert "No space left on the disk of" in result.log
        with pytest.raises(BriefingsError, match="stays"):
            publish(home)
        assert home.published.read_bytes() == before
        assert published_fingerprint(home) == "one"
        filler.unlink()
        build_and_publish(home, small_project, "two")
        assert published_fingerprint(home) == "two"
    assert capfd.readouterr().out == ""


# --- fingerprint and manifest ------------------------------------------------------------------------------------------


def test_the_fingerprint_follows_bytes_and_names_of_lake_and_project_and_nothing_else(
    small_home: Home, small_project: Path, tmp_path: Path
) -> None:
    project = Path(shutil.copytree(small_project, tmp_path / "project"))
    first = input_fingerprint(small_home, project)
    for name in ("target", "logs"):
        (project / name).mkdir()
        (project / name / "x.sql").write_text("select 1")
    (project / ".user.yml").write_text("id: 1")
    lake.write_frame(frames()["turns"], small_home.lake / "_pages/2024-03.parquet")
    (small_home.lake / "turns/.2024-05.parquet.9.tmp").write_bytes(b"half")
    path = lake.table_path(small_home.lake, "turns", "2024-03")
    os.utime(path, (1, 1))
    assert input_fingerprint(small_home, project) == first
    again = Home(tmp_path / "again")
    shutil.copytree(small_home.lake, again.lake)
    assert input_fingerprint(again, project) == first

    path.rename(path.with_name("2024-04.parquet"))
    renamed = input_fingerprint(small_home, project)
    path.with_name("2024-04.parquet").rename(path)
    assert input_fingerprint(small_home, project) == first
    lake.write_frame(frames()["turns"].head(1), path)
    changed = input_fingerprint(small_home, project)
    (project / "models/turns.sql").write_text("select 1")
    edited = input_fingerprint(small_home, project)
    assert len({first, renamed, changed, edited}) == 4


def test_the_manifest_is_made_when_the_project_changes_and_only_then(
    small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Path(shutil.copytree(small_project, tmp_path / "project"))
    manifest = ensure_manifest(project, tmp_path / "manifest")
    assert "model.briefings.turns" in manifest.read_text()
    with monkeypatch.context() as patch:
        patch.setattr(build_module, "run_dbt", lambda *_: pytest.fail("parsed again"))
        assert ensure_manifest(project, tmp_path / "manifest") == manifest
    (project / "models/more.sql").write_text("select 1 as one")
    assert "model.briefings.more" in ensure_manifest(project, tmp_path / "manifest").read_text()
    (project / "models/more.sql").write_text("select {{ nothing(")
    with pytest.raises(RuntimeError, match="more"):
        ensure_manifest(project, tmp_path / "manifest")
    (project / "models/more.sql").unlink()
    assert "model.briefings.more" not in ensure_manifest(project, tmp_path / "manifest").read_text()
