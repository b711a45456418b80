"""The state of a training after an epoch, in one file that is whole or absent."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trecx.errors import TrainingError
from trecx.files.atomic_file import whole_file
from trecx.nn.training.plan import differences

Row = dict[str, float]
FILE = "state.npz"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where the checkpoint of one training lies.

    Attributes:
        folder: holds nothing else.
        config: of the training; one that was saved with another is refused.
    """

    folder: Path
    config: dict[str, Any]

    @property
    def path(self) -> Path:
        """The file, there or not."""
        return self.folder / FILE

    def save(self, model: Any, history: Sequence[Row]) -> None:
        """Keep weights, optimizer and random state, and what happened so far, in place of what was kept.

        Raises:
            TrainingError: the disk is full, or the folder cannot be written to.
        """
        arrays = {f"array_{number}": np.asarray(v) for number, v in enumerate(_variables(model))}
        about = json.dumps({"config": self.config, "history": list(history)})
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with whole_file(self.path) as part, part.open("wb") as handle:
                np.savez(handle, allow_pickle=False, about=np.array(about), **arrays)
        except OSError as error:
            raise cannot_write(self.folder, error) from error

    def load(self, model: Any) -> list[Row]:
        """Put the kept state into a compiled model and return what happened so far; nothing if none is kept.

        Raises:
            TrainingError: it is damaged, or belongs to another training.
        """
        if not self.path.exists():
            return []
        try:
            with np.load(self.path, allow_pickle=False) as kept:
                about = json.loads(str(kept["about"]))
                arrays = [kept[f"array_{number}"] for number in range(len(kept.files) - 1)]
            config, rows = dict(about["config"]), [dict(row) for row in about["history"]]
        except Exception as error:  # NumPy, zipfile and json have many words for damage
            raise self._damaged(error) from error
        refuse_other(self.folder, self.config, config)
        variables = _variables(model)
        if [_form(array) for array in arrays] != [_form(variable) for variable in variables]:
            raise self._damaged("it holds other weights than the network has")
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
        return rows

    def _damaged(self, reason: object) -> TrainingError:
        return TrainingError(f"{self.path} is damaged ({reason}); delete {self.folder} to begin anew")


def refuse_other(folder: Path, asked: dict[str, Any], found: dict[str, Any]) -> None:
    """Check that what lies in a folder is of the training that is asked for.

    Raises:
        TrainingError: it is not; the message names what differs.
    """
    if different := differences(asked, found):
        raise TrainingError(
            f"{folder} holds another training: {'; '.join(different)}. To go on, ask for the same, give "
            "another folder with --out, or delete that one"
        )


def cannot_write(folder: Path, error: OSError) -> TrainingError:
    """Return the error that says why nothing more could be kept, and what to do."""
    return TrainingError(
        f"cannot write to {folder} ({error.strerror or error}); make room or give another folder with "
        "--out, and run the same command again: it goes on from the last whole checkpoint"
    )


def _form(variable: Any) -> tuple[Any, ...]:
    array = np.asarray(variable)
    return array.shape, array.dtype


def _variables(model: Any) -> list[Any]:
    """Weights, states of random generators (dropout), and Adam's own."""
    return [*model.variables, *model.optimizer.variables]
