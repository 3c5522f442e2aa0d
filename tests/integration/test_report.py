"""The report on disk: in a real browser, with hostile words, on desktop and phone."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import pytest
from helpers.browser import browser_page, overflow_pixels, serious_faults
from helpers.command import run_command
from selectolax.lexbor import LexborHTMLParser

from pipelines.errors import BriefingsError
from pipelines.publish.report import build_report
from pipelines.settings import Home

pytestmark = pytest.mark.slow

HOSTILE = """</script><script>alert(1)</script><img src=x onerror=alert(1)>"' {{7*7}} &amp; \u202eabc\u2066 \U0001f4a5 שלום"""
VIEWS = [(1280, False), (1280, True), (390, False), (390, True)]


def pages_of(folder: Path) -> dict[str, LexborHTMLParser]:
    """Every page of a report, by its path."""
    return {path.relative_to(folder).as_posix(): LexborHTMLParser(path.read_bytes()) for path in sorted(folder.rglob("*.html"))}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def home(sample_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample's published file, with its report."""
    made = Home(tmp_path_factory.mktemp("report") / "home")
    made.root.mkdir()
    shutil.copyfile(sample_home.published, made.published)
    build_report(made)
    return made


@pytest.fixture(scope="module")
def hostile_home(sample_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample's published file with hostile words in every text that comes from pages, and in names."""
    made = Home(tmp_path_factory.mktemp("hostile") / "home")
    made.root.mkdir()
    shutil.copyfile(sample_home.published, made.published)
    with duckdb.connect(str(made.published)) as connection:
        for statement in (
            "update core.turns set text = ? || text || ?",
            "update core.documents set title = ? || title || ?",
            "update core.exchanges set outlet = ? || coalesce(outlet, '') || ?",
            "update core.entities set name = name || ' ' || ? || ?",
            "update core.documents set spokesperson = ? || spokesperson || ?",
        ):
            connection.execute(statement, [HOSTILE, HOSTILE])
        connection.execute("update core.documents set url = 'javascript:alert(1)//' || url where month(briefing_date) % 2 = 0")
        connection.execute("""update core.documents set url = url || '"><script>alert(1)</script>' where month(briefing_date) % 2 = 1""")
        for column in ("spokesperson",):
            connection.execute(f"update intermediate.int_exchanges set {column} = ? || {column}", [HOSTILE])
            connection.execute(f"update marts.spokesperson_activity set {column} = ? || {column}", [HOSTILE])
        connection.execute("update marts.page_changes set old_text = ? || old_text, title = ? || title", [HOSTILE, HOSTILE])
        connection.execute(
            "update marts.language_gaps set en_quote = ? || coalesce(en_quote, ''), detail = detail || ?", [HOSTILE, HOSTILE]
        )
    build_report(made)
    return made


@pytest.fixture(params=["home", "hostile_home"])
def report(request: pytest.FixtureRequest) -> Path:
    """Folder of the report, with the sample's words and with hostile ones."""
    folder: Path = request.getfixturevalue(request.param).root / "report"
    return folder


def test_every_link_leads_somewhere(report: Path) -> None:
    pages = pages_of(report)
    ids = {name: {node.attributes["id"] for node in page.css("[id]")} for name, page in pages.items()}
    n_links = 0
    for name, page in pages.items():
        for node in page.css("[href]"):
            address = node.attributes["href"] or ""
            if urlsplit(address).scheme:
                assert urlsplit(address).scheme in ("http", "https"), address
                continue
            path, _, fragment = address.partition("#")
            target = (report / name).parent / path if path else report / name
            found = target.resolve().relative_to(report.resolve()).as_posix()
            assert target.is_file(), f"{name}: {address}"
            assert not fragment or unquote(fragment) in ids[found], f"{name}: {address}"
            n_links += 1
    assert n_links > 300


def test_ids_are_unique(report: Path) -> None:
    for name, page in pages_of(report).items():
        ids = [node.attributes["id"] for node in page.css("[id]")]
        assert len(ids) == len(set(ids)), name


def test_nothing_hostile_becomes_markup(report: Path) -> None:
    for name, page in pages_of(report).items():
        assert not page.css("script, img, iframe, object, embed, form"), name
        attributes = {attribute for node in page.css("*") for attribute in node.attributes}
        assert not {attribute for attribute in attributes if attribute.startswith("on")}, name
        assert not page.css("[src]"), name
        assert "49" not in re.findall(r"\S*\{\{7\*7\}\}\S*", page.text() or ""), name
        assert "\u202e" not in (page.html or ""), name


def test_hostile_words_are_shown(hostile_home: Home) -> None:
    front = pages_of(hostile_home.root / "report")["index.html"]
    assert "<script>alert(1)</script>" in front.css_first("#latest").text()
    assert "{{7*7}}" in front.css_first("#latest").text()
    assert "\U0001f4a5 שלום" in front.css_first("#speakers svg").text()


@pytest.mark.parametrize(("width", "is_dark"), VIEWS)
def test_a_browser_finds_nothing_wrong(report: Path, width: int, is_dark: bool) -> None:
    names = [
        "index.html",
        *(
            path.relative_to(report).as_posix()
            for pattern in ("country-USA", "year-2019", "speakers")
            for path in sorted(report.glob(f"sample-en/{pattern}.html"))
        ),
    ]
    assert len(names) == 4
    with browser_page(width, 900, dark=is_dark) as opened:
        for name in names:
            opened.page.goto((report / name).as_uri())
            opened.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert serious_faults(opened.page) == [], name
            assert overflow_pixels(opened.page) <= 0, name
            background = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (background == "rgb(255, 255, 255)") is not is_dark, name
        assert opened.noted.errors == []
        assert opened.noted.foreign == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_point_leads_to_its_quote_and_the_quote_to_its_source(home: Home, width: int) -> None:
    with browser_page(width, 900) as opened:
        page = opened.page
        page.goto((home.root / "report" / "index.html").as_uri())
        shown = "svg.wide" if width > 760 else "svg.narrow"
        hidden = "svg.narrow" if width > 760 else "svg.wide"
        assert page.locator(f"#accusers {shown}").is_visible()
        assert not page.locator(f"#accusers {hidden}").is_visible()
        mark = page.locator(f"#accusers {shown} a").first
        label = mark.locator("title").text_content() or ""
        n = int(re.search(r": (\d+) of", label)[1])  # type: ignore[index]
        mark.click()
        page.wait_for_url("**/country-*.html#*")
        section = page.locator(f"section#{urlsplit(page.url).fragment}")
        assert section.locator("article.q").count() == n
        assert section.locator("mark").first.is_visible()
        sources = section.locator("a", has_text="source")
        assert (sources.first.get_attribute("href") or "").startswith("https://www.mfa.meridia.example/")
        explorer = section.locator("a", has_text="explorer").first.get_attribute("href") or ""
        assert explorer.startswith("http://127.0.0.1:8765/?exchange=sample-")
        assert opened.noted.errors == []


def test_the_keyboard_reaches_tables_and_points(home: Home) -> None:
    with browser_page() as opened:
        page = opened.page
        page.goto((home.root / "report" / "index.html").as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.locator("#accusers svg.wide a").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/country-*.html#*")
        page.go_back()
        page.locator("#accusers summary").focus()
        page.keyboard.press("Enter")
        assert page.locator("#accusers table").is_visible()


def test_it_works_without_scripts(home: Home) -> None:
    with browser_page(javascript=False) as opened:
        opened.page.goto((home.root / "report" / "index.html").as_uri())
        assert opened.page.locator("#over-time svg.wide").is_visible()


def test_every_chart_says_what_it_counts_and_has_its_numbers(home: Home) -> None:
    for name, page in pages_of(home.root / "report").items():
        if not name.endswith("index.html"):
            continue
        figures = page.css("figure")
        assert len(figures) == 9
        for figure in figures:
            assert figure.css_first("h2").text().strip()
            assert figure.css("details table tbody tr"), figure.attributes
            notes = " ".join(note.text() for note in figure.css("p, .note"))
            if figure.attributes["id"] != "coverage":
                assert "Denominator" in notes
                assert "Coverage" in notes
                assert "precision" in notes
            for drawing in figure.css("svg"):
                assert (drawing.attributes["aria-label"] or "").strip()


def test_titles_name_the_ministry_whose_pages_are_counted(home: Home) -> None:
    for name, page in pages_of(home.root / "report").items():
        for heading in page.css("h1, figcaption h2, title"):
            assert "China" not in heading.text(), name
    front = pages_of(home.root / "report")["index.html"]
    assert "Meridia" in front.css_first("h1").text()


def test_counts_are_those_of_the_marts_and_of_one_language(home: Home) -> None:
    with duckdb.connect(str(home.published), read_only=True) as connection:
        expected = dict(
            connection.execute(
                "select language, sum(n_accusations)::int from marts.accusations_by_country where source_id = 'sample' and direction = 'IN' group by 1"
            ).fetchall()
        )
    pages = pages_of(home.root / "report")
    for name, language in (("index.html", "en"), ("sample-zh/index.html", "zh")):
        cells = [int(row.css("td")[0].text()) for row in pages[name].css("#accusers details tbody tr")]
        assert sum(cells) == expected[language] > 0


def test_missing_years_are_rows_and_not_points(home: Home) -> None:
    front = pages_of(home.root / "report")["index.html"]
    rows = {row.css_first("th").text(): row.text() for row in front.css("#over-time details tbody tr")}
    gaps = [year for year, text in rows.items() if "nothing held" in text]
    assert len(gaps) > 3
    assert list(map(int, rows)) == list(range(int(min(rows)), int(max(rows)) + 1))
    titles = [title.text() for title in front.css("#over-time svg.wide title")]
    assert titles
    assert not [title for title in titles for year in gaps if title.startswith(year)]


def test_equal_files_give_equal_bytes_and_stale_pages_go(home: Home) -> None:
    folder = home.root / "report"
    before = bytes_of(folder)
    (folder / "sample-en" / "country-ZZZ.html").write_text("of an earlier report")
    (folder / "notes.txt").write_text("a reader's own")
    build_report(home)
    after = bytes_of(folder)
    assert after.pop("notes.txt") == b"a reader's own"
    (folder / "notes.txt").unlink()
    assert after == before
    assert sum(map(len, after.values())) < 5_000_000
    assert not (home.root / ".report").exists()


def test_a_failed_report_leaves_the_earlier_one(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bytes_of(home.root / "report")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        with pytest.raises(BriefingsError, match=r"Make room on its disk"):
            build_report(home)
    assert bytes_of(home.root / "report") == before
    assert not (home.root / ".report").exists()


def test_the_command_prints_where_it_is(home: Home) -> None:
    done = run_command(home.root, "report")
    assert done.stdout.strip() == str(home.root / "report" / "index.html")
    assert "pages" in done.stderr


def test_without_a_published_file_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BriefingsError, match="briefings refresh"):
        build_report(Home(tmp_path))
    assert not (tmp_path / "report").exists()


def test_the_asset_tells_where_the_report_is(home: Home) -> None:
    import dagster as dg

    from pipelines.defs.home import HomeResource
    from pipelines.defs.report_page import report_page

    result = dg.materialize([report_page], resources={"home": HomeResource(folder=str(home.root))})
    metadata = result.asset_materializations_for_node("report_page")[0].metadata
    assert metadata["report"].value == str(home.root / "report" / "index.html")
    assert int(metadata["pages"].value) == len(pages_of(home.root / "report"))  # type: ignore[call-overload]


def test_the_report_of_real_pages_is_small_and_quick(real_home: Home, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.published.symlink_to(real_home.published)
    begin = time.process_time()
    built = build_report(home)
    # Processor time: how long it takes by the clock depends on what else runs.
    assert time.process_time() - begin < 20
    assert built.size_bytes < 5_000_000
    for width in (1280, 390):
        with browser_page(width, 900) as opened:
            opened.page.goto(built.index.as_uri())
            assert serious_faults(opened.page) == []
            assert overflow_pixels(opened.page) <= 0
            assert opened.noted.errors == []
            assert opened.noted.foreign == []
