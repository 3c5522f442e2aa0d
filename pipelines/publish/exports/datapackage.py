"""What a machine needs to load and check exported files: ``datapackage.json`` (Data Package 1 and 2) and ``CHECKSUMS``."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import BriefingsError

DATAPACKAGE, CHECKSUMS = "datapackage.json", "CHECKSUMS"

TITLE = "Briefings: what foreign-ministry spokespersons say"

RIGHTS = (
    "The texts belong to those who published them (see sources); their terms hold for passing them on. The codes, ids, counts,"
    " vocabularies and descriptions are the project's own, under the Apache License 2.0."
)

_TYPES = {
    "BIGINT": "integer",
    "INTEGER": "integer",
    "HUGEINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "VARCHAR": "string",
}
"""DuckDB's type -> type of a Table Schema field. Others become ``any``."""


@dataclass(frozen=True)
class Column:
    """A column of an exported file; ``kind`` is DuckDB's type."""

    name: str
    kind: str
    description: str

    @property
    def is_nested(self) -> bool:
        """Whether cells are lists or structures, which CSV has as JSON."""
        return self.kind.endswith("]") or self.kind.startswith(("STRUCT", "MAP"))

    def field(self) -> dict[str, Any]:
        """The column as a field of a Table Schema."""
        nested = "array" if self.kind.endswith("]") else "object"
        kind = nested if self.is_nested else _TYPES.get(self.kind, "any")
        shape = {"format": "%Y-%m-%d %H:%M:%S"} if kind == "datetime" else {}
        return {"name": self.name, "type": kind, **shape, "description": self.description}


@dataclass(frozen=True)
class DataFile:
    """An exported table: its file, relative to the datapackage, and what it holds."""

    path: str
    name: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    unique_key: tuple[str, ...] = ()
    missing: str = ""

    def resource(self, folder: Path) -> dict[str, Any]:
        """The file as a resource of a datapackage; reads it for its hash."""
        form = self.path.rsplit(".", 1)[-1]
        about: dict[str, Any] = {"name": self.name, "path": self.path, "description": self.description}
        if form == "csv":
            # `profile` is read by version 1 of the standard, `type` by version 2.
            about |= {"type": "table", "profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
        else:
            # As a table, `frictionless validate` compares the size of a Parquet file with one that it does not count.
            about |= {"type": "file", "format": form, "mediatype": "application/vnd.apache.parquet"}
        about |= {"bytes": (folder / self.path).stat().st_size, "hash": f"sha256:{sha256_of(folder / self.path)}"}
        schema: dict[str, Any] = {"fields": [column.field() for column in self.columns]}
        if form == "csv":
            schema["missingValues"] = [self.missing]
        if self.primary_key:
            schema["primaryKey"] = list(self.primary_key)
        if self.unique_key:  # may hold nulls, which a primary key may not
            schema["uniqueKeys"] = [list(self.unique_key)]
        return about | {"schema": schema}


@dataclass(frozen=True)
class Edition:
    """Which published file an export comes from.

    Attributes:
        last_briefing: day of the latest briefing; None when there is none.
        versions: what ``core.build_info`` holds, and DuckDB's version.
        sources: who published the texts: ``title`` and ``path`` each.
    """

    last_briefing: date | None
    versions: dict[str, str]
    sources: tuple[dict[str, str], ...]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> Edition:
        """Read it from the published file."""
        result = connection.execute("from core.build_info")
        names = [column[0] for column in result.description]
        row = result.fetchone()
        if row is None:
            raise BriefingsError("The published file does not say what it was made of. Run: briefings refresh --full")
        latest = connection.execute("select max(briefing_date) from core.documents").fetchone()
        is_named = connection.execute(
            "select count(*) > 0 from duckdb_tables() where schema_name = 'vocabulary' and table_name = 'sources'"
        ).fetchone() == (True,)
        named = "left join vocabulary.sources using (source_id)" if is_named else "left join (select null as name, null as hosts) on true"
        sources = connection.execute(
            f"select source_id, any_value(name), any_value(hosts) from core.documents {named} group by source_id order by source_id"
        ).fetchall()
        return cls(
            last_briefing=latest[0] if latest else None,
            versions={name: str(value) for name, value in zip(names, row, strict=True)} | {"duckdb": duckdb.__version__},
            sources=tuple(
                {"title": name or source} | ({"path": f"https://{hosts.split('|')[0]}"} if hosts else {}) for source, name, hosts in sources
            ),
        )

    @property
    def version(self) -> str:
        """Day of the latest briefing and the first 8 characters of the input's fingerprint: equal for equal data."""
        fingerprint = re.sub(r"[^0-9a-z]", "", self.versions["input_fingerprint"].lower())[:8]
        return f"{self.last_briefing or 'empty'}-{fingerprint}"

    def markdown(self) -> str:
        """Version, versions, rights and sources as the end of a README."""
        lines = [f"| {name} | `{value}` |" for name, value in self.versions.items()]
        sources = [f"- {source['title']}" + (f", {source['path']}" if "path" in source else "") for source in self.sources]
        return "\n".join(
            [
                "",
                f"## Version {self.version}",
                f"`{CHECKSUMS}` holds the SHA-256 of every file: `sha256sum --check {CHECKSUMS}`. `{DATAPACKAGE}` describes them to programs.",
                "",
                "| made with | version |",
                "|---|---|",
                *lines,
                "",
                "## Rights",
                RIGHTS,
                "",
                *sources,
                "",
            ]
        )


def write_datapackage(folder: Path, files: Iterable[DataFile], edition: Edition, more: dict[str, Any] | None = None) -> None:
    """Write ``datapackage.json`` for files that are in the folder already.

    Args:
        folder: where the files are.
        files: what is described; their bytes are read for the hashes.
        edition: where they come from.
        more: further properties of the package.
    """
    content = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "profile": "data-package",
        "name": "briefings",
        "title": TITLE,
        "description": f"Briefings to {edition.last_briefing}, in turns, exchanges and codes with their quotes. {RIGHTS}",
        "version": edition.version,
        "versions": edition.versions,
        "licenses": [
            {
                "name": "Apache-2.0",
                "title": "Apache License 2.0, for all but the texts, which belong to those who published them",
                "path": "https://www.apache.org/licenses/LICENSE-2.0",
            }
        ],
        "sources": list(edition.sources),
        **(more or {}),
        "resources": [file.resource(folder) for file in files],
    }
    (folder / DATAPACKAGE).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_checksums(folder: Path) -> None:
    """Write ``CHECKSUMS`` over all files below the folder, by name, as ``sha256sum`` reads it."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    (folder / CHECKSUMS).write_text("".join(f"{sha256_of(folder / name)}  {name}\n" for name in names), encoding="utf-8")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
