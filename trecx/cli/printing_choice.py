"""Print the best operating point within limits, as a table or as one JSON document."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from trecx.cli.printing import point_document, point_rows, print_columns, print_json, tell
from trecx.console.labels import SAME_SAMPLES
from trecx.device.energy import REFERENCE_FLOPS, DeviceProfile
from trecx.device.operating_conditions import OperatingConditions
from trecx.store import Run
from trecx.threshold.choice import Candidate, Choice
from trecx.threshold.int8_steps import HIGHEST
from trecx.threshold.intervals import wilson_interval
from trecx.threshold.limits import LIMITED, Limits, limit_title
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.run_context import RunContext

TITLES = {
    "energy_uj": "µJ per inference",
    "latency_ms": "ms per inference",
    "busy": "duty cycle",
    "mj_per_day": "mJ per day",
    "battery_days": "battery life (days)",
}
SHARES = ("accuracy", "busy")
DIGITS = {"flops": 0, "energy_uj": 1, "latency_ms": 2, "mj_per_day": 1, "battery_days": 1}


@dataclass(frozen=True)
class Answer:
    """The result of `choose`, and the settings that it depends on.

    Attributes:
        run: the run.
        limits: the limits.
        choice: the best point and its neighbours.
        context: the run's counts, device, battery and class mix.
        baseline: the run without early exits, on the same samples.
        int8: whether only values of ρ that differ on an int8 device were considered.
    """

    run: Run
    limits: Limits
    choice: Choice
    context: RunContext
    baseline: Run | None
    int8: bool

    @cached_property
    def point(self) -> OperatingPoint | None:
        """The best point with all its values; None if no ρ meets the limits."""
        best = self.choice.best  # its plateau depends on the grid and on the class mix
        return replace(self.context.point(best.threshold), plateau=best.plateau) if best else None


def show_answer(answer: Answer, as_json: bool) -> None:
    """Print the best operating point, its limiting constraint and its neighbours; or the nearest points."""
    if as_json:
        print_json(_document(answer))
        return
    rows = _nearest_rows(answer.choice) if answer.point is None else _best_rows(answer, answer.point)
    print_columns(("", answer.run.run_id), rows)
    tell("No ρ meets these limits." if answer.point is None else str(SAME_SAMPLES["sentence"]))
    if costs := answer.context.conditions.costs:
        tell(f"Costs: {costs.source}" if costs.kind == "measured" else f"Costs (estimate): {costs.source}")
    if answer.int8:
        tell(f"ρ is a multiple of 1/256, at most {HIGHEST:.4f}. The samples' confidences are still float32.")


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
    about = {"wish": limits, "int8": answer.int8, "baseline": answer.context.reference}
    if answer.point is None or choice.best is None:
        return {"run_id": answer.run.run_id, "met": False, **about, "nearest": around}
    return {
        **point_document(answer.run, answer.point, answer.baseline),
        **choice.best.quantities,
        "met": True,
        **about,
        **_statistics(answer.point),
        **_rests_on(answer.context.conditions, choice.best.quantities),
        "slack": choice.best.slack,
        "binds": choice.binds,
        "alternatives": around,
    }


def _statistics(point: OperatingPoint) -> dict[str, Any]:
    counts = point.confusion.sum(axis=1)
    return {
        "accuracy_interval": wilson_interval(point.accuracy, point.effective_samples),
        "exit_rate_interval": wilson_interval(point.exit_rate, point.effective_samples),
        "effective_samples": point.effective_samples,
        "weighted": point.class_weights is not None,
        "class_mix": (counts / counts.sum()).tolist(),
    }


def _rests_on(conditions: OperatingConditions, quantities: dict[str, float]) -> dict[str, Any]:
    costs, battery = conditions.costs, conditions.battery
    return {
        "bands": conditions.bands(quantities),
        "costs": costs
        and {
            "kind": costs.kind,
            "source": costs.source,
            "exit_energy_uj": costs.energy_uj.tolist(),
            "exit_latency_ms": None if costs.latency_ms is None else costs.latency_ms.tolist(),
        },
        "inferences_per_hour": conditions.inferences_per_hour,
        "battery": battery and asdict(battery),
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
    yield "95 % CI of accuracy", f"{_number('accuracy', low)} – {_number('accuracy', high)}"
    if point.class_weights is not None:
        yield "effective sample size", f"{point.effective_samples:,.0f} of {point.n_samples:,}"
    for name, title in TITLES.items():
        if name in document:
            low, high = document["bands"][name]
            band = "" if low == high else f" (band {_number(name, low)} – {_number(name, high)})"
            yield title, _number(name, document[name]) + band
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
    accuracy, cost = (_number(name, candidate.quantities[name]) for name in shown)
    unit = "µJ" if shown[1] == "energy_uj" else "FLOPs"
    return f"ρ = {_rho(candidate.threshold)}: {accuracy}, {cost} {unit}"


def _measured(profile: DeviceProfile, task: str) -> str:
    if task not in profile.energy_uj:
        return "–"
    return f"{profile.energy_uj[task]:,.1f} · {profile.latency_ms[task]:,.1f}"


def _number(name: str, value: float) -> str:
    return f"{100 * value:.2f} %" if name in SHARES else f"{value:,.{DIGITS[name]}f}"


def _difference(name: str, value: float) -> str:
    return f"{100 * value:.2f} pt" if name in SHARES else _number(name, value)


def _rho(threshold: float) -> str:
    """Return ρ with 9 decimals, rounded down, because rounding up could leave the plateau."""
    if math.isinf(threshold):
        return "inf"
    return f"{math.floor(threshold * 1e9) / 1e9:.9f}".rstrip("0").rstrip(".")
