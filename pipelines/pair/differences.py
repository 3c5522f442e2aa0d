"""Where the English and the Chinese version of one exchange differ in substance.

In (from ``pipelines.pair.tables``):

* ``pairs``: a row per aligned pair; ``exchange_pair_id``, ``briefing_date``, ``en_exchange_ids`` and ``zh_exchange_ids`` (lists of exchange ids in
  page order: one each for 1:1, several on one side where exchanges were merged; none of them empty), ``confidence`` (of the alignment, 0 to 1);
* ``turns``: all turns of these documents (a closing speech may stand in an answer of one version and by itself in the other);
* ``exchanges``, ``mentions``, ``accusations``, ``pattern_hits``: the lake tables of (at least) these exchanges, both languages.

Out: ``LanguageDifferences``, a row per difference. The quotes are the sentences that differ, side by side; ``detail`` names the word or figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import dataframely as dy
import polars as pl

from pipelines.contracts.lake import LanguageDifferences
from pipelines.identifiers import digest
from pipelines.pair.difference_figures import Readings, agree
from pipelines.pair.difference_sentences import Bead, Unit, align, missing, units
from pipelines.pair.difference_terms import Glossary, glossary
from pipelines.pair.numbers import Figure, Weight, shown

DIFFERENCE_ID_CHARS = 16
LANGUAGES = {"en": "English", "zh": "Chinese"}
OTHER = {"en": "zh", "zh": "en"}
PARTS = ("question", "answer")
CLOSING = "closing"
FRAME = "frame"
"""Turns of a document that are neither: opening, closing and notes."""
TELLING_NAMES = ("place:", "body:")
"""Entities that both languages name alike; a person is often "he" in one of them."""

CONFIDENCE = {
    ("number", "both"): 0.9, ("number", "one"): 0.8, ("date", "both"): 0.9, ("date", "one"): 0.8, ("sentence_missing", "one"): 0.7,
    ("after_conference", "one"): 0.9, ("accusation", "one"): 0.05, ("accusation", "alone"): 0.3, ("pattern", "one"): 0.1,
    ("pattern", "alone"): 0.3,
}  # fmt: skip
"""Share of rows that were right when read; see tests/eval/test_differences.py. A code that one version has and the other has not is nearly always a sentence
that both have (of 30 patterns 3 were not, of 30 accusations 1); alone are those without a counterpart for their sentence."""
SMALL_FIGURES_CONFIDENCE = 0.6
LARGEST_SMALL_FIGURE = 10
"""Up to here one version may write a word where the other writes a digit: "six firms", 6家企业."""


@dataclass(frozen=True, slots=True)
class _Turn:
    turn_id: str
    text: str
    names: tuple[tuple[int, str], ...]


@dataclass
class _Side:
    """One part (question or answer) of an exchange in both languages."""

    turns: dict[str, list[_Turn]]
    units: dict[str, list[Unit]]
    beads: list[Bead]


Row = dict[str, Any]


def language_differences(
    pairs: pl.DataFrame,
    turns: pl.DataFrame,
    exchanges: pl.DataFrame,
    mentions: pl.DataFrame,
    accusations: pl.DataFrame,
    pattern_hits: pl.DataFrame,
) -> dy.DataFrame[LanguageDifferences]:
    """Differences in substance between the two versions of aligned exchanges (columns: see the module)."""
    words = _turns_by_exchange(turns, mentions)
    document_of = dict(turns.select("exchange_id", "document_id").iter_rows())
    is_after = dict(exchanges.select("exchange_id", "after_conference").iter_rows())
    accused = _codes(accusations, "accusation_type", ["direction", "accuser", "accused"])
    formulas = _codes(pattern_hits, "pattern_id", [])
    known = glossary()

    @cache
    def frame_of(document_id: str, language: str, day: date) -> Sequence[Unit]:
        return units([turn.text for turn in words.get((document_id, FRAME), [])], language, day)

    rows: list[Row] = []
    for pair in pairs.iter_rows(named=True):
        ids = {"en": pair["en_exchange_ids"], "zh": pair["zh_exchange_ids"]}
        day = pair["briefing_date"]
        parts = {part: _side(words, ids, part, day, known) for part in PARTS}
        frame_units = {language: frame_of(document_of.get(own[0], ""), language, day) for language, own in ids.items()}
        found = [
            *_text_differences(parts, frame_units, known),
            *_after_conference(parts, ids, is_after),
            *_coded_in_one("accusation", parts, ids, accused),
            *_coded_in_one("pattern", parts, ids, formulas),
        ]
        for row in found:
            where = f"{row.get('en_turn_id')}|{row.get('en_start_char')}|{row.get('zh_turn_id')}|{row.get('zh_start_char')}"
            key = f"{pair['exchange_pair_id']}|{row['kind']}|{row['side']}|{row.get('code')}|{where}|{row['detail']}"
            rows.append(
                row
                | {
                    "difference_id": digest(key, DIFFERENCE_ID_CHARS),
                    "exchange_pair_id": pair["exchange_pair_id"],
                    "briefing_date": pair["briefing_date"],
                    "en_exchange_id": ids["en"][0],
                    "zh_exchange_id": ids["zh"][0],
                    "confidence": round(row["confidence"] * pair["confidence"], 3),
                }
            )
    frame = pl.DataFrame(rows, schema=pl.Schema(LanguageDifferences))
    return LanguageDifferences.validate(frame.unique("difference_id", keep="first", maintain_order=True))


def _turns_by_exchange(turns: pl.DataFrame, mentions: pl.DataFrame) -> dict[tuple[str, str], list[_Turn]]:
    """(exchange, role) -> its turns in page order; (document, FRAME) -> its other turns."""
    names: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for turn_id, start, entity_id in mentions.select("turn_id", "start_char", "entity_id").iter_rows():
        if entity_id.startswith(TELLING_NAMES):
            names[turn_id].append((start, entity_id))
    found: dict[tuple[str, str], list[_Turn]] = defaultdict(list)
    columns = ["document_id", "exchange_id", "role", "turn_id", "text"]
    for document_id, exchange_id, role, turn_id, text in turns.sort("document_id", "turn_index").select(columns).iter_rows():
        turn = _Turn(turn_id, text, tuple(names[turn_id]))
        if exchange_id is not None and role in (*PARTS, CLOSING):
            found[exchange_id, role].append(turn)
        if role not in PARTS:
            found[document_id, FRAME].append(turn)
    return found


def _side(words: Mapping[tuple[str, str], list[_Turn]], ids: Mapping[str, Sequence[str]], part: str, day: date, known: Glossary) -> _Side:
    turns = {language: [turn for exchange_id in ids[language] for turn in words.get((exchange_id, part), [])] for language in LANGUAGES}
    closing = {
        language: [turn for exchange_id in ids[language] for turn in words.get((exchange_id, CLOSING), [])] for language in LANGUAGES
    }
    if part == "answer" and bool(closing["en"]) != bool(closing["zh"]):
        # A closing speech that one page sets apart is the end of an answer on the other.
        turns = {language: own + closing[language] for language, own in turns.items()}
    sentences = {
        language: units([turn.text for turn in own], language, day, [turn.names for turn in own]) for language, own in turns.items()
    }
    return _Side(turns, sentences, align(sentences["en"], sentences["zh"], known))


# --- quotes ------------------------------------------------------------------------------------------------------------


def _quoted(side: _Side, language: str, numbers: Sequence[int]) -> Row:
    """Columns that quote neighbouring sentences of one turn (the first one's)."""
    if not numbers:
        return {}
    own = [side.units[language][number] for number in numbers]
    own = [unit for unit in own if unit.passage == own[0].passage]
    turn = side.turns[language][own[0].passage]
    return _quote(language, turn.turn_id, turn.text[own[0].start : own[-1].end], own[0].start, own[-1].end)


def _quote(language: str, turn_id: str, quote: str, start: int, end: int) -> Row:
    return {
        f"{language}_turn_id": turn_id, f"{language}_quote": quote, f"{language}_start_char": start, f"{language}_end_char": end,
    }  # fmt: skip


# --- sentences and figures ---------------------------------------------------------------------------------------------


def _text_differences(parts: Mapping[str, _Side], frame: Mapping[str, Sequence[Unit]], known: Glossary) -> Iterator[Row]:
    said = {
        language: [
            reading
            for own in (*(side.units[language] for side in parts.values()), frame[language])
            for unit in own
            for _, reading in unit.figures
        ]
        for language in LANGUAGES
    }
    for part, side in parts.items():
        (elsewhere,) = (other for name, other in parts.items() if name != part)
        places = {language: (elsewhere.units[language], frame[language]) for language in LANGUAGES}
        lacking = missing(side.units["en"], side.units["zh"], side.beads, places, known)
        for gap in lacking:
            yield {
                "kind": "sentence_missing",
                "side": gap.language,
                "part": part,
                **_quoted(side, gap.language, [gap.unit]),
                "detail": f"This sentence stands in {LANGUAGES[gap.language]} only.",
                "confidence": CONFIDENCE["sentence_missing", "one"],
            }
        told = {(gap.language, gap.unit) for gap in lacking}
        for bead in side.beads:
            if not any((language, number) in told for language in LANGUAGES for number in bead.of(language)):
                for row in _figure_differences(side, bead, said):
                    yield row | {"part": part}


def _figure_differences(side: _Side, bead: Bead, said: Mapping[str, Sequence[Readings]]) -> Iterator[Row]:
    """Figures of a bead that contradict each other, and such as the whole other version lacks."""
    here = {language: [pair for number in bead.of(language) for pair in side.units[language][number].figures] for language in LANGUAGES}
    unmatched = {
        language: [
            (figure, reading)
            for figure, reading in here[language]
            if figure.weight != Weight.LOOSE and not any(agree(reading, theirs) for _, theirs in here[OTHER[language]])
        ]
        for language in LANGUAGES
    }
    lacking = {
        language: [figure for figure, reading in own if not any(agree(reading, theirs) for theirs in said[OTHER[language]])]
        for language, own in unmatched.items()
    }
    quotes = _quoted(side, "en", bead.en) | _quoted(side, "zh", bead.zh)
    told: set[Figure] = set()
    for figure, _ in unmatched["en"]:
        rival = next((other for other, _ in unmatched["zh"] if other not in told and _contradict(figure, other)), None)
        if rival is None or (figure not in lacking["en"] and rival not in lacking["zh"]):
            continue
        told |= {figure, rival}
        is_firm = Weight.FIRM in {figure.weight, rival.weight}
        kind = "date" if figure.is_date else "number"
        yield quotes | {
            "kind": kind,
            "side": "both",
            "detail": f"English: {_shown(side, 'en', bead, figure)}; Chinese: {_shown(side, 'zh', bead, rival)}.",
            "confidence": CONFIDENCE[kind, "both"] if is_firm else SMALL_FIGURES_CONFIDENCE,
        }
    for language, figures in lacking.items():
        for figure in figures:
            if figure.weight == Weight.FIRM and figure not in told:
                kind = "date" if figure.is_date else "number"
                yield quotes | {
                    "kind": kind,
                    "side": language,
                    "detail": f"{_shown(side, language, bead, figure)} stands in {LANGUAGES[language]} only.",
                    "confidence": CONFIDENCE[kind, "one"],
                }


def _contradict(figure: Figure, other: Figure) -> bool:
    """Whether two unequal figures of a bead may speak of the same thing: both are days, both years, both quantities of equal weight."""
    if figure.is_date or other.is_date:
        return figure.kind == other.kind or {figure.kind, other.kind} <= {"date", "day"}
    are_small = max(figure.value, other.value) <= LARGEST_SMALL_FIGURE
    return (figure.weight == other.weight or are_small) and (figure.kind == "ordinal") == (other.kind == "ordinal")


def _shown(side: _Side, language: str, bead: Bead, figure: Figure) -> str:
    for number in bead.of(language):
        unit = side.units[language][number]
        if any(figure is own for own, _ in unit.figures):
            return shown(side.turns[language][unit.passage].text, figure, language)
    raise ValueError(f"{figure} is not of the bead")


# --- marks and codes ---------------------------------------------------------------------------------------------------


def _after_conference(parts: Mapping[str, _Side], ids: Mapping[str, Sequence[str]], is_after: Mapping[str, bool]) -> Iterator[Row]:
    marked = {language: any(is_after.get(exchange_id, False) for exchange_id in own) for language, own in ids.items()}
    if marked["en"] == marked["zh"]:
        return
    language = "en" if marked["en"] else "zh"
    side = next((side for side in parts.values() if side.units[language]), None)
    if side is None:
        return
    yield {
        **{key: value for name in LANGUAGES for key, value in _quoted(side, name, [0] if side.units[name] else []).items()},
        "kind": "after_conference",
        "side": language,
        "detail": f"Only the {LANGUAGES[language]} page says that this was asked after the conference.",
        "confidence": CONFIDENCE["after_conference", "one"],
    }


_Codes = dict[str, list[Row]]
"""Exchange -> codes with their quotes."""


def _codes(frame: pl.DataFrame, code: str, also: Sequence[str]) -> _Codes:
    found: _Codes = defaultdict(list)
    for row in frame.filter(pl.col("exchange_id").is_not_null()).sort("turn_id", "start_char").iter_rows(named=True):
        found[row["exchange_id"]].append(row | {"code": row[code], "also": [row[name] for name in also]})
    return found


def _coded_in_one(kind: str, parts: Mapping[str, _Side], ids: Mapping[str, Sequence[str]], codes: _Codes) -> Iterator[Row]:
    """Codes (with direction) that one version has and the other has not at all: the first quote, and what stands for it in the other."""
    own = {language: [row for exchange_id in ids[language] for row in codes.get(exchange_id, [])] for language in LANGUAGES}
    for language, rows in own.items():
        seen = {(row["code"], *row["also"][:1]) for row in own[OTHER[language]]}
        for row in rows:
            key = (row["code"], *row["also"][:1])
            if key in seen:
                continue
            seen.add(key)
            actors = f" ({row['also'][1]} accuses {row['also'][2]})" if row["also"] else ""
            there = _counterpart(parts, language, row["turn_id"], row["start_char"])
            yield {
                **there,
                **_quote(language, row["turn_id"], row["quote"], row["start_char"], row["end_char"]),
                "kind": kind,
                "side": language,
                "part": row.get("side", "answer"),
                "code": row["code"],
                "detail": f"{row['code']}{actors} is coded in {LANGUAGES[language]} only.",
                "confidence": CONFIDENCE[kind, "one" if there else "alone"],
            }


def _counterpart(parts: Mapping[str, _Side], language: str, turn_id: str, start: int) -> Row:
    """Columns that quote what the other version says in place of the sentence at an offset; none where it says nothing."""
    for side in parts.values():
        for bead in side.beads:
            for number in bead.of(language):
                unit = side.units[language][number]
                if side.turns[language][unit.passage].turn_id == turn_id and unit.start <= start < unit.end:
                    return _quoted(side, OTHER[language], bead.of(OTHER[language]))
    return {}
