"""`python -m benchmarks.byte_equality`: the stages against the whole network, and plain C against the stages.

Both on TensorFlow Lite Micro's bytes. It writes byte_equality.md to this folder; some 20 minutes.
"""

import tempfile
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
from trecx.deploy.quantization import int8_exits, int8_input, quantize
from trecx.deploy.stages import Stage, StagedNetwork
from trecx.deploy.tflm import Levels
from trecx.jobs.known_models import PUBLISHED, KnownModel, known_models
from trecx.nn.exit_model import ExitModel
from trecx.nn.models import load_model
from trecx.nn.scoring import network_input

N_SAMPLES, N_CALIBRATION = 500, 200
N_FOR_VALUES = 10  # samples on which every computed value is compared, crossing ones included
FULLY = ("kws", "vww")  # tasks whose published networks run on all test samples as stages
_AT_ONCE = 256
RESULTS = Path(__file__).with_suffix(".md")
HEAD = """# Byte equality

`python -m benchmarks.byte_equality` wrote this table of the int8 networks that `deploy` makes:

- stages: the published networks of {fully} on all test samples (the others on {n}), as stages and as
  the whole network that was cut, both with TensorFlow Lite Micro;
- plain C: against the stages, on {n} samples, spread over the test set;
- values: every value that a layer computes, in plain C and with TensorFlow Lite Micro, on {n_values} samples.

| network | stages: samples | differing | plain C: samples | bytes | differing | values | differing |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""


def main() -> None:
    """Compare all known networks, print a row for each, and write the table.

    Raises:
        SystemExit: a byte differs.
    """
    console = Console(stderr=True)
    rows, wrong = [], 0
    for task in TASKS:
        models = [model for model in known_models() if model.task == task and not model.training.get("seed")]
        if any(model.samples for model in models):
            fetch_dataset(task)
        samples = open_samples(task)
        for model in models:
            with console.status(f"{model.key} …"):
                line, differing = compared(model, samples)
            print(line, flush=True)
            rows.append(line)
            wrong += differing
    if wrong:
        raise SystemExit(f"{wrong:,} bytes differ; {RESULTS.name} was not written")
    head = HEAD.format(fully=" and ".join(FULLY), n=N_SAMPLES, n_values=N_FOR_VALUES)
    RESULTS.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


def compared(model: KnownModel, samples: SampleSet) -> tuple[str, int]:
    """Return the table's row of a network, and how many bytes differ."""
    if model.source == PUBLISHED:
        fetch_models(model.task)
    loaded, some = load_model(model.path), _spread(samples)
    inputs = network_input(loaded, some, some.raw[:])
    staged = quantize(model.path, loaded, inputs[:N_CALIBRATION]).staged
    fully = model.source == PUBLISHED and model.task in FULLY
    n_whole, of_whole = _against_whole(staged, loaded, samples if fully else some)
    levels = int8_input(staged, inputs)
    expected = int8_exits(staged, [inputs])
    of_exits = _differing(staged, levels, expected)
    of_values = n_values = 0
    for network, value in computed_values(staged, levels[:N_FOR_VALUES]):
        of_values += _differing(network, levels[:N_FOR_VALUES], value)
        n_values += 1
    numbers = (n_whole, of_whole, len(levels), expected.size, of_exits, n_values, of_values)
    line = f"| {model.key} | {' | '.join(f'{number:,}' for number in numbers)} |"
    return line, of_whole + of_exits + of_values


def _against_whole(staged: StagedNetwork, model: ExitModel, samples: SampleSet) -> tuple[int, int]:
    """Return the number of samples, and of bytes in which the stages differ from the whole network."""
    batches = [network_input(model, samples, raw) for raw in samples.batches(_AT_ONCE)]
    cut, whole = (int8_exits(network, batches) for network in (staged, staged.uncut()))
    return len(cut), int(np.sum(cut != whole))


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
    main()
