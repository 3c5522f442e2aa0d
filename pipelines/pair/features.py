"""What an exchange shows that its counterpart in the other language shows, too.

Names, figures, Latin words, codes and translated words become cues: a thing that stands in one language, and what answers to it in the other. Entity
ids, pattern ids and topic ids are the same in both languages; figures are compared by value; words by the glossary of ``difference_terms``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.identifiers import words_of
from pipelines.pair.difference_figures import readings
from pipelines.pair.difference_terms import Glossary, glossary, terms
from pipelines.pair.numbers import Weight, figures

LIKELIHOODS = {
    "name": (0.83, 0.08),
    "home": (0.95, 0.9),
    "figure": (0.80, 0.05),
    "latin": (0.9, 0.02),
    "topic": (0.85, 0.08),
    "pattern": (0.6, 0.08),
}
"""Kind of cue -> (share of the exchanges with it whose counterpart has it, share of other exchanges that have it)."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A thing that an exchange shows.

    Attributes:
        kind: word, name, home (the briefing's own state), figure, latin, topic or pattern.
        shown: the thing as a person reads it, for the evidence beside a pair.
        answers: keys of the other language that answer to it; one is enough.
        in_translation: share of the counterparts that answer to it.
        by_chance: share of other exchanges that do.
    """

    kind: str
    shown: str
    answers: frozenset[str]
    in_translation: float
    by_chance: float


@dataclass(frozen=True, slots=True)
class Passage:
    """An exchange as the aligner sees it.

    Attributes:
        exchange_id: the exchange.
        n_letters: letters and digits of question and answer.
        n_question_marks: in question and answer.
        is_asked: whether it begins with a question: with a label or a question mark. A torn-off part of an answer does not, as a rule.
        outlet_id: who asked; None when that is not published.
        cues: what it shows.
        keys: what it answers with to cues of the other language.
    """

    exchange_id: str
    n_letters: int
    n_question_marks: int
    is_asked: bool
    outlet_id: str | None
    cues: tuple[Cue, ...]
    keys: frozenset[str]


_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-.&][A-Za-z0-9]+)*|\d+[A-Za-z]+\d*")
_QUESTION_MARK = re.compile(r"[?？]")
_QUESTION = re.compile(r"^[^\n:：?？。]{1,60}[:：]|[?？]")
_LATIN_LABEL = re.compile(r"^(?:Q|A)$")


def passages(
    exchanges: pl.DataFrame, turns: pl.DataFrame, mentions: pl.DataFrame, pattern_hits: pl.DataFrame, topic_hits: pl.DataFrame,
    homes: Iterable[str] = (), known: Glossary | None = None,
) -> dict[str, Passage]:  # fmt: skip
    """Exchange id -> passage.

    Args:
        exchanges, turns, mentions, pattern_hits, topic_hits: rows of the lake tables; hits of other turns do no harm.
        homes: entity ids of the states whose briefings these are: named nearly everywhere, so that they tell little.
        known: words and their counterparts; the glossary of the package when left out.
    """
    known = glossary() if known is None else known
    exchange_of = dict(turns.select("turn_id", "exchange_id").drop_nulls().iter_rows())
    names = _by_exchange(exchange_of, mentions, "entity_id")
    patterns = _by_exchange(exchange_of, pattern_hits, "pattern_id")
    topics = _by_exchange(exchange_of, topic_hits, "topic_id")
    at_home = frozenset(homes)
    columns = ("exchange_id", "language", "briefing_date", "question_text", "answer_text", "outlet_id")
    found = {}
    for exchange_id, language, day, question, answer, outlet_id in exchanges.select(columns).iter_rows():
        coded = [
            *(("home" if name in at_home else "name", name) for name in names[exchange_id]),
            *(("topic", code) for code in topics[exchange_id]),
            *(("pattern", code) for code in patterns[exchange_id]),
        ]
        # With any closing speech: the other version may have it in its last answer, unrecognised.
        whole = f"{question}\n{answer}"
        cues, keys = _cues(whole, language, day, coded, known)
        is_asked = _QUESTION.search(question) is not None
        found[exchange_id] = Passage(
            exchange_id, len(words_of(whole)), len(_QUESTION_MARK.findall(whole)), is_asked, outlet_id, tuple(cues), frozenset(keys)
        )
    return found


def _by_exchange(exchange_of: Mapping[str, str], hits: pl.DataFrame, column: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for turn_id, code in hits.select("turn_id", column).unique().sort("turn_id", column).iter_rows():
        if turn_id in exchange_of and code not in found[exchange_of[turn_id]]:
            found[exchange_of[turn_id]].append(code)
    return found


def _cues(text: str, language: str, day: date, coded: Iterable[tuple[str, str]], known: Glossary) -> tuple[list[Cue], set[str]]:
    cues: list[Cue] = []
    keys: set[str] = set()
    for kind, code in coded:
        cues.append(Cue(kind, code, frozenset({code}), *LIKELIHOODS[kind]))
        keys.add(code)
    seen: set[frozenset[str]] = set()
    for figure in figures(text, language):
        meant = readings(figure, day)
        own, also = ({f"{kind}:{value:g}" for kind, value in values} for values in (meant.own, meant.also))
        keys |= own | {f"~{value}" for value in also}
        # Two figures are one when what the one says is what the other says or may be called.
        answers = frozenset(own | also | {f"~{value}" for value in own})
        if figure.weight > Weight.LOOSE and answers not in seen:
            seen.add(answers)
            cues.append(Cue("figure", text[figure.start : figure.end], answers, *LIKELIHOODS["figure"]))
    latin = {word.lower() for word in _LATIN.findall(text) if language == "en" or not _LATIN_LABEL.match(word)}
    keys |= {f"latin:{word}" for word in latin}
    if language == "zh":
        cues += [Cue("latin", word, frozenset({f"latin:{word}"}), *LIKELIHOODS["latin"]) for word in sorted(latin)]
    words = terms(text, language)
    keys |= words
    for word in sorted(words & known.keys()):
        entry = known[word]
        cues.append(Cue("word", word, entry.counterparts, entry.in_translation, entry.by_chance))
    return cues, keys
