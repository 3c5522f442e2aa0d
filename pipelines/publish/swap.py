"""Publish: the checked build file takes the place of the file published before, by rename."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import duckdb

from pipelines.errors import BriefingsError
from pipelines.files import sync
from pipelines.publish.connection import BUILD_FILE
from pipelines.settings import Home


def publish(home: Home) -> None:
    """Move the build file to ``home.published``. A reader has the old file or the new one, whole; open sessions keep the old one.

    Raises:
        BriefingsError: there is no file of a build that passed its checks, or it cannot be moved. The old file stays.
    """
    built = home.build / BUILD_FILE
    if not is_complete(built):
        raise BriefingsError(f"{built} is no build that passed every check; the file published before stays. Run: briefings refresh")
    try:
        sync(built)
        _keep_earlier_codebook(home, built)
        # DuckDB would replay the journal of someone who wrote to the old file into the new one.
        home.published.with_name(home.published.name + ".wal").unlink(missing_ok=True)
        built.replace(home.published)
        sync(home.root)
    except OSError as error:
        raise BriefingsError(_explain(home, error)) from error


def _keep_earlier_codebook(home: Home, built: Path) -> None:
    """Keep the file published before beside the new one, where its codes come from another codebook (`briefings compare`)."""
    versions = [_codebook_version(path) for path in (home.published, built)]
    if versions[0] is None or versions[0] == versions[1]:
        return
    aside = home.build / home.earlier_codebook.name
    aside.unlink(missing_ok=True)
    try:
        os.link(home.published, aside)
    except OSError:  # a file system without hard links
        shutil.copyfile(home.published, aside)
    aside.replace(home.earlier_codebook)


def _codebook_version(path: Path) -> str | None:
    """Codebook of a published file; None where there is none that can be read."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            row = connection.execute("select codebook_version from core.build_info").fetchone()
    except duckdb.Error:
        return None
    return str(row[0]) if row else None


def is_complete(built: Path) -> bool:
    """Whether a file is a build whose every check has passed, and which was closed: only such a build has ``core.build_info``."""
    if not built.is_file() or built.with_name(built.name + ".wal").exists():
        return False
    try:
        with duckdb.connect(str(built), read_only=True) as connection:
            return bool(connection.execute("select count(*) from core.build_info").fetchone() == (1,))
    except duckdb.Error:
        return False


def _explain(home: Home, error: OSError) -> str:
    what = f"The new file could not be put in place of {home.published} ({error.strerror}); the file published before stays."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{what} Make room on the disk of {home.root} and run: briefings refresh"
    if error.errno == errno.EXDEV:
        return f"{what} {home.build} must lie on the same file system as {home.root}: delete it, it is only scratch space."
    return f"{what} Mend this and run: briefings refresh"
