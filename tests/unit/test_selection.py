"""Filters: names and codes of all kinds, and counts equal to SQL written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from pipelines.errors import BriefingsError
from pipelines.publish.connection import reading
from pipelines.publish.selection import NAMED, Selection, choices, condition, count_exchanges, exchanges, resolve
from pipelines.settings import Home

pytestmark = pytest.mark.slow


@pytest.fixture
def published(sample_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with reading(sample_home) as connection:
        yield connection


def number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    assert row
    return int(row[0])


def test_no_limit_is_everything(published: duckdb.DuckDBPyConnection) -> None:
    assert condition(Selection()) == ("true", [])
    assert Selection().is_empty
    assert not Selection(languages=("zh",)).is_empty
    n = number(published, "select count(*) from core.exchanges")
    assert n > 10
    assert count_exchanges(published, Selection()) == exchanges(published, Selection(), limit=1_000).height == n


BY_HAND = {
    "languages": "select count(*) from core.exchanges where language = '{}'",
    "sources": "select count(*) from core.exchanges join core.documents using (document_id) where source_id = '{}'",
    "outlets": "select count(*) from core.exchanges where '{}' in (outlet_id, outlet, outlet_reason)",
    "spokespersons": "select count(*) from core.exchanges where spokesperson_id = '{}'",
    "countries": "select count(distinct exchange_id) from core.mentions join core.turns using (turn_id) where entity_id = '{}'",
    "accusers": "select count(distinct exchange_id) from core.accusations where accuser = '{}'",
    "accused": "select count(distinct exchange_id) from core.accusations where accused = '{}'",
    "accusation_types": "select count(distinct exchange_id) from core.accusations where accusation_type = '{}'",
    "directions": "select count(distinct exchange_id) from core.accusations where direction = '{}'",
    "patterns": "select count(distinct exchange_id) from core.pattern_hits where pattern_id = '{}'",
}


@pytest.mark.parametrize("field", NAMED)
def test_each_value_counts_as_in_sql_and_may_be_called_by_any_of_its_names(published: duckdb.DuckDBPyConnection, field: str) -> None:
    rows = choices(published, field)
    assert rows.height >= 1
    assert rows["code"].n_unique() == rows.height
    n_found = 0
    for code, name, name_zh, _ in rows.iter_rows():
        selection = Selection(**{field: (code,)})
        n = count_exchanges(published, selection)
        assert n == number(published, BY_HAND[field].format(code)), code
        n_found += n
        assert resolve(published, **{field: [code]}) == selection or field == "countries"
        for called in filter(None, (name, name.upper(), name_zh)):
            assert code in getattr(resolve(published, **{field: [called]}), field), called
    assert n_found > 0


def test_fields_narrow_each_other_and_values_widen(published: duckdb.DuckDBPyConnection) -> None:
    both = Selection(languages=("en", "zh"), since=date(2019, 1, 1), until=date(2020, 12, 31))
    by_hand = "select count(*) from core.exchanges where briefing_date between '2019-01-01' and '2020-12-31'"
    assert 0 < count_exchanges(published, both) == number(published, by_hand)
    one = Selection(languages=("zh",), since=both.since, until=both.until)
    assert 0 < count_exchanges(published, one) == number(published, by_hand + " and language = 'zh'") < count_exchanges(published, both)


def test_accuser_accused_and_type_are_of_one_accusation(published: duckdb.DuckDBPyConnection) -> None:
    pairs = published.execute(
        "select distinct accuser, accused, accusation_type from core.accusations where exchange_id is not null"
    ).fetchall()
    assert pairs
    for accuser, accused, kind in pairs:
        n = count_exchanges(published, Selection(accusers=(accuser,), accused=(accused,), accusation_types=(kind,)))
        by_hand = f"accuser = '{accuser}' and accused = '{accused}' and accusation_type = '{kind}'"
        assert n == number(published, f"select count(distinct exchange_id) from core.accusations where {by_hand}") > 0


def test_a_country_is_found_by_iso_code_with_its_parts(published: duckdb.DuckDBPyConnection) -> None:
    isos = [
        row[0] for row in published.execute("select distinct iso3 from core.entities where kind = 'place' and iso3 is not null").fetchall()
    ]
    assert isos
    for iso3 in isos[:20]:
        assert resolve(published, countries=[iso3.lower()]).countries == (iso3,)
        by_hand = (
            "select count(distinct exchange_id) from core.mentions join core.turns using (turn_id) join core.entities using (entity_id)"
            f" where iso3 = '{iso3}' and kind = 'place'"
        )
        assert count_exchanges(published, Selection(countries=(iso3,))) == number(published, by_hand)


def test_newest_first_in_the_order_of_the_page_and_in_pages(published: duckdb.DuckDBPyConnection) -> None:
    everything = exchanges(published, Selection(), limit=1_000)
    assert everything["briefing_date"].to_list() == sorted(everything["briefing_date"], reverse=True)
    assert everything.select("document_id", "exchange_index").equals(
        everything.sort("briefing_date", "document_id", "exchange_index", descending=[True, False, False]).select(
            "document_id", "exchange_index"
        )
    )
    assert exchanges(published, Selection(), limit=3, offset=2).equals(everything.slice(2, 3))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outlets", "Nowhere Gazzette"),
        ("countries", "Atlantis"),
        ("patterns", "R99"),
        ("languages", "fr"),
        ("directions", "UP"),
        ("accusers", ""),
    ],
)
def test_an_unknown_value_is_refused(published: duckdb.DuckDBPyConnection, field: str, value: str) -> None:
    with pytest.raises(BriefingsError, match=rf"--{NAMED[field]} '{value}' is not known"):
        resolve(published, **{field: [value]})


def test_a_near_name_is_named(published: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(BriefingsError, match=r"Near it: .*Meridia"):
        resolve(published, countries=["Meridai"])
    with pytest.raises(BriefingsError, match=r"Unaware \(R01\)"):
        resolve(published, patterns=["Unawares"])
    with pytest.raises(BriefingsError, match=r"Chinese \(zh\), English \(en\)"):
        resolve(published, languages=["french"])


def test_days_the_wrong_way_round_are_refused(published: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(BriefingsError, match="later than"):
        resolve(published, since=date(2020, 1, 2), until=date(2020, 1, 1))


@pytest.mark.parametrize("value", ["'", "x'); drop table core.exchanges; --", "?", "%", '"', "\0"])
def test_values_are_values_and_never_sql(published: duckdb.DuckDBPyConnection, value: str) -> None:
    everything = dict.fromkeys(NAMED, (value,))
    assert count_exchanges(published, Selection(**everything)) == 0
    for field in NAMED:
        assert count_exchanges(published, Selection(**{field: (value,)})) == 0
        with pytest.raises(BriefingsError):
            resolve(published, **{field: [value]})
