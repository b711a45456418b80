"""What has become of a saved point: whether its run is there, and whether its numbers still hold."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trecx.saved_points.record import PointRecord

SAME = 1e-9  # relative: what two computations of one number may differ by


@dataclass(frozen=True)
class PointStatus:
    """What has become of a saved point.

    Attributes:
        words: a sentence; empty where all is as it was kept.
        restorable: whether its run is there to look at it with.
        changed: numbers that are others today, by name: as kept, and today.
    """

    words: str = ""
    restorable: bool = True
    changed: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


def point_status(
    record: PointRecord, identity: str | None, today: Mapping[str, Any] | None, why: str = ""
) -> PointStatus:
    """Return what has become of a record.

    Args:
        record: what was kept.
        identity: of the run that is under its run's id today; None where there is none.
        today: its numbers computed again (`keeping.point_numbers`); None where they cannot be.
        why: why not, as a sentence.
    """
    run_id = record.run.run_id
    if identity is None:
        return PointStatus(f"Its run {run_id} is gone from this store: these are the numbers as kept.", False)
    if identity != record.run.identity:
        return PointStatus(
            f"Another run is under the id {run_id} today, of another model or over other samples: "
            "these are the numbers as kept, and they say nothing about it.",
            False,
        )
    if today is None:
        return PointStatus(f"Its numbers cannot be computed again. {why}")
    changed = differences(record.numbers, today)
    if not changed:
        return PointStatus()
    count = "one of its numbers is another"
    if len(changed) > 1:
        count = f"{len(changed)} of its numbers are others"
    return PointStatus(f"Computed again today, {count} than when it was kept.", changed=changed)


def differences(kept: Mapping[str, Any], today: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the numbers that are not the same, by name: as kept, and today; None where there is none."""
    names = dict.fromkeys([*kept, *today])
    pairs = {name: (kept.get(name), today.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if not _same(*pair)}


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=SAME, abs_tol=SAME)
    return bool(one == other)
