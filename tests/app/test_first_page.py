"""What the first page waits for: what is imported before it, and what the server does about it."""

import asyncio
import gc
import socket
import subprocess
import sys
import threading
import tomllib
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from app.web import preparation
from app.web.head import early_parts
from app.web.prompt_sending import PromptSending
from tests.conftest import ROOT

# Each takes 0.03 s to 0.5 s.
BEFORE_LISTENING = ("numpy", "pandas", "pyarrow", "sqlalchemy", "scipy", "trecx.console", "trecx.store")
BEFORE_FIRST_PAGE = ("scipy.stats", "alembic", "requests", "trecx.importing", "sklearn")
SERVER = "import sys, app.server"
PAGE = """
import sys
from app.web.preparation import FIRST_PAGE, _import
_import(FIRST_PAGE)
prepared = set(sys.modules)
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app/main.py", default_timeout=120).run()
assert not page.exception
print(*(name for name in set(sys.modules) - prepared if name.startswith(("app.", "trecx."))), file=sys.stderr)
"""


def loaded(code, *names):
    """Which of these modules a new process has after this code, and what it says."""
    code = f"{code}\nprint(*(name for name in {names} if name in sys.modules))"
    command = [sys.executable, "-W", "ignore", "-c", code]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    return ran.stdout.split(), ran.stderr.splitlines()[-1:]


def test_the_server_listens_before_anything_of_the_pages_is_imported():
    assert loaded(SERVER, *BEFORE_LISTENING)[0] == []


def test_the_first_page_imports_what_it_needs_and_all_of_that_is_prepared():
    found, missed = loaded(PAGE, *BEFORE_FIRST_PAGE)
    assert found == []
    assert missed == [""]


@pytest.fixture
def prepared(monkeypatch):
    """A preparation that imports nothing new; what it froze is given back to the collector."""
    monkeypatch.setattr(preparation, "FIRST_PAGE", ("app.main_of_another_release", "json"))
    monkeypatch.setattr(preparation, "OTHER_PAGES", ())
    yield preparation.Preparation()
    gc.unfreeze()


def test_the_collector_leaves_out_what_was_imported_and_works_again(prepared):
    prepared.run()
    assert gc.get_freeze_count() > 10_000
    assert gc.isenabled()


def test_a_web_socket_waits_for_the_first_page_and_a_request_does_not(prepared):
    told = []

    async def inner(scope, receive, send):
        told.append(scope["type"])

    async def ask():
        door = preparation.FirstPage(inner)
        waiting = asyncio.create_task(door({"type": "websocket"}, None, None))
        await door({"type": "http"}, None, None)
        await asyncio.sleep(0)
        before = list(told)
        await asyncio.to_thread(prepared.run)
        await waiting
        return before

    assert asyncio.run(ask()) == ["http"]
    assert told == ["http", "websocket"]


def test_what_is_sent_does_not_wait_for_what_was_sent_before():
    """The socket is made as Streamlit makes it: asyncio leaves Nagle's algorithm on for it."""
    seen = []

    async def inner(scope, receive, send):
        if scope["type"] == "http":
            line = receive.__self__.transport.get_extra_info("socket")
            seen.append(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            await PlainTextResponse("there")(scope, receive, send)

    for app in (inner, PromptSending(inner)):
        with served(app) as port, socket.create_connection(("localhost", port), timeout=60) as line:
            line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert line.recv(1000).startswith(b"HTTP/1.1 200")
    assert [bool(value) for value in seen] == [False, True]


@contextmanager
def served(app):
    """Serve an application from a new thread; yield the port."""
    made = socket.socket(socket.AF_INET)
    made.bind(("localhost", 0))
    made.listen()
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [made]})
    thread.start()
    try:
        yield made.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        made.close()


def test_streamlit_does_not_look_for_changed_files_of_all_modules_at_each_visit():
    config = tomllib.loads((ROOT / "app/.streamlit/config.toml").read_text(encoding="utf-8"))
    assert config["server"]["fileWatcherType"] == "none"


def test_the_parts_of_the_front_end_are_found_with_all_that_they_import(tmp_path):
    folder = tmp_path / "static" / "js"
    folder.mkdir(parents=True)
    (tmp_path / "index.html").write_text('<script src="./static/js/index.1.js">', encoding="utf-8")
    for name, text in {
        "Button.1.js": 'import{a}from"./shared.2.js";import"./index.1.js"',
        "shared.2.js": 'import"./deep.3.js";import("./later.4.js")',
        "deep.3.js": "",
        "later.4.js": "",
        "index.1.js": "",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert early_parts(folder) == ["Button.1.js", "shared.2.js", "deep.3.js"]
    assert {name.partition(".")[0] for name in early_parts()} >= {"BidiComponent", "Selectbox"}
