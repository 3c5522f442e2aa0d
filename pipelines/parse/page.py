"""The one way into the parser: bytes of a page in, a document (or an index page) out."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from string import capwords

from pipelines.parse.index_page import parse_index
from pipelines.parse.labels import is_generic_question, is_known_outlet, is_known_spokesperson, split_label
from pipelines.parse.mfa_en import INTRO_PARAGRAPHS, parse_mfa_en
from pipelines.parse.mfa_zh import parse_mfa_zh
from pipelines.parse.model import IndexPage, ParsedPage, SourcePage, UnparsablePageError
from pipelines.parse.news_article import parse_news_article
from pipelines.parse.readers import read_page
from pipelines.parse.titles import SPOKESPERSON, is_briefing_title, names_column, read_title
from pipelines.vocabularies import vocabulary

PROSE_CHARACTERS = 25
"""From this length on a paragraph that ends with a full stop counts as prose; "Page 1." and the like are furniture."""

_SENTENCE_ENDS = ("。", "！", "？", ".", "!", "?", "”", "：")
_MINISTRY_SITE = re.compile(r"外交部|ministry of foreign affairs|foreign ministry")
_ANNOUNCES = re.compile(
    r"外交部发言人[\u4e00-\u9fff·]{2,4}(?:宣布|表示|指出|说)[，：:]|Spokes\w+ (?:[A-Z]\w+ ){1,3}(?:announced|said|stated)\b"
)

INTRO_CHARACTERS = 1000
"""How much of a paragraph is searched for the sentence that introduces a conference; known ones end within 250."""

_NO_STATE = re.compile(
    r"(?:(?:Transcript|Remarks|Statement|Comments?)\s+(?:of|by|from)\s+)?(?:the\s+)?(?:Foreign Ministry|MFA|Ministry of Foreign Affairs)(?! of)\b",
    re.IGNORECASE,
)
_CHINAS_SITE = re.compile(r"fmprc|mfa\.gov\.cn|people['’]s republic of china|外交部")
_CHINAS_MINISTRY = re.compile(
    r"(?:Ministry of Foreign Affairs|Foreign Ministry|MFA) of (?:the )?(?:People['’]s Republic of China|PRC|P\.R\. ?China|China)"
    r"|(?:Chinese|China['’]s|PRC) (?:Foreign Ministry|MFA|Ministry of Foreign Affairs)"
)
_OTHER_MINISTRY = re.compile(
    r"(?:Ministry of Foreign Affairs|Foreign Ministry|Ministry for Foreign Affairs|MOFA|MFA),? of (?:the )?[A-Z]\w"
)
_HOLDS = re.compile(
    rf"(?:{SPOKESPERSON}|\b(?:we|our|I)\b|^On\b|^The\s+(?:Ministry|Foreign)).*\b(?:held|hosted|addressed|gave|began|opened|started|briefed|conducted|welcomes?)\b"
    rf".*\b(?:press|media|weekly|daily|regular)\s+(?:\w+\s+)?(?:briefing|conference)|\banswered\b.*\bquestions\b|\bwelcome\s+(?:you\s+)?(?:all\s+)?to\b",
    re.IGNORECASE,
)
"""How a ministry opens its own conference: its spokesperson held it, or welcomes the press to it."""


def parse_page(raw: bytes, url: str | None = None) -> ParsedPage | IndexPage:
    """Read a page by its own marks.

    Args:
        raw: the bytes as served or pasted.
        url: address that served them, where known; used only to resolve links.

    Returns:
        One document, or an index page with the links that it lists.

    Raises:
        UnparsablePageError: the page fits no layout; it says which came closest and why it failed.
    """
    page = read_page(raw)
    if not page.blocks and not page.title:
        raise UnparsablePageError("empty_page", "The page holds no text. Check that the file is complete.")
    is_briefing = is_briefing_title(page.title)
    if page.is_html and (not is_briefing or names_column(page.title)) and not _has_prose(page):
        index = parse_index(raw, url)
        if index is not None:
            return replace(index, source_id=_source_of(index.links[0].title) or "unknown")
    if not is_briefing:
        return _announcement(page) or _news_or_nothing(page)
    source_id = _source_of(page.title)
    if source_id is None:
        raise UnparsablePageError(
            "other_ministry",
            f"The title {page.title[:120]!r} belongs to no source of dbt/seeds/sources.csv. Add a row there to take it in.",
            "mfa_zh" if "发言人" in page.title else "mfa_en",
        )
    if other := _other_ministry(page):
        raise UnparsablePageError(
            "other_ministry",
            f"The title {page.title[:120]!r} names no state, and the introduction is of another one's ministry: {other[:120]!r}.",
            "mfa_en",
        )
    parsed = _parsed(page, page.title)
    return parsed if parsed.source_id == source_id else replace(parsed, source_id=source_id)


def _other_ministry(page: SourcePage) -> str | None:
    """The sentence in which another state's foreign ministry introduces its conference, under a title that names no state.

    Only who opens the page can say so: what is announced or asked may name any ministry. None where the site or the
    opening names China's.
    """
    names_speaker_of_china = any(map(is_known_spokesperson, read_title(page.title).speakers))
    if names_speaker_of_china or not _NO_STATE.match(page.title) or _CHINAS_SITE.search(page.site) or _CHINAS_SITE.search(page.url or ""):
        return None
    found = None
    for block in page.blocks[:INTRO_PARAGRAPHS]:
        if _CHINAS_MINISTRY.search(block.text):
            return None
        split = split_label(block.text)
        if split and (is_generic_question(split[0]) or is_known_outlet(split[0])):
            break
        if found is None:
            sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z])", block.text[:INTRO_CHARACTERS])
            found = next((s for s in sentences if _OTHER_MINISTRY.search(s) and _HOLDS.search(s)), None)
    return found


def _has_prose(page: SourcePage) -> bool:
    """Whether a paragraph ends like a sentence. A list of headlines has none; pages with a text of their own list others beside it."""
    return any(len(block.text) >= PROSE_CHARACTERS and block.text.endswith(_SENTENCE_ENDS) for block in page.blocks)


def _announcement(page: SourcePage) -> ParsedPage | None:
    """The document of a ministry's page whose headline tells only the matter, while its first words name the spokesperson
    who announces it (four pages of 2020 on the ministry's column of spokesperson's remarks); None for any other page."""
    opening = page.blocks[0].text if page.blocks else ""
    source_id = _source_of(opening)
    if source_id is None or not _MINISTRY_SITE.search(page.site) or not _ANNOUNCES.search(opening):
        return None
    return replace(_parsed(page, opening), source_id=source_id, kind="statement")


def _parsed(page: SourcePage, headline: str) -> ParsedPage:
    return parse_mfa_zh(page) if "发言人" in headline else parse_mfa_en(page)


def _news_or_nothing(page: SourcePage) -> ParsedPage:
    try:
        return parse_news_article(page)
    except UnparsablePageError as error:
        raise UnparsablePageError(
            error.reason,
            f"Neither a spokesperson's page (no such title) nor a news article: {error.detail}",
            error.nearest_layout or "news_article",
        ) from error


@cache
def _sources() -> list[tuple[str, re.Pattern[str]]]:
    rows = sorted(vocabulary("sources").iter_rows(named=True), key=lambda row: int(row["precedence"]))
    return [(row["source_id"], re.compile(row["title_pattern"])) for row in rows if row["title_pattern"]]


def _source_of(title: str) -> str | None:
    """The source whose pattern a title fits; letters' case counts, but in a title that is all capitals."""
    forms = (title, capwords(title)) if title.isupper() else (title,)
    return next((source_id for source_id, pattern in _sources() if any(map(pattern.search, forms))), None)
