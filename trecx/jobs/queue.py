"""The queue of jobs: one runs, the others wait, and ended ones are kept for some time."""

import fcntl
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from trecx.jobs.job import CANCELLED, FAILED, RUNNING, WAITING, Job, PointOptions
from trecx.jobs.known_models import find_known
from trecx.jobs.records import Records

WORKER = (sys.executable, "-m", "trecx.jobs.worker")
FINISHED_KEPT = 20
LOST = (
    "The process of the job stopped, for example because the machine was switched off. Start the job again."
)


class Queue:
    """The jobs of a folder; one runs at a time, in the order of the requests.

    They run in the process of `trecx.jobs.runner`, which is started when there is work and ends when no job
    is waiting; it does not end with the process that started it. While it runs it holds the file `lock`,
    which it receives already locked, so that two can never be started.

    Args:
        folder: where the jobs are stored.
        worker: the command that runs a job; the folder and the job's number are appended to it.

    Attributes:
        records: the stored jobs.

    Raises:
        JobError: by every method that writes, where that cannot be done; the message says what to do.
    """

    def __init__(self, folder: Path, worker: Sequence[str] = WORKER) -> None:
        self.records = Records(folder)
        self._worker = tuple(worker)

    def add(self, key: str, point: PointOptions | None = None) -> Job:
        """Request a job; a request that is waiting or running is not added twice.

        Args:
            key: of a known model.
            point: the operating point to deploy the model at; None: the model is scored.

        Raises:
            UnknownNameError: no known model has this key.
        """
        key = find_known(key).key
        with self.records.guarded():
            jobs = self.records.all()
            same = (job for job in jobs if job.unfinished and (job.key, job.point) == (key, point))
            job = next(same, None)
            if job is None:
                job = Job(max((job.number for job in jobs), default=0) + 1, key, point=point)
                self.records.keep(job)
                for old in [job for job in jobs if not job.unfinished][FINISHED_KEPT:]:
                    self.records.forget(old)
            self._go_on()
            return job

    def jobs(self) -> list[Job]:
        """Return all jobs, the newest first, and start the runner if jobs are waiting."""
        if not self.records.folder.is_dir():
            return []
        with self.records.guarded():
            self._go_on()
            return self.records.all()

    def cancel(self, number: int) -> None:
        """End a job that is waiting or running; a run that it has stored by then stays."""
        self.records.end(number, CANCELLED)

    def _go_on(self) -> None:
        """If no runner is active: mark an interrupted job as failed, and start a runner if there is work."""
        with (self.records.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            jobs = self.records.all()
            for job in jobs:
                if job.state == RUNNING:
                    self.records.discard_unfinished(job.number)
                    self.records.keep(job.ended(FAILED, reason=LOST))
            if any(job.state == WAITING for job in jobs):
                self._start_runner(lock)

    def _start_runner(self, lock: IO[str]) -> None:
        # The lock belongs to the open file, which the runner inherits: it stays when it is closed here.
        folder, number = self.records.folder, lock.fileno()
        command = [sys.executable, "-m", "trecx.jobs.runner", str(folder), str(number), *self._worker]
        with (folder / "runner.log").open("wb") as log:
            runner = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(number,),
                start_new_session=True,  # Ctrl-C in the dashboard's terminal is not for it
            )
        threading.Thread(target=runner.wait, daemon=True).start()  # or it would stay as a zombie
