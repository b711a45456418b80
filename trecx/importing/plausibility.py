"""Whether scores can be right: no exit should be less accurate than guessing."""

import numpy as np
import numpy.typing as npt

from trecx.scores import ExitScores, IntArray
from trecx.threshold.intervals import wilson_interval

Z999 = 3.2905267314919255  # 99.9 % of a normal distribution is within this many standard deviations
_CAUSES = (
    "Probably labels and scores count or order the classes differently, or samples and labels are in another "
    "order"
)


def doubts(scores: ExitScores) -> tuple[str, ...]:
    """Return what makes scores implausible, in sentences; empty if nothing does.

    Scores are doubted if labels and predictions have no class in common, or if the 99.9 % interval (Wilson)
    of some exit's accuracy is below 1 / classes, which guessing would give.
    """
    if not (_occur(scores, scores.labels) & _occur(scores, *scores.predictions.T)).any():
        return (f"Labels and predictions have no class in common, so no prediction is right. {_CAUSES}.",)
    chance = 1 / scores.n_classes
    low = [
        f"exit {k + 1} {100 * share:.2f} %"
        for k, share in enumerate(scores.standalone_accuracy.tolist())
        if wilson_interval(share, scores.n_samples, Z999)[1] < chance
    ]
    if not low:
        return ()
    worse = (
        f"{', '.join(low)} of {scores.n_samples:,} samples right: less than guessing among "
        f"{scores.n_classes} classes gives ({100 * chance:.2f} %). {_CAUSES}."
    )
    return (worse[0].upper() + worse[1:], *_shifted(scores))


def _occur(scores: ExitScores, *columns: IntArray) -> npt.NDArray[np.bool_]:
    """Return whether each class occurs, of shape (n_classes,)."""
    counts = np.zeros(scores.n_classes, np.int64)
    for classes in columns:
        counts += np.bincount(classes, minlength=scores.n_classes)
    return counts > 0


def _shifted(scores: ExitScores) -> tuple[str, ...]:
    """Say which accuracy the labels would give if they counted the classes from another number."""
    for step, first in ((-1, 1), (1, 0)):
        if not 0 <= scores.labels.min() + step <= scores.labels.max() + step < scores.n_classes:
            continue
        shares = np.mean(scores.predictions == (scores.labels + step)[:, None], axis=0)
        if shares.min() > max(1 / scores.n_classes, scores.standalone_accuracy.max()):
            by_exit = " · ".join(f"{100 * share:.2f}" for share in shares)
            return (
                f"If the labels counted classes from {first}, accuracy by exit would be {by_exit} %; "
                f"to read them so, add --labels-from {first}.",
            )
    return ()
