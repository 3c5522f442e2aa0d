"""Schemas of the lake tables: column, type, when it is null, and the rules that every row must keep.

dbt's sources and the comments in DuckDB repeat these descriptions; ``tests/unit/test_contract_drift.py`` holds them equal.
Times are without zone: ``published_at`` is Beijing time as printed on the page, ``fetched_at`` and ``first_seen`` are UTC.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

LANGUAGES = ["en", "zh"]
DATE_RULES = [
    "title", "title_year_from_body", "title_year_from_stamp", "title_year_from_index_page", "title_year_from_neighbours",
    "body", "stamp", "index_page", "neighbours", "weekday", "dateline", "url",
]  # fmt: skip
KINDS = ["press_conference", "remarks", "statement", "news_article"]
ROLES = ["opening", "question", "answer", "note", "closing", "narration"]
SPEAKER_KINDS = ["outlet", "spokesperson", "generic", "person"]
CHANGES = ["new", "edited", "moved", "copy", "truncated", "vanished", "restored"]
DIRECTIONS = ["IN", "OUT", "THIRD"]
DIFFERENCES = ["number", "date", "sentence_missing", "after_conference", "accusation", "pattern"]
SIDES = ["en", "zh", "both"]
DOCUMENT_PAIR_RULES = ["language_link", "same_day", "chosen_of_day", "neighbouring_day"]
RELATIONS = ["both", "only_en", "only_zh"]
MODALITIES = ["asserted", "reported", "denied", "hypothetical"]


def _one_of(values: list[str]) -> dict[str, object]:
    return {"one_of": lambda column: column.is_in(values)}


def _text(description: str, *, nullable: bool = False, one_of: list[str] | None = None, min_length: int = 0) -> dy.String:
    return dy.String(
        nullable=nullable,
        min_length=min_length or None,
        check=_one_of(one_of) if one_of else None,  # type: ignore[arg-type]
        description=description,
    )


def _key(description: str) -> dy.String:
    return dy.String(primary_key=True, min_length=1, description=description)


def _count(description: str) -> dy.Int64:
    return dy.Int64(min=0, description=description)


class Documents(dy.Schema):
    """One row per published item, in its current version."""

    document_id = _key("Stable id: hash of source, kind, briefing date and title.")
    source_id = _text("Who published it: mfa-en, mfa-zh, chinadaily, … (seed sources).")
    kind = _text("What it is.", one_of=KINDS)
    language = _text("Language of the text: en or zh.", one_of=LANGUAGES)
    title = _text("Headline as published.")
    url = _text("Canonical address of the current version; null when it is not known.", nullable=True)
    briefing_date = dy.Date(description="Day of the briefing (of the event for an article), Beijing time.")
    date_rule = _text(
        "How the day was found: title; the title's day with a year from body, stamp, index_page or neighbours in the ministry's "
        "numbering (title_year_from_…); body, stamp, index_page or neighbours alone; weekday, dateline or url of an article.",
        one_of=DATE_RULES,
    )
    published_at = dy.Datetime(nullable=True, description="Time printed on the page, Beijing time; null when none is printed.")
    spokesperson_id = _text("Main speaker (entity id); null when no speaker is known to the vocabulary.", nullable=True)
    spokesperson = _text("Main speaker's name in the vocabulary's spelling, else as published; null when none is named.", nullable=True)
    spokespersons = dy.List(dy.String(), description="Names of all speakers on the page, main speaker first.")
    layout = _text("Page layout that read it.")
    n_turns = _count("Number of turns.")
    n_exchanges = _count("Number of exchanges.")
    body_text = _text("The body as text, paragraphs separated by line breaks; turn offsets point into it.")
    boilerplate = dy.List(
        dy.Struct({"rule": dy.String(), "text": dy.String()}),
        description="Page furniture that was set aside, with the name of the rule.",
    )
    shares_briefing_with = _text("Another document that claims the same briefing with other words; null for nearly all.", nullable=True)
    byline = _text("Author or agency of an article; null elsewhere.", nullable=True)
    dateline = _text("Place that an article is filed from; null elsewhere.", nullable=True)
    sha256 = _text("SHA-256 of the bytes of the current version.")
    fetched_at = dy.Datetime(nullable=True, description="When the bytes were fetched, UTC; null when that is not known.")
    parser_version = _text("Version of the parser.")


class DocumentVersions(dy.Schema):
    """One row per stored version of a document."""

    document_id = dy.String(primary_key=True, description="The document.")
    version = dy.Int64(primary_key=True, min=1, description="1 for the oldest version known, by fetch time.")
    sha256 = _text("SHA-256 of the stored bytes.")
    url = _text("Canonical address that served these bytes; null when it is not known.", nullable=True)
    fetched_at = dy.Datetime(nullable=True, description="When the bytes were fetched, UTC; null when that is not known.")
    http_status = dy.Int64(nullable=True, description="Status of the response; null when the bytes came as a file without one.")
    raw_path = _text("Where the bytes lie, relative to BRIEFINGS_HOME.")
    is_current = dy.Bool(description="Whether core.documents and core.turns show this version.")
    change = _text(
        "new, edited (other words), moved (other address), copy (same words in another file, or other words where no time tells which "
        "came first), truncated (the mere beginning of another version), vanished, restored.",
        one_of=CHANGES,
    )
    media_type = _text("Media type judged from the bytes.")
    size_bytes = _count("Size of the stored bytes.")
    published_at = dy.Datetime(nullable=True, description="Time printed on this version, Beijing time; null when none is printed.")
    body_sha256 = _text("SHA-256 of the letters and digits of the body: equal for equal words.")
    layout = _text("Page layout that read this version.")


class TurnChanges(dy.Schema):
    """One row per turn that differs between a version and the version before it."""

    document_id = dy.String(primary_key=True, description="The document.")
    version = dy.Int64(primary_key=True, min=2, description="The later of the two versions.")
    change_index = dy.Int64(primary_key=True, min=0, description="Order of the change in the page.")
    change = _text("added, removed or reworded.", one_of=["added", "removed", "reworded"])
    role = _text("Role of the turn.", one_of=ROLES)
    old_text = _text("Text before; null when the turn was added.", nullable=True)
    new_text = _text("Text after; null when the turn was removed.", nullable=True)


class Turns(dy.Schema):
    """One row per turn, in page order."""

    turn_id = _key("Stable id: hash of document, role and words.")
    document_id = _text("The document.")
    turn_index = _count("Position in the page, from 0.")
    role = _text("opening, question, answer, note, closing or narration.", one_of=ROLES)
    speaker_label = _text("Label as published, without the colon; null when the turn has none.", nullable=True)
    speaker_kind = _text(
        "What the label names: outlet, spokesperson, person or generic (Q, A, Journalist); null without a label.",
        nullable=True,
        one_of=SPEAKER_KINDS,
    )
    outlet_id = _text("Asking outlet (entity id); null when not published or not in the vocabulary.", nullable=True)
    spokesperson_id = _text("Speaking spokesperson (entity id); null for questions and notes and when unknown.", nullable=True)
    is_follow_up = dy.Bool(description="Whether the page marks the question as a follow-up.")
    after_conference = dy.Bool(description="Whether the page says that it was put after the conference.")
    text = _text("Words of the turn without the label; paragraphs separated by line breaks.", min_length=1)
    start_char = _count("Where the text begins in documents.body_text.")
    end_char = _count("Where it ends there; body_text[start_char:end_char] is the text.")
    label_start_char = dy.Int64(nullable=True, min=0, description="Where the label begins; null without a label.")
    co_askers = dy.List(dy.String(), description="Outlets of '(Similar question from X)' and joint labels.")
    exchange_id = _text("The exchange that the turn belongs to; null for openings, notes outside exchanges and narration.", nullable=True)

    @dy.rule()
    def offsets_hold_the_text(cls) -> pl.Expr:
        """The text is as long as its offsets say."""
        return pl.col("end_char") - pl.col("start_char") == pl.col("text").str.len_chars()


class Exchanges(dy.Schema):
    """One row per question with its answer."""

    exchange_id = _key("Stable id: hash of document and question words.")
    document_id = _text("The document.")
    exchange_index = _count("Position in the page, from 0.")
    briefing_date = dy.Date(description="Day of the briefing.")
    question_turn_id = _text("The question's turn; null for an answer without a question.", nullable=True)
    answer_turn_id = _text("The answer's first turn; null for a question without an answer.", nullable=True)
    question_text = _text("The question with its label, as published; empty for an answer without a question.")
    answer_text = _text(
        "What is published between the question and the next one: the answer with its label, interjections and any "
        "closing note; empty for a question without an answer."
    )
    closing_text = _text(
        "Closing or recess note with which answer_text ends; null for all but the last exchanges of some pages.", nullable=True
    )
    outlet_id = _text("Asking outlet (entity id); null when not published or unknown to the vocabulary.", nullable=True)
    outlet = _text("Outlet's name in the vocabulary, else the label as published; null when not published.", nullable=True)
    outlet_reason = _text(
        "Why there is no outlet_id: not_published, generic_label, no_label, unknown_label; null when there is one.", nullable=True
    )
    co_askers = dy.List(dy.String(), description="Other outlets that asked the same.")
    spokesperson_id = _text("Who answered (entity id); null when unknown.", nullable=True)
    language = _text("Language of the text.", one_of=LANGUAGES)
    is_follow_up = dy.Bool(description="Whether the page marks the question as a follow-up.")
    after_conference = dy.Bool(description="Whether it was put after the conference.")


class Entities(dy.Schema):
    """One row per known actor, place, outlet, person or body."""

    entity_id = _key("Stable id, readable: kind, colon, code or slug.")
    kind = _text("place, outlet, spokesperson, person, body or group.")
    name = _text("Name in English.")
    name_zh = _text("Name in Chinese; null when not known.", nullable=True)
    iso3 = _text("ISO 3166-1 alpha-3 code of the state that it is or belongs to; null where none applies.", nullable=True)
    place_status = _text(
        "sovereign, territory, SAR, region, disputed, macroregion, sea (seed places), bloc (seed bodies), invented (sample); null for what is neither place nor bloc.",
        nullable=True,
    )
    wikidata_id = _text("Wikidata item; null when not recorded.", nullable=True)
    office = _text("Office of a person; null elsewhere.", nullable=True)


class Mentions(dy.Schema):
    """One row per mention of an entity in a turn."""

    mention_id = _key("Stable id: hash of turn, entity and offsets.")
    turn_id = _text("The turn.")
    document_id = _text("The document.")
    entity_id = _text("The entity.")
    surface = _text("The words as written.", min_length=1)
    start_char = _count("Where it begins in the turn's text.")
    end_char = _count("Where it ends there.")
    rule = _text("Rule that made it: name, demonym, capital, side, abbreviation, office_holder, …")

    @dy.rule()
    def offsets_hold_the_surface(cls) -> pl.Expr:
        """The surface is as long as its offsets say."""
        return pl.col("end_char") - pl.col("start_char") == pl.col("surface").str.len_chars()


class Quotes(dy.Schema):
    """One row per direct or indirect quote in a news article."""

    quote_id = _key("Stable id: hash of turn and offsets.")
    turn_id = _text("The narration turn that holds it.")
    document_id = _text("The document.")
    speaker = _text("Name of the speaker; null when only an office or nobody is named.", nullable=True)
    office = _text(
        "Office of the speaker; without a name, the office, body, country or group that speaks; null when the article gives none.",
        nullable=True,
    )
    is_direct = dy.Bool(description="True for words in quotation marks, False for reported speech.")
    text = _text("The quoted words.", min_length=1)
    start_char = _count("Where they begin in the turn's text.")
    end_char = _count("Where they end there.")
    rule = _text("Rule that tied the words to the speaker.")


class PatternHits(dy.Schema):
    """One row per response pattern found in an answer."""

    turn_id = dy.String(primary_key=True, description="The answer's turn.")
    pattern_id = dy.String(primary_key=True, regex=r"^R\d\d$", description="Code of the pattern (seed response_patterns).")
    start_char = dy.Int64(primary_key=True, min=0, description="Where the quote begins in the turn's text.")
    end_char = dy.Int64(min=0, description="Where it ends there.")
    exchange_id = _text("The exchange; null for news articles.", nullable=True)
    document_id = _text("The document.")
    quote = _text("The decisive words.", min_length=1)
    sole_content = dy.Bool(description="Whether the formula is all there is in the answer.")
    codebook_version = _text("Version of the codebook that found it.")


class Accusations(dy.Schema):
    """One row per accusation in an exchange or article."""

    accusation_id = _key("Stable id: hash of turn, actors, type and offsets.")
    exchange_id = _text("The exchange; null for news articles.", nullable=True)
    turn_id = _text("The turn that holds the quote.")
    document_id = _text("The document.")
    accuser = _text("ISO 3166-1 alpha-3, or EUU NAT UNO G7 FVE WST UNNAMED.")
    accused = _text("ISO 3166-1 alpha-3, or EUU NAT UNO G7 FVE WST UNNAMED.")
    accuser_label = _text("The accuser as written; null when it is the speaker.", nullable=True)
    accused_label = _text("The accused as written; null when it is implied.", nullable=True)
    accusation_type = dy.String(regex=r"^A\d\d$", description="Code of the type (seed accusation_types).")
    direction = _text("IN: China is accused. OUT: China accuses. THIRD: neither.", one_of=DIRECTIONS)
    modality = _text("asserted, reported, denied or hypothetical.", one_of=MODALITIES)
    side = _text("question, answer or narration.", one_of=["question", "answer", "narration"])
    quote = _text("The decisive words.", min_length=1)
    start_char = _count("Where the quote begins in the turn's text.")
    end_char = _count("Where it ends there.")
    codebook_version = _text("Version of the codebook that found it.")


class TopicHits(dy.Schema):
    """One row per turn and topic that the turn speaks of."""

    turn_id = dy.String(primary_key=True, description="The turn.")
    topic_id = dy.String(primary_key=True, regex=r"^T\d\d$", description="Code of the topic (seed topics).")
    exchange_id = _text("The exchange; null for news articles.", nullable=True)
    document_id = _text("The document.")
    quote = _text("The first word of the topic in the turn.", min_length=1)
    start_char = _count("Where it begins in the turn's text.")
    end_char = _count("Where it ends there.")
    codebook_version = _text("Version of the codebook that found it.")


class DocumentPairs(dy.Schema):
    """One row per briefing of which both the English and the Chinese version are stored."""

    document_pair_id = _key("Stable id: hash of the two documents.")
    briefing_date = dy.Date(description="Day of the briefing; the earlier one where the two versions give different days.")
    kind = _text("What the English version is.", one_of=KINDS)
    en_document_id = _text("The English document.")
    zh_document_id = _text("The Chinese document.")
    rule = _text(
        "How they were found: language_link (one page names the other), same_day (nothing else of that kind and day), chosen_of_day (the "
        "likest of several), neighbouring_day (a day apart, with the same content).",
        one_of=DOCUMENT_PAIR_RULES,
    )
    confidence = dy.Float64(min=0, max=1, description="How sure it is that both report one briefing.")
    n_en_exchanges = _count("Exchanges of the English version.")
    n_zh_exchanges = _count("Exchanges of the Chinese version.")
    n_only_en = _count("Exchanges that only the English version has.")
    n_only_zh = _count("Exchanges that only the Chinese version has.")


class ExchangePairs(dy.Schema):
    """One row per exchange with its counterpart in the other language, or without one. An exchange that answers to two has two rows."""

    exchange_pair_id = _key("Stable id: hash of the exchanges.")
    document_pair_id = _text("The pair of documents (document_pairs).")
    pair_index = _count("Position in the briefing, from 0, in the English order.")
    briefing_date = dy.Date(description="Day of the briefing, as in document_pairs.")
    en_document_id = _text("The English document.")
    zh_document_id = _text("The Chinese document.")
    en_exchange_id = _text("The English exchange; null when only the Chinese version has it.", nullable=True)
    zh_exchange_id = _text("The Chinese exchange; null when only the English version has it.", nullable=True)
    relation = _text("both, only_en or only_zh.", one_of=RELATIONS)
    is_in_order = dy.Bool(description="Whether it stands in the order of its neighbours in both versions; true for what one version lacks.")
    confidence = dy.Float64(min=0, max=1, description="How sure the row is, with the sureness that the documents belong together.")
    shared_names = _text("Places, persons and bodies that both name, in the English words; null when there are none.", nullable=True)
    shared_figures = _text("Figures and dates that both give, in the English words; null when there are none.", nullable=True)

    @dy.rule()
    def relation_says_what_is_there(cls) -> pl.Expr:
        """The relation names the language that has the exchange."""
        en, zh = pl.col("en_exchange_id").is_not_null(), pl.col("zh_exchange_id").is_not_null()
        return pl.when(en & zh).then(pl.lit("both")).when(en).then(pl.lit("only_en")).otherwise(pl.lit("only_zh")) == pl.col("relation")


class LanguageDifferences(dy.Schema):
    """One row per difference in substance between the English and the Chinese version of one exchange."""

    difference_id = _key("Stable id: hash of the pair, kind, side and the words that differ.")
    exchange_pair_id = _text("The pair of exchanges (exchange_pairs).")
    briefing_date = dy.Date(description="Day of the briefing.")
    en_exchange_id = _text("The English exchange; the first of several that form one Chinese exchange.")
    zh_exchange_id = _text("The Chinese exchange; the first of several that form one English exchange.")
    kind = _text("What differs: number, date, sentence_missing, after_conference, accusation or pattern.", one_of=DIFFERENCES)
    side = _text("The language that has what the other lacks: en or zh; both where the two contradict each other.", one_of=SIDES)
    part = _text("question or answer; null for after_conference.", nullable=True, one_of=["question", "answer"])
    code = _text("Accusation type (A..) or pattern (R..) that one language has; null for other kinds.", nullable=True)
    en_turn_id = _text("English turn of en_quote; null without one.", nullable=True)
    en_quote = _text("The English words; null where English has none.", nullable=True)
    en_start_char = dy.Int64(nullable=True, min=0, description="Where en_quote begins in its turn's text; null without one.")
    en_end_char = dy.Int64(nullable=True, min=0, description="Where it ends there; null without one.")
    zh_turn_id = _text("Chinese turn of zh_quote; null without one.", nullable=True)
    zh_quote = _text("The Chinese words; null where Chinese has none.", nullable=True)
    zh_start_char = dy.Int64(nullable=True, min=0, description="Where zh_quote begins in its turn's text; null without one.")
    zh_end_char = dy.Int64(nullable=True, min=0, description="Where it ends there; null without one.")
    detail = _text("What differs, in a sentence.")
    confidence = dy.Float64(
        min=0, max=1, description="Share of such rows that were right when read, lowered where the alignment is unsure."
    )

    @dy.rule()
    def offsets_hold_the_quotes(cls) -> pl.Expr:
        """Each quote is as long as its offsets say, and stands with its turn or not at all."""
        return pl.all_horizontal(
            (pl.col(f"{language}_end_char") - pl.col(f"{language}_start_char")).eq_missing(
                pl.col(f"{language}_quote").str.len_chars().cast(pl.Int64)
            )
            & (pl.col(f"{language}_turn_id").is_null() == pl.col(f"{language}_quote").is_null())
            for language in LANGUAGES
        )

    @dy.rule()
    def quote_is_of_the_side(cls) -> pl.Expr:
        """The language that has more shows its words."""
        return (
            pl.when(side="en")
            .then(pl.col("en_quote").is_not_null())
            .when(side="zh")
            .then(pl.col("zh_quote").is_not_null())
            .otherwise(pl.col("en_quote").is_not_null() & pl.col("zh_quote").is_not_null())
        )


class Quarantine(dy.Schema):
    """One row per thing that could not be used."""

    quarantine_id = _key("Stable id: hash of stage, reason, path and detail.")
    raw_path = _text("The stored bytes relative to BRIEFINGS_HOME, or the file that was refused unread.")
    file_name = _text("Name of the file that was ingested; of several the first by time and name. Null for rows of a table.", nullable=True)
    stage = _text("extract, parse, normalise, annotate or contract.", one_of=["extract", "parse", "normalise", "annotate", "contract"])
    reason = _text("Short code, e.g. not_a_briefing, index_page, no_date, too_large.")
    detail = _text("What was found and what to do.")
    nearest_layout = _text("Layout that came closest; null when none did.", nullable=True)
    sha256 = _text("SHA-256 of the bytes; null when they were not read.", nullable=True)
    url = _text("Address, where known.", nullable=True)
    is_error = dy.Bool(description="False for what was never meant to be a document, such as an index page.")
    first_seen = dy.Datetime(nullable=True, description="Fetch time, else the file's own time, UTC; null when neither is known.")


MONTHLY_TABLES: dict[str, type[dy.Schema]] = {
    "documents": Documents,
    "document_versions": DocumentVersions,
    "turn_changes": TurnChanges,
    "turns": Turns,
    "exchanges": Exchanges,
    "mentions": Mentions,
    "quotes": Quotes,
    "pattern_hits": PatternHits,
    "accusations": Accusations,
    "topic_hits": TopicHits,
    "document_pairs": DocumentPairs,
    "exchange_pairs": ExchangePairs,
    "language_differences": LanguageDifferences,
}
"""Tables of which the lake keeps a file a month (month of the briefing date)."""

WHOLE_TABLES: dict[str, type[dy.Schema]] = {"entities": Entities, "quarantine": Quarantine}
"""Tables of which the lake keeps one file."""

TABLES: dict[str, type[dy.Schema]] = MONTHLY_TABLES | WHOLE_TABLES
