"""News articles about a briefing: headline, byline, stamp and dateline, paragraphs as narration, quotes with their speakers.

Agencies and papers print the same marks in a few ways: a byline or agency line between headline and text (``By Jane Roe |
Daily | Updated: …``, ``(Agency) Updated: …``, ``Source: Agency``), a dateline that opens the text (``CITY - ``,
``CITY, Month 2 (Agency) -- ``), a line of credits below it (``Reporting by …; Editing by …``). At least one of them must
be there: prose under a title alone is no article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from urllib.parse import urlsplit

from pipelines.parse.assemble import Piece, assemble
from pipelines.parse.dates import find_dates, find_stamp, year_near
from pipelines.parse.model import PageDate, ParsedPage, Quote, SourcePage, Turn, UnparsablePageError
from pipelines.parse.quotes import VERB_OF_SAYING, find_quotes
from pipelines.vocabularies import vocabulary

MINIMUM_PARAGRAPHS = 2
"""Paragraphs of prose from which a page counts as an article: agency flashes about a briefing have two."""

ENGLISH_SHARE = 0.15
"""Share of English function words below which a text is in another language. English news has 0.25 and more,
French, Spanish or Portuguese news less than 0.05."""

LONG_WORDS = 25
"""Words from which a line without a full stop is a paragraph all the same: one that was cut off, and no headline or link."""

LEAD_PARAGRAPHS = 3
"""Paragraphs that name the day of the event; later ones name other days too."""

# --- marks of an article -------------------------------------------------------------------------------------------------

_MONTH = r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June|July|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
_DATE = rf"(?:{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH})(?:,? \d{{4}})?"
_LARGE_CITY = r"(?=[A-Z.'’-]{3})[A-Z][A-Z.'’-]*(?:[ /]{1,3}[A-Z][A-Z.'’-]*){0,4}(?:, [A-Z][\w.]*(?: [A-Z][\w.]*){0,2})?"
_SMALL_CITY = r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}"
_DATELINE = re.compile(
    rf"^(?:(?P<large>{_LARGE_CITY})(?:[,.]? (?P<large_date>{_DATE})\.?)?(?: ?[(/](?P<large_agency>[^()/]{{2,50}})[)/]\.?)?"
    rf"|(?P<small>{_SMALL_CITY})(?:, (?P<small_date>{_DATE}))? ?\((?P<small_agency>[^()]{{2,50}})\))"
    r" ?(?:--|[-–—]|(?<=/\.)|(?<=/)) ?(?=[\"“‘'A-Z])"
)
"""``WASHINGTON - The``, ``BEIJING, Dec. 2 (Xinhua) -- The``, ``Paris (Reuters) - The``, ``GENEVA, Switzerland — The``,
``MOSCOW, August 3. /TASS/. The``. In small letters only together with an agency."""

_DATELINE_ALONE = re.compile(
    rf"^(?P<city>{_LARGE_CITY}|{_SMALL_CITY}), (?P<day>{_DATE})(?<!\d{{4}})(?:,? \(?(?P<agency>[A-Z][\w .]{{1,40}}?)\)?)?[:.]?$"
)
"""``New Delhi, October 15``, ``Tehran, Nov 13, IRNA`` in a line of its own; with a year it would be any dated line."""

_UPDATED = re.compile(r"\b(?:last )?(?:updated|published|posted|modified)(?: (?:on|at))? ?:? ", re.IGNORECASE)
_TAKES_NOTICE = r"(?=[ ]*$|[ ]*[|•·,(\[][ ]*|[ ]+(?:updated|published|posted|source)\b|[ ]+(?:19|20)\d\d)"
_BYLINES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?:by|written by) (?P<author>[^\W\d_][^|(\[:]{{1,80}}?){_TAKES_NOTICE}",
        rf"^\((?P<author>[^()]{{2,60}})\){_TAKES_NOTICE}",
        rf"^(?:source|agency) ?: ?(?P<author>[^|:]{{2,50}}?){_TAKES_NOTICE}",
        r"^(?P<author>[^\W\d_][^|:]{1,60}?) ?\| ?(?:[^|]{2,40}\| ?)?(?:updated|published|(?:19|20)\d\d)",
        rf"^(?P<author>[^\W\d_][\w.&' ]{{1,40}}?), {_DATE}(?<=\d{{4}})(?: adjust font size:?)?$",
        r"^(?P<author>)(?:last )?(?:updated|published) ?:?$",
        r"^(?P<author>Reuters|Associated Press|AFP|Agence France-Presse|Xinhua|[\w .&'-]{2,60} (?:News|Press) Agency)(?: staff)?$",
    )
)
_CREDIT = re.compile(
    r"^\W*(?:(?:additional )?(?:reporting|writing|editing) by\b.*|contact the (?:writer|reporter)s?\b.*|(?:web )?editor ?:.*|\(?source ?:.*|enditem"
    r"|.{2,80} contributed to this (?:report|story|article)\.?)\W*$",
    re.IGNORECASE,
)

# --- furniture -----------------------------------------------------------------------------------------------------------

_TOOLS = re.compile(
    r"^\W*(?:advertisement|share(?: (?:this|on|to)\b.*)?|(?:print|(?:e-?)?mail|large|medium|small|save|comments?|a[+-]|\W|分享按钮|\d)+|text size.*|font size.*"
    r"|adjust font size.*|listen to .{0,40}|\d+ min(?:ute)?s? read|(?:facebook|twitter|linkedin|wechat|weibo|whatsapp|\W)+|next|previous|page \d+.{0,20}"
    r"|sign up\b.{0,80}|subscribe\b.{0,80})\W*$",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"^© ?\w|\[(?:photo|file photo|agencies|provided|image|illustration)[^\]]*\]\W*$|^(?:file )?photo(?:graph)? ?(?::|by\b|/)|\((?:photo|image) ?(?::|by)[^)]*\)\W*$"
    r"|\([A-Z]\w+/[^)]+\)\W*$|\bREUTERS/\w+",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"^\W*(?:most (?:popular|viewed|read|shared|commented)\b.*|hot topics|(?:today['’]s )?top (?:news|stories)|editor['’]?s?['’]? picks?|what['’]?s hot|trending(?: now)?"
    r"|copyright\b.*|©.*|all rights reserved.*|\d+ comments?|leave a (?:comment|reply)|about (?:us|china daily).*|contact us.*|back to (?:the )?top"
    r"|our standards ?:.*|licen[sc]e this content.*|key ?words? ?:.*|tags? ?:.*|topics? ?:.*)\W*$",
    re.IGNORECASE,
)
_RELATED = re.compile(
    r"^\W*(?:related(?: (?:stories|news|articles|readings?|coverage|content|topics|reports))?|more (?:on this|stories|from)\b.{0,40}|recommended(?: for you)?"
    r"|you may (?:also )?like|see also|read (?:more|also|next))\W*$|^(?:read (?:more|also)|see also|related) ?:",
    re.IGNORECASE,
)
LONGEST_HEADLINE = 260

LONGEST_FURNITURE = 500
"""Characters from which a line is no caption, credit or tool; it also bounds the work of their patterns."""

_END_OF_SENTENCE = re.compile(r"(?:(?<!\.\.)\.|[?!])[\"”’'»)\]]*$|[,:][\"”]?$")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SPEAKER_LABEL = re.compile(r"^(?:Q|A|[A-Z][\w.'’]*(?: [A-Z][\w.'’]*){0,4}) ?: ?\S")
_FUNCTION_WORDS = frozenset("the and of said that with was were have has is are for to by on at from it be will not as".split())


def parse_news_article(page: SourcePage) -> ParsedPage:
    """Read a page as a news article.

    Args:
        page: a page whose title is no spokesperson's; pasted text comes without a title.

    Returns:
        The document: one narration turn a paragraph, quotes with their speakers, everything else as boilerplate under a
        named rule. The date is the day of the event that it reports. ``spokespersons`` stays empty: an article is
        nobody's briefing; whom it quotes stands in ``quotes``.

    Raises:
        UnparsablePageError: ``not_a_briefing``, the page lacks a headline, prose or the marks of an article.
    """
    lines = [block.text for block in page.blocks]
    start = _body_start(lines, page.title)
    if start is None and _CHINESE.search(page.title):
        raise _refusal("articles are read in English only.")
    if start is None:
        raise _refusal("it holds no paragraph of prose.")
    headline_at = None if page.title else _headline_at(lines, start)
    title = page.title or (lines[headline_at] if headline_at is not None else "")
    if not title:
        raise _refusal("no headline stands above its text.")
    body, boilerplate = _take_apart(lines, start, title)
    n_prose = sum(_is_prose(line) for line in body)
    if n_prose < MINIMUM_PARAGRAPHS:
        raise _refusal(f"it holds {n_prose} paragraph(s) of prose, an article {MINIMUM_PARAGRAPHS} or more.")
    if sum(bool(_SPEAKER_LABEL.match(line)) for line in body) * 3 >= len(body):
        raise _refusal("its paragraphs begin with labels of speakers, as in a transcript.")
    if _english_share(body) < ENGLISH_SHARE:
        raise _refusal("its text is not in English.")

    notices = [text for rule, text in (*page.boilerplate, *boilerplate) if rule in ("byline", "time_stamp", "credit")]
    bylines = [byline for line in notices if (byline := _byline(line)) is not None]
    dateline = _dateline(body[0]) or next(filter(None, map(_dateline_alone, reversed(lines[:start]))), None)
    if dateline is None and not bylines and not any(rule == "credit" for rule, _ in boilerplate):
        raise _refusal("it bears no mark of an article (byline, agency, “Updated:”, dateline, credits).")
    stamp = page.stamp or next(filter(None, map(find_stamp, notices)), None)
    body_text, turns = assemble(body, [Piece("narration", i, i + 1) for i in range(len(body))])
    return ParsedPage(
        layout="news_article",
        source_id=_source_of(page, lines[:start], body[0], boilerplate),
        kind="news_article",
        language="en",
        title=title,
        page_date=_event_date(body, dateline, stamp.date() if stamp else None, page.url),
        spokespersons=(),
        body_text=body_text,
        turns=turns,
        quotes=tuple(_quotes(body, turns, dateline.length if dateline else 0)),
        byline=next((byline for byline in bylines if byline != _NAMELESS), None) or (dateline.agency if dateline else None),
        dateline=dateline.city if dateline else None,
        published_at=stamp,
        url=page.url,
        boilerplate=(*page.boilerplate, *boilerplate),
        language_links=page.language_links,
    )


def _refusal(what: str) -> UnparsablePageError:
    return UnparsablePageError("not_a_briefing", what, "news_article")


def _quotes(body: Sequence[str], turns: Sequence[Turn], dateline_length: int) -> Iterator[Quote]:
    for quote in find_quotes([body[0][dateline_length:], *body[1:]]):
        within = dateline_length if quote.paragraph == 0 else 0
        turn = turns[quote.paragraph]
        yield Quote(
            turn_index=quote.paragraph,
            text=turn.text[within + quote.start : within + quote.end],
            start_char=turn.start_char + within + quote.start,
            end_char=turn.start_char + within + quote.end,
            is_direct=quote.is_direct,
            speaker=quote.speaker.name,
            office=quote.speaker.office,
            rule=quote.rule,
        )


# --- lines ---------------------------------------------------------------------------------------------------------------

_NAMELESS = ""
"""What an "Updated:" line that names nobody gives as byline."""


@dataclass(frozen=True, slots=True)
class _Dateline:
    """Place, day (as printed) and agency that open a text, and how many characters they take."""

    city: str
    day: str | None
    agency: str | None
    length: int


def _dateline(line: str) -> _Dateline | None:
    match = _DATELINE.match(line)
    if match is None:
        return None
    return _Dateline(
        match["large"] or match["small"],
        match["large_date"] or match["small_date"],
        match["large_agency"] or match["small_agency"],
        match.end(),
    )


def _dateline_alone(line: str) -> _Dateline | None:
    match = _DATELINE_ALONE.match(line)
    return _Dateline(match["city"], match["day"], match["agency"], 0) if match else None


def _byline(line: str) -> str | None:
    """Author or agency in a byline, agency, source or "Updated:" line; None for any other line."""
    if len(line) > 200 or (len(line) > 90 and _END_OF_SENTENCE.search(line)):
        return None
    for pattern in _BYLINES:
        if match := pattern.match(line):
            return match["author"].strip(" ,|.") or _NAMELESS
    is_stamp = _UPDATED.search(line) and find_stamp(line) is not None
    return _NAMELESS if is_stamp and len(_WORD.findall(line)) <= 8 else None


def _is(furniture: re.Pattern[str], line: str) -> bool:
    return len(line) <= LONGEST_FURNITURE and furniture.search(line) is not None


def _is_prose(line: str) -> bool:
    """Whether a line is a paragraph of text and not a headline, a caption or a link."""
    words = _WORD.findall(line)
    if len(words) < 6 or _is(_CAPTION, line) or _is(_LISTS, line) or _is(_CREDIT, line) or _is(_TOOLS, line):
        return False
    is_sentence = (_END_OF_SENTENCE.search(line) is not None or len(words) >= LONG_WORDS) and sum(w[0].islower() for w in words) * 2 >= len(
        words
    )
    return (is_sentence or _dateline(line) is not None) and _byline(line) is None


def _is_stamp(line: str) -> bool:
    return len(line) <= 60 and find_stamp(line) is not None


def _same(line: str, title: str) -> bool:
    return [*map(str.casefold, _WORD.findall(line))] == [*map(str.casefold, _WORD.findall(title))]


def _english_share(body: Sequence[str]) -> float:
    words = [word.lower() for line in body for word in _WORD.findall(line)]
    return sum(word in _FUNCTION_WORDS for word in words) / max(1, len(words))


# --- parts of the page ---------------------------------------------------------------------------------------------------


def _body_start(lines: Sequence[str], title: str) -> int | None:
    """Where the text begins: at the dateline, else behind the byline or the headline, else at the first paragraph of prose."""
    prose = [i for i, line in enumerate(lines) if _is_prose(line)]
    dateline = next((i for i in prose if _dateline(lines[i])), None)
    if dateline is not None or not prose:
        return dateline
    byline = next((i for i, line in enumerate(lines) if (_byline(line) is not None or _dateline_alone(line)) and i < prose[-1]), 0)
    headline = max((i for i, line in enumerate(lines) if title and i < prose[-1] and _same(line, title)), default=0)
    return next(i for i in prose if i >= max(byline, headline))


def _headline_at(lines: Sequence[str], start: int) -> int | None:
    """The line before the byline, else before the stamp, else before the text; page tools and captions do not count."""
    notices = [i for i in range(start) if _byline(lines[i]) is not None or _dateline_alone(lines[i])] or [
        i for i in range(start) if _is_stamp(lines[i])
    ]
    notice = notices[0] if notices else start
    others = (*range(notice - 1, -1, -1), *range(notice + 1, start))
    return next((i for i in others if _is_headline(lines[i])), None)


def _is_headline(line: str) -> bool:
    return len(_WORD.findall(line)) >= 3 and len(line) <= LONGEST_HEADLINE and _rule_above(line, False, "") == "before_body"


def _take_apart(lines: Sequence[str], start: int, title: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Paragraphs of the body, and all other lines with the rule that set them aside."""
    headline_at = next((i for i in range(start - 1, -1, -1) if _same(lines[i], title)), -1)
    boilerplate = [(_rule_above(line, i <= headline_at, title), line) for i, line in enumerate(lines[:start])]
    end = next((i for i in range(start, len(lines)) if _is(_LISTS, lines[i])), len(lines))
    last = max((i for i in range(start, end) if _is_prose(lines[i])), default=start)
    body: list[str] = []
    is_related = False
    for i, line in enumerate(lines[start:], start):
        is_related = _is(_RELATED, line) or (is_related and not _is_prose(line))
        if _is(_CREDIT, line):
            boilerplate.append(("credit", line))
        elif i >= end:
            boilerplate.append(("below_body", line))
        elif is_related:
            boilerplate.append(("related", line))
        elif i > start and _is(_CAPTION, line):
            boilerplate.append(("caption", line))
        elif _is(_TOOLS, line):
            boilerplate.append(("page_tools", line))
        elif i > last:
            boilerplate.append(("byline" if _byline(line) else "below_body", line))
        else:
            body.append(line)
    return body, boilerplate


def _rule_above(line: str, is_above_title: bool, title: str) -> str:
    """Rule for a line above the text."""
    if _same(line, title):
        return "title"
    if _byline(line) is not None:
        return "byline"
    if _dateline_alone(line):
        return "dateline"
    if _is_stamp(line):
        return "time_stamp"
    if _is(_CAPTION, line):
        return "caption"
    if _is(_TOOLS, line):
        return "page_tools"
    return "before_title" if is_above_title else "before_body"


# --- day of the event ------------------------------------------------------------------------------------------------------

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CLAUSE_WITH_DAY = re.compile(rf"[^,;“”\"]*?(?P<before>\b[\w-]+ )?\b(?P<day>{'|'.join(_WEEKDAYS)})\b(?!['’]s)")
_OTHER_DAY = frozenset("next last by until till before since from after through coming every each following previous and to".split())
_FUTURE = re.compile(r"\b(?:will|would|scheduled|due|slated|set|plans?|planned|expected|later)\b", re.IGNORECASE)
_DAY_IN_URL = re.compile(r"/(?P<year>20\d\d)[-/]?(?P<month>\d\d)[-/]?(?P<day>\d\d)/")


def _event_date(body: Sequence[str], dateline: _Dateline | None, published: date | None, url: str | None) -> PageDate:
    """The latest weekday of the lead that is not after the day of filing; else the dateline's day, else the stamp's or the address's."""
    filed = _filed(dateline, published, url)
    known = filed.date
    weekday = _weekday_of_lead(body)
    if known is None or weekday is None:
        return filed
    day = known - timedelta(days=(known.weekday() - weekday) % 7)
    return PageDate(day.year, day.month, day.day, "weekday")


def _weekday_of_lead(body: Sequence[str]) -> int | None:
    """The weekday on which the lead says that somebody spoke, else the first that is past; Monday is 0."""
    clauses = [
        match
        for paragraph in body[:LEAD_PARAGRAPHS]
        for match in _CLAUSE_WITH_DAY.finditer(paragraph[:2000])
        if (match["before"] or "").strip().lower() not in _OTHER_DAY and not _FUTURE.search(match[0])
    ]
    spoken = next((match for match in clauses if VERB_OF_SAYING.search(match[0])), None) or next(iter(clauses), None)
    return None if spoken is None else _WEEKDAYS.index(str(spoken["day"]))


def _filed(dateline: _Dateline | None, published: date | None, url: str | None) -> PageDate:
    """The dateline's day, with the year of the stamp or address where it has none; else the stamp's or address's day."""
    in_url = _day_in_url(url)
    if dateline and dateline.day and (days := find_dates(dateline.day)):
        year, month, day = days[0]
        year = year or year_near(month, day, [known for known in (published, in_url) if known])
        return PageDate(year, month, day, "dateline" if year else "dateline_without_year")
    if published:
        return PageDate(published.year, published.month, published.day, "stamp")
    return PageDate(in_url.year, in_url.month, in_url.day, "url") if in_url else PageDate(None, None, None, "none")


def _day_in_url(url: str | None) -> date | None:
    match = _DAY_IN_URL.search(url or "")
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"])) if match else None
    except ValueError:
        return None


# --- source ----------------------------------------------------------------------------------------------------------------


@cache
def _sources() -> list[tuple[str, frozenset[str], re.Pattern[str] | None]]:
    rows = sorted(vocabulary("sources").iter_rows(named=True), key=lambda row: int(row["precedence"]))
    return [
        (
            row["source_id"],
            frozenset((row["hosts"] or "").split("|")),
            re.compile(row["article_pattern"], re.MULTILINE) if row.get("article_pattern") else None,
        )
        for row in rows
    ]


def _source_of(page: SourcePage, head: Sequence[str], first: str, boilerplate: Sequence[tuple[str, str]]) -> str:
    """The source whose host served the page, else the one whose marks stand around the text; ``unknown`` when no row fits."""
    host = _host(page.url)
    for source_id, hosts, _ in _sources():
        if host and host in hosts:
            return source_id
    marks = "\n".join([page.site, *head, first[:120], *(text for _, text in (*page.boilerplate, *boilerplate))])
    return next((source_id for source_id, _, pattern in _sources() if pattern and pattern.search(marks)), "unknown")


def _host(url: str | None) -> str | None:
    try:
        return urlsplit(url).hostname if url else None
    except ValueError:  # a stray bracket in the address
        return None
