"""Files that people drop into ``landing/``: taken into the raw store, then moved aside, never deleted.

What came in goes to ``landing/done/<day>/``, what could not be used to ``landing/refused/<day>/`` beside a ``.txt`` that says why.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipelines.extract.ingest import IngestReport, NothingToIngestError, find_files, ingest
from pipelines.progress import Progress, SilentProgress
from pipelines.settings import Home

DONE, REFUSED = "done", "refused"

_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart")
"""What browsers and copying programs call a file that is not whole yet."""

Sizes = dict[str, tuple[int, int]]


def waiting_files(home: Home) -> Sizes:
    """Files that wait, with what tells whether they still grow.

    Returns:
        Path relative to ``landing/`` -> (bytes, time of change in ns); empty where nothing waits.
    """
    found: Sizes = {}
    for entry in _entries(home):
        for path in _files(entry):
            try:
                facts = path.lstat()
            except FileNotFoundError:  # moved on meanwhile
                continue
            found[path.relative_to(home.landing).as_posix()] = (facts.st_size, facts.st_mtime_ns)
    return dict(sorted(found.items()))


def is_unfinished(sizes: Sizes) -> bool:
    """Whether a name says that a file is still being copied."""
    return any(name.lower().endswith(_UNFINISHED) for name in sizes)


def entries_of(home: Home, sizes: Sizes) -> list[Path]:
    """The files and folders right below ``landing/`` to which the files belong."""
    return [home.landing / name for name in sorted({Path(name).parts[0] for name in sizes})]


def is_landed(home: Home, path: Path) -> bool:
    """Whether a path lies in ``landing/``."""
    return path.absolute().parent == home.landing


def take_in(home: Home, entries: Sequence[Path], progress: Progress | None = None) -> IngestReport:
    """Ingest files and folders of ``landing/`` and move them aside. What is not there any more was taken in by an earlier run.

    Args:
        entries: paths right below ``landing/``.

    Returns:
        What the ingest did; what was refused before it, too.

    Raises:
        HomeBusyError: another run did not end in time. Everything stays where it is.
        OSError: the home cannot be written.
    """
    progress = progress or SilentProgress()
    now = datetime.now(UTC)
    usable: list[Path] = []
    useless: dict[Path, str] = {}
    for entry in entries:
        if not os.path.lexists(entry) or entry.name == "manifest.csv":
            continue
        if entry.is_symlink() or not (entry.is_file() or entry.is_dir()):
            useless[entry] = "It is a link to another place, or no file. Copy the file itself."
            continue
        try:
            find_files([entry])
        except NothingToIngestError as error:
            useless[entry] = str(error)
        else:
            usable.append(entry)
    report = ingest(home, usable, progress) if usable else IngestReport()

    for entry, message in useless.items():
        report.refused.append((_printable(entry), "not_a_page", message))
    for entry in [*usable, *useless]:
        _move_aside(home, entry, report, now)
    manifest = home.landing / "manifest.csv"
    if usable and manifest.is_file():
        _move(manifest, home.landing / DONE / f"{now:%Y-%m-%d}")
    return report


def _move_aside(home: Home, entry: Path, report: IngestReport, now: datetime) -> None:
    """A folder goes as a whole, with a note of what in it could not be used; so does an archive, unless it breaks at its beginning."""
    name = _printable(entry)
    told = [(origin, detail) for origin, _, detail in report.refused] + report.unreadable
    problems = [(origin, detail) for origin, detail in told if origin == name or origin.startswith((f"{name}/", f"{name}#"))]
    is_refused = any(origin in (name, f"{name}#0") for origin, _ in problems)
    moved = _move(entry, home.landing / (REFUSED if is_refused else DONE) / f"{now:%Y-%m-%d}")
    if problems:
        lines = [detail if origin == name else f"{origin}: {detail}" for origin, detail in problems]
        if not is_refused:
            lines.insert(0, "Everything was taken in but for this:")
        moved.with_name(f"{moved.name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _printable(path: Path) -> str:
    """As the ingest's report names it."""
    return os.fsencode(path).decode("utf-8", "replace")


def _move(path: Path, folder: Path) -> Path:
    """Move into the folder, under another name where the name is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    target, n = folder / path.name, 1
    while os.path.lexists(target) or target.with_name(f"{target.name}.txt").exists():
        n += 1
        target = folder / f"{path.stem}-{n}{path.suffix}"
    return path.rename(target)


def _entries(home: Home) -> list[Path]:
    if not home.landing.is_dir():
        return []
    return sorted(path for path in home.landing.iterdir() if path.name not in (DONE, REFUSED) and not path.name.startswith("."))


def _files(entry: Path) -> Iterator[Path]:
    if entry.is_symlink() or not entry.is_dir():
        yield entry
        return
    for parent, _, names in os.walk(entry):
        yield from (Path(parent, name) for name in names)
