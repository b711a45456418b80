"""The queue of jobs: in order, one at a time, whoever asks, whatever is killed; with real processes."""

import os
import signal
import threading

import pytest

from tests.jobs.worker import KEYS, fake_worker, finish, lives, wait_until
from trecx.errors import JobError, UnknownNameError
from trecx.files.paths import MODELS
from trecx.jobs import records
from trecx.jobs.job import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job, Step
from trecx.jobs.queue import FINISHED_KEPT, LOST, Queue


@pytest.fixture
def queue(tmp_path):
    found = Queue(tmp_path / "store.jobs", fake_worker(tmp_path))
    yield found
    finish(found)


@pytest.fixture
def held(queue):
    """The queue, whose jobs go on working until they are let go."""
    queue.records.folder.mkdir()
    (queue.records.folder / "hold").touch()
    return queue


def let_go(queue):
    (queue.records.folder / "hold").unlink()


def states(queue):
    """The state of each job, the oldest first."""
    return [job.state for job in reversed(queue.jobs())]


def pids(queue, number):
    """The processes of a job once it works: its worker, what that started, and the runner."""
    path = queue.records.folder / f"{number}.pids"
    return [int(pid) for pid in wait_until(lambda: path.exists() and path.read_text()).split()]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def order(queue):
    return (queue.records.folder / "order").read_text().split()


def test_a_job_works_in_processes_of_its_own_and_says_how_far_it_is_and_how_it_ended(held):
    job = held.add(KEYS[0])
    worker, _, runner = pids(held, job.number)
    assert len({worker, runner, os.getpid()}) == 3
    wait_until(lambda: held.records.step_of(1))
    assert held.records.step_of(1) == Step("working", 1, 4)
    assert held.records.step_of(1).share == 0.25
    assert held.jobs()[0].state == RUNNING
    assert 0 <= held.jobs()[0].seconds < 90
    let_go(held)
    wait_until(lambda: held.jobs()[0].state == DONE)
    ended = held.jobs()[0]
    assert (ended.key, ended.run_id, ended.reason) == (KEYS[0], "run-1", "")
    assert held.records.log_of(1) == "working on 1\n"
    assert ended.seconds == ended.ended_at - ended.started_at


def test_jobs_that_are_asked_for_at_once_run_one_at_a_time_and_all_of_them(queue):
    folder, worker = queue.records.folder, fake_worker(queue.records.folder.parent)
    asking = [threading.Thread(target=Queue(folder, worker).add, args=(key,)) for key in KEYS[:6]]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    wait_until(lambda: states(queue) == [DONE] * 6)
    numbers = map(str, range(1, 7))
    assert order(queue) == [word for number in numbers for word in ("begin", number, "end", number)]
    assert {job.key for job in queue.jobs()} == set(KEYS[:6])


def test_a_model_that_waits_or_runs_is_not_asked_for_twice_but_may_be_again_later(held):
    first = held.add(KEYS[0])
    assert held.add(KEYS[0]).number == first.number
    assert len(held.jobs()) == 1
    let_go(held)
    wait_until(lambda: states(held) == [DONE])
    assert held.add(KEYS[0]).number == 2


def test_a_waiting_job_that_is_cancelled_never_runs(held):
    for key in KEYS[:3]:
        held.add(key)
    pids(held, 1)
    held.cancel(2)
    let_go(held)
    wait_until(lambda: states(held) == [DONE, CANCELLED, DONE])
    assert order(held) == "begin 1 end 1 begin 3 end 3".split()
    assert held.records.find(2).seconds == 0


def test_a_running_job_that_is_cancelled_is_killed_with_all_that_it_started_and_the_next_runs(held):
    held.add(KEYS[0])
    held.add(KEYS[1])
    worker, child, _ = pids(held, 1)
    held.cancel(1)
    wait_until(lambda: not alive(worker) and not alive(child))
    pids(held, 2)
    assert states(held) == [CANCELLED, RUNNING]
    let_go(held)
    wait_until(lambda: states(held) == [CANCELLED, DONE])
    held.cancel(2)  # too late: it has ended
    assert states(held) == [CANCELLED, DONE]


def test_a_worker_that_is_killed_is_told_and_the_next_job_runs_with_nobody_looking(held):
    held.add(KEYS[0])
    held.add(KEYS[1])
    worker, child, _ = pids(held, 1)
    os.kill(worker, signal.SIGKILL)
    os.kill(child, signal.SIGKILL)
    pids(held, 2)
    assert held.records.find(1).state == FAILED
    assert "was killed (signal 9)" in held.records.find(1).reason
    assert "Start the job again" in held.records.find(1).reason


def test_a_runner_that_is_killed_takes_its_worker_along_and_the_next_look_goes_on(held):
    held.add(KEYS[0])
    held.add(KEYS[1])
    worker, child, runner = pids(held, 1)
    os.kill(runner, signal.SIGKILL)
    wait_until(lambda: not alive(worker) and not alive(child))
    wait_until(lambda: not lives(held))
    assert [held.records.find(number).state for number in (1, 2)] == [RUNNING, WAITING]
    assert states(held) == [FAILED, WAITING]  # looking is enough
    assert held.records.find(1).reason == LOST
    pids(held, 2)


def test_a_worker_that_says_nothing_has_failed_with_its_log_at_hand(tmp_path):
    (tmp_path / "worker.py").write_text("print('no luck'); raise SystemExit(3)")
    queue = Queue(tmp_path / "jobs", ("python3", str(tmp_path / "worker.py")))
    job = queue.add(KEYS[0])
    wait_until(lambda: states(queue) == [FAILED])
    assert "ended with status 3" in queue.records.find(job.number).reason
    assert queue.records.log_of(1) == "no luck\n"
    finish(queue)


def test_a_worker_that_cannot_be_started_is_told(tmp_path):
    queue = Queue(tmp_path / "jobs", (str(tmp_path / "nothing"),))
    queue.add(KEYS[0])
    wait_until(lambda: states(queue) == [FAILED])
    assert "could not be started (No such file" in queue.jobs()[0].reason
    finish(queue)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../../../etc/passwd",
        str(MODELS / "digits" / "trecx" / "model.keras"),
        "artifacts/models/digits/trecx/model.keras",
        "trained here/digits/../../elsewhere/seed-0",
        KEYS[0] + " ",
        KEYS[0] + "; rm -rf /",
        "x" * 100_000,
    ],
)
def test_only_the_key_of_a_known_model_can_be_asked_for_never_a_path(queue, key):
    with pytest.raises(UnknownNameError, match="unknown model") as raised:
        queue.add(key)
    assert len(str(raised.value)) < 400
    assert not queue.records.folder.exists()
    assert queue.jobs() == []


def test_only_the_latest_jobs_are_kept_with_their_logs(queue):
    queue.records.folder.mkdir()
    kept = records.Records(queue.records.folder)
    for number in range(1, FINISHED_KEPT + 6):
        kept.keep(Job(number, KEYS[0], DONE))
        kept.log_path(number).write_text("said")
    job = queue.add(KEYS[1])
    assert job.number == FINISHED_KEPT + 6
    wait_until(lambda: queue.records.find(job.number).state == DONE)
    assert [job.number for job in queue.jobs()] == list(range(job.number, 5, -1))
    assert not kept.log_path(5).exists()
    assert kept.log_path(6).exists()


def test_a_job_ends_once(tmp_path):
    kept, queue = records.Records(tmp_path), Queue(tmp_path)
    kept.keep(Job(1, KEYS[0]).started())
    queue.cancel(1)
    queue.records.end(1, DONE, run_id="late")
    assert (queue.records.find(1).state, queue.records.find(1).run_id) == (CANCELLED, "")
    queue.cancel(2)  # there is none
    assert queue.records.find(2) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "null", '{"number": 1}', '{"number": 1, "key": "", "x": 2}']
)
def test_a_damaged_record_is_left_out(tmp_path, text):
    kept = records.Records(tmp_path)
    kept.keep(Job(1, KEYS[0], DONE))
    (tmp_path / "2.json").write_text(text)
    (tmp_path / ".3.json.77.part").write_text("{")
    (tmp_path / "1.step").write_text(text)
    assert [job.number for job in Queue(tmp_path).jobs()] == [1]
    assert kept.step_of(1) is None


def test_only_the_end_of_a_long_log_is_shown_and_whatever_bytes_are_in_it(tmp_path):
    kept = records.Records(tmp_path)
    kept.log_path(1).write_bytes(b"\xff" + b"x" * records.LOG_BYTES_SHOWN + b"\n<b>end</b>")
    assert len(kept.log_of(1)) == records.LOG_BYTES_SHOWN
    assert kept.log_of(1).endswith("x\n<b>end</b>")
    kept.log_path(2).write_bytes(b"\xff!")
    assert kept.log_of(2) == "\ufffd!"
    assert kept.log_of(3) == ""


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path, monkeypatch):
    with pytest.raises(JobError, match=r"nowhere.*cannot be written \(No such file.*TRECX_DB"):
        Queue(tmp_path / "nowhere" / "jobs").add(KEYS[0])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / f".1.step.{os.getpid()}.part").symlink_to("/dev/full")
    with pytest.raises(JobError, match="No space left on device.*free disk space"):
        records.Records(tmp_path / "full").keep_step(1, Step("working", 1, None))
    assert Step("working", 1, None).share is None
