"""The replay server itself: it serves what it should, counts what it is asked, and breaks exactly what a fault names."""

from __future__ import annotations

import gzip
import http.client
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest

from pipelines.parse.index_page import parse_index
from pipelines.parse.model import ParsedPage
from pipelines.parse.page import parse_page
from tests.helpers import replay_faults as faults
from tests.helpers.replay import Fault, ReplayServer
from tests.helpers.replay_site import Entry, Site, corpus_site, index_page, invented_site, sample_site, versions_of

FIRST = "/mfa_eng/xwfw_1001/s10_1002/11_1003/default.shtml"
PAGE = "/a/t100001.shtml"
BODY = b"<html><head><title>Tides</title></head><body>" + b"<p>High at noon.</p>" * 200 + b"</body></html>\n"


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with ReplayServer(Site({PAGE: BODY, "/robots.txt": b"User-agent: *\nDisallow:\n"})) as running:
        yield running


def raw(server: ReplayServer, path: str = PAGE, seconds: float = 2.0) -> bytes:
    """Everything that the server sends for one request, until it closes the connection."""
    parts = []
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def split(answer: bytes) -> tuple[str, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode("latin-1"), body


# --- good behaviour ------------------------------------------------------------------------------------------------------


def test_a_page_comes_with_validators_and_is_not_sent_twice(server: ReplayServer) -> None:
    with httpx.Client(base_url=server.url) as client:
        first = client.get(PAGE)
        assert (first.status_code, first.content) == (200, BODY)
        by_tag = client.get(PAGE, headers={"If-None-Match": first.headers["ETag"]})
        by_time = client.get(PAGE, headers={"If-Modified-Since": first.headers["Last-Modified"]})
        assert (by_tag.status_code, by_tag.content, by_time.status_code) == (304, b"", 304)
        server.site.put(PAGE, BODY + b" ")
        assert client.get(PAGE, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
        assert client.get(PAGE, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 200
        assert client.get("/nowhere").status_code == 404
        assert client.head(PAGE).content == b""


def test_conditional_requests_can_be_switched_off() -> None:
    with ReplayServer(Site({PAGE: BODY}), is_conditional=False) as server, httpx.Client(base_url=server.url) as client:
        answer = client.get(PAGE)
        assert "etag" not in answer.headers
        assert "last-modified" not in answer.headers
        assert client.get(PAGE, headers={"If-None-Match": "*", "If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT"}).status_code == 200


def test_requests_are_counted_with_headers_times_and_answers(server: ReplayServer) -> None:
    with httpx.Client(base_url=server.url, headers={"User-Agent": "lighthouse"}) as client:
        client.get(f"{PAGE}?page=2")
        client.get("/nowhere")
        client.get("/robots.txt")
    assert [(r.path, r.status) for r in server.requests] == [(PAGE, 200), ("/nowhere", 404), ("/robots.txt", 200)]
    assert server.requests[0].target == f"{PAGE}?page=2"
    assert server.requests[0].headers["user-agent"] == "lighthouse"
    assert all(r.ended_at is not None and r.ended_at >= r.began_at for r in server.requests[:2])
    assert [r.path for r in server.asked()] == [PAGE, "/nowhere"]
    assert len(server.asked("/robots.txt")) == 1
    assert server.most_in_flight == 1
    server.clear()
    assert server.requests == []


def test_requests_that_overlap_are_seen() -> None:
    both = threading.Barrier(2, timeout=5)
    with ReplayServer(Site({PAGE: BODY})) as server:
        server.on_request = lambda request: both.wait()
        threads = [threading.Thread(target=raw, args=(server,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.most_in_flight == 2


def test_the_trap_counts_who_comes(server: ReplayServer) -> None:
    server.inject(faults.redirect_to_trap())
    with httpx.Client(base_url=server.url, follow_redirects=True) as client, pytest.raises(httpx.HTTPError):
        client.get(PAGE)
    assert server.n_trapped == 1


# --- where faults strike -------------------------------------------------------------------------------------------------


def statuses(server: ReplayServer, paths: list[str]) -> list[int]:
    with httpx.Client(base_url=server.url) as client:
        return [client.get(path).status_code for path in paths]


def test_faults_strike_by_path_by_count_and_for_a_while(server: ReplayServer) -> None:
    server.site.put("/b", BODY)
    server.inject(faults.status(503), r"/b", nth=[2])
    server.inject(faults.status(500), r"/a/.*", times=2)
    assert statuses(server, ["/b", "/b", "/b", PAGE, PAGE, PAGE, "/robots.txt"]) == [200, 503, 200, 500, 500, 200, 200]
    assert server.injected == {"status_503": 1, "status_500": 2}
    assert [r.fault for r in server.requests] == [None, "status_503", None, "status_500", "status_500", None, None]
    server.inject(faults.status(502))
    assert statuses(server, [PAGE, "/robots.txt"]) == [502, 200]
    server.lift()
    assert statuses(server, [PAGE]) == [200]


def test_chance_depends_on_seed_path_and_count_alone(server: ReplayServer) -> None:
    paths = [f"/p{n}" for n in range(40)]
    for path in paths:
        server.site.put(path, BODY)
    seen = []
    for order, seed in ((paths, 7), (paths[::-1], 7), (paths, 8)):
        server.lift()
        server.clear()
        server.inject([faults.status(500), faults.status(503)], share=0.4, seed=seed)
        statuses(server, order)
        seen.append({r.path: r.fault for r in server.requests})
    assert seen[0] == seen[1] != seen[2]
    assert 8 <= sum(fault is not None for fault in seen[0].values()) <= 24
    assert len(set(seen[0].values())) == 3


def test_a_sticky_fault_strikes_a_path_again_and_again(server: ReplayServer) -> None:
    paths = [f"/p{n}" for n in range(20)]
    for path in paths:
        server.site.put(path, BODY)
    server.inject([faults.status(500), faults.status(503)], share=0.5, is_sticky=True)
    first, second = statuses(server, paths), statuses(server, paths)
    assert first == second
    assert set(first) == {200, 500, 503}


# --- what faults do ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [fault for fault in faults.MOMENTARY if fault.name != "drip_head"], ids=lambda fault: fault.name)
def test_no_momentary_fault_passes_for_the_page(server: ReplayServer, fault: Fault) -> None:
    """Each breaks something: the bytes, their length, their packing, the status or the connection."""
    server.inject(fault)
    with httpx.Client(base_url=server.url, timeout=0.25) as client:
        try:
            with client.stream("GET", PAGE) as answer:
                started, body = time.monotonic(), b""
                for part in answer.iter_raw():
                    body += part
                    if len(body) > 1 << 20 or time.monotonic() - started > 0.25:
                        break
                status, encoding = answer.status_code, answer.headers.get("Content-Encoding")
        except (httpx.HTTPError, httpx.InvalidURL):
            pass
        else:
            assert (status, encoding, body) != (200, None, BODY)
    assert server.injected == {fault.name: 1}


@pytest.mark.parametrize("fault", faults.HARMLESS, ids=lambda fault: fault.name)
def test_harmless_oddities_come_with_the_right_bytes(server: ReplayServer, fault: Fault) -> None:
    server.inject(fault)
    answer = httpx.get(f"{server.url}{PAGE}")
    assert (answer.status_code, answer.content) == (200, BODY)


def test_a_page_that_was_asked_for_conditionally_is_broken_as_a_whole(server: ReplayServer) -> None:
    tag = httpx.get(f"{server.url}{PAGE}").headers["ETag"]
    server.inject(faults.truncated_unmarked(0.5))
    answer = httpx.get(f"{server.url}{PAGE}", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (200, BODY[: len(BODY) // 2])


def test_retry_after_comes_as_seconds_and_as_a_date(server: ReplayServer) -> None:
    server.inject(faults.too_many(7), nth=[1])
    server.inject(faults.too_many(7, as_date=True), nth=[1])
    answers = [httpx.get(f"{server.url}{PAGE}") for _ in range(2)]
    assert [a.status_code for a in answers] == [429, 429]
    assert answers[0].headers["Retry-After"] == "7"
    assert answers[1].headers["Retry-After"].endswith(" GMT")


def test_lengths_lie_as_named(server: ReplayServer) -> None:
    def length(fault: Fault) -> tuple[int | None, int, bool]:
        server.lift()
        server.inject(fault)
        head, body = split(raw(server))
        found = [line for line in head.split("\r\n") if line.lower().startswith("content-length:")]
        return (int(found[0].split(":")[1]) if found else None), len(body), "chunked" in head

    n = len(BODY)
    assert length(faults.truncated(0.5)) == (n, n // 2, False)
    assert length(faults.truncated_unmarked(0.5)) == (None, n // 2, False)
    assert length(faults.truncated_unmarked(n_bytes=20)) == (None, 20, False)
    assert length(faults.length_too_small(0.5)) == (n // 2, n, False)
    assert length(faults.length_too_large(10)) == (n + 10, n, False)
    assert length(faults.truncated_chunked(0.5))[2]


def test_a_reset_is_no_end(server: ReplayServer) -> None:
    server.inject(faults.reset())
    with pytest.raises(ConnectionResetError):
        raw(server)
    server.lift()
    server.inject(faults.reset_midway())
    with pytest.raises(ConnectionResetError):
        raw(server)
    server.lift()
    server.inject(faults.hang_up())
    assert raw(server) == b""


def test_a_drip_is_slow_as_a_whole_but_never_silent_for_long(server: ReplayServer) -> None:
    server.inject(faults.drip(0.01))
    started, n = time.monotonic(), 0
    with httpx.stream("GET", f"{server.url}{PAGE}", timeout=0.2) as answer:
        for part in answer.iter_raw():
            n += len(part)
            if n >= 20:
                break
    assert time.monotonic() - started >= 0.15
    deadline = time.monotonic() + 2
    while server.requests[0].ended_at is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.requests[0].ended_at is not None, "the server noticed that the client hung up"


def test_a_bomb_is_small_and_unpacks_to_what_it_says() -> None:
    packed = faults.zeros(64)
    assert len(packed) < 200_000
    unpacked = gzip.decompress(packed)
    assert len(unpacked) == 64 << 20
    assert not unpacked.strip(b"\0")
    assert len(gzip.compress(packed, 9)) < 3_000
    assert zlib.crc32(unpacked) == int.from_bytes(packed[-8:-4], "little")


def test_a_long_chain_leads_from_hop_to_hop(server: ReplayServer) -> None:
    server.inject(faults.redirect_chain(3))
    answer = httpx.get(f"{server.url}{PAGE}", follow_redirects=True)
    assert [r.path for r in server.requests] == [PAGE, *(f"/hop/{n}{PAGE}" for n in (1, 2, 3))]
    assert answer.content == BODY


def test_the_server_outlives_requests_that_are_none(server: ReplayServer) -> None:
    for nonsense in (b"\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"A" * 200_000):
        with socket.create_connection(("127.0.0.1", server.port), timeout=2) as connection:
            connection.sendall(nonsense)
    assert statuses(server, [PAGE]) == [200]


def test_http_client_of_the_library_keeps_the_connection(server: ReplayServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=2)
    for _ in range(3):
        connection.request("GET", PAGE)
        first_socket = connection.sock
        assert connection.getresponse().read() == BODY
        assert connection.sock is first_socket
    connection.close()


# --- sites ---------------------------------------------------------------------------------------------------------------


def test_a_list_is_cut_into_index_pages_with_relative_links() -> None:
    site = Site()
    entries = [Entry(f"/a/b/t{100000 + n}.shtml", f"Meridian Foreign Ministry Spokesperson's Remarks {n} & more") for n in range(25)]
    assert site.list_at("/a/b/default.shtml", entries, per_page=10) == [
        "/a/b/default.shtml",
        "/a/b/default_1.shtml",
        "/a/b/default_2.shtml",
    ]
    page = site.bodies()["/a/b/default_2.shtml"]
    assert b'href="./t100020.shtml"' in page
    assert b"countPage = 3" in page
    assert b"more</a>" in page
    assert b"&amp; more" in page
    site.list_at("/a/b/default.shtml", entries[:5], per_page=10)
    assert site.paths() == ["/a/b/default.shtml"]


def test_a_day_beside_the_link_is_read_by_the_parser() -> None:
    entries = [Entry(f"/a/t{100000 + n}.shtml", "美里迪亚外交部发言人答记者问", date(2019, 9, 20 + n)) for n in range(3)]
    index = parse_index(index_page(entries, "/a/", 0, 1), "https://www.mfa.meridia.example/a/default.shtml")
    assert index is not None
    assert [(link.url, link.date) for link in index.links] == [
        (f"https://www.mfa.meridia.example/a/t{100000 + n}.shtml", date(2019, 9, 20 + n)) for n in range(3)
    ]


def test_invented_briefings_are_briefings() -> None:
    site = invented_site(FIRST, 4)
    pages = [path for path in site.paths() if "/t" in path]
    assert len(pages) == 4
    for path in pages:
        parsed = parse_page(site.bodies()[path], f"https://www.mfa.meridia.example{path}")
        assert isinstance(parsed, ParsedPage)
        assert [turn.role for turn in parsed.turns] == ["question", "answer"] * 3
        assert (parsed.source_id, parsed.kind) == ("sample", "press_conference")
    index = parse_index(site.bodies()[FIRST], f"https://www.mfa.meridia.example{FIRST}")
    assert index is not None
    assert [link.date for link in index.links] == [date(2020, 6, 30 - n) for n in range(4)]


def test_the_sample_is_a_site(sample: Path) -> None:
    site = sample_site(sample, FIRST)
    index = site.bodies()[FIRST]
    pages = [path for path in site.paths() if path != FIRST]
    assert all(path.rsplit("/", 1)[1].encode() in index for path in pages)
    edited = next(path for path in pages if len(versions_of(sample, path)) == 2)
    assert site.bodies()[edited] == versions_of(sample, edited)[1] != versions_of(sample, edited)[0]


def test_pages_vanish_move_and_return() -> None:
    site = Site({PAGE: BODY})
    before = site.get(PAGE)
    site.put(PAGE, BODY)
    assert site.get(PAGE) == before
    site.move(PAGE, "/b/t100001.shtml")
    assert (site.get(PAGE), site.paths()) == (None, ["/b/t100001.shtml"])
    assert site.remove("/b/t100001.shtml") == BODY
    assert site.paths() == []


def test_the_real_corpus_is_listed_whole(shared: Path) -> None:
    """261 English and 290 Chinese pages, 13 and 67 index pages, of which 53 or more are made up."""
    site = corpus_site(shared / "corpus")
    bodies = site.bodies()
    english, chinese = "/mfa_eng/xwfw_665399/s2510_665401/2511_665403/", "/web/wjdt_674879/fyrbt_674889/"
    for place, n_articles, n_indexes in ((english, 261, 13), (chinese, 290, 67)):
        articles = {path for path in bodies if path.startswith(f"{place}t")}
        indexes = {path for path in bodies if path.startswith(f"{place}default")}
        assert (len(articles), len(indexes)) == (n_articles, n_indexes)
        listed = []
        for path in indexes:
            found = parse_index(bodies[path], f"https://www.fmprc.gov.cn{path}")
            assert found is not None, f"{path} is no index"
            listed += [link.url.removeprefix("https://www.fmprc.gov.cn") for link in found.links]
        assert set(listed) <= articles
        assert articles <= {f"{place}{name}" for path in indexes for name in names(bodies[path])}


def names(index: bytes) -> set[str]:
    return {part.split('"')[0] for part in index.decode("utf-8", "replace").split('href="./')[1:]}
