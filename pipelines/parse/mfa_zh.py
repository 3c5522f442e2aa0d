"""Chinese pages of a foreign ministry: press conferences, answers to reporters and statements, HTML or pasted text.

What holds for all of them: until March 2020 a question opens with 问 and its answer with 答, since then with the outlet
("…记者") and the spokesperson's name; paragraphs without a label continue who spoke before; what comes before the first
question is the opening. On the ministry's own pages questions are bold. A label is missing now and then, on either
side: then bold type shows who speaks, and without bold type the order of the labels around it does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pipelines.parse import mfa_zh_labels as labels
from pipelines.parse.conference import (
    Mark,
    Paragraph,
    Words,
    conference_page,
    find_bare_answers,
    find_bare_questions,
    find_closings,
    trusted_bold,
)
from pipelines.parse.dates import find_dates
from pipelines.parse.model import Block, Kind, PageDate, ParsedPage, SourcePage, SpeakerKind, UnparsablePageError

_INTRO = re.compile(
    r"^(?=[^。]*发言人|[^。]{2,4}主持)[^。：:将]{0,40}(?:主持|举行|召开)[^。：:]{0,12}(?:记者会|招待会|发布会)(?:[，,][^。：:]{0,80})?(?:。[^。：:]{0,12}(?:如下|实录)[^。]{0,6})?[。：:]?$"
)
_SPEAKER_IN_TEXT = re.compile(
    r"外交部(?:新闻)?发言人(?P<name>[\u4e00-\u9fff·]{2,4}?)(?:应询|今天|当日|当天|\d+日)?(?:主持|举行|召开|表示|宣布|答|说|指出|强调|就|在|回答|发表)"
)
_AFTER = re.compile(
    r"^(?:今天)?(?:例行)?(?:(?:记者|发布|招待)?会(?:结束)?)(?:之|以)?后\s*[，,]?\s*(?:又|还|另)?(?:有|一名|一位|多名|多家|部分)?[^，。：:？我]{0,20}?(?:记者|媒体)[^，。：:？我]{0,6}?(?:问|询)"
    r"(?!我|过我)[^，。：:？“我]{0,8}"
)
_AFTER_LABEL = re.compile(r"\s*[，,]?\s*[:：]\s*")
_SEPARATOR = re.compile(r"^[\s*＊_=~#—–-]{3,}$")
_STAGE = re.compile(r"^[（(【\[][^（）()【】\[\]]{1,120}[）)】\]][。]?$")
_NOTICE = re.compile(
    r"(?:记者会|发布会|发言人办公室).{0,80}?(?:休会|暂停|恢复|提前|推迟|改[为至在]|照常|停开|取消|如期举行)|休会期间|(?:休会|暂停).{0,40}?记者会"
)
_WORDS = Words(
    asks=re.compile(r"(?:中方|你|您|发言人|外交部|能否|可否|是否|有何|如何|怎么|什么|哪些|为何|吗|呢|请问)"),
    heading=re.compile(r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|第[一二三四五六七八九十]|\d+[.、．])"),
    is_notice=lambda text: _NOTICE.search(text) is not None,
    farewell=re.compile(
        r"^(?:如果?没有(?:其他|其它|别的|更多)?问题|今天的?(?:例行)?(?:记者会|发布会)[^。]{0,6}(?:到此|到这里|结束)|祝(?:各位|大家|记者朋友)|谢谢(?:大家|各位)|再见)"
    ),
    only_co_askers=labels.only_co_askers,
    begins_reply=labels.begins_reply,
    is_follow_up=labels.is_follow_up,
    co_askers=labels.co_askers,
)
_GREETING = re.compile(r"^(?:谢谢|各位|大家|女士们|同志们|朋友们)")
_SENTENCE_END = r"(?<=[。？！?!”’）)…])"


# --- titles ------------------------------------------------------------------------------------------------------------

_CONFERENCE = re.compile(r"记者会|招待会|发布会|吹风会|例行会")
_STATEMENT = re.compile(r"^宣布|发表[^，]{0,12}声明|声明$")
_TITLE_NAME = re.compile(
    r"发言人(?P<names>[\u4e00-\u9fff·]{2,4}?(?:[、和与][\u4e00-\u9fff·]{2,4}?)?)"
    r"(?=主持|举行|召开|就|答|在|发表|宣布|谈|对|回应|回答|表态|表示|表明|应询|关于|例行|介绍|的|[\s（(:：]|$)"
)
_NO_NAME = re.compile(
    r"^(?:就|答|谈|在|对|主持|举行|发表|宣布|表态|表示|表明|回应|回答|关于|评|介绍|应询|办公室|例行|声明|有关|记者|解读|强调|敦促|提醒)"
)


def title_zh(title: str) -> tuple[Kind, PageDate, tuple[str, ...]]:
    """What a Chinese title says.

    Args:
        title: headline as published, with or without the name of the site.

    Returns:
        Kind; the date, with rule ``title``, ``title_without_year`` or ``none``; the names of the speakers. A date counts
        only before the word 发言人 or in brackets at the end: in between it is the date of what is talked about.
    """
    before, mark, rest = title.partition("发言人")
    tail = re.search(r"[（(][^（）()]*[）)]\s*$", rest)
    dates = find_dates(before if mark else title) or (find_dates(tail.group()) if tail else [])
    year, month, day = dates[0] if dates else (None, None, None)
    page_date = PageDate(year, month, day, "title" if year else "title_without_year" if month else "none")

    match = None if _NO_NAME.match(rest.strip()) else _TITLE_NAME.search(title)
    names = tuple(re.split(r"[、和与]", match["names"])) if match else ()

    about = title[match.end() :] if match else rest
    kind: Kind = "remarks"
    if _STATEMENT.search(about.strip()) and not re.search(r"答(?:记者)?问$", about.strip()):
        kind = "statement"
    elif _CONFERENCE.search(about) and not about.startswith("就"):
        kind = "press_conference"
    return kind, page_date, names


# --- the page ----------------------------------------------------------------------------------------------------------


def parse_mfa_zh(page: SourcePage) -> ParsedPage:
    """Read a Chinese ministry page.

    Args:
        page: the page as a reader hands it over.

    Returns:
        The document; ``source_id`` is left as ``mfa-zh`` for the dispatcher to set.

    Raises:
        UnparsablePageError: ``no_body`` without any paragraph.
    """
    kind, title_date, title_speakers = title_zh(page.title)
    boilerplate = list(page.boilerplate)
    blocks: list[Block] = []
    separated_at: set[int] = set()
    inline_labels = _inline_labels(title_speakers)
    for block in page.blocks:
        if _SEPARATOR.match(block.text):
            boilerplate.append(("separator", block.text))
            separated_at.add(len(blocks))
        elif not blocks and _letters(block.text) == _letters(page.title):
            boilerplate.append(("title", block.text))
        else:
            blocks.extend(Block(part, block.bold_share) for part in inline_labels.split(block.text))
    if not blocks:
        raise UnparsablePageError("no_body", f"The page titled {page.title!r} has no text below its title.", "mfa_zh")

    speakers = _speakers(title_speakers, blocks)
    blocks, separated_at = _split_reports(blocks, speakers, separated_at)
    paragraphs = mark_paragraphs(blocks, speakers, separated_at)
    if paragraphs[0].mark == "intro":
        # Other sites give the ministry's conferences headlines of their own.
        kind = "press_conference"
    if kind == "remarks" and not title_speakers and "发言人" not in page.title and not any(p.mark == "question" for p in paragraphs):
        # A headline that names no spokesperson tells what was decided ("… sends experts to …").
        kind = "statement"
    return conference_page(
        paragraphs,
        page=page,
        words=_WORDS,
        layout="mfa_zh",
        source_id="mfa-zh",
        language="zh",
        kind=kind,
        title_date=title_date,
        speakers=_all_speakers(speakers, paragraphs),
        boilerplate=boilerplate,
    )


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _inline_labels(speakers: Sequence[str]) -> re.Pattern[str]:
    """Where another speaker's label stands inside a paragraph: pages copied elsewhere lose their paragraphs."""
    names = "".join(f"|{re.escape(name)}" for name in speakers)
    return re.compile(rf"{_SENTENCE_END}\s*(?=(?:问|答|追问|[^\s，。？！：:、“”‘’（）()]{{2,16}}记者(?:追问)?{names})\s*[:：])")


def _split_reports(blocks: Sequence[Block], speakers: Sequence[str], separated_at: set[int]) -> tuple[list[Block], set[int]]:
    """Cut paragraphs that tell a question put after the conference together with its reply ("…，林禾表示，…")."""
    if not speakers:
        return list(blocks), separated_at
    reply = re.compile(
        rf"(?<=[，。？！])\s*(?=(?:外交部)?(?:发言人)?(?:{'|'.join(map(re.escape, speakers))})(?:应询|回应)?(?:表示|说|指出|强调|回答)[，,：:])"
    )
    parts: list[Block] = []
    moved: set[int] = set()
    for i, block in enumerate(blocks):
        if i in separated_at:
            moved.add(len(parts))
        pieces = reply.split(block.text, maxsplit=1) if _AFTER.match(block.text) else [block.text]
        parts.extend(Block(piece, block.bold_share) for piece in pieces)
    return parts, moved | {len(parts) for i in separated_at if i == len(blocks)}


# --- who speaks --------------------------------------------------------------------------------------------------------


def _speakers(from_title: Sequence[str], blocks: Sequence[Block]) -> list[str]:
    """Speakers of the page: those of the title, else the one whom its first paragraphs name, else who labels the answers."""
    if from_title:
        return list(from_title)
    for block in blocks[:3]:
        match = _SPEAKER_IN_TEXT.search(block.text)
        if match:
            return [match["name"]]
    after_questions: Counter[str] = Counter()
    is_question = False
    for block in blocks:
        split = labels.split_label(block.text)
        if split and is_question and labels.is_person(split[0]) and not labels.is_generic_question(split[0]):
            after_questions[split[0]] += 1
        if split:
            is_question = labels.is_generic_question(split[0]) or labels.is_asker(split[0])
    return [name for name, count in after_questions.most_common(1) if count >= 2 or name in labels.known_spokespersons()]


def _all_speakers(speakers: Sequence[str], paragraphs: Sequence[Paragraph]) -> tuple[str, ...]:
    """The page's speakers and whoever else labels an opening or an answer, in order of appearance."""
    found = list(speakers)
    for paragraph in paragraphs:
        label = paragraph.label
        if paragraph.mark != "speaker" or label is None or labels.named_speaker(label, found) or labels.is_misspelt(label, speakers):
            continue
        found.append(label)
    return tuple(found)


# --- what each paragraph begins ----------------------------------------------------------------------------------------


def mark_paragraphs(blocks: Sequence[Block], speakers: Sequence[str], separated_at: set[int]) -> list[Paragraph]:
    """Say of each paragraph what it begins.

    Args:
        blocks: paragraphs of the body, in order.
        speakers: names of the spokespersons, main one first; may be empty.
        separated_at: paragraphs before which a line of asterisks stands.

    Returns:
        One marked paragraph a block.
    """
    paragraphs = [_mark_one(block, speakers, is_first=i == 0) for i, block in enumerate(blocks)]
    is_bold = trusted_bold(blocks, paragraphs)
    _find_other_speakers(paragraphs, speakers, is_bold)
    _confirm_outlets(paragraphs, is_bold)
    for paragraph, following in pairwise(paragraphs):
        if paragraph.mark == "after_conference" and paragraph.label_length == len(paragraph.text) and following.mark == "question":
            # "After the conference these questions were put:" only announces them.
            paragraph.label, paragraph.label_kind, paragraph.label_length = None, None, 0
    find_bare_questions(paragraphs, is_bold, _WORDS)
    find_closings(paragraphs, separated_at, is_bold, _WORDS)
    find_bare_answers(paragraphs, speakers, is_bold, _WORDS)
    return paragraphs


def _mark_one(block: Block, speakers: Sequence[str], *, is_first: bool) -> Paragraph:
    text = block.text
    after = _AFTER.match(text)
    if after:
        colon = _AFTER_LABEL.match(text, after.end())
        if colon is None:
            return Paragraph(text, False, "after_conference")
        return Paragraph(text, False, "after_conference", after.group().strip(), "generic", colon.end())
    if _STAGE.match(text) and not labels.only_co_askers(text):
        return Paragraph(text, False, "stage")
    split = labels.split_label(text)
    if split:
        label, length = split
        if labels.named_speaker(label, speakers):
            return Paragraph(text, False, "speaker", label, "spokesperson", length)
        if labels.is_generic_answer(label):
            return Paragraph(text, False, "answer", label, "spokesperson" if "发言人" in label else "generic", length)
        if labels.is_generic_question(label):
            return Paragraph(text, False, "question", label, "generic", length)
        if labels.is_asker(label):
            return Paragraph(text, False, "question", label, "generic" if labels.names_no_outlet(label) else "outlet", length)
    return Paragraph(text, False, "intro" if is_first and _INTRO.match(text) else "plain")


def _find_other_speakers(paragraphs: Sequence[Paragraph], speakers: Sequence[str], is_bold: Sequence[bool]) -> None:
    """Label a second spokesperson's turns: one of the vocabulary, one who greets before the first question, or a
    misspelt name that answers."""
    last = "none"
    for i, paragraph in enumerate(paragraphs):
        if paragraph.mark == "plain" and not is_bold[i]:
            split = labels.split_label(paragraph.text)
            if split and labels.is_person(split[0]):
                label, length = split
                is_speaker = (
                    label in labels.known_spokespersons()
                    or (last in ("none", "speaker") and _GREETING.match(paragraph.text[length:]) is not None)
                    or (last in ("question", "after_conference") and labels.is_misspelt(label, speakers))
                )
                if is_speaker:
                    _set_label(paragraph, "speaker", "spokesperson", split)
            elif split and labels.is_outlet_name(split[0]):
                last = "question"
        if paragraph.mark not in ("plain", "stage", "intro"):
            last = paragraph.mark


def _confirm_outlets(paragraphs: Sequence[Paragraph], is_bold: Sequence[bool]) -> None:
    """Label questions by outlets named without 记者 ("甲社："): in bold type, or answered by the next label."""
    is_answered = False
    for i in range(len(paragraphs) - 1, -1, -1):
        paragraph = paragraphs[i]
        if (
            paragraph.mark == "plain"
            and (split := labels.split_label(paragraph.text))
            and (is_bold[i] or is_answered)
            and labels.is_outlet_name(split[0])
        ):
            _set_label(paragraph, "question", "outlet", split)
        if paragraph.mark not in ("plain", "stage"):
            is_answered = paragraph.mark in ("answer", "speaker")


def _set_label(paragraph: Paragraph, mark: Mark, kind: SpeakerKind, split: tuple[str, int]) -> None:
    paragraph.mark, paragraph.label_kind = mark, kind
    paragraph.label, paragraph.label_length = split
