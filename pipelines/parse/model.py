"""What a parser returns: a page with its turns, an index page with its links, or an error that says why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Kind = Literal["press_conference", "remarks", "statement", "news_article"]
Role = Literal["opening", "question", "answer", "note", "closing", "narration"]
SpeakerKind = Literal["outlet", "spokesperson", "generic", "person"]
"""``generic`` is a label that names nobody: Q, A, 问, 答, Journalist, 记者. Without any label it is None."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph as a reader hands it to a layout.

    Attributes:
        text: white space squeezed, never empty.
        bold_share: share of its letters set in bold, 0.0 to 1.0; always 0.0 in plain text.
    """

    text: str
    bold_share: float = 0.0


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A page taken apart, before a layout reads it.

    Attributes:
        is_html: whether the bytes were HTML; False for pasted text.
        title: headline of the page as published; empty when none was found.
        blocks: paragraphs of the body, in order.
        boilerplate: (rule, text) of what the reader set aside as page furniture.
        stamp: the time printed on the page (Beijing time), if any.
        url: the page's own address as it states it, if any.
        site: marks of the site (host names, site name), lower case, for telling sources apart.
        language_links: other language versions of the page, as language -> URL.
    """

    is_html: bool
    title: str
    blocks: tuple[Block, ...]
    boilerplate: tuple[tuple[str, str], ...] = ()
    stamp: datetime | None = None
    url: str | None = None
    site: str = ""
    language_links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's stretch of a page.

    ``body_text[start_char:end_char] == text``. ``label_start_char`` is where the label before the text begins, None
    when the turn has no label.
    """

    role: Role
    text: str
    start_char: int
    end_char: int
    speaker_label: str | None = None
    speaker_kind: SpeakerKind | None = None
    label_start_char: int | None = None
    is_follow_up: bool = False
    after_conference: bool = False
    co_askers: tuple[str, ...] = ()
    exchange_index: int | None = None
    """Number of the exchange in the page, from 0; the turns of one exchange share it. None outside any exchange."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a news article gives to a speaker.

    ``body_text[start_char:end_char] == text``.
    """

    turn_index: int
    text: str
    start_char: int
    end_char: int
    is_direct: bool
    speaker: str | None
    office: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class PageDate:
    """The date that a page states, with what is missing.

    Attributes:
        month, day: None when the page states no date at all.
        year: None when the title has a day without a year.
        rule: where it comes from: ``title``, ``title_year_from_stamp``, ``title_year_from_body``, ``body``, ``stamp``; for
            articles ``weekday``, ``dateline``, ``url``; ``title_without_year``, ``dateline_without_year`` or ``none`` where it
            is not whole.
    """

    year: int | None
    month: int | None
    day: int | None
    rule: str

    @property
    def date(self) -> date | None:
        """The day, when all of it is known."""
        if self.year and self.month and self.day:
            return date(self.year, self.month, self.day)
        return None


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """A page as one document: what it is, who speaks, and every character of its body in a turn or in boilerplate."""

    layout: str
    source_id: str
    kind: Kind
    language: str
    title: str
    page_date: PageDate
    spokespersons: tuple[str, ...]
    """Names as the page writes them, the main speaker first; matching to the vocabulary comes later."""
    body_text: str
    turns: tuple[Turn, ...]
    quotes: tuple[Quote, ...] = ()
    byline: str | None = None
    dateline: str | None = None
    published_at: datetime | None = None
    """Beijing time, as printed on the page."""
    url: str | None = None
    boilerplate: tuple[tuple[str, str], ...] = ()
    language_links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class IndexLink:
    """A line of an index page."""

    url: str
    title: str
    date: date | None


@dataclass(frozen=True, slots=True)
class IndexPage:
    """A page that lists briefings: no document, but it dates those that it lists."""

    source_id: str
    links: tuple[IndexLink, ...]


@dataclass(eq=False)
class UnparsablePageError(Exception):
    """The page fits no layout.

    Attributes:
        reason: short code, e.g. ``not_a_briefing``, ``no_turns``, ``other_ministry``, ``empty_page``.
        detail: a sentence for a person: what was found, what was missed.
        nearest_layout: the layout that came closest, None when none did.
    """

    reason: str
    detail: str
    nearest_layout: str | None = None

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"
