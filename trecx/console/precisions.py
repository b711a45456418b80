"""The precisions that the console offers: two runs of one network, or ρ rounded for float32 scores."""

from dataclasses import dataclass
from typing import Any

from trecx.scores import IntArray
from trecx.scores.run import FLOAT32, INT8, PRECISIONS, names_of
from trecx.store import Run
from trecx.threshold.exit_criteria import ENTROPY


@dataclass(frozen=True, eq=False)
class Counterpart:
    """The run of the same network in the other precision.

    Attributes:
        run: that run.
        differences: samples that stop at another exit there, for ρ = k/256 and k = 0 … 256, of shape (257,)
            (`decision_differences.exit_differences`).
    """

    run: Run
    differences: IntArray

    @property
    def data(self) -> dict[str, Any]:
        """What the browser needs of it."""
        return {"precision": self.run.precision, "differences": self.differences.tolist()}


@dataclass(frozen=True)
class PrecisionChoice:
    """What can be selected as precision, and what it means.

    Attributes:
        offered: the precisions.
        fixed: the one that is shown, whatever is asked for; None if the console rounds ρ itself, which only
            approximates the other precision.
    """

    offered: tuple[str, ...]
    fixed: str | None

    @classmethod
    def of(cls, run: Run, criterion: str, counterpart: Run | None) -> "PrecisionChoice":
        """Return the choice for a run.

        Args:
            run: the run shown.
            criterion: the exit criterion (`exit_criteria.CRITERIA`).
            counterpart: the run of the same network in the other precision; None if there is none.
        """
        if criterion == ENTROPY:  # of probabilities in steps of 1/256, it is not itself in such steps
            return cls((FLOAT32,), FLOAT32)
        if counterpart:
            return cls(PRECISIONS, run.precision)
        return cls((INT8,), INT8) if run.precision == INT8 else cls(PRECISIONS, None)

    def shown(self, asked: str | None) -> str:
        """Return the precision that is shown if this one is asked for."""
        return self.fixed or (asked if asked in self.offered else FLOAT32)


def precision_hints(run: Run, counterpart: Run | None) -> dict[str, str]:
    """Return the hints for both precisions and for the line below ρ, by name.

    Args:
        run: the run shown.
        counterpart: the run of the same network in the other precision; None if there is none.
    """
    deploy = f"'python -m trecx deploy {names_of(run)[0]} …' gives the device's own."
    if counterpart is None and run.precision == FLOAT32:
        int8, below = f"This is an approximation: only ρ is rounded. {deploy}", deploy
    else:
        int8 = "The scores are those of the int8 network."
        below = (
            "The samples that stop at another exit at the same ρ, a multiple of 1/256. The class mix is not "
            "applied."
        )
    return {
        "float32": "The device computes confidence as the scores hold it, so ρ can be any value.",
        "int8": "An 8-bit softmax has 256 confidence values, k/256, so ρ moves in steps of 1/256. The "
        f"highest is 255/256 = 0.9961; above it there are no early exits. {int8}",
        "difference": below,
    }
