"""The ministry's layouts, present and former: the sample's own pages, emptied, with a menu as long as a real one.

A real page has 20 to 60 kB, most of it navigation; the sample's pages have 5 kB. So the menu of each layout lists every state, as the real ones do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from html import escape
from typing import NamedTuple

from pipelines.settings import CHECKOUT
from pipelines.vocabularies import vocabulary
from tests.volume.content import Language
from tests.volume.ministries import LABELS_FROM, Ministry

SAMPLE = CHECKOUT / "tests" / "fixtures" / "sample"

DATED_ADDRESSES_FROM = date(2021, 10, 1)
"""Since then addresses hold a day, and pages are numbered anew."""
NEW_ENGLISH_SITE_FROM = date(2024, 3, 1)
ZH_NEW_FRAME_FROM = date(2022, 6, 1)

MARK = "<!-- Invented for a benchmark: nobody said this. -->"


class Layout(NamedTuple):
    """How a sample page becomes a frame.

    Attributes:
        stamp: the time on the page, replaced by the page's own; ``<empty>`` marks a place for one that the sample leaves empty.
        menu: an entry of the menu, which is repeated for every state.
        question, answer: how a paragraph is marked up.
    """

    file: str
    title: str
    stamp: str
    begin: str
    end: str
    menu: str
    question: str
    answer: str


_OLD_EN = (
    '<div class="content">\n',
    '\n                </div>\n\t\t\t\t<div class="tool"',
    '<dt><a href="/mfa_eng/house_11/desks_12/">Desks</a></dt>',
)
_OLD_ZH = ('class="content">\n', "\n\t\t</div>\n\t\t<div", '<li><a href="/web/house_21/desks_22/">各司</a></li>')
_P = '<P style="FONT-SIZE: 14px; FONT-FAMILY: arial">'
_EMPTY = "<empty>"

_LAYOUTS = {
    "en-d": Layout(
        "en-d-2019-03-04.shtml", "Meridian Foreign Ministry Spokesperson Ada Quill's Regular Press Conference on March 4, 2019", _EMPTY, *_OLD_EN,
        _P + "<STRONG>{}</STRONG> </P>", _P + "{} </P>",
    ),
    "en-e": Layout(
        "en-e-2020-04-14.shtml", "Meridian Foreign Ministry Spokesperson Tomas Brandt's Regular Press Conference on April 14, 2020", _EMPTY, *_OLD_EN,
        _P + "<B>{} </B> </P>", _P + "{} </P>",
    ),
    "en-e-stamped": Layout(
        "en-e-2022-02-16.html", "Meridian Foreign Ministry Spokesperson Mirela Osk’s Regular Press Conference on February 16, 2022", "2022-02-16 20:05",
        *_OLD_EN, _P + "<B>{} </B> </P>", _P + "{} </P>",
    ),
    "en-f": Layout(
        "en-f-2025-09-30.html", "Meridian Foreign Ministry Spokesperson Ada Quill’s Regular Press Conference on September 30, 2025",
        "September 30, 2025 19:20", 'trs_web">', '</div>\n<div style="clear:both;">', '<a href="/eng/house/">Our House</a>',
        '<p style="text-indent: 0px; text-align: justify;"><strong>{}<br/></strong></p>', '<p style="text-indent: 0px; text-align: justify;">{}</p>',
    ),
    "zh-qa": Layout(
        "zh-qa-2019-03-04.shtml", "2019年3月4日美里迪亚外交部发言人林禾主持例行记者会", "2019-03-04", *_OLD_ZH,
        '<P style="FONT-FAMILY: arial; FONT-SIZE: 14px" align=justify>　　<STRONG>{}</STRONG> </P>',
        '<P style="FONT-FAMILY: arial; FONT-SIZE: 14px" align=justify>　　{} </P>',
    ),
    "zh-labelled": Layout(
        "zh-labelled-2021-11-09.shtml", "2021年11月9日美里迪亚外交部发言人林禾主持例行记者会", "2021-11-09 19:05", *_OLD_ZH,
        '<P style="FONT-FAMILY: arial; FONT-SIZE: 14px" align=justify><B>　　{}</B> </P>',
        '<P style="FONT-FAMILY: arial; FONT-SIZE: 14px" align=justify>　　{} </P>',
    ),
    "zh-labelled-new": Layout(
        "zh-labelled-2023-11-21.html", "2023年11月21日美里迪亚外交部发言人欧丝主持例行记者会", "2023-11-21 18:40", 'id="News_Body_Txt_A">\n',
        "\n      </div>\n    </div>", '<dd><a href="/web/house/desks/">各司</a></dd>',
        '<p style="text-align: justify; text-indent: 2em;"><strong>{}</strong></p>', '<p style="text-align: justify; text-indent: 2em;">{}</p>',
    ),
}  # fmt: skip


def layout_of(day: date, language: Language) -> str:
    """Name of the layout that a ministry's pages of a day have."""
    if language == "en":
        if day < LABELS_FROM:
            return "en-d"
        return "en-e" if day < DATED_ADDRESSES_FROM else "en-e-stamped" if day < NEW_ENGLISH_SITE_FROM else "en-f"
    return "zh-qa" if day < LABELS_FROM else "zh-labelled" if day < ZH_NEW_FRAME_FROM else "zh-labelled-new"


def rendered(layout: str, ministry: Ministry, title: str, stamp: str, day: date, url: str, paragraphs: Sequence[tuple[bool, str]]) -> bytes:
    """A page.

    Args:
        stamp: time to print; empty for none.
        paragraphs: (whether it asks, text) in order.
    """
    how = _LAYOUTS[layout]
    body = "\n".join((how.question if asks else how.answer).format(escape(text, quote=False)) for asks, text in paragraphs)
    values = {"<title>": escape(title, quote=False), "<stamp>": stamp, "<day>": day.isoformat(), "<url>": url, "<body>": body}
    return "".join(
        values.get(piece, piece) if is_slot else piece for piece, is_slot in _frame(layout, ministry.name, ministry.site)
    ).encode()


def stamped(layout: str, day: date, time: str) -> str:
    """A time as the layout prints it."""
    how = _LAYOUTS[layout].stamp
    if how.startswith("September"):
        return f"{day:%B} {day.day}, {day.year} {time}"
    return f"{day} {time}" if ":" in how or how == _EMPTY else f"{day}"


@cache
def _frame(layout: str, ministry: str, site: str) -> list[tuple[str, bool]]:
    """Pieces of a page, and whether each is a slot."""
    how = _LAYOUTS[layout]
    html = (SAMPLE / how.file).read_text(encoding="utf-8")
    start = html.index(how.begin) + len(how.begin)
    html = html[:start] + "\0<body>\0" + html[html.index(how.end, start) :]
    html = re.sub(r'(?s)<div class="newsLst_mod"><ul id="id_RelNewsList_li">.*?</ul></div>', "", html)
    html = html.replace(how.title, "\0<title>\0").replace(how.menu, _menu(how.menu, "zh" if layout.startswith("zh") else "en"))
    html = re.sub(r'(<meta name="PubDate" content=")[^"]*', "\\1\0<day>\0", html)
    html = re.sub(r'(<meta name="Url" content=")[^"]*', "\\1\0<url>\0", html)
    if how.stamp == _EMPTY:
        html = html.replace('id="News_Body_Time"></div>', 'id="News_Body_Time">\0<stamp>\0</div>')
    else:
        html = html.replace(how.stamp, "\0<stamp>\0")
    if ministry != "sample":
        for old, new in (
            ("www.mfa.meridia.example", site.removeprefix("https://")), ("美里迪亚外交部", "外交部"), ("Ministry of Foreign Affairs of Meridia", "Ministry of Foreign Affairs"),
            ("meridia.example", "example.org"), ("Meridian", "Benchmark"), ("Meridia", "Benchmark"), ("美里", "本"),
        ):  # fmt: skip
            html = html.replace(old, new)
        html = html.replace("<body>", f"<body>{MARK}").replace(f"\0<body>{MARK}\0", "\0<body>\0")
    return [(piece, n % 2 == 1) for n, piece in enumerate(html.split("\0"))]


def _menu(entry: str, language: Language) -> str:
    column = "zh_name" if language == "zh" else "name"
    rows = vocabulary("places").filter(place_status="sovereign").select("iso3", column).drop_nulls().iter_rows()
    address, words = re.search(r'href="([^"]*)"', entry), re.search(r">([^<>]+)</a>", entry)
    if address is None or words is None:
        raise ValueError(f"{entry} is no entry of a menu.")
    return entry + "\n".join(
        entry.replace(address[1], f"{address[1]}{iso3.lower()}_{n}/").replace(f">{words[1]}<", f">{name}<")
        for n, (iso3, name) in enumerate(rows)
    )
