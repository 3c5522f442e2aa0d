"""The commands.

Exit codes: 0 done; 1 finished, but documents were quarantined or a check failed; 2 bad usage, input not found, or the
home cannot be read or written; 130 interrupted.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pipelines.errors import BriefingsError
from pipelines.settings import CRAWL_DELAY_SECONDS, REREAD_DAYS, Home

if TYPE_CHECKING:
    from pipelines.extract.crawl import CrawlReport
    from pipelines.extract.ingest import IngestReport
    from pipelines.refresh import RefreshReport

from pipelines.cli.output import Format, console, format_of, print_counts, print_frame, say, write_frame

QUARANTINED, UNUSABLE = 1, 2

LISTED_FILES = 20
"""A report names this many refused files; ``core.quarantine`` has all."""

TOUR_ROWS, TOUR_COLUMNS = 3, 10
TOUR_LEFT_OUT = ("source_id", "language")
"""Equal in all rows of most homes; the room goes to the counts."""

EVIDENCE_KEYS = ("turn_id", "exchange_id", "document_id", "start_char", "end_char", "sha256")
"""Columns of evidence that a table leaves out, as a terminal has no room for them; the other formats have all."""

app = typer.Typer(
    name="briefings",
    help="Foreign-ministry briefings as a warehouse in which every count leads back to the sentence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # rich help would take half a second to load
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done · 1 finished, but documents were quarantined or a check failed · 2 bad usage or input not found.",
)

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Folder that holds the data; by default BRIEFINGS_HOME, else warehouse/ of the checkout.")
]
FormatOption = Annotated[Format | None, typer.Option("--format", help="By default what the name of --output says, else a table.")]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="File to write to, instead of standard output.", dir_okay=False)]


class CommandError(BriefingsError):
    """Ends a command with exit code 2 and a message that says what to do."""


def main() -> None:
    """Run the command. Every error becomes one line on standard error; BRIEFINGS_DEBUG=1 shows where it came from."""
    try:
        app()
    except Exception as error:
        if os.environ.get("BRIEFINGS_DEBUG"):
            raise
        for line in _explain(error).splitlines():
            say(line, style="bold red")
        sys.exit(UNUSABLE)


def _explain(error: Exception) -> str:
    if isinstance(error, BriefingsError):
        return str(error)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}. What was stored before is unharmed; mend this and run the command again."
    if type(error).__module__.endswith("duckdb"):
        return str(error)
    if "No space left on device" in str(error):
        return "The disk is full. What was stored before is unharmed; make room and run the command again."
    if type(error).__module__.startswith("polars") and "parquet" in str(error).lower():
        return f"A file of the lake is damaged ({error}). Delete the folder lake/ of the home and run `briefings refresh`: it is made anew from raw/."
    return f"{type(error).__name__}: {error}. This is a fault of the program; please report it (BRIEFINGS_DEBUG=1 shows where)."


@app.callback()
def _options(context: typer.Context, home: HomeOption = None) -> None:
    context.obj = home


def _home(context: typer.Context, own: Path | None) -> Home:
    given = own or context.obj
    home = Home(given.expanduser().resolve()) if given else Home.from_environment()
    if home.root.exists() and not home.root.is_dir():
        raise CommandError(f"{home.root} is a file. --home and BRIEFINGS_HOME name a folder.")
    return home


@app.command()
def ingest(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files, or folders with everything below them.")],
    home: HomeOption = None,
) -> None:
    """Store pages (.html .htm .shtml .txt), and the pages of web archives (.warc .warc.gz), in the raw store.

    A manifest.csv beside pages tells their URL and fetch time; archives tell it themselves, and several captures of a page become its versions.
    """
    # Path("") is the working folder: an unset variable must not take that in.
    if not all(paths):
        raise typer.BadParameter("A path is empty. Is a variable unset? For the working folder write .", param_hint="PATH")
    from pipelines.extract.ingest import ingest as run
    from pipelines.progress import RichProgress

    with RichProgress() as progress:
        report = run(_home(context, home), [Path(path) for path in paths], progress)
    _show_ingest(report)
    if report.refused or report.unreadable:
        raise typer.Exit(QUARANTINED)


def _show_ingest(report: IngestReport) -> None:
    rows: list[tuple[str, object]] = [("new pages", report.n_new), ("known pages", report.n_known)]
    rows += [(f"refused: {reason}", n) for reason, n in report.refused_by_reason.items()]
    rows += [("unreadable", len(report.unreadable))] if report.unreadable else []
    rows += [(f"skipped: {kind}", n) for kind, n in sorted(report.skipped.items())]
    print_counts("Ingest", rows)
    troubles = [(path, message) for path, message in report.unreadable]
    troubles += [(path, f"{reason}. {detail}") for path, reason, detail in report.refused]
    for path, message in troubles[:LISTED_FILES]:
        say(f"{path}: {message}", style="yellow")
    if len(troubles) > LISTED_FILES:
        say(f'… and {len(troubles) - LISTED_FILES:,} more; after a refresh `briefings sql "from core.quarantine"` lists all.')
    if report.n_new:
        say("Next: briefings refresh")


@app.command()
def crawl(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Option("--source", help="Source to crawl, e.g. mfa-en; repeatable. By default all.")] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="YYYY-MM-DD", help="Day of the oldest briefings to fetch; by default all that are listed."),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="A mirror that serves the source's paths, e.g. http://127.0.0.1:8000.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Read every index page, and ask for every known page again.")] = False,
    reread_days: Annotated[
        int, typer.Option("--reread-days", min=0, help="Briefings of so many days are asked for again, to see edits.")
    ] = REREAD_DAYS,
    delay: Annotated[
        float, typer.Option("--delay", min=0, help="Seconds between two requests; robots.txt may ask for more.")
    ] = CRAWL_DELAY_SECONDS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read the index pages and list what would be fetched; store nothing.")] = False,
    home: HomeOption = None,
) -> None:
    """Fetch new and changed pages from a ministry's site into the raw store.

    One request at a time, as robots.txt allows. May be stopped at any time; the next crawl goes on from there.
    """
    day = _day(since, "--since")
    if base_url is not None and not re.fullmatch(r"https?://[^/?#@\s]+(?:/[^?#\s]*)?", base_url):
        raise typer.BadParameter(f"'{base_url}' is no address of a site; write it as http://127.0.0.1:8000.", param_hint="--base-url")
    from pipelines.extract.crawl import crawl as run
    from pipelines.extract.fetch import Limits
    from pipelines.progress import RichProgress

    with RichProgress() as progress:
        report = run(
            _home(context, home),
            source or (),
            since=day,
            base_url=base_url,
            full=full,
            reread_days=reread_days,
            dry_run=dry_run,
            limits=Limits(delay_seconds=delay),
            progress=progress,
        )
    _show_crawl(report, dry_run)
    if report.failures:
        raise typer.Exit(QUARANTINED)


def _day(text: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no day; write it as 2024-05-31.", param_hint=option) from None


def _show_crawl(report: CrawlReport, dry_run: bool) -> None:
    for source in report.sources:
        rows: list[tuple[str, object]] = [("index pages read", source.n_index_pages), ("pages listed", source.n_listed)]
        if dry_run:
            rows.append(("pages to fetch", len(source.to_fetch)))
        else:
            rows += [("new", source.n_new), ("changed", source.n_changed), ("asked again, unchanged", source.n_unchanged)]
            rows += [("not there (any more)", source.n_gone)]
        print_counts(source.source_id, [*rows, ("known, not asked for", source.n_saved), ("failed", len(source.failures))])
        for url in source.to_fetch[:LISTED_FILES]:
            typer.echo(url)
        for note in source.notes:
            say(note, style="yellow")
        for _, message in source.failures[:LISTED_FILES]:
            say(message, style="yellow")
        if len(source.failures) > LISTED_FILES:
            say(f"… and {len(source.failures) - LISTED_FILES:,} more failures.")
    tries = f", {report.n_retries:,} of them tries made again" if report.n_retries else ""
    say(f"{report.n_requests:,} requests{tries}; {report.n_requests_saved:,} saved, as these pages are known.")
    if report.failures:
        say("What failed is tried again by the next crawl.")
    if any(source.n_new or source.n_changed or source.n_gone for source in report.sources):
        say("Next: briefings refresh")


@app.command()
def refresh(
    context: typer.Context,
    full: Annotated[bool, typer.Option("--full", help="Parse every stored page again.")] = False,
    month: Annotated[
        list[str] | None, typer.Option("--month", metavar="YYYY-MM", help="Parse the pages of this month again; repeatable.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Bring the published file up to date with what is stored.

    Parses, normalises and annotates what is new, builds and checks the marts, and swaps the file in if every check passed.
    """
    from pipelines.cli.status import months_known

    place = _home(context, home)
    for name in month or ():
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", name):
            raise typer.BadParameter(f"'{name}' is no month; write it as 2020-09.", param_hint="--month")
        if name not in months_known(place):
            raise CommandError(f"No page of {name} is stored in {place.root}. `briefings status` shows which months are.")
    if not _has_pages(place):
        raise CommandError(_nothing_stored(place))

    from pipelines.progress import RichProgress
    from pipelines.refresh import refresh as run

    with RichProgress() as progress:
        report = run(place, full=full, months=month or (), progress=progress)
    _show_refresh(report)
    if report.quarantined or report.failed_checks or (report.build and not report.build.success):
        raise typer.Exit(QUARANTINED)


def _show_refresh(report: RefreshReport) -> None:
    print_counts("Rows", report.rows)
    if report.quarantined:
        print_counts("Quarantined", report.quarantined)
        for path, reason, detail in report.troubles:
            say(f"{path}: {reason}. {detail}", style="yellow")
        if sum(report.quarantined.values()) > len(report.troubles):
            say('`briefings sql "from core.quarantine where is_error"` names all.')
    for line in report.message.splitlines():
        say(line, style="yellow")
    if report.published and report.build and report.build.log:
        for line in report.build.log.splitlines():
            say(line, style="yellow")
        say("`make ui` shows the rows that a check found.")
    if report.is_unchanged:
        say("Nothing has changed since the last refresh.")
        return
    seconds = ", ".join(f"{stage} {value:.1f} s" for stage, value in report.seconds.items())
    months = f"{len(report.months_written)} months remade" if report.months_written else "no month remade"
    say(f"{report.n_pages_parsed:,} pages parsed, {months}, {'published' if report.published else 'nothing published'} ({seconds}).")


@app.command(context_settings={"ignore_unknown_options": True})  # a query may begin with a comment
def sql(
    context: typer.Context,
    query: Annotated[str | None, typer.Argument(help="A query; read from standard input when left out.")] = None,
    chosen: FormatOption = None,
    output: OutputOption = None,
    home: HomeOption = None,
) -> None:
    """Ask the published file, read-only. Tables: core.*, marts.* (`briefings sql "show all tables"`)."""
    if query is None and sys.stdin.isatty():
        raise typer.BadParameter("Give a query, or send one to standard input.", param_hint="QUERY")
    text = sys.stdin.read() if query in (None, "-") else query
    if not text or not text.strip():
        raise typer.BadParameter("The query is empty.", param_hint="QUERY")
    place = _published(context, home)
    from pipelines.publish.query import run_query

    write_frame(run_query(place, text), chosen, output)


@app.command()
def evidence(
    context: typer.Context,
    mart: Annotated[str, typer.Argument(help="Name of a mart, e.g. accusations_by_country.")],
    where: Annotated[str | None, typer.Option("--where", help="Condition on the mart's columns, e.g. \"accuser = 'USA'\".")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Number of quotes.")] = 20,
    chosen: FormatOption = None,
    output: OutputOption = None,
    home: HomeOption = None,
) -> None:
    """List the quotes and URLs behind a mart's rows."""
    place = _published(context, home)
    from pipelines.publish.evidence import evidence as run

    found = run(place, mart, where, limit)
    if format_of(chosen, output) is Format.table:
        found = found.drop(EVIDENCE_KEYS, strict=False)
    write_frame(found, chosen, output, title=f"Evidence behind marts.{mart.removeprefix('marts.')}")


@app.command()
def search(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS…", help='All must occur; a "phrase in quotation marks" as it stands. English or Chinese.')
    ],
    since: Annotated[str | None, typer.Option("--since", metavar="YYYY-MM-DD", help="First briefing day.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="YYYY-MM-DD", help="Last briefing day.")] = None,
    language: Annotated[
        list[str] | None, typer.Option("--language", help="en or zh. Filters take names or codes and are repeatable.")
    ] = None,
    source: Annotated[list[str] | None, typer.Option("--source", help="Source, e.g. mfa-en.")] = None,
    outlet: Annotated[
        list[str] | None, typer.Option("--outlet", help="Who asked, e.g. Reuters; not_published where no page says it.")
    ] = None,
    spokesperson: Annotated[list[str] | None, typer.Option("--spokesperson", help="Who answered.")] = None,
    country: Annotated[
        list[str] | None, typer.Option("--country", help="Country or body named in it, e.g. USA or 'United States'.")
    ] = None,
    accuser: Annotated[list[str] | None, typer.Option("--accuser", help="Who accuses in it.")] = None,
    accused: Annotated[list[str] | None, typer.Option("--accused", help="Who is accused in it.")] = None,
    accusation: Annotated[list[str] | None, typer.Option("--accusation", help="Type of accusation, e.g. A01 or Cyber.")] = None,
    direction: Annotated[list[str] | None, typer.Option("--direction", help="Direction of the accusation: IN, OUT or THIRD.")] = None,
    pattern: Annotated[list[str] | None, typer.Option("--pattern", help="Response pattern, e.g. R01 or Unaware.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Number of exchanges.")] = 20,
    chosen: FormatOption = None,
    output: OutputOption = None,
    home: HomeOption = None,
) -> None:
    """Find questions and answers that hold all words, best first."""
    days = _day(since, "--since"), _day(until, "--until")
    place = _published(context, home)
    from pipelines.publish.connection import reading
    from pipelines.publish.search import matches, search_in
    from pipelines.publish.selection import resolve

    text = " ".join(words)
    with reading(place) as connection:
        selection = resolve(
            connection,
            since=days[0],
            until=days[1],
            languages=language or (),
            sources=source or (),
            outlets=outlet or (),
            spokespersons=spokesperson or (),
            countries=country or (),
            accusers=accuser or (),
            accused=accused or (),
            accusation_types=accusation or (),
            directions=direction or (),
            patterns=pattern or (),
        )
        found = search_in(connection, text, selection, limit)
        n_found = matches(connection, text, selection).height
        n_without = n_found if n_found or selection.is_empty else matches(connection, text).height
    if not n_found:
        say(f"No exchange holds all of: {text}" + (" within the filters." if n_without else "."))
        if n_without:
            say(f"Without the filters {n_without:,} do: leave out one after the other.")
        else:
            say(
                "Try fewer words, the other language, or no quotation marks. Put spaces between Chinese words: what is written together is a phrase."
            )
    if format_of(chosen, output) is not Format.table:
        write_frame(found, chosen, output)
    elif n_found:
        shown = found.select("briefing_date", "outlet", "spokesperson", "snippet", "title", "turn_id")
        write_frame(shown, chosen, output, title=f"{found.height:,} of {n_found:,} exchanges, best first")
    if n_found:
        say(f"To cite one: briefings cite {found['turn_id'][0]}")


@app.command()
def cite(
    context: typer.Context,
    turn_id: Annotated[
        str, typer.Argument(metavar="TURN_ID", help="As search and evidence list it; an exchange's or document's id will do, too.")
    ],
    style: Annotated[str, typer.Option("--style", metavar="apa|chicago|bibtex|all", help="Style of the citation.")] = "all",
    home: HomeOption = None,
) -> None:
    """Cite what was said: ministry, date, title, URL, turn number, hash and time of retrieval."""
    if style not in ("apa", "chicago", "bibtex", "all"):
        raise typer.BadParameter(f"'{style}' is none of apa, chicago, bibtex, all.", param_hint="--style")
    place = _published(context, home)
    from pipelines.publish.cite import STYLES, cite_in
    from pipelines.publish.connection import reading

    with reading(place) as connection:
        typer.echo("\n\n".join(cite_in(connection, turn_id, each) for each in STYLES if style in (each, "all")))


@app.command()
def compare(
    context: typer.Context,
    old: Annotated[
        Path | None, typer.Argument(help="A file published earlier; by default the last one that had another codebook.", dir_okay=False)
    ] = None,
    code: Annotated[str | None, typer.Option("--code", help="List what was gained and lost of one code, e.g. R12, with quotes.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Number of rows of a table.")] = 40,
    chosen: FormatOption = None,
    output: OutputOption = None,
    home: HomeOption = None,
) -> None:
    """Show what changed in the codes of the same text because the codebook changed."""
    place = _published(context, home)
    earlier = old or place.earlier_codebook
    if not earlier.exists():
        what = (
            f"{old} is not there." if old else "No file of an earlier codebook is kept yet: a refresh keeps one when the codebook changes."
        )
        raise CommandError(what)
    import polars as pl

    from pipelines.publish.compare import compare_codes

    found = compare_codes(place, earlier)
    say(f"Codebook {found.old_version} and {found.new_version} on {found.n_turns:,} equal turns.")
    rows = found.changes.filter(code=code) if code else found.counts
    if format_of(chosen, output) is Format.table:
        changed = rows if code else rows.filter(pl.col("n_gone") + pl.col("n_added") > 0)
        if changed.is_empty():
            say(f"{code or 'Every code'}: no change.")
            return
        hidden = changed.height - limit
        rows = changed.head(limit).drop(EVIDENCE_KEYS, strict=False)
        if hidden > 0:
            say(f"{hidden:,} more rows: --limit, or --output FILE for all.")
    write_frame(rows, chosen, output, title=f"Changes of {code}" if code else "Codes before and after")


@app.command()
def export(
    context: typer.Context,
    chosen: Annotated[
        str | None,
        typer.Option("--format", metavar="parquet|csv|cmfa", help="By default parquet. cmfa: columns as in the CMFA PressCon corpus."),
    ] = None,
    is_release: Annotated[
        bool, typer.Option("--release", help="Make an archive to cite, with all tables, checksums, and what changed since the last one.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Write the published tables as files into exports/."""
    if chosen not in (None, "parquet", "csv", "cmfa"):
        raise typer.BadParameter(f"'{chosen}' is none of parquet, csv, cmfa.", param_hint="--format")
    if chosen and is_release:
        raise typer.BadParameter("A release holds Parquet and CSV; leave --format out.", param_hint="--release")
    place = _published(context, home)
    from pipelines.progress import RichProgress
    from pipelines.publish.exports import export as run
    from pipelines.publish.exports import release

    with RichProgress() as progress:
        made = release(place, progress) if is_release else None
        files = (made.archive, made.checksum) if made else run(place, chosen or "parquet", progress)
    for path in files:
        typer.echo(path)
    if made:
        say(made.summary())


@app.command()
def report(
    context: typer.Context,
    is_opened: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = False,
    home: HomeOption = None,
) -> None:
    """Make the report page: charts that lead to the quotes behind them, as files that open without a network."""
    place = _published(context, home)
    from pipelines.publish.report import build_report

    built = build_report(place)
    typer.echo(built.index)
    say(f"{built.n_pages:,} pages, {built.size_bytes / 1e6:,.1f} MB, {built.seconds:.1f} s.")
    if is_opened:
        typer.launch(built.index.as_uri())


@app.command()
def explore(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Port of this machine; by default 8765, 0 takes a free one.")
    ] = None,
    is_opened: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
    home: HomeOption = None,
) -> None:
    """Filter, search, read and cite exchanges in the browser, read-only and for this machine alone. Ctrl+C ends it."""
    from pipelines.explorer.serve import serve
    from pipelines.publish.links import EXPLORER_PORT

    serve(_home(context, home), EXPLORER_PORT if port is None else port, is_opened=is_opened)


@app.command()
def status(
    context: typer.Context,
    chosen: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.table,
    home: HomeOption = None,
) -> None:
    """Show what is stored, parsed and published.

    Also what was quarantined, how fresh it all is, and the versions of the rules.
    """
    import json
    from dataclasses import asdict

    from pipelines.cli.status import read_status

    if chosen not in (Format.table, Format.json):
        raise typer.BadParameter("status has the formats table and json.", param_hint="--format")
    place = _home(context, home)
    facts = read_status(place)
    if chosen is Format.json:
        typer.echo(json.dumps(asdict(facts), default=str, indent=2, ensure_ascii=False))
        return
    import polars as pl

    print_counts(
        str(place.root),
        [
            ("pages stored", f"{facts.n_pages:,} ({facts.size_bytes / 1e6:,.1f} MB)"),
            ("pages waiting for a refresh", f"{facts.n_waiting:,}"),
            *((f"files refused: {reason}", f"{n:,}") for reason, n in facts.refused.items()),
            ("months", f"{facts.n_months} ({facts.first_month} to {facts.last_month})" if facts.n_months else "none"),
            ("latest briefing", facts.latest_briefing or "none"),
            ("latest fetch (UTC)", facts.latest_fetch or "not known: no manifest.csv told it"),
            ("published (UTC)", facts.published_at.replace(microsecond=0) if facts.published_at else "nothing"),
            ("up to date", {True: "yes", False: "no", None: "nothing published"}[facts.is_up_to_date]),
            ("parser version", facts.parser_version),
            ("codebook version", facts.codebook_version),
            ("vocabulary version", facts.vocabulary_version),
        ],
    )
    if facts.documents:
        print_frame(pl.DataFrame(facts.documents, infer_schema_length=None), "Documents")
    if facts.quarantine:
        print_frame(pl.DataFrame(facts.quarantine, infer_schema_length=None), "Quarantine")
    if not facts.n_pages:
        say(_nothing_stored(place))
    elif not facts.is_up_to_date:
        say("Next: briefings refresh")


@app.command()
def tour(context: typer.Context, home: HomeOption = None) -> None:
    """Show the first rows of every mart, and what to type next."""
    place = _published(context, home)
    from pipelines.publish.query import run_query

    marts = run_query(
        place,
        "select table_name, comment from duckdb_tables() where schema_name = 'marts' "
        "union all select view_name, comment from duckdb_views() where schema_name = 'marts' order by 1",
    )
    for name, comment in marts.iter_rows():
        rows = run_query(place, f'select * from marts."{name}" limit {TOUR_ROWS}')
        shown = rows.drop(TOUR_LEFT_OUT, strict=False)[:, :TOUR_COLUMNS]
        hidden = rows.width - shown.width
        first_sentence = f"{(comment or '').split('. ')[0].rstrip('.')}."
        print_frame(shown, f"marts.{name}", caption=f"{first_sentence} {hidden} more columns." if hidden else first_sentence)
    console().print("\nNext:")
    for line in (
        'briefings sql "select briefing_date, title, n_exchanges from core.documents order by 1 desc limit 10"',
        'briefings sql "from marts.accusations_by_country order by n_accusations desc limit 10"',
        "briefings evidence accusations_by_country --limit 5",
        "briefings status",
        "make ui",
    ):
        console().print(f"  {line}", markup=False)


def _has_pages(home: Home) -> bool:
    return any((home.raw / "manifest").glob("*.jsonl"))


def _nothing_stored(home: Home) -> str:
    return f"Nothing is stored in {home.root} yet. Type: briefings ingest PATH (a folder with pages), then: briefings refresh"


def _published(context: typer.Context, own: Path | None) -> Home:
    """The home, when it has a published file to read."""
    home = _home(context, own)
    if not home.published.exists():
        _not_published(home)
    return home


def _not_published(home: Home) -> NoReturn:
    if not _has_pages(home):
        raise CommandError(_nothing_stored(home))
    raise CommandError(f"Nothing is published in {home.root} yet. Type: briefings refresh")
