"""Print operating points and benefit curves, as tables or as one JSON document."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from trecx.cli.precision import tell_differences
from trecx.cli.printing import count, mflops, percent, print_columns, print_json, rho, tell
from trecx.cli.quantities import TITLES, cost_rows, estimates, number, settings, statistics, tell_settings
from trecx.cli.run_context import RunView
from trecx.device.memory import memory_of
from trecx.threshold.benefit_curve import BenefitCurve, TradeoffPoint
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.outcomes import OUTCOME_LABELS, OUTCOMES

_ROWS_SHOWN = 40


def show_curve(view: RunView, curve: BenefitCurve, as_json: bool) -> None:
    """Print a benefit curve; a long table shows only some of its steps, JSON shows all of them."""
    rows = _rows(view, curve)
    if as_json:
        print_json({"run_id": view.run.run_id, **settings(view), "points": rows})
        return
    step = math.ceil(len(rows) / _ROWS_SHOWN)
    costs = [name for name in TITLES if name in rows[0]]
    head = ("ρ", "accuracy", "exit rate", "MFLOPs", *(TITLES[name] for name in costs))
    print_columns(head, ((rho(row["threshold"]), *_cells(row, costs)) for row in rows[::step]))
    if step > 1:
        tell(f"Shown: 1 of every {step} steps of {len(rows):,}. --json prints all steps.")
    tell_settings(view)


def _rows(view: RunView, curve: BenefitCurve) -> list[dict[str, float]]:
    """Return ρ, accuracy, exit rate, FLOPs and the known costs of each step."""
    columns = {"threshold": curve.thresholds, **view.context.conditions.quantities(curve)}
    lists = (column.tolist() for column in columns.values())
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def _cells(row: Mapping[str, float], costs: Sequence[str]) -> list[str]:
    results = [percent(row["accuracy"]), percent(row["exit_rate"]), mflops(row["flops"])]
    return results + [number(name, row[name]) for name in costs]


def show_tradeoff(
    view: RunView, points: Sequence[TradeoffPoint], baseline_accuracy: float, as_json: bool
) -> None:
    """Print trade-off points, with their FLOPs relative to the baseline's.

    Args:
        view: the run that the points belong to.
        points: one for each accuracy drop.
        baseline_accuracy: the accuracy that the drops are measured from, 0..1.
        as_json: print one JSON document instead of a table.
    """
    run_id, baseline = view.run.run_id, view.baseline
    flops = baseline.exit_flops[-1] if baseline else None
    found = _rows(view, view.context.curve.at([point.threshold for point in points]))
    rows = [costs | asdict(point) for point, costs in zip(points, found, strict=True)]
    if as_json:
        about = {"run_id": run_id, "baseline_accuracy": baseline_accuracy, "baseline_flops": flops}
        print_json(about | settings(view) | {"points": rows})
        return
    costs = [name for name in TITLES if name in rows[0]]
    head = ("drop", "ρ", "accuracy", "exit rate", "MFLOPs", *(TITLES[name] for name in costs))
    print_columns((*head, "FLOPs vs baseline"), (_tradeoff_cells(row, costs, flops) for row in rows))
    cost = "FLOPs unknown (no baseline run)" if flops is None else f"{mflops(flops)} MFLOPs"
    tell(f"Baseline of {run_id}: accuracy {percent(baseline_accuracy)}, {cost}.")
    tell_settings(view)


def _tradeoff_cells(row: Mapping[str, float], costs: Sequence[str], flops: int | None) -> list[str]:
    change = "unknown" if flops is None else _change(1 - row["flops"] / flops)
    return [f"{100 * row['drop']:.0f} pt", rho(row["threshold"]), *_cells(row, costs), change]


def show_point(view: RunView, threshold: float, as_json: bool, differs: dict[str, Any] | None = None) -> None:
    """Print the operating point at ρ; FLOPs are compared with the baseline's, or with the final exit's.

    Args:
        view: the run.
        threshold: ρ.
        as_json: print one JSON document instead of a table.
        differs: how often the run decides differently from its float32 run (`precision.differs_from`).
    """
    document = point_document(view, view.context.point(threshold))
    if view.int8:
        rule = view.rule(threshold)
        document |= {"asked_threshold": threshold, "int8_threshold": rule.int8_threshold}
    if differs:
        document["differs_from"] = differs
    if as_json:
        print_json(document)
        return
    print_columns(("", view.run.run_id), (point_rows(document) | dict(cost_rows(document))).items())
    if differs:
        tell_differences(view.run, differs)
    tell_settings(view)


def point_document(view: RunView, point: OperatingPoint) -> dict[str, Any]:
    """Return an operating point as `--json` prints it."""
    run, known = view.run, view.context.conditions.quantities(point)
    against = view.baseline.exit_flops[-1] if view.baseline else run.exit_flops[-1]
    bands, memory = view.context.conditions.bands(point), memory_of(run, view.baseline)
    return {
        "run_id": run.run_id,
        "threshold": point.threshold,
        "plateau": point.plateau,
        "n_samples": point.n_samples,
        "accuracy": point.accuracy,
        "exit_rate": point.exit_rate,
        "exit_counts": point.exit_counts.tolist(),
        "flops": point.flops,
        "flops_saving": point.flops_saving(against),
        "flops_saving_against": "baseline" if view.baseline else "final exit",
        "class_names": run.class_names,
        "confusion": point.confusion.tolist(),
        "overthinking": point.overthinking,
        **statistics(point),
        **({"bands": bands} if bands else {}),
        **estimates(view.context, point),
        **({"memory": memory.document()} if memory else {}),
        **{name: known[name] for name in TITLES if name in known},
        **settings(view),
    }


def point_rows(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the rows of an operating point's table: name, text."""
    low, high = document["plateau"]
    labels = dict(zip(OUTCOMES, OUTCOME_LABELS, strict=True))
    int8 = {"int8 threshold": str(document["int8_threshold"])} if "int8_threshold" in document else {}
    return {
        "ρ": rho(document["threshold"]),
        "plateau of ρ": f"({low:.6f}, {high:.6f}]",
        **int8,
        "accuracy": percent(document["accuracy"]),
        "exit rate": percent(document["exit_rate"]),
        "samples by exit": " · ".join(map(count, document["exit_counts"])),
        "MFLOPs per inference": mflops(document["flops"]),
        f"FLOPs vs {document['flops_saving_against']}": _change(document["flops_saving"]),
    } | {labels[name]: count(samples) for name, samples in document["overthinking"].items()}


def _change(saving: float) -> str:
    """Return a saving as a relative change of FLOPs: a saving of 0.3 is "−30.00 %"."""
    return f"{round(-100 * saving, 2) + 0.0:+.2f} %".replace("-", "−")  # + 0.0: no "−0.00 %"
