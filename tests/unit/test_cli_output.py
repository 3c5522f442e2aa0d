from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.cli.output import CELL_CHARACTERS, Format, print_frame, write_frame


@pytest.fixture
def frame() -> pl.DataFrame:
    """One column of every kind that a query may give."""
    return (
        duckdb.sql(
            """
        select 'Meridia, "the" port\nline' as text, 3 as whole, sum(3) as huge, 0.25::double as share, 1.50::decimal(9, 2) as price,
               date '2021-05-06' as day, timestamp '2021-05-06 12:30:00' as time, time '08:00' as clock, true as is_open,
               ['a', 'b'] as names, {'rule': 'r', 'n': 1} as facts, null as nothing, 'nan'::double as odd
        union all by name select null as text
        """
        )
        .pl()
        .with_columns(span=pl.duration(days=3))
    )


def test_json_keeps_values_and_order(frame: pl.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_frame(frame, None, tmp_path / "rows.json")
    first, second = json.loads((tmp_path / "rows.json").read_text())
    assert list(first) == frame.columns
    assert {name: first[name] for name in ("whole", "huge", "share", "price", "is_open", "names", "facts", "nothing", "odd")} == {
        "whole": 3, "huge": 3, "share": 0.25, "price": 1.5, "is_open": True, "names": ["a", "b"],
        "facts": {"rule": "r", "n": 1}, "nothing": None, "odd": None,
    }  # fmt: skip
    assert (first["day"], first["time"]) == ("2021-05-06", "2021-05-06T12:30:00")
    assert {value for name, value in second.items() if name not in ("span", "facts")} == {None}
    assert "2 rows written" in capsys.readouterr().err


def test_csv_has_a_row_a_row(frame: pl.DataFrame, tmp_path: Path) -> None:
    write_frame(frame, None, tmp_path / "rows.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "rows.csv").read_text())))
    assert len(rows) == 2
    assert rows[0]["text"] == 'Meridia, "the" port\nline'
    assert json.loads(rows[0]["names"]) == ["a", "b"]
    assert json.loads(rows[0]["facts"]) == {"rule": "r", "n": 1}
    assert (rows[0]["day"], rows[0]["time"]) == ("2021-05-06", "2021-05-06T12:30:00")


def test_parquet_comes_back(frame: pl.DataFrame, tmp_path: Path) -> None:
    write_frame(frame, Format.parquet, tmp_path / "rows")
    assert_frame_equal(pl.read_parquet(tmp_path / "rows"), frame)
    assert [path.name for path in tmp_path.iterdir()] == ["rows"]


def test_table_in_a_file_breaks_no_line(frame: pl.DataFrame, tmp_path: Path) -> None:
    write_frame(frame, Format.table, tmp_path / "rows.txt")
    lines = (tmp_path / "rows.txt").read_text().splitlines()
    assert len(lines) == 6
    assert 'Meridia, "the" port line' in lines[3]
    assert "NULL" in lines[4]


def test_table_is_safe_to_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    print_frame(pl.DataFrame({"[red]name": ["[bold]x[/bold]", "a\x1b[31mb\x07", "y" * 500]}))
    shown = capsys.readouterr().out
    assert "[red]name" in shown
    assert "[bold]x[/bold]" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "y" * (CELL_CHARACTERS - 1) + "…" in shown


def test_table_shows_figures_and_times_short(capsys: pytest.CaptureFixture[str]) -> None:
    values = {
        "share": [0.123456],
        "count": [1234567],
        "tiny": [0.0000012],
        "time": [datetime(2021, 5, 6, 1, 2, 3, 4)],
        "day": [date(2021, 5, 6)],
    }
    print_frame(pl.DataFrame(values))
    shown = capsys.readouterr().out
    for text in ("0.1235", "1234567", "1.2e-06", "2021-05-06 01:02:03 ", " 2021-05-06 "):
        assert text in shown


def test_empty_result_shows_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    write_frame(pl.DataFrame(schema={"name": pl.String, "n": pl.Int64}), None, None)
    assert "name" in capsys.readouterr().out


@pytest.mark.parametrize("form", [Format.csv, Format.json, Format.parquet, Format.table])
def test_nothing_half_written_is_left(frame: pl.DataFrame, tmp_path: Path, form: Format) -> None:
    (tmp_path / "rows").mkdir()
    with pytest.raises(OSError, match="rows"):
        write_frame(frame, form, tmp_path / "rows")
    assert [path.name for path in tmp_path.iterdir()] == ["rows"]
