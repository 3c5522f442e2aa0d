"""Alerts: to a real command and a real web server; only there, and without giving the address away."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipelines.defs.alerts import COMMAND_VARIABLE, WEBHOOK_VARIABLE, Alert, AlertError, Problem, send

ALERT = Alert(
    title="Briefings: the run nightly failed.",
    job="nightly",
    run_id="0b7c",
    run_url="http://127.0.0.1:3000/runs/0b7c",
    at="2024-03-19 17:40 UTC",
    what_to_do="Look at the run.",
    problems=[Problem("dbt_build", "error", "a model „broke“", "2024-03-18 17:31 UTC", "http://127.0.0.1:3000/runs/0b7c", is_new=False)],
)

SECRET = "hooks/T0/s3cr3t"


class Listener:
    """A web server that keeps what it is sent.

    Attributes:
        status: what it answers.
        location: where it leads to; None for nowhere.
    """

    def __init__(self) -> None:
        self.received: list[tuple[str, str, bytes]] = []
        self.statuses = [200]
        self.location: str | None = None
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.received.append((self.path, self.headers["Content-Type"], body))
                status = listener.statuses.pop(0) if len(listener.statuses) > 1 else listener.statuses[0]
                self.send_response(status)
                if listener.location:
                    self.send_header("Location", listener.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow one another at once."""
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)


def test_without_settings_the_log_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "briefings.alerts"):
        send(ALERT, {})
    [record] = caplog.records
    message = record.getMessage()
    assert "the run nightly failed" in message
    assert "error: dbt_build, since 2024-03-18 17:31 UTC: a model „broke“" in message
    assert "Look at the run." in message
    assert ALERT.run_url in message


def test_a_command_receives_json_on_its_standard_input(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    script = tmp_path / "my hook.py"
    script.write_text(f"import sys, pathlib; pathlib.Path({str(kept)!r}).write_bytes(sys.stdin.buffer.read())")
    send(ALERT, {COMMAND_VARIABLE: f"{sys.executable} '{script}' --loud"})
    told = json.loads(kept.read_text(encoding="utf-8"))
    assert told["problems"][0] == {
        "name": "dbt_build", "severity": "error", "message": "a model „broke“", "since": "2024-03-18 17:31 UTC",
        "link": "http://127.0.0.1:3000/runs/0b7c", "is_new": False,
    }  # fmt: skip
    assert told["text"] == ALERT.text
    assert {"title", "what_to_do", "run_url", "at", "job", "run_id"} <= set(told)


def test_a_command_is_no_shell(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    send(ALERT, {COMMAND_VARIABLE: f"{sys.executable} -c pass ; touch {kept}"})
    assert not kept.exists()


@pytest.mark.parametrize(
    "command", ["/no/such/command --secret", f"{sys.executable} -c 'import sys; sys.exit(3)' --secret", "'unbalanced --secret"]
)
def test_a_command_that_fails_is_told_without_its_words(command: str) -> None:
    with pytest.raises(AlertError) as raised:
        send(ALERT, {COMMAND_VARIABLE: command})
    assert "secret" not in str(raised.value)
    assert COMMAND_VARIABLE in str(raised.value)


def test_a_web_address_receives_json(listener: Listener) -> None:
    send(ALERT, {WEBHOOK_VARIABLE: f"{listener.url}/{SECRET}"})
    [(path, media_type, body)] = listener.received
    assert (path, media_type) == (f"/{SECRET}", "application/json")
    assert json.loads(body)["run_url"] == ALERT.run_url


def test_it_is_tried_again_when_the_server_is_busy(listener: Listener) -> None:
    listener.statuses = [503, 503, 204]
    send(ALERT, {WEBHOOK_VARIABLE: f"{listener.url}/{SECRET}"})
    assert len(listener.received) == 3


def test_a_redirect_is_not_followed_and_the_address_not_told(listener: Listener) -> None:
    other = Listener()
    listener.statuses, listener.location = [307], other.url
    with pytest.raises(AlertError, match="status 307") as raised:
        send(ALERT, {WEBHOOK_VARIABLE: f"{listener.url}/{SECRET}"})
    other.server.shutdown()
    other.server.server_close()
    assert other.received == []
    assert "s3cr3t" not in str(raised.value)
    assert "s3cr3t" not in repr(raised.value.__cause__)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/s3cr3t", "no address s3cr3t", "file:///s3cr3t", "http://[s3cr3t"])
def test_an_address_that_cannot_be_reached_is_told_without_it(url: str) -> None:
    with pytest.raises(AlertError) as raised:
        send(ALERT, {WEBHOOK_VARIABLE: url})
    assert "s3cr3t" not in str(raised.value)


def test_one_way_that_fails_does_not_keep_the_other_from_being_told(listener: Listener) -> None:
    with pytest.raises(AlertError, match=COMMAND_VARIABLE):
        send(ALERT, {COMMAND_VARIABLE: "/no/such/command", WEBHOOK_VARIABLE: listener.url})
    assert len(listener.received) == 1
