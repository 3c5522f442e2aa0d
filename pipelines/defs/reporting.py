"""How stages speak to Dagster: progress as log lines, our errors as failures, frames and contracts as metadata."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import dataframely as dy
import polars as pl

from pipelines.errors import BriefingsError

Event = dg.MaterializeResult[Any] | dg.AssetCheckResult
"""What a step of the flow tells: a table was made, or a check was made on one."""

LOG_EVERY_SECONDS = 10.0


class LogProgress:
    """A ``Progress`` that writes into a run's log: a line a stage, then one every ten seconds."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._name, self._total, self._done, self._said_at = "", 0, 0, 0.0

    def stage(self, name: str, total: int | None) -> None:
        """Say that the stage begins."""
        self._name, self._total, self._done, self._said_at = name, total or 0, 0, time.monotonic()
        self._log.info(f"{name}: {total:,} to do" if total is not None else f"{name} …")

    def advance(self, n: int = 1) -> None:
        """Say how far it is, now and then."""
        self._done += n
        if time.monotonic() - self._said_at >= LOG_EVERY_SECONDS:
            self._said_at = time.monotonic()
            self._log.info(f"{self._name}: {self._done:,} of {self._total:,} done")

    def note(self, message: str) -> None:
        """Pass on what a person should read."""
        self._log.warning(message)


@contextmanager
def failures_explained() -> Iterator[None]:
    """Turn our own errors into a failed step with their message, which says what to do, instead of a traceback."""
    try:
        yield
    except BriefingsError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error


def contract_columns(contract: type[dy.Schema]) -> dg.TableSchema:
    """Columns of a contract as Dagster shows them: type, description, and what every value must keep."""
    keys = contract.primary_key()
    columns = []
    for name, column in contract.columns().items():
        other = ["part of the key"] if name in keys and len(keys) > 1 else []
        columns.append(
            dg.TableColumn(
                name,
                type=_type_name(column.dtype),
                description=column.description,
                constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=keys == [name], other=other),
            )
        )
    return dg.TableSchema(columns)


def frame_columns(schema: pl.Schema, descriptions: Mapping[str, str | None]) -> dg.TableSchema:
    """Columns of a frame without a contract; descriptions by name, where there are any."""
    return dg.TableSchema(
        [dg.TableColumn(name, type=_type_name(kind), description=descriptions.get(name)) for name, kind in schema.items()]
    )


def _type_name(kind: pl.DataType) -> str:
    """As polars names it, without what is the same for all times in the tables."""
    return str(kind).replace("Datetime(time_unit='us', time_zone=None)", "Datetime")


def size_on_disk(paths: Iterator[Path]) -> str:
    """Size of files as people write it."""
    size_bytes = sum(path.stat().st_size for path in paths)
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes >= 1e5 else f"{size_bytes / 1e3:,.1f} kB"
