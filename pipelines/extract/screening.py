"""Which bytes are certainly no briefing page. Bytes in, refusal or None out; in doubt the parser decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from pipelines.parse.decode import decode

GONE_STATUS = (404, 410)
"""Not Found and Gone (RFC 9110). Other errors say something about the server or the crawler, nothing about the page."""

PASSING_TROUBLE = (
    r"(?i)\b(?:maintenance|busy|unavailable|overload|permission|denied|forbidden|unauthorized|javascript|cookies|robot|human|just a moment"
    r"|gateway|time-?out|bad request|too many|internal|unexpected|archived|crawl time|40[013]|429|50\d)|维护|繁忙|升级|频繁|受限|拒绝|不可用|无法访问"
)
"""Words of error pages that come from a server in trouble, from a guard against robots, or from the archive asked."""

ERROR_PAGE_CHARACTERS = 1_500
"""Characters of text, menus included, that an error page has at the most. Short real pages have fewer as well (a Chinese
remark with its page furniture 750), so that between the two limits only a heading that says "error" condemns a page."""

BARE_ERROR_CHARACTERS = 500
"""An error page without such a heading is a line or two, and nobody speaks on it."""

_MAGIC = {
    b"%PDF": "application/pdf",
    b"PK\x03\x04": "application/zip",
    b"\x1f\x8b": "application/gzip",
    b"BZh": "application/x-bzip2",
    b"\xfd7zXZ": "application/x-xz",
    b"\x28\xb5\x2f\xfd": "application/zstd",
    b"7z\xbc\xaf": "application/x-7z-compressed",
    b"Rar!": "application/vnd.rar",
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "application/octet-stream",
    b"ID3": "audio/mpeg",
    b"\x7fELF": "application/x-executable",
    b"MZ\x90": "application/x-executable",
    b"PAR1": "application/vnd.apache.parquet",
    b"SQLite format 3": "application/vnd.sqlite3",
    b"{\\rtf": "application/rtf",
    b"\xd0\xcf\x11\xe0": "application/msword",
}
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|div|p|span|table|meta|title)\b", re.IGNORECASE)
_CODE = re.compile(r"(?is)<(script|style|noscript)\b.*?</\1\s*>|<!--.*?-->")
_TAG = re.compile(r"<[^>]*>")
_HEADING = re.compile(r"(?is)<(title|h1|h2)\b[^>]*>(.*?)</\1\s*>")

_ERROR_SENTENCE = re.compile(
    r"""\b(?:page|file|resource|url|document|address)\s+(?:(?:that\s+)?you\s+(?:have\s+)?(?:requested|are\s+looking\s+for|visited|want(?:ed)?)\s+)?
        (?:\S+\s+){0,6}?(?:does\s+not\s+exist|doesn[’']t\s+exist|(?:was|is|were|be|are)\s+not\s+found|not\s+found|cannot\s+be\s+found|could\s+not\s+be\s+found
        |(?:is\s+)?no\s+longer\s+available|(?:has|have|was)\s+(?:been\s+)?(?:removed|deleted|moved))
    |\b(?:can(?:no|['’])t|could\s+not|unable\s+to)\s+(?:be\s+)?(?:find|found|display|open)\s+(?:the|this|that)\s+(?:\w+\s+)?(?:page|file|url)
    |\bHTTP\s+(?:Status\s+|Error\s+)?[45]\d\d\b
    |\b(?:system|server|internal)\s+(?:is\s+)?(?:error|busy|maintenance|unavailable)\b
    |\b(?:site|system|server|service|page|website)\s+(?:\S+\s+){0,3}?(?:under\s+maintenance|unavailable|overloaded)\b
    |\byou\s+(?:don['’]t|do\s+not)\s+have\s+permission\s+to\s+(?:access|view)\b|\baccess\s+(?:to\s+this\s+\w+\s+)?(?:is\s+)?(?:denied|forbidden)\b
    |\ban\s+(?:unexpected\s+)?error\s+(?:has\s+)?occurred\b|\bnot\s+archived\s+that\s+URL\b|\bHTTP\s+\d{3}\s+response\s+at\s+crawl\s+time
    |\benable\s+(?:javascript|cookies)\b|\bverify\s+(?:that\s+)?you\s+are\s+(?:not\s+a\s+robot|human)\b
    |(?:页面|网页|文件|文章|网址|地址)[^。？?]{0,8}(?:不存在|找不到|未找到|已(?:被)?(?:删除|移除))|找不到[^。？?]{0,6}(?:页面|网页|文件)
    |系统(?:错误|出错|繁忙|维护|异常|升级)|(?:网站|服务器|服务)[^。？?]{0,6}(?:维护|错误|繁忙|不可用|异常|升级)|访问(?:出错|受限|被拒绝|过于频繁)|无法访问(?:此|该|您)""",
    re.IGNORECASE | re.VERBOSE,
)
_ERROR_HEADING = re.compile(
    r"""^\W*(?:40[0-9]|410|429|50[0-4])(?:\W|_)*(?:$|error|not\s|page|file|forbidden|unauthorized|bad|internal|service|server|gateway|too\s|gone|中华|页|错误|抱歉|很抱歉|未找到)
    |\b(?:error|status|http)\W*(?:40[0-9]|410|429|50[0-4])(?!\d)|^\W*(?:page|file|document|object|url)?\s*not\s+found\b
    |^\W*(?:(?:an\s+)?(?:internal|server|system|application|runtime)\s+)*error\W*$|^\W*(?:forbidden|access\s+denied|bad\s+(?:gateway|request)|gateway\s+time-?out|just\s+a\s+moment)\b
    |^\W*(?:service|site|website|page|system)\b.{0,20}\b(?:unavailable|maintenance)\b|^\W*(?:under\s+)?maintenance\W*$
    |^\W*(?:系统(?:提示|错误|维护|繁忙)|错误(?:提示|页面)?|出错了|访问出错|页面(?:不存在|找不到|丢失)|您访问的页面|网站维护)""",
    re.IGNORECASE | re.VERBOSE,
)
_SPEECH = re.compile(
    r"(?m)^\s*(?:Q|A|问|答|[A-Z][\w’'.-]*(?:\s+[\w’'.&-]+){0,5}|[\u4e00-\u9fff]{2,15})\s*[:：]\s*\S|\bspokes(?:person|man|woman)\b|发言人|记者",
    re.IGNORECASE,
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
    """Refuse what is no page at all.

    Args:
        raw: all bytes of a file.
        http_status: what the server answered, where that is known.

    Returns:
        None for what may be a page, else why it is none: ``empty``, ``http_error``, ``binary``, or ``error_page`` (an
        error page that came with status 200).
    """
    if not raw.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        return Refusal("empty", f"{len(raw):,} bytes, none of them a letter. Fetch the page again.")
    if http_status is not None and http_status >= 400:
        return Refusal("http_error", f"The server answered with status {http_status}. What was stored of the page before stays in use.")
    kind = media_type(raw)
    if not kind.startswith("text/"):
        return Refusal("binary", f"The bytes are {kind}, not HTML or text. Save the page itself, not what it links to.")
    message = _error_message(raw)
    if message:
        return Refusal("error_page", f"An error page: “{message}”. The page may have moved or be gone; fetch it again.")
    return None


def _error_message(raw: bytes) -> str | None:
    """The words by which a short page is known as an error page; None for anything else."""
    if len(raw) > 100_000:
        return None
    markup = _CODE.sub(" ", decode(raw))
    text = unescape(_TAG.sub("\n", markup))
    characters = sum(map(len, text.split()))
    if characters > ERROR_PAGE_CHARACTERS:
        return None
    for _, heading in _HEADING.findall(markup):
        words = " ".join(unescape(_TAG.sub(" ", heading)).split())
        if _ERROR_HEADING.search(words):
            return words[:120]
    found = _ERROR_SENTENCE.search(text) or _ERROR_HEADING.search(text.strip())
    if found and characters <= BARE_ERROR_CHARACTERS and not _SPEECH.search(text):
        return " ".join(found.group().split())[:120]
    return None


def _is_binary(raw: bytes) -> bool:
    """Control characters give binary data away; UTF-16 with its mark is text although half of its bytes are zero."""
    if raw.startswith(_UTF16):
        return False
    head = raw[:8192]
    return len(head) - len(head.translate(None, _CONTROL)) > len(head) * 0.02 + 2
