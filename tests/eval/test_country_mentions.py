"""Places in 200 questions and answers of the real pages, drawn by a fixed rule and read by hand, and in 100 more.

``mention_labels.csv`` has a row for each place that the reader found (and one without offsets for a text that names none).
``docs/decisions/0003-how-country-mentions-were-measured.md`` says how texts were drawn, what counts, and the first figures.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from pipelines.identifiers import digest
from pipelines.normalise.mentions import Reader
from pipelines.parse.model import ParsedPage, UnparsablePageError
from pipelines.parse.page import parse_page
from pipelines.vocabularies import vocabulary

LABELS = Path(__file__).parent / "mention_labels.csv"
FOLDERS = ["mfa-en-html", "mfa-en-recent", "mfa-en-old-excerpts", "mfa-zh-html", "mfa-zh-html-2020-2024"]
KEY_CHARS = 32
FLOOR = 0.97

Span = tuple[int, int, str]


@dataclass(frozen=True)
class Drawn:
    """A text of the draw: what the reader labelled and what the rules found, places only."""

    language: str
    wanted: frozenset[Span]
    found: frozenset[Span]


@cache
def labels() -> dict[str, tuple[str, frozenset[Span]]]:
    """Key of a text -> (which draw, its labels)."""
    spans: dict[str, set[Span]] = defaultdict(set)
    draws: dict[str, str] = {}
    for key, drawn, start, end, entity_id in pl.read_csv(LABELS, infer_schema=False).iter_rows():
        draws[key] = drawn
        if start:
            spans[key].add((int(start), int(end), entity_id))
    return {key: (drawn, frozenset(spans[key])) for key, drawn in draws.items()}


@pytest.fixture(scope="module")
def drawn(shared: Path) -> dict[str, Drawn]:
    """Every text of the draws that the pages hold, read in its document."""
    texts: dict[str, Drawn] = {}
    for folder in FOLDERS:
        for path in sorted((shared / "corpus" / folder).iterdir()):
            try:
                page = parse_page(path.read_bytes())
            except UnparsablePageError:
                continue
            if isinstance(page, ParsedPage):
                read_page(page, texts)
    return texts


def read_page(page: ParsedPage, texts: dict[str, Drawn]) -> None:
    keys = [digest(turn.text, KEY_CHARS) for turn in page.turns]
    if not any(key in labels() and key not in texts for key in keys):
        return
    reader = Reader(page.language, page.source_id, page.page_date.year)
    for key, turn in zip(keys, page.turns, strict=True):
        found = reader.mentions(turn.text)
        if key in labels() and key not in texts:
            spans = frozenset((m.start, m.end, m.entity_id) for m in found if m.kind == "place")
            wanted = frozenset(span for span in labels()[key][1] if span[2].startswith("place:"))
            texts[key] = Drawn(page.language, wanted, spans)


def score(texts: list[Drawn], entities: set[str]) -> tuple[float, float]:
    """Precision and recall: a mention is right where it overlaps a label of the same entity."""
    right = missed = wrong = 0
    for text in texts:
        wanted = [span for span in text.wanted if span[2] in entities]
        found = [span for span in text.found if span[2] in entities]
        met = sum(any(overlaps(span, other) for other in found) for span in wanted)
        right += met
        missed += len(wanted) - met
        wrong += sum(not any(overlaps(span, other) for other in wanted) for span in found)
    return right / (right + wrong), right / (right + missed)


def overlaps(one: Span, other: Span) -> bool:
    return one[2] == other[2] and one[0] < other[1] and other[0] < one[1]


def countries() -> set[str]:
    """Places that are or belong to one state."""
    return set(vocabulary("places").filter(pl.col("iso3").is_not_null())["entity_id"])


def test_the_labels_are_two_hundred_texts_and_a_hundred_more(drawn: dict[str, Drawn]) -> None:
    assert [sum(d == name for d, _ in labels().values()) for name in ("first", "second", "third")] == [200, 60, 40]
    # A turn that the parser cuts elsewhere loses its key; a few may, the figures must not rest on fewer.
    assert len(drawn) >= 0.97 * len(labels())
    first = [text for key, text in drawn.items() if labels()[key][0] == "first"]
    assert sum(text.language == "en" for text in first) >= 130
    assert sum(len(text.wanted) for text in first) >= 1100


@pytest.mark.parametrize(("draw", "language"), [("first", "en"), ("first", "zh"), ("second", "zh"), ("third", "zh")])
def test_country_mentions(drawn: dict[str, Drawn], draw: str, language: str) -> None:
    precision, recall = score([text for key, text in drawn.items() if labels()[key][0] == draw and text.language == language], countries())
    assert precision >= FLOOR, f"precision {precision:.4f}"
    assert recall >= FLOOR, f"recall {recall:.4f}"


def test_all_places(drawn: dict[str, Drawn]) -> None:
    precision, recall = score(list(drawn.values()), set(vocabulary("places")["entity_id"]))
    assert precision >= FLOOR, f"precision {precision:.4f}"
    assert recall >= FLOOR, f"recall {recall:.4f}"
