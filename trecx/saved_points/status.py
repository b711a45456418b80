"""The status of a saved point: whether its run exists, and whether numbers and guarantee are unchanged."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from trecx.saved_points.record import PointRecord, RecordedGuarantee, RecordedSplit

PARTS = {  # of a guarantee, as users read them
    "method": "test",
    "n_calibration": "number of calibration samples",
    "bound": "bound",
    "naive_threshold": "naive ρ",
}
SAME = 1e-9  # relative: what two computations of one number may differ by


@dataclass(frozen=True)
class PointStatus:
    """The status of a saved point.

    Attributes:
        words: a sentence for the user; empty if nothing changed.
        restorable: whether its run exists, so that the point can be opened.
        changed: numbers that differ, by name: as saved, and as computed today.
        split: the halves as they are today.
        guarantee: as computed today; None if there is none, or if it does not hold any more.
    """

    words: str = ""
    restorable: bool = True
    changed: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    split: RecordedSplit | None = None
    guarantee: RecordedGuarantee | None = None


def point_status(
    record: PointRecord,
    identity: str | None,
    today: Mapping[str, Any] | None,
    why: str = "",
    *,
    split: RecordedSplit | None = None,
    guarantee: RecordedGuarantee | None = None,
) -> PointStatus:
    """Return the status of a record.

    Args:
        record: the saved point.
        identity: of the run that has its run id today; None if there is none.
        today: its numbers computed again (`capture.point_numbers`); None if that fails.
        why: the reason, as a sentence.
        split: today's split of its samples (`recorded.recorded_split`); None if it has none.
        guarantee: its guarantee computed again (`recorded.guaranteed_again`); None if it has none, or if it
            does not hold any more.
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
    words = [*_numbers(len(changed)), *_split(record.split, split), *_guarantee(record.guarantee, guarantee)]
    return PointStatus(" ".join(words), True, changed, split, guarantee)


def _numbers(n_changed: int) -> Iterator[str]:
    if n_changed == 1:
        yield "Recomputed today, 1 value differs from the saved one."
    elif n_changed:
        yield f"Recomputed today, {n_changed} values differ from the saved ones."


def _split(saved: RecordedSplit | None, today: RecordedSplit | None) -> Iterator[str]:
    if saved and today and saved != today:
        yield (
            f"The samples are split differently today: {today.n_calibration:,} calibration and "
            f"{today.n_held_out:,} held-out samples, instead of {saved.n_calibration:,} and "
            f"{saved.n_held_out:,}."
        )


def _guarantee(saved: RecordedGuarantee | None, today: RecordedGuarantee | None) -> Iterator[str]:
    if saved is None:
        return
    if today is None:
        yield "The guarantee no longer holds for this point."
        return
    now = asdict(today)
    before = {name: value for name, value in asdict(saved).items() if value is not None and name in PARTS}
    if changed := [PARTS[name] for name in differences(before, now)]:
        yield f"The guarantee differs from the saved one: {', '.join(changed)}."


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
