"""An invented archive in memory: pages as the parser would return them, and when and where each was captured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl

from pipelines.extract.raw_store import CAPTURES
from pipelines.identifiers import digest
from pipelines.normalise.catalogue import PageFacts, place_pages, sorted_by_freshness
from pipelines.normalise.history import sightings, sightings_of
from pipelines.normalise.pages import PAGES, pages_frame
from pipelines.normalise.tables import MonthTables, month_tables
from pipelines.parse.model import IndexLink, IndexPage, Kind, PageDate, ParsedPage, Quote, Role, SpeakerKind, Turn

SITE = "https://www.mfa.meridia.example/mfa_eng/xwfw_1001/s10_1002/11_1003"
TABLES = list(MonthTables.__dataclass_fields__)


@dataclass(frozen=True)
class Said:
    """A stretch of a page before it has offsets. ``exchange``: number of the exchange, None outside any."""

    role: Role
    text: str
    label: str | None = None
    kind: SpeakerKind | None = None
    exchange: int | None = None
    is_follow_up: bool = False
    after_conference: bool = False
    co_askers: tuple[str, ...] = ()


def asked(n: int, question: str, answer: str, label: str = "Q", kind: SpeakerKind = "generic", answers: str = "A") -> list[Said]:
    """One exchange: a question and its answer."""
    answer_kind: SpeakerKind = "generic" if answers in ("A", "答") else "spokesperson"
    return [Said("question", question, label, kind, n), Said("answer", answer, answers, answer_kind, n)]


def matter(n: int, words: int = 60) -> str:
    """Words that no other number has."""
    return " ".join(f"matter{n}word{i}" for i in range(words))


def page(
    said: Sequence[Said],
    day: date | tuple[int | None, int | None, int | None] = date(2019, 3, 4),
    rule: str = "title",
    *,
    title: str | None = None,
    kind: Kind = "press_conference",
    language: str = "en",
    source_id: str = "sample",
    speakers: tuple[str, ...] = ("Tomas Brandt",),
    stamp: datetime | None = None,
    url: str | None = None,
    quotes: tuple[Quote, ...] = (),
) -> ParsedPage:
    """A page with turns of these words, in which nothing stands between the turns but a line break."""
    parts = (day.year, day.month, day.day) if isinstance(day, date) else day
    if title is None:
        written = f" on {day:%B} {day.day}, {day.year}" if isinstance(day, date) and rule == "title" else ""
        title = f"Meridian Foreign Ministry Spokesperson {' and '.join(speakers)}'s Regular Press Conference{written}"
    turns: list[Turn] = []
    body = ""
    for one in said:
        begin = len(body) + 1 if body else 0
        label = f"{one.label}: " if one.label else ""
        body = "\n".join(filter(None, (body, f"{label}{one.text}")))
        turns.append(
            Turn(
                role=one.role,
                text=one.text,
                start_char=begin + len(label),
                end_char=len(body),
                speaker_label=one.label,
                speaker_kind=one.kind,
                label_start_char=begin if one.label else None,
                is_follow_up=one.is_follow_up,
                after_conference=one.after_conference,
                co_askers=one.co_askers,
                exchange_index=one.exchange,
            )
        )
    return ParsedPage(
        layout="mfa_en_qa",
        source_id=source_id,
        kind=kind,
        language=language,
        title=title,
        page_date=PageDate(*parts, rule),
        spokespersons=speakers,
        body_text=body,
        turns=tuple(turns),
        quotes=quotes,
        published_at=stamp,
        url=url,
    )


def conference(*numbers: int, day: date | tuple[int | None, int | None, int | None] = date(2019, 3, 4), rule: str = "title") -> ParsedPage:
    """A conference with one exchange for each number."""
    return page([said for n, m in enumerate(numbers) for said in asked(n, f"{matter(m)}?", matter(m + 1000))], day, rule)


@dataclass(frozen=True)
class Capture:
    """That a page (or, with None, an error) was seen. ``file`` makes other bytes of the same words, ``name`` is the file's;
    ``cut``: the bytes end before the page does."""

    page: ParsedPage | IndexPage | None
    url: str | None = None
    at: datetime | None = None
    html: bool = True
    file: str = ""
    status: int | None = 200
    reason: str | None = None
    detail: str = ""
    name: str = ""
    cut: bool = False

    @property
    def sha256(self) -> str:
        return digest(f"{self.page!r}{self.file}{self.reason}{self.status if self.page is None else ''}")

    @property
    def row(self) -> dict[str, object]:
        return {
            "sha256": self.sha256,
            "url": self.url,
            "fetched_at": self.at,
            "http_status": self.status if self.url else None,
            "size_bytes": 1000,
            "media_type": "text/html" if self.html else "text/plain",
            "origin": f"/pages/{self.name or self.sha256[:8]}",
            "outcome": "refused" if self.page is None else "stored",
            "reason": self.reason,
            "detail": self.detail,
        }


def index(*links: tuple[str, str, date | None], source_id: str = "sample") -> IndexPage:
    """An index page with links of (address, title, day)."""
    return IndexPage(source_id, tuple(IndexLink(*link) for link in links))


def gone(url: str, at: datetime | None, status: int = 404) -> Capture:
    """That an address answered with an error."""
    return Capture(None, url, at, status=status, reason="http_error", detail=f"The server answered with status {status}.")


def address(number: int, day: date | None = None) -> str:
    """Address of a page with that number, in the older form or, with a day, in the newer one."""
    return f"{SITE}/{day:%Y%m}/t{day:%Y%m%d}_{number}.html" if day else f"{SITE}/t{number}.shtml"


def captures_frame(captures: Iterable[Capture]) -> pl.DataFrame:
    return pl.DataFrame([capture.row for capture in captures], schema=CAPTURES)


def parsed(captures: Sequence[Capture]) -> pl.DataFrame:
    """Rows of PAGES, one for different bytes, in the order of arrival."""
    pages = {capture.sha256: capture.page for capture in captures if capture.page is not None}
    cut_off = {capture.sha256 for capture in captures if capture.cut}
    return pages_frame(pages.items(), "1", cut_off) if pages else PAGES.to_frame()


def placed(captures: Sequence[Capture]) -> list[PageFacts]:
    pages = parsed(captures)
    bodies = {capture.sha256: capture.page.body_text for capture in captures if isinstance(capture.page, ParsedPage)}
    seen = sightings(captures_frame(captures))
    return place_pages(pages, seen.filter(~pl.col("is_gone")), lambda hashes: {sha256: bodies[sha256] for sha256 in hashes})


def lake_of(captures: Sequence[Capture]) -> dict[str, pl.DataFrame]:
    """All tables of an archive, made month by month as a refresh does; rows in the order of the files."""
    pages, seen = parsed(captures), sightings(captures_frame(captures))
    by_month: dict[str, list[PageFacts]] = defaultdict(list)
    for facts in placed(captures):
        if facts.briefing_date:
            by_month[f"{facts.briefing_date:%Y-%m}"].append(facts)
    made = []
    for _, facts in sorted(by_month.items()):
        own = sightings_of(seen, facts)
        rows = pages.filter(pl.col("sha256").is_in([page.sha256 for page in facts]))
        made.append(month_tables(rows, sorted_by_freshness(facts), own.filter(~pl.col("is_gone")), own.filter("is_gone")))
    return {name: pl.concat([getattr(tables, name) for tables in made]) for name in TABLES} if made else {}


def retitled(original: ParsedPage, title: str) -> ParsedPage:
    return replace(original, title=title)
