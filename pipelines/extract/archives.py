"""Web archives (WARC, ISO 28500): the pages in them with address, time and status. A file in, findings out; nothing is stored.

Records are read one after another and never held but for the page at hand. What an archive says of itself is not
believed: lengths are checked, compressed data is unpacked piece by piece and within limits, and names are only data.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParserException

from pipelines.extract.screening import GONE_STATUS, media_type
from pipelines.settings import PAGE_LIMIT_BYTES

_GZIP = b"\x1f\x8b"

_BLOCK_BYTES = 64 * 1024

_HEADER_LIMIT_BYTES = 1024 * 1024
"""Headers of a record and of its HTTP message have a few kB; servers refuse more than 8 to 64 kB."""

_BOMB_BYTES = 1024 * 1024 * 1024
_BOMB_RATIO = 200
"""A member that unpacks to more than so many bytes, and to so many times its packed size, is no record of anything: HTML
packs 3 to 20 times, and gzip at its best 1,032 times."""

_HEAD_BYTES = 20_000
"""As much as ``media_type`` looks at."""

_OTHER_NAMES = re.compile(
    r"(?i)/robots\.txt$|\.(?:m?js|css|map|json|xml|rss|svg|png|jpe?g|gif|webp|bmp|tiff?|ico|cur|woff2?|ttf|otf|eot|mp[34]|m4[av]|mov|avi|wmv"
    r"|webm|flv|swf|wav|pdf|docx?|xlsx?|pptx?|zip|rar|gz|7z|apk|exe)$"
)
_OTHER_TYPES = re.compile(r"(?i)^(?:image|audio|video|font)/|css|(?:java|ecma)script|json|(?<!xhtml\+)xml|rss|pdf")
"""Scripts, style sheets and feeds are text by their bytes, and many hold markup: their name or declared type tells them."""

_WAYBACK = re.compile(r"https?://web\.archive\.org(?::\d+)?/web/(\d{1,14})(?:[a-z]{2}_)?/(.+)", re.IGNORECASE | re.DOTALL)
"""Address of a copy in the Wayback Machine: time, a mark for how it is shown (``id_``: as it was), and the page's own address."""


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """That an address served a page, or said that it is gone.

    Attributes:
        offset: where the record begins, in bytes of the archive (in a .warc.gz, where its gzip member begins).
        url: the page's own address, also where the archive holds a copy of a copy from the Wayback Machine.
        fetched_at: UTC without zone; None where the archive states no time.
        http_status: None where the record has no HTTP header (``resource``), or does not repeat it (``revisit``).
        raw: the page, decoded from how it was transferred; None for a ``revisit``, whose bytes an earlier record has.
        digest: of the payload, as ``algorithm:VALUE``; by it a ``revisit`` finds its bytes.
        refers_to: address and time of the capture that a ``revisit`` repeats, where it says so.
    """

    offset: int
    url: str
    fetched_at: datetime | None
    http_status: int | None
    raw: bytes | None
    digest: str | None
    refers_to: tuple[str, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that is no page. ``kind`` says in a word or two what it is, ``digest`` is that of its payload."""

    kind: str
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that cannot be used, or the place where the archive ends being readable, and what to do."""

    offset: int
    reason: str
    detail: str


class _DamagedError(Exception):
    """What is wrong with a record, as the rest of a sentence."""


class _LostError(Exception):
    """Why the stream cannot be read on, so that the next record has to be looked for; as the rest of a sentence."""


def read_archive(path: Path) -> Iterator[tuple[int, ArchivedPage | Skipped | Refused]]:
    """What an archive holds, in its order. Behind damage the next record is looked for.

    Args:
        path: a WARC file, plain or gzip, whatever its name says.

    Yields:
        How many bytes of the file have been read so far, and a finding for every record.
    """
    try:
        with path.open("rb") as file:
            for finding in _read(file):
                yield file.tell(), finding
    except OSError as error:
        yield 0, Refused(0, "unreadable", f"The archive cannot be read: {error.strerror or error}. Mend that and ingest it again.")


def utc_time(text: str | None) -> datetime | None:
    """A time as UTC without zone; None when it is missing or no time. Web archives write 2020-07-04T03:55:41Z or 20200704035541."""
    text = text or ""
    try:
        time = datetime.strptime(text, "%Y%m%d%H%M%S") if text.isdigit() else datetime.fromisoformat(text)
        return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
    except (ValueError, OverflowError):
        return None


def payload_digest(raw: bytes, like: str = "sha1:") -> str:
    """Digest of a payload in the way of archives: SHA-1 in base 32, or the algorithm and base of another digest.

    Raises:
        ValueError: the other digest's algorithm is unknown.
    """
    algorithm, _, value = like.partition(":")
    digest = hashlib.new(algorithm.lower(), raw, usedforsecurity=False)
    is_hexadecimal = len(value) == digest.digest_size * 2
    return (
        f"{algorithm.lower()}:{(digest.hexdigest() if is_hexadecimal else base64.b32encode(digest.digest()).decode().rstrip('=')).upper()}"
    )


# --- frames ------------------------------------------------------------------------------------------------------------


def _read(file: BinaryIO) -> Iterator[ArchivedPage | Skipped | Refused]:
    magic = file.read(5)
    file.seek(0)
    is_packed = magic.startswith(_GZIP)
    if not is_packed and magic != b"WARC/":
        what = "The file is no WARC archive" if magic else "The archive is empty"
        yield Refused(0, "damaged_archive", f"{what}. Fetch it again, or name the file for what it is.")
        return
    begin: int | None = 0
    while begin is not None:
        file.seek(begin)
        last = begin
        try:
            for last, found in _members(file) if is_packed else _records(file, None):  # noqa: B007
                if found is not None:
                    yield found
            return
        except _LostError as error:
            yield _damaged(last, str(error))
            begin = _next_record(file, last + 1, is_packed)


def _damaged(offset: int, what: str) -> Refused:
    detail = f"The record at byte {offset:,} is damaged: {what}. The others were read. Fetch the archive again and ingest it."
    return Refused(offset, "damaged_record", detail)


def _next_record(file: BinaryIO, start: int, is_packed: bool) -> int | None:
    """Where, behind damage, the next record begins that can be told for one; None when there is none."""
    mark = _GZIP + b"\x08" if is_packed else b"\nWARC/1."
    file.seek(start)
    at, window = start, b""
    while block := file.read(_BLOCK_BYTES):
        window += block
        found = -1
        while (found := window.find(mark, found + 1)) >= 0:
            if not is_packed:
                return at + found + 1
            file.seek(at + found)
            try:
                if _Member(file).read(5) == b"WARC/":
                    return at + found
            except _LostError:
                pass
        at += len(window) - len(mark) + 1
        window = window[1 - len(mark) :]
        file.seek(at + len(window))
    return None


_Found = tuple[int, ArchivedPage | Skipped | Refused | None]
"""Where a record begins, and what it is once it has been read whole."""


def _members(file: BinaryIO) -> Iterator[_Found]:
    """Records of a gzip file: by the standard one in each member; files that were packed as a whole have them all in one."""
    while True:
        offset = file.tell()
        head = file.read(2)
        if not head:
            return
        if not head.strip(b"\x00"):
            continue  # padding
        yield offset, None
        if head != _GZIP:
            raise _LostError("no record begins here")
        file.seek(offset)
        member = _Member(file)
        yield from _records(io.BufferedReader(member, _BLOCK_BYTES), offset)
        while member.read(_BLOCK_BYTES):
            pass


class _Member(io.RawIOBase):
    """One gzip member, unpacked block by block; at its end the file stands where the next one begins."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._n_packed = self._n_unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._inflate.eof:
            packed = self._inflate.unconsumed_tail
            if not packed:
                packed = self._file.read(_BLOCK_BYTES)
                self._n_packed += len(packed)
            try:
                unpacked = self._inflate.decompress(packed, len(buffer))
            except zlib.error:
                raise _LostError("the packed data is damaged") from None
            self._n_unpacked += len(unpacked)
            if self._n_unpacked > max(_BOMB_BYTES, _BOMB_RATIO * self._n_packed):
                raise _LostError(f"{self._n_packed:,} packed bytes unpack to more than {self._n_unpacked:,}, as no page does")
            if self._inflate.eof:
                self._file.seek(-len(self._inflate.unused_data), io.SEEK_CUR)
            if unpacked:
                buffer[: len(unpacked)] = unpacked
                return len(unpacked)
            if not packed and not self._inflate.eof:
                raise _LostError("the file ends within a record")
        return 0


class _Bounded:
    """A stream as warcio reads it, whose lines end somewhere: headers are read line by line, as long as they come."""

    def __init__(self, stream: BinaryIO | io.BufferedReader) -> None:
        self._stream = stream
        self._left = _HEADER_LIMIT_BYTES

    def read(self, length: int = -1) -> bytes:
        return self._stream.read(length)

    def readline(self, length: int | None = None) -> bytes:
        line = self._stream.readline(self._left if length is None else min(length, self._left))
        self._left -= len(line)
        if self._left <= 0:
            raise _DamagedError(f"its header has more than {_HEADER_LIMIT_BYTES:,} bytes")
        return line

    def tell(self) -> int:
        return _HEADER_LIMIT_BYTES - self._left


_FAULTS = (ArchiveLoadFailed, StatusAndHeadersParserException, _DamagedError, EOFError, ValueError, AttributeError)
"""What a damaged header makes of warcio's reader."""


def _records(stream: BinaryIO | io.BufferedReader, member_offset: int | None) -> Iterator[_Found]:
    """Records of a stream. What was read of one counts only when the next one, or the end, follows it.

    Args:
        stream: a plain archive, or one member of a packed one.
        member_offset: where the member begins; None in a plain archive, in which damage raises _LostError.
    """
    loader = ArcWarcRecordLoader()
    offset = member_offset or 0
    try:
        at, line = _next_line(stream)
        while line:
            offset = at if member_offset is None else member_offset
            yield offset, None
            record = loader.parse_record_stream(_Bounded(stream), line, "warc")
            if not re.fullmatch(r"\d+", record.rec_headers.get_header("Content-Length") or ""):
                raise _DamagedError("it has no length")
            finding = _finding(record, offset)
            while record.raw_stream.read(_BLOCK_BYTES):
                pass
            at, line = _next_line(stream)
            if record.raw_stream.limit:
                raise _DamagedError("it has fewer bytes than it says")
            if line and not line.startswith(b"WARC/"):
                raise _DamagedError("it has more bytes than it says, or something else stands behind it")
            yield offset, finding
    except _FAULTS as error:
        what = str(error) if isinstance(error, _DamagedError) else "its header cannot be read"
        if member_offset is None:
            raise _LostError(what) from None
        yield offset, _damaged(offset, what)


def _next_line(stream: BinaryIO | io.BufferedReader) -> tuple[int, bytes]:
    """The next line that is not blank and where it begins; empty at the end."""
    while True:
        at = stream.tell() if stream.seekable() else 0
        line = stream.readline(_HEADER_LIMIT_BYTES)
        if not line or line.strip():
            return at, line


# --- records -----------------------------------------------------------------------------------------------------------


def _finding(record: ArcWarcRecord, offset: int) -> ArchivedPage | Skipped | Refused:
    """What a record is. Cheap signs first, so that most payloads are never read."""
    if record.rec_type not in ("response", "resource", "revisit"):
        return Skipped(str(record.rec_type))
    headers: StatusAndHeaders = record.rec_headers
    http: StatusAndHeaders | None = record.http_headers
    address = headers.get_header("WARC-Target-URI") or ""
    if not address.lower().startswith(("http://", "https://")):
        return Skipped(f"{urlsplit(address).scheme or 'no'} address")
    digest = _normalised(headers.get_header("WARC-Payload-Digest"))
    status = _status(http)
    url, time, is_copy = _place(address, headers, http)
    is_revisit = record.rec_type == "revisit"
    if is_revisit and (status == 304 or http is None):
        status = None
    elif record.rec_type == "response" and status is None:
        raise _DamagedError("it has no HTTP status")
    is_gone = status in GONE_STATUS
    if status is not None and 300 <= status < 400:
        return Skipped("redirect", digest)
    if status is not None and not is_gone and (not 200 <= status < 300 or status == 206):
        return Skipped(f"status {status}", digest)
    if is_gone and is_copy and not (http and http.get_header("Memento-Datetime")):
        return Skipped("not in the Wayback Machine", digest)
    declared = http.get_header("Content-Type") if http else record.content_type
    if _OTHER_NAMES.search(urlsplit(url).path) or (not is_gone and not is_revisit and _OTHER_TYPES.search(declared or "")):
        return Skipped("other files", digest)
    if is_revisit:
        then = utc_time(headers.get_header("WARC-Refers-To-Date"))
        refers_to = (headers.get_header("WARC-Refers-To-Target-URI") or url, then) if then else None
        return ArchivedPage(offset, url, time, status, None, digest, refers_to)
    payload = record.raw_stream.read(PAGE_LIMIT_BYTES)
    is_cut = record.raw_stream.limit > 0 and len(payload) == PAGE_LIMIT_BYTES
    raw = _decoded(payload, http)
    if not is_gone and not media_type(raw[:_HEAD_BYTES]).startswith("text/"):
        return Skipped("other files", digest)
    if is_cut or len(raw) > PAGE_LIMIT_BYTES:
        return Refused(offset, "too_large", f"{url} has more than {PAGE_LIMIT_BYTES:,} bytes, and no page has. It was left out.")
    return ArchivedPage(offset, url, time, status, raw, digest or payload_digest(payload))


def _status(http: StatusAndHeaders | None) -> int | None:
    code = (http.get_statuscode() or "") if http else ""
    return int(code) if re.fullmatch(r"[1-5][0-9]{2}", code) else None


def _place(address: str, headers: StatusAndHeaders, http: StatusAndHeaders | None) -> tuple[str, datetime | None, bool]:
    """A page's own address, when it was fetched there, and whether this is a copy of what the Wayback Machine has of it."""
    copy = _WAYBACK.fullmatch(address)
    if not copy:
        return address, utc_time(headers.get_header("WARC-Date")), False
    stamp, own = copy.groups()
    scheme = re.match(r"(?i)(https?):/*", own)  # proxies make one slash of two
    own = f"{scheme[1].lower()}://{own[scheme.end() :]}" if scheme else f"http://{own}"
    # Asked for a time, the machine may answer with the nearest copy: RFC 7089 has the header say which that is.
    return own, _memento_time(http) or (utc_time(stamp) if len(stamp) == 14 else None), True


def _memento_time(http: StatusAndHeaders | None) -> datetime | None:
    try:
        time = parsedate_to_datetime(http.get_header("Memento-Datetime") or "") if http else None
        return time.astimezone(UTC).replace(tzinfo=None) if time and time.tzinfo else time
    except (ValueError, OverflowError):
        return None


def _normalised(digest: str | None) -> str | None:
    algorithm, _, value = (digest or "").strip().partition(":")
    return f"{algorithm.lower()}:{value.upper()}" if value else None


def _decoded(payload: bytes, http: StatusAndHeaders | None) -> bytes:
    """The page as a reader gets it; one byte more than PAGE_LIMIT_BYTES at the most where it was packed."""
    names = [name for header in ("Content-Encoding", "Transfer-Encoding") for name in ((http and http.get_header(header)) or "").split(",")]
    for name in reversed([name.strip().lower() for name in names]):
        if name == "chunked":
            payload = ChunkedDataReader(io.BytesIO(payload)).read()
        elif name in ("gzip", "x-gzip", "deflate"):
            payload = _inflated(payload, name == "deflate")
        elif name not in ("", "identity", "none"):
            if media_type(payload[:_HEAD_BYTES]) == "text/html":  # crawlers that unpack leave the header as it was
                continue
            raise _DamagedError(f"its page is packed as “{name[:40]}”, which is not supported")
    return payload


def _inflated(packed: bytes, is_deflate: bool) -> bytes:
    """Unpack up to the limit; what is not packed stays as it is: crawlers that unpack leave the header as it was."""
    # Servers send "deflate" with and without a zlib header.
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS)[: 1 + is_deflate]:
        inflate = zlib.decompressobj(window)
        try:
            return inflate.decompress(packed, PAGE_LIMIT_BYTES + 1)
        except zlib.error:
            if packed.startswith(b"\x1f\x8b"):
                raise _DamagedError("its page is packed and damaged") from None
    return packed
