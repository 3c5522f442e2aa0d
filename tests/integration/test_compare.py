"""Two codebooks on the same text: what `briefings compare` tells, and which file it compares with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from helpers.command import run_command

from pipelines.errors import BriefingsError
from pipelines.publish.compare import compare_codes
from pipelines.publish.connection import BUILD_FILE
from pipelines.publish.swap import publish
from pipelines.settings import Home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(sample_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a published file that the tests may write to."""
    home = Home(tmp_path_factory.mktemp("compared"))
    shutil.copy(sample_home.published, home.published)
    return home


@pytest.fixture
def old(copy: Home, tmp_path: Path) -> Path:
    """The same file of another codebook: it had one R25 less, an accusation of another type, and text that is gone."""
    path = tmp_path / "old.duckdb"
    shutil.copy(copy.published, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update core.build_info set codebook_version = '0+old'")
        first = connection.execute("select turn_id from core.pattern_hits where pattern_id = 'R25' order by 1 limit 1").fetchall()[0][0]
        connection.execute("delete from core.pattern_hits where pattern_id = 'R25' and turn_id = ?", [first])
        connection.execute(
            "update core.accusations set accusation_type = 'A99' where accusation_id = (select min(accusation_id) from core.accusations)"
        )
        connection.execute("insert into core.turns by name select 'elsewhere' as turn_id, * exclude (turn_id) from core.turns limit 1")
        connection.execute(
            "insert into core.pattern_hits by name select 'elsewhere' as turn_id, * exclude (turn_id) from core.pattern_hits limit 1"
        )
    return path


def test_what_the_rules_changed_is_counted_and_listed(copy: Home, old: Path) -> None:
    found = compare_codes(copy, old)
    assert found.old_version == "0+old"
    assert found.new_version != found.old_version
    with duckdb.connect(str(copy.published), read_only=True) as connection:
        turns = connection.execute("select count(*) from core.turns").fetchall()[0][0]
        hits = connection.execute("select count(distinct turn_id) from core.pattern_hits where pattern_id = 'R25'").fetchall()[0][0]
        kind = connection.execute("select arg_min(accusation_type, accusation_id) from core.accusations").fetchall()[0][0]
    assert found.n_turns == turns
    counts = found.counts.filter(code="R25").select("n_old", "n_new", "n_same", "n_gone", "n_added").sum()
    assert counts.row(0) == (hits - 1, hits, hits - 1, 0, 1)
    changed = {(row["change"], row["code"]) for row in found.changes.iter_rows(named=True)}
    assert changed == {("added", "R25"), ("gone", "A99"), ("added", kind)}
    assert all(row["quote"] for row in found.changes.iter_rows(named=True))


def test_a_file_that_is_none_of_ours_is_named(copy: Home, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    duckdb.connect(str(other)).close()
    with pytest.raises(BriefingsError, match=r"other\.duckdb"):
        compare_codes(copy, other)


def test_publishing_keeps_the_last_file_of_another_codebook(copy: Home, old: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.build.mkdir(parents=True)
    built = home.build / BUILD_FILE
    for source in (old, old, copy.published, copy.published):
        shutil.copy(source, built)
        publish(home)
    with duckdb.connect(str(home.earlier_codebook), read_only=True) as connection:
        assert connection.execute("select codebook_version from core.build_info").fetchall() == [("0+old",)]
    assert [path.name for path in home.build.iterdir()] == []

    counts = run_command(home.root, "compare", "--format", "json")
    assert counts.code == 0, counts.stderr
    assert "0+old" in counts.stderr
    assert sum(row["n_added"] for row in json.loads(counts.stdout)) == 2
    listed = run_command(home.root, "compare", "--code", "R25")
    assert "added" in listed.stdout
    assert "no change" in run_command(home.root, "compare", home.published).stderr


def test_without_an_earlier_codebook_it_says_so(copy: Home) -> None:
    done = run_command(copy.root, "compare")
    assert done.code == 2
    assert "earlier codebook" in done.stderr
