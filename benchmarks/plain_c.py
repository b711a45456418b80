"""`python -m benchmarks.plain_c [TASK …]`: plain C against TensorFlow Lite Micro, byte for byte."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console

from trecx.datasets.download import fetch_dataset, fetch_models
from trecx.datasets.samples import SampleSet, open_samples
from trecx.datasets.tasks import TASKS
from trecx.deploy.flatbuffer import pack, unpack
from trecx.deploy.golden import GoldenSamples
from trecx.deploy.plain_c import run_on_host, write_plain_c
from trecx.deploy.quantization import int8_input, quantize
from trecx.deploy.stages import Stage, StagedNetwork
from trecx.deploy.tflm import Levels
from trecx.deploy.tflm_processes import run_stages
from trecx.jobs.known_models import PUBLISHED, KnownModel, known_models
from trecx.nn.models import load_model
from trecx.nn.scoring import network_input

N_SAMPLES, N_CALIBRATION = 500, 200
N_FOR_VALUES = 10  # samples on which every computed value is compared, crossing ones included
HEAD = """| network | samples | bytes of exits | differing | computed values | their bytes | differing |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |"""


def main(tasks: Sequence[str]) -> None:
    """Compare the networks of some tasks, or of all, and print a row for each.

    Raises:
        SystemExit: a byte differs.
    """
    console = Console(stderr=True)
    wrong = 0
    print(HEAD)
    for task in tasks or list(TASKS):
        models = [model for model in known_models() if model.task == task and not model.training.get("seed")]
        if any(model.samples for model in models):
            fetch_dataset(task)
        samples = _spread(open_samples(task))
        for model in models:
            with console.status(f"{model.key} …"):
                line, differing = compared(model, samples)
            print(line, flush=True)
            wrong += differing
    if wrong:
        raise SystemExit(f"{wrong:,} bytes of plain C differ from TensorFlow Lite Micro")


def compared(model: KnownModel, samples: SampleSet) -> tuple[str, int]:
    """Return the table's row of a network, and how many bytes differ."""
    if model.source == PUBLISHED:
        fetch_models(model.task)
    loaded = load_model(model.path)
    inputs = network_input(loaded, samples, samples.raw[:])
    staged = quantize(model.path, loaded, inputs[:N_CALIBRATION]).staged
    levels = int8_input(staged, inputs)
    (expected,) = run_stages(staged, [levels])
    exits = _differing(staged, levels, expected)
    values = n_values = n_bytes = 0
    for network, value in computed_values(staged, levels[:N_FOR_VALUES]):
        values += _differing(network, levels[:N_FOR_VALUES], value)
        n_values, n_bytes = n_values + 1, n_bytes + value.size
    numbers = (len(levels), expected.size, exits, n_values, n_bytes, values)
    return f"| {model.key} | {' | '.join(f'{number:,}' for number in numbers)} |", exits + values


def computed_values(staged: StagedNetwork, levels: Levels) -> list[tuple[StagedNetwork, Levels]]:
    """Return a network that ends with each computed value, and TFLM's bytes, of shape (n, 1, n_bytes)."""
    from tflite_micro import runtime

    model = unpack(staged.whole)
    graph = model.subgraphs[0]
    tensors = [int(tensor) for operator in graph.operators for tensor in operator.outputs]
    graph.outputs = tensors
    interpreter = runtime.Interpreter.from_bytes(pack(model), arena_size=2**24)
    found: list[list[npt.NDArray[np.int8]]] = []
    for sample in levels:
        interpreter.set_input(sample[None], 0)
        interpreter.invoke()
        found.append([interpreter.get_output(k).ravel().copy() for k in range(len(tensors))])
    networks = []
    for tensor in tensors:
        graph.outputs = [tensor]
        content = pack(model)
        networks.append(StagedNetwork(content, (0,), (Stage(content, (0,), ()),)))
    return [
        (each, np.stack(rows)[:, None]) for each, rows in zip(networks, zip(*found, strict=True), strict=True)
    ]


def _differing(staged: StagedNetwork, levels: Levels, expected: Levels) -> int:
    with tempfile.TemporaryDirectory() as folder:
        write_plain_c(staged, GoldenSamples(levels[:1], expected[:1]), Path(folder))
        return int(np.sum(run_on_host(Path(folder), levels) != expected))


def _spread(samples: SampleSet) -> SampleSet:
    positions = np.linspace(0, len(samples.names) - 1, min(N_SAMPLES, len(samples.names))).round()
    order = np.random.default_rng(0).permutation(positions.astype(np.intp))
    return samples.part(order, samples.split)


if __name__ == "__main__":
    main(sys.argv[1:])
