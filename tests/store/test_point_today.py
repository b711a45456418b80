"""The guarantee of a point with one threshold per exit is recorded, and tested again on the same samples."""

import json
import math
from dataclasses import replace

import pytest

from trecx.datasets.halves import Half
from trecx.saved_points.capture import capture_point
from trecx.saved_points.document import document_of, record_of
from trecx.saved_points.record import Rule
from trecx.saved_points.recorded import recorded_split
from trecx.saved_points.recorded_per_exit import recorded_guarantee_per_exit
from trecx.store import Store
from trecx.store.point_today import guarantee_today
from trecx.store.run_context import design_and_tested, load_context
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.joint_counts import int8_candidates
from trecx.threshold.limits import Limits

HALVES = {"held-out half": (Half("held-out"), Half("calibration")), "all samples": (None, None)}


def found_for(name, half, calibration):
    """What is guaranteed on the calibration samples, and a function that captures a vector of it."""
    store = Store()
    run = store.find_run(name)
    parts = design_and_tested(store, run, int8_candidates(), half=calibration)
    context = load_context(store, run, half=half)
    found = context.guaranteed_per_exit(*parts, Limits(max_lost=0.02), Guarantee(0.9))
    split = recorded_split(store.split(run, half.seed), half) if half else None

    def captured(per_exit):
        rule = Rule(math.nan, per_exit=per_exit)
        seen = load_context(store, run, half=half, per_exit=rule.effective_per_exit)
        guarantee = recorded_guarantee_per_exit(found, per_exit)
        record = capture_point(run, store.baseline_of(run), seen, rule, guarantee=guarantee, split=split)
        return record_of(json.loads(json.dumps(document_of(record), allow_nan=False)))

    return found, captured, lambda record: guarantee_today(store, run, record, context)


@pytest.mark.parametrize("samples", HALVES)
def test_the_guarantee_of_a_vector_is_recorded_and_holds_again(shipped, samples):
    half, calibration = HALVES[samples]
    found, captured, today = found_for("kws/sdn", half, calibration)
    record = captured(found.best.thresholds)
    guarantee = record.guarantee
    assert guarantee.n_calibration == found.counts.n_samples
    assert (guarantee.loss, guarantee.limit, guarantee.naive_threshold) == ("lost", 0.02, None)
    assert guarantee.bound == pytest.approx(found.chosen.bound)
    assert today(record) == guarantee
    stricter = replace(record, guarantee=replace(guarantee, limit=0.0005))
    assert today(stricter) is None


def test_a_vector_that_was_not_tested_or_did_not_pass_has_no_guarantee(shipped):
    found, captured, _ = found_for("kws/sdn", *HALVES["all samples"])
    assert captured((0.0, 0.0, 0.0)).guarantee is None
    first, *rest = found.best.thresholds
    assert captured((first - 1 / 256, *rest)).guarantee is None
    assert len(found.passing) < len(found.counts.vectors)
    assert captured(tuple(found.counts.vectors[len(found.passing)])).guarantee is None
