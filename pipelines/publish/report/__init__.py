"""The report page: what is counted, for people who look rather than ask. Files that open from disk, without a network or scripts."""

from __future__ import annotations

import errno
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from pipelines.errors import BriefingsError
from pipelines.publish.connection import reading
from pipelines.settings import Home


@dataclass(frozen=True)
class BuiltReport:
    """A report on disk: its front page, number of pages, bytes of all files, and how long it took."""

    index: Path
    n_pages: int
    size_bytes: int
    seconds: float


def report_folder(home: Home) -> Path:
    """Where the report lies."""
    return home.root / "report"


def build_report(home: Home) -> BuiltReport:
    """Write the report of the published file: ``report/index.html`` and the pages that it links to.

    The files are written aside and moved in when all are there, the front page last; pages of an earlier report that this one
    has not are deleted. Equal bytes for an equal published file.

    Raises:
        BriefingsError: nothing is published, or the disk is full; an earlier report stays as it was.
    """
    from pipelines.publish.report.data import Record
    from pipelines.publish.report.pages import Report

    begin = time.monotonic()
    target, aside = report_folder(home), home.root / ".report"
    try:
        with reading(home) as connection, FileLock(home.root / ".report.lock"):
            shutil.rmtree(aside, ignore_errors=True)
            try:
                names = []
                for name, text in Report(Record(connection)).pages():
                    (aside / name).parent.mkdir(parents=True, exist_ok=True)
                    (aside / name).write_text(text, encoding="utf-8")
                    names.append(name)
                _move(aside, target, names)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        room = " Make room on its disk." if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise BriefingsError(
            f"The report in {target} could not be written ({error.strerror}); run it again when that is mended.{room}"
        ) from None
    return BuiltReport(
        target / "index.html",
        sum(name.endswith(".html") for name in names),
        sum((target / name).stat().st_size for name in names),
        time.monotonic() - begin,
    )


def _move(aside: Path, target: Path, names: list[str]) -> None:
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (aside / name).replace(target / name)
    kept = set(names)
    for path in sorted(target.rglob("*"), reverse=True):
        if path.is_file() and path.suffix in (".html", ".css") and path.relative_to(target).as_posix() not in kept:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
