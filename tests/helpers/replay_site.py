"""What a replayed site holds: pages by path, index pages that list them, invented briefings. No network here; that is ``replay``."""

from __future__ import annotations

import csv
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

INDEX_LINKS = 3
"""Links that a generated index page has at least: fewer are no index for ``pipelines.parse.index_page``."""

DOCTYPE = '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">\n'
"""With which the ministry's pages begin: a page cut off within it does not even say that it is HTML."""

FIRST_CHANGE = datetime(2020, 7, 4, tzinfo=UTC)
"""Last-Modified of the first page put; every later one is a second younger, so that no test depends on the clock."""

_ENTRY = re.compile(rb"<li>\s*<a[^>]*href=\"([^\"]+)\".*?</li>", re.DOTALL)
_COUNT = re.compile(rb"countPage = (\d+)")
_NUMBER = re.compile(r"t(?:\d{8}_)?(\d+)\.s?html?$")
_DATE_ZH = re.compile(r"((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日")
_STAMP = re.compile(r"((?:19|20)\d\d)-(\d{1,2})-(\d{1,2})")
_DATE_EN = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December)\s*(\d{1,2}),?\s*((?:19|20)\d\d)"
)
_MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True)
class Page:
    """What a path serves.

    Attributes:
        media_type: as the Content-Type header says it.
        modified_at: as the Last-Modified header says it, UTC.
    """

    body: bytes
    media_type: str = "text/html"
    modified_at: datetime = FIRST_CHANGE

    @property
    def etag(self) -> str:
        """Strong validator, of the bytes."""
        return f'"{sha256(self.body).hexdigest()[:20]}"'

    @property
    def last_modified(self) -> str:
        """The time in the form that HTTP has."""
        return format_datetime(self.modified_at, usegmt=True)


class Entry(NamedTuple):
    """A line of an index page: path of the page, its title, the day that is printed beside it (None: none is)."""

    path: str
    title: str
    day: date | None = None


class Site:
    """Pages by path. May be changed while it is served."""

    def __init__(self, pages: Mapping[str, bytes] | None = None) -> None:
        self._pages: dict[str, Page] = {}
        self._lock = threading.Lock()
        self._n_changes = 0
        for path, body in (pages or {}).items():
            self.put(path, body)

    def put(self, path: str, body: bytes, media_type: str = "text/html") -> None:
        """Serve bytes at a path from now on; the same bytes as before keep their validators."""
        with self._lock:
            old = self._pages.get(path)
            if old is None or (old.body, old.media_type) != (body, media_type):
                self._pages[path] = Page(body, media_type, FIRST_CHANGE + timedelta(seconds=self._n_changes))
                self._n_changes += 1

    def remove(self, path: str) -> bytes:
        """Serve nothing there any more; returns what was served."""
        with self._lock:
            return self._pages.pop(path).body

    def move(self, path: str, to: str) -> None:
        """Serve the same bytes at another path, and nothing at the old one."""
        self.put(to, self.remove(path))

    def get(self, path: str) -> Page | None:
        """What a path serves; None for nothing."""
        with self._lock:
            return self._pages.get(path)

    def paths(self) -> list[str]:
        """All paths, sorted."""
        with self._lock:
            return sorted(self._pages)

    def bodies(self) -> dict[str, bytes]:
        """Path -> bytes of everything."""
        with self._lock:
            return {path: page.body for path, page in self._pages.items()}

    def list_at(self, first: str, entries: Sequence[Entry], per_page: int = 40) -> list[str]:
        """Put index pages for the entries, in their order: ``first`` (…/default.shtml), then …/default_1.shtml and so on.

        Returns:
            Paths of the index pages. Pages of a longer list before are gone.
        """
        pages = index_pages(first, entries, per_page)
        for path in self.paths():
            if _index_number(first, path) is not None and path not in pages:
                self.remove(path)
        for path, body in pages.items():
            self.put(path, body)
        return list(pages)

    def write(self, folder: Path, host: str, fetched_at: str = "2020-07-04T03:55:41Z") -> None:
        """All pages as files in folders as on the host, with a manifest.csv: what ``ingest`` takes."""
        folder.mkdir(parents=True)
        with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["url", "path", "http_status", "fetched_at"])
            for path, body in sorted(self.bodies().items()):
                name = path.lstrip("/")
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(body)
                writer.writerow([f"https://{host}{path}", name, 200, fetched_at])


# --- sites made of files -------------------------------------------------------------------------------------------------


class _Row(NamedTuple):
    path: str
    body: bytes
    kind: str
    language: str
    fetched_at: str


def _rows(folder: Path, language: str | None) -> list[_Row]:
    """HTML pages of a manifest that have an address, oldest first."""
    with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = [row for row in csv.DictReader(file) if row["url"] and language in (None, row["language"])]
    rows = [
        _Row(urlsplit(row["url"]).path, (folder / row["path"]).read_bytes(), row["kind"], row["language"], row["fetched_at"])
        for row in listed
    ]
    return sorted((row for row in rows if b"</html" in row.body.lower()), key=lambda row: (row.fetched_at, row.path))


def corpus_site(folder: Path, language: str | None = None) -> Site:
    """The pages of a folder with manifest.csv (columns url, language, kind, path, fetched_at), and index pages that list them all.

    Of a list (``default_{n}.shtml``) some index pages may be missing: they are made up, list the pages that no index lists, and
    stand where these belong by their numbers. An index page that is there is served as it is, but for entries whose page the
    folder does not have.
    """
    rows = _rows(folder, language)
    site = Site({row.path: row.body for row in rows if row.kind == "article"})
    articles = {row.path: row.body for row in rows if row.kind == "article"}
    indexes = {row.path: row.body for row in rows if row.kind == "index"}
    for first in sorted({re.sub(r"_\d+(?=\.\w+$)", "", path) for path in indexes}):
        own = {number: body for path, body in indexes.items() if (number := _index_number(first, path)) is not None}
        place = first.rpartition("/")[0]
        entries = sorted(
            (entry_of(path, body) for path, body in articles.items() if path.startswith(f"{place}/")), key=_number, reverse=True
        )
        for number, body in _completed(first, own, entries).items():
            site.put(_index_path(first, number), body)
    return site


def sample_site(folder: Path, first: str) -> Site:
    """The project's own sample behind one index: its HTML pages (of a page with two versions the later one), without its index pages."""
    rows = [row for row in _rows(folder, None) if row.kind == "article"]
    site = Site({row.path: row.body for row in rows})
    entries = [entry_of(path, body) for path, body in site.bodies().items()]
    site.list_at(first, sorted(entries, key=_number, reverse=True))
    return site


def versions_of(folder: Path, path: str) -> list[bytes]:
    """What a folder with manifest.csv has of an address, oldest first."""
    return [row.body for row in _rows(folder, None) if row.path == path]


def entry_of(path: str, body: bytes) -> Entry:
    """The line that lists a page: its headline, and the day that title or page state."""
    tree = LexborHTMLParser(body.decode("utf-8", "replace"))
    found = [node for query in ("#News_Body_Title", "h1", "h2.title", "title") if (node := tree.css_first(query)) is not None]
    titles = [" ".join(node.text().split()) for node in found]
    title = next((text for text in titles if text), path).split(" — ")[0].removesuffix("_Ministry of Foreign Affairs")
    stamp = tree.css_first("#News_Body_Time")
    for text in (title, stamp.text() if stamp is not None else ""):
        if match := _DATE_ZH.search(text) or _STAMP.search(text):
            return Entry(path, title, date(*map(int, match.groups())))
        if match := _DATE_EN.search(text):
            return Entry(path, title, date(int(match[3]), _MONTHS.index(match[1]) + 1, int(match[2])))
    return Entry(path, title)


def _completed(first: str, own: Mapping[int, bytes], entries: Sequence[Entry]) -> dict[int, bytes]:
    """Number -> index page, for as many as the pages themselves count."""
    place = first.rpartition("/")[0] + "/"
    known = {entry.path for entry in entries}
    kept = {number: _without_unknown(body, place, known) for number, body in own.items()}
    listed = {number: _listed(body, place) for number, body in kept.items()}
    kept = {number: body for number, body in kept.items() if len(listed[number]) >= INDEX_LINKS}
    n_pages = max([int(match[1]) for body in own.values() if (match := _COUNT.search(body))], default=len(own))
    rank = {entry.path: n for n, entry in enumerate(entries)}
    open_ranks = [rank[path] for path in rank if not any(path in listed[number] for number in kept)]
    pages = dict(kept)
    for gap in _gaps(kept, n_pages):
        above = max((rank[path] for number in kept if number < gap[0] for path in listed[number]), default=-1)
        below = min((rank[path] for number in kept if number > gap[-1] for path in listed[number]), default=len(entries))
        inside = [n for n in open_ranks if above < n < below]
        share = -(-len(inside) // len(gap)) or 1
        for at, number in enumerate(gap):
            chosen = inside[at * share : (at + 1) * share]
            near = chosen[0] if chosen else min(max(above, 0), len(entries) - 1)
            # A short page repeats neighbours: what a list looks like that grew while it was written.
            for step in range(len(entries)):
                if len(chosen) >= INDEX_LINKS:
                    break
                chosen += [n for n in dict.fromkeys((near - step, near + step)) if 0 <= n < len(entries) and n not in chosen]
            pages[number] = index_page([entries[n] for n in sorted(chosen)], place, number, n_pages)
    return pages


def _gaps(kept: Mapping[int, bytes], n_pages: int) -> Iterator[list[int]]:
    """Runs of missing numbers."""
    run: list[int] = []
    for number in range(n_pages + 1):
        if number < n_pages and number not in kept:
            run.append(number)
        elif run:
            yield run
            run = []


def _without_unknown(body: bytes, place: str, known: set[str]) -> bytes:
    def keep(match: re.Match[bytes]) -> bytes:
        path = urljoin(place, match[1].decode("utf-8", "replace"))
        return b"" if _NUMBER.search(path) and path not in known else match[0]

    return _ENTRY.sub(keep, body)


def _listed(body: bytes, place: str) -> set[str]:
    paths = {urljoin(place, match[1].decode("utf-8", "replace")) for match in _ENTRY.finditer(body)}
    return {path for path in paths if _NUMBER.search(path)}


def _number(entry: Entry) -> int:
    match = _NUMBER.search(entry.path)
    return int(match[1]) if match else 0


# --- index pages ---------------------------------------------------------------------------------------------------------


def index_pages(first: str, entries: Sequence[Entry], per_page: int = 40) -> dict[str, bytes]:
    """Path -> index page, for a list of any length (at least one page)."""
    place = first.rpartition("/")[0] + "/"
    n_pages = max(1, -(-len(entries) // per_page))
    return {_index_path(first, n): index_page(entries[n * per_page : (n + 1) * per_page], place, n, n_pages) for n in range(n_pages)}


def index_page(entries: Sequence[Entry], place: str, number: int, n_pages: int) -> bytes:
    """One index page in the ministry's layout: relative links, and the number of pages in a script."""
    lines = "".join(
        f'<li><a href="{escape(_relative(entry.path, place))}" target="_blank">{escape(entry.title)}</a>'
        f"{f'({entry.day})' if entry.day else ''}</li>\n"
        for entry in entries
    )
    return (
        f'{DOCTYPE}<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>List</title></head>\n<body>\n'
        '<div class="nav"><a href="./../../">Start</a> <a href="./">List</a></div>\n'
        f'<div class="newsLst_mod"><ul>\n{lines}</ul></div>\n'
        f'<div id="pages"><script type="text/javascript">\nvar currentPage = {number};\nvar countPage = {n_pages}\n</script></div>\n'
        "</body></html>\n"
    ).encode()


def _relative(path: str, place: str) -> str:
    return f"./{path.removeprefix(place)}" if path.startswith(place) else path


def _index_path(first: str, number: int) -> str:
    stem, dot, suffix = first.rpartition(".")
    return f"{stem}_{number}{dot}{suffix}" if number else first


def _index_number(first: str, path: str) -> int | None:
    """Which page of a list a path is; None for none."""
    stem, _, suffix = first.rpartition(".")
    match = re.fullmatch(rf"{re.escape(stem)}(?:_(\d+))?\.{re.escape(suffix)}", path)
    return int(match[1] or 0) if match else None


# --- invented briefings --------------------------------------------------------------------------------------------------


def briefing(day: date, exchanges: Sequence[tuple[str, str]], *, charset: str = "utf-8", title: str | None = None) -> bytes:
    """An English briefing of the invented ministry in the ministry's layout: pairs of question and answer, with labels.

    Args:
        charset: what the page says of itself; the bytes are UTF-8 always.
        title: headline; by default that of a regular press conference.
    """
    title = (
        title
        or f"Meridian Foreign Ministry Spokesperson Ada Quill's Regular Press Conference on {_MONTHS[day.month - 1]} {day.day}, {day.year}"
    )
    paragraphs = "".join(f"<P><B>{escape(question)}</B> </P>\n<P>{escape(answer)} </P>\n" for question, answer in exchanges)
    return (
        f'{DOCTYPE}<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"><title>{escape(title)}</title></head>\n<body>\n'
        '<div class="nav"><ul class="clearfix"><li><a href="/mfa_eng">Home</a></li></ul></div>\n'
        f'<div class="content_mod"><h2 class="title">{escape(title)}</h2>\n<div class="date" id="News_Body_Time"></div>\n'
        f'<div class="content">\n{paragraphs}</div></div>\n<div class="footer"><div class="copyright">Ministry of Foreign Affairs of Meridia</div></div>\n'
        "</body></html>\n"
    ).encode()


INDEX = "/mfa_eng/xwfw_1001/s10_1002/11_1003/default.shtml"
"""First index page of the source `sample` (seed source_indexes)."""

TOPICS = "ferries lighthouses salt herring bridges looms orchards canals cables clocks maps kites".split()


def invented_site(first: str, n_pages: int = 12, *, until: date = date(2020, 6, 30), per_page: int = 40) -> Site:
    """A small site of invented briefings behind one index, a briefing a day, newest first."""
    place = first.rpartition("/")[0]
    site = Site()
    step = 300 if n_pages < 2_900 else 60  # the numbers of the ministry have six digits
    for n in range(n_pages):
        day, topic = until - timedelta(days=n), TOPICS[n % len(TOPICS)]
        exchanges = [
            (
                f"Velland Wire: What does Meridia say about the {topic} of row {n}?",
                f"Ada Quill: The {topic} of row {n} were counted twice, and none is missing.",
            ),
            (
                f"Meridian Daily: Who will pay for the {topic} then?",
                f"Ada Quill: Whoever ordered {n + 2} of them. We have lodged no claim.",
            ),
            ("AFP: Will the harbour stay open?", f"Ada Quill: It will. Ask again in {n + 3} days."),
        ]
        site.put(f"{place}/t{900000 - step * n}.shtml", briefing(day, exchanges))
    entries = [entry_of(path, body) for path, body in site.bodies().items()]
    site.list_at(first, sorted(entries, key=_number, reverse=True), per_page)
    return site
