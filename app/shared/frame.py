"""The frame of every page: the run shown, and everything that its numbers depend on."""

from dataclasses import dataclass

import streamlit as st

from app.cache import exit_table, store
from app.shared.address import asked_threshold, carry
from app.shared.conditions import pick_class_weights, pick_conditions
from app.shared.exit_criterion import pick_criterion
from app.shared.halves import half_words, pick_half
from app.shared.plain_text import plain
from app.shared.run_controls import pick_run, runs_or_stop
from trecx.datasets.halves import Half
from trecx.datasets.tasks import Task, task_of
from trecx.device.instructions import known_instructions
from trecx.device.memory import MemoryUse, memory_of
from trecx.errors import TrecxError
from trecx.figures.style import shortened
from trecx.scores.run import counterpart_among, other_precision
from trecx.store import Run, Store, baseline_among
from trecx.threshold.run_context import RunContext

LONGEST_TITLE = 100  # characters of a dataset's title


@dataclass(frozen=True, eq=False)
class Frame:
    """The settings in the left column and the address.

    Attributes:
        store: the store of the runs.
        runs: all runs of the store.
        run: the run shown.
        context: its counts and its baseline's, device, battery, class mix.
        threshold: ρ; `inf`: no early exits.
        criterion: the exit criterion (`exit_criteria.CRITERIA`).
        half: the half of the samples that is shown; None: all samples.
    """

    store: Store
    runs: list[Run]
    run: Run
    context: RunContext
    threshold: float
    criterion: str
    half: Half | None = None

    @property
    def counterpart(self) -> Run | None:
        """The run of the same network in the other precision; None if there is none."""
        return counterpart_among(self.run, self.runs)

    @property
    def task(self) -> Task:
        """The task of the run."""
        return task_of(self.run.task, self.run.noun)

    @property
    def memory(self) -> MemoryUse | None:
        """Flash and RAM of the run's deployment, against the baseline's; None if the run has none."""
        return memory_of(self.run, baseline_among(self.run, self.runs))

    def title(self, question: str) -> None:
        """Write the page's title with network, dataset, and the samples that are shown."""
        dataset = shortened(self.run.dataset, LONGEST_TITLE)
        of_half = f": {half_words(self.run, self.store.name, self.half)}" if self.half else ""
        st.markdown(
            f"#### {question} :gray[:small[{self.task.network} on {plain(dataset)}, "
            f"{self.context.table.n_samples:,} {self.task.noun}s{of_half}]]"
        )


def open_frame(any_criterion: bool = False, halves: bool = False) -> Frame:
    """Draw the left column and return its settings; if nothing can be shown, show the reason and stop.

    Args:
        any_criterion: whether the page supports other exit criteria.
        halves: whether the page can show one half of the samples; if not, it says that it shows all.
    """
    try:
        here = store()
        runs = runs_or_stop(here)
        run = pick_run(runs)
        criterion = pick_criterion(run, any_criterion)
        half = pick_half()
        if half and not halves:
            st.caption(f"This page shows all samples, not only the {half.name} half.")
            half = None
        table, baseline = exit_table(run, here.name, criterion, half), baseline_among(run, runs)
        weights = pick_class_weights(table)
        counted, baseline_counted = known_instructions(run, baseline)
        conditions, device = pick_conditions(run, here, counted)
        against = exit_table(baseline, here.name, half=half) if baseline else None
    except TrecxError as error:
        st.error(plain(str(error)))
        st.stop()
    context = RunContext(
        run.task,
        table,
        against,
        conditions,
        device,
        weights,
        other_baseline=other_precision(run, baseline),
        baseline_instructions=baseline_counted,
        half=half,
    )
    threshold = asked_threshold()
    carry(run=run.run_id, rho=str(threshold))
    return Frame(here, runs, run, context, threshold, criterion, half)
