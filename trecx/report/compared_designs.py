"""The designs that a report compares with its run."""

from collections.abc import Iterable, Sequence

from trecx.comparison.design import Design
from trecx.datasets.tasks import short_name
from trecx.errors import ExportError
from trecx.scores import FloatArray
from trecx.scores.run import comparable_costs
from trecx.store import Run, Store
from trecx.store.run_context import counts_of
from trecx.threshold.class_mix import class_weights
from trecx.threshold.exit_criteria import LARGEST
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.run_context import RunContext


def designs_beside(
    store: Store, run: Run, context: RunContext, names: Sequence[str], criterion: str = LARGEST
) -> list[Design]:
    """Return a run and other runs of its task as designs to draw; an empty list if no other run is named.

    Args:
        store: the store of all runs.
        run: the run of the report; it is the first design.
        context: its counts, class mix, device and battery; the class mix and the half of the samples apply to
            the other runs, too.
        names: names or ids of the other runs, as for `Store.find_run`.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).

    Raises:
        UnknownNameError: a run is unknown; the message lists the known ones.
        ExportError: a run cannot be compared with this one; the message says why.
        ScoresError: a run does not have the scores that the criterion needs.
        ClassMixError: the class mix has a class that another test set has no sample of.
    """
    found = {other.run_id: other for other in map(store.find_run, names)}
    found.pop(run.run_id, None)
    if not found:
        return []
    designs = [Design(_name(run, found.values()), [run], [context])]
    for other in found.values():
        if why := _not_comparable(run, other, context):
            raise ExportError(f"{other.run_id} cannot be compared with {run.run_id}: {why}")
        table = counts_of(store, other, criterion, half=context.half)
        compared = RunContext(other.task, table, class_weights=_weights_over(context, table))
        designs.append(Design(_name(other, [run, *found.values()]), [other], [compared]))
    return designs


def _name(run: Run, others: Iterable[Run]) -> str:
    """Return a short name, with the run's id if another run has the same name."""
    name = _plain_name(run)
    alike = [other for other in others if _plain_name(other) == name]
    return f"{name} · {run.run_id}" if any(other.run_id != run.run_id for other in alike) else name


def _plain_name(run: Run) -> str:
    return f"{short_name(run.system, run.precision)} · {run.source}"


def _not_comparable(run: Run, other: Run, context: RunContext) -> str:
    if other.task != run.task:
        return "it is of another task"
    if not comparable_costs(run, other):
        return "its costs are known in proportion only, or those of the other are"
    if context.class_weights is not None and other.class_names != run.class_names:
        return "its classes are others, so that the class mix says nothing about them"
    return ""


def _weights_over(context: RunContext, table: ExitTable) -> FloatArray | None:
    own = context.class_weights
    return None if own is None else class_weights(own * context.table.class_counts, table.class_counts)
