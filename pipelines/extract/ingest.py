"""Files, folders and web archives into the raw store. Bytes are stored before anything looks into them."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from pipelines.errors import BriefingsError
from pipelines.extract.archives import ArchivedPage, Refused, Skipped, payload_digest, read_archive, utc_time
from pipelines.extract.raw_store import Capture, DamagedStoreError, append_captures, known_captures, read_captures, read_object, store_bytes
from pipelines.extract.screening import media_type, screen
from pipelines.identifiers import digest_bytes
from pipelines.locking import WAIT_SECONDS, writing
from pipelines.progress import Progress, SilentProgress
from pipelines.settings import ARCHIVE_SUFFIXES, PAGE_LIMIT_BYTES, PAGE_SUFFIXES, Home
from pipelines.urls import canonical_url

SEGMENT_CAPTURES = 500
"""Captures recorded at a time: a kill loses the record of this many at the most, and the next ingest makes it good."""


class NothingToIngestError(BriefingsError):
    """A path does not exist, or holds no pages or archives. The message says what to do."""


@dataclass
class IngestReport:
    """What an ingest did.

    Attributes:
        n_new: pages stored.
        n_known: pages whose bytes, address, fetch time and status the store had already.
        refused: (file, reason, detail) of what is no page; a record of an archive is called ``archive#offset``.
        unreadable: (file, message) of what could not be read, be it a page, a folder, a manifest or (a part of) an archive.
        skipped: kind -> number of records of archives that are no pages: requests, images, redirects.
    """

    n_new: int = 0
    n_known: int = 0
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def refused_by_reason(self) -> dict[str, int]:
        """Reason -> number of files."""
        return dict(sorted(Counter(reason for _, reason, _ in self.refused).items()))


class FoundFile(NamedTuple):
    """A page or archive, and the given folder that it was found in: manifests are looked for up to there."""

    path: Path
    within: Path


class _Listed(NamedTuple):
    """What a manifest says of a file."""

    url: str | None
    fetched_at: datetime | None
    http_status: int | None


_SUFFIXES = PAGE_SUFFIXES + ARCHIVE_SUFFIXES
_STATUS = re.compile(r"[1-5][0-9]{2}")
_NOT_LISTED = _Listed(None, None, None)


def find_files(paths: Sequence[Path], excluded: Path | None = None) -> tuple[list[FoundFile], list[tuple[str, str]]]:
    """Pages and archives below the paths, each once, in order of their names.

    Args:
        paths: files or folders.
        excluded: a folder that is not looked into (the home itself, when it lies below a given folder).

    Returns:
        The files, and (folder, message) of folders that cannot be listed.

    Raises:
        NothingToIngestError: a path is missing, a file has another suffix, or the folders hold neither pages nor archives.
    """
    suffixes = ", ".join(_SUFFIXES)
    found: dict[Path, FoundFile] = {}
    closed: list[tuple[str, str]] = []
    for given in paths:
        path = given.absolute()
        if not os.path.lexists(path):
            raise NothingToIngestError(f"{given} does not exist. Give files or folders with pages ({suffixes}).")
        if path.is_dir():
            inside = [FoundFile(p, path) for p in _walk(path, excluded, closed) if _is_wanted(p, path)]
            if not inside and not closed:
                raise NothingToIngestError(f"{given} holds no page files ({suffixes}). Give a folder that does, or the files themselves.")
            found.update((file.path, file) for file in inside if file.path not in found)
        elif _has_suffix(path, _SUFFIXES):
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


def _has_suffix(path: Path, suffixes: tuple[str, ...]) -> bool:
    return "".join(path.suffixes[-2:]).lower().endswith(suffixes)


def _is_wanted(path: Path, folder: Path) -> bool:
    """Links that lead out of the folder are not followed; pipes and devices would block."""
    if not _has_suffix(path, _SUFFIXES):
        return False
    if path.is_symlink():
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    return path.is_file()


def ingest(home: Home, paths: Sequence[Path], progress: Progress | None = None, wait_seconds: float = WAIT_SECONDS) -> IngestReport:
    """Store pages from files, folders and web archives.

    Args:
        home: where the raw store lies; created when missing.
        paths: files, or folders that are read with everything below. A ``manifest.csv`` beside the pages (or above
            them, within the given folder) tells their URL, fetch time and HTTP status; archives tell it themselves.
        progress: told of every page file, and of every byte of an archive.
        wait_seconds: how long to wait for another run that writes to the home.

    Returns:
        What was new, known, refused, unreadable and skipped.

    Raises:
        NothingToIngestError: see ``find_files``.
        HomeBusyError: another run did not end in time.
        OSError: the home cannot be written (full, read-only). What was stored before stays valid.
    """
    progress = progress or SilentProgress()
    files, closed = find_files(paths, excluded=home.root)
    archives = [file.path for file in files if _has_suffix(file.path, ARCHIVE_SUFFIXES)]
    pages = [file for file in files if not _has_suffix(file.path, ARCHIVE_SUFFIXES)]
    report = IngestReport(unreadable=closed)
    with writing(home, progress, wait_seconds):
        record = _Record(home, report)
        try:
            if pages:
                progress.stage("ingest", len(pages))
            manifests = _Manifests(report)
            for file in pages:
                record.add(_take(home, file, manifests, report))
                progress.advance()
            _take_archives(home, archives, record, report, progress)
        finally:
            record.save()
    return report


class _Record:
    """The record of captures, and what of this run is not in it yet."""

    def __init__(self, home: Home, report: IngestReport) -> None:
        self._home = home
        self._report = report
        self._known = known_captures(home)
        self._fresh: list[Capture] = []

    def add(self, capture: Capture) -> None:
        is_known = capture.identity in self._known
        self._report.n_new += capture.outcome == "stored" and not is_known
        self._report.n_known += capture.outcome == "stored" and is_known
        is_read_at_last = capture.sha256 is not None and _unread(capture.origin) in self._known
        if is_read_at_last:
            # That it could not be read is forgotten by what came later; a clock may have been set back meanwhile.
            capture = replace(capture, ingested_at=max(capture.ingested_at, self._latest))
        if not is_known or is_read_at_last or capture.rank < self._known[capture.identity]:
            self._known[capture.identity] = capture.rank
            self._fresh.append(capture)
        if len(self._fresh) >= SEGMENT_CAPTURES:
            self.save()

    @cached_property
    def _latest(self) -> datetime:
        latest = read_captures(self._home)["ingested_at"].max()
        return latest if isinstance(latest, datetime) else _now()

    def save(self) -> None:
        append_captures(self._home, self._fresh)
        self._fresh.clear()


def _take(home: Home, file: FoundFile, manifests: _Manifests, report: IngestReport) -> Capture:
    """Store one file, or say why not."""
    origin = _printable(file.path)
    try:
        size_bytes, modified = _size_and_time(file.path)
        if size_bytes > PAGE_LIMIT_BYTES:
            detail = f"{size_bytes:,} bytes, and a page has {PAGE_LIMIT_BYTES:,} at the most. Is it an archive or a video? It was not read."
            report.refused.append((origin, "too_large", detail))
            return _unread_capture(origin, "too_large", detail, size_bytes, modified)
        raw = file.path.read_bytes()
    except OSError as error:
        detail = f"The file cannot be read: {error.strerror or error}. Mend that and ingest it again."
        report.unreadable.append((origin, detail))
        return _unread_capture(origin, "unreadable", detail)
    return _store(home, raw, origin, modified, manifests.find(file, raw), report)


def _store(home: Home, raw: bytes, origin: str, modified: datetime | None, listed: _Listed, report: IngestReport) -> Capture:
    """Store bytes and judge whether they may be a page."""
    sha256 = store_bytes(home, raw)
    refusal = screen(raw, listed.http_status)
    if refusal:
        report.refused.append((origin, refusal.reason, refusal.detail))
    return Capture(
        sha256=sha256,
        size_bytes=len(raw),
        media_type=media_type(raw),
        origin=origin,
        ingested_at=_now(),
        url=listed.url,
        fetched_at=listed.fetched_at,
        http_status=listed.http_status,
        file_modified_at=modified,
        outcome="refused" if refusal else "stored",
        reason=refusal.reason if refusal else None,
        detail=refusal.detail if refusal else None,
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _unread_capture(origin: str, reason: str, detail: str, size_bytes: int = 0, modified: datetime | None = None) -> Capture:
    return Capture(
        sha256=None,
        size_bytes=size_bytes,
        media_type="unknown",
        origin=origin,
        ingested_at=_now(),
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


# --- archives ----------------------------------------------------------------------------------------------------------


class _Revisit(NamedTuple):
    """A record that says that an address served known bytes again, while the bytes are not known yet."""

    page: ArchivedPage
    archive: str
    modified: datetime | None


def _take_archives(home: Home, archives: Sequence[Path], record: _Record, report: IngestReport, progress: Progress) -> None:
    """Store the pages of archives. Only what a ``revisit`` may need is remembered of a page: digest, hash and status."""
    payloads: dict[str, tuple[str, int | None] | None] = {}
    waiting: list[_Revisit] = []
    for path in archives:
        archive = _printable(path)
        size_bytes, modified = _size_and_time(path) if path.is_file() else (0, None)
        progress.stage(f"bytes of {path.name}", size_bytes)
        n_read = 0
        for at, finding in read_archive(path):
            progress.advance(max(0, at - n_read))
            n_read = max(n_read, at)
            if isinstance(finding, Skipped):
                report.skipped[finding.kind] += 1
                if finding.digest:
                    payloads.setdefault(finding.digest, None)
            elif isinstance(finding, Refused):
                record.add(_refuse(f"{archive}#{finding.offset}", finding, modified, report))
            elif finding.raw is None:
                waiting.append(_Revisit(finding, archive, modified))
            else:
                listed = _Listed(finding.url, finding.fetched_at, finding.http_status)
                capture = _store(home, finding.raw, f"{archive}#{finding.offset}", modified, listed, report)
                record.add(capture)
                if finding.digest and capture.sha256:
                    payloads[finding.digest] = (capture.sha256, capture.http_status)
        progress.advance(max(0, size_bytes - n_read))
    if waiting:
        record.save()
        _take_revisits(home, waiting, payloads, record, report)


def _refuse(origin: str, refused: Refused, modified: datetime | None, report: IngestReport) -> Capture:
    if refused.reason == "too_large":
        report.refused.append((origin, refused.reason, refused.detail))
    else:
        report.unreadable.append((origin, refused.detail))
    return _unread_capture(origin, refused.reason, refused.detail, modified=modified)


def _take_revisits(
    home: Home, waiting: Sequence[_Revisit], payloads: Mapping[str, tuple[str, int | None] | None], record: _Record, report: IngestReport
) -> None:
    """Record captures whose bytes stand in another record: of these archives, else of the raw store."""
    stored = _StoredPayloads(home)
    lost: dict[str, list[ArchivedPage]] = {}
    for page, archive, modified in waiting:
        if page.digest and page.digest in payloads:
            found = payloads[page.digest]
            if found is None:
                report.skipped["other files"] += 1
                continue
        else:
            found = stored.find(page)
        raw = _readable(home, found[0]) if found else None
        if found is None or raw is None:
            lost.setdefault(archive, []).append(page)
            continue
        listed = _Listed(page.url, page.fetched_at, page.http_status or found[1])
        record.add(_store(home, raw, f"{archive}#{page.offset}", modified, listed, report))
    for archive, pages in lost.items():
        message = (
            f"{len(pages):,} records say that an address served known bytes again, and those bytes are not here (the first: {pages[0].url}, "
            f"byte {pages[0].offset:,}). Ingest the archive that holds them together with this one."
        )
        report.unreadable.append((archive, message))


class _StoredPayloads:
    """Finds bytes of the raw store by what a ``revisit`` says of them."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._at: dict[tuple[str | None, datetime], tuple[str, int | None]] = {}
        self._of: dict[str | None, dict[str, int | None]] = {}
        captures = read_captures(home).select("url", "fetched_at", "sha256", "http_status").drop_nulls(("url", "sha256"))
        for url, fetched_at, sha256, status in captures.iter_rows():
            place = canonical_url(url)
            self._at[place, fetched_at] = (sha256, status)
            self._of.setdefault(place, {})[sha256] = status

    def find(self, page: ArchivedPage) -> tuple[str, int | None] | None:
        """Hash and status of the capture that the record names, else of bytes from its address that have its digest."""
        if page.refers_to and (found := self._at.get((canonical_url(page.refers_to[0]), page.refers_to[1]))):
            return found
        if page.digest is None:
            return None
        for sha256, status in self._of.get(canonical_url(page.url), {}).items():
            raw = _readable(self._home, sha256)
            try:
                if raw is not None and payload_digest(raw, page.digest) == page.digest:
                    return sha256, status
            except ValueError:  # an algorithm that is not known here
                return None
        return None


def _readable(home: Home, sha256: str) -> bytes | None:
    try:
        return read_object(home, sha256)
    except (OSError, DamagedStoreError):
        return None


# --- manifests ---------------------------------------------------------------------------------------------------------


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
                        listed = _Listed(row.get("url") or None, utc_time(row.get("fetched_at")), _status(row.get("http_status")))
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


def _status(text: str | None) -> int | None:
    return int(text) if text and _STATUS.fullmatch(text) else None
