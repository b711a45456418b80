"""One threshold per exit: time and memory of comparing all vectors, and what they save against one ρ."""

import os
from pathlib import Path

import numpy as np

from benchmarks.importing import in_own_process
from benchmarks.measure import Row, median_ms
from trecx.scores import ExitScores
from trecx.store import Run, Store
from trecx.store.run_context import answers_of, joint_counts_of
from trecx.threshold.joint_counts import JointCounts, int8_candidates
from trecx.threshold.limits import Limits
from trecx.threshold.per_exit.choice import choose_per_exit
from trecx.threshold.per_exit.front import n_vectors_of, pareto_front
from trecx.threshold.per_exit.vectors import VectorCounts

LARGEST = "kws/sdn"  # three early exits
JPEG = "ic-sdn-c4158fa7"  # ic/sdn, trained here on CIFAR-10 as JPEG
RUNS = (LARGEST, "kws/sdn:int8", "kws/branchynet", "ic/sdn", JPEG)
DROPS = (0.0, 0.01, 0.02)
HALVED, N_HALVES, LIMIT = ("kws/sdn", "kws/branchynet", "ic/sdn"), 40, 0.01
AIM_S, AIM_MB = 6.0, 2048.0
LOOPED, REPEATS = 200, 5
CHOOSE = (
    "import runpy, sys\n"
    "sys.argv[1:] = ['choose', 'kws/sdn', '--max-drop', '0.01', '--against', 'final', '--per-exit']\n"
    "try: runpy.run_module('trecx', run_name='__main__')\n"
    "except SystemExit as end: assert not end.code\n"
)


def rows() -> list[Row]:
    """Measure time and memory, the costs at equal limits, and the drop on samples not chosen on."""
    store = Store()
    saved = [row for name in RUNS for row in saving_rows(store, name)]
    return [*time_rows(store), *saved, *(halves_row(store, name) for name in HALVED)]


def time_rows(store: Store) -> list[Row]:
    """Measure the comparison of all vectors against targets and against a loop over vectors."""
    run = store.find_run(LARGEST)
    answers = answers_of(store, run)
    joint = joint_counts_of(store, run, int8_candidates())
    limits = Limits(max_drop=0.01, against="final")
    vectors = np.random.default_rng(0).integers(0, 256, (LOOPED, run.n_exits - 1)) / 256
    chosen, front, looped = median_ms(
        lambda: choose_per_exit(joint, limits),
        lambda: pareto_front(joint),
        lambda: [loop(answers, vector) for vector in vectors],
        repeats=REPEATS,
    )
    n_vectors = n_vectors_of(joint)
    per_vector = f"a NumPy loop over vectors, measured at {LOOPED} of them and scaled"
    seconds, peak = in_own_process(CHOOSE, Path(os.devnull))
    command = "python -m trecx choose kws/sdn --per-exit"
    return [
        Row("best thresholds of kws/sdn, in s", per_vector, n_vectors, chosen / 1e3,
            looped / 1e3 * n_vectors / LOOPED, "vectors; both exact"),
        Row("best thresholds of kws/sdn, in s", "target: 6 s", n_vectors, chosen / 1e3, AIM_S, "vectors"),
        Row("Pareto front of kws/sdn, in s", "target: 6 s", n_vectors, front / 1e3, AIM_S, "vectors"),
        Row(f"{command}, in s", "target: 6 s", n_vectors, seconds, AIM_S, "the whole command"),
        Row(f"{command}, peak memory in MB", "target: 2 GiB", n_vectors, peak, AIM_MB, "the whole command"),
    ]  # fmt: skip


def loop(answers: ExitScores, vector: np.ndarray) -> tuple[float, float]:
    """Return mean FLOPs and accuracy of one vector, as a loop over vectors computes them."""
    reached = np.column_stack([answers.confidence[:, :-1] >= vector, np.ones(answers.n_samples, bool)])
    taken = reached.argmax(axis=1)
    correct = answers.correct[np.arange(answers.n_samples), taken].mean()
    return float(answers.exit_flops[taken].mean()), float(correct)


def saving_rows(store: Store, name: str) -> list[Row]:
    """Return the MFLOPs of the best thresholds and of the best single ρ within limits on the drop."""
    run = store.find_run(name)
    joint = joint_counts_of(store, run, int8_candidates())
    found = []
    for drop in DROPS:
        choice = choose_per_exit(joint, Limits(max_drop=drop, against="final"))
        if choice.best is None or choice.single is None:
            raise ValueError(f"{name}: no exits within a drop of {drop}")
        ours, theirs = (each.quantities["flops"] / 1e6 for each in (choice.best, choice.single))
        note = f"at most {100 * drop:.0f} pt below the final exit; both on the grid k/256"
        work = f"one threshold per exit, {name}, MFLOPs"
        found.append(Row(work, "the best single ρ", run.n_samples, ours, theirs, note))
    return found


def halves_row(store: Store, name: str) -> Row:
    """Return the mean drop on one half of the samples of what was chosen on the other, of both kinds."""
    run = store.find_run(name)
    measured = np.array([_on_other_half(store, run, seed) for seed in range(N_HALVES)])
    (ours, theirs), flops = 100 * measured[:, :2].mean(axis=0), measured[:, 2:].mean(axis=0) / 1e6
    broken = (measured[:, :2] > LIMIT + 1e-9).mean(axis=0)
    note = (
        f"chosen within 1 pt on one half, {N_HALVES} splits; above 1 pt on the other: {broken[0]:.0%} and "
        f"{broken[1]:.0%}; {flops[0]:.3f} and {flops[1]:.3f} MFLOPs"
    )
    work = f"one threshold per exit, {name}, drop on the other half in pt"
    return Row(work, "the best single ρ", run.n_samples, ours, theirs, note)


def _on_other_half(store: Store, run: Run, seed: int) -> list[float]:
    """Return the drops, then the FLOPs, of the best thresholds and of the best single ρ of one half."""
    answers, first = answers_of(store, run), np.zeros(run.n_samples, np.bool_)
    first[np.random.default_rng(seed).permutation(run.n_samples)[: run.n_samples // 2]] = True
    chosen_on, other = (JointCounts.of(answers.part(part), int8_candidates()) for part in (first, ~first))
    choice = choose_per_exit(chosen_on, Limits(max_drop=LIMIT, against="final"))
    if choice.best is None or choice.single is None:
        raise ValueError(f"{run.run_id}: no exits within a drop of {LIMIT}")
    single = [choice.single.threshold] * (run.n_exits - 1)
    curve = VectorCounts.at(other, np.array([choice.best.thresholds, single])).curve()
    return [*(curve.accuracy[0] - curve.accuracy[1:]), *curve.flops[1:]]
