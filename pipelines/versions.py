"""Versions of what makes rows: the declared number and a hash over the code and vocabularies behind it.

The number is for people; the hash sees to it that no row survives a change of the rules that made it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pipelines.settings import CHECKOUT, CODEBOOK_VERSION, PARSER_VERSION, SEEDS

_CODE = CHECKOUT / "pipelines"

PARSER_VOCABULARIES = ("outlets", "sources", "spokespersons")
"""Seeds that the parser reads: which labels name outlets and speakers, and whose page it is."""

NOT_DECIDING = frozenset({"codebook_quality", "published_counts", "source_indexes"})
"""Seeds that only tell how good or complete the rows are, or where pages are found: a change of theirs changes no row."""


def _deciding_seeds() -> list[Path]:
    return [path for path in SEEDS.glob("*.csv") if path.stem not in NOT_DECIDING]


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:8]


@cache
def parser_version() -> str:
    """``<number>+<hash>`` over the code that makes a parsed page of bytes, and the vocabularies that it reads."""
    code = [*(_CODE / "parse").glob("*.py"), _CODE / "normalise" / "pages.py", _CODE / "identifiers.py"]
    return f"{PARSER_VERSION}+{_hash([*code, *(SEEDS / f'{name}.csv' for name in PARSER_VOCABULARIES)])}"


@cache
def normaliser_version() -> str:
    """Hash over the code that makes and checks the tables of parsed pages, and every vocabulary that decides on rows."""
    code = [
        *(_CODE / "normalise").glob("*.py"),
        *(_CODE / "contracts").glob("*.py"),
        _CODE / "identifiers.py",
        _CODE / "lake.py",
        _CODE / "urls.py",
    ]
    return _hash([*code, *_deciding_seeds()])


@cache
def pairing_version() -> str:
    """Hash over the code and the glossary that pair the two language versions of a briefing."""
    return _hash([*(_CODE / "pair").glob("*.py"), *(_CODE / "pair").glob("*.csv")])


@cache
def codebook_version() -> str:
    """``<number>+<hash>`` over the annotator's code and every vocabulary that decides on rows."""
    code = [*(_CODE / "annotate").glob("*.py"), *(_CODE / "annotate").glob("*.csv")]
    return f"{CODEBOOK_VERSION}+{_hash([*code, *_deciding_seeds()])}"
