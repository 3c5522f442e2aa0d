"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

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
