"""Sentences are aligned by words, names, figures and length, and one without a counterpart is found."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.pair.difference_sentences import Bead, align, missing, units
from pipelines.pair.difference_terms import Glossary, Term, glossary, likeness, terms

DAY = date(2024, 3, 5)
KNOWN: Glossary = {
    own: Term.of([other], 0.9, 0.02)
    for pair in ("harbour 港口", "lantern 灯笼", "bridge 大桥", "sailor 水手", "winter 冬天", "fisher 渔民", "storm 风暴", "school 学校", "engineer 工程",
                 "lighthouse 灯塔", "net 渔网", "pilot 领航", "signal 信号")
    for own, other in (pair.split(), pair.split()[::-1])
}  # fmt: skip
ENGLISH = [
    "The harbour was closed in winter because of a storm that nobody had foreseen.",
    "Every lantern on the bridge went out while the sailors waited for 40 engineers from the school.",
    "A pilot gave the signal at the lighthouse, and 350 fishers lost a net in the waters off Velland.",
    "The sailors will come back to the harbour when the storm is over, and so will the lanterns.",
]
CHINESE = [
    "冬天，港口因为一场无人料到的风暴而关闭。",
    "大桥上的灯笼都熄灭了，水手们等待学校派来40名工程人员。",
    "领航在灯塔发出信号，350名渔民在韦兰附近海域丢失了渔网。",
    "风暴过去以后，水手们会回到港口，灯笼也会重新亮起。",
]


def beads(en: list[str], zh: list[str]) -> list[Bead]:
    return align(units([" ".join(en)], "en", DAY), units(["".join(zh)], "zh", DAY), KNOWN)


def lacking(en: list[str], zh: list[str]) -> list[tuple[str, int, int | None]]:
    own, other = units([" ".join(en)], "en", DAY), units(["".join(zh)], "zh", DAY)
    found = missing(own, other, align(own, other, KNOWN), {"en": [], "zh": []}, KNOWN)
    return [(gap.language, gap.unit, gap.after) for gap in found]


def test_versions_run_side_by_side() -> None:
    assert beads(ENGLISH, CHINESE) == [Bead((n,), (n,)) for n in range(4)]
    assert lacking(ENGLISH, CHINESE) == []


@pytest.mark.parametrize(("n_en", "n_zh"), [(74, 0), (0, 74), (300, 10), (1, 120), (602, 1), (0, 0)])
def test_versions_of_any_length_are_aligned_whole(n_en: int, n_zh: int) -> None:
    """Pages on which a tag was lost run a whole briefing into one answer."""
    found = beads((ENGLISH * 151)[:n_en], (CHINESE * 30)[:n_zh])
    assert [i for bead in found for i in bead.en] == list(range(n_en))
    assert [j for bead in found for j in bead.zh] == list(range(n_zh))


def test_two_sentences_may_be_one() -> None:
    joined = [CHINESE[0], CHINESE[1].replace("。", "，") + CHINESE[2], CHINESE[3]]
    assert beads(ENGLISH, joined) == [Bead((0,), (0,)), Bead((1, 2), (1,)), Bead((3,), (2,))]


def test_a_sentence_of_one_version_only_is_found_with_its_place() -> None:
    assert lacking(ENGLISH, CHINESE[:2] + CHINESE[3:]) == [("en", 2, 1)]
    assert lacking(ENGLISH[:2] + ENGLISH[3:], CHINESE) == [("zh", 2, 1)]


def test_a_sentence_that_stands_elsewhere_is_not_missing() -> None:
    own, other = units([" ".join(ENGLISH)], "en", DAY), units(["".join(CHINESE[:2] + CHINESE[3:])], "zh", DAY)
    closing = units([CHINESE[2]], "zh", DAY)
    assert missing(own, other, align(own, other, KNOWN), {"en": [], "zh": [closing]}, KNOWN) == []


def test_a_free_translation_is_not_missing() -> None:
    free = [*CHINESE[:2], "那边岸上传来消息，三百多户人家靠海吃饭的人丢了打鱼的家什。", *CHINESE[3:]]
    assert lacking(ENGLISH, free) == []


def test_nothing_is_missing_in_a_version_without_words() -> None:
    assert missing(units([ENGLISH[0]], "en", DAY), [], [Bead((0,), ())], {"en": [], "zh": []}, KNOWN) == []


def test_sentences_carry_names_and_figures_at_their_place() -> None:
    text = "Velland waits. Meridia sent 40 boats."
    first, second = units([text], "en", DAY, [[(0, "place:XVL"), (15, "place:XMD")]])
    assert [set(first.names), set(second.names)] == [{"place:XVL"}, {"place:XMD"}]
    assert [text[figure.start : figure.end] for figure, _ in second.figures] == ["40"]


def test_terms_are_stems_and_pairs_of_characters() -> None:
    assert terms("The lanterns and harbours glowed.", "en") == {"lantern", "harbour", "glow"}
    assert terms("港口，灯笼亮", "zh") == {"港口", "灯笼", "笼亮"}


def test_the_glossary_tells_a_translation_from_another_sentence() -> None:
    known = glossary()
    english = terms("We hope that both countries will strengthen cooperation and solve the dispute through dialogue.", "en")
    own = [known[term] for term in english if term in known]
    assert len(own) >= 5
    assert likeness(own, terms("希望两国加强合作，通过对话解决争端。", "zh")) > 5
    assert likeness(own, terms("地震造成多名船员受伤，医院正在救治。", "zh")) < -5


def test_every_entry_of_the_glossary_says_something() -> None:
    assert all(0 < term.by_chance < term.in_translation < 1 and term.counterparts for term in glossary().values())
