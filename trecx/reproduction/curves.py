"""Figures 4, 6 and 7: benefit curves of several designs."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from trecx.comparison.seeds import mean_curve
from trecx.datasets.tasks import SHORT_NAMES, task_of
from trecx.figures import CurveLine, TaskLine, comparison_figure, tasks_figure
from trecx.figures.style import BLUE, GREEN, ORANGE, YELLOW
from trecx.reproduction.estimates import final_gain, gain_at_equal_flops, standalone
from trecx.reproduction.evidence import Evidence
from trecx.reproduction.panel import Panel, Record, claim, origin
from trecx.reproduction.paper import EARLY_VIEW_GAIN, TABLE_1, TRANSFER_GAIN
from trecx.reproduction.rows import Row
from trecx.threshold.benefit_curve import DROPS, benefit_curve

INKS = {
    "trecx": BLUE,
    "trecx-noev": ORANGE,
    "trecx-notransfer": ORANGE,
    "fmaps-concat": GREEN,
    "branchynet": YELLOW,
    "sdn": GREEN,
}


def figure_4(evidence: Evidence) -> Panel:
    """Return the benefit curves with and without early view, and the baseline."""
    task = evidence.setting.task
    table = TABLE_1.get(task)
    above = table.exit_accuracy[1] - table.baseline_accuracy if table else None
    added = EARLY_VIEW_GAIN.get(task)
    final, more = final_gain, "is more accurate"
    rows = [
        *claim(evidence, f"T-RECX's final exit {more} than the baseline", "trecx", "baseline", final, above),
        *claim(evidence, f"The final exit {more} with early view", "trecx", "trecx-noev", final, added),
        *claim(
            evidence,
            f"T-RECX {more} than without early view at equal FLOPs",
            "trecx",
            "trecx-noev",
            gain_at_equal_flops,
        ),
    ]
    return _curves(evidence, ("trecx", "trecx-noev"), rows)


def figure_6(evidence: Evidence) -> Panel:
    """Return the benefit curves with and without weight transfer, and with concatenated feature maps."""
    transfer, joined = ("trecx", "trecx-notransfer"), ("fmaps-concat", "trecx-notransfer")
    paper = TRANSFER_GAIN.get(evidence.setting.task)
    equal = gain_at_equal_flops
    rows = [
        *claim(evidence, "Weight transfer is more accurate at equal FLOPs", *transfer, equal, paper),
        *claim(
            evidence, "T-RECX is more accurate than concatenated feature maps", "trecx", "fmaps-concat", equal
        ),
        *claim(
            evidence, "Concatenated feature maps are more accurate than no weight transfer", *joined, equal
        ),
    ]
    if paper is None:  # it says so of kws only
        rows = [replace(row, paper="—") for row in rows]
    return _curves(evidence, ("trecx", "trecx-notransfer", "fmaps-concat"), rows)


def figure_7(evidence: Evidence) -> Panel:
    """Return the benefit curves of T-RECX, BranchyNet and SDN, with a logarithmic FLOPs axis."""
    pairs = (("trecx", "branchynet"), ("trecx", "sdn"), ("sdn", "branchynet"))
    rows = []
    for one, other in pairs:
        what = f"{SHORT_NAMES[one]} is more accurate than {SHORT_NAMES[other]} at equal FLOPs"
        rows += claim(evidence, what, one, other, gain_at_equal_flops)
    return _curves(evidence, ("trecx", "branchynet", "sdn"), rows, log_flops=True)


def all_tasks(settings: Sequence[Evidence]) -> go.Figure | None:
    """Return the benefit curve of T-RECX for every task of Table 1 in a setting, relative to its baseline."""
    lines = []
    for evidence, ink in zip(settings, (BLUE, ORANGE, GREEN), strict=False):
        paper, pairs = TABLE_1.get(evidence.setting.task), evidence.pairs("trecx", "baseline")
        if paper and pairs:
            scores, baseline = pairs[0]
            curve, flops = benefit_curve(scores), float(baseline.exit_flops[-1])
            gain = curve.accuracy[::-1] - float(baseline.standalone_accuracy[-1])
            points = np.array([(1 - paper.saving_at(drop), -drop) for drop in DROPS])
            name = f"{evidence.setting.task}, {scores.n_samples:,} {task_of(evidence.setting.task).noun}s"
            lines.append(TaskLine(name, curve.flops[::-1] / flops, gain, points, ink))
    return tasks_figure(lines) if lines else None


def _curves(
    evidence: Evidence, systems: Sequence[str], rows: Sequence[Row], log_flops: bool = False
) -> Panel:
    lines: list[CurveLine] = []
    records: list[Record] = []
    for system in systems:
        if scores := evidence.of(system):
            mean = mean_curve(list(map(benefit_curve, scores)))
            lines.append(CurveLine(SHORT_NAMES[system], mean.flops, mean.accuracy, mean.spread, INKS[system]))
            records += [origin(evidence, system) | point for point in _points(lines[-1])]
    cross = None
    if baseline := evidence.of("baseline"):
        level = standalone(baseline, -1)
        cross = (float(baseline[0].exit_flops[-1]), level.value)
        point = {"mflops": cross[0] / 1e6, "accuracy": level.value, "sd": level.spread}
        records.append(origin(evidence, "baseline") | point)
    return Panel(rows, comparison_figure(lines, cross, log_flops) if lines else None, records)


def _points(line: CurveLine) -> list[Record]:
    spread = line.spread if line.spread is not None else [None] * len(line.flops)
    points = zip(line.flops / 1e6, line.accuracy, spread, strict=True)
    return [{"mflops": mflops, "accuracy": accuracy, "sd": sd} for mflops, accuracy, sd in points]
