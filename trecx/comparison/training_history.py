"""How accuracy grew while networks were trained, read from the histories beside the models."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trecx.errors import TrecxError
from trecx.scores import FloatArray

LEVEL = 0.005  # accuracy, 0..1: closer than this to where it ended counts as level


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """Accuracy of the final exit, epoch by epoch.

    Attributes:
        system: what was trained.
        seed: of its training.
        split: what it was measured on beside the training samples: "test" or "validation".
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
        """The first epoch from which on the measured accuracy stays within `LEVEL` of the last one's."""
        apart = np.flatnonzero(np.abs(self.measured - self.measured[-1]) > LEVEL)
        return int(apart.max(initial=-1)) + 2

    @property
    def document(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        return {
            "system": self.system,
            "seed": self.seed,
            "split": self.split,
            "training": self.training.tolist(),
            "measured": self.measured.tolist(),
            "level_epoch": self.level_epoch,
        }


def learning_curves(models: Path, task: str) -> list[LearningCurve]:
    """Return what the histories of a task's models hold, by system and seed.

    Args:
        models: the folder that `train` writes to: <task>/<system>/, further seeds in seed-N/ below it.
        task: the task's name.

    Raises:
        TrecxError: there are none, or one is damaged.
    """
    found = sorted((models / task).glob("*/**/history.csv"))
    if not found:
        raise TrecxError(
            f"no model of {task} was trained in {models}; 'python -m trecx train {task} all' does it"
        )
    return [_curve(path, path.relative_to(models / task).parts) for path in found]


def _curve(path: Path, parts: tuple[str, ...]) -> LearningCurve:
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
        raise TrecxError(f"{path} is no history of a training; train that system again") from error
    return LearningCurve(parts[0], seed, split, training, measured)
