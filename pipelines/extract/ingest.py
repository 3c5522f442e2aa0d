"""Files and folders into the raw store. Bytes are stored before anything looks into them."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from pipelines.errors import BriefingsError
from pipelines.extract.raw_store import Capture, append_captures, known_captures, store_bytes
from pipelines.extract.screening import media_type, screen
from pipelines.identifiers import digest_bytes
from pipelines.locking import WAIT_SECONDS, writing
from pipelines.progress import Progress, SilentProgress
from pipelines.settings import PAGE_LIMIT_BYTES, PAGE_SUFFIXES, Home

SEGMENT_CAPTURES = 500
"""Captures recorded at a time: a kill loses the record of this many at the most, and the next ingest makes it good."""


class NothingToIngestError(BriefingsError):
    """A path does not exist, or holds no page files. The message says what to do."""


@dataclass
class IngestReport:
    """What an ingest did.

    Attributes:
        n_new: pages stored.
        n_known: pages whose bytes, address, fetch time and status the store had already.
        refused: (file, reason, detail) of what is no page.
        unreadable: (file, message) of what could not be read, be it a page, a folder or a manifest.
    """

    n_new: int = 0
    n_known: int = 0
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    @property
    def refused_by_reason(self) -> dict[str, int]:
        """Reason -> number of files."""
        return dict(sorted(Counter(reason for _, reason, _ in self.refused).items()))


class FoundFile(NamedTuple):
    """A page file, and the given folder that it was found in: manifests are looked for up to there."""

    path: Path
    within: Path


class _Listed(NamedTuple):
    """What a manifest says of a file."""

    url: str | None
    fetched_at: datetime | None
    http_status: int | None


_STATUS = re.compile(r"[1-5][0-9]{2}")
_NOT_LISTED = _Listed(None, None, None)


def find_files(paths: Sequence[Path], excluded: Path | None = None) -> tuple[list[FoundFile], list[tuple[str, str]]]:
    """Page files below the paths, each once, in order of their names.

    Args:
        paths: files or folders.
        excluded: a folder that is not looked into (the home itself, when it lies below a given folder).

    Returns:
        The files, and (folder, message) of folders that cannot be listed.

    Raises:
        NothingToIngestError: a path is missing, a file has another suffix, or the folders hold no page file.
    """
    suffixes = ", ".join(PAGE_SUFFIXES)
    found: dict[Path, FoundFile] = {}
    closed: list[tuple[str, str]] = []
    for given in paths:
        path = given.absolute()
        if not os.path.lexists(path):
            raise NothingToIngestError(f"{given} does not exist. Give files or folders with pages ({suffixes}).")
        if path.is_dir():
            inside = [FoundFile(p, path) for p in _walk(path, excluded, closed) if _is_page_file(p, path)]
            if not inside and not closed:
                raise NothingToIngestError(f"{given} holds no page files ({suffixes}). Give a folder that does, or the files themselves.")
            found.update((file.path, file) for file in inside if file.path not in found)
        elif path.suffix.lower() in PAGE_SUFFIXES:
            found.setdefault(path, FoundFile(path, path.parent))
        else:
            raise NothingToIngestError(f"{given} is no page file: its name should end in one of {suffixes}.")
    return sorted(found.values()), closed


def _walk(folder: Path, excluded: Path | None, closed: list[tuple[str, str]]) -> Iterator[Path]:
    def note(error: OSError) -> None:
        closed.append((_printable(Path(error.filename)), f"The folder cannot be listed: {error.strerror}."))

    for parent, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if Path(parent, name) != excluded]
        yield from (Path(parent, name) for name in names)


def _is_page_file(path: Path, folder: Path) -> bool:
    """Links that lead out of the folder are not followed; pipes and devices would block."""
    if path.suffix.lower() not in PAGE_SUFFIXES:
        return False
    if path.is_symlink():
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    return path.is_file()


def ingest(home: Home, paths: Sequence[Path], progress: Progress | None = None, wait_seconds: float = WAIT_SECONDS) -> IngestReport:
    """Store pages from files and folders.

    Args:
        home: where the raw store lies; created when missing.
        paths: files, or folders that are read with everything below. A ``manifest.csv`` beside the files (or above
            them, within the given folder) tells their URL, fetch time and HTTP status.
        progress: told of every file.
        wait_seconds: how long to wait for another run that writes to the home.

    Returns:
        What was new, known, refused and unreadable.

    Raises:
        NothingToIngestError: see ``find_files``.
        HomeBusyError: another run did not end in time.
        OSError: the home cannot be written (full, read-only). What was stored before stays valid.
    """
    progress = progress or SilentProgress()
    files, closed = find_files(paths, excluded=home.root)
    report = IngestReport(unreadable=closed)
    with writing(home, progress, wait_seconds):
        known = known_captures(home)
        fresh: list[Capture] = []
        manifests = _Manifests(report)
        progress.stage("ingest", len(files))
        try:
            for file in files:
                capture = _take(home, file, manifests, report)
                is_known = capture.identity in known
                report.n_new += capture.outcome == "stored" and not is_known
                report.n_known += capture.outcome == "stored" and is_known
                is_read_at_last = capture.sha256 is not None and _unread(capture.origin) in known
                if not is_known or is_read_at_last or capture.rank < known[capture.identity]:
                    known[capture.identity] = capture.rank
                    fresh.append(capture)
                if len(fresh) >= SEGMENT_CAPTURES:
                    append_captures(home, fresh)
                    fresh.clear()
                progress.advance()
        finally:
            append_captures(home, fresh)
    return report


def _take(home: Home, file: FoundFile, manifests: _Manifests, report: IngestReport) -> Capture:
    """Store one file, or say why not."""
    origin = _printable(file.path)
    now = datetime.now(UTC).replace(tzinfo=None)
    try:
        size_bytes, modified = _size_and_time(file.path)
        if size_bytes > PAGE_LIMIT_BYTES:
            detail = f"{size_bytes:,} bytes, and a page has {PAGE_LIMIT_BYTES:,} at the most. Is it an archive or a video? It was not read."
            report.refused.append((origin, "too_large", detail))
            return _unread_capture(origin, "too_large", detail, now, size_bytes, modified)
        raw = file.path.read_bytes()
    except OSError as error:
        detail = f"The file cannot be read: {error.strerror or error}. Mend that and ingest it again."
        report.unreadable.append((origin, detail))
        return _unread_capture(origin, "unreadable", detail, now)
    listed = manifests.find(file, raw)
    sha256 = store_bytes(home, raw)
    refusal = screen(raw, listed.http_status)
    if refusal:
        report.refused.append((origin, refusal.reason, refusal.detail))
    return Capture(
        sha256=sha256,
        size_bytes=len(raw),
        media_type=media_type(raw),
        origin=origin,
        ingested_at=now,
        url=listed.url,
        fetched_at=listed.fetched_at,
        http_status=listed.http_status,
        file_modified_at=modified,
        outcome="refused" if refusal else "stored",
        reason=refusal.reason if refusal else None,
        detail=refusal.detail if refusal else None,
    )


def _unread_capture(origin: str, reason: str, detail: str, now: datetime, size_bytes: int = 0, modified: datetime | None = None) -> Capture:
    return Capture(
        sha256=None,
        size_bytes=size_bytes,
        media_type="unknown",
        origin=origin,
        ingested_at=now,
        file_modified_at=modified,
        outcome="refused",
        reason=reason,
        detail=detail,
    )


def _unread(origin: str) -> tuple[object, ...]:
    """Identity under which the record knows a file that was not read before."""
    return (None, None, None, None, "refused", origin)


def _size_and_time(path: Path) -> tuple[int, datetime | None]:
    status = path.stat()
    try:
        return status.st_size, datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None)
    except (OverflowError, ValueError):  # file systems allow years that datetime does not
        return status.st_size, None


def _printable(path: Path) -> str:
    """The name as text: file systems allow bytes that are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


class _Manifests:
    """The ``manifest.csv`` files around the pages, each read once."""

    def __init__(self, report: IngestReport) -> None:
        self._report = report
        self._read: dict[Path, tuple[dict[str, _Listed], dict[str, _Listed]]] = {}

    def find(self, file: FoundFile, raw: bytes) -> _Listed:
        """What the nearest manifest says of a file, by its path or by its bytes."""
        for folder in _folders_up(file):
            by_path, by_hash = self._load(folder / "manifest.csv")
            listed = by_path.get(file.path.relative_to(folder).as_posix())
            if listed is None and by_hash:
                listed = by_hash.get(digest_bytes(raw))
            if listed is not None:
                return listed
        return _NOT_LISTED

    def _load(self, manifest: Path) -> tuple[dict[str, _Listed], dict[str, _Listed]]:
        if manifest not in self._read:
            by_path: dict[str, _Listed] = {}
            by_hash: dict[str, _Listed] = {}
            self._read[manifest] = (by_path, by_hash)
            try:
                if manifest.is_file():
                    for row in _rows(manifest):
                        listed = _Listed(row.get("url") or None, _time(row.get("fetched_at")), _status(row.get("http_status")))
                        if row.get("path"):
                            by_path.setdefault(PurePosixPath(row["path"].replace("\\", "/")).as_posix(), listed)
                        if row.get("sha256"):
                            by_hash.setdefault(row["sha256"].lower(), listed)
            except (OSError, csv.Error) as error:
                self._report.unreadable.append(
                    (_printable(manifest), f"The manifest cannot be read: {error}. Its pages are stored without address and time.")
                )
        return self._read[manifest]


def _rows(manifest: Path) -> Iterator[dict[str, str]]:
    with manifest.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            yield {name.strip().lower(): value.strip() for name, value in row.items() if name and isinstance(value, str)}


def _folders_up(file: FoundFile) -> Iterator[Path]:
    folder = file.path.parent
    while True:
        yield folder
        if folder in (file.within, folder.parent):
            return
        folder = folder.parent


def _time(text: str | None) -> datetime | None:
    """A time of a manifest as UTC without zone; None when it is missing or no time. Web archives write 20200704035541."""
    text = text or ""
    try:
        time = datetime.strptime(text, "%Y%m%d%H%M%S") if text.isdigit() else datetime.fromisoformat(text)
        return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
    except (ValueError, OverflowError):
        return None


def _status(text: str | None) -> int | None:
    return int(text) if text and _STATUS.fullmatch(text) else None
