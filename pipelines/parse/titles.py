"""Titles of ministry pages in English and Chinese: what the page is, when, and who speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.parse.dates import find_dates
from pipelines.parse.model import Kind, PageDate

_ENGLISH = re.compile(
    r"\bSpokes(?:person|man|woman|people|men|peron|perons|persons|perspn|persion)\b", re.IGNORECASE
)
_ENGLISH_EVENT = re.compile(
    r"(?P<press_conference>press\s+(?:conference|briefing)|daily\s+briefing|regular\s+(?:briefing|conference))"
    r"|(?P<statement>\bstatement\b)"
    r"|(?P<remarks>\bremarks?\b|\bcomments?\b|\bresponds?\b|\bresponse\b|\bbriefs?\b|\bquestions?\b|\bQ\s?&\s?A\b|\bannounce|\bcondemn|\bon\b)",
    re.IGNORECASE,
)
_CHINESE_EVENT = re.compile(
    r"(?P<press_conference>记者会|新闻发布会)|(?P<statement>声明)"
    r"|(?P<remarks>答记者问|谈话|表态|表明立场|就.+问题|评论|回应|讲话)"
)
_MINISTRY = re.compile(r"foreign\s+ministry|ministry\s+of\s+foreign\s+affairs|\bMFA\b|外交部", re.IGNORECASE)
_NAME = r"(?P<names>[A-Z][\w’'-]*(?:\s+[A-Za-z][\w-]*){0,3}?(?:\s+(?:and|&)\s+[A-Z][\w-]*(?:\s+[A-Za-z][\w-]*){0,2}?)?)"
_ENGLISH_SPEAKER = re.compile(
    r"Spokes\w+\s+(?:(?:Mr|Ms|Mrs|Miss|Mme)\.?\s+)?" + _NAME
    + r"\s*(?:['’`´]\s?s?\b|\s(?:Holds?|Held|Hosts?|Gives?|Answers?|Answered|on|at|Remarks?|Responds?|Regular|Makes?|Comments?|Briefs?)\b|$)"
)
_CHINESE_SPEAKER = re.compile(r"发言人(?P<names>[一-鿿·]{2,4}?)(?:主持|就|答|举行|发表|回答|谈|在|和|、|$|\d|例行|\s)")


@dataclass(frozen=True, slots=True)
class Title:
    """What a title says.

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
    if not 8 <= len(line) <= 260 or line.endswith((":", "：", "?", "？", "。")):
        return False
    if _ENGLISH.search(line):
        # A sentence about a spokesperson ends with a full stop and begins with a label or a preposition.
        if line.endswith(".") or re.match(r"^(?:On|At|In|Home|首页)\b|^[^:]{1,40}:\s", line) or ">" in line:
            return False
        # "Spokesperson's Remarks" alone is a breadcrumb; a headline names the ministry or the person.
        is_whose = re.search(r"ministry|MFA\b|foreign\s+affairs|spokes\w+\s+[A-Z][\w-]+(?:\s+[A-Z][\w-]+){0,2}['’]s", line)
        return bool(_ENGLISH_EVENT.search(line)) and bool(is_whose or re.search("ministry", line, re.IGNORECASE))
    if "发言人" in line and len(line) <= 120:
        return ">" not in line and "。" not in line and bool(_CHINESE_EVENT.search(line)) and not re.match(r"^[^：:]{1,12}[：:]", line)
    return False


def read_title(title: str) -> Title:
    """Kind, date and speakers of a title, English or Chinese; a title that says nothing gives ``remarks`` and no date."""
    event = _ENGLISH_EVENT.search(title) if _ENGLISH.search(title) else _CHINESE_EVENT.search(title)
    kind: Kind = "remarks"
    if event:
        kind = "press_conference" if event["press_conference"] else "statement" if event["statement"] else "remarks"
    return Title(kind, _title_date(title), _speakers(title))


def names_a_ministry(title: str) -> bool:
    """Whether the title names a foreign ministry at all."""
    return bool(_MINISTRY.search(title))


def _title_date(title: str) -> PageDate:
    dates = find_dates(title)
    if not dates:
        return PageDate(None, None, None, "none")
    full = [d for d in dates if d[0]]
    year, month, day = (full or dates)[-1]
    return PageDate(year, month, day, "title" if year else "title_without_year")


def _speakers(title: str) -> tuple[str, ...]:
    match = _ENGLISH_SPEAKER.search(title)
    if match and match["names"].lower() not in _NOT_NAMES:
        return tuple(n for name in re.split(r"\s+(?:and|&)\s+", match["names"]) if (n := name.strip(" '’`´")))
    match = _CHINESE_SPEAKER.search(title)
    return tuple(re.split(r"[、和]", match["names"])) if match else ()


_NOT_NAMES = {"office", "s", "on", "remarks", "regular", "press", "of"}
