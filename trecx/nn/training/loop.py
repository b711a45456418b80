"""The training loop."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from trecx.datasets.training_sets import TrainingData
from trecx.errors import TrainingError
from trecx.nn import keras
from trecx.nn.networks import ExitNetwork, build
from trecx.nn.training.batches import Inputs, TrainingBatches, in_order
from trecx.nn.training.checkpoint import Checkpoint, Row
from trecx.nn.training.output import CHECKPOINT, TrainedModel, find_trained, write_trained
from trecx.nn.training.plan import TrainingPlan
from trecx.nn.training.transfer import WeightTransfer
from trecx.progress import Progress, silent

EVALUATION_BATCH = 256
LEAST = 1e-7  # lower bound of a probability in the held-out loss, as in Keras


def train(plan: TrainingPlan, data: TrainingData, folder: Path, progress: Progress = silent) -> TrainedModel:
    """Train a network, or resume an interrupted training with the same plan.

    A checkpoint is saved in `folder`/checkpoint after each epoch, and removed at the end of the training.

    Args:
        plan: the network, its recipe and its seed.
        data: the training data; each epoch is evaluated on the validation split, or on the test split if
            there is none (no choice depends on it).
        folder: output folder for the model, its configuration and its history.
        progress: called after every batch with loss and accuracies as text; the last call of an epoch
            includes those of the held-out split.

    Raises:
        TrainingError: the loss is not a number, the disk is full, Ctrl-C was pressed, or the folder holds
            another training.
    """
    config = plan.config(data)
    if found := find_trained(folder, config):
        return found
    network = _compiled(plan)
    checkpoint = Checkpoint(folder / CHECKPOINT, config)
    history = checkpoint.load(network.model)
    held_out = Inputs(data.validation if len(data.validation.names) else data.test)
    training = _Training(plan, network, _batches(plan, data), held_out, progress)
    try:
        for epoch in range(len(history), plan.recipe.epochs):
            history.append(training.run_epoch(epoch))
            checkpoint.save(network.model, history)
        return write_trained(folder, network.model, config, history, {"keras": str(keras.__version__)})
    except KeyboardInterrupt as interrupt:
        raise TrainingError(
            f"stopped in epoch {len(history) + 1} of {plan.recipe.epochs}; run the same command to resume"
        ) from interrupt


def _compiled(plan: TrainingPlan) -> ExitNetwork:
    network = build(plan.description, plan.seed)
    n_exits = network.n_exits
    network.model.compile(
        keras.optimizers.Adam(plan.recipe.schedule.rate(0, plan.recipe.epochs)),
        loss=[keras.losses.SparseCategoricalCrossentropy() for _ in range(n_exits)],
        metrics=[[keras.metrics.SparseCategoricalAccuracy(name="accuracy")] for _ in range(n_exits)],
        weighted_metrics=[],
    )
    network.model.optimizer.build(network.model.trainable_variables)
    return network


def _batches(plan: TrainingPlan, data: TrainingData) -> TrainingBatches:
    recipe = plan.recipe
    inputs = Inputs(data.train, recipe.augment(data.noise))
    return TrainingBatches(inputs, min(recipe.batch_size, len(inputs)), plan.seed)


@dataclass(frozen=True, eq=False)
class _Training:
    """The objects that an epoch needs."""

    plan: TrainingPlan
    network: ExitNetwork
    batches: TrainingBatches
    held_out: Inputs
    progress: Progress

    def run_epoch(self, epoch: int) -> Row:
        """Train for one epoch, from 0, and return its row of the history."""
        start, epochs, steps = perf_counter(), self.plan.recipe.epochs, len(self.batches)
        transfer = WeightTransfer(self.network, self.plan.recipe.transfer_share * epochs)
        weights = self.plan.weights_in(epoch)
        ahead, sums = self.batches.of_epoch(epoch), dict[str, float]()
        for step, (inputs, labels) in enumerate(ahead, 1):
            transfer.on_batch_begin(epoch)
            self._set_rate(epoch + (step - 1) / steps)
            logs = self._step(inputs, labels, weights)
            if not math.isfinite(logs["loss"]):
                raise TrainingError(_no_number(epoch, step, self.plan))
            sums = {name: sums.get(name, 0.0) + value for name, value in logs.items()}
            if step < steps:
                self.progress(_in_words(epoch, epochs, _means(sums, step)), step, steps)
        row = {"epoch": epoch + 1, **_means(sums, steps), **self._evaluate()}
        self.progress(_in_words(epoch, epochs, row), steps, steps)
        return row | {"seconds": perf_counter() - start, "waited_seconds": ahead.waited_seconds}

    def _set_rate(self, epochs_done: float) -> None:
        recipe = self.plan.recipe
        self.network.model.optimizer.learning_rate = recipe.schedule.rate(epochs_done, recipe.epochs)

    def _step(self, inputs: Any, labels: Any, weights: tuple[float, ...]) -> dict[str, float]:
        """Train on one batch; return its loss and accuracies."""
        model, exits = self.network.model, self._exits
        by_exit = [np.full(len(labels), weight, np.float32) for weight in weights]
        logs = model.train_on_batch(
            inputs,
            [labels] * len(exits) if len(exits) > 1 else labels,
            sample_weight=by_exit if len(exits) > 1 else by_exit[0],
            return_dict=True,
        )
        names = {exit_: f"{exit_}_accuracy" if len(exits) > 1 else "accuracy" for exit_ in exits}
        accuracies = {f"{exit_}_accuracy": float(logs[name]) for exit_, name in names.items()}
        return {"loss": float(logs["loss"]), **accuracies}

    def _evaluate(self) -> Row:
        """Return cross-entropy and accuracy of each exit on the held-out samples."""
        split, n_samples = self.held_out.samples.split, len(self.held_out)
        loss, correct = np.zeros(len(self._exits)), np.zeros(len(self._exits))
        for inputs, labels in in_order(self.held_out, EVALUATION_BATCH):
            outputs = self.network.model.predict_on_batch(inputs)
            scores = np.stack(outputs if isinstance(outputs, list) else [outputs])
            right = scores[:, np.arange(len(labels)), labels]
            loss -= np.log(np.maximum(right, LEAST)).sum(axis=1)
            correct += (scores.argmax(axis=2) == labels).sum(axis=1)
        row: Row = {}
        for exit_, exit_loss, n_correct in zip(self._exits, loss, correct, strict=True):
            row[f"{split}_{exit_}_loss"] = float(exit_loss / n_samples)
            row[f"{split}_{exit_}_accuracy"] = float(n_correct / n_samples)
        return row

    @property
    def _exits(self) -> tuple[str, ...]:
        return tuple(exit_.name for exit_ in self.plan.description.exits)


def _means(sums: Mapping[str, float], steps: int) -> Row:
    return {name: value / steps for name, value in sums.items()}


def _in_words(epoch: int, epochs: int, row: Row) -> str:
    accuracies = [(name.removesuffix("_accuracy"), row[name]) for name in row if name.endswith("_accuracy")]
    told = " · ".join(f"{name.replace('_', ' ')} {100 * value:.1f} %" for name, value in accuracies)
    return f"epoch {epoch + 1}/{epochs} · loss {row['loss']:.4f} · {told}"


def _no_number(epoch: int, step: int, plan: TrainingPlan) -> str:
    return (
        f"the loss is not a number in step {step} of epoch {epoch + 1}; this epoch was not saved, and the "
        f"same command would fail here again. Use another --seed than {plan.seed}, or another --recipe"
    )
