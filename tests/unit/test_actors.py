"""Actors in a sentence: names, seats of power, demonyms, "we", and whether they can be the subject."""

from __future__ import annotations

import pytest

from pipelines.annotate.actors import find_actors
from pipelines.annotate.codebook import alternatives, prefixes
from pipelines.vocabularies import vocabulary


def codes(sentence: str, language: str = "en", home: str = "CHN") -> list[str]:
    return [actor.code for actor in find_actors(sentence, language, home)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The US side and the U.S. navy met a US-based group", ["USA", "USA", "USA"]),
        ("Tell them more about it, and thus it was", []),
        ("Washington and the White House disagree", ["USA", "USA"]),
        ("the Dutch Minister of Defense wrote to Ottawa", ["NLD", "CAN"]),
        ('At the forum "Russia Looks East" Pompeo spoke', ["RUS", "USA"]),
        ("the UK, the U.K. and Britain", ["GBR", "GBR", "GBR"]),
        ("several Western countries and the European Union", ["WST", "EUU"]),
        ("A certain country and some politicians", ["UNNAMED", "UNNAMED"]),
        ("the Taiwan authorities and Hong Kong", ["TWN", "CHN"]),
        ("Tongan and Zambian fishermen from Niger, not from Nigeria", ["TON", "ZMB", "NER", "NGA"]),
        ("We and China's fishermen", ["CHN", "CHN"]),
        ("Indian Ocean tides", []),
    ],
)
def test_actors(sentence: str, expected: list[str]) -> None:
    assert codes(sentence) == expected


def test_the_home_state_is_that_of_the_source() -> None:
    assert codes("We in Meridia and the Meridian side", home="XMD") == ["XMD", "XMD", "XMD"]
    assert codes("We told China", home="XMD") == ["XMD", "CHN"]


def test_chinese_actors() -> None:
    assert codes("美国国务院称英方和捷克不同意，我们也不同意", "zh") == ["USA", "GBR", "CZE", "CHN"]


def test_an_actor_behind_a_preposition_is_not_the_subject() -> None:
    first, second = find_actors("Canada spoke with France", "en", "CHN")
    assert first.is_subject
    assert not second.is_subject


@pytest.mark.parametrize(
    ("sentence", "subjects"),
    [
        ("美国对伊朗实施制裁", ["USA"]),
        ("对美方的干涉表示强烈不满", ["USA"]),
        ("中方反对美方的做法", ["CHN", "USA"]),
        ("在乌克兰问题上，美方拱火", ["USA"]),
        ("美国支持以色列", ["USA"]),
        ("中方同俄方合作", ["CHN"]),
        ("美国与英国开会", ["USA", "GBR"]),
        ("美国解除对古巴、伊朗的封锁", ["USA"]),
        ("美国在日本修港口", ["USA"]),
        ("加拿大在联合国人权理事会发言", ["CAN"]),
    ],
)
def test_topics_and_objects_are_no_subjects_in_chinese(sentence: str, subjects: list[str]) -> None:
    assert [actor.code for actor in find_actors(sentence, "zh", "CHN") if actor.is_subject] == subjects


def test_a_part_of_a_state_is_the_subject() -> None:
    (actor,) = find_actors("Some individuals in Canada keep telling stories", "en", "CHN")[-1:]
    assert actor.code == "CAN"
    assert actor.is_subject


def test_us_is_the_speaker_and_not_the_united_states() -> None:
    assert codes("They asked us to wait") == ["CHN"]
    assert codes("THE US ASKED US TO WAIT") == ["USA", "USA"]


def test_we_is_marked_as_the_speaker() -> None:
    we, china = find_actors("We know that China is large", "en", "CHN")
    assert (we.is_speaker, china.is_speaker) == (True, False)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_plain_name_of_the_vocabulary_is_found(language: str) -> None:
    """The lookup by first letters must not hide a row: each name without operators is found, as some actor."""
    rows = vocabulary("accusation_actors").filter(language=language).select("expression").iter_rows()
    names = [name for (expression,) in rows for name in alternatives(expression) if name.replace(" ", "").isalpha()]
    assert len(names) > 50
    for name in names:
        assert find_actors(f"({name})", language, "XMD"), name


def test_prefixes_cover_groups_and_optional_letters() -> None:
    assert prefixes("Canad(?:a|ians?)") == ["Cana"]
    assert prefixes("(?:certain|some) (?:people)") == ["cert", "some"]
    assert prefixes(r"(?-i:U\.?S\b)") == ["U"]
    assert prefixes(r"\d+ countries") == [""]
    assert prefixes("Iran(?:ian)?s?") == ["Iran"]
    assert prefixes("Kyi?v") == ["Ky"]
