"""Weights of the losses at the exits."""

from collections.abc import Callable

Weights = tuple[float, ...]


def exit_weights(system: str, early_weight: float, n_exits: int, share_done: float) -> Weights:
    """Return the weight of each exit's loss, early to final; the final exit's weight is 1.

    Args:
        system: the design's name; designs without their own rule use T-RECX's joint loss.
        early_weight: w of `w·L_early + L_final` (Section 4.2).
        n_exits: number of exits, the final one included.
        share_done: share of the epochs that are done, 0..1.

    >>> exit_weights("trecx", 0.5, 2, 0), exit_weights("baseline", 0.5, 1, 0)
    ((0.5, 1.0), (1.0,))
    >>> exit_weights("branchynet", 0.5, 3, 0)
    (1.0, 0.3, 1.0)
    >>> exit_weights("sdn", 0.5, 4, 0), exit_weights("sdn", 0.5, 4, 1)
    ((0.01, 0.01, 0.01, 1.0), (0.25, 0.5, 0.75, 1.0))
    """
    return (*_EARLY.get(system, _joint)(early_weight, n_exits - 1, share_done), 1.0)


def _joint(early_weight: float, n_early: int, share_done: float) -> Weights:
    return (early_weight,) * n_early


def _summed(early_weight: float, n_early: int, share_done: float) -> Weights:
    """BranchyNet: 1, 0.3 and 1 in the paper's comparison (Teerapittayanon 2016 weights the first most)."""
    return (1.0, *(0.3,) * (n_early - 1))


def _growing(early_weight: float, n_early: int, share_done: float) -> Weights:
    """SDN: early weights grow from 0.01 to the share of the network before the exit (Kaya 2019)."""
    full = [exit_ / (n_early + 1) for exit_ in range(1, n_early + 1)]
    return tuple(min(weight, 0.01 + share_done * weight) for weight in full)


_EARLY: dict[str, Callable[[float, int, float], Weights]] = {"branchynet": _summed, "sdn": _growing}
