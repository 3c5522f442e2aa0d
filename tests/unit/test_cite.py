"""Citations in each style: complete, escaped, and so that a reader can check them."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from helpers.command import run_command
from helpers.published import rows, write_published

from pipelines.errors import BriefingsError
from pipelines.publish.cite import STYLES, Style, cite, read_citation
from pipelines.publish.connection import reading
from pipelines.settings import Home

MERIDIA = "Ministry of Foreign Affairs of Meridia"


def home_with(folder: Path, **changed: Any) -> Home:
    """The small published file, its first document with other values."""
    tables = rows()
    tables["documents"][0] |= {"fetched_at": datetime(2024, 3, 19, 8, 30, 5)} | changed
    for version, sha256, is_current in ((1, "0" * 64, False), (2, "1" * 64, True)):
        tables["document_versions"].append(
            {
                "document_id": "d1", "version": version, "sha256": sha256, "url": None, "fetched_at": datetime(2024, 3, 18 + version, 8, 30, 5),
                "raw_path": f"raw/{version}", "is_current": is_current, "change": "edited" if is_current else "new", "media_type": "text/html",
                "size_bytes": 10, "body_sha256": "a" * 64, "layout": "test",
            }
        )  # fmt: skip
    home = Home(folder / "home")
    write_published(home, tables=tables)
    return home


PROOF = f"page version 2; retrieved 2024-03-20 08:30:05 UTC; SHA-256 {'1' * 64}"


def test_apa(tmp_path: Path) -> None:
    assert cite(home_with(tmp_path), "d1-t1", "apa") == (
        f"{MERIDIA}. (2024, March 18). Briefing 1 [Press conference transcript]. Retrieved March 20, 2024, from "
        f"https://www.mfa.meridia.example/1 [Turn 2 of 2, answer by Mo Wanli; id d1-t1; {PROOF}]"
    )


def test_chicago(tmp_path: Path) -> None:
    assert cite(home_with(tmp_path), "d1-t1", "chicago") == (
        f"{MERIDIA}. “Briefing 1.” Press conference transcript, March 18, 2024. Accessed March 20, 2024. "
        f"https://www.mfa.meridia.example/1. [Turn 2 of 2, answer by Mo Wanli; id d1-t1; {PROOF}]"
    )


def test_bibtex(tmp_path: Path) -> None:
    assert cite(home_with(tmp_path), "d1-t1", "bibtex").splitlines() == [
        "@misc{d1-t1,",
        f"  author = {{{{{MERIDIA}}}}},",
        "  title = {{Briefing 1}},",
        "  howpublished = {Press conference transcript},",
        "  date = {2024-03-18},",
        "  year = {2024},",
        "  month = mar,",
        "  url = {https://www.mfa.meridia.example/1},",
        "  urldate = {2024-03-20},",
        "  langid = {english},",
        f"  note = {{Turn 2 of 2, answer by Mo Wanli; id d1-t1; {PROOF}}},",
        "}",
    ]


def test_a_question_names_who_asked_and_an_exchange_both(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    assert "[Turn 1 of 2, question by Arendelle Times; id d1-t0;" in cite(home, "d1-t0", "apa")
    assert "[Turns 1 and 2 of 2, question by Arendelle Times, answer by Mo Wanli; id d1-x1;" in cite(home, " d1-x1 ", "apa")


def test_a_document_is_cited_whole(tmp_path: Path) -> None:
    assert f"https://www.mfa.meridia.example/1 [id d1; {PROOF}]" in cite(home_with(tmp_path), "d1", "apa")


@pytest.mark.parametrize("style", STYLES)
def test_what_is_not_recorded_is_left_out_or_said(tmp_path: Path, style: Style) -> None:
    text = cite(home_with(tmp_path), "d2-t1", style)
    assert "http" not in text
    assert "Accessed" not in text
    assert "Retrieved" not in text
    assert "urldate" not in text
    assert "None" not in text
    assert "retrieval time not recorded; SHA-256 " + "2" * 64 in text


def test_an_address_without_a_time_is_cited_without_one(tmp_path: Path) -> None:
    assert "[Press conference transcript]. https://www.mfa.meridia.example/3 [Turn 2" in cite(home_with(tmp_path), "d3-t1", "apa")
    assert "March 18, 2024. https://www.mfa.meridia.example/3. [" in cite(home_with(tmp_path), "d3-t1", "chicago")


@pytest.mark.parametrize("style", STYLES)
def test_an_unknown_id_is_an_error_that_says_where_ids_are(tmp_path: Path, style: Style) -> None:
    for identifier in ("d1-t9", "", "' or 1=1 --", "D1-T1"):
        with pytest.raises(BriefingsError, match="briefings search"):
            cite(home_with(tmp_path), identifier, style)


def test_special_characters_are_escaped_for_tex(tmp_path: Path) -> None:
    entry = cite(home_with(tmp_path, title=r"50% of $1 & #2_3 {a} b} ~x^2 \input{y} “q” \"z"), "d1-t1", "bibtex")
    title = re.search(r"^  title = \{\{(.*)\}\},$", entry, re.MULTILINE)
    assert title
    assert title[1] == (
        r"50\% of \$1 \& \#2\_3 \textbraceleft{}a\textbraceright{} b\textbraceright{} \textasciitilde{}x\textasciicircum{}2 "
        r"\textbackslash{}input\textbraceleft{}y\textbraceright{} “q” \textbackslash{}" + '"z'
    )
    assert entry.count("{") == entry.count("}")


def test_a_chinese_title_stays_as_published(tmp_path: Path) -> None:
    title = "2024年3月18日美里迪亚外交部发言人主持例行记者会"
    home = home_with(tmp_path, title=title, language="zh")
    assert f"(2024, March 18). {title} [Press conference transcript]." in cite(home, "d1-t1", "apa")
    assert f"“{title}.” Press" in cite(home, "d1-t1", "chicago")
    entry = cite(home, "d1-t1", "bibtex")
    assert f"  title = {{{{{title}}}}}," in entry
    assert "  langid = {chinese}," in entry


def test_quotation_marks_within_a_title_become_single_ones_in_chicago(tmp_path: Path) -> None:
    assert "“On ‘Glass’ and ‘Silk’?” Press" in cite(home_with(tmp_path, title='On "Glass" and “Silk”?'), "d1-t1", "chicago")


@pytest.mark.parametrize("style", STYLES)
def test_hostile_text_of_a_page_stays_on_its_line(tmp_path: Path, style: Style) -> None:
    title = "Bri\nef\r\x1b[31m\u202eing\u2066 \x00<script>x</script> 😀"
    home = home_with(tmp_path, title=title, url="javascript:alert(1)")
    text = cite(home, "d1-t1", style)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)
    assert "javascript" not in text
    assert "<script>x</script> 😀" in text
    assert len(text.splitlines()) == 1 or style == "bibtex"


@pytest.mark.slow
def test_every_turn_exchange_and_document_of_the_sample_can_be_cited(sample_home: Home) -> None:
    with reading(sample_home) as connection:
        turns = connection.execute(
            "select turn_id, turn_index, n_turns, sha256, briefing_date, kind, source_id from core.turns join core.documents using (document_id)"
        ).fetchall()
        kinds = set()
        for turn_id, index, n_turns, sha256, day, kind, source_id in turns:
            citation = read_citation(connection, turn_id)
            assert (citation.turns, citation.n_turns, citation.sha256, citation.day) == ((index + 1,), n_turns, sha256, day)
            assert citation.author == MERIDIA or source_id != "sample"
            assert citation.version is not None
            kinds.add(kind)
        assert {"press_conference", "news_article"} <= kinds
        for (identifier,) in connection.execute(
            "select exchange_id from core.exchanges union all select document_id from core.documents"
        ).fetchall():
            assert read_citation(connection, identifier).identifier == identifier


@pytest.mark.slow
def test_an_article_is_cited_as_one(sample_home: Home) -> None:
    with reading(sample_home) as connection:
        row = connection.execute(
            "select turn_id from core.turns join core.documents using (document_id) where kind = 'news_article' order by 1 limit 1"
        ).fetchone()
    assert row
    assert "[News article]" in cite(sample_home, row[0], "apa")
    assert "” News article, " in cite(sample_home, row[0], "chicago")
    assert "howpublished = {News article}" in cite(sample_home, row[0], "bibtex")


def test_the_command(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    everything = run_command(home.root, "cite", "d1-t1")
    assert everything.code == 0
    assert everything.stdout.strip().split("\n\n") == [cite(home, "d1-t1", style) for style in STYLES]
    for style in STYLES:
        assert run_command(home.root, "cite", "d1-t1", "--style", style).stdout.strip() == cite(home, "d1-t1", style)
    unknown = run_command(home.root, "cite", "nope")
    assert (unknown.code, unknown.stdout) == (2, "")
    assert "No turn, exchange or document has the id 'nope'" in unknown.stderr
    wrong = run_command(home.root, "cite", "d1-t1", "--style", "mla")
    assert wrong.code == 2
    assert "apa, chicago, bibtex, all" in wrong.stderr
