"""The parser on broken input: it raises nothing but its own error, offsets hold, and no letter of the body is lost.

Pages are built of random lines, and real ones (the project's own where there are none beside the checkout) are mutated:
cut, doubled, swapped, stripped of tags, filled with bytes.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pipelines.parse import conference, labels
from pipelines.parse.conference import Paragraph, group
from pipelines.parse.decode import decode
from pipelines.parse.mfa_en import WORDS
from pipelines.parse.model import IndexPage, ParsedPage, UnparsablePageError
from pipelines.parse.page import parse_page
from pipelines.settings import CHECKOUT

FIXTURES = CHECKOUT / "tests" / "fixtures"
BODY = "#News_Body_Txt_A, div.content_text, div.content"
MUTATIONS_A_PAGE = 6
PAGES = 50
TITLE = "Meridian Foreign Ministry Spokesperson Ada Quill's Regular Press Conference on May 2, 2024"
ZH_TITLE = "2021年3月2日美里迪亚外交部发言人林禾主持例行记者会"


def check(raw: bytes) -> ParsedPage | None:
    """Parse, and check what must hold for any input; the document, if it is one."""
    page: ParsedPage | IndexPage | UnparsablePageError
    try:
        page = parse_page(raw)
    except UnparsablePageError as error:
        page = error
    if isinstance(page, UnparsablePageError):
        assert page.reason
        assert len(page.detail) > 10
    if not isinstance(page, ParsedPage):
        return None
    at = 0
    for turn in page.turns:
        start = turn.start_char if turn.label_start_char is None else turn.label_start_char
        assert page.body_text[at:start].strip() == ""
        assert page.body_text[turn.start_char : turn.end_char] == turn.text != ""
        at = turn.end_char
    assert at == len(page.body_text)
    return page


def letters(text: str) -> Counter[str]:
    return Counter(character for character in text if character.isalnum())


def paragraphs_of(raw: bytes) -> str:
    """Text of the paragraphs in the page's first body container."""
    body = LexborHTMLParser(decode(raw)).css_first(BODY)
    if body is None:
        return ""
    for node in body.css("script, style, noscript, template, iframe, select, textarea"):
        node.decompose()
    return "".join(node.text() for node in body.css("p") if node.css_first("p") is None)


def lost(raw: bytes, page: ParsedPage) -> Counter[str]:
    """Letters of the body's paragraphs that are in no turn and in no boilerplate."""
    return letters(paragraphs_of(raw)) - letters(page.body_text + page.title + "".join(text for _, text in page.boilerplate))


# --- random pages ------------------------------------------------------------------------------------------------------

LINES = st.sampled_from(
    [
        "Q: When?", "A: Soon.", "AFP: Where?", "Ada Quill: Here.", "Ada quill: There.", "Tomas Brandt: Good afternoon.", "Journalist: Why?",
        "Foghorn Review: How?", "Fact: it floats.", "No label at all.", "Could you comment on that?", "(Laughter.)", "(Similar question from CNN)",
        "The following question was raised after the press conference:", "After the press conference, a journalist asked: why?", "****",
        "On May 2, Foreign Ministry Spokesperson Ada Quill held a press conference. Quill: Good afternoon.", "Q:", "A:", ":", "Q: When? A: Soon.",
        "The press conference will be in recess and resume on May 6.", "Print", "Links:", TITLE, "问：如何？", "答：很好。", "甲通社记者：何时？",
        "林禾：明天。", "会后有记者问及：", "（点头）", "Updated: May 2, 2024 19:24", "2024-05-02", "T", "he end",
    ]
)  # fmt: skip
TAGS = st.sampled_from(
    [
        "<p>{}</p>",
        "<p><strong>{}</strong></p>",
        "<p><b><b>{}",
        "<div>{}</div>",
        "{}<br>",
        "<p>{}",
        "<li>{}</li>",
        "<td>{}",
        "<span>{}</span>",
        "{}",
    ]
)
FRAMES = st.sampled_from(
    [
        '<div class="content">{}</div>',
        '<div id="News_Body_Txt_A">{}',
        "{}",
        "<article>{}</article>",
        '<div class="content"><div class="content_text">{}</div>x</div>',
    ]
)


@given(st.lists(st.tuples(LINES | st.text(max_size=30), TAGS), max_size=20), FRAMES, st.sampled_from([TITLE, ZH_TITLE, ""]))
def test_random_html(lines: list[tuple[str, str]], frame: str, title: str) -> None:
    body = frame.format("".join(tag.format(text.replace("<", "")) for text, tag in lines))
    raw = f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode("utf-8", "replace")
    page = check(raw)
    if page is not None:
        assert not lost(raw, page)


@given(
    st.lists(LINES | st.text(max_size=60), max_size=25),
    st.sampled_from([TITLE, ZH_TITLE, ""]),
    st.sampled_from(["\n", "\r\n", "\n\n", " "]),
)
def test_random_text(lines: list[str], title: str, between: str) -> None:
    text = between.join([title, *lines])
    page = check(text.encode("utf-8", "replace"))
    if page is not None and "&" not in text and "<" not in text:
        kept = page.body_text + "".join(part for _, part in page.boilerplate)
        assert letters(kept) == letters(text.encode("utf-8", "replace").decode())


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"<html><body><div class=content><p>", TITLE.encode() + b"\n", b"\xff\xfe", b"\xef\xbb\xbf"]),
)
def test_random_bytes(raw: bytes, start: bytes) -> None:
    check(start + raw)


# --- mutations of whole pages --------------------------------------------------------------------------------------------


def cut(raw: bytes, dice: random.Random) -> bytes:
    return raw[: dice.randrange(len(raw))]


def double(raw: bytes, dice: random.Random) -> bytes:
    start, end = sorted((dice.randrange(len(raw)), dice.randrange(len(raw))))
    return raw[:end] + raw[start:]


def swap(raw: bytes, dice: random.Random) -> bytes:
    a, b, c, d = sorted(dice.randrange(len(raw)) for _ in range(4))
    return raw[:a] + raw[c:d] + raw[b:c] + raw[a:b] + raw[d:]


def drop_tags(raw: bytes, dice: random.Random) -> bytes:
    share = dice.random()
    return re.sub(rb"<[^>]*>", lambda tag: b"" if dice.random() < share else tag.group(), raw)


def insert_bytes(raw: bytes, dice: random.Random) -> bytes:
    for _ in range(dice.randrange(1, 20)):
        at = dice.randrange(len(raw))
        raw = raw[:at] + dice.randbytes(dice.randrange(1, 6)) + raw[at:]
    return raw


def open_bold(raw: bytes, dice: random.Random) -> bytes:
    return re.sub(rb"</(strong|b|p)>", lambda tag: b"" if dice.random() < 0.5 else tag.group() * dice.randrange(1, 3), raw)


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [cut, double, swap, drop_tags, insert_bytes, open_bold]


def real_pages() -> list[Path]:
    shared = CHECKOUT.parent / "shared" / "corpus"
    folders = [
        folder for name in ("mfa-en-html", "mfa-zh-html", "mfa-zh-html-2020-2024", "mfa-en-recent") if (folder := shared / name).is_dir()
    ]
    paths = sorted(
        path
        for folder in folders or [FIXTURES / "sample", FIXTURES / "bad"]
        for path in folder.iterdir()
        if path.suffix.endswith(("html", "txt"))
    )
    return [path for path in paths if path.stat().st_size > 200]


def test_mutated_pages() -> None:
    dice = random.Random(20_200_324)
    paths = real_pages()
    n_documents = 0
    for path in dice.sample(paths, min(PAGES, len(paths))):
        for mutate in dice.sample(MUTATIONS, MUTATIONS_A_PAGE):
            raw = mutate(path.read_bytes(), dice)
            try:
                page = check(raw)
                if page is not None:
                    n_documents += 1
                    assert not lost(raw, page), sorted(lost(raw, page).items())[:20]
            except Exception as error:
                raise AssertionError(f"{path.name}, {mutate.__name__}: {error!r}") from error
    assert n_documents > PAGES


# --- size --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["div", "b", "strong", "span", "p", "ul><li", "table><tr><td", 'div class="content"'])
def test_deep_nesting(tag: str) -> None:
    raw = f"<title>{TITLE}</title><div class=content><p>Q: When?</p>" + f"<{tag}>" * 10_000 + "A: Soon."
    page = check(raw.encode())
    assert page is not None
    assert "Soon." in page.turns[-1].text


def test_labels_are_looked_for_within_reach_only() -> None:
    reach = labels.LABEL_CHARACTERS
    assert labels.split_label("x" * reach + ": y") == ("x" * reach, reach + 1)
    assert labels.split_label("x" * (reach + 3) + ": y") is None


def test_grouping_looks_at_each_paragraph_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the paragraphs, twice the reads of a mark."""
    reads = 0

    class Counted(Paragraph):
        __slots__ = ()

        def __getattribute__(self, name: str) -> object:
            nonlocal reads
            reads += name == "mark"
            return super().__getattribute__(name)

    counts = []
    for n in (500, 1000):
        reads = 0
        paragraphs = [
            Counted("words?" if i % 3 else "Q: words?", False, "plain" if i % 3 else "question", None if i % 3 else "Q") for i in range(n)
        ]
        conference.find_bare_questions(paragraphs, [False] * n, WORDS)
        conference.find_closings(paragraphs, {n - 2}, [False] * n, WORDS)
        conference.find_bare_answers(paragraphs, (), [False] * n, WORDS)
        group(paragraphs)
        counts.append(reads)
    assert counts[1] < 2.2 * counts[0]


LONG_LINES = {
    "one word": "x" * 200_000,
    "blanks and points": ". " * 100_000,
    "points": "." * 200_000,
    "brackets": "(" * 200_000,
    "colons": "a: " * 10_000,
    "labels": "Yes. Q: No? A: " * 2_000,
    "capital words": "Ab " * 60_000,
    "digits": "12 " * 60_000,
    "months": "May 1 to 2 " * 20_000,
    "underscores": "a.b_" * 50_000 + "=",
    "code": "a.b" + "b" * 200_000,
    "quotes": "”. " * 60_000,
    "ministry": "Foreign Ministry Spokesperson " * 7_000,
    "after": "a question after the " * 10_000,
    "recess": "press conference " * 12_000,
    "stamps": "2020-01-01 / " * 15_000,
    "han": "外交部发言人记者会" * 20_000,
    "han labels": "记者：问：。" * 5_000,
}


@pytest.mark.parametrize("name", LONG_LINES)
def test_time_grows_with_length_not_with_its_square(name: str) -> None:
    """A line eight times as long takes not much more than eight times as long; a square would take 64 times."""

    def seconds(text: str) -> float:
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            for frame in (
                f"{TITLE}\n{text}\nQ: {text}",
                f"<title>{TITLE}</title><div class=content><p>{text}</p>A: {text}</div>",
                f"{ZH_TITLE}\n{text}",
                text,
            ):
                check(frame.encode())
            best = min(best, time.process_time() - start)
        return best

    text = LONG_LINES[name]
    short, whole = seconds(text[: len(text) // 8]), seconds(text)
    assert whole < 24 * short + 0.05
