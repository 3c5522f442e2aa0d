"""The crawler against a real server that replays pages and misbehaves: what it stores, what it asks, and where it never goes."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import polars as pl
import pytest
import time_machine

from pipelines.extract.crawl import SEGMENT_CAPTURES, UnknownSourceError
from pipelines.extract.fetch import SILENT_PAGES
from pipelines.extract.ingest import ingest
from pipelines.extract.raw_store import read_captures
from pipelines.locking import HomeBusyError
from pipelines.refresh import refresh
from pipelines.settings import CHECKOUT, Home, user_agent
from tests.helpers import replay_faults as faults
from tests.helpers.command import run_command
from tests.helpers.replay import Fault, ReplayServer, Request
from tests.helpers.replay_crawl import (
    QUICK,
    State,
    captured,
    captured_pages,
    run_crawl,
    start_crawl,
    strangers,
    touching,
)
from tests.helpers.replay_site import Entry, Site, briefing, corpus_site, entry_of, invented_site, sample_site, versions_of

pytestmark = pytest.mark.slow

HOST = "www.mfa.meridia.example"
PLACE = "/mfa_eng/xwfw_1001/s10_1002/11_1003"
FIRST = f"{PLACE}/default.shtml"
SECOND = f"{PLACE}/default_1.shtml"
ALL_DAYS = 150_000
"""``reread_days`` with which every page counts as recent, whatever the day."""


def page(n: int) -> str:
    """Path of the n-th page of ``invented_site``, 0 being the newest."""
    return f"{PLACE}/t{900000 - 300 * n}.shtml"


def small_site() -> Site:
    """Twelve briefings on three index pages."""
    return invented_site(FIRST, 12, per_page=4)


def relist(site: Site, per_page: int = 4) -> None:
    """Make the index pages anew for the pages that the site has now, newest first."""
    entries = [entry_of(path, body) for path, body in site.bodies().items() if "/default" not in path and path.endswith("html")]
    site.list_at(FIRST, sorted(entries, key=lambda e: (e.day or date.min, e.path), reverse=True), per_page)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with ReplayServer(small_site()) as running:
        yield running


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> list[State]:
    """What a crawl of the small site records when nothing goes wrong."""
    untouched = Home(tmp_path_factory.mktemp("clean") / "home")
    with ReplayServer(small_site()) as server:
        report = run_crawl(untouched, server, "sample")
    assert (report.failures, report.sources[0].n_new, report.n_retries) == ([], 12, 0)
    found = captured(untouched)
    assert len(found) == 15
    return found


def tables(home: Home, *left_out: str) -> dict[str, pl.DataFrame]:
    """Every published table of core and marts, rows sorted, without some columns (``table.column``)."""
    with duckdb.connect(str(home.published), read_only=True) as connection:
        names = connection.execute("select schema_name, table_name from duckdb_tables() where schema_name in ('core', 'marts')").fetchall()
        found = {f"{schema}.{name}": connection.execute(f'from {schema}."{name}"').pl() for schema, name in names}
    dropped = {name: [column.rpartition(".")[2] for column in left_out if column.rpartition(".")[0] == name] for name in found}
    return {name: in_order(frame.drop(dropped[name])) for name, frame in found.items()}


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows in an order that depends on nothing but the rows."""
    keys = [",".join(map(repr, row)) for row in frame.rows()]
    return frame[sorted(range(len(keys)), key=keys.__getitem__)]


def differing(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> list[str]:
    assert set(one) == set(other)
    return [name for name in sorted(one) if not one[name].equals(other[name])]


# --- acceptance 1: the real pages ------------------------------------------------------------------------------------------

OF_THE_FETCH = (
    # The crawl fetched the pages today, the manifest says when somebody else did.
    "core.documents.fetched_at",
    "core.document_versions.fetched_at",
    "core.quarantine.first_seen",
    # Made of the path that bytes came from: an address here, a file there.
    "core.quarantine.quarantine_id",
    # A digest of the lake, the columns above included.
    "core.build_info.input_fingerprint",
)
"""Columns in which a crawl and an ingest of the same pages may differ, and why."""


@dataclass
class _Corpus:
    site: Site
    crawled: Home
    ingested: Home
    first: dict[str, int]
    second: dict[str, int]
    second_asked: list[Request]


@pytest.fixture(scope="module")
def corpus(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> _Corpus:
    """The 551 real pages, crawled twice and refreshed; and ingested and refreshed."""
    folder = tmp_path_factory.mktemp("corpus")
    site, crawled, ingested = corpus_site(shared / "corpus"), Home(folder / "crawled"), Home(folder / "ingested")
    site.write(folder / "pages", "www.mfa.gov.cn")
    assert ingest(ingested, [folder / "pages"]).n_new == len(site.paths())
    environment = os.environ | {"BRIEFINGS_HOME": str(ingested.root)}
    other = subprocess.Popen([sys.executable, "-m", "pipelines.cli", "refresh"], cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL)
    counts: list[dict[str, int]] = []
    with ReplayServer(site) as server:
        for _ in range(2):
            server.clear()
            report = run_crawl(crawled, server)
            assert report.failures == []
            counts.append(
                {"requests": report.n_requests, "saved": report.n_requests_saved, "new": sum(source.n_new for source in report.sources)}
            )
        assert server.most_in_flight == 1
        asked = server.asked()
    done = refresh(crawled)
    assert done.published, done.message
    assert other.wait() in (0, 1)
    return _Corpus(site, crawled, ingested, counts[0], counts[1], asked)


def test_the_real_pages_crawled_give_the_tables_that_they_give_ingested(corpus: _Corpus) -> None:
    crawled, ingested = tables(corpus.crawled, *OF_THE_FETCH), tables(corpus.ingested, *OF_THE_FETCH)
    assert crawled["core.documents"].height == 551
    assert differing(crawled, ingested) == []


def test_the_record_holds_every_real_page_once(corpus: _Corpus) -> None:
    assert corpus.first["new"] == 551
    urls = Counter(url for url, _, _ in captured(corpus.crawled))
    assert urls == Counter({f"https://www.mfa.gov.cn{path}": 1 for path in corpus.site.paths()})


def test_a_second_crawl_of_the_real_pages_asks_for_index_pages_only_and_says_what_it_saved(corpus: _Corpus) -> None:
    assert all(re.search(r"/(default|index)(_\d+)?\.s?html$", request.path) for request in corpus.second_asked)
    assert len(corpus.second_asked) <= 10, "the first index page of each series, at its present and former addresses"
    assert corpus.second["saved"] == 551
    assert corpus.second["new"] == 0
    assert corpus.second["requests"] == len(corpus.second_asked) + 1, "robots.txt besides"


def test_real_pages_under_a_storm_of_faults_are_recorded_as_without(corpus: _Corpus, home: Home) -> None:
    with ReplayServer(corpus.site) as server, touching() as touched:
        server.inject(faults.STORM, share=0.05, seed=4)
        server.inject(faults.STORM, share=0.05, seed=4, is_sticky=True)
        for _ in range(3):
            run_crawl(home, server)
        assert server.injected.total() >= 50
        server.lift()
        assert run_crawl(home, server).failures == []
        assert strangers(touched, home, server) == set()
        assert server.n_trapped == 0
    assert captured_pages(home) == captured_pages(corpus.crawled)


# --- faults, one by one ----------------------------------------------------------------------------------------------------

SLOW = ("drip", "drip_head", "silence")
HASTY = replace(QUICK, tries=2, read_seconds=0.2, request_seconds=0.3)
"""For servers that are too slow: the limit is what ends the request."""

EACH = (*faults.MOMENTARY, *faults.HARMLESS)


@pytest.mark.parametrize("fault", EACH, ids=lambda fault: fault.name)
def test_a_fault_leaves_no_trace_in_the_record(fault: Fault, server: ReplayServer, home: Home, clean: list[State]) -> None:
    """It strikes the first request for two index pages and every request for one page, until it is lifted."""
    server.inject(fault, rf"(/hop/\d+)?({FIRST}|{SECOND})", nth=[1])
    server.inject(fault, rf"(/hop/\d+)?{page(3)}")
    limits = HASTY if fault.name in SLOW else QUICK
    with touching() as touched:
        for _ in range(3):
            report = run_crawl(home, server, "sample", limits=limits)
        assert server.injected[fault.name] >= 2
        if fault in faults.HARMLESS:
            assert report.failures == []
        else:
            assert f"https://{HOST}{page(3)}" in [url for url, _ in report.failures], "what could not be had is told"
            assert len(report.failures) == 1 or fault.name in SLOW
        server.lift()
        assert run_crawl(home, server, "sample").failures == []
    assert strangers(touched, home, server) == set()
    assert server.n_trapped == 0
    assert {request.headers["host"] for request in server.requests} == {f"127.0.0.1:{server.port}"}
    assert {request.headers.get("cookie") for request in server.requests} == {None}
    assert captured(home) == clean


ON_AN_INDEX = (
    *(fault for fault in faults.MOMENTARY if not re.fullmatch(r"redirect_([0-9]|1[0-46])|drip_head", fault.name)),
    faults.without_links(),
    faults.missing_page(),
    faults.status(403),
    faults.status(404),
    faults.status(410),
)


@pytest.mark.parametrize("fault", ON_AN_INDEX, ids=lambda fault: fault.name)
def test_a_fault_that_stays_on_an_index_page_is_told_and_made_good_when_it_is_lifted(
    fault: Fault, server: ReplayServer, home: Home, clean: list[State]
) -> None:
    server.inject(fault, rf"(/hop/\d+)?{SECOND}")
    report = run_crawl(home, server, "sample", limits=HASTY if fault.name in SLOW else QUICK)
    assert report.failures or report.sources[0].notes, "what could not be had is told"
    server.lift()
    assert run_crawl(home, server, "sample").failures == []
    assert captured_pages(home) == [state for state in clean if "/default" not in state[0]], (
        "no page that only this index page lists is lost"
    )
    assert {state for state in captured(home) if "/default" in state[0]} >= {state for state in clean if "/default" in state[0]}


NOT_YET = (faults.status(403), faults.status(404), faults.status(410), faults.missing_page(), faults.busy_page())


@pytest.mark.parametrize("fault", NOT_YET, ids=lambda fault: fault.name)
def test_a_page_that_is_listed_before_it_is_there_is_fetched_once_it_is(
    fault: Fault, server: ReplayServer, home: Home, clean: list[State]
) -> None:
    """The first crawl finds an error in its place; nothing of it has ever been stored."""
    server.inject(fault, page(3))
    run_crawl(home, server, "sample", reread_days=ALL_DAYS)
    server.lift()
    assert run_crawl(home, server, "sample", reread_days=ALL_DAYS).failures == []
    assert [state for state in captured_pages(home) if state[2] == "stored"] == [state for state in clean if "/default" not in state[0]]


@pytest.mark.parametrize("fault", [faults.busy_page(), faults.missing_page(), faults.status(403)], ids=lambda fault: fault.name)
def test_so_it_is_with_a_page_outside_the_window(fault: Fault, server: ReplayServer, home: Home, clean: list[State]) -> None:
    """Nothing says that such a page was ever removed: an error that is none of 404 and 410 is no knowledge of it."""
    server.inject(fault, page(3))
    run_crawl(home, server, "sample", reread_days=0)
    server.lift()
    assert run_crawl(home, server, "sample", reread_days=0).failures == []
    assert [state for state in captured_pages(home) if state[2] == "stored"] == [state for state in clean if "/default" not in state[0]]


BROKEN = (
    faults.truncated_unmarked(),
    faults.truncated_unmarked(n_bytes=40),
    faults.length_too_small(),
    faults.truncated(),
    faults.busy_page(),
)


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.name)
def test_a_broken_answer_never_takes_the_place_of_a_page_nor_its_validators(fault: Fault, server: ReplayServer, home: Home) -> None:
    """The server sends its ETag with half of an edited page; asked with that ETag later, it would say "not modified"."""
    run_crawl(home, server, "sample")
    edited = server.site.bodies()[page(3)].replace(b"counted twice", b"counted three times")
    server.site.put(page(3), edited)
    server.inject(fault, page(3))
    run_crawl(home, server, "sample", reread_days=ALL_DAYS)
    server.lift()
    assert run_crawl(home, server, "sample", reread_days=ALL_DAYS).failures == []
    last = read_captures(home).filter(pl.col("url").str.ends_with(page(3)), outcome="stored").sort("fetched_at").row(-1, named=True)
    assert last["size_bytes"] == len(edited)


def test_a_page_that_never_ends_with_html_is_taken_as_it_is(home: Home) -> None:
    """Not every server writes the end tag: what it sends again and again is the page, only that it is asked for again."""
    site = small_site()
    body = site.bodies()[page(3)].replace(b"</body></html>\n", b"")
    site.put(page(3), body)
    with ReplayServer(site) as server:
        reports = [run_crawl(home, server, "sample") for _ in range(3)]
    is_stored = any(url.endswith(page(3)) for url, _, _ in captured(home))
    is_told = any(url.endswith(page(3)) for url, _ in reports[-1].failures)
    assert is_stored or is_told, "it may be stored or told, but not forgotten"


def test_a_portal_in_between_does_not_replace_a_known_page(server: ReplayServer, home: Home) -> None:
    """A page of somebody else with status 200 and every mark of a page: it may be kept, but the good version is still there."""
    run_crawl(home, server, "sample")
    before = set(captured(home))
    server.inject(faults.portal_page(), page(3))
    run_crawl(home, server, "sample", reread_days=ALL_DAYS)
    server.lift()
    run_crawl(home, server, "sample", reread_days=ALL_DAYS)
    assert before <= set(captured(home))


def test_waiting_is_as_long_as_the_server_asks(server: ReplayServer, home: Home) -> None:
    server.inject(faults.too_many(1), page(1), nth=[1])
    server.inject(faults.too_many(2, as_date=True), page(2), nth=[1])
    report = run_crawl(home, server, "sample")
    assert report.failures == []
    assert report.retries == {"status 429": 2}
    first, second = server.asked(page(1))
    assert second.began_at - first.began_at >= 1
    first, second = server.asked(page(2))
    assert second.began_at - first.began_at >= 0.9, "a date has whole seconds, so up to one less"


@pytest.mark.parametrize("retry_after", ["100000", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_site_that_asks_for_a_long_pause_is_left_alone(retry_after: str, server: ReplayServer, home: Home, clean: list[State]) -> None:
    server.inject(faults.status(503, retry_after), page(3))
    report = run_crawl(home, server, "sample")
    assert len(server.asked(page(3))) == 1
    assert server.asked()[-1].path == page(3)
    assert report.failures
    server.lift()
    assert run_crawl(home, server, "sample").failures == []
    assert captured(home) == clean


@pytest.mark.parametrize("retry_after", ["", "soon", "-5", "1e9", "9" * 400, "Fri, 99 Foo 2100"])
def test_a_pause_that_is_no_number_is_none(retry_after: str, server: ReplayServer, home: Home, clean: list[State]) -> None:
    """Only that nothing breaks: a long number may mean a long pause."""
    server.inject(faults.status(503, retry_after), page(3), nth=[1])
    run_crawl(home, server, "sample")
    server.lift()
    assert run_crawl(home, server, "sample").failures == []
    assert captured(home) == clean


def test_a_site_that_is_down_is_not_asked_for_every_page(home: Home) -> None:
    with ReplayServer(invented_site(FIRST, 40)) as server:
        server.inject(faults.status(500), rf"{PLACE}/t.*")
        report = run_crawl(home, server, "sample")
        assert len({request.path for request in server.asked() if "/t" in request.path}) == SILENT_PAGES
        assert report.failures
        server.lift()
        assert run_crawl(home, server, "sample").failures == []
    assert len(captured_pages(home)) == 40


def test_giants_and_bombs_do_not_fill_the_memory(tmp_path: Path) -> None:
    """The peak of a process that meets an endless page and a gigabyte of zeros, beside that of one which does not."""
    peaks = []
    for n, evil in enumerate(([], [faults.gigantic(), faults.gigantic(with_length=True), faults.bomb(), faults.bomb(is_nested=True)])):
        with ReplayServer(small_site()) as server:
            for at, fault in enumerate(evil):
                server.inject(fault, page(2 * at))
            process = start_crawl(Home(tmp_path / str(n)), server.url, "sample")
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
            done = json.loads(out)
            assert {url for url, _ in done["failures"]} == {f"https://{HOST}{page(2 * at)}" for at in range(len(evil))}
            peaks.append(done["peak_memory_bytes"])
    # A page of the limit's 20 MB may lie in memory two or three times while its parts are joined.
    assert peaks[1] - peaks[0] < 100 << 20


# --- other hosts -----------------------------------------------------------------------------------------------------------

LINKS_ELSEWHERE = (
    "http://velland.example/t800001.shtml",
    "//velland.example/t800002.shtml",
    "http://169.254.169.254/t800003.shtml",
    "file:///etc/t800004.shtml",
    "javascript:go('t800005.shtml')",
    f"http://{HOST}:8080/t800006.shtml",
    f"http://user@velland.example/{HOST}/t800007.shtml",
    "http://[/t800008.shtml",
    f"https://{HOST}.velland.example/t800009.shtml",
    "ftp://velland.example/t800010.shtml",
    "../../../../../../../../etc/t800011.shtml",
    "%2e%2e/%2e%2e/t800012.shtml",
    "./t800013.shtml\r\nHost: velland.example",
)


def test_links_of_an_index_page_lead_to_no_other_place(home: Home) -> None:
    site = small_site()
    good = site.bodies()[FIRST]
    title = "Meridian Foreign Ministry Spokesperson Ada Quill&#39;s Remarks on June 30, 2020"
    lines = "".join(f'<li><a href="{href}">{title}</a></li>' for href in LINKS_ELSEWHERE)
    with ReplayServer(site) as server, touching() as touched:
        trap = f'<li><a href="{server.trap_url}/t800000.shtml">{title}</a></li>'
        site.put(FIRST, good.replace(b"<ul>\n", f"<ul>\n{trap}{lines}".encode()))
        run_crawl(home, server, "sample")
        assert strangers(touched, home, server) == set()
        assert server.n_trapped == 0
        assert all("\r" not in request.target and "velland" not in request.headers["host"] for request in server.requests)
    assert len([state for state in captured_pages(home) if state[2] == "stored"]) == 12
    assert not [path for path in home.root.parent.iterdir() if path != home.root]


def test_a_redirect_within_the_site_is_followed_and_recorded_where_it_led(server: ReplayServer, home: Home) -> None:
    new = f"{PLACE}/202006/t20200627_899100.shtml"
    server.site.put(new, server.site.remove(page(3)))
    server.inject(faults.redirect(f"{new}?from=old#top", 301), page(3))
    assert run_crawl(home, server, "sample").failures == []
    assert f"https://{HOST}{new}" in {url for url, _, _ in captured(home)}
    server.clear()
    assert run_crawl(home, server, "sample").failures == []
    assert [request.path for request in server.asked() if "/t" in request.path] == [], "it is known by its number"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_redirect_to_the_ministrys_own_host_stays_on_the_mirror(scheme: str, server: ReplayServer, home: Home) -> None:
    new = f"{PLACE}/202006/t20200627_899100.shtml"
    server.site.put(new, server.site.remove(page(3)))
    server.inject(faults.redirect(f"{scheme}://old.mfa.meridia.example{new}"), page(3))
    with touching() as touched:
        report = run_crawl(home, server, "sample")
    assert strangers(touched, home, server) == set()
    assert server.asked(new) or report.failures


# --- manners ---------------------------------------------------------------------------------------------------------------


def test_one_request_at_a_time_with_the_delay_between_them_by_a_crawler_that_says_who_it_is(server: ReplayServer, home: Home) -> None:
    run_crawl(home, server, "sample", limits=replace(QUICK, delay_seconds=0.04))
    assert server.most_in_flight == 1
    assert server.requests[0].path == "/robots.txt"
    gaps = [after.began_at - before.began_at for before, after in pairwise(server.requests)]
    assert min(gaps) >= 0.04
    assert {request.headers["user-agent"] for request in server.requests} == {user_agent()}
    assert "briefings" in user_agent()


def test_the_delay_that_robots_txt_asks_for_is_kept(server: ReplayServer, home: Home) -> None:
    server.site.put("/robots.txt", b"User-agent: *\nCrawl-delay: 0.1\n", "text/plain")
    run_crawl(home, server, "sample")
    gaps = [after.began_at - before.began_at for before, after in pairwise(server.requests)]
    assert min(gaps) >= 0.1


def test_what_robots_txt_forbids_is_not_asked_for_and_that_is_told(server: ReplayServer, home: Home) -> None:
    server.site.put("/robots.txt", f"User-agent: *\nDisallow: {page(3)}\n".encode(), "text/plain")
    report = run_crawl(home, server, "sample")
    assert server.asked(page(3)) == []
    assert [url for url, _ in report.failures] == [f"https://{HOST}{page(3)}"]
    assert "robots.txt" in report.failures[0][1]
    assert len(captured_pages(home)) == 11


@pytest.mark.parametrize("agent", ["*", "briefings"])
def test_a_site_that_wants_no_crawler_is_not_crawled(agent: str, server: ReplayServer, home: Home) -> None:
    server.site.put("/robots.txt", f"User-agent: {agent}\nDisallow: /\n".encode(), "text/plain")
    report = run_crawl(home, server, "sample")
    assert server.asked() == []
    assert report.failures
    assert captured(home) == []


NO_RULES = {
    "HTML": (b"<html><head><title>Start</title></head><body><p>Disallow: /</p></body></html>", "text/html"),
    "nothing": (b"", "text/plain"),
    "a comment": (b"# welcome\n", "text/plain"),
    "a mark": (b"\xef\xbb\xbfUser-agent: *\r\nDisallow:\r\n", "text/plain"),
    "noise": (bytes(range(256)) * 20, "application/octet-stream"),
    "rules for others": (b"User-agent: otherbot\nDisallow: /\n", "text/plain"),
}


@pytest.mark.parametrize("name", NO_RULES)
def test_a_robots_txt_without_rules_for_us_allows_all(name: str, server: ReplayServer, home: Home, clean: list[State]) -> None:
    server.site.put("/robots.txt", *NO_RULES[name])
    assert run_crawl(home, server, "sample").failures == []
    assert captured(home) == clean


def test_a_robots_txt_that_leads_to_a_page_allows_all(server: ReplayServer, home: Home, clean: list[State]) -> None:
    """The ministry's does."""
    server.site.put("/start.html", b"<html><head><title>Start</title></head><body><p>Welcome to the ministry.</p></body></html>")
    server.inject(faults.redirect("/start.html"), r"/robots\.txt")
    assert run_crawl(home, server, "sample").failures == []
    assert captured(home) == clean


@pytest.mark.parametrize(
    "fault", [faults.status(500), faults.status(429, "0"), faults.reset(), faults.silence()], ids=lambda fault: fault.name
)
def test_without_an_answer_about_robots_txt_nothing_is_asked(fault: Fault, server: ReplayServer, home: Home) -> None:
    server.inject(fault, r"/robots\.txt")
    report = run_crawl(home, server, "sample", limits=HASTY)
    assert server.asked() == []
    assert report.failures
    server.lift()
    assert run_crawl(home, server, "sample").failures == []
    assert len(captured_pages(home)) == 12


# --- what is asked for -----------------------------------------------------------------------------------------------------


def asked_pages(server: ReplayServer) -> set[str]:
    return {request.path for request in server.asked() if "/t" in request.path}


def test_a_second_crawl_asks_for_the_first_index_page_only(server: ReplayServer, home: Home) -> None:
    run_crawl(home, server, "sample")
    server.clear()
    report = run_crawl(home, server, "sample")
    assert {request.path for request in server.asked()} == {FIRST}
    assert {request.status for request in server.asked()} == {304}
    assert (report.n_requests_saved, report.failures) == (12, [])


def test_a_second_crawl_stores_nothing_of_a_server_without_validators(home: Home, clean: list[State]) -> None:
    with ReplayServer(small_site(), is_conditional=False) as server:
        for _ in range(2):
            assert run_crawl(home, server, "sample", reread_days=ALL_DAYS).failures == []
            assert captured(home) == clean
        server.clear()
        report = run_crawl(home, server, "sample", full=True)
        assert asked_pages(server) == {page(n) for n in range(12)}
        assert report.sources[0].n_unchanged == 12
    assert captured(home) == clean


def test_new_pages_are_found_wherever_they_are_listed(server: ReplayServer, home: Home) -> None:
    run_crawl(home, server, "sample")
    for n in range(9):
        server.site.put(
            f"{PLACE}/t{900300 + 300 * n}.shtml", briefing(date(2020, 7, 1 + n), [(f"AFP: What of row {n}?", "Ada Quill: Nothing.")])
        )
    relist(server.site)
    server.clear()
    report = run_crawl(home, server, "sample")
    assert (report.sources[0].n_new, report.failures) == (9, [])
    assert len(asked_pages(server)) == 9


def test_an_index_that_failed_half_way_is_read_to_its_end_next_time(server: ReplayServer, home: Home) -> None:
    """It had been read to its end before; since then so much was added that an unread page lists what is new."""
    run_crawl(home, server, "sample")
    for n in range(9):
        server.site.put(
            f"{PLACE}/t{900300 + 300 * n}.shtml", briefing(date(2020, 7, 1 + n), [(f"AFP: What of row {n}?", "Ada Quill: Nothing.")])
        )
    relist(server.site)
    server.inject(faults.status(500), SECOND)
    assert run_crawl(home, server, "sample").failures
    server.lift()
    assert run_crawl(home, server, "sample").failures == []
    assert len(captured_pages(home)) == 21


def test_recent_pages_are_asked_for_again_and_old_ones_are_not(home: Home) -> None:
    site = small_site()
    today = datetime.now(UTC).date()
    for n in range(3):
        site.put(
            f"{PLACE}/t{950000 + 300 * n}.shtml", briefing(today - timedelta(days=20 * n), [("AFP: Any news?", f"Ada Quill: No, {n}.")])
        )
    relist(site)
    with ReplayServer(site) as server:
        run_crawl(home, server, "sample")
        server.clear()
        report = run_crawl(home, server, "sample")
        assert asked_pages(server) == {f"{PLACE}/t950000.shtml", f"{PLACE}/t950300.shtml"}
        assert {request.status for request in server.asked()} == {304}
        assert (report.sources[0].n_unchanged, report.n_requests_saved) == (2, 13)
        server.clear()
        run_crawl(home, server, "sample", reread_days=45)
        assert len(asked_pages(server)) == 3
        server.clear()
        run_crawl(home, server, "sample", full=True)
        assert len(asked_pages(server)) == 15


def test_since_leaves_older_pages_alone(server: ReplayServer, home: Home) -> None:
    report = run_crawl(home, server, "sample", since=date(2020, 6, 26))
    assert (report.sources[0].n_new, report.failures) == (5, [])
    assert asked_pages(server) == {page(n) for n in range(5)}
    assert run_crawl(home, server, "sample").sources[0].n_new == 7, "the rest is still found when it is wanted"


def test_a_dry_run_stores_nothing_and_says_what_it_would_fetch(server: ReplayServer, home: Home) -> None:
    report = run_crawl(home, server, "sample", dry_run=True)
    assert report.sources[0].to_fetch == [f"https://{HOST}{page(n)}" for n in range(12)]
    assert asked_pages(server) == set()
    assert not home.root.exists()
    run_crawl(home, server, "sample", since=date(2020, 6, 26))
    before = sorted((path, path.stat().st_mtime_ns) for path in home.root.rglob("*") if path.is_file())
    assert len(run_crawl(home, server, "sample", dry_run=True).sources[0].to_fetch) == 7
    assert sorted((path, path.stat().st_mtime_ns) for path in home.root.rglob("*") if path.is_file()) == before


def test_only_the_sources_that_are_named_are_crawled(server: ReplayServer, home: Home) -> None:
    report = run_crawl(home, server, "sample", "mfa-zh")
    assert [source.source_id for source in report.sources] == ["sample", "mfa-zh"]
    assert not any("mfa_eng/xwfw_665399" in request.path for request in server.requests)
    assert any(source.failures for source in report.sources if source.source_id == "mfa-zh")
    assert len(captured_pages(home)) == 12
    with pytest.raises(UnknownSourceError, match="no-such"):
        run_crawl(home, server, "no-such")


def test_the_invented_ministry_is_crawled_by_its_row_alone(sample: Path, home: Home) -> None:
    site = sample_site(sample, FIRST)
    with ReplayServer(site) as server:
        report = run_crawl(home, server, "sample")
    assert report.failures == []
    assert {url.removeprefix(f"https://{HOST}") for url, _, _ in captured_pages(home)} == {path for path in site.paths() if "/t" in path}


def test_pages_of_two_ministries_may_have_one_number(home: Home, tmp_path: Path) -> None:
    """Each ministry numbers its own pages."""
    number = re.sub(r"\D", "", page(3).rpartition("/")[2])
    other = Site({f"/mfa_eng/xwfw_665399/s2510_665401/2511_665403/t{number}.shtml": briefing(date(2020, 1, 2), [("Q: Why?", "A: Thus.")])})
    other.write(tmp_path / "pages", "www.mfa.gov.cn")
    ingest(home, [tmp_path / "pages"])
    with ReplayServer(small_site()) as server:
        assert run_crawl(home, server, "sample").sources[0].n_new == 12


def test_an_index_page_without_links_is_an_error(server: ReplayServer, home: Home) -> None:
    server.inject(faults.without_links(), FIRST)
    report = run_crawl(home, server, "sample")
    assert len(report.failures) == 1
    assert FIRST in report.failures[0][1]
    assert captured_pages(home) == []


def test_an_index_that_moved_is_an_error(server: ReplayServer, home: Home) -> None:
    server.site.move(FIRST, "/elsewhere/default.shtml")
    assert len(run_crawl(home, server, "sample").failures) == 1


def test_an_index_that_grows_while_it_is_read_hides_no_page(server: ReplayServer, home: Home) -> None:
    """A briefing is published between the first index page and the second: each entry slips by one."""
    new = f"{PLACE}/t900300.shtml"

    def publish(request: Request) -> None:
        if request.path == SECOND and server.site.get(new) is None:
            server.site.put(new, briefing(date(2020, 7, 1), [("AFP: Is it out?", "Ada Quill: It is.")]))
            relist(server.site)

    server.on_request = publish
    assert run_crawl(home, server, "sample").failures == []
    assert len(captured_pages(home)) == 13


def test_an_index_that_shrinks_while_it_is_read_hides_no_page(server: ReplayServer, home: Home) -> None:
    """A briefing is withdrawn: the first entry of the second page slips to the first one, which has been read."""

    def withdraw(request: Request) -> None:
        if request.path == SECOND and server.site.get(page(1)) is not None:
            server.site.remove(page(1))
            relist(server.site)

    server.on_request = withdraw
    run_crawl(home, server, "sample")
    assert {f"https://{HOST}{page(n)}" for n in range(12) if n != 1} <= {url for url, _, outcome in captured(home) if outcome == "stored"}


def test_an_index_that_changes_all_the_time_has_an_end(server: ReplayServer, home: Home) -> None:
    changes = iter(range(10**6))

    def turn(request: Request) -> None:
        if "/default" in request.path:
            server.site.put(FIRST, server.site.bodies()[FIRST] + f"<!-- {next(changes)} -->".encode())

    server.on_request = turn
    assert run_crawl(home, server, "sample").failures == []
    assert len(captured_pages(home)) == 12
    assert len(server.asked()) < 60


def test_an_index_that_answers_every_number_has_an_end(home: Home) -> None:
    """Without a count of its pages; for any number too high the last page is served."""
    site = small_site()
    for path, body in site.bodies().items():
        if "/default" in path:
            site.put(path, re.sub(rb"var countPage = \d+", b"", body))
    with ReplayServer(site) as server:
        last = site.bodies()[f"{PLACE}/default_2.shtml"]
        server.on_request = lambda request: (
            site.put(request.path, last) if site.get(request.path) is None and "/default" in request.path else None
        )
        run_crawl(home, server, "sample")
        assert len(captured_pages(home)) == 12
        assert len([request for request in server.asked() if "/default" in request.path]) < 12


# --- kills, clocks, company ------------------------------------------------------------------------------------------------


def test_a_crawl_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    """Killed at three random requests; in the end each page is there once, and few were fetched twice."""
    site = invented_site(FIRST, 90)
    untouched, home = Home(tmp_path / "untouched"), Home(tmp_path / "home")
    with ReplayServer(site) as server:
        run_crawl(untouched, server, "sample")
        server.clear()
        chance = random.Random(20)
        n_kills = 0
        for _ in range(3):
            left = [chance.randrange(3, 60)]
            running: list[subprocess.Popen[str]] = []

            def kill(request: Request, left: list[int] = left, running: list[subprocess.Popen[str]] = running) -> None:
                left[0] -= 1
                if left[0] <= 0 and running:
                    os.kill(running[0].pid, signal.SIGKILL)

            server.on_request = kill
            running.append(start_crawl(home, server.url, "sample"))
            running[0].communicate(timeout=60)
            n_kills += running[0].returncode == -signal.SIGKILL
        server.on_request = None
        assert n_kills >= 2
        assert run_crawl(home, server, "sample").failures == []
        fetched = Counter(request.path for request in server.asked() if "/t" in request.path)
    assert captured(home) == captured(untouched)
    assert len(fetched) == 90
    # Besides what was recorded last, the request during which it was killed.
    assert fetched.total() - 90 <= n_kills * (SEGMENT_CAPTURES + 1)


def test_a_clock_that_was_set_back_does_not_turn_versions_round(server: ReplayServer, home: Home) -> None:
    first, body = page(3), server.site.bodies()[page(3)]
    moved = f"{PLACE}/202006/t20200627_899100.shtml"
    with time_machine.travel(datetime(2030, 1, 1, 12, tzinfo=UTC), tick=True):
        run_crawl(home, server, "sample", reread_days=ALL_DAYS)
    with time_machine.travel(datetime(2028, 5, 5, 12, tzinfo=UTC), tick=True):
        server.site.put(first, body.replace(b"counted twice", b"counted three times"))
        run_crawl(home, server, "sample", reread_days=ALL_DAYS)
        server.site.remove(first)
        server.site.put(moved, body.replace(b"counted twice", b"counted four times"))
        relist(server.site)
        run_crawl(home, server, "sample", reread_days=ALL_DAYS)
    stored = read_captures(home).filter(pl.col("url").str.contains("899100"), outcome="stored").sort("fetched_at")
    raws = [(home.root / "raw" / "objects" / sha[:2] / sha).read_bytes() for sha in stored["sha256"]]
    assert [re.findall(rb"counted \w+", raw)[0] for raw in raws] == [b"counted twice", b"counted three", b"counted four"]
    assert stored["fetched_at"].is_unique().all()


def test_of_two_crawls_at_once_one_waits_or_says_so(server: ReplayServer, home: Home, clean: list[State]) -> None:
    arrived, may_go_on = threading.Event(), threading.Event()

    def hold(request: Request) -> None:
        if request.path == page(3):
            arrived.set()
            may_go_on.wait(10)

    server.on_request = hold
    patient = replace(QUICK, read_seconds=20, request_seconds=20)
    one = threading.Thread(target=run_crawl, args=(home, server, "sample"), kwargs={"limits": patient})
    one.start()
    assert arrived.wait(10)
    n_asked = len(server.requests)
    with pytest.raises(HomeBusyError, match="crawl"):
        run_crawl(home, server, "sample", wait_seconds=0.1)
    assert len(server.requests) == n_asked
    reports = []
    two = threading.Thread(target=lambda: reports.append(run_crawl(home, server, "sample", wait_seconds=20)))
    two.start()
    time.sleep(0.1)
    assert two.is_alive()
    may_go_on.set()
    one.join(20)
    two.join(20)
    assert reports[0].n_requests_saved == 12
    assert server.most_in_flight == 1
    assert captured(home) == clean


def test_the_command_crawls_and_its_exit_code_tells_how_it_went(server: ReplayServer, home: Home) -> None:
    arguments = ("crawl", "--source", "sample", "--base-url", server.url, "--delay", "0")
    dry = run_command(home.root, *arguments, "--dry-run")
    assert (dry.code, home.root.exists()) == (0, False)
    assert f"https://{HOST}{page(0)}" in dry.stdout
    done = run_command(home.root, *arguments)
    assert (done.code, done.figures["new"]) == (0, "12")
    again = run_command(home.root, *arguments)
    assert again.code == 0
    assert "12 saved" in again.stdout + again.stderr
    server.inject(faults.status(403), page(3))
    assert run_command(home.root, *arguments, "--full").code == 1
    for wrong in (("--base-url", "file:///etc"), ("--source", "no-such"), ("--since", "yesterday")):
        assert run_command(home.root, "crawl", *wrong).code == 2


# --- acceptance 4: changes, and the published file under faults --------------------------------------------------------------

OLD_ANSWER = "Ada Quill: The looms of row 5 were counted twice, and none is missing."
NEW_ANSWER = "Ada Quill: The looms of row 5 were counted three times, and one is missing."
MOVED_TO = f"{PLACE}/202006/t20200620_897000.shtml"
ACCENTS = "Ada Quill: Café Zoë sent naïve notes – “façade”, she said."


def play(home: Home, *, seed: int | None) -> ReplayServer:
    """Crawls of a site that changes between them; with a seed, every crawl runs into faults first."""
    site = small_site()
    # A page that names the wrong encoding.
    site.put(page(11), briefing(date(2020, 6, 19), [("AFP: What did they send?", ACCENTS)], charset="gb2312"))
    bodies = site.bodies()

    def later(server: ReplayServer) -> None:
        relist(site)
        if seed is not None:
            server.inject(faults.STORM, share=0.2, seed=seed + len(server.requests), is_sticky=True)
            server.inject(faults.STORM, share=0.2, seed=seed + len(server.requests))
            for _ in range(3):
                run_crawl(home, server, "sample", reread_days=ALL_DAYS)
            server.lift()
        assert run_crawl(home, server, "sample", reread_days=ALL_DAYS).failures == []

    with ReplayServer(site) as server:
        later(server)
        site.put(page(5), bodies[page(5)].replace(OLD_ANSWER.encode(), NEW_ANSWER.encode()))
        question, answer = (
            re.escape(text) for text in (b"Meridian Daily: Who will pay for the orchards then?", b"Ada Quill: Whoever ordered 8")
        )
        removed = re.sub(rb"<P><B>" + question + rb"</B> </P>\n<P>" + answer + rb".*</P>\n", b"", bodies[page(6)])
        site.put(page(6), removed)
        assert {site.bodies()[page(n)] == bodies[page(n)] for n in (5, 6)} == {False}
        later(server)
        site.remove(page(7))
        site.put(page(8), faults.MISSING_PAGE)
        server.inject(faults.status(410), page(9))
        site.move(page(10), MOVED_TO)
        # The index still lists what is gone.
        keep = [
            Entry(page(n), f"Meridian Foreign Ministry Spokesperson's Remarks on June {30 - n}, 2020", date(2020, 6, 30 - n))
            for n in (7, 8, 9)
        ]
        entries = [entry_of(path, body) for path, body in site.bodies().items() if "/t" in path and path not in (page(8), page(9))]
        site.list_at(FIRST, sorted([*entries, *keep], key=lambda e: e.day or date.min, reverse=True), 4)
        assert run_crawl(home, server, "sample", reread_days=ALL_DAYS).failures == []
        server.lift()
        for n in (7, 8):
            site.put(page(n), bodies[page(n)])
        later(server)
    return server


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home, int]:
    """The same changes, seen in fair weather and under faults; and how many faults."""
    folder = tmp_path_factory.mktemp("played")
    fair, stormy = Home(folder / "fair"), Home(folder / "stormy")
    play(fair, seed=None)
    server = play(stormy, seed=11)
    for one in (fair, stormy):
        report = refresh(one)
        assert report.published, report.message
    return fair, stormy, server.injected.total()


def test_every_change_of_a_page_is_told_by_its_name(played: tuple[Home, Home, int]) -> None:
    versions = tables(played[0])["core.document_versions"].sort("document_id", "version")
    numbers = {n: str(900000 - 300 * n) for n in range(12)}
    of_page = {
        n: versions.filter(pl.col("document_id").is_in(versions.filter(pl.col("url").str.contains(number))["document_id"].to_list()))[
            "change"
        ].to_list()
        for n, number in numbers.items()
    }
    assert of_page == {n: ["new"] for n in (0, 1, 2, 3, 4, 11)} | {
        5: ["new", "edited"],
        6: ["new", "edited"],
        7: ["new", "vanished", "restored"],
        8: ["new", "vanished", "restored"],
        9: ["new", "vanished", "restored"],
        10: ["new", "moved"],
    }


def test_page_changes_show_both_texts(played: tuple[Home, Home, int]) -> None:
    changes = tables(played[0])["marts.page_changes"]
    reworded = changes.filter(turn_change="reworded").row(0, named=True)
    assert (reworded["role"], reworded["old_text"], reworded["new_text"]) == ("answer", OLD_ANSWER, NEW_ANSWER)
    removed = changes.filter(turn_change="removed").sort("change_index").rows(named=True)
    assert [(row["role"], row["new_text"], row["is_question_removed"]) for row in removed] == [
        ("question", None, True),
        ("answer", None, False),
    ]
    assert removed[0]["old_text"] == "Meridian Daily: Who will pay for the orchards then?"
    assert removed[0]["old_sha256"] != removed[0]["new_sha256"]
    by_change = Counter(changes["page_change"])
    assert by_change["vanished"] == 3
    assert by_change["restored"] == 3
    assert by_change["moved"] == 1


def test_a_page_that_names_the_wrong_encoding_is_read_all_the_same(played: tuple[Home, Home, int]) -> None:
    assert ACCENTS.partition(": ")[2] in tables(played[0])["core.turns"]["text"].to_list()


def test_the_published_file_is_the_same_after_a_storm(played: tuple[Home, Home, int]) -> None:
    fair, stormy, n_faults = played
    assert n_faults >= 30
    times = (
        "core.documents.fetched_at", "core.document_versions.fetched_at", "core.quarantine.first_seen", "core.build_info.input_fingerprint",
        "marts.page_changes.old_fetched_at", "marts.page_changes.new_fetched_at",
    )  # fmt: skip
    assert differing(tables(fair, *times), tables(stormy, *times)) == []


@pytest.mark.parametrize("new", [f"{PLACE}/202006/t20200627_899100.shtml", f"{PLACE}/x/t899100.shtml", f"{PLACE}/a/t899100.shtml"])
def test_a_page_that_moved_is_followed_wherever_its_address_sorts(new: str, server: ReplayServer, home: Home) -> None:
    run_crawl(home, server, "sample", reread_days=ALL_DAYS)
    server.site.move(page(3), new)
    relist(server.site)
    run_crawl(home, server, "sample", reread_days=ALL_DAYS)
    assert f"https://{HOST}{new}" in {url for url, _, outcome in captured(home) if outcome == "stored"}


def test_the_versions_of_the_sample_are_seen_as_they_were_issued(sample: Path, home: Home) -> None:
    """The sample has a page in two versions: published, and edited some days later."""
    path = "/eng/xw/fyrbt/lxjzh/202410/t20241016_1005507.html"
    site = sample_site(sample, FIRST)
    older, newer = versions_of(sample, path)
    site.put(path, older)
    with ReplayServer(site) as server:
        run_crawl(home, server, "sample", reread_days=ALL_DAYS)
        site.put(path, newer)
        report = run_crawl(home, server, "sample", reread_days=ALL_DAYS)
    assert (report.sources[0].n_changed, report.sources[0].n_new) == (1, 0)
    stored = read_captures(home).filter(pl.col("url").str.ends_with(path)).sort("fetched_at")
    assert stored["size_bytes"].to_list() == [len(older), len(newer)]
