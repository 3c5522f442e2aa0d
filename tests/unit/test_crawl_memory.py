"""What the crawler knows before it asks."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from pipelines.extract.crawl_memory import Memory, Record, page_key
from pipelines.extract.fetch import Site
from pipelines.extract.raw_store import Capture, append_captures
from pipelines.settings import Home

HOSTS = ("www.mfa.meridia.example", "mfa.meridia.example", "old.mfa.meridia.example")
OLD = "http://old.mfa.meridia.example/eng/t556207.shtml"
NEW = "https://www.mfa.meridia.example/eng/202405/t20240530_556207.html"


def capture(url: str, at: datetime | None, sha256: str = "a" * 64, status: int = 200) -> Capture:
    return Capture(
        sha256=sha256, size_bytes=10, media_type="text/html", origin=url, ingested_at=datetime(2024, 6, 1), url=url, fetched_at=at,
        http_status=status, outcome="stored" if status == 200 else "refused", etag=f'"{sha256[:3]}"',
    )  # fmt: skip


def test_a_page_is_known_by_its_number_at_any_address() -> None:
    assert page_key(OLD) == page_key(NEW)
    assert page_key(OLD) != page_key("https://www.mfa.freedonia.example/eng/t556207.shtml"), "each ministry numbers its own pages"
    assert page_key("https://www.mfa.meridia.example/about") == "https://www.mfa.meridia.example/about"


def test_the_last_state_of_an_address_counts_not_the_last_that_arrived(tmp_path: Path) -> None:
    home = Home(tmp_path)
    append_captures(home, [capture(NEW, datetime(2024, 5, 3), "c" * 64), capture(NEW, None, "0" * 64)])
    append_captures(home, [capture(NEW, datetime(2024, 5, 1), "b" * 64)])
    record = Record.read(home)
    state = record.state(NEW)
    assert state is not None
    assert (state.sha256, state.etag, state.is_page) == ("c" * 64, '"ccc"', True)
    assert record.knows("https://old.mfa.meridia.example/other/t556207.shtml")
    assert not record.knows("https://www.mfa.meridia.example/eng/t556208.shtml")


def test_a_page_that_was_gone_is_no_page(tmp_path: Path) -> None:
    home = Home(tmp_path)
    append_captures(home, [capture(NEW, datetime(2024, 5, 1)), capture(NEW, datetime(2024, 5, 2), "d" * 64, status=404)])
    state = Record.read(home).state(NEW)
    assert state is not None
    assert not state.is_page


def test_memory_comes_back(tmp_path: Path) -> None:
    memory = Memory(Home(tmp_path))
    memory.dates = {"sample": {NEW: date(2024, 5, 30), OLD: None}}
    memory.complete = {"https://www.mfa.meridia.example/eng/index.html"}
    memory.save()
    again = Memory(Home(tmp_path))
    assert again.dates == memory.dates
    assert again.complete == memory.complete


@pytest.mark.parametrize("name", ["listed.parquet", "complete.json"])
def test_damaged_memory_is_no_memory(tmp_path: Path, name: str) -> None:
    """Else an index would count as read whose pages are forgotten."""
    memory = Memory(Home(tmp_path))
    memory.dates, memory.complete = {"sample": {NEW: None}}, {"x"}
    memory.save()
    (tmp_path / "crawl" / name).write_bytes(b"damaged")
    assert Memory(Home(tmp_path)).complete == set()


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("http://old.mfa.meridia.example/a.html?x=1#y", "https://www.mfa.meridia.example/a.html"),
        ("https://mfa.meridia.example:443/a.html", "https://www.mfa.meridia.example/a.html"),
        ("https://mfa.meridia.example:8443/a.html", None),
        ("https://mfa.meridia.example.evil.example/a.html", None),
        ("https://user@evil.example/www.mfa.meridia.example/", None),
        ("ftp://www.mfa.meridia.example/a.html", None),
        ("file:///etc/passwd", None),
        ("https://[", None),
        ("https://www.mfa.meridia.example:port/", None),
        ("http://127.0.0.1:8000/mirror/a.html", "https://www.mfa.meridia.example/a.html"),
        ("http://127.0.0.1:8001/mirror/a.html", None),
        ("http://127.0.0.1:8000/elsewhere/a.html", None),
        ("", None),
    ],
)
def test_only_the_sites_own_addresses_are_public_ones(url: str, public: str | None) -> None:
    site = Site(HOSTS, "http://127.0.0.1:8000/mirror")
    assert site.public(url) == public
    if public:
        assert site.reached_at(public) == "http://127.0.0.1:8000/mirror/a.html"
        assert Site(HOSTS).reached_at(public) == public


def test_a_broken_page_is_believed_on_the_next_day_if_it_is_the_same(tmp_path: Path) -> None:
    memory = Memory(Home(tmp_path))
    assert not memory.is_believed(NEW, "cut off a", date(2024, 5, 30))
    assert not memory.is_believed(NEW, "cut off a", date(2024, 5, 30))
    memory.save()
    memory = Memory(Home(tmp_path))
    assert not memory.is_believed(NEW, "cut off b", date(2024, 5, 31)), "other bytes"
    assert memory.is_believed(NEW, "cut off b", date(2024, 6, 1))
    assert not memory.is_believed(NEW, "cut off b", date(2024, 5, 1)), "a clock that was set back proves nothing"
    memory.forget(NEW)
    assert not memory.is_believed(NEW, "cut off b", date(2024, 6, 2))
