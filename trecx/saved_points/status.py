"""The status of a saved point: whether its run exists, and whether its numbers are unchanged."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trecx.saved_points.record import PointRecord

SAME = 1e-9  # relative: what two computations of one number may differ by


@dataclass(frozen=True)
class PointStatus:
    """The status of a saved point.

    Attributes:
        words: a sentence for the user; empty if nothing changed.
        restorable: whether its run exists, so that the point can be opened.
        changed: numbers that differ, by name: as saved, and as computed today.
    """

    words: str = ""
    restorable: bool = True
    changed: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


def point_status(
    record: PointRecord, identity: str | None, today: Mapping[str, Any] | None, why: str = ""
) -> PointStatus:
    """Return the status of a record.

    Args:
        record: the saved point.
        identity: of the run that has its run id today; None if there is none.
        today: its numbers computed again (`capture.point_numbers`); None if that fails.
        why: the reason, as a sentence.
    """
    run_id = record.run.run_id
    if identity is None:
        return PointStatus(
            f"Run {run_id} is no longer in this store. The values shown are the saved ones.", False
        )
    if identity != record.run.identity:
        return PointStatus(
            f"The id {run_id} now belongs to a different run (another model or other samples). The values "
            "shown are the saved ones, not those of that run.",
            False,
        )
    if today is None:
        return PointStatus(f"The values cannot be recomputed. {why}")
    changed = differences(record.numbers, today)
    if not changed:
        return PointStatus()
    differ = "1 value differs from the saved one"
    if len(changed) > 1:
        differ = f"{len(changed)} values differ from the saved ones"
    return PointStatus(f"Recomputed today, {differ}.", changed=changed)


def differences(kept: Mapping[str, Any], today: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the numbers that differ, by name: as saved, and as computed today; None if missing.

    A number that was not saved was added by a later version, and has nothing to differ from.
    """
    pairs = {name: (value, today.get(name)) for name, value in kept.items()}
    return {name: pair for name, pair in pairs.items() if not _same(*pair)}


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=SAME, abs_tol=SAME)
    return bool(one == other)
