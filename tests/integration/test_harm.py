"""Harm done on purpose, in short; ``python -m tests.harm`` has the long versions and prints figures."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import time_machine
from helpers.command import run_command

from pipelines import lake
from pipelines.contracts.lake import TABLES
from pipelines.defs.previews import text_table
from pipelines.errors import BriefingsError
from pipelines.extract.ingest import ingest
from pipelines.extract.raw_store import read_captures
from pipelines.progress import SilentProgress
from pipelines.publish.query import run_query
from pipelines.refresh import lake_stage, parse_stage, refresh
from pipelines.settings import Home
from tests.harm import disks, mutations
from tests.harm.commands import start
from tests.harm.kills import kill_at_random
from tests.harm.pages import page, pages, write_pages

pytestmark = pytest.mark.slow


@pytest.fixture
def own_home(sample_home: Home, tmp_path: Path) -> Home:
    """A copy of the refreshed sample, to be harmed."""
    home = Home(tmp_path / "own")
    shutil.copytree(sample_home.root, home.root)
    return home


def update(home: Home) -> dict[str, pl.DataFrame]:
    """The lake, brought up to date without dbt."""
    parse_stage(home, SilentProgress())
    lake_stage(home, SilentProgress())
    return {name: lake.read_table(home.lake, name).collect() for name in TABLES}


def files_of(home: Home) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in home.root.rglob("*") if path.is_file()}


# --- kills -------------------------------------------------------------------------------------------------------------


def test_kills_at_random_moments_are_made_good(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(3), "big")
    print(f"seed of the kills: {seed} (python -m tests.harm kills --n 4 --seed {seed})")
    found = kill_at_random(tmp_path, 4, seed)
    assert found.faults == []
    assert found.kills.total() == 4
    assert found.is_settled
    assert found.difference.n_rows > 1_000
    assert (found.difference.n_lost, found.difference.n_double, found.difference.tables) == (0, 0, [])
    assert found.left_over == []


# --- full disk ---------------------------------------------------------------------------------------------------------


def test_a_disk_that_is_full_at_every_stage(sample_home: Home, tmp_path: Path) -> None:
    folder, log = tmp_path / "pages", tmp_path / "log"
    write_pages(folder, pages(6))
    undisturbed = Home(tmp_path / "undisturbed")
    shutil.copytree(sample_home.raw, undisturbed.raw)
    ingest(undisturbed, [folder])
    wanted = update(undisturbed)
    try:
        with disks.small_disk(tmp_path / "disk", 100 * 2**20) as disk:
            home = Home(disk / "home")
            shutil.copytree(sample_home.root, home.root)
            before = home.published.read_bytes()
            for room_bytes, command, code in ((0, "ingest", 2), (150_000, "refresh", 2), (4 * 2**20, "refresh", 1)):
                filler = disks.leave_room(disk, room_bytes)
                full = disks.run_into(home, folder, log)
                assert full[:2] == (command, code), full
                assert disks.faults_of(home, full) == []
                assert home.published.read_bytes() == before
                filler.unlink()
            assert disks.run_into(home, folder, log)[1] in (0, 1)
            assert run_query(home, "select count(*) as n from core.documents")["n"].item() == wanted["documents"].height
            for name, table in wanted.items():
                assert lake.read_table(home.lake, name).collect().equals(table), name
    except disks.NoSmallDiskError:
        pytest.skip("needs the right to mount a small file system")


def test_a_file_that_cannot_grow_stops_the_refresh_with_a_word(tmp_path: Path) -> None:
    """The same without mounting anything: the lake's largest files do not fit."""
    folder, home = tmp_path / "pages", Home(tmp_path / "home")
    write_pages(folder, pages(40))
    ingest(home, [folder])
    running = start(home.root, ["refresh"], tmp_path / "log", file_limit_bytes=60_000)
    assert running.wait() == 2
    assert "too large" in running.said.lower()
    assert "Traceback" not in running.said
    assert [path.name for path in home.lake.rglob("*") if path.name.endswith(".tmp")] == []
    undisturbed = Home(tmp_path / "undisturbed")
    ingest(undisturbed, [folder])
    wanted = update(undisturbed)
    for name, table in update(home).items():
        assert table.equals(wanted[name]), name


# --- clock -------------------------------------------------------------------------------------------------------------


def test_a_clock_set_back_and_files_from_the_future_change_nothing(own_home: Home, sample_home: Home, tmp_path: Path) -> None:
    undisturbed = Home(tmp_path / "undisturbed")
    shutil.copytree(sample_home.raw, undisturbed.raw)
    folder, same = tmp_path / "pages", tmp_path / "same"
    for each in (folder, same):
        write_pages(each, [*pages(4), page(2, version=2)])
        for path in each.iterdir():
            os.utime(path, (4_000_000_000, 4_000_000_000))  # in 2096
    ingest(undisturbed, [same])
    wanted = update(undisturbed)
    for n, path in enumerate(sorted(folder.glob("*t*html"))):
        with time_machine.travel(datetime(2025 - 4 * n, 1, 1, tzinfo=UTC)):
            assert run_command(own_home.root, "ingest", path).code == 0
            tables = update(own_home)
    for name, table in tables.items():
        assert table.drop("file_name", strict=False).equals(wanted[name].drop("file_name", strict=False)), name
    with time_machine.travel(datetime(2001, 1, 1, tzinfo=UTC)):
        done = run_command(own_home.root, "status", "--format", "json")
    facts = json.loads(done.stdout)
    assert done.code == 0
    assert (facts["n_waiting"], facts["is_up_to_date"]) == (0, False)
    assert str(facts["latest_fetch"])[:10] == str(read_captures(undisturbed)["fetched_at"].max())[:10]
    assert str(facts["published_at"])[:10] == str(datetime.fromtimestamp(own_home.published.stat().st_mtime, UTC))[:10]


def test_a_file_read_at_last_is_forgotten_as_unreadable_though_the_clock_was_set_back(tmp_path: Path) -> None:
    home, path = Home(tmp_path / "home"), tmp_path / "page.html"
    path.symlink_to(tmp_path / "gone.html")
    assert len(ingest(home, [tmp_path / "page.html"]).unreadable) == 1
    path.unlink()
    path.write_bytes(page(0).raw)
    with time_machine.travel(datetime(2001, 1, 1, tzinfo=UTC)):
        assert ingest(home, [path]).n_new == 1
        assert ingest(home, [path]).n_known == 1
    assert read_captures(home)["outcome"].to_list() == ["stored"]
    assert len(list((home.raw / "manifest").iterdir())) == 2


# --- a home that may only be read --------------------------------------------------------------------------------------


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that cannot be written: by a mount for root, who may write anywhere, else by its permissions."""
    if os.geteuid():
        every = [folder, *folder.rglob("*")]
        modes = {path: path.stat().st_mode for path in every}
        for path in every:
            path.chmod(modes[path] & ~0o222)
        try:
            yield
        finally:
            for path, mode in modes.items():
                path.chmod(mode)
        return
    bound = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False).returncode == 0
    if not bound:
        pytest.skip("root, who may write anywhere, and without the right to mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_home_that_may_only_be_read_is_read_and_not_changed(own_home: Home, tmp_path: Path) -> None:
    write_pages(tmp_path / "pages", pages(2))
    ingest(own_home, [tmp_path / "pages"])
    before = files_of(own_home)
    with read_only(own_home.root):
        for arguments in (["ingest", tmp_path / "pages"], ["refresh"], ["refresh", "--full"], ["export"]):
            done = run_command(own_home.root, *arguments)
            assert done.code == 2, arguments
            assert str(own_home.root) in done.stderr
            assert re.search(r"mend this and run the command again|run it again when that is mended", done.stderr)
        for arguments in (["sql", "select count(*) from core.turns"], ["status"], ["evidence", "coverage", "--limit", "1"], ["tour"]):
            assert run_command(own_home.root, *arguments).code == 0, arguments
    assert files_of(own_home) == before
    assert update(own_home)["documents"].height > 20


# --- hostile words, two runs at once -----------------------------------------------------------------------------------


def hostile(n: int, text: str) -> bytes:
    """A page whose title, question and answer hold a text that does harm where it is not taken as text. A title with a tag in it
    would be none of a briefing."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    tail = escaped if "<" not in text else ""
    title = f"Meridian Foreign Ministry Spokesperson Ada Quill's Regular Press Conference on May {n + 2}, 2022 {tail}"
    paragraphs = (f"<strong>Velland Wire: What of {escaped}?</strong>", f"Ada Quill: We noted {escaped}, Japan and {n} ferries.")
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f'<html><head><meta charset="utf-8"><title>{title}</title></head><body><div class="content">{body}</div></body></html>'.encode()


@pytest.fixture(scope="module")
def told_by_both(sample_home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[tuple[int | None, str]]]:
    """A home with hostile pages, published by two refreshes that were started at once: exit code and words of each."""
    home = Home(tmp_path_factory.mktemp("hostile") / "home")
    shutil.copytree(sample_home.root, home.root)
    folder = home.root.parent / "pages"
    folder.mkdir()
    for n, text in enumerate(mutations.INJECTIONS):
        (folder / f"{n}.html").write_bytes(hostile(n, text))
    ingest(home, [folder])
    both = [start(home.root, ["refresh"], home.root.parent / f"log{n}") for n in range(2)]
    return home, [(running.wait(), running.said) for running in both]


def test_of_two_refreshes_at_once_the_second_waits_says_so_and_has_nothing_to_do(
    told_by_both: tuple[Home, list[tuple[int | None, str]]],
) -> None:
    home, told = told_by_both
    assert [code for code, _ in told if code not in (0, 1)] == []
    assert sorted("waiting for it to end" in said for _, said in told) == [False, True]
    assert sorted("Nothing has changed" in said for _, said in told) == [False, True]
    assert refresh(home).is_unchanged


def test_hostile_words_are_words(told_by_both: tuple[Home, list[tuple[int | None, str]]]) -> None:
    home, _ = told_by_both
    rows = run_query(
        home,
        "select question_text, title from core.exchanges join core.documents using (document_id) where documents.title like '%, 2022%' and month(documents.briefing_date) = 5",
    )
    assert rows.height == len(mutations.INJECTIONS)
    for text in (" ".join(text.split()) for text in mutations.INJECTIONS):
        shown = rows.filter(pl.col("question_text").str.contains(text, literal=True))
        assert shown.height >= 1, text
        assert "<" in text or shown["title"].str.ends_with(text).any(), text
    # The tables are there, and nothing was written anywhere else.
    assert run_query(home, "select count(*) as n from core.turns")["n"].item() > 100
    assert {path.name for path in home.root.parent.iterdir()} == {"home", "pages", "log0", "log1"}
    # Shown in a terminal, no title moves the cursor or changes colours; in the UI none is markup.
    printed = run_command(
        home.root, "sql", "select title, question_text from core.exchanges join core.documents using (document_id)"
    ).stdout
    assert "\x1b" not in printed
    assert "<script>alert(1)" in printed
    markdown = str(text_table(rows).value)
    assert "<" not in markdown
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 3 for line in markdown.splitlines())


# --- mutated pages -----------------------------------------------------------------------------------------------------


def test_mutated_pages_are_documents_or_refused_with_a_reason(tmp_path: Path) -> None:
    found = mutations.Outcome()
    # The project's own pages alone: the same in every checkout.
    mutations.parse_and_write(tmp_path / "pages", mutations.mutate(200, 20_200_324, has_real=False), found)
    mutations.take(Home(tmp_path / "home"), tmp_path / "pages", found)
    assert found.faults == []
    assert found.outcomes["document"] > 80
    assert found.outcomes.total() > 150


# --- questions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "from read_blob('/etc/hostname')",
        "from read_json('/etc/hostname')",
        "from read_parquet('own.parquet')",
        "from read_duckdb('own.duckdb')",
        "create temp table t (line varchar); copy t from '/etc/hostname'",
        "create temp view v as from read_text('/etc/hostname'); from v",
        "create temp macro m(place) as table from read_text(place); from m('/etc/hostname')",
        "prepare p as from read_text(?); execute p('/etc/hostname')",
        "prepare p as copy (select 1) to 'own.csv'; execute p",
        "from query('from read_text(''/etc/hostname'')')",
        "explain analyze from read_text('/etc/hostname')",
        "copy (select 1) to '/dev/stdout'",
        "import database '.'",
        "detach briefings",
        "create persistent secret s (type http, bearer_token 'x')",
        "force install httpfs",
        "update extensions",
        "set lock_configuration = false",
        "set global enable_external_access = true",
        "set allowed_directories = ['/']",
        "set allowed_paths = ['/etc/hostname']",
        "set extension_directory = '.'",
        "set allow_unsigned_extensions = true",
        "set file_search_path = '/etc'",
        "set memory_limit = '100GB'",
        "set log_query_path = 'log'",
        "pragma profiling_output = 'profile'",
        "call enable_profiling(format = 'json', save_location = 'profile.json')",
        "merge into core.turns using core.documents d on false when not matched then insert default values",
        "begin; truncate core.turns; commit",
        "drop schema marts cascade",
    ],
)
def test_no_question_reaches_beyond_the_warehouse(sample_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    monkeypatch.chdir(tmp_path)
    before = files_of(sample_home)
    with pytest.raises(BriefingsError):
        run_query(sample_home, f"{sql}; select 1")
    assert list(tmp_path.iterdir()) == []
    assert files_of(sample_home) == before
