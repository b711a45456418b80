"""Accuracy by training epoch, read from the history files next to the models."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trecx.errors import TrecxError
from trecx.scores import FloatArray

LEVEL = 0.005  # accuracy, 0..1: a difference to the last epoch below this counts as level


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """Accuracy of the final exit, epoch by epoch.

    Attributes:
        system: the design that was trained.
        seed: of its training.
        split: the samples that `measured` is of: "test" or "validation".
        training: accuracy on the training samples, 0..1, of shape (n_epochs,).
        measured: accuracy on the split, 0..1, of shape (n_epochs,).
    """

    system: str
    seed: int
    split: str
    training: FloatArray
    measured: FloatArray

    @property
    def level_epoch(self) -> int:
        """The first epoch after which the measured accuracy stays within `LEVEL` of the last one's."""
        apart = np.flatnonzero(np.abs(self.measured - self.measured[-1]) > LEVEL)
        return int(apart.max(initial=-1)) + 2

    @property
    def document(self) -> dict[str, Any]:
        """The curve as a JSON document."""
        return {
            "system": self.system,
            "seed": self.seed,
            "split": self.split,
            "training": self.training.tolist(),
            "measured": self.measured.tolist(),
            "level_epoch": self.level_epoch,
        }


def learning_curves(models: Path, task: str) -> list[LearningCurve]:
    """Return the training histories of a task's models, by design and seed.

    Args:
        models: the folder that `train` writes to: <task>/<system>/, further seeds in seed-N/ below it.
        task: the task's name.

    Raises:
        TrecxError: there is none, or one cannot be read.
    """
    found = sorted((models / task).glob("*/**/history.csv"))
    if not found:
        raise TrecxError(
            f"no training history of {task} in {models}; 'python -m trecx train {task} all' makes it"
        )
    return [_curve(path, path.relative_to(models / task).parts) for path in found]


def _curve(path: Path, parts: tuple[str, ...]) -> LearningCurve:
    import pandas as pd  # here, as all figures import this module

    try:
        history = pd.read_csv(path)
        split = next(name for name in ("test", "validation") if f"{name}_final_accuracy" in history)
        training, measured = (
            history[name].to_numpy(np.float64) for name in ("final_accuracy", f"{split}_final_accuracy")
        )
        seed = int(parts[1].removeprefix("seed-")) if len(parts) > 2 else 0
        if not (len(measured) and np.isfinite([training, measured]).all()):
            raise ValueError("no epochs, or no numbers in one")
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise TrecxError(f"{path} is not a training history; train that design again") from error
    return LearningCurve(parts[0], seed, split, training, measured)
