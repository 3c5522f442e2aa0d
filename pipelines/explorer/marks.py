"""Where codes stand in a text: overlapping spans cut into pieces that a page can show one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

KINDS = ("accusation", "pattern", "mention", "difference", "word")
"""What can be marked, in the order in which labels are shown."""


@dataclass(frozen=True)
class Span:
    """A coded stretch of a text.

    Attributes:
        start, end: character offsets; the end is not part of it.
        kind: one of ``KINDS``.
        label: what is shown where it ends, e.g. ``R12``; empty for none.
        title: what it means, in words.
        target: id of the entry of the list of evidence, empty for none.
    """

    start: int
    end: int
    kind: str
    label: str = ""
    title: str = ""
    target: str = ""


@dataclass(frozen=True)
class Piece:
    """A stretch of text under the same spans throughout; ``ends`` are those that end with it."""

    text: str
    spans: tuple[Span, ...] = ()
    ends: tuple[Span, ...] = ()

    @property
    def kinds(self) -> list[str]:
        """Kinds of its spans, in the order of ``KINDS``."""
        return [kind for kind in KINDS if any(span.kind == kind for span in self.spans)]

    @property
    def title(self) -> str:
        """What its spans mean."""
        return "; ".join(dict.fromkeys(span.title for span in self.spans if span.title))


def pieces(text: str, spans: Iterable[Span]) -> list[Piece]:
    """Cut a text where spans begin and end.

    Args:
        text: the whole text.
        spans: in any order, overlapping as they like; what lies outside of the text is cut away.

    Returns:
        Pieces whose texts, one after the other, are the text.
    """
    kept = [span for span in spans if max(0, span.start) < min(len(text), span.end)]
    cuts = sorted({0, len(text), *(max(0, span.start) for span in kept), *(min(len(text), span.end) for span in kept)})
    found: list[Piece] = []
    for start, end in pairwise(cuts):
        over = _ordered(span for span in kept if span.start <= start and span.end >= end)
        found.append(Piece(text[start:end], over, tuple(span for span in over if min(len(text), span.end) == end)))
    return found


def _ordered(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: (KINDS.index(span.kind), span.start, span.end, span.label)))


def excerpt(text: str, length: int, found: Sequence[tuple[int, int]] = ()) -> list[Piece]:
    """The beginning of a text, or the stretch around its first found words, which are marked.

    Args:
        text: the whole text.
        length: characters to show.
        found: offsets of found words.
    """
    first = found[0][0] if found else 0
    start = 0 if first < length * 2 // 3 else _word_start(text, first - length // 3)
    end = min(len(text), start + length)
    if end < len(text):
        end = max(_word_start(text, end), *(b for _, b in found if b <= end), start + 1) if found else _word_start(text, end)
    shown = pieces(text[start:end].rstrip() if end < len(text) else text[start:end], [Span(a - start, b - start, "word") for a, b in found])
    return [*([Piece("… ")] if start else []), *shown, *([Piece(" …")] if end < len(text) else [])]


def _word_start(text: str, place: int) -> int:
    space = text.rfind(" ", max(0, place - 20), place)
    return space + 1 if space >= 0 else place
