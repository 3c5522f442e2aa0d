"""Frames as text: rich tables for people; CSV, JSON and Parquet for other programs, cells in full."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import BriefingsError
from pipelines.files import written_aside

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console
    from rich.table import Table

CELL_CHARACTERS = 160
"""A table shows this much of a cell; the other formats have it all."""

TERMINAL_ROWS = 200
"""A terminal shows this many rows of a result; a pipe or a file gets all."""

_NO_LIMIT = 10_000
"""Characters a line: wide enough that rich breaks none."""

_CONTROL = dict.fromkeys((*range(9), *range(11, 13), *range(14, 32), 127), "�") | {9: " ", 10: " ", 13: " "}


class Format(StrEnum):
    """How a result is written."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def format_of(chosen: Format | None, output: Path | None) -> Format:
    """The chosen format, else what the name of the output file says, else a table."""
    if chosen is None and output is not None and (suffix := output.suffix.lower().removeprefix(".")) in Format.__members__:
        return Format(suffix)
    return chosen or Format.table


def console() -> Console:
    """Standard output. Into a pipe, lines are as long as they need to be."""
    from rich.console import Console

    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=_NO_LIMIT)


def write_frame(frame: pl.DataFrame, chosen: Format | None, output: Path | None, title: str | None = None) -> None:
    """Write a result to a file, or to standard output.

    Raises:
        OSError: the file cannot be written; nothing half-written is left.
        BriefingsError: Parquet was to go to a terminal.
    """
    form = format_of(chosen, output)
    if output is None:
        if form is Format.table:
            print_frame(frame, title)
        elif form is Format.parquet and sys.stdout.isatty():
            raise BriefingsError("Parquet is not for a terminal: give --output FILE.parquet, or send it into a pipe.")
        else:
            sys.stdout.buffer.write(_encoded(frame, form))
            sys.stdout.flush()
        return
    if not output.parent.is_dir():
        raise BriefingsError(f"{output.parent} is no folder: {output} cannot be written.")
    with written_aside(output) as temporary:
        temporary.write_bytes(_encoded(frame, form))
    say(f"{frame.height:,} rows written to {output}")


def print_frame(frame: pl.DataFrame, title: str | None = None, caption: str | None = None) -> None:
    """A rich table; long cells and, on a terminal, long results are cut and it says so."""
    out = console()
    shown = frame.head(TERMINAL_ROWS) if out.is_terminal else frame
    _print_titled(out, _frame_table(shown), title, caption)
    if frame.height > shown.height:
        say(f"{shown.height} of {frame.height:,} rows; --format csv or --output FILE gives all.")


def print_counts(title: str, rows: Mapping[str, object] | Sequence[tuple[str, object]]) -> None:
    """A small table of names and figures."""
    pairs = rows.items() if isinstance(rows, Mapping) else rows
    _print_titled(console(), _table([("", False), ("", True)], pairs), title)


def say(message: str, style: str | None = None) -> None:
    """One line on standard error, never broken and never read as markup."""
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True).print(Text(message.translate(_CONTROL), style=style or ""), soft_wrap=True, highlight=False)


def _print_titled(out: Console, table: Table, title: str | None, caption: str | None = None) -> None:
    """A table between its title and caption, which rich itself would break at the width of the table."""
    from rich.text import Text

    if title:
        out.print(Text(title.translate(_CONTROL), style="bold"))
    out.print(table)
    if caption:
        out.print(Text(caption.translate(_CONTROL), style="dim"))


def _frame_table(frame: pl.DataFrame) -> Table:
    return _table([(name, kind.is_numeric()) for name, kind in frame.schema.items()], frame.iter_rows())


def _table(columns: Sequence[tuple[str, bool]], rows: Iterable[Iterable[object]]) -> Table:
    """A rich table of columns (name, is it a number); without any name it has no header."""
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=any(name for name, _ in columns))
    for name, is_number in columns:
        table.add_column(Text(name.translate(_CONTROL)), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value), style="dim" if value is None else "") for value in row))
    return table


def _cell(value: object) -> str:
    """A value as one line without control characters: a page must not be able to send commands to the terminal."""
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return _figure(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    text = json.dumps(_plain(value), ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)
    return (text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…").translate(_CONTROL)


def _figure(value: float) -> str:
    if not math.isfinite(value) or 0 < abs(value) < 0.0001:
        return f"{value:.3g}"
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _encoded(frame: pl.DataFrame, form: Format) -> bytes:
    if form is Format.json:
        lines = (json.dumps(_plain(row), ensure_ascii=False) for row in frame.iter_rows(named=True))
        return ("[\n" + ",\n".join(lines) + "\n]\n").encode()
    if form is Format.csv:
        return _flat(frame).write_csv(datetime_format="%Y-%m-%dT%H:%M:%S%.f").encode()
    if form is Format.parquet:
        held = BytesIO()
        frame.write_parquet(held)
        return held.getvalue()
    from rich.console import Console

    text = StringIO()
    Console(file=text, width=_NO_LIMIT, highlight=False).print(_frame_table(frame))
    return text.getvalue().encode()


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists and structures as JSON text, spans of time and bytes as text: CSV has no other place for them."""
    import polars as pl

    def text(value: object) -> str | None:
        plain = _plain(value)
        return plain if plain is None or isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)

    odd = [name for name, kind in frame.schema.items() if kind.is_nested() or kind in (pl.Duration, pl.Binary, pl.Object)]
    return frame.with_columns([pl.Series(name, map(text, frame[name].to_list()), pl.String) for name in odd])


def _plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)
