"""How long work tells that it is going on, without knowing who listens."""

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much is done, and how much there is in all (None: unknown)."""


def silent(what: str, done: int, total: int | None) -> None:
    """Listen to nothing."""
