"""FLOPs of a network by stage and by exit head."""

from dataclasses import dataclass

import numpy as np

from trecx.nn import keras
from trecx.nn.flops import count_exit_flops
from trecx.nn.graphs import freeze
from trecx.nn.networks import ExitNetwork


@dataclass(frozen=True)
class FlopRow:
    """One stage or one exit head of a network.

    Attributes:
        name: of the stage or the exit.
        is_exit: whether it is an exit head.
        parameters: number of weights, trained or not.
        flops: operations of this part alone, for one sample.
        total_flops: operations up to and including this part; for an exit, its exit FLOPs (Eq. 3).
    """

    name: str
    is_exit: bool
    parameters: int
    flops: int
    total_flops: int


def flop_table(network: ExitNetwork) -> tuple[FlopRow, ...]:
    """Return a network's operations by stage and exit head, in the order of one inference.

    The cost of a part is the profiler's count for the graph up to and including it, minus the count without
    it. So the rows sum to the exit FLOPs.
    """
    model, names = network.model, network.description.parts
    ends = [model.get_layer(network.layers[name][-1]).output for name in names]
    until = keras.Model(model.inputs, ends)
    graph = freeze(lambda batch: until(batch, training=False), model.input_shape[1:])
    totals = count_exit_flops(graph, range(len(names)))
    exits = {exit_.name for exit_ in network.description.exits}
    return tuple(
        FlopRow(
            name=name,
            is_exit=name in exits,
            parameters=sum(model.get_layer(layer).count_params() for layer in network.layers[name]),
            flops=int(flops),
            total_flops=int(total),
        )
        for name, flops, total in zip(names, np.diff(totals, prepend=0), totals, strict=True)
    )
