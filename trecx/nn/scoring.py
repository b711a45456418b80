"""Scoring: running a model on all samples of a dataset."""

import platform

import numpy as np

from trecx.datasets.raw_samples import RawSamples
from trecx.datasets.samples import SampleSet
from trecx.errors import ModelError
from trecx.nn import keras, tf
from trecx.nn.features import FEATURE_SHAPES, features
from trecx.nn.models import Batch, ExitModel
from trecx.progress import Progress, silent
from trecx.scores import ExitScores


def score_model(
    model: ExitModel, samples: SampleSet, progress: Progress = silent, batch_size: int = 128
) -> ExitScores:
    """Run a model on every sample and return the scores of each exit.

    Args:
        model: a network trained for the samples' task.
        samples: read in batches, so a dataset can be larger than memory.
        progress: called after every batch with the number of samples done.
        batch_size: samples per batch; it affects speed, and scores only by rounding.

    Raises:
        ModelError: the model needs other input, or has another number of classes.
        ScoresError: an output is not a softmax.
    """
    check_match(model, samples)
    n_samples = len(samples.labels)
    batches, done = [], 0
    progress("scoring", done, n_samples)
    for raw in samples.batches(batch_size):
        batches.append(model.predict(network_input(model, samples, raw)))
        done += len(raw)
        progress("scoring", done, n_samples)
    return ExitScores(
        labels=samples.labels,
        exit_flops=model.exit_flops,
        probabilities=np.concatenate(batches),
        class_names=samples.class_names,
        sample_names=samples.names,
    )


def versions() -> dict[str, str]:
    """Return the versions that scores depend on, for a run's record."""
    return {
        "python": platform.python_version(),
        "tensorflow": str(tf.__version__),
        "keras": str(keras.__version__),
        "numpy": np.__version__,
    }


def check_match(model: ExitModel, samples: SampleSet) -> None:
    """Check that a model takes these samples and has their classes.

    Raises:
        ModelError: it does not.
    """
    expected = FEATURE_SHAPES[samples.task] if samples.own is None else _own_shape(samples)
    if model.input_shape != expected and (
        samples.own is None or _sizes(model.input_shape) != _sizes(expected)
    ):
        raise ModelError(
            f"{model.name} takes samples of shape {model.input_shape}, but those of task {samples.task!r} "
            f"have shape {expected}; {_remedy(samples)}"
        )
    if model.n_classes != len(samples.class_names):
        raise ModelError(
            f"{model.name} has {model.n_classes} classes, but task {samples.task!r} has "
            f"{len(samples.class_names)}; {_remedy(samples)}"
        )


def network_input(model: ExitModel, samples: SampleSet, raw: RawSamples) -> Batch:
    """Return the network's input features for raw samples, of shape (n, *model.input_shape)."""
    if samples.own is None:
        return features(samples.task, raw)
    return samples.own.prepare(raw).reshape(-1, *model.input_shape)


def _own_shape(samples: SampleSet) -> tuple[int, ...]:
    return samples.own.prepare(samples.raw[:1]).shape[1:] if samples.own else ()


def _sizes(shape: tuple[int, ...]) -> list[int]:
    """Return a shape without axes of length 1: (8, 8) and (8, 8, 1) hold the same numbers."""
    return [size for size in shape if size > 1]


def _remedy(samples: SampleSet) -> str:
    return "correct the task file" if samples.own else "use the --task that it was trained for"
