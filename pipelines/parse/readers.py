"""Readers: bytes of a page to its title, paragraphs and furniture. They know HTML and pasted text, but no layout.

Nothing is thrown away: what is not body text comes back as boilerplate under the name of the rule that set it aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.parse.dates import find_stamp
from pipelines.parse.decode import decode
from pipelines.parse.model import Block, SourcePage
from pipelines.parse.titles import is_briefing_title

BODIES = "#News_Body_Txt_A, div.content_text, div.TRS_Editor, #Content, div.content, div.article-content, article"
"""Containers of the body text, on ministry pages of all years and on news sites; the one with most text wins."""

_TITLES = ".news_header_title, #News_Body_Title, .news-title h1, h2.title, h1"
_STAMPS = "#News_Body_Time, .news_header_time, .xltime, .news-title .time, .time, .date, .info, time"
_TITLE_TAIL = re.compile(r"\s*(?:_|—|–|\|)\s*(?:Ministry of Foreign Affairs|中华人民共和国外交部|外交部).*$")
_BLOCK_TAGS = frozenset(
    "address article aside blockquote br center dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p "
    "pre section table td th title tr ul".split()
)
_SILENT_TAGS = frozenset({"script", "style", "noscript", "template", "-comment"})
_SPACE = re.compile(r"\s+")
_LOOKS_LIKE_HTML = re.compile(r"<\s*(?:!doctype|html|head|body|div|p|span|table|meta|br|h[1-6]|title|strong|b)\b", re.IGNORECASE)


def squeeze(text: str) -> str:
    """White space of any kind (also no-break and ideographic) to single blanks, ends trimmed; control characters gone."""
    return " ".join(text.replace("\x00", " ").replace("\u200b", "").replace("\ufeff", "").split())


def read_page(raw: bytes) -> SourcePage:
    """Take a page apart.

    Args:
        raw: bytes of an HTML page or of pasted text, any charset that ``decode`` knows.

    Returns:
        Its title, paragraphs and furniture. A page without any text has no blocks; this never raises.
    """
    text = decode(raw)
    if _LOOKS_LIKE_HTML.search(text[:20_000]):
        return _read_html(text)
    return read_text(text)


# --- HTML ------------------------------------------------------------------------------------------------------------


def _read_html(text: str) -> SourcePage:
    tree = LexborHTMLParser(text)
    body = _body(tree)
    title = _title(tree)
    if body is None or not title:
        # No known container: read the visible text as if it had been pasted.
        page = read_text("\n".join(line for line, _ in _lines(tree.root)) if tree.root else "")
        return SourcePage(
            is_html=True,
            title=page.title or title,
            blocks=page.blocks,
            boilerplate=page.boilerplate,
            stamp=page.stamp or _stamp(tree, title),
            url=_own_url(tree),
            site=_site(tree),
            language_links=_language_links(tree),
        )
    return SourcePage(
        is_html=True,
        title=title,
        blocks=tuple(_blocks(body)),
        stamp=_stamp(tree, title),
        url=_own_url(tree),
        site=_site(tree),
        language_links=_language_links(tree),
    )


def _body(tree: LexborHTMLParser) -> LexborNode | None:
    best, best_length = None, 0
    for node in tree.css(BODIES):
        length = len(node.text())
        if length > best_length:
            best, best_length = node, length
    return best if best_length else None


def _title(tree: LexborHTMLParser) -> str:
    candidates = [squeeze(node.text(separator=" ")) for node in tree.css(_TITLES)]
    for name in ("ArticleTitle", "og:title", "twitter:title"):
        node = tree.css_first(f'meta[name="{name}"], meta[property="{name}"]')
        if node is not None:
            candidates.append(squeeze(node.attributes.get("content") or ""))
    node = tree.css_first("title")
    if node is not None:
        candidates.append(_TITLE_TAIL.sub("", squeeze(node.text())))
    candidates = [re.sub(r"\s*<br\s*/?>\s*", " ", candidate) for candidate in candidates if candidate]
    return next((c for c in candidates if is_briefing_title(c)), candidates[0] if candidates else "")


def _stamp(tree: LexborHTMLParser, title: str) -> datetime | None:
    for node in tree.css(_STAMPS):
        words = squeeze(node.text(separator=" "))
        if len(words) <= 200 and (stamp := find_stamp(words)):
            return stamp
    node = tree.css_first('meta[name="PubDate"], meta[name="publishdate"], meta[property="article:published_time"]')
    return find_stamp(node.attributes.get("content") or "") if node is not None else None


def _own_url(tree: LexborHTMLParser) -> str | None:
    for selector, attribute in (('meta[name="Url"]', "content"), ('link[rel="canonical"]', "href"), ('meta[property="og:url"]', "content")):
        node = tree.css_first(selector)
        if node is not None and (value := (node.attributes.get(attribute) or "").strip()).startswith("http"):
            return value
    return None


def _site(tree: LexborHTMLParser) -> str:
    marks = [node.attributes.get("content") or "" for node in tree.css('meta[name="SiteName"], meta[name="SiteDomain"]')]
    node = tree.css_first("title")
    if node is not None:
        marks.append(node.text())
    return squeeze(" ".join(marks)).lower()


_LANGUAGE_NAMES = {"中文": "zh", "英文": "en", "法文": "fr", "西文": "es", "俄文": "ru", "阿文": "ar"}


def _language_links(tree: LexborHTMLParser) -> tuple[tuple[str, str], ...]:
    """Links to this very page in other languages (``.news_header_lang`` since 2024)."""
    found = []
    for node in tree.css(".news_header_lang span[data-desc]"):
        anchor = node.css_first("a")
        href = (anchor.attributes.get("href") or "") if anchor is not None else ""
        language = _LANGUAGE_NAMES.get(node.attributes.get("data-desc") or "")
        if href and language:
            found.append((language, href))
    return tuple(found)


def _blocks(body: LexborNode) -> Iterator[Block]:
    """Paragraphs of the body with their share of bold letters.

    Most bodies are a flat run of ``<p>``; then reading paragraph by paragraph is enough and fast. A body that holds
    text outside of ``<p>``, or line breaks within, is walked node by node instead, so that no text is lost.
    """
    paragraphs = _flat_paragraphs(body)
    if paragraphs is None:
        for line, bold_share in _lines(body):
            yield Block(line, bold_share)
        return
    has_bold = body.css_first("strong, b") is not None
    for paragraph in paragraphs:
        text = squeeze(paragraph.text())
        if text:
            bold = sum(len(node.text()) for node in paragraph.css("strong, b")) if has_bold else 0
            yield Block(text, min(1.0, bold / len(text)))


def _flat_paragraphs(body: LexborNode) -> list[LexborNode] | None:
    """The ``<p>`` of a body that holds nothing else; None when there is text beside them or structure within."""
    if body.css_first("br, script, style, li, td, p div, p p") is not None:
        return None
    container = body
    while True:
        elements = []
        for child in container.iter(include_text=True):
            if child.tag == "-text":
                if child.text().strip():
                    return None
            else:
                elements.append(child)
        if len(elements) == 1 and elements[0].tag == "div":
            container = elements[0]
            continue
        break
    for element in elements:
        if element.tag != "p" and element.text().strip():
            return None
    return [element for element in elements if element.tag == "p"]


def _lines(root: LexborNode) -> Iterator[tuple[str, float]]:
    """Lines of visible text below a node, split at block tags and ``<br>``, each with its share of bold letters."""
    pieces: list[tuple[str, bool]] = []

    def flush() -> Iterator[tuple[str, float]]:
        text = squeeze("".join(piece for piece, _ in pieces))
        if text:
            letters = sum(len(piece.strip()) for piece, _ in pieces)
            bold = sum(len(piece.strip()) for piece, is_bold in pieces if is_bold)
            yield text, bold / max(1, letters)
        pieces.clear()

    # An explicit stack: pages with thousands of nested tags must not exhaust Python's recursion.
    stack: list[tuple[LexborNode | None, bool, bool]] = [(root, False, False)]
    while stack:
        node, is_bold, is_end = stack.pop()
        if is_end or node is None:
            yield from flush()
            continue
        tag = node.tag or ""
        if tag == "-text":
            pieces.append((node.text(), is_bold))
            continue
        if tag in _SILENT_TAGS:
            continue
        if tag in _BLOCK_TAGS:
            yield from flush()
            stack.append((None, False, True))
        is_bold = is_bold or tag in ("strong", "b")
        children = list(node.iter(include_text=True))
        stack.extend((child, is_bold, False) for child in reversed(children))
    yield from flush()


# --- pasted text -----------------------------------------------------------------------------------------------------

_FOOTER = re.compile(
    r"""^\W*(?:suggest\ to\ a\ friend|print|links?\s*:|copyright\b.*|appendix\s*:?|please\ enter\ e-?mail|address\s*:.*nandajie.*
    |推荐给朋友.*|打印.*|附件\s*[:：].*|相关新闻|分享到.*|版权所有.*|全文打印.*|关闭窗口|返回顶部)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_STAMP_LINE = re.compile(
    r"^\W*(?:updated|published|date|time|更新时间|发布时间|来源)?\s*[:：]?\W*(?:[\d\s:/.年月日-]{8,}|[A-Z][a-z]+\.? \d{1,2}, \d{4}(?: \d{1,2}:\d{2})?|updated\s*:?)\W*$",
    re.IGNORECASE,
)
_FONT_SIZE_LINE = re.compile(r"^\W*(?:【?中大小】?|字体\s*[:：].*|【.*打印.*】|a[+-]?)\W*$", re.IGNORECASE)
_CODE_LINE = re.compile(
    r"^\s*(?:var \w+\s*=|if\s?\(.*\)\s*\{?$|function\b.*\{|document\.\w+|\$\(|//|[.#][\w-]+\s*\{|@media|[\w.\[\]]+\s*=\s*[^=\s].*;$|[{}();]+$)"
    r"|^[^.?!]*[{}]\s*$|\w\.\w+\.?\w*\s*=\s*[\"'].*;\s*$"
)
_CONTINUES = re.compile(r"^(?:[:：,;.)”]|[a-z])")


def read_text(text: str) -> SourcePage:
    """Take pasted text apart: a line is a paragraph, the title is the line that reads like one.

    What stands above the title (breadcrumb, language bar) and below the body (``Suggest to a friend``, ``[ Print ]``,
    links, copyright) comes back as boilerplate.
    """
    if "&" in text:
        text = unescape(text)
    lines = _rejoin([line for raw_line in text.splitlines() if (line := squeeze(raw_line))])
    title_at = next((i for i, line in enumerate(lines) if is_briefing_title(line)), None)
    if title_at is None:
        return SourcePage(is_html=False, title="", blocks=tuple(Block(line) for line in lines), stamp=None)
    title = lines[title_at]
    # A whole page pasted as text names its title more than once (window title, breadcrumb, headline): take the last
    # of those before the body begins.
    for i in range(title_at + 1, len(lines)):
        if _letters(lines[i]) == _letters(title):
            title_at = i
    boilerplate = [("before_title", line) for line in lines[:title_at]] + [("title", lines[title_at])]
    blocks: list[Block] = []
    stamp: datetime | None = None
    rest = lines[title_at + 1 :]
    end = next((i for i, line in enumerate(rest) if _FOOTER.match(line) and _is_tail(rest, i)), len(rest))
    for i, line in enumerate(rest[:end]):
        if not blocks and _STAMP_LINE.match(line):
            stamp = stamp or find_stamp(line)
            boilerplate.append(("time_stamp", line))
        elif not blocks and _FONT_SIZE_LINE.match(line):
            boilerplate.append(("page_tools", line))
        elif _CODE_LINE.search(line):
            boilerplate.append(("script", line))
        else:
            blocks.append(Block(rest[i]))
    boilerplate.extend(("footer", line) for line in rest[end:])
    return SourcePage(is_html=False, title=title, blocks=tuple(blocks), boilerplate=tuple(boilerplate), stamp=stamp)


def _rejoin(lines: list[str]) -> list[str]:
    """Lines joined where a line break fell inside a sentence (hard wrapping, or a break at every change of type).

    A line that begins with a small letter or a closing mark goes on from one that does not end a sentence; so does
    what follows a label's lone letter.
    """
    joined: list[str] = []
    for line in lines:
        if joined and not _FOOTER.match(joined[-1]) and not _CODE_LINE.search(line) and (
            (_CONTINUES.match(line) and not joined[-1].endswith((".", "?", "!", "。", "？", "！", "”", '"', "{", ";", "}")))
            or line[0] in ":："
            or joined[-1] in ("Q", "A", "Q:", "A:", "问", "答", "问：", "答：")
        ):
            joined[-1] = f"{joined[-1]}{'' if line[0] in ':：,;.)”' else ' '}{line}"
        else:
            joined.append(line)
    return joined


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _is_tail(lines: list[str], index: int) -> bool:
    """Whether nothing like a speaker's paragraph follows: a furniture word in the middle of the talk ends nothing."""
    return not any(re.match(r"^(?:[QA]|问|答)\s*[:：]", line) for line in lines[index + 1 :])
