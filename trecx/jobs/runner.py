"""The process that does what waits in a queue: `python -m trecx.jobs.runner FOLDER LOCK WORKER…`.

Each job has a process of its own: a model file is a program, and may take anything down with it.
"""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from trecx.jobs.job import CANCELLED, FAILED, WAITING, Job
from trecx.jobs.records import Records

LOOKED_EVERY_S = 0.2


def run_jobs(records: Records, lock: int, worker: Sequence[str]) -> None:
    """Do one job after another until none waits.

    Args:
        records: where they wait.
        lock: the number of the locked file, which shows that a runner lives.
        worker: the command that does a job, to which the folder and the job's number are added.
    """
    while job := _take(records, lock):
        try:
            status = _do(records, job, lock, worker)
            reason = _reason(status)
        except OSError as error:
            reason = f"Its process could not be started ({error.strerror or error}). Ask for it again."
        records.end(job.number, FAILED, reason=reason)  # unless it has said itself how it ended


def _take(records: Records, lock: int) -> Job | None:
    """Return the job whose turn it is, now running; None where nothing waits: then the lock is given up."""
    with records.guarded():
        waiting = [job for job in records.all() if job.state == WAITING]
        if not waiting:
            fcntl.flock(lock, fcntl.LOCK_UN)  # still guarded: whoever adds a job now finds it free
            return None
        job = waiting[-1].started()
        records.keep(job)
        return job


def _do(records: Records, job: Job, lock: int, worker: Sequence[str]) -> int:
    """Do a job in a process of its own, and end that if the job is cancelled; return its exit status."""
    with (
        records.log_path(job.number).open("ab") as log,
        subprocess.Popen(
            [*worker, str(records.folder), str(job.number)],
            stdin=subprocess.PIPE,  # it closes when this process is gone, and then that one goes too
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=(lock,),  # held until both are gone
            start_new_session=True,
        ) as process,
    ):
        while True:
            try:
                return process.wait(LOOKED_EVERY_S)
            except subprocess.TimeoutExpired:
                now = records.find(job.number)
                if now is None or now.state == CANCELLED:
                    os.killpg(process.pid, signal.SIGKILL)


def _reason(status: int) -> str:
    if status < 0:
        return (
            f"Its process was killed (signal {-status}); if nobody did that by hand, memory ran out. "
            "Nothing was stored by half. Ask for it again."
        )
    return f"Its process ended with status {status} and did not say why; its log may. Ask for it again."


if __name__ == "__main__":
    run_jobs(Records(Path(sys.argv[1])), int(sys.argv[2]), sys.argv[3:])
