"""The Pareto front of all vectors of thresholds: no other vector is cheaper and as accurate."""

from collections.abc import Iterator
from dataclasses import dataclass

from trecx.progress import Progress, silent
from trecx.scores import FloatArray, IntArray
from trecx.threshold.joint_counts import JointCounts
from trecx.threshold.per_exit.exhaustive import MAX_EXHAUSTIVE, every_vector
from trecx.threshold.per_exit.nondominated import Nondominated
from trecx.threshold.per_exit.search import searched_vectors
from trecx.threshold.per_exit.vectors import Vectors


@dataclass(frozen=True, eq=False)
class Front:
    """The vectors of thresholds that no other one beats, by increasing cost and accuracy.

    Attributes:
        thresholds: of each early exit, each a candidate for ρ or `inf` (never stops there), of shape
            (n_points, n_early).
        correct: samples with a correct answer, of shape (n_points,); a sum of weights under a class mix.
        exit_counts: samples that stop at each exit, of shape (n_points, n_exits), likewise.
        cost: mean cost per sample, of shape (n_points,).
        exhaustive: whether every vector was tried; else some points may be beaten by one that was not.
        n_vectors: how many vectors were compared; a search compares some of them more than once.
    """

    thresholds: FloatArray
    correct: IntArray | FloatArray
    exit_counts: IntArray | FloatArray
    cost: FloatArray
    exhaustive: bool
    n_vectors: int

    @property
    def method(self) -> str:
        """How the vectors were found, in words."""
        return method_text(self.exhaustive, self.n_vectors)


def pareto_front(
    joint: JointCounts,
    exit_costs: IntArray | FloatArray | None = None,
    class_weights: FloatArray | None = None,
    progress: Progress = silent,
    by_lost: bool = False,
) -> Front:
    """Return the vectors of thresholds that no other one beats in mean cost and correct samples.

    Of vectors with equal cost and equally many correct samples, it is the one with the largest thresholds,
    compared at the first exit, then at the second, and so on. For a local search, it is the first one found.

    Args:
        joint: samples of a network with early exits; the candidates for each exit are its own
            (`int8_candidates`).
        exit_costs: cost of stopping at each exit, of shape (n_exits,); None: exit FLOPs.
        class_weights: weight of one sample of each class (`class_mix.class_weights`); None: all 1.
        progress: called often.
        by_lost: fewest lost samples instead of most correct ones; `correct` need not increase then.

    Raises:
        ValueError: there are no early exits.
    """
    costs = joint.exit_flops if exit_costs is None else exit_costs
    front, found = Nondominated(costs, class_weights is not None, by_lost), 0
    for part in tried_vectors(joint, costs, class_weights, by_lost, progress):
        front.add(part)
        found += len(part.correct)
    exhaustive = is_exhaustive(joint)
    return Front(
        front.thresholds,
        front.correct,
        front.exit_counts,
        front.exit_counts @ costs / joint.n_samples,
        exhaustive,
        n_vectors_of(joint) if exhaustive else found,
    )


def tried_vectors(
    joint: JointCounts,
    exit_costs: IntArray | FloatArray,
    class_weights: FloatArray | None = None,
    by_lost: bool = False,
    progress: Progress = silent,
) -> Iterator[Vectors]:
    """Yield every vector of thresholds, or with more than three early exits those of a local search.

    Args:
        joint: samples of a network with early exits.
        exit_costs: cost of stopping at each exit, of shape (n_exits,); only the search needs it.
        class_weights: weight of one sample of each class (`class_mix.class_weights`); None: all 1.
        by_lost: search for few lost samples instead of many correct ones.
        progress: called often.
    """
    if is_exhaustive(joint):
        return every_vector(joint, class_weights, progress)
    return searched_vectors(joint, exit_costs, class_weights, by_lost, progress)


def is_exhaustive(joint: JointCounts) -> bool:
    """Return whether every vector of thresholds is tried: with up to three early exits."""
    return joint.n_exits - 1 <= MAX_EXHAUSTIVE


def n_vectors_of(joint: JointCounts) -> int:
    """Return the number of all vectors: at each early exit, every candidate or `inf`."""
    return int((len(joint.thresholds) + 1) ** (joint.n_exits - 1))


def method_text(exhaustive: bool, n_vectors: int) -> str:
    """Return how vectors were found, in words.

    >>> method_text(True, 257**3)
    'exhaustive: all 16,974,593 vectors were compared'
    """
    if exhaustive:
        return f"exhaustive: all {n_vectors:,} vectors were compared"
    return f"local search: vectors were compared {n_vectors:,} times, and a better one may exist"
