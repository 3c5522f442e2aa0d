"""The tables of a month: versions and what changed, turns, exchanges, outlets, spokespersons, documents, quotes."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from pipelines.contracts.lake import MONTHLY_TABLES
from pipelines.extract.screening import screen
from pipelines.normalise.history import NO_BODY, sightings
from pipelines.normalise.pages import is_cut_off
from pipelines.normalise.speakers import outlet_of, speaker_of, spokesperson_of
from pipelines.parse.model import ParsedPage, Quote
from tests.helpers.archive import TABLES, Capture, Said, address, asked, captures_frame, conference, gone, index, lake_of, matter, page

MARCH_4 = date(2019, 3, 4)
URL = address(800207)
DAY = datetime(2019, 3, 5)


def on(n: int) -> datetime:
    return DAY + timedelta(days=n)


def versions(*captures: Capture) -> list[tuple[object, ...]]:
    table = lake_of(captures)["document_versions"]
    return table.select("version", "change", "is_current").rows()


def shown(*captures: Capture) -> int:
    """Number of exchanges that the current version has."""
    return int(lake_of(captures)["documents"]["n_exchanges"].item())


# --- versions ----------------------------------------------------------------------------------------------------------


def test_an_edit_is_a_version_and_current_by_time_of_fetch() -> None:
    assert versions(Capture(conference(1), URL, on(1)), Capture(conference(1, 2), URL, on(0))) == [(1, "new", False), (2, "edited", True)]
    assert shown(Capture(conference(1), URL, on(1)), Capture(conference(1, 2), URL, on(0))) == 1


def test_fetched_again_unchanged_it_is_the_same_version() -> None:
    captures = [Capture(conference(1), URL, on(n)) for n in (3, 1, 2)]
    assert versions(*captures) == [(1, "new", True)]
    assert lake_of(captures)["document_versions"]["fetched_at"].to_list() == [on(1)]


def test_an_edit_that_is_taken_back_is_current_again() -> None:
    captures = [Capture(conference(1, 2), URL, on(0)), Capture(conference(1), URL, on(1)), Capture(conference(1, 2), URL, on(2))]
    assert versions(*captures) == [(1, "new", False), (2, "edited", False), (3, "edited", True)]
    assert shown(*captures) == 2


def test_two_addresses_fetched_by_turns_are_two_versions() -> None:
    moved = address(800207, date(2021, 10, 20))
    captures = [Capture(conference(1), url, on(n), file=url) for n, url in enumerate((URL, moved, URL, moved))]
    assert versions(*captures) == [(1, "new", False), (2, "moved", True)]


def test_the_same_words_in_other_bytes_are_a_copy() -> None:
    captures = [
        Capture(conference(1), html=False, file="pasted"),
        Capture(conference(1), URL, on(0)),
        Capture(conference(1), URL, on(1), file="new frame"),
    ]
    assert versions(*captures) == [(1, "new", False), (2, "copy", False), (3, "copy", True)]


def test_furniture_in_pasted_text_is_no_edit() -> None:
    words = asked(0, matter(1), matter(2))
    pasted, served = page([Said("opening", "Home > Press Room"), *words, Said("closing", "Print")]), page(words)
    assert versions(Capture(pasted, html=False), Capture(served, URL, on(0))) == [(1, "new", False), (2, "copy", True)]
    assert lake_of([Capture(pasted, html=False), Capture(served, URL, on(0))])["turn_changes"].is_empty()
    for captures in (
        [Capture(pasted, URL, on(0), html=False), Capture(served, URL, on(1))],  # both of known time
        [Capture(pasted), Capture(served, URL, on(0))],  # both HTML
        [Capture(page([*words, *asked(1, matter(3), matter(4))]), html=False), Capture(served, URL, on(0))],  # a question more
        [
            Capture(page([Said("opening", "Home"), Said("opening", matter(1))]), html=False),
            Capture(page([Said("opening", matter(1))]), URL, on(0)),
        ],
    ):
        assert versions(*captures) == [(1, "new", False), (2, "edited", True)]


def test_bytes_whose_address_or_time_is_known_from_one_capture_need_no_second_version() -> None:
    known = Capture(conference(1), URL, on(0))
    assert versions(Capture(conference(1)), known) == versions(known, Capture(conference(1), URL)) == [(1, "new", True)]
    assert lake_of([Capture(conference(1)), known])["documents"].select("url", "fetched_at").row(0) == (URL, on(0))


def test_an_address_that_the_page_states_is_its_address() -> None:
    stated = page(asked(0, matter(1), matter(2)), url=URL.replace("https://www.", "http://old."))
    assert lake_of([Capture(stated)])["documents"]["url"].to_list() == [URL]


def test_without_any_time_html_is_better_than_pasted_text() -> None:
    captures = [Capture(conference(1, 2), html=True), Capture(conference(1), html=False)]
    assert shown(*captures) == 2


# --- incomplete --------------------------------------------------------------------------------------------------------


def test_a_page_cut_off_never_replaces_the_whole_one_and_proves_no_edit() -> None:
    whole, cut = Capture(conference(1, 2, 3), URL, on(0)), Capture(conference(1, 2), URL, on(1), cut=True)
    assert versions(whole, cut) == [(1, "new", True), (2, "truncated", False)]
    assert shown(whole, cut) == 3
    assert lake_of([whole, cut])["turn_changes"].is_empty()
    again = Capture(conference(1, 2, 3), URL, on(2))
    assert versions(whole, cut, again) == [(1, "new", False), (2, "truncated", False), (3, "copy", True)]


def test_a_page_that_was_cut_off_first_is_no_edit_either() -> None:
    captures = [Capture(conference(1), URL, on(0), cut=True), Capture(conference(1, 2), URL, on(1))]
    assert versions(*captures) == [(1, "truncated", False), (2, "new", True)]
    assert lake_of(captures)["turn_changes"].is_empty()


def test_the_last_question_removed_from_a_page_that_is_not_cut_off_is_an_edit() -> None:
    captures = [Capture(conference(1, 2, 3), URL, on(0)), Capture(conference(1, 2), URL, on(1))]
    assert versions(*captures) == [(1, "new", False), (2, "edited", True)]
    assert lake_of(captures)["turn_changes"]["change"].to_list() == ["removed", "removed"]
    # A cut copy in between changes neither the edit nor what it is compared with.
    captures.insert(1, Capture(conference(1), URL, on(1) - timedelta(hours=1), cut=True))
    assert versions(*captures) == [(1, "new", False), (2, "truncated", False), (3, "edited", True)]
    assert lake_of(captures)["turn_changes"].select("version", "change").rows() == [(3, "removed"), (3, "removed")]


def test_a_cut_page_with_other_words_is_no_beginning() -> None:
    captures = [Capture(conference(1, 2, 3), URL, on(0)), Capture(conference(2, 3), URL, on(1), cut=True)]
    assert versions(*captures) == [(1, "new", False), (2, "edited", True)]


def test_half_a_word_at_the_cut_does_not_matter() -> None:
    def answered(last: str) -> ParsedPage:
        return page(asked(0, f"{matter(1)}?", f"{matter(2)} {last}"))

    whole = Capture(answered("mutual benefit and respect on all sides of the bay."), URL, on(0))
    assert versions(whole, Capture(answered("mutual benefit and&nb"), URL, on(1), cut=True))[1][1] == "truncated"
    assert versions(whole, Capture(answered("mutual benefit and&nb"), URL, on(1)))[1][1] == "edited"


def test_furniture_before_the_first_question_does_not_hide_a_cut() -> None:
    pasted = Capture(
        page([Said("opening", "Home > Press Room"), *asked(0, f"{matter(1)}?", matter(1001)), *asked(1, f"{matter(2)}?", matter(1002))]),
        URL,
        on(0),
        html=False,
    )
    assert versions(pasted, Capture(conference(1), URL, on(1), cut=True)) == [(1, "new", True), (2, "truncated", False)]


def test_a_page_cut_off_in_the_menu_is_no_edit() -> None:
    menu = page([Said("opening", "Home The Ministry The Minister Departments Missions Abroad Topics Press Room")])
    for whole in (conference(1, 2), page([Said("opening", matter(1, 8))])):
        captures = [Capture(whole, URL, on(0)), Capture(menu, URL, on(1), cut=True)]
        assert versions(*captures) == [(1, "new", True), (2, "truncated", False)]
        assert lake_of(captures)["turn_changes"].is_empty()
    assert versions(Capture(conference(1, 2), URL, on(0)), Capture(menu, URL, on(1)))[1] == (2, "edited", True)


def test_of_pages_that_are_all_cut_off_the_longest_is_current() -> None:
    captures = [Capture(conference(*range(n)), URL, on(9 - n), cut=True) for n in (2, 4, 3)]
    assert versions(*captures) == [(1, "new", True), (2, "truncated", False), (3, "truncated", False)]
    assert shown(*captures) == 4


def test_a_cut_page_after_a_break_is_restored_but_not_current() -> None:
    captures = [Capture(conference(1, 2), URL, on(0)), gone(URL, on(1)), Capture(conference(1), URL, on(2), cut=True)]
    assert versions(*captures) == [(1, "new", True), (2, "vanished", False), (3, "restored", False)]
    assert lake_of(captures)["turn_changes"].is_empty()


def test_without_fetch_times_the_whole_page_is_current_whatever_its_hash() -> None:
    for n in range(8):
        whole, kept, shorter = (Capture(conference(*range(k)), URL, file=f"{n}{k}") for k in (5, 4, 2))
        captures = [whole, kept, shorter]
        assert versions(*captures) == [(1, "truncated", False), (2, "truncated", False), (3, "new", True)]
        assert shown(*captures) == 5
        assert lake_of(captures)["turn_changes"].is_empty()


def test_files_without_fetch_time_prove_no_edit() -> None:
    for n in range(8):  # with any hash
        captures = [Capture(conference(1, 2, 3), URL, file=f"{n}"), Capture(conference(1, 3), URL)]
        assert versions(*captures) == [(1, "new", False), (2, "copy", True)]
        assert shown(*captures) == 3
        assert lake_of(captures)["turn_changes"].is_empty()
        whole, cut = Capture(conference(1), URL, file=f"{n}"), Capture(conference(1), URL, cut=True)
        assert lake_of([whole, cut])["documents"]["sha256"].to_list() == [whole.sha256]
    # HTML goes before pasted text although that has more words; and any page of known time before both.
    assert shown(Capture(conference(1, 2, 3), URL, html=False), Capture(conference(1, 3), URL)) == 2
    assert versions(*captures, Capture(conference(2, 3), URL, on(0)))[2] == (3, "edited", True)


HTML = "<!doctype html><html><body><div><p>First words of the day.</p>{}"


@pytest.mark.parametrize(
    ("raw", "is_cut"),
    [
        (HTML.format("<p>Last words.</p></div></body></html>"), False),
        (HTML.format("<p>Last words</p></div></BODY >"), False),
        (HTML.format("<p>Last words.</p></div></body></html><!-- served by 7 --><script>x()"), False),
        (HTML.format("<p>Last words.</p></div>"), False),
        (HTML.format("<p>Last words.</p>"), True),
        (HTML.format("<p>Last words.</p></di"), True),
        (HTML.format("<script>write('</body></html>')</script><p>Last words."), True),
        (HTML.format("<!-- </div></body> --><p>Last words."), True),
        ("<html><body><p>First words of the day.</p><p>Last wo", True),
        ("<html><body><p>First words of the day.</p><p>Last words.</p></body></html>", False),
        ("<h1>Title</h1><p>First words of the day.</p><p>Last words.", False),
        ("<h1>Title</h1><p>First words of the day.</p><p>Last wo", True),
        ("First words of the day. Last words.”)", False),
        ("First words of the day. Last wo", True),
        ("First words of the day, ", True),
        ("今天的第一句话。最后一句话。", False),
        ("今天的第一句话。最后一", True),
    ],
)
def test_bytes_that_end_before_the_page_does(raw: str, is_cut: bool) -> None:
    body = re.sub(r"(?s)<script>.*?</script>|<!--.*?-->|<[^>]*>", " ", raw)
    parsed = page([Said("opening", body)])
    assert is_cut_off(raw.encode(), parsed) is is_cut
    assert is_cut_off(raw.encode("utf-16"), parsed) is is_cut
    assert not is_cut_off(raw.encode(), index())


# --- vanished and restored ---------------------------------------------------------------------------------------------


def test_a_vanished_page_stays_and_a_restored_one_is_current() -> None:
    first, again = Capture(conference(1, 2), URL, on(0)), Capture(conference(1, 2), URL, on(9))
    lost = gone(URL.replace("https://www.", "http://old."), on(2))
    assert versions(first, lost) == [(1, "new", True), (2, "vanished", False)]
    assert shown(first, lost) == 2
    assert versions(first, lost, gone(URL, on(3), 410), again) == [(1, "new", False), (2, "vanished", False), (3, "restored", True)]
    row = lake_of([first, lost])["document_versions"].row(1, named=True)
    assert row["http_status"] == 404
    assert row["sha256"] == lost.sha256
    assert row["raw_path"] == f"raw/objects/{lost.sha256[:2]}/{lost.sha256}"
    assert (row["url"], row["fetched_at"], row["body_sha256"], row["layout"]) == (URL, on(2), NO_BODY, "error_page")


def test_what_a_restored_page_lost_is_listed() -> None:
    captures = [Capture(conference(1, 2), URL, on(0)), gone(URL, on(1)), Capture(conference(2), URL, on(2))]
    assert [change for _, change, _ in versions(*captures)] == ["new", "vanished", "restored"]
    changes = lake_of(captures)["turn_changes"]
    assert changes.select("version", "change", "role").rows() == [(3, "removed", "question"), (3, "removed", "answer")]


def test_an_edit_after_a_restoration_is_an_edit() -> None:
    captures = [
        Capture(conference(1, 2), URL, on(0)),
        gone(URL, on(1)),
        Capture(conference(1, 2), URL, on(2)),
        Capture(conference(2), URL, on(3)),
    ]
    assert [change for _, change, _ in versions(*captures)] == ["new", "vanished", "restored", "edited"]


def test_only_an_answer_about_the_page_makes_it_vanish() -> None:
    first = Capture(conference(1), URL, on(0))
    for status in (403, 429, 500, 503):
        assert versions(first, gone(URL, on(1), status)) == [(1, "new", True)], status
    elsewhere, before, undated = gone(address(800208), on(1)), gone(URL, on(-1)), gone(URL, None)
    assert versions(first, elsewhere, before, undated) == [(1, "new", True)]


@pytest.mark.parametrize(
    ("html", "is_gone"),
    [
        ("<title>404 Not Found</title><h1>Not Found</h1><p>The requested page was not found.</p>", True),
        ("<title>System error</title><p>The page you visited does not exist or has been deleted.</p>", True),
        ("<title>系统提示</title><p>您访问的页面不存在或已删除。</p>", True),
        ("<title>Service unavailable</title><p>The site is under maintenance. Please try again later.</p>", False),
        ("<title>403 Forbidden</title><p>You don't have permission to access this page.</p>", False),
        ("<title>502 Bad Gateway</title><p>nginx</p>", False),
        ("<title>网站维护</title><p>网站正在维护，请稍后再试。</p>", False),
    ],
)
def test_an_error_page_with_status_200_makes_it_vanish_unless_it_passes(html: str, is_gone: bool) -> None:
    refusal = screen(html.encode(), 200)
    assert refusal
    assert refusal.reason == "error_page"
    error = Capture(None, URL, on(1), reason=refusal.reason, detail=refusal.detail)
    expected = [(1, "new", True), (2, "vanished", False)] if is_gone else [(1, "new", True)]
    assert versions(Capture(conference(1), URL, on(0)), error) == expected


def test_an_empty_answer_with_status_404_counts() -> None:
    error = Capture(None, URL, on(1), status=404, reason="empty", detail="0 bytes, none of them a letter.")
    assert [change for _, change, _ in versions(Capture(conference(1), URL, on(0)), error)] == ["new", "vanished"]


def test_other_refused_files_are_no_sightings() -> None:
    captures = [
        Capture(None, URL, on(1), reason="binary", detail="maintenance"),
        Capture(None, None, None, reason="too_large"),
        gone(URL, on(1), 500),
    ]
    assert sightings(captures_frame(captures)).is_empty()


def test_sightings_leave_out_what_was_found_unchanged() -> None:
    first, second = conference(1), conference(2)
    captures = [
        *(Capture(first, URL, on(n)) for n in (0, 1, 2)),
        *(gone(URL, on(n)) for n in (3, 4)),
        *(Capture(first, URL, on(n)) for n in (5, 6)),
        *(Capture(second, URL, on(n)) for n in (7, 8)),
        Capture(first),
    ]
    seen = sightings(captures_frame(captures)).sort("fetched_at", nulls_last=True)
    assert seen["fetched_at"].to_list() == [on(0), on(3), on(5), on(7), None]


# --- changed words -----------------------------------------------------------------------------------------------------


def changes(old: ParsedPage, new: ParsedPage) -> list[tuple[object, ...]]:
    table = lake_of([Capture(old, URL, on(0)), Capture(new, URL, on(1))])["turn_changes"]
    assert table["change_index"].to_list() == list(range(table.height))
    return table.select("change", "role", "old_text", "new_text").rows()


def exchanges(*texts: tuple[str, str], **more: str) -> list[Said]:
    return [said for n, (question, answer) in enumerate(texts) for said in asked(n, question, answer, **more)]  # type: ignore[arg-type]


FISH = ("Velland's fishermen were held. Your comment?", "We hope that all sides keep calm and talk.")
SHIPS = ("Will ships pass the strait this week as planned?", "I refer you to the ministry of transport for that.")
CABLE = ("Who cut the Heron Rock cable, and when will it work again?", "Experts are looking into it, and results will be made known.")


def test_removed_and_added_turns() -> None:
    assert changes(page(exchanges(FISH, SHIPS, CABLE)), page(exchanges(FISH, CABLE))) == [
        ("removed", "question", f"Q: {SHIPS[0]}", None),
        ("removed", "answer", f"A: {SHIPS[1]}", None),
    ]
    assert changes(page(exchanges(CABLE)), page(exchanges(FISH, CABLE))) == [
        ("added", "question", None, f"Q: {FISH[0]}"),
        ("added", "answer", None, f"A: {FISH[1]}"),
    ]


def test_a_reworded_turn_is_paired_with_its_like_and_not_with_its_neighbour() -> None:
    reworded = (CABLE[0], CABLE[1].replace("results", "the findings"))
    assert changes(page(exchanges(FISH, SHIPS, CABLE)), page(exchanges(FISH, reworded))) == [
        ("removed", "question", f"Q: {SHIPS[0]}", None),
        ("removed", "answer", f"A: {SHIPS[1]}", None),
        ("reworded", "answer", f"A: {CABLE[1]}", f"A: {reworded[1]}"),
    ]
    first = (FISH[0].replace("held", "arrested"), FISH[1])
    assert changes(page(exchanges(SHIPS, FISH)), page(exchanges(first))) == [
        ("removed", "question", f"Q: {SHIPS[0]}", None),
        ("removed", "answer", f"A: {SHIPS[1]}", None),
        ("reworded", "question", f"Q: {FISH[0]}", f"Q: {first[0]}"),
    ]


def test_turns_in_another_order_are_removed_here_and_added_there() -> None:
    found = changes(page(exchanges(FISH, SHIPS, CABLE)), page(exchanges(SHIPS, CABLE, FISH)))
    assert found == [
        ("removed", "question", f"Q: {FISH[0]}", None),
        ("removed", "answer", f"A: {FISH[1]}", None),
        ("added", "question", None, f"Q: {FISH[0]}"),
        ("added", "answer", None, f"A: {FISH[1]}"),
    ]


def test_a_changed_label_is_a_changed_turn() -> None:
    old, new = page(exchanges(FISH, label="Reuters", kind="outlet")), page(exchanges(FISH, label="Journalist"))
    assert changes(old, new) == [("reworded", "question", f"Reuters: {FISH[0]}", f"Journalist: {FISH[0]}")]


def test_unlike_turns_of_one_role_are_removed_and_added() -> None:
    assert [row[0] for row in changes(page(exchanges(FISH)), page(exchanges(CABLE)))] == ["removed", "removed", "added", "added"]


def test_reworded_chinese_is_seen_by_its_characters() -> None:
    old = page([Said("opening", "韦兰外长将于三月五日至七日访问美里迪亚。")], language="zh")
    new = page([Said("opening", "韦兰外长将于三月六日至七日访问美里迪亚。")], language="zh")
    assert [row[0] for row in changes(old, new)] == ["reworded"]


def test_changed_marks_are_no_change() -> None:
    assert changes(page(exchanges(FISH)), page(exchanges((FISH[0].replace("'", "’"), FISH[1])))) == []


# --- turns and exchanges -----------------------------------------------------------------------------------------------


def one(*said: Said, **more: object) -> dict[str, pl.DataFrame]:
    return lake_of([Capture(page(said, **more))])  # type: ignore[arg-type]


def test_turn_ids_are_unique_also_for_equal_words() -> None:
    same = "(The reporter nods.)"
    tables = one(Said("narration", same), Said("note", same), Said("note", same), Said("closing", "****"), Said("note", "……"))
    assert tables["turns"]["turn_id"].is_unique().all()


def test_equal_questions_are_two_exchanges_in_page_order() -> None:
    tables = one(*exchanges(FISH, SHIPS, FISH))
    ids = tables["exchanges"]["exchange_id"].to_list()
    assert len(set(ids)) == 3
    assert ids[2] == f"{ids[0]}-2"
    assert tables["exchanges"]["exchange_index"].to_list() == [0, 1, 2]


def test_ids_outlast_an_edit_elsewhere_on_the_page() -> None:
    before, after = one(*exchanges(FISH, SHIPS, CABLE)), one(*exchanges(SHIPS, CABLE))
    for name, key in (("turns", "turn_id"), ("exchanges", "exchange_id")):
        assert set(after[name][key]) < set(before[name][key])


def test_texts_hold_what_is_published() -> None:
    said = [
        Said("opening", "A minister will visit."),
        Said(
            "question",
            "First? \nAnd second?",
            "Reuters",
            "outlet",
            0,
            co_askers=("AFP", "Agence France-Presse", "the Velland Wire", "Heron Gazette"),
        ),
        Said("answer", "Yes.", "Ada Quill", "spokesperson", 0),
        Said("note", "(Journalist nods.)", None, None, 0),
        Said("answer", "And no.", None, None, 0),
        Said("note", "The following question was raised after the press conference:"),
        Said("question", "Third?", "Follow-up", "generic", 1, is_follow_up=True, after_conference=True),
        Said("answer", "I have no information.", "Ada Quill", "spokesperson", 1, after_conference=True),
        Said("closing", "****\nThank you.", None, None, 1),
    ]
    tables = one(*said, day=date(2020, 4, 14), speakers=("Ada Quill",))
    first, second = tables["exchanges"].rows(named=True)
    assert first["question_text"] == "Reuters: First? \nAnd second?"
    assert first["answer_text"] == "Ada Quill: Yes.\n(Journalist nods.)\nAnd no."
    assert first["closing_text"] is None
    assert first["co_askers"] == ["AFP", "Velland Wire", "Heron Gazette"]
    assert (first["outlet_id"], first["outlet"], first["outlet_reason"]) == ("outlet:reuters", "Reuters", None)
    assert (first["is_follow_up"], first["after_conference"]) == (False, False)
    assert second["answer_text"] == "Ada Quill: I have no information.\n****\nThank you."
    assert second["closing_text"] == "****\nThank you."
    assert (second["is_follow_up"], second["after_conference"], second["outlet_reason"]) == (True, True, "generic_label")
    assert first["spokesperson_id"] == second["spokesperson_id"] == "spokesperson:ada-quill"
    turns = tables["turns"]
    assert turns["turn_index"].to_list() == list(range(len(said)))
    assert [first["question_turn_id"], first["answer_turn_id"]] == turns["turn_id"].to_list()[1:3]
    body = tables["documents"]["body_text"].item()
    for row in turns.iter_rows(named=True):
        assert body[row["start_char"] : row["end_char"]] == row["text"]
    in_first = [None, *[first["exchange_id"]] * 4, None, *[second["exchange_id"]] * 3]
    assert turns["exchange_id"].to_list() == in_first
    assert tables["documents"].select("n_turns", "n_exchanges").row(0) == (9, 2)


def test_half_an_exchange() -> None:
    tables = one(Said("answer", "I have no comment.", "A", "generic", 0), Said("question", "Why?", "Q", "generic", 1))
    answer, question = tables["exchanges"].rows(named=True)
    assert (answer["question_turn_id"], answer["question_text"], answer["answer_text"]) == (None, "", "A: I have no comment.")
    assert (question["answer_turn_id"], question["question_text"], question["answer_text"]) == (None, "Q: Why?", "")


def test_a_page_without_exchanges() -> None:
    tables = one(Said("opening", "A statement."), kind="statement")
    assert tables["exchanges"].is_empty()
    assert tables["documents"].select("n_turns", "n_exchanges").row(0) == (1, 0)


def test_all_tables_keep_their_contracts() -> None:
    quotes = (Quote(0, "stone laid", 4, 14, True, "Tomas Brandt", None, "said_before"),)
    tables = lake_of([
        Capture(page([Said("narration", "The stone laid together.")], kind="news_article", title="Meridia hails a bridge", quotes=quotes)),
        Capture(conference(1, 2), URL, on(0)),
        Capture(conference(1), URL, on(1)),
        gone(URL, on(2)),
    ])  # fmt: skip
    for name in TABLES:
        assert not tables[name].is_empty(), name
        MONTHLY_TABLES[name].validate(tables[name], cast=True)


def test_quotes_are_placed_in_their_turn_and_none_is_lost() -> None:
    words = [Said("narration", "First paragraph."), Said("narration", "The bridge is a stone laid together.")]
    start = len("First paragraph.\nThe bridge is a ")
    placed = Quote(1, "stone laid together", start, start + 19, True, "Tomas Brandt", None, "said_before")
    astray = Quote(9, "stone laid together", start, start + 19, True, None, None, "said_before")
    tables = one(*words, kind="news_article", title="A bridge", quotes=(placed, astray))
    assert tables["quotes"].height == 2
    row = tables["quotes"].drop_nulls("turn_id").row(0, named=True)
    text = tables["turns"].filter(turn_id=row["turn_id"])["text"].item()
    assert text[row["start_char"] : row["end_char"]] == row["text"] == "stone laid together"


# --- outlets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "outlet"),
    [
        ("Reuters", "Reuters"), ("REUTERS", "Reuters"), ("The Reuters", "Reuters"), ("Reuters reporter", "Reuters"), ("AFP's correspondent", "AFP"),
        ("Agence France-Presse", "AFP"), ("Reuters Follow-up", "Reuters"), ("The Financial Times", "Financial Times"), ("Times of India", "Times of India"),
        ("Globe and Mail", "The Globe and Mail"), ("People’s Daily", "People's Daily"), ("El Pais", "El País"), ("RTÉ", "RTÉ"),
        ("ITN&BBC", "ITV News"), ("ITN / BBC", "ITV News"), ("Bloomberg and AFP", "Bloomberg"), ("Reuters, AFP", "Reuters"),
        ("路透社记者", "Reuters"), ("路透社记者追问", "Reuters"), ("路透社驻华记者", "Reuters"), ("《环球时报》记者", "Global Times"), ("环球时报记者问", "Global Times"),
        ("半岛电视台记者", "Al Jazeera"), ("日本富士电视台记者", "Fuji TV"), ("日本电视台记者", "Nippon TV"), ("总台央视记者", "CCTV"),
        ("彭博社记者/澳门月刊记者", "Bloomberg"), ("彭博社记者、路透社记者", "Bloomberg"), ("法新社和路透社记者", "AFP"), ("澳大利亚人报记者", "The Australian"),
        ("Heron Gazette", None), ("苍鹭礁日报记者", None), ("Heron Gazette/Reuters", None), ("Ray", None), ("", None), ("记者", None), ("The", None),
    ],
)  # fmt: skip
def test_labels_to_outlets(label: str, outlet: str | None) -> None:
    found = outlet_of(label)
    assert (found.name if found else None) == outlet


@pytest.mark.parametrize(
    ("day", "label", "kind", "expected"),
    [
        (date(2020, 3, 23), "Q", "generic", (None, None, "not_published")),
        (date(2020, 3, 24), "Q", "generic", (None, None, "generic_label")),
        (date(2020, 3, 24), "Journalist", "generic", (None, None, "generic_label")),
        (date(2020, 3, 23), None, None, (None, None, "not_published")),
        (date(2020, 3, 24), None, None, (None, None, "no_label")),
        (date(2018, 5, 11), "Reuters", "outlet", ("outlet:reuters", "Reuters", None)),
        (date(2021, 5, 11), "Heron Gazette", "outlet", (None, "Heron Gazette", "unknown_label")),
        (date(2018, 5, 11), "Heron Gazette", "outlet", (None, "Heron Gazette", "unknown_label")),
        (date(2021, 5, 11), "Jane Roe", "person", (None, "Jane Roe", "unknown_label")),
    ],
)
def test_why_there_is_no_outlet(day: date, label: str | None, kind: str | None, expected: tuple[str | None, ...]) -> None:
    tables = one(Said("question", "Why?", label, kind, 0), Said("answer", "Because.", "A", "generic", 0), day=day)  # type: ignore[arg-type]
    assert tables["exchanges"].select("outlet_id", "outlet", "outlet_reason").row(0) == expected
    assert tables["turns"]["outlet_id"].to_list() == [expected[0], None]


def test_the_first_of_a_joint_label_asks_and_the_others_ask_with_it() -> None:
    tables = one(Said("question", "Why?", "ITN&BBC", "outlet", 0, co_askers=("BBC", "ITN")), day=date(2020, 4, 14))
    assert tables["exchanges"].select("outlet", "co_askers").row(0) == ("ITV News", ["BBC"])


# --- spokespersons -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "day", "person"),
    [
        ("Hua Chunying", date(2019, 3, 4), "Hua Chunying"), ("Hua chunying", date(2019, 3, 4), "Hua Chunying"), ("HUA  CHUNYING", date(2019, 3, 4), "Hua Chunying"),
        ("Hua Chuying", date(2019, 3, 4), "Hua Chunying"), ("Geng Shaung", date(2019, 3, 4), "Geng Shuang"), ("Spokesperson Lu Kang", date(2019, 3, 4), "Lu Kang"),
        ("Kong", date(2004, 3, 18), "Kong Quan"), ("Kong", date(2019, 3, 4), None), ("Liu", date(2004, 3, 18), "Liu Jianchao"), ("Liu", date(2012, 3, 18), "Liu Weimin"),
        ("华春莹", date(2019, 3, 4), "Hua Chunying"), ("外交部发言人华春莹", date(2019, 3, 4), "Hua Chunying"), ("华春营", date(2019, 3, 4), None),
        ("Hua Chunying", date(1999, 3, 4), "Hua Chunying"), ("Jane Roe", date(2019, 3, 4), None), ("", date(2019, 3, 4), None), ("—", date(2019, 3, 4), None),
    ],
)  # fmt: skip
def test_names_to_spokespersons(name: str, day: date, person: str | None) -> None:
    found = spokesperson_of(name, day)
    assert (found.name if found else None) == person


@pytest.mark.parametrize(
    ("label", "kind", "speakers", "person"),
    [
        (None, None, ("Ada Quill",), "Ada Quill"),
        ("A", "generic", ("Ada Quill", "Tomas Brandt"), "Ada Quill"),
        ("答", "generic", ("林禾",), "Ada Quill"),
        ("Brandt", "spokesperson", ("Ada Quill", "Tomas Brandt"), "Tomas Brandt"),
        ("Tomas brandt", "spokesperson", ("Ada Quill", "Tomas Brandt"), "Tomas Brandt"),
        ("Tomas Brand", "spokesperson", ("Ada Quill", "Tomas Brandt"), "Tomas Brandt"),
        ("Tomas Brandt", "spokesperson", ("Ada Quill",), "Tomas Brandt"),
        ("白涛表示", "spokesperson", ("林禾", "白涛"), "Tomas Brandt"),
        ("外交部发言人林禾应询表示", "spokesperson", ("林禾",), "Ada Quill"),
        ("Spokesperson", "spokesperson", ("Ada Quill",), "Ada Quill"),
        ("Jane Roe", "spokesperson", ("Ada Quill", "Jane Roe"), None),
        ("Jane Roe", "person", ("Ada Quill",), None),
        ("Tomas Brandt", "person", ("Ada Quill",), "Tomas Brandt"),
        ("A", "generic", (), None),
        (None, None, ("Jane Roe",), None),
    ],
)
def test_labels_to_speakers(label: str | None, kind: str | None, speakers: tuple[str, ...], person: str | None) -> None:
    found = speaker_of(label, kind, speakers, MARCH_4)
    assert (found.name if found else None) == person


def test_two_speakers_on_one_page() -> None:
    said = [
        Said("opening", "I introduce a colleague.", "Ada Quill", "spokesperson"),
        Said("question", "Why?", "AFP", "outlet", 0),
        Said("answer", "Because.", "Tomas Brandt", "spokesperson", 0),
        Said("note", "(Nods.)", None, None, 0),
        Said("question", "And?", "AFP", "outlet", 1),
        Said("answer", "So.", "Quill", "spokesperson", 1),
        Said("closing", "Thank you."),
    ]
    tables = one(*said, speakers=("Tomas Brandt", "Ada Quill"), day=date(2024, 3, 18))
    ada, tomas = "spokesperson:ada-quill", "spokesperson:tomas-brandt"
    assert tables["turns"]["spokesperson_id"].to_list() == [ada, None, tomas, None, None, ada, tomas]
    assert tables["exchanges"]["spokesperson_id"].to_list() == [tomas, ada]
    document = tables["documents"].row(0, named=True)
    assert (document["spokesperson_id"], document["spokesperson"], document["spokespersons"]) == (
        tomas,
        "Tomas Brandt",
        ["Tomas Brandt", "Ada Quill"],
    )


def test_a_speaker_whom_the_vocabulary_does_not_know_is_kept_as_published() -> None:
    tables = one(*exchanges(FISH), speakers=("Jane Roe",))
    assert tables["documents"].select("spokesperson_id", "spokesperson").row(0) == (None, "Jane Roe")
    assert tables["documents"]["date_rule"].to_list() == ["title"]
    assert one(*exchanges(FISH), speakers=())["documents"].select("spokesperson_id", "spokesperson").row(0) == (None, None)
