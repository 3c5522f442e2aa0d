"""The flow in Dagster: what it consists of, that it does what ``briefings refresh`` does, and that a failed check stops it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl
import pytest

from pipelines import lake
from pipelines.contracts.lake import MONTHLY_TABLES, TABLES, Quarantine
from pipelines.extract.ingest import ingest
from pipelines.locking import writing
from pipelines.refresh import refresh
from pipelines.settings import CHECKOUT, DBT_PROJECT, Home
from tests.helpers.command import run_command
from tests.helpers.markdown import shown

pytestmark = pytest.mark.slow

ANNOTATED = {"lake/pattern_hits", "lake/accusations", "lake/topic_hits"}
PAIRED = {"lake/document_pairs", "lake/exchange_pairs", "lake/language_differences"}

MONTH = "2019-03"
"""A month of the sample with several pages."""


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.Definitions]:
    """The code location, loaded with a home of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRIEFINGS_HOME", str(tmp_path_factory.mktemp("load")))
        patch.delenv("BRIEFINGS_INPUT", raising=False)
        from pipelines.definitions import defs

        yield defs


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


class Runner:
    """Runs jobs of the code location on a home, as a run that the UI launches does."""

    def __init__(self, definitions: dg.Definitions, instance: dg.DagsterInstance, home: Home) -> None:
        self.definitions, self.instance, self.home = definitions, instance, home

    def run(self, job: str = "refresh", ops: dict[str, Any] | None = None, **options: Any) -> dg.ExecuteInProcessResult:
        config = {"resources": {"home": {"config": {"folder": str(self.home.root)}}}, "ops": ops or {}}
        return self.definitions.resolve_job_def(job).execute_in_process(config, instance=self.instance, raise_on_error=False, **options)


@pytest.fixture(scope="module")
def first(definitions: dg.Definitions, instance: dg.DagsterInstance, tmp_path_factory: pytest.TempPathFactory) -> tuple[Runner, Any]:
    """A fresh clone on which somebody clicked "Materialize all"."""
    runner = Runner(definitions, instance, Home(tmp_path_factory.mktemp("clicked")))
    return runner, runner.run()


@pytest.fixture
def copied(first: tuple[Runner, Any], definitions: dg.Definitions, tmp_path: Path) -> Iterator[Runner]:
    """The same home again, for tests that break things."""
    home = Home(tmp_path / "home")
    shutil.copytree(first[0].home.root, home.root)
    with dg.DagsterInstance.ephemeral() as instance:
        yield Runner(definitions, instance, home)


def bytes_of(home: Home) -> dict[str, tuple[int, str]]:
    """Time and hash of every file of lake and warehouse."""
    files = [*home.lake.rglob("*.parquet"), home.published]
    return {str(f.relative_to(home.root)): (f.stat().st_mtime_ns, hashlib.sha256(f.read_bytes()).hexdigest()) for f in files}


def tables_of(home: Home) -> dict[str, pl.DataFrame]:
    """Every published table, rows in the order that they lie in."""
    with duckdb.connect(str(home.published), read_only=True) as connection:
        names = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        return {f"{schema}.{name}": connection.execute(f'from "{schema}"."{name}"').pl() for schema, name in names}


def metadata_of(result: Any, asset: str) -> dict[str, Any]:
    """What a run recorded for an asset."""
    [event] = [e for e in result.get_asset_materialization_events() if e.asset_key.to_user_string() == asset]
    return {name: value.value for name, value in event.materialization.metadata.items()}


def checks_of(result: Any) -> dict[tuple[str, str], Any]:
    return {(check.asset_key.to_user_string(), check.check_name): check for check in result.get_asset_check_evaluations()}


def failed_steps(result: Any) -> dict[str, str]:
    """Failed step -> what the UI shows."""
    return {event.step_key: event.step_failure_data.error.message for event in result.all_events if event.is_step_failure}


# --- what there is -----------------------------------------------------------------------------------------------------


def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_the_code_location_loads(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)
    assert {job.name for job in definitions.resolve_all_job_defs()} >= {"refresh", "nightly", "reparse_month"}


def test_loading_does_not_wait_for_the_parser(definitions: dg.Definitions) -> None:
    code = "import sys, pipelines.definitions; print([m for m in ('pipelines.refresh', 'pipelines.parse.page', 'selectolax') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CHECKOUT)
    assert done.stdout.strip() == "[]"


def test_the_whole_flow_is_there_in_groups(definitions: dg.Definitions) -> None:
    groups: dict[str, set[str]] = {}
    for key, spec in specs(definitions).items():
        groups.setdefault(str(spec.group_name), set()).add(key)
    models = {path.stem for path in (DBT_PROJECT / "models").rglob("*.sql")}
    marts = {path.stem for path in (DBT_PROJECT / "models" / "marts").glob("*.sql")}
    assert groups == {
        "extract": {"raw_store"},
        "parse": {"parsed_pages"},
        "normalise": {f"lake/{table}" for table in TABLES} - ANNOTATED - PAIRED,
        "annotate": ANNOTATED,
        "pair": PAIRED,
        "core": {f"core/{table}" for table in TABLES},
        "intermediate": {f"intermediate/{name}" for name in models if name.startswith(("int_", "evidence_"))},
        "marts": {f"marts/{name}" for name in marts},
        "vocabulary": {f"vocabulary/{path.stem}" for path in (DBT_PROJECT / "seeds").glob("*.csv")},
        "publish": {"briefings_duckdb", "report_page"},
    }


def test_lineage_leads_from_pages_to_marts(definitions: dg.Definitions) -> None:
    parents = {key: {dep.asset_key.to_user_string() for dep in spec.deps} for key, spec in specs(definitions).items()}
    assert all(parents[f"core/{table}"] == {f"lake/{table}"} for table in TABLES)
    reached, todo = set(), {"marts/outlet_activity"}
    while todo:
        reached |= todo
        todo = {parent for key in todo for parent in parents[key]} - reached
    assert {"raw_store", "parsed_pages", "lake/exchanges", "core/exchanges", "vocabulary/outlets"} <= reached
    assert "marts/outlet_activity" in parents["briefings_duckdb"]


def test_every_asset_says_what_it_is(definitions: dg.Definitions, first: tuple[Runner, Any]) -> None:
    for key, spec in specs(definitions).items():
        assert spec.description, key
        assert len(spec.description) > 20, key
        assert spec.kinds, key
    for table, contract in TABLES.items():
        schema = specs(definitions)[f"lake/{table}"].metadata["dagster/column_schema"]
        assert [column.name for column in schema.columns] == contract.column_names()
        assert all(column.description for column in schema.columns)
    for mart in (key for key in specs(definitions) if key.startswith("marts/")):
        assert all(column.description for column in specs(definitions)[mart].metadata["dagster/column_schema"].columns), mart


def test_the_checks_are_there(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    keys = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}
    ours = {(asset, name) for asset, name in keys if asset.startswith("lake/") or asset == "parsed_pages"}
    assert ours == {
        ("parsed_pages", "no_parser_faults"),
        *((f"lake/{table}", "rows_keep_contract") for table in MONTHLY_TABLES),
        ("lake/turns", "text_held"),
        ("lake/turn_changes", "questions_kept"),
        ("lake/quarantine", "no_program_faults"),
        ("lake/quarantine", "pages_used"),
    }
    assert {("marts/coverage", "no_gaps"), ("raw_store", "crawl_complete"), ("briefings_duckdb", "latest_briefing_is_there")} <= keys
    assert ("core/turns", "unique_stg_turns_turn_id") in keys
    assert ("intermediate/int_unknown_labels", "warn_unknown_labels") in keys
    singular = {path.stem for path in (DBT_PROJECT / "tests").glob("*.sql")}
    assert singular <= {name for _, name in keys}
    for key in graph.asset_check_keys:
        assert graph.get_check_spec(key).description, key


def test_every_step_runs_once(definitions: dg.Definitions) -> None:
    """Dagster cuts a step in two when checks make a circle, and dbt would run twice."""
    assert {node.name for node in definitions.resolve_job_def("refresh").nodes} == {
        "raw_store", "parsed_pages", "check_parsed_pages", "lake", "check_lake", "dbt_build", "briefings_duckdb", "marts__coverage_no_gaps",
        "briefings_duckdb_latest_briefing_is_there", "report_page",
    }  # fmt: skip


def test_a_month_is_a_partition_of_the_reparse_job_and_of_nothing_else(definitions: dg.Definitions) -> None:
    """An asset with partitions would make "Materialize all" ask which of them: docs/decisions/0002."""
    months = definitions.resolve_job_def("reparse_month").partitions_def
    assert months is not None
    keys = months.get_partition_keys()
    assert keys[0] == "2002-01"
    assert MONTH in keys
    assert all(spec.partitions_def is None for spec in specs(definitions).values())


def test_the_instance_sends_nothing_and_runs_do_not_pile_up(tmp_path: Path) -> None:
    shutil.copy(CHECKOUT / "pipelines" / "defs" / "dagster.yaml", tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.telemetry_enabled is False
        assert instance.nux_enabled is False
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 2  # type: ignore[union-attr]


# --- the same as on the command line -----------------------------------------------------------------------------------


def test_one_click_publishes_the_sample(first: tuple[Runner, Any], sample: Path) -> None:
    runner, result = first
    assert result.success, failed_steps(result)
    assert runner.home.published.is_file()
    assert metadata_of(result, "raw_store")["ingested from"] == str(sample)
    assert metadata_of(result, "raw_store")["new pages"] == metadata_of(result, "parsed_pages")["dagster/row_count"] == 31
    assert metadata_of(result, "briefings_duckdb")["swapped in by this run"] is True


def test_every_table_is_recorded_with_its_rows(definitions: dg.Definitions, first: tuple[Runner, Any]) -> None:
    runner, result = first
    published = tables_of(runner.home)
    for key in specs(definitions):
        metadata = metadata_of(result, key)
        group, _, table = key.rpartition("/")
        if group == "lake":
            assert metadata["dagster/row_count"] == lake.read_table(runner.home.lake, table).collect().height, key
        elif group:
            assert metadata["dagster/row_count"] == published[f"{group}.{table}"].height, key
        if group == "marts":
            assert metadata["first rows"].startswith("| "), key


def test_every_check_was_made_and_none_failed_that_stops(definitions: dg.Definitions, first: tuple[Runner, Any]) -> None:
    made = checks_of(first[1])
    assert set(made) == {(key.asset_key.to_user_string(), key.name) for key in definitions.resolve_asset_graph().asset_check_keys}
    assert [key for key, check in made.items() if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR] == []
    held = made["lake/turns", "text_held"]
    assert held.passed
    assert held.metadata["share held"].value == 1.0


def test_tables_are_those_of_the_command_line(first: tuple[Runner, Any], sample: Path, tmp_path: Path) -> None:
    home = Home(tmp_path)
    ingest(home, [sample])
    assert refresh(home).published
    clicked, typed = tables_of(first[0].home), tables_of(home)
    assert set(clicked) == set(typed)
    assert [name for name in typed if not clicked[name].equals(typed[name])] == []


def test_a_second_click_changes_nothing(first: tuple[Runner, Any]) -> None:
    runner, _ = first
    before = bytes_of(runner.home)
    again = runner.run()
    assert again.success, failed_steps(again)
    assert bytes_of(runner.home) == before
    assert metadata_of(again, "raw_store")["new pages"] == 0
    assert metadata_of(again, "parsed_pages")["pages parsed in this run"] == 0
    assert metadata_of(again, "lake/turns")["months remade in this run"] == 0
    assert metadata_of(again, "briefings_duckdb")["swapped in by this run"] is False
    assert metadata_of(again, "marts/outlet_activity")["dagster/row_count"] == tables_of(runner.home)["marts.outlet_activity"].height


def test_the_command_line_goes_on_where_the_ui_ended(first: tuple[Runner, Any]) -> None:
    home = first[0].home
    before = bytes_of(home)
    assert "Nothing has changed" in run_command(home.root, "refresh").stderr
    assert bytes_of(home) == before


def test_the_ui_goes_on_where_the_command_line_ended(definitions: dg.Definitions, sample: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    ingest(home, [sample / "en-d-2019-03-04.shtml"])
    refresh(home)
    before = bytes_of(home)
    with dg.DagsterInstance.ephemeral() as instance:
        result = Runner(definitions, instance, home).run()
    assert result.success, failed_steps(result)
    assert metadata_of(result, "raw_store")["pages stored"] == 1  # not the sample: something is stored already
    assert bytes_of(home) == before


def test_pages_come_in_from_the_launchpad_and_from_the_environment(
    definitions: dg.Definitions, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    with dg.DagsterInstance.ephemeral() as instance:
        runner = Runner(definitions, instance, home)
        options = {"asset_selection": [dg.AssetKey("raw_store")]}
        named = {"raw_store": {"config": {"paths": [str(sample / "en-b-2007-04-24.txt")]}}}
        assert metadata_of(runner.run(ops=named, **options), "raw_store")["pages stored"] == 1
        monkeypatch.setenv("BRIEFINGS_INPUT", str(sample / "en-c-2012-06-28.txt"))
        assert metadata_of(runner.run(**options), "raw_store")["pages stored"] == 2
        monkeypatch.setenv("BRIEFINGS_INPUT", str(tmp_path / "nowhere"))
        [message] = failed_steps(runner.run(**options)).values()
    assert "nowhere does not exist" in message


def test_one_month_is_parsed_again(copied: Runner) -> None:
    before, tables = bytes_of(copied.home), tables_of(copied.home)
    n_pages = lake.read_table(copied.home.lake, "document_versions").filter(pl.col("raw_path").is_not_null()).collect()
    of_month = pl.read_parquet(lake.table_path(copied.home.lake, "document_versions", MONTH))
    assert 1 < of_month.height < n_pages.height
    kept = lake.table_path(copied.home.lake, "_pages", MONTH)
    spoilt = pl.read_parquet(kept).with_columns(title=pl.lit("a title that an older parser misread"))
    spoilt.write_parquet(kept)

    result = copied.run("reparse_month", partition_key=MONTH)
    assert result.success, failed_steps(result)
    assert metadata_of(result, "parsed_pages")["pages parsed in this run"] >= of_month.height
    assert metadata_of(result, "parsed_pages")["dagster/row_count"] == 31
    assert ("lake/turns", "text_held") in checks_of(result)
    assert metadata_of(result, "marts/coverage")["dagster/row_count"] == tables["marts.coverage"].height
    assert {name: frame.equals(tables[name]) for name, frame in tables_of(copied.home).items()} == dict.fromkeys(tables, True)
    after = bytes_of(copied.home)
    assert {name for name in before if before[name][1] != after[name][1]} == set()


def test_the_reparse_job_asks_for_a_month(definitions: dg.Definitions, tmp_path: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = Runner(definitions, instance, Home(tmp_path)).run("reparse_month")
    assert "Choose a month" in failed_steps(result)["reparse"]


# --- a failed check ----------------------------------------------------------------------------------------------------


def add_page(home: Home, sample: Path, folder: Path) -> None:
    """Store a page that is not there yet, so that there is something to publish."""
    folder.mkdir()
    text = (sample / "en-b-2007-04-24.txt").read_text(encoding="utf-8")
    (folder / "later.txt").write_text(text.replace("2007", "2008"), encoding="utf-8")
    assert ingest(home, [folder]).n_new == 1


def rewrite(path: Path, frame: pl.DataFrame) -> None:
    """Put other rows into a file of the lake, so that the refresh takes them for those that it wrote."""
    facts = {name: value for name, value in pl.read_parquet_metadata(path).items() if name.startswith("briefings")}
    frame.write_parquet(path, metadata=facts)


def reject_turns(home: Home, n_rows: int) -> None:
    """Let it look as if turns had broken their contract when the month was made."""
    rows = [
        {
            "quarantine_id": f"{number:016}", "raw_path": "lake/turns", "stage": "contract", "reason": "offsets_hold_the_text",
            "detail": f"turns row with turn_id='{number}' breaks offsets_hold_the_text", "is_error": True,
        }
        for number in range(n_rows)
    ]  # fmt: skip
    rewrite(lake.table_path(home.lake, lake.REJECTED, MONTH), pl.DataFrame(rows, schema=pl.Schema(Quarantine)))


def test_many_rows_that_break_their_contract_stop_publishing(copied: Runner, sample: Path, tmp_path: Path) -> None:
    add_page(copied.home, sample, tmp_path / "new")
    reject_turns(copied.home, 5)
    before = copied.home.published.read_bytes()
    result = copied.run()
    assert not result.success
    check = checks_of(result)["lake/turns", "rows_keep_contract"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert "offsets_hold_the_text" in shown(check.metadata["look at"])
    assert "marts/coverage" not in {e.asset_key.to_user_string() for e in result.get_asset_materialization_events()}
    assert copied.home.published.read_bytes() == before

    again = copied.run("reparse_month", partition_key="2007-04")
    assert "lake/turns: rows_keep_contract" in failed_steps(again)["reparse"]
    assert copied.home.published.read_bytes() == before


def test_a_single_row_that_breaks_its_contract_warns(copied: Runner) -> None:
    reject_turns(copied.home, 1)
    result = copied.run()
    assert result.success, failed_steps(result)
    check = checks_of(result)["lake/turns", "rows_keep_contract"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert tables_of(copied.home)["core.quarantine"].filter(stage="contract").height == 1


def test_lost_text_stops_publishing(copied: Runner) -> None:
    path = lake.table_path(copied.home.lake, "turns", MONTH)
    turns = pl.read_parquet(path).sort(pl.col("text").str.len_chars(), descending=True)
    longest, rest = turns.head(1), turns.slice(1)
    rewrite(path, rest.sort("document_id", "turn_index"))
    before = copied.home.published.read_bytes()
    result = copied.run()
    assert list(failed_steps(result)) == ["check_lake"]
    check = checks_of(result)["lake/turns", "text_held"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert check.metadata["documents with a loss"].value == 1
    assert check.metadata["share held"].value < 0.999
    [title] = lake.read_table(copied.home.lake, "documents").filter(document_id=longest["document_id"].item()).collect()["title"]
    assert title[:40] in shown(check.metadata["look at"])
    assert copied.home.published.read_bytes() == before


def test_a_failed_dbt_test_keeps_the_old_file(copied: Runner, sample: Path, tmp_path: Path) -> None:
    add_page(copied.home, sample, tmp_path / "new")
    path = lake.table_path(copied.home.lake, "exchanges", MONTH)
    exchanges = pl.read_parquet(path)
    rewrite(path, pl.concat([exchanges, exchanges.head(1)]))
    before = copied.home.published.read_bytes()

    result = copied.run()
    assert not result.success
    assert not checks_of(result)["core/exchanges", "unique_stg_exchanges_exchange_id"].passed
    assert "unique_stg_exchanges_exchange_id failed" in failed_steps(result)["dbt_build"]
    assert "stays as it was" in failed_steps(result)["dbt_build"]
    assert copied.home.published.read_bytes() == before

    alone = copied.run(asset_selection=[dg.AssetKey("briefings_duckdb")])
    assert not alone.success
    assert "no build that passed every check" in failed_steps(alone)["briefings_duckdb"]
    assert copied.home.published.read_bytes() == before

    path.unlink()  # the month is made anew
    healed = copied.run()
    assert healed.success, failed_steps(healed)
    assert metadata_of(healed, "briefings_duckdb")["swapped in by this run"] is True
    assert copied.home.published.read_bytes() != before


def test_a_run_waits_for_the_writer_before_it_and_says_so(copied: Runner) -> None:
    results: list[Any] = []
    run = threading.Thread(target=lambda: results.append(copied.run(asset_selection=[dg.AssetKey("parsed_pages")])))
    said = f"Another run is writing to {copied.home.root}"
    with writing(copied.home):
        run.start()
        run.join(timeout=5)
        assert run.is_alive()
        assert results == []
    run.join(timeout=60)
    assert results[0].success
    log = [entry.user_message for entry in copied.instance.all_logs(results[0].run_id)]
    assert [message for message in log if said in message], log
