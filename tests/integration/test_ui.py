"""The Dagster UI in a real browser: one click on a fresh clone, and what a person then finds.

``BRIEFINGS_SCREENSHOTS=folder`` keeps the screenshots.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from pipelines.settings import CHECKOUT

pytestmark = pytest.mark.slow

START_SECONDS = 120.0
"""Limits, not expectations: the server is there after about 15 s, the run after 30."""
RUN_SECONDS = 240.0
PAGE_SECONDS = 30.0

CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
CHROMEDRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --window-size=1600,1000"
).split()


@dataclass(frozen=True)
class Server:
    """A running ``dagster dev`` on a home of its own."""

    url: str
    home: Path

    def ask(self, query: str, **variables: object) -> Any:
        """The data of a GraphQL answer."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        with urlopen(Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"}), timeout=30) as answer:
            return json.load(answer)["data"]

    def runs(self) -> list[dict[str, Any]]:
        """All runs, the newest first."""
        found: list[dict[str, Any]] = self.ask(
            "{ runsOrError { ... on Runs { results { id: runId, status, jobName, tags { key value } } } } }"
        )["runsOrError"]["results"]
        return found


def wait_for(what: Callable[[], Any], seconds: float, label: str | Callable[[], str]) -> Any:
    """The first true answer; a failed test when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := what():
            return answer
        time.sleep(0.25)
    pytest.fail(f"not within {seconds:.0f} s: {label if isinstance(label, str) else label()}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """``dagster dev`` as ``make ui`` starts it: empty homes, the instance of ``pipelines/defs/dagster.yaml``."""
    home = tmp_path_factory.mktemp("home")
    instance = home / ".dagster"
    instance.mkdir()
    shutil.copy(CHECKOUT / "pipelines" / "defs" / "dagster.yaml", instance)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "BRIEFINGS_HOME": str(home),
        "DAGSTER_HOME": str(instance),
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": str(CHECKOUT),
        "BRIEFINGS_BASE_URL": f"http://127.0.0.1:{port}/no-site",  # a nightly run must not get out of here
    }
    for variable in ("BRIEFINGS_INPUT", "BRIEFINGS_NIGHTLY"):
        environment.pop(variable, None)
    command = [sys.executable, "-m", "dagster", "dev", "--module-name", "pipelines.definitions", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    running = Server(f"http://127.0.0.1:{port}", home)

    def answers() -> bool:
        assert process.poll() is None, (home / "server.log").read_text()
        try:
            return bool(running.ask("{ version }"))
        except (URLError, OSError):
            return False

    try:
        wait_for(answers, START_SECONDS, "dagster dev")
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what is left of the group that this test started


@dataclass(frozen=True)
class Browser:
    """A headless Chromium on the UI."""

    driver: Any
    url: str
    pictures: Path

    def open(self, path: str) -> None:
        """Go to a page of the UI."""
        self.driver.get(f"{self.url}{path}")

    def text(self) -> str:
        """All that is to be read on the page."""
        return str(self.driver.execute_script("return document.body.innerText"))

    def wait_for_text(self, *texts: str, seconds: float = PAGE_SECONDS) -> None:
        """Wait until the page shows them all."""
        wait_for(lambda: all(text in self.text() for text in texts), seconds, lambda: self.missing(texts))

    def missing(self, texts: Sequence[str]) -> str:
        """What a person would report; with a picture."""
        self.take_picture("failed")
        return f"{[t for t in texts if t not in self.text()]} on {self.driver.current_url}, which shows:\n{self.text()[:3000]}"

    def click(self, label: str) -> None:
        """Click the button with exactly this label."""

        def button() -> Any:
            found = [b for b in self.driver.find_elements("tag name", "button") if b.text.strip() == label]
            return found[0] if found and found[0].is_enabled() else None

        wait_for(button, PAGE_SECONDS, f"button {label!r}").click()

    def take_picture(self, name: str, settle_seconds: float = 1.0) -> None:
        """Keep what the page looks like."""
        time.sleep(settle_seconds)  # graphs and tables fade in
        self.driver.save_screenshot(str(self.pictures / f"{name}.png"))


@pytest.fixture(scope="module")
def browser(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser with a fresh profile."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(CHROMEDRIVER))
    pictures = Path(os.environ.get("BRIEFINGS_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    pictures.mkdir(parents=True, exist_ok=True)
    try:
        yield Browser(driver, server.url, pictures)
    finally:
        driver.quit()


@pytest.mark.skipif(not (CHROMIUM and CHROMEDRIVER), reason="needs chromium and chromedriver, which are not installed")
def test_one_click_on_a_fresh_clone_publishes_the_sample(server: Server, browser: Browser) -> None:
    browser.open("/asset-groups")
    browser.wait_for_text("extract", "marts", "publish", "Materialize all")
    browser.take_picture("1-graph-before")
    browser.click("Materialize all")
    run = wait_for(server.runs, PAGE_SECONDS, "a run, with no question asked before it")[0]

    browser.open(f"/runs/{run['id']}")
    browser.wait_for_text("raw_store", "STEP_START", seconds=RUN_SECONDS)
    browser.take_picture("2-run-under-way")
    ended = wait_for(lambda: [r for r in server.runs() if r["status"] in ("SUCCESS", "FAILURE", "CANCELED")], RUN_SECONDS, "end of the run")
    assert [r["status"] for r in ended] == ["SUCCESS"], (server.home / "server.log").read_text()[-5000:]
    assert (server.home / "briefings.duckdb").is_file()
    browser.wait_for_text("dbt_build", "Success")
    browser.take_picture("3-run")

    browser.open("/asset-groups")
    browser.wait_for_text("extract", "marts", "publish")
    browser.take_picture("4-graph-after", settle_seconds=3.0)
    browser.open("/asset-groups?expanded=global%40global%3Anormalise%2Cglobal%40global%3Aannotate")
    browser.wait_for_text("mentions", "pattern_hits")
    browser.take_picture("4-graph-lake", settle_seconds=3.0)

    browser.open("/assets/lake/turns?view=checks&checkDetail=text_held")
    browser.wait_for_text("text_held", "Turns hold", "share held")
    browser.take_picture("5-check")

    browser.open("/assets/raw_store")
    browser.wait_for_text("pages as they came", "new pages")
    browser.take_picture("6-raw-store")
    browser.driver.set_window_size(1600, 2200)
    browser.open("/assets/marts/outlet_activity")
    browser.wait_for_text("One row per year", "first rows")
    browser.take_picture("7-mart")
    browser.driver.set_window_size(1600, 1000)
    browser.driver.find_element("xpath", "//*[text()='[Show Markdown]']").click()
    browser.wait_for_text("share_of_exchanges", "not_published", "Close")
    browser.take_picture("7-mart-rows")
    browser.click("Close")
    browser.driver.find_elements("xpath", "//*[text()='[Show Markdown]']")[1].click()
    browser.wait_for_text("label", "Velland Wire", "Close")
    drawn = "return [...document.images].some(i => i.src.startsWith('data:image/svg+xml') && i.naturalWidth > 400)"
    wait_for(lambda: browser.driver.execute_script(drawn), PAGE_SECONDS, "a chart")
    browser.take_picture("7-mart-chart")
    browser.open("/locations/pipelines.definitions/jobs/reparse_month/partitions")
    browser.wait_for_text("2002-01", "Launch backfill")
    browser.take_picture("8-reparse-month")


@pytest.mark.skipif(not (CHROMIUM and CHROMEDRIVER), reason="needs chromium and chromedriver, which are not installed")
def test_the_schedule_is_shown_and_its_tab_starts_a_night(server: Server, browser: Browser) -> None:
    browser.open("/locations/pipelines.definitions/schedules/every_night")
    browser.wait_for_text("Every night at 01:30 in Beijing", "Asia/Shanghai", "nightly")
    browser.take_picture("9-schedule")
    assert "Next tick" not in browser.text(), "only make nightly starts it by itself"
    browser.click("Preview tick result")
    browser.wait_for_text("Select an evaluation time")
    browser.click("Continue")
    browser.wait_for_text("1 run requests", "nightly")
    browser.take_picture("9-schedule-tick")
    browser.click("Launch all & commit tick result")
    run = wait_for(lambda: [run for run in server.runs() if run["jobName"] == "nightly"], PAGE_SECONDS, "a nightly run")[0]
    tags = {tag["key"]: tag["value"] for tag in run["tags"]}
    assert tags["dagster/schedule_name"] == "every_night"
    assert {"briefings/day", "briefings/conference", "briefings/calendar"} <= set(tags)
