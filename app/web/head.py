"""What the page of HTML names, so that the browser loads it early and not when it is first needed."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

from app.web.plotly_script import NAME

PARTS = (
    "BidiComponent",
    "Selectbox",
    "NumberInput",
    "Radio",
    "Button",
)  # of Streamlit's front end, on each page
SCRIPTS = Path(file_util.get_static_dir()) / "static" / "js"
_IMPORT = re.compile(r'(?:from|import)"\./([\w.-]+\.js)"')


class EarlyHead:
    """Adds to the page of HTML what the pages need beside Streamlit's front end.

    These are Plotly's script, which is loaded beside the front end and run after the first numbers
    (`trecx/console/plot.js`), and the parts of the front end that the first elements need.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; the page of HTML for a browser's window gets the lines of `head`."""
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
                    await _send(held, send)
                return
            await send(message)

        await self.app({**scope, "headers": plain}, receive, pass_on)


@cache
def head() -> bytes:
    """Return the lines that are added to the head of the page of HTML."""
    plotly = f'<link rel="preload" as="script" fetchpriority="low" data-plotly href="./{NAME}">'
    parts = (f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in early_parts())
    return "".join([plotly, *parts]).encode()


def early_parts(folder: Path = SCRIPTS) -> list[str]:
    """Return the files of the front end that the first elements need, beside those that its page names.

    Args:
        folder: the scripts of Streamlit's front end; another version has other names.
    """
    index = folder.parents[1] / "index.html"
    named = index.read_text(encoding="utf-8") if index.is_file() else ""
    found: dict[str, None] = {}
    for part in PARTS:
        for path in folder.glob(f"{part}.*.js"):
            found |= dict.fromkeys(_with_imports(path, found))
    return [name for name in found if name not in named]


def _with_imports(path: Path, known: dict[str, None]) -> Iterator[str]:
    wanted, seen = [path], set(known)
    while wanted:
        here = wanted.pop()
        if here.name in seen or not here.is_file():
            continue
        seen.add(here.name)
        yield here.name
        wanted += [path.with_name(name) for name in _IMPORT.findall(here.read_text(encoding="utf-8"))]


async def _send(held: list[Message], send: Send) -> None:
    start, *parts = held
    body = b"".join(part.get("body", b"") for part in parts).replace(b"<head>", b"<head>" + head(), 1)
    headers = MutableHeaders(raw=list(start["headers"]))
    if body:  # not for HEAD
        headers["content-length"] = str(len(body))
    del headers["etag"], headers["last-modified"]  # of Streamlit's file, which is not what is sent
    await send({**start, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    return MutableHeaders(raw=list(start["headers"])).get("content-type", "").startswith("text/html")
