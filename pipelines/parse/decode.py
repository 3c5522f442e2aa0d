"""Bytes to text. The bytes are trusted, not the header: ministry pages declare the wrong charset now and then."""

from __future__ import annotations

import codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

DAMAGED_SHARE = 0.1
"""Share of undecodable bytes among all characters beyond ASCII up to which text counts as damaged UTF-8, not as another
charset: GB18030 read as UTF-8 has more than half."""


def decode(raw: bytes) -> str:
    """The text of a page: by its byte order mark, else UTF-8, else GB18030. Never raises; bad bytes become U+FFFD."""
    return decode_and_tell(raw)[0]


def decode_and_tell(raw: bytes) -> tuple[str, bool]:
    """The text of a page as ``decode`` gives it, and whether the bytes are nothing but the UTF-8 of that text.

    A UTF-8 page that was cut or damaged in a few places stays UTF-8: most byte pairs of broken UTF-8 are valid
    GB18030 as well, so that "does not decode as UTF-8" alone would turn it into noise.
    """
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return raw.decode(encoding, "replace").removeprefix("\ufeff"), False
    try:
        return raw.decode("utf-8"), True
    except UnicodeDecodeError:
        pass
    lenient = raw.decode("utf-8", "replace")
    n_bad = lenient.count("\ufffd")
    n_beyond_ascii = sum(character > "\x7f" for character in lenient)
    if n_bad <= DAMAGED_SHARE * n_beyond_ascii:
        return lenient, False
    other = raw.decode("gb18030", "replace")
    return (other if other.count("\ufffd") < n_bad else lenient), False
