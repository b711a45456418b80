"""Time to new numbers while the slider is dragged in Chromium, and time to first paint, by run size."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser

from benchmarks.drag_peer import peer_times
from benchmarks.frames import VIEW, dragged
from benchmarks.made_store import add_run
from benchmarks.measure import Row
from tests.browser.session import DRAWN, browser, dashboard, open_console
from trecx.files.paths import ROOT
from trecx.store import Run, Store

MADE = ((100_000, 2), (1_000_000, 2), (10_000_000, 2))  # samples, exits
N_VISITS = 3
NUMBERS = ".trecx-console[data-threshold]"
FRAME_MS, AIM_OF_PAINT_MS = 1000 / 30, 2000.0
WATCH_PAINT = f"""() => new MutationObserver(() => {{
  for (const [name, sign] of [["numbers", "{NUMBERS}"], ["painted", "{DRAWN}"]]) {{
    if (window[name] || !document.querySelector(sign)) continue;
    window[name] = -1;
    requestAnimationFrame(() => setTimeout(() => {{ window[name] = performance.now(); }}));
  }}
}}).observe(document, {{ subtree: true, childList: true, attributes: true }})"""


def rows() -> list[Row]:
    """Measure the published kws/trecx, and synthetic runs of up to 10⁷ samples."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(ROOT / "artifacts" / "scores.sqlite", folder))
        store = Store(str(path))
        runs = [store.find_run("kws/trecx", "published"), *(add_run(path, *size) for size in MADE)]
        with browser() as chrome:
            return [row for run in runs for row in _rows_of(store, run, chrome)]


def _rows_of(store: Store, run: Run, chrome: Browser) -> list[Row]:
    with dashboard(store.name) as address:
        link = f"{address}/?run={run.run_id}&rho=1"
        cold, *visits = [_first_paint(chrome, link) for _ in range(1 + N_VISITS)]
        warm = np.median(visits, axis=0).tolist()
        numbers, frames = _drag(chrome, link)
    theirs = peer_times(chrome, store.name, run.run_id)
    n, exits = run.n_samples, f"{run.n_exits} exits"
    peer, frame, aim = "Streamlit's slider and a rerun", "one frame of 33 ms", "target: 2 s"
    return [
        *(
            Row(
                f"from pointer event to new numbers, p{percent}, {exits}",
                peer,
                n,
                float(np.percentile(numbers, percent)),
                float(np.percentile(theirs, percent)),
                f"{len(numbers)} moves; Streamlit: from the release, {len(theirs)} times",
            )
            for percent in (50, 95)
        ),
        Row(
            f"from pointer event to painted frame, p95, {exits}",
            frame,
            n,
            float(np.percentile(frames, 95)),
            FRAME_MS,
            "a ratio below 1 is within one frame",
        ),
        *(
            Row(f"{what}, {visit}, {exits}", aim, n, spent, AIM_OF_PAINT_MS, "in a new browser")
            for visit, times in (("first visit to a new server", cold), ("later visit", warm))
            for what, spent in zip(("first numbers", "whole page"), times, strict=True)
        ),
    ]


def _first_paint(chrome: Browser, link: str) -> tuple[float, float]:
    """Return milliseconds until a new browser shows the numbers, and until it shows all figures."""
    context = chrome.new_context(viewport=VIEW)
    page = context.new_page()
    page.add_init_script(f"({WATCH_PAINT})()")
    page.goto(link)
    page.wait_for_function("window.painted > 0", timeout=120_000)
    times = float(page.evaluate("window.numbers")), float(page.evaluate("window.painted"))
    context.close()
    return times


def _drag(chrome: Browser, link: str) -> tuple[list[float], list[float]]:
    """Return milliseconds from each pointer event to the new numbers, and to the painted frame."""
    page = chrome.new_page(viewport=VIEW)
    open_console(page, link)
    times = dragged(page)
    page.close()
    return times
