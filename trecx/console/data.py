"""The data of the console in the browser: counts, costs, figures and texts."""

import json
import math
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import plotly.graph_objects as go

from trecx.console.labels import band_hint, words
from trecx.console.packing import packed_numbers
from trecx.console.precisions import Counterpart, PrecisionChoice
from trecx.console.samples import counted_samples, shown_samples
from trecx.console.vectors import SampleLevels, front_line, per_exit_data
from trecx.datasets.halves import Half
from trecx.device.operating_conditions import OperatingConditions
from trecx.figures import CostAxis, benefit_curve_figure, confidence_figure, flops_axis
from trecx.figures.front import add_front
from trecx.figures.style import shortened
from trecx.store import Run
from trecx.threshold.benefit_curve import BenefitCurve, TradeoffPoint, tradeoff_points
from trecx.threshold.exit_criteria import LARGEST
from trecx.threshold.exit_table import MOVE_COLUMNS, START_COLUMNS, ExitTable
from trecx.threshold.oracle import oracle
from trecx.threshold.per_exit.front import Front
from trecx.threshold.resampling.accuracy_band import AccuracyBand, drawn_band
from trecx.threshold.run_context import RunContext

MARK_TOLERANCE = 0.001  # accuracy; a trade-off point further from its target than this is not marked
QUANTITIES = {"FLOPs": "flops", "energy": "energy_uj", "latency": "latency_ms"}


def console_data(
    run: Run,
    context: RunContext,
    axis: str = "FLOPs",
    criterion: str = LARGEST,
    named: Sequence[tuple[str, float]] = (),
    counterpart: Counterpart | None = None,
    vectors: SampleLevels | None = None,
    front: Front | None = None,
) -> dict[str, Any]:
    """Return all data of the console as JSON values; `table` is a JSON text already.

    Args:
        run: the run shown.
        context: its counts with class mix, device, battery and inference rate.
        axis: cost axis of the benefit curve; FLOPs if that cost is unknown.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        named: name and ρ, 0..1, of points to mark before the trade-off points.
        counterpart: the run of the same network in the other precision, which the browser can switch to.
        vectors: the same samples for one threshold per exit; None: they are not sent, or not yet.
        front: the Pareto front of all thresholds per exit, over the shown cost axis (`shown_axis`); None: it
            is not drawn.
    """
    axes, (axis, drawn) = cost_axes(context), shown_axis(context, axis)
    curve, reference, n_samples = context.curve, reference_data(context), context.table.n_samples
    data = _control(run, context, criterion, named, counterpart)
    band = drawn_band(context.table, curve, context.class_weights)
    figure = benefit_curve_figure(
        curve,
        drawn,
        _reference_point(reference, axis) if context.baseline else None,
        [(label, mark.threshold) for label, mark in _marks(curve, reference)],
        oracle(context.table, context.class_weights),
        [(shortened(label), threshold) for label, threshold in named],
    )
    if front:
        add_front(figure, *front_line(front, drawn, n_samples), drawn.unit)
    data["figures"] |= {"curve": figure.to_json(), "band": _band_trace(curve, drawn, band)}
    data["text"] |= shown_samples(run, n_samples, context.half)
    data["text"] |= {"curve": _spoken(curve, drawn), "band": band_hint(band.method)}
    data |= {
        "axes": list(axes),
        "cost_axis": {"name": axis, "scale": drawn.scale, "exit_costs": drawn.exit_costs.tolist()},
    }
    return versioned(data | per_exit_data(vectors, front, drawn, n_samples))


def control_data(
    run: Run,
    context: RunContext,
    criterion: str = LARGEST,
    counterpart: Counterpart | None = None,
    vectors: SampleLevels | None = None,
) -> dict[str, Any]:
    """Return the data of the control of ρ on the pages other than Tune, as `console_data` does.

    Args:
        run: the run shown.
        context: its counts with class mix, device, battery and inference rate.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        counterpart: the run of the same network in the other precision, which the browser can switch to.
        vectors: the same samples for one threshold per exit; None: they are not sent, or not yet.
    """
    data = _control(run, context, criterion, (), counterpart)
    axis = flops_axis(context.table.exit_flops)
    return versioned(data | per_exit_data(vectors, None, axis, context.table.n_samples))


def _control(
    run: Run,
    context: RunContext,
    criterion: str,
    named: Sequence[tuple[str, float]],
    counterpart: Counterpart | None,
) -> dict[str, Any]:
    """Return what the control of ρ needs on every page."""
    other = counterpart.run if counterpart else None
    choice = PrecisionChoice.of(run, criterion, other)
    reference = reference_data(context)
    marks = [(label, mark.threshold) for label, mark in _marks(context.curve, reference)]
    return {
        "counted": counted(run, criterion, context.half),
        "table": json.dumps(table_data(context.table) | {"moves": packed_moves(context.table)}),
        "weights": None if context.class_weights is None else context.class_weights.tolist(),
        "device": device_data(context.conditions),
        "reference": reference,
        "precisions": choice.offered,
        "fixed_precision": choice.fixed,
        "counterpart": counterpart.data if counterpart else None,
        "marks": [{"label": shortened(label), "threshold": at} for label, at in [*named, *marks]],
        "figures": {"confidence": confidence_figure(context.table).to_json()},
        "text": words(run, reference["flops"], criterion, other)
        | {"counted": counted_samples(run, context.table.n_samples)},
    }


def counted(run: Run, criterion: str = LARGEST, half: Half | None = None) -> str:
    """Return what the counts of a document are of; parts of a page that follow ρ compare it."""
    return f"{run.created_at.isoformat()} {run.run_id} {criterion} {half}"


def versioned(data: dict[str, Any]) -> dict[str, Any]:
    """Return a document for the browser with its `version`: whether anything must be drawn again."""
    return data | {"version": sha256(json.dumps(data).encode()).hexdigest()}


def shown_axis(context: RunContext, axis: str) -> tuple[str, CostAxis]:
    """Return name and axis of the shown cost: the one asked for, or FLOPs if that cost is unknown."""
    axes = cost_axes(context)
    name = axis if axis in axes else "FLOPs"
    return name, axes[name]


def cost_axes(context: RunContext) -> dict[str, CostAxis]:
    """Return the cost axes of the benefit curve: FLOPs, and energy and latency if they are known."""
    costs = context.conditions.costs
    axes = {"FLOPs": flops_axis(context.table.exit_flops)}
    if costs:
        axes["energy"] = CostAxis(f"energy per inference (µJ, {costs.title})", "µJ", 1.0, costs.energy_uj)
        if costs.latency_ms is not None:
            axes["latency"] = CostAxis(f"time per inference (ms, {costs.title})", "ms", 1.0, costs.latency_ms)
    return axes


def reference_data(context: RunContext) -> dict[str, Any]:
    """Return the reference of all changes: the baseline, or this network with ρ = ∞.

    `class_correct` has its correct predictions by class, without the class mix, which the browser applies,
    and `other_energy_uj` its energy by the other estimate, if there is one.
    """
    against, other = context.baseline or context.table, context.by_other_estimate
    correct = against.operating_point(math.inf).confusion.diagonal().tolist()
    name = "baseline" if context.reference else "final exit"
    about = {"name": name, "short": name, "class_correct": correct}
    if other and (energy := other.without_early_exits.get("energy_uj")):
        about |= {"other_energy_uj": energy}
    return about | context.without_early_exits


def device_data(conditions: OperatingConditions) -> dict[str, Any]:
    """Return costs by exit, inference rate and battery; None for what is unknown."""
    costs, battery = conditions.costs, conditions.battery
    known: dict[str, Any] = {"per_hour": conditions.inferences_per_hour, "costs": None, "battery": None}
    if costs:
        known["costs"] = {
            "energy_uj": costs.energy_uj.tolist(),
            "latency_ms": None if costs.latency_ms is None else costs.latency_ms.tolist(),
            "band": list(costs.energy_band),
            "kind": costs.kind,
            "basis": costs.basis,
            "title": costs.title,
            "source": costs.source,
            "other": costs.other
            and {
                "energy_uj": costs.other.energy_uj.tolist(),
                "band": list(costs.other.energy_band),
                "basis": costs.other.basis,
            },
        }
    if battery:
        known["battery"] = {
            "name": battery.name,
            "usable_joule": battery.usable_joule,
            "sleep_joule_per_day": battery.sleep_joule_per_day,
        }
    return known


def table_data(table: ExitTable) -> dict[str, Any]:
    """Return counts by column as JSON values, as the browser reads them."""
    return {
        "edges": table.edges.tolist(),
        "exact": table.exact,
        "start": dict(zip(START_COLUMNS, table.start.T.tolist(), strict=True)),
        "moves": dict(zip(MOVE_COLUMNS, table.moves.T.tolist(), strict=True)),
        "exit_flops": table.exit_flops.tolist(),
        "class_names": list(table.class_names),
    }


def packed_moves(table: ExitTable) -> dict[str, dict[str, str]]:
    """Return the moves by column as `counts.js` unpacks them: little-endian numbers in base64 and their type.

    For 10⁷ samples, the browser gets a third of the bytes of `table_data` and need not parse them.
    """
    return {name: packed_numbers(column) for name, column in zip(MOVE_COLUMNS, table.moves.T, strict=True)}


def _reference_point(reference: dict[str, Any], axis: str) -> tuple[float, float] | None:
    cost = reference.get(QUANTITIES[axis])
    return None if cost is None else (float(cost), float(reference["accuracy"]))


def _band_trace(curve: BenefitCurve, axis: CostAxis, band: AccuracyBand) -> str:
    """Return the band of the curve as a figure of one trace, with the range of y that holds all of it."""
    figure = benefit_curve_figure(curve, axis, band=band)
    drawn = go.Figure(
        figure.data[:1], {"template": go.layout.Template(), "yaxis": {"range": figure.layout.yaxis.range}}
    )
    text: str = drawn.to_json()
    return text


def _marks(curve: BenefitCurve, reference: dict[str, Any]) -> list[tuple[str, TradeoffPoint]]:
    accuracy = float(reference["accuracy"])
    labels = ("= baseline" if reference["name"] == "baseline" else "= final", "−1 pt", "−2 pt", "−3 pt")
    return [
        (label, point)
        for label, point in zip(labels, tradeoff_points(curve, accuracy), strict=True)
        if abs(point.accuracy - (accuracy - point.drop)) <= MARK_TOLERANCE and point.threshold <= 1
    ]


def _spoken(curve: BenefitCurve, axis: CostAxis) -> str:
    """Return the text alternative of the benefit curve."""
    ends = [
        f"{100 * curve.accuracy[step]:.1f} % at {axis.of(curve)[step]:.4g} {axis.unit} where {which}"
        for step, which in ((-1, "all samples that can exit early do"), (0, "there are no early exits"))
    ]
    return f"benefit curve, accuracy against {axis.title}: from {ends[0]} to {ends[1]}"
