"""Real pages taken apart by the scorers that lie beside them, and what the parser makes of the same pages.

The scorers' reading is the truth: on the ministry's pages questions are bold and answers are not.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from selectolax.lexbor import LexborHTMLParser

from pipelines.parse.model import ParsedPage, UnparsablePageError
from pipelines.parse.page import parse_page
from pipelines.settings import CHECKOUT

BOLD_SHARE = 0.6
"""From this share of bold letters on, the scorer takes a paragraph for a question."""


def scorer(name: str = "score_turns") -> ModuleType:
    """A scorer of ``../shared/eval`` as a module."""
    folder = str(CHECKOUT.parent / "shared" / "eval")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(name)


def paragraphs(html: str) -> list[tuple[str, bool]]:
    """Paragraphs of the body, and whether each is bold."""
    return [(text, share > BOLD_SHARE) for text, share in scorer().paragraphs(html)]


def as_plain_text(html: str) -> str:
    """Headline and paragraphs, a line each: no bold type, no markup."""
    title = LexborHTMLParser(html).css_first("title")
    return "\n".join([" ".join(title.text().split()) if title else "", *(text for text, _ in paragraphs(html))])


def exchanges_of(page: ParsedPage) -> Iterator[tuple[str, str]]:
    """Question and answer of each exchange, with their labels."""
    numbers = sorted({turn.exchange_index for turn in page.turns if turn.exchange_index is not None})
    for number in numbers:
        parts: tuple[list[str], list[str]] = ([], [])
        for turn in page.turns:
            if turn.exchange_index == number:
                start = turn.start_char if turn.label_start_char is None else turn.label_start_char
                parts[turn.role != "question"].append(page.body_text[start : turn.end_char])
        yield "\n".join(parts[0]), "\n".join(parts[1])


@dataclass
class Score:
    """Exchanges and letters: of the scorer, and those that the parser has."""

    wanted: int = 0
    exact: int = 0
    text: int = 0
    held: int = 0
    missed: list[str] = field(default_factory=list)


def score(folder: Path, reduce: Callable[[str], str]) -> Score:
    """How many of the scorer's exchanges the parser gives letter by letter, when it reads the pages reduced."""
    reader, total = scorer(), Score()
    bare, key = reader.bare, reader.key
    for path in sorted(folder.glob("*html")):
        html = path.read_bytes().decode("utf-8", "replace")
        wanted = reader.truth(html)
        if not wanted:
            continue
        total.wanted += len(wanted)
        length = sum(len(key(text)) for text, _ in paragraphs(html))
        total.text += length
        try:
            page = parse_page(reduce(html).encode())
        except UnparsablePageError as error:
            total.missed.append(f"{path.name}: {error}")
            continue
        assert isinstance(page, ParsedPage), path.name
        have = {(bare(question), bare(answer)) for question, answer in exchanges_of(page)}
        missed = [question for question, answer in wanted if (bare(question), bare(answer)) not in have]
        total.exact += len(wanted) - len(missed)
        total.missed.extend(f"{path.name}: {question[:60]}" for question in missed)
        total.held += min(length, sum(len(key(turn.speaker_label or "")) + len(key(turn.text)) for turn in page.turns))
    return total
