"""Preview of a file of scores, shown before anything is stored."""

from dataclasses import dataclass

import numpy as np

from trecx.importing.plausibility import doubts
from trecx.importing.scores_file import ScoresFile
from trecx.scores import ExitScores

ROWS = 5


@dataclass(frozen=True)
class Preview:
    """Summary of a file of scores.

    Attributes:
        n_samples: number of samples.
        class_names: names of the classes.
        full_softmax: whether the file has the scores of all classes, or only the largest.
        accuracy: of each exit alone, 0..1.
        exit_flops: as given in the file; None if they are not.
        rows: the first samples: name, label, and prediction and confidence of each exit.
        doubts: what makes the scores implausible (`plausibility.doubts`).
        precision: "int8" if the scores are those of an int8 softmax, else "float32".
    """

    n_samples: int
    class_names: tuple[str, ...]
    full_softmax: bool
    accuracy: tuple[float, ...]
    exit_flops: tuple[int, ...] | None
    rows: tuple[dict[str, str | float], ...]
    doubts: tuple[str, ...] = ()
    precision: str = "float32"

    @property
    def n_exits(self) -> int:
        """Number of exits, the final one included."""
        return len(self.accuracy)


def preview_of(file: ScoresFile) -> Preview:
    """Return the preview of a file; all of it is checked as if it were stored.

    Raises:
        ScoresError: the scores are not valid; the message names the row.
    """
    known = file.said.get("exit_flops")
    scores = file.scores(known or np.arange(1, file.n_exits + 1).tolist())
    return Preview(
        scores.n_samples,
        tuple(scores.class_names),
        scores.probabilities is not None,
        tuple(scores.standalone_accuracy.tolist()),
        None if known is None else tuple(scores.exit_flops.tolist()),
        tuple(_row(scores, sample) for sample in range(min(ROWS, scores.n_samples))),
        doubts(scores),
        file.precision,
    )


def _row(scores: ExitScores, sample: int) -> dict[str, str | float]:
    names = scores.class_names
    row: dict[str, str | float] = {
        "sample": scores.sample_names[sample],
        "label": names[scores.labels[sample]],
    }
    for k in range(scores.n_exits):
        row[f"exit {k + 1} prediction"] = names[scores.predictions[sample, k]]
        row[f"exit {k + 1} confidence"] = float(scores.confidence[sample, k])
    return row
