"""What each real page of the other eras must yield: day, speakers, openings, labels, first words. No page's text is kept here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from pipelines.parse.model import ParsedPage
from pipelines.parse.page import parse_page

Q, A = "Q", "A"


@dataclass(frozen=True)
class Golden:
    """Expectations for a page.

    Attributes:
        labels: question labels in order.
        starts: first words of each question.
        answered_by: the answers' label; one for all.
        n_unanswered: questions at the end that the excerpt cuts off.
        narration: number of introducing sentences.
        opening: first words of what is said before the first question; None when there is nothing.
    """

    path: str
    day: date
    speakers: tuple[str, ...]
    labels: tuple[str, ...]
    starts: tuple[str, ...]
    answered_by: str
    stamp: datetime | None = None
    rule: str = "title"
    narration: int = 0
    opening: tuple[str | None, str] | None = None
    n_unanswered: int = 0


OLD, RECENT, SEEDS = "corpus/mfa-en-old-excerpts", "corpus/mfa-en-recent", "seeds"
PAGES = [
    Golden(
        f"{OLD}/era-a-2004-01-08.txt", date(2004, 1, 8), ("Kong Quan",), (Q,), ("There are reports in American media",), A,
        narration=1, opening=("Kong Quan", "Good afternoon. Let me begin"),
    ),
    Golden(
        f"{OLD}/era-a-2004-03-18.txt", date(2004, 3, 18), ("Kong Quan",), (), (), A,
        rule="title_year_from_body", narration=1, opening=("Kong Quan", "Good afternoon ladies and gentlemen!"),
    ),
    Golden(
        f"{OLD}/era-a-2004-09-14.txt", date(2004, 9, 14), ("Kong Quan",), (Q,), ("Reports by the press",), A,
        stamp=datetime(2004, 9, 15), opening=("Kong", "Good afternoon, ladies and gentlemen!"),
    ),
    Golden(
        f"{OLD}/era-b-2007-04-26.txt", date(2007, 4, 26), ("Liu Jianchao",), (Q, Q), ("Could you please", "Several Chinese workers"), A,
        narration=1, opening=("Liu", "Good afternoon"),
    ),
    Golden(
        f"{OLD}/era-b-2007-10-11.txt", date(2007, 10, 11), ("Liu Jianchao",), (Q, Q), ("Will China repatriate", "Venezuelan President"), A,
        stamp=datetime(2007, 10, 12), narration=1, opening=("Liu Jianchao", "Good afternoon"), n_unanswered=1,
    ),
    Golden(
        f"{OLD}/era-c-2012-06-25.txt", date(2012, 6, 25), ("Hong Lei",), (Q, Q), ("It is reported that the", "It is reported that recently"), A,
        narration=2, opening=(None, "At the invitation of the ROK"),
    ),
    Golden(
        f"{OLD}/era-d-2014-05-20.txt", date(2014, 5, 20), ("Hong Lei",), (Q, Q), ("Media reports of the DPRK", "Can you update us"), A,
        opening=(None, "At the invitation of the Organizing"),
    ),
    Golden(
        f"{OLD}/era-e-2023-04-28.txt", date(2023, 4, 28), ("Mao Ning",), ("The Paper", "CCTV"), ("We noted that at", "Tomorrow will mark"), "Mao Ning",
        stamp=datetime(2023, 4, 28, 19, 13), opening=(None, "At the invitation of State Councilor"), n_unanswered=1,
    ),
    Golden(
        f"{SEEDS}/000_7cb0b5d02e12fad8.txt", date(2015, 12, 2), ("Hua Chunying",), (Q, Q, Q),
        ("Pakistani Prime Minister", "The Australian Broadcasting", "China and the US recently"), A,
    ),
    Golden(
        f"{SEEDS}/001_245fdd1153cba443.txt", date(2020, 9, 29), ("Wang Wenbin",),
        ("Global Times", "Xinhua News Agency", "Reuters", "Beijing Daily", "PTI", "Beijing Youth Daily", "Bloomberg", "Kyodo News"),
        (
            "The CNCERT recently", "The 17th China-ASEAN Expo", "It's been reported that India", "US Secretary of State", "A follow-up on what",
            "As we understand", "We are interested if", "Yesterday my colleague asked",
        ),
        "Wang Wenbin",
        stamp=datetime(2020, 9, 29, 21, 26),
    ),
    Golden(
        f"{SEEDS}/002_3e262a6e8b312851.txt", date(2019, 2, 18), ("Geng Shuang",), (Q, Q, Q, Q),
        ("On February 16, in his speech", "The Australian government said", "I want to ask", "According to reports, on"), A,
    ),
    Golden(
        f"{SEEDS}/004_a6e98f2f3141b59a.txt", date(2024, 2, 7), ("Wang Wenbin",),
        (
            "Reuters", "CCTV", "NRC Handelsblad", "Rudaw Media Network", "Kyodo News", "Shenzhen TV", "Dragon TV", "Global Times", "Bloomberg",
            "Bloomberg", "NRC Handelsblad",
        ),
        (
            "China today started operations", "To help foreigners", "The Dutch Minister", "China’s representative", "Governor of Tokyo",
            "The Chilean government", "This year marks", "It’s reported that on", "The Swiss government", "Did you say", "What relationship",
        ),
        "Wang Wenbin", stamp=datetime(2024, 2, 7, 22, 37),
    ),
    Golden(
        f"{RECENT}/t20241017_11509439.txt", date(2024, 10, 17), ("Mao Ning",),
        ("China News Service", "Kyodo News", "Bloomberg", "Phoenix TV", "People’s Daily", "AFP", "China Daily"),
        ("China announced Secretary", "Japanese Prime Minister", "We reported this morning", "It’s reported the Fraser", "Recently, the 23rd", "North Korea has said", "It’s reported Taiwan"),
        "Mao Ning", stamp=datetime(2024, 10, 17, 19, 24), opening=(None, "At the invitation of Member"),
    ),
    Golden(
        f"{RECENT}/t20251017_11735636.html", date(2025, 10, 17), ("Lin Jian",),
        ("Reuters", "NHK", "RIA Novosti", "AFP", "Bloomberg", "Kyodo News", "Reuters", "Beijing Youth Daily"),
        ("Please could the Foreign", "Former Japanese Prime", "RIA Novosti correspondent", "U.S. President Donald", "The UK has decided", "Today marks the first", "The European and U.S.", "According to the statistics"),
        "Lin Jian", stamp=datetime(2025, 10, 17, 19, 15),
    ),
]  # fmt: skip


@pytest.mark.parametrize("golden", PAGES, ids=lambda golden: Path(golden.path).stem)
def test_page(shared: Path, golden: Golden) -> None:
    page = parse_page((shared / golden.path).read_bytes())
    assert isinstance(page, ParsedPage)
    assert (page.source_id, page.kind, page.language) == ("mfa-en", "press_conference", "en")
    assert (page.page_date.date, page.page_date.rule, page.published_at) == (golden.day, golden.rule, golden.stamp)
    assert page.spokespersons == golden.speakers
    questions = [turn for turn in page.turns if turn.role == "question"]
    answers = [turn for turn in page.turns if turn.role == "answer"]
    assert tuple(turn.speaker_label for turn in questions) == golden.labels
    for question, start in zip(questions, golden.starts, strict=True):
        assert question.text.startswith(start)
    assert [turn.exchange_index for turn in questions] == list(range(len(golden.labels)))
    assert [turn.exchange_index for turn in answers] == list(range(len(golden.labels) - golden.n_unanswered))
    assert {turn.speaker_label for turn in answers} <= {golden.answered_by}
    assert sum(turn.role == "narration" for turn in page.turns) == golden.narration
    opening = next((turn for turn in page.turns if turn.role == "opening"), None)
    assert (opening is None) == (golden.opening is None)
    if opening is not None and golden.opening is not None:
        assert opening.speaker_label == golden.opening[0]
        assert opening.text.startswith(golden.opening[1])
    assert {turn.role for turn in page.turns} <= {"narration", "opening", "question", "answer"}
