"""The lake's files: whole or not at all, equal bytes for equal rows, and no row lost when it breaks a contract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines import lake
from pipelines.contracts.lake import MONTHLY_TABLES, Entities, Quarantine
from tests.helpers.archive import Capture, address, conference, lake_of

MONTH = "2019-03"


WHOLE = ("documents", "document_versions", "turns", "exchanges")


def tables_of(*numbers: int, number: int = 800207, day: date = date(2019, 3, 4)) -> dict[str, pl.DataFrame]:
    """A month's tables, with one mention, pattern hit and accusation in the first answer."""
    made = lake_of([Capture(conference(*numbers, day=day), address(number))])
    answer = made["turns"].filter(role="answer").row(0, named=True)
    words = answer["text"].split()[0]
    place = {"turn_id": answer["turn_id"], "document_id": answer["document_id"], "start_char": 0, "end_char": len(words)}
    coded = place | {"exchange_id": answer["exchange_id"], "quote": words, "codebook_version": "1"}
    made["mentions"] = pl.DataFrame([place | {"mention_id": f"m{number}", "entity_id": "place:xvl", "surface": words, "rule": "name"}])
    made["pattern_hits"] = pl.DataFrame([coded | {"pattern_id": "R01", "sole_content": False}])
    accusation = {
        "accusation_id": f"a{number}",
        "accuser": "XVL",
        "accused": "XMD",
        "accuser_label": None,
        "accused_label": None,
        "accusation_type": "A01",
    }
    made["accusations"] = pl.DataFrame([coded | accusation | {"direction": "OUT", "modality": "asserted", "side": "answer"}])
    made["topic_hits"] = pl.DataFrame([coded | {"topic_id": "T01"}])
    made |= pairs_of(answer, day)
    return {name: made[name].select(MONTHLY_TABLES[name].column_names()) for name in MONTHLY_TABLES}


def pairs_of(answer: dict[str, object], day: date) -> dict[str, pl.DataFrame]:
    """A document paired with itself: one exchange, one difference."""
    document_id, exchange_id = answer["document_id"], answer["exchange_id"]
    documents = {"document_pair_id": document_id, "briefing_date": day, "en_document_id": document_id, "zh_document_id": document_id}
    exchanges = {"exchange_pair_id": exchange_id, "en_exchange_id": exchange_id, "zh_exchange_id": exchange_id, "confidence": 0.9}
    counts = dict.fromkeys(("n_en_exchanges", "n_zh_exchanges", "n_only_en", "n_only_zh"), 1)
    frame = pl.DataFrame([documents | {"kind": "press_conference", "rule": "same_day", "confidence": 0.9} | counts])
    shared = {"shared_names": None, "shared_figures": None}
    pair = pl.DataFrame([documents | exchanges | {"pair_index": 0, "relation": "both", "is_in_order": True} | shared])
    quotes = {f"{language}_{column}": None for language in ("en", "zh") for column in ("turn_id", "quote", "start_char", "end_char")}
    words = {"en_turn_id": answer["turn_id"], "en_quote": "A", "en_start_char": 0, "en_end_char": 1}
    what = {
        "difference_id": exchange_id,
        "briefing_date": day,
        "kind": "after_conference",
        "side": "en",
        "part": None,
        "code": None,
        "detail": "x",
    }
    difference = pl.DataFrame([exchanges | what | quotes | words])
    return {"document_pairs": frame, "exchange_pairs": pair, "language_differences": difference}


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def changed(tables: dict[str, pl.DataFrame], table: str, **values: object) -> dict[str, pl.DataFrame]:
    """Tables of which the first row of one has other values."""
    row = tables[table].row(0, named=True) | values
    first = pl.DataFrame([row], schema=tables[table].schema)
    return tables | {table: pl.concat([first, tables[table][1:]])}


# --- files -------------------------------------------------------------------------------------------------------------


def test_equal_frames_are_equal_bytes_and_are_not_written_again(tmp_path: Path) -> None:
    frame, path = pl.DataFrame({"a": [1, 2], "b": ["x", None]}), tmp_path / "t" / "all.parquet"
    lake.write_frame(frame, path, {"k": "v"})
    before = path.stat()
    lake.write_frame(frame, path, {"k": "v"})
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    lake.write_frame(frame, path, {"k": "w"})
    assert pl.read_parquet_metadata(path)["k"] == "w"
    lake.write_frame(frame[:1], path, {"k": "w"})
    assert pl.read_parquet(path).height == 1
    assert [p.name for p in path.parent.iterdir()] == ["all.parquet"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "all.parquet"
    lake.write_frame(pl.DataFrame({"a": [1]}), path)

    def full(_: object, *__: object, **___: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(OSError, match="No space"):
        lake.write_frame(pl.DataFrame({"a": [2]}), path)
    assert pl.read_parquet(path)["a"].to_list() == [1]
    assert [p.name for p in tmp_path.iterdir()] == ["all.parquet"]


def test_what_a_kill_leaves_is_not_read_and_does_not_pile_up(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / f".{MONTH}.parquet.tmp").write_bytes(b"half")
    assert lake.read_table(tmp_path, "documents").collect().is_empty()
    assert lake.months(tmp_path) == []
    lake.write_month(tmp_path, MONTH, tables_of(1), "f")
    assert not list(tmp_path.rglob(".*"))


def test_an_empty_lake_has_tables_without_rows(tmp_path: Path) -> None:
    for name, schema in (lake.TABLES).items():
        assert lake.read_table(tmp_path, name).collect().columns == schema.column_names()
    assert lake.months(tmp_path) == []
    assert lake.month_fingerprint(tmp_path, MONTH) is None


def test_a_month_comes_back_as_it_went_in(tmp_path: Path) -> None:
    tables = tables_of(1, 2)
    assert lake.write_month(tmp_path, MONTH, tables, "f") == 0
    for name in MONTHLY_TABLES:
        assert lake.read_table(tmp_path, name).collect().equals(tables[name].cast(dict(pl.Schema(MONTHLY_TABLES[name])))), name  # type: ignore[arg-type]
    assert lake.months(tmp_path) == [MONTH]
    assert lake.month_fingerprint(tmp_path, MONTH) == "f"
    assert pl.read_parquet(lake.table_path(tmp_path, lake.REJECTED, MONTH)).is_empty()


def test_writing_a_month_again_changes_no_byte(tmp_path: Path) -> None:
    lake.write_month(tmp_path, MONTH, tables_of(1, 2), "f")
    before = files_of(tmp_path)
    lake.write_month(tmp_path, MONTH, tables_of(1, 2), "f")
    assert files_of(tmp_path) == before


class Killed(BaseException):
    """Stands for kill -9: no handler of the code under test catches it."""


def kill_at(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Die before the n-th file (from 0) is written."""
    written = 0
    write: Callable[..., None] = lake.write_frame

    def dying(*arguments: object) -> None:
        nonlocal written
        if written == n:
            raise Killed
        written += 1
        write(*arguments)

    monkeypatch.setattr(lake, "write_frame", dying)


@pytest.mark.parametrize("n", range(len(MONTHLY_TABLES) + 1))
def test_a_month_killed_at_any_file_is_known_as_unfinished(n: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    lake.write_month(whole, MONTH, tables_of(1, 2), "new")
    lake.write_month(killed, MONTH, tables_of(1), "old")
    with monkeypatch.context() as patch:
        kill_at(n, patch)
        with pytest.raises(Killed):
            lake.write_month(killed, MONTH, tables_of(1, 2), "new")
    # Neither the new input is taken for done, nor, once files were replaced, the old one, should it be wanted again.
    assert lake.month_fingerprint(killed, MONTH) == ("old" if n == 0 else None)
    assert lake.months(killed) == [MONTH]
    lake.write_month(killed, MONTH, tables_of(1, 2), "new")
    assert files_of(killed) == files_of(whole)
    assert lake.month_fingerprint(killed, MONTH) == "new"


@pytest.mark.parametrize("n", range(1, len(MONTHLY_TABLES) + 1))
def test_a_first_month_killed_at_any_file_is_listed_so_that_it_can_be_removed(
    n: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        kill_at(n, patch)
        with pytest.raises(Killed):
            lake.write_month(tmp_path, MONTH, tables_of(1), "f")
    assert lake.months(tmp_path) == [MONTH]
    assert lake.month_fingerprint(tmp_path, MONTH) is None
    lake.remove_month(tmp_path, MONTH)
    assert files_of(tmp_path) == {}
    assert lake.months(tmp_path) == []


def test_a_removal_killed_half_way_can_be_done_again(tmp_path: Path) -> None:
    lake.write_month(tmp_path, MONTH, tables_of(1), "f")
    for name in [*MONTHLY_TABLES][:4]:
        lake.table_path(tmp_path, name, MONTH).unlink()
    assert lake.months(tmp_path) == [MONTH]
    lake.remove_month(tmp_path, MONTH)
    assert files_of(tmp_path) == {}


# --- contracts ---------------------------------------------------------------------------------------------------------


def written(tables: dict[str, pl.DataFrame], folder: Path) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    n = lake.write_month(folder, MONTH, tables, "f")
    rejected = pl.read_parquet(lake.table_path(folder, lake.REJECTED, MONTH))
    assert rejected.height == n
    Quarantine.validate(rejected)
    assert set(rejected["stage"]) == {"contract"}
    return {name: lake.read_table(folder, name).collect() for name in MONTHLY_TABLES}, rejected


@pytest.mark.parametrize(
    ("table", "column", "value", "rule"),
    [
        ("turns", "speaker_kind", "martian", "speaker_kind|check__one_of"),
        ("turns", "role", "heckler", "role|check__one_of"),
        ("turns", "end_char", 3, "offsets_hold_the_text"),
        ("turns", "turn_index", -1, "turn_index|min"),
        ("documents", "title", None, "title|nullability"),
        ("mentions", "surface", "longer than its place", "offsets_hold_the_surface"),
        ("pattern_hits", "pattern_id", "X1", "pattern_id|regex"),
        ("topic_hits", "topic_id", "Harbour", "topic_id|regex"),
        ("accusations", "direction", "UP", "direction|check__one_of"),
        ("document_versions", "change", "lost", "change|check__one_of"),
    ],
)
def test_a_row_that_breaks_a_contract_is_quarantined_with_the_rule(
    table: str, column: str, value: object, rule: str, tmp_path: Path
) -> None:
    tables = tables_of(1, 2)
    kept, rejected = written(changed(tables, table, **{column: value}), tmp_path)
    assert kept[table].height == (0 if table in WHOLE else tables[table].height - 1)
    own = rejected.filter(pl.col("raw_path") == f"lake/{table}", pl.col("reason") != "held_back")
    assert own["reason"].to_list() == [rule]
    assert rule in own["detail"].item()
    assert own["is_error"].all()


def test_two_rows_with_one_key_are_both_rejected(tmp_path: Path) -> None:
    tables = tables_of(1, 2)
    doubled = tables | {"mentions": pl.concat([tables["mentions"], tables["mentions"]])}
    kept, rejected = written(doubled, tmp_path)
    assert kept["mentions"].is_empty()
    assert rejected["reason"].to_list() == ["primary_key"]


@pytest.mark.parametrize("table", WHOLE)
def test_a_document_is_whole_or_held_back(table: str, tmp_path: Path) -> None:
    """The other document of the month stays, and nothing hangs in the air."""
    broken, sound = tables_of(1, 2), tables_of(3, number=800300, day=date(2019, 3, 5))
    key = {"documents": "layout", "document_versions": "raw_path", "turns": "role", "exchanges": "language"}[table]
    broken = changed(broken, table, **{key: None})
    kept, rejected = written({name: pl.concat([broken[name], sound[name]]) for name in broken}, tmp_path)
    for name, frame in kept.items():
        assert frame.equals(sound[name].cast(dict(pl.Schema(MONTHLY_TABLES[name])))), name  # type: ignore[arg-type]
    reasons = rejected.select("raw_path", "reason").rows()
    held = [] if table == "documents" else [("lake/documents", "held_back")]
    assert reasons == [(f"lake/{table}", f"{key}|nullability"), *held]
    if held:
        document = broken["documents"].row(0, named=True)
        assert rejected.filter(reason="held_back").select("sha256", "url").row(0) == (document["sha256"], document["url"])
        assert table in rejected.filter(reason="held_back")["detail"].item()


def test_a_missing_column_is_a_fault_of_ours_and_stops() -> None:
    with pytest.raises(Exception, match="title"):
        lake.checked("documents", tables_of(1)["documents"].drop("title"))


def test_whole_tables_are_checked_and_not_filtered(tmp_path: Path) -> None:
    good = pl.DataFrame([{"entity_id": "place:xmd", "kind": "place", "name": "Meridia"}])
    frame = good.with_columns(pl.lit(None, pl.String).alias(c) for c in Entities.column_names() if c not in good.columns)
    lake.write_whole(tmp_path, "entities", frame)
    assert lake.read_table(tmp_path, "entities").collect()["name"].to_list() == ["Meridia"]
    with pytest.raises(Exception, match="nullability"):
        lake.write_whole(tmp_path, "entities", frame.with_columns(name=pl.lit(None, pl.String)))
    assert lake.read_table(tmp_path, "entities").collect()["name"].to_list() == ["Meridia"]


def test_rejections_are_the_same_every_time(tmp_path: Path) -> None:
    broken = changed(tables_of(1, 2), "turns", text="")
    _, first = written(broken, tmp_path / "a")
    _, second = written(broken, tmp_path / "b")
    assert first.equals(second)


def test_months_are_in_order(tmp_path: Path) -> None:
    for month, day in (("2020-01", date(2020, 1, 3)), ("2018-12", date(2018, 12, 3))):
        made = lake_of([Capture(conference(1, day=day), address(800207))])
        empty = {name: MONTHLY_TABLES[name].create_empty() for name in MONTHLY_TABLES if name not in made}
        lake.write_month(tmp_path, month, made | empty, "f")
    assert lake.months(tmp_path) == ["2018-12", "2020-01"]
    assert lake.read_table(tmp_path, "documents").collect()["briefing_date"].to_list() == [date(2018, 12, 3), date(2020, 1, 3)]
