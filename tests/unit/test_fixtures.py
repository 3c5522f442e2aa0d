"""The project's own pages: complete, consistent, and with no sentence taken over from a real page."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from pipelines.parse.decode import decode
from pipelines.settings import CHECKOUT, PAGE_SUFFIXES
from pipelines.vocabularies import vocabulary

FIXTURES = CHECKOUT / "tests" / "fixtures"
PAGES = sorted(path for folder in ("sample", "bad") for path in (FIXTURES / folder).iterdir() if path.suffix in PAGE_SUFFIXES)
EXPECTED = sorted((FIXTURES / "expected").glob("*.json"))

RUN_WORDS = 8
RUN_CHARACTERS = 14
"""From this many words (English) or characters (Chinese) in a row on, common text counts as copied."""

FORMULAS = (
    "held a regular press conference and answered questions on the",
    "The following question was raised after the press conference",
)
"""Stock formulas as long as that: facts of the genre's language, by which layouts are told apart."""

_CODE = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->")
_TAG = re.compile(r"(?s)<[^>]*>")
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?", re.IGNORECASE)
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{14,}")


def text_of(path: Path) -> str:
    return unescape(_TAG.sub(" ", _CODE.sub(" ", decode(path.read_bytes()))))


def runs_of(text: str) -> Iterator[str]:
    """Every run of RUN_WORDS words and every run of RUN_CHARACTERS Chinese characters of a text."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    for i in range(len(words) - RUN_WORDS + 1):
        yield " ".join(words[i : i + RUN_WORDS])
    for stretch in _HAN_RUN.findall(re.sub(r"\s+", "", text)):
        for i in range(len(stretch) - RUN_CHARACTERS + 1):
            yield stretch[i : i + RUN_CHARACTERS]


@cache
def expectation(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def test_every_page_is_listed_in_the_readme_and_has_an_expectation() -> None:
    readme = (FIXTURES / "README.md").read_text(encoding="utf-8")
    names = {f"{path.parent.name}/{path.name}" for path in PAGES}
    assert {name for name in names if f"`{name.split('/')[1]}`" not in readme} == set()
    assert {expectation(path)["fixture"] for path in EXPECTED} == names
    assert sorted(path.stem for path in EXPECTED) == sorted(Path(name).stem for name in names)


def test_the_manifest_describes_the_sample_files() -> None:
    folder = FIXTURES / "sample"
    rows = list(csv.DictReader((folder / "manifest.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["path"] for row in rows] == [path.name for path in PAGES if path.parent == folder]
    for row in rows:
        raw = (folder / row["path"]).read_bytes()
        assert (row["path"], int(row["bytes"]), row["sha256"]) == (row["path"], len(raw), sha256(raw).hexdigest())


def test_the_sample_is_large_and_wide_enough_to_show_every_mart() -> None:
    documents = [e for path in EXPECTED if (e := expectation(path))["outcome"] == "document" and e["fixture"].startswith("sample/")]
    years = {e["briefing_date"][:4] for e in documents}
    assert sum(len(e["exchanges"]) for e in documents) >= 70
    assert min(years) <= "2004"
    assert max(years) >= "2025"
    assert {(e["kind"], e["language"]) for e in documents} >= {
        ("press_conference", "en"),
        ("press_conference", "zh"),
        ("remarks", "en"),
        ("remarks", "zh"),
        ("news_article", "en"),
    }


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_expected_words_stand_on_the_page(path: Path) -> None:
    expected = expectation(path)
    on_page = "".join(text_of(FIXTURES / expected["fixture"]).replace("\u200b", "").split())
    exchanges = expected.get("exchanges", [])
    wanted = [expected.get("title"), expected.get("narration_starts"), *expected.get("notes", []), *expected.get("closing", [])]
    wanted += [exchange[key] for exchange in exchanges for key in ("question_label", "question_starts", "answer_starts", "answer_ends")]
    wanted += [name for exchange in exchanges for name in exchange["co_askers"]]
    wanted += [quote[key] for quote in expected.get("quotes", []) for key in ("speaker", "starts")]
    wanted += [link["title"] for link in expected.get("links", [])]
    assert [words for words in wanted if words and "".join(words.split()) not in on_page] == []


def test_nobody_can_take_a_speaker_of_the_sample_for_a_real_one() -> None:
    real = {name.casefold() for column in ("name", "zh_name") for name in vocabulary("spokespersons")[column].drop_nulls()}
    invented = {name.casefold() for path in EXPECTED for name in expectation(path).get("spokespersons", [])}
    sample_names = {
        row[column].casefold()
        for row in vocabulary("spokespersons").iter_rows(named=True)
        if row["source_id"] == "sample"
        for column in ("name", "zh_name")
        if row[column]
    }
    assert invented & (real - sample_names) == set()


def test_no_words_are_taken_from_real_pages(shared: Path) -> None:
    own: dict[str, str] = {}
    for path in PAGES:
        own.update(dict.fromkeys(runs_of(text_of(path)), path.name))
    for formula in FORMULAS:
        for run in runs_of(formula):
            own.pop(run, None)
    common: dict[str, tuple[str, str]] = {}
    for path in sorted([*shared.glob("corpus/*/*"), *shared.glob("seeds/*")]):
        for run in own.keys() & set(runs_of(text_of(path))):
            common[run] = (own[run], path.name)
    assert common == {}
