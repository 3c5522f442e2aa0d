"""Build: every dbt model and seed as an asset, every dbt test as a check; dbt runs once, by the code of ``briefings refresh``."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
import polars as pl
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets

from pipelines.defs.home import HomeResource
from pipelines.defs.previews import mart_previews, text_table
from pipelines.defs.reporting import Event, LogProgress, failures_explained
from pipelines.errors import BriefingsError
from pipelines.progress import Progress
from pipelines.publish.build import BuildResult, NodeResult, ensure_manifest
from pipelines.publish.query import run_query
from pipelines.settings import DBT_PROJECT, Home

FOUND_ROWS = 20

_UNIQUE_ID = "dagster_dbt/unique_id"

_ABOUT = {
    "core": "**A table of the record**, as readers find it in `briefings.duckdb`: the lake's table `{name}`, unchanged."
    '\n\nLook at it: `briefings sql "from core.{name} limit 20"`',
    "intermediate": "**A step between the record and the marts.** It may change without notice; ask `core` and `marts` instead.",
    "marts": "**A mart**: counts, each with what it must be divided by. Its first rows and a small chart are in the metadata of the latest "
    "run (*Show Markdown*).\n\nThe sentences behind its numbers: `briefings evidence {name}`. All rows: "
    '`briefings sql "from marts.{name}"`',
    "vocabulary": "**A vocabulary**, kept as a file that people edit: `dbt/{file}`. Python and SQL read the same rows; a changed row is taken "
    "up by the next run.",
}
"""What a newcomer should know of a schema's tables."""


class Translator(DagsterDbtTranslator):
    """Names dbt's nodes as a reader of the published file knows them: schema and table."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_source_tests_as_checks=False))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """``lake/turns`` for a source, ``core/turns`` for ``stg_turns``."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["alias"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The schema."""
        return str(dbt_resource_props["schema"])

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """What it holds, from the project; what it is for and how to look at it; for models the SQL below."""
        description = str(dbt_resource_props.get("description") or dbt_resource_props["name"])
        schema, name = self.get_asset_key(dbt_resource_props).path
        about = _ABOUT.get(schema, "").format(name=name, file=dbt_resource_props["original_file_path"])
        if dbt_resource_props["resource_type"] == "seed":
            return f"{description}\n\n{about}"
        return f"{description}\n\n{about}\n\n**How it is made**\n\n```sql\n{dbt_resource_props.get('raw_code', '').strip()}\n```"

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """dbt's test as a check, with a sentence that says what it holds.

        A test file that reads several models belongs to none of them in dbt, and dagster-dbt leaves it out; here it is a
        check on the model that lies furthest down.
        """
        test = manifest["nodes"][unique_id]
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        parents = test["depends_on"]["nodes"]
        if spec is None and not test.get("attached_node") and len(parents) > 1:
            keys = {parent: self.get_asset_key(manifest["nodes"][parent]) for parent in parents}
            last = max(parents, key=lambda parent: (_depth(manifest, parent), keys[parent].path[-1] in test["name"], parent))
            if keys[last] == asset_spec.key:
                spec = dg.AssetCheckSpec(
                    test["name"],
                    asset=asset_spec.key,
                    additional_deps=[key for key in keys.values() if key != asset_spec.key],
                    metadata={_UNIQUE_ID: unique_id},
                    blocking=test["config"]["severity"].lower() == "error",
                )
        return spec and spec._replace(description=_test_as_sentence(test))


def _depth(manifest: Mapping[str, Any], unique_id: str) -> int:
    """Number of steps from the sources down to a node."""
    return max((1 + _depth(manifest, parent) for parent in manifest["parent_map"].get(unique_id, [])), default=0)


def _test_as_sentence(test: Mapping[str, Any]) -> str:
    """What a dbt test holds: the comment above its query, else a sentence for the generic tests."""
    generic = test.get("test_metadata")
    if not generic:
        comment = re.match(r"\s*((?:--.*\n)+)", test["raw_code"])
        return (
            " ".join(comment[1].replace("--", "").split()) if comment else f"The query in dbt/{test['original_file_path']} finds no rows."
        )
    arguments = generic["kwargs"]
    columns = ", ".join(arguments.get("columns") or [str(test["column_name"] or arguments.get("column_name"))])
    match generic["name"]:
        case "not_null":
            return f"Never null: {columns}."
        case "unique" | "unique_rows":
            return f"No two rows have the same {columns}."
        case "accepted_values":
            return f"The {columns} is one of {', '.join(map(str, arguments['values']))}."
        case "relationships":
            table = re.sub(r"ref\('(?:stg_)?(\w+)'\)", r"\1", arguments["to"])
            return f"Every {columns} stands in {table}.{arguments['field']}."
        case "shares_are_shares":
            return f"Between 0 and 1, or null: {columns}."
    return f"dbt test {generic['name']} of {columns}."


_MANIFEST = json.loads(ensure_manifest(DBT_PROJECT, Home.from_environment().build / "manifest").read_bytes())


@dbt_assets(manifest=_MANIFEST, dagster_dbt_translator=Translator(), name="dbt_build")
def warehouse(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[Event]:
    """Build and check the DuckDB file aside, when lake or project have changed."""
    with failures_explained():
        for event in build_step(home.open(), LogProgress(context.log)):
            if _is_wanted(context, event):
                yield event


def _is_wanted(context: dg.AssetExecutionContext, event: Event) -> bool:
    """dbt builds everything together; of that, a run that asked for some assets only records those."""
    if isinstance(event, dg.MaterializeResult):
        return event.asset_key in context.selected_asset_keys
    return (event.asset_key, event.check_name) in {(key.asset_key, key.name) for key in context.selected_asset_check_keys}


def build_step(home: Home, progress: Progress) -> Iterator[Event]:
    """Build when something has changed, and tell what became of every model, seed and test.

    Raises:
        dagster.Failure: a model broke, or a test of severity error failed; the published file is not touched.
    """
    from pipelines.locking import writing
    from pipelines.refresh import build_stage

    with writing(home, progress):
        result = build_stage(home, progress)
        if result is not None:
            if any(node.unique_id not in _ORDER for node in result.nodes):
                progress.note("The dbt project has new models or tests that the UI does not show yet: click Reload definitions.")
            yield from _built(home, result, progress)
            if not result.success:
                raise dg.Failure(description=f"{result.log}\nThe file published before stays as it was.", allow_retries=False)
        elif home.published.exists():
            progress.note("Neither lake nor dbt project have changed since the published file was built: nothing to build.")
            yield from _unchanged(home, progress)
        else:
            progress.note("The lake holds no document: nothing to build.")


def _built(home: Home, result: BuildResult, progress: Progress) -> Iterator[Event]:
    place = Home(home.build)  # the file just built has the published file's name, and can be read in the same way
    previews = _previews(place, progress) if result.success else {}
    for node in sorted(result.nodes, key=lambda node: _ORDER.get(node.unique_id, 0)):
        if node.unique_id in _ASSETS and node.status == "success":
            yield _materialized(node.unique_id, node.n_rows, {"seconds": round(node.seconds, 2)}, previews)
        elif node.unique_id in _CHECKS and node.status in ("pass", "warn", "fail", "error"):
            yield _checked(home, place, node)


def _checked(home: Home, place: Home, node: NodeResult) -> dg.AssetCheckResult:
    found = _rows_found(home, place, node.unique_id) if node.n_failures else pl.DataFrame()
    return dg.AssetCheckResult(
        asset_key=_CHECKS[node.unique_id].asset_key,
        check_name=_CHECKS[node.unique_id].name,
        passed=node.status == "pass",
        severity=dg.AssetCheckSeverity.WARN if node.status == "warn" else dg.AssetCheckSeverity.ERROR,
        description=node.message if node.n_failures is None else f"Rows found: {node.n_failures:,}. There should be none.",
        metadata={} if found.is_empty() else {"rows found": text_table(found)},
    )


def _rows_found(home: Home, place: Home, unique_id: str) -> pl.DataFrame:
    """The first rows that a test's query finds: what to look at.

    Args:
        home: whose last build has the query as dbt ran it.
        place: whose ``briefings.duckdb`` is asked.
    """
    test = _MANIFEST["nodes"][unique_id]
    file = home.build / "dbt" / "target" / "compiled" / test["package_name"] / test["original_file_path"]
    file = file / f"{test['name']}.sql" if file.suffix == ".yml" else file
    return (
        run_query(place, f"select * from (\n{file.read_text(encoding='utf-8')}\n) limit {FOUND_ROWS}") if file.is_file() else pl.DataFrame()
    )


def _unchanged(home: Home, progress: Progress) -> Iterator[Event]:
    """What stands in the published file. A test that can only fail passed, or the file would not be there; one that can warn
    is asked again."""
    built = f"{datetime.fromtimestamp(home.published.stat().st_mtime, UTC):%Y-%m-%d %H:%M} UTC"
    n_rows = {(schema, name): n for schema, name, n, _ in tables_of(home).iter_rows()}
    previews = _previews(home, progress)
    for unique_id in _ORDER:
        if unique_id in _ASSETS:
            schema, name = _ASSETS[unique_id].path
            yield _materialized(unique_id, n_rows.get((schema, name)), {"built": f"{built}, unchanged since"}, previews)
    for unique_id, key in _CHECKS.items():
        config = _MANIFEST["nodes"][unique_id]["config"]
        can_warn = config["severity"].lower() == "warn" or config["error_if"] != config["warn_if"]
        found = _rows_found(home, home, unique_id) if can_warn else pl.DataFrame()
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=found.is_empty(),
            severity=dg.AssetCheckSeverity.WARN if can_warn else dg.AssetCheckSeverity.ERROR,
            description=f"Of the file built {built}; nothing has changed since.",
            metadata={} if found.is_empty() else {"rows found": text_table(found)},
        )


def _previews(place: Home, progress: Progress) -> dict[str, dict[str, dg.MarkdownMetadataValue]]:
    """First rows and charts of the marts. What only shows them must not stop what makes them."""
    try:
        return mart_previews(place)
    except BriefingsError as error:
        progress.note(f"The marts have no preview in this run: {error}")
        return {}


def tables_of(home: Home) -> pl.DataFrame:
    """Tables of the published file: schema, table, n_rows, description."""
    tables = run_query(home, "select schema_name, table_name, comment from duckdb_tables() order by all")
    counts = [
        f"""select (select count(*) from "{schema}"."{table}")"""
        for schema, table in tables.select("schema_name", "table_name").iter_rows()
    ]
    n_rows = run_query(home, " union all ".join(counts)).to_series()
    return tables.select(schema="schema_name", table="table_name", n_rows=n_rows, description="comment")


def _materialized(
    unique_id: str, n_rows: int | None, metadata: dict[str, Any], previews: Mapping[str, Mapping[str, dg.MarkdownMetadataValue]]
) -> dg.MaterializeResult[Any]:
    key = _ASSETS[unique_id]
    if n_rows is not None:
        metadata["dagster/row_count"] = n_rows
    if key.path[0] == "marts":
        metadata |= previews.get(key.path[-1], {})
    return dg.MaterializeResult(asset_key=key, metadata=metadata)


_ASSETS = {spec.metadata[_UNIQUE_ID]: spec.key for spec in warehouse.specs}
_CHECKS = {spec.metadata[_UNIQUE_ID]: spec.key for spec in warehouse.check_specs}
"""dbt's unique id -> key in the graph."""

_ORDER = {
    unique_id: place
    for place, unique_id in enumerate(
        TopologicalSorter({name: sorted(parents) for name, parents in sorted(_MANIFEST["parent_map"].items())}).static_order()
    )
}
"""Every node after those that it is made of: Dagster takes them in no other order."""
