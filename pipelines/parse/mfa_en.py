"""English pages of a foreign ministry: press conferences and remarks, all eras, HTML or pasted text.

What holds for all of them: a question opens with a label (``Q:``, an outlet's name, ``Journalist:``) and is followed by
the spokesperson's label (``A:``, the name); paragraphs without a label continue who spoke before; what comes before the
first question is the opening. Bold type marks questions where there is any, and only confirms.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pipelines.parse import labels
from pipelines.parse.conference import (
    BOLD,
    Mark,
    Paragraph,
    Words,
    conference_page,
    find_bare_answers,
    find_bare_questions,
    find_closings,
    trusted_bold,
)
from pipelines.parse.model import Block, ParsedPage, SourcePage, SpeakerKind, UnparsablePageError
from pipelines.parse.titles import SPOKESPERSON, read_title

INTRO_PARAGRAPHS = 3
"""The introduction ("On …, X held a press conference. X started with the following announcement:") has one or two."""

LONGEST_REMARK = 120
"""Longest label inside a paragraph: "… was raised by a journalist after the conference" and the like have up to 83."""

_NAME = r"(?P<name>[A-Z][\w-]+(?:\s+[A-Z][\w-]+){0,2}?)"
_INTRO = re.compile(
    rf"""(?:[^:?!]{{0,120}}?(?:Foreign\s+Ministry|\bMFA|Ministry\s+of\s+Foreign\s+Affairs)(?:['’]s)?\s+(?i:{SPOKESPERSON})\s+{_NAME}\s*
      (?:held|had|hosted|presided|chaired|gave|started|began|opened|answered|made|met)
     |{_NAME.replace("name", "second")}\s+started)
    \b[^:]{{0,160}}?(?i:conference|briefing|questions|announcements?)""",
    re.VERBOSE,
)
_OVER = r"\bafter\s+the\s+(?:\w+\s+){0,3}?(?:conference|briefing)\b"
_AFTER = re.compile(
    rf"""\W*(?:
      (?:(?:The|These|This|An?|One|Two|Some|Several|Another|Additional|Following)\s+)?[^.:?!]{{0,40}}?\b(?:questions?|journalists?|reporters?|correspondents?)\b
        (?=[^.:?!]{{0,60}}?\b(?:raised|posed|asked|put|received|added|inquired)\b)[^.:?!]{{0,90}}?{_OVER}
      |{_OVER}\s*,?[^.:?!]{{0,60}}?\b(?:asked|posed|raised|put|inquired)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_REPORTERS = r"(?i:journalists?|reporters?|correspondents?)"
_OUTLET = rf"(?:(?i:an?|the|one)\s+)?(?:{_REPORTERS}\s+(?i:of|from|with|for)\s+)?(?i:the\s+)?(?P<outlet>[A-Z0-9][^.:?!,;]{{1,60}}?)(?:\s+{_REPORTERS})?"
_ASKED = r"\s+(?i:asked|posed|raised|put|inquired)\b"
_ASKERS_AFTER = (
    re.compile(rf"\b(?i:by|from)\s+{_OUTLET}\s+(?i:after)\b"),
    re.compile(rf"\b(?i:conference|briefing)\s*,?\s+{_OUTLET}{_ASKED}"),
    re.compile(rf"(?!\W*(?:The|These|This)\s)\W*{_OUTLET}{_ASKED}"),
)
"""Who asked: "… was raised by X after the conference", "After the conference, a journalist from X asked …", "X asked … after …"."""

_SEPARATOR = re.compile(r"[\s*＊_=~#—–-]{3,}")
_STAGE = re.compile(r"[(\[（](?=.{0,100}[a-z]{3})[^()\[\]（）]{3,300}[)\]）]\.?")
_COLON = re.compile(r"[:：]")
_BEFORE_COLON = re.compile(r"(?:[?!]\s*|[.…”\"’')）\]](?<!Mr\.)(?<!Ms\.)(?<!Mrs\.)\s+)(?P<label>[A-Z][^.:：?!;”\"]{0,120})$")
_GREETING = re.compile(
    r"\W*(?:(?:Dear|Ladies|Good|Welcome|Hello|Hi|Happy|Thanks?|I(?:['’]ll|\s+(?:have|shall|will|would|am))|Today|Let|First|Now|The\s+floor)\b)",
    re.IGNORECASE,
)
_CONFERENCES = r"(?:[Cc]onference|[Bb]riefing|Spokesperson['’]?s?\s+Office)"
_NOTICE = re.compile(
    rf"{_CONFERENCES}.{{0,200}}?(?:adjourn|recess|suspen[ds]|halted|resum)|(?:[Aa]djourn|[Rr]ecess|halted|suspended).{{0,200}}?{_CONFERENCES}"
)
WORDS = Words(
    asks=re.compile(r"\b(?:you|your|China|Chinese|(?:foreign\s+)?ministry|spokesperson|comment|response|confirm)\b", re.IGNORECASE),
    heading=re.compile(r"(?:[IVX]{1,4}|\d{1,2})\s?[.、)]|[(（]\w{1,3}[)）]"),
    is_notice=lambda text: ("onference" in text or "riefing" in text or "Office" in text) and _NOTICE.search(text) is not None,
    farewell=re.compile(
        r"(?:If\s+(?:there\s+(?:are|is)|you\s+have)\s+no\s+(?:more|further|other)\s+questions?|(?:That\s+is|That['’]?s)\s+all\s+for\s+(?:today|this)"
        r"|Thank\s+you(?:\s+(?:all|very\s+much))?\s+for\s+(?:coming|your\s+(?:presence|attendance|coming))|(?:Thank\s+you[.,!]?\s+)?Good-?\s?bye)",
        re.IGNORECASE,
    ),
    only_co_askers=labels.only_similar_askers,
    begins_reply=lambda text, speakers: any(
        re.match(rf"{re.escape(speaker)}\s+(?:said|replied|remarked|answered|responded|noted|stressed|stated)\b", text)
        for speaker in speakers
    ),
    is_follow_up=lambda label, _: label is not None and labels.is_follow_up(label),
    co_askers=lambda label, text: (*(labels.joint_askers(label)[1:] if label else ()), *labels.similar_askers(text)),
)


def parse_mfa_en(page: SourcePage) -> ParsedPage:
    """Read an English ministry page.

    Args:
        page: the page as a reader hands it over; its title must read like a briefing's.

    Returns:
        The document; ``source_id`` is left as ``mfa-en`` for the dispatcher to set.

    Raises:
        UnparsablePageError: ``no_body`` without any paragraph.
    """
    title = read_title(page.title)
    boilerplate = list(page.boilerplate)
    speakers = title.speakers or _introduced(page.blocks)
    blocks: list[Block] = []
    separated_at: set[int] = set()
    for block in page.blocks:
        if _SEPARATOR.fullmatch(block.text):
            boilerplate.append(("separator", block.text))
            separated_at.add(len(blocks))
        elif not blocks and len(block.text) < 2 * len(page.title) and _letters(block.text) == _letters(page.title):
            boilerplate.append(("title", block.text))
        else:
            blocks.extend(_split_speakers(block, speakers))
    if not blocks:
        raise UnparsablePageError("no_body", f"The page titled {page.title!r} has no text below its title.", "mfa_en")

    paragraphs = mark_paragraphs(blocks, speakers, separated_at)
    return conference_page(
        paragraphs,
        page=page,
        words=WORDS,
        layout="mfa_en",
        source_id="mfa-en",
        language="en",
        kind=title.kind,
        title_date=title.page_date,
        speakers=_all_speakers(speakers, paragraphs),
        boilerplate=boilerplate,
    )


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _introduced(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The speaker whom the introduction names."""
    for block in blocks[:INTRO_PARAGRAPHS]:
        if match := _INTRO.match(block.text):
            return (match["name"] or match["second"],)
    return ()


def _is_intro(text: str) -> bool:
    return ("poke" in text or "started" in text) and _INTRO.match(text) is not None


def _all_speakers(speakers: Sequence[str], paragraphs: Sequence[Paragraph]) -> list[str]:
    """The page's speakers and whoever else labels an opening or an answer, in order of appearance."""
    found = list(speakers)
    for paragraph in paragraphs:
        label = paragraph.label
        if paragraph.mark == "speaker" and label and not labels.is_generic_answer(label) and not labels.names_speaker(label, tuple(found)):
            found.append(label)
    return found


def _split_speakers(block: Block, speakers: tuple[str, ...]) -> list[Block]:
    """A block cut where somebody else's label stands inside it, after the end of a sentence.

    Pages lose paragraphs when they are copied. Q, A and the speaker's own name always cut; outlets of the vocabulary,
    "Journalist" and "After the press conference, …" do beside one of those.
    """
    text = block.text
    first = text.find(":")
    if first < 0 or (
        first <= labels.LABEL_CHARACTERS and text.find(":", first + 1) < 0 and text.find(".", 0, first) < 0 and text.find("?", 0, first) < 0
    ):
        return [block]
    cuts: list[tuple[int, bool]] = []
    is_dialogue = False
    for colon in _COLON.finditer(text):
        before = _BEFORE_COLON.search(text, max(0, colon.start() - LONGEST_REMARK), colon.start())
        label = before["label"].strip() if before else text[: colon.start()]
        if len(label) > LONGEST_REMARK:
            continue
        is_sure = label in ("Q", "A", "Follow-up") or labels.names_speaker(label, speakers)
        is_dialogue = is_dialogue or is_sure
        if before and (is_sure or labels.is_known_outlet(label) or labels.is_generic_question(label) or _AFTER.match(label)):
            cuts.append((before.start("label"), is_sure))
    cuts = [(at, is_sure) for at, is_sure in cuts if (is_dialogue or is_sure) and any(map(str.isalpha, text[:at]))]
    if not cuts:
        return [block]
    edges = [0, *(at for at, _ in cuts), len(text)]
    return [Block(part, block.bold_share) for start, end in pairwise(edges) if (part := text[start:end].strip())]


# --- what each paragraph begins ----------------------------------------------------------------------------------------


def mark_paragraphs(blocks: Sequence[Block], speakers: tuple[str, ...], separated_at: set[int]) -> list[Paragraph]:
    """Say of each paragraph what it begins.

    Args:
        blocks: paragraphs of the body, in order.
        speakers: names of the spokespersons, main one first; may be empty.
        separated_at: paragraphs before which a line of asterisks stands.

    Returns:
        One marked paragraph a block.
    """
    paragraphs = []
    candidates: dict[int, tuple[str, int]] = {}
    for i, block in enumerate(blocks):
        paragraph = Paragraph(block.text, block.bold_share > BOLD)
        paragraphs.append(paragraph)
        split = labels.split_label(block.text)
        if block.text.find("fter the", 0, 160) >= 0 and _mark_after_conference(paragraph):
            continue
        if split:
            label = split[0]
            if labels.names_speaker(label, speakers):
                _set_label(paragraph, "speaker", "spokesperson", split)
            elif labels.is_generic_answer(label):
                _set_label(paragraph, "answer", "generic" if label[0] == "A" else "spokesperson", split)
            elif labels.is_generic_question(label):
                _set_label(paragraph, "question", "generic", split)
            elif labels.is_known_outlet(label):
                candidates[i] = split
                paragraph.mark = "question"  # for now: it shows whether bold type marks questions
            elif labels.is_name_like(label) or labels.is_list_of_names(label):
                candidates[i] = split
            # Else what looks like a label is the beginning of a sentence: "What I want to stress is:".
        if paragraph.mark == "plain" and i not in candidates:
            if i < INTRO_PARAGRAPHS and _is_intro(block.text):
                paragraph.mark = "intro"
            elif block.text[0] in "([（" and _STAGE.fullmatch(block.text) and not labels.only_similar_askers(block.text):
                paragraph.mark = "stage"
    _find_other_speakers(paragraphs, candidates)
    is_bold = trusted_bold(blocks, paragraphs)
    _confirm_outlets(paragraphs, candidates, is_bold)
    _label_announced_questions(paragraphs)
    find_bare_questions(paragraphs, is_bold, WORDS)
    find_closings(paragraphs, separated_at, is_bold, WORDS)
    find_bare_answers(paragraphs, speakers, is_bold, WORDS)
    return paragraphs


def _set_label(paragraph: Paragraph, mark: Mark, kind: SpeakerKind, split: tuple[str, int]) -> None:
    paragraph.mark, paragraph.label_kind = mark, kind
    paragraph.label, paragraph.label_length = split


def _mark_after_conference(paragraph: Paragraph) -> bool:
    """Mark "The following question was raised after the press conference" and the like, with its colon if words follow it."""
    match = _AFTER.match(paragraph.text)
    if match is None:
        return False
    paragraph.mark = "after_conference"
    colon = paragraph.text.find(":", match.end(), match.end() + 100)
    if 0 <= colon < len(paragraph.text) - 1 and not re.search(r"[.?!]\s", paragraph.text[match.end() : colon]):
        outlet = _outlet_after_conference(paragraph.text[:colon])
        label = outlet or paragraph.text[:colon].strip()
        _set_label(paragraph, "after_conference", "outlet" if outlet else "generic", (label, colon + 1))
    return True


def _outlet_after_conference(remark: str) -> str | None:
    """The outlet that a remark about questions after the conference names."""
    match = next(
        (match for match in (_ASKERS_AFTER[0].search(remark), _ASKERS_AFTER[1].search(remark), _ASKERS_AFTER[2].match(remark)) if match),
        None,
    )
    outlet = match["outlet"] if match else None
    if outlet is None or labels.is_generic_question(outlet) or not (labels.is_known_outlet(outlet) or labels.is_name_like(outlet)):
        return None
    return outlet


def _label_announced_questions(paragraphs: Sequence[Paragraph]) -> None:
    """Give the outlet of "The following question was raised by X after the conference:" to the question below it.

    Args:
        paragraphs: changed in place.
    """
    for paragraph, following in pairwise(paragraphs):
        if paragraph.mark != "after_conference" or paragraph.label is not None:
            continue
        outlet = _outlet_after_conference(paragraph.text)
        if outlet and following.mark == "plain":
            _set_label(paragraph, "after_conference", "outlet", (outlet, len(paragraph.text)))
        elif outlet and following.mark == "question" and following.label_kind == "generic":
            following.label, following.label_kind = outlet, "outlet"


def _find_other_speakers(paragraphs: Sequence[Paragraph], candidates: dict[int, tuple[str, int]]) -> None:
    """Label the turns of a second spokesperson, or of the only one whom neither title nor introduction names.

    It is one of the vocabulary, one who greets before the first question, or a person's name that rather follows a
    question's label than stands before an answer's.

    Args:
        paragraphs: changed in place.
        candidates: paragraph -> label and its length, where a name stands that is not known yet; the found ones go.
    """
    votes: Counter[str] = Counter()
    found: set[str] = set()
    last = "none"
    for i, paragraph in enumerate(paragraphs):
        if i in candidates:
            label, length = candidates[i]
            is_speaker = labels.is_known_spokesperson(label) or (
                last == "none" and not labels.is_known_outlet(label) and _GREETING.match(paragraph.text[length:]) is not None
            )
            if is_speaker:
                found.add(label)
            elif labels.is_person_like(label) and not paragraph.is_bold:
                votes[label] += 1 if last == "question" and "?" not in paragraph.text else -1
            last = "speaker" if is_speaker else "question"
        elif paragraph.mark not in ("plain", "stage", "intro"):
            last = "question" if paragraph.mark in ("question", "after_conference") else "speaker"
    found.update(label for label, n in votes.items() if n > 0)
    for i, split in list(candidates.items()):
        if split[0] in found:
            _set_label(paragraphs[i], "speaker", "spokesperson", split)
            del candidates[i]


def _confirm_outlets(paragraphs: Sequence[Paragraph], candidates: dict[int, tuple[str, int]], is_bold: Sequence[bool]) -> None:
    """Label questions by their outlets; the other capitalised beginnings ("Fact: …") are text of an answer.

    Bold type confirms. Without it, an outlet of the vocabulary asks, and so does the last name before an answer's label on
    pages that name those who speak; pages with Q and A do not, but for a name that asks between two answers' labels.

    Args:
        paragraphs: changed in place.
        candidates: paragraph -> label and its length.
    """
    n = len(paragraphs)
    n_generic = sum(p.mark == "answer" and p.label_kind == "generic" for p in paragraphs)
    names_speakers = sum(p.mark == "speaker" for p in paragraphs) > n_generic
    has_bold = any(is_bold)
    following: Mark | None = None
    next_at = n
    follows_answer = _follows_answer(paragraphs, candidates)
    for i in range(n - 1, -1, -1):
        paragraph = paragraphs[i]
        if i in candidates:
            is_answered = following in ("answer", "speaker")
            is_known = labels.is_known_outlet(candidates[i][0])
            ends_asking = any(p.text.endswith(("?", "？")) for p in paragraphs[i:next_at])
            if is_bold[i] or (is_answered and follows_answer[i] and ends_asking):
                asks = True
            elif labels.is_list_of_names(candidates[i][0]) and not (is_known and ends_asking):
                asks = False
            elif has_bold or not names_speakers:
                asks = is_known and is_answered
            elif following is None:
                # The page was cut after a question, or the answer was never published.
                asks = is_known or (i == n - 1 and paragraph.text.endswith("?"))
            else:
                asks = is_known or is_answered
            if asks:
                _set_label(paragraph, "question", "outlet", candidates[i])
            else:
                paragraph.mark = "plain"
        if paragraph.mark not in ("plain", "stage", "intro"):
            following, next_at = paragraph.mark, i


def _follows_answer(paragraphs: Sequence[Paragraph], candidates: dict[int, tuple[str, int]]) -> list[bool]:
    """For each paragraph, whether the last sure label before it is the spokesperson's."""
    found = []
    is_answer = False
    for i, paragraph in enumerate(paragraphs):
        found.append(is_answer)
        if paragraph.mark not in ("plain", "stage", "intro") and (i not in candidates or labels.is_known_outlet(candidates[i][0])):
            is_answer = paragraph.mark in ("answer", "speaker")
    return found
