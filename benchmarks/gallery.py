"""Gallery pages from a million samples, for every filter that exists, against a target of 100 ms."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks.importing import long_names, softmax_scores
from benchmarks.measure import Row, median_ms
from trecx.scores import IntArray
from trecx.store import Provenance, Run, SampleFilter, Store
from trecx.threshold.benefit_curve import reached_confidence
from trecx.threshold.outcomes import DESTRUCTIVE, HOPELESS, PREMATURE, outcomes

N_SAMPLES, N_PAGES = 1_000_000, 40
PAGE_SIZE = 25  # a page, and whether one follows
AIM_MS = 100.0
WRONG = (PREMATURE, HOPELESS, DESTRUCTIVE)
WISHES: Mapping[str, SampleFilter] = {
    "all samples": SampleFilter(0.9),
    "wrong": SampleFilter(0.9, WRONG),
    "wrong, the smallest gap first": SampleFilter(0.9, WRONG, largest_first=False),
    "a class": SampleFilter(0.9, label=3),
    "one cell of the confusion matrix": SampleFilter(0.9, label=3, prediction=5),
    "one cell of the confusion matrix of exit 1": SampleFilter(0.9, label=3, prediction=5, at=0),
    "a range of confidence": SampleFilter(0.9, WRONG, confidence=(0.5, 0.501)),
    "part of a few names": SampleFilter(0.9, text="77777"),
    "part of every name": SampleFilter(0.9, text="CLIPS"),
}


def rows() -> list[Row]:
    """Measure the first page of each filter with its number of samples, always at another ρ."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(str(Path(folder) / "scores.sqlite"))
        about = Provenance("kws", "trecx", "imported", "made", "test", "made", None, None, {})
        run = store.save_run(about, replace(softmax_scores(N_SAMPLES), sample_names=long_names(N_SAMPLES)))
        first = sort_everything(store, run, WISHES["wrong"])
        amid = (int(first[len(first) // 2][0]), int(first[len(first) // 2][1]))
        ours = {name: _pages_ms(store, run, wish) for name, wish in WISHES.items()}
        ours["wrong, in the middle of the list"] = _pages_ms(store, run, WISHES["wrong"], amid)
        (theirs,) = median_ms(lambda: sort_everything(store, run, WISHES["wrong"]), repeats=3)
    against, note = (
        "load all scores, filter and sort with NumPy",
        "the page and the number of samples, median",
    )
    aim, meaning = f"target: {AIM_MS:.0f} ms", f"the same, 95th percentile of {N_PAGES} values of ρ"
    medians = [
        Row(f"gallery: {name}", against, N_SAMPLES, float(np.median(spent)), theirs, note)
        for name, spent in ours.items()
    ]
    return medians + [
        Row(f"gallery: {name}, p95", aim, N_SAMPLES, float(np.percentile(spent, 95)), AIM_MS, meaning)
        for name, spent in ours.items()
    ]


def _pages_ms(
    store: Store, run: Run, wanted: SampleFilter, after: tuple[int, int] | None = None
) -> list[float]:
    """Return the time of each page; every ρ is new, so that nothing is remembered."""
    spent = []
    for threshold in np.linspace(0.85, 0.95, N_PAGES).tolist():
        began, wish = perf_counter(), replace(wanted, threshold=threshold)
        store.gallery.page(run, wish, PAGE_SIZE, after)
        store.gallery.count(run, wish)
        spent.append(1000 * (perf_counter() - began))
    return spent


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
