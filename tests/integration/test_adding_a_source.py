"""docs/adding-a-source.md, followed block by block in a copy of the checkout: rows are added, a page comes in, nobody touches code."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.publish.query import run_query
from pipelines.settings import CHECKOUT, Home

pytestmark = pytest.mark.slow

TEXT = (CHECKOUT / "docs" / "adding-a-source.md").read_text(encoding="utf-8")
FILES = re.findall(r"^```(?:csv|html) (\S+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
COMMANDS = re.findall(r"^```bash\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
MINUTES = 5


@dataclass(frozen=True)
class Followed:
    """What following the page left."""

    home: Home
    output: str
    checkout: Path


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Everything that the page says, done in a copy."""
    folder = tmp_path_factory.mktemp("adding")
    copy, home = folder / "checkout", folder / "home"
    for name in ("pipelines", "dbt", "warehouse/queries"):
        shutil.copytree(CHECKOUT / name, copy / name, ignore=shutil.ignore_patterns("target", "logs", "__pycache__"))
    for name, block in FILES:
        path = copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", newline="") as file:  # rows go to the end of a vocabulary; other files are new
            file.write(block)
    program = folder / "bin" / "briefings"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pipelines.cli "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    script = "set -euo pipefail\n" + "".join(COMMANDS).replace("/tmp/ostania", str(home))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy), "PATH": f"{program.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=MINUTES * 60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Followed(Home(home), done.stdout, copy)


def test_rows_fit_the_columns_of_their_vocabulary() -> None:
    seeds = [(name, block) for name, block in FILES if name.startswith("dbt/seeds/")]
    assert len(seeds) >= 7
    for name, block in seeds:
        with (CHECKOUT / name).open(encoding="utf-8", newline="") as file:
            width = len(next(csv.reader(file)))
        assert {len(row) for row in csv.reader(block.splitlines())} == {width}, name


def test_the_page_is_a_document_of_the_new_source(followed: Followed) -> None:
    assert run_query(followed.home, "select source_id, spokesperson, n_exchanges from core.documents").rows() == [
        ("ostania-en", "Lena Brask", 2)
    ]
    asked = run_query(followed.home, "select outlet, outlet_reason from core.exchanges order by exchange_index").rows()
    assert asked == [("Reuters", None), ("Ostania Radio", None)]
    assert run_query(followed.home, "from intermediate.int_unknown_labels").is_empty()
    assert run_query(followed.home, "from core.quarantine").is_empty()


def test_direction_is_relative_to_its_state(followed: Followed) -> None:
    found = run_query(followed.home, "select distinct accuser, accused, direction from core.accusations order by all").rows()
    assert found == [("USA", "XOS", "IN"), ("XOS", "USA", "OUT")]


def test_coverage_knows_its_days(followed: Followed) -> None:
    assert run_query(followed.home, "select n_expected_days, n_expected_days_held from marts.coverage").rows() == [(4, 1)]


def test_the_commands_show_what_the_page_says(followed: Followed) -> None:
    assert "Ostanian hackers broke into a hospital" in followed.output
    assert "spokesperson:lena-brask" not in followed.output
    assert "mfa_en_labelled" in followed.output


def test_no_code_was_touched(followed: Followed) -> None:
    touched = {name for name, _ in FILES if not name.startswith("pages/")}
    assert all(name.startswith("dbt/seeds/") and name.endswith(".csv") for name in touched)
    for seed in touched:
        text = (followed.checkout / seed).read_text(encoding="utf-8")
        assert text.startswith((CHECKOUT / seed).read_text(encoding="utf-8")), "rows are only added"


def test_every_file_that_it_names_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert links
    assert [link for link in links if not (CHECKOUT / "docs" / link).exists()] == []
    named = re.findall(r"`([\w./-]+\.(?:csv|py|yml))`", TEXT)
    places = ("", "dbt/seeds/", "pipelines/parse/")
    missing = [name for name in named if not any((CHECKOUT / place / name).exists() for place in places)]
    assert set(missing) <= {"manifest.csv"}
