"""What all press conferences have in common, in any language: who spoke goes on until a label says otherwise.

A layout marks what each paragraph begins; this module ties the marked paragraphs to turns and exchanges, and the turns to
a page. It knows no words of any language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pipelines.parse import labels
from pipelines.parse.assemble import Piece, assemble
from pipelines.parse.dates import find_dates, year_near
from pipelines.parse.model import Kind, PageDate, ParsedPage, Role, SourcePage, SpeakerKind

Mark = Literal["question", "answer", "speaker", "after_conference", "stage", "closing", "intro", "plain"]
"""What a paragraph begins: ``speaker`` is the spokesperson's own name, which answers or opens."""

BOLD = 0.6
"""Share of bold letters from which a paragraph counts as bold: between the 0 to 0.4 of emphasis and the 0.85 to 1.0 of
questions on the pages of 2018 to 2020."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with what it begins.

    Attributes:
        label: speaker label without the colon; None when there is none.
        label_length: characters up to where the words begin.
    """

    text: str
    is_bold: bool
    mark: Mark = "plain"
    label: str | None = None
    label_kind: SpeakerKind | None = None
    label_length: int = 0


def conference_page(
    paragraphs: Sequence[Paragraph],
    *,
    page: SourcePage,
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
    body_text, turns = assemble([p.text for p in paragraphs], group(paragraphs))
    questions = [turn for turn in turns if turn.role == "question"]
    style = "labelled" if any(t.speaker_kind == "outlet" for t in questions) else "qa" if questions else "statement"
    others = list(speakers)
    for turn in turns:
        name = turn.speaker_label if turn.speaker_kind == "spokesperson" else None
        if name and others and not labels.is_generic_answer(name) and not labels.names_speaker(name, others):
            others.append(name)
    return ParsedPage(
        layout=f"{layout}_{style}",
        source_id=source_id,
        kind=kind,
        language=language,
        title=page.title,
        page_date=page_date(title_date, page, body_text, has_intro=any(p.mark == "intro" for p in paragraphs[:1])),
        spokespersons=tuple(others),
        body_text=body_text,
        turns=turns,
        published_at=page.stamp,
        url=page.url,
        boilerplate=tuple(boilerplate),
        language_links=page.language_links,
    )


def next_label(paragraphs: Sequence[Paragraph], i: int) -> int:
    """Index of the next paragraph that begins something else; the number of paragraphs when there is none."""
    return next((j for j in range(i + 1, len(paragraphs)) if paragraphs[j].mark not in ("plain", "stage")), len(paragraphs))


def next_is_answer(paragraphs: Sequence[Paragraph], i: int) -> bool:
    """Whether the next label is the spokesperson's."""
    j = next_label(paragraphs, i)
    return j < len(paragraphs) and paragraphs[j].mark in ("answer", "speaker")


# --- paragraphs to pieces ----------------------------------------------------------------------------------------------


def group(paragraphs: Sequence[Paragraph]) -> list[Piece]:
    """Give every paragraph to a piece, and number the exchanges from 0."""
    pieces: list[Piece] = []
    state: Role = "opening"
    exchange = -1
    is_after = False
    has_questions = any(p.mark in ("question", "after_conference") for p in paragraphs)

    def add(role: Role, i: int, paragraph: Paragraph, number: int | None, label: bool = True) -> None:
        pieces.append(
            Piece(
                role=role,
                start=i,
                end=i + 1,
                label=paragraph.label if label else None,
                label_kind=paragraph.label_kind if label else None,
                label_length=paragraph.label_length if label else 0,
                exchange=number,
                is_follow_up=role == "question" and bool(paragraph.label and labels.is_follow_up(paragraph.label)),
                after_conference=is_after and role in ("question", "answer"),
            )
        )

    for i, p in enumerate(paragraphs):
        following = paragraphs[next_label(paragraphs, i)] if next_label(paragraphs, i) < len(paragraphs) else None
        if p.mark == "question":
            exchange += 1
            state = "question"
            add("question", i, p, exchange)
        elif p.mark == "after_conference":
            is_after = True
            # The remark alone ("The following questions were raised …:") announces; with words after it, it asks.
            announces = p.label is None and (p.text.rstrip().endswith((":", ".")) and len(p.text) < 130) and (
                following is None or following.mark == "question" or i + 1 < len(paragraphs) and paragraphs[i + 1].mark == "plain"
            )
            if announces:
                add("note", i, p, None, label=False)
                state = "note"
            else:
                exchange += 1
                state = "question"
                add("question", i, p, exchange)
        elif p.mark in ("answer", "speaker"):
            if state == "opening" and p.mark == "speaker" and has_questions and not _is_orphan_answer(paragraphs, i):
                add("opening", i, p, None)
            elif not has_questions:
                state = "opening"
                add("opening", i, p, None)
            elif state == "opening":
                exchange += 1
                state = "answer"
                add("answer", i, p, exchange)
            else:
                state = "answer"
                add("answer", i, p, max(exchange, 0))
        elif p.mark == "stage":
            add("note", i, p, exchange if state in ("question", "answer") else None, label=False)
        elif p.mark == "intro" and all(piece.role == "narration" for piece in pieces):
            add("narration", i, p, None, label=False)
        elif p.mark == "closing":
            add("closing", i, p, exchange if exchange >= 0 else None, label=False)
        else:
            previous = pieces[-1] if pieces else None
            if state == "note" and previous and previous.role == "note":
                # Words after "The following question was raised …" without a label of their own are the question.
                exchange += 1
                state = "question"
                add("question", i, p, exchange, label=False)
            elif previous and previous.role == state and not (state == "question" and _turns_to_answer(paragraphs, i)):
                pieces[-1] = replace(previous, end=i + 1)
            elif previous and previous.role == "closing":
                pieces[-1] = replace(previous, end=i + 1)
            elif state == "question" and previous and previous.role == "question":
                state = "answer"
                add("answer", i, p, exchange, label=False)
            else:
                add(state, i, p, exchange if state in ("question", "answer") else None, label=False)
    return [_with_co_askers(piece, paragraphs) for piece in pieces]


def _is_orphan_answer(paragraphs: Sequence[Paragraph], i: int) -> bool:
    """A speaker's label before the first question opens the conference."""
    return not any(p.mark in ("question", "after_conference") for p in paragraphs[i + 1 :])


def _turns_to_answer(paragraphs: Sequence[Paragraph], i: int) -> bool:
    """Whether an unlabelled paragraph after a question is its answer whose label is missing.

    It is when bold type ends with the question, or when no answer's label comes before the next question.
    """
    if labels.only_similar_askers(paragraphs[i].text):
        return False
    if paragraphs[i - 1].is_bold and not paragraphs[i].is_bold:
        return not next_is_answer(paragraphs, i) or not any(p.is_bold for p in paragraphs[i:next_label(paragraphs, i)])
    return not paragraphs[i].is_bold and not next_is_answer(paragraphs, i)


def _with_co_askers(piece: Piece, paragraphs: Sequence[Paragraph]) -> Piece:
    if piece.role != "question":
        return piece
    names = labels.similar_askers(" ".join(p.text for p in paragraphs[piece.start : piece.end]))
    if piece.label and piece.label_kind == "outlet" and not labels.is_single_outlet(piece.label):
        names = labels.joint_askers(piece.label)[1:] + names
    return replace(piece, co_askers=tuple(names)) if names else piece


# --- date --------------------------------------------------------------------------------------------------------------


def page_date(from_title: PageDate, page: SourcePage, body_text: str, *, has_intro: bool = False) -> PageDate:
    """The title's date; what it lacks comes from the page's time stamp, then from dates in the text."""
    if from_title.date:
        return from_title
    if from_title.month and from_title.day:
        if page.stamp and (year := year_near(from_title.month, from_title.day, [page.stamp.date()], days=10)):
            return PageDate(year, from_title.month, from_title.day, "title_year_from_stamp")
        full = [date(y, m, d) for y, m, d in find_dates(body_text[:20_000]) if y]
        if year := year_near(from_title.month, from_title.day, full):
            return PageDate(year, from_title.month, from_title.day, "title_year_from_body")
        return from_title
    if page.stamp:
        return PageDate(page.stamp.year, page.stamp.month, page.stamp.day, "stamp")
    first = body_text.split("\n", 1)[0]
    dates = [d for d in find_dates(first) if d[0]] if has_intro else []
    return PageDate(*dates[0], "body") if dates else from_title
