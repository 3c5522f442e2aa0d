"""The app: addresses, and what keeps strangers out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb  # noqa: TID251 - its type only; the file is opened by pipelines.publish
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from pipelines.errors import BriefingsError
from pipelines.explorer import queries
from pipelines.explorer.address import Address, read_address
from pipelines.explorer.downloads import FORMS, download
from pipelines.explorer.marks import Piece, excerpt
from pipelines.explorer.published import Edition, Published
from pipelines.publish.cite import STYLES, cite_in
from pipelines.publish.links import source_link
from pipelines.publish.search import found_spans, parse_query
from pipelines.publish.search_index import read_index
from pipelines.publish.selection import NAMED
from pipelines.settings import Home

FOLDER = Path(__file__).parent

OWN_NAMES = {"127.0.0.1", "localhost", "[::1]"}
"""Names of this machine. A page elsewhere can let a name of its own point to this machine (DNS rebinding) and would read the
answers; its requests carry that name."""

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
"""Pages of a ministry are text here, whatever they hold; should one slip through, nothing of it may run or be fetched."""

EXCERPT_CHARACTERS = 240

LABELS = {
    "since": "From",
    "until": "To",
    "languages": "Language",
    "sources": "Source",
    "outlets": "Asking outlet",
    "spokespersons": "Spokesperson",
    "countries": "Country or body named",
    "accusers": "Accuser",
    "accused": "Accused",
    "accusation_types": "Accusation",
    "directions": "Direction",
    "patterns": "Response pattern",
    "words": "Words",
}
"""How the filters are called."""


class Guard:
    """Answers requests for this machine's own names only, and sends the headers that keep pages harmless."""

    def __init__(self, app: ASGIApp) -> None:
        """``app`` answers what passes."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: object) -> None:
            if isinstance(message, dict) and message["type"] == "http.response.start":
                own = {name.encode(): value.encode() for name, value in HEADERS.items()}
                others = [(name, value) for name, value in message["headers"] if name.lower() not in own]
                message = {**message, "headers": [*others, *own.items()]}
            await send(message)  # type: ignore[arg-type]  # as it came

        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or re.sub(r":\d+$", "", hosts[0].strip().lower()) not in OWN_NAMES:
            refusal = PlainTextResponse("This is a local app: open it as http://127.0.0.1 with its port.\n", status_code=421)
            await refusal(scope, receive, guarded)  # type: ignore[arg-type]
            return
        await self.app(scope, receive, guarded)  # type: ignore[arg-type]


def make_app(home: Home) -> Starlette:
    """The explorer of a home's published file, also when nothing is published yet."""
    published = Published(home)
    explorer = _Explorer(published)
    app = Starlette(
        routes=[
            Route("/", explorer.page),
            Route("/download.{form}", explorer.file),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ],
        middleware=[Middleware(Guard)],
        exception_handlers={HTTPException: explorer.failed, BriefingsError: explorer.failed, Exception: explorer.failed},
    )
    app.state.published = published
    app.state.warm = explorer.warm
    return app


class _Explorer:
    def __init__(self, published: Published) -> None:
        self.published = published
        environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["number"] = lambda value: f"{value:,}"
        environment.filters["shown"] = shown
        environment.globals.update(
            labels=LABELS, named=NAMED, languages=queries.LANGUAGES, no_outlet=queries.NO_OUTLET, source_link=source_link
        )
        self.environment = environment

    def render(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        return HTMLResponse(self.environment.get_template(template).render(**values), status_code=status)

    def warm(self) -> None:
        """Read what the first page and the first search need, so that they do not wait for it.

        Raises:
            BriefingsError: nothing is published, or the file cannot be read.
        """
        with self.published.reading() as (connection, edition):
            self.results(connection, edition, Address())
            read_index(connection)

    def page(self, request: Request) -> Response:
        """The list of results, or one exchange."""
        address = _read(request)
        with self.published.reading() as (connection, edition):
            if address.exchange is None:
                return self.results(connection, edition, address)
            main = queries.exchange(connection, edition, address.exchange, address.words)
            if main is None:
                return self.problem(
                    404,
                    "This exchange is not in the published file",
                    f"No exchange has the id “{address.exchange}”. A page that was edited or is parsed anew may give its exchanges new ids.",
                    address.results(),
                    "Show the list of exchanges",
                )
            other = queries.twin(connection, main.row)
            there = queries.exchange(connection, edition, other.exchange_id, address.words, "twin-") if other.exchange_id else None
            return self.render(
                "exchange.html",
                address=address,
                edition=edition,
                main=main,
                twin=other,
                there=there,
                beside=queries.neighbours(connection, main.row),
                citations={style: cite_in(connection, address.exchange, style) for style in STYLES},
            )

    def results(self, connection: duckdb.DuckDBPyConnection, edition: Edition, address: Address) -> Response:
        """A page of the list."""
        found = queries.results(connection, address)
        return self.render(
            "results.html",
            address=address,
            edition=edition,
            found=found,
            chips=_chips(address, edition),
            loosened=queries.loosened(connection, address) if not found.total else [],
            excerpt=_excerpter(address),
        )

    def file(self, request: Request) -> Response:
        """The whole selection as a file."""
        form = request.path_params["form"]
        if form not in FORMS:
            raise HTTPException(404)
        address = _read(request)
        with self.published.reading() as (connection, _):
            content = download(connection, address, form)
        return Response(content, media_type=FORMS[form], headers={"content-disposition": f'attachment; filename="exchanges.{form}"'})

    def problem(self, status: int, title: str, detail: str, link: str, link_text: str) -> HTMLResponse:
        return self.render("problem.html", status, title=title, detail=detail, link=link, link_text=link_text)

    def failed(self, request: Request, error: Exception) -> Response:
        """What went wrong, in words: an address without a page, no file to read, or a fault of the program (uvicorn prints where)."""
        if isinstance(error, HTTPException):
            title = "There is no page at this address" if error.status_code == 404 else error.detail
            return self.problem(error.status_code, title, request.url.path, "/", "Show the list of exchanges")
        again = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        if isinstance(error, BriefingsError):
            title = "This cannot be shown now" if self.published.home.published.exists() else "Nothing is published yet"
            return self.problem(503, title, str(error), again, "Try again")
        return self.problem(500, "This page could not be made", f"{type(error).__name__}. The terminal shows where.", again, "Try again")


def shown(text: object) -> str:
    """A text as HTML may hold it: control characters become visible marks, as in a terminal."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]", "\ufffd", str(text))


def _chips(address: Address, edition: Edition) -> list[tuple[str, str, str]]:
    """The filters in use: how each is called, its value in words, and the address without it."""
    found: list[tuple[str, str, str]] = []
    if address.words:
        found.append((LABELS["words"], address.words, address.without("words").url()))
    for name in ("since", "until"):
        if day := getattr(address.selection, name):
            found.append((LABELS[name], day.isoformat(), address.without(name).url()))
    for name in NAMED:
        for code in getattr(address.selection, name):
            found.append((LABELS[name], edition.name(name, code), address.without(name, code).url()))
    return found


def _excerpter(address: Address) -> Callable[[str], list[Piece]]:
    return lambda text: excerpt(text, EXCERPT_CHARACTERS, found_spans(address.words, text) if address.words else ())


def _read(request: Request) -> Address:
    """The page that a request asks for; a search without a word in it is named and left out."""
    address = read_address(request.query_params.multi_items())
    if address.words:
        try:
            parse_query(address.words)
        except BriefingsError as error:
            return replace(address.without("words"), exchange=address.exchange, troubles=(*address.troubles, str(error)))
    return address
