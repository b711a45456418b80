"""The places of all computed tensors in one block of memory, shared by tensors that never live together."""

from collections.abc import Sequence
from dataclasses import dataclass

from trecx.deploy.flatbuffer import QuantizedNetwork
from trecx.deploy.plain_c.operators import SAME_BYTES
from trecx.deploy.stages import INPUT, StagedNetwork

ALIGNMENT = 4  # so that a kernel may read words


@dataclass(eq=False)
class Buffer:
    """Memory of one tensor and of what only reshapes it.

    Attributes:
        n_bytes: its size.
        first: the operator that fills it, counted over all stages.
        last: the last operator that reads it.
        offset: its place in the arena.
    """

    n_bytes: int
    first: int
    last: int
    offset: int = 0

    @property
    def end(self) -> int:
        """The first byte after it."""
        return self.offset + self.n_bytes


@dataclass(frozen=True, eq=False)
class Arena:
    """Places of tensors.

    Attributes:
        buffers: for each stage, where each computed tensor lies; None: in the network's input.
        stage_bytes: for each stage, up to which byte it needs the arena, values that cross it included.
    """

    buffers: tuple[dict[int, Buffer | None], ...]
    stage_bytes: tuple[int, ...]

    @property
    def n_bytes(self) -> int:
        """Bytes of the arena."""
        return max(self.stage_bytes)

    def place(self, stage: int, tensor: int) -> str:
        """Return the C expression of where a tensor of a stage, counted from 0, lies."""
        buffer = self.buffers[stage][tensor]
        return "input" if buffer is None else f"arena + {buffer.offset}"


def plan_arena(staged: StagedNetwork, networks: Sequence[QuantizedNetwork]) -> Arena:
    """Return places such that tensors that are needed at the same time do not overlap.

    A tensor that a later stage takes lives until that stage has used it; each stage's exit lives until the
    stage's end. The largest tensors get their places first, each the lowest that is free.
    """
    slots: dict[int, Buffer | None] = {INPUT: None}
    maps: list[dict[int, Buffer | None]] = []
    spans: list[tuple[int, int]] = []
    buffers: list[Buffer] = []
    now = 0
    for stage, network in zip(staged.stages, networks, strict=True):
        start, end = now, now + len(network.operators) - 1
        held = {tensor: slots[slot] for slot, tensor in zip(stage.takes, network.inputs, strict=True)}
        for now, operator in enumerate(network.operators, start=start):
            for tensor in operator.inputs:
                if (read := held.get(tensor)) is not None:
                    read.last = now
            for tensor in operator.outputs:
                if operator.name in SAME_BYTES and operator.inputs[0] in held:
                    held[tensor] = held[operator.inputs[0]]
                else:
                    buffers.append(made := Buffer(network.tensors[tensor].n_bytes, now, now))
                    held[tensor] = made
        if (answer := held[network.outputs[0]]) is not None:
            answer.last = end
        slots |= {slot: held[t] for slot, t in zip(stage.gives, network.outputs[1:], strict=True)}
        maps.append(held)
        spans.append((start, end))
        now = end + 1
    _place(buffers)
    return Arena(tuple(maps), tuple(_needed(buffers, start, end) for start, end in spans))


def _place(buffers: Sequence[Buffer]) -> None:
    placed: list[Buffer] = []
    for buffer in sorted(buffers, key=lambda b: (-b.n_bytes, b.first)):
        others = [b for b in placed if b.first <= buffer.last and buffer.first <= b.last]
        for other in sorted(others, key=lambda b: b.offset):
            if buffer.end > other.offset and other.end > buffer.offset:
                buffer.offset = -(-other.end // ALIGNMENT) * ALIGNMENT
        placed.append(buffer)


def _needed(buffers: Sequence[Buffer], start: int, end: int) -> int:
    return max((b.end for b in buffers if b.first <= end and start <= b.last), default=0)
