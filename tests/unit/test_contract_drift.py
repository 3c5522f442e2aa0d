"""What is generated from the lake's contracts says what they say: dbt's sources, staging models, data dictionary."""

from __future__ import annotations

import re
from pathlib import Path

import dataframely as dy
import polars as pl
import pytest
import yaml

from pipelines.contracts.lake import TABLES
from pipelines.publish import dictionary
from pipelines.settings import CHECKOUT, DBT_PROJECT

STAGING = DBT_PROJECT / "models/staging"


def test_generated_files_are_up_to_date() -> None:
    stale = [str(path.relative_to(CHECKOUT)) for path in dictionary.stale_files()]
    assert stale == [], "run `make dictionary`"


def test_check_names_what_is_out_of_date_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(dictionary, "CHECKOUT", tmp_path)
    monkeypatch.setattr(dictionary, "README", tmp_path / "warehouse/README.md")
    assert dictionary.main(["--check"]) == 1
    assert capsys.readouterr().out.startswith("warehouse/README.md: out of date")
    assert not list(tmp_path.iterdir())
    assert dictionary.main([]) == 0
    assert dictionary.main(["--check"]) == 0
    dictionary.README.write_text(dictionary.README.read_text().replace("turn", "tern", 1))
    assert dictionary.main(["--check"]) == 1
    assert dictionary.main(["--Check"]) == 2


def test_every_lake_table_has_a_source_a_staging_model_and_its_sql() -> None:
    sources = yaml.safe_load((STAGING / "_lake__sources.yml").read_text())["sources"][0]["tables"]
    models = yaml.safe_load((STAGING / "_staging__models.yml").read_text())["models"]
    assert [table["name"] for table in sources] == list(TABLES)
    assert [model["name"] for model in models] == [f"stg_{name}" for name in TABLES]
    assert {path.stem for path in STAGING.glob("*.sql")} == {f"stg_{name}" for name in TABLES}
    for described, (name, schema) in zip((*sources, *models), (*TABLES.items(), *TABLES.items()), strict=True):
        assert [column["name"] for column in described["columns"]] == schema.column_names(), name
        assert all(column["description"] and column["data_type"] for column in described["columns"]), name


@pytest.mark.parametrize("name", TABLES)
def test_staging_selects_the_columns_of_the_contract_in_their_order(name: str) -> None:
    sql = (STAGING / f"stg_{name}.sql").read_text()
    match = re.search(r"select\s+(.*?)\s+from\s", sql, re.DOTALL)
    assert match
    assert re.split(r",\s*", match[1]) == TABLES[name].column_names()


def test_every_column_that_names_another_tables_key_is_tested_against_it() -> None:
    models = yaml.safe_load(dictionary.staging_yaml())["models"]
    held = {
        (model["name"], column["name"]): test["relationships"]["arguments"]
        for model in models
        for column in model["columns"]
        for test in column.get("data_tests", [])
        if isinstance(test, dict)
    }
    assert held["stg_turns", "document_id"] == {"to": "ref('stg_documents')", "field": "document_id"}
    assert held["stg_exchanges", "question_turn_id"] == {"to": "ref('stg_turns')", "field": "turn_id"}
    assert held["stg_exchanges", "outlet_id"] == {"to": "ref('stg_entities')", "field": "entity_id"}
    ids = {(f"stg_{name}", column) for name, schema in TABLES.items() for column in schema.column_names() if column.endswith("_id")}
    own = {(f"stg_{name}", column) for name, schema in TABLES.items() for column in schema.primary_key() if len(schema.primary_key()) == 1}
    # Seeds hold what these name; dbt's own YAML tests them.
    assert ids - own - set(held) == {
        ("stg_documents", "source_id"),
        ("stg_pattern_hits", "pattern_id"),
        ("stg_topic_hits", "topic_id"),
        ("stg_entities", "wikidata_id"),
    }


def test_every_key_is_tested_for_being_unique() -> None:
    for model, schema in zip(yaml.safe_load(dictionary.staging_yaml())["models"], TABLES.values(), strict=True):
        key = schema.primary_key()
        of_columns = [column["name"] for column in model["columns"] if "unique" in column.get("data_tests", [])]
        of_model = [test["unique"]["arguments"]["column_name"] for test in model.get("data_tests", [])]
        assert (of_columns, of_model) == ((key, []) if len(key) == 1 else ([], [f"concat_ws('|', {', '.join(key)})"])), model["name"]


def test_types_are_those_that_duckdb_gives_to_the_lakes_files(tmp_path: Path) -> None:
    import duckdb

    for name, schema in TABLES.items():
        path = tmp_path / f"{name}.parquet"
        schema.create_empty().write_parquet(path)
        rows = duckdb.sql(f"describe from '{path}'").fetchall()
        assert [(row[0], row[1].lower().replace('"', "")) for row in rows] == [
            (column, dictionary.duckdb_type(kind)) for column, kind in schema.columns().items()
        ], name


def test_a_type_that_nobody_named_is_refused() -> None:
    with pytest.raises(TypeError, match="Time"):
        dictionary.duckdb_type(dy.Time())


def test_the_dictionary_has_every_table_and_mart() -> None:
    text = dictionary.readme()
    marts = {path.stem for path in (DBT_PROJECT / "models/marts").glob("*.sql")}
    assert set(re.findall(r"^### core\.(\w+)$", text, re.M)) == {*TABLES, "build_info"}
    assert set(re.findall(r"^### marts\.(\w+)$", text, re.M)) == marts
    for row in re.findall(r"^\|.*\|$", text, re.M):
        assert len(re.split(r"(?<!\\)\|", row)) in (4, 5), row
    assert pl.Series(text.splitlines()).str.contains(r"\|\s*\|$").sum() == 0, "a column without a description"
