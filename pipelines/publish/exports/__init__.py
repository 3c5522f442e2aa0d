"""The published tables as files that others can load, check and cite."""

from __future__ import annotations

from pathlib import Path

from pipelines.progress import Progress, SilentProgress
from pipelines.publish.connection import reading
from pipelines.publish.exports import cmfa, tables
from pipelines.publish.exports.aside import writing
from pipelines.publish.exports.datapackage import CHECKSUMS, DATAPACKAGE, Edition, write_checksums, write_datapackage
from pipelines.publish.exports.release import Release, release
from pipelines.settings import Home

__all__ = ["FORMS", "Release", "export", "release"]

FORMS = ("parquet", "csv", "cmfa")


def export(home: Home, form: str, progress: Progress | None = None) -> list[Path]:
    """Write the published tables below ``home.exports``, each file whole or not at all.

    All files of an export come from one published file, even when a refresh publishes another meanwhile.

    Args:
        home: whose published file.
        form: ``parquet`` or ``csv``: all tables of core, marts and vocabulary, a file each; ``cmfa``: one CSV file with
            exactly the columns of the CMFA PressCon corpus, and one with the ids of its rows.
        progress: is told about every table.

    Returns:
        The files; with them a README that says what they hold, ``datapackage.json`` and ``CHECKSUMS``.

    Raises:
        BriefingsError: nothing is published, or the disk is full; an earlier export stays as it was.
        ValueError: there is no such form.
    """
    if form not in FORMS:
        raise ValueError(f"no form of export: {form}")
    target = home.exports / form
    with reading(home, may_use_files=True) as connection, writing(target) as aside:
        edition = Edition.of(connection)
        if form == "cmfa":
            files = cmfa.write(connection, aside)
            readme = cmfa.readme(files)
        else:
            files = tables.write(connection, aside, form, progress or SilentProgress())
            readme = tables.readme(files, form)
        (aside / "README.md").write_text(readme + edition.markdown(), encoding="utf-8")
        write_datapackage(aside, files, edition)
        write_checksums(aside)
        names = [*(file.path for file in files), "README.md", DATAPACKAGE, CHECKSUMS]
        return _move(aside, target, names)


def _move(aside: Path, target: Path, names: list[str]) -> list[Path]:
    """Put finished files in place, and take tables away that an earlier export had and this one has not."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (aside / name).replace(target / name)
    for path in target.glob(f"*/*.{target.name}"):
        if path.relative_to(target).as_posix() not in names:
            path.unlink()
    return [target / name for name in names]
