"""Headlines of spokespersons' pages: what they are, when, who. All are invented but for the names of real columns."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.parse.titles import best_title, is_briefing_title, names_column, read_title

MINISTRY = "Meridian Foreign Ministry"


@pytest.mark.parametrize(
    ("title", "kind", "day", "rule", "speakers"),
    [
        (
            f"{MINISTRY} Spokesperson Ada Quill's Regular Press Conference on June11, 2018",
            "press_conference",
            date(2018, 6, 11),
            "title",
            ("Ada Quill",),
        ),
        (
            f"{MINISTRY} Spokesperson Ada Quill’s Regular Press Conference on April 28, 2023",
            "press_conference",
            date(2023, 4, 28),
            "title",
            ("Ada Quill",),
        ),
        (f"{MINISTRY} Spokesperson's Press Conference on 19th March", "press_conference", None, "title_without_year", ()),
        (f"{MINISTRY} Spokesperson's Press Conference on 24 September 2003/09/24", "press_conference", date(2003, 9, 24), "title", ()),
        (f"{MINISTRY} Spokesman Edwin Farrow's Press Conference", "press_conference", None, "none", ("Edwin Farrow",)),
        (
            f"{MINISTRY} Spokesperon Edwin Farrow's Regular Press Conference on 11 October 2007",
            "press_conference",
            date(2007, 10, 11),
            "title",
            ("Edwin Farrow",),
        ),
        (
            f"{MINISTRY} Spokesman Edwin Farrow's Regular Conference on 7 September 2006",
            "press_conference",
            date(2006, 9, 7),
            "title",
            ("Edwin Farrow",),
        ),
        (
            f"{MINISTRY} Spokespersons Ada Quill and Tomas Brandt's Regular Press Conference on May 2, 2024",
            "press_conference",
            date(2024, 5, 2),
            "title",
            ("Ada Quill", "Tomas Brandt"),
        ),
        (
            f"{MINISTRY} Spokesperson Ada Quill Holds Press Conference on May 2, 2001",
            "press_conference",
            date(2001, 5, 2),
            "title",
            ("Ada Quill",),
        ),
        (
            f"Transcript of {MINISTRY} Spokesperson Ada Quill's Press Conference on May 2, 2021",
            "press_conference",
            date(2021, 5, 2),
            "title",
            ("Ada Quill",),
        ),
        ("MFA Spokesperson Ada Quill's Remarks on the Ferry Accident", "remarks", None, "none", ("Ada Quill",)),
        (f"{MINISTRY} Spokesperson Ada Quill's Remarks on August 6, 2019", "remarks", date(2019, 8, 6), "title", ("Ada Quill",)),
        (f"{MINISTRY} Spokesperson's Remarks on the July 12, 2016 Ruling", "remarks", None, "none", ()),
        (f"{MINISTRY} Spokesperson's Statement on the Strait", "statement", None, "none", ()),
    ],
)
def test_what_a_title_says(title: str, kind: str, day: date | None, rule: str, speakers: tuple[str, ...]) -> None:
    assert is_briefing_title(title)
    found = read_title(title)
    assert (found.kind, found.page_date.date, found.page_date.rule, found.speakers) == (kind, day, rule, speakers)


@pytest.mark.parametrize(
    "line",
    [
        "Home > Topics > Foreign Ministry Spokesperson's Remarks",
        "HOME > Regular Press Conferences by MFA Spokesperson",
        "CV of Foreign Ministry Spokesperson Ada Quill",
        "On May 3, Foreign Ministry Spokesperson Ada Quill held a press conference",
        "Foreign Ministry Spokesperson Ada Quill held a press conference on May 3.",
        "Ada Quill: The Foreign Ministry spokesperson made remarks on that",
        "Ambassador Ada Quill's Remarks on the Strait",
        "Remarks by the Spokesperson of the Embassy",
        "Adjournment of the Press Conference of the Foreign Ministry",
        "Regular Press Conference",
        "发言人：外交部的谈话",
        "",
    ],
)
def test_what_is_no_title(line: str) -> None:
    assert not is_briefing_title(line)


def test_the_name_of_a_column_is_a_title_only_when_there_is_no_better_one() -> None:
    column = "Foreign Ministry Spokesperson's Remarks"
    own = f"{MINISTRY} Spokesperson Ada Quill's Remarks on Fish"
    assert names_column(column)
    assert names_column("Regular Press Conferences by MFA Spokesperson")
    assert names_column("发言人表态_中华人民共和国外交部")
    assert not names_column(own)
    assert not names_column("外交部发言人就渡轮事故答记者问")
    assert best_title(["Home", column, "Search", own, own]) == 3
    assert best_title(["Home", column, "Search"]) == 1
    assert best_title(["Home", "Search"]) is None
