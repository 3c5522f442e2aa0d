"""News articles: marks, parts, day of the event, refusals. Every page here is invented."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parse.model import Block, ParsedPage, SourcePage, UnparsablePageError
from pipelines.parse.news_article import parse_news_article
from pipelines.parse.readers import read_page

LEAD = "The Palace of Lanterns on Monday welcomed the first pier of the bridge, which will be open to all."
SECOND = '"We have waited for this bridge," palace spokesman Owen Tarrish told a briefing. "It is here."'
THIRD = "Velland has paid for half of the work, and the masons were thanked by the crowd."


def article(*lines: str) -> ParsedPage:
    return parse_news_article(read_page("\n\n".join(lines).encode()))


def pasted(byline: str = "(Meridian News Service) Updated: 2019-03-05 09:10", lead: str = f"PORT MERIDIA - {LEAD}") -> ParsedPage:
    return article("Meridia hails first pier of bridge", byline, lead, SECOND, THIRD)


def rules(page: ParsedPage) -> list[tuple[str, str]]:
    return [(rule, text) for rule, text in page.boilerplate]


def test_parts_of_a_pasted_article() -> None:
    page = article(
        "World / Meridia-Velland",
        "Meridia hails first pier of bridge",
        "(Meridian News Service) Updated: 2019-03-05 09:10",
        "Print Mail Large Medium Small 0",
        f"PORT MERIDIA - {LEAD}",
        "Owen Tarrish at his weekly briefing. [Photo/Meridian Daily]",
        SECOND,
        "A day of lanterns",
        THIRD,
        "Contact the writer at owen@meridiandaily.example",
        "Most Popular",
        "Herring season opens early, and the fishermen say that they are glad of it.",
    )
    assert (page.kind, page.layout, page.language, page.spokespersons) == ("news_article", "news_article", "en", ())
    assert (page.title, page.byline, page.dateline) == ("Meridia hails first pier of bridge", "Meridian News Service", "PORT MERIDIA")
    assert page.published_at is not None
    assert page.published_at.isoformat() == "2019-03-05T09:10:00"
    assert [(turn.role, turn.text) for turn in page.turns] == [
        ("narration", text) for text in (f"PORT MERIDIA - {LEAD}", SECOND, "A day of lanterns", THIRD)
    ]
    assert [rule for rule, _ in rules(page)] == [
        "before_title",
        "title",
        "byline",
        "page_tools",
        "caption",
        "credit",
        "below_body",
        "below_body",
    ]


def test_quotes_lie_in_their_turns() -> None:
    page = pasted()
    assert [(q.turn_index, q.text, q.speaker, q.office) for q in page.quotes] == [
        (1, "We have waited for this bridge", "Owen Tarrish", "palace spokesman"),
        (1, "It is here.", "Owen Tarrish", "palace spokesman"),
    ]
    for quote in page.quotes:
        turn = page.turns[quote.turn_index]
        assert page.body_text[quote.start_char : quote.end_char] == quote.text
        assert turn.start_char <= quote.start_char < quote.end_char <= turn.end_char


def test_the_dateline_belongs_to_no_quote() -> None:
    page = pasted(
        lead="PORT MERIDIA, March 4 (MNS) -- The pier of the bridge stands on firm ground, palace spokesman Owen Tarrish said on Monday."
    )
    assert page.quotes[0].text == "The pier of the bridge stands on firm ground"


@pytest.mark.parametrize(
    ("opening", "city", "agency"),
    [
        ("PORT MERIDIA - ", "PORT MERIDIA", None),
        ("PORT MERIDIA, March 4 (MNS) -- ", "PORT MERIDIA", "MNS"),
        ("PORT MERIDIA (Reuters) - ", "PORT MERIDIA", "Reuters"),
        ("PORT MERIDIA, Meridia (AP) — ", "PORT MERIDIA, Meridia", "AP"),
        ("PORT MERIDIA, March 4. /TASS/. ", "PORT MERIDIA", "TASS"),
        ("Port Meridia, March 4 (Jiji Press)--", "Port Meridia", "Jiji Press"),
        ("ST. ODA — ", "ST. ODA", None),
    ],
)
def test_datelines(opening: str, city: str, agency: str | None) -> None:
    page = pasted(byline="", lead=opening + LEAD)
    assert (page.dateline, page.byline, page.title) == (city, agency, "Meridia hails first pier of bridge")


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("By Nell Ashby | Meridian Daily | Updated: 2019-03-05 09:10", "Nell Ashby"),
        ("By NELL ASHBY in Port Meridia (Meridian Daily) Updated: 2019-03-05 09:10", "NELL ASHBY in Port Meridia"),
        ("(Agencies)", "Agencies"),
        ("Meridian News Service | Updated: 2019-03-05", "Meridian News Service"),
        ("Source: Meridian News Service | 2019-03-05 09:10:11 | Editor: quay", "Meridian News Service"),
        ("Meridian News Service, March 5, 2019 Adjust font size:", "Meridian News Service"),
        ("Reuters Staff", "Reuters"),
        ("Updated: 2019-03-05 09:10", None),
    ],
)
def test_bylines(line: str, byline: str | None) -> None:
    page = pasted(byline=line, lead=LEAD)
    assert (page.byline or None, page.dateline, page.title) == (byline, None, "Meridia hails first pier of bridge")
    assert ("byline", line) in rules(page)


def test_a_byline_that_the_reader_set_aside_counts() -> None:
    blocks = tuple(Block(text) for text in (LEAD, SECOND, THIRD))
    line = "By Nell Ashby | Meridian Daily | Updated: 2019-03-05 09:10 Share"
    page = parse_news_article(
        SourcePage(is_html=True, title="Meridia hails first pier", blocks=blocks, boilerplate=(("time_stamp", line),))
    )
    assert page.byline == "Nell Ashby"
    assert page.published_at is not None
    assert page.boilerplate == (("time_stamp", line),)


def test_a_dateline_in_a_line_of_its_own() -> None:
    page = article("Meridia hails first pier of bridge", "Port Meridia, March 4", LEAD, SECOND, THIRD)
    assert (page.title, page.dateline, page.turns[0].text) == ("Meridia hails first pier of bridge", "Port Meridia", LEAD)


def test_credits_below_the_text_are_a_mark_too() -> None:
    page = article("Meridia hails first pier of bridge", LEAD, SECOND, THIRD, "Reporting by Nell Ashby; Editing by Tom Reed")
    assert ("credit", "Reporting by Nell Ashby; Editing by Tom Reed") in rules(page)


def test_related_headlines_in_the_text_are_set_aside_and_the_text_goes_on() -> None:
    page = article("Meridia hails pier of bridge", "(Agencies)", LEAD, "Related stories:", "Herring season opens early", SECOND, THIRD)
    assert [turn.text for turn in page.turns] == [LEAD, SECOND, THIRD]
    assert [text for rule, text in rules(page) if rule == "related"] == ["Related stories:", "Herring season opens early"]


@pytest.mark.parametrize(
    ("stamp", "lead", "day", "rule"),
    [
        ("2019-03-05", "The palace on Monday welcomed the pier, and the crowd was glad of it.", "2019-03-04", "weekday"),
        ("2019-03-04", "The palace on Monday welcomed the pier, and the crowd was glad of it.", "2019-03-04", "weekday"),
        ("2019-03-05", "The palace said Wednesday that the pier stands and the crowd is glad.", "2019-02-27", "weekday"),
        ("2019-03-05", "The storm of Saturday was bad, the palace said on Monday of the old pier.", "2019-03-04", "weekday"),
        ("2019-03-05", "The palace said the pier will open on Friday and that the crowd is glad.", "2019-03-05", "stamp"),
        ("2019-03-05", "The palace wants all stones by Friday, or so it is told in the harbour.", "2019-03-05", "stamp"),
        ("2019-03-05", "The palace welcomed the pier, and the crowd was glad of it for a while.", "2019-03-05", "stamp"),
        ("2019-03-09", "PORT MERIDIA, March 4 (MNS) -- The palace welcomed the pier, and the crowd was glad.", "2019-03-04", "dateline"),
        (
            "2019-03-09",
            "PORT MERIDIA, March 4 (MNS) -- The palace on Sunday welcomed the pier, and all were glad.",
            "2019-03-03",
            "weekday",
        ),
        ("2020-01-01", "PORT MERIDIA, Dec. 31 (MNS) -- The palace welcomed the pier, and the crowd was glad.", "2019-12-31", "dateline"),
    ],
)
def test_day_of_the_event(stamp: str, lead: str, day: str, rule: str) -> None:
    page = pasted(byline=f"(Agencies) Updated: {stamp} 09:10", lead=lead)
    assert (str(page.page_date.date), page.page_date.rule) == (day, rule)


def test_the_address_dates_an_article_without_a_stamp() -> None:
    blocks = tuple(Block(text) for text in (f"PORT MERIDIA - {LEAD}", SECOND, THIRD))
    url = "https://www.chinadaily.com.cn/a/201903/05/WS5c7d.html"
    page = parse_news_article(SourcePage(is_html=True, title="Meridia hails first pier", blocks=blocks, url=url))
    assert (str(page.page_date.date), page.page_date.rule, page.source_id) == ("2019-03-04", "weekday", "chinadaily")


def test_an_article_that_nothing_dates_has_no_date() -> None:
    page = article("Meridia hails first pier of bridge", f"PORT MERIDIA - {LEAD}", SECOND, THIRD)
    assert (page.page_date.date, page.page_date.rule, page.published_at) == (None, "none", None)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["Lantern Shop", "Brass lamps for 12 crowns"], "no paragraph of prose"),
        (["Lantern Shop: brass lamps", LEAD, THIRD], "no mark of an article"),
        (["Lantern Shop: brass lamps", "Updated: 2019-03-05", LEAD], "1 paragraph"),
        ([f"PORT MERIDIA - {LEAD}", SECOND, THIRD], "no headline"),
        (["Press briefing of the harbour", "Updated: 2019-03-05", f"MS. VALE: {LEAD}", f"Q: {LEAD}", f"MS. VALE: {THIRD}"], "transcript"),
        (
            ["Le palais salue le premier pilier", "PORT MERIDIA (Reuters) - Le palais des lanternes a salué lundi le premier pilier du pont.", "Le porte-parole a dit que les travaux vont bien et que le pont ouvrira bientôt."],
            "not in English",
        ),
        (["美里迪亚欢迎大桥", "来源：美里迪亚通讯社 2019-03-05 09:10", "美里迪亚政府星期一欢迎大桥第一座桥墩落成。", "发言人说，这座桥等了很多年。"], "no paragraph of prose"),
    ],
)  # fmt: skip
def test_what_is_no_article_is_refused_with_the_reason(lines: list[str], why: str) -> None:
    with pytest.raises(UnparsablePageError) as refused:
        article(*lines)
    assert (refused.value.reason, refused.value.nearest_layout) == ("not_a_briefing", "news_article")
    assert why in refused.value.detail


LINES = st.one_of(
    st.text(max_size=120),
    st.sampled_from(
        [LEAD, SECOND, THIRD, f"PORT MERIDIA - {LEAD}", "Most Popular", "Related:", "(Agencies)", "Updated: 2019-03-05 09:10", "By Nell Ashby",
         "Meridia hails first pier of bridge", "Photo: Agencies", "Share", "© 2019", "Tags: pier", "Source: MNS", "Reporting by Nell Ashby"]
    ),
)  # fmt: skip


@given(
    lines=st.lists(LINES, max_size=14),
    title=st.sampled_from(["", "Meridia hails first pier of bridge"]),
    url=st.one_of(st.none(), st.text(max_size=30)),
)
def test_any_lines_are_refused_or_kept_whole(lines: list[str], title: str, url: str | None) -> None:
    texts = [squeezed for line in lines if (squeezed := " ".join(line.split()))]
    source = SourcePage(
        is_html=False, title=title, blocks=tuple(Block(text) for text in texts), url=url, boilerplate=(("footer", "The end"),)
    )
    try:
        page = parse_news_article(source)
    except UnparsablePageError:
        return
    assert page.body_text == "\n".join(turn.text for turn in page.turns)
    assert all(page.body_text[turn.start_char : turn.end_char] == turn.text for turn in page.turns)
    assert sorted([turn.text for turn in page.turns] + [text for _, text in page.boilerplate]) == sorted([*texts, "The end"])
    assert all(page.body_text[quote.start_char : quote.end_char] == quote.text != "" for quote in page.quotes)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_parsed(raw: bytes) -> None:
    with contextlib.suppress(UnparsablePageError):
        assert parse_news_article(read_page(raw)).kind == "news_article"


@pytest.mark.parametrize("unit", ["-", "(A/", "By A ", "A | ", "[photo ", "PORT ", "Monday ", "1 ", "share ", ". ", "updated "])
def test_work_on_lines_of_any_length_is_bounded(unit: str) -> None:
    """A test that hangs has found a regular expression that runs away."""
    line = unit * 20_000
    with contextlib.suppress(UnparsablePageError):  # what dwarfs the English text may be refused for it
        page = article("Meridia hails first pier of bridge", "(Agencies)", LEAD, line, SECOND, THIRD)
        assert sum(len(turn.text) for turn in page.turns) + sum(len(text) for _, text in page.boilerplate) >= len(line.strip())
