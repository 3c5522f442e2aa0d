"""Pages, one at a time, and the truth about each; written as a stream."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.identifiers import digest, digest_bytes
from tests.volume.content import Briefing, Exchange, Language, Said, draw_briefing, sentences, worded
from tests.volume.layouts import DATED_ADDRESSES_FROM, NEW_ENGLISH_SITE_FROM, layout_of, rendered, stamped
from tests.volume.ministries import MINISTRIES, Ministry

TRUTH = "truth.parquet"
"""Folder of the truth: Parquet files of ``TRUTH_PAGES`` pages each."""
TRUTH_PAGES = 2_000

FETCHED_UP_TO = datetime(2026, 11, 1)
"""No page is fetched later, whatever its day: the calendar of a large volume reaches beyond today."""

TRUTH_SCHEMA: dict[str, pl.DataType] = {
    "page": pl.Int64(),
    "path": pl.String(),
    "sha256": pl.String(),
    "source_id": pl.String(),
    "kind": pl.String(),
    "language": pl.String(),
    "briefing_date": pl.Date(),
    "spokesperson": pl.String(),
    "title": pl.String(),
    "turns": pl.List(pl.Struct({"role": pl.String(), "label": pl.String(), "text": pl.String(), "exchange": pl.Int64()})),
    "exchanges": pl.List(
        pl.Struct(
            {
                "text_id": pl.String(),
                "asker": pl.String(),
                "patterns": pl.List(pl.String()),
                "accusations": pl.List(
                    pl.Struct(
                        {
                            "accuser": pl.String(),
                            "accused": pl.String(),
                            "type": pl.String(),
                            "direction": pl.String(),
                            "quote": pl.String(),
                        }
                    )
                ),
            }
        )
    ),
}
"""One row a page. ``text`` of a turn is the hash of its words (``pipelines.identifiers.digest``, 16 characters)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which pages: each is the same in every run of the same plan, however many are written.

    Attributes:
        sources: names of ``MINISTRIES``; their briefings take turns.
        since: first day.
    """

    seed: int = 1
    sources: tuple[str, ...] = ("sample",)
    languages: tuple[Language, ...] = ("en", "zh")
    since: date = date(2002, 1, 1)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a crawl would find it, with its truth (a row of ``TRUTH_SCHEMA``). ``fetched_at`` is UTC without zone."""

    path: str
    url: str
    fetched_at: datetime
    raw: bytes
    truth: dict[str, Any]


def page(plan: Plan, i: int) -> Page:
    """The ``i``-th page, from 0: the languages of a briefing follow each other.

    Raises:
        IndexError: the calendar ends before; more sources give more pages.
    """
    n, at = divmod(i, len(plan.languages))
    number, source = divmod(n, len(plan.sources))
    language = plan.languages[at]
    briefing = _briefing(plan.seed, plan.sources[source], plan.since, number)
    path, url = _place(briefing, i, language)
    title, day = _title(briefing, language), briefing.day
    layout = layout_of(day, language)
    paragraphs, turns = _spoken(briefing, language)
    # Without it the day of remarks would not be on the page; conferences of that time have none in English.
    stamp = "" if layout in ("en-d", "en-e") and briefing.is_conference else stamped(layout, day, f"{17 + number % 5}:{10 + number % 47}")
    raw = rendered(layout, briefing.ministry, title, stamp, day, url, paragraphs)
    truth = {
        "page": i,
        "path": path,
        "sha256": digest_bytes(raw),
        "source_id": briefing.ministry.source_ids[language],
        "kind": "press_conference" if briefing.is_conference else "remarks",
        "language": language,
        "briefing_date": day,
        "spokesperson": briefing.spokesperson.en if language == "en" else briefing.spokesperson.zh,
        "title": title,
        "turns": turns,
        "exchanges": [_expected(exchange, briefing.ministry, language) for exchange in briefing.exchanges],
    }
    fetched_at = min(datetime(day.year, day.month, day.day, 14) + timedelta(days=1), FETCHED_UP_TO)
    return Page(path, url, fetched_at, raw, truth)


def pages(plan: Plan, n: int, first: int = 0) -> Iterator[Page]:
    """``n`` pages, one at a time."""
    return (page(plan, i) for i in range(first, first + n))


@lru_cache(maxsize=8)
def _briefing(seed: int, source: str, since: date, number: int) -> Briefing:
    return draw_briefing(seed, MINISTRIES[source], since, number)


def write_pages(folder: Path, plan: Plan, n: int, first: int = 0) -> int:
    """Write pages in a folder a year, ``manifest.csv`` and the truth; earlier ones stay.

    Returns:
        Bytes of the pages.
    """
    (folder / TRUTH).mkdir(parents=True, exist_ok=True)
    manifest = folder / "manifest.csv"
    is_new = not manifest.exists()
    n_bytes = 0
    made: set[str] = set()
    rows: list[dict[str, object]] = []
    with manifest.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(["path", "url", "fetched_at", "http_status"])
        for one in pages(plan, n, first):
            parent = one.path.rpartition("/")[0]
            if parent not in made:
                (folder / parent).mkdir(parents=True, exist_ok=True)
                made.add(parent)
            (folder / one.path).write_bytes(one.raw)
            writer.writerow([one.path, one.url, one.fetched_at.isoformat(), 200])
            n_bytes += len(one.raw)
            rows.append(one.truth)
            if len(rows) == TRUTH_PAGES:
                _write_truth(folder, rows)
                rows = []
    if rows:
        _write_truth(folder, rows)
    return n_bytes


def _write_truth(folder: Path, rows: Sequence[dict[str, object]]) -> None:
    pl.DataFrame(rows, schema=TRUTH_SCHEMA).write_parquet(folder / TRUTH / f"{rows[0]['page']:07}.parquet", compression="zstd")


# --- a page's words ----------------------------------------------------------------------------------------------------


def _place(briefing: Briefing, i: int, language: Language) -> tuple[str, str]:
    """Path below the folder, and address. Numbers of the former addresses rise with the days, as the ministry's did."""
    day, site = briefing.day, briefing.ministry.site
    number = 100_000 + 4 * briefing.number + (language == "zh")
    column = "web/wjdt_674879/fyrbt_674889" if language == "zh" else "mfa_eng/xwfw_665399/s2510_665401"
    parent = f"{briefing.ministry.name}/{language}/{day.year}"
    if day < DATED_ADDRESSES_FROM:
        name = f"t{number}.shtml"
        return f"{parent}/{name}", f"{site}/{column}/{name}"
    if language == "en" and day >= NEW_ENGLISH_SITE_FROM:
        column = "eng/xw/fyrbt/lxjzh"
    name = f"t{day:%Y%m%d}_{number + 10_000_000}.html"
    return f"{parent}/{name}", f"{site}/{column}/{day:%Y%m}/{name}"


def _title(briefing: Briefing, language: Language) -> str:
    day, speaker, ministry = briefing.day, briefing.spokesperson, briefing.ministry
    matter, state = briefing.subject
    if language == "zh":
        if briefing.is_conference:
            return f"{day.year}年{day.month}月{day.day}日{ministry.title_zh}发言人{speaker.zh}主持例行记者会"
        return f"{ministry.title_zh}发言人{speaker.zh}就{state.zh}和{matter.zh}答记者问"
    apostrophe = "’" if day >= DATED_ADDRESSES_FROM else "'"
    who = f"{ministry.title_en} Spokesperson {speaker.en}{apostrophe}s"
    if briefing.is_conference:
        return f"{who} Regular Press Conference on {day:%B} {day.day}, {day.year}"
    return f"{who} Remarks on {state.en[0].upper()}{state.en[1:]} and {matter.en.title()}"


def _spoken(briefing: Briefing, language: Language) -> tuple[list[tuple[bool, str]], list[dict[str, object]]]:
    """Paragraphs as (whether it asks, text with label), and the turns that they are."""
    ministry, colon = briefing.ministry, ": " if language == "en" else "："
    is_labelled = ministry.names_outlets(briefing.day) and briefing.is_conference
    speaker = briefing.spokesperson.en if language == "en" else briefing.spokesperson.zh
    answerer = speaker if is_labelled else "A" if language == "en" else "答"
    paragraphs: list[tuple[bool, str]] = []
    turns: list[dict[str, object]] = []

    def add(role: str, label: str | None, texts: Sequence[str], exchange: int | None) -> None:
        turns.append({"role": role, "label": label, "text": digest("\n".join(texts), 16), "exchange": exchange})
        labelled = [f"{label}{colon}{texts[0]}" if label else texts[0], *texts[1:]]
        paragraphs.extend((role == "question", text) for text in labelled)

    if briefing.opening:
        add("opening", None, [sentences(briefing.opening, ministry, language)], None)
    for n, exchange in enumerate(briefing.exchanges):
        add("question", _asker(exchange, language, is_labelled), [sentences(exchange.question, ministry, language)], n)
        add("answer", answerer, [sentences(paragraph, ministry, language) for paragraph in exchange.answer], n)
    return paragraphs, turns


def _asker(exchange: Exchange, language: Language, is_labelled: bool) -> str:
    if exchange.is_follow_up:
        return "Follow-up" if language == "en" else "追问"
    if not is_labelled:
        return "Q" if language == "en" else "问"
    if exchange.asker is None:
        return "Journalist" if language == "en" else "记者"
    return exchange.asker.en if language == "en" else f"{exchange.asker.zh}记者"


def _expected(exchange: Exchange, ministry: Ministry, language: Language) -> dict[str, object]:
    said = [*exchange.question, *(one for paragraph in exchange.answer for one in paragraph)]
    asker = exchange.asker and (exchange.asker.en if language == "en" else exchange.asker.zh)
    return {
        "text_id": exchange.text_id,
        "asker": asker,
        "patterns": sorted({pattern for one in said for pattern in one.phrase.patterns}),
        "accusations": [_accusation(one, ministry, language) for one in said if one.phrase.accusation_type],
    }


def _accusation(said: Said, ministry: Ministry, language: Language) -> dict[str, str]:
    home, state = ministry.state_iso3, said.state.code
    actors = {"IN": (state, home), "OUT": (home, state), "THIRD": (state, said.other.code)}[said.phrase.direction]
    return {
        "accuser": actors[0],
        "accused": actors[1],
        "type": said.phrase.accusation_type,
        "direction": said.phrase.direction,
        "quote": worded(said, ministry, language),
    }
