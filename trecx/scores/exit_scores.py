"""Scores of a network with exits for every sample, checked once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from trecx.errors import ScoresError
from trecx.scores.float32 import as_float32
from trecx.scores.names import (
    NumberedNames,
    PackedNames,
    check_class_count,
    check_distinct,
    check_writable,
    numbered_classes,
)
from trecx.scores.sample_blocks import blocks, each_block
from trecx.scores.softmax_rows import SUM_TOLERANCE, sum_tolerance
from trecx.scores.unchanging import is_frozen

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
MAX_EXITS = 999
_BEYOND = 2**63  # too large for an int64


@dataclass(frozen=True, eq=False)
class ExitScores:
    """Scores of one model for one set of samples, exits in order, early to final.

    Give `probabilities`, or, for a trace, `predictions` and `confidence`. The latter are computed from
    `probabilities` if these are given, so they always agree. Float32 probabilities are not copied, nor are
    arrays that cannot change (`unchanging.frozen`) and have the type and order below.

    Attributes:
        labels: true class of each sample, of shape (n_samples,).
        exit_flops: cumulative FLOPs up to each exit's prediction (Eq. 3), of shape (n_exits,).
        probabilities: softmax scores of shape (n_samples, n_exits, n_classes), float32, or None.
        predictions: class of the largest score, of shape (n_samples, n_exits).
        confidence: largest softmax score, 0..1, float32, of shape (n_samples, n_exits). Both are in
            Fortran order, because computations go from exit to exit.
        class_names: one name per class; "0", "1", … by default.
        sample_names: one name per sample; "0", "1", … by default. Many are best given as `PackedNames`.

    Raises:
        ScoresError: an array is not valid output of a classifier with exits; the message names it.
    """

    labels: IntArray
    exit_flops: IntArray
    probabilities: npt.NDArray[np.float32] | None = None
    predictions: IntArray = field(default_factory=lambda: np.empty((0, 0), np.int64))
    confidence: npt.NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), np.float32))
    class_names: Sequence[str] = ()
    sample_names: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.probabilities is None and np.size(self.predictions) == 0:
            raise ScoresError("scores need probabilities, or predictions and confidence; give one of them")
        if self.probabilities is not None:
            probabilities, predictions, confidence = _checked_probabilities(self.probabilities)
            self._set(probabilities=probabilities, predictions=predictions, confidence=confidence)
        else:
            self._set(predictions=_whole_numbers("predictions", self.predictions, 2))
            self._set(confidence=_checked_confidence(self.confidence, self.predictions.shape))
        self._set(labels=_whole_numbers("labels", self.labels, 1))
        self._set(exit_flops=_checked_flops(self.exit_flops, self.n_exits))
        if len(self.labels) != len(self.predictions):
            raise ScoresError(
                f"there are {len(self.labels)} labels, but scores of {len(self.predictions)} samples; "
                "give one label per sample"
            )
        self._set(class_names=self._checked_class_names(), sample_names=self._checked_sample_names())
        _check_range("labels", self.labels, self.n_classes)
        _check_range("predictions", self.predictions, self.n_classes)

    @classmethod
    def trusted(
        cls,
        *,
        labels: IntArray,
        exit_flops: IntArray,
        class_names: Sequence[str],
        sample_names: Sequence[str],
        predictions: IntArray,
        confidence: npt.NDArray[np.float32],
        probabilities: npt.NDArray[np.float32] | None = None,
    ) -> "ExitScores":
        """Return scores that were checked before, such as those in a store, without checks and copies.

        Args:
            labels: true class of each sample, of shape (n_samples,).
            exit_flops: cumulative FLOPs of each exit, of shape (n_exits,).
            class_names: one name per class.
            sample_names: one name per sample.
            predictions: class of the largest score, of shape (n_samples, n_exits).
            confidence: largest softmax score, of shape (n_samples, n_exits).
            probabilities: softmax scores, of shape (n_samples, n_exits, n_classes); None for a trace.
        """
        scores = object.__new__(cls)
        scores._set(labels=labels, exit_flops=exit_flops, class_names=class_names, sample_names=sample_names)
        scores._set(predictions=predictions, confidence=confidence, probabilities=probabilities)
        return scores

    def part(self, members: npt.NDArray[np.bool_]) -> "ExitScores":
        """Return the scores of the samples that are `members`, of shape (n_samples,).

        Raises:
            ScoresError: there is no such sample.
        """
        if not members.any():
            raise ScoresError("this part of the samples is empty; choose another, or import more samples")
        positions = np.flatnonzero(members)
        numbered = isinstance(self.sample_names, NumberedNames)
        return ExitScores.trusted(
            labels=self.labels[positions],
            exit_flops=self.exit_flops,
            class_names=self.class_names,
            sample_names=tuple(self.sample_names[k] for k in positions.tolist())
            if not numbered
            else NumberedNames(len(positions)),
            predictions=np.asfortranarray(self.predictions[positions]),
            confidence=np.asfortranarray(self.confidence[positions]),
            probabilities=None if self.probabilities is None else self.probabilities[positions],
        )

    def _set(self, **fields: object) -> None:
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def _checked_class_names(self) -> tuple[str, ...]:
        if self.probabilities is not None:
            n_classes = self.probabilities.shape[2]
        else:
            n_classes = len(self.class_names) or int(max(self.labels.max(), self.predictions.max())) + 1
        check_class_count(n_classes)
        names = tuple(map(str, self.class_names)) or numbered_classes(n_classes)
        if len(names) != n_classes:
            raise ScoresError(
                f"there are {len(names)} class names, but scores of {n_classes} classes; "
                "give one name per class"
            )
        check_writable("class_names", names)
        check_distinct("class_names", names)
        return names

    def _checked_sample_names(self) -> Sequence[str]:
        if len(self.sample_names) == 0:
            return NumberedNames(self.n_samples)
        if len(self.sample_names) != self.n_samples:
            raise ScoresError(
                f"there are {len(self.sample_names)} sample names, but {self.n_samples} samples; "
                "give one name per sample"
            )
        if isinstance(self.sample_names, NumberedNames):
            return self.sample_names
        packed = isinstance(self.sample_names, PackedNames)
        names = self.sample_names if packed else tuple(map(str, self.sample_names))
        check_writable("sample_names", names)
        check_distinct("sample_names", names)
        return names

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.labels)

    @property
    def n_exits(self) -> int:
        """Number of exits, the final one included."""
        return int(self.predictions.shape[1])

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def correct(self) -> npt.NDArray[np.bool_]:
        """Whether the prediction of each exit is correct, of shape (n_samples, n_exits)."""
        return np.equal(self.predictions, self.labels[:, None])

    @property
    def standalone_accuracy(self) -> FloatArray:
        """Accuracy of each exit for all samples, of shape (n_exits,) (Table 2)."""
        accuracy: FloatArray = np.mean(self.correct, axis=0, dtype=np.float64)
        return accuracy


def _checked_probabilities(
    values: object,
) -> tuple[npt.NDArray[np.float32], IntArray, npt.NDArray[np.float32]]:
    """Return the probabilities, and the class and the value of the largest at each exit."""
    probabilities = as_float32(_numbers("probabilities", values, 3))
    n_samples, n_exits, n_classes = probabilities.shape
    _check_exit_count(n_exits)
    if n_classes < 2:
        raise ScoresError(f"probabilities need two or more classes, got shape {probabilities.shape}")
    predictions = np.empty((n_samples, n_exits), np.int64, order="F")
    confidence = np.empty((n_samples, n_exits), np.float32, order="F")

    def check(part: slice) -> None:
        by_class = np.ascontiguousarray(probabilities[part].reshape(-1, n_classes).T)
        largest = by_class.max(axis=0)
        off = np.abs(by_class.sum(axis=0, dtype=np.float64) - 1)
        if not (by_class.min() >= 0 and largest.max() <= 1 + SUM_TOLERANCE and off.max() <= SUM_TOLERANCE):
            _check_sums(probabilities, part)
        predictions[part] = probabilities[part].argmax(axis=2)
        np.minimum(largest.reshape(-1, n_exits), np.float32(1), out=confidence[part])

    each_block(check, n_samples)
    return probabilities, predictions, confidence


def _check_sums(probabilities: npt.NDArray[np.float32], part: slice) -> None:
    """Refuse a block with a row that is no softmax, not even one of int8 or float16."""
    some = probabilities[part]
    outside = (some < 0) | (some > 1 + SUM_TOLERANCE)
    if outside.any():
        sample, exit_, _ = np.argwhere(outside)[0]
        raise ScoresError(
            f"probabilities of sample {part.start + sample} at exit {exit_ + 1} are not within 0..1; "
            "if they are logits, apply softmax first"
        )
    sums = some.sum(axis=2, dtype=np.float64)
    wrong = np.argwhere(np.abs(sums - 1) > sum_tolerance(some))
    if len(wrong):
        sample, exit_ = wrong[0]
        raise ScoresError(
            f"probabilities of sample {part.start + sample} at exit {exit_ + 1} sum to "
            f"{sums[sample, exit_]:.4f}, not to 1 ({len(wrong)} such rows); give a softmax"
        )


def _checked_confidence(values: object, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    confidence = as_float32(_numbers("confidence", values, 2))
    _check_exit_count(confidence.shape[1])
    if confidence.shape != shape:
        raise ScoresError(f"confidence must have the shape of predictions {shape}, got {confidence.shape}")
    if confidence.min() < 0 or confidence.max() > 1 + SUM_TOLERANCE:
        raise ScoresError(
            f"confidence must be within 0..1, got {confidence.min():.4g} to {confidence.max():.4g}"
        )
    if confidence.max() > 1:
        return np.minimum(confidence, np.float32(1), order="F")  # 1.00001 is 1, as in probabilities
    # Copies what the caller may change.
    return confidence.astype(np.float32, order="F", copy=not is_frozen(confidence))


def _checked_flops(values: object, n_exits: int) -> IntArray:
    flops = _whole_numbers("exit_flops", values, 1)
    if len(flops) != n_exits:
        raise ScoresError(f"exit_flops must have one number per exit: {n_exits} exits, got {len(flops)}")
    if flops[0] <= 0 or (np.diff(flops) <= 0).any():
        raise ScoresError(f"exit_flops must be positive and increase from exit to exit, got {flops.tolist()}")
    return flops


def _check_exit_count(n_exits: int) -> None:
    if n_exits > MAX_EXITS:
        raise ScoresError(
            f"there are {n_exits:,} exits, but at most {MAX_EXITS} are allowed; give fewer exits"
        )


def _numbers(name: str, values: object, n_dimensions: int) -> npt.NDArray[np.generic]:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ScoresError(f"{name} must be an array of numbers, got dtype {array.dtype}")
    if array.ndim != n_dimensions:
        raise ScoresError(f"{name} must have {n_dimensions} dimensions, got shape {array.shape}")
    if array.size == 0:
        raise ScoresError(f"{name} must have at least one sample, got shape {array.shape}")
    if array.dtype.kind == "f" and not all(np.isfinite(array[part]).all() for part in blocks(len(array))):
        where = np.argwhere(~np.isfinite(array))[0]
        raise ScoresError(f"{name} must be finite, got {array[tuple(where)]} at index {where.tolist()}")
    return array


def _whole_numbers(name: str, values: object, n_dimensions: int) -> IntArray:
    array = _numbers(name, values, n_dimensions)
    if array.dtype.kind == "f" and (array != np.floor(array)).any():
        raise ScoresError(f"{name} must be whole numbers, got {array.ravel()[:5].tolist()} …")
    if array.dtype.kind in "uf" and (float(array.max()) >= _BEYOND or float(array.min()) < -_BEYOND):
        raise ScoresError(f"{name} must be below 2⁶³, got {array.max()}")
    # Copies what the caller may change.
    return array.astype(np.int64, order="F", copy=not is_frozen(array))


def _check_range(name: str, classes: IntArray, n_classes: int) -> None:
    if classes.min() < 0 or classes.max() >= n_classes:
        wrong = np.argwhere((classes < 0) | (classes >= n_classes))[0]
        raise ScoresError(
            f"{name} must be within 0..{n_classes - 1} for {n_classes} classes; "
            f"sample {wrong[0]} has {classes[tuple(wrong)]}"
        )
