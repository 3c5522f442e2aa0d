"""Chinese questions and answers against the bold type of the real pages, as HTML and reduced to plain text.

The parser reads labels; the plain text has no bold type at all.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.real_pages import as_plain_text, score

from pipelines.parse.model import ParsedPage, UnparsablePageError
from pipelines.parse.page import parse_page

FOLDERS = ["mfa-zh-html", "mfa-zh-html-2020-2024"]
EXACT_SHARE = 0.985
HELD_SHARE = 0.999


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("reduce", [str, as_plain_text], ids=["html", "plain"])
def test_exact_exchanges(shared: Path, folder: str, reduce: Callable[[str], str]) -> None:
    total = score(shared / "corpus" / folder, reduce)
    assert total.wanted > 1000
    assert total.exact / total.wanted >= EXACT_SHARE, "\n".join(total.missed)
    assert total.held / total.text >= HELD_SHARE


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_conference_has_its_date_and_spokesperson(shared: Path, folder: str) -> None:
    for path in sorted((shared / "corpus" / folder).glob("*html")):
        try:
            page = parse_page(path.read_bytes())
        except UnparsablePageError:
            continue
        if isinstance(page, ParsedPage) and page.kind == "press_conference":
            assert page.spokespersons, path.name
            assert page.published_at is not None, path.name
            # All but one of the pages known appear on the day of the conference.
            assert page.page_date.date == page.published_at.date(), path.name
