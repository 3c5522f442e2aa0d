"""Where an export is made before it is moved into place, and what is said when that fails."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock

from pipelines.errors import BriefingsError
from pipelines.publish.connection import first_lines

_ROOM = " Make room on its disk."


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """An empty folder beside the target, which is gone at the end; one export at a time.

    Raises:
        BriefingsError: in place of an error of the disk or of DuckDB. What stood at the target is as it was, but for files
            that were moved there whole.
    """
    aside = target.parent / f".{target.name}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.parent / ".lock"):
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir()
            try:
                yield aside
            finally:
                shutil.rmtree(aside, ignore_errors=True)
    except duckdb.IOException as error:
        room = _ROOM if "No space left" in str(error) else ""
        raise BriefingsError(f"The export to {target} failed ({first_lines(error, 1)}); an earlier one stays as it was.{room}") from None
    except OSError as error:
        room = _ROOM if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise BriefingsError(f"The export to {target} failed ({error.strerror}); run it again when that is mended.{room}") from None
