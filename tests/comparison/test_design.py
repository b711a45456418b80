import numpy as np
import pytest

from tests.comparison.synthetic import save_synthetic
from trecx.comparison.accuracy_targets import Target, parse_targets
from trecx.comparison.design import MAX_POINTS, Design, Mean, tradeoff_region
from trecx.errors import TargetError
from trecx.scores import ExitScores
from trecx.store import Store
from trecx.threshold.benefit_curve import REACHED, operating_point
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.run_context import RunContext


def design_of(store, *runs, with_baseline=True):
    situations = []
    for run in runs:
        baseline = store.baseline_of(run) if with_baseline else None
        table = store.load_table(run)
        situations.append(RunContext(run.task, table, store.load_table(baseline) if baseline else None))
    return Design(runs[0].system, runs, situations)


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def three_seeds(store):
    for seed in range(3):
        save_synthetic(store, "digits", "baseline", seed)
    return [save_synthetic(store, "digits", "trecx", seed) for seed in range(3)]


def test_the_line_of_one_run_is_its_exact_steps_with_their_thresholds(store, three_seeds):
    design = design_of(store, three_seeds[0])
    scores = store.load_scores(three_seeds[0])
    assert design.line.flops[0] == scores.exit_flops[0]
    assert design.line.flops[-1] == scores.exit_flops[-1]
    for k in range(0, len(design.line.flops), 7):
        point = operating_point(scores, design.line.thresholds[k, 0])
        assert (point.flops, point.accuracy) == pytest.approx((design.line.flops[k], design.line.accuracy[k]))


def test_a_line_of_very_many_steps_is_thinned_to_some_of_them():
    random = np.random.default_rng(0)
    confidence = random.random((5000, 2))
    scores = ExitScores(
        np.zeros(5000, np.int64),
        [100, 300],
        predictions=random.integers(0, 2, (5000, 2)),
        confidence=confidence,
    )
    table = ExitTable.of(scores)
    design = Design("one", [None], [RunContext("digits", table)])
    assert 0.9 * MAX_POINTS < len(design.line.flops) <= MAX_POINTS
    assert set(design.line.flops) <= set(table.curve().flops)
    assert (design.line.flops[0], design.line.flops[-1]) == (100, 300)


def test_each_seed_is_held_against_the_baseline_of_its_own_seed(store, three_seeds):
    accuracies = [store.find_run(store.baseline_of(run).run_id).standalone_accuracy[0] for run in three_seeds]
    assert [store.baseline_of(run).training["seed"] for run in three_seeds] == [0, 1, 2]
    accuracy, flops = design_of(store, *three_seeds).baseline
    assert accuracy == pytest.approx((np.mean(accuracies), np.std(accuracies, ddof=1)))
    assert flops == (250_000, 0)


def test_numbers_of_several_seeds_are_mean_and_spread(store, three_seeds):
    alone = [design_of(store, run) for run in three_seeds]
    together = design_of(store, *three_seeds)
    finals = [run.standalone_accuracy[1] for run in three_seeds]
    assert together.standalone()[1] == pytest.approx(Mean(np.mean(finals), np.std(finals, ddof=1)))
    assert together.ranks == [design.ranks[0] for design in alone]
    assert together.tradeoff(Target(-0.01)) == [design.tradeoff(Target(-0.01))[0] for design in alone]
    points = [operating_point(store.load_scores(run), 0.8) for run in three_seeds]
    found = together.at(0.8)
    for name in ("flops", "accuracy", "exit_rate"):
        values = [getattr(point, name) for point in points]
        assert getattr(found, name) == pytest.approx(Mean(np.mean(values), np.std(values, ddof=1)))
    before = [store.baseline_of(run).standalone_accuracy[0] for run in three_seeds]
    gains = [point.accuracy - accuracy for point, accuracy in zip(points, before, strict=True)]
    assert found.accuracy_change == pytest.approx(Mean(np.mean(gains), np.std(gains, ddof=1)))
    assert found.flops_change.value == pytest.approx(found.flops.value / 250_000 - 1)


def test_a_target_below_the_baseline_and_the_same_accuracy_itself_give_the_same_point(store, three_seeds):
    design = design_of(store, three_seeds[0])
    accuracy = design.baseline[0].value
    below, (itself,) = design.tradeoff(Target(-0.02)), design.tradeoff(Target(accuracy - 0.02))
    assert below[0] == itself


def test_a_target_that_no_threshold_comes_near_has_no_point(eight):
    final = ExitScores(
        eight.labels, [300], predictions=eight.predictions[:, 1:], confidence=eight.confidence[:, 1:]
    )
    design = Design("eight", [None], [RunContext("digits", ExitTable.of(eight), ExitTable.of(final))])
    best = max(design.curves[0].accuracy)
    assert design.tradeoff(Target(best + REACHED - 1e-6)) is not None
    assert design.tradeoff(Target(best + REACHED + 1e-6)) is None
    assert design.tradeoff(Target(-0.74)) is not None
    assert design.tradeoff(Target(-0.76)) is None  # no accuracy is below 0


def test_without_a_baseline_there_is_no_rank_and_no_target_below_it(store, three_seeds):
    design = design_of(store, three_seeds[0], with_baseline=False)
    assert design.baseline is None
    assert design.ranks is None
    assert design.tradeoff(Target(-0.01)) is None
    assert design.tradeoff(Target(0.9)) is not None
    assert design.at(0.8)[3:] == (None, None)
    assert tradeoff_region([design]) is None


def test_the_tradeoff_region_reaches_from_three_points_below_the_baseline_to_its_flops(store, three_seeds):
    design, baseline = design_of(store, three_seeds[0]), design_of(store, store.baseline_of(three_seeds[0]))
    flops, accuracy = tradeoff_region([design, baseline])
    least = baseline.baseline[0].value - 0.03
    curve = design.curves[0]
    assert flops.tolist() == [curve.flops[curve.accuracy >= least].min(), 250_000]
    affordable = curve.accuracy[curve.flops <= 250_000]
    assert accuracy.tolist() == [least, max(affordable.max(), baseline.baseline[0].value)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("−1, −2, −3", [-0.01, -0.02, -0.03]),
        ("-1;90 %", [-0.01, 0.9]),
        ("−1 pt, −0.5 pt", [-0.01, -0.005]),
        ("0.5, 0.5", [0.005]),
        ("100", [1.0]),
    ],
)
def test_accuracies_are_read_as_people_write_them(text, values):
    assert [target.value for target in parse_targets(text)] == values


@pytest.mark.parametrize("text", ["", " , ", "ninety", "-1, x", "101", "-100", "nan", "inf"])
def test_accuracies_that_are_none_are_told_how_to_write_them(text):
    with pytest.raises(TargetError, match=r"is not a list of accuracies.*−1 is 1 pt below"):
        parse_targets(text)
