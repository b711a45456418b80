"""Whether a store's runs can be added to from here, and where its jobs are kept."""

import hashlib
from importlib.util import find_spec

from trecx.errors import missing_tensorflow
from trecx.jobs.queue import Queue
from trecx.paths import ROOT
from trecx.store import Store


def queue_of(store: Store) -> Queue:
    """Return the queue of a store: in a folder beside its file, or, if it has none, below data/."""
    if store.file:
        return Queue(store.file.with_name(f"{store.file.name}.jobs"))
    return Queue(ROOT / "data" / f"{hashlib.sha256(store.name.encode()).hexdigest()[:12]}.jobs")


def obstacle(store: Store) -> str:
    """Return in words why nothing can be scored here; nothing where it can."""
    if find_spec("tensorflow") is None or find_spec("keras") is None:
        return f"{missing_tensorflow()} Then start the dashboard again."
    if not store.writable:
        return (
            f"The runs in {store.name} can be read but not added to. Make the file and its folder writable "
            "for whoever runs the dashboard, or let TRECX_DB name a database that is, and start it again."
        )
    return ""
