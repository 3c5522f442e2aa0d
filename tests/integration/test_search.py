"""Search on files as a build makes them: what is found, in which order, and that no query breaks out."""

from __future__ import annotations

import csv
import io
import itertools
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from helpers.command import run_command
from helpers.published import rows, write_published
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import BriefingsError
from pipelines.publish.connection import reading
from pipelines.publish.search import (
    MARKS,
    QUERY_CHARACTERS,
    QUERY_TERMS,
    SNIPPET_CHARACTERS,
    found_spans,
    matches,
    parse_query,
    ranked_ids,
    search,
    search_in,
)
from pipelines.publish.search_index import TABLE, has_index, indexed, indexed_with_offsets, write_index
from pipelines.publish.selection import Selection, condition
from pipelines.refresh import refresh, unpublished_input
from pipelines.settings import Home

pytestmark = pytest.mark.slow

Make = Callable[..., Home]

FILLER = "The ministry follows the matter and has nothing to add to what was said about it before. "


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a home whose exchanges have the given (question, answer), named x0, x1, … and a day apart, the first one newest."""
    numbers = itertools.count()

    def made(*texts: tuple[str, str], index: bool = True) -> Home:
        home = Home(tmp_path / f"home{next(numbers)}")
        tables = rows()
        document, exchange, turns = tables["documents"][0], tables["exchanges"][0], tables["turns"][:2]
        tables = {name: [] for name in tables} | {"entities": tables["entities"]}
        for i, words in enumerate(texts):
            day = date(2024, 3, 28 - i)
            language = "zh" if any("\u4e00" <= character <= "\u9fff" for character in "".join(words)) else "en"
            tables["documents"].append(
                document | {"document_id": f"d{i}", "briefing_date": day, "language": language, "sha256": f"{i:064}"}
            )
            tables["exchanges"].append(
                exchange | {"exchange_id": f"x{i}", "document_id": f"d{i}", "briefing_date": day, "language": language}
            )
            at = 0
            for turn, text in zip(turns, words, strict=True):
                tables["turns"].append(
                    turn
                    | {"turn_id": f"t{i}-{turn['role']}", "document_id": f"d{i}", "exchange_id": f"x{i}", "text": text}
                    | {"start_char": at, "end_char": at + len(text)}
                )
                at += len(text) + 1
        path = write_published(home, tables=tables)
        if index:
            with duckdb.connect(str(path)) as connection:
                write_index(connection)
        return home

    return made


def ids(found: pl.DataFrame) -> list[str]:
    return found["exchange_id"].to_list()


# --- what is found -----------------------------------------------------------------------------------------------------


def test_the_words_twice_in_a_short_exchange_come_before_once_in_a_long_one(make: Make) -> None:
    home = make(
        ("What of tariffs?", FILLER * 10 + "Tariffs are one matter of many."),
        ("Nothing here?", FILLER),
        ("Tariffs again?", "Tariffs are a matter for Arendelle."),
    )
    found = search(home, "tariffs")
    assert ids(found) == ["x2", "x0"]
    assert found["score"].to_list() == sorted(found["score"], reverse=True)
    assert found["score"].min() > 0  # type: ignore[operator]


def test_of_equal_exchanges_the_newest_comes_first(make: Make) -> None:
    home = make(*[("Will Meridia answer?", "It will.")] * 3, ("Other words?", FILLER))
    assert ids(search(home, "meridia")) == ["x0", "x1", "x2"]
    assert ids(search(home, "meridia", limit=2)) == ["x0", "x1"]
    with reading(home) as connection:
        assert ids(search_in(connection, "meridia", limit=2, offset=1)) == ["x1", "x2"]


def test_all_words_must_occur_in_question_or_answer_in_any_form(make: Make) -> None:
    home = make(
        ("Was the harbour attacked?", "Hackers did it."), ("Was the harbour closed?", "It was."), ("An attack?", "No hacking was seen.")
    )
    assert set(ids(search(home, "attacks hackers"))) == {"x0"}
    assert set(ids(search(home, "ATTACKING"))) == {"x0", "x2"}
    assert set(ids(search(home, "harbour"))) == {"x0", "x1"}
    assert ids(search(home, "harbour hacking")) == []


def test_a_phrase_stands_as_it_is_written_and_within_one_turn(make: Make) -> None:
    home = make(("On the north sea route?", "Closed."), ("On the sea north of it?", "Closed."), ("Is it north", "sea route is open."))
    assert set(ids(search(home, "north sea"))) == {"x0", "x1", "x2"}
    for quoted in ('"north sea"', "“north sea”", "«North Sea»", "「north sea」"):
        assert ids(search(home, quoted)) == ["x0"], quoted
    assert ids(search(home, '"north sea" closed')) == ["x0"]
    assert ids(search(home, '"north sea')) == ids(search(home, "north sea"))


def test_accents_and_full_width_letters_do_not_matter(make: Make) -> None:
    home = make(("Does Café Ａｒｅｎｄｅｌｌｅ open in ２０２４?", "Yes."))
    for words in ("cafe", "CAFÉ", "arendelle", "Ａrendelle", "2024"):
        assert ids(search(home, words)) == ["x0"], words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("美里", {"x0", "x1"}),  # the commonest Chinese words have two characters
        ("外交", {"x0"}),
        ("迪亚外", {"x0"}),
        ("美里迪亚外交部", {"x0"}),
        ("里美", set()),
        ("部", {"x0"}),  # the last of a run
        ("美", {"x0", "x1"}),
        ("玻璃 外交部", {"x0"}),
        ("玻璃外交部", set()),
        ('"玻璃，美里"', {"x0"}),
        ("G7峰会", {"x2"}),
        ("峰会G7", set()),
        ("G7峰", {"x2"}),
        ("Ｇ７", {"x2"}),
        ("𠮷祥", {"x2"}),
        ("𠮷", {"x2"}),
    ],
)
def test_chinese_words_of_any_length(make: Make, words: str, expected: set[str]) -> None:
    home = make(("玻璃，美里迪亚外交部？", "没有。"), ("美里迪亚？", "没有。"), ("G7峰会上的𠮷祥物？", "没有。"))
    assert set(ids(search(home, words))) == expected


def test_the_label_of_a_speaker_is_not_what_was_said(make: Make) -> None:
    home = make(("Will it rain?", "Perhaps."))
    assert search(home, "Arendelle Times").is_empty()
    assert ids(search(home, "rain")) == ["x0"]


# --- snippets ----------------------------------------------------------------------------------------------------------


def test_a_snippet_shows_the_words_and_where_they_stand(make: Make) -> None:
    answer = FILLER * 5 + "Glass from Arendelle is taxed. " + FILLER * 5
    [row] = search(make(("What now?", answer)), "taxes arendelle").to_dicts()
    assert row["turn_id"] == "t0-answer"
    assert answer[row["start_char"] : row["end_char"]] == "Arendelle"
    assert f"{MARKS[0]}Arendelle{MARKS[1]} is {MARKS[0]}taxed{MARKS[1]}" in row["snippet"]
    assert row["snippet"].startswith("…")
    assert row["snippet"].endswith("…")
    assert len(row["snippet"]) <= SNIPPET_CHARACTERS["en"] + 10
    assert (row["briefing_date"], row["outlet"], row["spokesperson"], row["language"]) == (
        date(2024, 3, 28), "Arendelle Times", "Mo Wanli", "en",
    )  # fmt: skip


def test_the_turn_with_most_of_the_words_is_shown(make: Make) -> None:
    [row] = search(make(("Is glass taxed?", "Glass from Arendelle is taxed.")), "glass arendelle").to_dicts()
    assert row["turn_id"] == "t0-answer"


def test_spans_are_those_of_the_text(make: Make) -> None:
    text = "请问美里迪亚外交部：Glass，美里迪亚的玻璃？"
    assert [text[start:end] for start, end in found_spans("美里迪亚 glasses", text)] == ["美里迪亚", "Glass", "美里迪亚"]
    assert [text[start:end] for start, end in found_spans("美", text)] == ["美", "美"]
    assert found_spans("nothing", text) == []


@given(st.text())
def test_every_character_that_is_indexed_comes_from_its_place(text: str) -> None:
    made, offsets = indexed_with_offsets(text)
    assert made == indexed(text)
    assert len(offsets) == len(made)
    assert offsets == sorted(offsets) or all(abs(a - b) <= 1 for a, b in itertools.pairwise(offsets) if a > b)
    assert set(offsets) == set(range(len(text)))


HOSTILE = "<script>alert('x')</script> \u202egnihton\u202c ⟦mark⟧ 😀 \x01\x02 ''\"\" =1+1 [link](javascript:x) glass"


def test_hostile_text_comes_back_as_text(make: Make) -> None:
    home = make((HOSTILE, HOSTILE))
    [row] = search(home, "glass").to_dicts()
    assert "<script>alert('x')</script>" in row["snippet"]
    assert row["snippet"].count(MARKS[0]) == row["snippet"].count(MARKS[1]) == 1
    assert row["snippet"].endswith(f"{MARKS[0]}glass{MARKS[1]}")
    done = run_command(home.root, "search", "script", "--format", "json")
    assert json.loads(done.stdout)[0]["exchange_id"] == "x0"


# --- queries -----------------------------------------------------------------------------------------------------------

NASTY = [
    "glass'", "glass OR 1=1", "glass; drop table words", 'NEAR("glass" "from", 2)', "question:glass", "^glass", "glass*", "-glass", "{question}: glass",
    "(glass", "glass AND", "NOT glass", "glass\0x", 'gl"ass', '"" glass', "* glass", "glass %", "glass _ ? !", "glass\\", "\x01glass\x02",
]  # fmt: skip


@pytest.mark.parametrize("words", NASTY)
def test_signs_are_no_syntax(make: Make, words: str) -> None:
    home = make(("Does glass from Arendelle break?", "Yes, or so and so near it, not glass and question."), ("Does it?", "No."))
    assert set(ids(search(home, words))) <= {"x0"}
    assert ids(search(home, "glass")) == ["x0"]


def test_any_query_is_answered_or_refused(make: Make) -> None:
    home = make(("Does glass from Arendelle break?", "没有。"))
    with reading(home) as connection:

        @settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
        @given(st.text(alphabet=st.one_of(st.sampled_from("\"'*()-+^:{}, \\\0“”「美ANDORNEAR"), st.characters(codec="utf-8"))))
        def ask(words: str) -> None:
            try:
                parse_query(words)
            except BriefingsError:
                with pytest.raises(BriefingsError, match="no word to look for"):
                    search_in(connection, words)
            else:
                assert search_in(connection, words).height <= 1

        ask()


@pytest.mark.parametrize("words", ["", " ", '"', "?!…", "，。", "\0"])
def test_a_query_without_a_word_is_refused(make: Make, words: str) -> None:
    with pytest.raises(BriefingsError, match="no word to look for"):
        search(make(("Glass?", "No.")), words)


def test_a_query_without_end_is_refused() -> None:
    with pytest.raises(BriefingsError, match="characters"):
        parse_query("x" * (QUERY_CHARACTERS + 1))
    with pytest.raises(BriefingsError, match=f"{QUERY_TERMS} words"):
        parse_query(" ".join(f"w{i}" for i in range(QUERY_TERMS + 1)))


# --- the sample, through the whole refresh -----------------------------------------------------------------------------


def test_filters_count_as_in_sql(sample_home: Home) -> None:
    with reading(sample_home) as connection:
        selection = Selection(languages=("en",), since=date(2019, 1, 1), until=date(2024, 12, 31))
        wanted, values = condition(selection)
        everything, narrowed = matches(connection, "meridia"), matches(connection, "meridia", selection)
        allowed = {
            row[0]
            for row in connection.execute(
                "select exchange_id from core.exchanges where language = 'en' and briefing_date between '2019-01-01' and '2024-12-31'"
            ).fetchall()
        }
        assert 0 < narrowed.height < everything.height
        assert ids(narrowed) == [exchange for exchange in ids(everything) if exchange in allowed]
        assert ranked_ids(connection, "meridia", wanted, values) == ids(narrowed)
        assert ids(search_in(connection, "meridia", selection, limit=5)) == ids(narrowed)[:5]


def test_every_exchange_with_a_word_is_found_and_no_other(sample_home: Home) -> None:
    with reading(sample_home) as connection:
        for words, pattern in (("tariffs", r"(?i)\btariff(s|ed)?\b"), ("外交", "外交")):
            by_hand = connection.execute(
                "select distinct exchange_id from core.turns where exchange_id is not null and regexp_matches(text, ?)", [pattern]
            ).fetchall()
            assert by_hand, words
            assert set(ids(matches(connection, words))) == {row[0] for row in by_hand}, words


def test_a_rebuild_has_the_same_index(sample_home: Home, tmp_path: Path) -> None:
    copy = Path(shutil.copy(sample_home.published, tmp_path / "again.duckdb"))
    with duckdb.connect(str(copy)) as connection:
        before = connection.execute(f"from {TABLE} order by part").fetchall()
        write_index(connection)
        assert connection.execute(f"from {TABLE} order by part").fetchall() == before
        comments = "select comment from duckdb_columns() where schema_name = 'search'"
        assert all(row[0] for row in connection.execute(comments).fetchall())


def test_a_file_without_index_says_so_and_the_next_refresh_makes_it(sample_home: Home, tmp_path: Path) -> None:
    home = Home(Path(shutil.copytree(sample_home.root, tmp_path / "home")))
    assert has_index(home)
    assert unpublished_input(home) is None
    with duckdb.connect(str(home.published)) as connection:
        connection.execute("drop schema search cascade")
    with pytest.raises(BriefingsError, match="briefings refresh"):
        search(home, "meridia")
    assert refresh(home).published
    assert search(home, "meridia").height > 0


def test_a_reader_searches_the_file_that_it_has_open(make: Make) -> None:
    old, new = make(("Is it glass?", "No.")), make(("Is it silk?", "No."))
    with reading(old) as connection:
        new.published.replace(old.published)
        assert ids(search_in(connection, "glass")) == ["x0"]
        assert search_in(connection, "silk").is_empty()
        assert ids(search(old, "silk")) == ["x0"]
        assert search(old, "glass").is_empty()
        assert ids(search_in(connection, "glass")) == ["x0"]


# --- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample_terms(sample_home: Home) -> dict[str, str]:
    """The outlet that asks most in the sample."""
    with reading(sample_home) as connection:
        row = connection.execute(
            "select outlet, outlet_id from core.exchanges where outlet_id is not null group by all order by count(*) desc, 1 limit 1"
        ).fetchone()
    assert row
    return {"name": str(row[0]), "id": str(row[1])}


def test_the_command_lists_the_same_by_name_and_by_code(sample_home: Home, sample_terms: dict[str, str]) -> None:
    by_name, by_code = (
        run_command(sample_home.root, "search", "meridia", "--outlet", sample_terms[key], "--format", "csv") for key in ("name", "id")
    )
    assert by_name == by_code
    listed = list(csv.DictReader(io.StringIO(by_name.stdout)))
    assert listed
    assert {row["outlet"] for row in listed} == {sample_terms["name"]}
    assert f"briefings cite {listed[0]['turn_id']}" in by_name.stderr
    assert run_command(sample_home.root, "cite", listed[0]["turn_id"]).code == 0


def test_the_command_writes_a_table_and_a_file(sample_home: Home, tmp_path: Path) -> None:
    done = run_command(sample_home.root, "search", "meridia", "--limit", "2")
    assert done.code == 0
    assert "2 of " in done.stdout
    assert MARKS[0] in done.stdout
    target = tmp_path / "found.parquet"
    assert run_command(sample_home.root, "search", "meridia", "--limit", "2", "-o", target).code == 0
    assert pl.read_parquet(target).height == 2


def test_an_empty_result_says_what_to_try(sample_home: Home) -> None:
    none = run_command(sample_home.root, "search", "xyzzyx")
    assert (none.code, none.stdout) == (0, "")
    assert "fewer words" in none.stderr
    filtered = run_command(sample_home.root, "search", "meridia", "--until", "1990-01-01")
    assert filtered.code == 0
    assert "Without the filters" in filtered.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["meridia", "--outlet", "Nowhere Gazzette"], "--outlet 'Nowhere Gazzette' is not known"),
        (["meridia", "--since", "soon"], "write it as 2024-05-31"),
        (["?!"], "no word to look for"),
        ([], "Missing argument"),
        (["meridia", "--outlett", "x"], "No such option"),
    ],
)
def test_bad_input_is_named(sample_home: Home, arguments: list[str], message: str) -> None:
    done = run_command(sample_home.root, "search", *arguments)
    assert done.code == 2
    assert message in " ".join(done.stderr.split())


def test_nothing_published_says_so(tmp_path: Path) -> None:
    assert run_command(tmp_path, "search", "x").code == 2
    assert run_command(tmp_path, "cite", "x").code == 2
