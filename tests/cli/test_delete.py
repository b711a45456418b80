import io
import json
import sys

import pytest

from tests.cli.test_commands import document, run
from tests.comparison.synthetic import save_synthetic
from trecx.store import Store


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def runs():
    return [save_synthetic(Store(), "digits", system, 0) for system in ("baseline", "trecx")]


def ids():
    return [each.run_id for each in Store().runs()]


def test_without_a_terminal_it_asks_for_yes_and_deletes_nothing(capsys, monkeypatch, runs):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    status, out, err = run(capsys, "delete", "digits/trecx")
    assert (status, out) == (1, "")
    assert err.splitlines()[-1] == (
        f"error: {runs[1].run_id} was not deleted, as there is no terminal to ask on; to delete it, add --yes"
    )
    assert len(ids()) == 2


@pytest.mark.parametrize(("answer", "left"), [("n", 2), ("", 2), ("y", 1)])
def test_on_a_terminal_it_names_what_hangs_on_the_run_and_asks(capsys, monkeypatch, runs, answer, left):
    monkeypatch.setattr(sys, "stdin", Terminal(f"{answer}\n"))
    status, _, err = run(capsys, "delete", "digits/baseline")
    assert f"Delete {runs[0].run_id}? [y/N]" in err
    assert "trained here, synthetic, 200 samples, 1 exit, stored on 20" in err
    assert f"It is the only baseline of these runs: {runs[1].run_id}." in err
    assert ("Nothing was deleted." in err) == (left == 2)
    assert (status, len(ids())) == (0 if left == 1 else 1, left)


def test_yes_deletes_and_json_says_what_became_of_the_rest(capsys, runs):
    status, out, err = run(capsys, "delete", "digits/baseline", "--yes", "--json")
    found = json.loads(out)
    assert (status, found["deleted"], ids()) == (0, runs[0].run_id, [runs[1].run_id])
    assert found["baseline_of"] == [[runs[1].run_id, None]]
    assert (found["samples_deleted"], found["samples_of"]) == (False, [runs[1].run_id])
    assert "--compact makes it smaller" in err
    status, out, _ = run(capsys, "delete", runs[1].run_id, "--yes", "--compact", "--json")
    assert json.loads(out)["samples_deleted"]
    assert Store().file.stat().st_size < 300_000
    assert document(capsys, "runs") == []


def test_source_and_db_choose_the_run(capsys, tmp_path, runs):
    other = str(tmp_path / "other.sqlite")
    save_synthetic(Store(other), "digits", "trecx", 0, source="published")
    mine = save_synthetic(Store(other), "digits", "trecx", 0)
    run(capsys, "delete", "digits/trecx", "--source", "published", "--db", other, "--yes")
    assert [each.run_id for each in Store(other).runs()] == [mine.run_id]
    assert len(ids()) == 2
    status, _, err = run(capsys, "delete", "digits/nothing", "--yes")
    assert status == 1
    assert "digits/baseline" in err
