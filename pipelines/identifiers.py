"""Keys and ids: what makes two texts the same, and how rows are named. Ids depend on content alone, never on arrival."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_LETTERS = re.compile(r"[^\W_]+")


def words_of(text: str) -> str:
    """Letters and digits of a text in lower case, accents composed: equal for two renderings of the same words."""
    return "".join(_LETTERS.findall(unicodedata.normalize("NFC", text).lower()))


def digest(text: str, length: int = 64) -> str:
    """Hexadecimal SHA-256 of a text, cut to ``length`` characters."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def digest_bytes(raw: bytes) -> str:
    """Hexadecimal SHA-256 of bytes."""
    return hashlib.sha256(raw).hexdigest()
