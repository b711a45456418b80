"""The benefit curves with the point of each design at ρ, which follows the control, and their table."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from app.compare.choice import Options
from app.compare.designs import built_designs, inks_of
from app.live.follower import show_follower
from app.shared.frame import Frame
from trecx.comparison.design import Design
from trecx.console.steps import packed_steps
from trecx.figures.style import GRAY, Ink

SCRIPTS = ("plot", "counts", "steps", "figure", "design_at", "points_table", "design_points")
CAPTION = "The designs at the selected ρ, largest FLOPs saving first"


def show_points(
    frame: Frame,
    options: Options,
    designs: Sequence[Design],
    best_first: Sequence[Design],
    figure: go.Figure,
    alt: str,
    notes: str,
) -> None:
    """Show the benefit curves, the points at ρ over them, and their numbers.

    The document does not depend on ρ: the browser computes the points (`Design.at`) from the steps of each
    run. One threshold per exit is that of the selected run only, so the other designs stay at one ρ.

    Args:
        frame: the selected run.
        options: the runs of each option by name.
        designs: in the order of their lines in the figure.
        best_first: the same, in the order of the table.
        figure: their benefit curves, without points.
        alt: text alternative of the figure.
        notes: what applies to the whole figure.
    """
    inks = dict(zip((design.name for design in designs), inks_of(designs), strict=True))
    rows = [design_data(design, inks[design.name], frame) for design in best_first]
    hidden = _selected_within_seeds(frame, options, designs)
    rows += [design_data(design, GRAY, frame) | {"only_per_exit": True} for design in hidden]
    weights = frame.context.class_weights
    data = {
        "name": "benefit curves",
        "alt": alt,
        "height": None,
        "figure": figure.to_json(),
        "designs": rows,
        "weights": None if weights is None else weights.tolist(),
        "caption": CAPTION,
        "notes": notes,
    }
    show_follower(frame, "designs", data, SCRIPTS, ("chart", "design_points"))


def design_data(design: Design, ink: Ink, frame: Frame) -> dict[str, Any]:
    """Return what the browser needs of a design: its steps, its baseline, how its line is drawn."""
    references = [context.reference for context in design.situations]
    return {
        "name": design.name,
        "ink": {"colour": ink.colour, "dash": ink.dash},
        "several": len(design.exit_flops) > 1,
        "reference": design.runs[0].system == "baseline",
        "selected": tuple(design.runs) == (frame.run,),
        "only_per_exit": False,
        "runs": [packed_steps(context.table, context.class_weights) for context in design.situations],
        "references": [
            each and {"accuracy": float(each["accuracy"]), "flops": float(each["flops"])}
            for each in references
        ],
    }


def _selected_within_seeds(frame: Frame, options: Options, designs: Sequence[Design]) -> list[Design]:
    """Return the selected run as a design if it is shown only within a mean over seeds; else nothing.

    With one threshold per exit, it has a point of its own.
    """
    alone, shown = (frame.run,), [tuple(design.runs) for design in designs]
    if frame.run.n_exits < 3 or alone in shown or not any(frame.run in runs for runs in shown):
        return []
    return built_designs(frame, options, [name for name, runs in options.items() if runs == alone])
