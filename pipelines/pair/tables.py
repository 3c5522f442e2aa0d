"""The tables of language pairs of one month: documents, exchanges, and what differs between their versions. Frames in, frames out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.contracts.lake import DocumentPairs, ExchangePairs
from pipelines.identifiers import digest
from pipelines.pair.difference_terms import Glossary
from pipelines.pair.differences import language_differences
from pipelines.pair.documents import FAMILIES, Document, DocumentPair, pair_documents
from pipelines.pair.exchanges import Link, align
from pipelines.pair.features import Passage, passages
from pipelines.urls import page_number
from pipelines.vocabularies import vocabulary

PAIR_ID_CHARACTERS = 16
SHOWN = 8
"""Names and figures shown as evidence of a pair."""
COMPARED = 0.5
"""From this confidence on the two versions of an exchange are searched for differences."""


@dataclass(frozen=True)
class MonthFrames:
    """What pairing reads: rows of the lake tables of these names, of one month."""

    documents: pl.DataFrame
    exchanges: pl.DataFrame
    turns: pl.DataFrame
    mentions: pl.DataFrame
    pattern_hits: pl.DataFrame
    accusations: pl.DataFrame
    topic_hits: pl.DataFrame


@dataclass(frozen=True)
class PairTables:
    """The tables of one month, in the columns of their contracts, sorted, not yet checked against them."""

    document_pairs: pl.DataFrame
    exchange_pairs: pl.DataFrame
    language_differences: pl.DataFrame


def pair_tables(frames: MonthFrames, english: pl.DataFrame | None = None, links: Mapping[str, Sequence[str]] | None = None) -> PairTables:
    """Pair the documents of a month and align their exchanges.

    Args:
        frames: the month's tables.
        english: rows of documents; only the English documents among them are paired. All when left out.
        links: document id -> addresses that its page names as its versions in other languages.

    Returns:
        The tables; no rows where no briefing has both versions. A briefing whose two versions give days of different months is not found.
    """
    document_pairs, exchange_pairs = aligned(frames, english, links)
    return PairTables(document_pairs, exchange_pairs, _differences(frames, exchange_pairs))


def aligned(
    frames: MonthFrames,
    english: pl.DataFrame | None = None,
    links: Mapping[str, Sequence[str]] | None = None,
    known: Glossary | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The first two of ``pair_tables``: pairs of documents and of exchanges.

    Args:
        known: another glossary than the package's.
    """
    documents = _pairable(frames.documents, english)
    read = _read(frames, documents, known)
    pairs = pair_documents(list(_documents(documents, read, links or {})))
    rows = [(pair, align(read.exchanges.get(pair.en.document_id, ()), read.exchanges.get(pair.zh.document_id, ()))) for pair in pairs]
    return (
        pl.DataFrame([_document_row(pair, found) for pair, found in rows], schema=pl.Schema(DocumentPairs)),
        pl.DataFrame([row for pair, found in rows for row in _exchange_rows(pair, found, read)], schema=pl.Schema(ExchangePairs)),
    )


# --- documents ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Read:
    """Passages by document: its exchanges, and its whole body as one; English words of names by exchange and entity."""

    exchanges: Mapping[str, Sequence[Passage]]
    wholes: Mapping[str, Passage]
    surfaces: Mapping[tuple[str, str], str]


def _pairable(documents: pl.DataFrame, english: pl.DataFrame | None) -> pl.DataFrame:
    """Documents of states and kinds of which both languages are there."""
    states = dict(vocabulary("sources").select("source_id", "state_iso3").drop_nulls().iter_rows())
    documents = documents.with_columns(state=pl.col("source_id").replace_strict(states, default=None, return_dtype=pl.String))
    documents = documents.filter(pl.col("state").is_not_null() & pl.col("kind").is_in(list(FAMILIES)))
    if english is not None:
        documents = documents.filter((pl.col("language") != "en") | pl.col("document_id").is_in(english["document_id"].to_list()))
    return documents.filter(pl.col("language").n_unique().over("state") == 2).sort("briefing_date", "document_id")


def _read(frames: MonthFrames, documents: pl.DataFrame, known: Glossary | None) -> _Read:
    ours = documents.select("document_id")
    exchanges = frames.exchanges.join(ours, on="document_id", how="semi").sort("document_id", "exchange_index")
    turns = frames.turns.join(ours, on="document_id", how="semi")
    mentions, pattern_hits, topic_hits = (
        frame.join(ours, on="document_id", how="semi") for frame in (frames.mentions, frames.pattern_hits, frames.topic_hits)
    )
    homes = [f"place:{state}" for state in documents["state"].unique().sort()]
    found = passages(exchanges, turns, mentions, pattern_hits, topic_hits, homes, known)
    by_document: dict[str, list[Passage]] = defaultdict(list)
    for document_id, exchange_id in exchanges.select("document_id", "exchange_id").iter_rows():
        by_document[document_id].append(found[exchange_id])
    silent = documents.filter(~pl.col("document_id").is_in(list(by_document)) | (pl.col("kind") != "press_conference"))
    wholes = passages(
        _as_exchanges(silent), turns.with_columns(exchange_id="document_id"), mentions, pattern_hits, topic_hits, homes, known
    )
    return _Read(by_document, wholes, _surfaces(turns, mentions))


def _as_exchanges(documents: pl.DataFrame) -> pl.DataFrame:
    """Documents as if each were one exchange, named like the document."""
    nothing = pl.lit(None, pl.String)
    return documents.select(
        "language", "briefing_date", exchange_id="document_id", question_text=pl.lit(""), answer_text="body_text", outlet_id=nothing
    )


def _surfaces(turns: pl.DataFrame, mentions: pl.DataFrame) -> dict[tuple[str, str], str]:
    """(exchange, entity) -> the words that first name it there."""
    named = mentions.join(turns.select("turn_id", "turn_index", "exchange_id"), on="turn_id").drop_nulls("exchange_id")
    named = named.sort("document_id", "turn_index", "start_char").unique(["exchange_id", "entity_id"], keep="first", maintain_order=True)
    return {
        (exchange_id, entity_id): surface
        for exchange_id, entity_id, surface in named.select("exchange_id", "entity_id", "surface").iter_rows()
    }


def _documents(documents: pl.DataFrame, read: _Read, links: Mapping[str, Sequence[str]]) -> Iterable[Document]:
    columns = ("document_id", "state", "language", "kind", "briefing_date", "url", "shares_briefing_with", "n_exchanges")
    for document_id, state, language, kind, day, url, rival, n_exchanges in documents.select(columns).iter_rows():
        # Where a version may lack exchanges altogether, as statements do, one exchange and no exchange have to be comparable.
        own = read.exchanges.get(document_id, ())
        is_whole = document_id in read.wholes and n_exchanges < 2
        linked = frozenset(number for link in links.get(document_id, ()) if (number := page_number(link)) is not None)
        yield Document(
            document_id,
            state,
            language,
            kind,
            day,
            [read.wholes[document_id]] if is_whole else own,
            page_number(url),
            linked,
            rival is not None,
        )


def _document_row(pair: DocumentPair, links: Sequence[Link]) -> dict[str, object]:
    return {
        "document_pair_id": _document_pair_id(pair),
        "briefing_date": min(pair.en.briefing_date, pair.zh.briefing_date),
        "kind": pair.en.kind,
        "en_document_id": pair.en.document_id,
        "zh_document_id": pair.zh.document_id,
        "rule": pair.rule,
        "confidence": round(pair.confidence, 3),
        "n_en_exchanges": len({link.en for link in links} - {None}),
        "n_zh_exchanges": len({link.zh for link in links} - {None}),
        "n_only_en": sum(link.zh is None for link in links),
        "n_only_zh": sum(link.en is None for link in links),
    }


def _document_pair_id(pair: DocumentPair) -> str:
    return digest(f"{pair.en.document_id}|{pair.zh.document_id}", PAIR_ID_CHARACTERS)


# --- exchanges ---------------------------------------------------------------------------------------------------------


def _exchange_rows(pair: DocumentPair, links: Sequence[Link], read: _Read) -> Iterable[dict[str, object]]:
    en, zh = read.exchanges.get(pair.en.document_id, ()), read.exchanges.get(pair.zh.document_id, ())
    for index, link in enumerate(links):
        own, other = None if link.en is None else en[link.en], None if link.zh is None else zh[link.zh]
        en_id, zh_id = own and own.exchange_id, other and other.exchange_id
        yield {
            "exchange_pair_id": digest(f"{_document_pair_id(pair)}|{en_id}|{zh_id}", PAIR_ID_CHARACTERS),
            "document_pair_id": _document_pair_id(pair),
            "pair_index": index,
            "briefing_date": min(pair.en.briefing_date, pair.zh.briefing_date),
            "en_document_id": pair.en.document_id,
            "zh_document_id": pair.zh.document_id,
            "en_exchange_id": en_id,
            "zh_exchange_id": zh_id,
            "relation": "both" if own and other else "only_en" if own else "only_zh",
            "is_in_order": link.is_in_order,
            "confidence": round(link.confidence * pair.confidence, 3),
            "shared_names": _shown(read.surfaces.get((own.exchange_id, name), name) for name in _shared(own, other, "name"))
            if own
            else None,
            "shared_figures": _shown(_shared(own, other, "figure")),
        }


def _shared(own: Passage | None, other: Passage | None, kind: str) -> list[str]:
    if own is None or other is None:
        return []
    return [cue.shown for cue in own.cues if cue.kind == kind and not cue.answers.isdisjoint(other.keys)]


def _shown(words: Iterable[str]) -> str | None:
    return "; ".join(list(dict.fromkeys(words))[:SHOWN]) or None


def _differences(frames: MonthFrames, exchange_pairs: pl.DataFrame) -> pl.DataFrame:
    """Differences of the aligned exchanges; those that answer to one exchange of the other version are compared with it together."""
    both = exchange_pairs.filter((pl.col("relation") == "both") & (pl.col("confidence") >= COMPARED))
    n_en, n_zh = pl.len().over("en_exchange_id"), pl.len().over("zh_exchange_id")
    group = pl.when(n_en > 1).then("en_exchange_id").when(n_zh > 1).then("zh_exchange_id").otherwise("exchange_pair_id")
    pairs = (
        both.group_by(group.alias("group"), maintain_order=True)
        .agg(
            pl.col("exchange_pair_id", "briefing_date").first(),
            en_exchange_ids=pl.col("en_exchange_id").unique(maintain_order=True),
            zh_exchange_ids=pl.col("zh_exchange_id").unique(maintain_order=True),
            confidence=pl.col("confidence").min(),
        )
        .drop("group")
    )
    own = pl.concat([exchange_pairs["en_document_id"], exchange_pairs["zh_document_id"]]).unique().to_frame("document_id")
    names = ("turns", "exchanges", "mentions", "accusations", "pattern_hits")
    return language_differences(pairs, *(getattr(frames, name).join(own, on="document_id", how="semi") for name in names))
