"""Chinese questions and answers against the bold type of the real pages, as HTML and reduced to plain text.

On the ministry's pages questions are bold and answers are not: consecutive bold paragraphs are a question, the
paragraphs up to the next bold one its answer. The parser reads labels; the plain text has no bold type at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from pipelines.parse.model import ParsedPage, UnparsablePageError
from pipelines.parse.page import parse_page

FOLDERS = ["mfa-zh-html", "mfa-zh-html-2020-2024"]
EXACT_SHARE = 0.985
HELD_SHARE = 0.999
BODY = "#News_Body_Txt_A, div.content_text, div.content"
LABEL = re.compile(r"^\s*(?:[QA]|问|答|[^:：\n]{1,60}?)\s*[:：]\s*")


def key(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def bare(text: str) -> str:
    return key(LABEL.sub("", text, count=1))


def paragraphs(html: str) -> list[tuple[str, bool]]:
    body = LexborHTMLParser(html).css_first(BODY)
    found = []
    for node in body.css("p") if body else []:
        text = " ".join(node.text().split())
        if text:
            of_bold = key("".join(part.text() for part in node.css("strong, b")))
            found.append((text, len(of_bold) > 0.6 * max(1, len(key(text)))))
    return found


def truth(html: str) -> list[tuple[str, str]]:
    exchanges: list[tuple[list[str], list[str]]] = []
    for text, is_bold in paragraphs(html):
        if is_bold:
            if not exchanges or exchanges[-1][1]:
                exchanges.append(([], []))
            exchanges[-1][0].append(text)
        elif exchanges:
            exchanges[-1][1].append(text)
    return [("\n".join(question), "\n".join(answer)) for question, answer in exchanges]


def as_plain_text(html: str) -> str:
    """Headline and paragraphs, a line each: no bold type, no markup."""
    title = LexborHTMLParser(html).css_first("title")
    return "\n".join([" ".join(title.text().split()) if title else "", *(text for text, _ in paragraphs(html))])


def exchanges_of(page: ParsedPage) -> Iterator[tuple[str, str]]:
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
    wanted: int = 0
    exact: int = 0
    text: int = 0
    held: int = 0
    missed: list[str] = field(default_factory=list)


def score(folder: Path, reduce: Callable[[str], str]) -> Score:
    total = Score()
    for path in sorted(folder.glob("*html")):
        html = path.read_bytes().decode("utf-8", "replace")
        wanted = truth(html)
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


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("reduce", [str, as_plain_text], ids=["html", "plain"])
def test_exact_exchanges(shared: Path, folder: str, reduce: Callable[[str], str]) -> None:
    total = score(shared / "corpus" / folder, reduce)
    assert total.wanted > 1000
    assert total.exact / total.wanted >= EXACT_SHARE, "\n".join(total.missed)
    assert total.held / total.text >= HELD_SHARE


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_conference_has_its_date_and_spokesperson(shared: Path, folder: str) -> None:
    for path in sorted((shared / "corpus" / folder).glob("*html")):
        try:
            page = parse_page(path.read_bytes())
        except UnparsablePageError:
            continue
        if isinstance(page, ParsedPage) and page.kind == "press_conference":
            assert page.spokespersons, path.name
            assert page.published_at is not None, path.name
            # All but one of the pages known appear on the day of the conference.
            assert page.page_date.date == page.published_at.date(), path.name
