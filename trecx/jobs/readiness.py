"""Whether models can be scored and deployed into a store, and where its jobs are stored."""

import hashlib
from contextlib import suppress
from importlib.util import find_spec

from trecx.deploy.tflm import MISSING
from trecx.errors import missing_tensorflow
from trecx.files.paths import JOBS
from trecx.jobs.queue import Queue
from trecx.store import Store


def queue_of(store: Store) -> Queue:
    """Return the queue of a store: in a folder next to its file, or, if it has none, in the data folder."""
    if store.file:
        return Queue(store.file.with_name(f"{store.file.name}.jobs"))
    with suppress(OSError):  # the first job says what is wrong
        JOBS.mkdir(parents=True, exist_ok=True)
    return Queue(JOBS / f"{hashlib.sha256(store.name.encode()).hexdigest()[:12]}.jobs")


def obstacle(store: Store) -> str:
    """Return the reason why nothing can be scored; empty if scoring is possible."""
    if find_spec("tensorflow") is None or find_spec("keras") is None:
        return f"{missing_tensorflow()} Then start the dashboard again."
    if not store.writable:
        return (
            f"{store.name} is read-only, so no run can be added. Make the file and its folder writable for "
            "the user that runs the dashboard, or set TRECX_DB to a writable database. Then restart the "
            "dashboard."
        )
    return ""


def deployment_obstacle(store: Store) -> str:
    """Return the reason why nothing can be deployed; empty if a deployment is possible."""
    if why_not := obstacle(store):
        return why_not
    return f"{MISSING}. Then start the dashboard again." if find_spec("tflite_micro") is None else ""
