"""The real server and the real browser, for tests, screenshots and benchmarks."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import ROOT, chromium

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DRAWN = ".trecx-console[data-drawn=yes]"
CHART = ".trecx-chart[data-drawn=yes]"
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"  # before it, a menu may be drawn anew
PAGES = (
    "",
    "compare",
    "confidence",
    "classes",
    "samples",
    "saved_points",
    "import_scores",
    "score",
)  # as their addresses end
TABLE, ROW = "[data-testid=stDataFrame]", 34  # pixels
PATIENCE_MS = 60_000  # a machine may have other work
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def dashboard(database: str, script: str = "app/server.py", base: str = "") -> Iterator[str]:
    """Run the dashboard, or another Streamlit script, on a store, below a path; yield its address."""
    with served(database, script, base) as (address, _):
        yield address


@contextmanager
def served(database: str, script: str = "app/server.py", base: str = "") -> Iterator[tuple[str, int]]:
    """Run the dashboard, or another Streamlit script, as `dashboard`; yield address and process number."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script]
    command += ["--server.headless", "true", "--server.port", str(port)]
    command += ["--server.baseUrlPath", base] if base else []
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"TRECX_DB": database}, **quiet)
    try:
        yield _when_healthy(f"http://localhost:{port}/{base}".rstrip("/"), server), server.pid
    finally:
        server.terminate()
        server.wait()


def _when_healthy(address: str, server: "subprocess.Popen[bytes]") -> str:
    for _ in range(300):
        try:
            if requests.get(f"{address}/_stcore/health", timeout=1).ok:
                return address
        except (requests.ConnectionError, requests.Timeout):  # not there yet, or busy
            time.sleep(0.1)
        if server.poll() is not None:
            break
    raise RuntimeError("the dashboard did not start")


@contextmanager
def browser() -> Iterator[Browser]:
    """Yield the system's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


def open_console(page: Page, address: str) -> None:
    """Open an address and wait until the console has drawn itself, and the page is done."""
    open_page(page, address, DRAWN)


def open_page(page: Page, address: str, ready: str) -> None:
    """Open an address and wait for what matches `ready`, and until nothing moves any more."""
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.wait_for_selector(f"{SETTLED} {ready}", state="attached")


def pick_row(page: Page, row: int = 0) -> None:
    """Tick the box of a row in the first table, which is drawn on a canvas."""
    page.wait_for_selector(f"{SETTLED} {TABLE}")
    page.locator(TABLE).first.click(position={"x": 16, "y": ROW * (row + 1.5)})


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a select box by typing: an option that must be scrolled to moves under the pointer."""
    page.get_by_role("combobox", name=label).fill(option)
    page.get_by_role("option", name=option, exact=True).click()


def open_menu(page: Page, name: str) -> None:
    """Press a button that opens a menu, once the page is drawn: what is drawn then closes its menus."""
    button = page.get_by_role("button", name=name)
    button.wait_for()
    page.wait_for_selector(SETTLED)
    button.click()


def rail(page: Page) -> tuple[float, float, float]:
    """Return the slider's left end, width, and a height at which it can be grasped."""
    box = page.locator(".trecx-console .slider .rail").bounding_box()
    assert box is not None
    return box["x"], box["width"], box["y"] + box["height"] - 10
