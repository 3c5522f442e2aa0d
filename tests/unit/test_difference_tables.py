"""Differences between two versions, from frames to frames. Ministry, matters and words are invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.contracts.lake import Accusations, Exchanges, Mentions, PatternHits, Turns
from pipelines.pair.differences import language_differences

DAY = date(2024, 3, 5)
Texts = Sequence[tuple[str, str]]
"""Question and answer of each exchange."""


def frame(schema: Any, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Rows with the columns of a contract; what they leave out is null."""
    return pl.DataFrame(list(rows), schema=pl.Schema(schema))


def differences(
    en: Texts, zh: Texts, *, after: Sequence[str] = (), closing: str | None = None, accusations: Sequence[dict[str, Any]] = (),
    pattern_hits: Sequence[dict[str, Any]] = (), confidence: float = 1.0,
) -> list[dict[str, Any]]:  # fmt: skip
    """Differences of one pair: all English exchanges against all Chinese ones."""
    turns: list[dict[str, Any]] = []
    exchanges: list[dict[str, Any]] = []
    for language, texts in (("en", en), ("zh", zh)):
        for number, texts_of_exchange in enumerate(texts):
            exchange_id = f"{language}{number}"
            exchanges.append({"exchange_id": exchange_id, "after_conference": exchange_id in after})
            for role, text in zip(("question", "answer"), texts_of_exchange, strict=True):
                turns.append({"turn_id": f"{exchange_id}-{role}", "exchange_id": exchange_id, "role": role, "text": text})
        if language == "zh" and closing:
            turns.append({"turn_id": "zh-closing", "exchange_id": f"zh{len(zh) - 1}", "role": "closing", "text": closing})
    for index, turn in enumerate(turns):
        turn |= {"document_id": turn["turn_id"][:2], "turn_index": index}
    pair = {
        "exchange_pair_id": "p1", "briefing_date": DAY, "en_exchange_ids": [f"en{n}" for n in range(len(en))],
        "zh_exchange_ids": [f"zh{n}" for n in range(len(zh))], "confidence": confidence,
    }  # fmt: skip
    found = language_differences(
        pl.DataFrame([pair]), frame(Turns, turns), frame(Exchanges, exchanges), frame(Mentions, []),
        frame(Accusations, accusations), frame(PatternHits, pattern_hits),
    )  # fmt: skip
    words = {turn["turn_id"]: turn["text"] for turn in turns}
    for row in found.iter_rows(named=True):
        for language in ("en", "zh"):
            if row[f"{language}_turn_id"]:
                text = words[row[f"{language}_turn_id"]]
                assert text[row[f"{language}_start_char"] : row[f"{language}_end_char"]] == row[f"{language}_quote"]
    return found.to_dicts()


def kinds(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["kind"], row["side"]) for row in rows]


QUESTION = ("How many ships did Velland send on March 4?", "韦兰3月4日派出几艘船？")


@pytest.mark.parametrize(
    ("en", "zh", "expected"),
    [
        ("Velland sent 40 ships.", "韦兰派出40艘船。", []),
        ("Velland sent forty ships yesterday.", "韦兰3月4日派出四十艘船。", []),
        ("Velland sent 40 ships.", "韦兰派出14艘船。", [("number", "both")]),
        ("Velland sent 40 ships.", "韦兰派出了船只。", [("number", "en")]),
        ("Velland sent its ships.", "韦兰派出40艘船。", [("number", "zh")]),
        ("The two sides met on March 7.", "双方3月8日会晤。", [("date", "both")]),
        ("The two sides met.", "双方3月8日会晤。", [("date", "zh")]),
        ("The two sides met on March 7, 2024.", "双方3月7日会晤。", []),
        ("The two sides met on March 7, 2023.", "双方2024年3月7日会晤。", [("date", "both")]),
        ("Both countries will work together.", "两国将共同努力，一道前行。", []),
        ("It lies 3.5 miles off the coast.", "它位于海岸外3.5公里处。", [("number", "both")]),
    ],
)
def test_figures_and_dates(en: str, zh: str, expected: list[tuple[str, str]]) -> None:
    rows = differences([(QUESTION[0], en)], [(QUESTION[1], zh)])
    assert kinds(rows) == expected
    assert all((row["en_quote"], row["zh_quote"], row["part"]) == (en, zh, "answer") for row in rows)


def test_the_words_that_differ_are_named() -> None:
    (row,) = differences([(QUESTION[0], "Velland sent 40 ships.")], [(QUESTION[1], "韦兰派出14艘船。")])
    assert row["detail"] == "English: 40; Chinese: 14."
    (row,) = differences([(QUESTION[0], "It lies 3.5 miles off.")], [(QUESTION[1], "它位于3.5公里处。")])
    assert row["detail"] == "English: 3.5 miles; Chinese: 3.5公里."


def test_a_figure_of_the_question_may_stand_in_the_answer() -> None:
    assert differences([("How many of the 40 ships came?", "All of them.")], [("来了几艘船？", "40艘都来了。")]) == []


def test_exchanges_that_were_merged_are_compared_together() -> None:
    en = [("Is it true?", "Yes, 40 ships."), ("And then?", "Another 50 ships arrived in the harbour later.")]
    assert differences(en, [("是真的吗？然后呢？", "是的，40艘船。后来又有50艘船抵达港口。")]) == []
    assert kinds(differences(en, [("是真的吗？然后呢？", "是的，40艘船。后来又有60艘船抵达港口。")])) == [("number", "both")]


def test_a_closing_speech_that_one_page_sets_apart_is_no_difference() -> None:
    en = [("Is it true?", "Yes, it is. The next conference will be held on March 18.")]
    assert differences(en, [("是真的吗？", "是的。")], closing="下次记者会将于3月18日举行。") == []
    assert kinds(differences(en, [("是真的吗？", "是的。")])) == [("date", "en")]


def test_asked_after_the_conference_in_one_version_only() -> None:
    en, zh = [("Is it true?", "Yes.")], [("是真的吗？", "是的。")]
    (row,) = differences(en, zh, after=["zh0"])
    assert (row["kind"], row["side"], row["zh_quote"], row["part"]) == ("after_conference", "zh", "是真的吗？", None)
    assert differences(en, zh, after=["zh0", "en0"]) == differences(en, zh) == []


def accusation(language: str, code: str, direction: str, quote: str, start: int) -> dict[str, Any]:
    return {
        "accusation_id": f"{language}{code}", "exchange_id": f"{language}0", "turn_id": f"{language}0-question", "accusation_type": code,
        "direction": direction, "accuser": "USA", "accused": "CHN", "side": "question", "quote": quote, "start_char": start,
        "end_char": start + len(quote),
    }  # fmt: skip


def test_codes_of_one_version_are_called_what_they_are() -> None:
    en, zh = [("Velland speaks of theft.", "We noted it.")], [("韦兰称发生盗窃。", "我们注意到了。")]
    coded = accusation("en", "A09", "IN", "theft", 18)
    (row,) = differences(en, zh, accusations=[coded])
    assert (row["kind"], row["side"], row["code"], row["part"]) == ("accusation", "en", "A09", "question")
    assert (row["en_quote"], row["zh_quote"]) == ("theft", "韦兰称发生盗窃。")
    assert row["detail"] == "A09 (USA accuses CHN) is coded in English only."
    assert row["confidence"] < 0.5
    assert differences(en, zh, accusations=[coded, accusation("zh", "A09", "IN", "盗窃", 5)]) == []
    assert len(differences(en, zh, accusations=[coded, accusation("zh", "A09", "OUT", "盗窃", 5)])) == 2
    hit = {
        "turn_id": "zh0-answer", "exchange_id": "zh0", "pattern_id": "R19", "quote": "注意到", "start_char": 2, "end_char": 5,
    }  # fmt: skip
    (row,) = differences(en, zh, pattern_hits=[hit])
    assert (row["kind"], row["side"], row["code"], row["part"], row["zh_quote"]) == ("pattern", "zh", "R19", "answer", "注意到")


def test_an_unsure_alignment_lowers_confidence_and_ids_are_stable() -> None:
    texts = [(QUESTION[0], "Velland sent 40 ships.")], [(QUESTION[1], "韦兰派出14艘船。")]
    (sure,), (unsure,) = differences(*texts), differences(*texts, confidence=0.5)
    assert unsure["confidence"] == pytest.approx(sure["confidence"] / 2)
    assert unsure["difference_id"] == sure["difference_id"]


def test_without_pairs_there_are_no_rows_but_all_columns() -> None:
    pairs = pl.DataFrame(
        schema={
            "exchange_pair_id": pl.String, "briefing_date": pl.Date, "en_exchange_ids": pl.List(pl.String),
            "zh_exchange_ids": pl.List(pl.String), "confidence": pl.Float64,
        }
    )  # fmt: skip
    empty = [frame(schema, []) for schema in (Turns, Exchanges, Mentions, Accusations, PatternHits)]
    found = language_differences(pairs, *empty)
    assert (found.height, "difference_id" in found.columns) == (0, True)
