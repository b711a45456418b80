"""Print the best operating point within limits, as a table or as one JSON document."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from trecx.cli.printing import print_columns, print_json, tell
from trecx.cli.printing_points import point_document, point_rows
from trecx.cli.quantities import SHARES, conditions, cost_rows, number, settings, tell_settings
from trecx.cli.run_context import RunView
from trecx.console.labels import SAME_SAMPLES
from trecx.device.energy import REFERENCE_FLOPS, DeviceProfile
from trecx.threshold.choice import Candidate, Choice
from trecx.threshold.limits import LIMITED, Limits, limit_title
from trecx.threshold.operating_point import OperatingPoint


@dataclass(frozen=True)
class Answer:
    """The result of `choose`, and the settings that it depends on.

    Attributes:
        view: the run with its settings.
        limits: the limits.
        choice: the best point and its neighbours.
    """

    view: RunView
    limits: Limits
    choice: Choice

    @cached_property
    def point(self) -> OperatingPoint | None:
        """The best point with all its values; None if no ρ meets the limits."""
        best = self.choice.best  # its plateau depends on the grid and on the class mix
        if best is None:
            return None
        return replace(self.view.context.point(best.threshold), plateau=best.plateau)


def show_answer(answer: Answer, as_json: bool) -> None:
    """Print the best operating point, its limiting constraint and its neighbours; or the nearest points."""
    if as_json:
        print_json(_document(answer))
        return
    rows = _nearest_rows(answer.choice) if answer.point is None else _best_rows(answer, answer.point)
    print_columns(("", answer.view.run.run_id), rows)
    tell("No ρ meets these limits." if answer.point is None else str(SAME_SAMPLES["sentence"]))
    tell_settings(answer.view)


def show_devices(profiles: Sequence[DeviceProfile], as_json: bool) -> None:
    """Print the devices with published measurements."""
    if as_json:
        print_json([asdict(profile) | {"title": profile.title} for profile in profiles])
        return
    tasks = tuple(REFERENCE_FLOPS)
    head = ("id", "board, processor, runtime, supply", *(f"{task}, µJ · ms" for task in tasks))
    print_columns(head, ((p.profile_id, p.title, *(_measured(p, task) for task in tasks)) for p in profiles))


def _document(answer: Answer) -> dict[str, Any]:
    choice, drop = answer.choice, answer.limits.max_drop
    limits = answer.limits.given | ({} if drop is None else {"against": answer.limits.against})
    around = {
        "cheaper": _point_document(choice.cheaper),
        "more_accurate": _point_document(choice.more_accurate),
    }
    view = answer.view
    about = {"wish": limits, "int8": view.int8, "baseline": view.context.reference}
    if answer.point is None or choice.best is None:
        return {"run_id": view.run.run_id, "met": False, **settings(view), **about, "nearest": around}
    return {
        **point_document(view, answer.point),
        **choice.best.quantities,
        "met": True,
        **about,
        "bands": view.context.conditions.bands(answer.point),
        **conditions(view.context.conditions),
        "slack": choice.best.slack,
        "binds": choice.binds,
        "alternatives": around,
    }


def _point_document(candidate: Candidate | None) -> dict[str, Any] | None:
    if candidate is None:
        return None
    where = {"threshold": candidate.threshold, "plateau": candidate.plateau}
    return where | candidate.quantities | {"slack": candidate.slack, "broken": candidate.broken}


def _best_rows(answer: Answer, point: OperatingPoint) -> Iterator[tuple[str, str]]:
    document = _document(answer)
    yield from (point_rows(document) | {"ρ": _rho(point.threshold)}).items()
    low, high = document["accuracy_interval"]
    yield "95 % CI of accuracy", f"{number('accuracy', low)} – {number('accuracy', high)}"
    yield from cost_rows(document)
    yield "limiting constraint", ", ".join(map(limit_title, document["binds"])) or "none: no ρ is better"
    yield "next cheaper", _line(answer.choice.cheaper)
    yield "next more accurate", _line(answer.choice.more_accurate)


def _nearest_rows(choice: Choice) -> Iterator[tuple[str, str]]:
    sides = {"nearest in cost": choice.cheaper, "nearest in accuracy": choice.more_accurate}
    if choice.cheaper == choice.more_accurate:
        sides = {"nearest": choice.cheaper}
    for side, candidate in sides.items():
        yield side, _line(candidate)
        for name in candidate.broken if candidate else ():
            missed = _difference(LIMITED[name][0], abs(candidate.slack[name]) if candidate else 0.0)
            yield f"  {'below' if name.startswith('min') else 'above'} {limit_title(name)} by", missed


def _line(candidate: Candidate | None) -> str:
    if candidate is None:
        return "none"
    shown = ("accuracy", "energy_uj" if "energy_uj" in candidate.quantities else "flops")
    accuracy, cost = (number(name, candidate.quantities[name]) for name in shown)
    unit = "µJ" if shown[1] == "energy_uj" else "FLOPs"
    return f"ρ = {_rho(candidate.threshold)}: {accuracy}, {cost} {unit}"


def _measured(profile: DeviceProfile, task: str) -> str:
    if task not in profile.energy_uj:
        return "–"
    return f"{profile.energy_uj[task]:,.1f} · {profile.latency_ms[task]:,.1f}"


def _difference(name: str, value: float) -> str:
    return f"{100 * value:.2f} pt" if name in SHARES else number(name, value)


def _rho(threshold: float) -> str:
    """Return ρ with 9 decimals, rounded down, because rounding up could leave the plateau."""
    if math.isinf(threshold):
        return "inf"
    return f"{math.floor(threshold * 1e9) / 1e9:.9f}".rstrip("0").rstrip(".")
