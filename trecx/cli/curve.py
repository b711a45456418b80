"""The commands that print runs and operating points: `runs`, `curve`, `point`, `tradeoff`."""

from typing import Annotated

import typer

from trecx.cli import printing
from trecx.cli.options import Db, Grid, Json, RunName, Source
from trecx.errors import ScoresError
from trecx.store import Store
from trecx.threshold.benefit_curve import benefit_curve, operating_point, tradeoff_points


def runs(db: Db = None, as_json: Json = False) -> None:
    """List all runs."""
    store = Store(db)
    if not (found := store.runs()) and not as_json:
        printing.tell(f"{store.name} contains no runs.")
    printing.show_runs(found, as_json)


def curve(
    run_name: RunName, grid: Grid = None, source: Source = None, db: Db = None, as_json: Json = False
) -> None:
    """Print the benefit curve: accuracy, exit rate and FLOPs at each step of ρ."""
    store = Store(db)
    run = store.find_run(run_name, source)
    points = benefit_curve(store.load_scores(run))
    printing.show_curve(run, points.on_grid(grid) if grid else points, as_json)


def point(
    run_name: RunName,
    threshold: Annotated[float, typer.Option("--threshold", help="ρ, 0..1, or inf: no early exits.")],
    source: Source = None,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Print the operating point at one ρ: accuracy, exit rate, FLOPs, outcomes."""
    store = Store(db)
    run = store.find_run(run_name, source)
    found = operating_point(store.load_scores(run), threshold)
    printing.show_point(run, found, store.baseline_of(run), as_json)


def tradeoff(
    run_name: RunName,
    grid: Grid = None,
    baseline_accuracy: Annotated[
        float | None,
        typer.Option("--baseline-accuracy", help="0..1; default: that of the task's baseline run."),
    ] = None,
    source: Source = None,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Print the trade-off points: accuracy closest to the baseline's minus 0, 1, 2 and 3 pt (Table 1)."""
    store = Store(db)
    run = store.find_run(run_name, source)
    baseline = store.baseline_of(run)
    if baseline_accuracy is None:
        if baseline is None:
            raise ScoresError(
                f"no baseline of task {run.task} was scored on the samples of {run.run_id}; "
                "score one, or give --baseline-accuracy"
            )
        baseline_accuracy = baseline.standalone_accuracy[-1]
    points = benefit_curve(store.load_scores(run))
    found = tradeoff_points(points.on_grid(grid) if grid else points, baseline_accuracy)
    printing.show_tradeoff(run, found, baseline_accuracy, baseline, as_json)
