import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores
from trecx.threshold.benefit_curve import benefit_curve
from trecx.threshold.int8_steps import HIGHEST, int8_thresholds, never_reached, snap_int8


@given(st.floats(0, 1))
def test_the_snapped_threshold_lets_the_same_int8_confidences_leave(threshold):
    confidences = np.arange(256) / 256
    assert ((confidences >= threshold) == (confidences >= snap_int8(threshold))).all()
    assert snap_int8(threshold) in int8_thresholds()


def test_the_grid_runs_from_never_over_255_steps_to_0():
    grid = int8_thresholds()
    assert grid[:3].tolist() == [math.inf, 255 / 256, 254 / 256]
    assert (len(grid), grid[-1], grid[-2]) == (257, 0, 1 / 256)


def test_above_the_highest_step_no_sample_ever_leaves():
    assert not never_reached(HIGHEST)
    assert never_reached(0.9962)
    assert snap_int8(0.997) == snap_int8(1) == math.inf


@given(exit_scores(), st.integers(0, 255))
def test_a_plateau_of_the_grid_is_all_steps_that_do_the_same_and_no_other(scores, k):
    curve = benefit_curve(scores).at(int8_thresholds())
    step = int(np.flatnonzero(curve.thresholds == k / 256)[0])
    low, high = curve.plateau(step)
    inside = (curve.thresholds > low) & (curve.thresholds <= high) | (np.arange(257) == step)
    same = (curve.exit_counts == curve.exit_counts[step]).all(axis=1)
    assert (inside | ~same | (curve.thresholds == 0)).all()
    assert (same | ~inside).all()
