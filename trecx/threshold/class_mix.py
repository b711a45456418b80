"""The class mix: how often each class occurs in the field, if that differs from the test set.

A sample of class c has the weight (share of c in the field) / (share of c in the test set). The weights
then sum to the number of samples, and the results within a class do not change.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from trecx.errors import ClassMixError
from trecx.scores import FloatArray, IntArray

QUIET_CLASSES = ("silence", "unknown")
QUIET_SHARE = 0.95
AS_TESTED, EVEN, QUIET = "as tested", "even", "95 % silence and unknown"


def class_weights(class_mix: Sequence[float] | FloatArray, class_counts: IntArray) -> FloatArray:
    """Return the weight of one sample of each class, of shape (n_classes,).

    Args:
        class_mix: frequency of each class in the field, on any scale, of shape (n_classes,).
        class_counts: samples of each class in the test set, of shape (n_classes,).

    Raises:
        ClassMixError: the mix does not have one number per class, has a negative or no positive one, or
            includes a class that the test set has no sample of.

    >>> class_weights([3, 1], np.array([5, 5]))
    array([1.5, 0.5])
    """
    mix = np.asarray(class_mix, dtype=np.float64)
    if mix.shape != class_counts.shape:
        raise ClassMixError(
            f"a class mix needs one number per class: {len(class_counts)} classes, got {mix.size}"
        )
    if not np.isfinite(mix).all() or (mix < 0).any():
        raise ClassMixError(f"class frequencies must be 0 or more, got {mix.tolist()}")
    if not 0 < mix.sum() < np.inf:
        raise ClassMixError("all shares of the class mix are 0: set at least one above 0")
    untested = np.flatnonzero((mix > 0) & (class_counts == 0))
    if len(untested):
        raise ClassMixError(
            f"the test set has no sample of class number {untested[0] + 1}, so its accuracy is unknown: "
            "set its share to 0"
        )
    counted = mix / mix.sum() * class_counts.sum()
    weights: FloatArray = np.divide(counted, class_counts, out=np.zeros_like(mix), where=class_counts > 0)
    return weights


def class_mix_presets(class_names: Sequence[str], class_counts: IntArray) -> dict[str, FloatArray]:
    """Return predefined mixes by name, each of shape (n_classes,) and with sum 1.

    "as tested" is the test set's own mix; "even" has equal shares of all classes with samples. If there are
    classes `silence` and `unknown` among others, the third mix has a share of 95 % for these two. Ratios
    within the two, and within the others, are those of the test set.
    """
    tested = class_counts / class_counts.sum()
    presets = {AS_TESTED: tested, EVEN: (class_counts > 0) / np.count_nonzero(class_counts)}
    quiet = np.isin(class_names, QUIET_CLASSES)
    if set(QUIET_CLASSES) <= set(class_names) and 0 < tested[quiet].sum() < 1:
        wanted = np.where(quiet, QUIET_SHARE, 1 - QUIET_SHARE)
        presets[QUIET] = tested * wanted / np.where(quiet, tested[quiet].sum(), tested[~quiet].sum())
    return presets


def parse_class_mix(text: str, class_names: Sequence[str], class_counts: IntArray) -> FloatArray:
    """Return the mix that a text describes, of shape (n_classes,) and with sum 1.

    The text is a preset's name, or shares of 0..1 such as "silence=0.6,unknown=0.3". The remaining share is
    split among the other classes in the test set's ratio.

    Raises:
        ClassMixError: the text is neither, names an unknown class, or has impossible shares.
    """
    presets = class_mix_presets(class_names, class_counts)
    if text in presets:
        return presets[text]
    pairs = [part.partition("=") for part in text.split(",")]
    try:
        shares = {name.strip(): float(share) for name, _, share in pairs}
    except ValueError as error:
        known = ", ".join(presets)
        raise ClassMixError(
            f'a class mix is one of {known}, or shares such as "{class_names[0]}=0.5", got {text!r}'
        ) from error
    return _with_shares(shares, class_names, class_counts)


def _with_shares(shares: Mapping[str, float], names: Sequence[str], class_counts: IntArray) -> FloatArray:
    unknown = [name for name in shares if name not in names]
    if unknown:
        raise ClassMixError(f"there is no class {unknown[0]!r}; the classes are {', '.join(names)}")
    total = sum(shares.values())
    if not (all(0 <= share <= 1 for share in shares.values()) and total <= 1 + 1e-9):
        raise ClassMixError(f"shares of classes must lie within 0..1 and add up to 1 at most, got {shares}")
    others = np.where(np.isin(names, list(shares)), 0, class_counts)
    if others.sum() == 0 and total < 1 - 1e-9:
        raise ClassMixError(
            f"these shares add up to {total:g}, and no other class has samples to take the rest: "
            "make them add up to 1"
        )
    rest = others * (max(1 - total, 0.0) / max(int(others.sum()), 1))
    mix: FloatArray = rest + np.array([shares.get(name, 0.0) for name in names])
    return mix
