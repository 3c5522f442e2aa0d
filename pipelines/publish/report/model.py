"""What the report is made of, before it becomes HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Edition:
    """The pages of one source in one language. Counts of two editions are never added up.

    ``first`` and ``last`` are the days of its first and last briefing; ``due`` and ``held`` count the days on which a conference was due
    and those of them with one held here (None without a known schedule).
    """

    source_id: str
    source: str
    language: str
    state: str | None
    home: str
    first: date
    last: date
    n_documents: int
    n_exchanges: int
    n_answers: int
    due: int | None
    held: int | None

    @property
    def slug(self) -> str:
        """Name of its folder in the report."""
        return self.source_id if self.source_id.endswith(f"-{self.language}") else f"{self.source_id}-{self.language}"

    @property
    def pages(self) -> str:
        """What its pages are called in a sentence."""
        return {"en": "English pages", "zh": "Chinese pages"}.get(self.language, f"pages in {self.language}")

    @property
    def condition(self) -> str:
        """How ``--where`` names it; for titles, never for SQL that is run."""
        return f"source_id = '{self.source_id}' and language = '{self.language}'"


@dataclass(frozen=True)
class Quality:
    """Measured precision and recall of what a chart counts, on labelled exchanges; None when not measured."""

    precision: float | None
    recall: float | None


@dataclass(frozen=True)
class Quote:
    """Words of the record. ``before`` and ``after`` stand around the evidence; ``question`` is the beginning of what was asked."""

    anchor: str
    before: str
    words: str
    after: str
    day: date
    speaker: str | None
    outlet: str | None
    language: str
    codes: str
    question: str | None
    source: str | None
    explorer: str | None
    turn_id: str


@dataclass(frozen=True)
class Section:
    """Quotes behind one point: ``n`` in all, of which ``quotes`` are the newest; ``command`` lists all."""

    anchor: str
    title: str
    n: int
    quotes: Sequence[Quote]
    command: str
    is_hidden: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell of a table; ``href`` is a path from the folder of the report."""

    text: str
    href: str | None = None
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first cell of a row is its heading."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Figure:
    """A chart with all that must stand beside it."""

    anchor: str
    title: str
    lead: str
    notes: Sequence[str]
    wide: str
    narrow: str
    table: Table
    more: Sequence[Table] = field(default=())


def share(n: float, total: float) -> float | None:
    """``n`` of ``total`` between 0 and 1; None where there is nothing to divide by."""
    return n / total if total else None


def percent(value: float | None) -> str:
    """A share as people read it: whole percent from 10 on, one digit below; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:.0%}" if value >= 0.0995 or value == 0 else f"{value:.1%}"


def most_a_cell(counts: Sequence[int], budget: int) -> int:
    """The largest number of quotes that every cell may show so that all together stay within a budget; at least one.

    So a page of a few cells shows many quotes of each, and a record of twenty years does not grow without bound.
    """
    low, high = 1, max(1, max(counts, default=1))
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(count, middle) for count in counts) <= budget:
            low = middle
        else:
            high = middle - 1
    return low
