"""What leaving at an exit means for a sample: the six outcomes, which always add up to all samples."""

import numpy as np
import numpy.typing as npt

OUTCOMES = ("early_right", "premature", "hopeless", "rescued", "wasteful", "destructive")
OUTCOME_LABELS = (  # what people call them; glossary.TERMS defines each
    *("early, correct", "premature exit", "never correct", "needs final exit"),
    *("wasteful overthinking", "destructive overthinking"),
)
EARLY_RIGHT, PREMATURE, HOPELESS, RESCUED, WASTEFUL, DESTRUCTIVE = range(len(OUTCOMES))


def outcomes(correct: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
    """Return the outcome of each sample if it leaves at each exit, as an index into `OUTCOMES`.

    Exactly one holds for a sample that leaves at exit k (Kaya et al.; paper, Section 4.3):

    | exit k is | an exit before k was right | else |
    | --- | --- | --- |
    | right | wasteful: it could have left there | early_right, or rescued where k is the final exit |
    | wrong | destructive: it should have left there | premature where a later exit is right, else hopeless |

    Args:
        correct: whether each exit is right, of shape (n_samples, n_exits).

    Returns:
        Array of shape (n_samples, n_exits).

    >>> [OUTCOMES[k] for k in outcomes(np.array([[True, False], [False, True]])).ravel()]
    ['early_right', 'destructive', 'premature', 'rescued']
    """
    before = np.zeros_like(correct)
    before[:, 1:] = np.logical_or.accumulate(correct, axis=1)[:, :-1]
    right_later = np.zeros_like(correct)
    right_later[:, :-1] = np.logical_or.accumulate(correct[:, ::-1], axis=1)[:, -2::-1]
    final = np.arange(correct.shape[1]) == correct.shape[1] - 1
    right = np.where(before, WASTEFUL, np.where(final & (correct.shape[1] > 1), RESCUED, EARLY_RIGHT))
    wrong = np.where(before, DESTRUCTIVE, np.where(right_later, PREMATURE, HOPELESS))
    return np.where(correct, right, wrong).astype(np.int8)
