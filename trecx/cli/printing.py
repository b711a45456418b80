"""Results on standard output, as tables or as one JSON document; messages and progress on standard error."""

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.progress import BarColumn, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from trecx.cli.terminal import is_writable, shown
from trecx.progress import Progress
from trecx.store import Run


def tell(message: str) -> None:
    """Print a message to standard error."""
    Console(stderr=True).print(Text(shown(message, sys.stderr)), soft_wrap=True)


def tell_error(message: str) -> None:
    """Print an error to standard error."""
    words = Text.assemble(("error: ", "bold red"), shown(message, sys.stderr))
    Console(stderr=True).print(words, soft_wrap=True)


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield a progress function that shows one bar for each task, on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    tasks: dict[str, TaskID] = {}
    console = Console(stderr=True)
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:

        def listen(what: str, done: int, total: int | None) -> None:
            what = shown(what, sys.stderr)
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
            what = shown(what, sys.stderr)
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
    head = (
        "run",
        "precision",
        "source",
        "dataset",
        "samples",
        "exits",
        "MFLOPs by exit",
        "parameters",
        "accuracy by exit",
    )
    print_columns(head, map(_run_cells, runs))


def _run_cells(run: Run) -> tuple[str, ...]:
    return (
        run.run_id,
        run.precision,
        run.source,
        run.dataset,
        f"{run.n_samples:,}",
        str(run.n_exits),
        " · ".join(mflops(flops) for flops in run.exit_flops),
        "unknown" if run.parameters is None else f"{run.parameters:,}",
        " · ".join(percent(accuracy) for accuracy in run.standalone_accuracy),
    )


def run_document(run: Run) -> dict[str, Any]:
    """Return a run as `--json` prints it."""
    document = asdict(run) | {"n_exits": run.n_exits, "created_at": run.created_at.isoformat()}
    document["precision"] = run.precision
    del document["sample_set_id"]  # means nothing outside the store
    return document


def print_columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows of text under their headings; the first column is aligned left."""
    table = Table(box=box.SIMPLE_HEAD)
    for number, name in enumerate(head):
        first = number == 0
        justify: Literal["left", "right"] = "left" if first else "right"
        table.add_column(Text(shown(name, sys.stdout)), justify=justify, no_wrap=first)
    for row in rows:
        table.add_row(*(Text(shown(cell, sys.stdout)) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=400)  # lines in a file are not wrapped
    console.print(table)


def show_paths(found: Mapping[str, Path], as_json: bool) -> None:
    """Print the paths of written files and folders."""
    if as_json:
        print_json({name: str(path) for name, path in found.items()})
        return
    for name, path in found.items():
        Console().print(Text(shown(f"{name}: {path}", sys.stdout)), soft_wrap=True)


def print_json(document: object) -> None:
    """Print the JSON document of a command, with null for `inf`.

    Characters are escaped, as JSON does it, if the output's encoding lacks one.
    """
    text = json.dumps(_plain(document), ensure_ascii=False, allow_nan=False)
    if not is_writable(text, sys.stdout.encoding or "utf-8"):
        text = json.dumps(_plain(document), allow_nan=False)
    print(text)


def _plain(value: Any) -> Any:
    """Return the document with null for `inf`, which JSON cannot express."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def rho(threshold: float) -> str:
    """Return ρ with four decimals; without early exits, "inf"."""
    return "inf" if math.isinf(threshold) else f"{threshold:.4f}"


def rho_on_plateau(threshold: float) -> str:
    """Return ρ with 9 decimals, rounded down, because rounding up could leave the plateau."""
    if math.isinf(threshold):
        return "inf"
    return f"{math.floor(threshold * 1e9) / 1e9:.9f}".rstrip("0").rstrip(".")


def percent(share: float) -> str:
    """Return a share of 0..1 in %."""
    return f"{100 * share:.2f} %"


def count(number: float) -> str:
    """Return a number of samples; weighted counts are not whole."""
    return f"{number:,}" if isinstance(number, int) else f"{number:,.1f}"


def mflops(flops: float) -> str:
    """Return FLOPs in MFLOPs."""
    return f"{flops / 1e6:.3f}"
