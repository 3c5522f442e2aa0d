"""English exchanges in the columns of the CMFA PressCon corpus, for programs that read that corpus."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.publish.connection import literal
from pipelines.publish.exports.datapackage import Column, DataFile
from pipelines.publish.exports.tables import copy, defused, dictionary

MISSING = "-"
"""The corpus' mark of a missing value. A text that is a dash is written `'-`, as a spreadsheet could run it."""

COLUMNS = {
    "id_orig": "Number of the dyad before the corpus splits it; equal to id, because nothing is split here.",
    "id_split": "Number of a split dyad (X_y); always missing, because nothing is split here.",
    "id": "Running number by date and place in the page. It changes when briefings are added: cite exchange_id, which cmfa_ids.csv has.",
    "link": "Address of the page.",
    "spokesperson": "Who answered, in the vocabulary's spelling.",
    "day": "Day of the briefing.",
    "month": "Month of the briefing.",
    "year": "Year of the briefing.",
    "date": "Date of the briefing, YYYY-MM-DD.",
    "question": "The question without the label before it.",
    "answer": "The answer without the label before it, with interjections, without closing and recess notes.",
    "question_lem": "Lemmatised question; always missing, because nothing is lemmatised here.",
    "answer_lem": "Lemmatised answer; always missing, because nothing is lemmatised here.",
    "who_asked": "Asking outlet; not published before 24 March 2020.",
    "q_loc": "Countries and places in the question.",
    "q_per": "Persons in the question.",
    "q_org": "Bodies, outlets and groups in the question.",
    "q_misc": "Other entities in the question.",
    "a_loc": "Countries and places in the answer.",
    "a_per": "Persons in the answer.",
    "a_org": "Bodies, outlets and groups in the answer.",
    "a_misc": "Other entities in the answer.",
}
"""The columns of CMFA PressCon v3 and v4, in their order, with what stands in them here."""

IDS = {
    "id": "Running number, as in cmfa.csv.",
    "exchange_id": "Stable id of the exchange, as in core.exchanges.",
    "document_id": "Document that holds it, as in core.documents.",
    "question_turn_id": "First turn of the question, as in core.turns.",
    "answer_turn_id": "First turn of the answer, as in core.turns; missing where nobody answered.",
}
"""The columns of the file beside it, which leads from the corpus' numbers to ours."""

_NUMBERS = {"id_orig", "id", "day", "month", "year"}

_CLASSES = {"place": "loc", "person": "per", "spokesperson": "per", "body": "org", "outlet": "org", "group": "org"}
"""Kind of entity -> class of the corpus; other kinds are misc."""

_QUERY = """
with words as (
    select
        exchange_id,
        string_agg(text, chr(10) order by turn_index) filter (where role = 'question') as question,
        string_agg(text, chr(10) order by turn_index) filter (where role in ('answer', 'note')) as answer
    from core.turns
    where exchange_id is not null
    group by exchange_id
),
named as (
    select
        turns.exchange_id,
        case when turns.role = 'question' then 'q_' else 'a_' end || {classes} as place,
        entities.name,
        min((turns.turn_index, mentions.start_char)) as first_place
    from core.mentions as mentions
    join core.turns as turns using (turn_id)
    join core.entities as entities using (entity_id)
    where turns.exchange_id is not null and turns.role in ('question', 'answer', 'note')
    group by all
),
entities as (
    select exchange_id, place, string_agg(name, ';' order by first_place, name) as names from named group by all
),
dyads as (
    select
        row_number() over (order by exchanges.briefing_date, exchanges.document_id, exchanges.exchange_index) as id,
        documents.url as link,
        coalesce(speakers.name, documents.spokesperson) as spokesperson,
        exchanges.briefing_date as date,
        words.question,
        words.answer,
        exchanges.outlet as who_asked,
        exchanges.exchange_id,
        exchanges.document_id,
        exchanges.question_turn_id,
        exchanges.answer_turn_id
    from core.exchanges as exchanges
    join core.documents as documents using (document_id)
    left join core.entities as speakers on speakers.entity_id = exchanges.spokesperson_id
    left join words on words.exchange_id = exchanges.exchange_id
    where exchanges.language = 'en'
)
select
    id as id_orig, null as id_split, id, link, spokesperson, day(date) as day, month(date) as month, year(date) as year,
    strftime(date, '%Y-%m-%d') as date, question, answer, null as question_lem, null as answer_lem, who_asked,
    {lists}, dyads.exchange_id, document_id, question_turn_id, answer_turn_id
from dyads
left join entities on entities.exchange_id = dyads.exchange_id
group by all
order by id
"""


def write(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[DataFile]:
    """Write ``cmfa.csv`` and ``cmfa_ids.csv`` into a folder that is there."""
    classes = "case entities.kind " + " ".join(f"when {literal(kind)} then {literal(name)}" for kind, name in _CLASSES.items())
    lists = [name for name in COLUMNS if name.startswith(("q_", "a_"))]
    query = _QUERY.format(
        classes=f"{classes} else 'misc' end",
        lists=", ".join(f"any_value(entities.names) filter (where place = {literal(name)}) as {name}" for name in lists),
    )
    connection.execute(f"create or replace temporary table cmfa as {query}")
    files = [
        DataFile("cmfa.csv", "cmfa", "One row per English exchange.", _columns(COLUMNS), ("id",), missing=MISSING),
        DataFile("cmfa_ids.csv", "cmfa_ids", "One row per row of cmfa.csv, in its order.", _columns(IDS), ("id",), missing=MISSING),
    ]
    for file in files:
        cells = ", ".join(
            f"coalesce(nullif({defused(f'{column.name}::varchar')}, ''), '{MISSING}') as {column.name}" for column in file.columns
        )
        copy(connection, f"select {cells} from temp.cmfa order by cmfa.id", folder / file.path, "format csv, header")
    return files


def _columns(described: dict[str, str]) -> tuple[Column, ...]:
    kinds = {name: "BIGINT" if name in _NUMBERS else "DATE" if name == "date" else "VARCHAR" for name in described}
    return tuple(Column(name, kinds[name], text) for name, text in described.items())


def readme(files: list[DataFile]) -> str:
    """What stands beside the two files."""
    return _README + "\n" + dictionary(files)


_README = """\
# English exchanges in the columns of the CMFA PressCon corpus
Written by `briefings export --format cmfa`, for programs that read that corpus (doi 10.1007/s11366-021-09762-3). UTF-8, comma,
header. `cmfa.csv` has exactly the columns of the corpus, in its order; `cmfa_ids.csv` leads from its running number, which
changes when briefings are added, to the stable ids of core.exchanges, core.documents and core.turns.

A missing value is `-`, here and in no other export: `pandas.read_csv(path, keep_default_na=False, na_values=["-"])`,
`readr::read_csv(path, na = "-", trim_ws = FALSE)`, `from read_csv('path', header = true, nullstr = '-')`. Entities are joined by `;`, each once,
in the order in which they appear, by their name in core.entities. A text that begins with `= + - @` or a tab has an apostrophe
before it, so that no spreadsheet runs it as a formula.
"""
