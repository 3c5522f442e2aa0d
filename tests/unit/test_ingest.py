from __future__ import annotations

import os
import threading
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.extract.ingest import NothingToIngestError, ingest
from pipelines.extract.raw_store import read_captures, read_object
from pipelines.locking import HomeBusyError, writing
from pipelines.settings import PAGE_LIMIT_BYTES, Home

PAGE = "<html><body><p>Arendelle Times: Will the port open{}?</p><p>Mo Wanli: It will.</p></body></html>"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    return folder


def write(path: Path, text: str | bytes = PAGE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def facts(home: Home, *columns: str) -> list[tuple[object, ...]]:
    return read_captures(home).select(columns).sort(columns, nulls_last=True).rows()


class Notes:
    def __init__(self) -> None:
        self.notes: list[str] = []
        self.stages: list[tuple[str, int | None]] = []
        self.steps = 0
        self.noted = threading.Event()

    def stage(self, name: str, total: int | None) -> None:
        self.stages.append((name, total))

    def advance(self, n: int = 1) -> None:
        self.steps += n

    def note(self, message: str) -> None:
        self.notes.append(message)
        self.noted.set()


def test_folders_are_read_with_everything_below(home: Home, folder: Path) -> None:
    names = ["a.html", "b/c.HTM", "b/d/e.shtml", "f.txt"]
    for name in names:
        write(folder / name, PAGE.format(name))
    write(folder / "notes.md")
    write(folder / "picture.png", b"\x89PNG")
    progress = Notes()
    report = ingest(home, [folder], progress)
    assert (report.n_new, report.n_known, report.refused, report.unreadable) == (4, 0, [], [])
    assert (progress.stages, progress.steps) == ([("ingest", 4)], 4)
    assert {Path(origin).relative_to(folder).as_posix() for (origin,) in facts(home, "origin")} == set(names)
    for sha256, origin in facts(home, "sha256", "origin"):
        assert read_object(home, str(sha256)) == Path(str(origin)).read_bytes()


def test_a_repeated_ingest_adds_nothing(home: Home, folder: Path) -> None:
    write(folder / "a.html")
    write(folder / "empty.html", b"")
    write(folder / "big.html", b"<p>" + b" " * PAGE_LIMIT_BYTES)
    ingest(home, [folder])
    before = {path: path.stat().st_mtime_ns for path in home.root.rglob("*") if path.is_file()}
    report = ingest(home, [folder, folder / "a.html"])
    assert (report.n_new, report.n_known) == (0, 1)
    assert report.refused_by_reason == {"empty": 1, "too_large": 1}
    assert {path: path.stat().st_mtime_ns for path in home.root.rglob("*") if path.is_file()} == before


def test_manifest_tells_address_time_and_status(home: Home, folder: Path) -> None:
    write(folder / "x/a.html", PAGE.format(" today"))
    write(folder / "x/b.html", PAGE.format(" tomorrow"))
    write(folder / "renamed.html", moved := PAGE.format(" ever"))
    write(folder / "other.html", PAGE.format(" again"))
    from pipelines.identifiers import digest_bytes

    write(
        folder / "manifest.csv",
        "\ufeffurl,path,http_status,fetched_at,sha256\r\n"
        "https://example.org/a,x\\a.html,200,2020-07-04T03:55:41Z,\r\n"
        "https://example.org/b,./x/b.html,404,20200704035541,\r\n"
        f"https://example.org/c,gone.html,200,2020-07-04T05:55:41+02:00,{digest_bytes(moved.encode()).upper()}\r\n"
        "https://example.org/d,other.html,abc,yesterday,\r\n",
    )
    report = ingest(home, [folder])
    time = datetime(2020, 7, 4, 3, 55, 41)
    assert facts(home, "url", "fetched_at", "http_status", "outcome", "reason") == [
        ("https://example.org/a", time, 200, "stored", None),
        ("https://example.org/b", time, 404, "refused", "http_error"),
        ("https://example.org/c", time, 200, "stored", None),
        ("https://example.org/d", None, None, "stored", None),
    ]
    assert report.n_new == 3


def test_nearest_manifest_counts_and_none_above_the_given_folder(home: Home, folder: Path) -> None:
    write(folder / "manifest.csv", "url,path\nhttps://example.org/far,in/a.html\nhttps://example.org/far2,in/b.html\n")
    write(folder / "in/manifest.csv", "url,path\nhttps://example.org/near,a.html\n")
    write(folder / "in/a.html", PAGE.format(1))
    write(folder / "in/b.html", PAGE.format(2))
    ingest(home, [folder / "in"])
    assert facts(home, "url") == [("https://example.org/near",), (None,)]
    ingest(home, [folder])
    assert facts(home, "url") == [("https://example.org/far2",), ("https://example.org/near",), (None,)]


def test_broken_manifest_is_reported_and_the_pages_stored(home: Home, folder: Path) -> None:
    write(folder / "a.html")
    write(folder / "manifest.csv", b'url,path\n"' + b"x" * 200_000 + b'",a.html\n\xff\xfe')
    report = ingest(home, [folder])
    assert report.n_new == 1
    assert [Path(path).name for path, _ in report.unreadable] == ["manifest.csv"]


def test_manifest_without_known_columns_or_with_ragged_rows(home: Home, folder: Path) -> None:
    write(folder / "a.html")
    write(folder / "manifest.csv", "what,ever\n1\n1,2,3\n\n")
    assert ingest(home, [folder]).n_new == 1


def test_refused_pages_are_kept(home: Home, folder: Path) -> None:
    write(folder / "empty.html", b"")
    write(folder / "binary.html", raw := bytes(range(256)))
    write(folder / "error.html", "<h1>404 Not Found</h1>")
    report = ingest(home, [folder])
    assert report.refused_by_reason == {"binary": 1, "empty": 1, "error_page": 1}
    assert {outcome for (outcome,) in facts(home, "outcome")} == {"refused"}
    kept = [read_object(home, str(sha256)) for (sha256,) in facts(home, "sha256")]
    assert raw in kept
    assert len(kept) == 3


def test_too_large_is_refused_unread(home: Home, folder: Path) -> None:
    path = folder / "huge.html"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    report = ingest(home, [path])
    assert report.refused_by_reason == {"too_large": 1}
    assert facts(home, "sha256", "size_bytes", "reason") == [(None, 200 * 1024 * 1024, "too_large")]
    assert not (home.raw / "objects").exists()


def test_unreadable_is_reported_and_the_others_go_on(home: Home, folder: Path) -> None:
    write(folder / "a.html", PAGE.format("a"))
    (folder / "b.html").symlink_to("gone.html")
    write(folder / "c.html", PAGE.format("c"))
    report = ingest(home, [folder])
    assert report.n_new == 2
    assert [Path(path).name for path, _ in report.unreadable] == ["b.html"]
    assert facts(home, "outcome", "reason") == [("refused", "unreadable"), ("stored", None), ("stored", None)]
    write(folder / "gone.html", PAGE.format("c"))
    (folder / "gone.html").rename(folder / "gone.md")
    (folder / "b.html").unlink()
    (folder / "b.html").symlink_to("gone.md")
    assert ingest(home, [folder]).unreadable == []
    assert {outcome for (outcome,) in facts(home, "outcome")} == {"stored"}


def test_a_folder_that_cannot_be_listed_is_reported(home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder / "a.html")
    write(folder / "closed/b.html")
    list_folder = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", closed)
    report = ingest(home, [folder])
    assert report.n_new == 1
    assert [Path(path).name for path, _ in report.unreadable] == ["closed"]


def test_links_out_of_the_folder_pipes_and_the_home_are_left_alone(folder: Path) -> None:
    home = Home(folder / "warehouse")
    write(folder.parent / "outside/secret.html", PAGE.format("!"))
    write(folder / "a.html")
    write(home.root / "report/index.html", PAGE.format("?"))
    (folder / "link.html").symlink_to(folder.parent / "outside/secret.html")
    (folder / "linked").symlink_to(folder.parent / "outside")
    os.mkfifo(folder / "pipe.html")
    report = ingest(home, [folder])
    assert (report.n_new, report.unreadable) == (1, [])


def test_a_link_to_itself_is_reported_and_the_rest_is_stored(home: Home, folder: Path) -> None:
    write(folder / "a.html")
    (folder / "loop.html").symlink_to("loop.html")
    report = ingest(home, [folder])
    assert (report.n_new, [Path(path).name for path, _ in report.unreadable]) == (1, ["loop.html"])


def test_names_that_are_no_text(home: Home, folder: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(folder) + b"/p\xff\n.html")))
    report = ingest(home, [folder])
    assert report.n_new == 1
    assert "p\ufffd\n.html" in str(facts(home, "origin")[0][0])


@pytest.mark.parametrize("name", ["nowhere", "nowhere.html", "empty", "only-notes", "notes.md"])
def test_nothing_to_ingest_says_what_to_do(home: Home, folder: Path, name: str) -> None:
    (folder / "empty").mkdir()
    write(folder / "only-notes/notes.md")
    write(folder / "notes.md")
    with pytest.raises(NothingToIngestError, match=r"\.html, \.htm, \.shtml, \.txt") as caught:
        ingest(home, [folder / name])
    assert name in str(caught.value)
    assert not home.root.exists()


def test_order_of_folders_does_not_show(tmp_path: Path) -> None:
    for number, name in enumerate(["one/a.html", "two/b.html", "two/c.html"]):
        path = write(tmp_path / name, PAGE.format("same" if number < 2 else "other"))
        os.utime(path, (1_600_000_000 - number, 1_600_000_000 - number))
    frames = []
    for number, order in enumerate((["one", "two"], ["two", "one"])):
        home = Home(tmp_path / f"home{number}")
        for name in order:
            ingest(home, [tmp_path / name])
        frames.append(read_captures(home).drop("ingested_at"))
    assert_frame_equal(frames[0], frames[1])
    assert frames[0].height == 2


def test_a_second_writer_waits_and_says_so(home: Home, folder: Path) -> None:
    write(folder / "a.html")
    progress = Notes()
    reports = []
    with writing(home):
        waiting = threading.Thread(target=lambda: reports.append(ingest(home, [folder], progress)))
        waiting.start()
        assert progress.noted.wait(30)
        assert read_captures(home).is_empty()
    waiting.join(30)
    assert [report.n_new for report in reports] == [1]
    assert str(home.root) in progress.notes[0]


def test_a_second_writer_gives_up_with_a_message(home: Home, folder: Path) -> None:
    write(folder / "a.html")
    with writing(home), pytest.raises(HomeBusyError, match="Another run is writing"):
        ingest(home, [folder], wait_seconds=0)
    assert read_captures(home).is_empty()


def test_full_disk_keeps_what_was_stored(home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pipelines.extract.ingest as module

    for number in range(3):
        write(folder / f"{number}.html", PAGE.format(number))
    store_bytes, n_left = module.store_bytes, iter([True, True])

    def until_full(home: Home, raw: bytes) -> str:
        if next(n_left, None) is None:
            raise OSError(28, "No space left on device")
        return store_bytes(home, raw)

    monkeypatch.setattr(module, "store_bytes", until_full)
    with pytest.raises(OSError, match="No space left"):
        ingest(home, [folder])
    assert read_captures(home).height == 2
    monkeypatch.undo()
    report = ingest(home, [folder])
    assert (report.n_new, report.n_known) == (1, 2)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=st.dictionaries(st.sampled_from("abcdefgh"), st.binary(max_size=400), min_size=1))
def test_nothing_is_lost(tmp_path_factory: pytest.TempPathFactory, pages: dict[str, bytes]) -> None:
    place = tmp_path_factory.mktemp("fuzz")
    home = Home(place / "home")
    for name, raw in pages.items():
        write(place / "pages" / f"{name}.html", raw)
    report = ingest(home, [place / "pages"])
    captures = read_captures(home)
    assert {read_object(home, sha256) for sha256 in captures["sha256"]} == set(pages.values())
    assert report.n_new + report.n_known + len(report.refused) == len(pages)
    assert captures.filter(pl.col("outcome") == "stored").height == report.n_new
