"""What is checked on parsed pages and lake before anything is built of them. Reads files, knows no Dagster."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import polars as pl

from pipelines import lake
from pipelines.calendar import conference_days, latest_day_up, longest_break
from pipelines.contracts.lake import MONTHLY_TABLES
from pipelines.extract.raw_store import read_captures
from pipelines.identifiers import words_of
from pipelines.settings import Home
from pipelines.urls import canonical_url, with_canonical_urls
from pipelines.vocabularies import vocabulary

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

REMOVED_WITHIN = timedelta(days=7)
"""So long a removed question is shown, counted back from the latest fetch in the store; ``marts.page_changes`` keeps it for good."""

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


def questions_kept(home: Home) -> Finding:
    """Published questions that an edited version lacks, or that went with their page, and stand nowhere else of that day."""
    latest: datetime | None = read_captures(home)["fetched_at"].max()  # type: ignore[assignment]
    versions = lake.read_table(home.lake, "document_versions").collect()
    documents = lake.read_table(home.lake, "documents").select("document_id", "source_id", "briefing_date", "title", "url").collect()
    gone = _vanished(versions)
    lost = pl.concat([_removed_questions(home, versions), _questions_of(home, gone)], how="diagonal_relaxed")
    if latest is not None:
        lost = lost.filter(pl.col("found_at") >= latest - REMOVED_WITHIN)
    lost = lost.join(documents, on="document_id").sort("found_at", "document_id", "place", descending=[True, False, False])
    kept = _questions_by_day(home, lost, documents, gone["document_id"].to_list())
    still_there = [
        question is not None and any(words_of(question).endswith(words) for words in kept.get((source_id, day), ()))
        for question, source_id, day in lost.select("question", "source_id", "briefing_date").iter_rows()
    ]
    lost = lost.filter(~pl.Series(still_there, dtype=pl.Boolean))
    n_questions, n_pages = lost["question"].count(), lost["document_id"].n_unique()
    return Finding(
        passed=lost.is_empty(),
        summary=(
            f"{n_questions:,} published questions of {n_pages:,} pages were removed, as found within {REMOVED_WITHIN.days} days before the "
            "latest fetch. What stood there is kept: from marts.page_changes."
            if lost.height
            else f"No published question was found removed within {REMOVED_WITHIN.days} days before the latest fetch."
        ),
        figures={"questions removed": n_questions, "pages": n_pages},
        examples=lost.select("found_at", "briefing_date", "what", question=pl.coalesce("question", "title"), url="url").head(EXAMPLES),
    )


def _vanished(versions: pl.DataFrame) -> pl.DataFrame:
    """Documents that none of their addresses serves any more: document_id, found_at (of the last one)."""
    last = versions.drop_nulls("url").sort("version").group_by("document_id", "url").last()
    return (
        last.group_by("document_id")
        .agg(found_at=pl.col("fetched_at").max(), is_gone=(pl.col("change") == "vanished").all())
        .filter("is_gone")
    )


def _removed_questions(home: Home, versions: pl.DataFrame) -> pl.DataFrame:
    """Columns document_id, found_at, place, what, question."""
    removed = lake.read_table(home.lake, "turn_changes").filter(change="removed", role="question").collect()
    return removed.join(versions.select("document_id", "version", found_at="fetched_at"), on=["document_id", "version"]).select(
        "document_id", "found_at", place=pl.col("change_index"), what=pl.lit("removed from the page"), question="old_text"
    )


def _questions_of(home: Home, gone: pl.DataFrame) -> pl.DataFrame:
    """The same columns, for pages that are gone; a page without questions is a row without one."""
    exchanges = lake.read_table(home.lake, "exchanges").filter(pl.col("document_id").is_in(gone["document_id"].to_list())).collect()
    return gone.join(exchanges, on="document_id", how="left").select(
        "document_id", "found_at", place=pl.col("exchange_index"), what=pl.lit("the page is gone"), question="question_text"
    )


def _questions_by_day(home: Home, lost: pl.DataFrame, documents: pl.DataFrame, gone: Collection[str]) -> dict[tuple[str, date], list[str]]:
    """(source, day) -> letters of the questions that its pages have now."""
    pages = documents.join(lost, on=["source_id", "briefing_date"], how="semi").filter(~pl.col("document_id").is_in(list(gone)))
    turns = lake.read_table(home.lake, "turns").filter(pl.col("document_id").is_in(pages["document_id"].to_list()), role="question")
    kept: dict[tuple[str, date], list[str]] = {}
    for source_id, day, text in turns.collect().join(pages, on="document_id").select("source_id", "briefing_date", "text").iter_rows():
        if words := words_of(text):
            kept.setdefault((source_id, day), []).append(words)
    return kept


def latest_briefing_is_there(home: Home, now: datetime | None = None) -> Finding:
    """Whether each source that is crawled here has the briefings that were due until now.

    A day that is due is missing when its page should be up. Where not every holiday is recorded, a day counts only if another source of
    the same ministry has a briefing of it; without that, so many days are let pass as the longest recorded break has.

    Args:
        now: with zone; None for the present moment.
    """
    now = now or datetime.now(UTC)
    crawled = _crawled_sources(home)
    sources = vocabulary("sources").filter(pl.col("source_id").is_in(crawled)).select("source_id", "language", "state_iso3")
    held = (
        lake.read_table(home.lake, "documents")
        .filter(kind="press_conference")
        .select("source_id", "briefing_date")
        .collect()
        .join(vocabulary("sources").select("source_id", "state_iso3"), on="source_id")
    )
    rows = [_freshness(source_id, language, state, held, now) for source_id, language, state in sources.iter_rows()]
    late = [row for row in rows if row["is_late"]]
    said = " ".join(f"{row['source']}: {row['found']}" for row in late or rows)
    return Finding(
        passed=not late,
        summary=said or "Nothing is crawled here: there is no latest briefing to expect.",
        figures={"sources": len(rows), "late": len(late)},
        examples=pl.DataFrame(rows).drop("is_late") if rows else pl.DataFrame(),
    )


def _freshness(source_id: str, language: str | None, state: str, held: pl.DataFrame, now: datetime) -> dict[str, object]:
    own: date | None = held.filter(source_id=source_id)["briefing_date"].max()  # type: ignore[assignment]
    until = latest_day_up(now, language or "")
    days = [day for day in conference_days(own + timedelta(days=1), until, state) if day.is_due] if own else []
    elsewhere = set(held.filter(state_iso3=state)["briefing_date"])
    is_certain = any(day.is_recess_recorded or day.day in elsewhere for day in days)
    is_late = own is None or is_certain or len(days) > longest_break(until.year, state)
    if own is None:
        found = "No press conference is there."
    elif not days:
        found = f"The latest press conference is of {own}; none was due since."
    elif is_late:
        found = f"The latest press conference is of {own}; {len(days):,} were due since, from {days[0].day} to {days[-1].day}."
    else:
        found = (
            f"The latest press conference is of {own}; {len(days):,} may have been due since, but holidays of {until.year} are not all recorded "
            "(seed recess), and breaks have been as long."
        )
    return {"source": source_id, "latest_briefing": own, "due_since": len(days), "is_late": is_late, "found": found}


def _crawled_sources(home: Home) -> list[str]:
    """Sources of which this home's crawler has read an index page."""
    captures = read_captures(home).filter(pl.col("origin").str.contains(r"^https?://"))
    read = set(with_canonical_urls(captures, "url")["url"])
    first_pages = vocabulary("source_indexes").select("source_id", "first_url").iter_rows()
    return sorted({source_id for source_id, url in first_pages if canonical_url(url) in read})


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
    Check(
        "questions_kept",
        "turn_changes",
        "No published question was taken down: neither from a page that stays, nor with its page. Only warns, and only for "
        f"{REMOVED_WITHIN.days} days, counted back from the latest fetch: the pages did what was found, nothing of ours is wrong.",
        stops_publishing=False,
        look=questions_kept,
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

FRESHNESS = Check(
    "latest_briefing_is_there",
    "documents",
    "Of every source that is crawled here the briefings are there that were due until now, as the calendar of conference days, weekends, "
    "holidays and recess says (seeds conference_schedule and recess), and given the time until a page is up. Only warns.",
    stops_publishing=False,
    look=latest_briefing_is_there,
)
"""Depends on the time of day, so it is no part of a refresh; the lake is read after publishing."""
