"""Tables 1 and 2: the runs of a setting, compared with the paper's rows."""

from collections.abc import Sequence

import numpy as np

from trecx.datasets.tasks import system_title
from trecx.reproduction.estimates import Estimate, final_gain, saved_flops, standalone
from trecx.reproduction.evidence import Evidence
from trecx.reproduction.paper import GRID, MEAN_SAVING, TABLE_1, TABLE_2, BesideBaseline
from trecx.reproduction.rows import (
    Number,
    Row,
    accuracy_row,
    count_row,
    gain_row,
    saving_verdict,
    with_uncertainty,
)
from trecx.threshold.benefit_curve import DROPS, TradeoffPoint


def table_1(evidence: Evidence) -> list[Row]:
    """Return T-RECX and its baseline: accuracy, cost, size, and the trade-off points (Table 1)."""
    paper = TABLE_1.get(evidence.setting.task)
    rows = []
    if evidence.runs.get("baseline"):
        rows += _accuracy_and_size(
            evidence,
            "baseline",
            [paper.baseline_accuracy] if paper else None,
            paper.baseline_kparameters if paper else None,
        )
        rows.append(_cost_row(evidence, paper.baseline_mflops if paper else None))
    if evidence.runs.get("trecx"):
        rows += _accuracy_and_size(
            evidence,
            "trecx",
            paper.exit_accuracy if paper else None,
            paper.kparameters if paper else None,
        )
    if evidence.pairs("trecx", "baseline"):
        rows += [_tradeoff_row(evidence, paper, drop) for drop in DROPS]
    return rows


def table_2(evidence: Evidence) -> list[Row]:
    """Return the accuracy of every exit alone, and of T-RECX's final exit vs the others' (Table 2)."""
    rows = []
    for system in ("trecx", "branchynet", "sdn"):
        if evidence.runs.get(system):
            kparameters, accuracy = TABLE_2.get((evidence.setting.task, system), (None, None))
            rows += _accuracy_and_size(evidence, system, accuracy, kparameters)
    for other in ("branchynet", "sdn"):
        if pairs := evidence.pairs("trecx", other):
            said = [TABLE_2.get((evidence.setting.task, system)) for system in ("trecx", other)]
            paper = 100 * (said[0][1][-1] - said[1][1][-1]) if said[0] and said[1] else None
            what = f"T-RECX's final exit is more accurate than {system_title(other)}'s"
            runs = evidence.runs_of_pairs("trecx", other)
            rows.append(gain_row(what, final_gain(pairs).scaled(100), paper, runs))
    return rows


def _accuracy_and_size(
    evidence: Evidence, system: str, accuracy: Sequence[float] | None, kparameters: float | None
) -> list[Row]:
    scores, runs = evidence.of(system), evidence.runs[system]
    ours = [standalone(scores, exit_).scaled(100) for exit_ in range(scores[0].n_exits)]
    said = [100 * value for value in accuracy] if accuracy and len(accuracy) == len(ours) else None
    what = f"{system_title(system)}: accuracy" + (" of each exit alone" if len(ours) > 1 else "")
    rows = [accuracy_row(what, ours, said, runs)]
    if runs[0].parameters is not None:
        what = f"{system_title(system)}: parameters (thousands)"
        rows.append(count_row(what, "thousands", runs[0].parameters / 1e3, kparameters, 1, runs))
    return rows


def _cost_row(evidence: Evidence, paper: float | None) -> Row:
    runs = evidence.runs["baseline"]
    return count_row("Baseline: MFLOPs", "MFLOPs", runs[0].exit_flops[-1] / 1e6, paper, 2, runs)


def _tradeoff_row(evidence: Evidence, paper: BesideBaseline | None, drop: float) -> Row:
    pairs = evidence.pairs("trecx", "baseline")
    base = _base_accuracy(evidence)
    saving, points = saved_flops(pairs, drop, GRID, base)
    exact_saving, exact_points = saved_flops(pairs, drop)
    bases = [base or baseline.standalone_accuracy[-1] for _, baseline in pairs]
    short = float(np.mean(bases) - drop - np.mean([point.accuracy for point in points]))
    at = "at the baseline's accuracy" if drop == 0 else f"at −{100 * drop:.0f} pt"
    said = paper.saving_at(drop) if paper else None
    verdict, words = saving_verdict(saving, said, at, short)
    mflops = float(pairs[0][1].exit_flops[-1]) / 1e6
    on_grid, on_curve = (_spent(each, mflops) for each in (saving, exact_saving))
    numbers = [
        Number(f"grid of {GRID}", "MFLOPs", paper.mflops_at(drop) if paper else None, on_grid),
        Number(f"grid of {GRID}, saving", "%", None if said is None else 100 * said, saving.scaled(100)),
        Number("exact curve", "MFLOPs", None, on_curve),
        Number("exact curve, saving", "%", None, exact_saving.scaled(100)),
    ]
    text = f"{paper.mflops_at(drop):.2f}" if paper else "—"
    ours = f"{_cost_text(on_grid, points, 2)}; exact {_cost_text(on_curve, exact_points, 4)}"
    runs = evidence.runs_of_pairs("trecx", "baseline")
    return Row(f"T-RECX: MFLOPs {at}", text, ours, runs, verdict, words, numbers)


def _base_accuracy(evidence: Evidence) -> float | None:
    """The paper's baseline accuracy if its own samples are used; None: that of the baseline run."""
    paper = TABLE_1.get(evidence.setting.task)
    return paper.baseline_accuracy if paper and evidence.setting.has_papers_samples else None


def mean_saving(settings: Sequence[Evidence]) -> list[Row]:
    """Return the mean saving at −1 pt over the tasks of Table 1; no row unless there is one run of each.

    The runs are independent, so the squares of the distances to the ends of their CIs add up.
    """
    by_task = {one.setting.task: one for one in settings if one.pairs("trecx", "baseline")}
    if by_task.keys() < TABLE_1.keys():
        return []
    found = {}
    for task in TABLE_1:
        pairs = by_task[task].pairs("trecx", "baseline")
        found[task] = saved_flops(pairs, 0.01, GRID, _base_accuracy(by_task[task]))[0]
    savings, n_tasks = list(found.values()), len(found)
    value = float(np.mean([one.value for one in savings]))
    below = float(np.sqrt(np.sum([(one.value - one.low) ** 2 for one in savings]))) / n_tasks
    above = float(np.sqrt(np.sum([(one.high - one.value) ** 2 for one in savings]))) / n_tasks
    mean = Estimate(value, value - below, value + above)
    verdict, words = saving_verdict(mean, MEAN_SAVING, "at −1 pt", 0.0)
    each = " / ".join(f"{task} {100 * one.value:.1f}" for task, one in found.items())
    number = Number("mean saving", "%", 100 * MEAN_SAVING, mean.scaled(100))
    runs = [run for task in TABLE_1 for run in by_task[task].runs_of_pairs("trecx", "baseline")]
    ours = f"{100 * value:.2f} % ({each})"
    paper = " / ".join(f"{task} {100 * row.saving_at(0.01):.1f}" for task, row in TABLE_1.items())
    said = f"{100 * MEAN_SAVING:.2f} % ({paper})"
    return [Row("T-RECX: mean saving of FLOPs at −1 pt", said, ours, runs, verdict, words, [number])]


def _spent(saving: Estimate, mflops: float) -> Estimate:
    """Return the MFLOPs that remain if a share of `mflops` is saved."""
    spread = None if saving.spread is None else mflops * saving.spread
    value, low, high = (mflops * (1 - share) for share in (saving.value, saving.high, saving.low))
    return Estimate(value, low, high, spread, saving.n_runs)


def _cost_text(mflops: Estimate, points: Sequence[TradeoffPoint], decimals: int) -> str:
    if len(points) > 1:
        return with_uncertainty([mflops], 3)
    threshold = points[0].threshold
    return f"{mflops.value:.3f} " + (f"(ρ {threshold:.{decimals}f})" if threshold <= 1 else "(ρ inf)")
