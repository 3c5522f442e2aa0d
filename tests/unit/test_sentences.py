"""Sentences and quotations: offsets hold, abbreviations do not end a sentence, quotation marks stay with theirs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.annotate.sentences import is_within, long_quotations, split_sentences


def words(text: str, language: str = "en") -> list[str]:
    return [sentence.words for sentence in split_sentences(text, language)]


def test_sentences_end_at_full_stops_question_marks_and_line_ends() -> None:
    assert words("We saw it. Who did it? Nobody knows!\nThe harbour is open.") == [
        "We saw it.",
        "Who did it?",
        "Nobody knows!",
        "The harbour is open.",
    ]


def test_titles_and_initials_do_not_end_a_sentence() -> None:
    assert len(words("Mr. Brandt met Dr. Osk and J. Farrow. They spoke.")) == 2


def test_a_closing_quotation_mark_belongs_to_the_sentence_before_it() -> None:
    assert words("He said “we stay.” Then he left.") == ['He said "we stay."', "Then he left."]


def test_chinese_sentences() -> None:
    assert words("我们看到了报道。谁做的？没有人知道！", "zh") == ["我们看到了报道。", "谁做的？", "没有人知道！"]


def test_a_term_in_quotation_marks_is_no_long_quotation() -> None:
    text = "The so-called “harbour doctrine” is old. “We shall never leave the harbour to anybody else,” he said."
    (span,) = long_quotations(text, "en")
    assert text[slice(*span)].startswith("“We shall never")
    assert is_within([span], text.index("leave"), text.index("leave") + 5)
    assert not is_within([span], text.index("doctrine"), text.index("doctrine") + 8)


@given(st.text(alphabet="ab .!?\n“”'A1。？", max_size=80), st.sampled_from(["en", "zh"]))
def test_offsets_reproduce_the_text_and_nothing_but_white_space_is_left_out(text: str, language: str) -> None:
    sentences = split_sentences(text, language)
    end = 0
    for sentence in sentences:
        assert not text[end : sentence.start].strip()
        assert len(sentence.words) == sentence.end - sentence.start
        end = sentence.end
    assert not text[end:].strip()
