"""Other common methods for a benefit curve with one early exit: accuracy at each threshold."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_curve

from trecx.scores import ExitScores, FloatArray

GRID = np.linspace(0, 1, 101)
Curve = Callable[[], FloatArray]


def sorting(scores: ExitScores) -> Callable[[], object]:
    """Return the minimum work of an exact curve: sorting the float32 confidences."""
    early = np.ascontiguousarray(scores.confidence[:, 0])
    return lambda: np.sort(early)


def roc(scores: ExitScores) -> Callable[[], object]:
    """Return scikit-learn's ROC curve, which is also exact: correct vs wrong as the threshold falls."""
    early, right = np.ascontiguousarray(scores.confidence[:, 0]), scores.correct[:, 0].copy()
    return lambda: roc_curve(right, early, drop_intermediate=False)


def numpy_loop(scores: ExitScores) -> Curve:
    """Return a loop over 101 thresholds that evaluates all samples at each."""
    early, right = np.ascontiguousarray(scores.confidence[:, 0]), scores.correct
    first, final = right[:, 0].copy(), right[:, 1].copy()
    return lambda: np.array([np.where(early >= threshold, first, final).mean() for threshold in GRID])


def json_loop(scores: ExitScores, path: Path, grid: FloatArray = GRID) -> Curve:
    """Return a loop that reads a trace of samples from JSON at every threshold, as research code does."""
    columns = (scores.labels, scores.predictions, scores.confidence)
    samples = [
        {"label": label, "predictions": predictions, "confidence": confidence}
        for label, predictions, confidence in zip(*(column.tolist() for column in columns), strict=True)
    ]
    path.write_text(json.dumps(samples), encoding="utf-8")

    def accuracy(threshold: float) -> float:
        right = 0
        trace = json.loads(path.read_text(encoding="utf-8"))
        for sample in trace:
            exit_ = 0 if sample["confidence"][0] >= threshold else 1
            right += sample["predictions"][exit_] == sample["label"]
        return right / len(trace)

    return lambda: np.array([accuracy(threshold) for threshold in grid])
