"""What the report shows, asked of the published file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import duckdb
import polars as pl

from pipelines.publish.connection import literal
from pipelines.publish.links import anchor, explorer_link, source_link
from pipelines.publish.report.model import Edition, Quality, Quote, most_a_cell

ACTORS = {
    "EUU": "European Union", "NAT": "NATO", "UNO": "United Nations", "G7": "G7", "FVE": "Five Eyes", "WST": "the West",
    "UNNAMED": "not named",
}  # fmt: skip
"""Actors that are no places, by the codes of core.accusations."""

CONTEXT_CHARACTERS = {"en": 130, "zh": 45}
"""So much of a turn is shown before and after the evidence."""

QUESTION_CHARACTERS = {"en": 170, "zh": 60}
QUOTE_CHARACTERS = {"en": 420, "zh": 150}
FRAGMENT_CHARACTERS = {"en": 60, "zh": 20}
"""A Chinese character takes nine bytes in an address."""


class Record:
    """Questions to one connection to the published file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def ask(self, sql: str, parameters: Iterable[object] = ()) -> list[dict[str, Any]]:
        """Rows of a query."""
        return self.frame(sql, parameters).to_dicts()

    def frame(self, sql: str, parameters: Iterable[object] = ()) -> pl.DataFrame:
        """Rows of a query, with sums as whole numbers."""
        frame = self._connection.execute(sql, list(parameters)).pl()
        return frame.with_columns(
            pl.col(name).cast(pl.Int64) for name, kind in frame.schema.items() if isinstance(kind, pl.Decimal) or kind == pl.Int128
        )

    def versions(self) -> dict[str, str]:
        """What the published file was made of; empty without."""
        rows = self.ask("select input_fingerprint, parser_version, codebook_version from core.build_info")
        return {name: str(value) for name, value in rows[0].items()} if rows else {}

    def editions(self) -> list[Edition]:
        """Every source and language with exchanges, English first."""
        rows = self.ask("""
            with days as (
                select source_id, language, sum(n_expected_days)::bigint as due, sum(n_expected_days_held)::bigint as held
                from marts.coverage group by all
            ),
            homes as (
                select iso3, min_by(name, entity_id) as name from core.entities
                where kind = 'place' and place_status in ('sovereign', 'invented') and entity_id = 'place:' || iso3 group by iso3
            )
            select
                exchanges.source_id, any_value(sources.name) as source, exchanges.language, any_value(sources.state_iso3) as state,
                coalesce(any_value(homes.name), 'the state of the spokesperson') as home,
                min(exchanges.briefing_date) as first, max(exchanges.briefing_date) as last,
                count(distinct exchanges.document_id) as n_documents, count(*) as n_exchanges,
                count(*) filter (where exchanges.has_answer) as n_answers,
                any_value(days.due) as due, any_value(days.held) as held
            from intermediate.int_exchanges as exchanges
            left join vocabulary.sources as sources using (source_id)
            left join days on days.source_id = exchanges.source_id and days.language = exchanges.language
            left join homes on homes.iso3 = sources.state_iso3
            group by exchanges.source_id, exchanges.language
            order by any_value(sources.precedence), exchanges.source_id, exchanges.language
        """)
        return [Edition(**row) for row in rows]

    def left_out(self) -> list[dict[str, Any]]:
        """Sources without exchanges (news articles): ``source``, ``n_documents``, ``n_accusations``."""
        return self.ask("""
            select coalesce(sources.name, documents.source_id) as source, count(*) as n_documents,
                (select count(*) from core.accusations as a join core.documents as d using (document_id)
                 where d.source_id = documents.source_id) as n_accusations
            from core.documents as documents left join vocabulary.sources as sources using (source_id)
            where documents.source_id not in (select source_id from intermediate.int_exchanges)
            group by documents.source_id, sources.name order by 1
        """)

    def actors(self) -> dict[str, str]:
        """Name of every actor that accuses or is accused, by code."""
        rows = self.ask("""
            select codes.code, coalesce(places.name, codes.code) as name
            from (select accuser as code from core.accusations union select accused from core.accusations) as codes
            left join core.entities as places on places.entity_id = 'place:' || codes.code
            order by 1
        """)
        return {row["code"]: ACTORS.get(row["code"], row["name"]) for row in rows}

    def labels(self, table: str, code: str) -> dict[str, str]:
        """Labels of a vocabulary, by code."""
        return {row["code"]: row["label"] for row in self.ask(f"select {code} as code, label from vocabulary.{table} order by 1")}

    def families(self) -> dict[str, str]:
        """Label of every family of responses, the one that ranks first first."""
        return {row["family"]: row["label"] for row in self.ask("from vocabulary.response_families order by primary_rank")}

    def family_definitions(self) -> dict[str, str]:
        """What belongs to every family of responses."""
        return {row["family"]: row["definition"] for row in self.ask("from vocabulary.response_families order by primary_rank")}

    def patterns(self) -> dict[str, tuple[str, str]]:
        """Label and family of every response pattern, by code."""
        return {
            row["pattern_id"]: (row["label"], row["family"])
            for row in self.ask("select pattern_id, label, family from vocabulary.response_patterns order by 1")
        }

    def qualities(self, language: str) -> dict[str, Quality]:
        """Measured precision and recall by code; of a family of patterns and of all patterns (``patterns``) over all their labels."""
        rows = self.ask("select code, precision, recall from marts.codebook where language = ? order by 1", [language])
        rows += self.ask(
            """select coalesce(family, 'patterns') as code, sum(n_right) / nullif(sum(n_found), 0) as precision,
                sum(n_right) / nullif(sum(n_labelled), 0) as recall
            from marts.codebook where language = ? and code_kind = 'response_pattern' group by rollup (family) order by 1""",
            [language],
        )
        return {row["code"]: Quality(row["precision"], row["recall"]) for row in rows}

    def of(self, edition: Edition, sql: str) -> list[dict[str, Any]]:
        """Rows of a query in which ``{scope}`` stands for the condition that a row is of the edition."""
        scope = f"source_id = {literal(edition.source_id)} and language = {literal(edition.language)}"
        return self.ask(sql.format(scope=scope))


_ACCUSATIONS = """
    select
        accusations.accusation_id as hit_id, accusations.accusation_id as unit, accusations.turn_id, accusations.exchange_id, accusations.start_char, accusations.end_char,
        exchanges.briefing_date, year(exchanges.briefing_date) as year, accusations.direction, accusations.accuser, accusations.accused,
        accusations.accusation_type, accusations.modality, null as pattern_id, null as family, accusations.document_id
    from core.accusations as accusations join intermediate.int_documents as exchanges using (document_id)
    where {scope}
"""
_HITS = """
    select
        hits.turn_id || '-' || hits.pattern_id || '-' || hits.start_char as hit_id, hits.exchange_id as unit, hits.turn_id, hits.exchange_id,
        hits.start_char, hits.end_char, exchanges.briefing_date, exchanges.year, null as direction, null as accuser, null as accused,
        null as accusation_type, null as modality, hits.pattern_id, hits.family, hits.document_id,
        exchanges.primary_response, coalesce(exchanges.outlet_group, 'unknown_label') as outlet_group,
        coalesce(exchanges.spokesperson_id, '') as spokesperson_id, exchanges.is_non_reply
    from intermediate.int_pattern_hits as hits join intermediate.int_exchanges as exchanges using (exchange_id)
    where {scope}
"""

TOP_PATTERNS = 12
"""So many patterns, the most frequent ones, are shown of the answers to accusations."""

CONFRONTATIONAL = ("coercive", "pressure", "counter", "rejection")
"""Families that marts.spokesperson_activity calls confrontational."""

CELLS = {
    # What is quoted, with the columns that name page and cell.
    "years": f"select *, year::varchar as page, lower(direction) as cell from ({_ACCUSATIONS})",
    "responses": f"select *, year::varchar as page, family as cell from ({_HITS})",
    "countries": f"""
        select *, case when accuser = {{state}} then accused when accused = {{state}} then accuser else accuser end as page,
            accuser || '-' || accused as cell
        from ({_ACCUSATIONS})
    """,
    "types": f"""
        select hits.* replace (accusations.accusation_type as accusation_type), accusations.accusation_type as page, hits.pattern_id as cell
        from ({_HITS}) as hits
        join (select distinct exchange_id, accusation_type from core.accusations where direction = 'IN') as accusations using (exchange_id)
        where hits.pattern_id in (
            select pattern_id from marts.accusation_responses as exchanges where {{scope}} and direction = 'IN'
            group by pattern_id order by sum(n_with_pattern) desc, pattern_id limit {TOP_PATTERNS}
        )
    """,
    "outlets": f"select *, '' as page, outlet_group as cell from ({_HITS}) where is_non_reply",
    "speakers": f"""
        select *, '' as page, spokesperson_id || case when is_non_reply then ' non_reply' else ' confrontational' end as cell
        from ({_HITS})
        where spokesperson_id <> '' and (is_non_reply or (primary_response = family and family in {CONFRONTATIONAL}))
    """,
}
"""Kinds of pages of quotes."""


def quotes(record: Record, edition: Edition, kind: str, budget: int) -> dict[str, dict[str, tuple[int, list[Quote]]]]:
    """The newest quotes behind every point of a kind of page.

    Args:
        record: the published file.
        edition: whose.
        kind: key of ``CELLS``.
        budget: how many quotes all pages of the kind may hold together.

    Returns:
        By page and cell: number of quotes in all, and the newest of them.
    """
    scope = f"exchanges.source_id = {literal(edition.source_id)} and exchanges.language = {literal(edition.language)}"
    base = CELLS[kind].format(scope=scope, state=literal(edition.state or ""))
    # Of several hits of a cell in one answer the first is quoted: pages of formulas would repeat whole answers.
    chosen = f"""
        select * from ({base}) where page is not null and cell is not null
        qualify row_number() over (partition by page, cell, unit order by turn_id, start_char, hit_id) = 1
    """
    counts = record.ask(f"select count(*) as n from ({chosen}) group by page, cell")
    limit = most_a_cell([row["n"] for row in counts], budget)
    language = edition.language
    context = CONTEXT_CHARACTERS.get(language, 130)
    longest = QUOTE_CHARACTERS.get(language, 420)
    rows = record.ask(f"""
        with numbered as (
            select *, count(*) over (partition by page, cell) as n,
                row_number() over (partition by page, cell order by briefing_date desc, document_id, turn_id, start_char, hit_id) as place
            from ({chosen})
        )
        select
            numbered.*,
            substr(turns.text, greatest(numbered.start_char - {context}, 0) + 1, least(numbered.start_char, {context})) as before,
            substr(turns.text, numbered.start_char + 1, numbered.end_char - numbered.start_char) as words,
            substr(turns.text, numbered.end_char + 1, {context}) as after,
            numbered.start_char > {context} as is_begun, length(turns.text) > numbered.end_char + {context} as is_going_on,
            coalesce(speakers.name, case when turns.role <> 'question' then documents.spokesperson end) as speaker, turns.role,
            exchanges.outlet, documents.url,
            case when turns.role <> 'question' then left(asked.text, {QUESTION_CHARACTERS.get(language, 170) + 1}) end as question
        from numbered
        join core.turns as turns using (turn_id)
        join core.documents as documents on documents.document_id = numbered.document_id
        left join core.exchanges as exchanges on exchanges.exchange_id = numbered.exchange_id
        left join core.turns as asked on asked.turn_id = exchanges.question_turn_id
        left join core.entities as speakers on speakers.entity_id = turns.spokesperson_id
        where place <= {limit}
        order by page, cell, place
    """)
    found: dict[str, dict[str, tuple[int, list[Quote]]]] = {}
    for row in rows:
        cells = found.setdefault(str(row["page"]), {})
        cells.setdefault(str(row["cell"]), (row["n"], []))[1].append(_quote(row, language, longest))
    return found


def _quote(row: Mapping[str, Any], language: str, longest: int) -> Quote:
    words, after = row["words"], row["after"]
    if len(words) > longest:
        words, after, going_on = words[:longest].rstrip() + "…", "", False
    else:
        going_on = row["is_going_on"]
    is_question = row["role"] == "question"
    codes = [code for code in (row["accusation_type"] if row["pattern_id"] is None else None, row["pattern_id"]) if code]
    return Quote(
        anchor=anchor(row["hit_id"]),
        before=("… " + _from_word(row["before"])) if row["is_begun"] else row["before"],
        words=words,
        after=(_to_word(after) + " …") if going_on else after,
        day=row["briefing_date"],
        speaker=None if is_question else row["speaker"],
        outlet=row["outlet"],
        language=language,
        codes=" ".join(codes),
        question=_shortened(row["question"], QUESTION_CHARACTERS.get(language, 170)),
        source=source_link(row["url"], row["words"][: FRAGMENT_CHARACTERS.get(language, 60)] if language == "zh" else row["words"]),
        explorer=explorer_link(row["exchange_id"]) if row["exchange_id"] else None,
        turn_id=row["turn_id"],
    )


def _from_word(text: str) -> str:
    return text.split(" ", 1)[1] if " " in text[:20] else text


def _to_word(text: str) -> str:
    return text.rsplit(" ", 1)[0] if " " in text[-20:] else text


def _shortened(text: str | None, length: int) -> str | None:
    if not text:
        return None
    return text if len(text) <= length else _to_word(text[:length]).rstrip() + " …"


def years_between(first: date, last: date) -> list[int]:
    """Every year from the first to the last, also those of which nothing is held."""
    return list(range(first.year, last.year + 1))
