"""Floating-point operations by the rules of keras-flops, on whatever TensorFlow is installed.

keras-flops 0.1.2 (MIT, github.com/tokusumi/keras-flops) adds op statistics to TensorFlow's profiler:
batch normalisation and maximum. Its own `get_flops` reads only the models of TF 2.3, so the profiler is
asked here. A multiply-accumulate is two operations; operations without statistics (ReLU, padding, reshape,
slice) are free, as they are in the paper.
"""

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from trecx.nn import tf
from trecx.nn.graphs import FrozenGraph
from trecx.scores import IntArray


def count_exit_flops(graph: FrozenGraph, order: Sequence[int]) -> IntArray:
    """Return the operations of one sample up to each exit, of shape (n_exits,) (Eq. 3).

    Exit k's count is that of the graph with the outputs of exits 1..k, earlier exit heads included.

    Args:
        graph: the network for a batch of one.
        order: the graph's outputs, early exit to final.
    """
    outputs = [graph.outputs[index] for index in order]
    counts = [_count(graph.subgraph(outputs[: k + 1])) for k in range(len(outputs))]
    return np.array(counts, dtype=np.int64)


def _count(definition: Any) -> int:
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
    options["output"] = "none"
    profile = tf.compat.v1.profiler.profile(graph, cmd="scope", options=options)
    return int(profile.total_float_ops)


@contextmanager
def _first_rule_stays() -> Iterator[None]:
    """Ignore a second registration of statistics for the same operation.

    TensorFlow itself has counted `AddV2` since 2.4, as keras-flops does (one operation per element), but it
    refuses a second registration. This is the only reason why keras-flops could not be imported.
    """
    # Not at the top: there, a missing TensorFlow would fail before `trecx.nn` can say what to do.
    from tensorflow.python.framework import ops

    strict = ops.RegisterStatistics

    def register(op_type: str, statistic: str) -> Callable[[Any], Any]:
        def decorate(rule: Any) -> Any:
            try:
                return strict(op_type, statistic)(rule)
            except KeyError:
                return rule

        return decorate

    ops.RegisterStatistics = register
    try:
        yield
    finally:
        ops.RegisterStatistics = strict


with _first_rule_stays():
    importlib.import_module("keras_flops")
