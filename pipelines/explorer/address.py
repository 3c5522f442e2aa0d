"""What a page shows, as its address says it: the same address shows the same page tomorrow, and can be sent to somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from pipelines.publish.selection import NAMED, Selection

ORDERS = ("newest", "oldest", "best")

LIMIT_CHARACTERS = 300
"""A longer value of a parameter is cut: no name and no search is as long."""

LIMIT_VALUES = 40
"""A filter takes so many values."""

FIELD_OF = {parameter: name for name, parameter in NAMED.items()}


@dataclass(frozen=True)
class Address:
    """A page of the explorer.

    Attributes:
        selection: the filters.
        words: what is searched for; empty without a search.
        order: ``newest``, ``oldest``, or ``best`` match, which needs words.
        page: from 1.
        exchange: id of the one exchange to show, else the list of results is.
        troubles: what in the address could not be read, as sentences.
    """

    selection: Selection = field(default_factory=Selection)
    words: str = ""
    order: str = "newest"
    page: int = 1
    exchange: str | None = None
    troubles: tuple[str, ...] = field(default=(), compare=False)

    def url(self, path: str = "/", **changes: object) -> str:
        """The address of this page with changes, e.g. ``page=2``; filters always stay."""
        there = replace(self, **changes)  # type: ignore[arg-type]  # names and types are those of the fields
        parameters = list(there.parameters())
        return f"{path}?{urlencode(parameters)}" if parameters else path

    def parameters(self) -> Iterable[tuple[str, str]]:
        """The query parameters that say what differs from an empty address, in a fixed order."""
        if self.exchange:
            yield "exchange", self.exchange
        if self.words:
            yield "words", self.words
        for name in ("since", "until"):
            if day := getattr(self.selection, name):
                yield name, day.isoformat()
        for name, parameter in NAMED.items():
            for value in getattr(self.selection, name):
                yield parameter, value
        if self.order != ("best" if self.words else "newest"):
            yield "order", self.order
        if self.page > 1 and not self.exchange:
            yield "page", str(self.page)

    def results(self) -> str:
        """Address of the list that this exchange was opened from."""
        return self.url(exchange=None)

    def without(self, name: str, value: str | None = None) -> Address:
        """The list with one filter, or one value of it, taken away. ``name`` is a field of ``Selection`` or ``words``."""
        if name == "words":
            return replace(self, words="", order="newest", page=1, exchange=None)
        kept: object = None
        if name in NAMED:
            kept = tuple(each for each in getattr(self.selection, name) if value is not None and each != value)
        return replace(self, selection=replace(self.selection, **{name: kept}), page=1, exchange=None)  # type: ignore[arg-type]


def read_address(pairs: Iterable[tuple[str, str]]) -> Address:
    """The page that query parameters ask for. Unknown parameters are ignored, unreadable values are named in ``troubles``."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        text = " ".join(value.replace("\x00", " ").split())[:LIMIT_CHARACTERS]
        if text and text not in given.setdefault(name, []):
            given[name].append(text)
    troubles: list[str] = []
    days = {name: _day(given, name, troubles) for name in ("since", "until")}
    if days["since"] and days["until"] and days["since"] > days["until"]:
        troubles.append(f"From {days['since']} is later than to {days['until']}: no day lies between them.")
    codes = {name: tuple(given.get(parameter, ())[:LIMIT_VALUES]) for name, parameter in NAMED.items()}
    words = _first(given, "words")
    order = _first(given, "order")
    if order not in ORDERS or (order == "best" and not words):
        order = "best" if words else "newest"
    page = _first(given, "page")
    return Address(
        selection=Selection(since=days["since"], until=days["until"], **codes),
        words=words,
        order=order,
        page=max(1, int(page)) if page.isdecimal() and len(page) < 8 else 1,
        exchange=_first(given, "exchange") or None,
        troubles=tuple(troubles),
    )


def _first(given: Mapping[str, list[str]], name: str) -> str:
    return given.get(name, [""])[0]


def _day(given: Mapping[str, list[str]], name: str, troubles: list[str]) -> date | None:
    text = _first(given, name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        troubles.append(f"“{text}” is no day and was left out. Write a day as 2024-05-31.")
        return None
