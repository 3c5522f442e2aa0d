"""What the published file was made of, so that a refresh without news builds nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pipelines.settings import DBT_PROJECT, Home

_PROJECT_SUFFIXES = {".sql", ".yml", ".csv", ".md"}


def input_fingerprint(home: Home, project: Path = DBT_PROJECT) -> str:
    """SHA-256 over names and bytes of the lake's tables and of the dbt project with its seeds.

    The lake's files are equal byte for byte for equal rows, so their times do not matter. Folders of the lake that begin
    with an underscore are no tables. Reads at about 1 GB/s.

    Raises:
        OSError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for root, files in ((home.lake, _lake_files(home.lake)), (project, _project_files(project))):
        for path in files:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"{path.relative_to(root).as_posix()}\0{content}\n".encode())
        digest.update(b"\n")
    return digest.hexdigest()


def published_fingerprint(home: Home) -> str | None:
    """Fingerprint of the input that the published file was made of; None when there is no such file, or it is no file of ours."""
    if not home.published.is_file():
        return None
    import duckdb

    from pipelines.errors import BriefingsError
    from pipelines.publish.connection import reading

    try:
        with reading(home) as connection:
            row = connection.execute("select input_fingerprint from core.build_info").fetchone()
    except (duckdb.Error, BriefingsError):
        return None
    return str(row[0]) if row else None


def project_fingerprint(project: Path) -> str:
    """SHA-256 over names and bytes of a dbt project's files."""
    digest = hashlib.sha256()
    for path in _project_files(project):
        digest.update(path.relative_to(project).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _lake_files(lake: Path) -> Iterator[Path]:
    return (path for path in sorted(lake.glob("[!_.]*/[!.]*.parquet")))


def _project_files(project: Path) -> list[Path]:
    """What dbt reads; not what it writes (target, logs) when someone runs it in the folder."""
    tops = (path for path in project.iterdir() if path.name not in {"target", "logs", "dbt_packages"} and not path.name.startswith("."))
    files = [file for top in tops for file in ([top] if top.is_file() else top.rglob("*"))]
    return sorted(file for file in files if file.suffix in _PROJECT_SUFFIXES and file.is_file())
