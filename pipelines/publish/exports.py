"""The published tables as files."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import duckdb
from filelock import FileLock

from pipelines.errors import BriefingsError
from pipelines.publish.connection import first_lines, identifier, literal, reading
from pipelines.publish.dictionary import render_table
from pipelines.settings import Home

_FORMULA = r"^'*[=+\-@\t\r\n＝＋－＠]"
"""How a text begins that a spreadsheet may run as a formula when it opens a CSV file (OWASP, "CSV Injection"). Apostrophes
before it count, so that taking one apostrophe away always gives the text back."""

_CSV = "format csv, header, nullstr ''"


def export(home: Home, form: str) -> list[Path]:
    """Write the published tables below ``home.exports``, each file whole or not at all.

    All files of an export come from one published file, even when a refresh publishes another meanwhile.

    Args:
        home: whose published file.
        form: ``parquet`` or ``csv``: all tables of core and marts, a file each; ``cmfa``: one CSV file with the columns of
            the CMFA PressCon corpus.

    Returns:
        The files, with a README that says what they hold.

    Raises:
        BriefingsError: nothing is published, or the disk is full; an earlier export stays as it was.
        ValueError: there is no such form.
    """
    if form not in ("parquet", "csv", "cmfa"):
        raise ValueError(f"no form of export: {form}")
    target, aside = home.exports / form, home.exports / f".{form}"
    home.exports.mkdir(parents=True, exist_ok=True)
    with FileLock(home.exports / ".lock"), reading(home, may_use_files=True) as connection:
        shutil.rmtree(aside, ignore_errors=True)
        try:
            names = _write_cmfa(connection, aside) if form == "cmfa" else _write_tables(connection, aside, form)
            return _move(aside, target, names)
        except duckdb.IOException as error:
            raise BriefingsError(f"The export to {target} failed ({first_lines(error, 1)}); an earlier one stays as it was.") from None
        except OSError as error:
            room = " Make room on its disk." if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
            raise BriefingsError(f"The export to {target} failed ({error.strerror}); run it again when that is mended.{room}") from None
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _move(aside: Path, target: Path, names: list[str]) -> list[Path]:
    """Put finished files in place, and take tables away that an earlier export had and this one has not."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (aside / name).replace(target / name)
    for path in target.glob(f"*/*.{target.name}"):
        if path.relative_to(target).as_posix() not in names:
            path.unlink()
    return [target / name for name in names]


def _write_tables(connection: duckdb.DuckDBPyConnection, folder: Path, form: str) -> list[str]:
    tables = connection.execute(
        "select schema_name, table_name, comment from duckdb_tables() where schema_name in ('core', 'marts')"
        " union all select schema_name, view_name, comment from duckdb_views() where schema_name in ('core', 'marts') order by 1, 2"
    ).fetchall()
    names, parts = [], []
    for schema, table, comment in tables:
        columns = connection.execute(
            "select column_name, data_type, comment from duckdb_columns()"
            f" where schema_name = {literal(schema)} and table_name = {literal(table)} order by column_index"
        ).fetchall()
        name = f"{schema}/{table}.{form}"
        (folder / schema).mkdir(parents=True, exist_ok=True)
        source = f"{identifier(schema)}.{identifier(table)}"
        if form == "parquet":
            _copy(connection, f"from {source}", folder / name, "format parquet, compression zstd")
        else:
            _copy(
                connection,
                f"select {', '.join(_csv_column(column, kind) for column, kind, _ in columns)} from {source}",
                folder / name,
                _CSV,
            )
        names.append(name)
        parts.append(render_table(name, comment or "", [(column, kind.lower(), text or "") for column, kind, text in columns]))
    (folder / "README.md").write_text("\n".join([_README[form], *parts]), encoding="utf-8")
    return [*names, "README.md"]


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path, options: str) -> None:
    connection.execute(f"copy ({query}) to {literal(str(path))} ({options})")


def _csv_column(column: str, kind: str) -> str:
    name = identifier(column)
    if kind == "VARCHAR":
        return f"{_defused(name)} as {name}"
    return f"to_json({name})::varchar as {name}" if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")) else name


def _defused(expression: str) -> str:
    return f"case when regexp_matches({expression}, {literal(_FORMULA)}) then '''' || {expression} else {expression} end"


# --- CMFA PressCon -----------------------------------------------------------------------------------------------------

_CMFA_COLUMNS = {
    "id_orig": "Number of the dyad before the corpus splits it; equal to id, because nothing is split here.",
    "id_split": "Number of a split dyad (X_y); always missing, because nothing is split here.",
    "id": "Running number by date and place in the page. It changes when briefings are added: cite exchange_id.",
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
    "exchange_id": "Stable id of the exchange, as in core.exchanges; not in the corpus.",
}
"""The columns of CMFA PressCon v3 and v4, in their order, with what stands in them here; our id comes last."""

_CLASSES = {"place": "loc", "person": "per", "spokesperson": "per", "body": "org", "outlet": "org", "group": "org"}
"""Kind of entity -> class of the corpus; other kinds are misc."""

_CMFA_QUERY = """
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
        exchanges.exchange_id
    from core.exchanges as exchanges
    join core.documents as documents using (document_id)
    left join core.entities as speakers on speakers.entity_id = exchanges.spokesperson_id
    left join words on words.exchange_id = exchanges.exchange_id
    where exchanges.language = 'en'
)
select
    id as id_orig, null as id_split, id, link, spokesperson, day(date) as day, month(date) as month, year(date) as year,
    strftime(date, '%Y-%m-%d') as date, question, answer, null as question_lem, null as answer_lem, who_asked,
    {lists}, dyads.exchange_id
from dyads
left join entities on entities.exchange_id = dyads.exchange_id
group by all
order by id
"""


def _write_cmfa(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    folder.mkdir(parents=True)
    classes = "case entities.kind " + " ".join(f"when {literal(kind)} then {literal(name)}" for kind, name in _CLASSES.items())
    lists = [name for name in _CMFA_COLUMNS if name.startswith(("q_", "a_"))]
    query = _CMFA_QUERY.format(
        classes=f"{classes} else 'misc' end",
        lists=", ".join(f"any_value(entities.names) filter (where place = {literal(name)}) as {name}" for name in lists),
    )
    columns = ", ".join(f"coalesce(nullif({_defused(f'{name}::varchar')}, ''), '-') as {name}" for name in _CMFA_COLUMNS)
    _copy(connection, f"select {columns} from ({query}) order by id::bigint", folder / "cmfa.csv", "format csv, header")
    rows = [(name, "text", text) for name, text in _CMFA_COLUMNS.items()]
    (folder / "README.md").write_text(
        _README["cmfa"] + "\n" + render_table("cmfa.csv", "One row per English exchange.", rows), encoding="utf-8"
    )
    return ["cmfa.csv", "README.md"]


# --- what stands beside the files --------------------------------------------------------------------------------------

_README = {
    "parquet": """\
# Tables of briefings.duckdb as Parquet
Written by `briefings export --format parquet`; all files come from one published file, core/build_info.parquet says which
versions made it. Null is null. Times are without zone: what a page prints is Beijing time, fetch times are UTC.
""",
    "csv": """\
# Tables of briefings.duckdb as CSV
Written by `briefings export --format csv`; all files come from one published file, core/build_info.csv says which versions
made it. UTF-8 (choose it when a spreadsheet asks), comma, header, cells in double quotes where needed, also over several
lines. An empty cell is null, an empty text is `""`. Lists and structures are JSON. Times are without zone: what a page
prints is Beijing time, fetch times are UTC.

A text that begins with `= + - @`, their full-width forms, a tab or a line break could be run as a formula by a spreadsheet.
It has an apostrophe before it here: take away one apostrophe from a text that begins with apostrophes and one of these to
have the text as published. The Parquet export has every text as it is.
""",
    "cmfa": """\
# English exchanges in the columns of the CMFA PressCon corpus
Written by `briefings export --format cmfa`, for programs that read that corpus (doi 10.1007/s11366-021-09762-3). UTF-8, comma,
header. A missing value is `-`, here and in no other export. Entities are joined by `;`, each once, in the order in which they
appear, by their name in core.entities. A text that begins with `= + - @` or a tab has an apostrophe before it, so that no
spreadsheet runs it as a formula.
""",
}
