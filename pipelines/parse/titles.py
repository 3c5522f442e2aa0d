"""Titles of ministry pages in English and Chinese: what the page is, when, and who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from string import capwords

from pipelines.parse.dates import find_dates
from pipelines.parse.model import Kind, PageDate

SPOKESPERSON = r"\bSpoke\w*?(?:man|woman|men|women|people|per\w*)\b"
"""The word in its forms and misspellings: Spokesman, Spokesperons, Spokersperson."""

_SPOKESPERSON = re.compile(SPOKESPERSON, re.IGNORECASE)
_MINISTRY = re.compile(r"ministry|\bMFA\b|foreign\s+affairs", re.IGNORECASE)
_EVENT = re.compile(
    r"(?P<press_conference>press\s+(?:conference|briefing)|daily\s+briefing|regular\s+(?:briefing|conference))"
    r"|(?P<statement>\bstatement\b)"
    r"|(?P<remarks>\bremarks?\b|\bcomments?\b|\bresponds?\b|\bresponse\b|\bbriefs?\b|\bquestions?\b|\bQ\s?&\s?A\b|\bannounce|\bcondemn|\bon\b)",
    re.IGNORECASE,
)
_CHINESE_EVENT = re.compile(r"记者会|新闻发布会|声明|宣布|答记者问|谈话|表态|表明立场|就.+问题|评论|回应|讲话")
_COLUMN = re.compile(r"(?:外交部)?发言人(?:表态|谈话|讲话|办公室)?(?:\s*[—–_|-].*)?")
_NO_TITLE = re.compile(r"(?:On|At|In|Home|首页)\b|[^:]{1,40}:\s|CV\b")
"""How a sentence, a speaker's paragraph, a breadcrumb or a link to a person's page begins."""

_NAME = r"[A-Z][\w-]*(?:\s+[A-Za-z][\w-]*){0,3}?"
_SPEAKER = re.compile(
    rf"Spoke\w+\s+(?:(?:Mr|Ms|Mrs|Miss|Mme)\.?\s+)?(?P<names>{_NAME}(?:\s+(?:and|&)\s+{_NAME})?)"
    r"\s*(?:['’`´]\s?s?\b|\s(?:Holds?|Held|Hosts?|Gives?|Answers?|Answered|on|at|Remarks?|Responds?|Regular|Makes?|Comments?|Briefs?)\b|$)"
)
_NOT_NAMES = frozenset({"office", "s", "on", "remarks", "regular", "press", "of"})


@dataclass(frozen=True, slots=True)
class Title:
    """What an English title says.

    Attributes:
        kind: press_conference, remarks or statement.
        page_date: the date in the title, with rule ``title``, ``title_without_year`` or ``none``.
        speakers: names as written, without the possessive.
    """

    kind: Kind
    page_date: PageDate
    speakers: tuple[str, ...]


def is_briefing_title(line: str) -> bool:
    """Whether a line reads like the headline of a spokesperson's page, of any ministry."""
    if not 8 <= len(line) <= 260 or ">" in line or line.endswith((":", "：", "?", "？", "。")):
        return False
    if "发言人" in line:
        is_sentence = "。" in line or len(line) > 120 or re.match(r"[^：:]{1,12}[：:]", line)
        return not is_sentence and _CHINESE_EVENT.search(line) is not None
    if line.endswith(".") or _SPOKESPERSON.search(line) is None or _NO_TITLE.match(line):
        return False
    return _MINISTRY.search(line) is not None and _EVENT.search(line) is not None


def names_column(title: str) -> bool:
    """Whether a briefing's title tells no day, person or matter.

    Columns are named like that ("Foreign Ministry Spokesperson's Remarks", "Regular Press Conferences by MFA
    Spokesperson", 发言人表态), and a few pages of 2002 to 2005.
    """
    if "发言人" in title:
        return _COLUMN.fullmatch(title) is not None
    return not (re.search(r"\d|\b(?:on|regarding|concerning)\s", title) or _SPEAKER.search(title))


def best_title(lines: Iterable[str]) -> int | None:
    """Which of the lines is the page's headline; None when none reads like one.

    It is the first that reads like a briefing's; the name of a column only when there is nothing better.
    """
    column = None
    for i, line in enumerate(lines):
        if is_briefing_title(line):
            if not names_column(line):
                return i
            if column is None:
                column = i
    return column


def read_title(title: str) -> Title:
    """Kind, date and speakers of an English title, also one in capitals; a title that says nothing gives ``remarks`` and no date."""
    if title.isupper():
        title = capwords(title)
    event = _EVENT.search(title)
    kind: Kind = "remarks"
    if event:
        kind = "press_conference" if event["press_conference"] else "statement" if event["statement"] else "remarks"
    match = _SPEAKER.search(title)
    names = re.split(r"\s+(?:and|&)\s+", match["names"]) if match and match["names"].lower() not in _NOT_NAMES else []
    return Title(kind, _title_date(title, kind), tuple(names))


def _title_date(title: str, kind: Kind) -> PageDate:
    """The last date of a title, one with a year before one without: earlier ones are of what is talked about.

    In the title of remarks every date may be of what is talked about, but for one that ends it.
    """
    dates = find_dates(title)
    if not dates or (kind != "press_conference" and not re.search(r"\d(?:st|nd|rd|th)?\W*$", title)):
        return PageDate(None, None, None, "none")
    year, month, day = next((d for d in reversed(dates) if d[0]), dates[-1])
    return PageDate(year, month, day, "title" if year else "title_without_year")
