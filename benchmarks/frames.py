"""From a pointer event to the painted frame while ρ is dragged, on every page that follows ρ, by run size."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, ViewportSize

from benchmarks.made_store import add_run
from benchmarks.measure import Row
from tests.browser.session import SETTLED, browser, dashboard, open_page, rail
from trecx.files.paths import ROOT
from trecx.store import Run, Store

SIZES = (10_000, 10_000_000)  # samples, two exits
N_STEPS = 300
VIEW: ViewportSize = {"width": 1440, "height": 900}
AIMS_MS = {
    "Tune": 1000 / 60,
    **dict.fromkeys(("Compare", "Confidence", "Classes", "Samples"), 1000 / 30),
}
CONTROL = ".trecx-console[data-distribution=drawn]"
WATCH = """() => {
  window.toNumbers = [];
  window.toFrame = [];
  let event = 0;
  window.addEventListener("pointermove", (e) => { event = e.timeStamp; }, true);
  new MutationObserver(() => {
    const began = event;
    window.toNumbers.push(performance.now() - began);
    requestAnimationFrame(() => setTimeout(() => window.toFrame.push(performance.now() - began)));
  }).observe(document.querySelector(".trecx-console"), { attributeFilter: ["data-threshold"] });
}"""


def rows() -> list[Row]:
    """Measure every page that follows ρ, on synthetic runs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(ROOT / "artifacts" / "scores.sqlite", folder))
        runs = [add_run(path, size, 2) for size in SIZES]
        with dashboard(Store(str(path)).name) as address, browser() as chrome:
            return [row for run in runs for page in AIMS_MS for row in _rows_of(chrome, address, run, page)]


def _rows_of(chrome: Browser, address: str, run: Run, name: str) -> list[Row]:
    frames, aim = frames_ms(chrome, address, run.run_id, name), AIMS_MS[name]
    spent = [float(np.percentile(frames, percent)) for percent in (50, 95)]
    about = f"{len(frames)} moves, median {spent[0]:.1f} ms; a ratio of at most 1 meets the target"
    what = f"from pointer event to painted frame, p95, {name}"
    return [Row(what, f"target: {aim:.1f} ms", run.n_samples, spent[1], aim, about)]


def frames_ms(chrome: Browser, address: str, run_id: str, name: str) -> list[float]:
    """Return milliseconds from each pointer event to the painted frame."""
    page = chrome.new_page(viewport=VIEW)
    path = "" if name == "Tune" else name.lower()
    open_page(page, f"{address}/{path}?run={run_id}&rho=1", CONTROL)
    page.wait_for_timeout(1000)  # figures that are drawn after the control
    page.wait_for_selector(SETTLED, state="attached")
    _, frames = dragged(page)
    page.close()
    return frames


def dragged(page: Page) -> tuple[list[float], list[float]]:
    """Drag ρ from 1 to 0; return milliseconds from each pointer event to new numbers, and to the frame."""
    left, width, height = rail(page)
    page.mouse.move(left + width, height)
    page.mouse.down()
    page.evaluate(WATCH)
    page.mouse.move(left, height, steps=N_STEPS)
    page.mouse.up()
    page.wait_for_timeout(200)
    return page.evaluate("window.toNumbers"), page.evaluate("window.toFrame")
