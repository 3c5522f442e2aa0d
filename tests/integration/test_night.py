"""The night: the job against a real server, the scheduler's ticks, files that land, alerts of real runs, and the service as processes."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
import pytest
import time_machine
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.test_utils import create_run_for_test, create_test_daemon_workspace_context
from dagster._core.workspace.load_target import ModuleTarget
from dagster._scheduler.scheduler import launch_scheduled_runs

from pipelines.calendar import BEIJING, conference_day
from pipelines.defs.service import CONFIGURATION, prepare_storage
from pipelines.extract.landing import waiting_files
from pipelines.publish.query import run_query
from pipelines.settings import CHECKOUT, Home
from tests.helpers import replay_faults as faults
from tests.helpers.markdown import shown
from tests.helpers.replay import ReplayServer
from tests.helpers.replay_crawl import QUICK
from tests.helpers.replay_site import briefing, invented_site

pytestmark = pytest.mark.slow

PLACE = "/mfa_eng/xwfw_1001/s10_1002/11_1003"
FIRST = f"{PLACE}/default.shtml"

Result = dg.ExecuteInProcessResult


def page(n: int) -> str:
    """Path of the n-th page of ``invented_site``, 0 being the newest."""
    return f"{PLACE}/t{900000 - 300 * n}.shtml"


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.Definitions]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRIEFINGS_HOME", str(tmp_path_factory.mktemp("load")))
        for variable in ("BRIEFINGS_INPUT", "BRIEFINGS_NIGHTLY", "BRIEFINGS_ALERT_COMMAND", "BRIEFINGS_ALERT_URL"):
            patch.delenv(variable, raising=False)
        from pipelines.definitions import defs

        yield defs


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with ReplayServer(invented_site(FIRST, 6)) as running:
        yield running


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried at once, by Dagster and by the crawler."""
    monkeypatch.setattr("dagster._core.definitions.policy.calculate_delay", lambda *arguments, **named: 0)
    monkeypatch.setattr("pipelines.extract.fetch.Limits", lambda **named: replace(QUICK, **named))


class Nights:
    """Runs the job ``nightly`` in this process, crawling the invented ministry."""

    def __init__(self, definitions: dg.Definitions, home: Home, server: ReplayServer, instance: dg.DagsterInstance) -> None:
        self._definitions, self._home, self._server, self.instance = definitions, home, server, instance

    def run(self, *, job: str = "nightly", only: str | None = None, **store: Any) -> Result:
        """One night; ``store``: configuration of the raw store."""
        config = {
            "resources": {"home": {"config": {"folder": str(self._home.root)}}},
            "ops": {"raw_store": {"config": {"crawl": ["sample"], "base_url": self._server.url, "delay_seconds": 0} | store}},
        }
        selection = [dg.AssetKey(only)] if only else None
        return self._definitions.resolve_job_def(job).execute_in_process(
            config, instance=self.instance, raise_on_error=False, asset_selection=selection
        )


@pytest.fixture
def nights(definitions: dg.Definitions, home: Home, server: ReplayServer) -> Iterator[Nights]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Nights(definitions, home, server, instance)


def facts_of(result: Result) -> dict[str, Any]:
    """What a run recorded for the raw store."""
    [event] = [e for e in result.get_asset_materialization_events() if e.asset_key == dg.AssetKey("raw_store")]
    return {name: value.value for name, value in event.materialization.metadata.items()}


def check_of(result: Result, name: str) -> Any:
    [check] = [check for check in result.get_asset_check_evaluations() if check.check_name == name]
    return check


def failure_of(result: Result) -> str:
    [event] = [event for event in result.all_events if event.is_step_failure]
    assert event.step_failure_data.error is not None
    return event.step_failure_data.error.message


def n_tries(result: Result) -> int:
    return 1 + sum(event.event_type == dg.DagsterEventType.STEP_UP_FOR_RETRY for event in result.all_events)


# --- the job -------------------------------------------------------------------------------------------------------------


def test_nights_crawl_refresh_and_publish(nights: Nights, server: ReplayServer, home: Home) -> None:
    first = nights.run()
    assert first.success, failure_of(first)
    facts = facts_of(first)
    assert (facts["new pages"], facts["requests saved"], facts["requests repeated"], facts["could not be fetched"]) == (6, 0, 0, "none")
    assert facts["requests made"] == len(server.requests) == 8, "robots.txt, the index, six pages"
    assert "| sample | 1 | 6 | 6 |" in facts["crawled"]
    assert "tests/fixtures/sample" not in facts["ingested from"], "the project's sample does not come in beside real pages"
    check = check_of(first, "crawl_complete")
    assert (check.passed, check.severity) == (True, dg.AssetCheckSeverity.WARN)
    assert check_of(first, "questions_kept").passed
    assert run_query(home, "select count(*) from core.documents").item() == 6

    server.clear()
    second = nights.run()
    assert second.success, failure_of(second)
    facts = facts_of(second)
    assert (facts["new pages"], facts["requests saved"]) == (0, 6)
    assert [request.path for request in server.requests] == ["/robots.txt", FIRST]


def test_a_question_taken_down_overnight_is_told_and_both_texts_are_shown(nights: Nights, server: ReplayServer, home: Home) -> None:
    day = datetime(2020, 6, 30).date()
    salt = ("AFP: Why was the salt sent back?", "Ada Quill: One shipment was wet.")
    kites = ("AP: Who pays for the kites?", "Ada Quill: Whoever ordered them. We have lodged no claim.")
    server.site.put(page(0), briefing(day, [salt, kites]))
    assert nights.run().success
    server.site.put(page(0), briefing(day, [(salt[0], "Ada Quill: One shipment was wet, and one was not.")]))
    with time_machine.travel(datetime(2020, 7, 3, tzinfo=UTC)):  # so that the page is recent enough to be asked for again
        second = nights.run()
    assert second.success, failure_of(second)
    check = check_of(second, "questions_kept")
    assert (check.passed, check.severity, check.metadata["questions removed"].value) == (False, dg.AssetCheckSeverity.WARN, 1)
    assert "Who pays for the kites?" in shown(check.metadata["look at"])
    changes = run_query(
        home, "select turn_change, old_text, new_text from marts.page_changes where old_text is not null or new_text is not null"
    )
    assert any("kites" in str(old) and new is None for _, old, new in changes.rows())
    assert any("was wet." in str(old) and "one was not." in str(new) for _, old, new in changes.rows())


def test_only_the_step_that_fetches_is_tried_again(definitions: dg.Definitions) -> None:
    policies = {node.name: node.definition.retry_policy for node in definitions.resolve_job_def("nightly").nodes}  # type: ignore[attr-defined]
    assert {name for name, policy in policies.items() if policy is not None} == {"raw_store"}
    policy = policies["raw_store"]
    assert (policy.backoff, policy.jitter) == (dg.Backoff.EXPONENTIAL, dg.Jitter.PLUS_MINUS)
    waits = [[policy.calculate_delay(attempt) for _ in range(100)] for attempt in (1, 2)]
    assert max(waits[0]) <= 1200
    assert min(waits[1]) >= 1200
    assert len(set(waits[1])) > 90


def test_a_site_that_recovers_within_the_hour_is_no_news(nights: Nights, server: ReplayServer, hurried: None) -> None:
    server.inject(faults.status(503), page(3), times=4)  # three tries of the first crawl, one of the second
    result = nights.run(only="raw_store")
    assert result.success, failure_of(result)
    assert n_tries(result) == 2
    assert check_of(result, "crawl_complete").passed
    assert facts_of(result)["requests repeated"] == 1
    assert facts_of(result)["pages stored"] == 7


def test_a_page_that_stays_away_is_told_and_the_rest_is_published(nights: Nights, server: ReplayServer, home: Home, hurried: None) -> None:
    server.inject(faults.status(503), page(3))
    result = nights.run()
    assert result.success, failure_of(result)
    assert n_tries(result) == 3
    check = check_of(result, "crawl_complete")
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert page(3) in shown(check.metadata["could not be fetched"])
    assert "status 503" in shown(check.metadata["could not be fetched"])
    assert run_query(home, "select count(*) from core.documents").item() == 5
    server.lift()
    assert check_of(nights.run(only="raw_store"), "crawl_complete").passed


def test_what_no_retry_mends_is_not_tried_again(nights: Nights, home: Home, hurried: None) -> None:
    unknown = nights.run(only="raw_store", crawl=["mfa-atlantis"])
    assert (unknown.success, n_tries(unknown)) == (False, 1)
    assert "mfa-atlantis" in failure_of(unknown)
    assert "Known sources: mfa-en, mfa-zh" in failure_of(unknown)
    missing = nights.run(only="raw_store", crawl=[], paths=["/no/such/folder"])
    assert (missing.success, n_tries(missing)) == (False, 1)
    shutil.rmtree(home.root, ignore_errors=True)
    home.root.write_text("a file where the folder should be")
    broken = nights.run(only="raw_store")
    assert (broken.success, n_tries(broken)) == (False, 1)
    assert "FileExistsError" in failure_of(broken) or "NotADirectoryError" in failure_of(broken)


def test_a_fresh_clone_needs_no_network(nights: Nights, server: ReplayServer) -> None:
    result = nights.run(job="refresh", only="raw_store", crawl=[])
    assert facts_of(result)["pages stored"] == 31, "the project's sample"
    assert "requests made" not in facts_of(result)
    assert check_of(result, "crawl_complete").passed
    assert server.requests == []


def test_an_archive_or_a_page_that_landed_is_moved_once_it_is_stored(nights: Nights, home: Home, sample: Path) -> None:
    home.landing.mkdir(parents=True)
    shutil.copy(sample / "en-d-2019-03-04.shtml", home.landing)
    (home.landing / "notes.docx").write_bytes(b"PK")
    paths = [str(home.landing / name) for name in ("en-d-2019-03-04.shtml", "notes.docx")]
    result = nights.run(only="raw_store", crawl=[], paths=paths)
    assert result.success, failure_of(result)
    assert facts_of(result)["new pages"] == 1
    assert sorted(path.name for path in home.landing.glob("*/*/*")) == ["en-d-2019-03-04.shtml", "notes.docx", "notes.docx.txt"]
    again = nights.run(only="raw_store", crawl=[], paths=paths)
    assert again.success, "a run that is tried again finds them done"


# --- the calendar --------------------------------------------------------------------------------------------------------


def test_the_calendar_is_that_of_the_warehouse(sample_home: Home) -> None:
    days = run_query(
        sample_home, "select state_iso3, day, is_recess, is_recess_recorded from intermediate.int_conference_days order by all"
    )
    assert days.filter(state_iso3="CHN").height > 2_000
    assert days.filter("is_recess").height > 100
    for state, of_state in days.partition_by("state_iso3", as_dict=True).items():
        listed = {day: (recess, recorded) for _, day, recess, recorded in of_state.rows()}
        day, last = min(listed), max(listed)
        while day <= last:
            known = conference_day(day, str(state[0]))
            assert (known.reason in ("due", "recess")) == (day in listed), (state, day)
            if day in listed:
                assert (known.reason == "recess", known.is_recess_recorded) == listed[day], (state, day)
            day += timedelta(days=1)


# --- the scheduler ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose Dagster instance has the configuration of the project."""
    folder = tmp_path_factory.mktemp("night")
    (folder / ".dagster").mkdir()
    shutil.copy(CHECKOUT / "pipelines" / "defs" / "dagster.yaml", folder / ".dagster")
    return folder


def test_the_scheduler_asks_for_a_run_every_night(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster's own scheduler, on the code location as a process, is told what time it is: Spring Festival 2024, then the summer."""
    monkeypatch.setenv("BRIEFINGS_HOME", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    logger = logging.getLogger("scheduler")
    with (
        dg.DagsterInstance.from_config(str(folder / ".dagster")) as instance,
        create_test_daemon_workspace_context(ModuleTarget("pipelines.definitions", None, None, "briefings"), instance) as workspace,
    ):
        [location] = workspace.create_request_context().code_locations
        schedule = location.get_repository("__repository__").get_schedule("every_night")
        with time_machine.travel(datetime(2024, 2, 7, 12, tzinfo=BEIJING), tick=False):
            instance.start_schedule(schedule)
        for first, n_days in ((datetime(2024, 2, 8), 14), (datetime(2024, 8, 1), 6)):
            for n in range(n_days):
                for hours in (1.4, 1.6):  # before and after half past one
                    now = first.replace(tzinfo=BEIJING) + timedelta(days=n, hours=hours)
                    list(launch_scheduled_runs(workspace, logger, now.astimezone(UTC), {}))
        runs = [run for run in instance.get_runs() if run.job_name == "nightly"]
        assert {run.status for run in runs} == {dg.DagsterRunStatus.QUEUED}
        calendar = {run.tags["briefings/day"]: run.tags["briefings/calendar"] for run in runs}
        assert len(runs) == len(calendar), "a day has one run"
        festival = {f"2024-02-{day:02}": "recess: Spring Festival" for day in (9, 12, 13, 14, 15, 16)}
        weekend = {f"2024-02-{day}": "weekend" for day in (10, 11, 17, 18)}
        due = {f"2024-02-{day:02}": "due" for day in (7, 8, 19, 20)}
        summer = {
            "2024-07-30": "due, unless it is a public holiday",
            "2024-07-31": "due, unless it is a public holiday",
            "2024-08-01": "due, unless it is a public holiday",
            "2024-08-02": "due, unless it is a public holiday",
            "2024-08-03": "weekend",
            "2024-08-04": "weekend",
            "2024-08-05": "recess: Summer recess",
        }
        # After half a year without a tick the last night alone is made up for: the one before the first of August.
        assert calendar == festival | weekend | due | summer
        assert all(run.run_config == {"ops": {"raw_store": {"config": {"crawl": ["mfa-en", "mfa-zh"]}}}} for run in runs)


# --- runs that died --------------------------------------------------------------------------------------------------------


def test_a_run_that_died_with_its_machine_is_told_from_one_that_works(folder: Path) -> None:
    from dagster._core.launcher.base import WorkerStatus

    with dg.DagsterInstance.from_config(str(folder / ".dagster")) as instance:
        nobody = json.dumps({"host": "localhost", "socket": str(folder / "no-such-socket")})
        dead = create_run_for_test(instance, tags={GRPC_INFO_TAG: nobody}, status=dg.DagsterRunStatus.STARTED)
        elsewhere = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED)
        assert instance.run_launcher.supports_check_run_worker_health
        assert instance.run_launcher.check_run_worker_health(dead).status == WorkerStatus.NOT_FOUND
        assert instance.run_launcher.check_run_worker_health(elsewhere).status == WorkerStatus.RUNNING
        assert instance.run_retries_enabled
        assert not instance.run_retries_retry_on_asset_or_op_failure


# --- alerts of runs ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, Any]]]:
    """What a command was told, so far."""
    kept = tmp_path / "alerts.jsonl"
    code = f"import sys; open({str(kept)!r}, 'a').write(sys.stdin.read() + chr(10))"
    monkeypatch.setenv("BRIEFINGS_ALERT_COMMAND", f'{sys.executable} -c "{code}"')
    return lambda: [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []


def sensors_look(instance: dg.DagsterInstance, result: Result) -> None:
    """What the daemon does after a run: give it to the sensor of its status."""
    from pipelines.defs.alerts import failed_checks, failed_runs

    kind = dg.DagsterEventType.RUN_SUCCESS if result.success else dg.DagsterEventType.RUN_FAILURE
    [event] = [event for event in result.all_events if event.event_type == kind]
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    context = dg.build_run_status_sensor_context("sensor", event, instance, run)
    if result.success:
        failed_checks(context)
    else:
        failed_runs(context.for_run_failure())


def test_a_failed_run_is_told_with_since_when_and_what_to_do(nights: Nights, told: Callable[[], list[dict[str, Any]]]) -> None:
    for month in range(3):
        with time_machine.travel(datetime(2024, 3, 18 + month, 17, 30, tzinfo=UTC)):
            sensors_look(nights.instance, nights.run(only="raw_store", crawl=["mfa-atlantis"]))
    [first, _, third] = told()
    [problem] = third["problems"]
    assert (problem["name"], problem["severity"], problem["is_new"]) == ("raw_store", "error", False)
    assert "mfa-atlantis" in problem["message"]
    assert problem["since"] == first["problems"][0]["since"] == "2024-03-18 17:30 UTC"
    assert third["run_url"] == f"http://127.0.0.1:3000/runs/{third['run_id']}"
    assert "briefings refresh" in third["what_to_do"]
    assert "Traceback" not in third["text"]


def test_a_run_that_is_tried_again_is_not_told(nights: Nights, told: Callable[[], list[dict[str, Any]]]) -> None:
    result = nights.run(only="raw_store", crawl=["mfa-atlantis"])
    nights.instance.add_run_tags(result.run_id, {"dagster/will_retry": "true"})
    sensors_look(nights.instance, result)
    assert told() == []


def test_a_check_is_told_when_it_begins_to_fail_and_not_every_night(
    nights: Nights, server: ReplayServer, told: Callable[[], list[dict[str, Any]]], hurried: None
) -> None:
    def night(day: int) -> None:
        with time_machine.travel(datetime(2024, 3, day, 17, 30, tzinfo=UTC)):
            sensors_look(nights.instance, nights.run(only="raw_store"))

    night(18)
    assert told() == []
    server.site.put(page(6), server.site.bodies()[page(5)])
    server.site.put(
        FIRST, server.site.bodies()[FIRST].replace(b"<ul>", f'<ul><li><a href=".{page(6)[len(PLACE) :]}">Briefing</a></li>'.encode())
    )
    server.inject(faults.status(503), page(6))
    night(19)
    [alert] = told()
    [problem] = alert["problems"]
    assert (problem["name"], problem["severity"]) == ("raw_store: crawl_complete", "warning")
    assert (problem["is_new"], problem["since"]) == (True, "2024-03-19 17:30 UTC")
    assert problem["link"].endswith("/assets/raw_store?view=checks&checkDetail=crawl_complete")
    night(20)
    assert len(told()) == 1
    server.lift()
    night(21)
    server.inject(faults.status(503), FIRST)
    night(22)
    assert [alert["problems"][0]["since"] for alert in told()] == ["2024-03-19 17:30 UTC", "2024-03-22 17:30 UTC"]


# --- the service -----------------------------------------------------------------------------------------------------------


@dataclass
class Service:
    """``make nightly`` as processes of its own."""

    process: subprocess.Popen[bytes]
    home: Home
    port: int

    def log(self) -> str:
        return (self.home.root / "service.log").read_text(errors="replace")

    def wait_for(self, what: Callable[[], Any], seconds: float, label: str) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert self.process.poll() is None, self.log()[-3000:]
            assert time.monotonic() < end, f"{label}: {self.log()[-3000:]}"
            time.sleep(0.5)

    def children(self) -> list[int]:
        """Sessions of web server and daemon."""
        return [child.pid for child in psutil.Process(self.process.pid).children()]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"BRIEFINGS_HOME": str(home.root), "PYTHONPATH": str(CHECKOUT)}
    for variable in ("BRIEFINGS_INPUT", "DAGSTER_HOME"):
        environment.pop(variable, None)
    with (home.root / "service.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.defs.service", "--port", str(port)], cwd=CHECKOUT, env=environment, stdout=log, stderr=log
        )
    running = Service(process, home, port)
    sessions: list[int] = []
    try:
        running.wait_for(lambda: len(running.children()) == 2, 30, "two processes")
        sessions = running.children()
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)
        end = time.monotonic() + 10
        while (left := living(sessions)) and time.monotonic() < end:
            time.sleep(0.2)
        for pid in left:  # of this test's own processes
            os.kill(pid, signal.SIGKILL)
        assert left == [], "something of the service outlived it"


def living(sessions: Collection[int]) -> list[int]:
    """Processes of some sessions that are not merely waiting to be buried."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if os.getsid(process.pid) in sessions and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


def test_the_databases_are_there_before_two_processes_use_them(tmp_path: Path) -> None:
    shutil.copyfile(CONFIGURATION, tmp_path / CONFIGURATION.name)
    for _ in range(2):
        prepare_storage(tmp_path)
        assert {path.name for path in tmp_path.rglob("*.db")} == {"schedules.db", "runs.db", "index.db"}


def test_the_service_takes_in_what_lands_and_stops_as_a_whole(service: Service, sample: Path) -> None:
    service.wait_for(service.home.landing.is_dir, 60, "the folder")
    shutil.copy(sample / "en-d-2019-03-04.shtml", service.home.landing)
    assert waiting_files(service.home)
    service.wait_for(lambda: list(service.home.landing.glob("done/*/en-d-2019-03-04.shtml")), 300, "the page is taken in")
    service.wait_for(service.home.published.is_file, 300, "the file is published")
    assert run_query(service.home, "select source_id from core.documents").rows() == [("sample",)]
    with socket.create_connection(("127.0.0.1", service.port), timeout=5):
        pass
    listening = {c.laddr.ip for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN and c.laddr.port == service.port}
    assert listening == {"127.0.0.1"}
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(60) == 0


def test_when_one_of_the_two_dies_the_other_is_stopped(service: Service) -> None:
    service.wait_for(lambda: (service.home.root / ".dagster" / "dagster.yaml").is_file(), 60, "the instance")
    os.kill(service.children()[0], signal.SIGKILL)
    assert service.process.wait(60) == 1
    assert "has ended with exit code -9; the other is stopped, too" in service.log()


# --- deployment --------------------------------------------------------------------------------------------------------------


DEPLOY = CHECKOUT / "deploy"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze, which is not installed")
def test_the_unit_is_valid_and_shut_in(tmp_path: Path) -> None:
    unit = tmp_path / "briefings.service"
    unit.write_text((DEPLOY / "briefings.service").read_text().replace("/opt/briefings", str(Path(sys.executable).parent.parent.parent)))
    verified = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)], capture_output=True, text=True, check=False
    )
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_the_container_runs_what_there_is_without_root_and_secrets() -> None:
    lines = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ").splitlines()
    steps = [tuple(line.split(maxsplit=1)) for line in lines if line and not line.startswith("#")]
    last = steps[max(n for n, step in enumerate(steps) if step[0] == "FROM") :]
    assert [value for name, value in last if name == "USER"] == ["10001:10001"]
    assert [json.loads(value) for name, value in last if name == "ENTRYPOINT"] == [
        ["/opt/briefings/.venv/bin/python", "-m", "pipelines.defs.service"]
    ]
    assert [json.loads(value)[:2] for name, value in last if name == "CMD"] == [["--host", "127.0.0.1"]]
    copied = [source for name, value in steps if name == "COPY" and not value.startswith("--from") for source in value.split()[:-1]]
    assert {"pipelines", "dbt", "requirements.lock"} <= set(copied)
    assert [source for source in copied if not (CHECKOUT / source).exists()] == []
    kept = (DEPLOY / "Containerfile.dockerignore").read_text().split()
    assert [source for source in copied if f"!{source}" not in kept] == []


@pytest.mark.skipif(not Path(sys.executable).with_name("hadolint").exists(), reason="needs hadolint, which is not installed")
def test_the_container_file_is_clean() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([str(linter), str(DEPLOY / "Containerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_settings_that_are_described_are_those_that_are_read() -> None:
    from pipelines.defs import alerts, raw_store

    described = set(re.findall(r"^\| `(BRIEFINGS_\w+)`", (DEPLOY / "README.md").read_text(), re.MULTILINE))
    assert described == {
        alerts.COMMAND_VARIABLE, alerts.WEBHOOK_VARIABLE, alerts.UI_VARIABLE, raw_store.MIRROR_VARIABLE, "BRIEFINGS_CONTACT",
    }  # fmt: skip
