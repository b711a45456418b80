"""The options that say what is to be guaranteed, of the commands `choose` and `export`."""

from typing import Annotated, Literal

import typer

from trecx.threshold.guarantee.selection import Guarantee

MinAccuracy = Annotated[float | None, typer.Option(help="Minimum accuracy, 0..1.")]
MaxDrop = Annotated[float | None, typer.Option(help="Maximum accuracy drop; 0.01 is 1 pt.")]
MaxLost = Annotated[
    float | None,
    typer.Option(
        help="Maximum share of samples lost: those that are wrong at ρ and that the final exit predicts "
        "correctly; 0.01 is 1 %."
    ),
]
Against = Annotated[
    Literal["baseline", "final"],
    typer.Option(help="Compare --max-drop with the baseline, or with the final exit alone."),
]
Probability = Annotated[
    float | None,
    typer.Option(
        "--guarantee",
        help="Probability, such as 0.95, that the limit on accuracy, drop or lost samples holds for new "
        "samples. --help of neither command explains it; docs/guarantee.md does.",
    ),
]
EachClass = Annotated[bool, typer.Option("--each-class", help="Guarantee the limit in each class.")]


def guarantee_of(probability: float | None, each_class: bool) -> Guarantee | None:
    """Return the guarantee that is asked for; None if none is.

    Raises:
        BadParameter: `--each-class` without `--guarantee`.
        BudgetError: the probability is not within 0.5..1.
    """
    if probability is not None:
        return Guarantee(probability, each_class)
    if each_class:
        raise typer.BadParameter("--each-class needs --guarantee")
    return None
