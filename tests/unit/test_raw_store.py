from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.extract.raw_store import (
    CAPTURES,
    Capture,
    append_captures,
    known_captures,
    object_path,
    read_captures,
    read_object,
    store_bytes,
)
from pipelines.settings import CHECKOUT, Home

NOON = datetime(2021, 5, 6, 12, 0)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def capture(sha256: str | None = "a" * 64, **facts: object) -> Capture:
    given = {"size_bytes": 10, "media_type": "text/html", "origin": "page.html", "ingested_at": NOON, "file_modified_at": NOON}
    return Capture(sha256=sha256, **(given | facts))  # type: ignore[arg-type]


def test_stored_bytes_come_back(home: Home) -> None:
    raw = b"<p>The lectern\x00 stays.</p>\xff"
    sha256 = store_bytes(home, raw)
    assert read_object(home, sha256) == raw
    assert (home.root / object_path(sha256)).read_bytes() == raw
    assert object_path(sha256) == Path("raw/objects", sha256[:2], sha256)


def test_stored_bytes_are_never_written_again(home: Home) -> None:
    sha256 = store_bytes(home, b"first")
    before = (home.root / object_path(sha256)).stat()
    assert store_bytes(home, b"first") == sha256
    after = (home.root / object_path(sha256)).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_unknown_hash_is_not_found(home: Home) -> None:
    with pytest.raises(FileNotFoundError):
        read_object(home, "0" * 64)


def test_empty_store_has_no_captures_but_all_columns(home: Home) -> None:
    assert read_captures(home).schema == CAPTURES
    assert read_captures(home).is_empty()
    append_captures(home, [])
    assert not home.raw.exists()


def test_what_a_kill_left_aside_goes_with_the_next_captures(home: Home) -> None:
    folder = home.raw / "manifest"
    folder.mkdir(parents=True)
    (folder / ".0123.jsonl.tmp").write_text('{"half":')
    append_captures(home, [capture()])
    assert read_captures(home).height == 1
    assert [path.suffix for path in folder.iterdir()] == [".jsonl"]


def test_a_capture_comes_back_as_it_was_written(home: Home) -> None:
    written = capture(
        url="https://example.org/a\u2028b\u0085.html", fetched_at=NOON + timedelta(microseconds=7), http_status=200, detail="“…”\n"
    )
    append_captures(home, [written, capture(url="https://example.org/2", fetched_at=NOON)])
    rows = [Capture(**row) for row in read_captures(home).iter_rows(named=True)]
    assert written in rows
    assert len(rows) == 2


def test_the_order_of_arrival_does_not_show(tmp_path: Path) -> None:
    captures = [
        capture(origin="b/page.html"),
        capture(origin="a/page.html"),
        capture(origin="c/page.html", file_modified_at=NOON - timedelta(days=1)),
        capture("b" * 64, outcome="refused", reason="empty"),
    ]
    frames = []
    for number, order in enumerate(itertools.permutations(captures)):
        home = Home(tmp_path / str(number))
        for one in order:
            append_captures(home, [one])
        frames.append(read_captures(home))
    for frame in frames[1:]:
        assert_frame_equal(frame, frames[0])
    assert frames[0]["origin"].to_list() == ["c/page.html", "page.html"]


def test_same_bytes_at_another_address_or_time_are_another_capture(home: Home) -> None:
    append_captures(home, [capture(), capture(url="https://example.org/1"), capture(url="https://example.org/1", fetched_at=NOON)])
    append_captures(home, [capture(url="https://example.org/1", fetched_at=NOON, http_status=200)])
    assert read_captures(home).height == 4
    assert len(known_captures(home)) == 4


def test_unreadable_is_forgotten_once_the_file_was_read(home: Home) -> None:
    append_captures(home, [capture(None, outcome="refused", reason="unreadable", origin="x.html")])
    append_captures(home, [capture(None, outcome="refused", reason="unreadable", origin="y.html")])
    assert read_captures(home).height == 2
    append_captures(home, [capture(origin="x.html", ingested_at=NOON + timedelta(hours=1))])
    assert read_captures(home).select("origin", "outcome").rows() == [("x.html", "stored"), ("y.html", "refused")]


def test_same_record_has_the_same_name(home: Home) -> None:
    append_captures(home, [capture()])
    append_captures(home, [capture()])
    assert len(list((home.raw / "manifest").iterdir())) == 1


def test_what_a_kill_leaves_behind_is_ignored(home: Home) -> None:
    append_captures(home, [capture()])
    (home.raw / "manifest" / ".0123.jsonl.77.tmp").write_text('{"sha256": "half')
    assert read_captures(home).height == 1


def test_a_failed_write_leaves_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store_bytes(home, b"page")
    with pytest.raises(OSError, match="No space"):
        append_captures(home, [capture()])
    assert [path for path in home.root.rglob("*") if path.is_file()] == []


def test_kill_at_any_moment_leaves_a_valid_store(tmp_path: Path) -> None:
    """Kill -9 a process that stores pages for as long as it lives, many times over, then hold the store together."""
    home = Home(tmp_path)
    program = f"""
import os
from datetime import datetime
from pathlib import Path
from pipelines.extract.raw_store import *
from pipelines.settings import CHECKOUT, Home
home = Home(Path({str(tmp_path)!r}))
print("ready", flush=True)
while True:
    raw = os.urandom(200_000)
    sha256 = store_bytes(home, raw)
    append_captures(home, [Capture(sha256, len(raw), "text/html", sha256, datetime(2021, 1, 1))])
"""
    for step in range(4):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=CHECKOUT)
        assert process.stdout is not None
        process.stdout.readline()
        before = len(list(home.raw.rglob("*.jsonl")))
        while len(list(home.raw.rglob("*.jsonl"))) < before + 3 + step:
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    captures = read_captures(home)
    assert captures.height >= 18
    for sha256, size_bytes in captures.select("sha256", "size_bytes").iter_rows():
        assert len(read_object(home, sha256)) == size_bytes
        assert store_bytes(home, read_object(home, sha256)) == sha256
    assert captures["sha256"].is_unique().all()
    assert captures.filter(pl.col("outcome") != "stored").is_empty()
