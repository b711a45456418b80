"""TensorFlow Lite Micro's own kernels on this machine: stages run for one sample, and the memory they need.

As a program (`python -m trecx.deploy.tflm`) it runs what comes in on standard input, in a process of its own:
the kernels are C++ that trusts what a file says. `trecx.deploy.tflm_processes` starts it.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from trecx.errors import ModelError, install_extra
from trecx.files.process_limits import limit_process

MISSING = (
    "TensorFlow Lite Micro is not installed here, and an int8 network is scored with its kernels only; "
    f"install it with `{install_extra('deploy')}` on Linux and x86_64, the only machines with wheels of it"
)
AMPLE_BYTES = 64 * 1024**2
_MEMORY_BYTES = 4 * 1024**3
Levels = npt.NDArray[np.int8]


class StagePart(NamedTuple):
    """One stage: its fields are those of `trecx.deploy.stages.Stage`, which needs TensorFlow."""

    content: bytes
    takes: Sequence[int]
    gives: Sequence[int]
    n_exits: int


class ArenaUse(NamedTuple):
    """Bytes of a stage's arena in all, and of these, what stays allocated between inferences."""

    arena_bytes: int
    kept_bytes: int


@contextmanager
def without_tflm() -> Iterator[None]:
    """Say what to do where TensorFlow Lite Micro is missing.

    Raises:
        ModelError: it is not installed.
    """
    try:
        yield
    except ImportError as error:
        raise ModelError(MISSING) from error


def require_tflm() -> None:
    """Check that TensorFlow Lite Micro is installed, before long work that needs it.

    Raises:
        ModelError: it is not.
    """
    with without_tflm():
        import tflite_micro  # noqa: F401  # only whether it can be imported


class StagedInterpreter:
    """Stages that are ready to run one sample after the other.

    Args:
        parts: the stages in the order of the exits.
        arena_bytes: of the arena of each stage. One that is too small can crash the process.

    Raises:
        ModelError: TensorFlow Lite Micro is not installed.
        RuntimeError: it cannot run a stage.
    """

    def __init__(self, parts: Sequence[StagePart], arena_bytes: int = AMPLE_BYTES) -> None:
        self._parts = parts
        with without_tflm():
            from tflite_micro import runtime
        opened = runtime.Interpreter.from_bytes
        self._interpreters = [opened(part.content, arena_size=arena_bytes) for part in parts]

    def arena_uses(self) -> list[ArenaUse]:
        """Return what each stage takes of its arena, on this 64-bit machine."""
        return [_reported_use(interpreter) for interpreter in self._interpreters]

    def each_exit(self, sample: Levels) -> Iterator[Levels]:
        """Run the stages one by one, and yield the softmax of each exit, of shape (n_classes,).

        Args:
            sample: the network's input, of the input's shape, without the batch.
        """
        slots = {0: sample[None]}
        for part, interpreter in zip(self._parts, self._interpreters, strict=True):
            for place, slot in enumerate(part.takes):
                interpreter.set_input(slots[slot], place)
            interpreter.invoke()
            yield from (interpreter.get_output(place)[0] for place in range(part.n_exits))
            for place, slot in enumerate(part.gives, start=part.n_exits):
                slots[slot] = interpreter.get_output(place)

    def exits(self, sample: Levels) -> Levels:
        """Return the softmax of every exit for one sample, of shape (n_exits, n_classes)."""
        return np.array(list(self.each_exit(sample)), np.int8)


def _reported_use(interpreter: Any) -> ArenaUse:
    with _native_output() as said:
        interpreter.print_allocations()
        text = said()
    total, tail = (int(re.findall(rf"allocation {part} (\d+) bytes", text)[0]) for part in ("total", "tail"))
    return ArenaUse(total, tail)


@contextmanager
def _native_output() -> Iterator[Callable[[], str]]:
    """Catch what C++ writes to standard error, and yield a function that returns it."""
    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as file:

        def said() -> str:
            file.seek(0)
            return file.read().decode("utf-8", "replace")

        os.dup2(file.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Run stages for samples until the source ends.

    The source has one line of JSON (length, `takes`, `gives` and number of exits of each stage, the shape of
    a sample, and the size of an arena), the files of the stages, and then samples as int8. The sink gets one
    line of JSON (the memory of each stage, or an error), and then every exit's softmax of each sample.
    """
    asked = json.loads(source.readline())
    parts = [StagePart(source.read(length), *rest) for length, *rest in asked["stages"]]
    shape = tuple(asked["shape"])
    try:
        network = StagedInterpreter(parts, asked["arena_bytes"])
    except (ModelError, RuntimeError, ValueError) as error:
        sink.write(json.dumps({"error": str(error)}).encode() + b"\n")
        return
    sink.write(json.dumps({"memory": network.arena_uses()}).encode() + b"\n")
    sink.flush()
    while sample := source.read(int(np.prod(shape))):
        sink.write(network.exits(np.frombuffer(sample, np.int8).reshape(shape)).tobytes())
        sink.flush()


if __name__ == "__main__":
    limit_process(_MEMORY_BYTES)
    serve(sys.stdin.buffer, sys.stdout.buffer)
