"""Files dropped into ``landing/``: what waits, what comes in, and where it goes afterwards. Nothing is deleted."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pipelines.extract.landing import entries_of, is_unfinished, take_in, waiting_files
from pipelines.extract.raw_store import read_captures
from pipelines.settings import Home

PAGE = "en-d-2019-03-04.shtml"
OTHER = "en-f-2024-03-18.html"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.landing.mkdir(parents=True)
    return home


def take_all(home: Home) -> list[str]:
    """Take in all that lies there; the files of ``landing/`` afterwards, without the day in their paths."""
    take_in(home, entries_of(home, waiting_files(home)))
    return tree(home)


def tree(home: Home) -> list[str]:
    found = []
    for path in home.landing.rglob("*"):
        if path.is_file() or path.is_symlink():
            kind, _, *rest = path.relative_to(home.landing).parts
            found.append("/".join([kind, *rest]))
    return sorted(found)


def stored(home: Home) -> dict[str, str | None]:
    rows = read_captures(home).filter(outcome="stored").select("origin", "url").rows()
    return {Path(origin).name: url for origin, url in rows}


def test_nothing_waits_in_an_empty_or_missing_folder(home: Home, tmp_path: Path) -> None:
    assert waiting_files(home) == {}
    assert waiting_files(Home(tmp_path / "nowhere")) == {}
    assert take_all(home) == []


def test_pages_come_in_and_are_kept_aside(home: Home, sample: Path) -> None:
    shutil.copy(sample / PAGE, home.landing)
    before = (home.landing / PAGE).read_bytes()
    assert waiting_files(home) == {PAGE: (len(before), (home.landing / PAGE).stat().st_mtime_ns)}
    assert take_all(home) == [f"done/{PAGE}"]
    assert list(stored(home)) == [PAGE]
    [kept] = home.landing.glob(f"done/*/{PAGE}")
    assert kept.read_bytes() == before
    assert waiting_files(home) == {}, "what was taken in does not wait again"


def test_a_manifest_beside_them_tells_their_addresses_and_goes_along(home: Home, sample: Path) -> None:
    shutil.copy(sample / PAGE, home.landing)
    (home.landing / "manifest.csv").write_text(f"path,url\n{PAGE},https://www.mfa.meridia.example/t1.shtml\n")
    assert take_all(home) == [f"done/{PAGE}", "done/manifest.csv"]
    assert stored(home) == {PAGE: "https://www.mfa.meridia.example/t1.shtml"}


def test_a_folder_comes_in_whole(home: Home, sample: Path) -> None:
    folder = home.landing / "from a friend" / "2019"
    folder.mkdir(parents=True)
    shutil.copy(sample / PAGE, folder)
    (folder / "logo.png").write_bytes(b"\x89PNG")
    (home.landing / "from a friend" / "manifest.csv").write_text(f"path,url\n2019/{PAGE},https://www.mfa.meridia.example/t2.shtml\n")
    assert take_all(home) == [f"done/from a friend/{name}" for name in (f"2019/{PAGE}", "2019/logo.png", "manifest.csv")]
    assert stored(home) == {PAGE: "https://www.mfa.meridia.example/t2.shtml"}


def test_what_cannot_be_used_is_kept_with_the_reason(home: Home, sample: Path) -> None:
    shutil.copy(sample / PAGE, home.landing)
    (home.landing / "notes.docx").write_bytes(b"PK\x03\x04")
    (home.landing / "empty.html").write_bytes(b"")
    (home.landing / "no pages").mkdir()
    (home.landing / "no pages" / "picture.png").write_bytes(b"\x89PNG")
    assert take_all(home) == [
        f"done/{PAGE}",
        "refused/empty.html",
        "refused/empty.html.txt",
        "refused/no pages.txt",
        "refused/no pages/picture.png",
        "refused/notes.docx",
        "refused/notes.docx.txt",
    ]
    [why] = home.landing.glob("refused/*/notes.docx.txt")
    assert "its name should end in one of .html" in why.read_text()
    [why] = home.landing.glob("refused/*/empty.html.txt")
    assert len(why.read_text()) > 20


def test_links_are_not_followed(home: Home, sample: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_bytes((sample / PAGE).read_bytes())
    (home.landing / "innocent.html").symlink_to(tmp_path / "secret.html")
    os.mkfifo(home.landing / "pipe.html")
    assert "refused/innocent.html" in take_all(home)
    assert stored(home) == {}
    assert (tmp_path / "secret.html").exists()


def test_the_same_name_twice_replaces_nothing(home: Home, sample: Path) -> None:
    shutil.copy(sample / PAGE, home.landing)
    take_all(home)
    shutil.copy(sample / OTHER, home.landing / PAGE)
    assert take_all(home) == ["done/en-d-2019-03-04-2.shtml", f"done/{PAGE}"]
    kept = [path.read_bytes() for path in sorted(home.landing.glob("done/*/*"))]
    assert kept == [(sample / OTHER).read_bytes(), (sample / PAGE).read_bytes()]


def test_an_archive_in_bad_shape_is_kept_with_the_reason(home: Home) -> None:
    (home.landing / "captures.warc").write_bytes(b"this is no archive\n" * 100)
    assert take_all(home) == ["refused/captures.warc", "refused/captures.warc.txt"]


def test_what_an_earlier_run_took_in_is_no_error(home: Home, sample: Path) -> None:
    shutil.copy(sample / PAGE, home.landing)
    entries = entries_of(home, waiting_files(home))
    take_in(home, entries)
    report = take_in(home, entries)
    assert (report.n_new, report.refused, report.unreadable) == (0, [], [])


@pytest.mark.parametrize("name", ["page.html.part", "page.html.crdownload", "archive.warc.gz.tmp"])
def test_a_name_may_say_that_a_file_is_not_whole(home: Home, name: str) -> None:
    (home.landing / name).write_bytes(b"half")
    assert is_unfinished(waiting_files(home))
    assert not is_unfinished({"page.html": (1, 1)})


def test_hidden_files_and_what_was_done_do_not_wait(home: Home) -> None:
    for name in (".page.html.x7", "done/2026-01-01/page.html", "refused/2026-01-01/page.html"):
        (home.landing / name).parent.mkdir(parents=True, exist_ok=True)
        (home.landing / name).write_bytes(b"x")
    assert waiting_files(home) == {}
