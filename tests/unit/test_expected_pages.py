"""Every page of tests/fixtures yields what tests/fixtures/expected says, which was written from its manuscript."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipelines.extract.screening import screen
from pipelines.parse.model import IndexPage, ParsedPage, Turn, UnparsablePageError
from pipelines.parse.page import parse_page
from pipelines.settings import CHECKOUT

FIXTURES = CHECKOUT / "tests" / "fixtures"
EXPECTED = sorted((FIXTURES / "expected").glob("*.json"))

START_WORDS, END_WORDS, START_CHARACTERS, END_CHARACTERS, QUOTE_WORDS = 8, 5, 12, 8, 6
"""Lengths that tests/fixtures/README.md defines for ``starts`` and ``ends``."""

Difference = tuple[str, object, object]
"""What was compared, what the expectation says, what the parser gives."""


@cache
def addresses() -> dict[str, str]:
    """Address of each sample page, as the manifest gives it."""
    rows = csv.DictReader((FIXTURES / "sample" / "manifest.csv").read_text(encoding="utf-8").splitlines())
    return {f"sample/{row['path']}": row["url"] for row in rows}


def starts(text: str, language: str) -> str:
    return "".join(text.split())[:START_CHARACTERS] if language == "zh" else " ".join(text.split()[:START_WORDS])


def ends(text: str, language: str) -> str:
    text = text.rsplit("\n", 1)[-1]  # the end of the last paragraph, which may be shorter
    return "".join(text.split())[-END_CHARACTERS:] if language == "zh" else " ".join(text.split()[-END_WORDS:])


def speaker_of(turn: Turn, spokespersons: Sequence[str]) -> str | None:
    """Who answers: the spokesperson whose name (or surname) the label is, else the main one."""
    label = (turn.speaker_label or "").casefold()
    return next(
        (name for name in spokespersons if label and label in (name.casefold(), name.casefold().split()[-1])),
        next(iter(spokespersons), None),
    )


def exchanges_of(page: ParsedPage) -> list[dict[str, object]]:
    """The page's exchanges in the shape of the expectation; ``outlet`` only says whether the label names one."""
    found: list[dict[str, object]] = []
    for number in sorted({turn.exchange_index for turn in page.turns if turn.exchange_index is not None}):
        turns = [turn for turn in page.turns if turn.exchange_index == number]
        questions = [turn for turn in turns if turn.role == "question"]
        answers = [turn for turn in turns if turn.role == "answer"]
        found.append(
            {
                "question_label": questions[0].speaker_label if questions else None,
                "outlet": any(turn.speaker_kind == "outlet" for turn in questions),
                "question_starts": starts(questions[0].text, page.language) if questions else None,
                "answered_by": speaker_of(answers[0], page.spokespersons) if answers else None,
                "answer_starts": starts(answers[0].text, page.language) if answers else None,
                "answer_ends": ends(answers[-1].text, page.language) if answers else None,
                "is_follow_up": any(turn.is_follow_up for turn in questions),
                "after_conference": any(turn.after_conference for turn in questions or answers),
                "co_askers": [name for turn in questions for name in turn.co_askers],
            }
        )
    return found


def opening_of(page: ParsedPage) -> dict[str, str | None] | None:
    turns = [turn for turn in page.turns if turn.role == "opening"]
    if not turns:
        return None
    return {"label": turns[0].speaker_label, "starts": starts(turns[0].text, page.language), "ends": ends(turns[-1].text, page.language)}


def first_words(page: ParsedPage, role: str, wanted: Sequence[str]) -> list[str]:
    """The beginnings of all turns of a role, cut to the length of the wanted ones."""
    texts = [turn.text for turn in page.turns if turn.role == role]
    return [text[: len(wanted[i])] if i < len(wanted) else text for i, text in enumerate(texts)]


def document_differences(expected: dict[str, Any], page: ParsedPage) -> Iterator[Difference]:
    for key in ("kind", "language", "source_id", "title"):
        yield key, expected[key], getattr(page, key)
    yield "spokespersons", expected["spokespersons"], list(page.spokespersons)
    yield "date", expected["briefing_date"] if expected["date_on_page"] else None, str(page.page_date.date) if page.page_date.date else None
    yield "published_at", stamp_of(expected["published_at"]), page.published_at
    if page.kind != "news_article":
        narration = [turn for turn in page.turns if turn.role == "narration"]
        yield "narration", expected["narration_starts"], starts(narration[0].text, page.language) if narration else None
    yield "opening", expected["opening"], opening_of(page)
    for role, key in (("note", "notes"), ("closing", "closing")):
        yield key, expected[key], first_words(page, role, expected[key])
    found = exchanges_of(page)
    yield "number of exchanges", len(expected["exchanges"]), len(found)
    for number, (wanted, got) in enumerate(zip(expected["exchanges"], found, strict=False)):
        for key, value in wanted.items():
            yield f"exchange {number} {key}", value is not None if key == "outlet" else value, got[key]
    yield "byline", expected.get("byline"), page.byline
    yield "dateline", expected.get("dateline"), page.dateline
    for number, quote in enumerate(expected["quotes"]):
        yield f"quote {number}", quote, matching_quote(quote, page)


def stamp_of(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def matching_quote(wanted: dict[str, Any], page: ParsedPage) -> dict[str, Any] | None:
    """The quote of the page that is the wanted one, in its shape; else the one that begins with the same words, else None."""
    same_words = [quote for quote in page.quotes if " ".join(quote.text.split()[:QUOTE_WORDS]).rstrip(".,?!") == wanted["starts"]]
    shapes: list[dict[str, Any]] = [
        {
            "speaker": quote.speaker,
            "office": quote.office if wanted["office"] is not None else None,
            "is_direct": quote.is_direct,
            "starts": wanted["starts"],
        }
        for quote in same_words
    ]
    if wanted in shapes:
        return wanted
    return shapes[0] if shapes else None


def index_differences(expected: dict[str, Any], page: IndexPage) -> Iterator[Difference]:
    yield "source_id", expected["source_id"], page.source_id
    links = [{"url": link.url, "title": link.title, "date": str(link.date) if link.date else None} for link in page.links]
    yield "links", expected["links"], links


def differences(expected: dict[str, Any]) -> list[Difference]:
    """All differences between the expectation of a page and what screening and parser make of it."""
    raw = (FIXTURES / expected["fixture"]).read_bytes()
    refusal = screen(raw, 200)
    is_refused_early = expected["outcome"] == "refused" and expected["stage"] in ("extract", "parse")
    if refusal is not None:
        return [] if is_refused_early and refusal.reason in expected["reasons"] else [("screening", expected["outcome"], refusal.reason)]
    try:
        page = parse_page(raw, addresses().get(expected["fixture"]))
    except UnparsablePageError as error:
        is_wanted = is_refused_early and expected["stage"] == "parse" and error.reason in expected["reasons"]
        return [] if is_wanted else [("parser", expected["outcome"], str(error))]
    if is_refused_early:
        return [("refusal", expected["reasons"], page)]
    if isinstance(page, IndexPage) or expected["outcome"] == "index":
        if not isinstance(page, IndexPage) or expected["outcome"] != "index":
            return [("outcome", expected["outcome"], type(page).__name__)]
        return [difference for difference in index_differences(expected, page) if difference[1] != difference[2]]
    return [difference for difference in document_differences(expected, page) if difference[1] != difference[2]]


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_page_yields_what_its_manuscript_says(path: Path) -> None:
    assert differences(json.loads(path.read_text(encoding="utf-8"))) == []


def test_the_expectations_cover_all_outcomes() -> None:
    """A guard for the comparison itself: each kind of expectation is among the files."""
    loaded = [json.loads(path.read_text(encoding="utf-8")) for path in EXPECTED]
    assert {(e["outcome"], e.get("stage")) for e in loaded} == {
        ("document", None), ("index", None), ("refused", "extract"), ("refused", "parse"), ("refused", "normalise")
    }  # fmt: skip
    assert all(date.fromisoformat(e["briefing_date"]) for e in loaded if e["outcome"] == "document")


def test_a_wrong_expectation_is_noticed() -> None:
    expected = json.loads((FIXTURES / "expected" / "en-d-2019-08-19.json").read_text(encoding="utf-8"))
    changed = {**expected, "title": "Another title", "notes": ["(Laughs)"], "exchanges": expected["exchanges"][:-1]}
    assert {name for name, _, _ in differences(changed)} >= {"title", "notes", "number of exchanges"}
