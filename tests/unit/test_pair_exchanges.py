"""Aligning exchanges of an invented ministry: as they run, and removed, merged, swapped and split."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from pipelines.pair.difference_terms import Term
from pipelines.pair.exchanges import Link, align, likeness
from pipelines.pair.features import Passage, passages

DAY = date(2021, 3, 4)

EXCHANGES = [
    (
        "Q: Sorrentia closed two harbours to 3,000 boats. What is your view?",
        "A: The Meridian fleet of 415 ships is not affected by the decision of Sorrentia. We hope that the harbours open again soon.",
        "问：索伦蒂亚对三千条船关闭两个港口。你怎么看？",
        "答：里方船队415艘船不受索伦蒂亚决定影响。希望港口早日重新开放。",
    ),
    (
        "Q: Will the minister go to Velland on May 7?",
        "A: He will open the new bridge over the Lantern Strait there, which cost 1.5 billion crowns.",
        "问：部长是否将于5月7日访问韦兰？",
        "答：他将出席灯笼海峡新桥开通仪式，该桥耗资15亿克朗。",
    ),
    (
        "Q: Canada wants 12 percent off the fish tax. Any comment?",
        "A: A tax is no toy. The two teams meet every Friday, and 26 of 31 points are settled with Canada already.",
        "问：加拿大要求把鱼税降低百分之十二，请问有何评论？",
        "答：税收不是儿戏。双方团队每周五会面，31个问题中有26个已同加方谈妥。",
    ),
    (
        "Q: Is it true that the G20 meets in Port Meridia?",
        "A: I have nothing on that for you.",
        "问：G20是否将在美里港开会？",
        "答：我没有可以提供的消息。",
    ),
    (
        "Q: Japan sent 48 lamps to the museum of lighthouses. Did you see them?",
        "A: I did. They were made in 1887, and we thank our friends in Japan for them with all our heart.",
        "问：日本向灯塔博物馆赠送48盏灯，你看到了吗？",
        "答：看到了。这些灯制于1887年，我们衷心感谢日本朋友。",
    ),
]  # fmt: skip
NAMES = [["place:XSO"], ["place:XVL"], ["place:CAN"], ["body:G20", "place:XPM"], ["place:JPN"]]
WORDS = {"harbour": "港口", "ship": "船队", "bridge": "新桥", "tax": "税收", "lamp": "盏灯", "museum": "物馆", "minister": "部长"}
GLOSSARY = {one: Term.of([other], 0.8, 0.01) for pair in WORDS.items() for one, other in (pair, pair[::-1])}

Text = tuple[str, str, list[str]]


def texts(language: str) -> list[Text]:
    """(question, answer, names) of every exchange."""
    at = 0 if language == "en" else 2
    return [(row[at], row[at + 1], names) for row, names in zip(EXCHANGES, NAMES, strict=True)]


def read(own: list[Text], language: str, outlets: list[str | None] | None = None, patterns: list[str] | None = None) -> list[Passage]:
    """Passages of exchanges."""
    ids = [f"{language}{n}" for n in range(len(own))]
    nothing = pl.Series([None] * len(own), dtype=pl.String)
    exchanges = pl.DataFrame(
        {
            "exchange_id": ids,
            "language": language,
            "briefing_date": DAY,
            "question_text": [q for q, _, _ in own],
            "answer_text": [a for _, a, _ in own],
        }
    ).with_columns(outlet_id=pl.Series(outlets, dtype=pl.String) if outlets else nothing)
    turns = pl.DataFrame({"turn_id": ids, "exchange_id": ids})
    mentions = pl.DataFrame(
        [(turn, name) for turn, (_, _, names) in zip(ids, own, strict=True) for name in [*names, "place:XMD"]],
        schema={"turn_id": pl.String, "entity_id": pl.String}, orient="row",
    )  # fmt: skip
    hits = pl.DataFrame({"turn_id": ids, "pattern_id": patterns or ["R01"] * len(own)})
    topics = pl.DataFrame(schema={"turn_id": pl.String, "topic_id": pl.String})
    return list(passages(exchanges, turns, mentions, hits, topics, ["place:XMD"], GLOSSARY).values())


def pairs(links: list[Link]) -> list[tuple[int | None, int | None]]:
    return [(link.en, link.zh) for link in links]


def merged(one: Text, other: Text) -> Text:
    """As where the label of the second question is missing."""
    return one[0], "\n".join([one[1], other[0], other[1]]), [*one[2], *other[2]]


def test_as_they_run() -> None:
    links = align(read(texts("en"), "en"), read(texts("zh"), "zh"))
    assert pairs(links) == [(n, n) for n in range(5)]
    assert all(link.is_in_order for link in links)
    assert min(link.confidence for link in links) > 0.9


@pytest.mark.parametrize("gone", range(5))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_exchange_is_removed(gone: int, language: str) -> None:
    own = {name: [text for n, text in enumerate(texts(name)) if n != gone or name != language] for name in ("en", "zh")}
    links = align(read(own["en"], "en"), read(own["zh"], "zh"))
    lone = [link for link in links if link.en is None or link.zh is None]
    assert [(link.zh, link.en) if language == "en" else (link.en, link.zh) for link in lone] == [(gone, None)]
    assert lone[0].confidence > 0.5
    assert len(links) == 5


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_are_merged(first: int, language: str) -> None:
    own = {"en": texts("en"), "zh": texts("zh")}
    own[language][first : first + 2] = [merged(*own[language][first : first + 2])]
    found = pairs(align(read(own["en"], "en"), read(own["zh"], "zh")))
    place = [n if n <= first else n - 1 for n in range(5)]
    assert sorted(found) == sorted((place[n], n) if language == "en" else (n, place[n]) for n in range(5))


def test_one_is_split() -> None:
    question, answer, names = texts("en")[2]
    first, rest = answer.split(" The two teams")
    torn = [*texts("en")[:2], (question, first, names), ("", f"The two teams{rest}", []), *texts("en")[3:]]
    assert pairs(align(read(torn, "en"), read(texts("zh"), "zh"))) == [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (5, 4)]


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 2), (0, 4), (1, 4)])
def test_two_change_places(one: int, other: int) -> None:
    own = texts("zh")
    own[one], own[other] = own[other], own[one]
    links = align(read(texts("en"), "en"), read(own, "zh"))
    place = list(range(5))
    place[one], place[other] = other, one
    assert pairs(links) == list(enumerate(place))
    assert not all(link.is_in_order for link in links)


def test_without_names_and_figures_order_and_length_decide_and_confidence_says_so() -> None:
    plain_en = [("Q: What about that?", "A: No comment.", []), ("Q: And then?", "A: We shall see, as I said to you before.", [])]
    plain_zh = [("问：对此有何看法？", "答：不作评论。", []), ("问：然后呢？", "答：我刚才已经说过了，我们拭目以待。", [])]
    links = align(read(plain_en, "en"), read(plain_zh, "zh"))
    assert pairs(links) == [(0, 0), (1, 1)]
    sure = align(read(texts("en"), "en"), read(texts("zh"), "zh"))
    assert max(link.confidence for link in links) < min(link.confidence for link in sure if link.en != 3)


def test_who_asked_decides_between_like_questions() -> None:
    like = [("Kyodo News: What about that?", "A: No comment.", []), ("AFP: What about that?", "A: No comment.", [])]
    like_zh = [("共同社：对此有何看法？", "答：不作评论。", []), ("法新社：对此有何看法？", "答：不作评论。", [])]
    en = read(like, "en", ["outlet:kyodo", "outlet:afp"])
    swapped = align(en, read(like_zh[::-1], "zh", ["outlet:afp", "outlet:kyodo"]))
    assert (0, 0) not in pairs(swapped)
    only = align(en, read(like_zh[1:], "zh", ["outlet:afp"]))
    assert pairs(only) == [(0, None), (1, 0)]


def test_nothing_to_align() -> None:
    assert align([], []) == []
    lone = align(read(texts("en"), "en"), [])
    assert pairs(lone) == [(n, None) for n in range(5)]
    assert pairs(align([], read(texts("zh")[:1], "zh"))) == [(None, 0)]


def test_every_exchange_is_in_a_link() -> None:
    links = align(read(texts("en")[:2], "en"), read(texts("zh")[3:], "zh"))
    assert {link.en for link in links if link.en is not None} == {0, 1}
    assert {link.zh for link in links if link.zh is not None} == {0, 1}


def test_likeness_tells_two_versions_from_two_briefings() -> None:
    en, zh = read(texts("en"), "en"), read(texts("zh"), "zh")
    assert likeness(en, zh) / 5 > 8
    assert likeness(en[:2], zh[3:]) / 2 < likeness(en, zh) / 5 / 2


def test_what_an_exchange_shows() -> None:
    passage = read(texts("zh"), "zh", patterns=["R02", "R01", "R01", "R01", "R01"])[3]
    shown = {(cue.kind, cue.shown) for cue in passage.cues}
    assert ("latin", "g20") in shown
    assert ("home", "place:XMD") in shown
    assert ("pattern", "R01") in shown
    assert passage.is_asked
    assert passage.n_question_marks == 1


def test_figures_are_compared_by_value() -> None:
    en, zh = read(texts("en"), "en"), read(texts("zh"), "zh")
    answered = [
        {cue.shown for cue in own.cues if cue.kind == "figure" and cue.answers & other.keys} for own, other in zip(en, zh, strict=True)
    ]
    assert {"3,000", "415"} <= answered[0]
    assert {"May 7"} <= answered[1]
    assert any("1.5 billion" in words for words in answered[1])
    assert any("12" in words for words in answered[2])
    assert not any(cue.answers & zh[4].keys for cue in en[0].cues if cue.kind == "figure")
