"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.extract.ingest import ingest
from pipelines.refresh import refresh
from pipelines.settings import Home

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and labels beside the checkout; the test is skipped where it is absent."""
    folder = CHECKOUT.parent / "shared"
    if not (folder / "DESIGN.md").exists():
        pytest.skip("needs the real pages of ../shared, which is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def sample() -> Path:
    """The project's own sample pages: every layout, an invented ministry."""
    return CHECKOUT / "tests" / "fixtures" / "sample"


@pytest.fixture(scope="session")
def sample_home(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the refreshed sample, for tests that only read it."""
    home = Home(tmp_path_factory.mktemp("sample") / "home")
    ingest(home, [sample])
    report = refresh(home)
    assert report.published, report.message
    return home


@pytest.fixture(scope="session")
def real_home(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with all real pages refreshed, for tests that only read it."""
    home = Home(tmp_path_factory.mktemp("real") / "home")
    ingest(home, [shared / "corpus", shared / "seeds"])
    report = refresh(home)
    assert report.published, report.message
    return home
