"""Numbers as classes: a number is a class's own name, or its position, counted from 0 or from 1."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trecx.errors import ScoresError
from trecx.importing.class_column import NUMBERS, ClassColumn, kind_of
from trecx.scores import IntArray
from trecx.scores.names import listed

Accuracies = Callable[[IntArray], Sequence[float]]
_SHOWN = 3  # classes in a description


@dataclass(frozen=True)
class Counting:
    """What the first class's number is, 0 or 1, in labels and in predictions."""

    labels: int
    predictions: int

    @property
    def words(self) -> str:
        """The counting in words."""
        if self.labels == self.predictions:
            return f"from {self.labels}"
        return f"labels from {self.labels} and predictions from {self.predictions}"


TOGETHER = (Counting(0, 0), Counting(1, 1))
APART = (Counting(0, 1), Counting(1, 0))


@dataclass(frozen=True, eq=False)
class NumberedColumns:
    """Labels and predictions of a file, with the class names that their numbers count.

    Attributes:
        labels: the true classes.
        predictions: predicted classes of each exit, in a trace.
        names: the text of each class (`class_text`), in the network's order.
        accuracies: returns the accuracy of each exit for given labels; None if it is not known.
    """

    labels: ClassColumn
    predictions: Sequence[ClassColumn]
    names: Sequence[str]
    accuracies: Accuracies | None = None

    def classes(self, labels_from: int | None) -> tuple[Mapping[str, int], Mapping[str, int], str]:
        """Return the class of each number in labels and in predictions, and how they were read.

        Args:
            labels_from: what the first class's number is in the labels; None: what alone is possible.

        Raises:
            ScoresError: a number is no class, or both ways are possible; the message shows both.
        """
        if labels_from is None and self._are_names():
            literal = {name: k for k, name in enumerate(self.names)}
            return literal, literal, ""
        if labels_from is None:
            fitting = self._fitting(TOGETHER) or self._fitting(APART)
        else:
            fitting = self._fitting(
                (Counting(labels_from, labels_from), Counting(labels_from, 1 - labels_from))
            )[:1]
        if not fitting:
            raise self._no_class(labels_from)
        if len(fitting) > 1:
            raise ScoresError(
                f"{self._numeric[0].name}: numbers that can count the classes "
                f"{' or '.join(c.words for c in fitting)}. {self._described(fitting)}. Add "
                f"{_options(fitting)}"
            )
        (counting,) = fitting
        return self._positions(counting.labels), self._positions(counting.predictions), self._remark(counting)

    def beside_names(self) -> ScoresError:
        """Return the error for numbers beside columns with names, whose order may be another one."""
        fitting = self._fitting(TOGETHER)
        if not fitting:
            return self._no_class(None)
        column = self._numeric[0]
        return ScoresError(
            f"{column.name}: numbers ({listed(column.texts)}), but the columns are named by classes "
            f"({listed(self.names)}). {self._described(fitting)}. If the numbers count the columns, add "
            f"{_options(fitting)}; else give --classes in the order of the numbers"
        )

    def _described(self, countings: Sequence[Counting]) -> str:
        return "; ".join(map(self._describe, countings))

    @property
    def _numeric(self) -> list[ClassColumn]:
        return [column for column in (self.labels, *self.predictions) if column.kind == NUMBERS]

    def _are_names(self) -> bool:
        said = {text for column in self._numeric for text in column.texts}
        return kind_of(self.names) == NUMBERS and said <= set(self.names)

    def _fitting(self, countings: Sequence[Counting]) -> list[Counting]:
        return [counting for counting in countings if all(map(self._fits(counting), self._numeric))]

    def _fits(self, counting: Counting) -> Callable[[ClassColumn], bool]:
        def fits(column: ClassColumn) -> bool:
            first = counting.labels if column is self.labels else counting.predictions
            return column.numbers <= set(range(first, len(self.names) + first))

        return fits

    def _positions(self, first: int) -> dict[str, int]:
        return {str(first + k): k for k in range(len(self.names))}

    def _no_class(self, labels_from: int | None) -> ScoresError:
        n = len(self.names)
        first = labels_from or 0
        beyond = [
            (column, text)
            for most in (n + 1 if labels_from is None else n, n)  # first what is no class in either way
            for column in self._numeric
            for text in column.texts
            if not first <= int(text) < most + first
        ]
        column, wrong = beyond[0]
        counted = "from 0 or from 1" if labels_from is None else f"from {labels_from}"
        return ScoresError(
            f"{column.first(wrong)}: {wrong!r} is not a class; there are {n} classes ({listed(self.names)}), "
            f"and the numbers in the file do not count them {counted}. Correct the numbers, or give all "
            "classes with --classes"
        )

    def _describe(self, counting: Counting) -> str:
        labels, predictions = self._positions(counting.labels), self._positions(counting.predictions)
        numeric = self.labels.kind == NUMBERS
        number = (self.labels if numeric else self._numeric[0]).texts[0]
        meaning = (labels if numeric else predictions)[number]
        said = f"{number} is {self.names[meaning]}"
        if self.accuracies and numeric:
            shares = " · ".join(f"{100 * share:.2f}" for share in self.accuracies(self.labels.mapped(labels)))
            said += f", accuracy by exit {shares} %"
        return f"Counted {counting.words}: {said}"

    def _remark(self, counting: Counting) -> str:
        if kind_of(self.names) == NUMBERS and counting == TOGETHER[int(min(map(int, self.names)) > 0)]:
            return ""  # what they are called anyway
        positions = self._positions(counting.labels if self.labels.kind == NUMBERS else counting.predictions)
        means = [f"{number} is {self.names[k]}" for number, k in list(positions.items())[:_SHOWN]]
        more = ", …" if len(positions) > _SHOWN else ""
        return f"numbers count the classes {counting.words}: {', '.join(means)}{more}"


def _options(countings: Sequence[Counting]) -> str:
    return " or ".join(f"--labels-from {counting.labels}" for counting in countings)
