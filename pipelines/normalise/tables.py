"""The lake tables of one month, made of that month's parsed pages. Frames in, frames out; no files, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.contracts.lake import Documents, DocumentVersions, Exchanges, Quotes, Turns
from pipelines.normalise.facts import PageFacts
from pipelines.normalise.history import SIGHTING, document_versions, turn_changes
from pipelines.normalise.speakers import outlet_of, speaker_of, spokesperson_of

OUTLETS_PUBLISHED_FROM = date(2020, 3, 24)
"""Before this day the ministry's pages say "Q", in Chinese "问": the outlet was not published."""

PLACEMENT = pl.Schema(
    {
        "sha256": pl.String(),
        "document_id": pl.String(),
        "briefing_date": pl.Date(),
        "date_rule": pl.String(),
        "shares_briefing_with": pl.String(),
        "freshness": pl.Int64(),
    }
)


@dataclass(frozen=True)
class MonthTables:
    """The tables of one month, in the columns of their contracts, sorted, not yet checked against them."""

    documents: pl.DataFrame
    document_versions: pl.DataFrame
    turn_changes: pl.DataFrame
    turns: pl.DataFrame
    exchanges: pl.DataFrame
    quotes: pl.DataFrame


def month_tables(
    pages: pl.DataFrame, placement: Iterable[PageFacts], captures: pl.DataFrame, gone: pl.DataFrame | None = None
) -> MonthTables:
    """Make a month's tables.

    Args:
        pages: rows of PAGES of the month's documents, every version.
        placement: where ``place_pages`` put them, from the oldest version to the newest.
        captures: columns sha256, url (canonical), fetched_at, http_status, raw_path, media_type, size_bytes.
        gone: the same columns, of times when an address of theirs served no page (``history.sightings``).

    Returns:
        The tables; documents, turns, exchanges and quotes show the current version only.
    """
    placed = pl.DataFrame(
        [(p.sha256, p.document_id, p.briefing_date, p.date_rule, p.shares_briefing_with, n) for n, p in enumerate(placement)],
        schema=PLACEMENT,
        orient="row",
    )
    pages = pages.drop("date_rule").join(placed, on="sha256")
    gone = SIGHTING.to_frame() if gone is None else gone
    versions = document_versions(pages, captures.select(SIGHTING.names()), gone)
    newest = versions.filter("is_current").select("document_id", "sha256", "url", "fetched_at")
    current = pages.join(newest, on=["document_id", "sha256"]).sort("document_id")
    turns = _turns(current)
    exchanges = _exchanges(turns)
    return MonthTables(
        documents=_documents(current, turns, exchanges).select(Documents.column_names()),
        document_versions=versions.select(DocumentVersions.column_names()),
        turn_changes=turn_changes(pages, versions),
        turns=turns.select(Turns.column_names()),
        exchanges=exchanges.select(Exchanges.column_names()),
        quotes=_quotes(current, turns),
    )


# --- turns -------------------------------------------------------------------------------------------------------------


def _turns(current: pl.DataFrame) -> pl.DataFrame:
    turns = (
        current.select("document_id", "language", "briefing_date", "spokespersons", "turns")
        .with_columns(turn_index=pl.int_ranges(pl.col("turns").list.len()))
        .explode("turns", "turn_index")
        .drop_nulls("turns")
        .unnest("turns")
    )
    base = pl.concat_str("document_id", pl.lit("-"), pl.col("role").str.slice(0, 1), "words_digest")
    turns = turns.with_columns(turn_id=_numbered(base))
    return _with_exchange_ids(_with_speakers(turns)).sort("document_id", "turn_index")


def _numbered(name: pl.Expr) -> pl.Expr:
    """Names made unique: the second row with one gets ``-2``, in row order."""
    n = pl.int_range(1, pl.len() + 1).over(name)
    return pl.when(n > 1).then(pl.concat_str(name, pl.lit("-"), n)).otherwise(name)


def _with_exchange_ids(turns: pl.DataFrame) -> pl.DataFrame:
    """An exchange is named after its question's words, else its answer's; equal ones get a number in page order."""
    first = (
        turns.filter(pl.col("exchange_index").is_not_null())
        .sort("document_id", "exchange_index", pl.col("role") != "question", "turn_index")
        .group_by("document_id", "exchange_index", maintain_order=True)
        .agg(pl.col("words_digest").first())
        .select("document_id", "exchange_index", exchange_id=_numbered(pl.concat_str("document_id", pl.lit("-x"), "words_digest")))
    )
    return turns.join(first, on=["document_id", "exchange_index"], how="left")


def _with_speakers(turns: pl.DataFrame) -> pl.DataFrame:
    """The asking outlet (id, and name or label as published) and the speaking spokesperson of each turn."""
    columns = ("role", "speaker_label", "speaker_kind", "spokespersons", "co_askers", "briefing_date")
    outlet_ids: list[str | None] = []
    outlets: list[str | None] = []
    spokespersons: list[str | None] = []
    co_askers: list[list[str]] = []
    for role, label, kind, speakers, others, day in turns.select(columns).iter_rows():
        asks = role == "question" and label and kind != "generic"
        outlet = outlet_of(label) if asks else None
        outlet_ids.append(outlet.entity_id if outlet else None)
        outlets.append(outlet.name if outlet else label if asks else None)
        speaks = role in ("opening", "answer", "closing")
        speaker = speaker_of(label, kind, speakers, day) if speaks else None
        spokespersons.append(speaker.entity_id if speaker else None)
        named = (known.name if (known := outlet_of(other)) else other for other in others or ())
        co_askers.append([name for name in dict.fromkeys(named) if not outlet or name != outlet.name])
    return turns.with_columns(
        outlet_id=pl.Series(outlet_ids, dtype=pl.String),
        outlet=pl.Series(outlets, dtype=pl.String),
        spokesperson_id=pl.Series(spokespersons, dtype=pl.String),
        co_askers=pl.Series(co_askers, dtype=pl.List(pl.String)),
    )


# --- exchanges ---------------------------------------------------------------------------------------------------------


def _exchanges(turns: pl.DataFrame) -> pl.DataFrame:
    published = pl.concat_str("label_text", "text")
    is_question = pl.col("role") == "question"
    is_answer = pl.col("role") == "answer"
    exchanges = (
        turns.filter(pl.col("exchange_id").is_not_null())
        .group_by("document_id", "exchange_id", "exchange_index", "language", "briefing_date", maintain_order=True)
        .agg(
            question_turn_id=pl.col("turn_id").filter(is_question).first(),
            answer_turn_id=pl.col("turn_id").filter(is_answer).first(),
            question_text=published.filter(is_question).str.join("\n"),
            answer_text=published.filter(~is_question).str.join("\n"),
            closing_text=published.filter(pl.col("role") == "closing").str.join("\n"),
            outlet_id=pl.col("outlet_id").filter(is_question).first(),
            outlet=pl.col("outlet").filter(is_question).first(),
            label_kind=pl.col("speaker_kind").filter(is_question).first(),
            co_askers=pl.col("co_askers").filter(is_question).explode().drop_nulls().unique(maintain_order=True),
            spokesperson_id=pl.col("spokesperson_id").filter(is_answer).first(),
            is_follow_up=(pl.col("is_follow_up") & is_question).any(),
            after_conference=pl.col("after_conference").any(),
        )
    )
    reason = (
        pl.when(pl.col("outlet_id").is_not_null())
        .then(None)
        .when(pl.col("outlet").is_not_null())
        .then(pl.lit("unknown_label"))
        .when(pl.col("briefing_date") < OUTLETS_PUBLISHED_FROM)
        .then(pl.lit("not_published"))
        .when(pl.col("label_kind") == "generic")
        .then(pl.lit("generic_label"))
        .otherwise(pl.lit("no_label"))
    )
    closing = pl.when(pl.col("closing_text") != "").then("closing_text")
    return exchanges.with_columns(closing_text=closing, outlet_reason=reason).sort("document_id", "exchange_index")


# --- documents and quotes ----------------------------------------------------------------------------------------------


def _documents(current: pl.DataFrame, turns: pl.DataFrame, exchanges: pl.DataFrame) -> pl.DataFrame:
    ids: list[str | None] = []
    names: list[str | None] = []
    for speakers, day in current.select("spokespersons", "briefing_date").iter_rows():
        main = spokesperson_of(speakers[0], day) if speakers else None
        ids.append(main.entity_id if main else None)
        names.append(main.name if main else speakers[0] if speakers else None)
    n_turns = turns.group_by("document_id").agg(n_turns=pl.len().cast(pl.Int64))
    n_exchanges = exchanges.group_by("document_id").agg(n_exchanges=pl.len().cast(pl.Int64))
    return (
        current.drop("turns", "quotes")
        .with_columns(spokesperson_id=pl.Series(ids, dtype=pl.String), spokesperson=pl.Series(names, dtype=pl.String))
        .join(n_turns, on="document_id", how="left")
        .join(n_exchanges, on="document_id", how="left")
        .with_columns(pl.col("n_turns", "n_exchanges").fill_null(0))
        .sort("document_id")
    )


def _quotes(current: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """Quotes of articles, with offsets turned from the body's into their turn's."""
    quotes = current.select("document_id", "quotes").explode("quotes").drop_nulls("quotes").unnest("quotes")
    if quotes.is_empty():
        return Quotes.create_empty()
    begins = turns.select("document_id", "turn_index", "turn_id", turn_start="start_char")
    return (
        quotes.join(begins, on=["document_id", "turn_index"], how="left")
        .with_columns(start_char=pl.col("start_char") - pl.col("turn_start"), end_char=pl.col("end_char") - pl.col("turn_start"))
        .with_columns(quote_id=pl.concat_str("turn_id", pl.lit("-q"), "start_char", pl.lit("-"), "end_char"))
        .select(Quotes.column_names())
        .unique("quote_id", keep="first", maintain_order=True)
        .sort("quote_id")
    )
