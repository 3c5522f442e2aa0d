"""Previews of the marts: every mart of the sample has its rows and a chart, made in little time, whatever pages say."""

from __future__ import annotations

import time

import pytest

from pipelines.defs.previews import mart_previews
from pipelines.defs.warehouse import warehouse
from pipelines.publish.query import run_query
from pipelines.settings import Home

pytestmark = pytest.mark.slow

PREVIEW_SECONDS = 2.0
"""Of the processor, more than a run may spend on showing its marts."""


def test_every_mart_has_its_first_rows_and_a_chart_in_little_time(sample_home: Home) -> None:
    mart_previews(sample_home)  # the library that draws is loaded once
    start = time.process_time()
    shown = mart_previews(sample_home)
    seconds = time.process_time() - start
    marts = run_query(sample_home, "select table_name from duckdb_tables() where schema_name = 'marts'")["table_name"]
    assert set(shown) == set(marts)
    assert {mart for mart in marts if set(shown[mart]) != {"first rows", "chart"}} == set()
    assert seconds < PREVIEW_SECONDS


def test_a_chart_says_which_pages_it_counts(sample_home: Home) -> None:
    shown = mart_previews(sample_home)
    figures = str(shown["outlet_activity"]["chart"].value)
    most = "select outlet, sum(n_exchanges) as n from marts.outlet_activity where outlet is not null and language = 'en' group by all"
    outlet, n = run_query(sample_home, f"{most} order by n desc, outlet limit 1").row(0)
    assert f"| {outlet} | {n} |" in figures


def test_descriptions_tell_a_newcomer_what_to_type() -> None:
    descriptions = {spec.key.to_user_string(): spec.description or "" for spec in warehouse.specs}
    assert "`briefings evidence coverage`" in descriptions["marts/coverage"]
    assert '`briefings sql "from core.turns limit 20"`' in descriptions["core/turns"]
    assert "dbt/seeds/outlets.csv" in descriptions["vocabulary/outlets"]
    assert [name for name, text in descriptions.items() if "**" not in text] == []
