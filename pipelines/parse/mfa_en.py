"""English pages of a foreign ministry: press conferences and remarks, all eras, HTML or pasted text.

What holds for all of them: a question opens with a label (``Q:``, an outlet's name, ``Journalist:``) and is followed by
the spokesperson's label (``A:``, the name); paragraphs without a label continue who spoke before; what comes before the
first question is the opening. Bold type marks questions where there is any, and only confirms.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pipelines.parse import labels
from pipelines.parse.assemble import Piece, assemble
from pipelines.parse.dates import find_dates, year_near
from pipelines.parse.model import Block, PageDate, ParsedPage, Role, SourcePage, SpeakerKind, UnparsablePage
from pipelines.parse.titles import read_title

Mark = Literal["question", "answer", "speaker", "after_conference", "stage", "closing", "intro", "plain"]
"""What a paragraph begins: ``speaker`` is the spokesperson's own name, which answers or opens."""

BOLD = 0.6
"""Share of bold letters from which a paragraph counts as bold: between the 0 to 0.4 of emphasis and the 0.85 to 1.0 of
questions on the pages of 2018 to 2020."""

_INTRO = re.compile(
    r"""^(?:On\s+(?:the\s+)?(?:(?:morning|afternoon|evening)\s+of\s+)?.{3,40}?,\s*)?(?:the\s+)?(?:Chinese\s+)?(?:Foreign\s+Ministry|MFA)?\s*
    (?:Spokes\w+\s+)?(?P<name>[A-Z][\w-]+(?:\s+[A-Z][\w-]+){1,2})\s+
    (?:held|hosted|presided|chaired|gave|started|began|opened|answered|made)\b.{0,160}?
    (?:press\s+)?(?:conference|briefing|questions|announcements?)""",
    re.VERBOSE | re.DOTALL,
)
_AFTER = re.compile(
    r"""^\W*(?:
      (?:(?:The\s+)?(?:following|this|these|another|one|an?)\s+)?(?:additional\s+)?(?:questions?)\s+(?:(?:was|were)\s+)?(?:raised|posed|asked|put|received)\b.{0,60}?\bafter\s+the\s+(?:regular\s+|daily\s+|online\s+)?(?:press\s+)?(?:conference|briefing)
      |(?:(?:A|An|One|The|Some|Several)\s+)?(?:journalists?|reporters?|correspondents?)\s+(?:\w+\s+){0,4}?(?:asked|posed|raised|put|inquired)\b.{0,60}?\bafter\s+the\s+(?:regular\s+|daily\s+|online\s+)?(?:press\s+)?(?:conference|briefing)
      |After\s+the\s+(?:regular\s+|daily\s+|online\s+)?(?:press\s+)?(?:conference|briefing)\s*,?\s*(?:\S+\s+){0,6}?(?:asked|posed|raised|put|inquired|question)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_SEPARATOR = re.compile(r"^[\s*＊_=~#—–-]{3,}$")
_RECESS = re.compile(
    r"""(?:press\s+conferences?|briefings?|spokesperson'?s?\s+office).{0,200}?(?:adjourn\w*|in\s+recess|recess|suspen\w+|halted|resum\w+)
    |(?:adjourn\w*|in\s+recess|halted|suspended).{0,200}?(?:press\s+conference|briefing)|During\s+the\s+(?:recess|adjournment|holidays?)\b""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_NOTICE = re.compile(r"[Ss]pokesperson['’]?s?['’]?\s+[Oo]ffice|recess|adjourn|[Hh]oliday|halted|suspended|resume[sd]?\s+on")
_FAREWELL = re.compile(
    r"^(?:If\s+(?:there\s+(?:are|is)|you\s+have)\s+no\s+(?:more|further|other)\s+questions?|(?:That\s+is|That'?s)\s+all\s+for\s+(?:today|this)|"
    r"Thank\s+you(?:\s+(?:all|very\s+much))?\s+for\s+(?:coming|your\s+(?:presence|attendance|coming))|(?:Thank\s+you[.,!]?\s+)?Good-?\s?bye)",
    re.IGNORECASE,
)
_STAGE = re.compile(r"^[(\[（](?=[^()\[\]（）]*[a-z]{3})(?![^()]{0,12}[)\]）]\s*\w)[^()\[\]（）]{3,300}[)\]）]")
_INLINE_LABEL = re.compile(r"(?<=[.?!”\"’'）)])\s+(?=(?:Q|A|Follow-up)\s*:\s+[A-Z“\"'‘])")
_PHOTO = re.compile(r"^\(?(?:Photo|Picture|File photo|Video)\b.{0,120}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    text: str
    is_bold: bool
    mark: Mark = "plain"
    label: str | None = None
    label_kind: SpeakerKind | None = None
    label_length: int = 0


def parse_mfa_en(page: SourcePage) -> ParsedPage:
    """Read an English ministry page.

    Args:
        page: the page as a reader hands it over; its title must read like a briefing's.

    Returns:
        The document; ``source_id`` is left as ``mfa-en`` for the dispatcher to set.

    Raises:
        UnparsablePage: ``no_body`` without any paragraph.
    """
    title = read_title(page.title)
    boilerplate = list(page.boilerplate)
    blocks: list[Block] = []
    separated_at: set[int] = set()
    for block in page.blocks:
        if _SEPARATOR.match(block.text):
            boilerplate.append(("separator", block.text))
            separated_at.add(len(blocks))
        elif not blocks and _same_letters(block.text, page.title):
            boilerplate.append(("title", block.text))
        else:
            for part in _split_inline(block, separated_at, len(blocks)):
                blocks.append(part)
    if not blocks:
        raise UnparsablePage("no_body", f"The page titled {page.title!r} has no text below its title.", "mfa_en")

    speakers = _speakers(title.speakers, blocks)
    paragraphs = _mark(blocks, speakers, separated_at)
    pieces = _group(paragraphs)
    body_text, turns = assemble([p.text for p in paragraphs], pieces)
    has_outlets = any(t.speaker_kind == "outlet" for t in turns if t.role == "question")
    has_questions = any(t.role == "question" for t in turns)
    main, *others = speakers or [None]
    named = [t.speaker_label for t in turns if t.speaker_kind == "spokesperson" and t.speaker_label]
    for name in dict.fromkeys(named):
        if main is not None and not labels.names_speaker(name, [main, *others]) and len(name.split()) > 1:
            others.append(name)
    return ParsedPage(
        layout="mfa_en_labelled" if has_outlets else "mfa_en_qa" if has_questions else "mfa_en_statement",
        source_id="mfa-en",
        kind=title.kind,
        language="en",
        title=page.title,
        page_date=_page_date(title.page_date, page, body_text),
        spokespersons=tuple(([main] if main else []) + others),
        body_text=body_text,
        turns=turns,
        published_at=page.stamp,
        url=page.url,
        boilerplate=tuple(boilerplate),
        language_links=page.language_links,
    )


def _same_letters(a: str, b: str) -> bool:
    return [c for c in a.lower() if c.isalnum()] == [c for c in b.lower() if c.isalnum()]


def _split_inline(block: Block, separated_at: set[int], at: int) -> list[Block]:
    """A block cut where another speaker's label or a stage direction stands inside it."""
    parts = [Block(part, block.bold_share) for part in _INLINE_LABEL.split(block.text)]
    stage = _STAGE.match(parts[0].text)
    if stage and stage.end() < len(parts[0].text) and not labels.similar_askers(stage.group()):
        rest = parts[0].text[stage.end() :].strip()
        parts[:1] = [Block(stage.group(), block.bold_share), Block(rest, block.bold_share)] if rest else [parts[0]]
    return parts


# --- who speaks ------------------------------------------------------------------------------------------------------


def _speakers(from_title: Sequence[str], blocks: Sequence[Block]) -> list[str]:
    """Speakers of the page: those of the title, else the one whom the introduction names, else who labels an answer."""
    if from_title:
        return list(from_title)
    for block in blocks[:3]:
        match = _INTRO.match(block.text)
        if match:
            return [match["name"]]
    return []


# --- what each paragraph begins ----------------------------------------------------------------------------------------


def _mark(blocks: Sequence[Block], speakers: Sequence[str], separated_at: set[int]) -> list[_Paragraph]:
    paragraphs = []
    is_closing = False
    for i, block in enumerate(blocks):
        paragraph = _mark_one(block, speakers, is_first=i < 3)
        if i in separated_at:
            is_closing = True
        if is_closing and paragraph.mark == "plain":
            paragraph = replace(paragraph, mark="closing")
        elif paragraph.mark != "plain":
            is_closing = False
        paragraphs.append(paragraph)
    return _confirm_questions(_find_other_speakers(paragraphs))


def _mark_one(block: Block, speakers: Sequence[str], is_first: bool) -> _Paragraph:
    text, is_bold = block.text, block.bold_share > BOLD
    paragraph = _Paragraph(text, is_bold)
    after = _AFTER.match(text)
    split = labels.split_label(text)
    if after:
        if split and len(split[0]) >= after.end() - 40 and split[1] < len(text) and len(split[0]) <= 160:
            return replace(paragraph, mark="after_conference", label=split[0], label_kind="generic", label_length=split[1])
        colon = text.find(":", max(0, after.end() - 10))
        if 0 <= colon <= 200 and colon + 1 < len(text.rstrip()):
            return replace(paragraph, mark="after_conference", label=text[:colon].strip(), label_kind="generic", label_length=colon + 1)
        return replace(paragraph, mark="after_conference")
    if split:
        label, length = split
        labelled = replace(paragraph, label=label, label_length=length)
        if labels.is_generic_answer(label):
            is_named = label.lower().startswith("spokes")
            return replace(labelled, mark="answer", label_kind="spokesperson" if is_named else "generic")
        if labels.names_speaker(label, speakers):
            return replace(labelled, mark="speaker", label_kind="spokesperson")
        if labels.is_generic_question(label):
            return replace(labelled, mark="question", label_kind="generic")
        if labels.is_name_like(label):
            return replace(labelled, mark="question", label_kind="outlet")
        # What looks like a label is the beginning of a sentence: "What I want to stress is:".
    if is_first and _INTRO.match(text) and len(text) < 1200:
        return replace(paragraph, mark="intro")
    if _STAGE.fullmatch(text) and not labels.only_similar_askers(text):
        return replace(paragraph, mark="stage")
    if len(text) < 900 and not is_bold and _NOTICE.search(text) and _RECESS.search(text):
        return replace(paragraph, mark="closing")
    if _FAREWELL.match(text) and len(text) < 300:
        return replace(paragraph, mark="closing")
    return paragraph


def _find_other_speakers(paragraphs: list[_Paragraph]) -> list[_Paragraph]:
    """Tell the labels of a second speaker from outlets.

    Outlets ask: the next label after theirs is the answer's. A name that follows a question's label directly, again and
    again or as the page's only answering label, answers: a colleague at the same lectern. It is a person's name of two
    or three words that the outlet vocabulary does not hold.
    """
    labelled = [i for i, p in enumerate(paragraphs) if p.mark in ("question", "answer", "speaker")]
    votes: dict[str, list[int]] = {}
    for before, i in zip([-1, *labelled], labelled, strict=False):
        paragraph = paragraphs[i]
        if paragraph.label_kind != "outlet" or paragraph.label is None:
            continue
        follows_question = before >= 0 and paragraphs[before].mark == "question"
        is_person = (
            len(paragraph.label.split()) in (2, 3)
            and not labels.is_known_outlet(paragraph.label)
            and paragraph.label.replace(" ", "").replace("-", "").isalpha()
            and not paragraph.is_bold
            and not _is_question_text(paragraph.text)
        )
        votes.setdefault(paragraph.label, []).append(1 if follows_question and is_person else -1)
    others = {label for label, cast in votes.items() if sum(cast) > 0}
    return [
        replace(p, mark="speaker", label_kind="spokesperson") if p.label in others and p.label_kind == "outlet" else p
        for p in paragraphs
    ]


def _is_question_text(text: str) -> bool:
    return "?" in text


def _confirm_questions(paragraphs: list[_Paragraph]) -> list[_Paragraph]:
    """Keep the outlet labels that ask; the other capitalised beginnings ("Fact: …") are text of an answer.

    A question's label is confirmed by bold type, by the vocabulary, or by what follows: the next label is the
    spokesperson's. Where several unconfirmed labels stand before one answer, the last one that asks is it.
    """
    has_bold_questions = sum(p.is_bold and p.mark == "question" for p in paragraphs) >= 2
    is_labelled = any(p.mark == "speaker" for p in paragraphs)
    confirmed = list(paragraphs)
    n = len(paragraphs)
    is_answered = False
    for i in range(n - 1, -1, -1):
        paragraph = paragraphs[i]
        if paragraph.mark in ("answer", "speaker"):
            is_answered = True
            continue
        if paragraph.mark == "after_conference":
            is_answered = False
            continue
        if paragraph.mark != "question":
            continue
        if paragraph.label_kind == "generic" or paragraph.is_bold or labels.is_known_outlet(paragraph.label or ""):
            is_answered = False
            continue
        if _next_label(paragraphs, i) == n and is_labelled and paragraphs[n - 1].text.endswith(("?", "？")):
            # The page was cut after a question, or the answer was never published.
            continue
        asks = _is_question_text(" ".join(p.text for p in paragraphs[i : _next_label(paragraphs, i)]))
        if is_answered and not has_bold_questions and (asks or paragraph.mark == "question" and _next_is_answer(paragraphs, i)):
            is_answered = False
            continue
        confirmed[i] = replace(paragraph, mark="plain", label=None, label_kind=None, label_length=0)
    return confirmed


def _next_label(paragraphs: Sequence[_Paragraph], i: int) -> int:
    return next((j for j in range(i + 1, len(paragraphs)) if paragraphs[j].mark not in ("plain", "stage")), len(paragraphs))


def _next_is_answer(paragraphs: Sequence[_Paragraph], i: int) -> bool:
    j = _next_label(paragraphs, i)
    return j < len(paragraphs) and paragraphs[j].mark in ("answer", "speaker")


# --- paragraphs to pieces ----------------------------------------------------------------------------------------------


def _group(paragraphs: Sequence[_Paragraph]) -> list[Piece]:
    """Give every paragraph to a piece, and number the exchanges."""
    pieces: list[Piece] = []
    state: Role = "opening"
    exchange = -1
    is_after = False
    has_questions = any(p.mark in ("question", "after_conference") for p in paragraphs)

    def add(role: Role, i: int, paragraph: _Paragraph, number: int | None, label: bool = True) -> None:
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
        following = paragraphs[_next_label(paragraphs, i)] if _next_label(paragraphs, i) < len(paragraphs) else None
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


def _is_orphan_answer(paragraphs: Sequence[_Paragraph], i: int) -> bool:
    """A speaker's label before the first question opens the conference."""
    return not any(p.mark in ("question", "after_conference") for p in paragraphs[i + 1 :])


def _turns_to_answer(paragraphs: Sequence[_Paragraph], i: int) -> bool:
    """Whether an unlabelled paragraph after a question is its answer whose label is missing.

    It is when bold type ends with the question, or when no answer's label comes before the next question.
    """
    if labels.only_similar_askers(paragraphs[i].text):
        return False
    if paragraphs[i - 1].is_bold and not paragraphs[i].is_bold:
        return not _next_is_answer(paragraphs, i) or not any(p.is_bold for p in paragraphs[i:_next_label(paragraphs, i)])
    return not paragraphs[i].is_bold and not _next_is_answer(paragraphs, i)


def _with_co_askers(piece: Piece, paragraphs: Sequence[_Paragraph]) -> Piece:
    if piece.role != "question":
        return piece
    names = labels.similar_askers(" ".join(p.text for p in paragraphs[piece.start : piece.end]))
    if piece.label and piece.label_kind == "outlet" and not labels.is_single_outlet(piece.label):
        names = labels.joint_askers(piece.label)[1:] + names
    return replace(piece, co_askers=tuple(names)) if names else piece


# --- date --------------------------------------------------------------------------------------------------------------


def _page_date(from_title: PageDate, page: SourcePage, body_text: str) -> PageDate:
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
    dates = [d for d in find_dates(first) if d[0]] if _INTRO.match(first) else []
    return PageDate(*dates[0], "body") if dates else from_title
