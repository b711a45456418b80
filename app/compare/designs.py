"""The selected designs, with everything that their numbers depend on, and their lines in the figure."""

from collections.abc import Iterable, Sequence

import streamlit as st

from app.cache import exit_table
from app.compare.choice import Options
from app.shared.frame import Frame
from app.shared.plain_text import plain
from trecx.comparison.design import Design
from trecx.errors import TrecxError
from trecx.figures import CurveLine
from trecx.figures.comparison import line_inks
from trecx.figures.style import GRAY, Ink
from trecx.scores import FloatArray
from trecx.scores.run import other_precision
from trecx.store import Run, baseline_among
from trecx.threshold.class_mix import class_weights
from trecx.threshold.exit_table import ExitTable
from trecx.threshold.run_context import RunContext


def built_designs(frame: Frame, options: Options, names: Iterable[str]) -> list[Design]:
    """Return the designs of these names; one that cannot be shown is left out with a warning."""
    designs = []
    for name in names:
        try:
            situations = [_context(frame, run) for run in options[name]]
        except TrecxError as error:
            st.warning(plain(f"{name} is not shown: {error}"))
            continue
        designs.append(Design(name, options[name], situations))
    return designs


def _context(frame: Frame, run: Run) -> RunContext:
    table, baseline = exit_table(run, frame.store.name, half=frame.half), baseline_among(run, frame.runs)
    counts = exit_table(baseline, frame.store.name, half=frame.half) if baseline else None
    return RunContext(
        run.task,
        table,
        counts,
        class_weights=weights_over(frame, table),
        other_baseline=other_precision(run, baseline),
        half=frame.half,
    )


def weights_over(frame: Frame, table: ExitTable) -> FloatArray | None:
    """Return the weight of one sample of each class in another test set, under the class mix of the frame.

    Its shape is (n_classes,); None: 1.

    Raises:
        ClassMixError: that test set has other classes, or no sample of a class in the mix.
    """
    own = frame.context.class_weights
    if own is None:
        return None
    return class_weights(own * frame.context.table.class_counts, table.class_counts)


def drawn_lines(designs: Sequence[Design]) -> list[CurveLine]:
    """Return the designs as lines of the figure; a design with one exit is gray."""
    return [_line(design, ink) for design, ink in zip(designs, inks_of(designs), strict=True)]


def inks_of(designs: Sequence[Design]) -> list[Ink]:
    """Return the ink of each design's line; a design with one exit is gray."""
    inks = iter(line_inks(len(designs)))
    return [next(inks) if len(design.exit_flops) > 1 else GRAY for design in designs]


def _line(design: Design, ink: Ink) -> CurveLine:
    line, several = design.line, len(design.exit_flops) > 1
    return CurveLine(
        design.name.replace(" · ", "<br>", 1),
        line.flops if several else line.flops[:1],
        line.accuracy if several else line.accuracy[:1],
        line.spread if several else None,
        ink,
        line.thresholds,
    )
