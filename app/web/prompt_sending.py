"""Answers and messages that do not wait for each other: Nagle's algorithm is off."""

import socket

from starlette.types import ASGIApp, Receive, Scope, Send


class PromptSending:
    """Turns Nagle's algorithm off for each connection.

    With it, what is sent waits until the browser has acknowledged what was sent before, which takes up to
    40 ms: for every file after its headers, and for every message of a page after the first. asyncio turns
    it off by itself, but not for a socket that was made without naming TCP, as Streamlit makes it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or serve a web socket."""
        transport = getattr(getattr(receive, "__self__", None), "transport", None)  # of uvicorn
        line = transport.get_extra_info("socket") if transport else None
        if line is not None and line.family in (socket.AF_INET, socket.AF_INET6):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await self.app(scope, receive, send)
