"""One page at a time from a site, politely: robots.txt, a delay, retries, and limits on what a server may do to us.

Nothing here knows what a briefing is. What is asked for and what it means is ``crawl``'s.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import httpx
from protego import Protego
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from pipelines.errors import BriefingsError
from pipelines.extract.screening import screen
from pipelines.settings import CRAWL_DELAY_SECONDS, PAGE_LIMIT_BYTES, user_agent

REDIRECTS = 5
"""Hops that are followed; the ministry's own need one or two (http to https, one host to the other)."""

ROBOTS_LIMIT_BYTES = 500 * 1024
"""What RFC 9309 asks a crawler to read of robots.txt at least."""

NOTED_WAIT_SECONDS = 10.0
"""A person is told of a longer wait."""

SILENT_PAGES = 5
"""Pages in a row that could not be had, after which a site counts as down and is left alone until the next crawl."""

_REDIRECT = (301, 302, 303, 307, 308)
_TRANSIENT = (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)
"""Answers that say something about the moment, not about the page: asked again later (RFC 9110, RFC 6585; 52x are a proxy's)."""


@dataclass(frozen=True)
class Limits:
    """How patient the crawler is with a server, and how considerate.

    Attributes:
        delay_seconds: between the end of a request and the beginning of the next; robots.txt may ask for more.
        tries: how often a request is made in all.
        backoff_seconds: before the second try; doubled each time, with jitter.
        longest_wait_seconds: a server that asks to wait longer is left alone until the next crawl.
        request_seconds: for a request as a whole, so that a server that drips cannot hold the crawl.
        page_bytes: of a body, unpacked.
    """

    delay_seconds: float = CRAWL_DELAY_SECONDS
    tries: int = 5
    backoff_seconds: float = 5.0
    longest_wait_seconds: float = 600.0
    connect_seconds: float = 20.0
    read_seconds: float = 30.0
    request_seconds: float = 120.0
    page_bytes: int = PAGE_LIMIT_BYTES


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered.

    Attributes:
        url: where the answer came from, after redirects: public and canonical.
        status: 200, 304 (not changed since the validators that were sent), or a client error such as 404.
        body: unpacked; empty with status 304.
        etag, last_modified: validators for the next request; None where the server gave none.
    """

    url: str
    status: int
    body: bytes
    etag: str | None = None
    last_modified: str | None = None


class FetchError(BriefingsError):
    """A page could not be had. The message says why; what was stored of it before is not touched."""


class SiteDownError(FetchError):
    """A whole site cannot be read now, or does not want to be. Nothing more is asked of it in this crawl."""


class BrokenPageError(FetchError):
    """A whole answer came, again and again, that looks broken: HTML without end, or an error page with status 200.

    Attributes:
        reason: ``cut off`` or ``error_page``.
        answer: what came last.
    """

    def __init__(self, message: str, reason: str, answer: Answer) -> None:
        super().__init__(message)
        self.reason = reason
        self.answer = answer


class _TransientError(FetchError):
    """Worth another try."""

    def __init__(self, message: str, reason: str, retry_after_seconds: float | None = None, answer: Answer | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds
        self.answer = answer
        """A whole answer that looks broken; None where there is none."""


@dataclass(frozen=True)
class Site:
    """The hosts that may be talked to, and where they are reached.

    Attributes:
        hosts: names of the source's hosts; the first is the canonical one.
        base_url: address of a mirror that serves the paths of these hosts; None for the hosts themselves.
    """

    hosts: tuple[str, ...]
    base_url: str | None = None

    def public(self, url: str) -> str | None:
        """The public canonical form of an address of the site or its mirror; None for any other address."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return None
        if self.base_url:
            base = urlsplit(self.base_url)
            prefix = base.path.rstrip("/")
            if _place(parts) == _place(base) and parts.path.startswith(f"{prefix}/"):
                return urlunsplit(("https", self.hosts[0], parts.path[len(prefix) :], "", ""))
        is_ours = parts.scheme in ("http", "https") and (parts.hostname or "") in self.hosts and port in (None, 80, 443)
        return urlunsplit(("https", self.hosts[0], parts.path or "/", "", "")) if is_ours else None

    def reached_at(self, public_url: str) -> str:
        """Where a public address is asked for."""
        parts = urlsplit(public_url)
        if not self.base_url:
            return urlunsplit(("https", self.hosts[0], parts.path or "/", "", ""))
        base = urlsplit(self.base_url)
        return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + (parts.path or "/"), "", ""))


def _place(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


class Fetcher:
    """Asks a site for pages, one at a time. Use as a context manager.

    Attributes:
        n_requests: requests sent, redirects and robots.txt included.
        retries: reason -> number of tries that were made because of it.
    """

    def __init__(
        self,
        site: Site,
        limits: Limits | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        note: Callable[[str], None] = lambda message: None,
    ) -> None:
        self._site, self._limits = site, limits or Limits()
        self._sleep, self._note, self._name = sleep, note, user_agent()
        self._runner = asyncio.Runner()
        self._client: httpx.AsyncClient | None = None
        self._robots: Protego | None = None
        self._asked_at: float | None = None
        self._n_silent = 0
        self.n_requests = 0
        self.retries: Counter[str] = Counter()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._runner:
            if self._client is not None:
                self._runner.run(self._client.aclose())

    def get(self, url: str, etag: str | None = None, last_modified: str | None = None) -> Answer:
        """Ask for a page of the site.

        Args:
            url: public address.
            etag, last_modified: validators of what is stored; the answer may then be 304.

        Returns:
            The answer: a page, 304, or a client error such as 404.

        Raises:
            FetchError: the page cannot be had: every try failed, robots.txt forbids it, or it leads to another site.
            BrokenPageError: what came looks broken; the caller decides whether to believe it.
            SiteDownError: the site asks for a longer pause, or several pages in a row could not be had.
        """
        public = self._site.public(url)
        if public is None:
            raise FetchError(f"{url} is on none of the source's hosts ({', '.join(self._site.hosts)}); it is not asked for.")
        robots = self._rules()
        if not robots.can_fetch(public, self._name):
            raise FetchError(f"{public}: the site's robots.txt does not allow it; it is not asked for.")
        validators = {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)) if value}
        try:
            answer = self._patiently(public, validators)
        except _TransientError as error:
            if error.answer is not None:
                raise BrokenPageError(str(error), error.reason, error.answer) from error
            self._n_silent += 1
            if self._n_silent >= SILENT_PAGES:
                raise SiteDownError(f"{error} So it was with {self._n_silent} pages in a row: the site is left alone for now.") from error
            raise
        self._n_silent = 0
        return answer

    # --- tries ---------------------------------------------------------------------------------------------------------

    def _patiently(self, public: str, validators: Mapping[str, str], *, is_page: bool = True) -> Answer:
        limits = self._limits
        backoff = wait_exponential_jitter(initial=limits.backoff_seconds, max=limits.longest_wait_seconds, jitter=limits.backoff_seconds)
        questionable: bytes | None = None

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.retry_after_seconds if isinstance(error, _TransientError) else None
            return max(asked or 0.0, float(backoff(state)))

        def count(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, _TransientError):
                self.retries[error.reason] += 1
                if state.upcoming_sleep >= NOTED_WAIT_SECONDS:
                    self._note(f"{error} Asking again in {state.upcoming_sleep:,.0f} s.")

        for attempt in Retrying(
            retry=retry_if_exception_type(_TransientError),
            stop=stop_after_attempt(limits.tries),
            wait=wait,
            sleep=self._sleep,
            before_sleep=count,
            reraise=True,
        ):
            with attempt:
                try:
                    answer = self._follow(public, validators)
                    return _unless_broken(answer) if is_page else answer
                except _TransientError as error:
                    if error.retry_after_seconds and error.retry_after_seconds > limits.longest_wait_seconds:
                        raise SiteDownError(
                            f"{error} It asks to wait {error.retry_after_seconds:,.0f} s; crawl again after that."
                        ) from error
                    if error.answer is not None:
                        if questionable == error.answer.body:  # the server will not say anything else now
                            raise BrokenPageError(str(error), error.reason, error.answer) from error
                        questionable = error.answer.body
                    raise
        raise AssertionError("tenacity returns or raises")

    def _follow(self, public: str, validators: Mapping[str, str]) -> Answer:
        """One try: a request, and those to which it leads."""
        seen = [public]
        while True:
            answer, location = self._ask(seen[-1], validators, self._limits.page_bytes)
            if location is None:
                return answer
            target = self._site.public(_joined(self._site.reached_at(seen[-1]), location))
            if target is None:
                raise FetchError(f"{public} leads to {_printable(location)}, which is on none of the source's hosts; it is not followed.")
            if target in seen or len(seen) > REDIRECTS:
                raise _TransientError(f"{public} leads in a circle, or over more than {REDIRECTS} redirects.", "redirects")
            seen.append(target)

    def _ask(self, public: str, validators: Mapping[str, str], limit_bytes: int) -> tuple[Answer, str | None]:
        """The answer to one request, and where a redirect leads."""
        self._keep_distance()
        self.n_requests += 1
        try:
            return self._runner.run(self._in_time(public, validators, limit_bytes))
        except TimeoutError:
            raise _TransientError(f"{public}: no whole answer within {self._limits.request_seconds:,.0f} s.", "timeout") from None
        except httpx.TimeoutException as error:
            raise _TransientError(f"{public}: the server was silent for too long ({type(error).__name__}).", "timeout") from error
        except httpx.HTTPError as error:
            reason = "incomplete" if isinstance(error, httpx.RemoteProtocolError) else "connection"
            raise _TransientError(f"{public}: {_printable(str(error)) or type(error).__name__}.", reason) from error
        except (httpx.InvalidURL, ValueError) as error:
            raise FetchError(f"{public}: {_printable(str(error))}.") from error
        finally:
            self._asked_at = time.monotonic()

    async def _in_time(self, public: str, validators: Mapping[str, str], limit_bytes: int) -> tuple[Answer, str | None]:
        limits = self._limits
        if self._client is None:
            self._client = httpx.AsyncClient(
                headers={"User-Agent": self._name, "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9", "Accept-Encoding": "gzip"},
                timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds),
                limits=httpx.Limits(max_connections=1),
                follow_redirects=False,
            )
        async with asyncio.timeout(limits.request_seconds):
            self._client.cookies.clear()
            async with self._client.stream("GET", self._site.reached_at(public), headers=dict(validators)) as response:
                status, headers = response.status_code, response.headers
                if status in _TRANSIENT:
                    waiting = _retry_after(headers.get("Retry-After"))
                    raise _TransientError(f"{public}: the server answered with status {status}.", f"status {status}", waiting)
                if status == 304 and validators:
                    return Answer(public, status, b"", headers.get("ETag"), headers.get("Last-Modified")), None
                if status in _REDIRECT and headers.get("Location"):
                    return Answer(public, status, b""), headers["Location"]
                if status not in (200, 203) and not 400 <= status < 500:
                    raise _TransientError(f"{public}: the server answered with status {status}.", f"status {status}")
                body = b"".join([part async for part in _unpacked(response, public, limit_bytes)])
                return Answer(public, status, body, headers.get("ETag"), headers.get("Last-Modified")), None

    def _keep_distance(self) -> None:
        if self._asked_at is not None:
            asked = self._robots.crawl_delay(self._name) if self._robots else None
            delay = max(self._limits.delay_seconds, min(float(asked or 0), self._limits.longest_wait_seconds))
            left = self._asked_at + delay - time.monotonic()
            if left > 0:
                self._sleep(left)

    # --- robots.txt ----------------------------------------------------------------------------------------------------

    def _rules(self) -> Protego:
        """Rules of robots.txt (RFC 9309): none where there is none, everything forbidden where the server fails.

        The ministry's answers with HTML, or leads there: that states no rules.
        """
        if self._robots is None:
            url = f"https://{self._site.hosts[0]}/robots.txt"
            text = ""
            try:
                answer = self._patiently(url, {}, is_page=False)
                if answer.status < 400 and not answer.body.lstrip().startswith(b"<"):
                    text = answer.body[:ROBOTS_LIMIT_BYTES].decode("utf-8", "replace")
            except _TransientError as error:
                raise SiteDownError(f"{error} Without its robots.txt the site is not crawled; try again later.") from error
            except FetchError as error:
                if isinstance(error, SiteDownError):
                    raise
                self._note(f"{error} The site counts as having no robots.txt.")
            self._robots = Protego.parse(text)
        return self._robots


def _unless_broken(answer: Answer) -> Answer:
    """The answer; an HTML page without end, or an error page with status 200, counts as a failed try at first."""
    if answer.status == 200:
        refusal = screen(answer.body)
        if refusal is not None and refusal.reason in ("empty", "error_page"):
            raise _TransientError(f"{answer.url}: {refusal.detail}", refusal.reason, answer=None if refusal.reason == "empty" else answer)
        if is_cut_off(answer.body):
            raise _TransientError(f"{answer.url}: the page ends in the middle.", "cut off", answer=answer)
    return answer


def is_cut_off(raw: bytes) -> bool:
    """Whether HTML ends without ``</html>`` (all 578 pages of the corpus and all later ones that were looked at have it)."""
    return raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"</html" not in raw[-5000:].lower()


async def _unpacked(response: httpx.Response, public: str, limit_bytes: int) -> AsyncIterator[bytes]:
    """Parts of the body, unpacked bit by bit: neither a huge body nor a few kilobytes that unpack to gigabytes fill the memory."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("gzip", "x-gzip", "deflate", "identity", ""):
        raise _TransientError(f"{public}: the body came packed as {_printable(encoding)}, which was not asked for.", "encoding")
    unpacker = zlib.decompressobj(wbits=47) if encoding not in ("identity", "") else None
    n_bytes = 0
    try:
        async for packed in response.aiter_raw(chunk_size=1 << 16):
            part = unpacker.decompress(packed, limit_bytes - n_bytes + 1) if unpacker else packed
            n_bytes += len(part)
            if n_bytes > limit_bytes:
                raise FetchError(f"{public}: the body has more than {limit_bytes:,} bytes; a page has not. It was not stored.")
            yield part
    except zlib.error as error:
        raise _TransientError(f"{public}: the packed body is damaged ({error}).", "encoding") from error
    if unpacker is not None and n_bytes and not unpacker.eof:
        raise _TransientError(f"{public}: the packed body ends in the middle.", "incomplete")


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:  # "http://[" and the like
        return ""


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait, from either form of the header (RFC 9110, 10.2.3)."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value[:9])
    with suppress(ValueError, TypeError):
        at = parsedate_to_datetime(value)
        return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    return None


def _printable(text: str) -> str:
    """What a server said, short and on one line."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())[:200]
