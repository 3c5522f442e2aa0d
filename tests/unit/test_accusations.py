"""Accusations in invented exchanges: who, whom, what, in which direction, said how, and with which words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.annotate.exchange import CodedTurn, code_turns
from pipelines.annotate.linear import CONSTANT, build_layer, layers, probability
from pipelines.annotate.weighing import accepted

NEUTRAL_QUESTION = "What is your comment on the lighthouse?"
NEUTRAL_ANSWER = "I have nothing to add."


def coded(question: str, answer: str, home: str = "CHN", *, is_filtered: bool = False, language: str = "en") -> list[CodedTurn]:
    return code_turns([("question", question), ("answer", answer)], language, home, is_filtered=is_filtered)


def in_question(question: str, answer: str = NEUTRAL_ANSWER, home: str = "CHN") -> set[tuple[str, str, str]]:
    return {hit.pair for hit in coded(question, answer, home)[0].accusations}


def in_answer(answer: str, question: str = NEUTRAL_QUESTION, home: str = "CHN") -> set[tuple[str, str, str]]:
    return {hit.pair for hit in coded(question, answer, home)[1].accusations}


@pytest.mark.parametrize(
    ("question", "pair"),
    [
        ("The United States accused China of hacking a grain ministry.", ("USA", "CHN", "IN")),
        ("China was accused by Australia of spying on a lighthouse.", ("AUS", "CHN", "IN")),
        ("China was accused of spying on a lighthouse.", ("UNNAMED", "CHN", "IN")),
        ("Canada's harbour minister said that China had stolen the plans of a dam.", ("CAN", "CHN", "IN")),
        ("A newspaper reports that Chinese vessels rammed a fishing boat.", ("UNNAMED", "CHN", "IN")),
        ("According to the Dutch Minister of Defense, Chinese actors spied on a harbour.", ("NLD", "CHN", "IN")),
        ("Pompeo said a word on fishing. He said that China conceals the size of its fleet.", ("USA", "CHN", "IN")),
        ("Washington blamed Beijing for the end of the talks on tuna.", ("USA", "CHN", "IN")),
        ("France accused the United States of hijacking a cargo of lanterns.", ("FRA", "USA", "THIRD")),
    ],
)
def test_reported_accusations(question: str, pair: tuple[str, str, str]) -> None:
    assert pair in in_question(question)


def test_the_asker_is_not_the_accuser_and_concern_is_no_charge() -> None:
    assert in_question("AFP: Will China open the harbour next week?") == set()
    assert in_question("Canada said that it would send a ship to China.") == set()


def test_several_accused_are_told_apart() -> None:
    found = in_question("The United States accused Russia, Iran and China of hacking a grain ministry.")
    assert ("USA", "RUS", "THIRD") in found or ("USA", "CHN", "IN") in found


@pytest.mark.parametrize(
    ("answer", "accused"),
    [
        ("The United States is the biggest perpetrator of cyber attacks.", "USA"),
        ("The US side and its smears against China deceive nobody.", "USA"),
        ("Canada seriously violates international law.", "CAN"),
        ("Certain countries keep interfering in China's internal affairs.", "UNNAMED"),
        ("We urge the UK side to stop interfering in Hong Kong affairs.", "GBR"),
        ("The arbitrary detention of a Chinese citizen by Canada is shameful.", "CAN"),
    ],
)
def test_charges_of_the_speaker(answer: str, accused: str) -> None:
    assert ("CHN", accused, "OUT") in in_answer(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "China opposes all forms of hacking.",
        "China has never meddled in internal affairs of the United States.",
        "We hope that the United States will open its harbours.",
        "China opposes unilateral sanctions.",
        "“The United States keeps smearing China and violating every treaty there is,” a newspaper wrote.",
    ],
)
def test_principles_denials_wishes_and_quotations_are_no_charges(answer: str) -> None:
    assert not {pair for pair in in_answer(answer) if pair[2] == "OUT"}


def test_they_are_those_who_accused() -> None:
    question = "Washington blamed Beijing for the end of the talks on tuna."
    assert ("CHN", "USA", "OUT") in in_answer("They are shifting the blame to others.", question)


def test_it_is_whom_the_text_last_spoke_of() -> None:
    assert ("CHN", "AUS", "OUT") in in_answer("Australia has few lighthouses. It keeps smearing others.")


def test_a_wrong_behind_if_is_hypothetical() -> None:
    (hit,) = coded(NEUTRAL_QUESTION, "If the United States smears our lighthouse keepers, we will answer.")[1].accusations
    assert (hit.pair, hit.modality) == (("CHN", "USA", "OUT"), "hypothetical")


def test_a_charge_that_nobody_is_named_for_and_that_is_denied() -> None:
    (hit,) = coded(NEUTRAL_QUESTION, "There is no so-called persecution of lamp keepers in China.")[1].accusations
    assert (hit.pair, hit.modality) == (("UNNAMED", "CHN", "IN"), "denied")
    named = coded("The United States accused China of persecution.", "There is no so-called persecution of lamp keepers in China.")
    assert named[1].accusations == []


def test_modality_and_side() -> None:
    question, answer = coded("The United States accused China of hacking.", "The United States seriously violates the treaty.")
    assert {(h.modality, h.side) for h in question.accusations} == {("reported", "question")}
    assert {(h.modality, h.side) for h in answer.accusations} == {("asserted", "answer")}


def test_direction_is_relative_to_the_state_of_the_source() -> None:
    assert ("USA", "XMD", "IN") in in_question("The United States accused Meridia of hacking.", home="XMD")
    assert ("USA", "CHN", "THIRD") in in_question("The United States accused China of hacking.", home="XMD")
    assert ("XMD", "USA", "OUT") in in_answer("The United States is the biggest perpetrator of cyber attacks.", home="XMD")


@pytest.mark.parametrize(
    ("question", "type_id"),
    [
        ("The United States accused China of hacking a grain ministry.", "A01"),
        ("The United States accused China of forced labour in Xinjiang.", "A04"),
        ("The United States accused China of dumping lanterns.", "A08"),
    ],
)
@pytest.mark.parametrize("is_filtered", [False, True])
def test_types(question: str, type_id: str, is_filtered: bool) -> None:
    (hit,) = coded(question, "The accusation is groundless.", is_filtered=is_filtered)[0].accusations
    assert hit.accusation_type == type_id


def test_interference_is_typed_by_the_affair() -> None:
    def type_of(answer: str) -> str:
        (hit,) = coded(NEUTRAL_QUESTION, answer)[1].accusations
        return hit.accusation_type

    assert type_of("The US side should stop interfering in Hong Kong affairs.") == "A05"
    assert type_of("The US side should stop interfering in Xinjiang.") == "A04"
    assert type_of("The US side keeps smearing our lighthouse keepers.") == "A03"


def test_an_article_is_coded_without_an_exchange() -> None:
    (turn,) = code_turns([("narration", "The United States has accused China of hacking. The harbour stayed open.")], "en", "CHN")
    (hit,) = turn.accusations
    assert (hit.pair, hit.side) == (("USA", "CHN", "IN"), "narration")


def test_a_pair_stands_once_in_an_exchange() -> None:
    question = "The United States accused China of hacking. Washington also accused China of spying."
    assert len(coded(question, NEUTRAL_ANSWER)[0].accusations) == 1


def test_chinese_accusations() -> None:
    question, answer = coded("美国称中国实施网络攻击。中方有何评论？", "美国才是最大的网络攻击来源国。", language="zh")
    assert {hit.pair for hit in question.accusations} == {("USA", "CHN", "IN")}
    assert {hit.pair for hit in answer.accusations} == {("CHN", "USA", "OUT")}


# --- who is not the accused: victims, friends, topics, and those who only report ----------------------------------------


def zh_answer(answer: str, question: str = "你对此有何评论？") -> set[tuple[str, str, str]]:
    return {hit.pair for hit in coded(question, answer, language="zh")[1].accusations}


def zh_question(question: str) -> set[tuple[str, str, str]]:
    return {hit.pair for hit in coded(question, "我没有要补充的。", language="zh")[0].accusations}


@pytest.mark.parametrize(
    ("answer", "accused"),
    [
        ("美方对伊朗灯塔实施单边制裁，我们不接受。", "USA"),
        ("中方反对美方对伊朗灯塔实施单边制裁。", "USA"),
        ("美国关闭港口，对古巴、伊朗等国实施单边制裁。", "USA"),
        ("少数国家对俄罗斯渔船实施的单边制裁没有用处。", "WST"),
        ("作为乌克兰问题的始作俑者，美国应当反思。", "USA"),
        ("在朝鲜问题上，美方大搞胁迫外交。", "USA"),
        ("美国在韩国修建灯塔，严重损害中方利益。", "USA"),
        ("对美方粗暴干涉中国内政，中方表示强烈不满。", "USA"),
        ("中国的做法同某些国家动辄制裁他国形成鲜明对照。", "UNNAMED"),
    ],
)
def test_the_object_of_a_wrong_is_not_its_author_in_chinese(answer: str, accused: str) -> None:
    assert {pair for pair in zh_answer(answer) if pair[2] == "OUT"} == {("CHN", accused, "OUT")}


@pytest.mark.parametrize(
    "answer",
    [
        "中方同伊朗开展灯塔合作。中方一向反对单边制裁。",
        "我们赞赏巴方在灯塔问题上的客观公正立场。抹黑他国不得人心。",
        "中国和俄罗斯都坚决反对霸权主义。",
        "中国反对任何国家对伊朗渔船实施单边制裁。",
        "在乌克兰问题上，中方始终劝和促谈。单边制裁只会激化矛盾。",
        "你是指欧盟一方对渔船的单边制裁吗？",
        "中俄合作是对单边主义的抵制。",
        "两国在反污名化斗争中相互支持。俄罗斯是好邻居。",
    ],
)
def test_friends_topics_and_principles_are_no_charge_in_chinese(answer: str) -> None:
    assert zh_answer(answer, "俄罗斯和伊朗的渔民来访，你对此有何评论？") == set()


@pytest.mark.parametrize(
    ("answer", "accused"),
    [
        ("Unilateral sanctions on Iran by the United States are illegal sanctions.", {"USA"}),
        ("Russia is our neighbour. China and Russia both stand against attempts at distorting the past.", set()),
        ("We appreciate the position of Pakistan, and Pakistan is our friend. Smears will come to nothing.", set()),
        ("As the initiator of the quarrel over Ukraine that violates every rule, the United States should reflect.", {"USA"}),
        ("The wanton sanctions against Syria violate the Charter of fishermen.", set()),
    ],
)
def test_the_object_of_a_wrong_is_not_its_author(answer: str, accused: set[str]) -> None:
    assert {pair[1] for pair in in_answer(answer) if pair[2] == "OUT"} == accused


def test_passing_on_a_charge_is_not_charging() -> None:
    answer = "One senator claimed that Washington holds evidence that China is preparing to sabotage a lighthouse. He may show it."
    for is_filtered in (False, True):
        assert coded(NEUTRAL_QUESTION, answer, is_filtered=is_filtered)[1].accusations == []
    assert zh_answer("美国一名议员声称，中国、俄罗斯和伊朗正在散布虚假信息。") == set()


def test_whom_a_report_cites_is_the_accuser() -> None:
    assert in_question("A newspaper report citing two US harbour officials says that China concealed a flood.") == {("USA", "CHN", "IN")}
    assert zh_question("据报道，美国港务官员称，中国窃取灯塔图纸。") == {("USA", "CHN", "IN")}
    assert zh_question("据报道，有船员称，中国窃取灯塔图纸。") == {("UNNAMED", "CHN", "IN")}


def test_a_speaker_goes_on_in_the_next_sentence() -> None:
    question = "Russia's spokesperson said that the lighthouse is China's own affair. The US and UK's manipulation of it violates the law of the sea."
    assert in_question(question) == {("RUS", "USA", "THIRD"), ("RUS", "GBR", "THIRD")}


@pytest.mark.parametrize(
    ("question", "pairs"),
    [
        ("美国司法部对两名中国船员提起诉讼，指控他们在美国走私灯笼。", {("USA", "CHN", "IN")}),
        ("美国宣布了对华为灯塔公司的指控。", {("USA", "CHN", "IN")}),
        ("中方是否会谴责俄罗斯？", set()),
        ("为什么中国没有谴责俄罗斯？", set()),
        ("加拿大在联合国会议上指责中国的灯塔政策。", {("CAN", "CHN", "IN")}),
    ],
)
def test_verbs_of_blame_in_chinese_questions(question: str, pairs: set[tuple[str, str, str]]) -> None:
    assert zh_question(question) == pairs


def test_a_charge_that_is_refused_or_asked_for_is_none() -> None:
    assert in_question("Will China condemn Russia?") == set()
    assert in_question("China has refused to condemn Russia. Why?") == set()


@pytest.mark.parametrize("is_filtered", [False, True])
@pytest.mark.parametrize(
    ("answer", "language", "type_id"),
    [
        ("Japanese militarists waged a war of aggression against China and invaded its harbours.", "en", "A16"),
        ("Japan keeps whitewashing its history of aggression.", "en", "A16"),
        ("The United States invaded the island and bombed the harbour in war after war.", "en", "A14"),
        ("日本军国主义发动了侵华战争。", "zh", "A16"),
        ("日本政客企图否认侵略历史。", "zh", "A16"),
        ("美国到处发动战争。", "zh", "A14"),
    ],
)
def test_wars_of_the_past_are_history(answer: str, language: str, type_id: str, is_filtered: bool) -> None:
    hits = coded(NEUTRAL_QUESTION if language == "en" else "你对此有何评论？", answer, is_filtered=is_filtered, language=language)[
        1
    ].accusations
    assert {hit.accusation_type for hit in hits} == {type_id}


@pytest.mark.parametrize("is_filtered", [False, True])
def test_offsets_reproduce_quotes_of_at_most_twenty_words(is_filtered: bool) -> None:
    question = "  Yesterday “the White House”\naccused China of hacking a grain ministry. What is your response?"
    answer = "The charge is groundless.\n\nIt is the United States that is the biggest perpetrator of cyber attacks, and it keeps smearing China."
    for turn, text in zip(coded(question, answer, is_filtered=is_filtered), (question, answer), strict=True):
        assert turn.accusations
        for hit in turn.accusations:
            quote = text[hit.start : hit.end]
            assert quote
            assert quote == quote.strip()
            assert len(quote.split()) <= 20
            assert hit.accused_label is None or hit.accused_label.lower() in text.lower()


def test_the_filter_keeps_clear_charges_and_drops_neutral_exchanges() -> None:
    question, answer = coded(
        "The United States accused China of hacking a grain ministry. What is your response?",
        "The accusation is groundless. The United States is the biggest perpetrator of cyber attacks and should stop smearing China.",
        is_filtered=True,
    )
    assert {hit.pair for hit in question.accusations} == {("USA", "CHN", "IN")}
    assert {hit.pair for hit in answer.accusations} == {("CHN", "USA", "OUT")}
    visit = coded("When will the Canadian minister visit Beijing?", "He will visit China from May 3 to 5.", is_filtered=True)
    assert [turn.accusations for turn in visit] == [[], []]


@settings(deadline=None)  # the first example of a language compiles its vocabularies
@given(
    st.lists(
        st.sampled_from(["The US ", "accused China ", "of hacking. ", "“", "” ", "它", "We oppose smears", "\n", "? ", " by the EU; "]),
        max_size=9,
    ),
    st.lists(
        st.sampled_from(["It is ", "the UK ", "bullying ", "others. ", "No! ", "…", "反对", " never ", "if Iran violates "]), max_size=9
    ),
    st.sampled_from(["en", "zh"]),
    st.sampled_from(["CHN", "XMD", "VEL"]),
)
def test_any_text_is_coded_and_every_offset_lies_in_it(asked: list[str], answered: list[str], language: str, home: str) -> None:
    texts = ("".join(asked), "".join(answered))
    for turn, text in zip(coded(*texts, home, is_filtered=True, language=language), texts, strict=True):
        for hit in (*turn.accusations, *turn.patterns):
            assert 0 <= hit.start < hit.end <= len(text)
            assert text[hit.start : hit.end].strip()


# --- the linear filter's parts -----------------------------------------------------------------------------------------


def test_a_layer_adds_the_weights_of_what_is_there() -> None:
    layer = build_layer([("a", CONSTANT, 1.0), ("b", CONSTANT, -1.0), ("a", "x", 2.0), ("b", "x", 0.5), ("b", "q:y", 4.0)])
    assert layer.score(["x", "unknown"]) == [3.0, -0.5]
    assert layer.only(frozenset("b"), "q:").score(["y", "x"]) == [1.0, 3.0]
    assert build_layer([("a", CONSTANT, 1.0), ("a", "x", 2.0)]).score_values({"x": 0.5}) == 2.0


def test_proposals_over_their_threshold_are_accepted_else_the_best_of_likely_ones() -> None:
    decision = build_layer([("IN/pair", CONSTANT, 1.0), ("IN/any", CONSTANT, 0.5)])
    first, second = ("USA", "CHN", "IN"), ("GBR", "CHN", "IN")
    assert accepted({first: 2.0, second: 0.0}, decision) == [first]
    assert accepted({first: 0.5, second: 0.0}, decision) == [first]
    assert accepted({first: -3.0, second: -3.0}, decision) == []
    assert probability(0.0) == 0.5
    assert probability(-1000.0) == 0.0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_weights_name_single_words_and_relations_only(language: str) -> None:
    """No text of a page is kept: a feature is one word (in Chinese a pair of characters), or the name of a relation."""
    models = layers(language)
    assert models is not None
    for layer in models.values():
        for feature in layer.weights:
            assert " " not in feature
            assert len(re.findall(r"[\u4e00-\u9fff]", feature)) <= 2
