"""Method, limits and provenance of a report: label and text of each paragraph."""

import math
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from trecx.comparison.design import Design
from trecx.console.labels import SAME_SAMPLES
from trecx.datasets.halves import CALIBRATION, HELD_OUT
from trecx.datasets.tasks import short_name, task_of
from trecx.device.exit_costs import ExitCosts
from trecx.device.memory import MemoryUse
from trecx.figures.style import shortened
from trecx.report.content import Report
from trecx.saved_points.record import PointRecord, Rule
from trecx.saved_points.recorded import recorded_saving
from trecx.saved_points.texts import guarantee_basis, guarantee_text, rule_text, split_text
from trecx.scores.run import INT8
from trecx.store import Run
from trecx.threshold.energy_saving import energy_saving
from trecx.threshold.exit_criteria import CRITERIA
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.int8_threshold import INT8_SOFTMAX

Rows = list[tuple[str, str]]
MOST_CLASSES = 24  # listed with their shares
LONGEST_TITLE = 100  # characters of a dataset's title in the heading


def noun_of(run: Run) -> str:
    """Return the noun for a sample of a run, such as "clip"."""
    return task_of(run.task, run.noun).noun


def heading(report: Report) -> str:
    """Return design, source, network, dataset and number of samples of a report as one line."""
    run, split = report.run, report.record.split
    task, system = task_of(run.task, run.noun), short_name(run.system, run.precision)
    samples = split_text(split, task.noun) if split else f"{run.n_samples:,} {task.noun}s"
    over = f"{task.network} on {shortened(run.dataset, LONGEST_TITLE)}, {samples}"
    return f"{system} ({run.source}) · {over}"


def setting_line(report: Report) -> str:
    """Return device, battery, inference rate and class mix as one line."""
    device, conditions = report.context.device, report.context.conditions
    costs = conditions.costs
    parts = [device.title if device else "measured costs" if costs else "no device selected"]
    if costs and costs.basis:
        parts.append(f"energy: {costs.title}")
    if conditions.battery and conditions.costs:
        parts.append(conditions.battery.name)
    if conditions.inferences_per_hour and conditions.costs:
        parts.append(f"{conditions.inferences_per_hour / 60:,.4g} inferences per minute")
    parts.append(f"classes {report.record.setting.class_mix}")
    return " · ".join(parts)


def setting_words(report: Report) -> Rows:
    """Return energy, flash and RAM if they are known, battery and class mix, each as a labelled text."""
    memory = report.record.memory
    return [
        ("Energy", _energy(report)),
        *([("Flash and RAM", _memory(memory))] if memory else []),
        ("Battery", _battery(report)),
        ("Class mix", _class_mix(report)),
    ]


def method_words(report: Report, table: ExitTable, exact: bool) -> Rows:
    """Return how the numbers are computed, and their limits.

    Args:
        report: the content.
        table: the counts in the report.
        exact: whether the counts are exact at every ρ.
    """
    run, rule, noun = report.run, report.record.rule, noun_of(report.run)
    counted = (
        "at every ρ"
        if exact
        else f"at {len(table.edges):,} values of ρ, which include every k/256; "
        "between two of them, the upper one applies"
    )
    costs = (
        "Only relative costs of the exits are known: 1 MFLOP stands for the final exit."
        if run.relative_costs
        else "Exit FLOPs are the floating-point operations from the input to an exit's prediction; one "
        "multiply-accumulate counts as two."
    )
    return [
        (
            "Exit rule",
            f"Inference stops at the first exit whose confidence ({CRITERIA[rule.criterion]}) is ≥ "
            f"{_compared(rule)}; the final exit takes all remaining {noun}s.{_steps(rule)}",
        ),
        (
            "Counting",
            f"The network was run once over the {run.n_samples:,} {noun}s of {run.dataset} "
            f"(split: {run.split}); every number is a count over their scores, exact {counted}. "
            f"Confidence intervals are 95 % Wilson score intervals. {costs}",
        ),
        *choice_words(report),
        (
            "Limits",
            f"The numbers hold for {noun}s like these. {_optimism(report.record)}{_scores(run)}",
        ),
    ]


def choice_words(report: Report) -> Iterator[tuple[str, str]]:
    """Yield on which samples the chosen point was chosen and measured, and its guarantee."""
    record, noun = report.record, noun_of(report.run)
    if split := record.split:
        measured = f"Every number is measured on the {split_text(split, noun)}."
        also = ", too" if split.half == CALIBRATION else ""
        yield "Samples", f"{measured} ρ was chosen on the calibration half{also}."
    if guarantee := record.guarantee:
        naive = guarantee.naive_threshold
        without = ""
        if naive is not None and math.isfinite(naive):
            without = f" Without a guarantee, the cheapest ρ within the limit is {naive:.4g}."
        yield (
            "Guarantee",
            f"For the chosen point ({rule_text(record.rule)}): {guarantee_text(guarantee, noun)}, over the "
            f"draw of the calibration {noun}s. Basis: {guarantee_basis(guarantee, noun)}.{without}",
        )


def provenance_words(report: Report) -> Rows:
    """Return the provenance: names, hashes, versions and dates."""
    run, record, other = report.run, report.record, report.context.other_baseline
    baseline = record.baseline_run_id or "none was scored on these samples"
    return [
        ("Run", f"{run.run_id}, of {run.created_at:%Y-%m-%d}"),
        ("Identity", run.identity),
        ("Baseline", f"{baseline} ({other} scores)" if other else baseline),
        ("Model", run.model),
        ("Model's SHA-256", run.model_sha256 or "unknown: the scores were imported"),
        ("Parameters", "unknown" if run.parameters is None else f"{run.parameters:,}"),
        ("FLOPs by exit", ", ".join(f"{flops:,}" for flops in run.exit_flops)),
        ("Training", _listed(run.training) or "unknown"),
        ("Scored with", _listed(run.versions) or "unknown"),
        ("Point taken", f"{record.taken_at:%Y-%m-%d %H:%M} UTC"),
        ("Report", f"made by trecx {version('trecx')}"),
    ]


def others_words(run: Run, designs: Sequence[Design]) -> str:
    """Return which designs were scored on other samples than the run."""
    strange = [design for design in designs if design.runs[0].sample_set_id != run.sample_set_id]
    each = [f"{design.name} on {design.runs[0].dataset}" for design in strange]
    if not each:
        return f"All designs were scored on the same {noun_of(run)}s; the dot is the chosen point."
    return (
        f"Not all designs were scored on the same {noun_of(run)}s, so small differences are not meaningful: "
        + ("; ".join(each) + ".")
    )


def pictures_words(report: Report) -> Iterator[str]:
    """Yield a description of the pictures, and a warning about personal data."""
    run, rho, noun = report.run, report.record.rule.effective, noun_of(report.run)
    here = "Without early exits" if math.isinf(rho) else f"At ρ = {rho:.4g}"
    if not report.pictures:
        yield f"{here}, there is no {noun} with destructive overthinking."
        return
    yield (
        f"{here}, the prediction for each of these is wrong, but an earlier exit was correct. They are "
        "sorted by how much more confident the final exit is than the first."
    )
    yield f"They are {noun}s of {run.dataset} and may be personal data; check before sharing this file."


def _scores(run: Run) -> str:
    if run.precision == INT8:
        return "The scores are those of the int8 network, so ρ acts in steps of 1/256, as on the device."
    return (
        "The scores are those of the float32 network: int8 is an approximation, which rounds ρ to steps of "
        "1/256 and does not model how quantisation changes the scores."
    )


def _compared(rule: Rule) -> str:
    return "ρ" if rule.per_exit is None else f"its own threshold ({rule_text(rule)})"


def _optimism(record: PointRecord) -> str:
    """Return that ρ is chosen on the samples it is measured on, where it is."""
    held_out = record.split is not None and record.split.half == HELD_OUT
    return "" if held_out else f"{SAME_SAMPLES['sentence']} "


def _steps(rule: Rule) -> str:
    if rule.quantisation == INT8_SOFTMAX:
        return ""
    scale, zero = rule.quantisation.scale, rule.quantisation.zero_point
    words = f" The device's int8 softmax counts in steps of {scale:g} from the zero point {zero}"
    return f"{words}; the chosen ρ is one of these steps." if rule.precision == "int8" else ""


def _energy(report: Report) -> str:
    costs, rate = report.context.conditions.costs, report.context.conditions.inferences_per_hour
    if costs is None:
        return "No device was selected, so energy and battery life are unknown."
    by_exit = ", ".join(f"{energy:,.4g}" for energy in costs.energy_uj)
    often = "" if rate is None else f" Inferences per minute: {rate / 60:,.4g}."
    if costs.kind == "measured":
        return f"Measured values, entered by the user: {by_exit} µJ, cumulative by exit.{often}"
    return (
        f"Estimate: {by_exit} µJ, cumulative by exit, scaled by {costs.basis} from a published measurement "
        f"of the task's reference network. {_expected_within(costs)}{_saving(report)} "
        f"Only inference is included: no sensor, no radio.{often} "
        f"Source: {costs.source}."
    )


def _expected_within(costs: ExitCosts) -> str:
    """Return the band in words, and the other estimate with its own, which the band covers."""
    low, high = costs.energy_band
    own = f"The actual value is expected within {low:.2f}–{high:.2f} times the estimate"
    if costs.other is None:
        return f"{own}."
    by_exit = ", ".join(f"{energy:,.4g}" for energy in costs.other.energy_uj)
    low, high = costs.other.energy_band
    return (
        f"{own}, or within {low:.2f}–{high:.2f} times the estimate by {costs.other.basis} ({by_exit} µJ); "
        "the ranges in this report cover both. Neither knows optimised kernels (CMSIS-NN), caches, DMA or "
        "accelerators."
    )


def _saving(report: Report) -> str:
    """Return the change of energy at the chosen point."""
    context, rule = report.context, report.record.rule
    if rule.per_exit is None:
        saving = energy_saving(context, context.on_device(rule.thresholds).point(rule.at))
    else:
        saving = recorded_saving(report.record)
    chosen = "the chosen ρ" if rule.per_exit is None else "the chosen thresholds"
    against = "the baseline" if context.reference else "the final exit"
    return f" At {chosen}, energy changes vs {against} by {saving.text}." if saving else ""


def _memory(memory: MemoryUse) -> str:
    rows = "; ".join(f"{name}: {text}" for name, text in memory.rows().items())
    return f"{rows}. These are the bytes of the staged int8 network for TensorFlow Lite Micro."


def _battery(report: Report) -> str:
    battery = report.context.conditions.battery
    if battery is None:
        return "No battery was selected."
    return (
        f"{battery.name}: {battery.capacity_mah:g} mAh at {battery.voltage:g} V, of which "
        f"{100 * battery.usable:g} % is usable; sleep current {battery.sleep_ua:g} µA; self-discharge is not "
        f"included. Source: {battery.source}."
    )


def _class_mix(report: Report) -> str:
    setting, names = report.record.setting, report.context.table.class_names
    if setting.class_shares is None:
        return "Classes occur as often as in the test set."
    shown = [(name, share) for name, share in zip(names, setting.class_shares, strict=True) if share]
    most = shown[:MOST_CLASSES]
    shares = ", ".join(f"{name} {100 * share:.3g} %" for name, share in most)
    rest = "" if len(shown) == len(most) else f", and {len(shown) - len(most)} more"
    never = "" if len(shown) == len(names) else "; the others never occur"
    return f"Classes are weighted ({setting.class_mix}): {shares}{rest}{never}."


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_spelled(value)}" for name, value in values.items() if value is not None)


def _spelled(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"({_listed(value)})"
    return " / ".join(map(_spelled, value)) if isinstance(value, list | tuple) else str(value)
