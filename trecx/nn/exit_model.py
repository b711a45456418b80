"""A trained network with its exits in order and their FLOPs, ready to run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.errors import ModelError, ScoresError
from trecx.nn.reasons import cause_in_brief
from trecx.scores import ExitScores, IntArray

Batch = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ExitModel:
    """A classifier with one or more exits, early to final.

    Attributes:
        name: file or folder name.
        sha256: of the file, or of the folder's paths and contents.
        input_shape: shape of one sample, without the batch.
        n_exits: number of exits, the final one included.
        n_classes: number of classes.
        parameters: number of weights, trained or not.
        exit_flops: exit FLOPs, earlier exit heads included (Eq. 3), of shape (n_exits,).
        precision: `float32`, or `int8` if the scores are those of a quantized softmax.
    """

    name: str
    sha256: str
    input_shape: tuple[int, ...]
    n_exits: int
    n_classes: int
    parameters: int
    exit_flops: IntArray
    _run: Callable[[Batch], Any] = field(repr=False)
    precision: str = "float32"

    def predict(self, batch: npt.ArrayLike) -> Batch:
        """Return the scores of every exit, of shape (n, n_exits, n_classes), float32.

        Args:
            batch: input features, of shape (n, *input_shape).

        Raises:
            ValueError: the batch has another shape.
        """
        samples = np.asarray(batch, dtype=np.float32)
        if samples.shape[1:] != self.input_shape:
            raise ValueError(f"batch must have shape (n, *{self.input_shape}), got {samples.shape}")
        return np.asarray(self._run(samples))


def require_exits(model: ExitModel, system: str) -> None:
    """Check the number of exits: one for design 'baseline', two or more for all others.

    Raises:
        ModelError: the model has another number of exits.
    """
    if system == "baseline" and model.n_exits != 1:
        raise ModelError(
            f"{model.name} has {model.n_exits} exits, but a baseline has one; "
            "score it as another design (--system), or give the network without early exits"
        )
    if system != "baseline" and model.n_exits < 2:
        raise ModelError(
            f"{model.name} has one output, but {system!r} needs an early exit too; "
            "score it as 'baseline', or save the model with all its exits as outputs"
        )


def class_count(name: str, output_shapes: Sequence[tuple[int | None, ...] | None]) -> int:
    """Return the number of classes that all exits of the model `name` have.

    Args:
        name: file or folder name.
        output_shapes: shape of each output for one sample, None if not known.

    Raises:
        ModelError: an output is no exit, or exits have different classes.
    """
    for shape in output_shapes:
        if shape is None or len(shape) != 2 or shape[0] != 1 or shape[1] is None or shape[1] < 2:
            raise ModelError(
                f"{name} has an output of shape {shape} for one sample; every output must be an exit, "
                "a softmax of shape (batch, classes) with two classes or more"
            )
    counts = [int(shape[1]) for shape in output_shapes if shape and shape[1]]
    if len(set(counts)) != 1:
        raise ModelError(
            f"{name} has outputs of {', '.join(map(str, counts))} classes; all exits must have "
            "the same classes"
        )
    return counts[0]


def try_once(model: ExitModel) -> None:
    """Run three samples, so that an invalid model fails before a long scoring.

    Raises:
        ModelError: the model does not run, or an exit does not end in a softmax.
    """
    noise = np.random.default_rng(0).normal(size=(2, *model.input_shape))
    samples = np.concatenate([np.zeros((1, *model.input_shape)), noise])
    try:
        scores = model.predict(samples)
        ExitScores(labels=np.zeros(3, np.int64), exit_flops=model.exit_flops, probabilities=scores)
    except ScoresError as error:
        raise ModelError(
            f"{model.name} failed a test with three random samples: {error}; "
            "every output must be a separate exit that ends in a softmax"
        ) from error
    except Exception as error:  # a network's own code can raise any error when it runs
        raise ModelError(
            f"{model.name} runs on one sample but not on three ({cause_in_brief(error)}); "
            "save it with a variable batch size"
        ) from error
