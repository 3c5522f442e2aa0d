"""Which invented documents are versions of one briefing: same day, several of a day, a wrong day, links."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipelines.pair.documents import Document, DocumentPair, pair_documents
from pipelines.pair.features import Cue, Passage

MONDAY, TUESDAY, THURSDAY = date(2021, 3, 1), date(2021, 3, 2), date(2021, 3, 4)


def passage(*names: str, n_letters: int = 300) -> Passage:
    """An exchange that names so many entities; both languages have the same ids, and Chinese needs a third of the letters."""
    cues = tuple(Cue("name", name, frozenset({name}), 0.9, 0.05) for name in names)
    return Passage("x", n_letters, 1, True, None, cues, frozenset(names))


def document(
    language: str,
    what: str,
    day: date = MONDAY,
    kind: str = "press_conference",
    number: int | None = None,
    links: frozenset[int] = frozenset(),
    n: int = 4,
) -> Document:
    """A document of n exchanges about one matter."""
    letters = 343 if language == "en" else 100
    own = [passage(*(f"{what}{at}{k}" for k in range(12)), n_letters=letters * (at + 1)) for at in range(n)]
    return Document(f"{language}-{what}-{day}-{kind}-{number}", "XMD", language, kind, day, own, number, links)


def told(pairs: list[DocumentPair]) -> list[tuple[str, str, str]]:
    return [(pair.en.document_id.split("-")[1], pair.zh.document_id.split("-")[1], pair.rule) for pair in pairs]


def test_one_of_each_language_and_day() -> None:
    pairs = pair_documents([document("en", "a"), document("zh", "a"), document("en", "b", THURSDAY), document("zh", "b", THURSDAY)])
    assert told(pairs) == [("a", "a", "same_day"), ("b", "b", "same_day")]
    assert all(pair.confidence > 0.99 for pair in pairs)


def test_several_remarks_of_a_day_are_told_apart_by_what_they_say() -> None:
    one, other = document("en", "a", kind="remarks", n=1), document("en", "b", kind="remarks", n=7)
    pairs = pair_documents([one, other, document("zh", "b", kind="remarks", n=7), document("zh", "a", kind="remarks", n=1)])
    assert sorted(told(pairs)) == [("a", "a", "chosen_of_day"), ("b", "b", "chosen_of_day")]


def test_remarks_of_one_day_on_two_matters_are_no_pair() -> None:
    assert pair_documents([document("en", "a", kind="remarks", n=1), document("zh", "b", kind="remarks", n=1)]) == []


def test_what_one_language_calls_remarks_the_other_may_call_a_statement() -> None:
    pairs = pair_documents([document("en", "a", kind="remarks", n=1), document("zh", "a", kind="statement", n=1)])
    assert told(pairs) == [("a", "a", "same_day")]
    assert pair_documents([document("en", "a", kind="news_article"), document("zh", "a", kind="news_article")]) == []


def test_a_day_apart_only_the_same_content_pairs() -> None:
    assert told(pair_documents([document("en", "a"), document("zh", "a", TUESDAY)])) == [("a", "a", "neighbouring_day")]
    assert pair_documents([document("en", "a"), document("zh", "b", TUESDAY)]) == []
    assert pair_documents([document("en", "a"), document("zh", "a", THURSDAY)]) == []


def test_what_has_a_counterpart_on_its_day_is_not_claimed_by_another_day() -> None:
    pairs = pair_documents([document("en", "a"), document("zh", "a"), document("en", "a", TUESDAY)])
    assert [(pair.en.briefing_date, pair.rule) for pair in pairs] == [(MONDAY, "same_day")]


def test_a_remark_that_is_an_exchange_of_the_next_days_conference_is_no_version_of_it() -> None:
    conference, remark = document("en", "a", TUESDAY, kind="remarks"), document("zh", "a", kind="remarks", n=1)
    assert pair_documents([conference, remark]) == []


def test_links_pair_whatever_the_day() -> None:
    en, zh = document("en", "a", number=11, links=frozenset({12})), document("zh", "a", THURSDAY, number=12)
    assert told(pair_documents([en, zh])) == [("a", "a", "language_link")]
    assert pair_documents([en._replace(linked_numbers=frozenset({99})), zh]) == []
    assert pair_documents([en._replace(number=None, linked_numbers=frozenset()), zh._replace(number=None)]) == []


def test_a_link_between_pages_that_have_nothing_in_common_is_not_believed() -> None:
    assert pair_documents([document("en", "a", number=11, links=frozenset({12})), document("zh", "b", THURSDAY, number=12)]) == []


def test_of_two_with_one_briefing_the_first_is_paired() -> None:
    rival = document("en", "a", number=5)._replace(document_id="rival", is_rival=True)
    pairs = pair_documents([rival, document("en", "a", number=7), document("zh", "a")])
    assert [pair.en.document_id for pair in pairs] == [document("en", "a", number=7).document_id]


def test_states_are_kept_apart() -> None:
    assert pair_documents([document("en", "a"), document("zh", "a")._replace(state="XVL")]) == []


@pytest.mark.parametrize("gone", [1, 2])
def test_a_version_that_lacks_exchanges_is_a_version(gone: int) -> None:
    zh = document("zh", "a")
    pairs = pair_documents([document("en", "a"), zh._replace(passages=zh.passages[gone:])])
    assert told(pairs) == [("a", "a", "same_day")]


def test_length_alone_pairs_no_remarks() -> None:
    bare = [replace(own, cues=(), keys=frozenset()) for own in document("en", "a", n=1).passages]
    assert (
        pair_documents([document("en", "a", kind="remarks", n=1)._replace(passages=bare), document("zh", "b", kind="remarks", n=1)]) == []
    )
