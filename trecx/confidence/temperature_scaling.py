"""What temperature scaling would change: fitted on one half of the samples, shown on the other."""

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
    """What holds on the half that nothing was fitted on, before and after.

    Attributes:
        temperatures: of each exit.
        n_fitted: samples in the half that they were fitted on.
        n_shown: samples in the half that all the rest is of.
        errors: expected calibration error of each exit before and after, 0..1.
        before: curve and cheapest point at the baseline's accuracy, as the network is.
        after: the same with the temperatures.
        reorders: whether a temperature can let one sample overtake another. It cannot with two classes and
            one early exit: there confidence grows with the one difference of logits, at any temperature.
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
        """Exits whose best temperature lies beyond what is searched."""
        ends = [min(abs(np.log(temperature / np.array(LIMITS)))) for temperature in self.temperatures]
        return [exit_ for exit_, distance in enumerate(ends) if distance < 1e-3]


def scale(
    scores: ExitScores,
    baseline_correct: npt.NDArray[np.bool_] | None = None,
    class_weights: FloatArray | None = None,
) -> Scaling:
    """Return what one temperature an exit, fitted on a half of each class, changes on the other half.

    Args:
        scores: with all probabilities, two samples or more.
        baseline_correct: whether the network without exits is right, of shape (n_samples,); None: unknown.
        class_weights: what one sample of each class counts in what is shown; None: one. The fit takes the
            samples as they are.

    Raises:
        ScoresError: only the largest probability is stored, or the half to show is empty under these weights.
    """
    fitted, shown = halves(scores.labels)
    if len(shown) == 0 or (class_weights is not None and not class_weights[scores.labels[shown]].any()):
        raise ScoresError("there are too few samples of the classes that occur to fit on one half of them")
    temperatures = fit_temperatures(scores, fitted)
    if class_weights is not None:  # so that weights add up to the number of samples here, too
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
