"""The type of functions that are called with the progress of long operations."""

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Called with the name of the operation, the amount done, and the total (None: unknown)."""


def silent(what: str, done: int, total: int | None) -> None:
    """Ignore the progress."""
