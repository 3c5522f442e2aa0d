"""Tells somebody what has failed, by a way that the environment names: the log, a command, a web address."""

from __future__ import annotations

import json
import logging
import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import dagster as dg
import httpx
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from pipelines.defs.nights import SENSOR_STATUS

COMMAND_VARIABLE = "BRIEFINGS_ALERT_COMMAND"
WEBHOOK_VARIABLE = "BRIEFINGS_ALERT_URL"
UI_VARIABLE = "BRIEFINGS_UI_URL"

SECONDS = 30.0
"""For the command, or an answer of the web address."""
TRIES = 3
HISTORY = 100
"""Runs, or results of a check, that are looked through for when it began to fail."""

LOG = logging.getLogger("briefings.alerts")


class AlertError(Exception):
    """An alert could not be handed on. The message names neither address nor command: they may hold a secret."""


@dataclass(frozen=True)
class Problem:
    """Something that failed.

    Attributes:
        name: a step, or asset and check.
        severity: ``error`` or ``warning``.
        since: start of the first of the runs in which it has failed without a break, UTC.
        link: where the UI shows it.
        is_new: whether that is the run at hand.
    """

    name: str
    severity: str
    message: str
    since: str
    link: str
    is_new: bool


@dataclass(frozen=True)
class Alert:
    """What a person is told.

    Attributes:
        text: all of it as a message; many chat programs show this field of a webhook.
    """

    title: str
    job: str
    run_id: str
    run_url: str
    at: str
    what_to_do: str
    problems: list[Problem] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Title, problems, what to do, link."""
        lines = [f"- {p.severity}: {p.name}, since {p.since}: {p.message}" for p in self.problems]
        return "\n".join([self.title, *lines, self.what_to_do, self.run_url])

    def as_json(self) -> str:
        """What command and web address receive."""
        return json.dumps(asdict(self) | {"text": self.text}, ensure_ascii=False)


# --- ways to tell -------------------------------------------------------------------------------------------------------


def send(alert: Alert, environment: Mapping[str, str] = os.environ) -> None:
    """Write the alert into the log; hand it to the command and to the web address, where the environment names them.

    Raises:
        AlertError: one of them could not be told, after some tries. The other was.
    """
    LOG.error("%s", alert.text)
    failed = []
    for variable, way in ((COMMAND_VARIABLE, _to_command), (WEBHOOK_VARIABLE, _to_webhook)):
        if target := environment.get(variable):
            try:
                _patiently(way)(target, alert.as_json())
            except AlertError as error:
                failed.append(f"{variable}: {error}")
    if failed:
        raise AlertError(" ".join(failed))


_patiently = retry(
    retry=retry_if_exception_type(AlertError), stop=stop_after_attempt(TRIES), wait=wait_exponential(multiplier=0.5, max=10), reraise=True
)


def _to_command(command: str, message: str) -> None:
    """The command is no shell's: words as in one, but without expansion."""
    try:
        done = subprocess.run(shlex.split(command), input=message, text=True, capture_output=True, timeout=SECONDS, check=False)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise AlertError(f"The command could not be run ({type(error).__name__}).") from None
    if done.returncode:
        raise AlertError(f"The command ended with exit code {done.returncode}.")


def _to_webhook(url: str, message: str) -> None:
    """Sent to that address alone: a redirect is not followed."""
    try:
        answer = httpx.post(url, content=message, headers={"Content-Type": "application/json"}, timeout=SECONDS, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise AlertError(f"The address could not be reached ({type(error).__name__}).") from None
    if not answer.is_success:
        raise AlertError(f"The address answered with status {answer.status_code}.")


# --- what failed --------------------------------------------------------------------------------------------------------


def alert_of_failure(instance: dg.DagsterInstance, run: dg.DagsterRun, message: str) -> Alert:
    """Of a run that failed: its failed steps, else the message, and its failed checks."""
    first = _first_failed(instance, run)
    steps = [(str(event.step_key), _step_error(event)) for event in _events(instance, run, dg.DagsterEventType.STEP_FAILURE)]
    problems = [
        Problem(name, "error", text, _started(instance, first), _run_url(run), is_new=first == run.run_id)
        for name, text in steps or [(run.job_name, message)]
    ]
    return Alert(
        title=f"Briefings: the run {run.job_name} failed.",
        job=run.job_name,
        run_id=run.run_id,
        run_url=_run_url(run),
        at=_time(datetime.now(UTC).timestamp()),
        what_to_do="The file published before is still in place. Mend what the message names, then click Materialize all or type "
        "briefings refresh; the next night tries again, too.",
        problems=[*problems, *_failed_checks(instance, run)],
    )


def alert_of_checks(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Alert | None:
    """Of a run that ended well, but with failed checks; None when each of them had failed before, so that nobody is told every night."""
    problems = _failed_checks(instance, run)
    new = [problem for problem in problems if problem.is_new]
    if not new:
        return None
    names = ", ".join(problem.name for problem in new)
    return Alert(
        title=f"Briefings: checks have failed in the run {run.job_name} that were well before: {names}. What was checked is published.",
        job=run.job_name,
        run_id=run.run_id,
        run_url=_run_url(run),
        at=_time(datetime.now(UTC).timestamp()),
        what_to_do="Open the check in the UI: it says what it means and which rows to look at.",
        problems=[*new, *(problem for problem in problems if not problem.is_new)],
    )


def _failed_checks(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[Problem]:
    problems = []
    for event in _events(instance, run, dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        check = event.asset_check_evaluation_data
        if not check.passed:
            first = _check_first_failed(instance, run, check.asset_check_key)
            problems.append(
                Problem(
                    name=f"{check.asset_key.to_user_string()}: {check.check_name}",
                    severity="error" if check.severity == dg.AssetCheckSeverity.ERROR else "warning",
                    message=check.description or "",
                    since=_started(instance, first),
                    link=f"{_ui_url()}/assets/{'/'.join(check.asset_key.path)}?view=checks&checkDetail={check.check_name}",
                    is_new=first == run.run_id,
                )
            )
    return problems


def _check_first_failed(instance: dg.DagsterInstance, run: dg.DagsterRun, key: dg.AssetCheckKey) -> str:
    """Id of the first run of the unbroken row of failures that ends with this run."""
    passed, failed = AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED
    records = instance.event_log_storage.get_asset_check_execution_history(key, limit=HISTORY)
    return _first_of_row(run.run_id, [(record.run_id, record.status) for record in records], failed, passed)


def _first_failed(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """Id of the first of the runs of this job that have failed without a break until this one."""
    passed, failed = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE
    records = instance.get_run_records(dg.RunsFilter(job_name=run.job_name), limit=HISTORY)
    return _first_of_row(run.run_id, [(record.dagster_run.run_id, record.dagster_run.status) for record in records], failed, passed)


def _first_of_row(run_id: str, newest_first: Sequence[tuple[str, object]], failed: object, passed: object) -> str:
    first, is_reached = run_id, False
    for other, status in newest_first:
        is_reached = is_reached or other == run_id
        if is_reached and status == passed:
            break
        if is_reached and status == failed:
            first = other
    return first


def _events(instance: dg.DagsterInstance, run: dg.DagsterRun, kind: dg.DagsterEventType) -> Sequence[dg.DagsterEvent]:
    return [entry.dagster_event for entry in instance.all_logs(run.run_id, of_type=kind) if entry.dagster_event is not None]


def _step_error(event: dg.DagsterEvent) -> str:
    error = event.step_failure_data.error
    message = error.message if error is not None else event.message
    return " ".join((message or "").removeprefix("dagster._core.definitions.events.Failure:").split())


def _started(instance: dg.DagsterInstance, run_id: str) -> str:
    record = instance.get_run_record_by_id(run_id)
    assert record is not None, "what has a history has a run"
    return _time(record.start_time or record.create_timestamp.timestamp())


def _time(timestamp: float) -> str:
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M} UTC"


def _ui_url() -> str:
    return os.environ.get(UI_VARIABLE, "http://127.0.0.1:3000").rstrip("/")


def _run_url(run: dg.DagsterRun) -> str:
    return f"{_ui_url()}/runs/{run.run_id}"


# --- sensors ------------------------------------------------------------------------------------------------------------

_HOW = f"Into the log, and to the command in `{COMMAND_VARIABLE}` (JSON on its standard input) and the web address in `{WEBHOOK_VARIABLE}` (JSON by POST)."


@dg.run_failure_sensor(
    name="tell_of_failed_runs",
    default_status=SENSOR_STATUS,
    description=f"Tells of a run that failed and will not be tried again by itself. {_HOW}",
)
def failed_runs(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
    """One alert a run."""
    if context.dagster_run.tags.get("dagster/will_retry") == "true":
        return dg.SkipReason("The run is tried again.")
    send(alert_of_failure(context.instance, context.dagster_run, context.failure_event.message or "The run failed."))
    return None


@dg.run_status_sensor(
    name="tell_of_failed_checks",
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=SENSOR_STATUS,
    description=f"Tells of checks that have failed in a run that ended well, warnings too, when one of them was well before. {_HOW}",
)
def failed_checks(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
    """One alert a run, if there is news."""
    alert = alert_of_checks(context.instance, context.dagster_run)
    if alert is None:
        return dg.SkipReason("No check has failed that was well before.")
    send(alert)
    return None
