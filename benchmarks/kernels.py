"""`python -m benchmarks.kernels`: the scores of one int8 network by three sets of kernels.

docs/bring-your-own.md has the figures. It fetches kws/trecx and its clips, and needs the kernels of
TensorFlow Lite Micro (`pip install -e '.[deploy]'`).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from trecx.datasets.download import fetch_dataset, fetch_models
from trecx.datasets.samples import open_samples
from trecx.deploy.tflm import Levels, without_tflm

CALIBRATION, CLIPS = 200, 600
Scores = npt.NDArray[np.int16]


def main() -> None:
    """Print how many clips get other scores and other classes than from TensorFlow Lite Micro, by exit."""
    content, clips = _converted()
    micro = _micro(content, clips)
    table = Table(f"kernels, {CLIPS} clips", "other scores", "largest difference, 1/256", "other class")
    for name, levels in (
        ("reference kernels (`score`)", _reference(content, clips)),
        ("XNNPACK, the default", _default(content, clips)),
    ):
        off = np.abs(levels - micro).max(axis=2)
        other = (levels.argmax(axis=2) != micro.argmax(axis=2)).sum(axis=0)
        table.add_row(name, *map(_by_exit, ((off > 0).sum(axis=0), off.max(axis=0), other)))
    Console().print(table)


def _by_exit(numbers: npt.NDArray[Any]) -> str:
    return " · ".join(map(str, numbers.tolist()))


def _converted() -> tuple[bytes, Levels]:
    """Return kws/trecx as an int8 `.tflite` file, exits in order, and clips as its input takes them."""
    from trecx.deploy.conversion import convert_to_int8
    from trecx.deploy.quantization import int8_input
    from trecx.deploy.stages import cut_at_exits
    from trecx.nn.features import features
    from trecx.nn.formats import read_network

    fetch_dataset("kws")
    network, samples = read_network(fetch_models("kws")["trecx"]), open_samples("kws")
    chosen = np.random.default_rng(0).permutation(len(samples.labels))[: CALIBRATION + CLIPS]
    ready = np.concatenate([features("kws", raw) for raw in samples.batches(128)])[chosen]
    whole = cut_at_exits(convert_to_int8(network, ready.shape[1:], ready[:CALIBRATION])).uncut()
    return whole.stages[0].content, int8_input(whole, ready[-CLIPS:])


def _micro(content: bytes, clips: Levels) -> Scores:
    with without_tflm():
        from tflite_micro import runtime
    network = runtime.Interpreter.from_bytes(content)

    def run(clip: Levels) -> Sequence[Any]:
        network.set_input(clip[None], 0)
        network.invoke()
        return [network.get_output(k)[0] for k in range(2)]

    return _scored(run, clips)


def _reference(content: bytes, clips: Levels) -> Scores:
    from trecx.nn import tf

    kernels = tf.lite.experimental.OpResolverType.BUILTIN_REF
    return _lite(tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=kernels), clips)


def _default(content: bytes, clips: Levels) -> Scores:
    from trecx.nn import tf

    return _lite(tf.lite.Interpreter(model_content=content), clips)


def _lite(network: Any, clips: Levels) -> Scores:
    network.allocate_tensors()
    entry, outputs = network.get_input_details()[0]["index"], network.get_output_details()

    def run(clip: Levels) -> Sequence[Any]:
        network.set_tensor(entry, clip[None])
        network.invoke()
        return [network.get_tensor(output["index"])[0] for output in outputs]

    return _scored(run, clips)


def _scored(run: Callable[[Levels], Sequence[Any]], clips: Levels) -> Scores:
    return np.array([run(clip) for clip in clips], np.int16)


if __name__ == "__main__":
    main()
