"""The one rule by which labels and predictions are matched with classes, whatever the format of the file.

Labels, predictions and class names are either all names or all numbers. Where they differ, the classes must
be given in the network's order; numbers then count them from 0 or from 1, whichever alone is possible.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trecx.errors import ScoresError
from trecx.importing.class_column import MIXED, NAMES, NUMBERS, ClassColumn, class_text, is_number, kind_of
from trecx.importing.class_numbers import Accuracies, NumberedColumns
from trecx.scores import IntArray
from trecx.scores.names import check_distinct, listed, numbered_classes


@dataclass(frozen=True)
class ClassNames:
    """Names of classes in the order of the scores.

    Attributes:
        names: one per class; none if nothing names them.
        given: whether the user or the file's `class_names` gave them, in the network's order; else they are
            the names of columns.
    """

    names: tuple[str, ...] = ()
    given: bool = True

    @property
    def texts(self) -> tuple[str, ...]:
        """The names as cells are compared with them (`class_text`)."""
        return tuple(map(class_text, self.names))


@dataclass(frozen=True, eq=False)
class MatchedClasses:
    """Labels and predictions as class numbers from 0.

    Attributes:
        names: one per class.
        labels: of shape (n_samples,).
        predictions: of shape (n_samples, n_exits), in Fortran order; no exits if the file has scores of all
            classes.
        remarks: how they were read, in words.
    """

    names: tuple[str, ...]
    labels: IntArray
    predictions: IntArray
    remarks: tuple[str, ...]


def match_classes(
    labels: ClassColumn,
    predictions: Sequence[ClassColumn],
    classes: ClassNames,
    n_scored: int | None,
    usual: Sequence[str] = (),
    labels_from: int | None = None,
    accuracies: Accuracies | None = None,
) -> MatchedClasses:
    """Return labels and predictions as class numbers.

    Args:
        labels: the true classes.
        predictions: predicted classes of each exit, in a trace.
        classes: the names that were given or are in the file.
        n_scored: number of classes that have scores; None for a trace.
        usual: names to use if there are no others and they fit.
        labels_from: what the first class's number is, 0 or 1; None: whichever alone is possible.
        accuracies: returns the accuracy of each exit for given labels, to show in a message.

    Raises:
        ScoresError: a label or a prediction is no class, or can be read in two ways; the message says which
            option settles it.
    """
    columns = (labels, *predictions)
    for column in columns:
        _check_one_kind(column, classes.texts)
    if not classes.names:
        classes = (
            _unnamed_trace(labels, predictions, tuple(usual), labels_from)
            if n_scored is None
            else _unnamed_scores(labels, n_scored, tuple(usual), labels_from, accuracies)
        )
    check_distinct("class names", classes.texts)
    counted = NumberedColumns(labels, predictions, classes.texts, accuracies)
    numeric = [column for column in columns if _is_numeric(column, classes.texts, labels_from)]
    if not numeric and labels_from is not None:
        raise ScoresError(f"{labels.name}: no numbers to count from {labels_from}; leave out --labels-from")
    if numeric and not classes.given and kind_of(classes.texts) != NUMBERS and labels_from is None:
        raise counted.beside_names()
    by_label, by_prediction, remark = counted.classes(labels_from) if numeric else ({}, {}, "")
    remarks, n_samples = [remark] * bool(remark), len(labels.codes)
    true, predicted = (
        np.empty(n_samples, np.int64),
        np.empty((n_samples, len(predictions)), np.int64, order="F"),
    )
    for column, found in zip(columns, (true, *predicted.T), strict=True):
        if column in numeric:
            column.mapped(by_label if column is labels else by_prediction, found)
        else:
            positions, spellings = _named(column, classes)
            column.mapped(positions, found)
            remarks += spellings
    return MatchedClasses(classes.names, true, predicted, tuple(dict.fromkeys(remarks)))


def _is_numeric(column: ClassColumn, names: Sequence[str], labels_from: int | None) -> bool:
    """Whether a column counts classes; some classes may be called by numbers, and some not (A, B, 1, 2)."""
    are_names = kind_of(names) == MIXED and set(column.texts) <= set(names)
    return column.kind == NUMBERS and not (are_names and labels_from is None)


def _check_one_kind(column: ClassColumn, names: Sequence[str]) -> None:
    if column.kind != MIXED or set(column.texts) <= set(names):
        return
    name = next(text for text in column.texts if not is_number(text))
    number = next(text for text in column.texts if is_number(text))
    raise ScoresError(
        f"{column.first(number)}: {number!r} is a number, but {column.first(name)} holds the name {name!r}; "
        f"write either names or numbers in all rows{_known(names)}"
    )


def _unnamed_scores(
    labels: ClassColumn,
    n_classes: int,
    usual: tuple[str, ...],
    labels_from: int | None,
    accuracies: Accuracies | None,
) -> ClassNames:
    """Return names for classes whose scores have none: the usual ones, or numbers."""
    if labels.kind == NUMBERS:
        if len(usual) == n_classes:
            return ClassNames(usual)
        if labels_from is None and labels.numbers <= set(range(1, n_classes)):
            positions = [f"class {k + 1} of {n_classes}" for k in range(n_classes)]
            # Refuses them, with both readings.
            NumberedColumns(labels, (), positions, accuracies).classes(None)
        first = int(0 not in labels.numbers) if labels_from is None else labels_from
        return ClassNames(numbered_classes(n_classes, first))
    if len(usual) == n_classes and set(labels.texts) <= set(usual):
        return ClassNames(usual)
    raise ScoresError(
        f"{labels.name} are names ({listed(labels.texts)}), but the {n_classes} classes of the scores have "
        "no names; give them in the order of the scores with --classes"
    )


def _unnamed_trace(
    labels: ClassColumn,
    predictions: Sequence[ClassColumn],
    usual: tuple[str, ...],
    labels_from: int | None,
) -> ClassNames:
    """Return class names for a trace that has none: the usual ones, numbers, or the names in its cells."""
    columns = (labels, *predictions)
    said = list(dict.fromkeys(text for column in columns for text in column.texts))
    if len({column.kind for column in columns}) > 1:
        names, numbers = (next(c for c in columns if c.kind == kind) for kind in (NAMES, NUMBERS))
        raise ScoresError(
            f"{names.name} holds names ({listed(names.texts)}), but {numbers.name} holds numbers "
            f"({listed(numbers.texts)}); give the class names in the order of the numbers with --classes"
        )
    if labels.kind == NUMBERS:
        return _numbered(labels, predictions, usual, labels_from)
    if set(said) <= set(usual):
        return ClassNames(usual)
    _check_spellings(columns, said)
    return ClassNames(tuple(sorted(said)))


def _numbered(
    labels: ClassColumn,
    predictions: Sequence[ClassColumn],
    usual: tuple[str, ...],
    labels_from: int | None,
) -> ClassNames:
    """Return class names for a trace of numbers: the usual ones if they are enough, else the numbers."""
    columns = (labels, *predictions)
    true, predicted = labels.numbers, frozenset[int]().union(*(column.numbers for column in predictions))
    first, last = min(true | predicted), max(true | predicted)
    if first < 0:
        column = next(column for column in columns if first in column.numbers)
        raise ScoresError(
            f"{column.first(str(first))}: '{first}' is not a class; number classes from 0 or from 1"
        )
    if usual and last <= len(usual):
        return ClassNames(usual)
    if labels_from is None and _differ_by_one(true, predicted):
        raise ScoresError(
            f"{labels.name}: the labels are {min(true)}..{max(true)}, but the predictions "
            f"{min(predicted)}..{max(predicted)}, so they seem to count classes from different numbers. If "
            f"there are {last} classes, give them with --classes; if there are {last + 1}, add "
            "--labels-from 0"
        )
    if labels_from == 1:
        last = max(max(true), max(predicted) + (0 in predicted))
    start = int(first > 0) if labels_from is None else labels_from
    return ClassNames(numbered_classes(last + 1 - start, start))


def _differ_by_one(true: frozenset[int], predicted: frozenset[int]) -> bool:
    """Whether labels are complete from 0 or 1, and predictions count from the other of the two."""
    low, high = (true, predicted) if 0 in true else (predicted, true)
    complete = true in (set(range(len(true))), set(range(1, len(true) + 1)))
    return complete and len(true) > 1 and min(low) == 0 and min(high) == 1 and max(high) == max(low) + 1


def _named(column: ClassColumn, classes: ClassNames) -> tuple[dict[str, int], list[str]]:
    """Return the classes of a column of names, and what was read in another spelling."""
    names = classes.texts
    if kind_of(names) == NUMBERS:
        raise ScoresError(
            f"{column.name} holds names ({listed(column.texts)}), but the classes are the numbers "
            f"{listed(names)}; give the class names in the order of the numbers with --classes"
        )
    positions = {name: k for k, name in enumerate(names)}
    remarks = []
    for text in column.texts:
        if text in positions:
            continue
        like = [name for name in names if name.casefold() == text.casefold()]
        if not like:
            raise ScoresError(f"{column.first(text)}: {text!r} is not a class{_known(names)}")
        if not classes.given or len(like) > 1:
            raise _two_spellings(column, text, like[0])
        positions[text] = positions[like[0]]
        remarks.append(f"{text!r} is read as {like[0]!r}")
    return positions, remarks


def _check_spellings(columns: Sequence[ClassColumn], texts: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for text in texts:
        other = seen.setdefault(text.casefold(), text)
        if other != text:
            raise _two_spellings(next(column for column in columns if text in column.texts), text, other)


def _two_spellings(column: ClassColumn, text: str, other: str) -> ScoresError:
    return ScoresError(
        f"{column.first(text)}: {text!r} occurs beside {other!r}; write one spelling, or give the class "
        "names with --classes: then upper and lower case are the same"
    )


def _known(names: Sequence[str]) -> str:
    return f"; known classes: {listed(names)}" if names else ""
