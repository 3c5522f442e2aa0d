"""A real browser for tests: the system's Chromium without a window, that notes errors and keeps the network out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Route, sync_playwright

_OWN_SCHEMES = {"file", "data", "blob", "about"}
_OWN_HOSTS = {"127.0.0.1", "localhost"}
_EVERY_ADDRESS = re.compile(".*", re.DOTALL)


@dataclass
class Noted:
    """What a page did that it should not do: ``errors`` of its scripts and console, ``foreign`` addresses that it asked for."""

    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Opened:
    """A page with what was noted while it was open."""

    page: Page
    noted: Noted


def chromium() -> str:
    """Path of the system's Chromium; the test is skipped where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("needs Chromium, which is not installed here")


def is_foreign(url: str) -> bool:
    """Whether an address leaves this machine."""
    parts = urlsplit(url)
    return parts.scheme not in _OWN_SCHEMES and parts.hostname not in _OWN_HOSTS


@contextmanager
def browser_page(width: int = 1280, height: int = 900, *, dark: bool = False, javascript: bool = True) -> Iterator[Opened]:
    """An empty page of that size in CSS pixels; a width below 500 behaves as a phone (touch, mobile viewport).

    Requests to other machines are refused and noted in ``noted.foreign``, also those of pages that it opens.
    """
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            is_phone = width < 500
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if dark else "light",
                is_mobile=is_phone,
                has_touch=is_phone,
                java_script_enabled=javascript,
                locale="en-GB",
                timezone_id="UTC",
                reduced_motion="reduce",
                accept_downloads=True,
            )
            noted = _watch(context)
            yield Opened(context.new_page(), noted)
        finally:
            browser.close()


def _watch(context: BrowserContext) -> Noted:
    noted = Noted()

    def answer(route: Route, request: Request) -> None:
        if is_foreign(request.url):
            noted.foreign.append(request.url)
            route.abort()
        else:
            route.continue_()

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            noted.errors.append(f"{message.type}: {message.text}")

    context.route(_EVERY_ADDRESS, answer)
    context.on("console", console)
    context.on("weberror", lambda error: noted.errors.append(f"uncaught: {error.error}"))
    return noted


def serious_faults(page: Page) -> list[str]:
    """Serious and critical accessibility faults of the page that is shown, by axe: rule, help and the first elements."""
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    # Preloading would fetch style sheets by script, which a page that allows no scripts refuses and complains about.
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    return [
        f"{fault['impact']} {fault['id']}: {fault['help']} ({len(fault['nodes'])} times, e.g. "
        + "; ".join(str(node["html"])[:200] for node in fault["nodes"][:3])
        + ")"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def overflow_pixels(page: Page) -> int:
    """By how many CSS pixels the page is wider than its window: above 0 a reader must scroll sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
