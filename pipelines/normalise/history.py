"""What became of a page: its versions by time of fetch, when it vanished and came back, and which words changed."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.contracts.lake import DocumentVersions, TurnChanges
from pipelines.extract.raw_store import object_paths
from pipelines.extract.screening import GONE_STATUS, PASSING_TROUBLE
from pipelines.identifiers import digest, words_of
from pipelines.normalise.facts import PageFacts, is_same_text, runs_of_words
from pipelines.urls import public_url, with_canonical_urls

SIGHTING = pl.Schema(
    {
        "sha256": pl.String(),
        "url": pl.String(),
        "fetched_at": pl.Datetime("us"),
        "http_status": pl.Int64(),
        "raw_path": pl.String(),
        "media_type": pl.String(),
        "size_bytes": pl.Int64(),
        "name_number": pl.Int64(),
    }
)
"""That certain bytes were seen at an address and a time; addresses are canonical. ``name_number`` is the ministry's page
number in the name of a file that came without address: people save pages under their own names (t1558711.txt)."""

NO_BODY = digest("")
"""``body_sha256`` of a version without any words."""

REWORDED_FROM = 0.5
"""Share of words in common (Dice coefficient) from which two turns in the same place are one turn, reworded."""

TORN_LETTERS = 12
"""Letters at the end of a cut text that may differ from the whole one: half a word, or half a name of a mark (&nbs)."""

_NAME_NUMBER = r"(?:^|[/\\])t(\d{5,7})\.\w+$"
"""Serial numbers only, as they were given until October 2021; later ones stand behind a day."""

_TOKEN = re.compile(r"[^\W_\u2e80-\u9fff]+|[\u2e80-\u9fff]")


def sightings(captures: pl.DataFrame) -> pl.DataFrame:
    """What each address served, without what a later fetch found unchanged.

    The ministry answers for a removed page with status 404, or with 200 and an error page; the latter counts as gone
    unless it speaks of maintenance, load, or a barred visitor.

    Args:
        captures: in CAPTURES columns.

    Returns:
        SIGHTING columns and ``is_gone``: pages, and addresses that are known, at a known time, to have served none.
    """
    is_error_page = (pl.col("reason") == "error_page") & ~pl.col("detail").fill_null("").str.contains(PASSING_TROUBLE)
    is_gone = (pl.col("outcome") == "refused") & (pl.col("http_status").is_in(GONE_STATUS) | is_error_page)
    known = with_canonical_urls(captures, "url").with_columns(
        is_gone=is_gone.fill_null(value=False),
        raw_path=object_paths(),
        name_number=pl.when(pl.col("url").is_null()).then(pl.col("origin").str.extract(_NAME_NUMBER).cast(pl.Int64)),
    )
    is_usable = ~pl.col("is_gone") | pl.all_horizontal(pl.col("sha256", "url", "fetched_at").is_not_null())
    timed = (
        known.filter(((pl.col("outcome") == "stored") | pl.col("is_gone")) & is_usable)
        .select(*SIGHTING.names(), "is_gone")
        .sort("url", "fetched_at", "is_gone", "sha256", "http_status")
    )
    is_repeated = (_state() == _state().shift(1)).over("url") & pl.col("url").is_not_null()
    return timed.filter(~is_repeated.fill_null(value=False))


def sightings_of(seen: pl.DataFrame, pages: Iterable[PageFacts]) -> pl.DataFrame:
    """Those of some pages, and of their addresses when they were gone; sorted.

    Args:
        seen: from ``sightings``.
    """
    pages = list(pages)
    hashes, urls = [page.sha256 for page in pages], sorted({url for page in pages for url in page.urls})
    return seen.filter(pl.when("is_gone").then(pl.col("url").is_in(urls)).otherwise(pl.col("sha256").is_in(hashes)))


def _state() -> pl.Expr:
    """What an address served: bytes, or nothing."""
    return pl.when("is_gone").then(pl.lit("")).otherwise("sha256")


# --- versions ----------------------------------------------------------------------------------------------------------


def document_versions(pages: pl.DataFrame, captures: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Every change of what an address served, by fetch time; fetched again unchanged, a version stays the one it was.

    Args:
        pages: columns document_id, sha256, source_id, freshness, published_at, body_text, body_digest, layout, own_url, turns,
            is_cut_off of every version.
        captures: SIGHTING columns of the pages; without fetch time they count as older than those with one.
        gone: SIGHTING columns, of times when an address served no page; only addresses of a document matter.

    Returns:
        Columns of DocumentVersions, and ``older_sha256``: the whole page before, where words were changed since. The last
        whole page is current; an incomplete one (``_incomplete``) is kept, but proves no edit.
    """
    document = "document_id"
    pages = pages.with_columns(pl.col("is_cut_off").fill_null(value=False))
    pages = _ranked(pages.with_columns(_incomplete(pages, captures)), captures)
    events = _states(_sightings(pages, captures), gone).sort(document, "fetched_at", "is_gone", "freshness", "url", "sha256")
    events = events.with_columns(version=pl.int_range(1, pl.len() + 1).over(document))
    served = events.filter(~pl.col("is_gone"))
    before = ("sha256", "body_digest", "spoken_digest", "media_type", "fetched_at")
    whole = served.filter(~pl.col("is_incomplete"))
    whole = whole.with_columns(pl.col(c).shift(1).over(document).alias(f"{c}_before") for c in before)
    is_first = pl.col("sha256_before").is_null()
    is_edited = ~is_first & (pl.col("body_digest") != pl.col("body_digest_before")) & ~_is_unproven()
    is_new_place = pl.col("url").is_not_null() & (pl.int_range(pl.len()).over(document, "url") == 0)
    n_places = pl.col("url").is_not_null().cum_sum().over(document)
    change = (
        pl.when(is_first)
        .then(pl.lit("new"))
        .when("is_back")
        .then(pl.lit("restored"))
        .when(is_edited)
        .then(pl.lit("edited"))
        .when(is_new_place & (n_places > 1))
        .then(pl.lit("moved"))
        .otherwise(pl.lit("copy"))
    )
    whole = whole.with_columns(
        change=change,
        body_sha256="body_digest",
        older_sha256=pl.when(is_edited).then("sha256_before"),
        is_current=pl.col("version") == pl.col("version").max().over(document),
    )
    incomplete = served.filter("is_incomplete").with_columns(
        change=pl.when("is_back").then(pl.lit("restored")).otherwise(pl.lit("truncated")),
        body_sha256="body_digest",
        older_sha256=pl.lit(None, pl.String),
        is_current=pl.lit(value=False),
    )
    vanished = events.filter("is_gone").with_columns(
        change=pl.lit("vanished"),
        body_sha256=pl.lit(NO_BODY),
        layout=pl.lit("error_page"),
        older_sha256=pl.lit(None, pl.String),
        is_current=pl.lit(value=False),
    )
    columns = [*DocumentVersions.column_names(), "older_sha256"]
    return pl.concat([part.select(columns) for part in (whole, incomplete, vanished)]).sort(document, "version")


def _is_unproven() -> pl.Expr:
    """Whether other words than in the page before are no proof of an edit by the ministry: because both are of unknown time,
    so that nobody can tell which came first, or because one is, and they differ as pasted text differs from HTML: in
    furniture, not in what was asked and answered."""
    is_untimed, was_untimed = pl.col("fetched_at").is_null(), pl.col("fetched_at_before").is_null()
    is_other_kind = pl.col("media_type") != pl.col("media_type_before")
    is_rendering = is_other_kind & (pl.col("spoken_digest") == pl.col("spoken_digest_before")).fill_null(value=False)
    return (is_untimed & was_untimed) | ((is_untimed | was_untimed) & is_rendering)


def _spoken_words(turns: Iterable[Mapping[str, str]]) -> str:
    """The words of all questions and answers."""
    return "".join(words_of(turn["text"]) for turn in turns if turn["role"] in ("question", "answer"))


def _timed(captures: pl.DataFrame) -> pl.Series:
    """Hashes of the pages of which a time of fetch is known."""
    return captures.filter(pl.col("fetched_at").is_not_null())["sha256"]


@dataclass(frozen=True, slots=True)
class _Version:
    """Letters of a version: of all that was asked and answered, and of the body."""

    row: int
    spoken: str
    letters: str
    body: str
    is_cut_off: bool
    is_untimed: bool

    def is_beginning_of(self, other: _Version) -> bool:
        """Whether the other one says all that this one says, and more."""
        torn = TORN_LETTERS if self.is_cut_off else 0
        is_spoken_shorter = (self.spoken != "" or self.is_cut_off) and _is_beginning(self.spoken, other.spoken, torn)
        return is_spoken_shorter or _is_beginning(self.letters, other.letters, torn)

    def ends_before(self, other: _Version) -> bool:
        """Whether this one is cut off in the menu, before the body of the other one begins."""
        is_silent = self.is_cut_off and not self.spoken and not other.is_cut_off
        return is_silent and not is_same_text(runs_of_words(self.body), runs_of_words(other.body))


def _incomplete(pages: pl.DataFrame, captures: pl.DataFrame) -> pl.Series:
    """Whether a version is a mere beginning of another one: of its body, or of all that was asked and answered.

    That alone is no proof: the ministry may have removed the last question. It counts where the bytes are cut off, or
    where no time of fetch is known, so that nothing tells that the shorter text came later. Cut-off pages may end in the
    menu.

    Returns:
        ``is_incomplete``, in the order of the pages. One version of a document at least is whole.
    """
    timed = set(_timed(captures))
    several = pages.with_row_index("row").filter(pl.col("body_digest").n_unique().over("document_id") > 1)
    found = [False] * pages.height
    for _, group in several.group_by("document_id"):
        versions = [
            _Version(row, _spoken_words(turns), words_of(body), body, is_cut_off, sha256 not in timed)
            for row, turns, body, is_cut_off, sha256 in group.select("row", "turns", "body_text", "is_cut_off", "sha256").iter_rows()
        ]
        menus = [version for version in versions if any(map(version.ends_before, versions))]
        for version in menus:
            found[version.row] = True
        others = sorted((v for v in versions if v not in menus), key=lambda v: (len(v.spoken), len(v.letters)), reverse=True)
        for n, version in enumerate(others):
            found[version.row] = (version.is_cut_off or version.is_untimed) and any(map(version.is_beginning_of, others[:n]))
    return pl.Series("is_incomplete", found, dtype=pl.Boolean)


def _is_beginning(words: str, whole: str, torn_letters: int) -> bool:
    """Whether a text, but for so many letters at its end, is what a longer one begins with."""
    return len(words) < len(whole) and whole.startswith(words[: max(0, len(words) - torn_letters)])


def _ranked(pages: pl.DataFrame, captures: pl.DataFrame) -> pl.DataFrame:
    """The pages, with ``freshness`` counted anew: without fetch time HTML is better than pasted text, many words are better than
    few, and whole bytes better than cut ones; ties stay in the order in which they were."""
    is_timed = pl.col("sha256").is_in(_timed(captures).to_list())
    is_html = pl.col("sha256").is_in(captures.filter(pl.col("media_type") == "text/html")["sha256"].to_list())
    n_letters = pl.col("body_text").str.count_matches(r"[\p{L}\p{N}]")
    ordered = pages.with_columns(is_timed=is_timed, is_html=is_html, n_letters=n_letters).sort(
        "is_timed",
        *(pl.when(~pl.col("is_timed")).then(by) for by in (pl.col("is_html"), pl.col("n_letters"), ~pl.col("is_cut_off"))),
        "freshness",
    )
    return ordered.select(pages.columns).with_columns(freshness=pl.int_range(pl.len()))


def _spoken_digest(turns: Iterable[Mapping[str, str]]) -> str | None:
    """Of the words of all questions and answers; None where nobody asks."""
    words = [turn["words_digest"] for turn in turns if turn["role"] in ("question", "answer")]
    return digest("|".join(words)) if words else None


def _sightings(pages: pl.DataFrame, captures: pl.DataFrame) -> pl.DataFrame:
    """Where and when each version was seen. Without an address or a time a capture adds nothing to one that has it."""
    stated = [public_url(url, source_id) for url, source_id in pages.select("own_url", "source_id").iter_rows()]
    spoken = [_spoken_digest(turns) for turns in pages["turns"]]
    pages = pages.select(
        "document_id",
        "sha256",
        "freshness",
        "published_at",
        "body_digest",
        "layout",
        "is_incomplete",
        own_url=pl.Series(stated, dtype=pl.String),
        spoken_digest=pl.Series(spoken, dtype=pl.String),
    )
    seen = pages.join(captures, on="sha256").with_columns(url=pl.coalesce("url", "own_url"))
    for known, within in (("url", ["sha256"]), ("fetched_at", ["sha256", "url"])):
        is_known = pl.col(known).is_not_null()
        seen = seen.filter(is_known | ~is_known.any().over(within))
    return seen.drop("own_url").with_columns(is_gone=pl.lit(value=False))


def _states(seen: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Of the sightings at each address those that differ from the one before; ``is_back``: the one before was gone."""
    places = seen.drop_nulls("url").select("document_id", "url").unique()
    lost = gone.join(places, on="url").with_columns(is_gone=pl.lit(value=True))
    place = ["document_id", pl.coalesce("url", "sha256")]
    before = _state().shift(1).over(place)
    return (
        pl.concat([seen, lost], how="diagonal")
        .sort("document_id", "url", "fetched_at", "is_gone", "freshness", "sha256")
        .with_columns(before=before)
        # An address that is gone before anything was seen there says nothing of the document.
        .filter(
            pl.when("is_gone")
            .then(pl.col("before").is_not_null() & (pl.col("before") != ""))
            .otherwise(pl.col("sha256").ne_missing("before"))
        )
        .with_columns(is_back=(pl.col("before") == "").fill_null(value=False))
    )


# --- changed words -----------------------------------------------------------------------------------------------------


def turn_changes(pages: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """What was removed, added and reworded between each edited version and the page before it.

    Args:
        pages: columns sha256, turns of every version.
        versions: of ``document_versions``.

    Returns:
        Columns of TurnChanges. Texts are as published, with the label. A turn that moved is removed in one place and
        added in another, in the same words.
    """
    pairs = versions.drop_nulls("older_sha256").sort("document_id", "version")
    hashes = [*pairs["sha256"], *pairs["older_sha256"]]
    turns = dict(pages.filter(pl.col("sha256").is_in(hashes)).select("sha256", "turns").iter_rows())
    rows = [
        {"document_id": document_id, "version": version, "change_index": n} | change
        for document_id, version, sha256, older in pairs.select("document_id", "version", "sha256", "older_sha256").iter_rows()
        for n, change in enumerate(_differences(turns[older], turns[sha256]))
    ]
    return pl.DataFrame(rows, schema=pl.Schema(TurnChanges)) if rows else TurnChanges.create_empty()


_Turn = Mapping[str, str]


def _differences(old: Sequence[_Turn], new: Sequence[_Turn]) -> Iterator[dict[str, object]]:
    matcher = difflib.SequenceMatcher(a=[_key(turn) for turn in old], b=[_key(turn) for turn in new], autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag != "equal":
            for before, after in _aligned(old[old_from:old_to], new[new_from:new_to]):
                change = "added" if before is None else "removed" if after is None else "reworded"
                yield {
                    "change": change,
                    "role": (after or before or {})["role"],
                    "old_text": before and _published(before),
                    "new_text": after and _published(after),
                }


def _published(turn: _Turn) -> str:
    return turn["label_text"] + turn["text"]


def _key(turn: _Turn) -> str:
    return words_of(_published(turn))


def _aligned(old: Sequence[_Turn], new: Sequence[_Turn]) -> list[tuple[_Turn | None, _Turn | None]]:
    """Pairs, in page order, that make the turns as alike as can be (dynamic programming over both sequences)."""
    alike = [[_likeness(a, b) for b in new] for a in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], alike[i][j] + best[i + 1][j + 1] if alike[i][j] else 0.0)
    pairs: list[tuple[_Turn | None, _Turn | None]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((old[i], None))
            i += 1
        else:
            pairs.append((None, new[j]))
            j += 1
    return [*pairs, *((turn, None) for turn in old[i:]), *((None, turn) for turn in new[j:])]


def _likeness(a: _Turn, b: _Turn) -> float:
    """Share of words (in Chinese: characters) that two turns of one role have in common; 0 below REWORDED_FROM."""
    if a["role"] != b["role"]:
        return 0.0
    words, other = Counter(_TOKEN.findall(a["text"].lower())), Counter(_TOKEN.findall(b["text"].lower()))
    n = words.total() + other.total()
    share = 2 * (words & other).total() / n if n else 1.0
    return share if share >= REWORDED_FROM else 0.0
