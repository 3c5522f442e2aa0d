"""Build aside: dbt makes a new DuckDB file from the lake and checks it, in this process and away from the published file."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from filelock import FileLock

from pipelines.errors import BriefingsError
from pipelines.publish.connection import BUILD_FILE, MEMORY_LIMIT, THREADS, identifier, literal
from pipelines.publish.fingerprint import project_fingerprint
from pipelines.publish.search_index import write_index
from pipelines.settings import DBT_PROJECT, Home

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

BUILD_INFO = {
    "input_fingerprint": "SHA-256 over the lake's tables and the dbt project that this file was made of.",
    "parser_version": "Version of the parser: number, plus a hash over its code and vocabularies.",
    "codebook_version": "Version of the codebook: number, plus a hash over its code and vocabularies.",
    "vocabulary_version": "Hash over all vocabularies.",
}
BUILD_INFO_DESCRIPTION = "One row: what this file was made of. Written last, when every check has passed."

ROOM_BYTES = 8 * 2**20
"""A build that fails with less than this left failed for want of room: the smallest file of all tables has 11 MB."""

_RUN = threading.RLock()
"""dbt keeps its connection, its environment and its working folder process-wide."""


@dataclass(frozen=True)
class NodeResult:
    """What became of a model, seed or test.

    Attributes:
        unique_id: dbt's id, e.g. ``model.briefings.stg_turns``.
        resource_type: model, seed or test.
        status: success, error, fail, warn, skipped or pass.
        message: dbt's message; None when it has none.
        n_failures: rows that a test found; None for models and seeds and for a test that did not run.
        n_rows: rows of a table; None for views and tests and for what was not made.
    """

    unique_id: str
    name: str
    resource_type: str
    status: str
    message: str | None
    n_failures: int | None
    n_rows: int | None
    seconds: float


@dataclass(frozen=True)
class BuildResult:
    """What a build did. ``log`` says in a line each what failed, then what checks warn of; the SQL that ran is in ``.build/dbt``."""

    success: bool
    nodes: list[NodeResult] = field(default_factory=list)
    seconds: float = 0.0
    log: str = ""


def build_warehouse(home: Home, facts: Mapping[str, str], project: Path = DBT_PROJECT) -> BuildResult:
    """Make ``.build/briefings.duckdb`` from the lake and run every check on it. The published file is not touched.

    Callable from any thread; a second call in the same process waits for the first. While it runs the process's working
    folder is the project's, because dbt changes it.

    Args:
        home: whose lake.
        facts: what goes into ``core.build_info``, column -> value, when every check has passed.
        project: the dbt project.

    Returns:
        What became of every node. A failed check or a fault in the project's SQL is a result, not an error.

    Raises:
        BriefingsError: dbt cannot build in a folder of this name.
        OSError: the build folder cannot be written.
    """
    started = time.perf_counter()
    home, project = Home(home.root.resolve()), project.resolve()  # dbt works in a folder of its own
    if set("?#") & set(str(home.root)):
        raise BriefingsError(f"{home.root}: dbt reads ? and # in a path as parts of an address. Name the folder otherwise.")
    built, folder = home.build / BUILD_FILE, home.build / "dbt"
    with _RUN:
        _clear(built)
        folder.mkdir(parents=True, exist_ok=True)
        outcome = run_dbt(
            ["build", "--exclude-resource-type", "unit_test", "--no-write-json"], project, folder, dbt_environment(home, built)
        )
        found, success, counts = _nodes(outcome), outcome.success, {}
        fault = one_line(outcome.exception) if outcome.exception is not None else ""
        try:
            counts = _finish(built, [relation for _, relation in found if relation], facts if success else None)
        except duckdb.Error as error:
            success, fault = False, fault or one_line(error)
    nodes = [replace(node, n_rows=counts.get(relation or "")) for node, relation in found]
    if not success and shutil.disk_usage(home.build).free < ROOM_BYTES:
        # DuckDB says this to the connection that runs into it; dbt opens another one and reports what that one finds.
        fault = f"No space left on the disk of {home.root}. Make room and run: briefings refresh"
    lines = [line for node in sorted(nodes, key=lambda node: node.status == "warn") if (line := _explain(node))]
    return BuildResult(success, nodes, time.perf_counter() - started, "\n".join([*lines, fault] if fault else lines))


def ensure_manifest(project_dir: Path, target_dir: Path) -> Path:
    """The project's ``manifest.json``, made in this process, and only when a file of the project has changed since.

    Args:
        project_dir: the dbt project.
        target_dir: folder for the manifest; made when missing. Not one that a build uses.

    Raises:
        RuntimeError: dbt cannot read the project; with its message.
        OSError: the folder cannot be written.
    """
    project_dir, target_dir = project_dir.resolve(), target_dir.resolve()
    manifest, stamp = target_dir / "target" / "manifest.json", target_dir / "project.sha256"
    fingerprint = project_fingerprint(project_dir)
    target_dir.mkdir(parents=True, exist_ok=True)
    with FileLock(target_dir / ".lock"):  # Dagster starts several processes that ask for it at once
        if not manifest.exists() or not stamp.exists() or stamp.read_text() != fingerprint:
            stamp.unlink(missing_ok=True)
            outcome = run_dbt(["parse"], project_dir, target_dir, {})
            if not outcome.success:
                raise RuntimeError(f"dbt cannot read {project_dir}: {outcome.exception}")
            stamp.write_text(fingerprint)
    return manifest


def _explain(node: NodeResult) -> str | None:
    """A line about a node that broke, failed or warns; None about others, also about what was skipped because of those."""
    if node.resource_type == "test" and node.status in ("fail", "warn"):
        return f"Check {node.name} {'failed' if node.status == 'fail' else 'warns'}: {node.n_failures or 0:,} rows."
    return f"{node.resource_type.capitalize()} {node.name} broke: {one_line(node.message or '')}" if node.status == "error" else None


def one_line(message: object) -> str:
    """A message of dbt without its line breaks."""
    return " ".join(str(message).split())


def _clear(built: Path) -> None:
    """Remove what an interrupted build left."""
    built.unlink(missing_ok=True)
    built.with_name(built.name + ".wal").unlink(missing_ok=True)
    shutil.rmtree(built.with_name(built.name + ".tmp"), ignore_errors=True)


def dbt_environment(home: Home, built: Path) -> dict[str, str]:
    """What the dbt project asks for: where the lake lies, and which file it builds."""
    # The lake's folder becomes part of a glob in a SQL string that dbt-duckdb formats with str.format.
    lake = str(home.lake)
    for character, escaped in (("[", "[[]"), ("*", "[*]"), ("'", "''"), ("{", "{{"), ("}", "}}")):
        lake = lake.replace(character, escaped)
    return {
        "BRIEFINGS_LAKE": lake,
        "BRIEFINGS_BUILD_FILE": str(built),
        "BRIEFINGS_DBT_THREADS": str(THREADS),
        "BRIEFINGS_MEMORY_LIMIT": MEMORY_LIMIT,
    }


def run_dbt(command: list[str], project: Path, folder: Path, environment: dict[str, str]) -> dbtRunnerResult:
    """Run a dbt command in this process: nothing on the terminal, everything that it writes below ``folder``."""
    with _RUN, _environ(environment):
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        arguments = [
            # No log file: dbt never closes it, and on a full disk Python would print a traceback for each of its lines.
            # The folder for it is made all the same.
            "--log-level", "none", "--log-level-file", "none", "--no-print", "--no-send-anonymous-usage-stats", "--no-version-check",
            *command,
            "--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(folder / "target"),
            "--log-path", str(folder / "logs"),
        ]  # fmt: skip
        outcome = dbtRunner().invoke(arguments)
        # dbt-duckdb keeps the file open for the next command; then nobody else could open it.
        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        if outcome.exception is not None and not isinstance(outcome.exception, Exception):
            raise outcome.exception  # Ctrl-C
        return outcome


@contextmanager
def _environ(ours: Mapping[str, str]) -> Iterator[None]:
    """The environment with our variables and without a user's own settings for dbt (DBT_TARGET, DBT_STATE, …)."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("DBT_"):
            del os.environ[name]
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)


def _nodes(outcome: dbtRunnerResult) -> list[tuple[NodeResult, str | None]]:
    """Results of a build, each with the name of its relation."""
    found = []
    for result in getattr(outcome.result, "results", None) or []:
        node: Any = result.node
        if str(node.resource_type) not in ("model", "seed", "test"):
            continue
        row = NodeResult(
            unique_id=node.unique_id,
            name=node.name,
            resource_type=str(node.resource_type),
            status=str(result.status),
            message=result.message,
            n_failures=result.failures,
            n_rows=None,
            seconds=result.execution_time,
        )
        found.append((row, node.relation_name if row.status == "success" else None))
    return found


def _finish(built: Path, relations: list[str], facts: Mapping[str, str] | None) -> dict[str, int]:
    """Count the rows of the tables; of a build that is in order, given the facts, index the words and write the facts last."""
    if not built.exists():
        return {}
    with duckdb.connect(str(built), config={"memory_limit": MEMORY_LIMIT, "threads": THREADS}) as connection:
        tables = {row[0] for row in connection.execute("select concat_ws('.', schema_name, table_name) from duckdb_tables()").fetchall()}
        counts = {}
        for relation in relations:
            if ".".join(relation.replace('"', "").split(".")[1:]) in tables:
                row = connection.execute(f"select count(*) from {relation}").fetchone()
                counts[relation] = int(row[0]) if row else 0
        if facts is not None:
            if {"core.exchanges", "core.turns"} <= tables:
                write_index(connection)
            columns = ", ".join(f"{literal(value)} as {identifier(name)}" for name, value in facts.items())
            connection.execute("create schema if not exists core")
            connection.execute(f"create or replace table core.build_info as select {columns}")
            connection.execute(f"comment on table core.build_info is {literal(BUILD_INFO_DESCRIPTION)}")
            for name in facts:
                if name in BUILD_INFO:
                    connection.execute(f"comment on column core.build_info.{identifier(name)} is {literal(BUILD_INFO[name])}")
            connection.execute("checkpoint")  # closing would do it, but on a full disk closing fails without a word
    return counts
