"""Links between report, explorer and source that stay the same from one refresh to the next."""

from __future__ import annotations

import re
from urllib.parse import quote as percent_encoded
from urllib.parse import urlsplit

EXPLORER_PORT = 8765
"""Port of the explorer on this machine, unless another one is asked for."""

FRAGMENT_CHARACTERS = 60
"""A longer quote is named by its first and last words, so that a link stays short and survives a line break between them."""

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


def source_link(url: str | None, quote: str | None = None) -> str | None:
    """Address of a source page, with a text fragment that lets a browser jump to a quote.

    Args:
        url: as recorded for the document.
        quote: words of the page to jump to (https://wicg.github.io/scroll-to-text-fragment); the page's top without.

    Returns:
        The address; None without one, and for anything but http and https, which a page may not make a reader open.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
        is_web = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    if not is_web or re.search(r"[\s\x00-\x1f\x7f]", url.strip()):
        return None
    # Characters that end an attribute or a Markdown link are legal in no address.
    address = re.sub(r"[\"'<>`\\^{|}()]", lambda found: f"%{ord(found.group()):02X}", url.strip())
    directive = _text_fragment(quote) if quote else None
    if directive is None:
        return address
    return f"{address}{'' if '#' in address else '#'}:~:text={directive}"


def _text_fragment(quote: str) -> str | None:
    lines = [" ".join(line.split()) for line in quote.splitlines() if line.strip()]
    if not lines:
        return None
    if len(lines) == 1 and len(lines[0]) <= FRAGMENT_CHARACTERS:
        return _encoded(lines[0])
    half = FRAGMENT_CHARACTERS // 2
    first, last = _cut(lines[0], half), _cut(lines[-1][::-1], half)[::-1]
    return f"{_encoded(first)},{_encoded(last)}"


def _cut(text: str, length: int) -> str:
    """The beginning of a text, ended between two words: a browser finds whole words only. Chinese has no such ends."""
    if len(text) <= length:
        return text
    return text[:length] if " " not in text[:length] or text[length] == " " else text[:length].rsplit(" ", 1)[0]


def _encoded(text: str) -> str:
    # Hyphen, comma and ampersand are the directive's own syntax; quote() leaves the hyphen as it is.
    return percent_encoded(text, safe="").replace("-", "%2D")


def explorer_link(exchange_id: str, port: int = EXPLORER_PORT) -> str:
    """Address of an exchange in the explorer that runs on this machine."""
    return f"http://127.0.0.1:{port}/?exchange={percent_encoded(exchange_id, safe='')}"


def anchor(identifier: str) -> str:
    """The ``id`` under which a quote, a turn or an exchange stands in a page of the report: letters, digits, ``-`` and ``_`` only.

    Ids of this project consist of these already and stay as they are; other characters are written as their code points.
    """
    return _NOT_IN_NAMES.sub(lambda found: "".join(f"_{ord(character):x}_" for character in found.group()), identifier)


def report_link(page: str, identifier: str) -> str:
    """Address of a quote in the report, relative to its folder: the page's file and the anchor."""
    return f"{percent_encoded(page)}#{anchor(identifier)}"
