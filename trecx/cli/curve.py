"""The commands that print runs and operating points: `runs`, `curve`, `point`, `tradeoff`."""

from typing import Annotated, Any

import typer

from trecx.cli import printing, printing_points
from trecx.cli.opened_store import open_store
from trecx.cli.options import Db, Grid, Json, RunName
from trecx.cli.precision import differs_from
from trecx.cli.run_context import Asked, RunView, with_options
from trecx.errors import ScoresError
from trecx.scores.run import INT8
from trecx.threshold.benefit_curve import checked_threshold, tradeoff_points


def runs(db: Db = None, as_json: Json = False) -> None:
    """List all runs."""
    store = open_store(db)
    found, damage = store.runs_and_damage()
    for sentence in damage:
        printing.tell(f"{sentence}.")
    if not found and not as_json:
        printing.tell(f"{store.name} contains no runs.")
    printing.show_runs(found, as_json)


@with_options
def curve(run_name: RunName, asked: Asked, grid: Grid = None, as_json: Json = False) -> None:
    """Print the benefit curve: accuracy, exit rate and FLOPs at each step of ρ."""
    view = RunView.of(run_name, asked)
    printing_points.show_curve(view, view.curve(grid), as_json)


@with_options
def point(
    run_name: RunName,
    asked: Asked,
    threshold: Annotated[float, typer.Option("--threshold", help="ρ, 0..1, or inf: no early exits.")],
    as_json: Json = False,
) -> None:
    """Print the operating point at one ρ: accuracy, exit rate, FLOPs, outcomes."""
    checked_threshold(threshold)
    view = RunView.of(run_name, asked, threshold)
    printing_points.show_point(view, threshold, as_json, _differs(view, threshold))


@with_options
def tradeoff(
    run_name: RunName,
    asked: Asked,
    grid: Grid = None,
    baseline_accuracy: Annotated[
        float | None,
        typer.Option("--baseline-accuracy", help="0..1; default: that of the task's baseline run."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the trade-off points: accuracy closest to the baseline's minus 0, 1, 2 and 3 pt (Table 1)."""
    view = RunView.of(run_name, asked)
    if baseline_accuracy is None:
        baseline_accuracy = _baseline_accuracy(view)
    found = tradeoff_points(view.curve(grid), baseline_accuracy)
    printing_points.show_tradeoff(view, found, baseline_accuracy, as_json)


def _differs(view: RunView, threshold: float) -> dict[str, Any] | None:
    """Return how often an int8 run decides differently from its float32 run; None without one."""
    if view.counterpart is None or view.run.precision != INT8:
        return None
    store, rho = open_store(view.asked.db), view.rule(threshold).effective
    return differs_from(store, view.run, view.counterpart, rho, view.asked)


def _baseline_accuracy(view: RunView) -> float:
    """Return the baseline's accuracy under the class mix."""
    if view.context.reference is None:
        raise ScoresError(
            f"no baseline of task {view.run.task} was scored on the samples of {view.run.run_id}; "
            "score one, or give --baseline-accuracy"
        )
    accuracy: float = view.context.reference["accuracy"]
    return accuracy
