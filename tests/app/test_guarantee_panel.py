"""What would have happened: the panel below the console, the interval of ρ, and what a saved point holds."""

import pytest
import streamlit as st

from app.live.console import ConsoleState
from app.shared.frame import Frame
from app.tune.current_point import guarantee_of, record_of
from app.tune.guarantee import simulation_words
from tests.app.test_halves import data_of
from tests.app.test_pages import opened
from trecx.datasets.halves import HELD_OUT, Half
from trecx.saved_points.record import rule_for
from trecx.store import Store
from trecx.store.run_context import answers_of, joint_counts_of, load_context
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.joint_counts import thousandths
from trecx.threshold.limits import Limits
from trecx.threshold.resampling.random_splits import random_splits
from trecx.threshold.resampling.threshold_interval import choice_interval
from trecx.threshold.resampling.wish import Wish as ResampledWish
from trecx.threshold.run_context import RunContext

LOST = "max_lost:0.01,guarantee:0.9"


@pytest.fixture(autouse=True)
def few_splits(monkeypatch):
    monkeypatch.setattr("app.tune.guarantee.N_SPLITS", 6)
    st.cache_resource.clear()


@pytest.fixture
def run(shipped):
    return Store().find_run("digits/trecx")


def simulated(run, limits, probability):
    store = Store()
    baseline, scores = store.baseline_of(run), store.load_scores(run)
    right = answers_of(store, baseline).correct[:, -1]
    flops = float(baseline.exit_flops[-1])
    return random_splits(
        *(scores, scores.sample_names, thousandths(), right, limits, Guarantee(probability)),
        baseline_flops=flops,
        n_splits=6,
    )


def press(page):
    page.button(key="simulate").click().run(timeout=60)
    assert not page.exception
    return " ".join(element.value for element in page.main.markdown)


def test_the_panel_is_there_only_with_a_limit_on_accuracy_or_lost_samples(run):
    for wish, there in (("", False), ("max_flops:60000", False), ("min_accuracy:0.9", True), (LOST, True)):
        page = opened(run=run.run_id, wish=wish)
        assert any("What would have happened" in element.value for element in page.main.markdown) == there


def test_the_simulation_says_how_often_each_choice_broke_the_limit_and_what_it_saved(run):
    page = opened(run=run.run_id, wish="max_lost:0.05,guarantee:0.95")
    expected = simulated(run, Limits(max_lost=0.05), 0.95)
    assert simulation_words(expected) in press(page)
    assert f"**broke the limit in {100 * expected.naive.share_broken:.1f} %**" in simulation_words(expected)
    assert [button for button in page.button if button.key == "simulate"] == []  # done: it is shown instead
    again = opened(run=run.run_id, wish="max_lost:0.05,guarantee:0.95", half="held-out")
    assert any(simulation_words(expected) in element.value for element in again.main.markdown)


def test_without_a_guarantee_90_percent_is_simulated_and_that_is_said(run):
    page = opened(run=run.run_id, wish="max_lost:0.05")
    assert "90 % probability" in " ".join(caption.value for caption in page.caption)
    assert simulation_words(simulated(run, Limits(max_lost=0.05), 0.9)) in press(page)
    assert "No guarantee is selected; 90 % probability is used." in " ".join(c.value for c in page.caption)


def test_limits_that_cannot_be_simulated_say_why(run):
    page = opened(run=run.run_id, wish="min_accuracy:0.9,max_energy_uj:10", device="none")
    press(page)
    assert "The splits cannot be simulated" in page.info[0].value


def test_the_interval_of_rho_appears_in_the_answer(run):
    page = opened(run=run.run_id, wish="max_lost:0.05,guarantee:0.9")
    joint = joint_counts_of(Store(), run, thousandths())
    interval = choice_interval(joint, ResampledWish(Limits(max_lost=0.05)), Guarantee(0.9))
    assert f" from {interval.low:.3f} to {interval.high:.3f}." in data_of(page)


def frame_and_state(rho, wish, half=None):
    store = Store()
    run = store.find_run("kws/trecx")
    context: RunContext = load_context(store, run, half=half)
    frame = Frame(store, store.runs(), run, context, rho, "largest", half)
    return frame, ConsoleState(rho, "float32", None, "FLOPs", wish)


def test_a_point_holds_the_guarantee_only_at_a_rho_that_it_covers(shipped):
    asked = {"max_lost": 0.01, "guarantee": 0.9}
    for rho, covered in ((0.806, True), (0.9, True), (0.805, False), (0.8061, False)):
        frame, state = frame_and_state(rho, asked)
        assert (guarantee_of(frame, state, rule_for(frame.run, rho)) is not None) == covered
    frame, state = frame_and_state(0.806, {"max_lost": 0.01})
    assert guarantee_of(frame, state, rule_for(frame.run, 0.806)) is None


def test_a_record_of_a_half_has_the_split_and_the_guarantee_of_the_calibration_half(shipped):
    half = Half(HELD_OUT, 2)
    frame, state = frame_and_state(0.9, {"max_lost": 0.01, "guarantee": 0.95}, half)
    record = record_of(frame, state, rule_for(frame.run, 0.9), "as tested")
    members = Store().split(frame.run, 2).calibration
    assert (record.split.half, record.split.seed, record.split.kept_together) == ("held-out", 2, "speaker")
    assert record.split.n_calibration == members.sum() == record.guarantee.n_calibration
    assert record.split.n_held_out == record.numbers["n_samples"] == (~members).sum()
    assert (record.guarantee.loss, record.guarantee.limit, record.guarantee.probability) == (
        "lost",
        0.01,
        0.95,
    )
