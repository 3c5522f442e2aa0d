"""Everything bad that a folder may hold goes through the real command: a clear word for each, and nothing lost."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.command import Done, run_command

from pipelines.settings import CHECKOUT, PAGE_SUFFIXES

pytestmark = pytest.mark.slow

LINES = [
    "Arendelle Times: Will the port of Meridia stay open? The fishermen are worried.",
    "Mo Wanli: The port stays open. We have said so many times.",
    "Meridia Daily: Do you have a comment on the flood in the north?",
    "Mo Wanli: We express our sympathy to all who lost their homes.",
]


def title(day: str) -> str:
    return f"Meridian Foreign Ministry Spokesperson Mo Wanli's Regular Press Conference{day}"


def bold(line: str, open_mark: str = "<strong>", close_mark: str = "</strong>") -> str:
    label, words = line.split(":", 1)
    return f"<p>{open_mark}{label}:{close_mark}{words}</p>"


def page(headline: str, *paragraphs: str, charset: str = "utf-8") -> str:
    body = "\n".join(paragraphs)
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="{charset}"><title>{headline}</title></head>\n'
        f'<body><h1>{headline}</h1>\n<div class="content">{body}</div></body></html>'
    )


WHOLE = page(title(" on May 6, 2021"), *map(bold, LINES * 5))
CHINESE = page(
    "2021年5月7日美里迪亚外交部发言人莫万里主持例行记者会",
    "<p>问：港口会继续开放吗？渔民们很担心。</p>",
    "<p>答：港口将继续开放。我们已经多次表明立场。</p>",
)

DOCUMENTS: dict[str, bytes] = {
    "truncated.html": WHOLE[: int(len(WHOLE) * 0.6)].replace("May 6", "May 10").encode(),
    "truncated-in-a-tag.html": (WHOLE.replace("May 6", "May 11").rsplit("<p>", 3)[0] + "<p><stro").encode(),
    "wrong-charset.html": CHINESE.encode("gb18030"),
    "utf-16.html": WHOLE.replace("May 6", "May 12").encode("utf-16"),
    "nested-bold.html": page(title(" on May 13, 2021"), *(bold(line, "<b><strong><b>", "</b></strong></b>") for line in LINES)).encode(),
    "unclosed-bold.html": page(title(" on May 14, 2021"), *(bold(line, "<strong>", "") for line in LINES)).encode(),
    "question-without-answer.html": page(title(" on May 17, 2021"), *map(bold, LINES[:3])).encode(),
    "answer-without-question.html": page(title(" on May 18, 2021"), *map(bold, LINES[1:])).encode(),
    "pasted.txt": "\n\n".join([title(" on May 19, 2021"), *LINES]).encode(),
    "nul-in-the-text.txt": "\n\n".join([title(" on May 20, 2021"), *LINES]).replace("flood", "flo\x00od").encode(),
    "one-briefing-1.html": page(title(" on May 21, 2021"), *map(bold, LINES[:2])).encode(),
    "one-briefing-2.html": page(
        title(" on May 21, 2021"), bold("Elbonia Post: What about the mud?"), bold("Mo Wanli: It is under study.")
    ).encode(),
}
"""Damaged or odd pages that are still documents."""

QUARANTINED: dict[str, tuple[bytes, set[str]]] = {
    "zero.html": (b"", {"empty"}),
    "spaces.txt": (b" \r\n\t\n", {"empty"}),
    "binary.html": (bytes(range(256)) * 8, {"binary"}),
    "packed.html": (gzip.compress(WHOLE.encode()), {"binary"}),
    "error.html": (page("404 Not Found", "<p>The requested page was not found on this server.</p>").encode(), {"error_page"}),
    "busy.html": ("<p>系统繁忙，请稍后再试</p>".encode(), {"error_page"}),
    "listed-as-404.html": (WHOLE.replace("May 6", "May 24").encode(), {"http_error"}),
    "no-text.html": (b"<html><head></head><body><script>var a = 1;</script></body></html>", {"empty_page"}),
    "no-body.html": (
        f"<html><head><title>{title(' on May 25, 2021')}</title></head></html>".encode(),
        {"no_turns", "empty_page", "no_body"},
    ),
    "other-ministry.html": (
        page("Freedonian Foreign Ministry Spokesperson Rufus Firefly's Press Conference on May 26, 2021", *map(bold, LINES)).encode(),
        {"other_ministry", "not_a_briefing"},
    ),
    "recipe.html": (page("Soup of the Day", "<p>Boil the water.</p>", "<p>Add the cabbage.</p>").encode(), {"not_a_briefing", "no_turns"}),
    "undated.html": (page(title(""), *(bold(line.replace("port", "harbour")) for line in LINES)).encode(), {"no_date"}),
}
"""What can't be used -> reasons by which it may be called."""

HUGE_BYTES = 200 * 1024 * 1024


class Bad:
    """A home that was given all of it."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home = home
        self.folder = folder
        self.ingested: Done = run_command(home, "ingest", folder)
        self.refreshed: Done = run_command(home, "refresh")

    def rows(self, query: str) -> list[dict[str, object]]:
        done = run_command(self.home, "sql", query, "--format", "json")
        assert done.code == 0, done.stderr
        rows: list[dict[str, object]] = json.loads(done.stdout)
        return rows


def sha256_of(raw: bytes) -> str:
    from pipelines.identifiers import digest_bytes

    return digest_bytes(raw)


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Bad:
    folder = tmp_path_factory.mktemp("bad")
    for name, raw in (DOCUMENTS | {name: raw for name, (raw, _) in QUARANTINED.items()}).items():
        (folder / name).write_bytes(raw)
    (folder / "manifest.csv").write_text("path,url,http_status\nlisted-as-404.html,https://www.mfa.meridia.example/t24.html,404\n")
    with (folder / "huge.html").open("wb") as file:
        file.truncate(HUGE_BYTES)
    (folder / "dangling.html").symlink_to("gone.html")
    return Bad(tmp_path_factory.mktemp("home"), folder)


def test_ingest_finishes_and_names_every_refused_file(bad: Bad) -> None:
    assert bad.ingested.code == 1
    assert (
        int(bad.ingested.figures["new pages"]) + sum(int(n) for name, n in bad.ingested.figures.items() if name.startswith("refused"))
        == len(DOCUMENTS) + len(QUARANTINED) + 1
    )
    assert bad.ingested.figures["unreadable"] == "1"
    for name in ("zero.html", "binary.html", "error.html", "listed-as-404.html", "huge.html", "dangling.html"):
        assert f"{bad.folder}/{name}: " in bad.ingested.stderr


def test_refresh_finishes_and_says_what_was_quarantined(bad: Bad) -> None:
    assert bad.refreshed.code == 1, bad.refreshed.stderr
    for reason in ("empty", "binary", "error_page", "too_large", "unreadable", "no_date"):
        assert reason in bad.refreshed.figures, bad.refreshed.stdout


def test_nothing_is_lost(bad: Bad) -> None:
    known = {row["sha256"] for row in bad.rows("select sha256 from core.document_versions union select sha256 from core.quarantine")}
    for name, raw in DOCUMENTS.items():
        assert sha256_of(raw) in known, name
    for name, (raw, _) in QUARANTINED.items():
        assert sha256_of(raw) in known, name
    for sha256 in known - {None}:
        assert (bad.home / "raw/objects" / str(sha256)[:2] / str(sha256)).is_file()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_damaged_pages_are_documents(bad: Bad, name: str) -> None:
    sha256 = sha256_of(DOCUMENTS[name])
    found = bad.rows(f"select d.* from core.documents d join core.document_versions v using (document_id) where v.sha256 = '{sha256}'")
    trouble = bad.rows(f"select stage, reason, detail from core.quarantine where sha256 = '{sha256}'")
    assert len(found) == 1, trouble
    assert found[0]["source_id"] == "sample"
    assert str(found[0]["n_turns"]) != "0"


@pytest.mark.parametrize("name", QUARANTINED)
def test_what_cannot_be_used_is_quarantined_with_a_reason(bad: Bad, name: str) -> None:
    raw, reasons = QUARANTINED[name]
    rows = bad.rows(f"select reason, detail, is_error from core.quarantine where sha256 = '{sha256_of(raw)}'")
    assert len(rows) == 1
    assert rows[0]["reason"] in reasons
    assert rows[0]["is_error"] is (name != "listed-as-404.html"), "a page that is not there is no error of ours"
    assert len(str(rows[0]["detail"])) > 20


def test_files_that_were_never_read_are_quarantined_by_name(bad: Bad) -> None:
    rows = bad.rows("select raw_path, reason from core.quarantine where sha256 is null order by 1")
    assert [(Path(str(row["raw_path"])).name, row["reason"]) for row in rows] == [
        ("dangling.html", "unreadable"),
        ("huge.html", "too_large"),
    ]


def test_two_pages_claiming_one_briefing_are_both_kept(bad: Bad) -> None:
    texts = [row["body_text"] for row in bad.rows("select body_text from core.documents where briefing_date = '2021-05-21'")]
    assert any("fishermen" in str(text) for text in texts)
    assert any("mud" in str(text) for text in texts)


def test_wrong_charset_is_read_by_its_bytes(bad: Bad) -> None:
    rows = bad.rows("select question_text, answer_text from core.exchanges where briefing_date = '2021-05-07'")
    assert ["渔民们很担心" in str(row["question_text"]) and "多次表明立场" in str(row["answer_text"]) for row in rows] == [True]


def test_halves_of_an_exchange_are_kept(bad: Bad) -> None:
    def exchanges(day: str) -> list[tuple[bool, bool]]:
        rows = bad.rows(f"select question_text, answer_text from core.exchanges where briefing_date = '{day}' order by exchange_index")
        return [(bool(row["question_text"]), bool(row["answer_text"])) for row in rows]

    assert exchanges("2021-05-17") == [(True, True), (True, False)]
    texts = " ".join(
        str(row["text"])
        for row in bad.rows("select text from core.turns t join core.documents using (document_id) where briefing_date = '2021-05-18'")
    )
    assert "We have said so many times." in texts
    assert "We express our sympathy" in texts


def test_nothing_of_a_truncated_page_is_lost(bad: Bad) -> None:
    text = str(bad.rows("select body_text from core.documents where briefing_date = '2021-05-11'")[0]["body_text"])
    assert text.count("The port stays open.") == 4
    assert text.count("all who lost their homes") == 4


@pytest.mark.parametrize("name", ["gone", "gone.html", "empty", "notes.md"])
def test_nothing_to_ingest_is_exit_code_2(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.md").write_text("# Notes")
    done = run_command(tmp_path / "home", "ingest", tmp_path / name)
    assert (done.code, done.stdout) == (2, "")
    assert name in done.stderr
    assert ".html" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_file_without_permission(tmp_path: Path) -> None:
    (tmp_path / "closed.html").write_text(WHOLE)
    (tmp_path / "closed.html").chmod(0)
    done = run_command(tmp_path / "home", "ingest", tmp_path)
    assert done.code == 1
    assert "closed.html: The file cannot be read: Permission denied" in done.stderr


@pytest.mark.parametrize(
    "spoil",
    [
        lambda home: next((home / "raw/manifest").glob("*.jsonl")).write_text("{half"),
        lambda home: [path.unlink() for path in (home / "raw/objects").rglob("*") if path.is_file()],
    ],
    ids=["damaged record", "lost objects"],
)
def test_a_damaged_store_is_named(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    (tmp_path / "page.html").write_text(WHOLE)
    assert run_command(tmp_path / "home", "ingest", tmp_path / "page.html").code == 0
    spoil(tmp_path / "home")
    done = run_command(tmp_path / "home", "refresh")
    assert done.code in (1, 2)
    assert "raw" in done.stderr + done.stdout


def test_files_of_the_bad_fixtures_are_documents_or_quarantined(tmp_path: Path) -> None:
    folder = CHECKOUT / "tests/fixtures/bad"
    files = sorted(path for path in folder.rglob("*") if path.suffix in PAGE_SUFFIXES and path.is_file())
    assert files
    bad = Bad(tmp_path / "home", folder)
    assert bad.ingested.code in (0, 1), bad.ingested.stderr
    assert bad.refreshed.code == 1, bad.refreshed.stderr
    known = {row["sha256"] for row in bad.rows("select sha256 from core.document_versions union select sha256 from core.quarantine")}
    assert [path.name for path in files if sha256_of(path.read_bytes()) not in known] == []
    assert bad.rows("from core.quarantine where length(detail) < 20 or reason = 'parser_fault'") == []
