"""A table of scores with one row per sample, and what its columns are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trecx.importing.class_column import ClassColumn, class_column
from trecx.importing.distinct_cells import DistinctCells
from trecx.importing.raw_scores import RawScores
from trecx.importing.table_layout import TableLayout, Values


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """The content of a CSV, Parquet or JSON lines file.

    Attributes:
        layout: the columns, and the order of the classes.
        cells: labels and, in a trace, predictions by column.
        values: scores of shape (n_samples, n_exits, n_classes); in a trace, confidence (n_samples, n_exits).
        sample_names: one per sample, if there are any.
        first_row: number of the first sample's row.
        said: metadata in the file (`metadata.KEYS`).
        remarks: how the table was read, in words.
    """

    layout: TableLayout
    cells: Mapping[str, DistinctCells]
    values: Values
    sample_names: Sequence[str]
    first_row: int
    said: Mapping[str, Any]
    remarks: tuple[str, ...] = ()

    def raw(self) -> RawScores:
        """Return the scores in the table.

        Raises:
            ScoresError: a cell is no class.
        """
        columns, first_row = self.layout.columns, self.first_row
        exits = columns.exits.values() if columns.trace else ()
        ending, kind = ("confidence", "column") if columns.trace else ("…", "columns")
        predictions = [self._classes(kinds["prediction"]) for kinds in exits]
        return RawScores(
            self._classes("label"),
            self.values,
            lambda sample, exit_: f"row {first_row + sample}, {kind} exit{exit_ + 1}_{ending}",
            self.layout.classes,
            predictions,
            self.sample_names,
            self.said,
            self.remarks,
            first_row,
        )

    def _classes(self, column: str) -> ClassColumn:
        first_row = self.first_row
        return class_column(
            f"column {column}",
            self.cells[column],
            lambda sample: f"row {first_row + sample}, column {column}",
        )
