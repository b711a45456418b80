"""The outcome of a sample at the exit that it takes: six outcomes, whose counts add up to all samples."""

import numpy as np
import numpy.typing as npt

OUTCOMES = ("early_right", "premature", "hopeless", "rescued", "wasteful", "destructive")
OUTCOME_LABELS = (  # as shown to users; glossary.TERMS defines each
    *("early, correct", "premature exit", "never correct", "needs final exit"),
    *("wasteful overthinking", "destructive overthinking"),
)
EARLY_RIGHT, PREMATURE, HOPELESS, RESCUED, WASTEFUL, DESTRUCTIVE = range(len(OUTCOMES))


def outcomes(correct: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
    """Return the outcome of each sample at each exit, as an index into `OUTCOMES`.

    A sample that stops at exit k has exactly one outcome (Kaya et al.; paper, Section 4.3):

    | exit k is | an exit before k is correct | no exit before k is correct |
    | --- | --- | --- |
    | correct | wasteful | early_right; at the final exit, rescued |
    | wrong | destructive | premature if a later exit is correct, else hopeless |

    Args:
        correct: whether each exit's prediction is correct, of shape (n_samples, n_exits).

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
