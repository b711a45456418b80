"""A network as a frozen graph for one sample, used to count the FLOPs of its exits and to order them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from trecx.nn import tf

# These operations define the network's depth; all others (bias, scaling, shape) belong to one of them.
WEIGHTED_OPS = frozenset(
    {
        "Conv2D",
        "Conv3D",
        "Conv2DBackpropInput",
        "DepthwiseConv2dNative",
        "MatMul",
        "BatchMatMulV2",
        "Einsum",
    }
)


class ExitGraph(Protocol):
    """A network whose outputs are exits, as far as their order needs it; operations have names or numbers."""

    @property
    def outputs(self) -> Sequence[Any]:
        """The outputs, in the network's own order."""

    def ancestors(self, output: Any) -> frozenset[Any]:
        """Return the operations that an output is computed from."""

    def weighted(self, operations: Iterable[Any]) -> frozenset[Any]:
        """Return the operations among these that are convolutions or matrix products."""


@dataclass(frozen=True, eq=False)
class FrozenGraph:
    """A network for a batch of one, its weights constants and its functions inlined.

    Attributes:
        definition: TensorFlow's GraphDef.
        outputs: operation that gives each output, in the network's own order.
        output_shapes: static shape of each output, None if a size is not known.
    """

    definition: Any
    outputs: tuple[str, ...]
    output_shapes: tuple[tuple[int | None, ...] | None, ...]

    @cached_property
    def _nodes(self) -> dict[str, Any]:
        return {node.name: node for node in self.definition.node}

    def ancestors(self, output: str) -> frozenset[str]:
        """Return the operations that `output` is computed from, itself included.

        Control edges are ignored: they order operations and pass no value.
        """
        found, waiting = set[str](), [output]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(_data_inputs(self._nodes[name]))
        return frozenset(found)

    def subgraph(self, outputs: Iterable[str]) -> Any:
        """Return the GraphDef with only the operations that `outputs` need."""
        needed = frozenset[str]().union(*map(self.ancestors, outputs))
        part = tf.compat.v1.GraphDef(library=self.definition.library, versions=self.definition.versions)
        for node in self.definition.node:
            if node.name in needed:
                copy = part.node.add()
                copy.CopyFrom(node)
                copy.input[:] = [edge for edge in node.input if not edge.startswith("^")]
        return part

    def weighted(self, operations: Iterable[str]) -> frozenset[str]:
        """Return the operations among these that are convolutions or matrix products."""
        return frozenset(name for name in operations if self._nodes[name].op in WEIGHTED_OPS)


def freeze(network: Callable[[Any], Sequence[Any]], shape: Sequence[int]) -> FrozenGraph:
    """Return the graph of `network` for one sample.

    Args:
        network: takes a float32 batch, returns its outputs as a flat sequence of tensors.
        shape: shape of one sample, without the batch.
    """
    # Not at the top: there, a missing TensorFlow would fail before `trecx.nn` can say what to do.
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    # So an output that occurs twice, or is an input, has its own operation.
    function = tf.function(lambda batch: [tf.identity(output) for output in network(batch)], autograph=False)
    with _functions_inlined():
        concrete = function.get_concrete_function(tf.TensorSpec([1, *shape], tf.float32))
    frozen = convert_variables_to_constants_v2(concrete)
    return FrozenGraph(
        definition=frozen.graph.as_graph_def(),
        outputs=tuple(output.op.name for output in frozen.outputs),
        output_shapes=tuple(_static_shape(output.shape) for output in frozen.outputs),
    )


@contextmanager
def _functions_inlined() -> Iterator[None]:
    """Trace the functions that a network calls as a part of it.

    Keras compiles a grouped convolution apart, as a function whose operations would not be counted.
    """
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


def exit_order(graph: ExitGraph) -> list[int]:
    """Return the indices of a graph's outputs, early exits to final exit, by depth in the network.

    An exit is deeper the more convolutions and matrix products it shares with other exits; its own head does
    not count. The last early exit and the final one share the same layers: of the two, the final one has
    more of its own. Names and the order in a file are ignored.
    """
    everything = [graph.ancestors(output) for output in graph.outputs]
    weighted = [graph.weighted(names) for names in everything]

    def depth(index: int) -> tuple[int, int, int]:
        others = frozenset[Any]().union(*(w for i, w in enumerate(weighted) if i != index))
        return len(weighted[index] & others), len(weighted[index]), len(everything[index])

    return sorted(range(len(graph.outputs)), key=depth)


def _data_inputs(node: Any) -> list[str]:
    return [edge.split(":")[0] for edge in node.input if not edge.startswith("^")]


def _static_shape(shape: Any) -> tuple[int | None, ...] | None:
    return None if shape.rank is None else tuple(shape.as_list())
