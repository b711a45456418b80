import csv
import io
import json

import pytest

from app.compare.table import record
from tests.cli.test_commands import document, run
from trecx.comparison.accuracy_targets import parse_targets
from trecx.comparison.design import Design
from trecx.comparison.paired_difference import paired_difference
from trecx.store import Store
from trecx.store.run_context import load_context

BOARD = "nucleo-l4r5zi-tflm-2.3.1-1.8v"
TWO = ("kws/trecx", "kws/sdn")


def by_id(found):
    return {design["run_id"]: design for design in found["designs"]}


@pytest.mark.parametrize("mix", ["as tested", "even"])
def test_it_gives_the_numbers_of_the_compare_page(capsys, shipped, mix):
    found = document(capsys, "compare", *TWO, "kws/baseline", "--mix", mix, "--at", "−1, 0, 90")
    store, targets = Store(), parse_targets("−1, 0, 90")
    for name in (*TWO, "kws/baseline"):
        one = store.find_run(name)
        page = record(Design(name, [one], [load_context(store, one, class_mix=mix)]), targets)
        shown = by_id(found)[one.run_id]
        assert [shown["saving"], shown["oracle_share"]] == [page["saving"], page["oracle_share"]]
        for target, point in zip(targets, shown["points"], strict=True):
            assert point["at"] == target.label
            assert point.get("flops") == pytest.approx(page[f"flops at {target.column}"])
            assert point.get("accuracy") == pytest.approx(page[f"accuracy at {target.column}"])


def test_the_largest_saving_comes_first_and_each_run_is_paired_with_the_one_named_first(capsys, shipped):
    found = document(capsys, "compare", *reversed(TWO), "kws/baseline")
    store = Store()
    sdn, trecx, baseline = (store.find_run(name) for name in (*reversed(TWO), "kws/baseline"))
    assert [design["run_id"] for design in found["designs"]] == [
        each.run_id for each in (trecx, sdn, baseline)
    ]
    assert [(pair["one"], pair["other"]) for pair in found["paired"]] == [
        (sdn.run_id, trecx.run_id),
        (sdn.run_id, baseline.run_id),
    ]
    twin = paired_difference([store.load_scores(sdn)], [store.load_scores(trecx)])
    assert list(found["paired"][0]["mean"].values()) == list(twin.mean)
    assert found["paired"][0]["difference"] == twin.gain.tolist()
    assert {piece["better"] for piece in found["paired"][0]["significant"]} == {trecx.run_id}


def test_at_one_threshold_it_gives_what_point_gives(capsys, shipped):
    options = ("--threshold", "0.9", "--int8", "--criterion", "margin", "--device", BOARD)
    found = document(capsys, "compare", *TWO, *options)
    for name in TWO:
        point = document(capsys, "point", name, *options)
        [shown] = by_id(found)[point["run_id"]]["points"]
        for quantity in ("threshold", "accuracy", "exit_rate", "flops", "energy_uj"):
            assert shown[quantity] == point[quantity]


def test_a_target_that_no_threshold_reaches_has_no_numbers_and_is_told(capsys, shipped):
    found = document(capsys, "compare", *TWO, "--at", "99")
    assert [point for design in found["designs"] for point in design["points"]] == [
        {"at": "99 %", "target": 0.99}
    ] * 2
    status, out, err = run(capsys, "compare", *TWO, "--at", "99")
    assert status == 0
    assert out.count("99 %") == 2
    assert "no ρ reaches this accuracy" in err


def test_runs_on_other_samples_are_compared_with_a_warning_and_not_paired(capsys, shipped, tmp_path):
    mine = tmp_path / "mine.csv"
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["label", *(f"exit{k}_{name}" for k in (1, 2) for name in ("a", "b"))])
    rows.writerows([["a", 0.9, 0.1, 0.8, 0.2], ["b", 0.4, 0.6, 0.1, 0.9]])
    mine.write_text(f"# exit_flops: 100, 300\n{out.getvalue()}", encoding="utf-8")
    other = str(tmp_path / "other.sqlite")
    for system, file in (("one", mine), ("two", tmp_path / "two.csv")):
        file.write_text(mine.read_text("utf-8") + ("b,0.2,0.8,0.3,0.7\n" if system == "two" else ""), "utf-8")
        run(capsys, "import", str(file), "--task", "pets", "--system", system, "--db", other)
    status, out, err = run(capsys, "compare", "pets/one", "pets/two", "--at", "90", "--db", other)
    assert status == 0
    assert "scored on different samples: mine.csv (2) and two.csv (3)" in err
    assert "saving is unknown: pets-" in err
    assert "mean difference" not in out
    ended, text, _ = run(capsys, "compare", "pets/one", "pets/two", "--db", other, "--json")
    assert (ended, json.loads(text)["paired"]) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("kws/trecx",), 1, "name two or more runs"),
        (("kws/trecx", "kws/trecx"), 1, "name two or more runs"),
        (("kws/trecx", "vww/trecx"), 1, "it is of task vww, not of kws"),
        (("kws/trecx", "kws/nothing"), 1, "kws/baseline, kws/branchynet"),
        ((*TWO, "--at", "high"), 1, "is not a list of accuracies"),
        ((*TWO, "--threshold", "2"), 1, "within 0..1"),
        ((*TWO, "--energy-uj", "1,2"), 2, "measured on one network"),
        ((), 2, "RUN"),
    ],
)
def test_what_cannot_be_compared_is_told_in_a_sentence(capsys, shipped, arguments, status, words):
    ended, out, err = run(capsys, "compare", *arguments)
    assert (ended, out) == (status, "")
    assert words in err
