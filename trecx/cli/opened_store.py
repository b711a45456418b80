"""Opens the store of a command; one that an older release made is upgraded first."""

from trecx.cli import printing
from trecx.store import Store


def open_store(db: str | None) -> Store:
    """Return the store; if its tables are of an older version, they are upgraded, with progress.

    Args:
        db: SQLAlchemy URL or path of an SQLite file; None: the default one.

    Raises:
        StoreError: it cannot be read, or not be upgraded.
    """
    store = Store(db)
    if store.old_version is not None:
        with printing.progress() as progress:
            copy = store.upgrade(progress)
        if copy:
            printing.tell(f"{store.name} was upgraded for this release. As it was, it is in {copy}.")
    return store
