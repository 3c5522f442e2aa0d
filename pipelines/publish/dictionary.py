"""The data dictionary, written once in the lake's contracts and the marts' YAML and repeated where readers look.

``python -m pipelines.publish.dictionary`` writes dbt's sources and staging models and ``warehouse/README.md``; with
``--check`` it writes nothing and exits with 1 when one of them is out of date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dataframely as dy
import yaml  # type: ignore[import-untyped]

from pipelines.contracts.lake import MONTHLY_TABLES, TABLES
from pipelines.publish.build import BUILD_INFO, BUILD_INFO_DESCRIPTION
from pipelines.settings import CHECKOUT, DBT_PROJECT

_SOURCES = DBT_PROJECT / "models/staging/_lake__sources.yml"
_STAGING = DBT_PROJECT / "models/staging/_staging__models.yml"
README = CHECKOUT / "warehouse/README.md"

_GENERATED = "# Generated from pipelines/contracts/lake.py by `make dictionary`; do not edit.\n"

_TYPES: dict[type[dy.Column], str] = {
    dy.String: "varchar",
    dy.Int64: "bigint",
    dy.Float64: "double",
    dy.Bool: "boolean",
    dy.Date: "date",
    dy.Datetime: "timestamp",
}

_KEYS = {
    "document_id": "documents",
    "turn_id": "turns",
    "exchange_id": "exchanges",
    "document_pair_id": "document_pairs",
    "exchange_pair_id": "exchange_pairs",
    "entity_id": "entities",
    "outlet_id": "entities",
    "spokesperson_id": "entities",
}
"""Names that columns which refer to another table's key end with."""

Rows = Iterable[tuple[str, str, str]]
"""Columns of a table as (name, type, description)."""


@dataclass(frozen=True)
class Key:
    """Columns in which no two rows of a table agree; with ``may_be_null`` nulls count as equal to each other."""

    columns: tuple[str, ...]
    may_be_null: bool


def generated_files() -> dict[Path, str]:
    """Every generated file with the text that it should have. Equal input gives equal text."""
    return {_SOURCES: sources_yaml(), _STAGING: staging_yaml(), README: readme()}


def stale_files() -> list[Path]:
    """The generated files that are missing or differ from what they should hold."""
    return [path for path, text in generated_files().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def duckdb_type(column: dy.Column) -> str:
    """DuckDB's name for a contract's column type.

    Raises:
        TypeError: the contract uses a type that no table has had so far.
    """
    if isinstance(column, dy.List):
        return duckdb_type(column.inner) + "[]"
    if isinstance(column, dy.Struct):
        return "struct(" + ", ".join(f"{name} {duckdb_type(inner)}" for name, inner in column.inner.items()) + ")"
    if type(column) not in _TYPES:
        raise TypeError(f"no DuckDB type is known for {type(column).__name__}; add it to _TYPES")
    return _TYPES[type(column)]


def sources_yaml() -> str:
    """dbt's source ``lake``: a table a folder of Parquet files. Files that are being written begin with a dot."""
    location = (
        """read_parquet('{{ env_var("BRIEFINGS_LAKE", "lake") }}/{name}/[!.]*.parquet', hive_partitioning = false, union_by_name = false)"""
    )
    source = {
        "name": "lake",
        "description": "Parquet files of pipelines/lake.py: a file a month and table, or one file for the whole table.",
        "config": {"meta": {"external_location": location}},
        "tables": [
            {"name": name, "description": table_description(schema), "columns": _columns(schema)} for name, schema in TABLES.items()
        ],
    }
    return _yaml({"version": 2, "sources": [source]})


def staging_yaml() -> str:
    """dbt's staging models, one a lake table, with the tests that only the whole table can fail.

    A month's file is held against its contract when it is written. What is left is the key across months, and that every
    id leads to a row of the table that it names.
    """
    models = []
    for name, schema in TABLES.items():
        model: dict[str, Any] = {"name": f"stg_{name}", "description": table_description(schema)}
        key = schema.primary_key()
        if len(key) > 1:
            expression = "concat_ws('|', " + ", ".join(key) + ")"
            model["data_tests"] = [{"unique": {"name": f"unique_stg_{name}_key", "arguments": {"column_name": expression}}}]
        columns = _columns(schema)
        for column in columns:
            if tests := _column_tests(name, schema, column["name"]):
                column["data_tests"] = tests
        models.append(model | {"columns": columns})
    return _yaml({"version": 2, "models": models})


def _column_tests(table: str, schema: type[dy.Schema], column: str) -> list[Any]:
    if schema.primary_key() == [column]:
        return ["unique"]
    for key, target in _KEYS.items():
        if column.endswith(key) and target != table:
            field = TABLES[target].primary_key()[0]
            return [{"relationships": {"arguments": {"to": f"ref('stg_{target}')", "field": field}}}]
    return []


def table_description(schema: type[dy.Schema]) -> str:
    """What one row of a lake table is."""
    return " ".join((schema.__doc__ or "").split())


def _columns(schema: type[dy.Schema]) -> list[dict[str, Any]]:
    return [
        {"name": name, "data_type": duckdb_type(column), "description": column.description} for name, column in schema.columns().items()
    ]


def readme() -> str:
    """``warehouse/README.md``: what the folder holds, and every table that a reader may ask."""
    parts = [_INTRODUCTION, "## core: the record\n"]
    parts += [render_table(f"core.{name}", table_description(schema), _rows(schema)) for name, schema in TABLES.items()]
    parts.append(render_table("core.build_info", BUILD_INFO_DESCRIPTION, [(name, "varchar", text) for name, text in BUILD_INFO.items()]))
    parts.append('## marts: counts\n\nEvery row can be listed as quotes: `briefings evidence MART --where "…"`.\n')
    parts += [
        render_table(f"marts.{model['name']}", model["description"], _rows_of(model)) for model in _described("models/marts", "models")
    ]
    if intermediate := _described("models/intermediate", "models"):
        parts.append("## intermediate: steps on the way, and the quotes behind the marts\n\nMay change without notice.\n")
        rows = [f"| intermediate.{model['name']} | {_cell(model['description'])} |" for model in intermediate]
        parts.append("\n".join(["| table | holds |", "|---|---|", *rows]) + "\n")
    if seeds := _described("seeds", "seeds"):
        parts.append("## vocabulary: the files of dbt/seeds\n")
        parts += [render_table(f"vocabulary.{seed['name']}", seed["description"], _rows_of(seed)) for seed in seeds]
    return "\n".join(parts)


def table_keys() -> dict[str, Key]:
    """What tells the rows of a table apart, as the contracts and the tests of the dbt project hold it: schema.table -> key.

    Tables without such a test are left out.
    """
    keys = {f"core.{name}": Key(tuple(schema.primary_key()), may_be_null=False) for name, schema in TABLES.items() if schema.primary_key()}
    for schema_name, folder, kind in (("marts", "models/marts", "models"), ("vocabulary", "seeds", "seeds")):
        for model in _described(folder, kind):
            columns = {column["name"]: column for column in model.get("columns", [])}
            for test in model.get("data_tests", []):
                if isinstance(test, dict) and "unique_rows" in test:
                    names = tuple(name.strip('"') for name in test["unique_rows"]["arguments"]["columns"])
                    may_be_null = not all(_is_never_null(columns[name]) for name in names)
                    keys.setdefault(f"{schema_name}.{model['name']}", Key(names, may_be_null))
            for name, column in columns.items():
                if "unique" in column.get("data_tests", []):
                    keys.setdefault(f"{schema_name}.{model['name']}", Key((name,), may_be_null=not _is_never_null(column)))
    return keys


def _is_never_null(column: Mapping[str, Any]) -> bool:
    return "not_null" in column.get("data_tests", []) or {"type": "not_null"} in column.get("constraints", [])


def render_table(name: str, description: str, rows: Rows) -> str:
    """A table's part of a data dictionary, as Markdown."""
    lines = [f"| {column} | {kind} | {_cell(text)} |" for column, kind, text in rows]
    return "\n".join([f"### {name}", _cell(description), "", "| column | type | holds |", "|---|---|---|", *lines]) + "\n"


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def _rows(schema: type[dy.Schema]) -> Rows:
    return [(name, duckdb_type(column), column.description or "") for name, column in schema.columns().items()]


def _rows_of(model: Mapping[str, Any]) -> Rows:
    return [(column["name"], column.get("data_type", ""), column.get("description", "")) for column in model.get("columns", [])]


def _described(folder: str, kind: str) -> list[dict[str, Any]]:
    """What the YAML files of a folder of the dbt project describe, by name."""
    found = []
    for path in sorted((DBT_PROJECT / folder).glob("*.yml")):
        with path.open(encoding="utf-8") as file:
            found += (yaml.safe_load(file) or {}).get(kind, [])
    return sorted(found, key=lambda model: model["name"])


def _yaml(content: Mapping[str, Any]) -> str:
    return _GENERATED + str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000))


_INTRODUCTION = f"""\
# The data folder, and what its tables hold
<!-- Generated by `make dictionary` from pipelines/contracts/lake.py and dbt/models; do not edit. -->

Data only: git ignores all of it but this file and `queries/`. `BRIEFINGS_HOME` may name another folder. One command
writes at a time; readers never have to wait, and nothing here needs to be closed before a refresh.

| path | what |
|---|---|
| `briefings.duckdb` | the published file: all tables below. Replaced whole, by rename, when every check has passed; an open session keeps the old one |
| `raw/` | every page as it was fetched, by SHA-256, and `raw/manifest/` with where and when. Never overwritten; the only part that can't be made again |
| `lake/` | a folder a table, Parquet: a file a month for {", ".join(MONTHLY_TABLES)}; one file for the others. `lake/_pages` holds the parsed pages |
| `exports/` | what `briefings export` wrote: `parquet/`, `csv/`, `cmfa/`, each with a README and `datapackage.json`; `releases/`, archives to cite |
| `report/` | what `briefings report` wrote: charts that lead to quotes; open `report/index.html` |
| `docs/` | what `make docs` wrote: one page on models, columns and lineage, for a browser |
| `queries/` | questions to start from: `briefings sql < warehouse/queries/latest_briefings.sql` |
| `.build/` | scratch space of a build, with the SQL that dbt ran; may be deleted when nothing runs |

Ask with `briefings sql "from marts.coverage"`, or open `briefings.duckdb` read-only with any DuckDB of version 1.5 or
later. In DuckDB the same descriptions are comments (`search.word_index` beside them is the index of `briefings search`, for programs): `select table_name, comment from duckdb_tables()`. Times are without
zone: what a page prints is Beijing time, what the program notes is UTC. What is not known is null, never a dash. Offsets count characters (Unicode code points) from 0, the end is not included: a quote is
`substr(text, start_char + 1, end_char - start_char)`.
"""


def main(arguments: list[str]) -> int:
    """Write the generated files, or with ``--check`` say which are out of date."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m pipelines.publish.dictionary [--check]", file=sys.stderr)
        return 2
    stale = stale_files()
    for path in stale:
        print(f"{path.relative_to(CHECKOUT)}: {'out of date; run `make dictionary`' if arguments else 'written'}")
    if arguments:
        return 1 if stale else 0
    for path, text in generated_files().items():
        if path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
