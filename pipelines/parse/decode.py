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


def decode(raw: bytes) -> str:
    """The text of a page: by its byte order mark, else UTF-8, else GB18030. Never raises; bad bytes become U+FFFD.

    A UTF-8 page that was cut or damaged in a few places stays UTF-8: most byte pairs of broken UTF-8 are valid
    GB18030 as well, so that "does not decode as UTF-8" alone would turn it into noise.
    """
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            text = raw.decode(encoding, "replace")
            return text.removeprefix("\ufeff")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    lenient = raw.decode("utf-8", "replace")
    bad = lenient.count("\ufffd")
    beyond_ascii = sum(1 for character in lenient if character > "\x7f")
    if bad * 10 <= beyond_ascii:
        return lenient
    other = raw.decode("gb18030", "replace")
    return other if other.count("\ufffd") < bad else lenient
