"""A training step, compared with Keras' `fit` of the same network; epochs of both take turns."""

import csv
import statistics
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.measure import Row
from trecx.datasets.samples import SampleSet
from trecx.datasets.tasks import find_task
from trecx.datasets.training_sets import TrainingData

if TYPE_CHECKING:
    from trecx.nn.training import TrainingPlan

STEPS, EPOCHS = 30, 6  # the first epoch, in which both compile, is not measured


def rows() -> list[Row]:
    """Measure T-RECX on images with augmentation, where a step is long, and on digits, where it is short."""
    return [*_measure("ic"), *_measure("digits")]


def _measure(task: str) -> list[Row]:
    from trecx.nn.networks import describe
    from trecx.nn.training import TrainingPlan, find_recipe, train

    plan = TrainingPlan(describe(task, "trecx"), find_recipe(task, "short", EPOCHS))
    data = _random_data(task, STEPS * plan.recipe.batch_size)
    turns = _Turns(plan, data)
    with tempfile.TemporaryDirectory() as folder:
        train(plan, data, Path(folder), turns.listen)
        with (Path(folder) / "history.csv").open(encoding="utf-8") as handle:
            waited = [1000 * float(row["waited_seconds"]) / STEPS for row in csv.DictReader(handle)]
    ours, theirs = (statistics.median(times[1:]) for times in (turns.ours, turns.theirs))
    batch = f"{task}/trecx, batches of {plan.recipe.batch_size}"
    return [
        Row(
            f"a training step of {batch}",
            "a step of keras fit on features computed before",
            STEPS * (EPOCHS - 1),
            ours,
            theirs,
            "with samples, weight transfer, schedule and progress of each exit",
        ),
        Row(
            f"waiting for the next samples, {batch}",
            "the training step",
            STEPS * (EPOCHS - 1),
            statistics.median(waited[1:]),
            ours,
            "the ratio is the share of time without computation",
        ),
    ]


class _Turns:
    """Measures ms per step of our training and, after each of its epochs, of one epoch with `fit`."""

    def __init__(self, plan: "TrainingPlan", data: TrainingData) -> None:
        from trecx.nn.features import features

        self.ours: list[float] = []
        self.theirs: list[float] = []
        self._model = _compiled(plan)
        self._inputs = features(data.task, data.train.raw[:])
        self._labels = [data.train.labels] * len(plan.description.exits)
        self._batch_size = plan.recipe.batch_size
        self._first = 0.0

    def listen(self, what: str, done: int, total: int | None) -> None:
        """Record the time of the first step and of the last."""
        if done == 1:
            self._first = perf_counter()
        if done == total:
            self.ours.append(_ms_a_step(self._first))
            self._fit()

    def _fit(self) -> None:
        from trecx.nn import keras

        first: list[float] = []
        watch = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: first.append(perf_counter()),
            on_epoch_end=lambda epoch, logs: self.theirs.append(_ms_a_step(first[0])),
        )
        self._model.fit(self._inputs, self._labels, batch_size=self._batch_size, verbose=0, callbacks=[watch])


def _compiled(plan: "TrainingPlan") -> Any:
    from trecx.nn.networks import build

    model = build(plan.description, plan.seed).model
    weights = list(plan.weights_in(0))
    metrics = [["accuracy"] for _ in weights]
    model.compile("adam", ["sparse_categorical_crossentropy"] * len(weights), weights, metrics)
    return model


def _ms_a_step(first: float) -> float:
    return 1000 * (perf_counter() - first) / (STEPS - 1)


def _random_data(task: str, n_samples: int) -> TrainingData:
    from trecx.nn.features import FEATURE_SHAPES

    random = np.random.default_rng(0)
    names = find_task(task).class_names

    def samples(split: str, n: int) -> SampleSet:
        raw = random.integers(0, 17, (n, *FEATURE_SHAPES[task])).astype(np.uint8)
        labels = random.integers(0, len(names), n)
        return SampleSet(task, "random", split, names, tuple(map(str, range(n))), labels, raw)

    parts = (samples("train", n_samples), samples("validation", 0), samples("test", 1))
    return TrainingData(*parts, np.zeros(0, np.int16))
