"""Results on standard output, as tables or as one JSON document; messages and progress on standard error."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from trecx.progress import Progress
from trecx.store import Run
from trecx.threshold.benefit_curve import BenefitCurve, TradeoffPoint
from trecx.threshold.operating_point import OperatingPoint
from trecx.threshold.outcomes import OUTCOME_LABELS, OUTCOMES

_ROWS_SHOWN = 40


def tell(message: str) -> None:
    """Print a message to standard error."""
    Console(stderr=True).print(Text(message), soft_wrap=True)


def tell_error(message: str) -> None:
    """Print an error to standard error."""
    Console(stderr=True).print(Text.assemble(("error: ", "bold red"), message), soft_wrap=True)


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield a progress function that shows one bar for each task, on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    tasks: dict[str, TaskID] = {}
    console = Console(stderr=True)
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:

        def listen(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield listen


@contextmanager
def training_progress() -> Iterator[Progress]:
    """Yield a progress function that shows one bar, on standard error, and prints a line when it is full."""
    columns = (BarColumn(20), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)

        def listen(what: str, done: int, total: int | None) -> None:
            bars.update(task, description=what, completed=done, total=total)
            if done == total:
                bars.console.print(Text(what), soft_wrap=True)

        yield listen


def show_runs(runs: Sequence[Run], as_json: bool, single: bool = False) -> None:
    """Print runs; `single`: the JSON document is the one run, not a list."""
    if as_json:
        documents = [run_document(run) for run in runs]
        print_json(documents[0] if single else documents)
        return
    if not runs:
        tell("Score a model with 'python -m trecx score', or import scores with 'python -m trecx import'.")
    table = _table(
        "run", "source", "dataset", "samples", "exits", "MFLOPs by exit", "parameters", "accuracy by exit"
    )
    for run in runs:
        table.add_row(
            run.run_id,
            run.source,
            run.dataset,
            f"{run.n_samples:,}",
            str(run.n_exits),
            " · ".join(_mflops(flops) for flops in run.exit_flops),
            "unknown" if run.parameters is None else f"{run.parameters:,}",
            " · ".join(_percent(accuracy) for accuracy in run.standalone_accuracy),
        )
    _print(table)


def run_document(run: Run) -> dict[str, Any]:
    """Return a run as `--json` prints it."""
    document = asdict(run) | {"n_exits": run.n_exits, "created_at": run.created_at.isoformat()}
    document["precision"] = run.precision
    del document["sample_set_id"]  # means nothing outside the store
    return document


def show_curve(run: Run, curve: BenefitCurve, as_json: bool) -> None:
    """Print a benefit curve; a long table shows only some of its steps, JSON shows all of them."""
    rows = list(zip(*(_floats(curve, name) for name in _CURVE), strict=True))
    if as_json:
        print_json({"run_id": run.run_id, "points": [dict(zip(_CURVE, row, strict=True)) for row in rows]})
        return
    table = _table("ρ", "accuracy", "exit rate", "MFLOPs")
    step = math.ceil(len(rows) / _ROWS_SHOWN)
    for threshold, accuracy, exit_rate, flops in rows[::step]:
        table.add_row(_rho(threshold), _percent(accuracy), _percent(exit_rate), _mflops(flops))
    _print(table)
    if step > 1:
        tell(f"Shown: 1 of every {step} steps of {len(rows):,}. --json prints all steps.")


_CURVE = ("threshold", "accuracy", "exit_rate", "flops")


def show_tradeoff(
    run: Run,
    points: Sequence[TradeoffPoint],
    baseline_accuracy: float,
    baseline: Run | None,
    as_json: bool,
) -> None:
    """Print trade-off points, with their FLOPs relative to the baseline's.

    Args:
        run: the run that the points belong to.
        points: one for each accuracy drop.
        baseline_accuracy: the accuracy that the drops are measured from, 0..1.
        baseline: the run without early exits, for its FLOPs; None: unknown.
        as_json: print one JSON document instead of a table.
    """
    baseline_flops = baseline.exit_flops[-1] if baseline else None
    if as_json:
        about = {
            "run_id": run.run_id,
            "baseline_accuracy": baseline_accuracy,
            "baseline_flops": baseline_flops,
        }
        print_json(about | {"points": [asdict(point) for point in points]})
        return
    table = _table("drop", "ρ", "accuracy", "exit rate", "MFLOPs", "FLOPs vs baseline")
    for point in points:
        change = "unknown" if baseline_flops is None else _change(1 - point.flops / baseline_flops)
        numbers = (_percent(point.accuracy), _percent(point.exit_rate), _mflops(point.flops), change)
        table.add_row(f"{100 * point.drop:.0f} pt", _rho(point.threshold), *numbers)
    _print(table)
    cost = (
        "FLOPs unknown (no baseline run)" if baseline_flops is None else f"{_mflops(baseline_flops)} MFLOPs"
    )
    tell(f"Baseline of {run.run_id}: accuracy {_percent(baseline_accuracy)}, {cost}.")


def show_point(run: Run, point: OperatingPoint, baseline: Run | None, as_json: bool) -> None:
    """Print an operating point; FLOPs are compared with the baseline, or, without one, the final exit."""
    document = point_document(run, point, baseline)
    if as_json:
        print_json(document)
    else:
        print_columns(("", run.run_id), point_rows(document).items())


def point_document(run: Run, point: OperatingPoint, baseline: Run | None) -> dict[str, Any]:
    """Return an operating point as `--json` prints it."""
    against = baseline.exit_flops[-1] if baseline else run.exit_flops[-1]
    return {
        "run_id": run.run_id,
        "threshold": point.threshold,
        "plateau": point.plateau,
        "n_samples": point.n_samples,
        "accuracy": point.accuracy,
        "exit_rate": point.exit_rate,
        "exit_counts": point.exit_counts.tolist(),
        "flops": point.flops,
        "flops_saving": point.flops_saving(against),
        "flops_saving_against": "baseline" if baseline else "final exit",
        "class_names": run.class_names,
        "confusion": point.confusion.tolist(),
        "overthinking": point.overthinking,
    }


def point_rows(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the rows of an operating point's table: name, text."""
    low, high = document["plateau"]
    labels = dict(zip(OUTCOMES, OUTCOME_LABELS, strict=True))
    return {
        "ρ": _rho(document["threshold"]),
        "plateau of ρ": f"({low:.6f}, {high:.6f}]",
        "accuracy": _percent(document["accuracy"]),
        "exit rate": _percent(document["exit_rate"]),
        "samples by exit": " · ".join(map(_count, document["exit_counts"])),
        "MFLOPs per inference": _mflops(document["flops"]),
        f"FLOPs vs {document['flops_saving_against']}": _change(document["flops_saving"]),
    } | {labels[name]: _count(count) for name, count in document["overthinking"].items()}


def print_columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows of text under their headings; the first column is aligned left."""
    table = _table(*head)
    for row in rows:
        table.add_row(*row)
    _print(table)


def show_paths(found: Mapping[str, Path], as_json: bool) -> None:
    """Print the paths of written files and folders."""
    if as_json:
        print_json({name: str(path) for name, path in found.items()})
        return
    for name, path in found.items():
        Console().print(Text(f"{name}: {path}"), soft_wrap=True)


def _floats(curve: BenefitCurve, name: str) -> list[float]:
    values: list[float] = getattr(curve, "thresholds" if name == "threshold" else name).tolist()
    return values


def print_json(document: object) -> None:
    """Print the JSON document of a command, with null for `inf`."""
    print(json.dumps(_plain(document), ensure_ascii=False, allow_nan=False))


def _plain(value: Any) -> Any:
    """Return the document with null for `inf`, which JSON cannot express."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _table(first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _print(table: Table) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=400)  # lines in a file are not wrapped
    console.print(table)


def _rho(threshold: float) -> str:
    return "inf" if math.isinf(threshold) else f"{threshold:.4f}"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _change(saving: float) -> str:
    """Return a saving as a relative change of FLOPs: a saving of 0.3 is "−30.00 %"."""
    return f"{round(-100 * saving, 2) + 0.0:+.2f} %".replace("-", "−")  # + 0.0: no "−0.00 %"


def _count(count: float) -> str:
    return f"{count:,}" if isinstance(count, int) else f"{count:,.1f}"  # weighted counts are not whole


def _mflops(flops: float) -> str:
    return f"{flops / 1e6:.3f}"
