"""Which pages are one document, and on which day it was: each hard case, and that no order shows."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.identifiers import digest
from pipelines.normalise.catalogue import PageFacts
from pipelines.normalise.facts import is_same_text, runs_of_words
from tests.helpers.archive import Capture, Said, address, asked, conference, gone, index, lake_of, matter, page, placed, retitled

MARCH_4 = date(2019, 3, 4)
FETCHED = datetime(2019, 3, 5, 3)
LATER = datetime(2019, 4, 1)


def documents(captures: list[Capture]) -> list[set[str]]:
    """The files of each document, as sets of hashes."""
    groups: dict[str | None, set[str]] = defaultdict(set)
    for facts in placed(captures):
        groups[facts.document_id].add(facts.sha256)
    return sorted(groups.values(), key=sorted)


def of(capture: Capture, captures: list[Capture]) -> PageFacts:
    return next(facts for facts in placed(captures) if facts.sha256 == capture.sha256)


def remarks(
    n: int, title: str, day: date | None = MARCH_4, *, stamp: datetime | None = None, rule: str | None = None, speaker: str = "Ada Quill"
) -> Capture:
    """Remarks with a matter of their own; without a day on the page when ``day`` is None."""
    made = page(
        asked(0, f"{matter(n)}?", matter(n + 1000)),
        day or (None, None, None),
        rule or ("title" if day else "none"),
        title=title,
        kind="remarks",
        speakers=(speaker,),
        stamp=stamp,
    )
    return Capture(made)


# --- one document ------------------------------------------------------------------------------------------------------


def test_text_and_html_old_and_new_address_either_host_and_edit_are_one_document() -> None:
    whole = conference(1, 2, 3)
    captures = [
        Capture(whole, html=False, file="pasted"),
        Capture(whole, address(800207), FETCHED),
        Capture(whole, address(800207).replace("www.", "old."), FETCHED, file="other host"),
        Capture(whole, address(800207, date(2021, 10, 20)), LATER, file="new address"),
        Capture(whole, address(991625, date(2024, 5, 30)), datetime(2024, 6, 3), file="issued anew"),
        Capture(conference(1, 3), address(800207), datetime(2019, 3, 8), file="one question less"),
        Capture(conference(1, 2), html=False, file="cut short"),
        Capture(conference(7, 8), address(800207), datetime(2019, 3, 9), file="all words changed"),
    ]
    assert len(documents(captures)) == 1
    assert {facts.briefing_date for facts in placed(captures)} == {MARCH_4}
    assert {facts.shares_briefing_with for facts in placed(captures)} == {None}


def test_a_page_with_two_numbers_ties_both() -> None:
    captures = [
        Capture(conference(1), address(800207), FETCHED),
        Capture(conference(2), address(991625), FETCHED, file="b"),
        Capture(page(asked(0, matter(3), matter(4)), url=address(800207)), address(991625), LATER, file="c"),
    ]
    assert len(documents(captures)) == 1
    assert len({facts.document_id for facts in placed(captures)}) == 1


def test_a_number_of_another_site_ties_nothing_and_dates_nothing() -> None:
    mirror = "https://www.embassy.example/eng/fyrth"
    ours, theirs = (
        Capture(conference(1), address(800207), FETCHED),
        Capture(conference(2, day=date(2012, 6, 7)), f"{mirror}/t800207.htm", FETCHED),
    )
    assert len(documents([ours, theirs])) == 2
    copy = Capture(conference(1), f"{mirror}/t999.htm", LATER, file="mirror")
    assert len(documents([ours, copy])) == 1
    undated = Capture(remarks(1, "Remarks on Fish", None).page, f"{mirror}/t1686638.htm")
    assert day_of(undated, dated(1686637, date(2019, 8, 6), 2), dated(1686991, date(2019, 8, 7), 3)) == (None, "none")


def test_a_day_that_does_not_exist_is_none() -> None:
    impossible = Capture(page([Said("opening", "x")], (2019, 2, 30)))
    assert of(impossible, [impossible]).briefing_date is None


def test_marks_and_blanks_do_not_part_two_renderings() -> None:
    words = [f"the minister's word{i}, it’s said," for i in range(80)]
    one = page([Said("opening", " ".join(words))])
    other = page([Said("opening", "  ".join(words).replace("'", "’").replace(",", " –") + " Print")])
    assert len(documents([Capture(one, address(800207)), Capture(other, html=False)])) == 1


def test_the_languages_of_one_day_are_two_documents() -> None:
    english = Capture(conference(1), address(800207), FETCHED)
    chinese = Capture(
        page(
            [Said("question", "韦兰外长今天发表讲话，中方对此有何评论？", "问", "generic", 0)],
            title="2019年3月4日美里迪亚外交部发言人白涛主持例行记者会",
            language="zh",
        ),
        address(800203),
        FETCHED,
    )
    assert len(documents([english, chinese])) == 2
    assert [facts.shares_briefing_with for facts in placed([english, chinese])] == [None, None]


def test_short_chinese_texts_are_compared_by_characters() -> None:
    text = "韦兰外长今天发表讲话，称两国关系进入新阶段。美方对此有何评论？我们注意到有关报道，两国一直保持沟通。"
    assert is_same_text(runs_of_words(text), runs_of_words(text.replace("，", ", ").replace("。", "。 ")))
    assert not is_same_text(
        runs_of_words(text),
        runs_of_words("索伦蒂亚邮报报道说昨天又有三艘渔船在苍鹭礁附近被扣押，双方各执一词，至今没有任何结果，家属十分着急。"),
    )


def test_remarks_of_one_day_are_told_apart_by_their_titles_or_words() -> None:
    captures = [
        remarks(1, "Spokesperson Ada Quill's Remarks on Fish"),
        remarks(2, "Spokesperson Ada Quill's Remarks on Ships"),
        remarks(3, "Spokesperson Ada Quill's Remarks on Ships"),
    ]
    assert len(documents(captures)) == 3
    assert {facts.shares_briefing_with for facts in placed(captures)} == {None}


def test_the_same_words_under_another_headline_are_one_document_named_by_the_older_one() -> None:
    older, newer = remarks(1, "Remarks on Fish"), remarks(1, "Remarks on Fish (Updated)")
    captures = [Capture(older.page, address(815710), FETCHED), Capture(newer.page, address(830000), LATER)]
    assert len(documents(captures)) == 1
    assert {facts.document_id for facts in placed(captures)} == {facts.document_id for facts in placed(captures[:1])}


def test_pasted_remarks_are_found_by_title_and_words_though_furniture_was_pasted_too() -> None:
    words = asked(0, matter(1, 300), matter(2, 300))
    title = "Foreign Ministry Spokesperson Ada Quill's Remarks on Fish"
    html = Capture(page(words, title=title, kind="remarks"), address(815710), FETCHED)
    other = Capture(page(asked(0, matter(3, 300), matter(4, 300)), title=title, kind="remarks"), address(815800), FETCHED)
    for day, rule in ((MARCH_4, "title"), ((None, None, None), "none")):
        pasted = page([*words, Said("closing", "Print.")], day, rule, title=f"{title} — Ministry of Foreign Affairs", kind="remarks")
        captures = [html, other, Capture(pasted, html=False)]
        assert len(documents(captures)) == 2
        assert of(captures[2], captures).document_id == of(html, [html]).document_id


# --- two pages, one briefing -------------------------------------------------------------------------------------------


def test_two_pages_that_claim_one_briefing_are_both_kept_and_the_second_points_to_the_first() -> None:
    first, second = Capture(conference(1, 2), address(800207), FETCHED), Capture(conference(3, 4), address(800300), FETCHED)
    third = Capture(conference(5, 6), html=False)
    captures = [third, second, first]
    own = of(first, captures).document_id
    assert len(documents(captures)) == 3
    assert of(first, captures).shares_briefing_with is None
    assert of(second, captures).shares_briefing_with == of(third, captures).shares_briefing_with == own
    assert placed(captures) == placed(captures[::-1])


def test_a_briefing_issued_twice_in_other_words_stays_two_documents_and_a_pasted_copy_finds_its_own() -> None:
    words = matter(1, 400).split()
    reworded = [f"{word}x" if i % 15 == 0 else word for i, word in enumerate(words)]
    old, new = page([Said("opening", " ".join(words))]), page([Said("opening", " ".join(reworded))])
    captures = [Capture(old, address(1659619), FETCHED), Capture(new, address(1660057), FETCHED), Capture(new, html=False, file="pasted")]
    assert len(documents(captures)) == 2
    assert of(captures[2], captures).document_id == of(captures[1], captures).document_id != of(captures[0], captures).document_id


def test_an_edit_does_not_rename_the_second_of_two_rivals() -> None:
    rivals = [Capture(conference(1, 2), address(800207), FETCHED), Capture(conference(3, 4), address(800300), FETCHED)]
    edited = Capture(conference(3), address(800300), LATER, file="edited")
    assert of(rivals[1], rivals).document_id == of(edited, [*rivals, edited]).document_id


# --- days --------------------------------------------------------------------------------------------------------------


def dated(number: int, day: date, n: int) -> Capture:
    return Capture(conference(n, day=day), address(number), FETCHED)


SEPTEMBER_10 = (None, 9, 10)
AROUND = [dated(1593000, date(2018, 9, 7), 900), dated(1594100, date(2018, 9, 11), 901)]


def day_of(capture: Capture, *others: Capture) -> tuple[date | None, str]:
    facts = of(capture, [capture, *others])
    return facts.briefing_date, facts.date_rule


def test_a_title_without_year_gets_it_from_the_neighbours_numbers() -> None:
    undated = Capture(conference(1, day=SEPTEMBER_10, rule="title_without_year"), address(1593756), FETCHED)
    assert day_of(undated, *AROUND) == (date(2018, 9, 10), "title_year_from_neighbours")
    assert day_of(undated, AROUND[0]) == (date(2018, 9, 10), "title_year_from_neighbours")
    assert day_of(undated, AROUND[1]) == (date(2018, 9, 10), "title_year_from_neighbours")
    assert day_of(undated)[0] is None


def test_the_number_in_a_files_name_gives_the_year_where_no_address_is_known() -> None:
    page = conference(1, day=SEPTEMBER_10, rule="title_without_year")
    assert day_of(Capture(page, name="t1593756.txt"), *AROUND) == (date(2018, 9, 10), "title_year_from_neighbours")
    for name in ("1593756.txt", "t1593756_copy.txt", "notes.txt"):
        assert day_of(Capture(page, name=name), *AROUND)[0] is None
    # An address goes before the name.
    assert day_of(Capture(page, address(1193756), name="t1593756.txt"), *AROUND)[0] is None


def test_a_year_is_not_taken_from_a_far_neighbour() -> None:
    undated = Capture(conference(1, day=SEPTEMBER_10, rule="title_without_year"), address(1593756), FETCHED)
    years_before, years_after = dated(1193756, date(2014, 9, 12), 2), dated(1693756, date(2020, 9, 8), 3)
    assert day_of(undated, years_before)[0] is None
    assert day_of(undated, years_before, years_after)[0] is None
    assert day_of(undated, years_before, AROUND[1])[0] == date(2018, 9, 10)


def test_december_and_january_neighbours() -> None:
    new_year = [dated(1626000, date(2018, 12, 29), 2), dated(1627000, date(2019, 1, 3), 3)]
    for day, expected in (((None, 12, 31), date(2018, 12, 31)), ((None, 1, 2), date(2019, 1, 2))):
        assert day_of(Capture(conference(1, day=day, rule="title_without_year"), address(1626500)), *new_year)[0] == expected


def test_29_february_has_a_year() -> None:
    around = [dated(1750000, date(2020, 2, 28), 2), dated(1750900, date(2020, 3, 2), 3)]
    assert day_of(Capture(conference(1, day=(None, 2, 29), rule="title_without_year"), address(1750400)), *around)[0] == date(2020, 2, 29)


def test_an_index_page_gives_year_or_day() -> None:
    url = address(254507)
    listing = Capture(
        index((url, "Remarks", date(2004, 3, 26)), (address(254600), "Other", date(2004, 4, 1)), (address(254700), "Third", None))
    )
    assert day_of(Capture(conference(1, day=(None, 3, 25), rule="title_without_year"), url), listing) == (
        date(2004, 3, 25),
        "title_year_from_index_page",
    )
    undated = remarks(1, "Remarks on Fish", None)
    assert day_of(Capture(undated.page, url), listing) == (date(2004, 3, 26), "index_page")
    relative = Capture(
        index(("./t254507.htm", "Remarks", date(2004, 3, 26)), ("./t254600.htm", "Other", None), ("./t254700.htm", "Third", None))
    )
    assert day_of(Capture(undated.page, url), relative) == (date(2004, 3, 26), "index_page")


def test_an_index_page_of_another_ministry_dates_nothing() -> None:
    foreign = Capture(index(("https://www.mfa.gov.cn/t254507.htm", "a", date(2004, 3, 26)), source_id="mfa-en"))
    assert day_of(Capture(remarks(1, "Remarks on Fish", None).page, address(254507)), foreign)[0] is None


def test_year_and_day_of_the_page_itself_are_kept() -> None:
    for rule in ("title", "title_year_from_stamp", "stamp", "body"):
        assert day_of(Capture(page([Said("opening", matter(1))], MARCH_4, rule), address(1593756)), *AROUND) == (MARCH_4, rule)
    guessed = Capture(conference(1, day=date(1997, 9, 10), rule="title_year_from_body"), address(1593756))
    assert day_of(guessed, *AROUND) == (date(2018, 9, 10), "title_year_from_neighbours")
    assert day_of(guessed) == (date(1997, 9, 10), "title_year_from_body")


def test_an_undated_page_lies_between_its_neighbours_by_its_number() -> None:
    neighbours = [dated(1686637, date(2019, 8, 6), 2), dated(1686991, date(2019, 8, 7), 3), dated(1687293, date(2019, 8, 8), 4)]
    for number, expected in (
        (1686638, date(2019, 8, 6)),
        (1686980, date(2019, 8, 7)),
        (1687014, date(2019, 8, 7)),
        (1687290, date(2019, 8, 8)),
    ):
        assert day_of(Capture(remarks(1, "Remarks on Fish", None).page, address(number)), *neighbours) == (expected, "neighbours")


def test_an_undated_page_without_near_neighbours_on_both_sides_has_no_day() -> None:
    undated = Capture(remarks(1, "Remarks on Fish", None).page, address(1686638))
    before, after, too_late = dated(1686637, date(2019, 8, 6), 2), dated(1686991, date(2019, 8, 7), 3), dated(1695000, date(2019, 8, 27), 4)
    assert day_of(undated, before, after)[0]
    for others in ([], [before], [after], [before, too_late]):
        assert day_of(undated, *others) == (None, "none")


def test_days_in_addresses_are_never_used() -> None:
    anew = date(2024, 5, 30)
    migrated = [
        Capture(conference(n, day=day), address(number, anew), LATER)
        for n, number, day in ((2, 991600, date(2022, 2, 15)), (3, 991650, date(2022, 2, 17)))
    ]
    undated = Capture(remarks(1, "Remarks on Fish", None).page, address(991625, anew), LATER)
    assert day_of(undated, *migrated) == (None, "none")
    without_year = Capture(conference(1, day=(None, 2, 16), rule="title_without_year"), address(991625, anew), LATER)
    assert day_of(without_year, *migrated)[0] is None
    assert day_of(Capture(conference(1, day=date(2022, 2, 16)), address(991625, anew), LATER)) == (date(2022, 2, 16), "title")


def test_neighbours_of_all_languages_count() -> None:
    chinese = [
        Capture(
            page(
                [Said("opening", f"第{n}")],
                day,
                title=f"{day.year}年{day.month}月{day.day}日美里迪亚外交部发言人白涛主持例行记者会",
                language="zh",
            ),
            address(number),
        )
        for n, number, day in ((1, 1686600, date(2019, 8, 6)), (2, 1687000, date(2019, 8, 7)))
    ]
    assert day_of(Capture(remarks(1, "Remarks on Fish", None).page, address(1686638)), *chinese) == (date(2019, 8, 6), "neighbours")


def test_all_captures_of_a_number_have_the_day_of_its_newest_title() -> None:
    wrong = Capture(conference(1, day=date(2018, 3, 4)), address(800207), FETCHED)
    right = Capture(conference(1, 2, day=MARCH_4), address(800207), LATER)
    assert day_of(wrong, right)[0] == day_of(right, wrong)[0] == MARCH_4
    assert len(documents([wrong, right])) == 1
    untitled = Capture(page([Said("opening", matter(5))], datetime(2024, 5, 30).date(), "stamp"), address(800207), datetime(2024, 6, 1))
    assert day_of(untitled, wrong, right) == (MARCH_4, "title")


def test_the_earliest_of_two_stamps_holds() -> None:
    old = Capture(remarks(1, "Remarks on Fish", MARCH_4, rule="stamp").page, address(800207), FETCHED)
    anew = Capture(
        remarks(1, "Remarks on Fish", date(2024, 5, 30), rule="stamp").page, address(991625, date(2024, 5, 30)), LATER, file="anew"
    )
    assert day_of(anew, old) == (MARCH_4, "stamp")
    assert len(documents([old, anew])) == 1


def test_pasted_text_without_a_day_gets_the_one_of_its_page() -> None:
    words = [*asked(0, matter(1, 300), matter(2, 300))]
    html = Capture(page(words, SEPTEMBER_10, "title_without_year"), address(1593756), FETCHED)
    same = Capture(page(words, SEPTEMBER_10, "title_without_year"), html=False, file="pasted")
    nearly = Capture(page([*words, Said("closing", "Print. Suggest to a friend.")], SEPTEMBER_10, "title_without_year"), html=False)
    other = Capture(conference(7, day=SEPTEMBER_10, rule="title_without_year"), html=False)
    captures = [html, same, nearly, other, *AROUND]
    assert day_of(same, *captures) == day_of(nearly, *captures) == (date(2018, 9, 10), "title_year_from_neighbours")
    assert day_of(other, *captures)[0] is None
    assert of(same, captures).document_id == of(nearly, captures).document_id == of(html, captures).document_id


def test_words_that_stand_under_several_days_date_nothing() -> None:
    words = asked(0, matter(1, 300), matter(2, 300))
    days = [Capture(page(words, day), file=f"{day}") for day in (MARCH_4, date(2019, 3, 5))]
    same = Capture(page(words, (None, None, None), "none"), html=False, file="pasted")
    nearly = Capture(page([*words, Said("closing", "Print.")], (None, None, None), "none"), html=False)
    for undated in (same, nearly):
        assert day_of(undated, days[0]) == (MARCH_4, "title")
        assert day_of(undated, *days) == (None, "none")


def test_pages_without_a_day_have_no_document() -> None:
    undated = remarks(1, "Remarks on Fish", None)
    assert (of(undated, [undated]).briefing_date, of(undated, [undated]).document_id) == (None, None)
    assert lake_of([undated]) == {}


# --- order -------------------------------------------------------------------------------------------------------------


def hard_archive() -> list[Capture]:
    """Every case above in one archive."""
    whole = conference(1, 2, 3)
    return [
        Capture(whole, html=False, file="pasted"),
        Capture(whole, address(800207), FETCHED),
        Capture(whole, address(800207), LATER),
        Capture(whole, address(800207).replace("www.", "old."), FETCHED, file="other host"),
        Capture(whole, address(991625, date(2024, 5, 30)), datetime(2024, 6, 3), file="issued anew"),
        Capture(conference(1, 3), address(800207), datetime(2019, 3, 8), file="edited"),
        Capture(conference(1, 2), html=False, file="cut short"),
        gone(address(800207), datetime(2019, 3, 20)),
        gone(address(800207), datetime(2019, 3, 21)),
        Capture(conference(1, 3), address(800207), datetime(2019, 5, 1), file="edited"),
        Capture(conference(11, 12), address(800300), FETCHED),
        Capture(conference(13, 14), html=False),
        Capture(conference(13, 14), html=False, file="again"),
        Capture(conference(13), html=False, file="cut"),
        Capture(conference(11), address(800300), LATER, file="cut", cut=True),
        Capture(remarks(21, "Spokesperson's Remarks on Ships").page, address(800400), FETCHED),
        Capture(remarks(22, "Spokesperson's Remarks on Ships").page, address(800401), FETCHED),
        Capture(remarks(21, "Spokesperson's Remarks on the Ships").page, address(800400), LATER),
        Capture(remarks(23, "Spokesperson's Remarks on Fish", None).page, address(801000), FETCHED),
        Capture(remarks(23, "Spokesperson's Remarks on Fish", None).page, html=False, file="pasted"),
        Capture(conference(4, day=(None, 3, 6), rule="title_without_year"), address(801100), FETCHED),
        Capture(conference(5, day=date(2019, 3, 7)), address(801500), FETCHED),
        Capture(conference(5, day=date(2019, 3, 7)), address(801500, date(2021, 10, 20)), datetime(2021, 11, 1), file="new frame"),
        Capture(conference(6, day=(None, 3, 25), rule="title_without_year"), address(254507), FETCHED),
        Capture(index((address(254507), "a", date(2004, 3, 26)), (address(801000), "b", None), (address(800300), "c", MARCH_4))),
        Capture(conference(9, day=date(2018, 4, 1)), address(700000), FETCHED),
        Capture(retitled(conference(9, day=date(2018, 4, 2)), "Spokesperson on April 2, 2018"), address(700000), LATER),
    ]


@pytest.fixture(scope="module")
def whole_lake() -> dict[str, pl.DataFrame]:
    return lake_of(hard_archive())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(len(hard_archive()))))
def test_the_order_of_arrival_shows_in_no_table(whole_lake: dict[str, pl.DataFrame], order: list[int]) -> None:
    captures = hard_archive()
    shuffled = lake_of([captures[i] for i in order])
    for name, table in whole_lake.items():
        assert shuffled[name].equals(table), name


def test_the_archive_is_as_hard_as_it_should_be(whole_lake: dict[str, pl.DataFrame]) -> None:
    documents, versions = whole_lake["documents"], whole_lake["document_versions"]
    assert set(versions["change"]) == {"new", "copy", "moved", "edited", "truncated", "vanished", "restored"}
    assert documents["shares_briefing_with"].n_unique() == 2
    assert set(documents["date_rule"]) == {"title", "neighbours", "title_year_from_neighbours", "title_year_from_index_page"}
    for name, key in (("documents", "document_id"), ("turns", "turn_id"), ("exchanges", "exchange_id")):
        assert whole_lake[name][key].is_unique().all(), name
    assert versions.filter("is_current")["document_id"].to_list() == documents["document_id"].to_list()


def test_no_place_of_a_file_shows(whole_lake: dict[str, pl.DataFrame]) -> None:
    written = " ".join(
        frame.write_csv() for frame in (whole_lake["documents"].drop("spokespersons", "boilerplate"), whole_lake["document_versions"])
    )
    assert "/pages/" not in written


def test_ids_of_one_day_do_not_collide() -> None:
    captures = [Capture(remarks(n, f"Spokesperson's Remarks on Matter {n}").page, address(800000 + n)) for n in range(200)]
    assert len({facts.document_id for facts in placed(captures)}) == 200


def test_neighbours_move_a_page_to_another_month() -> None:
    """An earlier guess is given up when a nearer page comes in: a refresh must remake both months."""
    undated = Capture(remarks(1, "Remarks on Fish", None).page, address(1702000))
    far = [dated(1700000, date(2019, 8, 30), 2), dated(1704000, date(2019, 9, 6), 3)]
    assert day_of(undated, *far)[0] == date(2019, 9, 3)
    assert day_of(undated, *far, dated(1702300, date(2019, 8, 31), 4))[0] == date(2019, 8, 31)


def test_freshness_by_time_then_html_then_stamp() -> None:
    pasted, saved = Capture(conference(1, 2), html=False), Capture(conference(1, 2, 3), html=True)
    fetched = Capture(conference(1), address(800207), FETCHED - timedelta(days=1))
    ordered = sorted(placed([fetched, saved, pasted]), key=lambda facts: facts.freshness)
    assert [facts.sha256 for facts in ordered] == [pasted.sha256, saved.sha256, fetched.sha256]


def test_a_documents_id_holds_source_and_day() -> None:
    only = placed([Capture(conference(1), address(800207))])[0]
    assert only.document_id == f"sample-2019-03-04-{digest('press_conference|en', 6)}"
