import json
import subprocess
import sys

import numpy as np
import pytest

from trecx.cli import main
from trecx.store import Store
from trecx.threshold.outcomes import OUTCOME_LABELS


def run(capsys, *arguments):
    """Return exit status, standard output, standard error."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    out, err = capsys.readouterr()
    return end.value.code or 0, out, err


def document(capsys, *arguments):
    status, out, err = run(capsys, *arguments, "--json")
    assert (status, err) == (0, "")
    return json.loads(out)


def rows(out):
    """Return the words of each printed line."""
    return [line.split() for line in out.splitlines()]


@pytest.fixture
def scores_file(tmp_path):
    probabilities = np.random.default_rng(0).dirichlet(np.ones(12), (40, 2))
    file = tmp_path / "mine.npz"
    np.savez(file, labels=np.arange(40) % 12, probabilities=probabilities, exit_flops=[100, 300])
    return str(file)


def test_the_papers_row_for_kws(capsys, shipped):
    found = document(capsys, "tradeoff", "kws/trecx", "--grid", "101", "--baseline-accuracy", "0.922")
    points = {point["drop"]: point for point in found["points"]}
    assert [round(points[drop]["flops"] / 1e6, 3) for drop in (0.01, 0.02, 0.03)] == [3.453, 3.305, 3.180]
    assert [round(points[drop]["threshold"], 2) for drop in (0.01, 0.02, 0.03)] == [0.69, 0.58, 0.48]
    assert (round(points[0]["flops"] / 1e6, 3), round(points[0]["threshold"], 2)) == (3.864, 0.90)
    assert found["baseline_flops"] == 5_541_064


def test_tradeoff_takes_the_tasks_own_baseline(capsys, shipped):
    found = document(capsys, "tradeoff", "vww/trecx")
    assert found["baseline_accuracy"] == 0.853
    assert [point["drop"] for point in found["points"]] == [0, 0.01, 0.02, 0.03]


def test_the_fourteen_published_runs_are_shipped(capsys, shipped):
    runs = document(capsys, "runs")
    assert {(run["task"], run["system"]) for run in runs if run["source"] == "published"} == {
        *(("kws", s) for s in ("baseline", "trecx", "trecx-noev", "fmaps-concat", "sdn", "branchynet")),
        *(("ic", s) for s in ("baseline", "trecx", "trecx-noev", "sdn", "branchynet")),
        *(("vww", s) for s in ("baseline", "trecx", "trecx-noev")),
    }
    published = [run for run in runs if run["source"] == "published"]
    by_name = {f"{run['task']}/{run['system']}": run for run in published}
    kws = by_name["kws/trecx"]
    assert (kws["n_samples"], kws["n_exits"], kws["parameters"]) == (4890, 2, 28_248)
    assert kws["exit_flops"] == [3_127_080, 5_647_920]
    assert [round(100 * a, 2) for a in kws["standalone_accuracy"]] == [88.59, 92.43]
    assert round(100 * by_name["kws/baseline"]["standalone_accuracy"][0], 2) == 92.17
    assert by_name["vww/trecx"]["standalone_accuracy"] == [0.82, 0.866]
    assert by_name["vww/baseline"]["standalone_accuracy"] == [0.853]


def test_point_prints_everything_that_follows_from_the_threshold(capsys, shipped):
    point = document(capsys, "point", "kws/trecx", "--threshold", "0.9")
    assert point["exit_counts"] == [3461, 1429]
    assert point["exit_rate"] == 3461 / 4890
    assert sum(point["overthinking"].values()) == np.sum(point["confusion"]) == 4890
    assert point["accuracy"] == np.trace(point["confusion"]) / 4890
    assert point["flops"] == (3461 * 3_127_080 + 1429 * 5_647_920) / 4890
    assert point["flops_saving"] == pytest.approx(1 - point["flops"] / 5_541_064)
    assert point["plateau"][0] < 0.9 <= point["plateau"][1]


def test_curve_has_every_step_or_a_grid(capsys, shipped):
    every = document(capsys, "curve", "kws/sdn")["points"]
    assert every[0]["threshold"] is None  # inf
    assert every[0]["exit_rate"] == 0
    assert len(every) > 10_000
    grid = document(capsys, "curve", "kws/sdn", "--grid", "101")["points"]
    assert [point["threshold"] for point in grid] == np.linspace(0, 1, 101).tolist()
    assert set(grid[0]) == {"threshold", "accuracy", "exit_rate", "flops"}


def test_tables_are_printed_and_long_ones_thinned(capsys, shipped):
    _, out, _ = run(capsys, "runs")
    assert "kws-trecx-" in out
    assert "28,248" in out
    _, out, err = run(capsys, "tradeoff", "kws/trecx", "--grid", "101", "--baseline-accuracy", "0.922")
    assert ["1", "pt", "0.6900", "91.21", "%", "87.06", "%", "3.453", "−37.68", "%"] in rows(out)
    assert "accuracy 92.20 %, 5.541 MFLOPs" in err
    _, out, err = run(capsys, "curve", "kws/trecx")
    assert len(out.splitlines()) < 60
    assert "--json prints all" in err
    _, out, _ = run(capsys, "point", "kws/trecx", "--threshold", "inf")
    assert "92.43 %" in out


def test_drops_are_in_points_and_flops_in_percent_of_the_baseline(capsys, shipped):
    _, out, _ = run(capsys, "tradeoff", "kws/trecx")
    heading, *body = [line.split() for line in out.splitlines() if len(line.split()) > 1]
    assert heading[:1] + heading[-3:] == ["drop", "FLOPs", "vs", "baseline"]
    assert [row[:2] for row in body] == [[str(drop), "pt"] for drop in range(4)]
    assert all(row[-2].startswith("−") and row[-1] == "%" for row in body)
    _, out, _ = run(capsys, "point", "vww/trecx", "--threshold", "inf")
    assert ["FLOPs", "vs", "baseline", "+15.91", "%"] in rows(out)


def test_a_point_is_told_with_the_outcomes_labels(capsys, shipped):
    _, out, _ = run(capsys, "point", "kws/trecx", "--threshold", "0.9")
    last = [" ".join(row[:-1]) for row in rows(out) if row][-len(OUTCOME_LABELS) :]
    assert tuple(last) == OUTCOME_LABELS


def test_import_keeps_scores_and_knows_them_again(capsys, scores_file):
    arguments = ("import", scores_file, "--task", "kws", "--system", "trecx", "--json")
    status, out, err = run(capsys, *arguments)
    imported = json.loads(out)
    read, stored = err.splitlines()
    assert (status, stored) == (0, f"Stored as {imported['run_id']}: 40 samples.")
    assert read.startswith("Read as: arrays labels (40,), ") and "0 is down, 1 is go" in read
    assert imported["precision"] == "float32"
    assert (imported["source"], imported["dataset"], imported["n_samples"]) == ("imported", "mine.npz", 40)
    assert imported["class_names"][0] == "down"
    _, out, err = run(capsys, *arguments)
    assert json.loads(out) == imported
    since = f"imported on {imported['created_at'][:10]}"
    told = f"These scores are already stored as {imported['run_id']} ({since}); nothing was added."
    assert err.splitlines()[1] == f"{told} --again adds a new run."
    assert json.loads(run(capsys, *arguments, "--again")[1])["run_id"] != imported["run_id"]
    assert len(Store().runs()) == 2
    classes = ("--classes", ",".join("abcdefghijkl"))
    changed = json.loads(run(capsys, *arguments, "--exit-flops", "1_000,2000", *classes)[1])
    assert (changed["exit_flops"], changed["class_names"][0]) == ([1000, 2000], "a")


def test_scores_below_chance_are_not_stored_unless_it_is_said(capsys, tmp_path):
    labels = np.arange(300) % 3
    probabilities = np.eye(3, dtype=np.float32)[(labels + 1) % 3][:, None]
    np.savez(tmp_path / "shifted.npz", labels=labels, probabilities=probabilities, exit_flops=[100])
    words = ("import", str(tmp_path / "shifted.npz"), "--task", "pets", "--system", "baseline")
    status, _, err = run(capsys, *words)
    assert status == 1
    assert "shifted.npz: Exit 1 0.00 % of 300 samples right" in err
    assert "Nothing was stored. If the scores are right, add --keep-anyway" in err
    assert Store().runs() == []
    assert run(capsys, *words, "--keep-anyway")[0] == 0
    assert len(Store().runs()) == 1


def test_the_options_of_import_settle_what_a_file_leaves_open_and_int8_is_said(capsys, tmp_path):
    levels = np.random.default_rng(0).multinomial(255, [0.7, 0.2, 0.1], (40, 2)) - 128
    np.save(tmp_path / "scores.npy", levels.astype(np.int8))
    np.save(tmp_path / "labels.npy", np.ones(40, int))
    files = (str(tmp_path / "labels.npy"), str(tmp_path / "scores.npy"))
    words = ("import", *files, "--task", "pets", "--system", "mine", "--exit-flops", "1,2")
    status, _, err = run(capsys, *words)
    assert status == 1 and "--labels-from 0 or --labels-from 1" in err
    status, out, err = run(capsys, *words, "--labels-from", "1", "--json")
    assert status == 0
    assert "int8 (−128..127) with scale 1/256, zero point −128" in err
    assert "This is an int8 run: ρ acts in steps of 1/256." in err
    found = json.loads(out)
    assert (found["precision"], found["standalone_accuracy"]) == ("int8", [1, 1])
    assert document(capsys, "runs")[0]["precision"] == "int8"
    told = run(capsys, "point", found["run_id"], "--threshold", "0.9", "--int8")[2]
    assert "are those of an int8 network; its ρ is a multiple of 1/256, at most 0.9961." in told
    export = ("export", found["run_id"], "--threshold", "0.9", "--out", str(tmp_path / "x.h"))
    assert run(capsys, *export)[0] == 0
    assert "the scores are the device's" in (tmp_path / "x.h").read_text()
    logits = tmp_path / "logits.csv"
    logits.write_text("# exit_flops: 10\nlabel,exit1_a,exit1_b\na,3,-1\nb,-2,0.5\n")
    words = ("import", str(logits), "--task", "pets", "--system", "baseline")
    status, _, err = run(capsys, *words)
    assert status == 1 and "probably logits; if they are, add --logits" in err
    assert run(capsys, *words, "--logits")[0] == 0
    sigmoid = tmp_path / "sigmoid.csv"
    sigmoid.write_text("# exit_flops: 10\nlabel,exit1_1\n1,0.75\n0,0.5\n")
    words = ("import", str(sigmoid), "--task", "pets", "--system", "sigmoid")
    assert run(capsys, *words)[0] == 1
    assert run(capsys, *words, "--sigmoid")[0] == 0


def test_db_goes_before_the_environment(capsys, scores_file, tmp_path):
    other = str(tmp_path / "other.sqlite")
    run(capsys, "import", scores_file, "--task", "kws", "--system", "sdn", "--db", other)
    assert len(document(capsys, "runs", "--db", other)) == 1
    assert document(capsys, "runs") == []


def test_without_a_baseline_savings_are_against_the_final_exit(capsys, scores_file):
    run(capsys, "import", scores_file, "--task", "kws", "--system", "trecx")
    point = document(capsys, "point", "kws/trecx", "--threshold", "0")
    assert (point["flops_saving_against"], point["flops_saving"]) == ("final exit", pytest.approx(2 / 3))
    status, _, err = run(capsys, "tradeoff", "kws/trecx")
    assert status == 1
    assert "no baseline of task kws" in err
    assert "--baseline-accuracy" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("point", "kws/nothing", "--threshold", "1"), "kws/baseline, kws/branchynet"),
        (("point", "kws/trecx", "--threshold", "1.5"), "within 0..1"),
        (("point", "kws/trecx", "--threshold", "nan"), "within 0..1"),
        (("tradeoff", "kws/trecx", "--baseline-accuracy", "92.2"), "0.922 for 92.2 %"),
        (("import", "no.npz", "--task", "kws", "--system", "trecx"), "no file no.npz"),
        (
            ("import", "no.npz", "--task", "My Task", "--system", "trecx"),
            "a name of the paper: kws, ic, vww, digits",
        ),
        (("import", "no.npz", "--task", "kws", "--system", "a" * 41), "not a valid name for a design"),
        (("score", "model", "--task", "speech", "--system", "trecx"), "unknown task 'speech'"),
        (("score", "model", "--task", "kws", "--system", "magic"), "unknown design 'magic'"),
        (("data", "fetch", "speech"), "unknown task 'speech'"),
        (("models", "fetch", "speech"), "unknown task 'speech'"),
        (("runs", "--db", "nonsense://x"), "is not a database address"),
    ],
)
def test_what_the_user_can_mend_ends_with_status_1_and_one_sentence(capsys, shipped, arguments, words):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (1, "")
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("point", "kws/trecx"),
        ("point", "kws/trecx", "--threshold", "high"),
        ("curve", "kws/trecx", "--grid", "1"),
        ("import", "x.csv", "--task", "kws", "--system", "trecx", "--exit-flops", "1,many"),
    ],
)
def test_wrong_usage_ends_with_status_2(capsys, shipped, arguments):
    assert run(capsys, *arguments)[0] == 2


def test_python_m_trecx_runs_without_loading_tensorflow(shipped):
    code = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None\n"
        "sys.argv = ['trecx', 'runs', '--json']\n"
        "import runpy; runpy.run_module('trecx', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(json.loads(done.stdout)) >= 9
