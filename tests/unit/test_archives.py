"""Web archives: what is taken from them, what is left, and that damage costs what is damaged and nothing else."""

from __future__ import annotations

import csv
import gzip
import io
import random
import tracemalloc
import zlib
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipelines import lake
from pipelines.contracts.lake import TABLES
from pipelines.extract import archives
from pipelines.extract.archives import ArchivedPage, Refused, Skipped, payload_digest, read_archive
from pipelines.extract.ingest import ingest
from pipelines.extract.raw_store import read_captures, read_object
from pipelines.progress import SilentProgress
from pipelines.refresh import lake_stage, parse_stage
from pipelines.settings import PAGE_LIMIT_BYTES, Home

SITE = "https://www.mfa.meridia.example/eng/xw/fyrbt/lxjzh"
PAGE = "<html><body><p>Arendelle Times: Will the port open{}?</p><p>Mo Wanli: It will.</p></body></html>"
NOON = "2020-07-04T12:00:00Z"
MISSING = b"<html><title>404 Not Found</title><p>Not found.</p></html>"


class Archive:
    """An archive that a test writes."""

    def __init__(self, path: Path, is_packed: bool = True) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._buffer = io.BytesIO()
        self._writer = WARCWriter(self._buffer, gzip=is_packed)
        self.offsets: list[int] = []

    def record(self, kind: str, url: str | None, body: bytes, http: StatusAndHeaders | None = None, **headers: str) -> Archive:
        self.offsets.append(self._buffer.tell())
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self._writer.write_record(
            self._writer.create_warc_record(
                url, kind, io.BytesIO(body), warc_content_type="text/html" if kind == "resource" else "", http_headers=http,
                warc_headers_dict={"WARC-Date": NOON} | names,
            )
        )  # fmt: skip
        return self.save()

    def page(
        self, url: str, body: str | bytes = PAGE, time: str = NOON, status: str = "200 OK", kind: str = "text/html", **headers: str
    ) -> Archive:
        raw = body if isinstance(body, bytes) else body.encode()
        names = [("Content-Type", kind), *((name.replace("_", "-"), value) for name, value in headers.items())]
        return self.record("response", url, raw, StatusAndHeaders(status, names, protocol="HTTP/1.1"), WARC_Date=time)

    def revisit(self, url: str, body: str | None, time: str, **headers: str) -> Archive:
        digest = {"WARC-Payload-Digest": payload_digest(body.encode())} if body is not None else {}
        return self.record("revisit", url, b"", None, WARC_Date=time, **(digest | headers))

    def save(self) -> Archive:
        self.path.write_bytes(self._buffer.getvalue())
        return self

    @property
    def raw(self) -> bytes:
        return self._buffer.getvalue()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "in" / "pages.warc.gz")


def findings(path: Path) -> list[ArchivedPage | Skipped | Refused]:
    return [finding for _, finding in read_archive(path)]


def pages(path: Path) -> list[ArchivedPage]:
    return [finding for finding in findings(path) if isinstance(finding, ArchivedPage)]


def refused(path: Path) -> list[Refused]:
    return [finding for finding in findings(path) if isinstance(finding, Refused)]


def facts(home: Home, *columns: str) -> list[tuple[object, ...]]:
    return read_captures(home).select(columns).sort(columns, nulls_last=True).rows()


def tables_of(home: Home) -> dict[str, pl.DataFrame]:
    parse_stage(home, SilentProgress())
    lake_stage(home, SilentProgress())
    tables = {name: lake.read_table(home.lake, name).collect() for name in TABLES}
    tables["quarantine"] = tables["quarantine"].drop("file_name", "first_seen", strict=False)
    return tables


# --- what a page is ----------------------------------------------------------------------------------------------------


def history(sample: Path) -> list[tuple[str, str, int, bytes]]:
    """Address, time, status and bytes: a page that stays, and one that is edited, vanishes and comes back."""
    first, edited = ((sample / name).read_bytes() for name in ("en-f-2024-10-16.html", "en-f-2024-10-16-edited.html"))
    other, index = ((sample / name).read_bytes() for name in ("zh-labelled-2023-11-21.html", "index-en.shtml"))
    one, two = f"{SITE}/202410/t20241016_11508000.html", f"{SITE}/202311/t20231121_11184000.html"
    return [
        (one, "2024-10-17T01:00:00Z", 200, first),
        (two, "2024-10-17T01:00:01Z", 200, other),
        (one, "2024-10-18T01:00:00Z", 200, first),
        (one, "2024-10-20T01:00:00Z", 200, edited),
        (one, "2024-10-21T01:00:00Z", 404, MISSING),
        (f"{SITE}/", "2024-10-21T01:00:01Z", 200, index),
        (one, "2024-10-22T01:00:00Z", 200, edited),
        (two, "2024-10-22T01:00:00Z", 410, MISSING),
    ]


@pytest.mark.parametrize("is_packed", [True, False])
def test_an_archive_gives_the_same_tables_as_files_with_a_manifest(sample: Path, tmp_path: Path, is_packed: bool) -> None:
    archive = Archive(tmp_path / "in" / ("pages.warc.gz" if is_packed else "pages.warc"), is_packed)
    files = tmp_path / "files"
    files.mkdir()
    rows = []
    captures = history(sample)
    random.Random(5).shuffle(captures)
    for n, (url, time, status, raw) in enumerate(captures):
        archive.page(url, raw, time, f"{status} -")
        (files / f"{n}.html").write_bytes(raw)
        rows.append({"path": f"{n}.html", "url": url, "fetched_at": time, "http_status": status})
    with (files / "manifest.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    one, other = Home(tmp_path / "one"), Home(tmp_path / "other")
    report, same = ingest(one, [archive.path.parent]), ingest(other, [files])
    assert (report.n_new, report.refused_by_reason, report.skipped) == (same.n_new, same.refused_by_reason, {})
    assert report.n_new == 6
    tables = tables_of(one)
    for (name, table), expected in zip(tables.items(), tables_of(other).values(), strict=True):
        assert table.equals(expected), name
    changes = dict(tables["document_versions"].group_by("document_id").agg(pl.col("change").sort_by("version")).iter_rows())
    assert sorted(changes.values()) == [["new", "edited", "vanished", "restored"], ["new", "vanished"]]
    assert set(tables["turn_changes"]["change"]) == {"removed"}


def test_address_time_status_and_place_of_a_record(home: Home, archive: Archive) -> None:
    archive.record("warcinfo", None, b"software: none\r\n").page(f"{SITE}/t1.html", PAGE, "2020-07-04T03:55:41.250Z")
    archive.record("resource", f"{SITE}/t2.html", PAGE.format(" soon").encode())
    report = ingest(home, [archive.path])
    assert (report.n_new, report.skipped, report.refused, report.unreadable) == (2, {"warcinfo": 1}, [], [])
    place = str(archive.path)
    assert facts(home, "url", "fetched_at", "http_status", "media_type", "origin") == [
        (f"{SITE}/t1.html", datetime(2020, 7, 4, 3, 55, 41, 250_000), 200, "text/html", f"{place}#{archive.offsets[1]}"),
        (f"{SITE}/t2.html", datetime(2020, 7, 4, 12), None, "text/html", f"{place}#{archive.offsets[2]}"),
    ]
    for (sha256,), text in zip(facts(home, "sha256"), sorted((PAGE, PAGE.format(" soon"))), strict=True):
        assert read_object(home, str(sha256)).decode() in (PAGE, PAGE.format(" soon")), text


def test_what_is_no_page_is_counted_and_left(home: Home, archive: Archive) -> None:
    archive.record("request", SITE, b"GET / HTTP/1.1\r\n\r\n").record("metadata", SITE, b"a: b").record(
        "response", "dns:meridia.example", b"A"
    )
    archive.record("resource", "file:///etc/passwd", b"root").record("response", "ftp://meridia.example/a.html", b"<html>")
    archive.page(f"{SITE}/a.png", b"\x89PNG\r\n", kind="image/png").page(f"{SITE}/logo", b"\x89PNG\r\n", kind="text/html")
    archive.page(f"{SITE}/x.js", 'document.write("<div>")', kind="text/html").page(f"{SITE}/x", "a {}", kind="text/css; charset=utf-8")
    archive.page("https://www.mfa.meridia.example/robots.txt", "Disallow: /", kind="text/plain").page(
        f"{SITE}/f", "<rss/>", kind="text/xml"
    )
    archive.page(f"{SITE}/a.html", "", status="301 Moved", Location=f"{SITE}/b.html").page(f"{SITE}/b.html", PAGE, status="503 Busy")
    archive.page(f"{SITE}/c.html", PAGE[:40], status="206 Partial Content").page(f"{SITE}/d.html", "", status="304 Not Modified")
    archive.page(f"{SITE}/x.css", MISSING, status="404 Not Found")
    report = ingest(home, [archive.path])
    assert (report.n_new, report.refused, report.unreadable) == (0, [], [])
    assert report.skipped == {
        "request": 1, "metadata": 1, "dns address": 1, "file address": 1, "ftp address": 1, "other files": 7, "redirect": 2, "status 503": 1,
        "status 206": 1,
    }  # fmt: skip
    assert read_captures(home).is_empty()
    assert not list(home.root.rglob("objects"))


def test_texts_and_pages_of_odd_types_are_taken(archive: Archive) -> None:
    archive.page(f"{SITE}/a.txt", "Q: When?\n\nA: Soon.", kind="text/plain").page(f"{SITE}/b", PAGE, kind="application/octet-stream")
    archive.page(f"{SITE}/c.xhtml", PAGE, kind="application/xhtml+xml").page(f"{SITE}/d?format=.js", PAGE, kind="")
    assert [page.url.rsplit("/")[-1] for page in pages(archive.path)] == ["a.txt", "b", "c.xhtml", "d?format=.js"]


def chunked(raw: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (raw[:7], raw[7:])) + b"0\r\n\r\n"


def raw_deflate(raw: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(raw) + packer.flush()


BODY = PAGE.encode()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(BODY), {"Content_Encoding": "gzip"}),
        (chunked(BODY), {"Transfer_Encoding": "chunked"}),
        (chunked(gzip.compress(BODY)), {"Content_Encoding": "GZIP", "Transfer_Encoding": "Chunked"}),
        (chunked(gzip.compress(BODY)), {"Transfer_Encoding": "gzip, chunked"}),
        (zlib.compress(BODY), {"Content_Encoding": "deflate"}),
        (raw_deflate(BODY), {"Content_Encoding": "deflate"}),
        (BODY, {"Content_Encoding": "gzip"}),
        (BODY, {"Content_Encoding": "deflate"}),
        (BODY, {"Content_Encoding": "br"}),
        (BODY, {"Transfer_Encoding": "chunked", "Content_Encoding": "identity"}),
    ],
    ids=range(10),
)
def test_a_page_is_unpacked_where_it_is_packed(archive: Archive, body: bytes, headers: dict[str, str]) -> None:
    archive.page(SITE, body, **headers)
    assert [page.raw for page in pages(archive.path)] == [BODY]


@pytest.mark.parametrize(
    ("body", "encoding", "words"),
    [(b"\x0b\x02\x80" + BODY[:2], "br", "packed as “br”"), (gzip.compress(BODY)[:-8] + bytes(8), "gzip", "packed and damaged")],
    ids=["unknown", "damaged"],
)
def test_a_page_that_cannot_be_unpacked_is_named_and_the_next_is_read(archive: Archive, body: bytes, encoding: str, words: str) -> None:
    archive.page(f"{SITE}/a", body, Content_Encoding=encoding).page(f"{SITE}/b")
    assert [words in one.detail for one in refused(archive.path)] == [True]
    assert [page.url for page in pages(archive.path)] == [f"{SITE}/b"]


def test_copies_from_the_wayback_machine_are_pages_of_their_own_address_and_time(home: Home, archive: Archive) -> None:
    web = "https://web.archive.org/web"
    archive.page(f"{web}/20200704035541id_/http://www.mfa.meridia.example/a.html", PAGE.format(1))
    archive.page(f"{web}/20190102030405/https:/www.mfa.meridia.example/b.html?x=1", PAGE.format(2))
    archive.page(f"{web}/2018if_/www.mfa.meridia.example/c.html", PAGE.format(3), Memento_Datetime="Tue, 06 Feb 2018 10:11:12 GMT")
    archive.page(f"{web}/2017id_/http://www.mfa.meridia.example/d.html", PAGE.format(4))
    archive.page(f"{web}/20160101000000id_/http://www.mfa.meridia.example/e.html", MISSING, status="404 Not Found")
    archive.page(
        f"{web}/20150101000000id_/http://www.mfa.meridia.example/f.html", MISSING, status="404 Not Found",
        Memento_Datetime="Thu, 01 Jan 2015 00:00:00 GMT",
    )  # fmt: skip
    report = ingest(home, [archive.path])
    assert facts(home, "url", "fetched_at", "outcome") == [
        ("http://www.mfa.meridia.example/a.html", datetime(2020, 7, 4, 3, 55, 41), "stored"),
        ("http://www.mfa.meridia.example/c.html", datetime(2018, 2, 6, 10, 11, 12), "stored"),
        ("http://www.mfa.meridia.example/d.html", None, "stored"),
        ("http://www.mfa.meridia.example/f.html", datetime(2015, 1, 1), "refused"),
        ("https://www.mfa.meridia.example/b.html?x=1", datetime(2019, 1, 2, 3, 4, 5), "stored"),
    ]
    assert report.skipped == {"not in the Wayback Machine": 1}


# --- revisits ----------------------------------------------------------------------------------------------------------


def test_a_revisit_is_a_capture_of_the_same_bytes(home: Home, archive: Archive) -> None:
    url = f"{SITE}/t1.html"
    archive.revisit(url, PAGE, "2020-07-05T00:00:00Z").page(url).revisit(url, PAGE, "2020-07-06T00:00:00Z")
    archive.page(f"{SITE}/p", b"\x89PNG\r\n").record("revisit", f"{SITE}/p", b"", WARC_Payload_Digest=payload_digest(b"\x89PNG\r\n"))
    other = Archive(archive.path.with_name("a-later-one-with-an-earlier-name.warc")).revisit(url, PAGE, "2020-07-07T00:00:00Z")
    report = ingest(home, [archive.path, other.path])
    assert (report.n_new, report.unreadable, report.skipped) == (4, [], {"other files": 2})
    assert [(str(day)[:10], status) for day, status in facts(home, "fetched_at", "http_status")] == [
        (f"2020-07-0{n}", 200) for n in (4, 5, 6, 7)
    ]
    assert read_captures(home)["sha256"].n_unique() == 1


def test_a_revisit_finds_its_bytes_in_the_raw_store(home: Home, archive: Archive, tmp_path: Path) -> None:
    packed = gzip.compress(PAGE.encode())
    archive.page(f"{SITE}/t1.html").page(f"{SITE}/t2.html", packed, Content_Encoding="gzip")
    ingest(home, [archive.path])
    later = Archive(tmp_path / "later.warc.gz")
    later.revisit(f"{SITE}/t1.html".replace("https", "http"), PAGE, "2020-08-01T00:00:00Z")
    later.record(
        "revisit", f"{SITE}/t2.html", b"", WARC_Payload_Digest=payload_digest(packed), WARC_Date="2020-08-02T00:00:00Z",
        WARC_Refers_To_Target_URI=f"{SITE}/t2.html", WARC_Refers_To_Date=NOON,
    )  # fmt: skip
    later.revisit(f"{SITE}/t3.html", PAGE.format(" never seen"), "2020-08-03T00:00:00Z").revisit(f"{SITE}/t3.html", None, NOON)
    report = ingest(home, [later.path])
    assert report.n_new == 2
    assert [(path, "2 records" in message, "Ingest the archive that holds them" in message) for path, message in report.unreadable] == [
        (str(later.path), True, True)
    ]
    assert read_captures(home).height == 4
    assert read_captures(home)["sha256"].n_unique() == 1


def test_a_page_seen_again_keeps_its_version(sample: Path, home: Home, archive: Archive) -> None:
    url, raw = f"{SITE}/202410/t20241016_11508000.html", (sample / "en-f-2024-10-16.html").read_text(encoding="utf-8")
    archive.page(url, raw, "2024-10-17T00:00:00Z").page(url, MISSING, "2024-10-18T00:00:00Z", "404 Not Found")
    archive.revisit(url, raw, "2024-10-19T00:00:00Z").revisit(url, raw, "2024-10-20T00:00:00Z")
    ingest(home, [archive.path])
    assert tables_of(home)["document_versions"]["change"].to_list() == ["new", "vanished", "restored"]


# --- again, elsewhere, otherwise packed --------------------------------------------------------------------------------


def test_a_second_ingest_finds_all_known(home: Home, archive: Archive, tmp_path: Path) -> None:
    archive.page(f"{SITE}/a").page(f"{SITE}/b").page(f"{SITE}/c", MISSING, status="404 Not Found").revisit(
        f"{SITE}/a", PAGE, "2021-01-01T00:00:00Z"
    )
    archive.path.with_name("page.html").write_text(PAGE)
    archive.path.with_name("cut.WARC.GZ").write_bytes(archive.raw[:-9])
    first = ingest(home, [archive.path.parent])
    before = {path: path.stat().st_mtime_ns for path in home.root.rglob("*") if path.is_file()}
    again = ingest(home, [archive.path.parent])
    assert (first.n_new, again.n_new, again.n_known) == (4, 0, first.n_new + first.n_known)
    assert again.unreadable == first.unreadable != []
    assert {path: path.stat().st_mtime_ns for path in home.root.rglob("*") if path.is_file()} == before


def test_every_way_to_pack_gives_the_same(archive: Archive, tmp_path: Path) -> None:
    plain = Archive(tmp_path / "plain.warc", is_packed=False)
    for one in (archive, plain):
        one.page(f"{SITE}/a").page(f"{SITE}/b", PAGE.format(" too"))
    whole, bare = tmp_path / "packed-as-a-whole.warc.gz", tmp_path / "not-packed.warc.gz"
    whole.write_bytes(gzip.compress(plain.raw) + bytes(512))
    bare.write_bytes(plain.raw)
    read = [[(page.url, page.fetched_at, page.raw) for page in pages(path)] for path in (archive.path, plain.path, whole, bare)]
    assert len(read[0]) == 2
    assert read == [read[0]] * 4


def test_names_in_an_archive_are_never_paths(archive: Archive, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    home = Home(outside / "a" / "home")
    for url in ("https://meridia.example/../../../../escaped.html", f"https://x/{outside}/written.html", "https://x/%2e%2e/\x00/../e.html"):
        archive.page(url, PAGE.format(url), Content_Disposition="attachment; filename=../../escaped.html")
    archive.record("resource", f"file://{outside}/written.html", BODY, WARC_Filename="../../escaped.warc")
    report = ingest(home, [archive.path])
    assert report.n_new == 3
    assert {path.name for path in tmp_path.iterdir()} == {"in", "outside"}
    assert [path for path in outside.rglob("*") if path.is_file() and not path.is_relative_to(home.root)] == []
    assert {path.name for path in home.root.iterdir()} <= {"raw", ".lock"}


# --- damage ------------------------------------------------------------------------------------------------------------


def three(path: Path, is_packed: bool = True) -> Archive:
    archive = Archive(path, is_packed)
    for name in "abc":
        archive.page(f"{SITE}/{name}", PAGE.format(name * 200))
    return archive


def names(found: list[ArchivedPage]) -> str:
    return "".join(page.url[-1] for page in found)


@pytest.mark.parametrize("is_packed", [True, False])
def test_an_archive_cut_anywhere_keeps_the_whole_records_before(tmp_path: Path, is_packed: bool) -> None:
    archive = three(tmp_path / "in.warc", is_packed)
    ends = [*archive.offsets[1:], len(archive.raw)]
    for length in [*range(5, len(archive.raw), 13), *ends]:
        archive.path.write_bytes(archive.raw[:length])
        # Four bytes of white space end a plain record; without them it is still whole.
        n_whole = sum(end - (0 if is_packed else 4) <= length for end in ends)
        assert names(pages(archive.path)) == "abc"[:n_whole], length
        troubles = refused(archive.path)
        is_clean = length in ends or (not is_packed and any(end - 4 <= length <= end for end in ends))
        assert [one.offset for one in troubles] == ([] if is_clean else [archive.offsets[n_whole]]), length
        assert all("Fetch the archive again" in one.detail for one in troubles)


def with_length(raw: bytes, change: int) -> bytes:
    """A record whose block has other than the stated length."""
    start = raw.index(b"Content-Length: ") + len("Content-Length: ")
    end = raw.index(b"\r\n", start)
    return raw[:start] + str(int(raw[start:end]) + change).encode() + raw[end:]


@pytest.mark.parametrize("change", [-300, -1, 5, 300, 10**12, -(10**12)])
def test_a_lying_length_costs_its_record_and_what_it_reaches_into(tmp_path: Path, change: int) -> None:
    plain = three(tmp_path / "plain.warc", is_packed=False)
    first, second, third = (plain.raw[start:end] for start, end in zip(plain.offsets, [*plain.offsets[1:], None], strict=True))
    plain.path.write_bytes(first + with_length(second, change) + third)
    assert names(pages(plain.path)) == "ac"
    assert [(one.offset, one.reason) for one in refused(plain.path)] == [(len(first), "damaged_record")]
    packed = tmp_path / "packed.warc.gz"
    members = [gzip.compress(part) for part in (first, with_length(second, change), third)]
    packed.write_bytes(b"".join(members))
    assert names(pages(packed)) == "ac"
    assert [(one.offset, one.reason) for one in refused(packed)] == [(len(members[0]), "damaged_record")]


@pytest.mark.parametrize(
    "head",
    [
        b"WARC/1.0\r\nWARC-Type: response\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: x\r\n\r\n",
        b"WARC/9\r\n\r\n",
        b"\x00" * 100,
        b"nothing of the kind\r\n",
        b"WARC/1.0\r\n" + b"a" * 3_000_000,
        b"WARC/1.0\r\n" + b"a: b\r\n" * 500_000,
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x/\r\nContent-Length: 9\r\n\r\nnonsense!\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 20\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<p>\r\n\r\n",
    ],
)
def test_a_damaged_header_costs_its_record(tmp_path: Path, head: bytes) -> None:
    archive = three(tmp_path / "in.warc.gz")
    archive.path.write_bytes(archive.raw[: archive.offsets[1]] + gzip.compress(head) + archive.raw[archive.offsets[1] :])
    assert names(pages(archive.path)) == "abc"
    assert [one.offset for one in refused(archive.path) if one.reason != "skipped"] in ([archive.offsets[1]], [])


def test_damage_is_reported_and_the_next_file_is_read(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    damaged = three(folder / "1.warc.gz")
    raw = bytearray(damaged.raw)
    raw[damaged.offsets[1] + 40] ^= 0xFF
    damaged.path.write_bytes(raw)
    (folder / "2.warc").write_text("<html>a page, renamed</html>")
    (folder / "3.warc.gz").write_bytes(b"")
    (folder / "4.warc.gz").write_bytes(gzip.compress(b"<html>a page, packed</html>"))
    (folder / "5.warc").symlink_to(folder / "gone.warc")
    Archive(folder / "6.warc.gz").page(f"{SITE}/d")
    report = ingest(home, [folder])
    assert report.n_new == 3
    assert sorted(url[-1] for (url,) in facts(home, "url") if url) == ["a", "c", "d"]  # type: ignore[index]
    told = {Path(place).name: message for place, message in report.unreadable}
    assert set(told) == {f"1.warc.gz#{damaged.offsets[1]}", "2.warc#0", "3.warc.gz#0", "4.warc.gz#0", "5.warc#0"}
    words = ("damaged", "no WARC archive", "empty", "damaged", "No such file")
    assert [part in told[name] for name, part in zip(sorted(told), words, strict=True)] == [True] * 5
    quarantined = tables_of(home)["quarantine"].filter(stage="extract")
    assert sorted(quarantined["reason"]) == ["damaged_archive"] * 2 + ["damaged_record"] * 2 + ["unreadable"]
    # Mended, the archive's failure is forgotten and nothing is there twice.
    damaged.save()
    assert ingest(home, [damaged.path]).n_new == 1
    assert sorted(url[-1] for (url,) in facts(home, "url") if url) == ["a", "b", "c", "d"]  # type: ignore[index]
    assert str(damaged.path) not in " ".join(read_captures(home).filter(outcome="refused")["origin"])


def test_gigantic_pages_are_left_out_and_the_rest_is_read(home: Home, archive: Archive) -> None:
    big = b"<html><p>" + b"a" * PAGE_LIMIT_BYTES
    archive.page(f"{SITE}/a", big).page(f"{SITE}/b").page(f"{SITE}/c.mp4", big).page(f"{SITE}/d", b"\x00" * (PAGE_LIMIT_BYTES + 9))
    archive.page(f"{SITE}/e", gzip.compress(big + b"a" * PAGE_LIMIT_BYTES), Content_Encoding="gzip").page(
        f"{SITE}/f", big[:PAGE_LIMIT_BYTES]
    )
    report = ingest(home, [archive.path])
    assert (report.n_new, report.refused_by_reason, report.skipped) == (2, {"too_large": 2}, {"other files": 2})
    assert [origin for origin, _, _ in report.refused] == [f"{archive.path}#{archive.offsets[n]}" for n in (0, 4)]


def test_bombs_do_not_fill_the_memory(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join([packer.compress(b"<p>" + b"a" * 2**20) for _ in range(600)]) + packer.flush()
    archive.page(f"{SITE}/a", bomb, Content_Encoding="gzip").page(
        f"{SITE}/b", chunked(bomb), Content_Encoding="gzip", Transfer_Encoding="chunked"
    )
    archive.page(f"{SITE}/c")
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x/\r\nContent-Length: 99999999999\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    packer = zlib.compressobj(9, wbits=31)
    outer = packer.compress(head) + b"".join([packer.compress(b"a" * 2**20) for _ in range(300)]) + packer.flush()
    monkeypatch.setattr(archives, "_BOMB_BYTES", 2**27)
    archive.path.write_bytes(archive.raw + outer + archive.raw)
    tracemalloc.start()
    found = [finding for finding in findings(archive.path) if not isinstance(finding, Skipped)]
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    of_one = ["too_large", "too_large", "page"]
    assert [getattr(one, "reason", "page") for one in found] == [*of_one, "damaged_record", *of_one]
    assert "unpack to more than" in getattr(found[3], "detail", "")
    assert peak_bytes < 6 * PAGE_LIMIT_BYTES


def test_memory_does_not_grow_with_the_archive(archive: Archive) -> None:
    body = "<html>" + "".join(random.Random(1).choices("abcdef <p>", k=500_000))
    archive.page(SITE, body)
    one = archive.raw

    def peak(n: int) -> int:
        archive.path.write_bytes(one * n)
        tracemalloc.start()
        assert sum(isinstance(finding, ArchivedPage) for _, finding in read_archive(archive.path)) == n
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak_bytes

    assert peak(60) < 1.5 * peak(3)


def test_random_damage_raises_nothing_and_invents_nothing(tmp_path: Path) -> None:
    dice = random.Random(20_241_016)
    archive = three(tmp_path / "in.warc.gz")
    plain = three(tmp_path / "plain.warc", is_packed=False)
    whole = {page.url: page.raw for page in pages(plain.path)}
    n_kept = 0
    for one in (archive, plain):
        for _ in range(1000):
            raw = bytearray(one.raw)
            for _ in range(dice.randrange(1, 4)):
                at = dice.randrange(len(raw))
                raw[at : at + dice.randrange(3)] = dice.randbytes(dice.randrange(3))
            one.path.write_bytes(raw)
            found = findings(one.path)
            kept = [finding for finding in found if isinstance(finding, ArchivedPage)]
            n_kept += len(kept)
            if one is archive:  # the check sum of gzip speaks for the bytes
                assert all(whole.get(page.url) == page.raw for page in kept)
    assert n_kept > 2500
