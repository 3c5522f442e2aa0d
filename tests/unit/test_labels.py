"""Speaker labels of English pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parse import labels


@pytest.mark.parametrize(
    ("paragraph", "split"),
    [
        ("Q: When?", ("Q", 2)),
        ("Q:Yesterday it rained.", ("Q", 2)),
        ("Q：When?", ("Q", 2)),
        ("3. Q: When?", ("Q", 5)),
        ("(2) Harbour Times: When?", ("Harbour Times", 18)),
        ("Ada Quill : Soon.", ("Ada Quill", 11)),
        ("AFP: 10 boats, 20 boats", ("AFP", 4)),
        ("Between 00:00 and 24:00 nobody sails.", None),
        ("No colon here.", None),
        (": nothing before it", None),
        (f"{'x' * 90}: too late", None),
        ("", None),
    ],
)
def test_what_stands_before_the_first_colon(paragraph: str, split: tuple[str, int] | None) -> None:
    assert labels.split_label(paragraph) == split


@pytest.mark.parametrize(
    "label",
    [
        "Q",
        "Question",
        "Q2",
        "Q 1",
        "Question (3)",
        "Journalist",
        "Reporter",
        "Journalist clarifies",
        "Follow-up",
        "Follow-up question",
        "A journalist",
    ],
)
def test_generic_questions(label: str) -> None:
    assert labels.is_generic_question(label)
    assert not labels.is_generic_answer(label)


@pytest.mark.parametrize(
    "label", ["A", "Answer", "A2", "Spokesperson", "Spokesperson Ada Quill", "MFA Spokesperson", "Foreign Ministry Spokesman Edwin Farrow"]
)
def test_generic_answers(label: str) -> None:
    assert labels.is_generic_answer(label)
    assert not labels.is_generic_question(label)


@pytest.mark.parametrize(
    "label",
    [
        "Harbour Times",
        "The Globe and Mail",
        "RIA Novosti",
        "24KZ",
        "ITN&BBC",
        "U.S. News",
        "People’s Daily",
        "Channel NewsAsia (CNA)",
        "NRC Handelsblad",
        "CBS reporter",
    ],
)
def test_names(label: str) -> None:
    assert labels.is_name_like(label)


@pytest.mark.parametrize(
    "label",
    [
        "What I want to stress is",
        "First",
        "Fact 3",
        "Lie",
        "As the saying goes",
        "I'd like to make three points, namely",
        "He said",
        "",
        "…",
        "Is it true? Yes",
    ],
)
def test_beginnings_of_sentences_are_no_names(label: str) -> None:
    assert not labels.is_name_like(label)


@pytest.mark.parametrize(
    "label", ["Ada Quill", "Ada quill", "Quill", "Ada  Quill", "AdaQuill", "Ada Qill", "Ada Quilll", "Aad Quill", "Ada Quick"[:8] + "l"]
)
def test_a_speakers_name_with_a_slip(label: str) -> None:
    assert labels.names_speaker(label, ("Tomas Brandt", "Ada Quill"))


@pytest.mark.parametrize("label", ["Ada Brand", "Harbour Times", "Quilt", "Ida Quall", "Tomas B", "Mr", ""])
def test_other_names(label: str) -> None:
    assert not labels.names_speaker(label, ("Tomas Brandt", "Ada Quill"))


def test_joint_labels_and_similar_questions() -> None:
    assert labels.joint_askers("ITN&BBC") == ("ITN", "BBC")
    assert labels.joint_askers("Bloomberg / Macau Monthly") == ("Bloomberg", "Macau Monthly")
    assert labels.joint_askers("AFP") == ("AFP",)
    assert labels.is_known_outlet("afp")
    assert not labels.is_known_outlet("Harbour Times of Nowhere")
    assert labels.similar_askers("Will it sail? (Similar question from AFP, Kyodo News and RIA Novosti)") == [
        "AFP",
        "Kyodo News",
        "RIA Novosti",
    ]
    assert labels.similar_askers("A similar question from AFP") == []
    assert labels.only_similar_askers("(Similar questions were raised by AFP and CNN)")
    assert not labels.only_similar_askers("(Laughter)")


@given(st.text(max_size=120))
def test_any_text_has_a_label_or_none(text: str) -> None:
    split = labels.split_label(text)
    if split:
        label, length = split
        assert label in text
        assert text[length - 1] in ":："


@pytest.mark.parametrize(
    ("remark", "outlets"),
    [
        ("(Reuters and AFP asked a similar question.)", ["Reuters", "AFP"]),
        ("(Similar questions from Reuters, AFP and NHK)", ["Reuters", "AFP", "NHK"]),
        ("(CNN also raised the same question)", ["CNN"]),
        ("(We had many questions.)", []),
    ],
)
def test_remarks_on_similar_questions(remark: str, outlets: list[str]) -> None:
    assert labels.similar_askers(f"Will it sail? {remark}") == outlets
    assert labels.only_similar_askers(remark) == bool(outlets)


@pytest.mark.parametrize(
    "label",
    [
        "Mr. Tomas Brandt",
        "Ms Ada Quill",
        "Ada Quill (Foreign Ministry Spokesperson)",
        "Ada Quill, Foreign Ministry Spokesperson",
        "Mr. Brandt",
    ],
)
def test_names_with_an_address_or_an_office(label: str) -> None:
    assert labels.names_speaker(label, ("Tomas Brandt", "Ada Quill"))


def test_lists_of_outlets() -> None:
    assert labels.is_list_of_names("Le Monde, Libération")
    assert labels.joint_askers("Le Monde, Libération") == ("Le Monde", "Libération")
    assert not labels.is_list_of_names("First, let me say")
    assert not labels.is_list_of_names("Le Monde")
