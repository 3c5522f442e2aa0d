"""What is checked on parsed pages and lake before anything is built of them. Reads files, knows no Dagster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from pipelines import lake
from pipelines.contracts.lake import MONTHLY_TABLES
from pipelines.settings import Home

TEXT_HELD_FLOOR = 0.999
"""Share of the body's letters and digits that must be in turns (issue 2, acceptance 2)."""

FAULTS_CEILING = 0.01
"""Share of pages on which the parser broke, or of a table's rows that broke a contract, above which nothing is published. A single
fault costs its page or row and is named by the check; one in a hundred means that the code is broken."""

COVERAGE_FLOOR = 0.9
"""Share of a month's due days with a briefing, below which the month is reported. The regular conference takes place on all of
them; what is missing was not stored."""

EXAMPLES = 20
"""Rows that a finding shows; the tables have all."""

_LETTER = r"[\p{L}\p{N}]"


@dataclass(frozen=True)
class Finding:
    """Outcome of a check.

    Attributes:
        passed: whether all is well.
        summary: what was found, as a sentence.
        figures: name -> figure.
        examples: the rows that a person should look at first; empty when there are none.
        is_error: whether it is bad enough to stop publishing; a failed check that is none is a warning.
    """

    passed: bool
    summary: str
    figures: Mapping[str, int | float | str] = field(default_factory=dict)
    examples: pl.DataFrame = field(default_factory=pl.DataFrame)
    is_error: bool = False


@dataclass(frozen=True)
class Check:
    """Something to look at before the warehouse is built.

    Attributes:
        table: ``parsed_pages`` or a table of the lake.
        stops_publishing: whether it can give an error; the published file then stays as it was.
        look: reads the home.
    """

    name: str
    table: str
    description: str
    stops_publishing: bool
    look: Callable[[Home], Finding]


def no_parser_faults(home: Home) -> Finding:
    """Pages on which the parser itself broke."""
    from pipelines.parsed_pages import page_columns  # loads the parser, which the UI need not wait for

    pages = page_columns(home, ["sha256", "reason", "detail"])
    faults = pages.filter(pl.col("reason") == "parser_fault").select("sha256", "detail").sort("sha256")
    return Finding(
        passed=faults.is_empty(),
        summary=f"The parser broke on {faults.height:,} of {pages.height:,} pages; such pages are in quarantine.",
        figures={"pages": pages.height, "faults": faults.height},
        examples=faults.head(EXAMPLES),
        is_error=faults.height > FAULTS_CEILING * pages.height,
    )


def no_program_faults(home: Home) -> Finding:
    """Documents on which naming entities or applying the codebook broke."""
    faults = lake.read_table(home.lake, "quarantine").filter(reason="program_fault").select("stage", "sha256", "detail").collect()
    n_documents = lake.read_table(home.lake, "documents").select(pl.len()).collect().item()
    return Finding(
        passed=faults.is_empty(),
        summary=f"Normalising or annotating broke on {faults.height:,} of {n_documents:,} documents; they lack mentions or codes.",
        figures={"documents": n_documents, "faults": faults.height},
        examples=faults.sort("stage", "sha256").head(EXAMPLES),
        is_error=faults.height > FAULTS_CEILING * n_documents,
    )


def rows_keep_contract(home: Home, table: str) -> Finding:
    """Rows of a table that broke a rule of its contract and were left out."""
    quarantine = lake.read_table(home.lake, "quarantine").filter(stage="contract", raw_path=f"lake/{table}").collect()
    n_kept = lake.read_table(home.lake, table).select(pl.len()).collect().item()
    rejected = (
        quarantine.group_by(rule="reason")
        .agg(n_rows=pl.len(), example=pl.col("detail").min())
        .sort("n_rows", "rule", descending=[True, False])
    )
    return Finding(
        passed=quarantine.is_empty(),
        summary=f"{n_kept:,} rows keep every rule; {quarantine.height:,} broke one, or hang on a row that did, and are in quarantine.",
        figures={"rows": n_kept, "rejected rows": quarantine.height},
        examples=rejected.head(EXAMPLES),
        is_error=quarantine.height > FAULTS_CEILING * (n_kept + quarantine.height),
    )


def text_held(home: Home) -> Finding:
    """Share of the letters and digits of every body that its turns hold, labels included, and whether turns overlap."""
    n_letters = n_held = n_documents = n_overlaps = 0
    lossy = []
    for month in lake.months(home.lake):
        documents = pl.read_parquet(lake.table_path(home.lake, "documents", month), columns=["document_id", "title", "body_text"])
        turns = pl.read_parquet(
            lake.table_path(home.lake, "turns", month), columns=["document_id", "label_start_char", "start_char", "end_char"]
        )
        spans = turns.select("document_id", "end_char", begin=pl.coalesce("label_start_char", "start_char")).sort("document_id", "begin")
        n_overlaps += spans.filter(pl.col("begin") < pl.col("end_char").shift().over("document_id")).height
        words = pl.col("body_text").str.slice(pl.col("begin"), pl.col("end_char") - pl.col("begin"))
        held = spans.join(documents, on="document_id").group_by("document_id").agg(held=words.str.count_matches(_LETTER).sum())
        whole = documents.select("document_id", "title", letters=pl.col("body_text").str.count_matches(_LETTER))
        whole = whole.join(held, on="document_id", how="left").with_columns(pl.col("held").fill_null(0))
        n_documents += whole.height
        n_letters += int(whole["letters"].sum())
        n_held += int(whole["held"].sum())
        lossy.append(whole.filter(pl.col("held") < pl.col("letters")))
    lost = pl.concat(lossy).sort(pl.col("letters") - pl.col("held"), "document_id", descending=[True, False]) if lossy else pl.DataFrame()
    share = n_held / n_letters if n_letters else 1.0
    return Finding(
        passed=lost.is_empty() and not n_overlaps,
        summary=f"Turns hold {n_held:,} of {n_letters:,} letters and digits of {n_documents:,} bodies ({share:.4%}); {n_overlaps:,} turns overlap.",
        figures={"share held": share, "lowest share allowed": TEXT_HELD_FLOOR, "documents": n_documents, "documents with a loss": lost.height, "overlapping turns": n_overlaps},
        examples=lost.head(EXAMPLES),
        is_error=share < TEXT_HELD_FLOOR or n_overlaps > 0,
    )  # fmt: skip


def pages_used(home: Home) -> Finding:
    """What was stored and could not be used."""
    errors = lake.read_table(home.lake, "quarantine").filter(pl.col("is_error"), pl.col("stage") != "contract").collect()
    reasons = errors.group_by("stage", "reason").agg(n=pl.len(), example=pl.col("raw_path").min(), what_to_do=pl.col("detail").min())
    n_documents = lake.read_table(home.lake, "documents").select(pl.len()).collect().item()
    return Finding(
        passed=errors.is_empty(),
        summary=f"{n_documents:,} documents; {errors.height:,} pages or files could not be used and are in quarantine with their reason.",
        figures={"documents": n_documents, "not used": errors.height},
        examples=reasons.sort("n", "stage", "reason", descending=[True, False, False]).head(EXAMPLES),
    )


def coverage(home: Home) -> Finding:
    """Months of the published file with fewer briefings than were due."""
    from pipelines.publish.query import run_query

    months = run_query(home, "from marts.coverage where source_id != 'sample'")
    # The last month of a source may not be over yet.
    past = months.filter(pl.col("month") < pl.col("month").max().over("source_id", "language"))
    due = past.filter(pl.col("share_of_expected_days").is_not_null())
    gaps = due.filter(pl.col("share_of_expected_days") < COVERAGE_FLOOR)
    by_year = months.group_by("source_id", "language", "year").agg(
        days_held=pl.col("n_expected_days_held").sum(),
        days_due=pl.col("n_expected_days").sum(),
        exchanges=pl.col("n_exchanges").sum(),
        published_exchanges=pl.col("published_exchanges_in_year").first(),
    )
    summary = (
        f"{gaps.height:,} of {due.height:,} months have briefings on less than {COVERAGE_FLOOR:.0%} of the days on which one was due."
        if due.height
        else "Nothing to compare: no calendar is known for what is stored, the sample aside."
    )
    return Finding(
        passed=gaps.is_empty(),
        summary=summary,
        figures={"months compared": due.height, "months with gaps": gaps.height},
        examples=by_year.sort("source_id", "language", "year", descending=[False, False, True]).head(2 * EXAMPLES),
    )


def _contract_check(table: str) -> Check:
    def look(home: Home) -> Finding:
        return rows_keep_contract(home, table)

    return Check(
        "rows_keep_contract",
        table,
        "No row breaks a rule of the contract (type, null, key, allowed values, offsets). A row that does is a fault of the code; it is left "
        f"out and put into quarantine with the rule's name. Any warns; more than {FAULTS_CEILING:.0%} of the table stop publishing.",
        stops_publishing=True,
        look=look,
    )


CHECKS = [
    Check(
        "no_parser_faults",
        "parsed_pages",
        "The parser broke on no page. A page on which it does is put into quarantine whole, for a fault costs its page and not the night's run. "
        f"Any warns; more than {FAULTS_CEILING:.0%} of the pages stop publishing.",
        stops_publishing=True,
        look=no_parser_faults,
    ),
    *(_contract_check(table) for table in MONTHLY_TABLES),
    Check(
        "text_held",
        "turns",
        "Every letter and digit of a page's body is in exactly one turn. Any loss warns; a share held below "
        f"{TEXT_HELD_FLOOR:.1%}, or two turns that overlap, stops publishing.",
        stops_publishing=True,
        look=text_held,
    ),
    Check(
        "no_program_faults",
        "quarantine",
        "Naming entities and applying the codebook broke on no document. One on which it does stays, without mentions or codes. "
        f"Any warns; more than {FAULTS_CEILING:.0%} of the documents stop publishing.",
        stops_publishing=True,
        look=no_program_faults,
    ),
    Check(
        "pages_used",
        "quarantine",
        "Every stored page became a document or was never meant to be one (an index page). Lists why the others did not.",
        stops_publishing=False,
        look=pages_used,
    ),
]
"""Checks on parsed pages and lake. What readers see is checked by dbt tests, and by ``COVERAGE``."""

COVERAGE = Check(
    "no_gaps",
    "coverage",
    f"In every month between a source's first and last page there is a briefing on at least {COVERAGE_FLOOR:.0%} of the days on which one was "
    "due (working days less recess). Only warns: what is missing was not stored. The pages of the sample are left out.",
    stops_publishing=False,
    look=coverage,
)
"""Reads the published file, after it was swapped in."""
