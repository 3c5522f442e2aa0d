"""English pages of a foreign ministry: press conferences and remarks, all eras, HTML or pasted text.

What holds for all of them: a question opens with a label (``Q:``, an outlet's name, ``Journalist:``) and is followed by
the spokesperson's label (``A:``, the name); paragraphs without a label continue who spoke before; what comes before the
first question is the opening. Bold type marks questions where there is any, and only confirms.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipelines.parse import labels
from pipelines.parse.conference import BOLD, Paragraph, conference_page, next_is_answer, next_label
from pipelines.parse.model import Block, ParsedPage, SourcePage, UnparsablePage
from pipelines.parse.titles import read_title

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
    return conference_page(
        paragraphs,
        page=page,
        layout="mfa_en",
        source_id="mfa-en",
        language="en",
        kind=title.kind,
        title_date=title.page_date,
        speakers=speakers,
        boilerplate=boilerplate,
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


def _mark(blocks: Sequence[Block], speakers: Sequence[str], separated_at: set[int]) -> list[Paragraph]:
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


def _mark_one(block: Block, speakers: Sequence[str], is_first: bool) -> Paragraph:
    text, is_bold = block.text, block.bold_share > BOLD
    paragraph = Paragraph(text, is_bold)
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


def _find_other_speakers(paragraphs: list[Paragraph]) -> list[Paragraph]:
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


def _confirm_questions(paragraphs: list[Paragraph]) -> list[Paragraph]:
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
        if next_label(paragraphs, i) == n and is_labelled and paragraphs[n - 1].text.endswith(("?", "？")):
            # The page was cut after a question, or the answer was never published.
            continue
        asks = _is_question_text(" ".join(p.text for p in paragraphs[i : next_label(paragraphs, i)]))
        if is_answered and not has_bold_questions and (asks or paragraph.mark == "question" and next_is_answer(paragraphs, i)):
            is_answered = False
            continue
        confirmed[i] = replace(paragraph, mark="plain", label=None, label_kind=None, label_length=0)
    return confirmed
