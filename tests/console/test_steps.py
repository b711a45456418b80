"""The benefit curve as the browser gets it: every step of the curve, in few bytes."""

import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores
from trecx.console.steps import packed_steps
from trecx.scores import ExitScores
from trecx.threshold.exit_table import FIXED_EDGES, ExitTable


def column(packed):
    return np.frombuffer(base64.b64decode(packed["numbers"]), np.dtype(packed["kind"]).newbyteorder("<"))


def unpacked(packed):
    """Edges; by step, correct predictions and samples that stop at each exit or before, as in steps.js."""
    edges, bins, codes, counts = (column(packed[name]) for name in ("edges", "bins", "codes", "counts"))
    n_early = max(len(packed["exit_flops"]) - 1, 1)
    correct, stopped = np.zeros(len(edges) + 1), np.zeros((len(edges) + 1, n_early))
    steps, codes = np.cumsum(bins, dtype=np.int64), codes.astype(np.int64)
    moved = counts * np.array(packed["weights"])[codes // 3 // n_early]
    np.add.at(correct, steps, (1 - codes % 3) * moved)
    np.add.at(stopped, (steps, codes // 3 % n_early), moved)
    correct[-1] = packed["final_correct"]
    return edges, correct[::-1].cumsum(), stopped[::-1].cumsum(axis=0)


def assert_is_the_curve(packed, curve):
    edges, correct, stopped = unpacked(packed)
    assert edges.tolist() == curve.thresholds[:0:-1].tolist()
    assert correct == pytest.approx(curve.correct, rel=1e-12)
    for exit_ in range(len(curve.exit_flops) - 1):
        early = curve.exit_counts[:, : exit_ + 1].sum(axis=1)
        assert stopped[:, exit_] == pytest.approx(early, rel=1e-12, abs=1e-9)


@given(exit_scores(), st.booleans(), st.data())
def test_every_step_of_the_curve_arrives_with_and_without_a_class_mix(scores, mixed, data):
    table = ExitTable.of(scores)
    shares = [data.draw(st.floats(0, 9)) for _ in table.class_names] if mixed else None
    weights = None if shares is None else np.array(shares) * scores.n_samples / max(sum(shares), 1e-9)
    if weights is not None and not (weights * table.class_counts).sum():
        return
    if weights is not None:
        weights *= table.n_samples / (weights * table.class_counts).sum()
    packed = packed_steps(table, weights)
    assert json.loads(json.dumps(packed)) == packed
    assert_is_the_curve(packed, table.curve(weights))


def made(n_samples, n_classes=10):
    random = np.random.default_rng(0)
    labels = random.integers(0, n_classes, n_samples)
    right = random.random((n_samples, 2)) < (0.8, 0.9)
    confidence = random.random((n_samples, 2)).astype(np.float32)
    predictions = np.where(right, labels[:, None], (labels[:, None] + 1) % n_classes)
    names = tuple(map(str, range(n_classes)))
    return ExitTable.of(
        ExitScores(labels, [100, 300], predictions=predictions, confidence=confidence, class_names=names)
    )


@pytest.mark.parametrize("mixed", [False, True])
def test_twenty_thousand_steps_are_under_200_kb(mixed):
    table = made(19_990)
    weights = np.linspace(0.5, 1.5, 10) if mixed else None
    if mixed:
        weights *= table.n_samples / (weights * table.class_counts).sum()
    packed = packed_steps(table, weights)
    assert len(table.edges) > 19_900
    assert packed["edges"]["kind"] == "float32"
    assert len(json.dumps(packed)) < 200_000
    assert_is_the_curve(packed, table.curve(weights))


def test_bins_of_more_samples_are_smaller_still_without_a_class_mix():
    table = made(200_000)
    assert table.edges.tolist() == FIXED_EDGES.tolist()
    packed = packed_steps(table)
    assert len(json.dumps(packed)) < 120_000
    assert_is_the_curve(packed, table.curve())
