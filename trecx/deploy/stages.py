"""The cut of a whole int8 network at its exits: one `.tflite` file for each, equal to the whole together."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from trecx.deploy.flatbuffer import EXIT, QuantizedNetwork, Tensor, pack, read_quantized, unpack
from trecx.errors import ModelError
from trecx.nn.graphs import exit_order
from trecx.nn.tflite.graph import read_operators

SOFTMAX_OF_INT8 = ("INT8", (1 / 256,), (-128,))
INPUT = 0  # the slot of the network's input


@dataclass(frozen=True, eq=False)
class Stage:
    """The part of a network that one exit needs and no earlier exit has.

    Values that cross from stage to stage are numbered: slot 0 (`INPUT`) is the network's input, 1, 2, …
    what a stage gives to a later one, in the order in which they are computed.

    Attributes:
        content: the `.tflite` file: input and output tensors in the order of `takes` and of exit and `gives`.
        takes: slot of each input.
        gives: slot of each output after the first; the first output is the exit's softmax.
        n_exits: number of exits whose softmax comes first in the outputs: more than one only in a network
            that is not cut.
    """

    content: bytes
    takes: tuple[int, ...]
    gives: tuple[int, ...]
    n_exits: int = 1

    def network(self) -> QuantizedNetwork:
        """Return the tensors and operators of the file."""
        return read_quantized(self.content)


@dataclass(frozen=True, eq=False)
class StagedNetwork:
    """An int8 network cut at its exits.

    Attributes:
        whole: the `.tflite` file that was cut, its outputs in a file's own order.
        order: the outputs of `whole`, early exits to the final one.
        stages: one for each exit, to be run in this order.
    """

    whole: bytes
    order: tuple[int, ...]
    stages: tuple[Stage, ...]

    @property
    def n_exits(self) -> int:
        """Number of exits, the final one included."""
        return len(self.order)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.softmax.shape[1]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one sample, without the batch."""
        return self.input.shape[1:]

    @cached_property
    def input(self) -> Tensor:
        """The network's input."""
        first = self.stages[0].network()
        return first.tensors[first.inputs[self.stages[0].takes.index(INPUT)]]

    @cached_property
    def softmax(self) -> Tensor:
        """The softmax of the first exit; those of the others have the same shape and quantization."""
        first = self.stages[0].network()
        return first.tensors[first.outputs[0]]

    def uncut(self) -> "StagedNetwork":
        """Return the same network as one stage, stripped like the others, its outputs in exit order."""
        model = unpack(self.whole)
        graph = model.subgraphs[0]
        outputs = [int(graph.outputs[index]) for index in self.order]
        everything = range(len(graph.operators))
        content = _part_of(model, everything, [int(graph.inputs[0])], outputs)
        return replace(self, stages=(Stage(content, (INPUT,), (), self.n_exits),))

    @property
    def slot_bytes(self) -> dict[int, int]:
        """Bytes of each value that crosses between stages, by slot, without the network's input."""
        found: dict[int, int] = {}
        for stage in self.stages:
            network = stage.network()
            for slot, tensor in zip(stage.gives, network.outputs[stage.n_exits :], strict=True):
                found[slot] = network.tensors[tensor].n_bytes
        return found


def cut_at_exits(whole: bytes) -> StagedNetwork:
    """Cut a network at its exits.

    Stage k has the operators that the softmax of exit k needs and no earlier stage has. Tensors that a later
    stage needs become outputs of the stage that computes them, and inputs of each stage that uses them. The
    order of the exits is that of `convert_to_int8`, or else by depth in the network.

    Raises:
        ModelError: the file is damaged, has more than one input, or an output that is no int8 softmax.
    """
    graph = read_operators(whole)
    _check_ends(read_quantized(whole))
    model = unpack(whole)
    order = _named_order(model) or tuple(exit_order(graph))
    parts: list[list[int]] = []
    done: frozenset[int] = frozenset()
    for index in order:
        needed = graph.ancestors(graph.outputs[index]) - done
        parts.append(sorted(needed))
        done |= needed
    made_in = {
        tensor: stage
        for stage, part in enumerate(parts)
        for number in part
        for tensor in graph.operators[number].outputs
    }
    computed = {graph.inputs[0], *made_in}
    takes = [
        _unique(
            tensor
            for number in part
            for tensor in graph.operators[number].inputs
            if tensor in computed and made_in.get(tensor) != stage
        )
        for stage, part in enumerate(parts)
    ]
    crossing = [tensor for tensor in _unique(t for needs in takes for t in needs) if tensor in made_in]
    crossing.sort(key=lambda tensor: (made_in[tensor], tensor))
    slots = {graph.inputs[0]: INPUT} | {tensor: slot for slot, tensor in enumerate(crossing, start=1)}
    stages = []
    for stage, (part, index) in enumerate(zip(parts, order, strict=True)):
        given = [tensor for tensor in crossing if made_in[tensor] == stage]
        content = _part_of(model, part, takes[stage], [graph.outputs[index], *given])
        stages.append(Stage(content, tuple(slots[t] for t in takes[stage]), tuple(slots[t] for t in given)))
    return StagedNetwork(whole, order, tuple(stages))


def _named_order(model: Any) -> tuple[int, ...]:
    """Return the outputs in the order of their names, if `convert_to_int8` gave them."""
    graph = model.subgraphs[0]
    names = [(graph.tensors[output].name or b"").decode("utf-8", "replace") for output in graph.outputs]
    exits = [f"{EXIT}{number}" for number in range(1, len(names) + 1)]
    return tuple(map(names.index, exits)) if sorted(names) == sorted(exits) else ()


def _check_ends(network: QuantizedNetwork) -> None:
    if len(network.inputs) != 1:
        raise ModelError(f"it takes {len(network.inputs)} inputs; give a network that takes one sample")
    (taken,) = (network.tensors[tensor] for tensor in network.inputs)
    if taken.type != "INT8" or len(taken.scales) != 1 or taken.shape[:1] != (1,):
        raise ModelError(
            f"its input is {taken.type} of shape {taken.shape}; convert it for one sample, with int8 input "
            "(inference_input_type = tf.int8)"
        )
    for number in network.outputs:
        exit_ = network.tensors[number]
        last = next((each.name for each in network.operators if number in each.outputs), "nothing")
        if last != "SOFTMAX" or (exit_.type, exit_.scales, exit_.zero_points) != SOFTMAX_OF_INT8:
            raise ModelError(
                f"an output is {exit_.type} and comes from {last}, not from an int8 softmax with scale 1/256 "
                "and zero point −128; end every exit with a softmax layer, and convert it with int8 outputs "
                "(inference_output_type = tf.int8)"
            )
    shapes = {network.tensors[number].shape for number in network.outputs}
    if len(shapes) != 1:
        raise ModelError(
            f"its outputs have the shapes {sorted(shapes)}; all exits must have the same classes"
        )


def _unique(items: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(items))


def _part_of(model: Any, part: Sequence[int], takes: Sequence[int], gives: Sequence[int]) -> bytes:
    """Return a file with some operators of an unpacked one; names, signatures and metadata are left out."""
    whole = model.subgraphs[0]
    operators = [copy(whole.operators[number]) for number in part]
    used = _unique(
        [*takes, *(int(t) for op in operators for t in (*op.inputs, *op.outputs) if t >= 0), *gives]
    )
    place = {tensor: number for number, tensor in enumerate(used)} | {-1: -1}
    cut, graph = copy(model), copy(whole)
    cut.buffers, graph.tensors = _with_buffers(model, [copy(whole.tensors[tensor]) for tensor in used])
    codes = _unique(op.opcodeIndex for op in operators)
    cut.operatorCodes = [model.operatorCodes[code] for code in codes]
    for operator in operators:
        operator.opcodeIndex = codes.index(operator.opcodeIndex)
        operator.inputs = [place[int(tensor)] for tensor in operator.inputs]
        operator.outputs = [place[int(tensor)] for tensor in operator.outputs]
    graph.operators = operators
    graph.inputs, graph.outputs = [place[t] for t in takes], [place[t] for t in gives]
    graph.name, cut.description, cut.signatureDefs, cut.metadata, cut.metadataBuffer = (
        None,
        None,
        None,
        None,
        None,
    )
    cut.subgraphs = [graph]
    return pack(cut)


def _with_buffers(model: Any, tensors: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return the buffers that tensors need, the first one empty, and the tensors without names."""
    buffers, number = [model.buffers[0]], {}
    for tensor in tensors:
        tensor.name = None
        data = model.buffers[tensor.buffer].data
        if data is None or not len(data):
            tensor.buffer = 0
            continue
        if tensor.buffer not in number:
            number[tensor.buffer] = len(buffers)
            buffers.append(model.buffers[tensor.buffer])
        tensor.buffer = number[tensor.buffer]
    return buffers, tensors
