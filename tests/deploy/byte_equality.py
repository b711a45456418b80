"""Plain C beside TensorFlow Lite Micro, on the same samples."""

from pathlib import Path

import numpy as np

from trecx.deploy.golden import GoldenSamples
from trecx.deploy.plain_c import run_on_host, write_plain_c
from trecx.deploy.stages import StagedNetwork


def of_tflm(staged: StagedNetwork, inputs: np.ndarray) -> np.ndarray:
    """Return every exit's bytes, of shape (n, n_exits, bytes of an exit)."""
    from tflite_micro import runtime

    interpreters = [runtime.Interpreter.from_bytes(s.content, arena_size=2**22) for s in staged.stages]
    found = []
    for sample in inputs:
        slots, row = {0: sample[None]}, []
        for stage, interpreter in zip(staged.stages, interpreters, strict=True):
            for place, slot in enumerate(stage.takes):
                interpreter.set_input(slots[slot], place)
            interpreter.invoke()
            row.append(interpreter.get_output(0).ravel())
            slots |= {slot: interpreter.get_output(k) for k, slot in enumerate(stage.gives, start=1)}
        found.append(row)
    return np.array(found, np.int8)


def of_plain_c(staged: StagedNetwork, inputs: np.ndarray, golden: np.ndarray, folder: Path) -> np.ndarray:
    """Write plain C with up to ten golden samples, and return every exit's bytes for all inputs."""
    write_plain_c(staged, GoldenSamples(inputs[:10], golden[:10]), folder)
    return run_on_host(folder, inputs)


def differing(staged: StagedNetwork, inputs: np.ndarray, folder: Path) -> int:
    """Return how many of all bytes differ."""
    expected = of_tflm(staged, inputs)
    assert len(np.unique(expected)) > 1, "a network that always answers the same tests nothing"
    return int(np.sum(of_plain_c(staged, inputs, expected, folder) != expected))
