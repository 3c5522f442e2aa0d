"""What all press conferences have in common, in any language: who spoke goes on until a label says otherwise.

A layout marks what each paragraph begins, with the help of the steps below where a label is missing; this module ties the
marked paragraphs to turns and exchanges, and the turns to a page. It knows no words of any language: a layout hands them
over as ``Words``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.parse.assemble import Piece, assemble
from pipelines.parse.dates import find_dates, full_dates, year_near
from pipelines.parse.model import Block, Kind, PageDate, ParsedPage, Role, SourcePage, SpeakerKind

Mark = Literal["question", "answer", "speaker", "after_conference", "stage", "closing", "intro", "plain"]
"""What a paragraph begins: ``speaker`` is the spokesperson's own name, which answers or opens; ``after_conference`` says
that what follows was asked when the conference was over, and often is the question itself; ``stage`` interrupts."""

BOLD = 0.6
"""Share of bold letters from which a paragraph counts as bold: between the 0 to 0.4 of emphasis and the 0.85 to 1.0 of
questions on the pages of 2018 to 2020."""

_ASKS = ("question", "after_conference")
_ANSWERS = ("answer", "speaker")
_CONTINUES = ("plain", "stage")


@dataclass(slots=True)
class Paragraph:
    """A paragraph with what it begins.

    Attributes:
        label: speaker label without the colon; None when there is none.
        label_length: characters up to where the words begin.
    """

    text: str
    is_bold: bool = False
    mark: Mark = "plain"
    label: str | None = None
    label_kind: SpeakerKind | None = None
    label_length: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """What the shared steps must know of a language.

    Attributes:
        asks: found in a paragraph that puts a question to the spokesperson, not in one that asks for effect.
        heading: begins a numbered heading.
        is_notice: whether a paragraph is about the conferences themselves: recess, holiday, new time.
        farewell: begins the words that end a conference.
        only_co_askers: whether a paragraph is nothing but "(Similar question from X)".
        begins_reply: whether a paragraph tells a reply in the third person ("X said that …").
        is_follow_up: whether a question's label (None without one) or words say that it follows up.
        co_askers: outlets beside the first, by a question's label and words.
    """

    asks: re.Pattern[str]
    heading: re.Pattern[str]
    is_notice: Callable[[str], bool]
    farewell: re.Pattern[str]
    only_co_askers: Callable[[str], bool]
    begins_reply: Callable[[str, Sequence[str]], bool]
    is_follow_up: Callable[[str | None, str], bool]
    co_askers: Callable[[str | None, str], tuple[str, ...]]


def conference_page(
    paragraphs: Sequence[Paragraph],
    *,
    page: SourcePage,
    words: Words,
    layout: str,
    source_id: str,
    language: str,
    kind: Kind,
    title_date: PageDate,
    speakers: Sequence[str],
    boilerplate: Sequence[tuple[str, str]],
) -> ParsedPage:
    """Make the document of marked paragraphs.

    Args:
        paragraphs: at least one, every paragraph of the body in order.
        layout: name of the layout's family; ``_labelled``, ``_qa`` or ``_statement`` is added by what was found.
        speakers: names of the spokespersons, main one first; may be empty.

    Returns:
        The document, with offsets and exchanges.
    """
    texts = [p.text for p in paragraphs]
    pieces = group(paragraphs)
    for piece in pieces:
        if piece.role == "question":
            said = "\n".join(texts[piece.start : piece.end])[piece.label_length :]
            piece.is_follow_up = words.is_follow_up(piece.label, said)
            piece.co_askers = words.co_askers(piece.label, said)
    _move_co_askers(pieces, texts, words)
    body_text, turns = assemble(texts, pieces)
    questions = [turn for turn in turns if turn.role == "question"]
    is_asked = any(turn.exchange_index is not None for turn in turns)
    style = "labelled" if any(t.speaker_kind == "outlet" for t in questions) else "qa" if is_asked else "statement"
    return ParsedPage(
        layout=f"{layout}_{style}",
        source_id=source_id,
        kind=kind,
        language=language,
        title=page.title,
        page_date=page_date(title_date, page, body_text, has_intro=paragraphs[0].mark == "intro"),
        spokespersons=tuple(speakers),
        body_text=body_text,
        turns=turns,
        published_at=page.stamp,
        url=page.url,
        boilerplate=tuple(boilerplate),
        language_links=page.language_links,
    )


def _move_co_askers(pieces: Sequence[Piece], texts: Sequence[str], words: Words) -> None:
    """Give a question the outlets of "(X asked a similar question)" where this stands after the answer; the words stay there."""
    question: Piece | None = None
    for piece in pieces:
        if piece.role == "question":
            question = piece
        elif question is not None and piece.exchange == question.exchange:
            found = [name for text in texts[piece.start : piece.end] for name in words.co_askers(None, text)]
            question.co_askers = tuple(dict.fromkeys((*question.co_askers, *found)))


# --- steps that layouts share ------------------------------------------------------------------------------------------


def next_labels(paragraphs: Sequence[Paragraph]) -> list[int]:
    """For each paragraph, the index of the next one that begins something else; the number of paragraphs for none."""
    following = len(paragraphs)
    found = [0] * following
    for i in range(len(paragraphs) - 1, -1, -1):
        found[i] = following
        if paragraphs[i].mark not in _CONTINUES:
            following = i
    return found


def answers_next(paragraphs: Sequence[Paragraph]) -> list[bool]:
    """For each paragraph, whether the next label is the spokesperson's."""
    n = len(paragraphs)
    return [j < n and paragraphs[j].mark in _ANSWERS for j in next_labels(paragraphs)]


def trusted_bold(blocks: Sequence[Block], paragraphs: Sequence[Paragraph]) -> list[bool]:
    """Which paragraphs are bold; none where bold type does not tell questions from answers."""
    bold = [block.bold_share > BOLD for block in blocks]
    if not any(bold):
        return bold
    n_asks = n_bold_asks = n_answers = n_bold_answers = 0
    for is_bold, paragraph in zip(bold, paragraphs, strict=True):
        if paragraph.mark in _ASKS:
            n_asks += 1
            n_bold_asks += is_bold
        elif paragraph.mark in _ANSWERS:
            n_answers += 1
            n_bold_answers += is_bold
    is_trusted = n_bold_asks * 2 >= n_asks > 0 and n_bold_answers * 4 <= n_answers
    return bold if is_trusted else [False] * len(bold)


def find_bare_questions(paragraphs: Sequence[Paragraph], is_bold: Sequence[bool], words: Words) -> None:
    """Mark questions whose label is missing: bold ones, and what asks between two answers' labels.

    Args:
        paragraphs: changed in place.
        is_bold: per paragraph, all False where bold type is not to be trusted.
    """
    if any(is_bold):
        is_answered = answers_next(paragraphs)
        has_asked = False
        for i, paragraph in enumerate(paragraphs):
            if paragraph.mark == "plain" and is_bold[i]:
                continues = i > 0 and is_bold[i - 1] and paragraphs[i - 1].mark in (*_ASKS, "plain") and has_asked
                asks = paragraph.text.endswith(("？", "?"))
                is_heading = not asks and (
                    words.heading.match(paragraph.text) or not paragraph.text.endswith(("。", "！", ".", "!", "”", "…"))
                )
                if not continues and not is_heading and (has_asked or asks or is_answered[i]):
                    paragraph.mark = "question"
            has_asked = has_asked or paragraph.mark in _ASKS
    before = -1
    for i, paragraph in enumerate(paragraphs):
        if paragraph.mark in ("plain", "stage", "intro"):
            continue
        if paragraph.mark in _ANSWERS and i - 1 > before and (before < 0 or paragraphs[before].mark in _ANSWERS):
            candidate = paragraphs[i - 1]
            if candidate.mark == "plain" and candidate.text.endswith(("？", "?")) and words.asks.search(candidate.text):
                candidate.mark = "question"
        before = i


def find_closings(paragraphs: Sequence[Paragraph], separated_at: set[int], is_bold: Sequence[bool], words: Words) -> None:
    """Mark what is said when the questions are over: notices, good wishes, whatever follows a line of asterisks.

    Args:
        paragraphs: changed in place.
        separated_at: paragraphs before which a line of asterisks stands.
    """
    n = len(paragraphs)
    after = next((i for i, p in enumerate(paragraphs) if p.mark == "after_conference"), n)
    last_question = max((i for i in range(after) if paragraphs[i].mark == "question"), default=-1)
    is_closing = continues_closing = False
    for i in range(min([last_question + 1, *separated_at]), n):
        paragraph = paragraphs[i]
        if i in separated_at and i > 0:
            is_closing, continues_closing = True, False
        if paragraph.mark != "plain":
            is_closing = continues_closing = False
            continue
        is_notice = (
            i > last_question >= 0
            and not is_bold[i]
            and paragraphs[i - 1].mark != "question"
            and (words.is_notice(paragraph.text) or (i >= n - 2 and words.farewell.match(paragraph.text) is not None))
        )
        if (is_closing or is_notice) and not continues_closing:
            paragraph.mark = "closing"
        continues_closing = is_closing or is_notice or continues_closing


def find_bare_answers(paragraphs: Sequence[Paragraph], speakers: Sequence[str], is_bold: Sequence[bool], words: Words) -> None:
    """Mark answers whose label is missing.

    A paragraph without a label after a question is its answer where bold type ends with the question, where it tells
    the reply ("X said, …"), or where no answer's label comes before the next question. Else it continues the question.

    Args:
        paragraphs: changed in place.
    """
    is_answered = answers_next(paragraphs)
    is_asking = False
    for i, paragraph in enumerate(paragraphs):
        if paragraph.mark in _ASKS:
            is_asking = True
        elif paragraph.mark == "plain" and is_asking:
            previous = paragraphs[i - 1]
            is_bare_label = previous.label is not None and previous.label_length >= len(previous.text)
            if is_bold[i] or is_bare_label or words.only_co_askers(paragraph.text):
                continue
            if is_bold[i - 1] or not is_answered[i] or words.begins_reply(paragraph.text, speakers):
                paragraph.mark = "answer"
                is_asking = False
        elif paragraph.mark != "stage":
            is_asking = False


# --- paragraphs to pieces ----------------------------------------------------------------------------------------------

ANNOUNCEMENT_CHARACTERS = 130
"""A remark that only announces questions ("The following question was raised after the press conference:") is one short
sentence; known ones have 41 to 96 characters."""


def group(paragraphs: Sequence[Paragraph]) -> list[Piece]:
    """Give every paragraph to a piece, and number the exchanges from 0."""
    n = len(paragraphs)
    following = next_labels(paragraphs)
    last_question = max((i for i, p in enumerate(paragraphs) if p.mark in _ASKS), default=-1)
    pieces: list[Piece] = []
    state: Role = "opening"
    exchange = -1
    is_after = has_question = False
    for i, p in enumerate(paragraphs):
        mark: Mark | Literal["note"] = p.mark
        has_label = True
        number: int | None = None
        previous = pieces[-1] if pieces else None
        if mark == "after_conference":
            is_after = True
            # The remark alone announces; with words after it, it asks.
            following_mark = paragraphs[following[i]].mark if following[i] < n else None
            announces = (
                p.label is None
                and p.text.endswith((":", "：", "."))
                and len(p.text) < ANNOUNCEMENT_CHARACTERS
                and (following_mark in (None, "question") or following[i] > i + 1)
            )
            mark = "note" if announces else "question"
        if mark == "question" or (mark == "plain" and state == "note" and previous and previous.role == "note"):
            # Words without a label after "The following question was raised …" are the question.
            exchange += 1
            has_question = True
            role: Role = "question"
            state, number, has_label = role, exchange, mark == "question"
        elif mark in _ANSWERS:
            is_unasked = not has_question and mark == "answer" and p.label_kind == "generic"
            if not is_unasked and (last_question < 0 or (state == "opening" and mark == "speaker" and i < last_question)):
                state = role = "opening"
            else:
                # Without a question before them, answers labelled "A:" are an exchange each: their questions were not published.
                exchange += state == "opening" or is_unasked
                state = role = "answer"
                number = exchange
        elif mark in ("stage", "note"):
            role, has_label = "note", False
            number = exchange if exchange >= 0 and state != "opening" else None
            if mark == "note":
                state = "note"
        elif mark == "intro" and all(piece.role == "narration" for piece in pieces):
            role, has_label = "narration", False
        elif mark == "closing":
            role, has_label = "closing", False
            number = exchange if exchange >= 0 else None
        elif previous and previous.role in (state, "closing"):
            previous.end = i + 1
            continue
        else:
            role, has_label = state, False
            number = exchange if state in ("question", "answer") else None
        pieces.append(
            Piece(
                role=role,
                start=i,
                end=i + 1,
                label=p.label if has_label else None,
                label_kind=p.label_kind if has_label else None,
                label_length=p.label_length if has_label else 0,
                exchange=number,
                after_conference=is_after and role in ("question", "answer"),
            )
        )
    return pieces


# --- date --------------------------------------------------------------------------------------------------------------

DATED_CHARACTERS = 20_000
"""How much of the body is searched for the year of a day without one: the opening and the first questions."""


def page_date(from_title: PageDate, page: SourcePage, body_text: str, *, has_intro: bool = False) -> PageDate:
    """The day of a page: the title's; what it lacks comes from the introduction, the time stamp, and dates in the text.

    Args:
        from_title: date in the title, with rule ``title``, ``title_without_year`` or ``none``.
        has_intro: whether the body begins with "On <date>, X held a press conference."

    Returns:
        The date; a day that only the introduction names counts as the title's.
    """
    if from_title.date:
        return from_title
    month, day = from_title.month, from_title.day
    if not month and has_intro and (dates := find_dates(body_text.split("\n", 1)[0])):
        year, month, day = dates[0]
        if year:
            return PageDate(year, month, day, "body")
    if month and day:
        if page.stamp and (year := year_near(month, day, [page.stamp.date()], days=10)):
            return PageDate(year, month, day, "title_year_from_stamp")
        if year := year_near(month, day, full_dates(body_text[:DATED_CHARACTERS])):
            return PageDate(year, month, day, "title_year_from_body")
        return PageDate(None, month, day, "title_without_year")
    if page.stamp:
        return PageDate(page.stamp.year, page.stamp.month, page.stamp.day, "stamp")
    return from_title
