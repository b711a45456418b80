"""The results of an operating point and the settings that they rest on, as JSON and as rows of a table."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from trecx.cli.precision import precision_notes
from trecx.cli.printing import tell
from trecx.cli.run_context import RunView
from trecx.datasets.halves import CALIBRATION, HELD_OUT
from trecx.device.exit_costs import ExitCosts
from trecx.device.memory import MemoryUse
from trecx.device.operating_conditions import OperatingConditions
from trecx.saved_points.record import RecordedSplit
from trecx.threshold.class_mix import AS_TESTED
from trecx.threshold.energy_saving import EnergySaving, energy_saving
from trecx.threshold.exit_criteria import CRITERIA, LARGEST
from trecx.threshold.intervals import wilson_interval
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.run_context import RunContext

TITLES = {
    "energy_uj": "µJ per inference",
    "latency_ms": "ms per inference",
    "busy": "duty cycle",
    "mj_per_day": "mJ per day",
    "battery_days": "battery life (days)",
}
SHARES = ("accuracy", "lost", "busy")
DIGITS = {"flops": 0, "energy_uj": 1, "latency_ms": 2, "mj_per_day": 1, "battery_days": 1}


def number(name: str, value: float) -> str:
    """Return a quantity as text, without its unit; a share in %."""
    return f"{100 * value:.2f} %" if name in SHARES else f"{value:,.{DIGITS[name]}f}"


def statistics(point: OperatingPoint) -> dict[str, Any]:
    """Return the 95 % CIs of a point, and the class mix that it is for."""
    counts = point.confusion.sum(axis=1)
    return {
        "accuracy_interval": wilson_interval(point.accuracy, point.effective_samples),
        "exit_rate_interval": wilson_interval(point.exit_rate, point.effective_samples),
        "effective_samples": point.effective_samples,
        "weighted": point.class_weights is not None,
        "class_mix": (counts / counts.sum()).tolist(),
    }


def settings(view: RunView) -> dict[str, Any]:
    """Return the settings that were asked for; nothing of those that were not."""
    context, asked = view.context, view.asked
    document: dict[str, Any] = {"split": asdict(view.split)} if view.split else {}
    if asked.criterion != LARGEST:
        document["criterion"] = asked.criterion
    if view.int8:
        document |= {"int8": True, "int8_scale": asked.int8_scale, "int8_zero_point": asked.int8_zero_point}
    if context.other_baseline:
        document["baseline_precision"] = context.other_baseline
    if context.class_weights is not None:
        document["class_mix"] = class_shares(context)
    if context.conditions.costs:
        document |= conditions(context.conditions) | {"baseline": context.reference}
    return document if context.table.exact else document | {"counts_exact": False}


def _split_sentence(split: RecordedSplit) -> str:
    """Return on which half of the samples a run is measured."""
    sizes = {CALIBRATION: split.n_calibration, HELD_OUT: split.n_held_out}
    by = f"split by {split.kept_together}, " if split.kept_together else ""
    return (
        f"Measured on the {split.half} half: {sizes[split.half]:,} of {sum(sizes.values()):,} samples, "
        f"{by}seed {split.seed}."
    )


def class_shares(context: RunContext) -> list[float]:
    """Return the share of each class under the context's class mix."""
    counts = context.table.class_counts * (1 if context.class_weights is None else context.class_weights)
    shares: list[float] = (counts / counts.sum()).tolist()
    return shares


def conditions(known: OperatingConditions) -> dict[str, Any]:
    """Return costs by exit, inference rate and battery; None where unknown."""
    costs, battery = known.costs, known.battery
    return {
        "costs": costs
        and {
            **_costs(costs),
            "other": costs.other and _costs(costs.other),
        },
        "inferences_per_hour": known.inferences_per_hour,
        "battery": battery and asdict(battery),
    }


def _costs(costs: ExitCosts) -> dict[str, Any]:
    return {
        "kind": costs.kind,
        "basis": costs.basis,
        "source": costs.source,
        "exit_energy_uj": costs.energy_uj.tolist(),
        "exit_latency_ms": None if costs.latency_ms is None else costs.latency_ms.tolist(),
    }


def estimates(context: RunContext, point: OperatingPoint) -> dict[str, Any]:
    """Return the saving of energy at a point, and its costs by the other estimate; None where unknown."""
    saving, other = energy_saving(context, point), context.conditions.by_other_estimate
    if context.conditions.costs is None:
        return {}
    document: dict[str, Any] = {
        "basis": context.conditions.costs.basis,
        "energy_saving": saving.saving if saving else None,
        "other_estimate": None,
    }
    if other and other.costs:
        known = other.quantities(point)
        document["other_estimate"] = {
            "basis": other.costs.basis,
            **{name: known[name] for name in TITLES if name in known},
            "energy_saving": saving.other_saving if saving else None,
        }
    return document


def saving_text(document: Mapping[str, Any]) -> str:
    """Return the saving of energy in `estimates` as a change; empty if it is unknown."""
    if document.get("energy_saving") is None:
        return ""
    other = document["other_estimate"] or {"basis": None, "energy_saving": None}
    saving, other_saving = document["energy_saving"], other["energy_saving"]
    return EnergySaving(document["basis"], saving, other["basis"], other_saving).text


def cost_rows(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the rows of the known costs of a point, each with its band if that is not a single value."""
    if document["weighted"]:
        yield "effective sample size", f"{document['effective_samples']:,.0f} of {document['n_samples']:,}"
    for name, title in TITLES.items():
        if name in document:
            low, high = document["bands"][name]
            band = "" if low == high else f" (band {number(name, low)} – {number(name, high)})"
            yield title, number(name, document[name]) + band
            if name == "energy_uj" and (change := saving_text(document)):
                yield f"energy vs {document['flops_saving_against']}", change
    if document.get("memory"):
        yield from MemoryUse.from_document(document["memory"]).rows().items()


def tell_settings(view: RunView, *others: RunView) -> None:
    """Print the settings that were asked for, and what is not exact, to standard error.

    Args:
        view: the run shown, or the first of several.
        others: further runs, with the same options.
    """
    asked = view.asked
    for sentence in dict.fromkeys(_split_sentence(each.split) for each in (view, *others) if each.split):
        tell(sentence)
    if asked.criterion != LARGEST:
        tell(f"Exit criterion: {CRITERIA[asked.criterion]}.")
    if asked.mix != AS_TESTED:
        tell(f"Class mix: {asked.mix}.")
    if costs := view.context.conditions.costs:
        kind = f" ({costs.title})" if costs.kind == "estimate" else ""
        tell(f"Costs{kind}: {costs.source}")
    for note in dict.fromkeys(note for each in (view, *others) for note in precision_notes(each)):
        tell(note)
    if not view.context.table.exact:
        steps = f"{len(view.context.table.edges):,} steps of ρ"
        tell(f"The samples are counted in {steps}; between two of them, ρ counts as the upper one.")
