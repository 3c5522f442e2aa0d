"""Readers: title, paragraphs and furniture out of HTML and pasted text. All texts are invented."""

from __future__ import annotations

import textwrap
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parse import readers
from pipelines.parse.dates import find_stamp
from pipelines.parse.model import SourcePage
from pipelines.parse.readers import read_page, read_text, squeeze

TITLE = "Meridian Foreign Ministry Spokesperson Ada Quill's Regular Press Conference on May 2, 2024"
SPEECH = "Q: Will the ferry to Sorrentia sail again before the winter storms, and who is going to pay for the new engine?"
ANSWER = "A: It will. The harbour board has set money aside, and the first crossing is planned for the end of next month."


def html(body: str, head: str = f"<title>{TITLE}_Ministry of Foreign Affairs of Meridia</title>") -> SourcePage:
    return read_page(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode())


def texts(page: SourcePage) -> list[str]:
    return [block.text for block in page.blocks]


def test_white_space_of_any_kind_is_squeezed() -> None:
    assert squeeze("\u3000 a\xa0\xa0b\t\r\nc\u2003d\u200b \ufeff\x00") == "a b c d"
    assert squeeze("plain words") == "plain words"
    assert squeeze("one\xa0blank") == "one blank"


# --- HTML ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "container",
    [
        '<div id="News_Body_Txt_A">{}</div>',
        '<div class="content_text"><div class="TRS_UEDITOR">{}</div></div>',
        '<div class="content">{}</div>',
        "<article>{}</article>",
    ],
)
def test_the_body_is_found_in_each_frame(container: str) -> None:
    page = html("<p>Menu</p>" + container.format(f"<p>{SPEECH}</p><p>{ANSWER}</p>") + "<p>Links</p>")
    assert (page.is_html, page.title, texts(page)) == (True, TITLE, [SPEECH, ANSWER])


def test_bold_shares() -> None:
    page = html(
        '<div class="content"><p><strong>Q: </strong><b>When?</b></p><p>A: <strong>Soon</strong>, as we said before.</p><p><b><strong>Q: Where?</strong></b></p></div>'
    )
    assert [round(block.bold_share, 1) for block in page.blocks] == [0.9, 0.1, 1.0]


def test_a_body_that_is_no_run_of_paragraphs_loses_nothing() -> None:
    page = html(
        '<div class="content">Before<p>First<br>second</p>between<ul><li>third</li></ul><table><tr><td>fourth</td><td>fifth</td></tr></table>'
        "<div>sixth <b>bold</b></div><script>var x = 1;</script>last</div>"
    )
    assert texts(page) == ["Before", "First", "second", "between", "third", "fourth", "fifth", "sixth bold", "last"]
    assert [block.bold_share for block in page.blocks if block.text == "sixth bold"] == [pytest.approx(4 / 9)]


@given(
    st.lists(
        st.tuples(
            st.text(alphabet="ab \xa0&;", max_size=8), st.sampled_from(["{}", "<b>{}</b>", "<span>{}</span>x", "<strong>y</strong>{}"])
        ),
        max_size=8,
    )
)
def test_both_ways_of_reading_a_body_agree(parts: list[tuple[str, str]]) -> None:
    body = "".join(f"<p>{form.format(text.replace('&', '&amp;'))}</p>" for text, form in parts)
    fast = html(f'<div class="content">{body}z</div>'.replace("z</div>", "</div>"))
    slow = html(f'<div class="content"><p>z<br></p>{body}</div>')
    assert [block.text for block in fast.blocks] == [block.text for block in slow.blocks if block.text != "z"]
    assert [block.bold_share > 0.6 for block in fast.blocks] == [block.bold_share > 0.6 for block in slow.blocks if block.text != "z"]


def test_stamp_address_site_and_languages() -> None:
    page = html(
        f"""<h1>Spokesperson's Remarks</h1><div class="news_header_title">{TITLE}</div><div class="xltime">Updated: May 02, 2024 19:24</div>
        <div class="news_header_lang"><span data-desc="中文"><a href="/zh/t1.html">中</a></span><span data-desc="火星文"><a href="x">?</a></span></div>
        <div class="content_text"><p>{SPEECH}</p></div>""",
        head='<meta name="Url" content="https://www.mfa.meridia.example/t1.html"><meta name="SiteName" content="MFA Meridia"><title>News</title>',
    )
    assert page.title == TITLE
    assert page.stamp == datetime(2024, 5, 2, 19, 24)
    assert page.url == "https://www.mfa.meridia.example/t1.html"
    assert page.language_links == (("zh", "/zh/t1.html"),)
    assert page.site == "mfa meridia news"


def test_the_stamp_of_a_meta_tag_comes_last() -> None:
    head = f'<meta name="PubDate" content="2024-05-03"><title>{TITLE}</title>'
    assert html('<div class="content"><p>Words.</p></div>', head).stamp == datetime(2024, 5, 3)
    assert html('<div class="time">2024-05-02 08:15</div><div class="content"><p>Words.</p></div>', head).stamp == datetime(
        2024, 5, 2, 8, 15
    )


def test_an_unknown_frame_is_read_as_visible_text() -> None:
    page = html(
        f"""<ul><li><a href="1">Home</a></li><li><a href="2">{TITLE.replace("May 2", "May 1")}</a></li></ul><section><div>{TITLE}</div>
        <div>2024-05-02 20:01</div><div>{SPEECH}</div><div>{ANSWER}</div></section><a href="3">{TITLE.replace("May 2", "May 3")}</a><script>x()</script>""",
        head="<title>News</title>",
    )
    assert (page.is_html, page.title, texts(page)) == (True, TITLE, [SPEECH, ANSWER])
    assert page.stamp == datetime(2024, 5, 2, 20, 1)
    assert [rule for rule, _ in page.boilerplate] == ["before_title", "before_title", "title", "time_stamp", "footer"]


def test_a_container_that_holds_the_whole_page_is_taken_apart() -> None:
    page = html(
        f'<div class="content"><p>Home &gt; Remarks</p><h2>{TITLE}</h2><p>2024-05-02 20:01</p><p>{SPEECH}</p><p>{ANSWER}</p><p>Suggest to a friend</p></div>'
    )
    assert (page.title, texts(page), page.stamp) == (TITLE, [SPEECH, ANSWER], datetime(2024, 5, 2, 20, 1))
    assert [rule for rule, _ in page.boilerplate] == ["before_title", "title", "time_stamp", "footer"]


def test_furniture_at_the_end_of_the_body() -> None:
    page = html(f'<div class="content"><p>{SPEECH}</p><p>{ANSWER}</p><p>&lt;Suggest To A Friend&gt;</p><p>Print</p></div>')
    assert texts(page) == [SPEECH, ANSWER]
    assert page.boilerplate == (("footer", "<Suggest To A Friend>"), ("footer", "Print"))


def test_a_body_held_twice_is_read_once() -> None:
    body = f'<div id="News_Body_Txt_A"><p>{SPEECH}</p><p>{ANSWER}</p></div>'
    assert texts(html(body + body)) == [SPEECH, ANSWER]
    assert texts(html(body + body.replace("It will", "It shall"))) == [SPEECH, ANSWER, SPEECH, ANSWER.replace("It will", "It shall")]


def test_ten_thousand_nested_tags_need_no_recursion() -> None:
    for tag in ("div", "b", "span", "p", 'div class="content"'):
        name = tag.split()[0]
        page = html(f'<div class="content"><p>{SPEECH}</p>' + f"<{tag}>" * 10_000 + ANSWER + f"</{name}>" * 10_000)
        assert texts(page) == [SPEECH, ANSWER]


def test_nested_containers_are_measured_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = 0

    def counted(text: str) -> datetime | None:
        nonlocal measured
        measured += 1
        return find_stamp(text)

    monkeypatch.setattr("pipelines.parse.readers.find_stamp", counted)
    html('<div class="time">' * 5_000 + "no date" + '<div class="content"><p>Words.</p></div>')
    assert measured <= readers.MOST_MARKS + 10


# --- pasted text -----------------------------------------------------------------------------------------------------


def test_furniture_above_and_below() -> None:
    page = read_text(
        f"""عربي Español Русский Français 简体中文
        Home > Foreign Ministry Spokesperson's Remarks

        {TITLE}
        Updated:
        May 2, 2024 19:24
        Share - WeChat

        {SPEECH}

        {ANSWER}

        <Suggest To A Friend>
        [ Print ]
        Links:
        Copyright © 1994-2024, Ministry of Foreign Affairs of Meridia"""
    )
    assert (page.title, page.stamp, texts(page)) == (TITLE, datetime(2024, 5, 2, 19, 24), [SPEECH, ANSWER])
    rules = [rule for rule, _ in page.boilerplate]
    assert rules == ["before_title", "before_title", "title", "time_stamp", "page_tools", "footer", "footer", "footer", "footer"]


@pytest.mark.parametrize(
    "stamp",
    [
        "2024-05-02 19:24",
        "2024/05/02 19:24 |",
        "Updated: May 2, 2024 19:24",
        "Published on May 2, 2024 at 19:24 Print",
        "来源： 2024年5月2日 19:24 【大 中 小】 打印",
    ],
)
def test_stamps_under_the_headline(stamp: str) -> None:
    page = read_text(f"{TITLE}\n{stamp}\n{SPEECH}\n{ANSWER}")
    assert page.stamp == datetime(2024, 5, 2, 19, 24)
    assert texts(page) == [SPEECH, ANSWER]


def test_a_furniture_word_in_the_talk_ends_nothing() -> None:
    page = read_text(f"{TITLE}\n{SPEECH}\nPrint\n{ANSWER}\nPrint")
    assert texts(page) == [SPEECH, "Print", ANSWER]


def test_the_headline_is_the_last_of_its_copies_before_anybody_speaks() -> None:
    page = read_text(f"{TITLE}\nMenu\n{TITLE}\n{SPEECH}\n{ANSWER}\n{TITLE}")
    assert texts(page) == [SPEECH, ANSWER, TITLE]
    assert [rule for rule, _ in page.boilerplate] == ["before_title", "before_title", "title"]


def test_what_a_site_puts_around_the_headline() -> None:
    assert read_text(f"问答题 {TITLE}\n{SPEECH}").title == TITLE
    assert read_text(f"{TITLE} |\n{SPEECH}").title == TITLE


def test_text_without_line_breaks_is_cut_after_the_headline() -> None:
    page = read_text(f"Home {TITLE} {SPEECH} {ANSWER}")
    assert (page.title, texts(page)) == (TITLE, [f"{SPEECH} {ANSWER}"])


def test_text_without_headline_keeps_every_line() -> None:
    page = read_text("One line.\n\nAnother line.")
    assert (page.title, texts(page)) == ("", ["One line.", "Another line."])


@pytest.mark.parametrize("width", [60, 72, 80, 100])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_hard_wrapped_lines_are_joined(width: int, between: str) -> None:
    paragraphs = [
        TITLE,
        SPEECH,
        ANSWER,
        "Q: And the second ferry, which has been lying at the North Pier since the fire of last spring?",
        "A: It is to be sold to a museum.",
    ]
    page = read_text(between.join(textwrap.fill(text, width) for text in paragraphs))
    assert page.title == TITLE
    assert "".join("".join(texts(page)).split()) == "".join("".join(paragraphs[1:]).split())
    if between == "\n\n":
        assert texts(page) == paragraphs[1:]


def test_lines_broken_at_every_change_of_type_are_joined() -> None:
    page = read_text(
        f"{TITLE}\nQ\n: Will it sail?\nA:\nIt will, said the\nHarbour Board\n, on Monday.\nHarbour Times:\nWhen exactly?\nAda Quill: T\nhe board decides."
    )
    assert texts(page) == [
        "Q: Will it sail?",
        "A: It will, said the Harbour Board, on Monday.",
        "Harbour Times: When exactly?",
        "Ada Quill: The board decides.",
    ]


def test_a_headline_broken_before_its_date_is_joined() -> None:
    first, _, rest = TITLE.partition("May 2")
    assert read_text(f"{first}\nMay 2{rest}\n{SPEECH}").title == TITLE


def test_chinese_lines_broken_inside_a_sentence_are_joined() -> None:
    page = read_text(
        "2021年3月2日美里迪亚外交部发言人林禾主持例行记者会\n甲通社\n记者：据\nAFP\n报道，渡轮“\n北港号”\n停航。何时恢复？\n林禾：明天。"
    )
    assert texts(page) == ["甲通社 记者：据AFP报道，渡轮“北港号”停航。何时恢复？", "林禾：明天。"]


def test_entities_and_scripts_in_pasted_text() -> None:
    page = read_text(f"{TITLE}\n{SPEECH}\nvar flag = 20211018;\nif (flag < 1) {{\nA: Fish &amp; chips.\n}}")
    assert texts(page) == [SPEECH, "A: Fish & chips."]
    assert ("script", "var flag = 20211018;") in page.boilerplate


@given(st.text(max_size=400))
def test_pasted_text_keeps_every_letter(text: str) -> None:
    page = read_text(text.replace("&", ""))
    kept = "".join([*texts(page), *(part for _, part in page.boilerplate)])
    letters = [c for c in kept if c.isalnum()]
    assert letters == [c for c in squeeze(text.replace("&", "")) if c.isalnum()] or sorted(letters) == sorted(
        c for c in text if c.isalnum()
    )


@given(st.binary(max_size=400))
def test_any_bytes_are_read(raw: bytes) -> None:
    read_page(raw)
    read_page(b"<html><body><div class=content>" + raw)


# --- marks and tools that whoever copied the page put in -----------------------------------------------------------------


@pytest.mark.parametrize("mark", ["• ", "- ", "* ", "> ", "·", "•", "— ", "  - "])
def test_list_and_quote_marks_go(mark: str) -> None:
    lines = ["The harbour opens.", SPEECH, ANSWER, "It is safe.", "AFP: Why?", "Ada Quill: So."]
    page = read_text("\n".join([TITLE, *(mark + line for line in lines)]))
    assert texts(page) == lines


def test_a_quoted_mail_and_markdown() -> None:
    quoted = read_text(f"> {TITLE}\n>\n> {SPEECH}\n>\n> {ANSWER}")
    assert (quoted.title, texts(quoted)) == (TITLE, [SPEECH, ANSWER])
    marked = read_text(f"# {TITLE}\n\n**AFP:** Why?\n\n**Ada Quill**: So.\n\n1. **Q:** When?\n\n**Will it hold?**")
    assert (marked.title, texts(marked)[:2]) == (TITLE, ["AFP: Why?", "Ada Quill: So."])
    listed = read_text(f"{TITLE}\n\n- **Q: When?**\n- **A:** Soon.\n* __Q__: Why?\n*A: So.")
    assert texts(listed) == ["Q: When?", "A: Soon.", "Q: Why?", "A: So."]
    chinese = read_text("2021年3月2日美里迪亚外交部发言人林禾主持例行记者会\n**问：**渡轮何时启航？\n**答：**很快。")
    assert texts(chinese) == ["问：渡轮何时启航？", "答：很快。"]


def test_bullets_of_html_go() -> None:
    page = html(f'<div class="content"><p>•&nbsp;{SPEECH}</p><p>•&nbsp;{ANSWER}</p></div>')
    assert texts(page) == [SPEECH, ANSWER]


def test_a_list_in_an_answer_keeps_its_marks_and_asterisks_stay() -> None:
    lines = [
        SPEECH,
        "A: Three things matter.",
        "- the engine",
        "- the crew",
        "It will sail.",
        "Q: When?",
        "A: Soon.",
        "* * *",
        "Good night.",
    ]
    assert texts(read_text("\n".join([TITLE, *lines]))) == lines


@pytest.mark.parametrize("width", [72, 80, 100])
@pytest.mark.parametrize("is_title_wrapped", [True, False])
def test_a_headline_never_runs_into_wrapped_text(width: int, *, is_title_wrapped: bool) -> None:
    opening = "At the invitation of the government the minister of Velland will pay a visit to the harbour town and see its old pier."
    paragraphs = [opening, SPEECH, ANSWER, SPEECH, ANSWER]
    head = textwrap.fill(TITLE, width) if is_title_wrapped else TITLE
    page = read_text("\n".join([head, *(textwrap.fill(paragraph, width) for paragraph in paragraphs)]))
    assert (page.title, texts(page)) == (TITLE, paragraphs)


def test_a_headline_as_long_as_the_lines_is_whole() -> None:
    title = "Meridian Foreign Ministry Spokesperson Ada Quill's Press Conference, May 2, 2024"
    assert len(title) == 80
    page = read_text("\n".join([title, *(textwrap.fill(paragraph, 80) for paragraph in (SPEECH, ANSWER, SPEECH, ANSWER))]))
    assert (page.title, texts(page)) == (title, [SPEECH, ANSWER, SPEECH, ANSWER])


@pytest.mark.parametrize(
    "tools",
    [
        "[ Print ] [ Close ]", "Share: Facebook Twitter WeChat", "Suggest to a friend", "来源：外交部", "字体：大 中 小",
        "分享到：微信 微博", "Print | Close", "A A A",
    ],
)  # fmt: skip
def test_tools_under_the_headline(tools: str) -> None:
    pasted = read_text(f"{TITLE}\n{tools}\n{SPEECH}\n{ANSWER}")
    framed = html(f'<h1>{TITLE}</h1><div class="content"><p>{tools}</p><p>{SPEECH}</p><p>{ANSWER}</p></div>')
    for page in (pasted, framed):
        assert texts(page) == [SPEECH, ANSWER]
        assert ("page_tools", tools) in page.boilerplate


@pytest.mark.parametrize("tools", ["print close", "[ Print ] [ Close ]", "Share: Facebook Twitter WeChat"])
def test_tools_that_run_into_the_first_sentence(tools: str) -> None:
    sentence = "At the invitation of Velland the minister will see the pier."
    for page in (
        read_text(f"{TITLE}\n{tools} {sentence}\n{SPEECH}"),
        html(f'<h1>{TITLE}</h1><div class="content"><p>{tools} {sentence}</p><p>{SPEECH}</p></div>'),
    ):
        assert texts(page) == [sentence, SPEECH]
        assert ("page_tools", tools) in page.boilerplate


@pytest.mark.parametrize("sentence", ["Close ties matter to us.", "Print and share of the paper rose.", "A: On time.", "外交部发表声明。"])
def test_sentences_with_such_words_stay(sentence: str) -> None:
    assert texts(read_text(f"{TITLE}\n{sentence}\n{SPEECH}"))[0] == sentence
    assert texts(html(f'<h1>{TITLE}</h1><div class="content"><p>{sentence}</p><p>{SPEECH}</p></div>'))[0] == sentence
