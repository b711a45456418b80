"""Runs the dashboard's server in this process, and opens the browser when it answers."""

import os
import socket
import sys
import threading
import time
import webbrowser
from dataclasses import asdict, dataclass
from importlib import import_module
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from trecx.cli import printing
from trecx.errors import ServerError
from trecx.files.paths import ROOT

FIRST_PORT, PORTS = 8501, 100
_PATIENCE_S, _PAUSE_S = 120.0, 0.1  # a busy machine takes long to import what the pages need


@dataclass(frozen=True)
class Shown:
    """What the dashboard shows, and where.

    Attributes:
        database: name of the store, without a password.
        run_id: the run that the browser opens; None: the page chooses one.
        port: of the server.
    """

    database: str
    run_id: str | None
    port: int

    @property
    def server(self) -> str:
        """Address of the server."""
        return f"http://localhost:{self.port}"

    @property
    def url(self) -> str:
        """Address of the page.

        >>> Shown("scores.sqlite", "pets-mine-6de00b5e", 8501).url
        'http://localhost:8501/?run=pets-mine-6de00b5e'
        """
        return f"{self.server}/?run={quote(self.run_id)}" if self.run_id else self.server


def free_port(wanted: int | None) -> int:
    """Return a port of this computer that no server uses.

    Args:
        wanted: the port; None: the first free one from `FIRST_PORT` on.

    Raises:
        ServerError: it is in use, or all are.
    """
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + PORTS):
        if not _answers(port):
            return port
    used = f"port {wanted} is" if wanted else f"ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are"
    raise ServerError(f"{used} in use; choose another with --port")


def serve(address: str, shown: Shown, browser: bool, as_json: bool) -> None:
    """Run the server until Ctrl+C.

    Args:
        address: of the store, as the pages open it.
        shown: what is shown, for messages and the browser.
        browser: whether a browser is opened.
        as_json: whether a JSON document is printed when the server answers.

    Raises:
        KeyboardInterrupt: Ctrl+C was pressed.
    """
    os.environ["TRECX_DB"] = address
    sys.path.insert(0, str(ROOT))  # the pages are the package `app` there
    printing.tell("Starting the dashboard …")
    threading.Thread(target=_announce, args=(shown, browser, as_json), daemon=True).start()
    streamlit = import_module("streamlit.web.cli")  # by name: only the pages may depend on it
    options = ("--server.port", str(shown.port), "--server.headless", "true")
    words = ["run", str(ROOT / "app" / "server.py"), *options, "--logger.hideWelcomeMessage", "true"]
    try:
        streamlit.main(words, prog_name="streamlit", standalone_mode=False)
    except RuntimeError as error:  # what Streamlit makes of Ctrl+C
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise


def _announce(shown: Shown, browser: bool, as_json: bool) -> None:
    """Tell the address when the server answers, and open the browser there."""
    until = time.monotonic() + _PATIENCE_S
    while not _is_healthy(shown.server):
        if time.monotonic() > until:
            return
        time.sleep(_PAUSE_S)
    printing.tell(f"The dashboard is at {shown.url} (Ctrl+C stops it).")
    if as_json:
        printing.print_json(asdict(shown) | {"url": shown.url})
        sys.stdout.flush()
    if browser and _has_display():
        webbrowser.open(shown.url)


def _is_healthy(server: str) -> bool:
    try:
        with urlopen(f"{server}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _has_display() -> bool:
    """Whether a browser would be a window: in a terminal, it would take the place of the messages."""
    return not sys.platform.startswith("linux") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("localhost", port), timeout=1).close()
    except OSError:
        return False
    return True
