"""The script of the plotly package under an address that never changes, so that a browser keeps it."""

import gzip
from functools import cache

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.components.v1 import declare_component

from trecx.files.plotly_script import plotly_script

SCRIPT = plotly_script()
NAME = f"plotly-{SCRIPT.stat().st_mtime_ns:x}.min.js"  # another version has another name
FOREVER = "public, max-age=31536000, immutable"
_routes: list[Route] = []


@cache
def compressed() -> bytes:
    """Return the script, compressed once and not at every visit."""
    return gzip.compress(SCRIPT.read_bytes(), 6)


def route() -> Route:
    """Return the route of the script for a server; `address` is its address from then on."""
    _routes.append(Route(_below_base(NAME), _answer))
    return _routes[-1]


def address() -> str:
    """Return the address of the script on this server.

    Where Streamlit runs `main.py` without `server.py`, it is served as the file of a component without
    content: as data of a component, its 4.8 MB would be sent through the web socket at every visit.
    """
    if _routes:
        return _routes[-1].path
    declare_component("plotly", SCRIPT.parent)  # looks up the files of all modules, which takes 0.2 s
    return _below_base(f"component/{__name__}.plotly/{SCRIPT.name}")


async def _answer(asked: Request) -> Response:
    about = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if compressed.cache_info().currsize and "gzip" in asked.headers.get("accept-encoding", ""):
        about["Content-Encoding"] = "gzip"
        return Response(compressed(), media_type="text/javascript", headers=about)
    return Response(SCRIPT.read_bytes(), media_type="text/javascript", headers=about)


def _below_base(place: str) -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/{place}" if base else f"/{place}"
