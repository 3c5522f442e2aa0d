"""Files that a reader, and the next run after a kill, finds whole: written aside, forced to disk, renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_aside(path: Path, *, keep_if_equal: bool = False) -> Iterator[Path]:
    """Give a path to write to; at the end the file there takes the place of ``path``.

    The name is the same every time, as there is one writer at a time: what a kill leaves is overwritten by the next.

    Args:
        path: the file to make or replace.
        keep_if_equal: leave ``path`` untouched when it holds the same bytes already.

    Raises:
        OSError: the disk is full, or the folder is missing or cannot be written; ``path`` is then as it was.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        yield temporary
        if keep_if_equal and _is_equal(temporary, path):
            return
        sync(temporary)
        temporary.replace(path)
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Force a file's bytes, or a folder's names, to disk: they survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_equal(one: Path, other: Path) -> bool:
    return other.exists() and one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
