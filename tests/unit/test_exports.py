"""Exports: they hold what the tables hold, are safe to open, and never leave half a file."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import polars as pl
import pytest
from helpers.published import ANSWER, QUESTION, frames, rows, write_published

from pipelines.errors import BriefingsError
from pipelines.publish.exports import export
from pipelines.settings import Home

CMFA = (
    "id_orig id_split id link spokesperson day month year date question answer question_lem answer_lem who_asked"
    " q_loc q_per q_org q_misc a_loc a_per a_org a_misc"
).split()

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "－1", "＋1", "＠1"]
PLAIN = ["1=1", "'", "''quoted''", "", "a-b", " =1", "“=1”", "“Will it open?” it asked", "12-3"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "ho'me")
    write_published(home)
    return home


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def restored(cell: str) -> str:
    """The text as published, by the rule that the README states."""
    return re.sub(r"^'('*[=+\-@\t\r\n＝＋－＠])", r"\1", cell)


def with_titles(titles: list[str]) -> dict[str, list[dict[str, object]]]:
    tables = rows()
    template = tables["documents"][0]
    tables["documents"] = [template | {"document_id": f"t{i:02}", "title": title} for i, title in enumerate(titles)]
    return tables


# --- parquet and csv ---------------------------------------------------------------------------------------------------


def test_parquet_holds_the_tables_as_they_are(home: Home) -> None:
    paths = export(home, "parquet")
    for name, frame in frames().items():
        assert pl.read_parquet(home.exports / f"parquet/core/{name}.parquet").equals(frame), name
    assert {path.relative_to(home.exports / "parquet").as_posix() for path in paths} == (
        {f"core/{name}.parquet" for name in (*frames(), "build_info")}
        | {"marts/place_counts.parquet", "marts/lonely.parquet", "README.md", "datapackage.json", "CHECKSUMS"}
    )
    assert all(path.is_file() for path in paths)


def test_csv_holds_the_same_with_lists_as_json_and_null_apart_from_empty(home: Home) -> None:
    export(home, "csv")
    held = read_csv(home.exports / "csv/core/documents.csv")
    frame = frames()["documents"]
    assert [row["document_id"] for row in held] == frame["document_id"].to_list()
    assert json.loads(held[0]["spokespersons"]) == ["Mo Wanli", 'Li "Leo" An']
    assert json.loads(held[0]["boilerplate"]) == [{"rule": "print", "text": "[ Print ]"}]
    assert [row["briefing_date"] for row in held] == [f"{day:%Y-%m-%d}" for day in frame["briefing_date"]]
    assert held[0]["body_text"] == frame["body_text"][0]
    assert held[1]["url"] == ""
    text = (home.exports / "csv/core/exchanges.csv").read_text(encoding="utf-8")
    assert ',"",' not in text.splitlines()[1]


def test_an_empty_text_is_told_apart_from_null(home: Home) -> None:
    tables = rows()
    tables["exchanges"][0] |= {"question_text": "", "question_turn_id": None}
    write_published(home, tables=tables)
    export(home, "csv")
    first = (home.exports / "csv/core/exchanges.csv").read_text(encoding="utf-8").splitlines()[1]
    assert first.startswith('"d1-x1","d1",0,2024-03-18,,"d1-t1","",')


def test_no_cell_of_a_csv_begins_a_formula_and_every_text_can_be_had_back(home: Home) -> None:
    titles = [text for plain in (*FORMULAS, *PLAIN) for text in (plain, f"'{plain}", f"''{plain}")]
    write_published(home, tables=with_titles(titles))
    for form in ("csv", "parquet"):
        export(home, form)
    cells = [row["title"] for row in read_csv(home.exports / "csv/core/documents.csv")]
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\n＝＋－＠")] == []
    assert [restored(cell) for cell in cells] == titles
    assert [(title, cell) for title, cell in zip(titles, cells, strict=True) if title in PLAIN and cell != title] == []
    assert pl.read_parquet(home.exports / "parquet/core/documents.parquet")["title"].to_list() == titles


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_the_readme_tells_every_column(home: Home, form: str) -> None:
    export(home, form)
    text = (home.exports / form / "README.md").read_text(encoding="utf-8")
    for name, frame in frames().items():
        part = text.split(f"### core/{name}.{form}\n")[1].split("###")[0]
        assert re.findall(r"^\| (\w+) \|", part, re.M)[1:] == frame.columns
    assert "One row per turn." in text
    assert r"| text | varchar | Words \| of the turn. |" in text


def test_an_export_is_repeatable_and_takes_away_what_is_no_table_any_more(home: Home) -> None:
    first = {path: path.read_bytes() for path in export(home, "parquet")}
    gone, own = home.exports / "parquet/marts/old.parquet", home.exports / "parquet/mine.parquet"
    for path in (gone, own):
        path.write_bytes(b"PAR1")
    assert {path: path.read_bytes() for path in export(home, "parquet")} == first
    assert (gone.exists(), own.exists()) == (False, True)


@pytest.mark.parametrize("form", ["parquet", "csv", "cmfa"])
def test_a_full_disk_keeps_the_earlier_export(home: Home, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    before = {path: path.read_bytes() for path in export(home, form)}
    write_published(home, tables=with_titles(["another title"]))

    def no_room(self: Path, *_: object, **__: object) -> int:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", no_room)
    with pytest.raises(BriefingsError, match=r"No space left on device.*Make room"):
        export(home, form)
    assert {path: path.read_bytes() for path in before} == before
    assert [path.name for path in home.exports.iterdir() if path.name not in (form, ".lock")] == []


def test_an_unknown_form_is_a_fault_of_the_caller(home: Home) -> None:
    with pytest.raises(ValueError, match="xlsx"):
        export(home, "xlsx")


# --- cmfa --------------------------------------------------------------------------------------------------------------


def test_cmfa_has_the_columns_of_the_corpus_and_english_exchanges_by_date(home: Home) -> None:
    assert [path.name for path in export(home, "cmfa")] == ["cmfa.csv", "cmfa_ids.csv", "README.md", "datapackage.json", "CHECKSUMS"]
    held = read_csv(home.exports / "cmfa/cmfa.csv")
    assert list(held[0]) == CMFA
    assert read_csv(home.exports / "cmfa/cmfa_ids.csv") == [
        {"id": "1", "exchange_id": "d2-x1", "document_id": "d2", "question_turn_id": "d2-t0", "answer_turn_id": "d2-t1"},
        {"id": "2", "exchange_id": "d1-x1", "document_id": "d1", "question_turn_id": "d1-t0", "answer_turn_id": "d1-t1"},
    ]
    assert held[1] == {
        "id_orig": "2", "id_split": "-", "id": "2", "link": "https://www.mfa.meridia.example/1", "spokesperson": "Mo Wanli", "day": "18", "month": "3",
        "year": "2024", "date": "2024-03-18", "question": QUESTION, "answer": f"'{ANSWER}", "question_lem": "-", "answer_lem": "-",
        "who_asked": "Arendelle Times", "q_loc": "Meridia;Arendelle", "q_per": "-", "q_org": "-", "q_misc": "-", "a_loc": "Meridia;Arendelle",
        "a_per": "-", "a_org": "-", "a_misc": "-",
    }  # fmt: skip
    assert (held[0]["link"], held[0]["who_asked"], held[0]["id"]) == ("-", "-", "1")


def test_cmfa_puts_entities_into_the_classes_of_the_corpus(home: Home) -> None:
    tables = rows()
    kinds = {"per": ["person", "spokesperson"], "org": ["body", "outlet", "group"], "loc": ["place"], "misc": ["treaty"]}
    text, mentions = "", []
    for name, kind in [(f"{kind.title()} Oak", kind) for group in kinds.values() for kind in group]:
        tables["entities"].append({"entity_id": f"test:{kind}", "kind": kind, "name": name})
        for _ in range(2):
            mentions.append((f"test:{kind}", name, len(text)))
            text += f"{name} "
    tables["mentions"] = [
        {
            "mention_id": f"m{at}", "turn_id": "d1-t1", "document_id": "d1", "entity_id": entity, "surface": name, "start_char": at,
            "end_char": at + len(name), "rule": "name",
        }
        for entity, name, at in mentions
    ]  # fmt: skip
    write_published(home, tables=tables)
    export(home, "cmfa")
    row = read_csv(home.exports / "cmfa/cmfa.csv")[1]
    assert {kind: row[f"a_{kind}"].split(";") for kind in kinds} == {
        kind: [f"{name.title()} Oak" for name in names] for kind, names in kinds.items()
    }
    assert {row[f"q_{kind}"] for kind in kinds} == {"-"}


def test_cmfa_answers_hold_interjections_and_no_closing_note(home: Home) -> None:
    tables = rows()
    first = tables["turns"][1]
    for index, (role, text) in enumerate([("note", "(He points at a map.)"), ("answer", "-- and there."), ("closing", "Good-bye.")], 2):
        tables["turns"].append(
            first
            | {"turn_id": f"d1-t{index}", "turn_index": index, "role": role, "text": text, "end_char": first["start_char"] + len(text)}
        )
    write_published(home, tables=tables)
    export(home, "cmfa")
    assert read_csv(home.exports / "cmfa/cmfa.csv")[1]["answer"] == f"'{ANSWER}\n(He points at a map.)\n-- and there."
