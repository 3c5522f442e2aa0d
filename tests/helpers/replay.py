"""A real HTTP server on the loopback that replays a site and misbehaves on demand.

Raw sockets, so that it can break the protocol: see ``replay_faults``. It counts every request, and a second listener beside it is a
trap: whoever connects there has followed a link to another place.
"""

from __future__ import annotations

import random
import re
import select
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType

from tests.helpers.replay_site import Page, Site

REQUEST_HEAD_BYTES = 1 << 16

Headers = list[tuple[str, str]]


@dataclass
class Request:
    """A request that came in.

    Attributes:
        path: without query.
        target: as asked for.
        headers: names in small letters.
        began_at: when its head had been read, monotonic seconds.
        ended_at: when all that was to be answered had been sent or the connection had broken; None while that lasts.
        status: of the answer; None where the fault sent no status line.
        fault: name of the fault injected into the answer.
    """

    method: str
    path: str
    target: str
    headers: dict[str, str]
    began_at: float
    ended_at: float | None = None
    status: int | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Reply:
    """A whole answer, as a well-behaved server would give it."""

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""

    def head(self, headers: Headers | None = None) -> bytes:
        """Status line and headers, by default its own with the right length."""
        if headers is None:
            headers = [*self.headers, ("Content-Length", str(len(self.body)))]
        lines = [f"HTTP/1.1 {self.status} {_phrase(self.status)}", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def raw(self) -> bytes:
        """Everything that goes over the wire."""
        return self.head() + (b"" if self.status in (204, 304) else self.body)


class GoneError(Exception):
    """The client has hung up, or the server is stopping."""


class Wire:
    """The connection that a request came over, for a fault to answer as it likes.

    Attributes:
        request: what was asked.
        reply: what a well-behaved server would answer.
        server: whose trap and address a redirect may need.
        is_kept: whether the connection serves another request afterwards.
    """

    def __init__(self, connection: socket.socket, request: Request, reply: Reply, server: ReplayServer) -> None:
        self._connection = connection
        self.request, self.reply, self.server = request, reply, server
        self.is_kept = False

    def send(self, raw: bytes) -> None:
        """Send bytes as they are.

        Raises:
            GoneError: nobody takes them.
        """
        if self.request.status is None and raw.startswith(b"HTTP/1.1 "):
            self.request.status = int(raw[9:12])
        try:
            self._connection.sendall(raw)
        except OSError as error:
            raise GoneError from error

    def answer(self, reply: Reply) -> None:
        """Send a whole answer and keep the connection."""
        self.send(reply.raw())
        self.is_kept = True

    def wait(self, seconds: float) -> None:
        """Do nothing for a while.

        Raises:
            GoneError: the client hung up meanwhile.
        """
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                readable, _, _ = select.select([self._connection], [], [], min(left, 0.2))
                if readable and not self._connection.recv(1, socket.MSG_PEEK):
                    raise GoneError
            except (OSError, ValueError) as error:
                raise GoneError from error
            if self.server.is_stopping:
                raise GoneError
            if readable:
                time.sleep(min(left, 0.01))

    def reset(self) -> None:
        """End the connection with RST instead of FIN, so that the client sees an error and not an end."""
        with suppress(OSError):
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()


@dataclass(frozen=True)
class Fault:
    """One way to misbehave.

    Attributes:
        act: answers over the wire; the connection is closed afterwards unless it says otherwise.
    """

    name: str
    act: Callable[[Wire], None]


@dataclass
class _Rule:
    """Where a fault strikes: see ``ReplayServer.inject``."""

    choose: Callable[[str, int], Fault | None]
    path: re.Pattern[str] | None
    nth: Collection[int] | None
    times: int | None
    n_seen: Counter[str] = field(default_factory=Counter)
    n_struck: int = 0

    def strikes(self, path: str) -> Fault | None:
        if self.path is not None and not self.path.fullmatch(path):
            return None
        self.n_seen[path] += 1
        n = self.n_seen[path]
        if (self.nth is not None and n not in self.nth) or (self.times is not None and self.n_struck >= self.times):
            return None
        fault = self.choose(path, n)
        self.n_struck += fault is not None
        return fault


class ReplayServer:
    """Serves a site on 127.0.0.1. Use as a context manager.

    Args:
        site: what is served.
        is_conditional: whether validators are sent and conditional requests answered with 304.
        is_trap: internal; a listener that only counts who comes.

    Attributes:
        requests: all requests, in order of arrival.
        injected: name -> number of faults injected.
        most_in_flight: the most requests that were answered at one time.
        on_request: called with each request before it is answered, for instance to kill the client.
    """

    def __init__(self, site: Site, *, is_conditional: bool = True) -> None:
        self.site = site
        self.is_conditional = is_conditional
        self.requests: list[Request] = []
        self.injected: Counter[str] = Counter()
        self.most_in_flight = 0
        self.on_request: Callable[[Request], object] | None = None
        self.is_stopping = False
        self._n_in_flight = 0
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._listener = _listening()
        self._trap = _listening()
        self.n_trapped = 0

    # --- life ------------------------------------------------------------------------------------------------------------

    def __enter__(self) -> ReplayServer:
        for accept, listener in ((self._serve, self._listener), (self._spring, self._trap)):
            threading.Thread(target=self._accept, args=(listener, accept), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.is_stopping = True
        with self._lock:
            open_sockets = [self._listener, self._trap, *self._connections]
        for one in open_sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        """For ``base_url``."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def trap_url(self) -> str:
        """Another server of the same machine, where nobody has any business."""
        return f"http://127.0.0.1:{self._trap.getsockname()[1]}"

    # --- faults ----------------------------------------------------------------------------------------------------------

    def inject(
        self,
        fault: Fault | Collection[Fault],
        path: str | None = None,
        *,
        nth: Collection[int] | None = None,
        times: int | None = None,
        share: float = 1.0,
        seed: int = 0,
        is_sticky: bool = False,
    ) -> None:
        """Misbehave from now on. The first rule that strikes decides.

        Args:
            fault: one, or several of which chance takes one.
            path: regular expression that the whole path has to match; by default any but robots.txt.
            nth: which requests for a path are struck, counted from 1 for each path; by default every one.
            times: strikes in all; by default without end.
            share: of the requests that are struck. Chance depends on seed, path and count, not on the order of arrival.
            is_sticky: chance decides once for a path, so that the same fault strikes it again and again.
        """
        faults = [fault] if isinstance(fault, Fault) else list(fault)

        def choose(asked: str, n: int) -> Fault | None:
            chance = random.Random(f"{seed}|{asked}" if is_sticky else f"{seed}|{asked}|{n}")
            return chance.choice(faults) if chance.random() < share else None

        with self._lock:
            self._rules.append(_Rule(choose, re.compile(path or r"(?!/robots\.txt).*"), nth, times))

    def lift(self) -> None:
        """Behave again."""
        with self._lock:
            self._rules.clear()

    def clear(self) -> None:
        """Forget the requests counted so far."""
        with self._lock:
            self.requests.clear()
            self.most_in_flight = 0

    def asked(self, path: str | None = None) -> list[Request]:
        """Requests so far, of one path or of all but robots.txt."""
        with self._lock:
            return [r for r in self.requests if (r.path == path if path else r.path != "/robots.txt")]

    # --- connections -----------------------------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket, handle: Callable[[socket.socket], None]) -> None:
        while not self.is_stopping:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=handle, args=(connection,), daemon=True).start()

    def _spring(self, connection: socket.socket) -> None:
        self.n_trapped += 1
        connection.close()

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.add(connection)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pending = b""
            is_kept = True
            while is_kept and not self.is_stopping:
                head, pending = _read_head(connection, pending)
                if head is None:
                    return
                is_kept = self._answer(connection, _parsed(head))
        except (GoneError, OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._connections.discard(connection)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _answer(self, connection: socket.socket, request: Request) -> bool:
        with self._lock:
            self.requests.append(request)
            self._n_in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._n_in_flight)
            fault = next((found for rule in self._rules if (found := rule.strikes(request.path))), None)
            if fault:
                request.fault = fault.name
                self.injected[fault.name] += 1
        try:
            if self.on_request:
                self.on_request(request)
            wire = Wire(connection, request, self.reply(request), self)
            if fault:
                fault.act(wire)
            else:
                wire.answer(wire.reply)
            return wire.is_kept and request.headers.get("connection", "").lower() != "close"
        finally:
            request.ended_at = time.monotonic()
            with self._lock:
                self._n_in_flight -= 1

    def reply(self, request: Request) -> Reply:
        """What a well-behaved server answers."""
        page = self.site.get(request.path)
        common: Headers = [("Date", "Sat, 04 Jul 2020 04:00:00 GMT"), ("Server", "replay")]
        if page is None:
            body = b"<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>"
            return Reply(404, [*common, ("Content-Type", "text/html")], body)
        headers = [*common, ("Content-Type", page.media_type)]
        if self.is_conditional:
            headers += [("ETag", page.etag), ("Last-Modified", page.last_modified)]
            if _is_known(request, page):
                return Reply(304, headers)
        return Reply(200, headers, page.body if request.method != "HEAD" else b"")


def _is_known(request: Request, page: Page) -> bool:
    """Whether the client has this version (RFC 9110, 13.2.2: If-Modified-Since counts only without If-None-Match)."""
    if tags := request.headers.get("if-none-match"):
        return page.etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    with suppress(ValueError, TypeError):
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
        return page.modified_at <= since.replace(tzinfo=since.tzinfo or UTC)
    return False


def _listening() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return listener


def _read_head(connection: socket.socket, pending: bytes) -> tuple[bytes | None, bytes]:
    """Bytes up to the empty line, and what came after it; None at the end of the connection."""
    while b"\r\n\r\n" not in pending:
        part = connection.recv(65536)
        if not part or len(pending) > REQUEST_HEAD_BYTES:
            return None, b""
        pending += part
    head, _, rest = pending.partition(b"\r\n\r\n")
    return head, rest


def _parsed(head: bytes) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Request(method, target.partition("?")[0], target, headers, time.monotonic())


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Odd"


def with_body(reply: Reply, body: bytes, status: int = 200, **headers: str) -> Reply:
    """An answer with other bytes or headers (``Content_Type=…``); validators are dropped, they belong to the page."""
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    dropped = {name.lower() for name in changed} | {"etag", "last-modified"}
    kept = [(name, value) for name, value in reply.headers if name.lower() not in dropped]
    return replace(reply, status=status, headers=[*kept, *changed.items()], body=body)


def http_date(seconds_from_now: float) -> str:
    """A time in the form that Retry-After may have; of the real clock, as a server has no other."""
    return datetime.fromtimestamp(time.time() + seconds_from_now, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
