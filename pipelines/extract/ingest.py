"""Files and folders into the raw store. Bytes are stored before anything looks into them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from pipelines.extract.raw_store import Capture, append_captures, known_identities, store_bytes
from pipelines.extract.screening import media_type, screen
from pipelines.identifiers import digest_bytes
from pipelines.progress import Progress, SilentProgress
from pipelines.settings import PAGE_LIMIT_BYTES, PAGE_SUFFIXES, Home

SEGMENT_CAPTURES = 500
"""Captures recorded at a time: a kill loses the record of this many at the most, and the next ingest makes it good."""


class NothingToIngest(Exception):
    """A path does not exist, or holds no page files. The message says what to do."""


@dataclass
class IngestReport:
    """What an ingest did.

    Attributes:
        n_new: pages stored.
        n_known: files whose bytes, address and fetch time the store had already.
        refused: (file, reason, detail) of what is no page.
        unreadable: (file, message) of what could not be read.
    """

    n_new: int = 0
    n_known: int = 0
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    @property
    def refused_by_reason(self) -> dict[str, int]:
        """Reason -> number of files."""
        return dict(sorted(Counter(reason for _, reason, _ in self.refused).items()))


@dataclass(frozen=True)
class _Listed:
    url: str | None
    fetched_at: datetime | None
    http_status: int | None


def find_files(paths: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Page files below the paths, sorted, each with the given path that it was found in.

    Raises:
        NothingToIngest: a path is missing, a file has another suffix, or a folder holds no page file.
    """
    found: list[tuple[Path, Path]] = []
    for path in paths:
        if not path.exists():
            raise NothingToIngest(f"{path} does not exist. Give files or folders with pages ({', '.join(PAGE_SUFFIXES)}).")
        if path.is_file():
            if path.suffix.lower() not in PAGE_SUFFIXES:
                raise NothingToIngest(f"{path} is no page file: its name should end in {', '.join(PAGE_SUFFIXES)}.")
            found.append((path, path.parent))
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in PAGE_SUFFIXES and _is_inside(p, path))
        if not inside:
            raise NothingToIngest(f"{path} holds no page files ({', '.join(PAGE_SUFFIXES)}).")
        found.extend((p, path) for p in inside)
    return found


def _is_inside(path: Path, folder: Path) -> bool:
    """Links that lead out of the folder are not followed."""
    return not path.is_dir() and (not path.is_symlink() or path.resolve().is_relative_to(folder.resolve()))


def ingest(home: Home, paths: Sequence[Path], progress: Progress | None = None) -> IngestReport:
    """Store pages from files and folders.

    Args:
        home: where the raw store lies; created when missing.
        paths: files, or folders that are read with everything below. A ``manifest.csv`` beside the files (or above
            them, within the given folder) tells their URL, fetch time and HTTP status.
        progress: told of every file.

    Returns:
        What was new, known, refused and unreadable.

    Raises:
        NothingToIngest: see ``find_files``.
        OSError: the home cannot be written (full, read-only). What was stored before stays valid.
    """
    progress = progress or SilentProgress()
    files = find_files(paths)
    report = IngestReport()
    home.root.mkdir(parents=True, exist_ok=True)
    with FileLock(home.lock):
        known = known_identities(home)
        fresh: list[Capture] = []
        manifests = _Manifests()
        progress.stage("ingest", len(files))
        try:
            for path, within in files:
                capture = _take(home, path, within, manifests, report)
                if capture is not None:
                    if capture.identity in known:
                        report.n_known += capture.outcome == "stored"
                    else:
                        known.add(capture.identity)
                        fresh.append(capture)
                        report.n_new += capture.outcome == "stored"
                if len(fresh) >= SEGMENT_CAPTURES:
                    append_captures(home, fresh)
                    fresh = []
                progress.advance()
        finally:
            append_captures(home, fresh)
    return report


def _take(home: Home, path: Path, within: Path, manifests: _Manifests, report: IngestReport) -> Capture | None:
    """Store one file; None when it could not be read."""
    now = datetime.now(UTC).replace(tzinfo=None)
    try:
        status = path.stat()
        modified = datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None)
        if status.st_size > PAGE_LIMIT_BYTES:
            detail = f"{status.st_size:,} bytes; a page has at most {PAGE_LIMIT_BYTES:,}. Is it an archive or a video?"
            report.refused.append((str(path), "too_large", detail))
            return Capture(
                sha256=None, size_bytes=status.st_size, media_type="unknown", origin=str(path), ingested_at=now,
                file_modified_at=modified, outcome="refused", reason="too_large", detail=detail,
            )  # fmt: skip
        raw = path.read_bytes()
    except OSError as error:
        report.unreadable.append((str(path), error.strerror or str(error)))
        return None
    listed = manifests.find(path, within, raw)
    sha256 = store_bytes(home, raw)
    refusal = screen(raw, listed.http_status)
    if refusal:
        report.refused.append((str(path), refusal.reason, refusal.detail))
    return Capture(
        sha256=sha256,
        size_bytes=len(raw),
        media_type=media_type(raw),
        origin=str(path),
        ingested_at=now,
        url=listed.url,
        fetched_at=listed.fetched_at,
        http_status=listed.http_status,
        file_modified_at=modified,
        outcome="refused" if refusal else "stored",
        reason=refusal.reason if refusal else None,
        detail=refusal.detail if refusal else None,
    )


class _Manifests:
    """The ``manifest.csv`` files around the pages, each read once."""

    def __init__(self) -> None:
        self._read: dict[Path, tuple[dict[str, _Listed], dict[str, _Listed]]] = {}

    def find(self, path: Path, within: Path, raw: bytes) -> _Listed:
        """What the nearest manifest says of a file, by its path or by its bytes."""
        for folder in _folders_up(path, within):
            by_path, by_hash = self._load(folder / "manifest.csv")
            listed = by_path.get(path.relative_to(folder).as_posix())
            if listed is None and by_hash:
                listed = by_hash.get(digest_bytes(raw))
            if listed is not None:
                return listed
        return _Listed(None, None, None)

    def _load(self, manifest: Path) -> tuple[dict[str, _Listed], dict[str, _Listed]]:
        if manifest not in self._read:
            by_path: dict[str, _Listed] = {}
            by_hash: dict[str, _Listed] = {}
            if manifest.is_file():
                with manifest.open(encoding="utf-8-sig", newline="") as file:
                    for row in csv.DictReader(file):
                        listed = _Listed(row.get("url") or None, _time(row.get("fetched_at")), _status(row.get("http_status")))
                        if row.get("path"):
                            by_path[row["path"]] = listed
                        if row.get("sha256"):
                            by_hash[row["sha256"].lower()] = listed
            self._read[manifest] = (by_path, by_hash)
        return self._read[manifest]


def _folders_up(path: Path, within: Path) -> Iterator[Path]:
    folder = path.parent
    while True:
        yield folder
        if folder == within or folder == folder.parent:
            return
        folder = folder.parent


def _time(text: str | None) -> datetime | None:
    """A time of a manifest as UTC without zone; None when it is missing or no time."""
    try:
        time = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time


def _status(text: str | None) -> int | None:
    return int(text) if text and text.strip().isdigit() else None


