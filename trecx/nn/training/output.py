"""What a training leaves behind: the model, its config and its history."""

import csv
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trecx.errors import TrainingError
from trecx.nn import keras
from trecx.nn.training.checkpoint import Row, cannot_write, refuse_other

MODEL, CONFIG, HISTORY, CHECKPOINT = "model.keras", "config.json", "history.csv", "checkpoint"


@dataclass(frozen=True)
class TrainedModel:
    """A training that is done.

    Attributes:
        folder: holds model.keras, config.json and history.csv.
        config: what the training was.
    """

    folder: Path
    config: dict[str, Any]

    @property
    def model(self) -> Path:
        """The model's file."""
        return self.folder / MODEL


def output_folder(root: Path, task: str, system: str, seed: int) -> Path:
    """Return where a training ends: seeds other than 0 below the one of 0."""
    folder = root / task / system
    return folder / f"seed-{seed}" if seed else folder


def find_trained(folder: Path, config: dict[str, Any]) -> TrainedModel | None:
    """Return the training that ended in a folder, None if none did; whatever backend it was done on counts.

    Raises:
        TrainingError: another one did; the message names what differs.
    """
    path = folder / CONFIG
    if not path.exists():
        return None
    try:
        found = dict(json.loads(path.read_text(encoding="utf-8"))["config"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise TrainingError(f"{path} is damaged ({error}); delete {folder} to train anew") from error
    refuse_other(folder, {**config, "backend": found.get("backend")}, found)
    return TrainedModel(folder, found)


def write_trained(
    folder: Path, model: Any, config: dict[str, Any], history: Sequence[Row], versions: dict[str, str]
) -> TrainedModel:
    """Keep a trained model; the config comes last, and whoever finds it finds the rest.

    Args:
        folder: where it ends.
        model: the Keras model.
        config: everything that shaped the weights.
        history: one row an epoch.
        versions: of the tools that took part.

    Raises:
        TrainingError: the disk is full, or the folder cannot be written to.
    """
    parts = folder / CHECKPOINT
    try:
        parts.mkdir(parents=True, exist_ok=True)
        # Without optimizer and losses: a third of the size, and all that inference needs.
        keras.Model(model.inputs, model.outputs, name=model.name).save(parts / MODEL)
        with (parts / HISTORY).open("w", newline="", encoding="utf-8") as handle:
            table = csv.DictWriter(handle, list(history[0]), lineterminator="\n")
            table.writeheader()
            table.writerows(history)
        about = {"config": config, "versions": versions}
        (parts / CONFIG).write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        for name in (MODEL, HISTORY, CONFIG):
            os.replace(parts / name, folder / name)
        shutil.rmtree(parts)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return TrainedModel(folder, config)
