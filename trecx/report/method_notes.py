"""What the numbers of a report rest on, in plain words: label and text of each paragraph."""

import math
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from trecx.comparison.design import Design
from trecx.datasets.tasks import SHORT_NAMES, task_of
from trecx.figures.style import shortened
from trecx.report.content import Report
from trecx.saved_points.record import Rule
from trecx.store import Run
from trecx.threshold.exit_criteria import CRITERIA
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.int8_threshold import INT8_SOFTMAX

Rows = list[tuple[str, str]]
MOST_CLASSES = 24  # whose shares are named
LONGEST_TITLE = 100  # characters of a dataset's title in the heading


def noun_of(run: Run) -> str:
    """Return what a sample of a run is called."""
    return task_of(run.task, run.noun).noun


def heading(run: Run) -> str:
    """Return what a run is, in one line."""
    task, system = task_of(run.task, run.noun), SHORT_NAMES.get(run.system, run.system)
    over = f"{task.network} on {shortened(run.dataset, LONGEST_TITLE)}, {run.n_samples:,} {task.noun}s"
    return f"{system} ({run.source}) · {over}"


def setting_line(report: Report) -> str:
    """Return where the network runs, and what it is shown there, in one line."""
    device, conditions = report.context.device, report.context.conditions
    parts = [device.title if device else "costs as measured" if conditions.costs else "no device chosen"]
    if conditions.battery and conditions.costs:
        parts.append(conditions.battery.name)
    if conditions.inferences_per_hour and conditions.costs:
        parts.append(f"{conditions.inferences_per_hour / 60:,.4g} inferences a minute")
    parts.append(f"classes {report.record.setting.class_mix}")
    return " · ".join(parts)


def setting_words(report: Report) -> Rows:
    """Return where the network runs, and what it is shown there."""
    return [("Energy", _energy(report)), ("Battery", _battery(report)), ("Class mix", _class_mix(report))]


def method_words(report: Report, table: ExitTable, exact: bool) -> Rows:
    """Return how the numbers come about, and what they do not say.

    Args:
        report: what is handed over.
        table: the counts that are in the report.
        exact: whether they hold at every ρ.
    """
    run, rule, noun = report.run, report.record.rule, noun_of(report.run)
    counted = (
        "at every ρ"
        if exact
        else f"at {len(table.edges):,} values of ρ, each k/256 among them; "
        "between two of them the upper one counts"
    )
    costs = (
        "The costs of the exits are known in proportion only: a million FLOPs stands for the final exit."
        if run.relative_costs
        else "FLOPs are floating-point operations spent by the time an exit has answered; one "
        "multiply-accumulate is two."
    )
    return [
        (
            "How it decides",
            f"Each {noun} leaves at the first exit where its confidence, the {CRITERIA[rule.criterion]}, "
            f"reaches ρ; the final exit answers the rest.{_steps(rule)}",
        ),
        (
            "How it is counted",
            f"The network was run once over the {run.n_samples:,} {noun}s of {run.dataset} "
            f"(split: {run.split}); every number is a count over their scores, exact {counted}. "
            f"Intervals are 95 % Wilson score intervals. {costs}",
        ),
        (
            "What it does not say",
            f"It holds for {noun}s like these. Where ρ was chosen on the same {noun}s, expect a little less "
            "in the field. Confidences are those of the scored model: int8 counts ρ in steps of 1/256, not "
            "what quantisation does to the scores.",
        ),
    ]


def provenance_words(report: Report) -> Rows:
    """Return where it all comes from: names, hashes, versions, dates."""
    run, record = report.run, report.record
    return [
        ("Run", f"{run.run_id}, of {run.created_at:%Y-%m-%d}"),
        ("Identity", run.identity),
        ("Baseline", record.baseline_run_id or "none was scored over these samples"),
        ("Model", run.model),
        ("Model's SHA-256", run.model_sha256 or "unknown: its scores were made elsewhere"),
        ("Parameters", "unknown" if run.parameters is None else f"{run.parameters:,}"),
        ("FLOPs by exit", ", ".join(f"{flops:,}" for flops in run.exit_flops)),
        ("Training", _listed(run.training) or "unknown"),
        ("Scored with", _listed(run.versions) or "unknown"),
        ("Point taken", f"{record.taken_at:%Y-%m-%d %H:%M} UTC"),
        ("Report", f"made by trecx {version('trecx')}"),
    ]


def others_words(run: Run, designs: Sequence[Design]) -> str:
    """Return over what other designs were scored, where it is not what the run was scored over."""
    strange = [design for design in designs if design.runs[0].sample_set_id != run.sample_set_id]
    each = [f"{design.name} over {design.runs[0].dataset}" for design in strange]
    if not each:
        return f"All were scored over the same {noun_of(run)}s; the dot is the chosen point."
    return f"Not all were scored over the same {noun_of(run)}s, so small differences say little: " + (
        "; ".join(each) + "."
    )


def pictures_words(report: Report) -> Iterator[str]:
    """Yield what the pictures show, and what to heed."""
    run, rho, noun = report.run, report.record.rule.effective, noun_of(report.run)
    here = "Where nobody leaves early" if math.isinf(rho) else f"At ρ = {rho:.4g}"
    if not report.pictures:
        yield f"{here}, no {noun} is answered wrong that an earlier exit was right about."
        return
    yield (
        f"{here}, each of these is answered wrong, and an earlier exit was right about it. First those where "
        "the final exit is surest, compared with the first."
    )
    yield f"They are {noun}s of {run.dataset}: someone's data. Mind to whom this file goes."


def _steps(rule: Rule) -> str:
    if rule.quantisation == INT8_SOFTMAX:
        return ""
    scale, zero = rule.quantisation.scale, rule.quantisation.zero_point
    words = f" The device's int8 softmax counts in steps of {scale:g} from the zero point {zero}"
    return f"{words}: the chosen ρ is already the step that it goes by." if rule.precision == "int8" else ""


def _energy(report: Report) -> str:
    costs, rate = report.context.conditions.costs, report.context.conditions.inferences_per_hour
    if costs is None:
        return "No device was chosen, so that nothing is said about energy and battery life."
    by_exit = ", ".join(f"{energy:,.4g}" for energy in costs.energy_uj)
    often = "" if rate is None else f" It infers {rate / 60:,.4g} times a minute."
    if costs.kind == "measured":
        return f"Measured, and typed in: {by_exit} µJ by the time each exit has answered.{often}"
    low, high = costs.energy_band
    return (
        f"An estimate: {by_exit} µJ by the time each exit has answered, from what was measured for the "
        "task's reference network, scaled by FLOPs. The truth is thought to lie within "
        f"{low:.2f} to {high:.2f} times that. Only the inference counts: no sensor, no radio.{often} "
        f"Source: {costs.source}."
    )


def _battery(report: Report) -> str:
    battery = report.context.conditions.battery
    if battery is None:
        return "None was chosen."
    return (
        f"{battery.name}: {battery.capacity_mah:g} mAh at {battery.voltage:g} V, of which "
        f"{100 * battery.usable:g} % can be used, and {battery.sleep_ua:g} µA asleep; self-discharge is not "
        f"counted. Source: {battery.source}."
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
