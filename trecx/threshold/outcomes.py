"""The outcome of a sample at the exit that it takes: six outcomes, whose counts add up to all samples."""

from typing import Any

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
    return _outcome(correct, before, right_later, final & (correct.shape[1] > 1))


def outcomes_at(correct: npt.NDArray[np.bool_], exits: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int8]:
    """Return the outcome of each sample at one exit, as `outcomes` does for all of them, but faster.

    Args:
        correct: whether each exit's prediction is correct, of shape (n_samples, n_exits).
        exits: the exit of each sample, 0 is the first, of shape (n_samples,).

    >>> [OUTCOMES[k] for k in outcomes_at(np.array([[True, False], [False, True]]), np.array([1, 0]))]
    ['destructive', 'premature']
    """
    places, n_exits = exits.astype(np.uint16), correct.shape[1]
    here, before, right_later = np.zeros((3, len(correct)), np.bool_)
    for exit_ in range(n_exits):
        here |= correct[:, exit_] & (places == exit_)
        before |= correct[:, exit_] & (places > exit_)
        right_later |= correct[:, exit_] & (places < exit_)
    return _outcome(here, before, right_later, (places == n_exits - 1) & (n_exits > 1))


def _outcome(
    correct: npt.NDArray[np.bool_],
    before: npt.NDArray[np.bool_],
    right_later: npt.NDArray[np.bool_],
    final: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int8]:
    """Return outcomes, from whether this exit, one before it and one after it is correct, and is the last."""
    code = correct.view(np.uint8) | before.view(np.uint8) << 1 | right_later.view(np.uint8) << 2
    outcome: npt.NDArray[np.int8] = _OF_CODE[code | final.astype(np.uint8) << 3]
    return outcome


def _of_code(correct: int, before: int, right_later: int, final: int) -> int:
    if correct:
        return WASTEFUL if before else RESCUED if final else EARLY_RIGHT
    return DESTRUCTIVE if before else PREMATURE if right_later else HOPELESS


_OF_CODE = np.array([_of_code(code & 1, code & 2, code & 4, code & 8) for code in range(16)], np.int8)
