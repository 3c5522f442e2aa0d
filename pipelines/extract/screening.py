"""Which bytes are certainly no briefing page. Bytes in, refusal or None out; in doubt the parser decides."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.parse.decode import decode

ERROR_PAGE_WORDS = 250
"""An error page has a line or two; the shortest real answer with its page furniture has more words than this."""

_MAGIC = {
    b"%PDF": "application/pdf",
    b"PK\x03\x04": "application/zip",
    b"\x1f\x8b": "application/gzip",
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"\x7fELF": "application/x-executable",
    b"MZ\x90": "application/x-executable",
    b"PAR1": "application/parquet",
    b"\xd0\xcf\x11\xe0": "application/msword",
}
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|div|p|span|table|meta|title)\b", re.IGNORECASE)
_TAG = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>|<[^>]*>")
_ERROR = re.compile(
    r"""(?:page|file|resource|url|document)\s+(?:you\s+(?:requested|are\s+looking\s+for|visited)\s+)?(?:\w+\s+){0,4}?(?:does\s+not\s+exist|not\s+found|no\s+longer|cannot\s+be\s+found|has\s+been\s+(?:removed|deleted))
    |\b(?:404|403|500|502|503)\b\s*[-–:]?\s*(?:not\s+found|forbidden|error|bad\s+gateway|service|internal)
    |(?:not\s+found|error|forbidden|bad\s+gateway)\s*[-–:(]?\s*(?:404|403|500|502|503)\b
    |(?:system|server|site)\s+(?:\w+\s+){0,3}?(?:error|busy|maintenance|unavailable)|under\s+maintenance|access\s+denied
    |service\s+(?:temporarily\s+)?unavailable
    |页面不存在|您访问的页面|找不到(?:该|您|此)?页|已(?:被)?删除|系统(?:错误|繁忙|维护|提示)|访问(?:出错|受限|被拒绝)|无法访问""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why bytes are refused: a short code, and a sentence that says what to do."""

    reason: str
    detail: str


def media_type(raw: bytes) -> str:
    """``text/html``, ``text/plain`` or what the first bytes say; judged from the bytes alone."""
    for magic, kind in _MAGIC.items():
        if raw.startswith(magic):
            return kind
    if _is_binary(raw):
        return "application/octet-stream"
    head = raw[:20_000].replace(b"\x00", b"")
    return "text/html" if _MARKUP.search(head) else "text/plain"


def screen(raw: bytes, http_status: int | None = None) -> Refusal | None:
    """Refuse what is no page at all: empty, binary, an error page, also one that came with status 200."""
    if not raw.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        return Refusal("empty", "The file holds no bytes but white space. Fetch it again.")
    if http_status is not None and http_status >= 400:
        return Refusal("http_error", f"The server answered with status {http_status}; an older version of the page stays in use.")
    kind = media_type(raw)
    if not kind.startswith("text/"):
        return Refusal("binary", f"The bytes are {kind}, not HTML or text. Save the page itself.")
    if len(raw) < 60_000:
        words = _TAG.sub(" ", decode(raw)).split()
        characters = sum(len(word) for word in words)
        text = " ".join(words)
        if len(words) <= ERROR_PAGE_WORDS and characters < 1_500 and _ERROR.search(text):
            return Refusal("error_page", f"An error page: {text[:120]!r}. The page may have been moved or removed; fetch it again.")
    return None


def _is_binary(raw: bytes) -> bool:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    head = raw[:8192]
    control = sum(byte < 9 or 13 < byte < 32 and byte != 27 for byte in head)
    return control > len(head) * 0.02 + 2
