"""Figures and dates that a text names, with the same values for English and Chinese.

``3,000``, ``three thousand``, ``3000`` and ``三千`` are one value, and so are ``1.5 billion`` and ``15亿``, ``March 4`` and ``3月4日``. Each figure
says how much it weighs: translators turn "two countries" and "both sides" into 两国 and 双方 or leave them out, but not "3,000 troops".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from pipelines.parse.dates import MONTHS


class Weight(IntEnum):
    """How sure it is that the other language writes the figure too.

    LOOSE: a word that may stand for a number ("both", 双, "COVID-19", "yesterday"): good to find a counterpart, never to miss one.
    SMALL: a real but small number ("three areas"), or the year of a date: only a contradiction in the same sentence means something.
    FIRM: a figure that a faithful version repeats.
    """

    LOOSE = 0
    SMALL = 1
    FIRM = 2


@dataclass(frozen=True, slots=True)
class Figure:
    """``text[start:end]`` and what it says.

    Attributes:
        value: the number in units, shares in percent; a date as month * 100 + day; weekdays from 0 for Monday; offsets
            as -1 for yesterday or last year.
        unit: ``km``, ``USD`` and the like where the text has one; empty otherwise.
        kind: number, ordinal, percent, fraction, hour, year, month, day, date, weekday, day_offset, month_offset or year_offset.
    """

    value: float
    unit: str
    kind: str
    start: int
    end: int
    weight: Weight

    @property
    def is_date(self) -> bool:
        """Whether it names a time of the calendar."""
        return self.kind in DATE_KINDS


DATE_KINDS = frozenset({"year", "month", "day", "date", "weekday", "day_offset", "month_offset", "year_offset"})

_WIDE = str.maketrans("０１２３４５６７８９．％–—−－", "0123456789.%----")
"""One character for one: offsets stay."""


def figures(text: str, language: str) -> list[Figure]:
    """All figures and dates of a text, in order of place; a date and its year are two.

    Args:
        text: words of a turn or a sentence.
        language: ``en`` or ``zh``.
    """
    found = _chinese(text.translate(_WIDE)) if language == "zh" else _english(text.translate(_WIDE))
    return sorted(found, key=lambda figure: (figure.start, figure.end))


def shown(text: str, figure: Figure, language: str) -> str:
    """The figure as the text writes it, with the unit that follows it."""
    unit = (_UNIT_ZH if language == "zh" else _UNIT_AFTER).match(text, figure.end) if figure.unit else None
    return text[figure.start : unit.end() if unit else figure.end]


# --- English -----------------------------------------------------------------------------------------------------------

_ONES = {
    word: value
    for value, word in enumerate(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
            "eighteen nineteen"
        ).split()
    )
}
_TENS = {word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "m": 1e6,
    "mn": 1e6,
    "bn": 1e9,
    "dozen": 12.0,
    "millions": 1e6,
    "billions": 1e9,
    "trillions": 1e12,
}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        (
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
            "seventeenth eighteenth nineteenth"
        ).split(),
        start=1,
    )
} | {word[:-1] + "ieth": value for word, value in _TENS.items()}
_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5, "tenth": 10, "tenths": 10}
_LOOSE_WORDS = {
    "both": 2, "twice": 2, "double": 2, "doubled": 2, "two-way": 2, "bilateral": 2, "couple": 2, "pair": 2, "triple": 3, "tripled": 3,
    "trilateral": 3, "quadrilateral": 4, "decade": 10, "decades": 10, "dozen": 12, "dozens": 10, "fortnight": 14, "century": 100,
    "centuries": 100, "hundreds": 100, "thousands": 1000, "millions": 1e6, "billions": 1e9, "once": 1, "single": 1, "half": 0.5,
}  # fmt: skip
_DAY_WORDS = {"today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "yesterday": -1, "last night": -1, "tomorrow": 1,
              "the day before yesterday": -2, "the day after tomorrow": 2}  # fmt: skip
_WEEKDAYS = {name: n for n, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())}
_OFFSETS = {"last": -1, "past": -1, "previous": -1, "this": 0, "current": 0, "next": 1, "coming": 1}

_MONTH_NAME = r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
_TH = r"(?:st|nd|rd|th)?"
_DAY_NUMBER = r"(?:3[01]|[12]\d|0?[1-9])"
_MORE_DAYS = (
    rf"(?P<{{0}}>(?:\s*(?:-|&|\band\b|\bto\b|\buntil\b|\bthrough\b|\btill\b|,(?=\s*{_DAY_NUMBER}{_TH}\s*(?:,|&|and\b)))\s*(?:the\s+)?"
    rf"{_DAY_NUMBER}{_TH}(?!\w|[,.]\d|\s*%|:\d))*)"
)
"""Days after the first of "March 2, 3 and 4" or "March 19 to 25"; the number after "on March 2, 30 people" is none."""
_YEAR = r"(?:1[89]|20)\d\d"
_WORD = rf"(?:{'|'.join([*_TENS, *sorted(_ONES, key=len, reverse=True)])})"
_ORDINAL_WORD = rf"(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
_SPELLED = rf"(?:{_WORD}|an?(?=\s+(?:hundred|thousand|million|billion|trillion)))(?:(?:[\s-]+|\s+and\s+)(?:{_WORD}|hundred|thousand|million|billion|trillion)\b)*"

_ENGLISH = re.compile(
    # Nothing begins within a word: four of five places need not be tried any further.
    r"(?:(?=[\d-])|\b(?=[A-Za-z]))(?:"
    rf"\b(?P<month>{_MONTH_NAME})\b\.?\s*(?P<day>\d{{1,2}}){_TH}(?!\w|%|[,.]\d|:\d){_MORE_DAYS.format('days')}(?:\s*,?\s*(?P<year>{_YEAR})\b)?"
    rf"|(?<![\d.,:])(?P<day2>\d{{1,2}}){_TH}{_MORE_DAYS.format('days2')}\s+(?:of\s+)?(?P<month2>{_MONTH_NAME})\b\.?(?:\s*,?\s*(?P<year2>{_YEAR})\b)?"
    rf"|(?<!\d)(?P<year3>{_YEAR})[-/.](?P<month3>\d{{1,2}})[-/.](?P<day3>\d{{1,2}})(?!\d)"
    rf"|\b(?P<month4>{_MONTH_NAME})\b\.?(?:\s*(?:,|of)?\s*(?P<year4>{_YEAR})\b)?"
    rf"|\b(?P<dayword>(?i:{'|'.join(sorted(_DAY_WORDS, key=len, reverse=True))}))\b"
    rf"|\b(?P<weekday>(?i:{'|'.join(_WEEKDAYS)}))\b"
    rf"|\b(?P<offset>(?i:{'|'.join(_OFFSETS)}))\s+(?P<of>month|year)\b"
    rf"|\b(?P<decade>(?:1[89]|20)\d0)s\b"
    rf"|(?P<name>(?<=[A-Za-z])(?<!RMB)(?<!USD)(?<!EUR)-?\d+(?:\.\d+)?\b|\b(?!RMB|USD|EUR|CNY|HKD)[A-Z]+\d+\w*|\b\d+(?:[A-Z]+\b|-[a-z]{{0,2}}[A-Z]\w*)|(?<=[A-Za-z]\s)No\.\s*\d+)"
    rf"|(?P<range>(?<![\w.,])\d+(?:\.\d+)?(?=-\d+(?:\.\d+)?\s*(?:%|percent|per\scent|million|billion|trillion)))"
    rf"|(?P<digits>(?:(?<![\w.])|(?<=RMB)|(?<=USD)|(?<=EUR))\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|(?<![\d.])\d+(?:\.\d+)?)"
    rf"(?:(?P<th>st|nd|rd|th)\b|(?P<percent>[\s-]*(?:%|percent\b|per\s?cent\b|percentage\s+points?\b))"
    rf"|(?P<clock>(?::\d\d)?\s*(?:a\.?m|p\.?m)\b|\s*o'clock)|[\s-]*(?P<scale>hundred|thousand|millions?|billions?|trillions?|mn|bn|m|dozen)\b)?"
    rf"|(?i:\b(?P<numerator>{_WORD}|an?)[\s-]+(?P<part>{'|'.join(_PARTS)})\b(?!\s+(?:time|party|meeting|session|round|country|countries)))"
    rf"|(?i:\b(?P<spelled>{_SPELLED})\b(?P<spelled_percent>\s+(?:percent|per\s?cent)\b)?)"
    rf"|(?i:\b(?P<tens>(?:{'|'.join(_TENS)})-)?(?P<ordinal>{_ORDINAL_WORD})\b)"
    rf"|(?i:\b(?P<loose>{'|'.join(sorted(_LOOSE_WORDS, key=len, reverse=True))})\b))"
)
_NO_COUNT = re.compile(r"[\s-]+(?:part(?:y|ies)|countr(?:y|ies)|markets?|centur(?:y|ies))\b", re.IGNORECASE)
"""A third party or country is any other, and a century may be told by its years."""
_MONTH_CONTEXT = re.compile(
    r"(?:\b(?:in|last|this|next|early|late|since|of|until|till|by|to|from|mid|between|and|during|for|every|on|before|after)[\s-]+)$",
    re.IGNORECASE,
)

_UNITS_AFTER = {
    "USD": r"(?:US|U\.S\.)\s+dollars?|American dollars?|dollars?|USD",
    "CNY": r"yuan|RMB|renminbi",
    "EUR": r"euros?",
    "JPY": r"yen",
    "km": r"kilomet(?:er|re)s?|km",
    "mile": r"miles?",
    "hour": r"hours?",
    "week": r"weeks?",
    "decade": r"decades?",
}
_UNIT_AFTER = re.compile("|".join(rf"(?P<{unit}>[\s-]*(?:{words})\b)" for unit, words in _UNITS_AFTER.items()), re.IGNORECASE)
_UNIT_BEFORE = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY", "￥": "CNY"}

SMALL_WORDS_FROM, FIRM_WORDS_FROM = 3, 11
"""Number words below three are grammar more often than figures; up to ten they come and go in translation."""
SMALL_DIGITS_BELOW = 4


def _digits_weight(value: float) -> Weight:
    return Weight.FIRM if value >= SMALL_DIGITS_BELOW or value != int(value) else Weight.SMALL


def _words_weight(value: float) -> Weight:
    return Weight.FIRM if value >= FIRM_WORDS_FROM else Weight.SMALL if value >= SMALL_WORDS_FROM else Weight.LOOSE


def _dated(month: int, day: int, start: int, end: int, weight: Weight = Weight.FIRM) -> Iterator[Figure]:
    if 1 <= month <= 12 and 1 <= day <= 31:
        yield Figure(month * 100 + day, "", "date", start, end, weight)


def _english(text: str) -> Iterator[Figure]:
    for match in _ENGLISH.finditer(text):
        start, end = match.span()
        group = match.lastgroup or ""
        for suffix in ("", "2", "3"):
            if match["day" + suffix]:
                yield from _english_date(match, suffix)
                break
        else:
            if match["month4"]:
                yield from _english_month(text, match)
            elif match["dayword"]:
                yield Figure(_DAY_WORDS[match["dayword"].lower()], "", "day_offset", start, end, Weight.LOOSE)
            elif match["weekday"]:
                yield Figure(_WEEKDAYS[match["weekday"].lower()], "", "weekday", start, end, Weight.LOOSE)
            elif match["offset"]:
                yield Figure(_OFFSETS[match["offset"].lower()], "", match["of"].lower() + "_offset", start, end, Weight.LOOSE)
            elif match["decade"]:
                yield Figure(int(match["decade"]), "", "number", start, end, Weight.SMALL)
            elif match["name"]:
                yield Figure(float(re.findall(r"\d+(?:\.\d+)?", match["name"])[0]), "", "number", start, end, Weight.LOOSE)
            elif match["range"]:
                yield _scaled_range(text, match)
            elif match["digits"]:
                yield _english_digits(text, match)
            elif match["numerator"]:
                over = _ONES.get(match["numerator"].lower(), _TENS.get(match["numerator"].lower(), 1))
                share = over / _PARTS[match["part"].lower()]
                weight = Weight.LOOSE if match["part"].lower() in {"half", "quarter", "quarters"} or share >= 1 else Weight.SMALL
                yield Figure(100 * share, "", "fraction", start, end, weight)
            elif match["spelled"]:
                value = _spelled_value(match["spelled"].lower())
                kind = "percent" if match["spelled_percent"] else "number"
                yield _with_unit(text, Figure(value, "", kind, start, end, _words_weight(value)))
            elif match["ordinal"]:
                value = _ORDINALS[match["ordinal"].lower()] + _TENS.get((match["tens"] or "-").lower().strip("-"), 0)
                yield Figure(
                    value,
                    "",
                    "ordinal",
                    start,
                    end,
                    Weight.LOOSE if _NO_COUNT.match(text, end) else min(_words_weight(value), Weight.SMALL),
                )
            elif group == "loose":
                yield Figure(_LOOSE_WORDS[match["loose"].lower()], "", "number", start, end, Weight.LOOSE)


def _english_date(match: re.Match[str], suffix: str) -> Iterator[Figure]:
    month_text, start = match["month" + suffix], match.start()
    month = int(month_text) if month_text.isdigit() else MONTHS[month_text.lower()]
    more = "days" + suffix if suffix != "3" else None
    year = match["year" + suffix]
    end = match.end()
    if year:
        a, b = match.span("year" + suffix)
        yield Figure(int(year), "", "year", a, b, Weight.SMALL)
    # "March 19 to 25" has two days of one month.
    first_end = match.end("day" + suffix) if suffix == "" else end
    yield from _dated(month, int(match["day" + suffix]), start, first_end if more and match[more] else end if not year else first_end)
    if more and match[more]:
        for day in re.finditer(r"\d+", match[more]):
            at = match.start(more)
            yield from _dated(month, int(day.group()), at + day.start(), at + day.end())


def _english_month(text: str, match: re.Match[str]) -> Iterator[Figure]:
    name = match["month4"]
    start, end = match.span()
    if (
        name in {"May", "March", "Mar", "Jan", "Jun", "Dec", "August"}
        and not match["year4"]
        and not _MONTH_CONTEXT.search(text[max(0, start - 12) : start])
    ):
        return
    yield Figure(MONTHS[name.lower()], "", "month", start, match.end("month4"), Weight.SMALL)
    if match["year4"]:
        yield Figure(int(match["year4"]), "", "year", match.start("year4"), end, Weight.SMALL)


def _scaled_range(text: str, match: re.Match[str]) -> Figure:
    rest = re.match(r"-\d+(?:\.\d+)?\s*(%|percent|per\scent|million|billion|trillion)", text[match.end() :])
    value, last = float(match["range"]), rest.group(1) if rest else ""
    kind = "percent" if last[:1] in {"%", "p"} else "number"
    return Figure(value * _SCALES.get(last, 1), "", kind, match.start(), match.end(), _digits_weight(value))


def _english_digits(text: str, match: re.Match[str]) -> Figure:
    raw = match["digits"]
    value = float(raw.replace(",", ""))
    start, end = match.span()
    if match["percent"]:
        return Figure(value, "", "percent", start, end, Weight.FIRM)
    if match["clock"]:
        hour = value % 12 + (12 if "p" in match["clock"].lower() else 0)
        return Figure(hour, "", "hour", start, end, Weight.SMALL)
    if match["th"]:
        return Figure(value, "", "ordinal", start, end, Weight.LOOSE if _NO_COUNT.match(text, end) else _digits_weight(value))
    if match["scale"]:
        return _with_unit(text, Figure(value * _SCALES[match["scale"]], "", "number", start, end, Weight.FIRM))
    if re.fullmatch(_YEAR, raw) and not _UNIT_AFTER.match(text, end) and text[start - 1 : start] not in _UNIT_BEFORE:
        return Figure(value, "", "year", start, end, Weight.FIRM)
    figure = _with_unit(text, Figure(value, "", "number", start, end, _digits_weight(value)))
    is_list_mark = re.match(r"[.)]\s", text[end:]) and not text[:start].rpartition("\n")[2].strip("( ")
    is_part = text[start - 1 : start] == ":" or text[end : end + 1] == ":"
    is_name = (
        is_list_mark
        or is_part
        or _is_telephone(raw)
        or _is_round_the_clock(figure)
        or text[start - 1 : start] == "+"
        or text[end : end + 1] == "+"
    )
    return Figure(figure.value, figure.unit, figure.kind, start, end, Weight.LOOSE) if is_name else figure


def _is_round_the_clock(figure: Figure) -> bool:
    """24 hours are a day and a night."""
    return figure.unit == "hour" and figure.value == 24


def _is_telephone(digits: str) -> bool:
    """0066, 820367651: no quantity is written so."""
    return digits.isdigit() and (len(digits) > 7 or (len(digits) > 1 and digits[0] == "0"))


def _spelled_value(words: str) -> float:
    total, current = 0.0, 0.0
    for word in re.findall(r"[a-z]+", words):
        if word in {"a", "an"}:
            current = 1
        elif word in _ONES:
            current += _ONES[word]
        elif word in _TENS:
            current += _TENS[word]
        elif word == "hundred":
            current = (current or 1) * 100
        elif word in _SCALES:
            total += (current or 1) * _SCALES[word]
            current = 0
    return total + current


def _with_unit(text: str, figure: Figure) -> Figure:
    before = _UNIT_BEFORE.get(text[figure.start - 1 : figure.start])
    after = _UNIT_AFTER.match(text, figure.end)
    return _converted(figure, before or (after.lastgroup if after else None) or "")


_CONVERTED = {"mile": ("km", 1.609344)}


def _converted(figure: Figure, unit: str) -> Figure:
    name, factor = _CONVERTED.get(unit, (unit, 1.0))
    return Figure(figure.value * factor, name, figure.kind, figure.start, figure.end, figure.weight)


# --- Chinese -----------------------------------------------------------------------------------------------------------

_HAN_DIGITS = {"零": 0, "〇": 0, "○": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_HAN_SCALES = {"十": 10.0, "百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8}
_HAN = "零〇○一二两三四五六七八九十百千万亿"
_MONTH_ZH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY_ZH = r"(?:[12]\d|3[01]|0?[1-9]|二?十[一二三四五六七八九]?|三十一?|[一二三四五六七八九])"
_NUMBER_ZH = r"\d+(?:,\d{3})*(?:\.\d+)?"
_SCALED_ZH = rf"{_NUMBER_ZH}(?:(?:多|余|几)?[十百千]?万?亿|(?:多|余|几)?[十百千]?万|(?:多|余|几)?[百千])?(?:{_NUMBER_ZH}万)?"
_DAY_WORDS_ZH = {"今天": 0, "今日": 0, "今晨": 0, "今早": 0, "今晚": 0, "今年": 0, "昨天": -1, "昨日": -1, "昨晚": -1, "昨夜": -1, "前天": -2, "明天": 1,
                 "明日": 1, "后天": 2, "当天": 0}  # fmt: skip
_YEAR_WORDS_ZH = {"今年": 0, "去年": -1, "明年": 1, "前年": -2, "后年": 2, "本年": 0}
_MONTH_WORDS_ZH = {"本月": 0, "这个月": 0, "上月": -1, "上个月": -1, "下月": 1, "下个月": 1}
_WEEKDAYS_ZH = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
_LOOSE_ZH = {"双": 2, "俩": 2, "首": 1, "半": 0.5}

_CHINESE = re.compile(
    rf"(?:(?P<year>{_YEAR}|[一二][〇○零一二三四五六七八九]{{3}})年?\s*)?(?<!\d)(?P<month>{_MONTH_ZH})月(?P<day>{_DAY_ZH})(?!\d|个)(?:日|号)?"
    rf"(?P<days>(?:\s*(?:-|~|～|至|到|和|、|及)\s*{_DAY_ZH}(?:日|号))*)"
    rf"|(?P<isodate>(?<!\d){_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?!\d))"
    rf"|(?P<event>(?<!\d)\d{{1,2}}[·•]\d{{1,2}}(?!\d))"
    rf"|(?P<month4>(?<![\d个.]){_MONTH_ZH})月(?:份|初|中旬|底|末|上旬|下旬)?(?!\d|球|亮|饼|{_DAY_ZH}日)"
    rf"|(?<![\d.第])(?<!\d月)(?P<dayonly>{_DAY_ZH})(?:日(?!元|本|益|常|程|前|后|内(?!部)|方|韩|美|中|俄|双)|号(?=[，、公发举在上下前至到，]|当)|(?=(?:[、和至到-]{_DAY_ZH})+日))"
    rf"|(?P<decade>(?<!\d)(?:(?:1[89]|20)\d0|(?:(?:20|二十)世纪)?[2-9]0|[二三四五六七八九]十)年代)"
    rf"|(?P<year4>(?<![\d.,]){_YEAR}(?=\s*(?:年|-|至))|[一二][〇○零一二三四五六七八九]{{3}}(?=年))"
    rf"|(?P<yearword>{'|'.join(_YEAR_WORDS_ZH)})|(?P<monthword>{'|'.join(sorted(_MONTH_WORDS_ZH, key=len, reverse=True))})"
    rf"|(?P<dayword>{'|'.join(_DAY_WORDS_ZH)})|(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])(?!年|个)"
    rf"|(?P<name>(?<=[A-Za-z])-?\d+(?:\.\d+)?|(?<=[A-Za-z]-)\d+|\d+(?=[A-Z])(?!KM))"
    rf"|百分之(?P<percent>{_NUMBER_ZH}|[{_HAN}点]+)|(?P<percent2>{_NUMBER_ZH})\s*(?:%|个百分点)"
    rf"|(?P<below>[{_HAN}]+)分之(?P<above>[{_HAN}]+)"
    rf"|(?P<tenths>[一二两三四五六七八九\d](?:[-~～至到][一二两三四五六七八九\d])?)成(?=以上|多|的|左右|[，。；、]|是|人|民)"
    rf"|(?P<hour>(?:[01]?\d|2[0-4]|[一二两三四五六七八九十]{{1,2}}))(?P<clock>时(?!代|间|装|期|刻|候|任|而|常|局|事)|点(?=钟|半|，|。|至|前|后|左右|\d+分))"
    rf"|(?P<nth>第\s*)?(?P<digits>{_SCALED_ZH})"
    rf"|(?P<nth2>第)?(?P<han>[几数上成]?[{_HAN}]+)"
    rf"|(?P<loose>[{''.join(_LOOSE_ZH)}])"
)
_UNIT_ZH = re.compile(
    r"(?:多|余|几)?(?:个|名|位)?(?:(?P<USD>美元|美金)|(?P<CNY>元(?!首|旦|老)|人民币)|(?P<EUR>欧元)|(?P<JPY>日元)|(?P<km>公里|千米)|(?P<mile>英里)|(?P<hour>小时)"
    r"|(?P<week>周(?!年|边|岁|期|一|二|三|四|五|六|日)|星期))"
)
_COUNTED_ZH = re.compile(
    r"(?:多|余|几)?(?:个|名|位|人|家|艘|架|年|天|项|次|国|点|周|小时|分钟|岁|届|轮|批|条|万|亿|吨|元|美元|公里|海里|米|件|枚|辆|套|所|倍|份|起|户|只|场|篇|国|党|州|省|县|市|座|部|支|种|代|号)"
)
_MARKED_ZH = re.compile(
    r"一带一路|千方百计|四面八方|万一|千万(?=不要|别)|一一|统一|一致|一直|一些|一样|一起|一定|一旦|一贯|一再|一向|一切|一般|一道|一味|一并|一边|一面|"
    r"一如既往|一视同仁|唯一|进一步|百姓|万众|十分(?!之)|三番五次|五花八门|说三道四|一清二楚|七上八下|接二连三|再三|举世|万物|万里|第三方|千里|一意孤行|不二|十字|十足|九牛一毛|百分百|千万富翁|万万|万分|一百八十度"
)


def _han_value(words: str) -> float:
    """The number that Chinese numerals write; digits in a row (二〇一九) are read one by one."""
    if not any(char in _HAN_SCALES for char in words):
        return float("".join(str(_HAN_DIGITS[char]) for char in words))
    total, section, digit = 0.0, 0.0, None
    for char in words:
        if char in _HAN_DIGITS:
            digit = _HAN_DIGITS[char]
        elif char in "万亿":
            total = (total + section + (digit or 0) or 1) * _HAN_SCALES[char]
            section, digit = 0.0, None
        else:
            section += (1 if digit is None else digit) * _HAN_SCALES[char]
            digit = None
    return total + section + (digit or 0)


def _int_zh(words: str) -> int:
    return int(words) if words.isdigit() else int(_han_value(words))


def _scaled_zh(words: str) -> float:
    """``1亿5000万``, ``3.5万亿``, ``300多万``."""
    total = 0.0
    for number, scale in re.findall(rf"({_NUMBER_ZH})([十百千万亿]*)", re.sub("[多余几]", "", words)):
        value = float(number.replace(",", ""))
        for char in scale:
            value *= _HAN_SCALES[char]
        total += value
    return total


def _chinese(text: str) -> Iterator[Figure]:
    marked = [match.span() for match in _MARKED_ZH.finditer(text)]
    for match in _CHINESE.finditer(text):
        start, end = match.span()
        if match["month"]:
            yield from _chinese_date(match)
        elif match["isodate"]:
            year, month, day = (int(part) for part in re.findall(r"\d+", match["isodate"]))
            yield Figure(year, "", "year", start, start + 4, Weight.SMALL)
            yield from _dated(month, day, start + 5, end)
        elif match["event"]:
            month, day = (int(part) for part in re.findall(r"\d+", match["event"]))
            yield from _dated(month, day, start, end, Weight.LOOSE)
        elif match["month4"]:
            yield Figure(_int_zh(match["month4"]), "", "month", start, end, Weight.SMALL if match["month4"].isdigit() else Weight.LOOSE)
        elif match["dayonly"]:
            weight = Weight.FIRM if match["dayonly"].isdigit() else Weight.LOOSE
            yield Figure(_int_zh(match["dayonly"]), "", "day", start, end, weight)
        elif match["decade"]:
            words = match["decade"].removesuffix("年代").rpartition("世纪")[2]
            value = _int_zh(words)
            yield Figure(value if value > 100 else 1900 + value, "", "number", start, end, Weight.SMALL)
        elif match["year4"]:
            yield Figure(_int_zh(match["year4"]), "", "year", start, end, Weight.FIRM)
        elif match["yearword"]:
            yield Figure(_YEAR_WORDS_ZH[match["yearword"]], "", "year_offset", start, end, Weight.LOOSE)
        elif match["monthword"]:
            yield Figure(_MONTH_WORDS_ZH[match["monthword"]], "", "month_offset", start, end, Weight.LOOSE)
        elif match["dayword"]:
            yield Figure(_DAY_WORDS_ZH[match["dayword"]], "", "day_offset", start, end, Weight.LOOSE)
        elif match["weekday"]:
            yield Figure(_WEEKDAYS_ZH[match["weekday"]], "", "weekday", start, end, Weight.LOOSE)
        elif match["name"]:
            yield Figure(float(match["name"].strip("-")), "", "number", start, end, Weight.LOOSE)
        elif match["percent"] or match["percent2"]:
            words = match["percent"] or match["percent2"]
            # "百分之百" is "fully" more often than a share.
            yield Figure(_percent_zh(words), "", "percent", start, end, Weight.LOOSE if words == "百" else Weight.FIRM)
        elif match["below"]:
            below = _han_value(match["below"])
            if below:
                yield Figure(100 * _han_value(match["above"]) / below, "", "fraction", start, end, Weight.SMALL)
        elif match["tenths"]:
            for tenth in re.finditer(r"[^-~～至到]", match["tenths"]):
                yield Figure(10.0 * _int_zh(tenth.group()), "", "fraction", start + tenth.start(), start + tenth.end(), Weight.LOOSE)
        elif match["hour"]:
            yield Figure(_int_zh(match["hour"]), "", "hour", start, match.end("hour"), Weight.SMALL)
        elif match["digits"]:
            yield _chinese_digits(text, match)
        elif match["han"]:
            if not any(a <= start and end <= b for a, b in marked):
                yield from _chinese_words(text, match)
        elif match["loose"]:
            yield Figure(_LOOSE_ZH[match["loose"]], "", "number", start, end, Weight.LOOSE)


def _percent_zh(words: str) -> float:
    if words[0].isdigit():
        return float(words.replace(",", ""))
    whole, _, decimals = words.partition("点")
    return (_han_value(whole) if whole else 0.0) + (_han_value(decimals) / 10 ** len(decimals) if decimals else 0.0)


def _chinese_date(match: re.Match[str]) -> Iterator[Figure]:
    if match["year"]:
        yield Figure(_int_zh(match["year"]), "", "year", match.start("year"), match.end("year"), Weight.SMALL)
    month = _int_zh(match["month"])
    yield from _dated(month, _int_zh(match["day"]), match.start("month"), match.start("days"))
    for day in re.finditer(_DAY_ZH, match["days"]):
        at = match.start("days")
        yield from _dated(month, _int_zh(day.group()), at + day.start(), at + day.end())


def _chinese_digits(text: str, match: re.Match[str]) -> Figure:
    start, end = match.span()
    value = _scaled_zh(match["digits"])
    if match["nth"]:
        return Figure(value, "", "ordinal", start, end, _digits_weight(value))
    unit = _UNIT_ZH.match(text, end)
    figure = _converted(Figure(value, "", "number", start, end, _digits_weight(value)), (unit.lastgroup or "") if unit else "")
    is_list_mark = re.match(r"[.、)）]", text[end:]) and not text[:start].rpartition("\n")[2].strip("(（ ")
    is_part = bool({text[start - 1 : start], text[end : end + 1]} & {":", "：", "·", "+"})
    is_part_of_year = text[start - 1 : start] in {"前", "头"} and text[end : end + 2] == "个月"
    is_century = text.startswith("世纪", end)
    is_name = is_list_mark or is_part or is_part_of_year or is_century or _is_telephone(match["digits"]) or _is_round_the_clock(figure)
    return Figure(figure.value, figure.unit, figure.kind, start, end, Weight.LOOSE) if is_name else figure


def _chinese_words(text: str, match: re.Match[str]) -> Iterator[Figure]:
    start, end = match.span()
    words = match["han"]
    is_vague = words[0] in "几数上成"
    digits = words.lstrip("几数上成")
    if not any(char in _HAN_DIGITS for char in digits):
        # 百年, 万人, 千亩: a scale alone is round at best; 十 is ten.
        yield Figure(_han_value(digits), "", "number", start, end, Weight.SMALL if digits == "十" and not is_vague else Weight.LOOSE)
        return
    if len(digits) > 1 and not any(char in _HAN_SCALES for char in digits):
        # 三四天 is "three or four days", 九一八 a name.
        yield Figure(_han_value(digits), "", "number", start, end, Weight.LOOSE)
        for at, char in enumerate(digits, start=end - len(digits)):
            yield Figure(_HAN_DIGITS[char], "", "number", at, at + 1, Weight.LOOSE)
        return
    if re.search(r"[一二两三四五六七八九]{2}[十百千万]", digits):
        # 二三十 is "twenty or thirty".
        yield Figure(
            _han_value(re.sub(r"[一二两三四五六七八九](?=[一二两三四五六七八九][十百千万])", "", digits)),
            "",
            "number",
            start,
            end,
            Weight.LOOSE,
        )
        return
    value = _han_value(digits)
    weight = Weight.LOOSE if is_vague or text[end : end + 1] == "几" else _words_weight(value)
    if re.fullmatch("一[百千万]", digits):
        weight = min(weight, Weight.SMALL)
    if match["nth2"]:
        yield Figure(value, "", "ordinal", start, end, min(weight, Weight.SMALL))
        return
    unit = _UNIT_ZH.match(text, end)
    if weight == Weight.SMALL and not _COUNTED_ZH.match(text, end):
        weight = Weight.LOOSE
    yield _converted(Figure(value, "", "number", start, end, weight), (unit.lastgroup or "") if unit else "")
