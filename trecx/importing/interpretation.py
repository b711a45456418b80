"""From what is in a file to scores: classes by one rule, numbers by what they look like."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from trecx.errors import ScoresError
from trecx.importing.class_column import NUMBERS, kind_of
from trecx.importing.class_matching import ClassNames, match_classes
from trecx.importing.raw_scores import RawScores, ReadOptions
from trecx.importing.score_values import Scores, sigmoid_scores, softmax_scores, trace_confidence
from trecx.scores import IntArray
from trecx.scores.names import check_class_count, check_distinct
from trecx.scores.unchanging import frozen


def interpreted(raw: RawScores, options: ReadOptions) -> tuple[dict[str, Any], str, tuple[str, ...]]:
    """Return the arguments of `ExitScores` except exit FLOPs, the precision, and remarks.

    The arrays cannot change, so that `ExitScores` does not copy them.

    Raises:
        ScoresError: a class or a number cannot be understood; the message says which option settles it.
    """
    trace = bool(raw.predictions)
    classes = _trimmed(raw.classes)
    if trace and (options.logits or options.sigmoid):
        raise ScoresError(
            "prediction and confidence are no scores of all classes; leave out --logits and --sigmoid"
        )
    scores = Scores(np.empty(0, np.float32))
    if not trace:
        scores, classes = _scores(raw, classes, options)
    counted = raw.said.get("labels_from") if raw.labels.kind == NUMBERS else None
    labels_from = counted if options.labels_from is None else options.labels_from
    matched = match_classes(
        raw.labels,
        raw.predictions,
        classes,
        None if trace else scores.values.shape[2],
        options.usual_class_names,
        labels_from,
        None if trace else lambda labels: _accuracies(scores.values, labels),
    )
    fields: dict[str, Any] = {"labels": frozen(matched.labels), "class_names": matched.names}
    if trace:
        scores = trace_confidence(raw.values, len(matched.names), raw.place)
        confidence = frozen(np.asarray(scores.values, order="F"))
        fields |= {"predictions": frozen(matched.predictions), "confidence": confidence}
    else:
        fields |= {"probabilities": scores.values}
    if len(raw.sample_names):
        fields["sample_names"] = raw.sample_names
    return fields, scores.precision, (*raw.remarks, *scores.remarks, *matched.remarks)


def _scores(raw: RawScores, classes: ClassNames, options: ReadOptions) -> tuple[Scores, ClassNames]:
    """Return scores of all classes, and the names of these."""
    n_classes = raw.values.shape[2]
    check_class_count(n_classes)
    if n_classes == 1:
        if not options.sigmoid:
            raise ScoresError(
                "there is one score per exit: probably the sigmoid of a network with two classes. If it is "
                "the probability p of the second class, add --sigmoid to import 1 − p and p"
            )
        return sigmoid_scores(raw.values, raw.place, options.logits), _two_classes(raw, classes)
    if options.sigmoid:
        raise ScoresError(
            f"there are scores of {n_classes} classes; leave out --sigmoid, which is for one score per exit"
        )
    if classes.names and len(classes.names) != n_classes:
        raise ScoresError(
            f"there are {len(classes.names)} class names, but scores of {n_classes} classes; give one name "
            "per class"
        )
    return softmax_scores(raw.values, raw.place, options.logits), classes


def _two_classes(raw: RawScores, classes: ClassNames) -> ClassNames:
    """Return the names of the two classes of a sigmoid: the score is that of the second."""
    if len(classes.names) == 2 or not classes.names:
        return classes
    if len(classes.names) > 2:
        raise ScoresError(f"--sigmoid is for two classes, but {len(classes.names)} class names are given")
    (second,) = classes.names
    others = [text for text in raw.labels.texts if text != second]
    if kind_of([second]) == NUMBERS and second in ("0", "1") and raw.labels.kind == NUMBERS:
        return ClassNames(("0", "1"))
    if len(others) == 1 and second in raw.labels.texts:
        return ClassNames((others[0], second))
    raise ScoresError(
        f"the score is that of class {second!r}, but the name of the other class is not known; give both "
        f"with --classes, {second!r} as the second"
    )


def _trimmed(classes: ClassNames) -> ClassNames:
    names = tuple(str(name).strip() for name in classes.names)
    if "" in names:
        raise ScoresError(f"class name {names.index('') + 1} is empty; give every class a name")
    check_distinct("class_names", names)
    check_class_count(len(names))
    return ClassNames(names, classes.given)


def _accuracies(values: Any, labels: IntArray) -> Sequence[float]:
    return [float(np.mean(values[:, k].argmax(axis=1) == labels)) for k in range(values.shape[1])]
