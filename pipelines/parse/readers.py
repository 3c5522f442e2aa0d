"""Readers: bytes of a page to its title, paragraphs and furniture. They know HTML and pasted text, but no layout.

Nothing is thrown away: what is not body text comes back as boilerplate under the name of the rule that set it aside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from itertools import pairwise

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.parse.dates import MONTHS, find_stamp, without_dates
from pipelines.parse.decode import decode_and_tell
from pipelines.parse.model import Block, SourcePage
from pipelines.parse.titles import SPOKESPERSON, best_title, is_briefing_title

BODIES = "#News_Body_Txt_A, div.content_text, div.TRS_Editor, div.TRS_UEDITOR, #Content, div.content, div.article-content, article"
_TITLES = ".news_header_title, #News_Body_Title, .news-title h1, h2.title, h1"
_STAMPS = "#News_Body_Time, .news_header_time, .xltime, .time, .date, .info, time"
_LANGUAGES = ".news_header_lang"
_MARKS = f"{_TITLES}, {_STAMPS}, {_LANGUAGES}, {BODIES}"
"""Where title, stamp, links to other languages and body stand, on ministry pages of all years and on news sites."""

_BODY_IDS = frozenset({"News_Body_Txt_A", "Content"})
_BODY_CLASSES = frozenset({"content_text", "TRS_Editor", "content", "article-content"})
_TITLE_CLASSES = frozenset({"news_header_title", "title"})
_STAMP_CLASSES = frozenset({"news_header_time", "xltime", "time", "date", "info"})
MOST_MARKS = 200
"""Marks looked at: real pages have up to some 30, while a hostile one may nest thousands."""

MOST_BODIES = 20
"""Containers of body text read side by side: real pages have one, and a few an empty one after it."""

STAMP_CHARACTERS = 200
"""A line with a time stamp is short; longer text with a date is prose."""

_TITLE_TAIL = re.compile(r"\s*(?:_|—|–|\|)\s*(?:Ministry of Foreign Affairs|中华人民共和国外交部|外交部).*$")
_BLOCK_TAGS = frozenset(
    "address article aside blockquote body br center dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p "
    "pre section table tbody td th title tr ul".split()
)
_SILENT_TAGS = frozenset({"script", "style", "noscript", "template", "-comment", "iframe", "select", "textarea"})
_STRUCTURE = "br, script, style, noscript, template, iframe, select, textarea, object, button"
"""What a ``<p>`` may hold beside plain text and inline tags; a parser closes it before any other block."""

_LOOKS_LIKE_HTML = re.compile(r"<\s*(?:!doctype|html|head|body|div|p|span|table|meta|br|h[1-6]|title|strong|b)\b", re.IGNORECASE)
_LANGUAGE_NAMES = {"中文": "zh", "英文": "en", "法文": "fr", "西文": "es", "俄文": "ru", "阿文": "ar"}


def squeeze(text: str) -> str:
    """White space of any kind (also no-break and ideographic) to single blanks, ends trimmed; control characters gone."""
    # Most paragraphs need no more than this, which is twice as fast as splitting.
    simple = text.replace("\xa0", " ").strip()
    if "  " not in simple and simple.isprintable():
        return simple
    return " ".join(text.replace("\x00", " ").replace("\u200b", "").replace("\ufeff", "").split())


_LINE_MARK = re.compile(
    r"(?:(?:[>»•·▪●■◆◇□★◦‣∙►▶➤–—+-]|\*(?=\s)|\*{1,3}(?=[^\W_])(?![^*]*\*)|#{1,6}(?=\s))\s*)+(?=[^\W_]|[*_“\"'‘《「(（\[【])"
)
_EMPHASIS = re.compile(r"(?P<sign>\*{1,3}|__)(?=[^\s*_])(?P<words>[^*]{1,2000}?)(?P=sign)")
_MARKED_LABEL = re.compile(
    r"(?:\d{1,2}[.、)] ?)?(?:问|答|追问|[QA]|(?:M(?:r|s|rs)\. )?[A-Z《][^.?!。？！：:]{0,69}|[^。？！：:]{1,30}记者[^，。？！：:]{0,6}|[\u4e00-\u9fff（）()]{2,16})\s*[:：]"
)
MARKED = 0.5
"""Share of lines with a list or quote mark from which the mark was put there by whoever copied the page."""


def _without_marks(lines: Sequence[str]) -> list[str]:
    """Lines without what a mail, a note or Markdown puts before a paragraph (``•``, ``-``, ``>``, ``**Q:**``).

    Marks go from all lines where most carry one, as when a page was quoted; else before a label only, as answers hold lists
    of their own. Letters stay.
    """
    text_lines = [line for line in lines if line]
    marks = [_LINE_MARK.match(line) or _EMPHASIS.match(line) or line == ">" for line in lines]
    if not any(marks):
        return list(lines)
    is_quoted = sum(map(bool, marks)) >= max(2.0, MARKED * len(text_lines))
    found = []
    for line, mark in zip(lines, marks, strict=True):
        if mark:
            sign = _LINE_MARK.match(line)
            bare = "" if line == ">" else line[sign.end() :] if sign else line
            bare = _EMPHASIS.sub(r"\g<words>", bare, count=1) if _EMPHASIS.match(bare) else bare
            if is_quoted or _MARKED_LABEL.match(bare) or is_briefing_title(bare):
                line = bare
        found.append(line)
    return found


def _blocks_without_marks(blocks: Sequence[Block]) -> list[Block]:
    texts = _without_marks([block.text for block in blocks])
    return [block if text == block.text else Block(text, block.bold_share) for text, block in zip(texts, blocks, strict=True) if text]


def read_page(raw: bytes) -> SourcePage:
    """Take a page apart.

    Args:
        raw: bytes of an HTML page or of pasted text, any charset that ``decode`` knows.

    Returns:
        Its title, paragraphs and furniture. A page without any text has no blocks; this never raises.
    """
    text, is_utf8 = decode_and_tell(raw)
    if _LOOKS_LIKE_HTML.search(text, 0, 20_000):
        return _read_html(LexborHTMLParser(raw if is_utf8 else text))
    return read_text(text)


# --- HTML ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of visible text with its shares of bold letters and of link text, 0.0 to 1.0."""

    text: str
    bold_share: float = 0.0
    link_share: float = 0.0


def _unmarked(lines: Sequence[_Line]) -> list[_Line]:
    texts = _without_marks([line.text for line in lines])
    return [_Line(text, line.bold_share, line.link_share) for text, line in zip(texts, lines, strict=True) if text]


def _read_html(tree: LexborHTMLParser) -> SourcePage:
    names, own_title, url = _head(tree)
    titles: list[str] = []
    stamp: datetime | None = None
    stamp_line = ""
    language_links: tuple[tuple[str, str], ...] = ()
    bodies: list[LexborNode] = []
    for node in tree.css(_MARKS)[:MOST_MARKS]:
        attributes = node.attributes
        classes = set((attributes.get("class") or "").split())
        tag = node.tag
        if tag == "h1" or attributes.get("id") == "News_Body_Title" or classes & _TITLE_CLASSES:
            titles.append(squeeze(node.text(separator=" ")))
        elif tag == "time" or attributes.get("id") == "News_Body_Time" or classes & _STAMP_CLASSES:
            if stamp is None and len(words := squeeze(node.text(separator=" "))) <= STAMP_CHARACTERS:
                stamp = find_stamp(words)
                stamp_line = words if stamp else stamp_line
        elif "news_header_lang" in classes:
            language_links = _language_links(node)
        elif len(bodies) < MOST_BODIES and not (bodies and _is_inside(node, bodies[-1])):
            bodies.append(node)
    titles += [names[name] for name in ("ArticleTitle", "og:title", "twitter:title") if name in names]
    titles.append(_TITLE_TAIL.sub("", own_title))
    titles = [re.sub(r"\s*<br\s*/?>\s*", " ", title) for title in titles if title]
    at = best_title(titles)
    title = titles[at or 0] if titles else ""
    for name in ("PubDate", "publishdate", "article:published_time"):
        stamp = stamp or find_stamp(names.get(name, ""))
    if len(bodies) > 1:
        bodies = _different(bodies) if at is not None else [max(bodies, key=lambda node: len(node.text()))]
    blocks = _blocks_without_marks([block for body in bodies for block in _blocks(body)])
    page: SourcePage | None
    if at is not None and any(abs(len(block.text) - len(title)) < 9 and _letters(block.text) == _letters(title) for block in blocks[1:40]):
        # The container holds the whole page: headline, furniture and all.
        page = _take_apart(_unmarked([line for body in bodies for line in _lines(body)]), title)
    elif blocks and title:
        start = next((i for i, block in enumerate(blocks) if not _head_rule(block.text) and _letters(block.text) != _letters(title)), 0)
        head = [(_head_rule(block.text) or "title", block.text) for block in blocks[:start]]
        stamp = stamp or next((found for rule, words in head if rule == "time_stamp" and (found := find_stamp(words))), None)
        tools, blocks = _cut_tools(blocks[start:])
        head += tools
        end = len(blocks)
        while end > 1 and _is_footer(blocks[end - 1].text):
            end -= 1
        page = None
        boilerplate = head + [("footer", block.text) for block in blocks[end:]]
        del blocks[end:]
    else:
        # No known container: read the visible text as if it had been pasted.
        page = _take_apart(_unmarked(_lines(tree.body)) if tree.body is not None else [], title if at is not None else "")
    if page is not None:
        title, blocks, boilerplate = page.title or title, list(page.blocks), list(page.boilerplate)
        stamp = page.stamp or stamp
    if stamp_line and ("time_stamp", stamp_line) not in boilerplate:
        boilerplate.insert(0, ("time_stamp", stamp_line))
    return SourcePage(
        is_html=True,
        title=title,
        blocks=tuple(blocks),
        boilerplate=tuple(boilerplate),
        stamp=stamp,
        url=url,
        site=" ".join(filter(None, (names.get("SiteName"), names.get("SiteDomain"), own_title))).lower(),
        language_links=language_links,
    )


def _different(bodies: Sequence[LexborNode]) -> list[LexborNode]:
    """Bodies without those that only repeat: Chinese pages of 2016 to 2020 hold the text twice, for reading and printing."""
    texts = [node.text().strip() for node in bodies]
    kept: list[int] = []
    for i in sorted(range(len(bodies)), key=lambda i: -len(texts[i])):
        if not any(texts[i] in texts[other] for other in kept):
            kept.append(i)
    return [bodies[i] for i in sorted(kept)]


def _is_inside(node: LexborNode, other: LexborNode) -> bool:
    above = node.parent
    while above is not None and above.mem_id != other.mem_id:
        above = above.parent
    return above is not None


def _head(tree: LexborHTMLParser) -> tuple[dict[str, str], str, str | None]:
    """Contents of the ``<meta>`` tags by name, the ``<title>``, and the address that the page gives as its own."""
    names: dict[str, str] = {}
    own_title, canonical = "", ""
    for node in tree.head.css("meta, title, link[rel=canonical]")[:MOST_MARKS] if tree.head is not None else ():
        if node.tag == "title":
            own_title = own_title or squeeze(node.text())
            continue
        attributes = node.attributes
        if node.tag == "link":
            canonical = canonical or attributes.get("href") or ""
        elif name := attributes.get("name") or attributes.get("property"):
            names.setdefault(name, squeeze(attributes.get("content") or ""))
    url = next((value for value in (names.get("Url"), canonical, names.get("og:url")) if value and value.startswith("http")), None)
    return names, own_title, url


def _language_links(node: LexborNode) -> tuple[tuple[str, str], ...]:
    """Links to this very page in other languages (``.news_header_lang`` since 2024)."""
    found = []
    for part in node.css("span[data-desc]"):
        anchor = part.css_first("a")
        href = (anchor.attributes.get("href") or "") if anchor is not None else ""
        language = _LANGUAGE_NAMES.get(part.attributes.get("data-desc") or "")
        if href and language:
            found.append((language, href))
    return tuple(found)


def _blocks(body: LexborNode) -> tuple[Block, ...]:
    """Paragraphs of the body. Most bodies are a flat run of ``<p>``, which is read three times as fast as ``_lines`` does."""
    paragraphs = _flat_paragraphs(body)
    if paragraphs is None:
        return tuple(Block(line.text, line.bold_share) for line in _lines(body))
    places = {paragraph.mem_id: n for n, paragraph in enumerate(paragraphs)}
    n_bold = [0] * len(paragraphs)
    for node in body.css("p strong, p b"):
        above = node.parent
        while above is not None and above.tag not in ("p", "strong", "b"):
            above = above.parent
        if above is not None and above.mem_id in places:
            n_bold[places[above.mem_id]] += len(node.text().strip())
    texts = [squeeze(paragraph.text()) for paragraph in paragraphs]
    return tuple(Block(text, min(1.0, bold / len(text))) for text, bold in zip(texts, n_bold, strict=True) if text)


def _flat_paragraphs(body: LexborNode) -> list[LexborNode] | None:
    """The ``<p>`` of a body that holds nothing else; None when there is text beside them or structure within."""
    container = body
    while True:
        elements = []
        for child in container.iter(include_text=True):
            if child.tag != "-text":
                elements.append(child)
            elif not child.text().isspace():
                return None
        if len(elements) != 1 or elements[0].tag != "div":
            break
        container = elements[0]
    if container.css_first(_STRUCTURE) is not None or any(element.tag != "p" and element.text().strip() for element in elements):
        return None
    return [element for element in elements if element.tag == "p"]


def _lines(root: LexborNode) -> list[_Line]:
    """Lines of visible text below a node, split at block tags and ``<br>``."""
    lines: list[_Line] = []
    pieces: list[str] = []
    n_letters = n_bold = n_linked = 0

    def flush() -> None:
        nonlocal n_letters, n_bold, n_linked
        if pieces:
            if text := squeeze("".join(pieces)):
                n_letters = n_letters or 1
                lines.append(_Line(text, n_bold / n_letters, n_linked / n_letters))
            pieces.clear()
            n_letters = n_bold = n_linked = 0

    # Every element's place (block it belongs to, bold, link, silent) is known before its children's: a walk without recursion.
    places: dict[int, tuple[int, bool, bool, bool]] = {}
    at_block = 0
    outside = (root.mem_id, False, False, False)
    for node in root.traverse(include_text=True):
        tag = node.tag
        parent = node.parent
        block, is_bold, is_link, is_silent = places.get(parent.mem_id, outside) if parent is not None else outside
        if tag == "-text":
            if is_silent:
                continue
            text = node.text()
            if text.isspace():
                if pieces:
                    pieces.append(" ")
                continue
            if block != at_block:
                flush()
                at_block = block
            pieces.append(text)
            length = len(text.strip())
            n_letters += length
            if is_bold:
                n_bold += length
            if is_link:
                n_linked += length
        elif tag in _BLOCK_TAGS:
            flush()
            places[node.mem_id] = (node.mem_id, is_bold, is_link, is_silent)
        else:
            places[node.mem_id] = (block, is_bold or tag in ("strong", "b"), is_link or tag == "a", is_silent or tag in _SILENT_TAGS)
    flush()
    return lines


# --- pasted text -----------------------------------------------------------------------------------------------------

_FOOTER = re.compile(
    r"""\W*(?:suggest\ to\ a\ friend|print|(?:related\ )?(?:links?|news)\s*:?|copyright\b.*|all\ rights\ reserved.*|appendix\s*:?|please\ enter\ e-?mail.*
    |address\s*:.*|tel\s*:.*|share(?:\ (?:to|on|this)\b.*)?|(?:back\ to\ )?top|close(?:\ window)?|推荐给朋友.*|(?:全文)?打印.*|(?:相关)?附件\s*[:：]?|相关(?:新闻|链接)\s*[:：]?
    |分享到.*|.*版权所有.*|关闭窗口|返回顶部|联系我们.*|京ICP备.*)\W*""",
    re.IGNORECASE | re.VERBOSE,
)
LINKED = 0.5
"""Share of link text from which a line leads elsewhere: "<link> (2019-03-04)" does, a sentence with a link in it does not."""

FURNITURE_CHARACTERS = 200
"""Longest line taken for furniture."""

_HEAD_WORDS = re.compile(
    r"\b(?:updated|published|posted|issued|source|date|time|beijing|print|close(?: window)?|share|email|e-mail|wechat|weibo|facebook|twitter|tweet|linkedin|whatsapp|telegram|instagram|qq|qzone|text|font|size|on|to|at|[ap]m|a)\b"
    r"|\b(?:ministry of foreign affairs|(?:of )?(?:the )?people['’]s republic of china)\b"
    r"|更新时间|发布时间|发布日期|时间|(?:信息|文章|稿件)?来源|供稿|(?:中华人民共和国|中国)?外交部(?:网站|新闻司)?|字体|字号|打印本页|全文打印|打印|关闭(?:窗口|本页)?|收藏|复制链接"
    r"|分享到?|微信|微博|新浪|腾讯|朋友圈|QQ空间|QQ好友|推荐给朋友|[大中小年月日]",
    re.IGNORECASE,
)
"""What stands between headline and text beside date and time: ``Updated:``, ``Share - WeChat``, ``[字体：大 中 小] 打印本页``."""

_TOOLS_BEFORE_TEXT = re.compile(
    r"(?:\W*\b(?:print|close(?: window)?|share|e-?mail|wechat|weibo|facebook|twitter|tweet|text size)\b){2,}[\s\])|]+(?=[A-Z(“\"])",
    re.IGNORECASE,
)
"""Page tools that run into the first sentence where a page puts nothing between them: two or more of such words in a row."""

_CODE_LINE = re.compile(r"\s*(?:var \w+\s*=|if\s?\(|function\b.*\{|document\.\w+|window\.\w+|\$\(|//|[.#][\w-]+\s*\{|@media|[{}();]+$)")
_CODE_END = re.compile(r"[={}(]")
_INCOMPLETE = re.compile(r"(?:,|\b(?:on|of|the|and|in|to|for|at|with|an|by|from|that))$")
_ENDS_WITH_YEAR = re.compile(r"\b(?:19|20)\d\d\W*$")
_ENDS_WITH_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\.?$", re.IGNORECASE)
_LONE_LABEL = re.compile(
    r"(?:Q|A|问|答)\s*[:：]?|[^，。：:,.]{1,20}记者\s*[:：]|[\u4e00-\u9fff]{2,4}[：:]|[A-Z][\w.’'-]*(?: (?:of|the|and|for|&|[A-Z][\w.’'-]*)){0,4} ?:"
)
"""A label alone on its line: the line was broken where bold type ends."""

_BEGINS_WITH_NAME = re.compile(r"(?:问|答|[A-Z《][^.?!,。？！，：:]{0,40}|[^。？！，：:]{1,20}记者|[\u4e00-\u9fff]{2,4})\s*[:：]")
_TITLE_INSIDE = re.compile(
    rf"(?:[A-Z]\w+ )?(?:Foreign Ministry|MFA)(?:['’]s)? {SPOKESPERSON}[^.?!:]{{0,120}}?"
    r" [oO]n (?:[A-Z][a-z]+\.? ?\d{1,2}(?:st|nd|rd|th)?|\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]+)(?: ?,? ?(?:19|20)\d\d)?(?!\w)"
    r"|(?:(?:19|20)\d\d年)?\d{1,2}月\d{1,2}日\S{0,12}发言人\S{2,4}(?:主持|举行)(?:网上)?例行记者会"
)
_CHINESE_RUN = re.compile(r"[\u4e00-\u9fff]{9}")
_BROKEN_CHINESE = re.compile(r"[\u4e00-\u9fff，、“《（].{0,12}(?:[\u4e00-\u9fff\w，、“《（·]|[^。？！…]”)$")
"""How a Chinese line ends that was broken inside a sentence: a paragraph ends with 。, ？, a closing mark or a colon."""

_SENTENCE_ENDS = (".", "?", "!", "。", "？", "！", "”", '"', "{", ";", "}")
_CLOSING_MARKS = ":：,;.)”"


def read_text(text: str) -> SourcePage:
    """Take pasted text apart: a line is a paragraph, the title is the line that reads like one.

    What stands above the title (breadcrumb, language bar) and below the body (``Suggest to a friend``, ``[ Print ]``,
    links, copyright) comes back as boilerplate.
    """
    if "&" in text:
        text = unescape(text)
    lines = _rejoin(_unwrap(_without_marks([squeeze(line) for line in text.splitlines()])))
    if best_title(lines) is None:
        # Without line breaks the headline is the beginning of a long line.
        lines = [part for line in lines for part in _cut_title(line)]
    return _take_apart([_Line(line) for line in lines])


def _cut_title(line: str) -> list[str]:
    match = _TITLE_INSIDE.search(line, 0, 4 * FURNITURE_CHARACTERS)
    if match is None:
        return [line]
    return [part for text in (line[: match.start()], match.group(), line[match.end() :]) if (part := text.strip())]


def _take_apart(lines: Sequence[_Line], title: str = "") -> SourcePage:
    """Tell a page's headline, body and furniture apart.

    Args:
        title: headline, where it is known from elsewhere.
    """
    n = len(lines)
    # What is nothing but a link leads to another page's headline.
    own = [i for i in range(n) if lines[i].link_share < LINKED]
    known = _letters(title)
    at = next((i for i in own if known and abs(len(lines[i].text) - len(title)) < 9 and _letters(lines[i].text) == known), None)
    if at is None and (found := best_title(lines[i].text for i in own)) is not None:
        at = own[found]
    if at is None:
        return SourcePage(is_html=False, title=title, blocks=tuple(Block(line.text, line.bold_share) for line in lines))
    title = lines[at].text
    known = _letters(title)
    # A whole page pasted as text names its title more than once (window title, breadcrumb, headline): the last one
    # before anybody speaks counts.
    for i in range(at + 1, n):
        if _is_speech(lines[i].text) or (len(lines[i].text) > 30 and lines[i].text.endswith(_SENTENCE_ENDS)):
            break
        if abs(len(lines[i].text) - len(title)) < 9 and _letters(lines[i].text) == known:
            at = i
    boilerplate = [("before_title", line.text) for line in lines[:at]] + [("title", lines[at].text)]
    stamp: datetime | None = None
    start = at + 1
    while start < n and (rule := _head_rule(lines[start].text)):
        stamp = stamp or find_stamp(lines[start].text)
        boilerplate.append((rule, lines[start].text))
        start += 1
    last_speech = next((i for i in range(n - 1, start, -1) if _is_speech(lines[i].text)), start)
    end = next((i for i in range(last_speech + 1, n) if _is_footer(lines[i].text)), n)
    while end > last_speech + 1 and lines[end - 1].link_share >= LINKED:
        end -= 1
    blocks: list[Block] = []
    for line in lines[start:end]:
        if _is_code(line.text):
            boilerplate.append(("script", line.text))
        elif blocks and _BROKEN_CHINESE.search(blocks[-1].text) and not _BEGINS_WITH_NAME.match(line.text):
            blocks[-1] = Block(blocks[-1].text + line.text, blocks[-1].bold_share)
        else:
            blocks.append(Block(line.text, line.bold_share))
    tools, blocks = _cut_tools(blocks)
    boilerplate.extend(tools)
    boilerplate.extend(("footer", line.text) for line in lines[end:])
    return SourcePage(is_html=False, title=_bare_title(title), blocks=tuple(blocks), boilerplate=tuple(boilerplate), stamp=stamp)


def _bare_title(title: str) -> str:
    """An English title without what a site puts around it ("摘要", " |")."""
    return title if "发言人" in title else re.sub(r"^[^A-Za-z0-9]+(?=[A-Z])|[\s|_–—-]+$", "", title)


def _is_speech(line: str) -> bool:
    """Whether somebody surely speaks in a line: it has a label Q or A, or is longer than furniture ever is."""
    return len(line.encode()) > FURNITURE_CHARACTERS or re.match(r"(?:[QA]|问|答)\s*[:：]", line) is not None


def _is_footer(line: str) -> bool:
    return len(line) <= FURNITURE_CHARACTERS and _FOOTER.fullmatch(line) is not None


def _head_rule(line: str) -> str | None:
    """Name of the rule by which a line between headline and text is furniture; None when it is text."""
    if len(line) > FURNITURE_CHARACTERS or _is_speech(line):
        return None
    if _is_footer(line):
        return "page_tools"
    rest = _HEAD_WORDS.sub("", without_dates(line))
    # Single letters tell nothing, but for the three sizes of type.
    if any(character.isalpha() for character in rest) or not re.search(r"[^\W_]{2}|[A大中小]\W+[A大中小]", line):
        return None
    return "time_stamp" if rest != _HEAD_WORDS.sub("", line) or "pdated" in line else "page_tools"


def _cut_tools(blocks: Sequence[Block]) -> tuple[list[tuple[str, str]], list[Block]]:
    """Page tools with which the first paragraph begins, as boilerplate, and the paragraphs without them."""
    match = _TOOLS_BEFORE_TEXT.match(blocks[0].text) if blocks else None
    if match is None or match.end() > FURNITURE_CHARACTERS or not blocks[0].text[match.end()].isupper():
        return [], list(blocks)
    rest = Block(blocks[0].text[match.end() :], blocks[0].bold_share)
    return [("page_tools", match.group().strip())], [rest, *blocks[1:]]


def _is_code(line: str) -> bool:
    return _CODE_LINE.match(line) is not None or (line.endswith(("{", "}", ";")) and _CODE_END.search(line) is not None)


def _unwrap(lines: Sequence[str]) -> list[str]:
    """Lines of text that was wrapped at a fixed width, joined to paragraphs; other text as it is, without empty lines.

    In wrapped text a line ends where the next word would not have fitted any more, mostly inside a sentence. A line that
    had room for it ends a paragraph.
    """
    # The title of a page that was wrapped paragraph by paragraph is often longer than the lines of its text.
    width = max((len(line) for line in lines if not is_briefing_title(line)), default=0)

    def is_full(line: str, following: str) -> bool:
        return bool(line and following) and len(line) + 1 + len(following.split(" ", 1)[0]) > width

    ends = [line for line, following in pairwise(lines) if is_full(line, following) and not is_briefing_title(line)]
    n_inside = sum(not line.endswith((*_SENTENCE_ENDS, ")")) for line in ends)

    def is_whole_title(line: str, following: str, after: str) -> bool:
        """Whether a line is a headline that does not go on in the next: it ends with its year, is longer than wrapped lines
        are, or a full line of text follows."""
        if not is_briefing_title(line):
            return False
        if len(line) > width or _ENDS_WITH_YEAR.search(line):
            return True
        if _INCOMPLETE.search(line) or _ENDS_WITH_MONTH.search(line) or following[:1].islower():
            return False
        return is_full(following, after) or _head_rule(following) is not None

    if not (40 <= width <= 120 and n_inside >= 3 and n_inside * 2 > len(ends)) or _CHINESE_RUN.search(max(lines, key=len)):
        return [line for line in lines if line]
    paragraphs: list[list[str]] = []
    previous = ""
    for line, after in pairwise([*lines, ""]):
        ends_paragraph = (previous.endswith(_SENTENCE_ENDS) and _BEGINS_WITH_NAME.match(line)) or is_whole_title(previous, line, after)
        if is_full(previous, line) and not ends_paragraph:
            paragraphs[-1].append(line)
        elif line:
            paragraphs.append([line])
        previous = line
    return [" ".join(parts) for parts in paragraphs]


def _rejoin(lines: Sequence[str]) -> list[str]:
    """Lines joined where a line break fell inside a sentence, as at every change of type.

    A line that begins with a small letter or a closing mark goes on from one that does not end a sentence or a date; so
    does what follows a lone label, or a word that ends no line.
    """
    joined: list[list[str]] = []
    previous = ""
    for line in lines:
        first = line[0]
        continues = bool(joined) and (
            first in ":：&/"
            or (line.startswith("记者") and not previous.endswith(_SENTENCE_ENDS))
            or ((first in _CLOSING_MARKS or first.islower()) and not previous.endswith(_SENTENCE_ENDS) and not previous[-4:].isdigit())
            or (_INCOMPLETE.search(previous) is not None)
            or ("部发言人" in previous and len(previous) > 11 and not is_briefing_title(previous) and is_briefing_title(previous + line))
            or (len(joined[-1]) < 3 and len(previous) < 80 and _LONE_LABEL.fullmatch("".join(joined[-1]).strip()) is not None)
        )
        if continues and not _is_footer(previous) and not _is_code(line):
            is_split_word = first.islower() and re.search(r"(?:^|\s)[B-HJ-Z]$", previous) is not None
            joined[-1].append(line if first in _CLOSING_MARKS + "&/" or is_split_word else " " + line)
        else:
            joined.append([line])
        previous = line
    return ["".join(parts) for parts in joined]


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
