"""Citations of what was said, in APA 7, Chicago 17 and BibTeX, each with what a reader needs to check it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

import duckdb

from pipelines.errors import BriefingsError
from pipelines.publish.connection import reading
from pipelines.publish.links import source_link
from pipelines.settings import Home
from pipelines.vocabularies import vocabulary

Style = Literal["apa", "chicago", "bibtex"]
STYLES: tuple[Style, ...] = get_args(Style)

_KINDS = {
    "press_conference": "Press conference transcript",
    "remarks": "Remarks",
    "statement": "Statement",
    "news_article": "News article",
}
_LANGUAGES = {"en": "english", "zh": "chinese"}
"""Names that biblatex knows."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
}  # fmt: skip
"""Braces become commands: BibTeX counts them even behind a backslash, and a single one would end the entry elsewhere."""


@dataclass(frozen=True)
class Citation:
    """What a citation is made of.

    Attributes:
        identifier: of the turn, exchange or document, as given.
        author: the ministry or paper that published the page.
        kind: of the document, in words.
        language: ``en`` or ``zh``.
        title: of the page; one line.
        day: of the briefing.
        url: address of the page; None when not recorded.
        turns: numbers of the cited turns on the page, from 1; empty for the whole page.
        n_turns: turns of the page.
        spoken: for each cited turn its role and speaker, e.g. ``answer by Mo Wanli``.
        version: of the document, from 1; None when no version is recorded.
        retrieved_at: when the stored bytes were fetched (UTC); None when not recorded.
        sha256: of the stored bytes.
    """

    identifier: str
    author: str
    kind: str
    language: str
    title: str
    day: date
    url: str | None
    turns: tuple[int, ...]
    n_turns: int
    spoken: tuple[str, ...]
    version: int | None
    retrieved_at: datetime | None
    sha256: str


def cite(home: Home, turn_id: str, style: Style) -> str:
    """Cite a turn, or the exchange or document whose id is given instead.

    Args:
        home: whose published file.
        turn_id: id of a turn; of an exchange: its question and answer are cited; of a document: the whole page.
        style: ``apa`` (reference list; a page that may change carries its retrieval date, 7th edition),
            ``chicago`` (bibliography, 17th edition) or ``bibtex``.

    Returns:
        The citation. Titles stay as published: sentence or headline style would change names.

    Raises:
        BriefingsError: nothing is published, or nothing has this id.
    """
    with reading(home) as connection:
        return cite_in(connection, turn_id, style)


def cite_in(connection: duckdb.DuckDBPyConnection, turn_id: str, style: Style) -> str:
    """As ``cite``, on an open connection to the published file."""
    citation = read_citation(connection, turn_id)
    return {"apa": _apa, "chicago": _chicago, "bibtex": _bibtex}[style](citation)


def read_citation(connection: duckdb.DuckDBPyConnection, identifier: str) -> Citation:
    """What the published file knows of a turn, an exchange or a document. Raises BriefingsError when nothing has this id."""
    identifier = identifier.strip()
    cited = _cited_turns(connection, identifier)
    row = connection.execute(
        """
        select d.document_id, d.source_id, d.kind, d.language, d.title, d.briefing_date, d.url, d.n_turns, d.sha256,
            coalesce(v.fetched_at, d.fetched_at), v.version
        from core.documents as d
        left join core.document_versions as v on v.document_id = d.document_id and v.sha256 = d.sha256
        where d.document_id = ?
        order by v.is_current desc, v.version desc
        limit 1
        """,
        [cited[0][0] if cited else identifier],
    ).fetchone()
    if row is None:
        raise BriefingsError(
            f"No turn, exchange or document has the id '{identifier}'. Ids are listed by `briefings search WORDS`, by "
            "`briefings evidence MART --format csv`, and in core.turns. An id changes when the ministry changes the words."
        )
    _, source_id, kind, language, title, day, url, n_turns, sha256, retrieved_at, version = row
    return Citation(
        identifier=identifier,
        author=_author(str(source_id)),
        kind=_KINDS.get(kind, kind),
        language=language,
        title=_line(title) or "[Untitled]",
        day=day,
        url=source_link(url),
        turns=tuple(index + 1 for _, index, _ in cited),
        n_turns=n_turns,
        spoken=tuple(_line(words) for _, _, words in cited),
        version=version,
        retrieved_at=retrieved_at,
        sha256=sha256,
    )


def _cited_turns(connection: duckdb.DuckDBPyConnection, identifier: str) -> list[tuple[str, int, str]]:
    """Document, index and words about role and speaker of the turn with an id, or of the turns of the exchange with it."""
    rows = connection.execute(
        """
        select t.document_id, t.turn_index, t.role, coalesce(s.name, o.name, nullif(trim(t.speaker_label, ' :：'), ''))
        from core.turns as t
        left join core.entities as s on s.entity_id = t.spokesperson_id
        left join core.entities as o on o.entity_id = t.outlet_id
        where t.turn_id = $id or (t.exchange_id = $id and t.role in ('question', 'answer'))
        order by t.turn_index
        """,
        {"id": identifier},
    ).fetchall()
    return [
        (document, index, f"{role} by {speaker}" if speaker and _names_someone(speaker) else role)
        for document, index, role, speaker in rows
    ]


def _names_someone(label: str) -> bool:
    """Whether a label is more than the sign of a question or an answer, as older pages have it."""
    return label.casefold() not in {"q", "a", "question", "answer", "问", "答", "记者问", "记者", "journalist", "reporter"}


def _author(source_id: str) -> str:
    names = dict(vocabulary("sources").select("source_id", "name").iter_rows())
    # The seed adds which pages of the ministry a source is.
    return re.split(r", (?:English|Chinese) pages$| \(", str(names.get(source_id, source_id)))[0]


def _line(text: str | None) -> str:
    """Text of a page on one line, without characters that control a terminal or turn the direction of what follows."""
    kept = "".join(" " if c.isspace() else c for c in text or "" if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return " ".join(kept.split())


def _place(citation: Citation) -> str:
    """Which turns, e.g. ``Turn 2 of 7, answer by Mo Wanli``; empty for a whole page."""
    if not citation.turns:
        return ""
    numbers = " and ".join(str(number) for number in citation.turns)
    return f"Turn{'s' if len(citation.turns) > 1 else ''} {numbers} of {citation.n_turns}, {', '.join(citation.spoken)}"


def _proof(citation: Citation) -> str:
    """How to check it: id, version, time of retrieval, hash of the stored bytes."""
    facts = [f"id {citation.identifier}"]
    facts += [f"page version {citation.version}"] if citation.version is not None else []
    facts += [f"retrieved {citation.retrieved_at:%Y-%m-%d %H:%M:%S} UTC"] if citation.retrieved_at else ["retrieval time not recorded"]
    return "; ".join([*facts, f"SHA-256 {citation.sha256}"])


def _note(citation: Citation) -> str:
    return "; ".join(filter(None, (_place(citation), _proof(citation))))


def _american(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!", "。", "？", "！")) else f"{text}."


def _apa(citation: Citation) -> str:
    """Author. (Year, Month Day). Title [Description]. Retrieved Month Day, Year, from URL: the site's name equals the author's."""
    day = f"({citation.day.year}, {_MONTHS[citation.day.month - 1]} {citation.day.day})"
    parts = [_ended(citation.author), f"{day}.", f"{citation.title} [{citation.kind}]."]
    if citation.url:
        retrieved = f"Retrieved {_american(citation.retrieved_at)}, from " if citation.retrieved_at else ""
        parts.append(f"{retrieved}{citation.url}")
    return f"{' '.join(parts)} [{_note(citation)}]"


def _chicago(citation: Citation) -> str:
    """Author. “Title.” Description, date. Accessed date. URL. Quotation marks within the title become single ones."""
    title = re.sub(r'"([^"]*)"', r"‘\1’", citation.title).translate({0x201C: "‘", 0x201D: "’"}).replace('"', "’")
    parts = [_ended(citation.author), f"“{_ended(title)}”", f"{citation.kind}, {_american(citation.day)}."]
    if citation.url:
        parts += [f"Accessed {_american(citation.retrieved_at)}."] if citation.retrieved_at else []
        parts.append(f"{citation.url}.")
    return f"{' '.join(parts)} [{_note(citation)}]"


def _bibtex(citation: Citation) -> str:
    """An entry ``@misc``, in UTF-8; ``date`` and ``langid`` are for biblatex, ``year`` and ``month`` for BibTeX."""
    fields = {
        "author": f"{{{{{_tex(citation.author)}}}}}",
        "title": f"{{{{{_tex(citation.title)}}}}}",
        "howpublished": f"{{{_tex(citation.kind)}}}",
        "date": f"{{{citation.day.isoformat()}}}",
        "year": f"{{{citation.day.year}}}",
        "month": _MONTHS[citation.day.month - 1][:3].lower(),
        "url": f"{{{citation.url}}}" if citation.url else None,
        "urldate": f"{{{citation.retrieved_at:%Y-%m-%d}}}" if citation.url and citation.retrieved_at else None,
        "langid": f"{{{_LANGUAGES[citation.language]}}}" if citation.language in _LANGUAGES else None,
        "note": f"{{{_tex(_note(citation))}}}",
    }
    key = re.sub(r"[^A-Za-z0-9:-]+", "-", citation.identifier)
    lines = [f"  {name} = {value}," for name, value in fields.items() if value is not None]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)
