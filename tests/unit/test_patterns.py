"""Response patterns on invented answers: the act and not the word, whose act it is, what is quoted, and what is all there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.annotate.exchange import code_turns
from pipelines.annotate.patterns import find_patterns

ASKED = "The harbour was closed yesterday. What is your comment?"


def codes(answer: str, language: str = "en", home: str = "CHN") -> set[str]:
    return {hit.pattern_id for hit in find_patterns(answer, language, home)}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("I am not aware of the ferry that you mentioned.", "R01"),
        ("I have no information to offer on the ferry.", "R02"),
        ("I would refer you to the harbour authorities.", "R03"),
        ("The ministry has released a readout on the visit.", "R04"),
        ("We have stated our position on the lighthouse many times.", "R05"),
        ("I will not comment on lanterns.", "R06"),
        ("I do not answer hypothetical questions.", "R07"),
        ("We will release information on the visit in due course.", "R08"),
        ("China firmly opposes the tax on lanterns.", "R09"),
        ("What the newspaper says about the ferry is not true.", "R10"),
        ("China has never closed a harbour of others.", "R10"),
        ("It is not China that closed the harbour.", "R10"),
        ("The accusation is groundless.", "R11"),
        ("This is a malicious smear.", "R12"),
        ("They made the charge without any evidence.", "R13"),
        ("Your question is rather odd.", "R14"),
        ("This is a double standard.", "R16"),
        ("China is also one of the main victims of lantern theft.", "R17"),
        ("It is time to drop the Cold War mentality.", "R18"),
        ("We have noted the relevant reports.", "R19"),
        ("We are closely following the developments at the harbour.", "R20"),
        ("China is deeply concerned about the flood.", "R21"),
        ("China deplores the closure of the harbour.", "R22"),
        ("China strongly condemns the attack on the ferry.", "R23"),
        ("We have lodged solemn representations with the Velland side.", "R24"),
        ("We urge the Velland side to respect the facts.", "R25"),
        ("Velland should immediately correct its mistake.", "R26"),
        ("China will take all necessary measures to safeguard its harbours.", "R27"),
        ("China will take countermeasures.", "R28"),
        ("Those who play with fire will get burned.", "R29"),
        ("The lighthouse is China's internal affair and brooks no interference; it is part of our internal affairs.", "R30"),
        ("Our position on lanterns is consistent and clear.", "R31"),
        ("The trade in lanterns is entirely lawful.", "R32"),
        ("The dispute should be settled through dialogue and consultation.", "R33"),
        ("We call on both sides to exercise restraint.", "R34"),
        ("We hope that the ferry will sail again.", "R35"),
        ("China welcomes the opening of the harbour.", "R36"),
        ("We express our deep condolences to the bereaved.", "R37"),
    ],
)
def test_each_pattern(answer: str, code: str) -> None:
    assert code in codes(answer)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("The EU condemned the attack on the ferry.", "R23"),
        ("The Velland minister opposed the tax on lanterns.", "R09"),
        ("The Velland side said that it hoped for rain.", "R35"),
        ("Many experts think that Velland is a victim of lantern theft.", "R17"),
        ("The international community supports the plan.", "R36"),
        ("Evidence shows that the ferry sank at night.", "R13"),
        ("Velland should respect the wishes of its fishermen.", "R25"),
    ],
)
def test_words_that_only_report_others_or_say_less_are_not_coded(answer: str, code: str) -> None:
    assert code not in codes(answer)


def test_what_somebody_else_is_quoted_to_say_is_not_the_speakers_act() -> None:
    said = "“We firmly oppose the tax on lanterns and shall never pay it,” said the Velland minister."
    assert "R09" not in codes(said)
    assert "R09" in codes("We firmly oppose the so-called “lantern tax”.")


def test_several_patterns_in_one_answer() -> None:
    answer = "We have noted the reports. The charge is groundless. We urge Velland to stop and hope that the ferry sails."
    assert {"R19", "R11", "R25", "R35"} <= codes(answer)


def test_a_home_state_other_than_china() -> None:
    assert "R09" in codes("Meridia firmly opposes the tax on lanterns.", home="XMD")
    assert "R17" in codes("Meridia itself is a victim of lantern theft.", home="XMD")
    assert "R17" not in codes("China itself is a victim of lantern theft.", home="XMD")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("我不了解你提到的渡船情况。", "R01"),
        ("中方坚决反对灯笼税。", "R09"),
        ("有关报道不属实。", "R10"),
        ("这是对灯塔的恶意抹黑。", "R12"),
        ("我们注意到有关报道。", "R19"),
        ("中方对此表示强烈不满。", "R22"),
        ("我们敦促对方尊重事实。", "R25"),
        ("灯塔事务纯属中国内政。", "R30"),
        ("双方应通过对话解决渡船问题。", "R33"),
        ("我们希望渡船早日复航。", "R35"),
    ],
)
def test_chinese_patterns(answer: str, code: str) -> None:
    assert code in codes(answer, "zh")


def test_others_acts_in_chinese_are_not_coded() -> None:
    assert "R09" not in codes("美方反对灯笼税。", "zh")


def sole(answer: str) -> str | None:
    return code_turns([("question", ASKED), ("answer", answer)], "en", "CHN")[-1].sole_pattern


def test_a_formula_that_is_all_there_is_is_marked() -> None:
    assert sole("I am not aware of that.") == "R01"
    assert sole("We have noted the relevant reports.") == "R19"


def test_a_formula_with_substance_beside_it_is_not_sole() -> None:
    assert sole("We have noted the relevant reports. The harbour opens at nine.") is None
    assert sole("We have noted the relevant reports. We hope for rain.") is None


def test_an_answer_may_have_no_pattern() -> None:
    (_, answer) = code_turns([("question", ASKED), ("answer", "It is a lighthouse.")], "en", "CHN")
    assert answer.patterns == []


def test_facts_without_a_stance_are_a_factual_brief() -> None:
    answer = (
        "At the invitation of the Velland government, the minister will pay an official visit to Velland from October 3 to 5. "
        "He will meet with the president and attend the opening ceremony of the harbour. "
        "Two agreements will be signed. The delegation of 40 people arrived yesterday."
    )
    (_, coded) = code_turns([("question", "Can you tell us more about the visit?"), ("answer", answer)], "en", "CHN")
    assert "R38" in {hit.pattern_id for hit in coded.patterns}


def test_only_answers_have_patterns() -> None:
    (question, _) = code_turns([("question", "China firmly opposes the tax. Why?"), ("answer", "It is high.")], "en", "CHN")
    assert question.patterns == []


@given(
    st.lists(
        st.sampled_from(["We firmly oppose it. ", "He said “no”. ", "We hope so… ", "\n", "The charge is groundless; ", "  "]), max_size=8
    )
)
def test_offsets_lie_in_the_text_and_quotes_are_words(parts: list[str]) -> None:
    text = "".join(parts)
    for hit in find_patterns(text, "en"):
        quote = text[hit.start : hit.end]
        assert quote
        assert quote == quote.strip()
        assert any(word in quote.lower() for word in ("oppose", "hope", "groundless"))
