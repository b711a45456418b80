"""What a worker does: a known model is fetched and scored, on what it may be tested on."""

import time
from dataclasses import replace

import pytest

from tests.conftest import SHIPPED
from tests.jobs.worker import KEYS
from trecx.errors import DatasetError, FetchError
from trecx.files import paths
from trecx.jobs import worker
from trecx.jobs.job import DONE, FAILED, Job, Step
from trecx.jobs.known_models import find_known
from trecx.jobs.model_scoring import score_known
from trecx.jobs.records import Records
from trecx.jobs.worker import TOLD_EVERY_S, Teller, do_job
from trecx.store import Store

# Keras' own, on reading a variable with NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def records(tmp_path):
    kept = Records(tmp_path)
    kept.keep(Job(1, KEYS[0]).started())
    return kept


def assert_is_shipped(run, key):
    """The run is the very one that is shipped."""
    shipped = find_known(key).scored_as(Store(SHIPPED).runs())
    assert replace(run, created_at=0, versions={}, sample_set_id=0) == replace(
        shipped, created_at=0, versions={}, sample_set_id=0
    )


@pytest.mark.tensorflow
def test_a_model_trained_here_gives_the_run_that_is_shipped_and_is_not_scored_twice():
    key, told = "trained here/digits/trecx/seed-1", []
    run = score_known(find_known(key), Store(), lambda *step: told.append(step))
    assert_is_shipped(run, key)
    assert [step for step in told if step[0] == "scoring"][-1] == ("scoring", 500, 500)
    assert find_known(key).scored_as(Store().runs()) == run
    assert score_known(find_known(key), Store()) == run
    assert len(Store().runs()) == 1


@pytest.mark.mirror
@pytest.mark.tensorflow
def test_what_is_not_here_is_fetched_first_and_so_is_a_model_that_was_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "DOWNLOADS", tmp_path / "downloads")
    key, told = "published/vww/baseline", []
    changed = find_known(key).path
    changed.parent.mkdir(parents=True)
    changed.write_bytes(b"another program")  # which must not be loaded
    run = score_known(find_known(key), Store(), lambda *step: told.append(step[0]))
    assert_is_shipped(run, key)
    kinds = list(dict.fromkeys(told))
    assert kinds.index("vww/vww01.tar.gz") < kinds.index("loading TensorFlow") < kinds.index("scoring")
    assert find_known(key).samples_here
    assert find_known("published/vww/trecx").bytes_to_fetch == 0


@pytest.mark.mirror
@pytest.mark.tensorflow
def test_a_model_is_never_scored_on_samples_that_it_learned_from():
    key = "trained here/kws/trecx/seed-1"
    run = score_known(find_known(key), Store())
    assert_is_shipped(run, key)
    assert run.n_samples == 996
    model = find_known("trained here/digits/sdn/seed-0")
    others = replace(model, training={**model.training, "dataset_sha256": "0" * 64})
    with pytest.raises(DatasetError, match=r"other samples.*python -m trecx train digits sdn"):
        score_known(others, Store())


def test_a_key_that_is_not_known_is_refused_by_the_worker_too(records, monkeypatch):
    monkeypatch.setattr(worker, "score_known", lambda *args: pytest.fail("it was scored"))
    records.keep(Job(1, "/etc/passwd").started())
    do_job(records, 1)
    assert records.find(1).state == FAILED
    assert "unknown model '/etc/passwd'" in records.find(1).reason
    do_job(records, 7)  # there is no such job
    assert [job.number for job in records.all()] == [1]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FetchError("no network; check it"), "no network; check it"),
        (RuntimeError("odd"), "Unexpected error: RuntimeError: odd. See the log for details."),
    ],
)
def test_what_goes_wrong_is_the_end_of_the_job_and_in_its_log(records, monkeypatch, capfd, error, reason):
    def fail(*args):
        raise error

    monkeypatch.setattr(worker, "score_known", fail)
    do_job(records, 1)
    assert (records.find(1).state, records.find(1).reason) == (FAILED, reason)
    assert str(error) in "".join(capfd.readouterr())


def test_a_job_that_is_done_names_its_run(records, monkeypatch, shipped):
    run = Store().runs()[0]
    monkeypatch.setattr(worker, "score_known", lambda model, store, progress: run)
    do_job(records, 1)
    assert (records.find(1).state, records.find(1).run_id) == (DONE, run.run_id)


def test_progress_is_written_some_times_a_second_and_each_kind_of_work_is_logged_once(records, capsys):
    written, tell = [], Teller(records, 1)
    keep_step = records.keep_step
    records.keep_step = lambda number, step: (written.append(step), keep_step(number, step))
    begin = time.monotonic()
    for done in range(5001):
        tell("reading", done, 5000)
    tell("scoring", 1, None)
    assert len(written) <= 4 + (time.monotonic() - begin) / TOLD_EVERY_S
    assert written[0] == Step("reading", 0, 5000)
    assert written[-2:] == [Step("reading", 5000, 5000), Step("scoring", 1, None)]
    assert records.step_of(1) == Step("scoring", 1, None)
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == ["reading", "scoring"]
