"""Tells a run that died with its machine from one that works, so that it neither holds a place in the queue nor waits for a person."""

from dagster import DagsterRun, DefaultRunLauncher
from dagster._core.errors import DagsterUserCodeUnreachableError, DagsterUserCodeUnreachableTimeoutError
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
from dagster._serdes import deserialize_value

ASK_SECONDS = 20


class WatchedRunLauncher(DefaultRunLauncher):
    """Dagster's own launcher, and an answer to whether a run's process is alive.

    A code server notices when a run's process dies. When the server dies, too (power cut, kill of the whole service), the run would stay
    "started" until its time is up. A server lives until its last run has ended, so one that cannot be reached has none.
    """

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Yes."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Ask the code server that started the run."""
        client = self._get_grpc_client_for_termination(run.run_id)  # type: ignore[no-untyped-call]
        if client is None:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "No code server has started it.")
        try:
            answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id), timeout=ASK_SECONDS)
        except DagsterUserCodeUnreachableTimeoutError:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "The code server is busy.")
        except DagsterUserCodeUnreachableError:
            return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "The run ended with the machine or the service that it ran in.")
        if deserialize_value(answer, CanCancelExecutionResult).can_cancel:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "The code server has no such process.")
