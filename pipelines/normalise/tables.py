"""The lake tables of one month, made of that month's parsed pages. Frames in, frames out; no files, no clock."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl

from pipelines.contracts.lake import DocumentVersions, Documents, Exchanges, Quotes, TurnChanges, Turns
from pipelines.identifiers import digest
from pipelines.normalise.catalogue import PageFacts
from pipelines.normalise.urls import page_id
from pipelines.vocabularies import vocabulary

OUTLETS_PUBLISHED_FROM = date(2020, 3, 24)
"""Before this day the ministry's pages say "Q", in Chinese "问": the outlet was not published."""

PLACEMENT = pl.Schema(
    {
        "sha256": pl.String,
        "document_id": pl.String,
        "briefing_date": pl.Date,
        "date_rule": pl.String,
        "shares_briefing_with": pl.String,
        "freshness": pl.Int64,
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


def month_tables(pages: pl.DataFrame, placement: Iterable[PageFacts], captures: pl.DataFrame) -> MonthTables:
    """Make a month's tables.

    Args:
        pages: rows of PAGES of the month's documents, every version.
        placement: where ``place_pages`` put them, from the oldest version to the newest.
        captures: columns sha256, url (canonical), fetched_at, http_status, raw_path, media_type, size_bytes.

    Returns:
        The tables; documents, turns, exchanges and quotes show the current version only.
    """
    placed = pl.DataFrame(
        [(p.sha256, p.document_id, p.briefing_date, p.date_rule, p.shares_briefing_with, n) for n, p in enumerate(placement)],
        schema=PLACEMENT,
        orient="row",
    )
    pages = pages.drop("date_rule").join(placed, on="sha256")
    versions = _versions(pages, captures)
    newest = versions.filter("is_current").select("document_id", "sha256", "url", "fetched_at")
    current = pages.join(newest, on=["document_id", "sha256"]).sort("document_id")
    turns = _turns(current)
    exchanges = _exchanges(turns, current)
    documents = _documents(current, turns, exchanges)
    return MonthTables(
        documents=documents.select(Documents.column_names()),
        document_versions=versions.select(DocumentVersions.column_names()),
        turn_changes=_turn_changes(pages, versions),
        turns=turns.select(Turns.column_names()),
        exchanges=exchanges.select(Exchanges.column_names()),
        quotes=_quotes(current, turns),
    )


# --- versions ----------------------------------------------------------------------------------------------------------


def _versions(pages: pl.DataFrame, captures: pl.DataFrame) -> pl.DataFrame:
    """Every distinct pair of bytes and address is a version; fetched again unchanged it stays the one it was."""
    seen = captures.sort("fetched_at", nulls_last=False).unique(["sha256", "url"], keep="first", maintain_order=True)
    with_url = seen.filter(pl.col("url").is_not_null())
    # Bytes whose address is known from one copy are not another version when a second copy came without.
    seen = pl.concat([with_url, seen.filter(pl.col("url").is_null()).join(with_url, on="sha256", how="anti")])
    versions = (
        pages.select("document_id", "sha256", "freshness", "published_at", "body_digest", "layout")
        .join(seen, on="sha256")
        .sort("document_id", "fetched_at", "freshness", "url", nulls_last=False)
        .with_columns(version=pl.int_range(1, pl.len() + 1).over("document_id"))
    )
    # The same page under a later fetch is current; where no fetch time is known at all, the best rendering is.
    last = pl.col("version").max().over("document_id")
    is_first = pl.col("version") == 1
    same_words = (pl.col("body_digest") == pl.col("body_digest").shift(1)).over("document_id")
    other_page = pl.col("url").is_not_null() & (pl.col("url") != pl.col("url").shift(1)).over("document_id").fill_null(value=False)
    return versions.with_columns(
        is_current=pl.col("version") == last,
        body_sha256=pl.col("body_digest"),
        change=pl.when(is_first)
        .then(pl.lit("new"))
        .when(~same_words)
        .then(pl.lit("edited"))
        .when(other_page)
        .then(pl.lit("moved"))
        .otherwise(pl.lit("copy")),
    ).sort("document_id", "version")


def _turn_changes(pages: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """What was removed, added and reworded between consecutive versions with other words."""
    edited = versions.filter(pl.col("change") == "edited").select("document_id", "version")
    if edited.is_empty():
        return TurnChanges.create_empty()
    of_page = {
        row["sha256"]: row["turns"]
        for row in pages.join(versions.filter(pl.col("document_id").is_in(edited["document_id"].implode())).select("sha256").unique(), on="sha256")
        .select("sha256", "turns")
        .iter_rows(named=True)
    }
    hashes = {(d, v): s for d, v, s in versions.select("document_id", "version", "sha256").iter_rows()}
    rows: list[dict[str, object]] = []
    for document_id, version in edited.iter_rows():
        old, new = of_page[hashes[document_id, version - 1]], of_page[hashes[document_id, version]]
        changes = list(_differences(old, new))
        rows.extend({"document_id": document_id, "version": version, "change_index": n} | change for n, change in enumerate(changes))
    return pl.DataFrame(rows, schema=pl.Schema(TurnChanges)) if rows else TurnChanges.create_empty()


def _differences(old: list[dict[str, str]], new: list[dict[str, str]]) -> Iterable[dict[str, object]]:
    matcher = difflib.SequenceMatcher(
        a=[turn["words_digest"] for turn in old], b=[turn["words_digest"] for turn in new], autojunk=False
    )
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            continue
        before, after = list(old[old_from:old_to]), list(new[new_from:new_to])
        while before or after:
            if before and after and before[0]["role"] == after[0]["role"]:
                a, b = before.pop(0), after.pop(0)
                yield {"change": "reworded", "role": b["role"], "old_text": a["text"], "new_text": b["text"]}
            elif before and (not after or len(before) >= len(after)):
                a = before.pop(0)
                yield {"change": "removed", "role": a["role"], "old_text": a["text"], "new_text": None}
            else:
                b = after.pop(0)
                yield {"change": "added", "role": b["role"], "old_text": None, "new_text": b["text"]}


# --- turns -------------------------------------------------------------------------------------------------------------


def _turns(current: pl.DataFrame) -> pl.DataFrame:
    turns = (
        current.select("document_id", "source_id", "language", "briefing_date", "spokespersons", "turns")
        .with_columns(turn_index=pl.int_ranges(pl.col("turns").list.len()))
        .explode("turns", "turn_index")
        .drop_nulls("turns")
        .unnest("turns")
    )
    same = pl.int_range(1, pl.len() + 1).over("document_id", "role", "words_digest")
    base = pl.concat_str("document_id", pl.lit("-"), pl.col("role").str.slice(0, 1), "words_digest")
    turns = turns.with_columns(
        turn_id=pl.when(same > 1).then(pl.concat_str(base, pl.lit("-"), same)).otherwise(base),
        main_speaker=pl.col("spokespersons").list.first(),
    )
    turns = _with_outlets(_with_spokespersons(turns))
    return _with_exchange_ids(turns).sort("document_id", "turn_index")


def _with_exchange_ids(turns: pl.DataFrame) -> pl.DataFrame:
    """An exchange is named after its question's words, else its answer's; equal ones get a number in page order."""
    first = (
        turns.filter(pl.col("exchange_index").is_not_null())
        .sort("document_id", "exchange_index", pl.col("role") != "question", "turn_index")
        .group_by("document_id", "exchange_index", maintain_order=True)
        .agg(pl.col("words_digest").first())
        .with_columns(n=pl.int_range(1, pl.len() + 1).over("document_id", "words_digest"))
    )
    base = pl.concat_str("document_id", pl.lit("-x"), "words_digest")
    first = first.select(
        "document_id",
        "exchange_index",
        exchange_id=pl.when(pl.col("n") > 1).then(pl.concat_str(base, pl.lit("-"), "n")).otherwise(base),
    )
    return turns.join(first, on=["document_id", "exchange_index"], how="left")


def _plain(column: pl.Expr) -> pl.Expr:
    """Letters only, lower case: "Hua chunying", "Hua  Chunying" and "HUA CHUNYING" are one."""
    return column.str.to_lowercase().str.replace_all(r"[^\p{L}]", "")


@cache
def _spokespersons() -> pl.DataFrame:
    """Every spelling of every spokesperson: columns plain, spokesperson_id, spokesperson (name in the vocabulary)."""
    people = vocabulary("spokespersons").select("entity_id", "name", "zh_name", pl.col("aliases").str.split("|"))
    spellings = pl.concat(
        [
            people.select("entity_id", "name", spelling="name"),
            people.select("entity_id", "name", spelling="zh_name"),
            people.explode("aliases").select("entity_id", "name", spelling="aliases"),
        ]
    ).drop_nulls("spelling")
    return (
        spellings.select(plain=_plain(pl.col("spelling")), spokesperson_id="entity_id", spokesperson="name")
        .filter(pl.col("plain") != "")
        .unique("plain", keep="first", maintain_order=True)
    )


def _with_spokespersons(turns: pl.DataFrame) -> pl.DataFrame:
    """Who of the vocabulary speaks: the one whom the label names, else the page's only or main speaker."""
    known = _spokespersons().select("plain", "spokesperson_id")
    label = _plain(pl.col("speaker_label").str.replace(r"(?i)^spokes\w+\s+|^(?:外交部)?发言人", ""))
    turns = (
        turns.with_columns(plain=label, plain_main=_plain(pl.col("main_speaker")))
        .join(known.rename({"spokesperson_id": "by_label"}), on="plain", how="left")
        .join(known.rename({"plain": "plain_main", "spokesperson_id": "by_page"}), on="plain_main", how="left")
    )
    speaks = pl.col("role").is_in(["opening", "answer", "closing"])
    # A second speaker whom the vocabulary does not know must not be taken for the first.
    names_other = (
        (pl.col("speaker_kind") == "spokesperson")
        & pl.col("by_label").is_null()
        & ~pl.col("plain_main").str.contains(pl.col("plain"), literal=True)
        & (pl.col("spokespersons").list.len() > 1)
    )
    return turns.with_columns(
        spokesperson_id=pl.when(speaks & ~names_other.fill_null(value=False)).then(pl.coalesce("by_label", "by_page"))
    ).drop("plain", "plain_main", "by_label", "by_page")


@cache
def _outlet_names() -> pl.DataFrame:
    """Every name of every outlet: columns plain, outlet_id, outlet."""
    outlets = vocabulary("outlets")
    names = pl.concat(
        [outlets.select("entity_id", "name", spelling="name")]
        + [outlets.select("entity_id", "name", spelling=pl.col(c).str.split("|")).explode("spelling") for c in ("aliases", "zh_labels")]
    ).drop_nulls("spelling")
    return (
        names.select(plain=_plain_outlet(pl.col("spelling")), outlet_id="entity_id", outlet="name")
        .filter(pl.col("plain") != "")
        .unique("plain", keep="first", maintain_order=True)
    )


def _plain_outlet(column: pl.Expr) -> pl.Expr:
    """Letters and digits of an outlet's name without what labels add: "the", 记者, 追问."""
    return (
        column.str.to_lowercase()
        .str.replace(r"(?:电视台|电台)?(?:驻华)?记者(?:追问|提问|问)?$", "")
        .str.replace(r"^the\s+", "")
        .str.replace_all(r"[^\p{L}\p{N}]", "")
    )


def _with_outlets(turns: pl.DataFrame) -> pl.DataFrame:
    """The asking outlet; of a joint label ("ITN&BBC") the first one, unless the vocabulary knows the whole."""
    known = _outlet_names()
    parts = pl.col("speaker_label").str.replace(r"\s*[/&／、].*$", "")
    turns = (
        turns.with_columns(
            plain=pl.when((pl.col("role") == "question") & (pl.col("speaker_kind") == "outlet")).then(_plain_outlet(pl.col("speaker_label"))),
            plain_part=pl.when((pl.col("role") == "question") & (pl.col("speaker_kind") == "outlet")).then(_plain_outlet(parts)),
        )
        .join(known, on="plain", how="left")
        .join(known.rename({"plain": "plain_part", "outlet_id": "part_id", "outlet": "part"}), on="plain_part", how="left")
    )
    return turns.with_columns(
        outlet_id=pl.coalesce("outlet_id", "part_id"), outlet=pl.coalesce("outlet", "part", pl.when(pl.col("plain").is_not_null()).then("speaker_label"))
    ).drop("plain", "plain_part", "part_id", "part")


# --- exchanges ---------------------------------------------------------------------------------------------------------


def _exchanges(turns: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
    published = pl.concat_str("label_text", "text")
    is_question = pl.col("role") == "question"
    is_answer = pl.col("role") == "answer"
    exchanges = (
        turns.filter(pl.col("exchange_id").is_not_null())
        .sort("document_id", "turn_index")
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
            co_askers=pl.col("co_askers").filter(is_question).explode().drop_nulls(),
            spokesperson_id=pl.col("spokesperson_id").filter(is_answer).first(),
            is_follow_up=(pl.col("is_follow_up") & is_question).any(),
            after_conference=pl.col("after_conference").any(),
        )
    )
    unpublished = (pl.col("briefing_date") < OUTLETS_PUBLISHED_FROM) & pl.col("outlet").is_null()
    reason = (
        pl.when(pl.col("outlet_id").is_not_null())
        .then(None)
        .when(pl.col("outlet").is_not_null())
        .then(pl.lit("unknown_label"))
        .when(unpublished)
        .then(pl.lit("not_published"))
        .when(pl.col("label_kind") == "generic")
        .then(pl.lit("generic_label"))
        .otherwise(pl.lit("no_label"))
    )
    return exchanges.with_columns(
        closing_text=pl.when(pl.col("closing_text") != "").then("closing_text"),
        outlet_reason=reason,
        co_askers=pl.col("co_askers").list.eval(pl.element().replace(_co_asker_names())),
    ).sort("document_id", "exchange_index")


@cache
def _co_asker_names() -> dict[str, str]:
    """Every published spelling of an outlet -> its name, for the lists of co-askers."""
    outlets = vocabulary("outlets")
    names: dict[str, str] = {}
    for name, aliases, chinese in outlets.select("name", "aliases", "zh_labels").iter_rows():
        for spelling in [*(aliases or "").split("|"), *(chinese or "").split("|")]:
            if spelling and spelling != name:
                names.setdefault(spelling, name)
                names.setdefault(f"{spelling}记者", name)
    return names


# --- documents and quotes ----------------------------------------------------------------------------------------------


def _documents(current: pl.DataFrame, turns: pl.DataFrame, exchanges: pl.DataFrame) -> pl.DataFrame:
    known = _spokespersons()
    main = current.select("document_id", plain=_plain(pl.col("spokespersons").list.first())).join(known, on="plain", how="left")
    n_turns = turns.group_by("document_id").agg(n_turns=pl.len().cast(pl.Int64))
    n_exchanges = exchanges.group_by("document_id").agg(n_exchanges=pl.len().cast(pl.Int64))
    return (
        current.drop("turns", "quotes")
        .join(main.drop("plain"), on="document_id", how="left")
        .join(n_turns, on="document_id", how="left")
        .join(n_exchanges, on="document_id", how="left")
        .with_columns(
            spokesperson=pl.coalesce("spokesperson", pl.col("spokespersons").list.first()),
            n_turns=pl.col("n_turns").fill_null(0),
            n_exchanges=pl.col("n_exchanges").fill_null(0),
        )
        .sort("document_id")
    )


def _quotes(current: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """Quotes of articles, with offsets turned from the body's into their turn's."""
    quotes = current.select("document_id", "quotes").explode("quotes").drop_nulls("quotes").unnest("quotes")
    if quotes.is_empty():
        return Quotes.create_empty()
    begins = turns.select("document_id", "turn_index", "turn_id", turn_start="start_char")
    return (
        quotes.join(begins, on=["document_id", "turn_index"])
        .with_columns(start_char=pl.col("start_char") - pl.col("turn_start"), end_char=pl.col("end_char") - pl.col("turn_start"))
        .with_columns(quote_id=pl.concat_str("turn_id", pl.lit("-q"), "start_char", pl.lit("-"), "end_char"))
        .select(Quotes.column_names())
        .unique("quote_id", keep="first", maintain_order=True)
        .sort("quote_id")
    )
