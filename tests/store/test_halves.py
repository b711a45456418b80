"""A run in two halves: its scores, its counts and those of its baseline."""

import math
from dataclasses import replace

import numpy as np
import pytest

from trecx.datasets.halves import CALIBRATION, HELD_OUT, Half, split_in_halves
from trecx.errors import ScoresError, StoreError, ThresholdError
from trecx.scores import ExitScores
from trecx.store import Provenance
from trecx.store.run_context import answers_of, counts_of, joint_counts_of, load_context
from trecx.threshold.class_mix import class_weights
from trecx.threshold.exit_criteria import CRITERIA, by_criterion
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.joint_counts import JointCounts, thousandths
from trecx.threshold.per_exit.decision import AT, by_thresholds

KWS = Provenance("kws", "trecx", "published", "Speech", "test", "model", "abc", 28248, {"python": "3.11"})
HALVES = [Half(CALIBRATION, 3), Half(HELD_OUT, 3)]


@pytest.fixture
def saved(store, scores):
    return store.save_run(KWS, scores)


@pytest.fixture
def baseline(store, scores):
    names = {"class_names": "abc", "sample_names": scores.sample_names}
    alone = ExitScores(scores.labels, [250], scores.probabilities[:, :1], **names)
    return store.save_run(replace(KWS, system="baseline", model_sha256="base"), alone)


def test_the_split_is_that_of_the_names_and_labels_of_the_samples(store, scores, saved):
    for seed in (0, 1):
        expected = split_in_halves(scores.sample_names, scores.labels, seed)
        found = store.split(saved, seed)
        assert np.array_equal(found.calibration, expected.calibration)
        assert (found.seed, found.kept_together) == (expected.seed, expected.kept_together)
    store.delete_run(saved)
    with pytest.raises(StoreError):
        store.split(saved)


def test_runs_over_the_same_samples_have_the_same_halves(store, saved, baseline):
    assert np.array_equal(store.split(saved).calibration, store.split(baseline).calibration)


@pytest.mark.parametrize("half", HALVES, ids=lambda half: half.name)
@pytest.mark.parametrize("criterion", CRITERIA)
def test_counts_of_a_half_are_those_of_its_scores(store, scores, saved, half, criterion):
    part = by_criterion(scores.part(store.split(saved, 3).members(half)), criterion)
    found, expected = counts_of(store, saved, criterion, half=half), ExitTable.of(part)
    for name in ("edges", "start", "moves"):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name


def test_counts_of_both_halves_add_up_to_those_of_all_samples(store, saved):
    one, other = (counts_of(store, saved, half=half) for half in HALVES)
    for threshold in (0.4, 0.6, 0.8, math.inf):
        points = [table.operating_point(threshold) for table in (one, other, counts_of(store, saved))]
        assert np.array_equal(points[0].exit_counts + points[1].exit_counts, points[2].exit_counts)
        assert np.array_equal(points[0].confusion + points[1].confusion, points[2].confusion)


@pytest.mark.parametrize("half", [None, HALVES[0]], ids=["all", "calibration"])
def test_counts_with_one_threshold_per_exit_have_its_decision(store, saved, half):
    for threshold in (0.5, 0.7, math.inf):
        vector = counts_of(store, saved, half=half, per_exit=[threshold]).operating_point(AT)
        single = counts_of(store, saved, half=half).operating_point(threshold)
        assert np.array_equal(vector.exit_counts, single.exit_counts)
        assert np.array_equal(vector.confusion, single.confusion)
    with pytest.raises(ThresholdError, match="got 2"):
        counts_of(store, saved, per_exit=[0.5, 0.6])


def test_each_exit_has_its_own_threshold():
    random = np.random.default_rng(1)
    scores = ExitScores(np.arange(80) % 3, [1, 2, 3], random.dirichlet(np.ones(3), (80, 3)))
    thresholds = (0.8, 0.6)
    stops = [
        next((k for k in range(2) if float(scores.confidence[n, k]) >= thresholds[k]), 2) for n in range(80)
    ]
    point = ExitTable.of(by_thresholds(scores, thresholds)).operating_point(AT)
    assert point.exit_counts.tolist() == np.bincount(stops, minlength=3).tolist()
    assert point.accuracy == pytest.approx(scores.correct[np.arange(80), stops].mean())


@pytest.mark.parametrize("half", [None, *HALVES], ids=["all", "calibration", "held-out"])
def test_joint_counts_have_the_baseline_of_the_same_samples(store, scores, saved, baseline, half):
    found = joint_counts_of(store, saved, thousandths(), half=half)
    part, reference = (answers_of(store, run, half=half) for run in (saved, baseline))
    expected = JointCounts.of(part, thousandths(), reference.correct[:, 0])
    assert found.n_samples == part.n_samples
    for against in ("final", "baseline"):
        assert np.array_equal(found.lost_and_gained(against), expected.lost_and_gained(against))


def test_a_context_of_a_half_has_its_samples_and_those_of_the_baseline(store, saved, baseline):
    half = HALVES[1]
    context = load_context(store, saved, half=half, class_mix="a=0.5,b=0.25,c=0.25")
    n = int(store.split(saved, 3).members(half).sum())
    assert context.half == half
    assert context.table.class_counts.sum() == context.baseline.class_counts.sum() == n
    assert context.class_weights == pytest.approx(
        class_weights([0.5, 0.25, 0.25], context.table.class_counts)
    )


def test_a_part_has_the_scores_of_its_samples_in_their_order(scores):
    members = np.arange(50) % 3 == 1
    part = scores.part(members)
    for name in ("labels", "probabilities", "predictions", "confidence"):
        assert np.array_equal(getattr(part, name), getattr(scores, name)[members]), name
    assert part.sample_names == tuple(np.array(scores.sample_names)[members])
    assert (part.class_names, part.exit_flops.tolist()) == (scores.class_names, [100, 300])
    assert part.confidence.flags.f_contiguous and part.predictions.flags.f_contiguous
    with pytest.raises(ScoresError, match="is empty; choose another"):
        scores.part(np.zeros(50, bool))


def test_a_part_of_a_trace_with_numbered_names_is_a_trace(eight):
    part = eight.part(np.arange(8) < 3)
    assert part.probabilities is None
    assert list(part.sample_names) == ["0", "1", "2"]
