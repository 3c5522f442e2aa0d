"""The explorer as its users meet it: in a real browser, on the sample and on hostile pages."""

from __future__ import annotations

import http.client
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import polars as pl
import pytest
import uvicorn
from helpers.browser import browser_page, overflow_pixels, serious_faults

from pipelines.explorer.app import HEADERS, make_app
from pipelines.publish.connection import reading
from pipelines.publish.search_index import write_index
from pipelines.publish.selection import DIRECTIONS
from pipelines.settings import Home

pytestmark = pytest.mark.slow

HOSTILE = "<script>window.hit = 1</script><img src=x onerror='window.hit=1'>\"'&amp; \u202eevil\u2069 🛳 \x07 {{ 7*7 }} ]]> zebra"
FORMULA = '=HYPERLINK("http://meridia.example","zebra")'
SIZES = [(1280, False), (1280, True), (390, False), (390, True)]


@contextmanager
def served(home: Home) -> Iterator[str]:
    """The address of an explorer that runs in this process."""
    taken = socket.create_server(("127.0.0.1", 0))
    app = make_app(home)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", server_header=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()
        taken.close()
        app.state.published.close()


@pytest.fixture(scope="module")
def site(sample_home: Home) -> Iterator[str]:
    with served(sample_home) as address:
        yield address


@pytest.fixture(scope="module")
def hostile_home(sample_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample as if its pages wanted to do harm, in every text that a page brings."""
    home = Home(tmp_path_factory.mktemp("hostile"))
    shutil.copy(sample_home.published, home.published)
    with duckdb.connect(str(home.published)) as connection:
        for table in (
            "core.turns",
            "core.documents",
            "core.exchanges",
            "core.pattern_hits",
            "core.accusations",
            "core.entities",
            "marts.language_gaps",
        ):
            names = connection.execute(f"select column_name from (describe {table})").fetchall()
            for name in {"text", "title", "spokesperson", "outlet", "quote", "name", "detail", "en_quote", "zh_quote"} & {
                name for (name,) in names
            }:
                connection.execute(f"update {table} set {name} = ? || coalesce({name}, '')", [HOSTILE])
        connection.execute("update core.documents set url = 'javascript:window.hit=1'")
        connection.execute("update core.exchanges set question_text = ?, answer_text = ? || answer_text", [FORMULA, HOSTILE])
        write_index(connection)
    return home


def ask(address: str, path: str = "/", host: str | None = None, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer."""
    port = int(address.rstrip("/").rsplit(":", 1)[1])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest(method, path, skip_host=True)
    if host != "":
        connection.putheader("Host", host or f"127.0.0.1:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def total(text: str) -> int:
    found = re.search(r"([\d,]+)(?:</span>)? of [\d,]+ exchanges", text)
    assert found, text[:500]
    return int(found.group(1).replace(",", ""))


def counted(home: Home, sql: str) -> int:
    with reading(home) as connection:
        row = connection.execute(sql).fetchone()
    assert row
    return int(row[0])


# --- in the browser ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_a_reader_filters_searches_and_follows_the_evidence(site: str, sample_home: Home, tmp_path: Path, width: int, dark: bool) -> None:
    with browser_page(width, 844 if width < 500 else 900, dark=dark) as opened:
        page = opened.page

        def checked() -> None:
            assert serious_faults(page) == []
            assert overflow_pixels(page) <= 0
            assert opened.noted.errors == []
            assert opened.noted.foreign == []

        page.goto(site)
        assert total(page.inner_text("h1")) == counted(sample_home, "select count(*) from core.exchanges")
        checked()

        if not page.locator("#f-languages").is_visible():
            page.get_by_text("Filters", exact=True).click()
        page.get_by_label("Language", exact=True).select_option("en")
        page.get_by_label("Response pattern").select_option("R09")
        page.get_by_label("From", exact=True).fill("2019-01-01")
        page.get_by_role("button", name="Show").last.click()
        expected = counted(
            sample_home,
            "select count(*) from core.exchanges as e where language = 'en' and briefing_date >= '2019-01-01'"
            " and exists (from core.pattern_hits as h where h.exchange_id = e.exchange_id and pattern_id = 'R09')",
        )
        assert total(page.inner_text("h1")) == expected > 0
        assert "pattern=R09" in page.url
        assert "language=en" in page.url
        assert "accuser=" not in page.url
        checked()

        page.get_by_role("link", name=re.compile("Response pattern:")).click()
        page.get_by_label("Search the words").fill("tariff")
        page.get_by_role("button", name="Show").first.click()
        assert total(page.inner_text("h1")) > 0
        assert page.locator("mark.k-word").first.inner_text().lower().startswith("tariff")
        checked()

        page.goto(f"{site}?direction=IN&language=en")
        page.locator("ol.results h2 a").first.click()
        assert "exchange=" in page.url
        code = page.locator("a.code.k-accusation").first
        code.click()
        row = page.locator("tr:target")
        assert row.locator(".tag").inner_text() == code.inner_text()
        assert row.locator("q").inner_text().strip('“”"')
        assert "source" in row.inner_text()
        assert ":~:text=" in str(row.get_by_role("link").get_attribute("href"))
        assert "precision" in row.inner_text() or "not measured" in row.inner_text()
        checked()

        mark = page.locator(".version mark.k-accusation").first
        assert mark.evaluate("node => getComputedStyle(node).borderBottomStyle") == "double"
        page.locator("#show-pattern").uncheck()
        page.locator("#show-accusation").uncheck()
        assert mark.evaluate("node => getComputedStyle(node).borderBottomStyle") != "double"
        assert not page.locator("a.code.k-accusation").first.is_visible()

        page.get_by_role("link", name="List of exchanges").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        path = tmp_path / "exchanges.csv"
        download.value.save_as(path)
        assert pl.read_csv(path).height == total(page.inner_text("h1"))
        checked()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_both_versions_stand_side_by_side(site: str, sample_home: Home, width: int, dark: bool) -> None:
    with reading(sample_home) as connection:
        row = connection.execute(
            "select p.en_exchange_id, p.zh_exchange_id from core.exchange_pairs as p semi join marts.language_gaps using (en_exchange_id)"
            " where relation = 'both' order by 1 limit 1"
        ).fetchone()
    assert row
    with browser_page(width, 900, dark=dark) as opened:
        opened.page.goto(f"{site}?exchange={row[0]}")
        sections = opened.page.locator("section.version")
        assert [sections.nth(i).get_attribute("lang") for i in range(sections.count())] == ["en", "zh"]
        boxes = [sections.nth(i).bounding_box() for i in range(2)]
        assert boxes[0]
        assert boxes[1]
        is_beside = boxes[0]["y"] == boxes[1]["y"] and boxes[1]["x"] > boxes[0]["x"]
        assert is_beside == (width > 500)
        assert "R27" in opened.page.locator("section.twin").inner_text() or opened.page.locator("section.twin tbody tr").count() > 0
        assert serious_faults(opened.page) == []
        assert overflow_pixels(opened.page) <= 0
        opened.page.get_by_role("link", name="Open this version").click()
        assert str(row[1]) in opened.page.url
        assert [sections.nth(i).get_attribute("lang") for i in range(2)] == ["zh", "en"]
        assert opened.noted.errors == []
        assert opened.noted.foreign == []


def test_a_citation_is_copied(site: str, sample_home: Home) -> None:
    from pipelines.publish.cite import cite

    with reading(sample_home) as connection:
        row = connection.execute("select exchange_id from core.exchanges order by 1 limit 1").fetchone()
    assert row
    with browser_page() as opened:
        opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        opened.page.goto(f"{site}?exchange={row[0]}")
        opened.page.get_by_role("button", name="Copy").first.click()
        opened.page.get_by_text("Copied.").wait_for()
        assert opened.page.evaluate("navigator.clipboard.readText()") == cite(sample_home, str(row[0]), "apa")
        assert opened.noted.errors == []


def test_everything_but_copying_works_without_scripts(site: str) -> None:
    with browser_page(javascript=False) as opened:
        page = opened.page
        page.goto(site)
        page.get_by_label("Search the words").fill("tariff")
        page.get_by_role("button", name="Show").first.click()
        assert total(page.inner_text("h1")) > 0
        page.locator("ol.results h2 a").first.click()
        assert page.locator("mark").count() > 0
        assert page.get_by_role("button", name="Copy").count() == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_hostile_pages_are_shown_as_text(hostile_home: Home, width: int) -> None:
    with served(hostile_home) as site, browser_page(width) as opened:
        page = opened.page
        for address in ("", "?words=zebra", f"?{urlencode({'words': HOSTILE, 'outlet': HOSTILE})}", f"?{urlencode({'exchange': HOSTILE})}"):
            page.goto(site + address)
            assert page.evaluate("window.hit") is None
            assert serious_faults(page) == []
            assert overflow_pixels(page) <= 0
        opened.noted.errors.clear()  # the last address is a 404, which the console says
        page.goto(f"{site}?direction=IN&language=en")
        page.locator("ol.results h2 a").first.click()
        assert "<script>window.hit = 1</script>" in page.inner_text("main")
        assert "{{ 7*7 }}" in page.inner_text("main")
        assert page.evaluate("window.hit") is None
        assert page.locator("main script, main img").count() == 0
        assert page.locator("a[href^='javascript:']").count() == 0
        assert serious_faults(page) == []
        assert overflow_pixels(page) <= 0
        assert opened.noted.errors == []
        assert opened.noted.foreign == []


# --- what it answers ---------------------------------------------------------------------------------------------------

OPTIONS = {
    "language": "select language, count(*) from core.exchanges group by 1",
    "source": "select source_id, count(*) from core.exchanges join core.documents using (document_id) group by 1",
    "outlet": "select outlet_id, count(*) from core.exchanges where outlet_id is not null group by 1",
    "spokesperson": "select spokesperson_id, count(*) from core.exchanges where spokesperson_id is not null group by 1",
    "pattern": "select pattern_id, count(distinct exchange_id) from core.pattern_hits group by 1",
    "accuser": "select accuser, count(distinct exchange_id) from core.accusations group by 1",
    "accused": "select accused, count(distinct exchange_id) from core.accusations group by 1",
    "accusation": "select accusation_type, count(distinct exchange_id) from core.accusations group by 1",
    "direction": "select direction, count(distinct exchange_id) from core.accusations group by 1",
    "country": (
        "select entity_id, count(distinct exchange_id) from core.mentions join core.turns using (turn_id) join core.entities using (entity_id)"
        " where kind = 'place' and exchange_id is not null group by 1"
    ),
}


@pytest.mark.parametrize("parameter", OPTIONS)
def test_each_filter_counts_what_the_tables_hold(site: str, sample_home: Home, parameter: str) -> None:
    with reading(sample_home) as connection:
        expected = dict(connection.execute(f"{OPTIONS[parameter]} order by 2 desc, 1 limit 6").fetchall())
    assert expected
    found = {value: total(ask(site, f"/?{urlencode({parameter: value})}")[2].decode()) for value in expected}
    assert found == expected


def test_pages_follow_one_another_without_gap(site: str, sample_home: Home) -> None:
    everything = counted(sample_home, "select count(*) from core.exchanges")
    seen: list[str] = []
    for page in range(1, -(-everything // 25) + 1):
        seen += re.findall(r'<h2 lang="en"><a href="[^"]*exchange=([^"&]+)', ask(site, f"/?page={page}")[2].decode())
    assert len(seen) == len(set(seen)) == everything
    last = ask(site, f"/?page={page}")[2]
    assert ask(site, "/?page=9999")[2] == last


@pytest.mark.parametrize("query", ["", "words=tariff", "words=meridian&order=oldest&language=en", "direction=IN"])
def test_downloads_hold_the_whole_selection_in_its_order(site: str, query: str) -> None:
    status, headers, body = ask(site, f"/download.parquet?{query}")
    assert (status, "exchanges.parquet" in headers["content-disposition"]) == (200, True)
    rows = pl.read_parquet(io.BytesIO(body))
    text = ask(site, f"/?{query}")[2].decode()
    assert rows.height == total(text)
    listed = re.findall(r'<h2 lang="en"><a href="[^"]*exchange=([^"&]+)', text)
    assert rows["exchange_id"].to_list()[: len(listed)] == listed
    table = pl.read_csv(io.BytesIO(ask(site, f"/download.csv?{query}")[2]))
    assert table["exchange_id"].to_list() == rows["exchange_id"].to_list()
    assert {"url", "sha256", "question_text", "patterns", "accusations"} <= set(rows.columns)


def test_a_spreadsheet_runs_no_formula_of_a_download(hostile_home: Home) -> None:
    with served(hostile_home) as site:
        table = pl.read_csv(io.BytesIO(ask(site, "/download.csv")[2]))
        assert set(table["question_text"].to_list()) == {f"'{FORMULA}"}
        assert set(pl.read_parquet(io.BytesIO(ask(site, "/download.parquet")[2]))["question_text"].to_list()) == {FORMULA}


def test_an_empty_list_says_which_filter_to_loosen(site: str) -> None:
    status, _, body = ask(site, "/?words=tariff&until=1990-01-01&language=en")
    text = body.decode()
    assert (status, total(text)) == (200, 0)
    [(link, n)] = re.findall(r'<li><a href="([^"]+)">without <b>To</b>: (\d+) exchanges', text)
    assert total(ask(site, link.replace("&amp;", "&"))[2].decode()) == int(n) > 0


def test_a_search_without_a_word_says_so(site: str, sample_home: Home) -> None:
    text = ask(site, "/?words=%22%21%22")[2].decode()
    assert "no word to look for" in text
    assert total(text) == counted(sample_home, "select count(*) from core.exchanges")


@pytest.mark.parametrize(
    ("path", "words"), [("/?exchange=nope", "No exchange has the id"), ("/nowhere", "no page"), ("/download.exe", "no page")]
)
def test_an_address_that_leads_nowhere_says_so(site: str, path: str, words: str) -> None:
    status, headers, body = ask(site, path)
    assert status == 404
    assert words in body.decode()
    assert headers["content-type"].startswith("text/html")


# --- safe, read-only, up to date ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["", "meridia.example", "127.0.0.1.meridia.example", "127.0.0.1@meridia.example", "0.0.0.0:8765", "localhost.:80"]
)
def test_strangers_names_are_refused(site: str, host: str) -> None:
    status, _, body = ask(site, "/", host=host)
    assert status in (400, 421)
    assert b"exchanges" not in body


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8765", "[::1]:8765", "127.0.0.1"])
def test_own_names_are_answered(site: str, host: str) -> None:
    assert ask(site, "/", host=host)[0] == 200


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/explorer.js", "/download.csv", "/static/../app.py"])
def test_every_answer_has_the_headers_that_keep_it_harmless(site: str, path: str) -> None:
    _, headers, _ = ask(site, path)
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_sent(site: str, method: str) -> None:
    assert ask(site, "/", method=method)[0] == 405


def test_no_answer_changes_the_file(site: str, sample_home: Home) -> None:
    before = sample_home.published.read_bytes()
    ask(site, "/?words=%27%3B+drop+table+core.exchanges%3B--&outlet=%27%29+or+1%3D1--&pattern=%25")
    assert sample_home.published.read_bytes() == before
    assert not sample_home.published.with_name("briefings.duckdb.wal").exists()


def test_the_next_page_shows_a_file_that_was_published_meanwhile(sample_home: Home, tmp_path: Path) -> None:
    home = Home(tmp_path)
    with served(home) as site:
        status, _, body = ask(site)
        assert status == 503
        assert b"briefings refresh" in body
        assert b"Nothing is published" in body
        shutil.copy(sample_home.published, home.published)
        everything = total(ask(site)[2].decode())
        assert everything == counted(sample_home, "select count(*) from core.exchanges")
        for number in range(1, 4):
            new = tmp_path / "new.duckdb"
            shutil.copy(sample_home.published, new)
            with duckdb.connect(str(new)) as connection:
                connection.execute(
                    "delete from core.exchanges where exchange_id in (select exchange_id from core.exchanges order by 1 limit ?)", [number]
                )
            new.replace(home.published)
            assert total(ask(site)[2].decode()) == everything - number
        home.published.unlink()
        assert ask(site)[0] == 503
        home.published.write_bytes(b"no database")
        status, _, body = ask(site)
        assert status == 503
        assert b"cannot be read" in body


def test_a_page_in_the_making_outlives_a_swap(sample_home: Home, tmp_path: Path) -> None:
    home = Home(tmp_path)
    shutil.copy(sample_home.published, home.published)
    stop, states = threading.Event(), set()

    def ask_on(site: str) -> None:
        while not stop.is_set():
            states.add(ask(site, "/?words=tariff")[0])

    with served(home) as site:
        readers = [threading.Thread(target=ask_on, args=(site,)) for _ in range(3)]
        for reader in readers:
            reader.start()
        for _ in range(8):
            shutil.copy(sample_home.published, tmp_path / "new.duckdb")
            (tmp_path / "new.duckdb").replace(home.published)
            time.sleep(0.15)
        stop.set()
        for reader in readers:
            reader.join()
    assert states == {200}


def test_the_command_serves_this_machine_until_it_is_interrupted(sample_home: Home) -> None:
    environment = {**os.environ, "BRIEFINGS_HOME": str(sample_home.root), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "pipelines.cli", "explore", "--port", "0", "--no-open"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
            assert found, line
            assert total(ask(found.group())[2].decode()) > 0
            again = [*command[:-2], found.group(1), "--no-open"]
            second = subprocess.run(again, env=environment, capture_output=True, text=True, check=False, timeout=60)
            assert second.returncode == 2
            assert "--port" in second.stderr
        finally:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
    assert process.returncode in (0, 130)
    assert "Traceback" not in errors


def test_directions_have_words(site: str) -> None:
    text = ask(site)[2].decode()
    assert all(words.replace("'", "&#39;") in text for code, words in DIRECTIONS.items() if f'value="{code}"' in text)


# --- real pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_real_pages_are_filtered_searched_and_read(real_home: Home, width: int, dark: bool) -> None:
    with served(real_home) as address, browser_page(width, 900, dark=dark) as opened:
        page, faults, overflow = opened.page, [], []

        def look() -> None:
            faults.extend(serious_faults(page))
            overflow.append(overflow_pixels(page))

        page.goto(address)
        look()
        if not page.locator("select[name=accused]").is_visible():
            page.locator("summary").first.click()
        page.select_option("select[name=accused]", "USA")
        page.fill("input[name=words]", "hackers")
        page.get_by_role("button", name="Show").first.click()
        page.wait_for_load_state()
        found = total(page.locator("h1").inner_text())
        assert 0 < found < counted(real_home, "select count(distinct exchange_id) from core.accusations where accused = 'USA'")
        look()
        page.goto(f"{address}?words=%E7%BE%8E%E5%9B%BD")  # 美国
        assert total(page.locator("h1").inner_text()) > 500
        page.locator("main h2 a").first.click()
        page.wait_for_load_state()
        assert page.locator("mark, .accusation, .pattern").count() > 0
        look()
        assert (faults, max(overflow), opened.noted.errors, opened.noted.foreign) == ([], 0, [], [])
