"""The server of the dashboard, ready for its first visit: `python -m streamlit run app/server.py`.

`main.py` has the pages, and Streamlit can run it without this file; then the first visit waits for imports,
and Plotly is loaded last. Here, what the pages need is imported before the server answers, and the page of
HTML names Plotly's script, so that the browser loads it while it waits for Streamlit's front end.
"""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.shared.memory import map_large_blocks
from trecx.console.assets import PLOTLY

FIRST_PAGE = (
    "scipy.stats",
    "streamlit.emojis",
    "app.shared.frame",
    "app.live.console",
    "app.tune.export_dialog",
    "app.tune.save_dialog",
)
NAME = f"plotly-{PLOTLY.stat().st_mtime_ns:x}.min.js"  # another version has another name
FOREVER = "public, max-age=31536000, immutable"


@cache
def compressed_plotly() -> bytes:
    """Return the script of the plotly package, compressed once and not at every visit."""
    return gzip.compress(PLOTLY.read_bytes(), 6)


class EarlyPlotly:
    """Adds Plotly's script to the page of HTML; without it, `live/foundation.js` loads it later."""

    script = f'<head><script async fetchpriority="high" data-plotly src="./{NAME}"></script>'.encode()

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; one that a browser's window sends gets the script."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self.app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        held: list[Message] = []

        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                if _is_page(message):
                    held.append(message)
                    return
            elif held:
                held.append(message)
                if not message.get("more_body", False):
                    await self._send(held, send)
                return
            await send(message)

        await self.app({**scope, "headers": plain}, receive, pass_on)

    async def _send(self, held: list[Message], send: Send) -> None:
        start, *parts = held
        body = b"".join(part.get("body", b"") for part in parts).replace(b"<head>", self.script, 1)
        headers = MutableHeaders(raw=list(start["headers"]))
        if body:  # not for HEAD
            headers["content-length"] = str(len(body))
        del headers["etag"], headers["last-modified"]  # of Streamlit's file, which is not what is sent
        await send({**start, "headers": headers.raw})
        await send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    return MutableHeaders(raw=list(start["headers"])).get("content-type", "").startswith("text/html")


async def _plotly(_: Request) -> Response:
    headers = {"Content-Encoding": "gzip", "Cache-Control": FOREVER}
    return Response(compressed_plotly(), media_type="text/javascript", headers=headers)


@asynccontextmanager
async def _ready(_: st.App) -> AsyncIterator[None]:
    for module in FIRST_PAGE:
        import_module(module)
    compressed_plotly()
    yield


map_large_blocks()
app = st.App(
    "main.py",
    lifespan=_ready,
    routes=[Route(f"/{st.get_option('server.baseUrlPath')}/{NAME}".replace("//", "/"), _plotly)],
    middleware=[Middleware(EarlyPlotly)],
)
