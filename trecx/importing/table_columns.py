"""The columns of a table of scores, found by their names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trecx.errors import ScoresError

TRACE = ["confidence", "prediction"]
_EXIT = re.compile(r"exit([1-9][0-9]{0,2})_(.+)", re.DOTALL)
_LIKE_EXIT = re.compile(r"\s*exit[\s_.-]*([0-9]+)(.*)", re.DOTALL | re.IGNORECASE)
_NAMED = 8  # columns listed in a message


@dataclass(frozen=True)
class Columns:
    """The columns of a table.

    Attributes:
        exits: for each exit 1, 2, …, the column of each class, or of each of `TRACE`.
        trace: whether each exit has only prediction and confidence.
        sample: whether samples have names.
    """

    exits: Mapping[int, Mapping[str, str]]
    trace: bool
    sample: bool

    @property
    def cells(self) -> list[str]:
        """The columns that hold classes."""
        predictions = [kinds["prediction"] for kinds in self.exits.values()] if self.trace else []
        return ["label", *predictions]

    @property
    def used(self) -> list[str]:
        """All columns that are read."""
        return [*["sample"] * self.sample, *self.cells, *self.numbers]

    @property
    def numbers(self) -> list[str]:
        """The columns that hold probabilities or confidence."""
        return [
            column
            for kinds in self.exits.values()
            for kind, column in kinds.items()
            if not self.trace or kind == "confidence"
        ]

    @property
    def words(self) -> str:
        """What the columns hold."""
        n = len(self.exits)
        kind = "predicted class and confidence" if self.trace else "scores of all classes"
        return f"{kind} for {n} exit{'s' * (n > 1)}"


def find_columns(names: Sequence[str], class_names: Sequence[str]) -> Columns:
    """Return the columns of a table, from their names.

    Args:
        names: of all columns.
        class_names: if known; without them, `exit1_prediction` is not a class.

    Raises:
        ScoresError: a name occurs twice, there is no label or no exit, or a column looks like an exit but is
            written otherwise; the message names the columns.
    """
    if len(set(names)) < len(names):
        raise ScoresError(
            f"the file has two columns {next(n for n in names if list(names).count(n) > 1)!r}; rename one"
        )
    if "label" not in names:
        raise ScoresError(
            f"the file has no column 'label'; its columns are {list(names)[:_NAMED]}. Name the column of the "
            "true class 'label'"
        )
    exits: dict[int, dict[str, str]] = {}
    for column in names:
        match = _EXIT.fullmatch(column)
        if match and match[2].strip():
            _add(exits.setdefault(int(match[1]), {}), match[2].strip(), column)
    _check_all_read(names, exits)
    if sorted(exits) != list(range(1, len(exits) + 1)) or not exits:
        raise ScoresError(
            "the file needs columns exit1_…, exit2_… without a gap: exit{k}_{class} for every class, or "
            f"exit{{k}}_prediction and exit{{k}}_confidence; its columns are {list(names)[:_NAMED]}"
        )
    _check_same(exits)
    trace = sorted(exits[1]) == TRACE and sorted(class_names) != TRACE
    return Columns(dict(sorted(exits.items())), trace, "sample" in names)


def _add(kinds: dict[str, str], kind: str, column: str) -> None:
    if kind in kinds:
        raise ScoresError(f"the file has two columns {kinds[kind]!r} and {column!r}; rename one")
    kinds[kind] = column


def _check_all_read(names: Sequence[str], exits: Mapping[int, Mapping[str, str]]) -> None:
    """Refuse a column that looks like an exit but was not read as one."""
    read = {column for kinds in exits.values() for column in kinds.values()}
    for column in names:
        match = _LIKE_EXIT.fullmatch(column)
        if column in read or not match:
            continue
        if int(match[1][:9]) == 0:
            raise ScoresError(
                f"the column {column!r} looks like an exit, but exits count from 1; rename exit0_… to "
                "exit1_…, exit1_… to exit2_…, and so on"
            )
        kind = match[2].strip(" _.-") or "{class}"
        raise ScoresError(
            f"the column {column!r} looks like an exit, but is not written as one; rename it to "
            f"'exit{match[1].lstrip('0')}_{kind}', or, if it is something else, to a name that does not "
            "start with exit"
        )


def _check_same(exits: Mapping[int, Mapping[str, str]]) -> None:
    first = sorted(exits[1])
    for k, kinds in sorted(exits.items()):
        if sorted(kinds) != first:
            raise ScoresError(
                f"exit{k} has the columns {sorted(kinds)}, but exit1 has {first}; all exits need the same"
            )
    if len(first) == 1 and first[0] in TRACE:
        raise ScoresError(
            f"the exits have only the column '{first[0]}'; a trace needs exit{{k}}_prediction and "
            f"exit{{k}}_confidence"
        )
    if len(first) > 2 and set(TRACE) < set(first):
        more = ", ".join(f"exit1_{kind}" for kind in first if kind not in TRACE)
        raise ScoresError(
            f"exits have prediction and confidence, and also {more}; rename those columns, so that they do "
            "not start with exit"
        )
