"""A trained network with its exits in order and their FLOPs, ready to run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from trecx.errors import ModelError, ScoresError
from trecx.nn import tf
from trecx.nn.flops import count_exit_flops
from trecx.nn.formats import Network, cause_in_brief, read_network, sha256_of
from trecx.nn.graphs import FrozenGraph, exit_order, freeze
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
    """

    name: str
    sha256: str
    input_shape: tuple[int, ...]
    n_exits: int
    n_classes: int
    parameters: int
    exit_flops: IntArray
    _run: Callable[[Any], Any] = field(repr=False)

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
        scores: Batch = self._run(tf.constant(samples)).numpy()
        return scores


def load_model(path: Path) -> ExitModel:
    """Read a model, order its exits, count their FLOPs, and run it once as a test.

    Args:
        path: a SavedModel folder, a `.keras` file or a `.h5` file.

    Raises:
        ModelError: the path does not exist, is not a model, or an exit does not end in a softmax.
    """
    network = read_network(path)
    input_shape = _input_shape(path, network)
    try:
        graph = freeze(network.run, input_shape)
    except Exception as error:  # a network's own code can raise any error when it is traced
        raise ModelError(
            f"{path.name} does not run on one sample of shape {input_shape} ({cause_in_brief(error)}); "
            "give a model that takes one batch of samples and returns its exits"
        ) from error
    n_classes = _class_count(path, graph)
    order = exit_order(graph)
    model = ExitModel(
        name=path.name,
        sha256=sha256_of(path),
        input_shape=input_shape,
        n_exits=len(order),
        n_classes=n_classes,
        parameters=network.parameters,
        exit_flops=count_exit_flops(graph, order),
        _run=_all_exits(network, order, input_shape),
    )
    _try_once(model)
    return model


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


def _input_shape(path: Path, network: Network) -> tuple[int, ...]:
    if len(network.inputs) != 1:
        raise ModelError(
            f"{path.name} takes {len(network.inputs)} inputs; give a model that takes one batch of samples"
        )
    shape, dtype = network.inputs[0]
    if len(shape) < 2 or shape[0] is not None or None in shape[1:]:
        raise ModelError(
            f"{path.name} takes input of shape {shape}; save it with a variable batch size and all "
            "other sizes fixed, such as (None, height, width, channels)"
        )
    if dtype != "float32":
        raise ModelError(f"{path.name} takes {dtype} input; save the model with float32 input")
    return tuple(size for size in shape[1:] if size)


def _class_count(path: Path, graph: FrozenGraph) -> int:
    for shape in graph.output_shapes:
        if shape is None or len(shape) != 2 or shape[0] != 1 or shape[1] is None or shape[1] < 2:
            raise ModelError(
                f"{path.name} has an output of shape {shape} for one sample; every output must be an exit, "
                "a softmax of shape (batch, classes) with two classes or more"
            )
    counts = [int(shape[1]) for shape in graph.output_shapes if shape and shape[1]]
    if len(set(counts)) != 1:
        raise ModelError(
            f"{path.name} has outputs of {', '.join(map(str, counts))} classes; all exits must have "
            "the same classes"
        )
    return counts[0]


def _all_exits(network: Network, order: list[int], shape: tuple[int, ...]) -> Callable[[Any], Any]:
    def run(batch: Any) -> Any:
        outputs = network.run(batch)
        return tf.stack([tf.cast(outputs[index], tf.float32) for index in order], axis=1)

    # A variable batch size: otherwise the last, smaller batch would be traced again.
    signature = [tf.TensorSpec([None, *shape], tf.float32)]
    return tf.function(run, input_signature=signature, autograph=False)  # type: ignore[no-any-return]


def _try_once(model: ExitModel) -> None:
    """Run three samples, so that an invalid model fails before a long scoring."""
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
