"""A release: one archive that can be cited, checked and made again, with what became of every id since the release before."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import yaml  # type: ignore[import-untyped]

from pipelines.errors import BriefingsError
from pipelines.files import written_aside
from pipelines.progress import Progress, SilentProgress
from pipelines.publish.connection import literal, reading
from pipelines.publish.exports import tables
from pipelines.publish.exports.aside import writing
from pipelines.publish.exports.datapackage import (
    CHECKSUMS,
    DATAPACKAGE,
    RIGHTS,
    TITLE,
    Column,
    DataFile,
    Edition,
    sha256_of,
    write_checksums,
    write_datapackage,
)
from pipelines.settings import Home

CHANGES = "changes.csv"

_TEXTS = {
    "document": ("documents", "document_id", ("title", "body_text")),
    "exchange": ("exchanges", "exchange_id", ("question_text", "answer_text")),
    "turn": ("turns", "turn_id", ("text",)),
}
"""What an id stands for -> table of core, its key, and the columns whose change is a change of text."""

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip file can hold: an archive does not depend on when it was made."""


@dataclass(frozen=True)
class Release:
    """What a release is made of.

    Attributes:
        version: see ``Edition.version``.
        archive: the zip file.
        checksum: the file beside it with its SHA-256.
        previous: version of the release before; None for the first.
        changes: (kind of id, change) -> number of ids; empty for the first release.
        is_new: False when the archive of this version was there already, whole; then it stays as it is.
    """

    version: str
    archive: Path
    checksum: Path
    previous: str | None
    changes: dict[tuple[str, str], int]
    is_new: bool

    def summary(self) -> str:
        """A sentence on what the release is, for a person."""
        if not self.is_new:
            return f"Release {self.version} was there already, and is whole."
        if self.previous is None:
            return f"Release {self.version}, the first one here."
        changes = ", ".join(f"{n:,} {kind}s {change}" for (kind, change), n in self.changes.items())
        return f"Release {self.version}. Since {self.previous}: {changes or 'no id changed'}."


def release(home: Home, progress: Progress | None = None) -> Release:
    """Write ``releases/briefings-<version>.zip`` below ``home.exports``, and its SHA-256 beside it.

    Its bytes follow from the published file and the release before, with equal versions of the libraries. A release that
    is there is never replaced: it may have been cited.

    Args:
        home: whose published file, and whose earlier releases.
        progress: is told about every table and file.

    Raises:
        BriefingsError: nothing is published, the published file holds no briefing, an earlier release is damaged, or the disk
            is full. No half archive is left.
    """
    progress = progress or SilentProgress()
    folder = home.exports / "releases"
    with reading(home, may_use_files=True) as connection, writing(folder) as aside:
        edition = Edition.of(connection)
        if edition.last_briefing is None:
            raise BriefingsError(f"{home.published} holds no briefing, so there is nothing to release.")
        name = f"briefings-{edition.version}"
        archive, checksum = folder / f"{name}.zip", folder / f"{name}.zip.sha256"
        if archive.exists() and checksum.exists() and checksum.read_text(encoding="utf-8").split()[:1] == [sha256_of(archive)]:
            about = _about(archive)
            return Release(edition.version, archive, checksum, about.get("previous"), _counts(about), is_new=False)
        folder.mkdir(exist_ok=True)
        previous = _release_before(folder, edition)
        tree = aside / name
        tree.mkdir()
        files = []
        for form in ("csv", "parquet"):
            (tree / form).mkdir()
            for file in tables.write(connection, tree / form, form, progress):
                files.append(replace(file, path=f"{form}/{file.path}", name=file.name if form == "csv" else f"{file.name}.parquet"))
        counts = _write_changes(connection, tree / CHANGES, previous, aside)
        files.append(_CHANGES_FILE)
        before = _about(previous)["version"] if previous else None
        more = {"previous": before, "changes": [{"kind": kind, "change": change, "n": n} for (kind, change), n in counts.items()]}
        (tree / "README.md").write_text(_readme(edition, before, counts), encoding="utf-8")
        (tree / "DATA_DICTIONARY.md").write_text(
            "# Data dictionary\nThe Parquet files have the same columns.\n\n"
            + tables.dictionary(file for file in files if file.path.endswith(".csv")),
            encoding="utf-8",
        )
        (tree / "CITATION.cff").write_text(_citation(edition), encoding="utf-8")
        (tree / "versions.json").write_text(json.dumps(edition.versions, indent=1) + "\n", encoding="utf-8")
        write_datapackage(tree, files, edition, more)
        write_checksums(tree)
        with written_aside(archive) as temporary:
            _zip(tree, temporary, progress)
        with written_aside(checksum) as temporary:
            temporary.write_text(f"{sha256_of(archive)}  {archive.name}\n", encoding="utf-8")
        return Release(edition.version, archive, checksum, before, counts, is_new=True)


def _zip(tree: Path, target: Path, progress: Progress) -> None:
    """All files below a folder, by name, without anything of this machine: no times, owners or rights."""
    paths = sorted((path for path in tree.rglob("*") if path.is_file()), key=lambda path: path.relative_to(tree).as_posix())
    progress.stage("Archive", len(paths))
    with zipfile.ZipFile(target, "w") as archive:
        for path in paths:
            entry = zipfile.ZipInfo(path.relative_to(tree.parent).as_posix(), _ZIP_TIME)
            entry.create_system, entry.external_attr, entry.file_size = 3, 0o100644 << 16, path.stat().st_size
            # Parquet is compressed already.
            entry.compress_type = zipfile.ZIP_STORED if path.suffix == ".parquet" else zipfile.ZIP_DEFLATED
            with path.open("rb") as source, archive.open(entry, "w") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
            progress.advance()


# --- the release before ------------------------------------------------------------------------------------------------


def _about(archive: Path) -> dict[str, Any]:
    """The datapackage of a release.

    Raises:
        BriefingsError: the archive is damaged, or no release.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            content = json.loads(opened.read(f"{archive.stem}/{DATAPACKAGE}"))
        if isinstance(content, dict) and content.get("version") == archive.stem.removeprefix("briefings-"):
            return content
    except (zipfile.BadZipFile, KeyError, ValueError):
        pass
    raise BriefingsError(f"{archive} is damaged, or no release. Move it away and run the command again.")


def _release_before(folder: Path, edition: Edition) -> Path | None:
    """The end of the line of releases: each names the one before it, so that neither names nor times of files decide.

    Releases that came after this version, when it is made again, are left out.
    """
    versions = {path.stem.removeprefix("briefings-"): path for path in folder.glob("briefings-*.zip")}
    versions.pop(edition.version, None)  # may be damaged: it is about to be made again
    before: dict[str, str | None] = {version: _about(path).get("previous") for version, path in versions.items()}

    def line(version: str | None) -> Iterator[str]:
        seen: set[str] = set()
        while version is not None and version not in seen:
            seen.add(version)
            yield version
            version = before.get(version)

    earlier = {version for version in before if edition.version not in set(line(version))}
    ends = earlier - {before[version] for version in earlier}
    return folder / f"briefings-{max(ends)}.zip" if ends else None


def _write_changes(connection: duckdb.DuckDBPyConnection, path: Path, previous: Path | None, scratch: Path) -> dict[tuple[str, str], int]:
    """Which ids came, went or changed their text since the release before; without one an empty table."""
    parts = []
    for kind, (table, key, texts) in _TEXTS.items():
        if previous is None:
            continue
        old = scratch / f"previous_{table}.parquet"
        with (
            zipfile.ZipFile(previous) as archive,
            archive.open(f"{previous.stem}/parquet/core/{table}.parquet") as source,
            old.open("wb") as sink,
        ):
            shutil.copyfileobj(source, sink, 1 << 20)
        ours, theirs = (", ".join(f"{side}.{name}" for name in texts) for side in ("ours", "theirs"))
        parts.append(
            f"select {literal(kind)} as kind, coalesce(ours.{key}, theirs.{key}) as id,"
            f" coalesce(ours.document_id, theirs.document_id) as document_id,"
            f" case when theirs.{key} is null then 'came' when ours.{key} is null then 'went' else 'changed' end as change"
            f" from core.{table} as ours full join read_parquet({literal(str(old))}) as theirs on ours.{key} = theirs.{key}"
            f" where ours.{key} is null or theirs.{key} is null or row({ours}) is distinct from row({theirs})"
        )
    parts = parts or [
        "select null::varchar as kind, null::varchar as id, null::varchar as document_id, null::varchar as change where false"
    ]
    connection.execute(f"create or replace temporary table changes as {' union all '.join(parts)}")
    tables.copy(connection, "from temp.changes order by kind, change, document_id, id", path, "format csv, header, nullstr ''")
    rows = connection.execute("select kind, change, count(*) from temp.changes group by all order by all").fetchall()
    return {(kind, change): n for kind, change, n in rows}


def _counts(about: dict[str, Any]) -> dict[tuple[str, str], int]:
    return {(row["kind"], row["change"]): row["n"] for row in about.get("changes", [])}


_CHANGES_FILE = DataFile(
    path=CHANGES,
    name="changes",
    description="One row per id of a document, exchange or turn that came, went or changed its text since the release before; empty in the first release.",
    columns=(
        Column("kind", "VARCHAR", "document, exchange or turn."),
        Column("id", "VARCHAR", "Its id, as in core.documents, core.exchanges or core.turns."),
        Column("document_id", "VARCHAR", "Document that holds it, or held it."),
        Column(
            "change", "VARCHAR", "came: was not in the release before. went: is not in this one. changed: its title or text is another."
        ),
    ),
    primary_key=("kind", "id"),
)


# --- what stands beside the tables -------------------------------------------------------------------------------------


def _citation(edition: Edition) -> str:
    """A ``CITATION.cff`` (Citation File Format 1.2.0)."""
    content = {
        "cff-version": "1.2.0",
        "message": "If you use these data, cite the release, and the page of every text that you quote.",
        "type": "dataset",
        "title": TITLE,
        "abstract": "Briefings of foreign ministries in turns and exchanges, with response patterns, accusations and mentions, each with its quote.",
        "authors": [{"name": "The Briefings project"}],
        "version": edition.version,
        # The day of the latest briefing: an archive does not depend on when it was made.
        "date-released": edition.last_briefing,
        "license": "Apache-2.0",
        "keywords": ["foreign policy", "press conferences", "spokespersons", "discourse"],
        "references": [
            {"type": "website", "title": source["title"], "authors": [{"name": source["title"]}]}
            | ({"url": source["path"]} if "path" in source else {})
            for source in edition.sources
        ],
    }
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000))


def _readme(edition: Edition, before: str | None, counts: dict[tuple[str, str], int]) -> str:
    if before is None:
        changes = "This is the first release: no earlier one lay in the folder of releases when it was made, so `changes.csv` is empty.\n"
    else:
        lines = [
            f"| {kind} | " + " | ".join(f"{counts.get((kind, change), 0):,}" for change in ("came", "went", "changed")) + " |"
            for kind in _TEXTS
        ]
        changes = "\n".join(
            [
                f"Since release {before}; `{CHANGES}` lists every id.",
                "",
                "| ids of | came | went | changed text |",
                "|---|---|---|---|",
                *lines,
                "",
            ]
        )
    return f"""\
# {TITLE}
Release {edition.version}: briefings up to {edition.last_briefing}. Written by `briefings export --release`; all files come from one
published file. Equal data give equal bytes, whenever the archive is made.

| file | holds |
|---|---|
| `parquet/`, `csv/` | the same tables twice: core (the record), marts (counts), vocabulary |
| `DATA_DICTIONARY.md` | what every table and column holds |
| `{CHANGES}` | ids that came, went or changed their text since the release before |
| `CITATION.cff` | how to cite this release |
| `versions.json` | versions of parser, codebook and vocabularies |
| `{DATAPACKAGE}`, `{CHECKSUMS}` | for programs: schema of every file, and its SHA-256 |

## Changes
{changes}
## CSV
{tables.CSV_NOTES}{edition.markdown()}
{_REDISTRIBUTION}"""


_REDISTRIBUTION = f"""\
You may pass on and change what the project made, under its licence. {RIGHTS.split(". ")[0]}. Quote them with
their source: every document has its `url`, its SHA-256 and the time at which it was fetched. Take a text out of what you publish when its
publisher's terms ask for it; the ids, offsets and codes stay of use without it.
"""
