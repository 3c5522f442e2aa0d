"""Ways in which a server, or what stands between it and us, misbehaves. Each is a ``Fault`` for ``ReplayServer.inject``."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from functools import cache

from tests.helpers.replay import Fault, Headers, Reply, Wire, http_date, with_body

BUSY_PAGE = b"<html><head><title>System busy</title></head><body><h1>System busy</h1><p>The system is busy. Please come back later.</p></body></html>"
MISSING_PAGE = b"<html><head><title>Page not found</title></head><body><p>The page you requested was not found.</p></body></html>"
PORTAL_PAGE = (
    b"<html><head><title>Harbour Hotel Guest Network</title></head><body><h1>Welcome to the Harbour Hotel</h1>"
    b"<p>Room number and surname, please. Breakfast is served from seven until ten in the hall with the tall clock.</p></body></html>"
)


def _altered(name: str, alter: Callable[[Reply], Reply]) -> Fault:
    return Fault(name, lambda wire: wire.answer(alter(_whole(wire))))


def _whole(wire: Wire) -> Reply:
    """The page itself, also where the client asked whether it has changed."""
    page = wire.server.site.get(wire.request.path)
    return with_body(wire.reply, page.body) if page and wire.reply.status == 304 else wire.reply


def _closing(wire: Wire, *more: tuple[str, str]) -> Headers:
    """Headers of an answer that ends with the connection; without a length unless one is given."""
    return [*_whole(wire).headers, ("Connection", "close"), *more]


# --- statuses ------------------------------------------------------------------------------------------------------------


def status(code: int, retry_after: str | None = None) -> Fault:
    """An answer with a status, and a page of HTML as servers have it."""
    body = f"<html><head><title>{code}</title></head><body><h1>{code}</h1></body></html>".encode()
    more = {"Retry_After": retry_after} if retry_after is not None else {}
    return _altered(f"status_{code}", lambda reply: with_body(reply, body, code, **more))


def too_many(seconds: float = 0, *, as_date: bool = False) -> Fault:
    """429 with Retry-After, in seconds or as a date."""

    def act(wire: Wire) -> None:
        retry_after = http_date(seconds) if as_date else f"{seconds:.0f}"
        wire.answer(with_body(_whole(wire), b"", 429, Retry_After=retry_after))

    return Fault("status_429_date" if as_date else "status_429", act)


def not_modified_unasked() -> Fault:
    """304 to whoever asks, although nobody said what he has."""
    return _altered("304_unasked", lambda reply: with_body(reply, b"", 304))


def partial_content() -> Fault:
    """206 with the first half, although the whole was asked for."""
    return _altered("206_unasked", lambda reply: with_body(reply, reply.body[: len(reply.body) // 2], 206))


def no_content() -> Fault:
    """204."""
    return _altered("204", lambda reply: with_body(reply, b"", 204))


# --- connections that break ----------------------------------------------------------------------------------------------


def reset() -> Fault:
    """RST before anything is answered."""
    return Fault("reset", lambda wire: wire.reset())


def hang_up() -> Fault:
    """FIN before anything is answered."""
    return Fault("hang_up", lambda wire: None)


def reset_midway() -> Fault:
    """RST after half of the body."""

    def act(wire: Wire) -> None:
        reply = _whole(wire)
        wire.send(reply.head() + reply.body[: len(reply.body) // 2])
        wire.wait(0.05)
        wire.reset()

    return Fault("reset_midway", act)


def drip(seconds_per_byte: float = 0.02, *, of_head: bool = False) -> Fault:
    """A byte at a time, so that no single read is late."""

    def act(wire: Wire) -> None:
        reply = _whole(wire)
        raw = reply.raw() if of_head else reply.body
        if not of_head:
            wire.send(reply.head())
        for at in range(len(raw)):
            wire.send(raw[at : at + 1])
            wire.wait(seconds_per_byte)

    return Fault("drip_head" if of_head else "drip", act)


def silence(seconds: float = 30) -> Fault:
    """Nothing at all, with the connection open."""
    return Fault("silence", lambda wire: wire.wait(seconds))


# --- bodies that lie -----------------------------------------------------------------------------------------------------


def truncated(share: float = 0.6) -> Fault:
    """The right Content-Length, and fewer bytes than that."""

    def act(wire: Wire) -> None:
        reply = _whole(wire)
        wire.send(reply.head() + reply.body[: int(len(reply.body) * share)])

    return Fault("truncated", act)


def truncated_chunked(share: float = 0.6) -> Fault:
    """Chunks, and no last chunk."""

    def act(wire: Wire) -> None:
        reply = _whole(wire)
        part = reply.body[: int(len(reply.body) * share)]
        wire.send(reply.head(_closing(wire, ("Transfer-Encoding", "chunked"))) + f"{len(part):x}\r\n".encode() + part + b"\r\n")

    return Fault("truncated_chunked", act)


def truncated_unmarked(share: float = 0.6, n_bytes: int | None = None) -> Fault:
    """No length at all, and the connection closed before the end of the page: nothing in HTTP tells."""

    def act(wire: Wire) -> None:
        reply = _whole(wire)
        end = int(len(reply.body) * share) if n_bytes is None else n_bytes
        wire.send(reply.head(_closing(wire)) + reply.body[:end])

    return Fault("truncated_unmarked" if n_bytes is None else "truncated_head", act)


def length_too_small(share: float = 0.6) -> Fault:
    """A Content-Length below the number of bytes that follow."""

    def act(wire: Wire) -> None:
        reply = _whole(wire)
        wire.send(reply.head([*reply.headers, ("Content-Length", str(int(len(reply.body) * share)))]) + reply.body)

    return Fault("length_too_small", act)


def length_too_large(by_bytes: int = 1000) -> Fault:
    """A Content-Length above the number of bytes that follow."""

    def act(wire: Wire) -> None:
        reply = _whole(wire)
        wire.send(reply.head([*reply.headers, ("Content-Length", str(len(reply.body) + by_bytes))]) + reply.body)

    return Fault("length_too_large", act)


def bad_chunks() -> Fault:
    """Chunk sizes that are no numbers."""

    def act(wire: Wire) -> None:
        reply = _whole(wire)
        wire.send(reply.head(_closing(wire, ("Transfer-Encoding", "chunked"))) + b"zz\r\n" + reply.body + b"\r\n0\r\n\r\n")

    return Fault("bad_chunks", act)


def empty() -> Fault:
    """Status 200 and no body."""
    return _altered("empty", lambda reply: with_body(reply, b""))


def busy_page() -> Fault:
    """Status 200 and a page that says that the system is busy."""
    return _altered("busy_page", lambda reply: with_body(reply, BUSY_PAGE))


def missing_page() -> Fault:
    """Status 200 and a page that says that there is none."""
    return _altered("missing_page", lambda reply: with_body(reply, MISSING_PAGE))


def portal_page() -> Fault:
    """Status 200 and the page of somebody who stands between us and the server."""
    return _altered("portal_page", lambda reply: with_body(reply, PORTAL_PAGE))


def without_links() -> Fault:
    """An index page whose list is empty."""
    body = b'<html><head><title>List</title></head><body><div class="newsLst_mod"><ul></ul></div></body></html>'
    return _altered("without_links", lambda reply: with_body(reply, body))


def charset_header(charset: str = "iso-8859-1") -> Fault:
    """A Content-Type that names another encoding than the page has."""
    return _altered(
        "charset_header", lambda reply: with_body(reply, reply.body, reply.status, Content_Type=f"text/html; charset={charset}")
    )


# --- packed bodies -------------------------------------------------------------------------------------------------------


@cache
def zeros(n_megabytes: int = 1024) -> bytes:
    """So many megabytes of zeros, packed with gzip: about a thousandth of that. Made block by block."""
    block = bytes(1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(n_megabytes):
        checksum = zlib.crc32(block, checksum)
    tail = packer.flush() + checksum.to_bytes(4, "little") + ((n_megabytes << 20) % (1 << 32)).to_bytes(4, "little")
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + first + again * (n_megabytes - 1) + tail


def bomb(*, is_nested: bool = False, n_megabytes: int = 1024) -> Fault:
    """A body that unpacks to a gigabyte; nested, a few kilobytes are enough."""

    def act(wire: Wire) -> None:
        raw = zeros(n_megabytes)
        body, coding = (gzip.compress(raw, 9, mtime=0), "gzip, gzip") if is_nested else (raw, "gzip")
        wire.answer(with_body(_whole(wire), body, Content_Encoding=coding))

    return Fault("bomb_nested" if is_nested else "bomb", act)


def bogus_gzip() -> Fault:
    """Content-Encoding gzip on a body that is none."""
    return _altered("bogus_gzip", lambda reply: with_body(reply, reply.body, Content_Encoding="gzip"))


def truncated_gzip() -> Fault:
    """A packed body without its end, in an answer that is whole."""

    def alter(reply: Reply) -> Reply:
        packed = gzip.compress(reply.body, mtime=0)
        return with_body(reply, packed[: len(packed) * 2 // 3], Content_Encoding="gzip")

    return _altered("truncated_gzip", alter)


def unknown_encoding() -> Fault:
    """A coding that nobody asked for."""
    return _altered("unknown_encoding", lambda reply: with_body(reply, reply.body, Content_Encoding="br"))


def gigantic(*, with_length: bool = False) -> Fault:
    """HTML without end."""

    def act(wire: Wire) -> None:
        wire.send(wire.reply.head(_closing(wire, *([("Content-Length", str(10**12))] if with_length else []))))
        wire.send(b"<html><head><title>Long</title></head><body>")
        part = b"<p>The tide goes out and comes in.</p>\n" * 2000
        while not wire.server.is_stopping:
            wire.send(part)

    return Fault("gigantic_with_length" if with_length else "gigantic", act)


# --- redirects -----------------------------------------------------------------------------------------------------------


def redirect(location: str, code: int = 302, name: str = "redirect") -> Fault:
    """To a fixed address."""
    return _altered(name, lambda reply: with_body(reply, b"", code, Location=location))


def redirect_loop() -> Fault:
    """To itself."""

    def act(wire: Wire) -> None:
        wire.answer(with_body(wire.reply, b"", 302, Location=wire.request.path))

    return Fault("redirect_loop", act)


def redirect_chain(hops: int = 40) -> Fault:
    """From one address to the next, so many times; the last one serves the page."""

    def act(wire: Wire) -> None:
        path = wire.request.path
        is_hop = path.startswith("/hop/")
        n, _, rest = path.removeprefix("/hop/").partition("/") if is_hop else ("0", "", path.lstrip("/"))
        page = wire.server.site.get(f"/{rest}")
        if int(n) < hops:
            wire.answer(with_body(wire.reply, b"", 301, Location=f"/hop/{int(n) + 1}/{rest}"))
        else:
            wire.answer(with_body(wire.reply, page.body if page else b"", 200 if page else 404))

    return Fault("redirect_chain", act)


def redirect_to_trap() -> Fault:
    """To another port of the same machine."""

    def act(wire: Wire) -> None:
        wire.answer(with_body(wire.reply, b"", 302, Location=f"{wire.server.trap_url}{wire.request.path}"))

    return Fault("redirect_to_trap", act)


def redirect_to_localhost() -> Fault:
    """To the same server under another name."""

    def act(wire: Wire) -> None:
        wire.answer(with_body(wire.reply, b"", 302, Location=f"http://localhost:{wire.server.port}{wire.request.path}"))

    return Fault("redirect_to_localhost", act)


REDIRECTS_ELSEWHERE = (
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]:8080/",
    "http://10.0.0.1/",
    "http://0x7f000001/",
    "file:///etc/passwd",
    "ftp://www.mfa.meridia.example/pub/t1.shtml",
    "javascript:alert(1)",
    "data:text/html,<html>hello</html>",
    "http://velland.example/t1.shtml",
    "//velland.example/t1.shtml",
    "http://www.mfa.meridia.example@velland.example/t1.shtml",
    "http://www.mfa.meridia.example.velland.example/t1.shtml",
    "http://www.mfa.meridia.example:8080/t1.shtml",
    "http://[",
    "http://velland.example:port/",
    "https://velland.example\\@www.mfa.meridia.example/",
    "gopher://127.0.0.1:6379/_FLUSHALL",
)
"""Addresses that no page of the invented ministry may lead the crawler to."""


# --- no HTTP at all ------------------------------------------------------------------------------------------------------


def header_bomb(n_bytes: int = 1_000_000) -> Fault:
    """One header line of such a length."""

    def act(wire: Wire) -> None:
        reply = _whole(wire)
        wire.send(reply.head([*_closing(wire), ("X-Long", "a" * n_bytes)]) + reply.body)

    return Fault("header_bomb" if n_bytes > 100_000 else "long_header", act)


def header_flood(n_headers: int = 20_000) -> Fault:
    """So many header lines."""

    def act(wire: Wire) -> None:
        reply = _whole(wire)
        wire.send(reply.head([*_closing(wire), *((f"X-{n}", "a") for n in range(n_headers))]) + reply.body)

    return Fault("header_flood", act)


def garbage() -> Fault:
    """The page without a status line, as HTTP/0.9 had it."""
    return Fault("garbage", lambda wire: wire.send(_whole(wire).body))


def noise() -> Fault:
    """Bytes of a server that speaks something else."""
    return Fault("noise", lambda wire: wire.send(b"SSH-2.0-OpenSSH_9.6\r\n\x00\x01\xff\xfe\r\n\r\n"))


def set_cookie() -> Fault:
    """The page, and a cookie with it."""

    def alter(reply: Reply) -> Reply:
        return with_body(reply, reply.body, reply.status, Set_Cookie="visitor=0815; Path=/; Max-Age=86400")

    return _altered("set_cookie", alter)


MOMENTARY: tuple[Fault, ...] = (
    too_many(),
    too_many(as_date=True),
    *(status(code) for code in (500, 502, 503, 504, 520)),
    status(503, "0"),
    reset(),
    hang_up(),
    reset_midway(),
    drip(),
    drip(of_head=True),
    silence(),
    truncated(),
    truncated_chunked(),
    truncated_unmarked(),
    truncated_unmarked(n_bytes=40),
    length_too_small(),
    length_too_large(),
    bad_chunks(),
    bogus_gzip(),
    truncated_gzip(),
    unknown_encoding(),
    empty(),
    busy_page(),
    redirect_loop(),
    redirect_chain(),
    redirect_to_trap(),
    redirect_to_localhost(),
    *(redirect(location, name=f"redirect_{n}") for n, location in enumerate(REDIRECTS_ELSEWHERE)),
    gigantic(),
    gigantic(with_length=True),
    bomb(n_megabytes=64),
    bomb(is_nested=True, n_megabytes=64),
    not_modified_unasked(),
    partial_content(),
    no_content(),
    header_bomb(),
    header_flood(),
    garbage(),
    noise(),
)
"""Faults after which the page is as it was: what the crawler stores must not show that they happened."""

HARMLESS: tuple[Fault, ...] = (charset_header(), set_cookie(), header_bomb(50_000))
"""Oddities that come with the right bytes."""

STORM: tuple[Fault, ...] = tuple(fault for fault in MOMENTARY if fault.name not in ("drip", "drip_head", "silence", "redirect_chain"))
"""Those that strike at random: quick ones, and none that needs several requests to go wrong."""
