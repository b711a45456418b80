"""The process that runs one job: `python -m trecx.jobs.worker FOLDER NUMBER`."""

import os
import sys
import threading
import time
import traceback
from functools import partial
from pathlib import Path
from typing import Any

from trecx.errors import TrecxError
from trecx.jobs.deployed_point import lost_guarantee, package_name, point_of
from trecx.jobs.job import DONE, FAILED, Job, PointOptions, Step
from trecx.jobs.known_models import find_known
from trecx.jobs.model_deployment import deploy_known
from trecx.jobs.model_scoring import score_known
from trecx.jobs.records import Records
from trecx.progress import Progress
from trecx.store import Store

TOLD_EVERY_S = 0.2
NICENESS = 10  # the dashboard has priority


class Teller:
    """A `Progress` that records the progress of a job a few times per second, and logs each new step.

    Args:
        records: the jobs.
        number: of the job.
    """

    def __init__(self, records: Records, number: int) -> None:
        self._records, self._number = records, number
        self._what, self._told_at = "", 0.0

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Record the step and its progress."""
        now = time.monotonic()
        if what != self._what:
            print(time.strftime("%H:%M:%S"), what, flush=True)
        elif done != total and now - self._told_at < TOLD_EVERY_S:
            return
        self._what, self._told_at = what, now
        self._records.keep_step(self._number, Step(what, done, total))


def do_job(records: Records, number: int) -> None:
    """Run a job, and record how it ended."""
    job = records.find(number)
    if job is None:
        return
    try:
        progress = Teller(records, number)
        result = _deploy(records, job, job.point, progress) if job.point else _score(job, progress)
    except TrecxError as error:
        print(f"error: {error}", flush=True)
        records.end(number, FAILED, reason=str(error))
    except Exception as error:
        traceback.print_exc()
        reason = f"Unexpected error: {type(error).__name__}: {error}. See the log for details."
        records.end(number, FAILED, reason=reason)
    else:
        print(f"{time.strftime('%H:%M:%S')} done: {result['run_id']}", flush=True)
        records.end(number, DONE, **result)


def _score(job: Job, progress: Progress) -> dict[str, Any]:
    return {"run_id": score_known(find_known(job.key), Store(), progress).run_id}


def _deploy(records: Records, job: Job, point: PointOptions, progress: Progress) -> dict[str, Any]:
    model, store = find_known(job.key), Store()
    with records.packed(job.number, package_name(model, point)) as out:
        done = deploy_known(model, store, partial(point_of, point, store), out, progress=progress)
    warnings = [*done.document["warnings"], *lost_guarantee(point, done.document)]
    return {"run_id": done.int8.run.run_id, "warnings": warnings}


def _end_with_runner() -> None:
    """End when the runner ends, which holds the other end of standard input."""
    os.read(0, 1)  # nothing is ever written: it returns when that end is closed
    os._exit(1)


if __name__ == "__main__":
    os.nice(NICENESS)
    threading.Thread(target=_end_with_runner, daemon=True).start()
    do_job(Records(Path(sys.argv[1])), int(sys.argv[2]))
