"""Generated pages: the same in every run, and their truth is what the pages say."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path

import polars as pl
import pytest

from pipelines.calendar import conference_day
from pipelines.extract.ingest import ingest
from pipelines.identifiers import digest
from pipelines.lake import table_path
from pipelines.parse.model import ParsedPage
from pipelines.parse.page import parse_page
from pipelines.progress import SilentProgress
from pipelines.refresh import lake_stage, parse_stage
from pipelines.settings import Home
from tests.unit.test_fixtures import runs_of
from tests.volume.compare import codes_frame, compare, differing_codes
from tests.volume.content import phrases
from tests.volume.generate import Page, Plan, page, pages, write_pages
from tests.volume.layouts import layout_of
from tests.volume.ministries import LABELS_FROM, MINISTRIES

ERAS = (date(2004, 1, 1), date(2013, 5, 1), date(2020, 3, 20), date(2021, 9, 28), date(2022, 5, 30), date(2024, 2, 26), date(2051, 3, 1))
"""First days from which a few pages show every layout, also of days to come, which large volumes need."""


@cache
def some_pages() -> list[Page]:
    return [one for since in ERAS for one in pages(Plan(sources=("sample", "mfa"), since=since), 24)]


def test_a_page_is_the_same_in_every_run_and_whatever_is_written_beside_it(tmp_path: Path) -> None:
    plan = Plan(seed=7, since=date(2020, 3, 1))
    write_pages(tmp_path / "few", plan, 6)
    write_pages(tmp_path / "more", plan, 40)
    for one in pages(plan, 6):
        assert (tmp_path / "few" / one.path).read_bytes() == one.raw == (tmp_path / "more" / one.path).read_bytes()
    assert page(plan, 5).raw != page(Plan(seed=8, since=date(2020, 3, 1)), 5).raw


def test_pages_that_are_added_later_are_those_of_one_longer_run(tmp_path: Path) -> None:
    plan = Plan(since=date(2020, 3, 1))
    write_pages(tmp_path / "twice", plan, 6)
    write_pages(tmp_path / "twice", plan, 4, first=6)
    write_pages(tmp_path / "once", plan, 10)
    assert (tmp_path / "twice" / "manifest.csv").read_bytes() == (tmp_path / "once" / "manifest.csv").read_bytes()
    truths = [pl.read_parquet(tmp_path / name / "truth.parquet" / "*.parquet") for name in ("twice", "once")]
    assert truths[0].equals(truths[1])


def test_the_parser_finds_the_turns_that_were_written() -> None:
    layouts = set()
    for one in some_pages():
        found = parse_page(one.raw, one.url)
        assert isinstance(found, ParsedPage)
        layouts.add(layout_of(one.truth["briefing_date"], one.truth["language"]))
        said = [(turn.role, turn.speaker_label, digest(turn.text, 16), turn.exchange_index) for turn in found.turns]
        assert said == [(turn["role"], turn["label"], turn["text"], turn["exchange"]) for turn in one.truth["turns"]]
        assert (found.source_id, found.kind, found.language, found.title) == tuple(
            one.truth[k] for k in ("source_id", "kind", "language", "title")
        )
        assert found.page_date.date == one.truth["briefing_date"]
    assert len(layouts) == 7


def test_pages_have_the_size_and_the_days_of_real_ones() -> None:
    volume = list(pages(Plan(since=date(2019, 1, 1)), 400))
    conferences = [one for one in volume if one.truth["kind"] == "press_conference"]
    sizes = sorted(len(one.raw) for one in conferences)
    assert 20_000 < sizes[len(sizes) // 2] < 45_000
    assert all(conference_day(one.truth["briefing_date"], "XMD").is_due for one in conferences)
    n_exchanges = sum(len(one.truth["exchanges"]) for one in volume)
    assert 6 < n_exchanges / len(volume) < 7.7
    assert len({one.raw for one in volume}) == len({one.url for one in volume}) == len({one.path for one in volume}) == len(volume)


def test_pages_of_the_ministry_keep_to_its_calendar_and_to_the_terms_of_its_spokespersons() -> None:
    real = MINISTRIES["mfa"]
    for number in range(0, 6000, 7):
        day, is_conference = real.occasion(number, date(2002, 1, 1))
        assert conference_day(day, "CHN").is_due
        assert real.spokesperson(day, 1).en
        assert is_conference or real.occasion(number - 1, date(2002, 1, 1)) == (day, True)


def test_outlets_are_named_from_the_day_on_which_the_ministry_began_to() -> None:
    for one in some_pages():
        askers = [exchange["asker"] for exchange in one.truth["exchanges"]]
        if one.truth["briefing_date"] < LABELS_FROM:
            assert set(askers) == {None}
    assert any(exchange["asker"] for exchange in page(Plan(since=date(2021, 1, 1)), 0).truth["exchanges"])


def test_a_calendar_that_ends_is_said() -> None:
    with pytest.raises(IndexError):
        page(Plan(since=date(2099, 12, 1)), 500)


def test_there_are_phrases_of_every_pattern_and_hundreds_of_texts() -> None:
    known = phrases()
    assert {pattern for part in known.values() for phrase in part for pattern in phrase.patterns} == {f"R{n:02}" for n in range(1, 39)}
    identifiers = [phrase.phrase_id for part in known.values() for phrase in part]
    assert len(identifiers) == len(set(identifiers))
    texts = {exchange["text_id"] for one in islice(pages(Plan(), 200), 0, None, 2) for exchange in one.truth["exchanges"]}
    assert len(texts) > 500


def test_phrases_say_the_same_in_both_languages() -> None:
    for part in phrases().values():
        for phrase in part:
            said_en, said_zh = (set(re.findall(r"\{([A-Z])", text)) for text in (phrase.en, phrase.zh))
            assert said_en - {"H"} == said_zh - {"H"}, phrase.phrase_id
            assert phrase.en.endswith((".", "?")), phrase.phrase_id
            assert phrase.zh.endswith(("。", "？")), phrase.phrase_id


def test_the_lake_is_held_against_the_truth(tmp_path: Path) -> None:
    write_pages(tmp_path / "pages", Plan(since=date(2020, 3, 20)), 12)
    home = Home(tmp_path / "home")
    ingest(home, [tmp_path / "pages"])
    parse_stage(home, SilentProgress())
    months = lake_stage(home, SilentProgress())
    agreement = compare(tmp_path / "pages", home)
    assert (agreement.n_pages, agreement.n_faults, agreement.faults) == (12, 0, [])
    both, written, _ = agreement.patterns
    assert both / written > 0.85
    codes = codes_frame(agreement)
    assert differing_codes(codes, codes) == (codes.height, [])
    n_both, differing = differing_codes(codes.with_columns(codes=pl.lit([], pl.List(pl.String))), codes)
    assert n_both == codes.height
    assert differing
    turns = table_path(home.lake, "turns", months[0])
    pl.read_parquet(turns).with_columns(text=pl.col("text") + "!").write_parquet(turns)
    assert compare(tmp_path / "pages", home).n_faults > 0


def test_no_words_of_real_pages_are_used(shared: Path) -> None:
    tag = re.compile(r"(?s)<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>")
    own: dict[str, str] = {}
    for one in some_pages():
        found = parse_page(one.raw, one.url)
        assert isinstance(found, ParsedPage)
        for turn in found.turns:
            own.update(dict.fromkeys(runs_of(turn.text), one.path))
    common = {}
    for path in sorted([*shared.glob("corpus/*/*"), *shared.glob("seeds/*")]):
        for run in own.keys() & set(runs_of(tag.sub(" ", path.read_bytes().decode("utf-8", "replace")))):
            common[run] = (own[run], path.name)
    assert common == {}
