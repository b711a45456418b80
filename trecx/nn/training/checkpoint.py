"""Checkpoint of a training after an epoch, written atomically to one file."""

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
    """The checkpoint file of one training.

    Attributes:
        folder: its folder, which holds nothing else.
        config: the training's configuration; a checkpoint with another one is rejected.
    """

    folder: Path
    config: dict[str, Any]

    @property
    def path(self) -> Path:
        """The path of the file, which may not exist yet."""
        return self.folder / FILE

    def save(self, model: Any, history: Sequence[Row]) -> None:
        """Save weights, optimizer state, random state and history, and replace the previous checkpoint.

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
        """Load the saved state into a compiled model and return the history; empty without a checkpoint.

        Raises:
            TrainingError: the checkpoint is damaged, or belongs to another training.
        """
        if not self.path.exists():
            return []
        try:
            with np.load(self.path, allow_pickle=False) as kept:
                about = json.loads(str(kept["about"]))
                arrays = [kept[f"array_{number}"] for number in range(len(kept.files) - 1)]
            config, rows = dict(about["config"]), [dict(row) for row in about["history"]]
        except Exception as error:  # NumPy, zipfile and json raise errors of many types
            raise self._damaged(error) from error
        refuse_other(self.folder, self.config, config)
        variables = _variables(model)
        if [_form(array) for array in arrays] != [_form(variable) for variable in variables]:
            raise self._damaged("its weights do not match the network")
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
        return rows

    def _damaged(self, reason: object) -> TrainingError:
        return TrainingError(f"{self.path} is damaged ({reason}); delete {self.folder} to start again")


def refuse_other(folder: Path, asked: dict[str, Any], found: dict[str, Any]) -> None:
    """Check that a folder holds the requested training.

    Raises:
        TrainingError: it holds another one; the message lists the differences.
    """
    if different := differences(asked, found):
        raise TrainingError(
            f"{folder} holds another training: {'; '.join(different)}. Use the same options, choose another "
            "folder with --out, or delete this one"
        )


def cannot_write(folder: Path, error: OSError) -> TrainingError:
    """Return the error for a failed write, with what to do."""
    return TrainingError(
        f"cannot write to {folder} ({error.strerror or error}); free disk space or choose another folder "
        "with --out, then run the same command again: it resumes from the last complete checkpoint"
    )


def _form(variable: Any) -> tuple[Any, ...]:
    array = np.asarray(variable)
    return array.shape, array.dtype


def _variables(model: Any) -> list[Any]:
    """Return weights, states of random generators (dropout), and the optimizer's variables."""
    return [*model.variables, *model.optimizer.variables]
