"""A small published file with invented rows, made without dbt: for tests of what reads it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.contracts.lake import TABLES
from pipelines.settings import Home

QUESTION = "Will Meridia lift its tariffs on glass from Arendelle?"
ANSWER = "=Meridia has taken note of the reports. Meridia does not comment on rumours about Arendelle."
LABELS = {"question": "Arendelle Times", "answer": "Mo Wanli"}


def rows() -> dict[str, list[dict[str, Any]]]:
    """Two English documents and a Chinese one, an exchange each; what is left out is null."""
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for number, (day, language) in enumerate([(date(2024, 3, 18), "en"), (date(2019, 3, 4), "en"), (date(2024, 3, 18), "zh")], 1):
        document, exchange = f"d{number}", f"d{number}-x1"
        body = f"{LABELS['question']}: {QUESTION}\n{LABELS['answer']}: {ANSWER}"
        tables["documents"].append(
            {
                "document_id": document, "source_id": "sample", "kind": "press_conference", "language": language, "title": f"Briefing {number}",
                "url": f"https://www.mfa.meridia.example/{number}" if number != 2 else None, "briefing_date": day, "date_rule": "title",
                "published_at": datetime(2024, 3, 18, 17, 5), "spokesperson_id": "spokesperson:mo-wanli", "spokesperson": "Mo Wanli",
                "spokespersons": ["Mo Wanli", 'Li "Leo" An'], "layout": "test", "n_turns": 2, "n_exchanges": 1, "body_text": body,
                "boilerplate": [{"rule": "print", "text": "[ Print ]"}], "sha256": str(number) * 64, "parser_version": "1",
            }
        )  # fmt: skip
        for index, (role, text) in enumerate([("question", QUESTION), ("answer", ANSWER)]):
            turn, start = f"{document}-t{index}", body.index(text)
            tables["turns"].append(
                {
                    "turn_id": turn, "document_id": document, "turn_index": index, "role": role, "speaker_label": LABELS[role],
                    "speaker_kind": "outlet" if role == "question" else "spokesperson", "is_follow_up": False, "after_conference": False,
                    "spokesperson_id": "spokesperson:mo-wanli" if role == "answer" else None, "text": text, "start_char": start,
                    "end_char": start + len(text), "co_askers": [], "exchange_id": exchange,
                }
            )  # fmt: skip
            for entity, surface in [("place:arendelle", "Arendelle"), ("place:meridia", "Meridia")]:
                at = text.index(surface)
                tables["mentions"].append(
                    {
                        "mention_id": f"{turn}-{surface}", "turn_id": turn, "document_id": document, "entity_id": entity, "surface": surface,
                        "start_char": at, "end_char": at + len(surface), "rule": "name",
                    }
                )  # fmt: skip
        tables["exchanges"].append(
            {
                "exchange_id": exchange, "document_id": document, "exchange_index": 0, "briefing_date": day, "question_turn_id": f"{document}-t0",
                "answer_turn_id": f"{document}-t1", "question_text": f"{LABELS['question']}: {QUESTION}", "language": language,
                "answer_text": f"{LABELS['answer']}: {ANSWER}\n****", "closing_text": "****", "is_follow_up": False, "after_conference": False,
                "outlet_id": "outlet:arendelle-times" if number == 1 else None, "outlet": "Arendelle Times" if number == 1 else None,
                "outlet_reason": None if number == 1 else "not_published", "co_askers": [], "spokesperson_id": "spokesperson:mo-wanli",
            }
        )  # fmt: skip
    tables["entities"] = [
        {"entity_id": "place:arendelle", "kind": "place", "name": "Arendelle", "place_status": "sovereign"},
        {"entity_id": "place:meridia", "kind": "place", "name": "Meridia", "place_status": "sovereign"},
        {"entity_id": "spokesperson:mo-wanli", "kind": "spokesperson", "name": "Mo Wanli"},
        {"entity_id": "outlet:arendelle-times", "kind": "outlet", "name": "Arendelle Times"},
    ]
    return tables


def frames(tables: dict[str, list[dict[str, Any]]] | None = None) -> dict[str, pl.DataFrame]:
    """The rows as the lake's tables, held against their contracts."""
    given = tables or rows()
    return {name: TABLES[name].validate(pl.DataFrame(given[name], schema=pl.Schema(TABLES[name]))) for name in TABLES}


def write_published(home: Home, path: Path | None = None, tables: dict[str, list[dict[str, Any]]] | None = None) -> Path:
    """Write a file as a build makes it: core, one mart with its evidence, comments, build_info. By default where readers look."""
    path = path or home.published
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        for schema in ("core", "marts", "intermediate"):
            connection.execute(f"create schema {schema}")
        for name, frame in frames(tables).items():
            connection.register("frame", frame)
            connection.execute(f"create table core.{name} as from frame")
        connection.execute("comment on table core.turns is 'One row per turn.'")
        connection.execute("comment on column core.turns.text is 'Words | of the turn.'")
        connection.execute("create table core.build_info as select 'abc' as input_fingerprint")
        connection.execute(
            "create table intermediate.evidence_place_counts as select year(briefing_date) as year, name as place, rule, surface as quote,"
            " turn_id, exchange_id, m.document_id, m.start_char, m.end_char from core.mentions m join core.turns using (turn_id)"
            " join core.entities using (entity_id) join core.documents d on d.document_id = m.document_id"
        )
        connection.execute(
            "create table marts.place_counts as select year, place, count(*) as n_mentions from intermediate.evidence_place_counts group by all"
        )
        connection.execute("create table marts.lonely as select 1 as n")
    return path
