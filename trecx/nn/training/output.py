"""Output files of a training: the model, its configuration and its history."""

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
    """A finished training.

    Attributes:
        folder: holds model.keras, config.json and history.csv.
        config: the training's configuration.
    """

    folder: Path
    config: dict[str, Any]

    @property
    def model(self) -> Path:
        """The model's file."""
        return self.folder / MODEL


def output_folder(root: Path, task: str, system: str, seed: int) -> Path:
    """Return the output folder of a training: root/task/system, with seed-N below it if N > 0."""
    folder = root / task / system
    return folder / f"seed-{seed}" if seed else folder


def find_trained(folder: Path, config: dict[str, Any]) -> TrainedModel | None:
    """Return the finished training in a folder, on any backend; None if there is none.

    Raises:
        TrainingError: the folder holds another training; the message lists the differences.
    """
    path = folder / CONFIG
    if not path.exists():
        return None
    try:
        found = dict(json.loads(path.read_text(encoding="utf-8"))["config"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise TrainingError(f"{path} is damaged ({error}); delete {folder} to train again") from error
    refuse_other(folder, {**config, "backend": found.get("backend")}, found)
    return TrainedModel(folder, found)


def write_trained(
    folder: Path, model: Any, config: dict[str, Any], history: Sequence[Row], versions: dict[str, str]
) -> TrainedModel:
    """Write a trained model; the configuration is written last, so if it exists, all files do.

    Args:
        folder: output folder.
        model: the Keras model.
        config: everything that the weights depend on.
        history: one row per epoch.
        versions: versions of the tools.

    Raises:
        TrainingError: the disk is full, or the folder cannot be written to.
    """
    parts = folder / CHECKPOINT
    try:
        parts.mkdir(parents=True, exist_ok=True)
        # Without optimizer and losses: a third of the size, and sufficient for inference.
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
