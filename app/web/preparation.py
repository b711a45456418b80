"""What the pages need, imported while the browser loads Streamlit's front end.

The server listens at once. A visit waits in two places until its modules are there: its web socket for those
of the first page (`FirstPage`), and another page for those of all pages (`all_pages`).
"""

import asyncio
import gc
import pkgutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module

from starlette.types import ASGIApp, Receive, Scope, Send

import app
from app.web import plotly_script

FIRST_PAGE = (  # what Tune, main.py and Streamlit import for the first page
    "streamlit.emojis",
    "app.import_scores.held_upload",
    "app.live.assets",
    "app.shared.frame",
    "app.live.console",
    "app.shared.store_upgrade",
    "app.tune.current_point",
    "app.tune.export_dialog",
    "app.tune.guarantee",
    "app.tune.memory",
    "app.tune.save_dialog",
    "scipy.special",
    "pandas",  # by Streamlit, for each component
)
OTHER_PAGES = ("plotly.graph_objects", "scipy.stats")
SCRIPTS = ("app.main", "app.server", "app.views")  # run, not imported
_first, _all = threading.Event(), threading.Event()
_first.set()
_all.set()


class Preparation(threading.Thread):
    """Imports the modules of the first page, then those of all others, and compresses Plotly's script.

    Streamlit collects garbage after each run of a page, and looks at every object each time: 0.15 s for the
    600,000 of the imported modules, in which no page can answer. So the collector leaves out what exists
    when the modules are there, as they stay anyway.
    """

    def __init__(self) -> None:
        super().__init__(name="preparation", daemon=True)
        _first.clear()
        _all.clear()

    def run(self) -> None:
        """Import in the order of need; what cannot be imported is left to the page that needs it."""
        gc.disable()  # nothing becomes garbage here, and each collection looks at all modules so far
        try:
            _import(FIRST_PAGE)
            gc.freeze()
            _first.set()
            _import((*OTHER_PAGES, *_modules_of_pages()))
            gc.freeze()
        finally:
            gc.enable()
            _first.set()
            _all.set()
        plotly_script.compressed()


class FirstPage:
    """Lets a web socket wait until the modules of the first page are there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request at once, and a web socket when it can be served."""
        if scope["type"] == "websocket" and not _first.is_set():
            await asyncio.to_thread(_first.wait)
        await self.app(scope, receive, send)


def all_pages() -> None:
    """Wait until the modules of all pages are there."""
    _all.wait()


def _import(names: tuple[str, ...]) -> None:
    for name in names:
        with suppress(Exception):  # that page shows the error
            import_module(name)


def _modules_of_pages() -> Iterator[str]:
    for found in pkgutil.walk_packages(app.__path__, "app."):
        if not found.name.startswith(SCRIPTS):
            yield found.name
