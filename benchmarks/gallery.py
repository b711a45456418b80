"""A gallery page from a million samples, compared with loading and sorting all scores."""

import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.made import made_scores
from benchmarks.measure import Row, median_ms
from trecx.scores import IntArray
from trecx.store import Provenance, Run, SampleFilter, Store
from trecx.threshold.benefit_curve import reached_confidence
from trecx.threshold.outcomes import DESTRUCTIVE, HOPELESS, PREMATURE, outcomes

N_SAMPLES = 1_000_000
PAGE_SIZE = 25  # a page, and whether one follows
AIM_MS = 300.0
WRONG = (PREMATURE, HOPELESS, DESTRUCTIVE)
WISHES = {
    "wrong": SampleFilter(0.9, WRONG),
    "one cell of the confusion matrix": SampleFilter(0.9, label=3, prediction=5),
    "one cell of the confusion matrix of exit 1": SampleFilter(0.9, label=3, prediction=5, at=0),
    "a range of confidence": SampleFilter(0.9, WRONG, confidence=(0.5, 0.501)),
    "part of a name": SampleFilter(0.9, text="77777"),
}


def rows() -> list[Row]:
    """Measure the first page of several queries, and one from the middle, each with its count."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(str(Path(folder) / "scores.sqlite"))
        about = Provenance("kws", "trecx", "imported", "made", "test", "made", None, None, {})
        run = store.save_run(about, made_scores(N_SAMPLES))
        first = sort_everything(store, run, WISHES["wrong"])
        ours = {name: median_ms(partial(look, store, run, wish))[0] for name, wish in WISHES.items()}
        amid = (int(first[len(first) // 2][0]), int(first[len(first) // 2][1]))
        ours["wrong, in the middle of the list"] = median_ms(
            partial(look, store, run, WISHES["wrong"], amid)
        )[0]
        theirs = median_ms(partial(sort_everything, store, run, WISHES["wrong"]), repeats=3)[0]
    against, meaning = (
        "load all scores, filter and sort with NumPy",
        "two exits; the page and the number of samples",
    )
    found = [
        Row(f"gallery: {name}", against, N_SAMPLES, spent, theirs, meaning) for name, spent in ours.items()
    ]
    slowest, spent = max(ours.items(), key=lambda item: item[1])
    aim = f"{AIM_MS:.0f} ms"
    return [*found, Row("gallery: the slowest", aim, N_SAMPLES, spent, AIM_MS, f"slowest: {slowest}")]


def look(store: Store, run: Run, wanted: SampleFilter, after: tuple[int, int] | None = None) -> int:
    """Get a page as the dashboard does, and the number of samples if the run's counts do not have it."""
    page = store.gallery.page(run, wanted, PAGE_SIZE, after)
    counted = not wanted.text and wanted.at is None and wanted.confidence == (0.0, 1.0)
    return len(page) if counted or len(page) < PAGE_SIZE else store.gallery.count(run, wanted)


def sort_everything(store: Store, run: Run, wanted: SampleFilter) -> IntArray:
    """Return gap (millionths) and position of all samples with the wanted outcomes, the largest gap first."""
    scores = store.load_scores(run)
    reached = np.column_stack([reached_confidence(scores), np.full(scores.n_samples, np.inf)])
    position, leaves = np.arange(scores.n_samples), np.argmax(reached >= wanted.threshold, axis=1)
    chosen = np.isin(outcomes(scores.correct)[position, leaves], wanted.outcomes)
    gap = np.rint((scores.confidence[:, -1].astype(float) - scores.confidence[:, 0]) * 1e6)[chosen]
    order = np.lexsort([-position[chosen], -gap])
    found: IntArray = np.column_stack([gap, position[chosen]]).astype(np.int64)[order]
    return found
