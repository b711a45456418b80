"""A worker that loads no TensorFlow, for tests of the queue: it works until the file `hold` is gone."""

import fcntl
import sys
import time

from trecx.jobs.known_models import known_models
from trecx.jobs.queue import Queue

KEYS = [model.key for model in known_models() if model.task == "digits"]
SCRIPT = """
import os, subprocess, sys, threading, time
from pathlib import Path
from trecx.jobs.job import DONE, Step
from trecx.jobs.records import Records

folder, number = Path(sys.argv[1]), int(sys.argv[2])
records = Records(folder)
child = subprocess.Popen(["sleep", "600"])
print(f"working on {number}", flush=True)
(folder / f"{number}.pids").write_text(f"{os.getpid()} {child.pid} {os.getppid()}")
with (folder / "order").open("a") as order:
    order.write(f"begin {number} ")
records.keep_step(number, Step("working", 1, 4))
threading.Thread(target=lambda: (os.read(0, 1), child.kill(), os._exit(1)), daemon=True).start()
while (folder / "hold").exists():
    time.sleep(0.02)
with (folder / "order").open("a") as order:
    order.write(f"end {number} ")
child.kill()
records.end(number, DONE, run_id=f"run-{number}")
"""


def fake_worker(folder):
    """Write the worker into a folder and return its command."""
    path = folder / "fake_worker.py"
    path.write_text(SCRIPT, encoding="utf-8")
    return (sys.executable, str(path))


def wait_until(holds, seconds=90):
    """Wait until something holds, and return what it gave."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)
    return found


def finish(queue: Queue):
    """Cancel what is left, and wait until nothing runs any more."""
    for job in queue.jobs():
        queue.cancel(job.number)
    (queue.records.folder / "hold").unlink(missing_ok=True)
    wait_until(lambda: not lives(queue))


def lives(queue: Queue) -> bool:
    """Whether a runner, or the worker of one that was killed, is alive."""
    if not queue.records.folder.is_dir():
        return False
    with (queue.records.folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
