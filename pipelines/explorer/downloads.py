"""The selection as a file to take away: every exchange of the list, not only of the page shown."""

from __future__ import annotations

from io import BytesIO

import duckdb  # noqa: TID251 - its type only; the file is opened by pipelines.publish
import polars as pl

from pipelines.explorer.address import Address
from pipelines.explorer.queries import ids_found, narrowed
from pipelines.publish.connection import identifier
from pipelines.publish.exports.tables import defused

FORMS = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}

_COLUMNS = """
    e.exchange_id, e.document_id, e.exchange_index, e.briefing_date, e.language, d.source_id, d.kind, d.title, d.url,
    e.outlet, e.outlet_reason, coalesce(s.name, d.spokesperson) as spokesperson, e.question_turn_id, e.answer_turn_id,
    e.question_text, e.answer_text,
    (select string_agg(distinct h.pattern_id, ';' order by h.pattern_id) from core.pattern_hits as h where h.exchange_id = e.exchange_id) as patterns,
    (
        select string_agg(distinct concat_ws(' ', a.accuser, '>', a.accused, a.accusation_type), ';')
        from core.accusations as a where a.exchange_id = e.exchange_id
    ) as accusations,
    d.sha256, d.fetched_at, d.parser_version
"""


def download(connection: duckdb.DuckDBPyConnection, address: Address, form: str) -> bytes:
    """The exchanges of a list as a file, in the list's order.

    Args:
        connection: on the published file.
        address: filters, search and order; its page does not matter.
        form: a key of ``FORMS``. In CSV a text that a spreadsheet may run as a formula has an apostrophe before it, as in
            ``briefings export``.
    """
    found = ids_found(connection, address)
    sql, values = narrowed(address.selection) if found is None else ("e.exchange_id in (select unnest(?))", [found])
    order = f"e.briefing_date {'asc' if address.order == 'oldest' else 'desc'}, e.document_id, e.exchange_index"
    if found is not None and address.order == "best":
        order, values = "list_position(?::varchar[], e.exchange_id)", [*values, found]
    query = (
        f"select {_COLUMNS} from core.exchanges as e join core.documents as d on d.document_id = e.document_id"
        f" left join core.entities as s on s.entity_id = e.spokesperson_id where {sql} order by {order}"
    )
    relation = connection.sql(query, params=values)
    if form == "csv":
        kinds = zip(relation.columns, relation.types, strict=True)
        relation = relation.project(", ".join(_cell(name) if str(kind) == "VARCHAR" else identifier(name) for name, kind in kinds))
    frame: pl.DataFrame = relation.pl()
    file = BytesIO()
    if form == "csv":
        frame.write_csv(file)
    else:
        frame.write_parquet(file)
    return file.getvalue()


def _cell(name: str) -> str:
    return f"{defused(identifier(name))} as {identifier(name)}"
