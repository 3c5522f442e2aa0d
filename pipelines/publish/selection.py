"""Which exchanges a user looks at: one set of filters for the search, the explorer and its downloads."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

import duckdb
import polars as pl

from pipelines.errors import BriefingsError
from pipelines.publish.query import to_polars

ACTORS_BESIDE_STATES = {
    "EUU": "European Union",
    "NAT": "NATO",
    "UNO": "United Nations",
    "G7": "Group of Seven",
    "FVE": "Five Eyes",
    "WST": "the West",
    "UNNAMED": "unnamed",
}
"""Codes of accuser and accused that are no state's ISO 3166 code (contract of ``core.accusations``)."""

DIRECTIONS = {"IN": "against the ministry's state", "OUT": "by the ministry's state", "THIRD": "between others"}

NEAR_NAMES = 5
"""An error about an unknown value names so many near ones."""

FILTERED_COLUMNS = (
    "briefing_date", "exchange_id", "document_id", "exchange_index", "question_turn_id", "answer_turn_id", "outlet", "outlet_reason",
    "spokesperson", "language", "source_id", "kind", "title", "url", "question_text", "answer_text",
)  # fmt: skip
"""Columns of ``exchanges``."""


@dataclass(frozen=True)
class Selection:
    """What a user narrows exchanges to. Values of one field are alternatives, fields narrow each other; None and () mean no limit.

    Attributes:
        since: first briefing day.
        until: last briefing day.
        languages: language of the text, ``en`` or ``zh``.
        sources: source ids, e.g. ``mfa-en``.
        outlets: entity ids of the asking outlet, labels of outlets that the vocabulary does not know, or reasons why there is
            no outlet (``not_published``).
        spokespersons: entity ids of who answers.
        countries: ISO 3166 alpha-3 codes or entity ids of places and bodies that question or answer mentions.
        accusers: actor codes, as in ``core.accusations``; with the next three fields, all of one and the same accusation.
        accused: likewise.
        accusation_types: codes, e.g. ``A01``.
        directions: ``IN``, ``OUT``, ``THIRD``.
        patterns: codes of response patterns, e.g. ``R01``.
    """

    since: date | None = None
    until: date | None = None
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    spokespersons: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    accusers: tuple[str, ...] = ()
    accused: tuple[str, ...] = ()
    accusation_types: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return self == Selection()


NAMED = {
    "languages": "language",
    "sources": "source",
    "outlets": "outlet",
    "spokespersons": "spokesperson",
    "countries": "country",
    "accusers": "accuser",
    "accused": "accused",
    "accusation_types": "accusation",
    "directions": "direction",
    "patterns": "pattern",
}
"""Fields of a selection that hold codes, with the name of the option that sets them."""


def condition(selection: Selection) -> tuple[str, list[object]]:
    """The selection as SQL over ``core.exchanges as e``.

    Returns:
        A condition with ``?`` parameters, and their values; ``true`` for an empty selection.
    """
    parts: list[str] = []
    values: list[object] = []

    def add(sql: str, *given: object) -> None:
        parts.append(sql)
        values.extend(given)

    if selection.since is not None:
        add("e.briefing_date >= ?", selection.since)
    if selection.until is not None:
        add("e.briefing_date <= ?", selection.until)
    if selection.languages:
        add(_among("e.language", selection.languages), *selection.languages)
    if selection.sources:
        documents = f"select document_id from core.documents where {_among('source_id', selection.sources)}"
        add(f"e.document_id in ({documents})", *selection.sources)
    if selection.outlets:
        asked = " or ".join(_among(f"e.{column}", selection.outlets) for column in ("outlet_id", "outlet", "outlet_reason"))
        add(f"({asked})", *selection.outlets * 3)
    if selection.spokespersons:
        add(_among("e.spokesperson_id", selection.spokespersons), *selection.spokespersons)
    if selection.countries:
        is_meant = " or ".join(_among(f"n.{column}", selection.countries) for column in ("entity_id", "iso3"))
        add(
            "e.exchange_id in (select t.exchange_id from core.mentions m join core.turns t on t.turn_id = m.turn_id"
            " join core.entities n on n.entity_id = m.entity_id"
            f" where n.kind in ('place', 'body', 'group') and ({is_meant}))",
            *selection.countries * 2,
        )
    of_accusation = {
        "accuser": selection.accusers,
        "accused": selection.accused,
        "accusation_type": selection.accusation_types,
        "direction": selection.directions,
    }
    if any(of_accusation.values()):
        wanted = " and ".join(_among(column, codes) for column, codes in of_accusation.items() if codes)
        given = [code for codes in of_accusation.values() for code in codes]
        add(f"e.exchange_id in (select exchange_id from core.accusations where {wanted})", *given)
    if selection.patterns:
        found = f"select exchange_id from core.pattern_hits where {_among('pattern_id', selection.patterns)}"
        add(f"e.exchange_id in ({found})", *selection.patterns)
    return " and ".join(parts) or "true", values


def _among(column: str, values: Sequence[str]) -> str:
    return f"{column} in ({', '.join('?' * len(values))})"


def exchanges(connection: duckdb.DuckDBPyConnection, selection: Selection, *, limit: int, offset: int = 0) -> pl.DataFrame:
    """The exchanges of a selection, newest first; within a briefing in the page's order.

    Args:
        connection: on the published file (``pipelines.publish.connection.reading``).
        selection: what to keep.
        limit: number of rows at most.
        offset: number of rows to leave out before.

    Returns:
        A row per exchange with the columns of ``FILTERED_COLUMNS``.
    """
    wanted, values = condition(selection)
    return to_polars(
        connection.sql(
            f"""
            with chosen as (
                select e.exchange_id from core.exchanges as e where {wanted}
                order by e.briefing_date desc, e.document_id, e.exchange_index limit {int(limit)} offset {int(offset)}
            )
            select
                e.briefing_date, e.exchange_id, e.document_id, e.exchange_index, e.question_turn_id, e.answer_turn_id, e.outlet,
                e.outlet_reason, coalesce(s.name, d.spokesperson) as spokesperson, e.language, d.source_id, d.kind, d.title, d.url,
                e.question_text, e.answer_text
            from core.exchanges as e
            semi join chosen using (exchange_id)
            join core.documents as d on d.document_id = e.document_id
            left join core.entities as s on s.entity_id = e.spokesperson_id
            order by e.briefing_date desc, e.document_id, e.exchange_index
            """,
            params=values,
        )
    )


def count_exchanges(connection: duckdb.DuckDBPyConnection, selection: Selection) -> int:
    """Number of exchanges of a selection."""
    wanted, values = condition(selection)
    row = connection.execute(f"select count(*) from core.exchanges as e where {wanted}", values).fetchone()
    return int(row[0]) if row else 0


def choices(connection: duckdb.DuckDBPyConnection, field: str) -> pl.DataFrame:
    """The values of a field of ``Selection`` that narrow this file to something, with their names.

    Args:
        connection: on the published file.
        field: a key of ``NAMED``.

    Returns:
        A row per value, by name: ``code`` (what the selection takes), ``name``, ``name_zh`` (null where there is none),
        ``n`` (how often exchanges have it: exchanges, accusations, hits or mentions).
    """
    found = to_polars(connection.sql(_CHOICES[field]))
    if field in ("accusers", "accused", "directions"):
        known = ACTORS_BESIDE_STATES if field != "directions" else DIRECTIONS
        named = pl.col("code").replace_strict(known, default=None, return_dtype=pl.String)
        found = found.with_columns(pl.coalesce(named, "name", "code").alias("name"))
    return found.sort("name", "code")


_ACTORS = """
    select code, max(p.name) as name, max(p.name_zh) as name_zh, n
    from (select {column} as code, count(*) as n from core.accusations where exchange_id is not null group by 1)
    left join core.entities as p on p.entity_id = 'place:' || code
    group by code, n
"""

_CHOICES = {
    "languages": (
        "select language as code, case language when 'en' then 'English' when 'zh' then 'Chinese' else language end as name,"
        " case language when 'zh' then '中文' end as name_zh, count(*) as n from core.exchanges group by all"
    ),
    "sources": (
        "select d.source_id as code, d.source_id as name, null::varchar as name_zh, count(*) as n"
        " from core.exchanges join core.documents as d using (document_id) group by all"
    ),
    "outlets": (
        "select coalesce(outlet_id, outlet, outlet_reason) as code, coalesce(max(n.name), max(outlet), max(outlet_reason)) as name,"
        " max(n.name_zh) as name_zh, count(*) as n from core.exchanges left join core.entities as n on n.entity_id = outlet_id"
        " where coalesce(outlet_id, outlet, outlet_reason) is not null group by 1"
    ),
    "spokespersons": (
        "select spokesperson_id as code, coalesce(max(n.name), spokesperson_id) as name, max(n.name_zh) as name_zh, count(*) as n"
        " from core.exchanges left join core.entities as n on n.entity_id = spokesperson_id where spokesperson_id is not null group by 1"
    ),
    "countries": (
        "select n.entity_id as code, n.name, n.name_zh, count(*) as n from core.mentions join core.entities as n using (entity_id)"
        " where n.kind in ('place', 'body', 'group') group by all"
    ),
    "accusers": _ACTORS.format(column="accuser"),
    "accused": _ACTORS.format(column="accused"),
    "accusation_types": (
        "select type_id as code, label as name, null::varchar as name_zh, count(a.exchange_id) as n"
        " from vocabulary.accusation_types left join core.accusations as a on a.accusation_type = type_id group by all"
    ),
    "directions": (
        "select direction as code, null::varchar as name, null::varchar as name_zh, count(*) as n"
        " from core.accusations where exchange_id is not null group by all"
    ),
    "patterns": (
        "select p.pattern_id as code, p.label as name, null::varchar as name_zh, count(h.exchange_id) as n"
        " from vocabulary.response_patterns as p left join core.pattern_hits as h using (pattern_id) group by all"
    ),
}


def resolve(
    connection: duckdb.DuckDBPyConnection,
    *,
    since: date | None = None,
    until: date | None = None,
    **named: Iterable[str],
) -> Selection:
    """A selection from what people type: names in English or Chinese, aliases of the vocabulary, or codes; case does not matter.

    Args:
        connection: on the published file.
        since: first briefing day.
        until: last briefing day.
        named: field of ``Selection`` -> values.

    Raises:
        BriefingsError: a value is unknown (the message names near ones), or the days are the wrong way round.
    """
    if since is not None and until is not None and since > until:
        raise BriefingsError(f"--since {since} is later than --until {until}.")
    unknown = set(named) - {field.name for field in fields(Selection)}
    if unknown:
        raise TypeError(f"no fields of a selection: {', '.join(sorted(unknown))}")
    codes = {field: _codes(connection, field, tuple(values)) for field, values in named.items()}
    return Selection(since=since, until=until, **codes)


def _codes(connection: duckdb.DuckDBPyConnection, field: str, values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        return ()
    meant, shown = _names(connection, field)
    codes: list[str] = []
    for value in values:
        found = meant.get(_key(value))
        if found is None:
            raise BriefingsError(_unknown(NAMED[field], value, meant, shown))
        codes += [code for code in found if code not in codes]
    return tuple(codes)


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()).removeprefix("the ")


def _names(connection: duckdb.DuckDBPyConnection, field: str) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Names of a field's values, folded: those that mean codes, and for each code how it is called."""
    meant: dict[str, list[str]] = {}
    shown: dict[str, str] = {}

    def add(name: str | None, code: str) -> None:
        if name and code not in meant.setdefault(_key(name), []):
            meant[_key(name)].append(code)

    rows = choices(connection, field).select("code", "name", "name_zh").rows()
    if field in ("accusers", "accused", "countries"):
        # Every place is a known one, also where nobody accused it: an empty result is the true answer then.
        places = "select iso3, name, name_zh from core.entities where kind = 'place' and entity_id = 'place:' || iso3"
        prefix = "place:" if field == "countries" else ""
        rows += [(f"{prefix}{iso3}", name, name_zh) for iso3, name, name_zh in connection.execute(places).fetchall()]
        if field != "countries":
            rows += [(code, name, None) for code, name in ACTORS_BESIDE_STATES.items()]
    if field == "directions":
        rows += [(code, name, None) for code, name in DIRECTIONS.items()]
    for code, name, name_zh in rows:
        shown.setdefault(code, name)
        for each in (code, name, name_zh):
            add(each, code)
        if ":" in code:
            add(code.split(":", 1)[1].replace("-", " "), code)
    for code, aliases in _aliases(connection, field, shown):
        for alias in aliases:
            # An alias that is also somebody's name stays that one's.
            if _key(alias) not in meant:
                add(alias, code)
    if field == "countries":
        isos = "select iso3 from core.entities where kind = 'place' and iso3 is not null group by 1"
        for (iso3,) in connection.execute(isos).fetchall():
            meant[_key(iso3)] = [iso3]
            shown.setdefault(iso3, iso3)
    return meant, shown


def _aliases(connection: duckdb.DuckDBPyConnection, field: str, shown: dict[str, str]) -> list[tuple[str, list[str]]]:
    """Other names from the vocabularies in the published file."""
    if field == "outlets":
        sql = "select entity_id, concat_ws('|', name, aliases, zh_labels) from vocabulary.outlets"
    elif field == "spokespersons":
        sql = "select entity_id, concat_ws('|', name, zh_name, aliases) from vocabulary.spokespersons"
    elif field in ("countries", "accusers", "accused"):
        # Demonyms and capitals stand for other things too often to be taken for a name here.
        sql = "select entity_id, string_agg(surface, '|') from vocabulary.entity_names where rule in ('name', 'abbreviation') group by 1"
    else:
        return []
    rows = connection.execute(sql).fetchall()
    if field in ("accusers", "accused"):
        of_body = {"body:EU": "EUU", "body:NATO": "NAT", "body:UN": "UNO", "body:G7": "G7"}
        rows = [(of_body.get(entity, entity.removeprefix("place:")), names) for entity, names in rows]
    return sorted((code, str(names).split("|")) for code, names in rows if code in shown)


def _unknown(option: str, value: str, meant: dict[str, list[str]], shown: dict[str, str]) -> str:
    key = _key(value)
    near = [name for name in meant if key and key in name]
    near += difflib.get_close_matches(key, meant, n=NEAR_NAMES, cutoff=0.6)
    codes = list(dict.fromkeys(code for name in near for code in meant[name]))[:NEAR_NAMES]
    if not codes and len(shown) <= 4 * NEAR_NAMES:
        codes = list(shown)
    hint = f" Near it: {', '.join(_called(code, shown) for code in codes)}." if codes else " Nothing is called like it."
    return f"--{option} '{value}' is not known.{hint}"


def _called(code: str, shown: dict[str, str]) -> str:
    return code if shown[code] == code else f"{shown[code]} ({code})"
