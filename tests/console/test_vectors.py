"""The samples of a run for one threshold per exit, as the browser gets them; the front; the grid."""

import base64
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threshold.strategies import exit_scores
from trecx.console import SampleLevels, on_grid
from trecx.console.packing import packed_numbers
from trecx.console.vectors import front_line, levels_of, per_exit_data
from trecx.figures import flops_axis
from trecx.scores.run import INT8
from trecx.store import Store
from trecx.store.run_context import answers_of
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.joint_counts import JointCounts, int8_candidates
from trecx.threshold.outcomes import outcomes
from trecx.threshold.per_exit.decision import AT, by_thresholds
from trecx.threshold.per_exit.front import pareto_front


def unpacked(column):
    numbers = np.frombuffer(base64.b64decode(column["numbers"]), np.dtype(column["kind"]).newbyteorder("<"))
    return numbers.tolist()


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        ([], "uint8"),
        ([255], "uint8"),
        ([256], "uint16"),
        ([2**16], "uint32"),
        ([2**32], "float64"),
        ([0.5, -1], "float64"),
    ],
)
def test_numbers_are_packed_in_the_smallest_type_that_holds_them(numbers, kind):
    column = packed_numbers(
        np.array(numbers, np.float64 if kind == "float64" and numbers[0] < 1 else np.int64)
    )
    assert column["kind"] == kind
    assert unpacked(column) == numbers


def counts_at(data, levels):
    """Count outcomes and exits from the packed columns, row by row, as the browser does."""
    levels_of_exits = [unpacked(column) for column in data["levels"]]
    exits, found = [0] * (len(levels) + 1), [0] * 6
    for row, (pattern, count) in enumerate(
        zip(unpacked(data["pattern"]), unpacked(data["counts"]), strict=True)
    ):
        stops = [k for k, level in enumerate(levels) if levels_of_exits[k][row] >= level]
        exit_ = stops[0] if stops else len(levels)
        exits[exit_] += count
        found[data["outcomes"][pattern][exit_]] += count
    return exits, found


@given(exit_scores(min_exits=3), st.lists(st.integers(0, 256), min_size=3, max_size=3))
def test_the_rows_give_the_decision_of_the_thresholds(scores, levels):
    levels = levels[: scores.n_exits - 1]
    thresholds = [math.inf if level == 256 else level / 256 for level in levels]
    point = ExitTable.of(by_thresholds(scores, thresholds)).operating_point(AT)
    exits, found = counts_at(SampleLevels.of(scores).data, levels)
    assert exits == point.exit_counts.tolist()
    assert found == point.outcome_counts.tolist()


def test_alike_samples_are_one_row_and_every_sample_is_counted(shipped):
    store = Store()
    run = store.find_run("kws/sdn")
    answers = answers_of(store, run)
    rows = SampleLevels.of(answers)
    assert rows.counts.sum() == run.n_samples
    assert rows.n_rows < run.n_samples
    columns = np.column_stack([rows.levels, rows.classes, rows.predictions])
    assert len(np.unique(columns, axis=0)) == rows.n_rows
    right = rows.predictions == rows.classes[:, None]
    assert (rows.counts @ (right[:, -1])) == answers.correct[:, -1].sum()
    assert sum(len(column["numbers"]) for column in rows.data["levels"]) < 20_000
    assert outcomes(right)[0].tolist() == rows.data["outcomes"][unpacked(rows.data["pattern"])[0]]


def test_the_levels_of_an_int8_run_are_its_confidences(shipped):
    store = Store()
    run = next(
        run for run in store.runs() if run.system == "sdn" and run.precision == INT8 and run.task == "kws"
    )
    answers = answers_of(store, run)
    levels = np.unique(np.round(answers.confidence[:, :-1] * 256).astype(int))
    assert np.unique(SampleLevels.of(answers).levels).tolist() == np.minimum(levels, 255).tolist()


def test_thresholds_are_rounded_up_to_the_grid():
    assert on_grid([0, 0.5, 0.50001, 0.996, 0.99609375, 0.9961, 0.9962, 1, math.inf]) == (
        *(0, 0.5, 129 / 256, 255 / 256, 255 / 256, 255 / 256),
        *(math.inf, math.inf, math.inf),
    )
    shown = [round(level / 256, 4) for level in range(256)]
    assert on_grid(shown) == tuple(level / 256 for level in range(256))
    assert levels_of(np.array([0.69, math.inf])).tolist() == [177, 256]


def test_the_front_of_the_browser_has_cost_accuracy_and_levels_of_every_point(shipped):
    store = Store()
    run = store.find_run("kws/branchynet")
    answers = answers_of(store, run)
    front, axis = pareto_front(JointCounts.of(answers, int8_candidates())), flops_axis(answers.exit_flops)
    data = per_exit_data(None, front, axis, run.n_samples)
    for place in (0, len(front.cost) // 2, -1):
        levels = [unpacked(column)[place] for column in data["front"]["levels"]]
        thresholds = [math.inf if level == 256 else level / 256 for level in levels]
        point = ExitTable.of(by_thresholds(answers, thresholds)).operating_point(AT)
        assert unpacked(data["front"]["costs"])[place] == pytest.approx(point.flops / 1e6)
        assert unpacked(data["front"]["percents"])[place] == pytest.approx(100 * point.accuracy)
    costs, percents = front_line(front, axis, run.n_samples)
    assert (np.diff(costs) > 0).all()
    assert (np.diff(percents) > 0).all()


def test_too_many_rows_are_not_sent_and_the_reason_is(shipped, monkeypatch):
    store = Store()
    run = store.find_run("kws/sdn")
    answers = answers_of(store, run)
    monkeypatch.setattr("trecx.console.vectors.MOST_ROWS", 100)
    data = per_exit_data(SampleLevels.of(answers), None, flops_axis(answers.exit_flops), run.n_samples)
    assert data["vectors"] is None
    assert data["vectors_problem"].startswith("One threshold per exit is not offered here")
