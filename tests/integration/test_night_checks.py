"""Checks of what came in overnight: questions that were taken down, and briefings that should be there by now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipelines.calendar import BEIJING
from pipelines.extract.ingest import ingest
from pipelines.findings import FRESHNESS, Finding, latest_briefing_is_there, questions_kept
from pipelines.progress import SilentProgress
from pipelines.refresh import lake_stage, parse_stage
from pipelines.settings import Home
from tests.helpers.replay import ReplayServer
from tests.helpers.replay_crawl import run_crawl
from tests.helpers.replay_site import Entry, Site, briefing

pytestmark = pytest.mark.slow

HOST = "www.mfa.meridia.example"
PLACE = "/mfa_eng/xwfw_1001/s10_1002/11_1003"
DAY = date(2021, 5, 12)
SALT = ("Velland Wire: Why was the salt sent back?", "Ada Quill: One shipment was wet, and the buyer did not want it.")
BRIDGE = ("Meridian Daily: When will the bridge be open?", "Ada Quill: In summer, if the weather is kind to the builders.")
TREATY = ("AFP: Will Meridia sign the treaty on lanterns?", "Ada Quill: We are in touch with all parties about its text.")


class Record:
    """A home, and the days on which somebody fetched pages for it."""

    def __init__(self, folder: Path) -> None:
        self.home, self._folder, self._n = Home(folder / "home"), folder, 0

    def fetch(
        self, at: str, pages: dict[int, Sequence[tuple[str, str]]], *, gone: Sequence[int] = (), day: date = DAY, title: str | None = None
    ) -> None:
        """Ingest pages by number, with their questions and answers, as fetched at a time; and that others are gone (404)."""
        self._n += 1
        folder = self._folder / f"fetch{self._n}"
        folder.mkdir()
        rows = ["path,url,http_status,fetched_at"]
        for number in [*pages, *gone]:
            (folder / f"{number}.html").write_bytes(
                briefing(day, pages[number], title=title) if number in pages else b"<title>404 Not Found</title><p>Not found.</p>"
            )
            rows.append(f"{number}.html,https://{HOST}{PLACE}/t{number}.shtml,{200 if number in pages else 404},{at}")
        (folder / "manifest.csv").write_text("\n".join(rows))
        ingest(self.home, [folder])

    def look(self) -> Finding:
        """Refresh and look for questions that were taken down."""
        parse_stage(self.home, SilentProgress())
        lake_stage(self.home, SilentProgress())
        return questions_kept(self.home)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path)


def shown(finding: Finding) -> list[tuple[object, ...]]:
    return finding.examples.select("what", "question", "briefing_date", "url").rows()


URL = f"https://{HOST}{PLACE}/t900000.shtml"
REMOVED, GONE = "removed from the page", "the page is gone"


def test_nothing_is_said_where_nothing_was_taken_down(record: Record) -> None:
    assert record.look().passed
    record.fetch("2021-05-12T16:00:00Z", {900000: [SALT, BRIDGE]})
    assert record.look().passed
    record.fetch("2021-05-13T16:00:00Z", {900000: [SALT, BRIDGE, TREATY]})  # something was added
    record.fetch("2021-05-14T16:00:00Z", {900000: [SALT, (BRIDGE[0].replace("be open", "be opened"), BRIDGE[1]), TREATY]})  # reworded
    record.fetch("2021-05-15T16:00:00Z", {900000: [TREATY, SALT, (BRIDGE[0].replace("be open", "be opened"), BRIDGE[1])]})  # in other order
    finding = record.look()
    assert (finding.passed, finding.figures["questions removed"]) == (True, 0)


def test_a_question_that_an_edit_removed_is_named(record: Record) -> None:
    record.fetch("2021-05-12T16:00:00Z", {900000: [SALT, BRIDGE, TREATY]})
    record.fetch("2021-05-13T16:00:00Z", {900000: [SALT, TREATY]})
    finding = record.look()
    assert (finding.passed, finding.is_error) == (False, False)
    assert finding.figures == {"questions removed": 1, "pages": 1}
    assert shown(finding) == [(REMOVED, BRIDGE[0], DAY, URL)]
    assert finding.examples["found_at"].to_list() == [datetime(2021, 5, 13, 16)]


def test_a_question_that_came_back_is_not(record: Record) -> None:
    record.fetch("2021-05-12T16:00:00Z", {900000: [SALT, BRIDGE, TREATY]})
    record.fetch("2021-05-13T16:00:00Z", {900000: [SALT, TREATY]})
    record.fetch("2021-05-14T16:00:00Z", {900000: [SALT, BRIDGE, TREATY]})
    assert record.look().passed


def test_the_questions_of_a_page_that_is_gone_are_named(record: Record) -> None:
    record.fetch("2021-05-12T16:00:00Z", {900000: [SALT, BRIDGE]})
    record.fetch("2021-05-13T16:00:00Z", {}, gone=[900000])
    finding = record.look()
    assert not finding.passed
    assert [(what, str(question).split(": ")[-1]) for what, question, *_ in shown(finding)] == [
        (GONE, question.split(": ")[1]) for question, _ in (SALT, BRIDGE)
    ]
    record.fetch("2021-05-14T16:00:00Z", {900000: [SALT, BRIDGE]})
    assert record.look().passed, "it was restored"


def test_a_page_that_has_moved_is_not_gone(record: Record) -> None:
    record.fetch("2021-05-12T16:00:00Z", {900000: [SALT, BRIDGE]})
    record.fetch("2021-05-13T16:00:00Z", {900300: [SALT, BRIDGE]}, gone=[900000])
    assert record.look().passed
    record.fetch("2021-05-14T16:00:00Z", {}, gone=[900300])
    assert not record.look().passed


def test_a_question_that_stands_on_another_page_of_that_day_is_still_published(record: Record) -> None:
    record.fetch("2021-05-12T16:00:00Z", {900000: [SALT, BRIDGE, TREATY]})
    record.fetch("2021-05-13T16:00:00Z", {900000: [SALT, TREATY]})
    assert not record.look().passed
    remarks = "Meridian Foreign Ministry Spokesperson Ada Quill's Remarks on the Bridge to Velland on May 12, 2021"
    record.fetch("2021-05-13T17:00:00Z", {900300: [BRIDGE]}, title=remarks)
    assert record.look().passed


def test_it_is_told_for_a_week_of_the_record_not_of_the_clock(record: Record) -> None:
    record.fetch("2021-05-12T16:00:00Z", {900000: [SALT, BRIDGE, TREATY]})
    record.fetch("2021-05-13T16:00:00Z", {900000: [SALT, TREATY]})
    record.fetch("2021-05-20T16:00:00Z", {900900: [BRIDGE]}, day=DAY + timedelta(days=8))
    assert not record.look().passed
    record.fetch("2021-05-20T16:00:01Z", {901200: [BRIDGE]}, day=DAY + timedelta(days=9))
    assert record.look().passed


# --- the latest briefing -----------------------------------------------------------------------------------------------


ENGLISH = "/eng/xw/fyrbt/lxjzh"


def english(day: date) -> tuple[str, bytes]:
    """Path and bytes of an invented briefing at the address of the English pages."""
    title = f"Foreign Ministry Spokesperson Ada Quill's Regular Press Conference on {day:%B} {day.day}, {day.year}"
    path = f"{ENGLISH}/{day:%Y%m}/t{day:%Y%m%d}_{10_000_000 + day.toordinal()}.html"
    return path, briefing(day, [SALT, BRIDGE], title=title).replace(b" of Meridia</div>", b"</div>")


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with ReplayServer(Site()) as running:
        yield running


class Crawled:
    """A home that crawls the English pages of an invented site."""

    def __init__(self, folder: Path, server: ReplayServer) -> None:
        self.home, self._server, self._days = Home(folder / "home"), server, []  # type: ignore[var-annotated]

    def crawl(self, *days: str) -> None:
        """Put up briefings of some days, and crawl."""
        self._days += [date.fromisoformat(day) for day in days]
        for day in self._days:
            self._server.site.put(*english(day))
        entries = [Entry(english(day)[0], f"Briefing of {day}", day) for day in sorted(self._days, reverse=True)]
        self._server.site.list_at(f"{ENGLISH}/index.html", entries)
        report = run_crawl(self.home, self._server, "mfa-en")
        assert report.failures == []
        parse_stage(self.home, SilentProgress())
        lake_stage(self.home, SilentProgress())

    def look(self, at: str) -> Finding:
        """Look at a moment in Beijing."""
        return latest_briefing_is_there(self.home, datetime.fromisoformat(at).replace(tzinfo=BEIJING))


@pytest.fixture
def crawled(tmp_path: Path, server: ReplayServer) -> Crawled:
    return Crawled(tmp_path, server)


def test_nothing_is_expected_of_sources_that_are_not_crawled_here(sample_home: Home, tmp_path: Path) -> None:
    for home in (sample_home, Home(tmp_path / "empty")):
        finding = FRESHNESS.look(home)
        assert (finding.passed, finding.figures) == (True, {"sources": 0, "late": 0})


def test_weekends_and_recess_are_no_delay(crawled: Crawled) -> None:
    crawled.crawl("2024-02-06", "2024-02-07", "2024-02-08")
    assert crawled.look("2024-02-10T12:00").passed
    in_recess = crawled.look("2024-02-20T23:59")  # the Spring Festival is over; the page of the 19th may come until midnight
    assert (in_recess.passed, "none was due since" in in_recess.summary) == (True, True)
    late = crawled.look("2024-02-21T00:00")
    assert (late.passed, late.is_error, late.figures["late"]) == (False, False, 1)
    assert "2024-02-08; 1 were due since, from 2024-02-19" in late.summary
    assert late.examples.select("source", "latest_briefing", "due_since").rows() == [("mfa-en", date(2024, 2, 8), 1)]
    crawled.crawl("2024-02-19")
    assert crawled.look("2024-02-21T00:00").passed


@pytest.mark.parametrize(
    ("last", "well_until", "late_from"),
    [
        ("2024-03-15", "2024-03-19T23:59", "2024-03-20T00:00"),  # a Friday: the weekend, then Monday's page until Tuesday midnight
        ("2023-07-28", "2023-08-15T23:59", "2023-08-16T00:00"),  # the summer recess
        ("2020-08-05", "2020-08-07T23:59", "2020-08-08T00:00"),  # the summer without a recess
    ],
)
def test_the_alarm_comes_when_the_next_page_should_be_up(crawled: Crawled, last: str, well_until: str, late_from: str) -> None:
    crawled.crawl(last, *(str(date.fromisoformat(last) - timedelta(days=n)) for n in (1, 2)))
    assert crawled.look(well_until).passed
    assert not crawled.look(late_from).passed


def test_where_holidays_are_not_recorded_a_break_is_no_alarm_but_said(crawled: Crawled) -> None:
    crawled.crawl("2026-02-11", "2026-02-12", "2026-02-13")
    finding = crawled.look("2026-02-25T01:30")
    assert finding.passed
    assert "6 may have been due since, but holidays of 2026 are not all recorded" in finding.summary
    assert not crawled.look("2026-02-26T01:30").passed, "no public holiday on record was as long"


def test_there_a_briefing_in_the_other_language_is_proof(crawled: Crawled, sample: Path, tmp_path: Path) -> None:
    crawled.crawl("2026-02-11", "2026-02-12", "2026-02-13")
    page = (sample / "zh-labelled-2023-11-21.html").read_text(encoding="utf-8")
    for old, new in (("2023年11月21日", "2026年2月16日"), ("2023-11-21", "2026-02-16"), ("美里迪亚外交部", "外交部")):
        page = page.replace(old, new)
    folder = tmp_path / "chinese"
    folder.mkdir()
    (folder / "page.html").write_text(page, encoding="utf-8")
    (folder / "manifest.csv").write_text(
        "path,url\npage.html,https://www.mfa.gov.cn/web/fyrbt_673021/jzhsl_673025/202602/t20260216_11000001.shtml\n"
    )
    ingest(crawled.home, [folder])
    crawled.crawl()
    documents = pl.read_parquet(crawled.home.lake / "documents" / "2026-02.parquet").select("source_id", "briefing_date").rows()
    assert ("mfa-zh", date(2026, 2, 16)) in documents
    assert not crawled.look("2026-02-18T01:30").passed
    assert crawled.look("2026-02-17T23:59").passed


def test_a_crawl_that_found_no_briefing_is_told(crawled: Crawled, server: ReplayServer) -> None:
    crawled.crawl("2024-03-13", "2024-03-14", "2024-03-15")
    for path in list((crawled.home.lake / "documents").glob("*.parquet")):
        path.unlink()
    finding = crawled.look("2024-03-16T12:00")
    assert (finding.passed, finding.summary) == (False, "mfa-en: No press conference is there.")
