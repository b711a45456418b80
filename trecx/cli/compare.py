"""The command that compares runs of one task: `compare`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from trecx.cli import printing, printing_comparison
from trecx.cli.opened_store import open_store
from trecx.cli.options import Json
from trecx.cli.precision import differs_from
from trecx.cli.printing_comparison import Comparison, Pair
from trecx.cli.run_context import Asked, with_options
from trecx.comparison.accuracy_targets import parse_targets
from trecx.comparison.design import Design
from trecx.comparison.paired_difference import paired_difference
from trecx.device.exit_costs import FLOPS, INSTRUCTIONS
from trecx.errors import TrecxError
from trecx.scores import ExitScores
from trecx.scores.run import INT8, counterpart_among
from trecx.store import Run, Store, comparable_costs
from trecx.store.run_context import answers_of
from trecx.threshold.run_context import RunContext

TARGETS = "-1,-2,-3"
RunNames = Annotated[
    list[str],
    typer.Argument(metavar="RUN RUN…", help="Two or more runs of one task, as in the other commands."),
]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        help="Accuracies to compare at: −1 is 1 pt below the baseline, 0 is equal to it, 90 is 90 %. "
        f"Default: {TARGETS}, unless --threshold is given.",
    ),
]
Threshold = Annotated[
    float | None, typer.Option("--threshold", help="Compare at this ρ, 0..1, or inf: no early exits.")
]


@with_options
def compare(
    run_names: RunNames, asked: Asked, at: At = None, threshold: Threshold = None, as_json: Json = False
) -> None:
    """Compare runs: FLOPs saving, points at equal accuracy or at one ρ, and paired differences."""
    if asked.energy_uj:
        raise typer.BadParameter(
            "--energy-uj is measured on one network, and these are several; use --device"
        )
    asked.rule(1.0 if threshold is None else threshold)
    targets = parse_targets(at or TARGETS) if at or threshold is None else []
    store = open_store(asked.db)
    runs = _comparable([store.find_run(name, asked.source) for name in run_names])
    contexts = _contexts(store, asked, runs)
    designs = [Design(run.run_id, [run], [context]) for run, context in zip(runs, contexts, strict=True)]
    differing = [] if threshold is None else _differing(store, asked, runs, threshold)
    splits = {run.run_id: split for run in runs if (split := asked.split(store, run))}
    found = Comparison(designs, targets, threshold, _pairs(store, asked, designs), differing, splits)
    printing_comparison.show_comparison(found, asked, as_json)


def _contexts(store: Store, asked: Asked, runs: Sequence[Run]) -> list[RunContext]:
    """Return the context of each run, all with estimates by the same basis."""
    contexts = [asked.context(store, run) for run in runs]
    bases = {context.conditions.costs.basis for context in contexts if context.conditions.costs}
    if len(bases) < 2:
        return contexts
    printing.tell(f"Not all of these runs have an estimate by {INSTRUCTIONS}: all are estimated by {FLOPS}.")
    return [replace(asked, estimate=FLOPS).context(store, run) for run in runs]


def _comparable(runs: Sequence[Run]) -> list[Run]:
    """Return the distinct runs in order.

    Raises:
        TrecxError: there are fewer than two, or two cannot be compared.
    """
    distinct = list({run.run_id: run for run in runs}.values())
    first = distinct[0]
    if len(distinct) < 2:
        raise TrecxError(f"only one run is named, {first.run_id}; name two or more runs to compare")
    for other in distinct[1:]:
        why = ""
        if other.task != first.task:
            why = f"it is of task {other.task}, not of {first.task}"
        elif not comparable_costs(first, other):
            why = "relative costs are valid within one run only"
        if why:
            raise TrecxError(f"{other.run_id} cannot be compared with {first.run_id}: {why}; name other runs")
    return distinct


def _differing(
    store: Store, asked: Asked, runs: Sequence[Run], threshold: float
) -> list[tuple[Run, dict[str, Any]]]:
    """Return each int8 run whose float32 run is compared too, and how often both decide differently."""
    both = [(run, counterpart_among(run, runs)) for run in runs if run.precision == INT8]
    return [
        (run, differs_from(store, run, other, asked.rule(threshold, run).effective, asked))
        for run, other in both
        if other
    ]


def _pairs(store: Store, asked: Asked, designs: Sequence[Design]) -> list[Pair]:
    """Return the difference between the first design and each other one on the same samples."""
    first = designs[0].runs[0]
    same = [other for other in designs[1:] if other.runs[0].sample_set_id == first.sample_set_id]
    if not same:
        return []

    def scores(design: Design) -> list[ExitScores]:
        return [answers_of(store, run, asked.criterion, asked.measured_on) for run in design.runs]

    ones, weights, pairs = scores(designs[0]), designs[0].situations[0].class_weights, []
    with printing.progress() as progress:
        for done, other in enumerate(same):
            progress("paired comparison", done, len(same))
            pairs.append(Pair(first.run_id, other.name, paired_difference(ones, scores(other), weights)))
        progress("paired comparison", len(same), len(same))
    return pairs
