"""A visitor without a browser: changes of page through the web socket, as Streamlit's front end asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

PATIENCE_S = 120.0  # a machine may have other work


@contextmanager
def visitor(address: str) -> Iterator[ClientConnection]:
    """Yield a connection to the dashboard; it is one session."""
    place = f"ws://{urlsplit(address).netloc}/_stcore/stream"
    with connect(
        place, subprotocols=[Subprotocol("streamlit")], max_size=None, origin=None, compression=None
    ) as line:
        yield line


def change_page(line: ClientConnection, page: str, address: str) -> None:
    """Open a page at an address such as "run=…", and wait until it is complete.

    Raises:
        RuntimeError: there is no such page, or it shows an error.
    """
    asked = BackMsg()
    asked.rerun_script.page_name = page
    asked.rerun_script.query_string = address
    line.send(asked.SerializeToString())
    while True:
        told = ForwardMsg.FromString(line.recv(timeout=PATIENCE_S))
        kind = told.WhichOneof("type")
        if kind == "page_not_found":
            raise RuntimeError(f"there is no page {page}")
        if kind == "delta" and told.delta.new_element.WhichOneof("type") == "exception":
            raise RuntimeError(f"{page}?{address}: {told.delta.new_element.exception.message}")
        if kind == "script_finished":
            return
