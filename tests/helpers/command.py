"""Runs the command ``briefings`` for tests: in this process, or as a process of its own where that matters."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from pipelines.cli import main
from pipelines.settings import CHECKOUT


@dataclass(frozen=True)
class Done:
    """What a run of the command left."""

    code: int
    stdout: str
    stderr: str

    @property
    def figures(self) -> dict[str, str]:
        """The rows of the printed tables of counts."""
        cells = [[cell.strip() for cell in line.strip("│ \n").split("│")] for line in self.stdout.splitlines() if line.startswith("│")]
        return {row[0]: row[1] for row in cells if len(row) == 2}


def run_command(home: Path, *arguments: object, stdin: str = "") -> Done:
    """Run the command in this process; anything but a clean exit fails the test."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        patch.object(sys, "argv", ["briefings", *map(str, arguments)]),
        patch.object(sys, "stdin", io.StringIO(stdin)),
        patch.dict(os.environ, {"BRIEFINGS_HOME": str(home), "COLUMNS": "80"}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
        else:
            code = 0
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8"))  # type: ignore[attr-defined]
    assert isinstance(code, int)
    assert "Traceback" not in texts[1]
    return Done(code, *texts)


def run_process(home: Path, *arguments: object, before: Callable[[], None] | None = None) -> Done:
    """Run the command as a process; ``before`` is called in it first (to set limits)."""
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"BRIEFINGS_HOME": str(home), "PYTHONPATH": str(CHECKOUT)},
        preexec_fn=before,
    )
    assert "Traceback" not in done.stderr
    return Done(done.returncode, done.stdout, done.stderr)
