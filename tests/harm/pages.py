"""Invented pages in any number: frames of the project's own sample, filled with sentences put together at random.

Page ``n`` is the same in every run. Days are weekdays from 2006 on, an English and a Chinese page each; the layout is the one
of the day.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pipelines.settings import CHECKOUT

SAMPLE = CHECKOUT / "tests" / "fixtures" / "sample"
SITE = "https://www.mfa.meridia.example"

EXCHANGES = (7, 15)
"""Exchanges of a page, from and to: a press conference of 2020 to 2024 has 8 to 15 (labels of the shared corpus)."""

FIRST_DAY = date(2006, 1, 2)
LABELS_FROM = date(2020, 3, 24)
"""The day from which the ministry publishes who asks."""
NEW_SITE_FROM = date(2024, 3, 1)

SPEAKERS = (("Ada Quill", "林禾"), ("Tomas Brandt", "白涛"), ("Mirela Osk", "欧丝"))
OUTLETS = ("AFP", "Reuters", "Bloomberg", "Kyodo News", "Meridian Daily", "Velland Wire", "Sorrentia Post", "Yonhap News Agency")
ZH_OUTLETS = ("法新社", "路透社", "彭博社", "共同社", "《美里迪亚日报》", "韦兰社")
STATES = (
    ("the United States", "美国"), ("Japan", "日本"), ("India", "印度"), ("the Philippines", "菲律宾"), ("Australia", "澳大利亚"), ("Canada", "加拿大"),
    ("the UK", "英国"), ("Lithuania", "立陶宛"), ("Pakistan", "巴基斯坦"), ("Brazil", "巴西"), ("Kenya", "肯尼亚"), ("the DPRK", "朝鲜"),
)  # fmt: skip
MATTERS = (
    ("ferries", "渡轮"), ("salt", "海盐"), ("lamp oil", "灯油"), ("chips", "芯片"), ("harbour dues", "港口费"), ("fishing rights", "捕鱼权"),
    ("weather balloons", "气球"), ("cyber attacks", "网络攻击"), ("vaccines", "疫苗"), ("the Lantern Strait", "灯笼海峡"),
)  # fmt: skip
QUESTIONS = (
    ("{0} accused Meridia of stealing drawings for {1} number {2}. How do you respond?", "{0}指责美里迪亚窃取{1}图纸{2}份。你有何评论？"),
    ("Can you say more on the talks with {0} about {1} that began {2} days ago?", "{2}天前同{0}就{1}开始的会谈，能否介绍情况？"),
    (
        "It is reported that {0} put {2} firms that trade in {1} on a list. What is your comment?",
        "据报道，{0}将{2}家经营{1}的企业列入名单。你对此有何评论？",
    ),
    ("Will a delegation of {2} people go to {0} to speak of {1}?", "是否有{2}人代表团前往{0}商谈{1}？"),
)
ANSWERS = (
    ("The charge by {0} over {1} is groundless, and we firmly oppose it.", "{0}就{1}的指责毫无根据，我们坚决反对。"),
    ("We have lodged stern representations with {0} on {1} {2} times.", "我们已就{1}向{0}提出严正交涉{2}次。"),
    ("Meridia and {0} are in close communication, and {2} letters on {1} were exchanged.", "双方就{1}保持沟通，与{0}互换了{2}封信。"),
    ("I have no information to offer on that.", "我没有可以提供的信息。"),
    ("We urge {0} to stop hyping up {1} and to do {2} things for trust instead.", "我们敦促{0}停止炒作{1}，为互信做{2}件事。"),
    ("Some {2} tonnes for {1} went to {0} last month, and we hope for more.", "上月有{2}吨{1}物资运往{0}，我们希望更多。"),
    ("Our position on {1} is consistent and clear, as {0} knows well.", "我们在{1}问题上的立场一贯明确，{0}很清楚。"),
)


class Page(NamedTuple):
    """A page as a crawl would find it. ``fetched_at`` is UTC without zone."""

    name: str
    url: str
    fetched_at: datetime
    raw: bytes


class Frame(NamedTuple):
    """Everything of a sample page but its title and body, and how a paragraph is marked up."""

    before: str
    after: str
    question: str
    answer: str


def page(n: int, version: int = 1) -> Page:
    """The ``n``-th page, from 0; a later ``version`` of it has one answer in other words and was fetched a day later."""
    dice = random.Random(n)
    weeks, weekday = divmod(n // 2, 5)
    day = FIRST_DAY + timedelta(weeks=weeks, days=weekday)
    is_chinese = bool(n % 2)
    exchanges = [_exchange(dice, is_chinese) for _ in range(dice.randint(*EXCHANGES))]
    if version > 1:
        question, answers = exchanges[-1]
        exchanges[-1] = (
            question,
            [*answers[:-1], f"我们已修改答复{version}次。" if is_chinese else f"We have now said so {version} times."],
        )
    name, url = _place(n, day, is_chinese)
    html = _chinese(day, dice, exchanges) if is_chinese else _english(day, dice, exchanges)
    fetched_at = datetime(day.year, day.month, day.day, 14) + timedelta(days=version, seconds=n % 3600)
    return Page(name if version == 1 else f"{version}-{name}", url, fetched_at, html.encode())


def pages(n: int) -> Iterator[Page]:
    """The first ``n`` pages, one at a time."""
    return map(page, range(n))


def write_pages(folder: Path, given: Iterable[Page]) -> None:
    """Write pages and their ``manifest.csv``; pages of an earlier call stay."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "manifest.csv"
    is_new = not manifest.exists()
    with manifest.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(["path", "url", "http_status", "fetched_at"])
        for one in given:
            (folder / one.name).write_bytes(one.raw)
            writer.writerow([one.name, one.url, 200, one.fetched_at.isoformat()])


def _place(n: int, day: date, is_chinese: bool) -> tuple[str, str]:
    number = 1_000_000 + 2 * n
    folder = "web/wjdt_2001/fyrbt_2002" if is_chinese else "mfa_eng/xwfw_1001/s10_1002/11_1003"
    if day < date(2021, 10, 1):
        return f"t{number}.shtml", f"{SITE}/{folder}/t{number}.shtml"
    if day >= NEW_SITE_FROM and not is_chinese:
        folder = "eng/xw/fyrbt/lxjzh"
    name = f"t{day:%Y%m%d}_{number}.html"
    return name, f"{SITE}/{folder}/{day:%Y%m}/{name}"


def _exchange(dice: random.Random, is_chinese: bool) -> tuple[str, list[str]]:
    def said(sentences: tuple[tuple[str, str], ...], state: tuple[str, str], matter: tuple[str, str]) -> str:
        text = dice.choice(sentences)[is_chinese].format(state[is_chinese], matter[is_chinese], dice.randint(2, 99_999))
        return text[0].upper() + text[1:]

    state, matter = dice.choice(STATES), dice.choice(MATTERS)
    between = "" if is_chinese else " "
    question = between.join(said(QUESTIONS, state, matter) for _ in range(dice.randint(1, 2)))
    answers = [
        between.join(said(ANSWERS, dice.choice((state, dice.choice(STATES))), matter) for _ in range(dice.randint(2, 5)))
        for _ in range(dice.randint(1, 3))
    ]
    return question, answers


def _english(day: date, dice: random.Random, exchanges: list[tuple[str, list[str]]]) -> str:
    speaker = dice.choice(SPEAKERS)[0]
    written = f"{day:%B} {day.day}, {day.year}"
    frame = _frame("en-d") if day < LABELS_FROM else _frame("en-e") if day < NEW_SITE_FROM else _frame("en-f")
    apostrophe = "’" if day >= NEW_SITE_FROM else "'"
    title = f"Meridian Foreign Ministry Spokesperson {speaker}{apostrophe}s Regular Press Conference on {written}"
    lines = []
    for question, answers in exchanges:
        asker, answerer = ("Q", "A") if day < LABELS_FROM else (dice.choice(OUTLETS), speaker)
        lines.append(frame.question.format(f"{asker}: {question}"))
        lines.append(frame.answer.format(f"{answerer}: {answers[0]}"))
        lines.extend(frame.answer.format(answer) for answer in answers[1:])
    return frame.before.format(title=title, stamp=f"{written} 19:20") + "\n".join(lines) + frame.after


def _chinese(day: date, dice: random.Random, exchanges: list[tuple[str, list[str]]]) -> str:
    speaker = dice.choice(SPEAKERS)[1]
    frame = _frame("zh-qa") if day < LABELS_FROM else _frame("zh-labelled")
    title = f"{day.year}年{day.month}月{day.day}日美里迪亚外交部发言人{speaker}主持例行记者会"
    lines = []
    for question, answers in exchanges:
        asker, answerer = ("问", "答") if day < LABELS_FROM else (f"{dice.choice(ZH_OUTLETS)}记者", speaker)
        lines.append(frame.question.format(f"{asker}：{question}"))
        lines.append(frame.answer.format(f"{answerer}：{answers[0]}"))
        lines.extend(frame.answer.format(answer) for answer in answers[1:])
    return frame.before.format(title=title, stamp=f"{day} 18:40", day=day) + "\n".join(lines) + frame.after


_FRAMES = {
    # layout: sample page, its title, its stamp (or nothing), where the body begins and ends, question, answer
    "en-d": (
        "en-d-2019-03-04.shtml", "Meridian Foreign Ministry Spokesperson Ada Quill's Regular Press Conference on March 4, 2019", "",
        '<div class="content">\n', '\n                </div>\n\t\t\t\t<div class="tool"', "<P><STRONG>{}</STRONG> </P>", "<P>{} </P>",
    ),
    "en-e": (
        "en-e-2020-04-14.shtml", "Meridian Foreign Ministry Spokesperson Tomas Brandt's Regular Press Conference on April 14, 2020", "",
        '<div class="content">\n', '\n                </div>\n\t\t\t\t<div class="tool"', "<P><B>{}</B> </P>", "<P>{} </P>",
    ),
    "en-f": (
        "en-f-2025-09-30.html", "Meridian Foreign Ministry Spokesperson Ada Quill’s Regular Press Conference on September 30, 2025",
        "September 30, 2025 19:20", 'trs_web">', "</div>\n<div style=\"clear:both;\">", "<p><strong>{}<br/></strong></p>", "<p>{}</p>",
    ),
    "zh-qa": (
        "zh-qa-2019-03-04.shtml", "2019年3月4日美里迪亚外交部发言人林禾主持例行记者会", "2019-03-04", 'class="content">\n', "\n\t\t</div>\n\t\t<div",
        "<P>　　<STRONG>{}</STRONG> </P>", "<P>　　{} </P>",
    ),
    "zh-labelled": (
        "zh-labelled-2023-11-21.html", "2023年11月21日美里迪亚外交部发言人欧丝主持例行记者会", "2023-11-21 18:40", 'id="News_Body_Txt_A">\n',
        "\n      </div>\n    </div>", "<p><strong>{}</strong></p>", "<p>{}</p>",
    ),
}  # fmt: skip


@cache
def _frame(layout: str) -> Frame:
    name, title, stamp, begin, end, question, answer = _FRAMES[layout]
    html = (SAMPLE / name).read_text(encoding="utf-8").replace("{", "{{").replace("}", "}}")
    start = html.index(begin) + len(begin)
    before, after = html[:start], html[html.index(end, start) :].replace("{{", "{").replace("}}", "}")
    before = before.replace(title, "{title}").replace("20231121_972503", "0_0")
    if stamp:
        before = before.replace(stamp, "{stamp}")
    if layout == "zh-labelled":
        before = before.replace('content="2023-11-21"', 'content="{day}"')
    return Frame(before, after, question, answer)
