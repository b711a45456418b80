"""The server of the dashboard, ready for its first visit: `python -m streamlit run app/server.py`.

`main.py` has the pages, and Streamlit can run it without this file; then the first visit waits for imports,
and the browser loads one file after the other. `app.web` has what this server does about it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from app.shared.memory import map_large_blocks
from app.web import plotly_script
from app.web.head import EarlyHead
from app.web.preparation import FirstPage, Preparation
from app.web.prompt_sending import PromptSending


@asynccontextmanager
async def _ready(_: st.App) -> AsyncIterator[None]:
    Preparation().start()
    yield


map_large_blocks()
app = st.App(
    "main.py",
    lifespan=_ready,
    routes=[plotly_script.route()],
    middleware=[Middleware(PromptSending), Middleware(EarlyHead), Middleware(FirstPage)],
)
