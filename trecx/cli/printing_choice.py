"""Print the best operating point within limits, as a table or as one JSON document."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from trecx.cli.answer import Answer
from trecx.cli.printing import print_columns, print_json, rho_on_plateau, tell
from trecx.cli.printing_guarantee import guarantee_document, guarantee_rows, none_guaranteed, tested_limit
from trecx.cli.printing_points import point_document, point_rows
from trecx.cli.quantities import SHARES, conditions, cost_rows, number, settings, tell_settings
from trecx.console.labels import SAME_SAMPLES
from trecx.datasets.halves import CALIBRATION
from trecx.device.energy import REFERENCE_FLOPS, DeviceProfile
from trecx.threshold.choice import Candidate
from trecx.threshold.limits import LIMITED, limit_title
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.resampling.threshold_interval import ThresholdInterval

EVERY_CLASS = (
    "All classes have to pass, so each is tested at the full level: a larger number of classes needs no "
    "further correction."
)


def show_answer(answer: Answer, as_json: bool) -> None:
    """Print the best operating point, its limiting constraint and its neighbours; or the nearest points."""
    if as_json:
        print_json(_document(answer))
        return
    rows = _nearest_rows(answer) if answer.point is None else _best_rows(answer, answer.point)
    print_columns(("", answer.view.run.run_id), [*rows, *guarantee_rows(answer)])
    tell(_conclusion(answer))
    if answer.guaranteed and answer.guaranteed.guarantee.each_class:
        tell(EVERY_CLASS)
    tell_settings(answer.view)


def _conclusion(answer: Answer) -> str:
    """Return which samples ρ is chosen on, or that there is none."""
    if answer.point is None:
        return none_guaranteed(answer.guaranteed) or "No ρ meets these limits."
    split = answer.view.split
    if split and answer.apart:
        return f"ρ is chosen on the {CALIBRATION} half: {split.n_calibration:,} samples."
    same = str(SAME_SAMPLES["sentence"])
    return f"{same} The guarantee takes this into account." if answer.guaranteed else same


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
    about |= guarantee_document(answer)
    if answer.point is None or choice.best is None:
        return {"run_id": view.run.run_id, "met": False, **settings(view), **about, "nearest": around}
    return {
        **point_document(view, answer.point),
        **view.context.conditions.quantities(answer.point),
        **({"lost": answer.measured[choice.best.threshold]["lost"]} if answer.measured else {}),
        **({"on_calibration": choice.best.quantities} if answer.apart else {}),
        **({"threshold_interval": asdict(answer.interval)} if answer.interval else {}),
        "met": True,
        **about,
        "bands": view.context.conditions.bands(answer.point),
        **conditions(view.context.conditions),
        "slack": choice.best.slack,
        "binds": choice.binds,
        "alternatives": around,
    }


def _interval_text(interval: ThresholdInterval) -> str:
    """Return the ρ that 95 % of the draws choose, and how many draws there are."""
    draws = f"95 % of {interval.n_draws:,} draws"
    if interval.low is None or interval.high is None:
        return f"none: no ρ in any of {interval.n_draws:,} draws"
    none = f"; no ρ in {interval.n_none:,}" if interval.n_none else ""
    return f"{rho_on_plateau(interval.low)} – {rho_on_plateau(interval.high)} ({draws}{none})"


def _point_document(candidate: Candidate | None) -> dict[str, Any] | None:
    if candidate is None:
        return None
    where = {"threshold": candidate.threshold, "plateau": candidate.plateau}
    return where | candidate.quantities | {"slack": candidate.slack, "broken": candidate.broken}


def _best_rows(answer: Answer, point: OperatingPoint) -> Iterator[tuple[str, str]]:
    document = _document(answer)
    yield from (point_rows(document) | {"ρ": rho_on_plateau(point.threshold)}).items()
    low, high = document["accuracy_interval"]
    yield "95 % CI of accuracy", f"{number('accuracy', low)} – {number('accuracy', high)}"
    if answer.interval:
        yield "interval of ρ", _interval_text(answer.interval)
    if "lost" in document and not answer.guaranteed:
        yield "samples lost", number("lost", document["lost"])
    yield from cost_rows(document)
    where = f", {CALIBRATION} half" if answer.apart else ""
    if where:
        yield f"accuracy{where}", number("accuracy", document["on_calibration"]["accuracy"])
    binds = ", ".join(map(limit_title, document["binds"])) or "none: no ρ is better"
    yield f"limiting constraint{where}", binds
    yield f"next cheaper{where}", _line(answer.choice.cheaper)
    yield f"next more accurate{where}", _line(answer.choice.more_accurate)


def _nearest_rows(answer: Answer) -> Iterator[tuple[str, str]]:
    choice, tested = answer.choice, tested_limit(answer)
    sides = {"nearest in cost": choice.cheaper, "nearest in accuracy": choice.more_accurate}
    if choice.cheaper == choice.more_accurate:
        sides = {"nearest": choice.cheaper}
    for side, candidate in sides.items():
        yield side, _line(candidate)
        for name in candidate.broken if candidate else ():
            slack, way = (
                candidate.slack[name] if candidate else 0.0,
                "below" if name[:3] == "min" else "above",
            )
            if name == tested and slack >= 0:
                yield f"  {limit_title(name)}", "not guaranteed"
            else:
                yield f"  {way} {limit_title(name)} by", _difference(LIMITED[name][0], abs(slack))


def _line(candidate: Candidate | None) -> str:
    if candidate is None:
        return "none"
    shown = ("accuracy", "energy_uj" if "energy_uj" in candidate.quantities else "flops")
    accuracy, cost = (number(name, candidate.quantities[name]) for name in shown)
    unit = "µJ" if shown[1] == "energy_uj" else "FLOPs"
    return f"ρ = {rho_on_plateau(candidate.threshold)}: {accuracy}, {cost} {unit}"


def _measured(profile: DeviceProfile, task: str) -> str:
    if task not in profile.energy_uj:
        return "–"
    return f"{profile.energy_uj[task]:,.1f} · {profile.latency_ms[task]:,.1f}"


def _difference(name: str, value: float) -> str:
    return f"{100 * value:.2f} pt" if name in SHARES else number(name, value)
