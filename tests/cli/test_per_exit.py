import json
import math

import numpy as np
import pytest

from tests.cli.test_commands import document, run
from trecx.cli.per_exit_answer import PerExitAnswer
from trecx.cli.printing_per_exit import per_exit_document, show_per_exit
from trecx.cli.run_context import Asked, RunView
from trecx.store import Store
from trecx.store.run_context import answers_of, joint_counts_of
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.joint_counts import int8_candidates
from trecx.threshold.limits import Limits
from trecx.threshold.per_exit.choice import choose_per_exit
from trecx.threshold.per_exit.decision import AT, by_thresholds

BOARD = ("--device", "nucleo-l4r5zi-tflm-2.3.1-1.8v", "--battery", "CR2032", "--per-hour", "600")
WISH = ("--max-drop", "0.01", "--against", "final", "--per-exit")


def test_the_document_has_the_point_of_the_best_thresholds_and_the_best_single_rho(capsys, shipped):
    found = document(capsys, "choose", "kws/sdn", *WISH)
    assert found["thresholds"] == [0.9375, 0.87109375, 0.66796875]
    assert (found["threshold"], found["plateau"], found["met"]) == (None, None, True)
    store = Store(shipped)
    decided = by_thresholds(answers_of(store, store.find_run("kws/sdn")), found["thresholds"])
    point = operating_point(decided, AT)
    assert (found["accuracy"], found["flops"]) == (point.accuracy, point.flops)
    assert found["exit_counts"] == point.exit_counts.tolist()
    assert found["confusion"] == point.confusion.tolist()
    assert found["single"]["threshold"] == 0.90234375
    assert found["flops"] / found["single"]["flops"] - 1 == pytest.approx(-0.0452, abs=1e-4)
    assert (found["exhaustive"], found["n_vectors"]) == (True, 257**3)
    assert "16,974,593 vectors" in found["method"]
    assert found["binds"] == found["alternatives"]["cheaper"]["broken"] == ["max_drop"]
    assert found["wish"] == {"max_drop": 0.01, "against": "final"}


def test_an_exit_where_no_sample_stops_has_null(capsys, shipped):
    found = document(
        capsys, "choose", "digits/sdn", "--min-accuracy", "0.2", "--max-flops", "1e6", "--per-exit"
    )
    store = Store(shipped)
    joint = joint_counts_of(store, store.find_run("digits/sdn"), int8_candidates())
    best = choose_per_exit(joint, Limits(min_accuracy=0.2, max_flops=1e6)).best
    assert found["thresholds"] == [None if math.isinf(each) else each for each in best.thresholds]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("kws/sdn:int8", BOARD),
        ("kws/branchynet", ("--int8", "--int8-zero-point", "-127")),
        ("digits/sdn", ("--criterion", "entropy")),
        ("digits/branchynet", ("--criterion", "margin", "--mix", "even")),
        ("kws/trecx", ()),
    ],
)
def test_it_works_with_every_option_and_is_no_worse_than_one_rho(capsys, shipped, name, options):
    found = document(capsys, "choose", name, *WISH, *options)
    cost = "energy_uj" if "energy_uj" in found else "flops"
    assert found[cost] <= found["single"][cost] * (1 + 1e-9)
    assert len(found["thresholds"]) == len(found["exit_counts"]) - 1
    assert found["slack"]["max_drop"] >= -1e-9
    if BOARD[0] in options:
        assert found["battery_days"] > 0
        assert found["int8"]


def test_people_read_each_threshold_the_exit_rates_and_the_saving(capsys, shipped):
    status, out, err = run(capsys, "choose", "kws/sdn", *WISH)
    lines = [line.split() for line in out.splitlines()]
    assert status == 0
    assert ["threshold", "of", "exit", "3", "0.667969", "(171/256)"] in lines
    assert ["exit", "rate", "by", "exit", "10.88", "%", *"· 40.90 % · 36.11 % · 12.11 %".split()] in lines
    assert ["FLOPs", "vs", "best", "single", "ρ", "−4.52", "%"] in lines
    assert ["limiting", "constraint", "max", "accuracy", "drop"] in lines
    assert "exhaustive: all 16,974,593 vectors were compared" in out
    assert "plateau" not in out
    assert "with several thresholds, the difference is larger than with one" in err


def test_no_answer_ends_with_status_3_and_the_nearest_two(capsys, shipped):
    wish = ("choose", "ic/sdn", "--max-flops", "15e6", "--min-accuracy", "0.86", "--per-exit")
    status, out, _ = run(capsys, *wish, "--json")
    found = json.loads(out)
    assert (status, found["met"], found["single"]) == (3, False, None)
    assert found["nearest"]["cheaper"]["broken"] == ["min_accuracy"]
    assert found["nearest"]["more_accurate"]["flops"] > 15e6
    status, out, err = run(capsys, *wish)
    assert status == 3
    assert "No thresholds meet these limits." in err
    assert "above max FLOPs by" in out


def test_a_run_without_early_exits_is_told(capsys, shipped):
    status, out, err = run(capsys, "choose", "kws/baseline", *WISH)
    assert (status, out) == (1, "")
    assert "no early exits" in err


def answer(limits, guarantee, name="kws/sdn"):
    return PerExitAnswer.of(RunView.of(name, Asked()), limits, guarantee)


def test_a_guarantee_says_what_it_rests_on_and_what_it_costs(capsys, shipped):
    found = answer(Limits(max_lost=0.02), Guarantee(0.95))
    told = per_exit_document(found)
    assert told["guarantee"]["n_calibration"] + told["guarantee"]["n_design"] == 4890
    assert told["guarantee"]["bound"] <= 0.02
    assert told["guarantee"]["measured"] == told["lost"] < told["naive"]["measured"] <= 0.02
    assert told["flops"] > told["naive"]["flops"]
    assert list(told["thresholds"]) in found.guaranteed.passing.tolist()
    show_per_exit(found, as_json=False)
    out, err = capsys.readouterr()
    assert "at most 2.00 % of samples lost, with 95 % probability" in out
    assert "FLOPs vs no guarantee" in out
    assert "The guarantee takes this into account." in err


def test_without_a_guarantee_it_is_told_how_many_samples_would_be_needed(capsys, shipped):
    found = answer(Limits(max_lost=0.001), Guarantee(0.95))
    assert found.best is None
    told = per_exit_document(found)
    assert told["samples_needed"] > 4890
    show_per_exit(found, as_json=False)
    out, err = capsys.readouterr()
    assert "not guaranteed" in out
    assert f"About {told['samples_needed']:,} calibration samples would be needed; there are 4,890." in err


def test_progress_is_shown_on_standard_error_only(capsys, shipped, monkeypatch):
    calls = []
    monkeypatch.setattr("trecx.cli.per_exit_answer.printing.progress", lambda: _Listening(calls))
    document(capsys, "choose", "kws/sdn", *WISH)
    assert calls[-1] == ("every vector of thresholds", len(calls), len(calls))
    assert np.array([done for _, done, _ in calls]).tolist() == list(range(1, len(calls) + 1))


class _Listening:
    def __init__(self, calls):
        self.calls = calls

    def __enter__(self):
        return lambda *told: self.calls.append(told)

    def __exit__(self, *_):
        return None
