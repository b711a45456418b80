"""A network as a frozen graph for one sample: what it takes to count its exits and to put them in order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from trecx.nn import tf

# One of these is a step of the network's depth; everything else (bias, scaling, shape) follows one.
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


@dataclass(frozen=True, eq=False)
class FrozenGraph:
    """A network for a batch of one, its weights constants and its functions inlined.

    Attributes:
        definition: TensorFlow's GraphDef.
        outputs: operation that gives each output, in the network's own order.
        output_shapes: static shape of each output, None where a size is not known.
    """

    definition: Any
    outputs: tuple[str, ...]
    output_shapes: tuple[tuple[int | None, ...] | None, ...]

    @cached_property
    def _nodes(self) -> dict[str, Any]:
        return {node.name: node for node in self.definition.node}

    def ancestors(self, output: str) -> frozenset[str]:
        """Operations whose values `output` is computed from, itself included.

        Control edges are left out: they order operations and carry no value.
        """
        found, waiting = set[str](), [output]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(_data_inputs(self._nodes[name]))
        return frozenset(found)

    def subgraph(self, outputs: Iterable[str]) -> Any:
        """GraphDef of what it takes to compute `outputs`, and no more."""
        needed = frozenset[str]().union(*map(self.ancestors, outputs))
        part = tf.compat.v1.GraphDef(library=self.definition.library, versions=self.definition.versions)
        for node in self.definition.node:
            if node.name in needed:
                copy = part.node.add()
                copy.CopyFrom(node)
                copy.input[:] = [edge for edge in node.input if not edge.startswith("^")]
        return part

    def weighted(self, names: Iterable[str]) -> frozenset[str]:
        """Those of the operations `names` that are convolutions or matrix products."""
        return frozenset(name for name in names if self._nodes[name].op in WEIGHTED_OPS)


def freeze(network: Callable[[Any], Sequence[Any]], shape: Sequence[int]) -> FrozenGraph:
    """Return the graph of `network` for one sample.

    Args:
        network: takes a float32 batch, returns its outputs as a flat sequence of tensors.
        shape: shape of one sample, without the batch.
    """
    # Not at the top: there, a missing TensorFlow would be met before `trecx.nn` can name the remedy.
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    # An output that is given twice, or is its own input, still gets an operation of its own.
    function = tf.function(lambda batch: [tf.identity(output) for output in network(batch)], autograph=False)
    concrete = function.get_concrete_function(tf.TensorSpec([1, *shape], tf.float32))
    frozen = convert_variables_to_constants_v2(concrete)
    return FrozenGraph(
        definition=frozen.graph.as_graph_def(),
        outputs=tuple(output.op.name for output in frozen.outputs),
        output_shapes=tuple(_static_shape(output.shape) for output in frozen.outputs),
    )


def exit_order(graph: FrozenGraph) -> list[int]:
    """Return the indices of a graph's outputs, early exit to final exit, by where each leaves the network.

    An exit leaves later the more convolutions and matrix products it shares with other exits (its head
    is its own, however long). The last early exit and the final one share the same trunk: of the two,
    the final one has more of its own. Names and the order in a file play no part.
    """
    everything = [graph.ancestors(output) for output in graph.outputs]
    weighted = [graph.weighted(names) for names in everything]

    def depth(index: int) -> tuple[int, int, int]:
        others = frozenset[str]().union(*(w for i, w in enumerate(weighted) if i != index))
        return len(weighted[index] & others), len(weighted[index]), len(everything[index])

    return sorted(range(len(graph.outputs)), key=depth)


def _data_inputs(node: Any) -> list[str]:
    return [edge.split(":")[0] for edge in node.input if not edge.startswith("^")]


def _static_shape(shape: Any) -> tuple[int | None, ...] | None:
    return None if shape.rank is None else tuple(shape.as_list())
