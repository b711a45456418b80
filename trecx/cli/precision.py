"""What the commands say about float32 and int8: scores, baseline, and how often decisions differ."""

from collections.abc import Iterator
from typing import Any

from trecx.cli.printing import tell
from trecx.cli.run_context import Asked, RunView
from trecx.scores.run import INT8, names_of
from trecx.store import Run, Store
from trecx.store.run_context import answers_of
from trecx.threshold.decision_differences import decision_difference
from trecx.threshold.int8_steps import HIGHEST


def differs_from(store: Store, run: Run, other: Run, threshold: float, asked: Asked) -> dict[str, Any]:
    """Return how often a run decides differently from another at the same ρ, as `--json` prints it.

    Args:
        store: the store of both.
        run: the run shown.
        other: the run of the same network in the other precision.
        threshold: ρ of both.
        asked: the options, of which the exit criterion and the half of the samples matter.
    """
    one, another = (answers_of(store, each, asked.criterion, asked.measured_on) for each in (run, other))
    return {"run_id": other.run_id, **decision_difference(one, another, threshold)._asdict()}


def tell_differences(run: Run, found: dict[str, Any]) -> None:
    """Print how often a run decides differently, to standard error."""
    other = "float32" if run.precision == INT8 else INT8
    tell(
        f"{found['exits']:,} of {found['samples']:,} samples exit elsewhere than in {other} "
        f"({found['run_id']}), and {found['predictions']:,} have another prediction."
    )


def precision_notes(view: RunView) -> Iterator[str]:
    """Yield what a reader must know about float32 and int8, in sentences."""
    run = view.run
    if run.precision == INT8:
        steps = f"; its ρ is {_steps(view)}" if view.int8 else ""
        yield f"The scores of {run.run_id} are those of an int8 network{steps}."
    elif view.int8:
        yield f"ρ is {_steps(view)}."
        own = f"{view.counterpart.run_id} has" if view.counterpart else f"{_deploy(run)} gives"
        yield f"This is an approximation: the scores are float32's. {own} the device's own."
    if view.context.other_baseline:
        yield f"The baseline of {run.run_id} has {view.context.other_baseline} scores."


def _deploy(run: Run) -> str:
    return f"'python -m trecx deploy {names_of(run)[0]} --threshold R --out DIR'"


def _steps(view: RunView) -> str:
    if view.asked.own_quantisation:
        scale, zero = view.asked.int8_scale, view.asked.int8_zero_point
        return f"a value of an int8 softmax with scale {scale:g} and zero point {zero}"
    return f"a multiple of 1/256, at most {HIGHEST:.4f}"
