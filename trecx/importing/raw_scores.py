"""What a file of scores holds, before it is known what its numbers mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trecx.importing.class_column import ClassColumn
from trecx.importing.class_matching import ClassNames

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class ReadOptions:
    """What the user says about a file.

    Attributes:
        class_names: one name per class, in the network's order; override those in the file.
        usual_class_names: names to use if there are no others and they fit.
        labels_from: what the first class's number is, 0 or 1; None: whichever alone is possible.
        logits: whether a softmax (or, with `sigmoid`, a sigmoid) is applied to the scores.
        sigmoid: whether the one score per exit is the probability p of the second class of two.
    """

    class_names: tuple[str, ...] = ()
    usual_class_names: tuple[str, ...] = ()
    labels_from: int | None = None
    logits: bool = False
    sigmoid: bool = False


@dataclass(frozen=True, eq=False)
class RawScores:
    """The content of a file of scores.

    Attributes:
        labels: the true classes.
        values: scores of shape (n_samples, n_exits, n_classes); in a trace, confidence (n_samples, n_exits).
        place: says where the scores of a sample (from 0) at an exit (from 0) are.
        classes: names of the classes, in the order of the scores.
        predictions: in a trace, the predicted classes of each exit.
        sample_names: one per sample, if there are any.
        said: metadata in the file (`metadata.KEYS`).
        remarks: how the file was read, in words.
        first_row: number of the first sample's row; None if the format has no rows.
        source: of several files, the name of the first one with scores.
    """

    labels: ClassColumn
    values: Array
    place: Callable[[int, int], str]
    classes: ClassNames
    predictions: Sequence[ClassColumn] = ()
    sample_names: Sequence[str] = ()
    said: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    first_row: int | None = None
    source: str = ""
