"""docs/tutorial.md, typed in as it stands: every block runs, in order, and leaves what the text says."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipelines.settings import CHECKOUT

pytestmark = pytest.mark.slow

DOCS = CHECKOUT / "docs"
TEXT = (DOCS / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
SCRIPTS = re.findall(r"Save this as `(\w+\.py)`", TEXT)
MINUTES = 5


@dataclass(frozen=True)
class Session:
    """A terminal in which the tutorial was typed."""

    folder: Path
    outputs: list[str]
    """What each block printed."""

    def after(self, words: str) -> str:
        """The output of the one block that holds these words."""
        (output,) = (output for (_, block), output in zip(BLOCKS, self.outputs, strict=True) if words in block)
        return output


def as_shell(blocks: list[tuple[str, str]]) -> str:
    """The blocks as one script, with a mark behind each. Python is saved under the name that the text gives, SQL goes to the command."""
    names, lines = iter(SCRIPTS), ["set -euo pipefail"]
    for language, block in blocks:
        match language:
            case "bash":
                lines.append(block)
            case "sql":
                lines.append(f"briefings sql <<'END'\n{block}\nEND")
            case "python":
                lines.append(f"cat > {next(names)} <<'END'\n{block}END")
            case _:
                pytest.fail(f"a block in {language}, which this test does not run")
        lines.append("printf '\\0'")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The tutorial in a folder that looks like the checkout, with a warehouse of its own; what is installed is not installed again."""
    folder = tmp_path_factory.mktemp("tutorial")
    for path in CHECKOUT.iterdir():
        if path.name not in ("warehouse", ".venv"):
            (folder / path.name).symlink_to(path)
    (folder / "warehouse").mkdir()
    (folder / "warehouse" / "queries").symlink_to(CHECKOUT / "warehouse" / "queries")
    programs = Path(sys.executable).parent
    (folder / ".venv").symlink_to(sys.prefix)
    make = folder / "tools" / "make"
    make.parent.mkdir()
    make.write_text(f'#!/bin/sh\nexec /usr/bin/env -i PATH="$REAL_PATH" BRIEFINGS_HOME="$BRIEFINGS_HOME" PYTHONPATH="{CHECKOUT}" '
                    f'make -o .venv/.installed BIN="{programs}" "$@"\n', encoding="utf-8")  # fmt: skip
    make.chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", as_shell(BLOCKS)],
        cwd=folder,
        env=os.environ
        | {
            "BRIEFINGS_HOME": str(folder / "warehouse"),
            "PYTHONPATH": str(CHECKOUT),
            "PATH": f"{make.parent}:{os.environ['PATH']}",
            "REAL_PATH": os.environ["PATH"],
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=MINUTES * 60,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return Session(folder, done.stdout.split("\0")[:-1])


def test_every_block_runs(session: Session) -> None:
    assert len(session.outputs) == len(BLOCKS) > 15
    assert len(SCRIPTS) == sum(language == "python" for language, _ in BLOCKS)


def test_it_begins_with_the_sample(session: Session) -> None:
    assert "marts.accusations_by_country" in session.after("export PATH")
    assert "press_conference" in session.after("briefings status")


def test_the_first_question_has_the_answers_that_the_text_explains(session: Session) -> None:
    (shown,) = (output for (language, _), output in zip(BLOCKS, session.outputs, strict=True) if language == "sql")
    assert "n_exchanges_total" in shown
    assert re.search(r"2012 │ USA +│ XMD +│ Cyber", shown)
    precision = re.search(r"Cyber [^\n]*│ +(0\.\d+) │ +0\.\d+ │", shown)
    assert precision
    told = re.search(r"with a precision of\s+([\d.]+), about (\w+) in ten", TEXT)
    assert told
    assert abs(float(precision[1]) - float(told[1])) < 0.005, "the text gives the figure of type A01"
    assert told[2] == ("none", "one", "two", "three", "four", "five", "six", "seven")[round(10 - 10 * float(told[1]))]


def test_a_number_leads_to_its_words(session: Session) -> None:
    assert "hackers" in session.after("accusation_type = 'A01'\"\n")
    with (session.folder / "evidence.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"quote", "turn_id", "start_char", "sha256", "url"} <= set(rows[0])
    assert all(row["accused"] == "USA" for row in rows)


def test_search_finds_the_words(session: Session) -> None:
    assert session.after('briefings search "hackers"\n').lower().count("hackers") >= 3


def test_the_chart_is_drawn_from_the_rows(session: Session) -> None:
    rows = pl.read_parquet(session.folder / "tone.parquet")
    years = rows.filter(pl.col("language") == "en")["year"].to_list()
    svg = (session.folder / "tone.svg").read_text(encoding="utf-8")
    assert all(f">{year}<" in svg for year in years)
    html = (session.folder / "tone.html").read_text(encoding="utf-8")
    assert not re.search(r"<(?:script|link)[^>]+(?:src|href)=[\"']?https?:", html), "it needs no network"
    answers = rows.filter(pl.col("language") == "en")["n_answers"]
    assert "three to nine" in TEXT
    assert (answers.min(), answers.max()) == (3, 9)


def test_python_reads_the_file_itself(session: Session) -> None:
    assert "n_non_reply" in session.after("python topics.py")


def test_a_citation_has_what_it_needs(session: Session) -> None:
    cited = session.after("briefings cite")
    assert "@" in cited
    assert "Meridia" in cited
    assert re.search(r"https://www\.mfa\.meridia\.example/\S+", cited)


def test_a_folder_of_ones_own_comes_in(session: Session) -> None:
    assert "marts.coverage" in session.after("make run INPUT=my-pages")


def test_every_file_that_the_pages_name_is_there() -> None:
    for page in ("tutorial.md", "method.md"):
        text = (DOCS / page).read_text(encoding="utf-8")
        links = re.findall(r"\]\(([^)#:]+)\)", text)
        assert links
        assert [link for link in links if not (DOCS / link).exists()] == [], page
        named = re.findall(r"\bwarehouse/queries/\w+\.sql|dbt/seeds/\w+\.csv", text)
        assert [name for name in named if not (CHECKOUT / name).exists()] == [], page


def test_the_commands_of_the_method_run(session: Session) -> None:
    blocks = re.findall(r"^```bash\n(.*?)^```$", (DOCS / "method.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert blocks
    for block in blocks:
        done = subprocess.run(
            ["bash", "-c", f"set -euo pipefail\n{block}"],
            cwd=session.folder,
            env=os.environ
            | {"BRIEFINGS_HOME": str(session.folder / "warehouse"), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "read_precision" in done.stdout
