"""The effect of temperature scaling, fitted on one half of the samples and evaluated on the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trecx.comparison.cost_at_accuracy import CostAtAccuracy, reach
from trecx.confidence.calibration import reliability
from trecx.confidence.distribution import exit_confidence
from trecx.confidence.temperature import LIMITS, fit_temperatures, halves, with_temperatures
from trecx.errors import ScoresError
from trecx.scores import ExitScores, FloatArray


@dataclass(frozen=True, eq=False)
class Scaling:
    """Results on the half that was not used for the fit, before and after temperature scaling.

    Attributes:
        temperatures: of each exit.
        n_fitted: samples in the half used for the fit.
        n_shown: samples in the other half, which the results are for.
        errors: expected calibration error of each exit before and after, 0..1.
        before: curve and cheapest point at the baseline's accuracy, without temperature scaling.
        after: the same with temperature scaling.
        reorders: whether a temperature can change the order of samples by confidence. With two classes and
            one early exit it cannot: confidence increases with the difference of logits at any temperature.
    """

    temperatures: Sequence[float]
    n_fitted: int
    n_shown: int
    errors: Sequence[tuple[float, float]]
    before: CostAtAccuracy
    after: CostAtAccuracy
    reorders: bool

    @property
    def at_limit(self) -> list[int]:
        """Exits whose temperature is at a limit of the search."""
        ends = [min(abs(np.log(temperature / np.array(LIMITS)))) for temperature in self.temperatures]
        return [exit_ for exit_, distance in enumerate(ends) if distance < 1e-3]


def scale(
    scores: ExitScores,
    baseline_correct: npt.NDArray[np.bool_] | None = None,
    class_weights: FloatArray | None = None,
) -> Scaling:
    """Return the effect of one temperature per exit, fitted on half of each class, on the other half.

    Args:
        scores: with all probabilities, two samples or more.
        baseline_correct: whether the baseline is correct, of shape (n_samples,); None: unknown.
        class_weights: weight of one sample of each class in the results; None: 1. The fit is unweighted.

    Raises:
        ScoresError: only the largest probability is stored, or one half has no sample of a weight above 0.
    """
    fitted, shown = halves(scores.labels)
    if len(shown) == 0 or (class_weights is not None and not class_weights[scores.labels[shown]].any()):
        raise ScoresError(
            "too few samples for temperature scaling: it needs one half to fit and one to test; score more "
            "samples, or change the class mix"
        )
    temperatures = fit_temperatures(scores, fitted)
    if class_weights is not None:  # so that the weights sum to the number of samples in this half
        class_weights = class_weights * len(shown) / class_weights[scores.labels[shown]].sum()
    as_is = [1.0] * scores.n_exits
    sides = [with_temperatures(scores, each, shown) for each in (as_is, temperatures)]
    errors = [
        tuple(reliability(exit_confidence(side, exit_, class_weights)).expected_error for side in sides)
        for exit_ in range(scores.n_exits)
    ]
    right = None if baseline_correct is None else baseline_correct[shown]
    before, after = reach(sides, right, class_weights)
    return Scaling(
        temperatures,
        len(fitted),
        len(shown),
        [(one, other) for one, other in errors],
        before,
        after,
        scores.n_classes > 2 or scores.n_exits > 2,
    )
