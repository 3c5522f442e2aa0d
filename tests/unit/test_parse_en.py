"""English ministry pages: who speaks when, in all eras. All texts are invented."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from pipelines.parse.mfa_en import parse_mfa_en
from pipelines.parse.model import Block, ParsedPage, SourcePage, UnparsablePageError
from pipelines.parse.page import parse_page

TITLE = "Meridian Foreign Ministry Spokesperson Ada Quill's Regular Press Conference on May 2, 2024"


def page(*lines: str | tuple[str, float], title: str = TITLE, stamp: datetime | None = None) -> ParsedPage:
    blocks = tuple(Block(line) if isinstance(line, str) else Block(*line) for line in lines)
    return parse_mfa_en(SourcePage(is_html=True, title=title, blocks=blocks, stamp=stamp))


def bold(text: str) -> tuple[str, float]:
    return text, 1.0


def roles(parsed: ParsedPage) -> list[tuple[str, str | None, int | None]]:
    return [(turn.role, turn.speaker_label, turn.exchange_index) for turn in parsed.turns]


QA = [("question", "Q", 0), ("answer", "A", 0)]


# --- labels ------------------------------------------------------------------------------------------------------------


def test_questions_and_answers_over_many_paragraphs() -> None:
    parsed = page(
        "The foreign minister will visit Velland.",
        "He will stay for a day.",
        "Q:Yesterday it rained.",
        "Did it harm the pier?",
        "A: No.",
        "Not at all.",
    )
    assert parsed.layout == "mfa_en_qa"
    assert roles(parsed) == [("opening", None, None), *QA]
    assert parsed.turns[1].text == "Yesterday it rained.\nDid it harm the pier?"
    assert parsed.turns[2].text == "No.\nNot at all."


@pytest.mark.parametrize("mark", [bold, str])
def test_outlets_and_names(mark) -> None:  # type: ignore[no-untyped-def]
    parsed = page(
        mark("AFP: Is the strait open?"),
        "Ada Quill: It is.",
        mark("Lantern Weekly: Two questions. First, when?"),
        mark("Second, how?"),
        "Ada Quill: Soon.",
        "What I want to stress is: nobody was hurt.",
        mark("AFP: A follow-up?"),
        "Ada Quill: No.",
    )
    assert parsed.layout == "mfa_en_labelled"
    assert [label for role, label, _ in roles(parsed) if role == "question"] == ["AFP", "Lantern Weekly", "AFP"]
    assert parsed.turns[3].text == "Soon.\nWhat I want to stress is: nobody was hurt."
    assert parsed.spokespersons == ("Ada Quill",)


@pytest.mark.parametrize("label", ["Ada quill", "Ada Qiull", "Quill", "Ada  Quill", "Spokesperson", "A"])
def test_an_answers_label_with_a_slip(label: str) -> None:
    parsed = page("AFP: When?", f"{label}: Soon.", "CNN: Where?", "Ada Quill: Here.")
    assert [role for role, _, _ in roles(parsed)] == ["question", "answer", "question", "answer"]
    assert parsed.spokespersons == ("Ada Quill",)


def test_numbered_questions() -> None:
    parsed = page("Q1: When?", "A1: Soon.", "2. Q: Where?", "2. A: Here.", "(3) Question: Why?", "(3) Answer: Because.")
    assert [(role, number) for role, _, number in roles(parsed)] == [
        ("question", 0),
        ("answer", 0),
        ("question", 1),
        ("answer", 1),
        ("question", 2),
        ("answer", 2),
    ]
    assert parsed.turns[2].text == "Where?"


def test_lists_and_quoted_documents_stay_in_the_answer() -> None:
    parsed = page(
        "AFP: Are the charges true?",
        "Ada Quill: They are not. Let us look at them one by one.",
        "Fact: The pier stands.",
        "Lie: The pier fell.",
        "Lantern Accord: The parties shall keep the pier.",
        "Article 5: The pier is open to all.",
        "Foghorn Review: Will it be rebuilt?",
        "Ada Quill: It stands.",
    )
    assert roles(parsed) == [
        ("question", "AFP", 0),
        ("answer", "Ada Quill", 0),
        ("question", "Foghorn Review", 1),
        ("answer", "Ada Quill", 1),
    ]
    assert parsed.turns[1].text.count("\n") == 4


def test_names_in_pages_with_q_and_a_are_no_outlets() -> None:
    parsed = page(
        "Q: Three matters.",
        "Velland: When will he go?",
        "Lantern Strait: Is it safe?",
        "A: On Velland: soon.",
        "Lantern Strait: it is.",
        "Q: Thanks?",
        "A: Yes.",
    )
    assert roles(parsed) == [*QA, ("question", "Q", 1), ("answer", "A", 1)]


def test_labels_inside_a_paragraph() -> None:
    parsed = page("Q: When? A: Soon. Q: Where?A: Here.", "Q: Who? A: We. The U.S.A: is not a label.")
    assert [role for role, _, _ in roles(parsed)][:4] == ["question", "answer", "question", "answer"]
    joined = page(
        "AFP: When? Ada Quill: Soon, as Mr. Quill: the elder said. CNN: Where? Ada Quill: Here. Journalist: Why? Ada Quill: Because."
    )
    assert roles(joined)[0::2] == [("question", "AFP", 0), ("question", "CNN", 1), ("question", "Journalist", 2)]
    assert [turn.text for turn in joined.turns] == ["When?", "Soon, as Mr. Quill: the elder said.", "Where?", "Here.", "Why?", "Because."]


def test_a_second_speaker_of_the_vocabulary_and_one_who_greets() -> None:
    parsed = page(
        "Tomas Brandt: Good afternoon. I present my new colleague.",
        "Ada Quill: Good afternoon, friends.",
        "AFP: Where will you go?",
        "Tomas Brandt: To sea.",
        "CNN: And you?",
        "Ada Quill: I stay.",
    )
    assert roles(parsed)[:2] == [("opening", "Tomas Brandt", None), ("opening", "Ada Quill", None)]
    assert parsed.turns[3].speaker_kind == "spokesperson"
    assert parsed.spokespersons == ("Ada Quill", "Tomas Brandt")


def test_a_colleague_whom_no_vocabulary_knows_answers() -> None:
    parsed = page(
        "AFP: When?",
        "Ada Quill: Soon.",
        "CNN: How?",
        "Jonas Wick: With care.",
        "Ada Quill: Thank you, Jonas.",
        "CNN: Why?",
        "Jonas Wick: Because.",
    )
    assert [role for role, _, _ in roles(parsed)] == ["question", "answer", "question", "answer", "answer", "question", "answer"]
    assert parsed.spokespersons == ("Ada Quill", "Jonas Wick")


def test_co_askers_follow_ups_and_interjections() -> None:
    parsed = page(
        "AFP/Lantern Weekly: When? (Similar question from Kyodo News and CNN)",
        "(Journalists laugh.)",
        "Ada Quill: Soon. (laughter)",
        "(Ada Quill nods.)",
        "That is all.",
        "Follow-up: How soon?",
        "(Similar question from RIA Novosti)",
        "Ada Quill: Very.",
    )
    questions = [turn for turn in parsed.turns if turn.role == "question"]
    assert [turn.co_askers for turn in questions] == [("Lantern Weekly", "Kyodo News", "CNN"), ("RIA Novosti",)]
    assert [turn.is_follow_up for turn in questions] == [False, True]
    assert [turn.text for turn in parsed.turns if turn.role == "note"] == ["(Journalists laugh.)", "(Ada Quill nods.)"]
    assert [turn.role for turn in parsed.turns] == ["question", "note", "answer", "note", "answer", "question", "answer"]
    assert {turn.exchange_index for turn in parsed.turns} == {0, 1}


# --- missing labels ----------------------------------------------------------------------------------------------------


def test_an_answer_without_label_is_found_by_bold_type_or_by_what_follows() -> None:
    assert roles(page(bold("Q: When?"), "Soon.", "Very soon.", bold("Q: Where?"), "A: Here.")) == [
        ("question", "Q", 0), ("answer", None, 0), ("question", "Q", 1), ("answer", "A", 1),
    ]  # fmt: skip
    assert roles(page("Q: When?", "Soon.", "Q: Where?", "In short:", "A: Here."))[1:] == [
        ("answer", None, 0),
        ("question", "Q", 1),
        ("answer", "A", 1),
    ]


def test_a_question_without_label_is_found_by_bold_type_or_between_answers() -> None:
    parsed = page(bold("Q: When?"), "A: Soon.", bold("And where is it going to land?"), "A: Here.")
    assert roles(parsed) == [*QA, ("question", None, 1), ("answer", "A", 1)]
    parsed = page("Q: When?", "A: Soon.", "Could you tell us where?", "A: Here.")
    assert roles(parsed) == [*QA, ("question", None, 1), ("answer", "A", 1)]
    parsed = page("Q: When?", "A: Soon.", "Is that not plain?", "It is.", "Q: Where?", "A: Here.")
    assert roles(parsed) == [*QA, ("question", "Q", 1), ("answer", "A", 1)]


def test_question_without_answer_and_answer_without_question() -> None:
    assert roles(page("Q: When?", "Q: Where?", "A: Here.", "Q: Why?")) == [
        ("question", "Q", 0),
        ("question", "Q", 1),
        ("answer", "A", 1),
        ("question", "Q", 2),
    ]
    assert roles(page("A: Soon.", "Q: Where?", "A: Here.")) == [("answer", "A", 0), ("question", "Q", 1), ("answer", "A", 1)]
    assert roles(page("AFP: When?", "Ada Quill: Soon.", "Foghorn Review: Who will"))[2:] == []
    assert roles(page("AFP: When?", "Ada Quill: Soon.", "Foghorn Review: Who will?"))[2:] == [("question", "Foghorn Review", 1)]
    assert roles(page("AFP: When?", "Ada Quill: Soon.", "CNN: Who will"))[2:] == [("question", "CNN", 1)]


def test_the_third_person_replies() -> None:
    parsed = page(
        "Q: When?", "After the press conference, a journalist asked: will the pier hold?", "Ada Quill said that it would.", "It is strong."
    )
    assert roles(parsed)[1:] == [("question", "After the press conference, a journalist asked", 1), ("answer", None, 1)]


@pytest.mark.parametrize("answer", ["Ada Quill", "Mr. Ada Quill", "Ada Quill (Foreign Ministry Spokesperson)", "A"])
@pytest.mark.parametrize("label", ["Foghorn Review", "Le Monde, Libération"])
def test_a_name_that_asks_between_two_answers_is_an_outlet(answer: str, label: str) -> None:
    parsed = page(
        "AFP: When?",
        f"{answer}: Soon.",
        f"{label}: The pier fell.",
        "Will it be built again?",
        f"{answer}: It will.",
        "Lantern Accord, Harbour Rules: both hold.",
        "CNN: Why?",
        f"{answer}: So.",
    )
    assert roles(parsed) == [
        ("question", "AFP", 0),
        ("answer", answer, 0),
        ("question", label, 1),
        ("answer", answer, 1),
        ("question", "CNN", 2),
        ("answer", answer, 2),
    ]
    assert parsed.turns[2].co_askers == tuple(label.split(", ")[1:])
    assert parsed.spokespersons == ("Ada Quill",)


def test_answers_whose_questions_are_not_published() -> None:
    parsed = page("A: It sails.", "It is new.", "A: It lands.")
    assert (parsed.layout, roles(parsed)) == ("mfa_en_qa", [("answer", "A", 0), ("answer", "A", 1)])
    assert parsed.turns[0].text == "It sails.\nIt is new."
    parsed = page("A: It sails.", "A: It lands.", "Q: Why?", "A: So.", "A: And so.")
    assert [(role, number) for role, _, number in roles(parsed)] == [
        ("answer", 0), ("answer", 1), ("question", 2), ("answer", 2), ("answer", 2),
    ]  # fmt: skip
    for label in ("Ada Quill", "Spokesperson"):
        assert roles(page(f"{label}: It sails.", "We are glad.")) == [("opening", label, None)]


def test_co_askers_named_after_the_answer() -> None:
    parsed = page(
        "AFP: When?",
        "Ada Quill: Soon.",
        "(Reuters and CNN asked a similar question.)",
        "CNN: Why?",
        "(Similar questions from Reuters, AFP and NHK)",
        "Ada Quill: So. (Kyodo News also asked the same question.)",
    )
    assert roles(parsed) == [("question", "AFP", 0), ("answer", "Ada Quill", 0), ("question", "CNN", 1), ("answer", "Ada Quill", 1)]
    assert [turn.co_askers for turn in parsed.turns] == [("Reuters", "CNN"), (), ("Reuters", "AFP", "NHK", "Kyodo News"), ()]
    assert parsed.turns[1].text == "Soon.\n(Reuters and CNN asked a similar question.)"


@pytest.mark.parametrize(
    ("remark", "outlet"),
    [
        ("The following question was raised by Global Times after the press conference:", "Global Times"),
        ("After the press conference, a journalist from Reuters asked:", "Reuters"),
        ("After the press conference, Foghorn Review asked the following question:", "Foghorn Review"),
        ("The following question was raised by a journalist after the press conference:", None),
    ],
)
def test_the_outlet_of_a_question_after_the_conference(remark: str, outlet: str | None) -> None:
    def asked(*lines: str) -> tuple[str | None, str, bool]:
        turn = [turn for turn in page("AFP: When?", "Ada Quill: Soon.", *lines, "Ada Quill: Here.").turns if turn.role == "question"][1]
        return turn.speaker_label, turn.text, turn.after_conference

    assert asked(remark, "Where does it land?") == (outlet, "Where does it land?", True)
    assert asked(remark, "Q: Where does it land?") == (outlet or "Q", "Where does it land?", True)
    assert asked(f"{remark} Where does it land?") == (outlet or remark.rstrip(":"), "Where does it land?", True)


# --- beginning and end -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "intro",
    [
        "On the afternoon of March 18th, Meridian Foreign Ministry Spokesman Edwin Farrow held the regular press conference.",
        "On 20 January Foreign Ministry Spokesperson Edwin Farrow held a regular press conference.",
        "Foreign Ministry Spokesperson Edwin Farrow had a regular Press Conference on 15th January.",
        "On June 28, 2012, MFA Spokesperson Edwin Farrow hosted a press conference and answered questions on fish, ferries and etc.",
        "On September 5, Foreign Ministry Spokesman Edwin Farrowheld a regular press conference.",
        "Edwin Farrow started by making an announcement.",
    ],
)
def test_introductions_name_the_speaker(intro: str) -> None:
    parsed = page(
        intro,
        "Farrow: Good afternoon! The floor is yours.",
        "Q: When?",
        "A: Soon.",
        title="Meridian Foreign Ministry Spokesperson's Press Conference on 19th March",
    )
    assert parsed.spokespersons == ("Edwin Farrow",)
    assert roles(parsed) == [("narration", None, None), ("opening", "Farrow", None), *QA]


def test_introduction_and_greeting_in_one_paragraph() -> None:
    parsed = page(
        "On May 2, Foreign Ministry Spokesperson Ada Quill held a press conference. Quill: Good afternoon.",
        "We open the pier.",
        "Q: When?",
        "A: Soon.",
    )
    assert roles(parsed) == [("narration", None, None), ("opening", "Quill", None), *QA]
    assert parsed.turns[1].text == "Good afternoon.\nWe open the pier."


def test_introductions_of_two_sentences() -> None:
    parsed = page(
        "Foreign Ministry Spokesperson Ada Quill held a press conference on June 28, 2012.",
        "Ada Quill started the press conference with the following announcements:",
        "The president will open the games.",
        "Q: When?",
        "A: Soon.",
    )
    assert roles(parsed) == [("narration", None, None), ("narration", None, None), ("opening", None, None), *QA]


def test_who_greets_is_the_speaker_when_nobody_is_named() -> None:
    parsed = page(
        "Farrow: Good afternoon. I have one announcement: the pier opens.",
        "Q: When?",
        "A: Soon.",
        title="Foreign Ministry Spokesperson's Press Conference on May 9, 2003",
    )
    assert parsed.spokespersons == ("Farrow",)
    assert roles(parsed) == [("opening", "Farrow", None), *QA]


def test_numbered_openings() -> None:
    parsed = page("I. The president will go to Velland.", "II. The minister will go to Sorrentia.", "AFP: When?", "Ada Quill: Soon.")
    assert [turn.role for turn in parsed.turns] == ["opening", "question", "answer"]


@pytest.mark.parametrize(
    "notice",
    [
        "The daily press conference will be in recess for two weeks and resume on August 19.",
        "During the recess, questions may be sent to the Spokesperson’s Office by fax.",
        "That is all for today. See you!",
    ],
)
def test_closings(notice: str) -> None:
    parsed = page("AFP: When?", "Ada Quill: Soon.", notice)
    assert [turn.role for turn in parsed.turns] == ["question", "answer", "closing"]
    assert roles(page("AFP: When?", "Ada Quill: Soon.", "****", "All is well.", "Good night."))[-1] == ("closing", None, 0)


def test_recess_is_no_closing_when_it_is_the_answer() -> None:
    parsed = page(
        "Q: Will the press conference be in recess in August?", "A: The press conference will not be in recess.", "Q: Why?", "A: Work."
    )
    assert [turn.role for turn in parsed.turns] == ["question", "answer", "question", "answer"]


@pytest.mark.parametrize(
    ("remark", "asks"),
    [
        ("The following question was raised after the press conference:", False),
        ("These questions were posed after the daily press conference.", False),
        ("A journalist asked this question after the press conference:", False),
        ("A journalist posed this question after the press conference: will the pier hold?", True),
        ("After the press conference, a journalist asked this question: will the pier hold?", True),
        ("This question was raised by a correspondent after the online press conference: will the pier hold?", True),
    ],
)
def test_questions_after_the_conference(remark: str, asks: bool) -> None:
    lines = ["Q: When?", "A: Soon.", remark, *([] if asks else ["Q: Will the pier hold?"]), "A: It will."]
    parsed = page(*lines)
    assert [turn.after_conference for turn in parsed.turns if turn.role == "question"] == [False, True]
    assert [turn.text.lower() for turn in parsed.turns if turn.role == "question"][1] == "will the pier hold?"
    assert [turn.role for turn in parsed.turns] == ["question", "answer", *([] if asks else ["note"]), "question", "answer"]
    assert parsed.turns[-1].after_conference


def test_after_the_recess_notice() -> None:
    parsed = page(
        "Q: When?",
        "A: Soon.",
        "***",
        "The press conference is in recess until May 6.",
        "The following question was raised after the press conference:",
        "Where does it land?",
        "A: Here.",
    )
    assert [turn.role for turn in parsed.turns] == ["question", "answer", "closing", "note", "question", "answer"]


@pytest.mark.parametrize(
    "sentence",
    [
        "After the conference I will tell you.",
        "We answered after the press conference of the minister.",
        "You may ask after the press conference.",
    ],
)
def test_a_sentence_about_after_the_conference_is_no_question(sentence: str) -> None:
    assert roles(page("Q: When?", "A: Soon.", sentence)) == QA


# --- other pages ---------------------------------------------------------------------------------------------------------


def test_remarks_with_one_question_and_without() -> None:
    title = "Meridian Foreign Ministry Spokesperson Ada Quill's Remarks on the Ferry Accident"
    asked = page("Q: What happened?", "A: A fog.", title=title, stamp=datetime(2021, 4, 3, 9, 0))
    assert (asked.kind, asked.page_date.date, asked.page_date.rule, roles(asked)) == ("remarks", date(2021, 4, 3), "stamp", QA)
    told = page("The ferry has landed.", "Nobody was hurt.", title=title)
    assert (told.layout, roles(told)) == ("mfa_en_statement", [("opening", None, None)])
    said = page("Ada Quill: The ferry has landed.", title=title)
    assert roles(said) == [("opening", "Ada Quill", None)]


@pytest.mark.parametrize(
    ("title", "lines", "stamp", "day", "rule"),
    [
        ("Press Conference on 19th March", [], datetime(2004, 3, 20), date(2004, 3, 19), "title_year_from_stamp"),
        (
            "Press Conference on 19th March",
            ["He will stay from March 29 to 31, 2004."],
            datetime(2009, 1, 1),
            date(2004, 3, 19),
            "title_year_from_body",
        ),
        ("Press Conference on 19th March", [], None, None, "title_without_year"),
        (
            "Press Conference",
            [
                "On the evening of 13 April, Foreign Ministry Spokesman Edwin Farrow held a press conference.",
                "He goes on April 19, 2004.",
            ],
            None,
            date(2004, 4, 13),
            "title_year_from_body",
        ),
        (
            "Press Conference",
            ["On 13 April 2004, Foreign Ministry Spokesman Edwin Farrow held a press conference."],
            datetime(2009, 1, 1),
            date(2004, 4, 13),
            "body",
        ),
        ("Press Conference", ["The ship was built on 3 May 1999."], None, None, "none"),
    ],
)
def test_days_that_the_title_lacks(title: str, lines: list[str], stamp: datetime | None, day: date | None, rule: str) -> None:
    parsed = page(*lines, "Q: When?", "A: Soon.", title=f"Meridian Foreign Ministry Spokesperson's {title}", stamp=stamp)
    assert (parsed.page_date.date, parsed.page_date.rule) == (day, rule)


def test_the_headline_repeated_and_separators_are_set_aside() -> None:
    parsed = page(TITLE, "Q: When?", "A: Soon.", "* * * *")
    assert roles(parsed) == QA
    assert parsed.boilerplate == (("title", TITLE), ("separator", "* * * *"))


def test_no_body() -> None:
    with pytest.raises(UnparsablePageError, match="no_body"):
        page("***")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty_page"),
        ("Velland Foreign Ministry Spokesperson Ida Roe's Regular Press Conference on May 2, 2024\nQ: When?\nA: Soon.", "other_ministry"),
        ("Ambassador Ida Roe's Press Conference on May 2, 2024\nQ: When?\nA: Soon.", "not_a_briefing"),
        ("Adjournment of the Press Conference of the Ministry\nIt will resume.", "not_a_briefing"),
        (TITLE, "no_body"),
    ],
)
def test_pages_that_are_refused_say_why(text: str, reason: str) -> None:
    with pytest.raises(UnparsablePageError) as caught:
        parse_page(text.encode())
    assert caught.value.reason == reason
    assert len(caught.value.detail) > 20


NO_STATE = "Foreign Ministry Spokesperson's Press Conference on March 7, 2024"


@pytest.mark.parametrize(
    "opening",
    [
        "The Spokesperson of the Ministry of Foreign Affairs of Velland, Ms Ida Roe, held the weekly press briefing on March 7.",
        "Spokesperson: Welcome to the weekly briefing of the Ministry of Foreign Affairs of Velland.",
        "On March 7, the Foreign Ministry of Velland held a press conference.",
    ],
)
def test_another_states_ministry_that_introduces_itself_is_refused(opening: str) -> None:
    with pytest.raises(UnparsablePageError, match="other_ministry"):
        parse_page(f"{NO_STATE}\n{opening}\nQ: When?\nA: Soon.".encode())


@pytest.mark.parametrize(
    ("title", "opening"),
    [
        (NO_STATE, "At the invitation of the Ministry of Foreign Affairs of Velland, the minister will hold a press conference."),
        (NO_STATE, "Q: The spokesperson of the Ministry of Foreign Affairs of Velland held a press conference. Any comment?"),
        (NO_STATE, "The Chinese Foreign Ministry and the Foreign Ministry of Velland held a regular press conference."),
        (NO_STATE.replace("'s", " Mao Ning's"), "The Ministry of Foreign Affairs of Velland held a press conference."),
    ],
)
def test_who_only_speaks_of_another_ministry_is_read(title: str, opening: str) -> None:
    parsed = parse_page(f"{title}\n{opening}\nQ: When?\nA: Soon.".encode())
    assert isinstance(parsed, ParsedPage)
    assert parsed.source_id == "mfa-en"


def test_a_headline_in_capitals() -> None:
    parsed = parse_page(b"FOREIGN MINISTRY SPOKESPERSON JIANG YU'S REGULAR PRESS CONFERENCE ON MARCH 7, 2010\nQ: When?\nJIANG YU: Soon.")
    assert isinstance(parsed, ParsedPage)
    assert (parsed.source_id, parsed.kind, parsed.page_date.date) == ("mfa-en", "press_conference", date(2010, 3, 7))
    assert parsed.spokespersons == ("Jiang Yu",)
    assert roles(parsed) == [("question", "Q", 0), ("answer", "JIANG YU", 0)]
