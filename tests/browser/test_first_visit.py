"""What the server does before its first visit, and what the browser loads beside Streamlit's front end."""

import subprocess
import sys

import pytest
import requests

from app.server import NAME
from tests.browser.session import DRAWN, open_console
from tests.conftest import ROOT
from trecx.console.assets import PLOTLY

ENTER = """
import asyncio, sys
from app.server import FIRST_PAGE, _ready, app
async def start():
    async with _ready(app):
        return set(FIRST_PAGE) <= sys.modules.keys()
print("app.live.console" in sys.modules, asyncio.run(start()))
"""


@pytest.mark.parametrize("place", ["", "compare", "?run=kws/trecx"])
def test_the_page_of_html_names_the_script_of_plotly_which_is_packed_once(address, place):
    page = requests.get(f"{address}/{place}", headers={"Accept": "text/html"}, timeout=30)
    assert page.text.count(NAME) == 1
    assert int(page.headers["content-length"]) == len(page.content)
    assert "etag" not in page.headers
    script = requests.get(f"{address}/{NAME}", timeout=30)
    assert script.content == PLOTLY.read_bytes()
    assert script.headers["content-encoding"] == "gzip"
    assert "immutable" in script.headers["cache-control"]


def test_other_answers_are_left_as_they_are(address):
    asked = requests.get(f"{address}/_stcore/health", headers={"Accept": "text/html"}, timeout=30)
    assert asked.text == "ok"
    assert NAME not in requests.get(address, headers={"Accept": "*/*"}, timeout=30).text


def test_what_the_first_page_needs_is_imported_before_the_server_answers():
    command = [sys.executable, "-W", "ignore", "-c", ENTER]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert ran.stdout.split() == ["False", "True"]


@pytest.mark.browser
def test_plotly_is_loaded_once_and_with_the_front_end(page, address):
    asked = []
    page.on("request", lambda request: "plotly" in request.url and asked.append(request.url))
    open_console(page, address)
    assert [url.rpartition("/")[2] for url in asked] == [NAME]
    assert page.locator(DRAWN).count() == 1
