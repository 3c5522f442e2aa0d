"""Who said what, on invented sentences: one case a rule, then persons, pronouns, marks, and what is no quote."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.parse.quotes import LONGEST_PARAGRAPH, find_quotes

TARRISH = ("Owen Tarrish", "palace spokesman")
QUILL = ("Ada Quill", "Meridian Foreign Ministry spokeswoman")
INTRODUCED = "Palace spokesman Owen Tarrish and Meridian Foreign Ministry spokeswoman Ada Quill came to the harbour."


def found(*paragraphs: str) -> list[tuple[str, bool, tuple[str | None, str | None], str]]:
    """(words, is_direct, (name, office), rule) of every quote."""
    return [
        (paragraphs[q.paragraph][q.start : q.end], q.is_direct, (q.speaker.name, q.speaker.office), q.rule) for q in find_quotes(paragraphs)
    ]


def only(*paragraphs: str) -> tuple[str, bool, tuple[str | None, str | None], str]:
    quotes = found(*paragraphs)
    assert len(quotes) == 1, quotes
    return quotes[0]


@pytest.mark.parametrize(
    ("sentence", "words", "is_direct", "rule"),
    [
        ('"The pier stands," palace spokesman Owen Tarrish told a weekly briefing.', "The pier stands", True, "after"),
        ('"The pier stands," said palace spokesman Owen Tarrish at a briefing on Monday.', "The pier stands", True, "after"),
        ('“The pier stands,” palace spokesman Owen Tarrish told reporters on board the royal yacht.', "The pier stands", True, "after"),
        ('On Monday, palace spokesman Owen Tarrish said: "The pier stands."', "The pier stands.", True, "before"),
        ('Palace spokesman Owen Tarrish called the charge "a tale for long evenings."', "a tale for long evenings.", True, "before"),
        ("Palace spokesman Owen Tarrish said on Monday that the pier stands.", "the pier stands", False, "that_clause"),
        ("Palace spokesman Owen Tarrish said in a statement the pier stands.", "the pier stands", False, "that_clause"),
        ("Palace spokesman Owen Tarrish told reporters in the harbour on Monday that the pier stands.", "the pier stands", False, "that_clause"),
        ("Palace spokesman Owen Tarrish said, the pier stands and will stand.", "the pier stands and will stand", False, "that_clause"),
        ("The pier stands on firm ground, palace spokesman Owen Tarrish also said.", "The pier stands on firm ground", False, "trailing"),
        ("The pier stands on firm ground, said palace spokesman Owen Tarrish.", "The pier stands on firm ground", False, "trailing"),
        ("The pier, palace spokesman Owen Tarrish noted, has stood all winter.", "The pier, palace spokesman Owen Tarrish noted, has stood all winter", False, "parenthetical"),
        ("According to palace spokesman Owen Tarrish, the pier stands on firm ground.", "the pier stands on firm ground", False, "according_to"),
        ("The pier stands on firm ground, according to palace spokesman Owen Tarrish.", "The pier stands on firm ground", False, "according_to"),
        ("Palace spokesman Owen Tarrish urged Velland to send its masons.", "urged Velland to send its masons", False, "speech_act"),
        ("Palace spokesman Owen Tarrish denied that the pier leans.", "denied that the pier leans", False, "speech_act"),
        ("Palace spokesman Owen Tarrish's claim that the pier stands came late.", "the pier stands came late", False, "noun"),
        ("Palace spokesman Owen Tarrish expressed the hope that the pier stands.", "the pier stands", False, "that_clause"),
    ],
)  # fmt: skip
def test_each_way_to_attribute(sentence: str, words: str, is_direct: bool, rule: str) -> None:
    text, direct, speaker, by = only(sentence)
    assert (text, direct, by) == (words, is_direct, rule)
    assert (speaker[0], (speaker[1] or "").casefold()) == TARRISH


def test_a_participle_keeps_the_subject() -> None:
    quotes = found(
        "Palace spokesman Owen Tarrish said the pier stands, adding that Velland paid half of it and urging Velland to pay the rest."
    )
    assert [(words, rule) for words, _, _, rule in quotes] == [
        ("the pier stands", "that_clause"),
        ("Velland paid half of it", "participle"),
        ("urging Velland to pay the rest", "participle"),
    ]
    assert {speaker[0] for _, _, speaker, _ in quotes} == {"Owen Tarrish"}


def test_a_coordinated_verb_keeps_the_subject() -> None:
    quotes = found("Palace spokesman Owen Tarrish criticised the report and said that the pier stands, and warned that storms will come.")
    assert [words for words, *_ in quotes] == ["the pier stands", "storms will come"]


def test_words_in_marks_go_on_in_the_paragraph_and_over_paragraphs() -> None:
    quotes = found(
        '"The pier stands," said palace spokesman Owen Tarrish. "It will stand tomorrow.',
        '"And it will stand next year."',
        "The harbour was quiet.",
    )
    assert [(words, rule) for words, _, _, rule in quotes] == [
        ("The pier stands", "after"),
        ("It will stand tomorrow.", "continued"),
        ("And it will stand next year.", "continued_paragraph"),
    ]
    assert {speaker[0] for _, _, speaker, _ in quotes} == {"Owen Tarrish"}


def test_a_quote_split_by_its_attribution_has_two_parts() -> None:
    quotes = found('"The pier," Owen Tarrish, the palace spokesman, said, "has stood since spring."')
    assert [(words, speaker[0]) for words, _, speaker, _ in quotes] == [
        ("The pier", "Owen Tarrish"),
        ("has stood since spring.", "Owen Tarrish"),
    ]


def test_a_direct_quote_inside_reported_speech_is_found_beside_it() -> None:
    quotes = found('Palace spokesman Owen Tarrish said that the costs had "stayed within bounds" all year.')
    assert [(words, is_direct) for words, is_direct, *_ in quotes] == [
        ('the costs had "stayed within bounds" all year', False),
        ("stayed within bounds", True),
    ]


def test_behind_a_sentence_in_marks_the_occasion_is_not_reported_speech() -> None:
    only('"The pier stands," palace spokesman Owen Tarrish told a briefing after being asked about the storms of the last winter.')


def test_the_lead_takes_the_speaker_of_the_full_quote() -> None:
    quotes = found(
        'The Palace of Lanterns hailed the pier as "a stone laid together."', '"It is a stone laid together," said spokesman Owen Tarrish.'
    )
    assert [(speaker[0], rule) for _, _, speaker, rule in quotes] == [("Owen Tarrish", "repeated"), ("Owen Tarrish", "after")]


def test_a_body_or_country_speaks_under_its_own_name() -> None:
    assert only("The pier stands on firm ground, the Palace of Lanterns said Monday.")[2] == (None, "Palace of Lanterns")
    assert only('Velland called the bridge "a hope of many years."')[2] == (None, "Velland")
    assert only("The foreign ministry said that the pier stands.")[2] == (None, "foreign ministry")
    assert only("Two senior officials said that the pier stands.")[2] == (None, "senior officials")


@pytest.mark.parametrize(
    ("introduction", "name", "office"),
    [
        ("Chief Cabinet Secretary Ines Vale said that the pier stands.", "Ines Vale", "Chief Cabinet Secretary"),
        ("Lia Corvane, spokeswoman for the Sorrentian interior ministry, said that the pier stands.", "Lia Corvane", "spokeswoman for the Sorrentian interior ministry"),
        ("State Councilor and Minister of Public Security Hal Orme said that the pier stands.", "Hal Orme", "State Councilor and Minister of Public Security"),
        ("The Velland ministry's spokesman, Piet Holm, said that the pier stands.", "Piet Holm", "Velland ministry's spokesman"),
        ("A spokesperson in the Ministry of Harbour Affairs Nora Blythe said that the pier stands.", "Nora Blythe", "spokesperson in the Ministry of Harbour Affairs"),
        ("Treasury Undersecretary Ines Vale said over the weekend that the pier stands.", "Ines Vale", "Treasury Undersecretary"),
        ("Meanwhile visiting Prime Minister Sanne Rook said that the pier stands.", "Sanne Rook", "Prime Minister"),
    ],
)  # fmt: skip
def test_persons_are_known_by_name_and_office(introduction: str, name: str, office: str) -> None:
    assert only(introduction)[2] == (name, office)


def test_names_pronouns_and_offices_mean_the_person_introduced_before() -> None:
    quotes = found(
        INTRODUCED,
        "Tarrish said that the pier stands.",
        "He added that the storms are over.",
        "Quill noted that the ministry was pleased.",
        "She stressed that the bridge will open.",
        "The palace spokesman said that nobody was hurt.",
        "The spokeswoman said that ships may pass.",
    )
    assert [speaker[0] for _, _, speaker, _ in quotes] == ["Owen Tarrish"] * 2 + ["Ada Quill"] * 2 + ["Owen Tarrish", "Ada Quill"]


def test_a_spokesman_of_the_lead_is_the_one_named_later() -> None:
    quotes = found(
        "A Meridian Foreign Ministry spokesman said that the pier stands.",
        "Spokesman Edwin Farrow made the remarks.",
        '"It stands," he said.',
    )
    assert {speaker for _, _, speaker, _ in quotes} == {("Edwin Farrow", "Meridian Foreign Ministry spokesman")}


def test_another_ministrys_spokesman_is_not_the_one_who_spoke_last() -> None:
    quotes = found(
        "Meridian Foreign Ministry spokesman Edwin Farrow said that the pier stands.",
        "The Velland Foreign Ministry spokesman said that the pier leans.",
    )
    assert [speaker for _, _, speaker, _ in quotes] == [
        ("Edwin Farrow", "Meridian Foreign Ministry spokesman"),
        (None, "Velland Foreign Ministry spokesman"),
    ]


def test_pronouns_mean_the_main_speaker_and_not_whom_he_tells_of() -> None:
    quotes = found(
        INTRODUCED,
        '"We shall see," Tarrish said in response to remarks by Piet Holm, who said that the pier leans.',
        '"It does not lean," he said.',
    )
    assert quotes[-1][2][0] == "Owen Tarrish"


@pytest.mark.parametrize(
    "sentence",
    [
        "Velland has often accused Meridia of letting the work slip, and Meridia has rejected the charge.",
        "Palace spokesman Owen Tarrish declined to comment on the storms.",
        "Palace spokesman Owen Tarrish was told that the pier stands.",
        "Palace spokesman Owen Tarrish would not say whether the pier stands.",
        "Palace spokesman Owen Tarrish answered in the affirmative.",
        'The so-called "lantern plan" was signed in spring.',
        'Palace spokesman Owen Tarrish read from the "Charter of the Lantern Strait" all morning.',
        "In an interview, palace spokesman Owen Tarrish spoke about the pier.",
        "The bridge is to carry its first cars in two years.",
        "Experts' reports of the harbour fill a shelf.",
    ],
)
def test_acts_and_labels_are_no_quotes(sentence: str) -> None:
    assert [quote for quote in found(sentence) if quote[3] != "speech_act"] == []


def test_a_charge_that_tells_what_it_is_about_is_an_act_of_speech() -> None:
    assert only("Velland accused Meridia of letting the work slip.") == (
        "accused Meridia of letting the work slip",
        False,
        (None, "Velland"),
        "speech_act",
    )


def test_words_that_nobody_is_named_for_stay_unattributed() -> None:
    assert only('"The pier stands and will stand."') == ("The pier stands and will stand.", True, (None, None), "unattributed")


@pytest.mark.parametrize(
    "marks", [('"', '"'), ("“", "”"), ("``", "''"), ("''", "''"), ("‘", "’"), ("'", "'"), ("«", "»")], ids=lambda marks: marks[0] + marks[1]
)
def test_marks_of_all_kinds(marks: tuple[str, str]) -> None:
    assert only(f"{marks[0]}The pier's stones stand firm,{marks[1]} palace spokesman Owen Tarrish said.")[:2] == (
        "The pier's stones stand firm",
        True,
    )


def test_abbreviations_do_not_end_a_sentence() -> None:
    assert only("The U.S. Navy sent a ship on Sept. 3 to the strait, Mr. Owen Tarrish, a palace spokesman, said.")[0].startswith(
        "The U.S. Navy"
    )


SNIPPETS = st.sampled_from(
    ['"', "“", "”", "'", "’", ", ", ". ", " said ", " that ", "Owen Tarrish", "spokesman ", " he ", "The ", "according to ", "adding ", "U.S. ", "remarks by ", "of ", "\n"]
)  # fmt: skip


@given(st.lists(st.one_of(st.text(max_size=40), st.lists(st.one_of(SNIPPETS, st.text(max_size=6)), max_size=30).map("".join)), max_size=6))
@example(['"'])
@example(["said said said", "” said"])
def test_any_text_gives_quotes_that_lie_within_it(paragraphs: list[str]) -> None:
    quotes = find_quotes(paragraphs)
    for quote in quotes:
        assert 0 <= quote.start < quote.end <= len(paragraphs[quote.paragraph])
    assert len({(q.paragraph, q.start, q.end) for q in quotes}) == len(quotes)
    assert quotes == find_quotes(paragraphs)


@pytest.mark.parametrize(
    "unit",
    ["said ", "Tarrish, ", '"a ', "'a b ", "A", "Abc-", "spokesman ", "according to the ", "the spokesman, Tarrish said, adding that "],
)
def test_work_on_text_without_sentences_is_bounded(unit: str) -> None:
    """The regular expressions must not run away on one long paragraph; a test that hangs has found one that does."""
    find_quotes([(unit * LONGEST_PARAGRAPH)[:LONGEST_PARAGRAPH]])
    assert find_quotes([unit * LONGEST_PARAGRAPH + ' "The pier stands," he said.']) == []
