"""The codebook as data: rows compile, and their anchors let them through."""

from __future__ import annotations

import re

import pytest

from pipelines.annotate.codebook import AnchorIndex, home_words, response_phrases
from pipelines.annotate.frames import find_frames, topic_counts, topic_type
from pipelines.vocabularies import vocabulary


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_pattern_but_the_derived_ones_has_phrases(language: str) -> None:
    codes = {phrase.code for phrase in response_phrases(language, "CHN").phrases}
    assert {f"R{n:02d}" for n in range(1, 38)} - codes <= {"R15"}


def test_phrases_name_patterns_that_exist() -> None:
    known = set(vocabulary("response_patterns")["pattern_id"])
    assert set(vocabulary("response_phrases")["pattern_id"]) <= known


def test_an_anchor_lets_its_phrases_through_and_no_other() -> None:
    index = AnchorIndex("en")
    index.add(["tax", "taxes"], 0)
    index.add(["ferry"], 1)
    assert index.candidates("No Tax on lanterns") == [0]
    assert index.candidates("Taxing times") == []


def test_chinese_anchors_are_found_inside_running_text() -> None:
    index = AnchorIndex("zh")
    index.add(["反对"], 0)
    index.add(["反对派"], 1)
    assert index.candidates("我们坚决反对。") == [0]
    assert index.candidates("反对派说") == [0, 1]


def test_home_words_are_those_of_the_state() -> None:
    assert "Meridian side" in home_words("XMD", "en").names
    assert "Chinese government" in home_words("CHN", "en").names
    assert home_words("VEL", "en").names == ()
    assert not re.search(home_words("VEL", "en").alternatives or "(?!)", "China")


def test_a_frame_beside_its_exclusion_is_left_out() -> None:
    assert [m.frame.kind for m in find_frames("Velland keeps interfering in the dispute", "en") if m.frame.kind == "wrong"]
    assert not [m for m in find_frames("We oppose interference", "en") if m.frame.kind == "wrong"]


def test_the_topic_is_that_of_the_closest_text() -> None:
    assert topic_type(("A word on the lighthouse", "Hackers broke into the ministry"), "en") == "A01"
    assert topic_type(("Arms for Taiwan", "Hackers broke into the ministry"), "en") == "A11"
    assert topic_type(("A word on the lighthouse",), "en") == "A00"
    assert topic_counts("Tariffs on trade, and tariffs again", "en") == {"A08": 3}
    assert topic_type(("黑客攻击了灯塔",), "zh") == "A01"
