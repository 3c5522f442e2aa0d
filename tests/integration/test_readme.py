"""README: its queries run, and the table that it shows is what the command prints."""

from __future__ import annotations

import re
import shlex

import pytest
from helpers.command import run_command

from pipelines.publish.query import run_query
from pipelines.settings import CHECKOUT, Home

pytestmark = pytest.mark.slow

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def test_every_query_runs_and_finds_something(sample_home: Home) -> None:
    queries = [query for block in re.findall(r"```sql\n(.*?)```", README, re.DOTALL) for query in block.split(";") if query.strip()]
    assert len(queries) >= 3
    assert [query for query in queries if run_query(sample_home, query).is_empty()] == []


def test_the_table_shown_is_what_the_command_prints(sample_home: Home) -> None:
    shown = re.search(r"^\$ briefings (sql .*?)\n(┏.*?┘)$", README, re.DOTALL | re.MULTILINE)
    assert shown
    done = run_command(sample_home.root, *shlex.split(shown[1]))
    assert done.stdout.strip() == shown[2]


def test_the_evidence_behind_it_is_listed(sample_home: Home) -> None:
    command = re.search(r"^\$ briefings (evidence [^#\n]*)", README, re.MULTILINE)
    assert command
    done = run_command(sample_home.root, *shlex.split(command[1]))
    assert done.code == 0
    assert "hackers" in done.stdout


def test_every_file_that_it_names_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (CHECKOUT / link).exists()] == []
