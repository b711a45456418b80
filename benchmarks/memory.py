"""Memory of the server: over 300 changes of page through all runs, and before and after a large upload."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
from playwright.sync_api import Page

from benchmarks.measure import Row, memory_mb
from tests.browser.page_changes import change_page, visitor
from tests.browser.session import PAGES, SETTLED, browser, served
from trecx.figures.style import BLUE, blank_figure
from trecx.files.paths import ROOT
from trecx.store import Store

N_CHANGES, CHANGES_A_VISIT = 300, 300
CHANGES = "server memory over changes of page, peak of the last third, in MB"
N_SAMPLES, N_CLASSES = 24_000, 1_024  # 200 MB of scores as float32, 94 MB as a file
READ = f"text={N_SAMPLES:,} samples, 2 exits"


def rows() -> list[Row]:
    """Measure the changes of page on a copy of the shipped store, then the upload."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(str(shutil.copy(ROOT / "artifacts" / "scores.sqlite", folder)))
        return [changes_row(memory_of_changes(store)), _upload_row(store, Path(folder) / "many.npz")]


def memory_of_changes(store: Store, n_changes: int = N_CHANGES) -> list[float]:
    """Return the server's resident memory in MB after each change of page.

    Runs and pages are in random order, so that large runs come on every page from the beginning: what grows
    later is not the memory of a page that was not opened before.
    """
    runs = [run.run_id for run in store.runs() if run.n_exits > 1]
    pairs = [(run, page) for page in PAGES for run in runs]
    order = np.random.default_rng(0).permutation(len(pairs))
    steps = [pairs[order[k % len(pairs)]] for k in range(n_changes)]
    seen: list[float] = []
    with served(store.name) as (address, process):
        for first in range(0, n_changes, CHANGES_A_VISIT):
            with visitor(address) as line:
                for run, page in steps[first : first + CHANGES_A_VISIT]:
                    change_page(line, page, f"run={run}")
                    seen.append(memory_mb(process, "VmRSS"))
    return seen


def changes_row(seen: Sequence[float]) -> Row:
    """Return the peak of the last third of the changes against that of the second, and the whole course."""
    first, second, third = (float(np.max(part)) for part in np.array_split(seen, 3))
    return Row(
        CHANGES,
        "peak of the second third",
        len(seen),
        third,
        second,
        f"all pages and runs, {CHANGES_A_VISIT} changes a visit; {seen[0]:.0f} MB after the first change, "
        f"{first:.0f} at the peak of the first third; a ratio near 1: memory does not grow",
        tuple(seen),
    )


def memory_figure(rows: Sequence[Row]) -> go.Figure:
    """Return the server's memory by number of page changes."""
    figure = blank_figure("changes of page, over all runs", "memory of the server (MB)")
    for row in rows:
        if row.work == CHANGES:
            count, memory = np.arange(1, len(row.course) + 1), np.array(row.course)
            figure.add_scatter(x=count, y=memory, mode="lines", line={"color": BLUE.colour, "width": 2})
            figure.update_yaxes(range=[0, 1.15 * memory.max()])
    return figure


def _upload_row(store: Store, file: Path) -> Row:
    """Return the server's memory once a large upload is imported, against what it was before."""
    _write_scores(file)
    with browser() as chrome, served(store.name) as (address, process):
        page = chrome.new_page()
        page.set_default_timeout(300_000)
        page.goto(f"{address}/import_scores")
        page.wait_for_selector(f"{SETTLED} input[type=file]", state="attached")
        before = memory_mb(process, "VmRSS")
        _import(page, file)
        after, peak = memory_mb(process, "VmRSS"), memory_mb(process, "VmHWM")
    return Row(
        f"server memory after importing {N_CLASSES:,} classes, in MB",
        "before the upload",
        N_SAMPLES,
        after,
        before,
        f"a file of {file.stat().st_size / 1024**2:.0f} MB, two exits; {peak:.0f} MB at the peak",
    )


def _write_scores(file: Path) -> None:
    chance = np.random.default_rng(0)
    scores = chance.random((N_SAMPLES, 2, N_CLASSES), dtype=np.float32) ** 8
    labels = np.arange(N_SAMPLES) % N_CLASSES
    scores[np.arange(N_SAMPLES), :, labels] += 2 * chance.random((N_SAMPLES, 2), dtype=np.float32)
    scores /= scores.sum(axis=2, keepdims=True)
    np.savez(file, labels=labels, probabilities=scores.astype(np.float16), exit_flops=[1_000_000, 2_000_000])


def _import(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_selector(READ)
    for name, value in (("Task", "many-classes"), ("Design", "made")):
        box = page.get_by_role("combobox", name=name).last
        box.fill(value)
        box.press("Enter")
        page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="Import scores").click()
    page.get_by_text("Stored as").wait_for()
    page.wait_for_selector(f"{SETTLED} input[type=file]", state="attached")
