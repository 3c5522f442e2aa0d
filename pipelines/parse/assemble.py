"""From classified paragraphs to turns: the body text, and every turn's place in it.

A layout decides what each paragraph is (a ``Piece``); this module alone computes offsets, so that they are right for
all layouts alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.parse.model import Role, SpeakerKind, Turn


@dataclass(slots=True)
class Piece:
    """A run of paragraphs that one speaker says.

    Attributes:
        role: role of the turn that it becomes.
        start, end: paragraphs ``blocks[start:end]``.
        label: speaker label without its colon; None when there is none.
        label_length: characters of the first paragraph up to where the words begin; 0 without a label.
        exchange: number of the exchange, from 0; None outside any.
    """

    role: Role
    start: int
    end: int
    label: str | None = None
    label_kind: SpeakerKind | None = None
    label_length: int = 0
    exchange: int | None = None
    is_follow_up: bool = False
    after_conference: bool = False
    co_askers: tuple[str, ...] = ()


def assemble(paragraphs: Sequence[str], pieces: Sequence[Piece]) -> tuple[str, tuple[Turn, ...]]:
    """Join paragraphs to the body text and place the pieces in it.

    Args:
        paragraphs: non-empty texts; the body is these joined by line breaks.
        pieces: in page order, covering every paragraph exactly once.

    Returns:
        ``body_text`` and one turn a piece, with ``body_text[turn.start_char:turn.end_char] == turn.text``.

    Raises:
        ValueError: the pieces leave a paragraph out or take one twice (a fault of the layout, not of the page).
    """
    at = 0
    for piece in pieces:
        if piece.start != at or piece.end <= piece.start:
            raise ValueError(f"paragraphs {at} to {piece.start} are in no piece or in two")
        at = piece.end
    if at != len(paragraphs):
        raise ValueError(f"paragraphs {at} to {len(paragraphs)} are in no piece")

    body_text = "\n".join(paragraphs)
    starts, offset = [], 0
    for paragraph in paragraphs:
        starts.append(offset)
        offset += len(paragraph) + 1
    turns = []
    for piece in pieces:
        begin = starts[piece.start]
        end = starts[piece.end - 1] + len(paragraphs[piece.end - 1])
        start = begin + piece.label_length
        while start < end and body_text[start].isspace():
            start += 1
        has_label = piece.label is not None and start < end
        # A label with nothing after it is the turn's own text: it must not vanish.
        if not has_label:
            start = begin
        turns.append(
            Turn(
                role=piece.role,
                text=body_text[start:end],
                start_char=start,
                end_char=end,
                speaker_label=piece.label if has_label else None,
                speaker_kind=piece.label_kind if has_label else None,
                label_start_char=begin if has_label else None,
                is_follow_up=piece.is_follow_up,
                after_conference=piece.after_conference,
                co_askers=piece.co_askers,
                exchange_index=piece.exchange,
            )
        )
    return body_text, tuple(turns)
