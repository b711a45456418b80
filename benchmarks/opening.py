"""Time from process start to the first complete page, and to open a run of ten million samples."""

import shutil
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import streamlit.hello
from playwright.sync_api import Browser

from benchmarks.made_store import add_run
from benchmarks.measure import Row, memory_mb
from tests.browser.session import DRAWN, browser, served
from trecx.files.paths import ROOT
from trecx.store import Store

MAIN = "app/server.py"
HELLO = str(Path(streamlit.hello.__file__).with_name("streamlit_app.py"))  # what `streamlit hello` runs
COMPLETE = {MAIN: DRAWN, HELLO: "text=Welcome to Streamlit!"}
REPEATS, N_MANY = 3, 10_000_000
AIM_OF_OPENING_MS, AIM_OF_MEMORY_MB = 3000.0, 1024.0


def rows() -> list[Row]:
    """Measure the start of both in turn, then a run of 10⁷ samples in a new dashboard."""
    with tempfile.TemporaryDirectory() as folder, browser() as chrome:
        path = Path(shutil.copy(ROOT / "artifacts" / "scores.sqlite", folder))
        store = Store(str(path))
        starts = [[_start_ms(chrome, store.name, script) for script in COMPLETE] for _ in range(REPEATS)]
        ours, theirs = (median(times) for times in zip(*starts, strict=True))
        run = add_run(path, N_MANY, 2)
        opened, peak = _open(chrome, store.name, run.run_id)
    return [
        Row(
            "from process start to the first complete page",
            "streamlit hello",
            REPEATS,
            ours,
            theirs,
            "new server, new browser window; streamlit hello shows text, trecx the Tune page with figures",
        ),
        Row(
            "open a run in a new dashboard",
            "target: 3 s",
            N_MANY,
            opened,
            AIM_OF_OPENING_MS,
            "first visit",
        ),
        Row(
            "peak memory of its server, in MB",
            "target: 1 GiB",
            N_MANY,
            peak,
            AIM_OF_MEMORY_MB,
            "resident memory",
        ),
    ]


def _start_ms(chrome: Browser, database: str, script: str) -> float:
    begin = perf_counter()
    with served(database, script) as (address, _):
        _complete(chrome, address, COMPLETE[script])
        return 1000 * (perf_counter() - begin)


def _open(chrome: Browser, database: str, run_id: str) -> tuple[float, float]:
    """Return milliseconds until the run is shown, and the largest memory of the server in MB."""
    with served(database) as (address, process):
        begin = perf_counter()
        _complete(chrome, f"{address}/?run={run_id}", DRAWN)
        spent = 1000 * (perf_counter() - begin)
        return spent, memory_mb(process, "VmHWM")


def _complete(chrome: Browser, address: str, sign: str) -> None:
    page = chrome.new_page()
    page.goto(address)
    page.wait_for_selector(sign, timeout=120_000)
    page.close()
