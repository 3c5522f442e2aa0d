"""Parsed pages as a table: one row a page, turns and quotes nested. The refresh keeps it, so that no page is read twice."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable

import polars as pl

from pipelines.extract.screening import media_type
from pipelines.identifiers import digest, words_of
from pipelines.parse.decode import decode
from pipelines.parse.model import IndexPage, ParsedPage, UnparsablePageError

_TURN = pl.Struct(
    {
        "role": pl.String,
        "text": pl.String,
        "start_char": pl.Int64,
        "end_char": pl.Int64,
        "speaker_label": pl.String,
        "speaker_kind": pl.String,
        "label_start_char": pl.Int64,
        "label_text": pl.String,
        "is_follow_up": pl.Boolean,
        "after_conference": pl.Boolean,
        "co_askers": pl.List(pl.String),
        "exchange_index": pl.Int64,
        "words_digest": pl.String,
    }
)
_QUOTE = pl.Struct(
    {
        "turn_index": pl.Int64,
        "text": pl.String,
        "start_char": pl.Int64,
        "end_char": pl.Int64,
        "is_direct": pl.Boolean,
        "speaker": pl.String,
        "office": pl.String,
        "rule": pl.String,
    }
)
_NAMED_TEXT = pl.Struct({"rule": pl.String, "text": pl.String})
_LINK = pl.Struct({"url": pl.String, "title": pl.String, "date": pl.Date})

PAGES = pl.Schema(
    {
        "sha256": pl.String(),
        "parser_version": pl.String(),
        "outcome": pl.String(),  # document, index or unparsable
        "reason": pl.String(),
        "detail": pl.String(),
        "nearest_layout": pl.String(),
        "layout": pl.String(),
        "source_id": pl.String(),
        "kind": pl.String(),
        "language": pl.String(),
        "title": pl.String(),
        "year": pl.Int64(),
        "month": pl.Int64(),
        "day": pl.Int64(),
        "date_rule": pl.String(),
        "spokespersons": pl.List(pl.String),
        "published_at": pl.Datetime("us"),
        "own_url": pl.String(),
        "byline": pl.String(),
        "dateline": pl.String(),
        "body_text": pl.String(),
        "body_digest": pl.String(),
        "boilerplate": pl.List(_NAMED_TEXT),
        "turns": pl.List(_TURN),
        "quotes": pl.List(_QUOTE),
        "links": pl.List(_LINK),
        "language_links": pl.List(pl.String),
        "is_cut_off": pl.Boolean(),  # whether the bytes end before the page does
    }
)
"""A page after parsing. Columns that do not apply to its outcome are null."""

Outcome = ParsedPage | IndexPage | UnparsablePageError

_CODE = re.compile(r"(?is)<(script|style|noscript)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)")
_PAGE_END = re.compile(r"(?i)</(?:body|html)\b")
_CONTAINER = re.compile(r"(?i)<(/?)(?:div|table|td|section|article|main)\b")
_WHOLE_PAGE = re.compile(r"(?i)<(?:!doctype|html|body)\b")
_SENTENCE_ENDS = ".!?…。！？"


def is_cut_off(raw: bytes, page: Outcome) -> bool:
    """Whether the bytes of a document end before the page does, as when a download breaks off.

    HTML is cut off that ends inside a tag, or closes neither body nor html and leaves a container (div, table, …) open. Old
    pages may lack the closing tags; their containers are closed. They, and pasted text, are cut off when the body ends
    in the middle of a sentence. By itself this is a hint only: ``history`` asks for a version that goes on where this
    one ends. Of 711 real HTML pages and 14 pasted texts none counts as cut off.
    """
    if not isinstance(page, ParsedPage):
        return False
    if media_type(raw) == "text/html":
        markup = _CODE.sub(" ", decode(raw))
        if _PAGE_END.search(markup):
            return False
        if markup.rfind("<") > markup.rfind(">"):
            return True
        slashes: list[str] = _CONTAINER.findall(markup)
        if slashes.count("") > slashes.count("/") or (not slashes and _WHOLE_PAGE.search(markup)):
            return True
    ending = itertools.takewhile(lambda character: not character.isalnum(), reversed(page.body_text))
    return not any(character in _SENTENCE_ENDS for character in ending)


def pages_frame(outcomes: Iterable[tuple[str, Outcome]], parser_version: str, cut_off: Collection[str] = ()) -> pl.DataFrame:
    """Rows of PAGES for (sha256, what the parser returned or raised).

    Args:
        cut_off: hashes of the pages that ``is_cut_off``.
    """
    return pl.DataFrame([_row(sha256, outcome, parser_version, sha256 in cut_off) for sha256, outcome in outcomes], schema=PAGES)


def _row(sha256: str, outcome: Outcome, parser_version: str, is_cut: bool) -> dict[str, object]:
    row: dict[str, object] = {"sha256": sha256, "parser_version": parser_version}
    if isinstance(outcome, UnparsablePageError):
        return row | {
            "outcome": "unparsable",
            "reason": outcome.reason,
            "detail": outcome.detail,
            "nearest_layout": outcome.nearest_layout,
        }
    if isinstance(outcome, IndexPage):
        links = [{"url": link.url, "title": link.title, "date": link.date} for link in outcome.links]
        return row | {"outcome": "index", "source_id": outcome.source_id, "links": links}
    return row | {
        "outcome": "document",
        "is_cut_off": is_cut,
        "layout": outcome.layout,
        "source_id": outcome.source_id,
        "kind": outcome.kind,
        "language": outcome.language,
        "title": outcome.title,
        "year": outcome.page_date.year,
        "month": outcome.page_date.month,
        "day": outcome.page_date.day,
        "date_rule": outcome.page_date.rule,
        "spokespersons": list(outcome.spokespersons),
        "published_at": outcome.published_at,
        "own_url": outcome.url,
        "byline": outcome.byline,
        "dateline": outcome.dateline,
        "body_text": outcome.body_text,
        "body_digest": digest(words_of(outcome.body_text)),
        "language_links": [url for _, url in outcome.language_links],
        "boilerplate": [{"rule": rule, "text": text} for rule, text in outcome.boilerplate],
        "turns": [
            {
                "role": turn.role,
                "text": turn.text,
                "start_char": turn.start_char,
                "end_char": turn.end_char,
                "speaker_label": turn.speaker_label,
                "speaker_kind": turn.speaker_kind,
                "label_start_char": turn.label_start_char,
                "label_text": outcome.body_text[turn.label_start_char : turn.start_char] if turn.label_start_char is not None else "",
                "is_follow_up": turn.is_follow_up,
                "after_conference": turn.after_conference,
                "co_askers": list(turn.co_askers),
                "exchange_index": turn.exchange_index,
                "words_digest": digest(words_of(turn.text), 10),
            }
            for turn in outcome.turns
        ],
        "quotes": [
            {
                "turn_index": quote.turn_index,
                "text": quote.text,
                "start_char": quote.start_char,
                "end_char": quote.end_char,
                "is_direct": quote.is_direct,
                "speaker": quote.speaker,
                "office": quote.office,
                "rule": quote.rule,
            }
            for quote in outcome.quotes
        ],
    }
