"""The process that runs the jobs of a queue: `python -m trecx.jobs.runner FOLDER LOCK WORKER…`.

Each job has a process of its own: loading a model can run code, which may crash its process.
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
    """Run one job after another until none is waiting.

    Args:
        records: the jobs.
        lock: the number of the locked file, which shows that a runner is active.
        worker: the command that runs a job; the folder and the job's number are appended to it.
    """
    while job := _take(records, lock):
        try:
            status = _do(records, job, lock, worker)
            reason = _reason(status)
        except OSError as error:
            cause = error.strerror or error
            reason = f"The process of the job could not be started ({cause}). Start the job again."
        records.discard_unfinished(job.number)
        records.end(job.number, FAILED, reason=reason)  # unless the job has recorded its end itself


def _take(records: Records, lock: int) -> Job | None:
    """Return the next job, now marked as running; None if none is waiting, and the lock is released."""
    with records.guarded():
        waiting = [job for job in records.all() if job.state == WAITING]
        if not waiting:
            fcntl.flock(lock, fcntl.LOCK_UN)  # still guarded: the next job to be added finds it free
            return None
        job = waiting[-1].started()
        records.keep(job)
        return job


def _do(records: Records, job: Job, lock: int, worker: Sequence[str]) -> int:
    """Run a job in a process of its own, end it if the job is cancelled, and return its exit status."""
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
            f"The process of the job was killed (signal {-status}), possibly because memory ran out. "
            "Nothing incomplete was stored. Start the job again."
        )
    return f"The process of the job ended with status {status}. See its log, then start the job again."


if __name__ == "__main__":
    run_jobs(Records(Path(sys.argv[1])), int(sys.argv[2]), sys.argv[3:])
