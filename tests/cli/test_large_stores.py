"""Commands on a run of several blocks, and on a database that an older release wrote."""

import json
import lzma

import numpy as np
import pytest

from tests.cli.test_commands import document
from tests.cli.test_commands import run as run_command
from tests.conftest import ROOT
from tests.store.test_score_blocks import ABOUT, softmax
from trecx import halves
from trecx.store import Store
from trecx.threshold.benefit_curve import operating_point
from trecx.threshold.exit_criteria import by_criterion

OLD = ROOT / "tests" / "store" / "version_2" / "scores.sqlite.xz"


@pytest.fixture
def run(own_database):
    return Store().save_run(ABOUT, softmax())


@pytest.mark.parametrize("criterion", ["largest", "entropy", "margin"])
@pytest.mark.parametrize("threshold", [0.61234567, 0.9])
def test_a_point_is_exact_though_the_counts_of_the_run_have_bins(capsys, run, threshold, criterion):
    found = document(capsys, "point", run.run_id, "--threshold", threshold, "--criterion", criterion)
    expected = operating_point(by_criterion(softmax(), criterion), threshold)
    assert found["confusion"] == expected.confusion.tolist()
    assert found["exit_counts"] == expected.exit_counts.tolist()
    assert found["plateau"] == list(expected.plateau)
    assert "counts_exact" not in found


@pytest.mark.parametrize("options", [(), ("--guarantee", "0.9"), ("--half", "held-out")])
def test_a_rho_chosen_for_lost_samples_has_exact_numbers_though_the_counts_have_bins(capsys, run, options):
    found = document(capsys, "choose", run.run_id, "--max-lost", "0.1", *options)
    scores = halves(softmax())[1] if "--half" in options else softmax()
    expected = operating_point(scores, found["threshold"])
    assert 0 < found["threshold"] < 1
    assert found["confusion"] == expected.confusion.tolist()
    assert found["plateau"] == list(expected.plateau)
    assert "counts_exact" not in found


def test_a_curve_says_that_its_steps_are_bins(capsys, run):
    assert document(capsys, "tradeoff", run.run_id, "--baseline-accuracy", 0.5)["counts_exact"] is False


COMMANDS = {
    "point": ["--threshold", "0.7123"],
    "curve": ["--grid", "5"],
    "tradeoff": ["--baseline-accuracy", "0.5"],
    "choose": ["--min-accuracy", "0.1"],
    "export": ["--threshold", "0.7", "--out"],
    "compare": [],
}


@pytest.mark.parametrize("criterion", ["largest", "margin"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_loads_names_and_scores_of_all_classes_at_once(
    capsys, run, command, criterion, monkeypatch, tmp_path
):
    store = Store()
    other = store.save_run(ABOUT, softmax(500))
    monkeypatch.setattr(Store, "load_scores", lambda *_: pytest.fail("all scores were loaded"))
    words = [command, run.run_id, *COMMANDS[command]]
    words += [str(tmp_path / "point.h")] if command == "export" else []
    words += [other.run_id] if command == "compare" else []
    assert document(capsys, *words, "--criterion", criterion)


@pytest.mark.parametrize("command", ["runs", "point"])
def test_an_old_database_is_upgraded_by_the_first_command_which_says_so_once(capsys, tmp_path, command):
    file = tmp_path / "old.sqlite"
    file.write_bytes(lzma.decompress(OLD.read_bytes()))
    words = ["runs"] if command == "runs" else ["point", "digits/trecx", "--threshold", "0.8"]
    first = run_command(capsys, *words, "--db", str(file), "--json")
    again = run_command(capsys, *words, "--db", str(file), "--json")
    assert (first[0], first[1]) == (again[0], again[1])
    assert first[0] == 0
    assert f"As it was, it is in {file}.version-2." in first[2]
    assert again[2] == ""


def test_a_damaged_run_is_told_by_runs_and_the_others_are_listed(capsys, run):
    other = Store().save_run(ABOUT, softmax(40))
    with Store()._database.writing() as session:
        session.connection().exec_driver_sql(f"UPDATE runs SET model = 'x' WHERE run_id = '{run.run_id}'")
    _, out, err = run_command(capsys, "runs", "--json")
    assert [each["run_id"] for each in json.loads(out)] == [other.run_id]
    assert f"run {run.run_id} is damaged" in err
    status, _, err = run_command(capsys, "scores", run.run_id, "--out", "never.csv")
    assert (status, "is damaged" in err) == (1, True)


def test_a_flipped_bit_in_a_softmax_is_not_exported(capsys, run, tmp_path):
    with Store()._database.writing() as session:
        connection = session.connection()
        rows = "quantity = 'probabilities' AND exit = 1 AND block = 0"
        (content,) = connection.exec_driver_sql(f"SELECT content FROM score_blocks WHERE {rows}").one()
        flipped = bytes([*content[:999], content[999] ^ 16, *content[1000:]])
        connection.exec_driver_sql(f"UPDATE score_blocks SET content = ? WHERE {rows}", (flipped,))
    status, _, err = run_command(capsys, "scores", run.run_id, "--out", str(tmp_path / "scores.npz"))
    assert status == 1
    assert f"run {run.run_id} is damaged (probabilities, exit 2, block 1 is damaged)" in err
    assert not (tmp_path / "scores.npz").exists()
    assert np.array_equal(Store().load_answers(run).labels, softmax().labels)
