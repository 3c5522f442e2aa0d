"""All real pages through the whole flow, and the scorers that lie beside them on the file that comes out."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from selectolax.lexbor import LexborHTMLParser

from pipelines.extract.ingest import ingest
from pipelines.publish.query import run_query
from pipelines.refresh import refresh
from pipelines.settings import Home

pytestmark = pytest.mark.slow

HTML_EXACT_SHARE, PLAIN_EXACT_SHARE, CHINESE_EXACT_SHARE, HELD_SHARE = 0.995, 0.99, 0.985, 0.999


def scored(shared: Path, scorer: str, *arguments: object) -> dict[str, Any]:
    """What a scorer prints."""
    command = [sys.executable, str(shared / "eval" / scorer), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    print(scorer, done.stdout)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize(
    ("folder", "floor"),
    [("mfa-en-html", HTML_EXACT_SHARE), ("mfa-zh-html", CHINESE_EXACT_SHARE), ("mfa-zh-html-2020-2024", CHINESE_EXACT_SHARE)],
)
def test_questions_and_answers_of_html_pages(real_home: Home, shared: Path, folder: str, floor: float) -> None:
    score = scored(shared, "score_turns.py", real_home.published, shared / "corpus" / folder)
    assert score["pages_found"] == score["pages"]
    assert score["exact_share"] >= floor
    assert score["text_held_share"] >= HELD_SHARE
    assert score["extra_exchanges"] <= 0.01 * score["exchanges"]


def test_no_page_is_lost(real_home: Home) -> None:
    """Every stored page is a version of a document or stands in quarantine, and nothing that should be a document is refused."""
    found = run_query(
        real_home,
        "select (select count(distinct sha256) from core.document_versions) as n_used,"
        " (select count(distinct sha256) from core.quarantine where stage <> 'extract') as n_set_aside,"
        " (select count(*) from core.quarantine where is_error) as n_errors",
    ).row(0, named=True)
    n_stored = len(list((real_home.raw / "objects").glob("*/*")))
    assert found["n_used"] + found["n_set_aside"] == n_stored
    errors = run_query(real_home, "select reason, detail from core.quarantine where is_error order by all").rows()
    assert found["n_errors"] <= 0.01 * n_stored, errors


def test_pages_as_plain_text_give_the_same_exchanges(real_home: Home, shared: Path, tmp_path: Path) -> None:
    """The English pages with every tag gone, ingested anew: questions and answers as from the HTML."""
    folder = tmp_path / "plain"
    folder.mkdir()
    pages = sorted((shared / "corpus" / "mfa-en-html").glob("t*html"))
    for path in pages:
        tree = LexborHTMLParser(path.read_bytes())
        tree.strip_tags(["script", "style"])
        lines = [node.text() for node in tree.css("title, #News_Body_Txt_A p, div.content_text p, div.content p")]
        (folder / f"{path.stem}.txt").write_text("\n".join(lines), encoding="utf-8")
    home = Home(tmp_path / "home")
    ingest(home, [folder])
    assert refresh(home).published
    query = "select briefing_date, question_text, answer_text from core.exchanges where language = 'en'"

    def letters(rows: list[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
        return {(day, *("".join(c for c in text.lower() if c.isalnum()) for text in texts)) for day, *texts in rows}

    with duckdb.connect(str(real_home.published), read_only=True) as connection:
        dates = ", ".join(f"'{path.stem}'" for path in pages)
        wanted = connection.execute(
            f"{query} and document_id in (select document_id from core.document_versions where regexp_extract(url, '(t\\d+)\\.', 1) in ({dates}))"
        ).fetchall()
    got = run_query(home, query).rows()
    assert len(wanted) > 2_000
    assert len(letters(wanted) & letters(got)) / len(letters(wanted)) >= PLAIN_EXACT_SHARE


# --- rates of wording in the Chinese corpus (issue 3) -------------------------------------------------------------------

WIDER = {
    "R13": "The published words are any mention of evidence; the pattern is that the accuser has none.",
    "R14": "Hardly ever said in these words.",
    "R17": "Too rare.",
    "R07": "Too rare.",
    "R21": "The published words are any worry, of anybody; the pattern is the speaker's.",
    "R38": "The published words are announcements of visits; the pattern is any answer of facts.",
}
"""Patterns whose published words mean something else than the pattern, or are too few to compare."""
STANDARD_ERRORS = 3.5
"""38 rates are compared: one in fifty such comparisons goes beyond this by chance."""
CODED_SHARE = 0.65
"""Of the answers with the published words that the codebook codes: words alone are also found in reports of others and in negations."""


def test_rates_of_the_published_words_are_those_published(shared: Path, real_home: Home) -> None:
    """On 2021 to 2023 the published expressions find what their author counted; and what they find is coded, where the definitions agree."""
    with duckdb.connect(str(real_home.published), read_only=True) as connection:
        answers = dict(
            connection.execute(
                "select exchange_id, answer_text from core.exchanges where language = 'zh' and answer_text != '' and year(briefing_date) between 2021 and 2023"
            ).fetchall()
        )
        coded = connection.execute(
            "select distinct pattern_id, exchange_id from core.pattern_hits where exchange_id is not null"
        ).fetchall()
    found = set(coded)
    far, uncoded = {}, {}
    with (shared / "reference/zh_baserates.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            wording = re.compile(row["zh_regex"])
            with_words = {key for key, text in answers.items() if wording.search(text)}
            rate, published = len(with_words) / len(answers), float(row["pct"]) / 100
            # The published rate is of every answer of the three years, of which these are about one in eight.
            if abs(rate - published) > STANDARD_ERRORS * (published * (1 - published) / len(answers)) ** 0.5:
                far[row["id"]] = (round(rate, 4), published)
            share = sum((row["id"], key) in found for key in with_words) / max(1, len(with_words))
            if row["id"] not in WIDER and share < CODED_SHARE:
                uncoded[row["id"]] = round(share, 2)
    assert far == {}
    assert uncoded == {}
