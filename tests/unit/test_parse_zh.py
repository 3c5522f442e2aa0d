"""Chinese ministry pages: titles, labels, missing labels, what comes after the conference. All texts are invented."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parse import mfa_zh_labels as labels
from pipelines.parse.mfa_zh import parse_mfa_zh, title_zh
from pipelines.parse.model import Block, ParsedPage, SourcePage, UnparsablePageError

TITLE = "2021年3月2日美里迪亚外交部发言人林禾主持例行记者会"


def page(*lines: str | tuple[str, float], title: str = TITLE, stamp: datetime | None = None) -> ParsedPage:
    blocks = tuple(Block(line) if isinstance(line, str) else Block(*line) for line in lines)
    return parse_mfa_zh(SourcePage(is_html=True, title=title, blocks=blocks, stamp=stamp))


def bold(text: str) -> tuple[str, float]:
    return text, 1.0


def roles(parsed: ParsedPage) -> list[tuple[str, str | None, int | None]]:
    return [(turn.role, turn.speaker_label, turn.exchange_index) for turn in parsed.turns]


@pytest.mark.parametrize(
    ("title", "kind", "day", "rule", "speakers"),
    [
        ("2021年3月2日外交部发言人林禾主持例行记者会", "press_conference", date(2021, 3, 2), "title", ("林禾",)),
        ("2020年2月5日外交部发言人方远主持网上例行记者会 — 某国外交部", "press_conference", date(2020, 2, 5), "title", ("方远",)),
        ("11月23日外交部发言人林禾在例行记者会上答记者问", "press_conference", None, "title_without_year", ("林禾",)),
        ("2003年3月11日外交部发言人在记者招待会上答记者问", "press_conference", date(2003, 3, 11), "title", ()),
        ("外交部发言人林禾就7月1日渡轮事故答记者问", "remarks", None, "none", ("林禾",)),
        ("外交部发言人就两国联合声明答记者问", "remarks", None, "none", ()),
        ("外交部发言人就邻国官员在记者会上的言论答记者问", "remarks", None, "none", ()),
        ("外交部发言人林禾发表谈话（2019年5月4日）", "remarks", date(2019, 5, 4), "title", ("林禾",)),
        ("外交部发言人林禾就渔业协定表明立场", "remarks", None, "none", ("林禾",)),
        ("外交部发言人宣布对有关人员采取措施", "statement", None, "none", ()),
        ("外交部发言人就海上事件发表声明", "statement", None, "none", ()),
        ("2022年9月5日外交部发言人林禾、白涛主持例行记者会", "press_conference", date(2022, 9, 5), "title", ("林禾", "白涛")),
        ("发言人表态", "remarks", None, "none", ()),
    ],
)
def test_titles(title: str, kind: str, day: date | None, rule: str, speakers: tuple[str, ...]) -> None:
    found_kind, found_date, found_speakers = title_zh(title)
    assert (found_kind, found_date.date, found_date.rule, found_speakers) == (kind, day, rule, speakers)


@pytest.mark.parametrize("label", ["问", "追问", "追问一", "记者", "记者追问", "有记者问"])
def test_generic_questions(label: str) -> None:
    assert labels.is_generic_question(label)


@pytest.mark.parametrize(
    "label", ["甲通社记者", "《乙都晚报》记者", "甲通社记者追问", "甲通社记者、乙通社记者", "甲通社记者/《乙报》记者", "丙国广播公司记者"]
)
def test_askers(label: str) -> None:
    assert labels.is_asker(label)


@pytest.mark.parametrize(
    "label",
    ["还是那句话", "第一", "我想告诉这位记者", "对于提问的记者", "首先向大家通报一组数字", "昨天提问的记者", "我以前说过", "请问部长先生"],
)
def test_a_colon_does_not_make_a_label(label: str) -> None:
    assert not labels.is_asker(label)
    assert not labels.is_generic_question(label)
    assert not labels.is_generic_answer(label)
    assert not labels.is_outlet_name(label)
    assert labels.named_speaker(label, ["林禾"]) is None


@pytest.mark.parametrize(
    "label", ["林禾", "外交部发言人林禾", "林禾表示", "外交部发言人林禾应询表示", "外交部发言人林禾宣布", "发言人林禾"]
)
def test_names_of_the_speaker(label: str) -> None:
    assert labels.named_speaker(label, ["白涛", "林禾"]) == "林禾"


def test_a_clock_time_ends_no_label_but_a_date_follows_one() -> None:
    assert labels.split_label("明天14:30举行吹风会") is None
    assert labels.split_label("甲通社记者：10月8日有何安排？") == ("甲通社记者", 6)


def test_question_and_answer_labels() -> None:
    parsed = page(
        "应外交部长邀请，甲国外长将访问美里迪亚。",
        "访问期间，双方将举行会谈。",
        bold("问：能否介绍渡轮航线的情况？"),
        "答：航线明天开通。",
        "我要强调三点：安全、准点、便宜。",
        bold("追问：票价是多少？"),
        "票价由公司确定。",
    )
    assert parsed.layout == "mfa_zh_qa"
    assert (parsed.kind, parsed.page_date.date, parsed.spokespersons) == ("press_conference", date(2021, 3, 2), ("林禾",))
    assert roles(parsed) == [
        ("opening", None, None),
        ("question", "问", 0),
        ("answer", "答", 0),
        ("question", "追问", 1),
        ("answer", None, 1),
    ]
    assert parsed.turns[2].text == "航线明天开通。\n我要强调三点：安全、准点、便宜。"
    assert [turn.is_follow_up for turn in parsed.turns] == [False, False, False, True, False]


@pytest.mark.parametrize("is_bold", [True, False])
def test_outlet_labels_with_and_without_bold(is_bold: bool) -> None:
    mark = bold if is_bold else str
    parsed = page(
        mark("甲通社记者：第一，灯塔何时修复？"),
        mark("第二，费用由谁承担？"),
        "林禾：关于第一个问题，下月修复。",
        "关于第二个问题，由港务局承担。",
        mark("《乙都晚报》记者：有人称工程延误。发言人有何评论？"),
        "我们没有听说。",
        "欢迎大家去看。",
        mark("记者追问：所以没有延误？"),
        "林禾：没有。",
    )
    assert parsed.layout == "mfa_zh_labelled"
    assert roles(parsed) == [
        ("question", "甲通社记者", 0),
        ("answer", "林禾", 0),
        ("question", "《乙都晚报》记者", 1),
        ("answer", None, 1),
        ("question", "记者追问", 2),
        ("answer", "林禾", 2),
    ]
    assert parsed.turns[0].text.endswith("费用由谁承担？")
    assert [turn.speaker_kind for turn in parsed.turns if turn.role == "question"] == ["outlet", "outlet", "generic"]


def test_bold_question_without_label() -> None:
    parsed = page(bold("问：这份报告从何而来？"), "答：是谁说的？", bold("有人寄给我的。"), "那我无法评论。")
    assert roles(parsed) == [("question", "问", 0), ("answer", "答", 0), ("question", None, 1), ("answer", None, 1)]


def test_question_without_label_or_bold_between_two_answers() -> None:
    parsed = page("问：桥何时通车？", "答：明年。", "工程顺利。", "美方是否参与投资，中方对此有何评论？", "答：没有。")
    assert roles(parsed) == [("question", "问", 0), ("answer", "答", 0), ("question", None, 1), ("answer", "答", 1)]


def test_interjections_stay_inside_the_exchange() -> None:
    parsed = page("问：你怎么看？", "答：你是说昨天的展览吗？", "（记者点头）", "展览很好。（众笑）", "问：还有呢？", "答：没有了。")
    assert roles(parsed)[:4] == [("question", "问", 0), ("answer", "答", 0), ("note", None, 0), ("answer", None, 0)]
    assert parsed.turns[3].text == "展览很好。（众笑）"


def test_after_the_conference() -> None:
    parsed = page(
        "问：港口是否开放？",
        "答：开放。",
        "****",
        "根据假期安排，外交部例行记者会将于5月1日休会，5月4日恢复。",
        "祝大家节日愉快！",
        "会后，有记者问及：灯塔基金会的情况如何？",
        "林禾表示，基金会运转正常。",
        "追问：有多少钱？",
        "林禾：不掌握。",
    )
    assert roles(parsed) == [
        ("question", "问", 0),
        ("answer", "答", 0),
        ("closing", None, 0),
        ("question", "会后，有记者问及", 1),
        ("answer", None, 1),
        ("question", "追问", 2),
        ("answer", "林禾", 2),
    ]
    assert [turn.after_conference for turn in parsed.turns] == [False, False, False, True, True, True, True]
    assert parsed.turns[2].text.endswith("祝大家节日愉快！")
    assert ("separator", "****") in parsed.boilerplate


def test_after_the_conference_in_one_paragraph() -> None:
    parsed = page("问：港口是否开放？", "答：开放。", "会后有记者问及航班情况，林禾表示，航班正常。", "请大家放心。")
    assert [(turn.role, turn.exchange_index, turn.after_conference) for turn in parsed.turns[2:]] == [
        ("question", 1, True),
        ("answer", 1, True),
    ]
    assert parsed.turns[3].text == "林禾表示，航班正常。\n请大家放心。"


def test_after_the_conference_announced_or_on_a_line_of_its_own() -> None:
    announced = page("问：港口是否开放？", "答：开放。", "会后，有记者问及：", "问：航班呢？", "答：正常。")
    assert roles(announced)[2:] == [("note", None, 0), ("question", "问", 1), ("answer", "答", 1)]
    assert [turn.after_conference for turn in announced.turns[2:]] == [False, True, True]
    split = page("问：港口是否开放？", "答：开放。", "会后有记者问及：", "航班如何？", "答：正常。")
    assert roles(split)[2:] == [("question", "会后有记者问及", 1), ("answer", "答", 1)]
    assert split.turns[2].text == "航班如何？"


def test_a_sentence_about_after_the_conference_is_no_question() -> None:
    parsed = page("问：可否确认？", "答：我现在不掌握。", "记者会后我可以帮你询问。", "会后有记者问我，我也会这样说。")
    assert roles(parsed) == [("question", "问", 0), ("answer", "答", 0)]


def test_recess_is_no_closing_when_it_is_the_answer() -> None:
    parsed = page("问：今年暑期记者会是否休会？", "答：今年例行记者会不休会。")
    assert [turn.role for turn in parsed.turns] == ["question", "answer"]


def test_two_spokespersons_open() -> None:
    parsed = page(
        "白涛：各位记者朋友，大家下午好！今天我来介绍新同事。",
        "林禾：谢谢白涛司长！很高兴认识大家。",
        "甲通社记者：你好，有何打算？",
        "林禾：多说真话。",
    )
    assert roles(parsed)[:2] == [("opening", "白涛", None), ("opening", "林禾", None)]
    assert parsed.spokespersons == ("林禾", "白涛")


def test_misspelt_name_answers() -> None:
    parsed = page("甲通社记者：何时？", "林禾：明天。", "乙通社记者：何地？", "林和：港口。", title=TITLE)
    assert roles(parsed)[3] == ("answer", "林和", 1)
    assert parsed.spokespersons == ("林禾",)


def test_co_askers() -> None:
    parsed = page(
        "甲通社记者/《乙报》记者：能否证实？",
        "林禾：能。",
        "丙通社记者：何时通航？（丁国电视台记者亦问及）",
        "林禾：明年。",
        "丙通社记者：何地？（甲通社、《乙报》记者问了类似问题）",
        "林禾：北港。",
    )
    assert [turn.co_askers for turn in parsed.turns if turn.role == "question"] == [("乙报",), ("丁国电视台",), ("甲通社", "乙报")]


def test_outlets_named_without_reporter() -> None:
    parsed = page("甲都电视台：水位如何？", "林禾：正常。", "据乙通社：水位上涨。", "乙通社：是否上涨？", "林禾：没有。")
    assert [label for role, label, _ in roles(parsed) if role == "question"] == ["甲都电视台", "乙通社"]


def test_intro_and_speaker_from_text() -> None:
    parsed = page(
        "2003年3月11日，外交部发言人方远举行例行记者会。",
        "方远说，大家下午好。现在请提问。",
        "问：情况如何？",
        "答：很好。",
        title="外交部发言人就渔业等问题答记者问",
    )
    assert parsed.kind == "press_conference"
    assert (parsed.page_date.date, parsed.page_date.rule) == (date(2003, 3, 11), "body")
    assert parsed.spokespersons == ("方远",)
    assert [turn.role for turn in parsed.turns] == ["narration", "opening", "question", "answer"]


def test_all_in_one_paragraph() -> None:
    parsed = page("2013年1月11日，外交部发言人林禾主持例行记者会。 问：可否证实？ 答：可以。 问：何时？ 答：明天。他说：“问：为何？”")
    assert [turn.role for turn in parsed.turns] == ["narration", "question", "answer", "question", "answer"]


def test_statement_without_questions() -> None:
    parsed = page(
        "外交部发言人白涛宣布：", "政府决定派出医疗队。", "医疗队明日启程。", title="政府向甲国派遣医疗队", stamp=datetime(2020, 3, 28)
    )
    assert (parsed.kind, parsed.layout, parsed.page_date.date) == ("statement", "mfa_zh_statement", date(2020, 3, 28))
    assert parsed.spokespersons == ("白涛",)
    assert roles(parsed) == [("opening", "外交部发言人白涛宣布", None)]
    assert parsed.turns[0].text == "政府决定派出医疗队。\n医疗队明日启程。"


def test_no_body() -> None:
    with pytest.raises(UnparsablePageError, match="no_body"):
        page()


@pytest.mark.parametrize("answer", ["林禾", "林禾发言人", "林禾（外交部发言人）", "外交部发言人林禾"])
@pytest.mark.parametrize("label", ["乙报记者（追问）", "埃菲社", "NHK", "路透社"])
def test_who_asks_between_two_answers(answer: str, label: str) -> None:
    parsed = page("甲通社记者：何时？", f"{answer}：明天。", f"{label}：渡轮在哪里？", f"{answer}：这里。")
    assert roles(parsed) == [("question", "甲通社记者", 0), ("answer", answer, 0), ("question", label, 1), ("answer", answer, 1)]
    assert parsed.spokespersons == ("林禾",)
    assert parsed.turns[2].is_follow_up == ("追问" in label)


def test_answers_whose_questions_are_not_published() -> None:
    assert roles(page("答：明天。", "很好。", "答：这里。")) == [("answer", "答", 0), ("answer", "答", 1)]
    assert roles(page("外交部发言人：渡轮已经到港。", "我们高兴。")) == [("opening", "外交部发言人", None)]


def test_co_askers_named_after_the_answer() -> None:
    parsed = page("问：何时？", "答：明天。", "（甲通社、乙通社记者也问了类似问题）", "问：为何？", "答：因为。")
    assert [turn.co_askers for turn in parsed.turns] == [("甲通社", "乙通社"), (), (), ()]


def test_dialogue_told_in_an_answer_is_no_question_unless_bold_says_so() -> None:
    told = [
        "问：何时？",
        "答：你从哪里听说的？",
        "有人告诉了港务长。",
        "是谁？",
        "我不知道。",
        "渡轮明天启航。",
        "问：为何？",
        "答：因为。",
    ]
    assert [number for role, _, number in roles(page(*told)) if role == "question"] == [0, 1]
    is_bold = (True, False, True, False, True, False, True, False)
    parsed = page(*((line, float(share)) for line, share in zip(told, is_bold, strict=True)))
    assert [turn.text for turn in parsed.turns if turn.role == "question"] == ["何时？", "有人告诉了港务长。", "我不知道。", "为何？"]


LINES = st.sampled_from(
    [
        "问：如何？", "答：很好。", "追问：真的？", "甲通社记者：何时？", "林禾：明天。", "白涛：各位好。", "没有标签的一段。",
        "会后，有记者问及：如何？", "会后有记者问及：", "（点头）", "****", "问：", "答：", "林禾表示，很好。", "外交部例行记者会5月1日休会。",
        "（甲通社记者亦问及）", "中方对此有何评论？", "谢谢大家！", "甲社：为何？",
    ]
)  # fmt: skip


@given(st.lists(st.tuples(LINES | st.text(min_size=1, max_size=30), st.sampled_from([0.0, 0.3, 1.0])), min_size=1, max_size=25))
def test_no_text_is_lost(lines: list[tuple[str, float]]) -> None:
    lines = [(squeezed, share) for text, share in lines if (squeezed := " ".join(text.split()))]
    try:
        parsed = page(*lines)
    except UnparsablePageError:
        return
    at = 0
    for turn in parsed.turns:
        start = turn.start_char if turn.label_start_char is None else turn.label_start_char
        assert parsed.body_text[at:start].strip() == ""
        assert parsed.body_text[turn.start_char : turn.end_char] == turn.text != ""
        at = turn.end_char
    assert at == len(parsed.body_text)
    set_aside = "".join(text for _, text in parsed.boilerplate)
    letters = sum(character.isalnum() for text, _ in lines for character in text)
    assert sum(c.isalnum() for c in parsed.body_text + set_aside) == letters
