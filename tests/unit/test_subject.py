"""Whose act a verb is: the speaker's, the home state's, or somebody else's."""

from __future__ import annotations

import pytest

from pipelines.annotate.subject import is_own_act


@pytest.mark.parametrize(
    ("sentence", "verb", "is_own"),
    [
        ("We firmly oppose the ban", "oppose", True),
        ("China has always opposed the ban", "opposed", True),
        ("Firmly oppose the ban, that is what we do", "oppose", True),
        ("The Canadian minister opposed the ban", "opposed", False),
        ("We saw it, deplore it and firmly oppose it", "oppose", True),
        ("The international community understands and supports the plan", "supports", False),
        ("He said that they hope for rain", "hope", False),
        ("The Chinese side strongly condemns the attack", "condemns", True),
        ("The EU condemns the attack", "condemns", False),
    ],
)
def test_english(sentence: str, verb: str, is_own: bool) -> None:
    assert is_own_act(sentence, sentence.index(verb), "CHN", "en") is is_own


def test_the_home_state_is_that_of_the_source() -> None:
    sentence = "Meridia opposes the ban, China opposes the dam"
    assert is_own_act(sentence, sentence.index("opposes"), "XMD", "en")
    assert not is_own_act("China opposes the dam", len("China "), "XMD", "en")


@pytest.mark.parametrize(
    ("sentence", "verb", "is_own"),
    [("中方坚决反对", "反对", True), ("我们对此表示反对", "反对", True), ("美方反对", "反对", False), ("国际社会普遍反对", "反对", False)],
)
def test_chinese(sentence: str, verb: str, is_own: bool) -> None:
    assert is_own_act(sentence, sentence.index(verb), "CHN", "zh") is is_own
