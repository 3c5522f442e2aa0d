"""The vocabularies of ``dbt/seeds/*.csv``, read once. dbt loads the same files, so that a value has one definition."""

from __future__ import annotations

import hashlib
from functools import cache

import polars as pl

from pipelines.settings import SEEDS


@cache
def vocabulary(name: str) -> pl.DataFrame:
    """The seed ``dbt/seeds/<name>.csv`` as a frame of strings; an empty cell is null.

    Raises:
        FileNotFoundError: there is no such seed.
    """
    return pl.read_csv(SEEDS / f"{name}.csv", infer_schema=False)


@cache
def vocabulary_version() -> str:
    """A short hash over every seed file: it changes when any vocabulary row changes."""
    digest = hashlib.sha256()
    for path in sorted(SEEDS.glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
