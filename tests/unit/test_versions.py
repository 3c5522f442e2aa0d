"""A version changes with what makes the rows, and with nothing else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines import versions
from pipelines.settings import CHECKOUT, CODEBOOK_VERSION, PARSER_VERSION, SEEDS

ALL: dict[str, Callable[[], str]] = {
    "parser": versions.parser_version,
    "normaliser": versions.normaliser_version,
    "codebook": versions.codebook_version,
    "pairing": versions.pairing_version,
}


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of code and seeds that the versions are taken of."""
    shutil.copytree(CHECKOUT / "pipelines", tmp_path / "pipelines", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(SEEDS, tmp_path / "dbt" / "seeds")
    monkeypatch.setattr(versions, "_CODE", tmp_path / "pipelines")
    monkeypatch.setattr(versions, "SEEDS", tmp_path / "dbt" / "seeds")
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    for version in ALL.values():
        version.cache_clear()


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("pipelines/parse/titles.py", {"parser"}),
        ("pipelines/normalise/pages.py", {"parser", "normaliser"}),
        ("pipelines/identifiers.py", {"parser", "normaliser"}),
        ("pipelines/normalise/dating.py", {"normaliser"}),
        ("pipelines/contracts/lake.py", {"normaliser"}),
        ("pipelines/lake.py", {"normaliser"}),
        ("pipelines/annotate/patterns.py", {"codebook"}),
        ("dbt/seeds/outlets.csv", {"parser", "normaliser", "codebook"}),
        ("dbt/seeds/spokespersons.csv", {"parser", "normaliser", "codebook"}),
        ("dbt/seeds/recess.csv", {"normaliser", "codebook"}),
        ("pipelines/pair/exchanges.py", {"pairing"}),
        ("pipelines/pair/difference_glossary.csv", {"pairing"}),
        ("pipelines/cli/app.py", set()),
        ("pipelines/extract/ingest.py", set()),
    ],
)
def test_a_changed_file_changes_the_versions_that_it_is_behind(copy: Path, file: str, changed: set[str]) -> None:
    before = {name: version() for name, version in ALL.items()}
    path = copy / file
    path.write_bytes(path.read_bytes() + b"\n")
    forget()
    assert {name for name, version in ALL.items() if version() != before[name]} == changed


def test_the_place_of_the_checkout_does_not_matter(copy: Path) -> None:
    elsewhere = {name: version() for name, version in ALL.items()}
    versions._CODE, versions.SEEDS = CHECKOUT / "pipelines", SEEDS  # undone by the fixture
    forget()
    assert {name: version() for name, version in ALL.items()} == elsewhere


def test_versions_begin_with_the_declared_number() -> None:
    assert re.fullmatch(rf"{PARSER_VERSION}\+[0-9a-f]{{8}}", versions.parser_version())
    assert re.fullmatch(rf"{CODEBOOK_VERSION}\+[0-9a-f]{{8}}", versions.codebook_version())


def test_every_vocabulary_that_the_parser_reads_is_behind_its_version() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (CHECKOUT / "pipelines" / "parse").glob("*.py"))
    named = set(re.findall(r"""vocabulary\(["'](\w+)["']\)""", code))
    assert len(re.findall(r"\bvocabulary\(", code)) == len(re.findall(r"""\bvocabulary\(["']\w+["']\)""", code))
    assert named <= set(versions.PARSER_VOCABULARIES)
