"""The options that say what is to be guaranteed, of the commands `choose` and `export`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import typer

from trecx.threshold.guarantee.losses import LOSS_OF, guaranteed_limit
from trecx.threshold.guarantee.selection import Guarantee
from trecx.threshold.limits import Limits

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


@dataclass(frozen=True)
class Wish:
    """What `export` is to check and to record: a limit, and that it holds with a probability.

    Attributes:
        limits: the limit on accuracy or on lost samples.
        guarantee: the probability, and whether the limit is to hold in each class.
    """

    limits: Limits
    guarantee: Guarantee

    @classmethod
    def of(cls, probability: float | None, each_class: bool, limits: Mapping[str, Any]) -> Self | None:
        """Return what is asked for; None if nothing is.

        Args:
            probability: of the guarantee; None: no guarantee.
            each_class: whether the limit is to hold in each class.
            limits: attributes of `Limits`; None: not set.

        Raises:
            BadParameter: a limit or `--each-class` is given without `--guarantee`.
            BudgetError: the limits do not fit a guarantee, or a value is out of range.
        """
        guarantee = guarantee_of(probability, each_class)
        if guarantee:
            wish = cls(Limits(**limits), guarantee)
            guaranteed_limit(wish.limits)
            return wish
        if any(limits[name] is not None for name in LOSS_OF):
            raise typer.BadParameter("--max-lost, --max-drop and --min-accuracy need --guarantee")
        return None


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
