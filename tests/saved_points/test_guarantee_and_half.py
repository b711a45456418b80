"""A point keeps its half of the samples, its guarantee and its thresholds per exit, and can check them."""

import json
import math
from dataclasses import replace

import pytest

from tests.saved_points.records import HELD_OUT, VECTOR, half_record, record_of
from trecx.datasets.halves import Half
from trecx.saved_points.capture import capture_point, context_of, point_numbers
from trecx.saved_points.document import document_of
from trecx.saved_points.document import record_of as record_from
from trecx.saved_points.record import Rule
from trecx.saved_points.recorded import limits_of, recorded_guarantee
from trecx.saved_points.status import differences, point_status
from trecx.saved_points.texts import guarantee_basis, guarantee_text
from trecx.store import Store
from trecx.store.point_today import guarantee_today, split_today
from trecx.store.run_context import answers_of, counts_of, joint_counts_of, load_context
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.joint_counts import thousandths
from trecx.threshold.limits import Limits

PER_EXIT = [
    Rule(math.nan, per_exit=VECTOR),
    Rule(math.nan, "margin", "int8", per_exit=(0.3, 0.69, 0.9962)),
    Rule(math.nan, "entropy", per_exit=(0.0, 1.0, math.inf)),
]
NEW = ("split", "guarantee")
NEW_IN_RULE = (
    *("thresholds", "effective_thresholds", "float32_thresholds", "entropy_limits_nats", "int8_thresholds"),
)


def written(record):
    return record_from(json.loads(json.dumps(document_of(record), allow_nan=False)))


def again(record):
    """The context of a record from the store, and its numbers today."""
    store, rule = Store(), record.rule
    run = store.find_run(record.run.run_id)
    counted = counts_of(store, run, rule.criterion, half=record.half, per_exit=rule.effective_per_exit)
    context = context_of(record, counted, counts_of(store, store.baseline_of(run), half=record.half))
    return context, point_numbers(context, rule)


def today(record, **changes):
    """The status of a record, perhaps with another guarantee or split in it."""
    store, (context, numbers) = Store(), again(record)
    run, kept = store.find_run(record.run.run_id), replace(record, **changes)
    split, guarantee = split_today(store, run, record), guarantee_today(store, run, kept, context)
    return point_status(kept, run.identity, numbers, split=split, guarantee=guarantee)


@pytest.mark.parametrize("half", [HELD_OUT, Half("calibration", 7)])
def test_the_numbers_are_those_of_the_half(shipped, half):
    record, store = half_record("kws/trecx", Rule(0.69), half), Store()
    run = store.find_run("kws/trecx")
    point = operating_point(answers_of(store, run, half=half), 0.69)
    assert record.numbers["n_samples"] == point.n_samples < 4890
    assert record.numbers["confusion"] == point.confusion.tolist()
    assert (record.half, record.split.kept_together) == (half, "speaker")
    assert record.split.n_calibration + record.split.n_held_out == 4890
    members = store.split(run, half.seed).calibration
    assert record.split.n_calibration == members.sum()
    baseline = operating_point(answers_of(store, store.baseline_of(run), half=half), math.inf)
    assert record.numbers["baseline_accuracy"] == baseline.accuracy


def test_a_half_without_its_split_is_refused(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    context = load_context(store, run, half=HELD_OUT)
    with pytest.raises(ValueError, match="split must be that of the half"):
        capture_point(run, None, context, Rule(0.69))
    split = half_record("kws/trecx", half=Half("held-out", 1)).split
    with pytest.raises(ValueError, match="split must be that of the half"):
        capture_point(run, None, context, Rule(0.69), split=split)
    with pytest.raises(ValueError, match="split must be that of the half"):
        capture_point(run, None, load_context(store, run), Rule(0.69), split=split)


@pytest.mark.parametrize("rule", PER_EXIT)
def test_thresholds_per_exit_give_the_numbers_of_a_decision_by_hand(shipped, rule):
    record, store = half_record("kws/sdn", rule, None), Store()
    scores = answers_of(store, store.find_run("kws/sdn"), rule.criterion)
    reached = scores.confidence[:, :-1].astype(float) >= rule.effective_per_exit
    at = [next((k for k in range(3) if row[k]), 3) for row in reached.tolist()]
    answer = scores.predictions[range(len(at)), at]
    assert record.numbers["exit_samples"] == [at.count(k) for k in range(4)]
    assert record.numbers["accuracy"] == pytest.approx((answer == scores.labels).mean(), abs=1e-12)
    assert (record.numbers["plateau_above"], record.numbers["plateau_up_to"]) == (None, None)


def examples():
    yield from (half_record("kws/sdn", rule) for rule in PER_EXIT)
    yield half_record("kws/sdn", lost=0.02)
    yield half_record("kws/sdn", Rule(0.5, "margin", "int8"), None, lost=0.03, class_mix="even")


def test_a_record_survives_being_a_json_document(shipped):
    for record in examples():
        assert written(record) == record
    record = half_record("kws/trecx", lost=0.02)
    never = replace(record, guarantee=replace(record.guarantee, naive_threshold=math.inf))
    assert written(never) == never
    assert document_of(never)["guarantee"]["naive_threshold"] == "never"
    unknown = replace(record, guarantee=replace(record.guarantee, naive_threshold=None))
    assert written(unknown) == unknown


def test_the_document_has_the_thresholds_the_split_and_the_guarantee(shipped):
    rule = document_of(half_record("kws/sdn", PER_EXIT[0]))["rule"]
    assert (rule["threshold"], rule["thresholds"]) == (None, [0.5, 0.75, None])
    assert rule["int8_thresholds"] == [0, 64, 128]
    document = document_of(half_record("kws/sdn", lost=0.02))
    assert (document["rule"]["threshold"], document["rule"]["thresholds"]) == (0.88, None)
    assert document["split"] == {
        "half": "held-out",
        "seed": 0,
        "kept_together": "speaker",
        "n_calibration": 2398,
        "n_held_out": 2492,
    }
    bound = document["guarantee"].pop("bound")
    assert 0.0197 < bound < 0.02
    assert document["guarantee"] == {
        "probability": 0.95,
        "loss": "lost",
        "limit": 0.02,
        "against": "final",
        "each_class": False,
        "method": "exact binomial test",
        "n_calibration": 2398,
        "naive_threshold": 0.854,
    }


def test_a_document_of_an_older_version_has_one_rho_for_all_samples_without_a_guarantee(shipped):
    record = record_of("kws/trecx")
    older = json.loads(json.dumps(document_of(record)))
    for name in NEW:
        del older[name]
    for name in NEW_IN_RULE:
        del older["rule"][name]
    kept = record_from(older)
    assert kept == record
    assert (kept.split, kept.guarantee, kept.rule.per_exit, kept.half) == (None, None, None, None)


def test_what_was_written_gives_the_same_numbers_and_guarantee_again(shipped):
    for record in examples():
        kept = written(record)
        assert differences(kept.numbers, again(kept)[1]) == {}
        assert today(kept).words == ""


def test_only_a_candidate_that_passed_is_covered(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    joint, context = joint_counts_of(store, run, thousandths()), load_context(store, run)
    chosen = context.guaranteed(joint, Limits(max_lost=0.01), Guarantee(0.9))
    best = chosen.best.threshold
    assert best == 0.806  # as docs/numbers.md says
    assert recorded_guarantee(chosen, best - 0.001) is None
    assert recorded_guarantee(chosen, best + 0.0005) is None
    assert recorded_guarantee(chosen, math.inf) is None
    found, higher = recorded_guarantee(chosen, best), recorded_guarantee(chosen, 0.856)
    assert found.bound == chosen.bound <= 0.01
    assert higher.bound < found.bound
    assert found.naive_threshold == chosen.naive.best.threshold < best


def test_the_naive_rho_of_a_wish_with_limits_on_cost_is_not_recorded(shipped):
    store = Store()
    run = store.find_run("kws/trecx")
    joint, context = joint_counts_of(store, run, thousandths()), load_context(store, run)
    limits = Limits(max_lost=0.01, max_flops=5e6)
    chosen = context.guaranteed(joint, limits, Guarantee(0.9))
    assert chosen.naive.best is not None
    assert recorded_guarantee(chosen, chosen.best.threshold).naive_threshold is None


@pytest.mark.parametrize(
    "limits",
    [
        Limits(max_lost=0.013),
        Limits(min_accuracy=0.87),
        Limits(max_drop=0.012, against="final"),
        Limits(max_drop=0.02, against="baseline"),
    ],
)
def test_a_recorded_guarantee_knows_the_limit_it_is_about(shipped, limits):
    store = Store()
    run = store.find_run("kws/trecx")
    joint, context = joint_counts_of(store, run, thousandths()), load_context(store, run)
    chosen = context.guaranteed(joint, limits, Guarantee(0.9))
    record = recorded_guarantee(chosen, chosen.best.threshold)
    found = limits_of(record)
    assert found.given == pytest.approx(limits.given)
    if "max_drop" in limits.given:
        assert found.against == limits.against


def test_it_says_that_the_guarantee_no_longer_holds_or_differs(shipped):
    record = half_record("kws/sdn", lost=0.02)
    stricter = replace(record.guarantee, limit=0.01)
    lost = today(record, guarantee=stricter)
    assert lost.words == "The guarantee no longer holds for this point."
    assert (lost.guarantee, lost.restorable) == (None, True)
    other = replace(record.guarantee, bound=0.01, n_calibration=5, naive_threshold=0.5)
    assert today(record, guarantee=other).words == (
        "The guarantee differs from the saved one: number of calibration samples, bound, naive ρ."
    )
    assert today(record, guarantee=replace(record.guarantee, naive_threshold=None)).words == ""


def test_it_says_that_the_samples_are_split_differently(shipped):
    record = half_record("kws/trecx", half=HELD_OUT)
    status = today(record, split=replace(record.split, n_calibration=2400, n_held_out=2490))
    assert status.words.startswith("The samples are split differently today: 2,398 calibration and 2,492")
    assert status.split == record.split


def test_a_guarantee_is_a_sentence_with_its_limit_and_its_basis(shipped):
    lost = half_record("kws/sdn", lost=0.02).guarantee
    assert guarantee_text(lost, "clip") == "at most 2.00 % of clips lost, with 95 % probability"
    assert guarantee_basis(lost, "clip") == "exact binomial test, 2,398 calibration clips, bound 1.98 %"
    error = replace(lost, loss="error", limit=0.12, against="", bound=0.1)
    assert guarantee_text(error) == "accuracy at least 88.00 %, with 95 % probability"
    assert guarantee_basis(error).endswith("bound accuracy of 90.00 %")
    drop = replace(lost, loss="drop", against="baseline", each_class=True, probability=0.999)
    assert guarantee_text(drop) == (
        "accuracy at most 2.00 pt below the baseline in each class, with 99.9 % probability"
    )
    assert guarantee_basis(drop).endswith("bound 1.98 pt")
