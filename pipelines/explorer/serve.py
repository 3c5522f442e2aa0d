"""Serve the explorer to this machine."""

from __future__ import annotations

import socket
import threading
import webbrowser

import uvicorn

from pipelines.errors import BriefingsError
from pipelines.explorer.app import make_app
from pipelines.publish.links import EXPLORER_PORT
from pipelines.settings import Home

ADDRESS = "127.0.0.1"


def serve(home: Home, port: int = EXPLORER_PORT, *, is_opened: bool = True) -> None:
    """Serve until interrupted; the file is read before the address is told, so that the first page does not wait for it.

    Args:
        home: whose published file.
        port: of this machine; 0 takes a free one.
        is_opened: whether to open the page in the browser.

    Raises:
        BriefingsError: the port is taken.
    """
    app = make_app(home)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((ADDRESS, port))
        except OSError as error:
            raise BriefingsError(
                f"Port {port} cannot be used ({error.strerror}). Is an explorer open already? Else give another one: --port"
            ) from None
        taken.listen()
        url = f"http://{ADDRESS}:{taken.getsockname()[1]}/"
        try:
            app.state.warm()
        except BriefingsError as error:
            print(f"{error}\nThe page shows it as soon as something is published.", flush=True)
        print(f"Explorer: {url} (Ctrl+C ends it)", flush=True)
        if is_opened:
            threading.Timer(0.3, webbrowser.open, [url]).start()
        uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", server_header=False)).run(sockets=[taken])
    app.state.published.close()
