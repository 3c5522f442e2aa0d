"""Exports as others use them: frictionless, pandas, R and a spreadsheet read them; a release is cited and made again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
import yaml
from helpers.published import frames, rows, write_published

from pipelines.contracts.lake import TABLES
from pipelines.errors import BriefingsError
from pipelines.publish.build import BUILD_INFO
from pipelines.publish.connection import BUILD_FILE, reading
from pipelines.publish.docs import has_browser, write_docs
from pipelines.publish.exports import export, release
from pipelines.publish.exports.tables import defused
from pipelines.publish.swap import publish
from pipelines.settings import CHECKOUT, Home
from tests.harm.disks import NoSmallDiskError, leave_room, small_disk

pytestmark = pytest.mark.slow

HOSTILE = [
    "<script>alert('Meridia')</script>",
    "He said: \"No\", then 'no', then “no”.",
    "\u202eright to left\u202c שלום لا تعليق",
    "𠮷野家 😀 🏴‍☠️ e\u0301",
    "a,b;c\td\n\n  e  \\ \\N NULL NA | `x`",
    "NA",
    " blanks around ",
    '=HYPERLINK("http://www.example.com")',
    "-",
]
MISSING = {"csv": "", "cmfa": "-"}

Summary = dict[str, tuple[int, float]]
"""Column -> cells that are there, and a total over them: of numbers, days, seconds, true cells, or characters of a text."""


@pytest.fixture(scope="module")
def home(sample_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample, with all its exports."""
    home = Home(tmp_path_factory.mktemp("exports") / "home")
    home.root.mkdir()
    shutil.copy(sample_home.published, home.published)
    for form in ("parquet", "csv", "cmfa"):
        export(home, form)
    return home


@pytest.fixture
def hostile(tmp_path: Path) -> Home:
    """A published file whose titles, questions and turns are meant to harm."""
    tables = rows()
    first = {name: tables[name][0] for name in ("documents", "turns", "exchanges")}
    tables["mentions"] = []
    for name, row in first.items():
        text = {"documents": "title", "turns": "text", "exchanges": "question_text"}[name]
        key = {"documents": "document_id", "turns": "turn_id", "exchanges": "exchange_id"}[name]
        tables[name] = [row | {key: f"x{i}", "exchange_id": f"x{i}", "document_id": f"x{i}", text: word} for i, word in enumerate(HOSTILE)]
        for each in tables[name]:
            each |= (
                {"end_char": each["start_char"] + len(str(each["text"]))} if name == "turns" else {"question_turn_id": each["exchange_id"]}
            )
            for surplus in set(each) - set(TABLES[name].columns()):
                del each[surplus]
    home = Home(tmp_path / "hostile")
    write_published(home, tables=tables)
    return home


def resources(folder: Path) -> list[dict[str, Any]]:
    return list(json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"])


def by_duckdb(sql: str, kinds: dict[str, str]) -> Summary:
    """Summary of a query's rows; kinds are those of Table Schema."""
    totals = {
        "string": "length({0})", "array": "length({0})", "object": "length({0})", "boolean": "{0}::int", "date": "{0} - date '1970-01-01'",
        "datetime": "epoch({0})", "integer": "{0}", "number": "{0}",
    }  # fmt: skip
    found: Summary = {}
    for name, kind in kinds.items():
        column = f'"{name}"'
        row = duckdb.sql(f"select count({column}), coalesce(sum({totals[kind].format(column)}), 0)::double from ({sql})").fetchone()
        assert row
        found[name] = (row[0], row[1])
    return found


def by_pandas(path: Path, kinds: dict[str, str], missing: str) -> Summary:
    types = {"string": "str", "array": "str", "object": "str", "boolean": "boolean", "integer": "Int64", "number": "float64"}
    frame = pd.read_csv(
        path,
        keep_default_na=False,
        na_values=[missing],
        dtype={name: types[kind] for name, kind in kinds.items() if kind in types},
        parse_dates=[name for name, kind in kinds.items() if kind in ("date", "datetime")],
    )
    assert list(frame.columns) == list(kinds)
    found: Summary = {}
    for name, kind in kinds.items():
        cells = frame[name].dropna()
        if kind in ("date", "datetime"):
            cells = (pd.to_datetime(cells) - pd.Timestamp(0)).dt.total_seconds() / (86400 if kind == "date" else 1)
        elif types[kind] == "str":
            cells = cells.map(len)
        found[name] = (len(cells), float(cells.astype("float64").sum()))
    return found


R_PROGRAM = r"""
suppressPackageStartupMessages(library(readr))
jobs <- read.delim(commandArgs(TRUE)[1], header = FALSE, colClasses = "character", quote = "")
for (i in seq_len(nrow(jobs))) {
  d <- read_csv(jobs[i, 1], na = jobs[i, 3], trim_ws = FALSE, col_types = jobs[i, 2], progress = FALSE)
  stopifnot(nrow(problems(d)) == 0)
  for (name in names(d)) {
    x <- d[[name]]; x <- x[!is.na(x)]
    total <- if (is.character(x)) sum(nchar(x, "chars")) else sum(as.numeric(x))
    cat(sprintf("%s\t%s\t%d\t%.10f\n", jobs[i, 1], name, length(x), total))
  }
}
"""


def run_r(program: str, *arguments: Path) -> str:
    if shutil.which("Rscript") is None:
        pytest.skip("needs R: Rscript is not installed")
    done = subprocess.run(
        ["Rscript", "-e", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    if "there is no package called ‘readr’" in done.stderr:
        pytest.skip("needs R's package readr")
    assert done.returncode == 0, done.stderr
    return done.stdout


def expected(folder: Path, resource: dict[str, Any], kinds: dict[str, str]) -> Summary:
    """Summary of what the CSV file should hold, from the Parquet file of the same table."""
    path = folder / resource["path"].replace(".csv", ".parquet")
    cells = []
    for name, kind in kinds.items():
        column = f'"{name}"'
        cell = (
            f"nullif({defused(column)}, '')"
            if kind == "string"
            else f"to_json({column})::varchar"
            if kind in ("array", "object")
            else column
        )
        cells.append(f"{cell} as {column}")
    return by_duckdb(f"select {', '.join(cells)} from '{path}'", kinds)


def close_to(summary: Summary) -> dict[str, Any]:
    return {name: (n, pytest.approx(total, rel=1e-9)) for name, (n, total) in summary.items()}


# --- loading -----------------------------------------------------------------------------------------------------------


def test_pandas_duckdb_and_parquet_agree_on_every_table(home: Home) -> None:
    duck = {"string": "VARCHAR", "array": "VARCHAR", "object": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "datetime": "TIMESTAMP"}
    found = resources(home.exports / "csv")
    assert {resource["name"].split(".")[0] for resource in found} == {"core", "marts", "vocabulary"}
    for resource in found:
        kinds = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        path = home.exports / "csv" / resource["path"]
        truth = close_to(expected(home.exports / "parquet", resource, kinds))
        types = ", ".join(f"'{name}': '{duck.get(kind, kind)}'" for name, kind in kinds.items())
        assert by_duckdb(f"from read_csv('{path}', header = true, columns = {{{types}}})", kinds) == truth, path
        assert by_pandas(path, kinds, "") == truth, path


def test_a_text_that_needs_quotes_late_in_a_file_does_not_break_duckdbs_guess(tmp_path: Path) -> None:
    tables = rows()
    template = tables["entities"][0]
    tables["entities"] += [template | {"entity_id": f"place:{i}", "name": "plain" if i < 25_000 else "one, two"} for i in range(25_001)]
    write_published(Home(tmp_path), tables=tables)
    path = next(path for path in export(Home(tmp_path), "csv") if path.name == "entities.csv")
    assert duckdb.sql(f"select count(*), count_if(name = 'one, two') from '{path}'").fetchone() == (len(tables["entities"]), 1)


def test_r_agrees_on_every_table(home: Home, tmp_path: Path) -> None:
    letters = {"string": "c", "array": "c", "object": "c", "integer": "d", "number": "d", "boolean": "l", "date": "D", "datetime": "T"}
    jobs, truth = [], {}
    for resource in resources(home.exports / "csv"):
        kinds = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        path = home.exports / "csv" / resource["path"]
        jobs.append(f"{path}\t{''.join(letters[kind] for kind in kinds.values())}\t\n")
        truth |= {(str(path), name): value for name, value in close_to(expected(home.exports / "parquet", resource, kinds)).items()}
    (tmp_path / "jobs").write_text("".join(jobs))
    lines = [line.split("\t") for line in run_r(R_PROGRAM, tmp_path / "jobs").splitlines()]
    assert {(path, name): (int(n), float(total)) for path, name, n, total in lines} == truth


def test_cmfa_loads_alike_and_its_ids_lead_back(home: Home, tmp_path: Path) -> None:
    folder = home.exports / "cmfa"
    cmfa, ids = (
        pd.read_csv(folder / name, dtype=str, keep_default_na=False, na_values=["-"]).astype(object)
        for name in ("cmfa.csv", "cmfa_ids.csv")
    )
    assert cmfa["id"].to_list() == ids["id"].to_list() == [str(i + 1) for i in range(len(cmfa))]
    with reading(home) as connection:
        english = connection.execute("select exchange_id, outlet from core.exchanges where language = 'en'").fetchall()
    asked = dict(zip(ids["exchange_id"], cmfa["who_asked"], strict=True))
    assert {name: None if pd.isna(outlet) else outlet for name, outlet in asked.items()} == dict(english)
    assert set(cmfa["question_lem"].isna()) == {True}
    duck = duckdb.sql(f"from read_csv('{folder / 'cmfa.csv'}', header = true, nullstr = '-', all_varchar = true)").fetchall()
    assert duck == [tuple(None if pd.isna(cell) else cell for cell in row) for row in cmfa.itertuples(index=False)]
    (tmp_path / "jobs").write_text(f"{folder / 'cmfa.csv'}\t{'c' * len(cmfa.columns)}\t-\n")
    by_r = [line.split("\t")[1:3] for line in run_r(R_PROGRAM, tmp_path / "jobs").splitlines()]
    assert by_r == [[name, str(cmfa[name].notna().sum())] for name in cmfa.columns]


def test_hostile_texts_come_through_every_export(hostile: Home) -> None:
    for form in ("parquet", "csv", "cmfa"):
        export(hostile, form)
    made = release(hostile)
    with zipfile.ZipFile(made.archive) as archive:
        archive.extractall(hostile.root / "unpacked")
    unpacked = hostile.root / "unpacked" / made.archive.stem
    for folder in (hostile.exports, unpacked):
        for table, column in (("documents", "title"), ("turns", "text"), ("exchanges", "question_text")):
            assert pl.read_parquet(folder / f"parquet/core/{table}.parquet")[column].to_list() == HOSTILE
            cells = pd.read_csv(folder / f"csv/core/{table}.csv", keep_default_na=False, na_values=[""], dtype=str)[column].to_list()
            assert [cell[1:] if cell.startswith(("'=", "'-")) else cell for cell in cells] == HOSTILE
            assert [cell for cell in cells if cell[0] in "=+-@"] == []
    questions = pd.read_csv(hostile.exports / "cmfa/cmfa.csv", keep_default_na=False, na_values=["-"], dtype=str)["question"].to_list()
    assert sorted(cell[1:] if cell.startswith(("'=", "'-")) else cell for cell in questions) == sorted(HOSTILE)


def test_r_reads_hostile_texts_letter_by_letter(hostile: Home) -> None:
    path = next(path for path in export(hostile, "csv") if path.name == "documents.csv")
    program = (
        'd <- readr::read_csv(commandArgs(TRUE)[1], na = "", trim_ws = FALSE, col_types = readr::cols(.default = "c"));'
        'for (x in d$title) cat(paste(utf8ToInt(x), collapse = " "), "\\n")'
    )
    cells = ["".join(chr(int(code)) for code in line.split()) for line in run_r(program, path).splitlines()]
    assert cells == pd.read_csv(path, keep_default_na=False, dtype=str)["title"].to_list()


def test_a_spreadsheet_runs_no_formula(hostile: Home, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("needs LibreOffice: soffice is not installed")
    control = tmp_path / "control.csv"
    control.write_text('a\n=1+1\n"=HYPERLINK(""http://www.example.com"")"\n')
    paths = [control, *(path for form in ("csv", "cmfa") for path in export(hostile, form) if path.suffix == ".csv")]
    done = subprocess.run(
        # UTF-8, comma, and formulas allowed: the last option of LibreOffice's import.
        [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "office"),
         "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1,true", *map(str, paths)],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    if not (tmp_path / "office/control.xlsx").exists():
        pytest.skip(f"LibreOffice reads no CSV here: {done.stderr.strip()}")
    n_formulas, words = {}, {}
    for path in paths:
        with zipfile.ZipFile(tmp_path / f"office/{path.stem}.xlsx") as book:
            n_formulas[path.stem] = book.read("xl/worksheets/sheet1.xml").count(b"<f")
            words[path.stem] = book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else ""
    assert n_formulas.pop("control") == 2, "the control, without apostrophes, runs"
    assert "=HYPERLINK" in words["documents"]
    assert len(n_formulas) > 15
    assert set(n_formulas.values()) == {0}


# --- what describes the files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "parquet", "cmfa"])
def test_frictionless_finds_nothing_wrong_and_finds_what_is(home: Home, tmp_path: Path, form: str) -> None:
    from frictionless import Package, system, validate

    folder = Path(shutil.copytree(home.exports / form, tmp_path / form))
    with system.use_context(trusted=True):
        report = validate(folder / "datapackage.json", type="package")
        assert report.valid, report.flatten(["path", "type", "note"])[:5]
        package = Package(folder / "datapackage.json")
    assert package.licenses
    assert package.sources
    for resource in resources(folder):
        assert resource["description"]
        assert [field["name"] for field in resource["schema"]["fields"] if not field["description"]] == [], resource["name"]
    keys = {resource["name"]: resource["schema"].get("primaryKey") for resource in resources(folder)}
    if form == "cmfa":
        assert keys == {"cmfa": ["id"], "cmfa_ids": ["id"]}
    else:
        assert keys["core.turns"] == ["turn_id"]
        assert keys["marts.coverage"] == ["month", "source_id", "language"]
        assert keys["vocabulary.places"] == ["entity_id"]
    victim = folder / resources(folder)[0]["path"]
    victim.write_bytes(victim.read_bytes() + b"x\n")
    with system.use_context(trusted=True):
        assert not validate(folder / "datapackage.json", type="package").valid


def test_checksums_are_right_and_name_every_file(home: Home) -> None:
    for form in ("csv", "parquet", "cmfa"):
        folder = home.exports / form
        listed = {line.split("  ", 1)[1] for line in (folder / "CHECKSUMS").read_text().splitlines()}
        assert listed == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"CHECKSUMS"}
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", "--quiet", "CHECKSUMS"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (0, "")


def test_versions_are_those_of_the_published_file(home: Home) -> None:
    with reading(home) as connection:
        row = connection.execute(f"select {', '.join(BUILD_INFO)} from core.build_info").fetchone()
    assert row
    for form in ("csv", "parquet", "cmfa"):
        content = json.loads((home.exports / form / "datapackage.json").read_text(encoding="utf-8"))
        assert [content["versions"][name] for name in BUILD_INFO] == list(row)
        assert content["version"].endswith(f"-{row[0][:8]}")
        readme = (home.exports / form / "README.md").read_text(encoding="utf-8")
        assert all(value in readme for value in row)
        assert "belong to those who published them" in readme


# --- release -----------------------------------------------------------------------------------------------------------


def publish_as(home: Home, fingerprint: str, tables: dict[str, list[dict[str, Any]]] | None = None) -> None:
    write_published(home, tables=tables)
    with duckdb.connect(str(home.published)) as connection:
        connection.execute(f"update core.build_info set input_fingerprint = '{fingerprint}'")


def changes_of(archive: Path) -> list[tuple[str, ...]]:
    with zipfile.ZipFile(archive) as opened:
        return [tuple(line.split(",")) for line in opened.read(f"{archive.stem}/changes.csv").decode().splitlines()][1:]


def test_a_release_is_whole_and_equal_whenever_it_is_made(home: Home, tmp_path: Path) -> None:
    from frictionless import system, validate

    first = release(home)
    assert (first.previous, first.changes, first.is_new) == (None, {}, True)
    assert sorted(path.name for path in first.archive.parent.iterdir()) == [first.archive.name, first.checksum.name]
    content = first.archive.read_bytes()
    again = release(home)
    assert (again.archive, again.is_new, again.previous) == (first.archive, False, None)
    other = Home(tmp_path / "elsewhere")
    other.root.mkdir()
    shutil.copy(home.published, other.published)
    program = "from pathlib import Path; from pipelines.publish.exports import release; from pipelines.settings import Home; import sys"
    subprocess.run(
        [sys.executable, "-c", f"{program}; release(Home(Path(sys.argv[1])))", str(other.root)],
        check=True, cwd=CHECKOUT, env=os.environ | {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert (other.exports / "releases" / first.archive.name).read_bytes() == content
    with zipfile.ZipFile(first.archive) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    folder = tmp_path / first.archive.stem
    assert {path.name for path in folder.iterdir()} == {
        "README.md", "DATA_DICTIONARY.md", "CITATION.cff", "CHECKSUMS", "datapackage.json", "versions.json", "changes.csv", "csv", "parquet",
    }  # fmt: skip
    for name, where in (("CHECKSUMS", folder), (first.checksum.name, first.archive.parent)):
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", name], cwd=where, check=True)
    with system.use_context(trusted=True):
        report = validate(folder / "datapackage.json", type="package")
    assert report.valid, report.flatten(["path", "type", "note"])[:5]
    for form in ("csv", "parquet"):
        for path in (home.exports / form).glob(f"*/*.{form}"):
            assert (folder / form / path.relative_to(home.exports / form)).read_bytes() == path.read_bytes()
    citation = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["cff-version"], citation["type"], citation["version"]) == ("1.2.0", "dataset", first.version)
    assert first.version.startswith(str(citation["date-released"]))
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "the first release" in readme
    assert "belong to those who published them" in readme


def test_a_release_tells_what_became_of_every_id_since_the_one_before(tmp_path: Path) -> None:
    home = Home(tmp_path)
    publish_as(home, "ccc")
    first = release(home)
    assert changes_of(first.archive) == []
    tables = rows()
    tables["documents"] = [row | {"title": "Another title"} if row["document_id"] == "d1" else row for row in tables["documents"]]
    tables["turns"] = [
        row | {"text": "No."} | {"end_char": row["start_char"] + 3} if row["turn_id"] == "d1-t1" else row for row in tables["turns"]
    ]
    tables["exchanges"] = [
        row | {"exchange_id": "d2-x9"} if row["exchange_id"] == "d2-x1" else row | {"outlet": None} for row in tables["exchanges"]
    ]
    # The fingerprints stand in no order: each release names the one before it.
    publish_as(home, "aaa", tables)
    second = release(home)
    assert second.previous == first.version
    assert changes_of(second.archive) == [
        ("document", "d1", "d1", "changed"),
        ("exchange", "d2-x9", "d2", "came"),
        ("exchange", "d2-x1", "d2", "went"),
        ("turn", "d1-t1", "d1", "changed"),
    ]
    publish_as(home, "bbb", tables)
    third = release(home)
    assert (third.previous, changes_of(third.archive)) == (second.version, [])
    # One that was lost is made again, equal, though later ones lie there.
    content = second.archive.read_bytes()
    second.archive.unlink()
    publish_as(home, "aaa", tables)
    made_again = release(home)
    assert (made_again.is_new, made_again.previous) == (True, first.version)
    assert second.archive.read_bytes() == content
    publish_as(home, "ddd", tables)
    assert release(home).previous == third.version


def test_a_damaged_release_is_named_and_half_a_one_is_made_again(tmp_path: Path) -> None:
    home = Home(tmp_path)
    publish_as(home, "aaa")
    first = release(home)
    content = first.archive.read_bytes()
    first.archive.write_bytes(content[: len(content) // 2])
    assert release(home).is_new
    assert first.archive.read_bytes() == content
    first.archive.write_bytes(b"PK")
    publish_as(home, "bbb")
    with pytest.raises(BriefingsError, match=rf"{first.archive.name} is damaged.*Move it away"):
        release(home)
    assert [path.name for path in first.archive.parent.glob("*bbb*")] == []


# --- errors ------------------------------------------------------------------------------------------------------------


def test_where_nothing_is_published_nothing_is_made(tmp_path: Path) -> None:
    for make in (lambda home: export(home, "csv"), release, write_docs):
        with pytest.raises(BriefingsError, match=r"Nothing is published.*briefings refresh"):
            make(Home(tmp_path / "home"))
    assert list(tmp_path.iterdir()) == []
    empty = Home(tmp_path / "empty")
    write_published(empty, tables={name: [] for name in TABLES})
    with pytest.raises(BriefingsError, match="holds no briefing"):
        release(empty)
    assert export(empty, "cmfa")


@pytest.mark.parametrize("what", ["parquet", "csv", "cmfa", "release"])
def test_a_full_disk_leaves_no_half_export(tmp_path: Path, what: str) -> None:
    tables = rows()
    # Texts that cannot be packed small, so that every form needs some room.
    noise = os.urandom(600_000).hex()
    tables["exchanges"][0] |= {"question_text": noise, "answer_text": noise}
    tables["turns"][0] |= {"text": noise, "end_char": tables["turns"][0]["start_char"] + len(noise)}
    try:
        with small_disk(tmp_path / "disk", 64 * 2**20) as disk:
            home = Home(disk / "home")
            write_published(home, tables=tables)
            filler = leave_room(disk, 200_000)
            with pytest.raises(BriefingsError, match="Make room"):
                release(home) if what == "release" else export(home, what)
            assert [path for path in home.exports.rglob("*") if path.is_file() and path.name != ".lock"] == []
            filler.unlink()
            assert release(home).archive.exists() if what == "release" else export(home, what)
    except NoSmallDiskError:
        pytest.skip("needs the right to mount a small file system")


def test_the_command_makes_a_release_and_takes_no_format_with_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipelines.cli", "--home", str(tmp_path), "export", "--release"]
    write_published(Home(tmp_path))
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    archive, checksum = (Path(line) for line in done.stdout.splitlines())
    assert checksum.read_text().split()[1] == archive.name == "briefings-2024-03-18-abc.zip"
    assert "the first one here" in done.stderr
    assert "Archive: " in done.stderr
    done = subprocess.run([*command, "--format", "csv"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--format" in done.stderr


# --- shell and docs ----------------------------------------------------------------------------------------------------


def test_the_shell_shows_comments_writes_nothing_and_never_holds_up_a_refresh(tmp_path: Path) -> None:
    shell = Path(sys.executable).with_name("duckdb")
    if not shell.exists():
        pytest.skip("needs DuckDB's shell: the package duckdb-cli is not installed")
    home = Home(tmp_path)
    write_published(home)
    with subprocess.Popen(
        [shell, "-readonly", "-csv", "-noheader", str(home.published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as session:
        assert session.stdin
        assert session.stdout

        def ask(sql: str) -> str:
            assert session.stdin
            assert session.stdout
            session.stdin.write(f"{sql};\n")
            session.stdin.flush()
            return session.stdout.readline().strip()

        assert ask("select comment from duckdb_tables() where schema_name = 'core' and table_name = 'turns'") == "One row per turn."
        assert ask("select count(*) from core.turns") == "6"
        tables = rows()
        tables["turns"] = tables["turns"][:4]
        home.build.mkdir()
        write_published(home, home.build / BUILD_FILE, tables={**tables, "mentions": []})
        publish(home)
        assert ask("select count(*) from core.turns") == "6"
        with reading(home) as connection:
            assert connection.execute("select count(*) from core.turns").fetchone() == (4,)
        session.stdin.close()
    done = subprocess.run([shell, "-readonly", str(home.published), "drop table core.turns"], capture_output=True, text=True, check=False)
    assert "read-only" in done.stderr


def test_make_sql_says_what_to_do_where_nothing_is_published(tmp_path: Path) -> None:
    # As if everything was installed: the target's own words are what is looked at.
    done = subprocess.run(
        ["make", "--no-print-directory", "-o", "setup", "sql", f"BRIEFINGS_HOME={tmp_path}"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"Nothing is published in {tmp_path} yet" in done.stdout
    assert "briefings refresh" in done.stdout


def test_every_table_and_column_has_a_comment(home: Home) -> None:
    with reading(home) as connection:
        for kind, name in (("tables", "table_name"), ("views", "view_name"), ("columns", "table_name || '.' || column_name")):
            condition = "schema_name in ('core', 'marts', 'vocabulary', 'intermediate') and not internal"
            found = connection.execute(f"select {name}, comment from duckdb_{kind}() where {condition}").fetchall()
            assert [item for item, comment in found if not (comment or "").strip()] == []
            assert found or kind == "views"


def test_the_docs_are_one_page_that_describes_every_model_and_column(home: Home) -> None:
    page = write_docs(home)
    text = page.read_text(encoding="utf-8")
    assert {path.name for path in page.parent.iterdir()} == {"index.html"}
    assert "evidence_accusations_by_country" in text
    target = home.build / "docs/target"
    manifest, catalog = (json.loads((target / name).read_text(encoding="utf-8")) for name in ("manifest.json", "catalog.json"))
    assert not catalog["errors"]
    described = {**manifest["nodes"], **manifest["sources"]}
    nodes = {name: node for name, node in described.items() if node["resource_type"] in ("model", "seed", "source")}
    assert len(nodes) > 50
    for name, node in nodes.items():
        assert node["description"], name
        assert [column for column, about in node["columns"].items() if not about["description"]] == [], name
        if node["resource_type"] != "source":
            assert set(catalog["nodes"][name]["columns"]) == set(node["columns"]), name
    assert not (home.build / "docs" / BUILD_FILE).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a window")
def test_docs_open_no_browser_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not has_browser()
    monkeypatch.setenv("DISPLAY", ":0")
    assert has_browser()


def test_frames_of_the_small_file_are_what_is_exported(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_published(home)
    made = release(home)
    with zipfile.ZipFile(made.archive) as archive:
        for name, frame in frames().items():
            with archive.open(f"{made.archive.stem}/parquet/core/{name}.parquet") as file:
                assert pl.read_parquet(file.read()).equals(frame), name
